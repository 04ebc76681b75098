"""Rich Text Format (.rtf), as Word, TextEdit and LibreOffice write it."""

import re
from codecs import lookup
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ingest.readers.documents import left_out, transcript_of
from ingest.readers.received import Received
from ingest.readers.wordxml import HEADINGS, Paragraph, Table
from repository.domain.transcript import Transcript

NAME = "rich-text"
TITLE = "Rich text (.rtf)"
VERSION = 1
NEEDS: tuple[str, ...] = ()
_MARK = "{\\rtf"
_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\", re.S
)
_DESTINATIONS = """
fonttbl colortbl stylesheet info pict object fldinst header headerl headerr headerf footer footerl footerr footerf
listtext pntext pntxta pntxtb nonshppict bkmkstart bkmkend xe tc rxe private filetbl atnid atnauthor atndate atnref
ftnsep ftnsepc aftnsep aftnsepc listtable listoverridetable revtbl rsidtbl generator themedata datastore
colorschememapping latentstyles xmlnstbl mmathpr template operator
"""
#: Groups that hold no words of the document.
_HIDDEN = frozenset(_DESTINATIONS.split())
#: Groups that are told of when they are left out.
_TOLD = {"footnote": "footnote", "annotation": "comment", "shptxt": "text frame"}
_SIGNS = {
    "line": "\n", "softline": "\n", "tab": "\t", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
_SYMBOLS = {"~": "\u00a0", "_": "-", "\\": "\\", "{": "{", "}": "}", "\t": "\t"}
#: What `\fcharset` means as a codec.
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside a group. `skip`: its words are not the document's; `where`: which special group it is."""

    skip: bool = False
    where: str = ""
    hidden: bool = False
    deleted: bool = False
    bold: bool = False
    codec: str = ""
    unicode: int = 1


#: Changes a state; a document has few different ones, each a thousand times.
_with: Callable[..., _State] = lru_cache(1024)(replace)


@dataclass(slots=True)
class _Document:
    """What has been read so far."""

    blocks: list[Paragraph | Table] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    bold: bool | None = None
    heading: bool = False
    in_table: bool = False
    dropped: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("tracked deletion", *_TOLD.values()), 0))

    def end_paragraph(self) -> None:
        """End a paragraph; in a table it is a line of a cell."""
        if self.in_table:
            self.text.append("\n")
            return
        words = self._words()
        if words.strip():
            self._end_table()
            self.blocks.append(Paragraph(words, self.heading, bool(self.bold)))
        self._fresh()

    def end_cell(self) -> None:
        """End a table's cell."""
        self.cells.append(self._words().strip())
        self._fresh()

    def end_row(self) -> None:
        """End a table's row."""
        if self.cells:
            self.rows.append(tuple(self.cells))
        self.cells = []
        self._fresh()

    def close(self) -> None:
        """End what is still open."""
        self.in_table = False
        if self.cells:
            self.end_cell()
            self.end_row()
        self.end_paragraph()
        self._end_table()

    def _words(self) -> str:
        """Give what was said since, with letters beyond the first plane whole: RTF writes their halves."""
        words = "".join(self.text)
        return words if words.isascii() else words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _end_table(self) -> None:
        if not self.rows:
            return
        if all(len(row) < 2 for row in self.rows):
            cells = (cell for row in self.rows for cell in row)
            self.blocks += [Paragraph(part) for cell in cells for part in cell.split("\n") if part.strip()]
        else:
            self.blocks.append(Table(tuple(self.rows)))
        self.rows = []

    def _fresh(self) -> None:
        self.text, self.bold = [], None


def recognise(received: Received) -> float:
    """Know the mark at the beginning."""
    return 1.0 if _source(received).lstrip()[:5] == _MARK else 0.0


def read(received: Received) -> Transcript:
    """Read paragraphs and tables in order; what is hidden, deleted, in footnotes or comments is not speech."""
    document = _read(_source(received))
    return transcript_of(document.blocks, left_out(document.dropped))


def _source(received: Received) -> str:
    """Give the source with each byte as one character: RTF says itself what bytes beyond ASCII mean."""
    data = received.data.removeprefix(b"\xef\xbb\xbf")
    return data.decode("latin-1") if data.lstrip()[:5] == b"{\\rtf" else received.text


def _read(source: str) -> _Document:
    document = _Document()
    fonts, styles = _fonts(source), _headings(source)
    base = _codec(re.search(r"\\ansicpg(\d{1,5})", source[:2_000])) or (
        "mac_roman" if "\\mac" in source[:40] else "cp1252"
    )
    state = _State(codec=base)
    stack: list[_State] = []
    raw = bytearray()  # bytes of the document's encoding, which may need several for a letter
    skip = 0  # characters that stand for a \u before them, for old programs
    starred = False  # the group begins with \*
    at, end = 0, len(source)

    def say(words: str) -> None:
        nonlocal raw
        if raw:
            shown, raw = raw.decode(state.codec or base, "replace"), bytearray()
            say(shown)
        if not words or state.skip or state.hidden or state.deleted:
            return
        if words.strip() and document.bold is None:
            document.bold = state.bold
        document.text.append(words)

    while at < end and (found := _TOKEN.match(source, at)):
        at = found.end()
        word, number, code, symbol, brace, words = found.groups()
        if code:
            if skip:
                skip -= 1
            elif not (state.skip or state.hidden or state.deleted):
                raw.append(int(code, 16))
            continue
        if raw:
            say("")
        if brace == "{":
            stack.append(state)
            starred, skip = False, 0
        elif brace == "}":
            state = stack.pop() if stack else state
            skip, starred = 0, False
            if not stack:
                break  # what follows is no part of the document
        elif words is not None:
            gone = min(skip, len(words))
            skip -= gone
            words = words[gone:]
            if words and "\x7f" < max(words) <= "\xff":  # bytes of the encoding, unescaped
                words = words.encode("latin-1").decode(state.codec or base, "replace")
            if state.deleted and not state.skip and words.strip():
                document.dropped["tracked deletion"] += 1
            say(words)
            starred = False
        elif symbol is not None:
            if symbol == "*":
                starred = True
            elif symbol in "\r\n":
                _end(document, state)
            elif skip:
                skip -= 1
            else:
                say(_SYMBOLS.get(symbol, ""))
        elif word:
            value = int(number) if number else None
            if word == "bin":
                at += min(max(value or 0, 0), end - at)
            elif word == "u" and value is not None:
                say(chr(value % 65_536))
                skip = state.unicode
            elif word in _SIGNS:
                say(_SIGNS[word])
            elif word in ("par", "sect", "page", "column"):
                _end(document, state)
            elif word in ("cell", "nestcell"):
                if not state.skip:
                    document.end_cell()
            elif word in ("row", "nestrow"):
                if not state.skip:
                    document.end_row()
            elif word == "pard":
                if not state.skip:
                    document.in_table, document.heading = False, False
            elif word == "intbl":
                document.in_table |= not state.skip
            elif word == "s" and value is not None:
                document.heading |= not state.skip and value in styles
            elif word == "outlinelevel":
                document.heading |= not state.skip and value is not None and value < 9
            elif word == "f" and value is not None:
                state = _with(state, codec=fonts.get(value, base))
            else:
                state = _changed(state, word, value, starred, document)
            starred = False
    say("")
    document.close()
    return document


def _end(document: _Document, state: _State) -> None:
    if not state.skip and not (state.deleted or state.hidden):
        document.end_paragraph()


def _changed(state: _State, word: str, value: int | None, starred: bool, document: _Document) -> _State:
    """Give the state behind a control word that changes it."""
    on = value != 0
    match word:
        case "b":
            return _with(state, bold=on)
        case "v":
            return _with(state, hidden=on)
        case "deleted":
            return _with(state, deleted=on)
        case "plain":
            return _with(state, bold=False, hidden=False, deleted=False)
        case "uc":
            return _with(state, unicode=min(max(value or 0, 0), 16))
        case "upr":
            return _with(state, skip=True, where="upr")
        case "ud" if state.where == "upr":
            return _with(state, skip=False, where="")
        case "shppict" | "fldrslt":
            return state
    if word in _TOLD:
        document.dropped[_TOLD[word]] += not state.skip or word == "shptxt"
        return _with(state, skip=True)
    return _with(state, skip=True) if word.lower() in _HIDDEN or starred else state


def _fonts(source: str) -> dict[int, str]:
    """Give the codec of each font that states a character set."""
    begin = source.find("{\\fonttbl")
    if begin < 0:
        return {}
    table = source[begin : begin + 100_000]
    found = re.findall(r"\\f(\d{1,5})\b(?:(?!\\f\d)[^{};]){0,200}?\\fcharset(\d{1,3})", table)
    return {
        int(font): _CHARSETS[int(charset)] for font, charset in found if int(charset) in _CHARSETS and charset != "0"
    }


def _headings(source: str) -> set[int]:
    """Give the numbers of the styles that are a heading's or title's."""
    begin = source.find("{\\stylesheet")
    if begin < 0:
        return set()
    table = source[begin : begin + 300_000]
    found = re.findall(r"\{\\s(\d{1,5})\b[^{}]{0,2000}?([^{}\\;]{1,80});\}", table)
    return {
        int(number) for number, name in found if re.search(rf"(?:^|\s)(?:{'|'.join(HEADINGS)})", name.strip(), re.I)
    }


def _codec(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    name = {"65001": "utf-8", "10000": "mac_roman", "0": "cp1252"}.get(found.group(1), "cp" + found.group(1))
    try:
        return lookup(name).name
    except LookupError:
        return ""
