"""Highlights from one text of a session to the next: never silently at other words.

A highlight whose words are all still there, side by side, moves with them. One that does not is looked for by its words
and what stood around them, and is then "found": somebody should look. Otherwise it is "lost" and stays with the last text
that had its words.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from nlp.aligning import Alignment
from repository.evidence_keeping import settle
from repository.store.revisions import Anchor, CarryRow
from repository.store.unit import Unit

#: Characters that must be unchanged beside a highlight's words, unless the words themselves are as many as `ENOUGH`.
BESIDE, ENOUGH = 8, 24
#: How far from where it is expected a highlight is looked for, in characters, if its words occur more than once.
WINDOW = 2_000


class Outcome(StrEnum):
    """What became of a highlight when the text was corrected."""

    MOVED = "moved"
    FOUND = "found"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a text with the words they were, and what stood before and after them."""

    start: int
    end: int
    quote: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """Where a span is in the new text; of a lost one, [start, end) is where it was in the old."""

    outcome: Outcome
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many highlights moved with the text, were found again by their words, and were lost."""

    moved: int = 0
    found: int = 0
    lost: int = 0


def carry(alignment: Alignment, spans: Sequence[Span]) -> list[Carried]:
    """Say where each span of the old text is in the new one.

    >>> old, new = "Nobody told me. I phoned twice.", "Nobody ever told me. I phoned them twice."
    >>> carry(Alignment(old, new), [Span(7, 14, "told me"), Span(16, 31, "I phoned twice.")])[0]
    Carried(outcome=<Outcome.MOVED: 'moved'>, start=12, end=19)
    """
    return [_carry(alignment, span) for span in spans]


def _carry(alignment: Alignment, span: Span) -> Carried:
    moved = _moved(alignment, span)
    if moved:
        return Carried(Outcome.MOVED, *moved)
    start = _found(alignment, span)
    if start is not None:
        return Carried(Outcome.FOUND, start, start + len(span.quote))
    return Carried(Outcome.LOST, span.start, span.end)


def _moved(alignment: Alignment, span: Span) -> tuple[int, int] | None:
    """Give where the span's words went, if they are the same and stand where they stood."""
    block, place = alignment.block_of(span.start, span.end), alignment.place(span.start, span.end)
    if not block or not place or not span.quote or alignment.new[place[0] : place[1]] != span.quote:
        return None
    # A short word alone in changed surroundings may be another one that only looks the same.
    whole = span.end - span.start == len(alignment.old)
    return place if whole or len(span.quote) >= ENOUGH or block.length - len(span.quote) >= BESIDE else None


def _found(alignment: Alignment, span: Span) -> int | None:
    """Give where the span's words stand again: with most of what stood around them, once, or clearly nearest."""
    expected = alignment.near(span.start)
    for before, after in dict.fromkeys(((span.prefix, span.suffix), (span.prefix, ""), ("", span.suffix), ("", ""))):
        places = sorted(occurrences(alignment.new, span, before, after), key=lambda at: abs(at - expected))
        far = [abs(place - expected) for place in places[:2]]
        if len(places) == 1 or (places and far[0] <= WINDOW and 2 * far[0] < far[1]):
            return places[0]
    return None


def occurrences(text: str, span: Span, before: str = "", after: str = "") -> list[int]:
    """Give where a span's words stand in a text, between `before` and `after`; not within longer words.

    >>> occurrences("a party of art", Span(0, 3, "art"))
    [11]
    """
    wanted = before + span.quote + after
    places: list[int] = []
    found = text.find(wanted) if span.quote else -1
    while found >= 0:
        at = found + len(before)
        end = at + len(span.quote)
        first, last = _cut(text[at - 1 : at], span.quote[0]), _cut(span.quote[-1], text[end : end + 1])
        if (not first or _cut(span.prefix[-1:], span.quote[0])) and (not last or _cut(span.quote[-1], span.suffix[:1])):
            places.append(at)
        found = text.find(wanted, found + 1)
    return places


def _cut(last: str, first: str) -> bool:
    """Say whether a word goes on from one character to the next."""
    return last.isalnum() and first.isalnum()


def carry_over(unit: Unit, text_id: int, now: datetime) -> Counts:
    """Carry a session's highlights to this text, in the transaction that made it the session's current one.

    Those that were lost before are looked for again: a text that is restored brings its highlights back.
    """
    body = unit.revisions.body(text_id)
    outcomes: list[tuple[Anchor, Carried]] = []
    for old_id, marks in groupby(unit.revisions.marks_elsewhere(text_id), key=lambda mark: mark.text_id):
        held = list(marks)
        spans = [Span(mark.start, mark.end, mark.quote, mark.prefix, mark.suffix) for mark in held]
        outcomes += zip(held, carry(Alignment(unit.revisions.body(old_id), body), spans), strict=True)
    # The surest first: where two of one person come to the same words, only one can stay.
    outcomes.sort(key=lambda pair: (pair[0].lost_at is not None, pair[1].outcome is not Outcome.MOVED))
    taken = unit.revisions.places(text_id)
    moving: list[Anchor] = []
    lost: list[Anchor] = []
    rows: list[CarryRow] = []
    for mark, one in outcomes:
        place, outcome = (one.start, one.end, mark.created_by), one.outcome
        if outcome is Outcome.LOST or place in taken:
            outcome = Outcome.LOST
        elif mark.lost_at:
            outcome = Outcome.FOUND
        if outcome is Outcome.LOST and mark.lost_at:
            continue  # as before
        if outcome is Outcome.LOST:
            lost.append(mark)
        else:
            taken.add(place)
            moving.append(mark.at(text_id, body, one.start, one.end))
        settled = now if outcome is Outcome.MOVED else None
        rows.append(CarryRow(mark.id, mark.text_id, text_id, outcome.value, now, settled))
    unit.revisions.settle([row.highlight_id for row in rows if row.settled_at is None], now)
    unit.revisions.move(moving)
    unit.revisions.lose([mark.id for mark in lost], now)
    unit.revisions.note_carried(rows)
    settle(unit, now, sessions=unit.revisions.whose(text_id))
    told = Counter(row.outcome for row in rows)
    return Counts(told[Outcome.MOVED], told[Outcome.FOUND], told[Outcome.LOST])
