"""The body of a Word document as paragraphs and tables, whatever wraps them: changes, content controls, links."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
#: Wrapped round blocks or runs and looked into.
_NAMES = "ins moveTo sdt sdtContent customXml smartTag hyperlink fldSimple r dir bdo"
_WRAPPERS = frozenset(_W + name for name in _NAMES.split()) | {_MC + "AlternateContent", _MC + "Choice"}
_GONE = frozenset(_W + name for name in ("del", "moveFrom"))
#: How the names of styles for headings begin.
HEADINGS = ("heading", "title", "überschrift", "berschrift", "titre", "titolo", "título", "ttulo", "kop")
_BREAKS = frozenset(_W + name for name in ("br", "cr"))
_DELETION = "tracked deletion"
_REFERENCES = {
    _W + "commentReference": "comment",
    _W + "footnoteReference": "footnote",
    _W + "endnoteReference": "endnote",
    _W + "txbxContent": "text frame",
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph's text with soft breaks as LF; `bold` if its first words are."""

    text: str
    heading: bool = False
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table's cells by row; a cell's paragraphs are joined by LF."""

    rows: tuple[tuple[str, ...], ...]


def blocks_of(body: Any) -> tuple[list[Paragraph | Table], dict[str, int]]:
    """Give the blocks of `w:body` in order, and how much of what was left out."""
    dropped = {_DELETION: 0, **dict.fromkeys(_REFERENCES.values(), 0)}
    for element in body.iter(*_GONE, *_REFERENCES):
        if element.tag in _REFERENCES:
            dropped[_REFERENCES[element.tag]] += 1
        elif next(element.iter(_W + "delText", _W + "t"), None) is not None:
            dropped[_DELETION] += 1
    return list(_blocks(body)), dropped


def _blocks(element: Any) -> Iterator[Paragraph | Table]:
    for child in element:
        if child.tag == _W + "p":
            paragraph = _paragraph(child)
            if paragraph.text.strip():
                yield paragraph
        elif child.tag == _W + "tbl":
            yield from _table(child)
        elif child.tag in _WRAPPERS:
            yield from _blocks(child)


def _table(element: Any) -> Iterator[Paragraph | Table]:
    """Give a table, or what is in it if it has but one column: then it only frames a page."""
    rows = [row for row in element.iter(_W + "tr") if next(row.iterancestors(_W + "tbl")) is element]
    cells = [
        [cell for cell in row.iter(_W + "tc") if next(cell.iterancestors(_W + "tr")) is row]
        for row in rows
        if row.find(f"{_W}trPr/{_W}del") is None
    ]
    if all(len(row) < 2 for row in cells):
        for row in cells:
            for cell in row:
                yield from _blocks(cell)
    else:
        yield Table(tuple(tuple(text for cell in row for text in _spread(cell)) for row in cells))


def _spread(cell: Any) -> list[str]:
    """Give a cell's text, and as many empty ones as it is merged across columns."""
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    width = span.get(_W + "val", "1") if span is not None else "1"
    more = min(int(width), 64) - 1 if width.isdecimal() else 0
    return [_cell(cell), *[""] * more]


def _cell(cell: Any) -> str:
    texts = (b.text if isinstance(b, Paragraph) else "\n".join(map("\t".join, b.rows)) for b in _blocks(cell))
    return "\n".join(text.strip() for text in texts if text.strip())


def _paragraph(element: Any) -> Paragraph:
    parts: list[str] = []
    bold: bool | None = None
    for run in _runs(element):
        text = _run_text(run)
        if text.strip() and bold is None:
            bold = _is_bold(run)
        parts.append(text)
    style = element.find(f"{_W}pPr/{_W}pStyle")
    named = (style.get(_W + "val") or "").casefold() if style is not None else ""
    return Paragraph("".join(parts), named.startswith(HEADINGS), bool(bold))


def _runs(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag == _W + "r":
            yield child
        elif child.tag in _WRAPPERS:
            yield from _runs(child)


def _run_text(run: Any) -> str:
    parts = []
    for child in run:
        if child.tag == _W + "t":
            parts.append(child.text or "")
        elif child.tag == _W + "tab":
            parts.append("\t")
        elif child.tag in _BREAKS:
            parts.append("\n")
        elif child.tag == _W + "noBreakHyphen":
            parts.append("-")
    return "".join(parts)


def _is_bold(run: Any) -> bool:
    bold = run.find(f"{_W}rPr/{_W}b")
    return bold is not None and (bold.get(_W + "val") or "1").casefold() not in ("0", "false", "off")
