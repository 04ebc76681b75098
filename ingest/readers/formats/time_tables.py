"""Times and words in columns: Whisper's TSV (and whisper.cpp's CSV), Audacity's label tracks."""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace

from ingest.readers.assembling import Piece, assemble
from ingest.readers.received import Received
from ingest.readers.timeline import broken_ends, in_time, ms_of, named, sane, told
from repository.domain.transcript import Transcript
from repository.errors import UnreadableSource

NAME = "time-table"
TITLE = "Times and words in columns"
VERSION = 1
NEEDS: tuple[str, ...] = ()
_WHISPER = re.compile(r"\s{0,4}\"?start\"?([\t,;])\"?end\"?\1(?:\"?speaker\"?\1)?\"?text\"?[ \t]*(?:\n|\Z)", re.I)
_NUMBER = r"-?\d{1,7}[.,]\d{1,9}"
_LABEL = re.compile(rf"({_NUMBER})\t({_NUMBER})(?:\t([^\n]*))?$")
#: Audacity's second line of a label: the lowest and highest frequency.
_FREQUENCIES = re.compile(r"\\\t")
#: Lines looked at, and the share of them that must be labels.
_LINES, _MOST = 30, 0.9


def recognise(received: Received) -> float:
    """Know Whisper's header, or that every line begins with two decimal numbers."""
    if _WHISPER.match(received.text[:200]):
        return 0.95
    lines = [line for line in received.text[:8_000].split("\n")[:_LINES] if line.strip()]
    whole = lines[:-1] if len(received.text) > 8_000 else lines
    fit = sum(bool(_LABEL.match(line) or _FREQUENCIES.match(line)) for line in whole)
    if whole and _LABEL.match(whole[0]) and fit >= _MOST * len(whole):
        return 0.95 if any(any(c.isalpha() for c in line) for line in whole) else 0.6
    return 0.0


def read(received: Received) -> Transcript:
    """Read the rows; whole numbers are milliseconds (Whisper), decimal ones seconds."""
    header = _WHISPER.match(received.text[:200])
    rows = list(_whisper(received.text, header.group(1)) if header else _labels(received.text))
    pieces: list[Piece] = []
    broken = odd = 0
    for number, begins, ends, who, words in rows:
        start, end, fine = sane(_time(begins), _time(ends))
        broken += not fine
        odd += start is None and bool(words.strip())
        if end == start and not header:
            end = None  # a label at a point
        pieces.append(Piece(words.strip(), who.strip() or None, start_ms=start, end_ms=end, line=number))
    ordered, warnings = in_time(pieces)
    transcript = assemble(
        named(ordered),
        warnings=[
            *told(
                odd,
                "A row has no time that can be read; its words are kept.",
                "{} rows have no time; all words are kept.",
            ),
            *broken_ends(broken),
            *warnings,
        ],
    )
    return replace(transcript, shape="Whisper table (start, end, text)" if header else "Audacity labels")


def _time(written: str) -> int | None:
    return ms_of(written, 1 if written.strip().isdigit() else 1000)


_Row = tuple[int, str, str, str, str]


def _whisper(text: str, mark: str) -> Iterator[_Row]:
    head, _, _ = text.lstrip().partition("\n")
    speaker = "speaker" in head.lower()
    if mark == "\t":  # nothing is quoted: Whisper makes blanks of tabs
        for number, line in enumerate(text.split("\n"), 1):
            cells = line.split("\t", 3 if speaker else 2)
            if len(cells) > 2 and cells[0].strip().strip('"').lower() != "start":
                yield number, cells[0], cells[1], cells[2] if speaker else "", _unquoted(cells[-1])
            elif len(cells) <= 2 and line.strip():
                yield number, "", "", "", line
        return
    reader = csv.reader(text.strip().split("\n"), delimiter=mark, skipinitialspace=True)
    try:
        for cells in reader:
            if reader.line_num > 1 and len(cells) > 2:
                words = mark.join(cells[3 if speaker else 2 :])
                yield reader.line_num, cells[0], cells[1], cells[2] if speaker else "", words
            elif reader.line_num > 1 and any(cells):
                yield reader.line_num, "", "", "", " ".join(cells)
    except csv.Error as error:
        raise UnreadableSource(
            "The table is damaged.", line=reader.line_num, slug="damaged-file", hint="Export it again."
        ) from error


def _unquoted(cell: str) -> str:
    """Undo the quotation marks that a spreadsheet puts round a cell with quotation marks in it."""
    cell = cell.strip()
    inner = cell[1:-1]
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '""' in inner and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return cell


def _labels(text: str) -> Iterator[_Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if found := _LABEL.match(line):
            yield number, found.group(1), found.group(2), "", found.group(3) or ""
        elif line.strip() and not _FREQUENCIES.match(line):
            yield number, "", "", "", line
