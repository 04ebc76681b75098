"""The body of a Word document as paragraphs and tables, whatever wraps them: changes, content controls, links."""

from collections.abc import Iterator, Sequence
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
class Print:
    """How a line is printed: its first `lead` characters bold; `form`: "bold" or "italic" where all of it is."""

    lead: int = 0
    form: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph's text with soft breaks as LF; `bold` if its first words are; how each line is printed, if known."""

    text: str
    heading: bool = False
    bold: bool = False
    prints: tuple[Print, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """Some words of a paragraph that look alike."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table's cells by row; a cell's paragraphs are joined by LF."""

    rows: tuple[tuple[str, ...], ...]


def paragraph_of(runs: Sequence[Run], *, heading: bool = False) -> Paragraph:
    """Make a paragraph of its runs."""
    first = next((run for run in runs if run.text.strip()), None)
    return Paragraph("".join(run.text for run in runs), heading, bool(first and first.bold), prints_of(runs))


def prints_of(runs: Sequence[Run]) -> tuple[Print, ...]:
    """Give how each line of some runs is printed; blanks are of no form."""
    prints = []
    at = lead = 0
    bold, italic = True, True  # all of this line, so far
    for run in runs:
        for index, part in enumerate(run.text.split("\n")):
            if index:
                prints.append(_print(lead, bold, italic))
                at, lead, bold, italic = 0, 0, True, True
            if part.strip():
                bold, italic = bold and run.bold, italic and run.italic
                lead = at + len(part.rstrip()) if bold else lead
            at += len(part)
    return (*prints, _print(lead, bold, italic))


def _print(lead: int, bold: bool, italic: bool) -> Print:
    return Print(lead, "bold" if bold and lead else "italic" if italic and not bold else "")


def bold_styles(styles: Any) -> frozenset[str]:
    """Give the names of the styles of a document's letters that are bold: `Strong` and what people make themselves."""
    named = ((style.get(_W + "styleId"), style) for style in styles.iter(_W + "style"))
    return frozenset(name for name, style in named if name and _is_set(style.find(f"{_W}rPr/{_W}b")))


def blocks_of(body: Any, bold: frozenset[str] = frozenset()) -> tuple[list[Paragraph | Table], dict[str, int]]:
    """Give the blocks of `w:body` in order, and how much of what was left out; `bold` are the styles that are."""
    dropped = {_DELETION: 0, **dict.fromkeys(_REFERENCES.values(), 0)}
    for element in body.iter(*_GONE, *_REFERENCES):
        if element.tag in _REFERENCES:
            dropped[_REFERENCES[element.tag]] += 1
        elif next(element.iter(_W + "delText", _W + "t"), None) is not None:
            dropped[_DELETION] += 1
    return list(_blocks(body, bold)), dropped


def _blocks(element: Any, bold: frozenset[str]) -> Iterator[Paragraph | Table]:
    for child in element:
        if child.tag == _W + "p":
            paragraph = _paragraph(child, bold)
            if paragraph.text.strip():
                yield paragraph
        elif child.tag == _W + "tbl":
            yield from _table(child, bold)
        elif child.tag in _WRAPPERS:
            yield from _blocks(child, bold)


def _table(element: Any, bold: frozenset[str]) -> Iterator[Paragraph | Table]:
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
                yield from _blocks(cell, bold)
    else:
        yield Table(tuple(tuple(text for cell in row for text in _spread(cell)) for row in cells))


def _spread(cell: Any) -> list[str]:
    """Give a cell's text, and as many empty ones as it is merged across columns."""
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    width = span.get(_W + "val", "1") if span is not None else "1"
    more = min(int(width), 64) - 1 if width.isdecimal() else 0
    return [_cell(cell), *[""] * more]


def _cell(cell: Any) -> str:
    texts = (
        b.text if isinstance(b, Paragraph) else "\n".join(map("\t".join, b.rows)) for b in _blocks(cell, frozenset())
    )
    return "\n".join(text.strip() for text in texts if text.strip())


def _paragraph(element: Any, bold: frozenset[str]) -> Paragraph:
    style = element.find(f"{_W}pPr/{_W}pStyle")
    named = (style.get(_W + "val") or "") if style is not None else ""
    runs = [_run(run, bold, all_bold=named in bold) for run in _runs(element)]
    return paragraph_of(runs, heading=named.casefold().startswith(HEADINGS))


def _runs(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag == _W + "r":
            yield child
        elif child.tag in _WRAPPERS:
            yield from _runs(child)


def _run(run: Any, styles: frozenset[str], *, all_bold: bool) -> Run:
    style = run.find(f"{_W}rPr/{_W}rStyle")
    own = run.find(f"{_W}rPr/{_W}b")
    bold = _is_set(own) if own is not None else all_bold or (style is not None and style.get(_W + "val") in styles)
    return Run(_run_text(run), bold, _is_set(run.find(f"{_W}rPr/{_W}i")))


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


def _is_set(switch: Any) -> bool:
    return switch is not None and (switch.get(_W + "val") or "1").casefold() not in ("0", "false", "off")
