"""Pieces of speech in order of time, and seconds to milliseconds: for formats with a timeline of their own."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import pairwise

from ingest.readers.assembling import Piece, glue
from ingest.readers.captions import changing
from ingest.readers.captions import named as named_in_front
from repository.domain.transcript import ReadingWarning

_NUMBER = re.compile(r"[+-]?(?:\d{1,12}(?:[.,]\d{0,20})?|[.,]\d{1,20})(?:[eE][+-]?\d{1,2})?")
#: A week in ms: no session is longer.
_LONGEST = 7 * 24 * 3_600_000
#: Shorter overlaps are rounding.
_ROUNDING = 2


def ms_of(seconds: str, scale: int = 1000) -> int | None:
    """Give the milliseconds of a number of seconds as written, exactly; None if it is none, negative or absurd.

    >>> ms_of("1372.6225001"), ms_of("4,5"), ms_of("nan"), ms_of("-1"), ms_of("1500", 1)
    (1372623, 4500, None, None, 1500)
    """
    written = seconds.strip()
    if not _NUMBER.fullmatch(written):
        return None
    try:
        value = int((Decimal(written.replace(",", ".")) * scale).to_integral_value(ROUND_HALF_UP))
    except (InvalidOperation, OverflowError):
        return None
    return value if 0 <= value <= _LONGEST else None


def in_time(pieces: Sequence[Piece]) -> tuple[list[Piece], list[ReadingWarning]]:
    """Sort pieces by their beginning; one without a time stays behind the one before it. Say what overlaps."""
    times: list[int] = []
    for piece in pieces:
        times.append(piece.start_ms if piece.start_ms is not None else (times[-1] if times else -1))
    ordered = [pieces[index] for index in sorted(range(len(pieces)), key=times.__getitem__)]
    return ordered, overlaps(ordered)


def since_midnight(
    pieces: Sequence[Piece], moments: Sequence[tuple[datetime | None, datetime | None]]
) -> tuple[list[Piece], date | None]:
    """Give pieces that begin and end at moments their times since the first day's midnight, and that day.

    Nothing is done, and None given, where there are no moments, or only some of them say how they relate to UTC.
    """
    known = [moment for pair in moments for moment in pair if moment]
    if not known or len(pieces) != len(moments) or len({moment.tzinfo is None for moment in known}) > 1:
        return list(pieces), None
    midnight = min(known).replace(hour=0, minute=0, second=0, microsecond=0)

    def ms(moment: datetime | None) -> int | None:
        since = round((moment - midnight).total_seconds() * 1000) if moment else None
        return since if since is not None and since <= _LONGEST else None

    timed = []
    for piece, (begin, end) in zip(pieces, moments, strict=True):
        start = ms(begin)
        stop = ms(end) if start is not None else None
        start, stop, _ = sane(start, stop)
        timed.append(replace(piece, start_ms=start, end_ms=stop))
    return timed, midnight.date()


def overlaps(pieces: Sequence[Piece]) -> list[ReadingWarning]:
    """Say how many pieces begin while somebody else is still speaking."""
    last: tuple[int, str | None] = (-1, None)  # when somebody was last heard, and who; then the same of the others
    other: tuple[int, str | None] = (-1, None)
    count = 0
    for piece in pieces:
        if piece.start_ms is None or not piece.text.strip():
            continue
        before = other if last[1] == piece.speaker else last
        count += before[0] > piece.start_ms + _ROUNDING
        end = piece.end_ms if piece.end_ms is not None else piece.start_ms
        if last[1] == piece.speaker:
            last = (max(end, last[0]), piece.speaker)
        elif end > last[0]:
            last, other = (end, piece.speaker), last
        elif end > other[0]:
            other = (end, piece.speaker)
    if not count:
        return []
    does = "1 piece of speech overlaps" if count == 1 else f"{count} pieces of speech overlap"
    return [ReadingWarning(f"{does} another: people spoke at the same time.")]


def named(pieces: Sequence[Piece]) -> list[Piece]:
    """Take speakers from `Name: ` or `>>` in front of the words, where the format itself names nobody; join lines."""
    found = list(pieces)
    if not any(piece.speaker for piece in found):
        found = changing(named_in_front(found))
    return [replace(piece, text=_flat(piece.text)) if "\n" in piece.text else piece for piece in found]


def _flat(words: str) -> str:
    lines = [line for line in (" ".join(line.split()) for line in words.split("\n")) if line]
    return lines[0] + "".join(glue(before, line) + line for before, line in pairwise(lines)) if lines else ""


def sane(start: int | None, end: int | None) -> tuple[int | None, int | None, bool]:
    """Give beginning and end, without an end before the beginning, and whether all was well."""
    if start is not None and end is not None and end < start:
        return start, None, False
    return start, end, True


def told(count: int, one: str, many: str, line: int | None = None) -> list[ReadingWarning]:
    """Make a remark on `count` things, none if there are none; `many` has `{}` for the number."""
    if not count:
        return []
    return [ReadingWarning(one if count == 1 else many.format(count), line)]


def broken_ends(count: int, line: int | None = None) -> list[ReadingWarning]:
    """Say how many cues end before they begin."""
    return told(
        count,
        "A cue ends before it begins; its end was dropped.",
        "{} cues end before they begin; their ends were dropped.",
        line,
    )


def left_out(counts: Mapping[str, int]) -> list[ReadingWarning]:
    """Name what was left out on purpose: `{"pause": 2}` gives "Left out: pause (2)."."""
    named = ", ".join(f"{what} ({count})" for what, count in counts.items() if count)
    return [ReadingWarning(f"Left out: {named}.")] if named else []


def distinct(names: Mapping[str, str]) -> dict[str, str]:
    """Give a label for each key: its name, or its name and key where several have the same name."""
    counts = Counter(names.values())
    return {key: name if counts[name] == 1 else f"{name} ({key})" for key, name in names.items()}
