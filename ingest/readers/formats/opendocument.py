"""OpenDocument text (.odt, .fodt), as LibreOffice and Google Docs write it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ingest.readers.archives import check_archive, entries, entry
from ingest.readers.documents import left_out, transcript_of
from ingest.readers.received import Received
from ingest.readers.wordxml import HEADINGS, Paragraph, Run, Table, paragraph_of
from repository.domain.transcript import Transcript
from repository.errors import UnreadableSource

NAME = "opendocument"
TITLE = "OpenDocument text"
VERSION = 2
NEEDS = ("lxml.etree",)
_MIME = b"application/vnd.oasis.opendocument.text"
_FLAT = re.compile(r"\s*(?:<\?xml[^>]{0,200}>\s*)?<office:document\s[^>]{0,8000}?opendocument\.text", re.S)
_URN = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TEXT, _TABLE, _STYLE, _OFFICE, _DRAW = (_URN % name for name in ("text", "table", "style", "office", "drawing"))
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_PARAGRAPHS = frozenset({_TEXT + "p", _TEXT + "h"})
#: Left out wherever they stand, and what to call them; "" where they hold no words of the document.
_DROPPED = {
    _OFFICE + "annotation": "comment",
    _TEXT + "note": "footnote",
    _DRAW + "frame": "text frame",
    _DRAW + "custom-shape": "text frame",
    _TEXT + "table-of-content": "table of contents",
    _TEXT + "alphabetical-index": "index",
    _TEXT + "tracked-changes": "",
    _TEXT + "sequence-decls": "",
    _TEXT + "variable-decls": "",
    _TEXT + "user-field-decls": "",
    _TEXT + "ruby-text": "",
    _TEXT + "script": "",
    _OFFICE + "forms": "",
    _OFFICE + "annotation-end": "",
}
#: Blanks in a row, and columns or rows repeated, that are believed.
_MOST_BLANKS, _MOST_REPEATS = 200, 64
_BOLD = re.compile(r"bold|[6-9]00", re.I)


@dataclass(slots=True)
class _Styles:
    """What styles say: their parents' names, whether their letters are bold, italic or hidden."""

    parents: dict[str, str] = field(default_factory=dict)
    bold: dict[str, bool] = field(default_factory=dict)
    italic: dict[str, bool] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)

    def line_of(self, name: str) -> Iterator[str]:
        """Give a style's name and those of the styles it is made from."""
        for _ in range(20):
            if not name:
                return
            yield name
            name = self.parents.get(name, "")

    def is_bold(self, name: str) -> bool | None:
        """Say whether a style is bold; None if it says nothing."""
        return next((self.bold[each] for each in self.line_of(name) if each in self.bold), None)

    def is_italic(self, name: str) -> bool | None:
        """Say whether a style is italic; None if it says nothing."""
        return next((self.italic[each] for each in self.line_of(name) if each in self.italic), None)

    def is_heading(self, name: str) -> bool:
        """Say whether a style is a title's or heading's, or made from one."""
        return any(each.casefold().replace("_20_", " ").startswith(HEADINGS) for each in self.line_of(name))


def recognise(received: Received) -> float:
    """Know the type that the archive states first, or the root of flat XML."""
    if received.data.startswith(b"PK"):
        names = entries(received.data)
        if "content.xml" in names and entry(received.data, "mimetype", 100).startswith(_MIME):
            return 1.0
        return 0.0
    return 0.95 if _FLAT.match(received.text[:10_000]) else 0.0


def read(received: Received) -> Transcript:
    """Read paragraphs and tables in order; tracked deletions, comments and footnotes are not speech."""
    roots = _parts(received)
    styles = _Styles()
    for root in roots:
        _learn(styles, root)
    body = next((found for root in roots if (found := root.find(f".//{_OFFICE}body/{_OFFICE}text")) is not None), None)
    if body is None:
        raise UnreadableSource("The document is damaged.", slug="damaged-file", hint="Export it again.")
    dropped = dict.fromkeys(("tracked deletion", *filter(None, _DROPPED.values())), 0)
    dropped["tracked deletion"] = sum(
        any(text.strip() for text in element.itertext()) for element in body.iter(_TEXT + "deletion")
    )
    for element in body.iter(*_DROPPED):
        if (what := _DROPPED[element.tag]) and any(text.strip() for text in element.itertext()):
            dropped[what] += 1
    return transcript_of(list(_blocks(body, styles)), left_out(dropped))


def _parts(received: Received) -> list[Any]:
    """Give the roots of the XML that matters: content, styles."""
    if not received.data.startswith(b"PK"):
        return [_root(received.text.encode())]
    names = entries(received.data)
    if any(re.match(r"(?:Basic/.+/(?!script-l)[^/]+\.x[ml]{2}|Scripts/.*[^/])$", name) for name in names):
        raise UnreadableSource(
            "The document contains macros (programs).",
            slug="macros",
            hint="Save it as .docx without macros and add that.",
        )
    check_archive(received.data)
    if b"encryption-data" in entry(received.data, "META-INF/manifest.xml", 1 << 20):
        raise UnreadableSource(
            "The document is protected with a password.", slug="encrypted", hint="Save a copy without one."
        )
    most = len(received.data) * 200 + (2 << 20)
    parts = [entry(received.data, name, most) for name in ("content.xml", "styles.xml") if name in names]
    return [_root(part) for part in parts]


def _root(data: bytes) -> Any:
    from lxml import etree

    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise UnreadableSource(
            "The document declares XML entities, which no word processor writes.",
            slug="unsafe-xml",
            hint="Open it in a word processor, save it as .docx and add that.",
        )
    data = re.sub(rb"^\s*<\?xml[^>]{0,200}\?>", b"", data, count=1) if data.lstrip().startswith(b"<?xml") else data
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.LxmlError as error:
        raise UnreadableSource(
            "The document is damaged.",
            slug="damaged-file",
            hint="Open it in a word processor, save it as .docx and add that.",
        ) from error


def _learn(styles: _Styles, root: Any) -> None:
    for style in root.iter(_STYLE + "style"):
        name = style.get(_STYLE + "name") or ""
        shown = style.get(_STYLE + "display-name") or ""
        styles.parents[name] = style.get(_STYLE + "parent-style-name") or (shown if shown != name else "")
        letters = style.find(_STYLE + "text-properties")
        if letters is not None:
            if (weight := letters.get(_FO + "font-weight")) is not None:
                styles.bold[name] = _BOLD.search(weight) is not None
            if (slant := letters.get(_FO + "font-style")) is not None:
                styles.italic[name] = slant in ("italic", "oblique")
            if letters.get(_TEXT + "display") == "none":
                styles.hidden.add(name)


def _blocks(element: Any, styles: _Styles) -> Iterator[Paragraph | Table]:
    for child in element:
        if not isinstance(child.tag, str) or child.tag in _DROPPED:
            continue
        if child.tag in _PARAGRAPHS:
            paragraph = _paragraph(child, styles)
            if paragraph.text.strip():
                yield paragraph
        elif child.tag == _TABLE + "table":
            yield from _table(child, styles)
        else:  # sections, lists, items
            yield from _blocks(child, styles)


def _table(element: Any, styles: _Styles) -> Iterator[Paragraph | Table]:
    """Give a table, or what is in it if it has but one column: then it only frames a page."""
    rows = [row for row in element.iter(_TABLE + "table-row") if _table_of(row) is element]
    wide = max((sum(_repeats(cell) for cell in _cells(row)) for row in rows), default=0)
    if wide < 2:
        for row in rows:
            for cell in _cells(row):
                yield from _blocks(cell, styles)
        return
    out = []
    for row in rows:
        cells: list[str] = []
        for cell in _cells(row):
            cells += [_cell(cell, styles)] * _repeats(cell)
        out.append(tuple(cells))
    yield Table(tuple(out))


def _table_of(row: Any) -> Any:
    return next(row.iterancestors(_TABLE + "table"))


def _cells(row: Any) -> list[Any]:
    return [cell for cell in row if cell.tag in (_TABLE + "table-cell", _TABLE + "covered-table-cell")]


def _repeats(cell: Any) -> int:
    return _number(cell.get(_TABLE + "number-columns-repeated"), _MOST_REPEATS)


def _number(value: str | None, most: int) -> int:
    return max(1, min(int(value), most)) if value and value.isdecimal() and len(value) < 9 else 1


def _cell(cell: Any, styles: _Styles) -> str:
    blocks = _blocks(cell, styles)
    texts = (b.text if isinstance(b, Paragraph) else "\n".join(map("\t".join, b.rows)) for b in blocks)
    return "\n".join(text.strip() for text in texts if text.strip())


def _paragraph(element: Any, styles: _Styles) -> Paragraph:
    style = element.get(_TEXT + "style-name") or ""
    runs: list[Run] = []
    _collect(element, styles, Run("", bool(styles.is_bold(style)), bool(styles.is_italic(style))), runs)
    return paragraph_of(runs, heading=element.tag == _TEXT + "h" or styles.is_heading(style))


def _collect(element: Any, styles: _Styles, like: Run, runs: list[Run]) -> None:
    """Collect a paragraph's words; it nests no deeper than the archive's check allows."""
    runs.append(replace(like, text=_flat(element.text)))
    for child in element:
        name = child.tag if isinstance(child.tag, str) else ""
        if name == _TEXT + "s":
            runs.append(replace(like, text=" " * _number(child.get(_TEXT + "c"), _MOST_BLANKS)))
        elif name == _TEXT + "tab":
            runs.append(replace(like, text="\t"))
        elif name == _TEXT + "line-break":
            runs.append(replace(like, text="\n"))
        elif name and name not in _DROPPED:
            style = child.get(_TEXT + "style-name") or ""
            if not (name == _TEXT + "span" and any(each in styles.hidden for each in styles.line_of(style))):
                bold, italic = (
                    (styles.is_bold(style), styles.is_italic(style)) if name == _TEXT + "span" else (None, None)
                )
                bold, italic = (like.bold if bold is None else bold), (like.italic if italic is None else italic)
                _collect(child, styles, Run("", bold, italic), runs)
        runs.append(replace(like, text=_flat(child.tail)))


def _flat(text: str | None) -> str:
    """Give text as it is shown: its line ends and blanks in a row are one blank."""
    return re.sub(r"[ \t\n]+", " ", text) if text else ""
