"""Lines and the headers found among them to pieces of speech; lines without headers to notes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.readers.assembling import Piece
from ingest.readers.grammars import (
    ASIDE,
    HEAD,
    Grammar,
    Line,
    heads_attachments,
    is_boilerplate,
    is_notice,
    is_placeholder,
    recorder_in,
)
from ingest.readers.stamps import STAMP, parse_stamp
from repository.domain.transcript import ReadingWarning, TimePrecision, TurnKind

_LONE_TIME = re.compile(rf"\s*[\[(]?({STAMP})[\])]?\s*")
_TIME_IN_FRONT = re.compile(rf"\s*\[({STAMP})\]\s+(?=\S)")
_PRIVATE = re.compile(r"\((?:direct message|privately|direktnachricht|message direct|mensaje directo)\)", re.I)
_BULLET = re.compile(r"\s*(?:[-*•–·▪◦]|\d{1,3}[.)])\s+\S")


@dataclass(frozen=True, slots=True)
class Header:
    """Where a line says who speaks: the words begin at `rest` of that line."""

    label: str | None
    start_ms: int | None
    end_ms: int | None
    rest: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said, how exact its times are, and who switched the recording on ("" if nobody says)."""

    pieces: list[Piece]
    precision: TimePrecision
    warnings: tuple[ReadingWarning, ...]
    recorder: str


def pieces_of(lines: Sequence[Line], grammar: Grammar, headers: dict[int, Header]) -> Spoken:
    """Cut lines into pieces at the headers and paragraphs.

    What lies before the first header, headings and asides are notes; a time alone on a line is that of the next words.
    """
    pieces: list[Piece] = []
    bodies: list[list[str]] = []  # the lines of each piece, joined at the end: linear
    speaking: Header | None = None
    clock: int | None = None  # a time on a line of its own, for the next words
    left_out: list[int | None] = []
    recorder = ""
    chat = grammar.kind is TurnKind.CHAT
    hanging = False  # below a message come its pictures and reactions

    def begin(text: str, line: Line, *, kind: TurnKind, header: Header | None, timed: bool) -> None:
        nonlocal clock
        label = header.label if header else None
        start, end = (header.start_ms, header.end_ms) if header and timed else (None, None)
        if start is None and clock is not None:
            start, clock = clock, None
        breaks = grammar.labelled or kind is TurnKind.NOTE  # times alone cut lines anywhere, even inside a sentence
        pieces.append(Piece("", label, kind, start, end, breaks=breaks, line=line.number))
        bodies.append([text])

    inner = _TIME_IN_FRONT if grammar.timed and grammar.labelled else None
    private: list[int | None] = []
    fresh = True  # the next line begins a piece
    for index, line in enumerate(lines):
        header = headers.get(index)
        lone = _LONE_TIME.fullmatch(line.text[:HEAD]) if not grammar.timed and not chat else None
        hanging = chat and not header and (heads_attachments(line.text) or (hanging and not line.gap))
        if header and chat and is_placeholder(line.text[header.rest :]):
            left_out.append(line.number)
            speaking, fresh = header, True
        elif header:
            speaking = header
            if chat and _PRIVATE.search(line.text[: header.rest]):
                private.append(line.number)
            begin(line.text[header.rest :], line, kind=grammar.kind, header=header, timed=True)
            fresh = False
        elif lone:
            clock, fresh = parse_stamp(lone.group(1)), True
        elif is_boilerplate(line.text) or hanging or (chat and is_notice(line.text)):
            left_out.append(line.number)
            recorder = recorder or recorder_in(line.text)
            fresh = True
        elif line.note or ASIDE.match(line.text[:HEAD]):
            begin(line.text, line, kind=TurnKind.NOTE, header=None, timed=False)
            speaking, fresh = (None if line.note else speaking), True
        elif fresh or (line.gap and not (speaking and chat)):
            if speaking and bodies[-1] == [""]:  # only the header came so far
                bodies[-1].append(line.text)
            else:
                kind = grammar.kind if speaking else TurnKind.NOTE
                text = line.text
                if speaking and inner and (found := inner.match(text[:HEAD])):  # the same speaker's, at a time
                    clock, text = parse_stamp(found.group(1)), text[found.end() :]
                begin(text, line, kind=kind, header=speaking, timed=False)
            fresh = False
        else:
            bodies[-1].append(line.text)
    exact = grammar.timed or any(header.start_ms is not None for header in headers.values())
    precision = TimePrecision.EXACT if exact else TimePrecision.COARSE
    broken = [lines[i].number for i, h in headers.items() if grammar.timed and h.start_ms is None]
    warnings = (
        *_private(private),
        *_told(left_out, "written by the recorder was left out"),
        *_told(broken, "has a time that cannot be read"),
    )
    return Spoken(_filled(pieces, bodies), precision, warnings, recorder)


def _told(numbers: Sequence[int | None], what: str) -> list[ReadingWarning]:
    if not numbers:
        return []
    many = what.replace(" was ", " were ").replace("has a time", "have times")
    words = f"1 line {what}." if len(numbers) == 1 else f"{len(numbers)} lines {many}."
    return [ReadingWarning(words, numbers[0])]


def _private(numbers: Sequence[int | None]) -> list[ReadingWarning]:
    if not numbers:
        return []
    were = "1 message was" if len(numbers) == 1 else f"{len(numbers)} messages were"
    return [ReadingWarning(f"{were} sent to one person only.", numbers[0])]


def notes_of(lines: Sequence[Line]) -> list[Piece]:
    """Make a note of each paragraph; a heading and each item of a list stand alone."""
    pieces: list[Piece] = []
    bodies: list[list[str]] = []
    after_note, deep = False, 0
    for line in lines:
        indent = len(line.text) - len(line.text.lstrip())
        starts = line.gap or line.note or after_note or indent < deep or _BULLET.match(line.text[:HEAD])
        if starts or not pieces:
            pieces.append(Piece("", kind=TurnKind.NOTE, breaks=True, line=line.number))
            bodies.append([])
        bodies[-1].append(line.text)
        after_note, deep = line.note, indent
    return _filled(pieces, bodies)


def _filled(pieces: Sequence[Piece], bodies: Sequence[Sequence[str]]) -> list[Piece]:
    texts = ("\n".join(filter(None, (part.strip() for part in body))) for body in bodies)
    return [replace(piece, text=text) for piece, text in zip(pieces, texts, strict=True)]
