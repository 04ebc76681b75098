"""A document as a Word file: real headings, tables with headings that repeat, pictures with their words, links."""

from io import BytesIO
from typing import Any

from web.reporting import picturing
from web.reporting.blocks import Block, Cell, Document, Heading, Picture, Points, Quoted, Rows, Words
from web.reporting.packing import repacked
from web.reporting.parts import AGAINST, REMOVED, WHY_REMOVED, Layout, day, laid_out, numeric, right_to_left, widths
from web.reporting.word_styles import prepare

#: The width of the text in twentieths of a point, what a pixel of a chart is in EMU, and a chart's largest size in pixels.
TEXT, PIXEL, LARGEST = 9_400, 9_525, (620, 760)
#: Characters of a table's line; where its columns need more, its letters are smaller.
ROOM = 104
#: Characters of a quote that is kept on one page.
KEPT = 900


def render(document: Document) -> bytes:
    """Write a document as .docx. The same document gives the same bytes."""
    layout = laid_out(document)
    file = prepare(layout.title, layout.as_of)
    writer = _Writer(file, layout)
    writer.cover()
    writer.contents()
    for part in layout.parts:
        for one in (*((part.heading,) if part.heading else ()), *part.blocks):
            writer.block(one)
    out = BytesIO()
    file.save(out)
    return repacked(out.getvalue())


class _Writer:
    """Appends paragraphs and tables to a Word file. Elements are made straight: a report has many thousands."""

    def __init__(self, file: Any, layout: Layout) -> None:
        from docx.oxml.ns import qn
        from lxml import etree

        self._file, self._layout, self._qn, self._etree = file, layout, qn, etree
        self._end = file.element.body.sectPr
        self._links: dict[str, str] = {}
        self._bookmarks = 0

    def cover(self) -> None:
        """Write the title and what stands beneath it."""
        layout = self._layout
        self._paragraph("Kicker", "Research report")
        self._paragraph("Title", layout.title)
        if layout.subtitle:
            self._paragraph("Subtitle", layout.subtitle)
        if day(layout.as_of) not in layout.subtitle:
            self._paragraph("Subtitle", f"As of {day(layout.as_of)}")

    def contents(self) -> None:
        """List the parts as a table of contents that Word can make anew, with pages."""
        headings = [part.heading for part in self._layout.parts if part.heading]
        if len(headings) < 2:
            return
        self._paragraph("ContentsHeading", "Contents")
        for number, heading in enumerate(headings):
            paragraph = self._paragraph("TOC1")
            if number == 0:
                self._field(paragraph, "begin", ' TOC \\o "1-1" \\h \\z ', "separate")
            link = self._make(paragraph, "hyperlink", anchor=_bookmark(heading))
            self._words(link, heading.text)
            if number == len(headings) - 1:
                self._field(paragraph, "end")

    def block(self, one: Block) -> None:
        """Write one block."""
        match one:
            case Heading():
                self._heading(one)
            case Words():
                self._paragraph("Finding" if one.strong else "Remark" if one.quiet else "", one.text)
            case Points():
                for item in one.items:
                    self._paragraph("ListBullet", item)
            case Quoted():
                self._quote(one)
            case Rows():
                self._table(one)
            case Picture():
                self._picture(one)

    def _heading(self, one: Heading) -> None:
        paragraph = self._paragraph("Heading1" if one.level <= 2 else "Heading2", turned=right_to_left(one.text))
        if not self._bookmarks and self._layout.parts[0].heading:
            self._make(paragraph.find(self._qn("w:pPr")), "pageBreakBefore", at=1)
        self._bookmarks += 1
        number = str(self._bookmarks)
        self._make(paragraph, "bookmarkStart", id=number, name=_bookmark(one))
        self._words(paragraph, one.text)
        self._make(paragraph, "bookmarkEnd", id=number)

    def _quote(self, one: Quoted) -> None:
        if one.removed:
            self._paragraph("Remark", f"{REMOVED} {WHY_REMOVED}")
            return
        against = bool(one.stance)
        paragraph = self._paragraph("QuoteAgainst" if against else "Quote", one.words)
        if len(one.words) > KEPT:
            self._make(paragraph.find(self._qn("w:pPr")), "keepLines", at=1, val="0")
        paragraph = self._paragraph("CitationAgainst" if against else "Citation")
        if against:
            self._words(paragraph, f"{AGAINST} ", bold=True)
        self._linked(paragraph, one.citation, one.address)

    def _picture(self, one: Picture) -> None:
        data = picturing.png(one.specification)
        across, up = picturing.size(data)
        scale = PIXEL * min(1, LARGEST[0] / across, LARGEST[1] / up)
        self._paragraph("Caption", one.title)
        inline = self._file.part.new_pic_inline(BytesIO(data), round(across * scale), round(up * scale))
        inline.docPr.set("descr", f"{one.title}. {one.told}")
        inline.docPr.set("name", one.name)
        self._make(self._make(self._paragraph("Chart"), "r"), "drawing").append(inline)
        if rows := self._layout.table_of(one):
            self._table(rows)

    def _table(self, rows: Rows) -> None:
        self._paragraph("Caption", rows.title)
        table = self._etree.Element(self._qn("w:tbl"))
        self._end.addprevious(table)
        about = self._make(table, "tblPr")
        self._make(about, "tblStyle", val="ReportTable")
        self._make(about, "tblW", w="5000", type="pct")
        self._make(about, "tblLook", val="0020", firstRow="1")
        self._make(about, "tblCaption", val=rows.title)
        wanted = widths(rows, ROOM)
        small = "Small" if sum(wanted) > ROOM else ""
        wide = [int(TEXT * one / sum(wanted)) for one in wanted]
        grid = self._make(table, "tblGrid")
        for one in wide:
            self._make(grid, "gridCol", w=str(one))
        right = [numeric(rows, column) for column in range(len(rows.columns))]
        self._row(table, [Cell(name) for name in rows.columns], wide, right, f"TableHead{small}")
        for row in rows.rows:
            self._row(table, row, wide, right, f"TableText{small}")
        self._paragraph("AfterTable")

    def _row(self, table: Any, cells: Any, wide: list[int], right: list[bool], style: str) -> None:
        row = self._make(table, "tr")
        about = self._make(row, "trPr")
        self._make(about, "cantSplit")
        if style.startswith("TableHead"):
            self._make(about, "tblHeader")
        for cell, width, at_right in zip(cells, wide, right, strict=True):
            place = self._make(row, "tc")
            self._make(self._make(place, "tcPr"), "tcW", w=str(width), type="dxa")
            paragraph = self._paragraph(style, within=place, turned=right_to_left(cell.text))
            if at_right:
                self._make(paragraph.find(self._qn("w:pPr")), "jc", val="right")
            self._linked(paragraph, cell.text, cell.address, style="TableLink")

    def _paragraph(self, style: str, words: str = "", *, within: Any = None, turned: bool = False) -> Any:
        paragraph = self._etree.Element(self._qn("w:p")) if within is None else self._make(within, "p")
        about = self._make(paragraph, "pPr")
        if style:
            self._make(about, "pStyle", val=style)
        if turned or right_to_left(words):
            self._make(about, "bidi")
        if words:
            self._words(paragraph, words)
        if within is None:
            self._end.addprevious(paragraph)
        return paragraph

    def _linked(self, paragraph: Any, words: str, address: str, *, style: str = "Hyperlink") -> None:
        if address and words:
            link = self._etree.SubElement(paragraph, self._qn("w:hyperlink"))
            link.set(self._qn("r:id"), self._link(address))
            self._words(link, words, style=style)
        else:
            self._words(paragraph, words)

    def _link(self, address: str) -> str:
        """Give the relationship to an address, made once; python-docx would look through all of them for each."""
        from docx.opc.constants import RELATIONSHIP_TYPE

        if address not in self._links:
            self._links[address] = f"rIdLink{len(self._links) + 1}"
            self._file.part.rels.add_relationship(
                RELATIONSHIP_TYPE.HYPERLINK, address, self._links[address], is_external=True
            )
        return self._links[address]

    def _words(self, parent: Any, words: str, *, style: str = "", bold: bool = False) -> None:
        run = self._make(parent, "r")
        about = self._make(run, "rPr")
        if style:
            self._make(about, "rStyle", val=style)
        if bold:
            self._make(about, "b")
        if right_to_left(words):
            self._make(about, "rtl")
        for number, line in enumerate(words.split("\n")):
            if number:
                self._make(run, "br")
            text = self._make(run, "t")
            text.text = line
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")

    def _field(self, paragraph: Any, *steps: str) -> None:
        for step in steps:
            run = self._make(paragraph, "r")
            if step in ("begin", "separate", "end"):
                self._make(run, "fldChar", fldCharType=step)
            else:
                self._make(run, "instrText").text = step

    def _make(self, parent: Any, tag: str, *, at: int | None = None, **attributes: str) -> Any:
        made = self._etree.SubElement(parent, self._qn(f"w:{tag}"))
        for name, value in attributes.items():
            made.set(self._qn(f"w:{name}"), value)
        if at is not None:
            parent.insert(at, made)
        return made


def _bookmark(heading: Heading) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in heading.anchor)[:40] or "part"
