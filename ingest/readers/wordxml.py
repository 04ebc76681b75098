"""The body of a Word document as paragraphs and tables, whatever wraps them: tracked changes, content controls, links."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
#: Wrapped round blocks or runs and looked into.
_WRAPPERS = frozenset(_W + name for name in ("ins", "moveTo", "sdt", "sdtContent", "customXml", "smartTag", "hyperlink", "fldSimple", "r", "dir", "bdo"))
_WRAPPERS |= {_MC + "AlternateContent", _MC + "Choice"}
_GONE = frozenset(_W + name for name in ("del", "moveFrom"))
_BREAKS = frozenset(_W + name for name in ("br", "cr"))
_REFERENCES = {
    _W + "commentReference": "comments were left out",
    _W + "footnoteReference": "footnotes were left out",
    _W + "endnoteReference": "endnotes were left out",
    _W + "txbxContent": "text boxes were left out",
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
    dropped = {"tracked deletions were dropped": 0, **dict.fromkeys(_REFERENCES.values(), 0)}
    for element in body.iter(*_GONE, *_REFERENCES):
        if element.tag in _REFERENCES:
            dropped[_REFERENCES[element.tag]] += 1
        elif next(element.iter(_W + "delText", _W + "t"), None) is not None:
            dropped["tracked deletions were dropped"] += 1
    return list(_blocks(body)), dropped


def _blocks(element: Any) -> Iterator[Paragraph | Table]:
    for child in element:
        if child.tag == _W + "p":
            paragraph = _paragraph(child)
            if paragraph.text.strip():
                yield paragraph
        elif child.tag == _W + "tbl":
            yield Table(tuple(_rows(child)))
        elif child.tag in _WRAPPERS:
            yield from _blocks(child)


def _rows(table: Any) -> Iterator[tuple[str, ...]]:
    for row in table.iter(_W + "tr"):
        if next(row.iterancestors(_W + "tbl")) is not table or row.find(f"{_W}trPr/{_W}del") is not None:
            continue
        yield tuple(_cell(cell) for cell in row.iter(_W + "tc") if next(cell.iterancestors(_W + "tr")) is row)


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
    return Paragraph("".join(parts), named.startswith(("heading", "title", "überschrift", "berschrift", "titre")), bool(bold))


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
