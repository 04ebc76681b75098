"""What speech recognisers know of each word, made into pieces of speech: sentences with their times."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ingest.readers.assembling import Piece, glue
from ingest.readers.timeline import in_time, left_out
from repository.domain.transcript import ReadingWarning, Role, SessionKind, TimePrecision, TurnKind

#: Silence in ms, and a number of words, after which a piece ends within a sentence.
_SILENCE, _LONG = 2_000, 40
_ENDS = re.compile(r"[.?!…。？！؟।][\"'”’»)\]]{0,3}$")
_WORDY = re.compile(r"\w")
#: How far in ms a word may lie outside everybody's speech and still be the nearest one's.
_NEAR = 1_000
#: A fall of time in ms that is no mere disorder: another recording begins.
_RESTART = 120_000
_MARK = re.compile(
    r"[♪♫\s]{1,20}|[\[(*♪♫]{1,3}\s{0,3}(?:blank[_ ]audio|silence|silencio|silêncio|stille|(?:background |upbeat )?music(?: playing)?|"
    r"m[uú]sica|musique|musik|muzyka|muziek|музыка|音楽|音乐|applause|aplausos|applaudissements|applaus|sound|noise|"
    r"(?:background )?noise|ruido|no audio|no speech)\s{0,3}[\])*♪♫]{1,3}",
    re.I,
)


@dataclass(slots=True)
class Word:
    """A word; `joined` to the one before without a space between. `breaks`: a paragraph begins here."""

    text: str
    speaker: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    confidence: float | None = None
    joined: bool = False
    breaks: bool = False


@dataclass(slots=True)
class Heard:
    """What a dialect makes of a file."""

    pieces: list[Piece]
    shape: str = ""
    title: str = ""
    language: str = ""
    occurred_on: date | None = None
    roles: dict[str, Role] = field(default_factory=dict)
    recorder: str = ""
    precision: TimePrecision = TimePrecision.EXACT
    warnings: list[ReadingWarning] = field(default_factory=list)
    kind: SessionKind | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """When somebody speaks, in ms."""

    start_ms: int
    end_ms: int
    speaker: str | None


def pieces_of(words: Iterable[Word]) -> list[Piece]:
    """Make a piece of each sentence; a new one begins with another speaker, a silence, or after many words, too."""
    groups: list[list[Word]] = []
    last: Word | None = None
    for word in words:
        if not word.text.strip():
            continue
        if last is None or not _goes_on(groups[-1], last, word):
            groups.append([])
        groups[-1].append(word)
        last = word
    return [_piece(group) for group in groups]


def _goes_on(group: Sequence[Word], last: Word, word: Word) -> bool:
    if word.joined and (word.speaker in (None, last.speaker) or not _WORDY.search(word.text)):
        return True
    if word.breaks or word.speaker != group[0].speaker or len(group) >= _LONG or _ENDS.search(last.text.rstrip()):
        return False
    heard = last.end_ms if last.end_ms is not None else last.start_ms
    return word.start_ms is None or heard is None or word.start_ms - heard < _SILENCE


def _piece(group: Sequence[Word]) -> Piece:
    out: list[str] = []
    before = ""
    for word in group:
        if out and not word.joined:
            out.append(" " if before.endswith("-") else glue(before, word.text))
        out.append(word.text)
        before = word.text
    sure = [word.confidence for word in group if word.confidence is not None]
    start = group[0].start_ms
    ends = [time for word in group for time in (word.end_ms, word.start_ms) if time is not None]
    if start is None and ends:
        start = min(ends)
    return Piece(
        "".join(out),
        group[0].speaker,
        start_ms=start,
        end_ms=max(ends) if start is not None and ends and max(ends) >= start else None,
        confidence=round(sum(sure) / len(sure), 4) if sure else None,
        breaks=group[0].breaks,
    )


def cut(piece: Piece, words: Sequence[Word]) -> list[Piece]:
    """Cut a long piece into its sentences where its words, joined by spaces, are its very text; else keep it whole."""
    if len(words) < 2 or " ".join(" ".join(word.text for word in words).split()) != " ".join(piece.text.split()):
        return [piece]
    parts = pieces_of(replace(word, speaker=piece.speaker) for word in words)
    if parts and parts[0].start_ms is not None and piece.start_ms is not None:
        parts[0] = replace(parts[0], start_ms=min(parts[0].start_ms, piece.start_ms), breaks=piece.breaks)
    return parts


def who(spans: Sequence[Span], start_ms: int | None, end_ms: int | None) -> str | None:
    """Name who speaks at a time, from spans sorted by their beginning: who overlaps most, else who is near."""
    if start_ms is None or not spans:
        return None
    end = end_ms if end_ms is not None and end_ms > start_ms else start_ms + 1
    place = bisect_right(spans, start_ms, key=lambda span: span.start_ms)
    best: tuple[int, str | None] | None = None
    for span in spans[max(place - 3, 0) : place + 2]:
        shared = min(end, span.end_ms) - max(start_ms, span.start_ms)
        if best is None or shared > best[0]:
            best = (shared, span.speaker)
    return best[1] if best and best[0] > -_NEAR else None


def ordered(pieces: Sequence[Piece]) -> tuple[list[Piece], list[ReadingWarning]]:
    """Sort pieces by time, unless times begin anew: two recordings in one file stay one after the other."""
    times = [piece.start_ms for piece in pieces if piece.start_ms is not None]
    latest = 0
    for time in times:
        if latest - time > _RESTART:
            return list(pieces), []
        latest = max(latest, time)
    return in_time(pieces)


def without_marks(pieces: Sequence[Piece]) -> tuple[list[Piece], list[ReadingWarning]]:
    """Leave out pieces that are only a mark of no speech: [BLANK_AUDIO], [Música], ♪♪."""
    marks = [piece.text.strip() for piece in pieces if _is_mark(piece)]
    kept = [piece for piece in pieces if not _is_mark(piece)]
    return kept, left_out(Counter(marks))


def _is_mark(piece: Piece) -> bool:
    return piece.kind is TurnKind.SPEECH and len(piece.text) < 60 and _MARK.fullmatch(piece.text.strip()) is not None
