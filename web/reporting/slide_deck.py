"""The slides that reports are put onto: what each kind of thing looks like there. Lengths in inches, sizes in points."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from web.reporting.parts import right_to_left

WIDE, HIGH = 13.333, 7.5
SANS, SERIF = "Calibri", "Georgia"
INK, QUIET, ACCENT, AGAINST, LINE = "1B2430", "56606B", "2F6F9F", "A8480F", "DDE2E7"


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a slide."""

    left: float
    top: float
    wide: float
    high: float


#: Where the line above the title, the title, and what is beneath them stand.
KICKER, TITLE, BODY = Box(0.75, 0.42, 11.8, 0.35), Box(0.75, 0.75, 11.8, 0.95), Box(0.75, 1.95, 11.8, 4.85)
#: Points of a title by how long it is.
TITLES = ((60, 30), (110, 25), (10_000, 20))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of words on a slide."""

    text: str
    point: bool = False
    bold: bool = False
    quiet: bool = False


class Deck:
    """Slides in the making; every date in the file is `as_of`."""

    def __init__(self, title: str, as_of: datetime) -> None:
        """Begin with an empty deck, 16 to 9."""
        import pptx
        from pptx.util import Inches

        self.file = pptx.Presentation()
        self.file.slide_width, self.file.slide_height = Inches(WIDE), Inches(HIGH)
        about = self.file.core_properties
        about.title, about.author, about.last_modified_by = title[:255], "Cairn", "Cairn"
        about.created = about.modified = as_of.replace(tzinfo=None)
        about.revision = 1
        self._cover, self._plain = self.file.slide_layouts[0], self.file.slide_layouts[5]
        _links(self.file.slide_master)
        for layout in (self.file.slide_master, self._cover, self._plain):
            _arrange(layout)

    def cover(self, title: str, told: str) -> None:
        """Add the title slide."""
        slide = self.file.slides.add_slide(self._cover)
        self._bar(slide, Box(0.75, 1.6, 1.1, 0.1), ACCENT)
        _place(slide.shapes.title, Box(0.75, 2.0, 11.8, 1.9))
        _at(slide.shapes.title, "b")
        _write(slide.shapes.title.text_frame, title, 40 if len(title) < 70 else 28, font=SERIF, bold=True)
        below = slide.placeholders[1]
        _place(below, Box(0.75, 4.15, 11.8, 1.2))
        _write(below.text_frame, told, 18, colour=QUIET)

    def slide(self, title: str, kicker: str = "", *, goes_on: bool = False) -> Any:
        """Add a slide with its title, and a small line above it."""
        slide = self.file.slides.add_slide(self._plain)
        said = f"{title} (goes on)" if goes_on else title
        _write(slide.shapes.title.text_frame, said, next(s for most, s in TITLES if len(said) <= most), bold=True)
        if kicker and kicker != title:
            _write(self._box(slide, KICKER), kicker, 13, bold=True, colour=ACCENT)
        return slide

    def lines(self, slide: Any, lines: Sequence[tuple[str, Line]], top: float, high: float, size: float) -> None:
        """Write lines beneath one another."""
        frame = self._box(slide, Box(BODY.left, top, BODY.wide, high))
        for number, (words, line) in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            colour = QUIET if line.quiet else INK
            _say(paragraph, words, size, bold=line.bold, colour=colour)
            paragraph.space_after = _points(6)
            if line.point:
                _point(paragraph)

    def quote(self, slide: Any, words: str, top: float, high: float, size: float, *, kind: str) -> None:
        """Write a participant's words, with a bar at their left."""
        self._bar(slide, Box(BODY.left, top, 0.07, high), {"against": AGAINST, "removed": LINE}.get(kind, ACCENT))
        frame = self._box(slide, Box(BODY.left + 0.3, top, BODY.wide - 0.3, high))
        _write(frame, words, size, font=SERIF, colour=QUIET if kind == "removed" else INK)

    def source(self, slide: Any, stance: str, citation: str, which: str, address: str, top: float, size: float) -> None:
        """Write whose words these are, leading to where they stand."""
        frame = self._box(slide, Box(BODY.left + 0.3, top, BODY.wide - 0.3, 0.25))
        paragraph = frame.paragraphs[0]
        if stance:
            _say(paragraph, f"{stance}  ", size, bold=True, colour=AGAINST)
        run = _say(paragraph, citation, size, colour=QUIET)
        if address:
            run.hyperlink.address = address
        if which:
            _say(paragraph, which, size, colour=QUIET)

    def picture(self, slide: Any, data: bytes, size: tuple[int, int], name: str, told: str, box: Box) -> None:
        """Put a picture into a place as large as it goes, with what it shows in words."""
        from pptx.util import Inches

        across, up = size[0] / 96, size[1] / 96
        scale = min(1.6, box.wide / across, box.high / up)
        picture = slide.shapes.add_picture(
            BytesIO(data), Inches(box.left), Inches(box.top), Inches(across * scale), Inches(up * scale)
        )
        about = picture._element.nvPicPr.cNvPr
        about.set("name", name)
        about.set("descr", told)

    def table(
        self,
        slide: Any,
        columns: Sequence[str],
        rows: Sequence[Sequence[tuple[str, str]]],
        wide: Sequence[float],
        right: Sequence[bool],
        high: Sequence[float],
        size: float,
        top: float,
    ) -> None:
        """Put a table: rows of (words, address)."""
        from pptx.enum.text import PP_ALIGN
        from pptx.util import Inches

        frame = slide.shapes.add_table(
            len(rows) + 1, len(columns), Inches(BODY.left), Inches(top), Inches(BODY.wide), Inches(sum(high))
        )
        table = frame.table
        _plain_style(frame)
        for column, width in zip(table.columns, wide, strict=True):
            column.width = Inches(width)
        filled = [[(name, "") for name in columns], *rows]
        for number, (row, cells, tall) in enumerate(zip(table.rows, filled, high, strict=True)):
            row.height = Inches(tall)
            for cell, (words, address), at_right in zip(row.cells, cells, right, strict=True):
                cell.margin_left = cell.margin_right = Inches(0.06)
                cell.margin_top = cell.margin_bottom = Inches(0.04)
                _line(cell, LINE if number else QUIET)
                paragraph = cell.text_frame.paragraphs[0]
                run = _say(paragraph, words, size, bold=number == 0, colour=INK if number else QUIET)
                if at_right:
                    paragraph.alignment = PP_ALIGN.RIGHT
                if address and words:
                    run.hyperlink.address = address

    def _box(self, slide: Any, box: Box) -> Any:
        from pptx.util import Inches

        shape = slide.shapes.add_textbox(Inches(box.left), Inches(box.top), Inches(box.wide), Inches(box.high))
        frame = shape.text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        return frame

    def _bar(self, slide: Any, box: Box, colour: str) -> None:
        from pptx.dml.color import RGBColor
        from pptx.enum.shapes import MSO_SHAPE
        from pptx.util import Inches

        bar = slide.shapes.add_shape(
            MSO_SHAPE.RECTANGLE, Inches(box.left), Inches(box.top), Inches(box.wide), Inches(box.high)
        )
        bar.fill.solid()
        bar.fill.fore_color.rgb = RGBColor.from_string(colour)
        bar.line.fill.background()
        bar.shadow.inherit = False
        _decorative(bar)


def _links(master: Any) -> None:
    """Give links the one colour of reports: what a theme says of them no run can change."""
    from pptx.opc.constants import RELATIONSHIP_TYPE

    theme = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    links = rb'(<a:(?:hlink|folHlink)>\s*<a:srgbClr val=")[0-9A-F]{6}'
    theme._blob = re.sub(links, rb"\g<1>" + ACCENT.encode(), theme.blob)


def _arrange(layout: Any) -> None:
    """Move what a layout holds to where it belongs on a wide slide; dates and footers go."""
    for shape in list(layout.placeholders):
        kind = shape.placeholder_format.type
        if "TITLE" in str(kind) and "SUB" not in str(kind):
            _place(shape, TITLE)
            _at(shape, "t")
        elif "SUBTITLE" in str(kind) or "BODY" in str(kind):
            _place(shape, BODY)
            _at(shape, "t")
        else:
            shape._element.getparent().remove(shape._element)


def _at(shape: Any, anchor: str) -> None:
    """Let words begin at the edge of their place, at its top ("t") or end at its bottom ("b")."""
    about = shape.text_frame._txBody.bodyPr
    for side in ("lIns", "rIns", "tIns", "bIns"):
        about.set(side, "0")
    about.set("anchor", anchor)


def _place(shape: Any, box: Box) -> None:
    from pptx.util import Inches

    shape.left, shape.top, shape.width, shape.height = map(Inches, (box.left, box.top, box.wide, box.high))


def _write(frame: Any, words: str, size: float, **look: Any) -> None:
    """Fill a frame, a paragraph for each line."""
    frame.word_wrap = True
    for number, line in enumerate(words.split("\n")):
        _say(frame.paragraphs[0] if number == 0 else frame.add_paragraph(), line, size, **look)


def _say(paragraph: Any, words: str, size: float, *, font: str = SANS, bold: bool = False, colour: str = INK) -> Any:
    """Add words to a paragraph, which begins at the right where they do."""
    from pptx.dml.color import RGBColor
    from pptx.enum.text import PP_ALIGN

    run = paragraph.add_run()
    run.text = words
    run.font.size, run.font.bold, run.font.name = _points(size), bold, font
    run.font.color.rgb = RGBColor.from_string(colour)
    if right_to_left(words):
        paragraph._p.get_or_add_pPr().set("rtl", "1")
        paragraph.alignment = PP_ALIGN.RIGHT
    elif paragraph.alignment is None:
        paragraph.alignment = PP_ALIGN.LEFT
    return run


def _point(paragraph: Any) -> None:
    """Make a paragraph a point of a list, its further lines beneath the first word."""
    from lxml import etree

    about = paragraph._p.get_or_add_pPr()
    about.set("marL", "285750")
    about.set("indent", "-285750")
    etree.SubElement(about, "{http://schemas.openxmlformats.org/drawingml/2006/main}buChar", char="•")


def _points(size: float) -> Any:
    from pptx.util import Pt

    return Pt(size)


def _decorative(shape: Any) -> None:
    """Tell those who read the slide aloud that a shape says nothing."""
    from lxml import etree

    about = shape._element.nvSpPr.cNvPr
    about.set("name", "Bar")
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
    listed = etree.SubElement(about, f"{{{drawing}}}extLst")
    one = etree.SubElement(listed, f"{{{drawing}}}ext", uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}")
    space = "http://schemas.microsoft.com/office/drawing/2017/decorative"
    etree.SubElement(one, f"{{{space}}}decorative", nsmap={"adec": space}, val="1")


def _plain_style(frame: Any) -> None:
    """Take the ground and the grid from a table; lines beneath its rows are drawn by its cells."""
    about = frame._element.graphic.graphicData.tbl.tblPr
    about.set("bandRow", "0")
    for one in about:
        one.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # "No Style, No Grid"


def _line(cell: Any, colour: str) -> None:
    """Draw a fine line beneath a cell."""
    from lxml import etree

    drawing = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    line = etree.SubElement(cell._tc.get_or_add_tcPr(), f"{drawing}lnB", w="9525")
    etree.SubElement(etree.SubElement(line, f"{drawing}solidFill"), f"{drawing}srgbClr", val=colour)
