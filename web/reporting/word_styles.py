"""The Word file that reports are written into: page, styles, footer, properties."""

from datetime import datetime
from typing import Any

SANS, SERIF = "Calibri", "Georgia"
INK, QUIET, ACCENT, AGAINST, LINE = "1B2430", "56606B", "2F6F9F", "A8480F", "DDE2E7"


def prepare(title: str, as_of: datetime) -> Any:
    """Open an empty A4 file with the styles of reports. Every date in it is `as_of`."""
    import docx
    from docx.shared import Mm

    file = docx.Document()
    about = file.core_properties
    about.title, about.author, about.last_modified_by, about.comments = title[:255], "Cairn", "Cairn", ""
    about.created = about.modified = as_of.replace(tzinfo=None)
    page = file.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(22)
    page.top_margin = page.bottom_margin = Mm(20)
    _styles(file)
    _footer(page, title)
    return file


def _styles(file: Any) -> None:
    _style(file, "Normal", size=10.5, after=6, line=1.25)
    _style(file, "Kicker", based="Normal", size=9, bold=True, colour=ACCENT, before=120, after=4, caps=True)
    _style(file, "Title", size=30, bold=True, font=SERIF, after=8, keep=True, border="")
    _style(file, "Subtitle", size=13, colour=QUIET, after=4, italic=False)
    _style(file, "Contents Heading", based="Normal", size=14, bold=True, before=28, after=6, keep=True)
    _style(file, "toc 1", based="Normal", size=10.5, after=2)
    file.styles["toc 1"].element.styleId = "TOC1"  # what Word looks for when it makes the contents anew
    _style(file, "Heading 1", size=18, bold=True, before=26, after=6, keep=True)
    _style(file, "Heading 2", size=13, bold=True, before=14, after=4, keep=True)
    _style(file, "Finding", based="Normal", size=12.5, bold=True, after=6, keep=True)
    _style(file, "Remark", based="Normal", size=10, colour=QUIET, italic=True, after=6)
    _style(file, "List Bullet", size=10.5, after=3)
    _style(file, "Caption", size=10, bold=True, before=10, after=4, keep=True)
    _style(file, "Chart", based="Normal", size=10, after=8)
    # Edges that differ by a shade are no one edge: each quote with its source has a bar of its own.
    for name, colour, edge in (("", ACCENT, "single"), (" Against", AGAINST, "double")):
        _style(
            file, f"Quote{name}", based="Normal", size=14, font=SERIF, italic=False,
            before=12, after=0, left=12, keep=True, together=True, border=edge, edge=colour,
        )  # fmt: skip
        _style(
            file,
            f"Citation{name}",
            based="Normal",
            size=9,
            colour=QUIET,
            after=10,
            left=12,
            border=edge,
            edge=f"{colour[:-1]}E",
        )
    for small, points in (("", 8.5), (" Small", 7)):
        text = f"Table Text{small}"
        _style(file, text, based="Normal", size=points, after=0, line=1.1)
        _style(file, f"Table Head{small}", based=text, size=points, bold=True, colour=QUIET, after=0, line=1.1)
    _style(file, "After Table", based="Normal", size=6, after=4)
    _table_style(file)
    _link_style(file)


def _style(
    file: Any,
    name: str,
    *,
    size: float,
    based: str = "",
    font: str = SANS,
    bold: bool = False,
    italic: bool | None = None,
    caps: bool = False,
    colour: str = INK,
    before: float = 0,
    after: float = 0,
    left: float = 0,
    line: float = 0,
    keep: bool = False,
    together: bool = False,
    border: str | None = None,
    edge: str = "",
) -> None:
    """Set a paragraph style, made if it is not there. Sizes in points; `border`: a line at the left, "" none anywhere."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    known = name in [one.name for one in file.styles]
    style = file.styles[name] if known else file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    if based:
        style.base_style = file.styles[based]
    style.font.size, style.font.bold, style.font.italic, style.font.all_caps = Pt(size), bold, italic, caps
    style.font.color.rgb = RGBColor.from_string(colour)
    style.hidden, style.quick_style = False, True
    about = style.element.get_or_add_rPr()
    fonts = about.get_or_add_rFonts()
    fonts.attrib.clear()  # what the theme says would come first
    for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{kind}"), font)
    for tag in ("w:iCs", "w:szCs", "w:spacing", "w:kern"):
        for old in about.findall(qn(tag)):
            about.remove(old)
    about.find(qn("w:sz")).addnext(_element("w:szCs", val=str(round(size * 2))))
    form = style.paragraph_format
    form.space_before, form.space_after, form.left_indent = Pt(before), Pt(after), Pt(left)
    form.keep_with_next, form.keep_together = keep, together
    if line:
        form.line_spacing = line
    if border is not None:
        _border(style.element.get_or_add_pPr(), border, edge)


def _border(about: Any, border: str, colour: str) -> None:
    from docx.oxml.ns import qn

    for old in about.findall(qn("w:pBdr")):
        about.remove(old)
    if border:
        edges = _element("w:pBdr")
        edges.append(_element("w:left", val=border, sz="24" if border == "single" else "12", space="10", color=colour))
        later = {qn(f"w:{tag}") for tag in ("spacing", "ind", "jc", "outlineLvl", "rPr")}
        after = next((one for one in about if one.tag in later), None)
        about.append(edges) if after is None else after.addprevious(edges)


def _table_style(file: Any) -> None:
    """Make the style of tables: fine lines between rows, a stronger one under the heading."""
    from docx.enum.style import WD_STYLE_TYPE

    style = file.styles.add_style("Report Table", WD_STYLE_TYPE.TABLE)
    about = _element("w:tblPr")
    borders = _element("w:tblBorders")
    for side in ("bottom", "insideH"):
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color=LINE))
    about.append(borders)
    margins = _element("w:tblCellMar")
    for side, wide in (("top", "50"), ("left", "0"), ("bottom", "50"), ("right", "120")):
        margins.append(_element(f"w:{side}", w=wide, type="dxa"))
    about.append(margins)
    style.element.append(about)


def _link_style(file: Any) -> None:
    """Make the styles of links: in tables they are many, and look like what stands around them."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_UNDERLINE
    from docx.shared import RGBColor

    for name, colour, under in (("Hyperlink", ACCENT, False), ("Table Link", INK, WD_UNDERLINE.DOTTED)):
        style = file.styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
        style.font.color.rgb = RGBColor.from_string(colour)
        style.font.underline = under


def _footer(page: Any, title: str) -> None:
    """Put the title and the page's number at the foot."""
    paragraph = page.footer.paragraphs[0]
    paragraph.add_run(f"{title[:120]}\t\t")
    for kind in ("begin", "PAGE", "end"):
        run = paragraph.add_run()._r
        if kind == "PAGE":
            step = _element("w:instrText")
            step.text = kind
        else:
            step = _element("w:fldChar", fldCharType=kind)
        run.append(step)


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made
