"""LRC: lines with the time in front, as Whisper writes them and players of lyrics read them."""

import re
from dataclasses import replace

from ingest.readers.assembling import Piece, assemble
from ingest.readers.received import Received
from ingest.readers.stamps import parse_stamp
from ingest.readers.timeline import in_time, named, told
from repository.domain.transcript import ReadingWarning, Transcript, TurnKind

NAME = "lrc"
TITLE = "Timed lines (LRC)"
VERSION = 1
NEEDS: tuple[str, ...] = ()
_TIME = r"\d{1,3}:\d{1,2}(?::\d{1,2})?(?:[.:]\d{1,3})?"
_STAMPED = re.compile(rf"\s*\[({_TIME})\][ \t]?")
_FINE = re.compile(r"\s*\[\d{1,3}:\d\d\.\d{2,3}\]")
_TAGGED = re.compile(
    r"\s*\[(ar|ti|al|au|by|offset|length|re|ve|la|lang|lr|tool|id|#)\s*:\s?([^\]\n]{0,300})\]?\s*$", re.I
)
_WORD_TIME = re.compile(rf"\s?<({_TIME})>\s?")
_NAMES = {
    "ar": "artist",
    "ti": "title",
    "al": "album",
    "au": "author",
    "by": "made by",
    "re": "program",
    "ve": "version",
}
#: Lines looked at, and the share of them that must be stamped.
_LINES, _MOST = 60, 0.6


def recognise(received: Received) -> float:
    """Know most lines by `[mm:ss.ff]` in front and nothing else in the brackets."""
    lines = [line for line in received.text[:8_000].split("\n")[:_LINES] if line.strip()]
    tags = sum(_TAGGED.match(line[:400]) is not None for line in lines)
    stamp = _STAMPED if tags or received.extension == "lrc" else _FINE
    fine = sum(stamp.match(line[:60]) is not None for line in lines)
    if not fine or fine < _MOST * (len(lines) - tags) - (received.extension == "lrc"):
        return 0.0
    return 0.95 if tags or received.extension == "lrc" else 0.9


def read(received: Received) -> Transcript:
    """Read the lines; one with several times is said at each. A time without words ends the line before."""
    facts: dict[str, str] = {}
    pieces: list[Piece] = []
    again: list[int] = []
    lines = received.text.split("\n")
    shift = _offset(lines)
    hundredths = _are_hundredths(lines)
    for number, line in enumerate(lines, 1):
        times: list[int] = []
        at = 0
        while found := _STAMPED.match(line, at):
            stamp = parse_stamp(_dotted(found.group(1), hundredths))
            times += [max(0, stamp - shift)] if stamp is not None else []
            at = found.end()
        if tag := _TAGGED.match(line[:400]) if at == 0 else None:
            key = tag.group(1).lower()
            facts[_NAMES.get(key, key)] = tag.group(2).strip()
            continue
        words = line[at:]
        if not times and (first := _WORD_TIME.match(words[:40])):
            stamp = parse_stamp(_dotted(first.group(1), hundredths))
            times = [max(0, stamp - shift)] if stamp is not None else []
        words = " ".join(_WORD_TIME.sub(" ", words).split()) if "<" in words else words.strip()
        if words and times:
            again += [number] if len(times) > 1 else []
            pieces += [Piece(words, start_ms=time, line=number) for time in times]
        elif words and pieces:
            pieces[-1] = replace(pieces[-1], text=f"{pieces[-1].text}\n{words}")
        elif words:
            pieces.append(Piece(words, kind=TurnKind.NOTE, breaks=True, line=number))
        elif times:
            pieces += [Piece("", start_ms=time, line=number) for time in times]
    ordered, _ = in_time(pieces)
    notes = [piece for piece in ordered if piece.kind is TurnKind.NOTE]
    spoken = named(_ended([piece for piece in ordered if piece.kind is not TurnKind.NOTE]))
    transcript = assemble([*notes, *spoken], warnings=_remarks(again, shift))
    language = (facts.pop("la", "") or facts.pop("lang", ""))[:2].lower()
    return replace(
        transcript,
        title=facts.get("title", ""),
        language=language if language.isalpha() and language.isascii() else "",
        facts={key: value for key, value in facts.items() if value},
    )


def _ended(pieces: list[Piece]) -> list[Piece]:
    """Let a time without words end what was said before it."""
    out: list[Piece] = []
    for piece in pieces:
        if piece.text:
            out.append(piece)
        elif out and out[-1].end_ms is None and (out[-1].start_ms or 0) < (piece.start_ms or 0):
            out[-1] = replace(out[-1], end_ms=piece.start_ms)
    return out


def _offset(lines: list[str]) -> int:
    """Give the milliseconds by which all is to come earlier."""
    for line in lines:
        if (tag := _TAGGED.match(line[:400])) and tag.group(1).lower() == "offset":
            found = re.fullmatch(r"\s*([+-]?\d{1,8})\s*", tag.group(2))
            return int(found.group(1)) if found else 0
    return 0


def _are_hundredths(lines: list[str]) -> bool:
    """Say whether `[01:02:75]` ends in hundredths: some exceed 59."""
    found = (_STAMPED.match(line) for line in lines)
    return any(m and m.group(1).count(":") == 2 and int(re.split("[:.]", m.group(1))[2]) > 59 for m in found)


def _dotted(stamp: str, hundredths: bool) -> str:
    return ".".join(stamp.rsplit(":", 1)) if hundredths and stamp.count(":") == 2 else stamp


def _remarks(again: list[int], shift: int) -> list[ReadingWarning]:
    remarks = told(
        len(again),
        "1 line has several times; it stands at each of them.",
        "{} lines have several times; they stand at each of them.",
        again[0] if again else None,
    )
    if shift:
        remarks.append(ReadingWarning(f"The file shifts all times by {-shift} ms; that was done."))
    return remarks
