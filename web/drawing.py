"""How a transcript's turns are drawn: words under at most three layers of highlights, bars and names in the margin."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from repository.domain.offsets import to_utf16, widened
from repository.reading import HighlightView, SuggestionView, TranscriptView, TurnView
from repository.wording import citation, said_by
from web.fragments import runs

#: Layers drawn over one another; how many more there are is said in a number.
LAYERS = 3
FOUND = "found"


@dataclass(frozen=True, slots=True)
class Layer:
    """A highlight with the layer it is drawn in, 1 nearest the words; `goes_on` says whether it began before this turn."""

    mark: HighlightView
    layer: int
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters under the same highlights: those drawn, outermost first, and how many more there are.

    `noted`: a highlight with a comment ends here. `opens`: a link leads to this very place.
    """

    text: str
    layers: tuple[Layer, ...]
    more: int
    noted: bool
    found: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A turn as it is drawn; `unit` is where it begins in a browser's UTF-16 units."""

    turn: TurnView
    citation: str
    unit: int
    pieces: tuple[Piece, ...]
    bars: tuple[Layer, ...]
    begin: tuple[Layer, ...]
    suggested: tuple[SuggestionView, ...]
    suggested_before: tuple[SuggestionView, ...]


def rows(view: TranscriptView, turns: Sequence[TurnView], start: int = -1, end: int = -1) -> list[Row]:
    """Draw turns; characters [start, end) are those that a link led to."""
    units = to_utf16(view.text, [turn.start for turn in turns])
    layer_of = layers([(mark.start, mark.end) for mark in view.highlights])
    marks = _by_turn(turns, [(m.start, m.end, (m, layer)) for m, layer in zip(view.highlights, layer_of, strict=True)])
    suggested = _by_turn(turns, [(s.start, s.end, s) for s in view.suggestions])
    to_open = start < end
    drawn = []
    for place, (turn, unit) in enumerate(zip(turns, units, strict=True)):
        over = [Layer(mark, layer, mark.start < turn.start) for mark, layer in marks.get(place, ())]
        found = [(start, end)] if 0 <= start < turn.end and end > turn.start and start < end else []
        pieces = _pieces(view.text, turn, over, found, to_open=to_open)
        to_open = to_open and not found
        here: Sequence[SuggestionView] = suggested.get(place, ())
        drawn.append(
            Row(
                turn=turn,
                citation=citation(view.study.title, said_by(turn.speaker, view.session.kind), view.session.occurred_on),
                unit=unit,
                pieces=pieces,
                bars=tuple(layer for layer in over if layer.layer <= LAYERS),
                begin=tuple(layer for layer in over if not layer.goes_on),
                suggested=tuple(s for s in here if s.start >= turn.start),
                suggested_before=tuple(s for s in here if s.start < turn.start),
            )
        )
    return drawn


def layers(spans: Sequence[tuple[int, int]]) -> list[int]:
    """Give each span, sorted by start, the lowest layer from 1 on that is free all along it.

    >>> layers([(0, 9), (2, 5), (5, 7), (6, 12)])
    [1, 2, 2, 3]
    """
    until: list[int] = []
    given = []
    for start, end in spans:
        free = next((place for place, busy in enumerate(until) if busy <= start), len(until))
        until[free : free + 1] = [end]
        given.append(free + 1)
    return given


def touched(view: TranscriptView, spans: Iterable[tuple[int, int]]) -> list[TurnView]:
    """Give the turns that look different after these spans changed: of whatever overlaps them, however far it reaches."""
    around: set[int] = set()
    for start, end in spans:
        grown = True
        while grown:
            grown = False
            for mark in view.highlights:
                if mark.start < end and mark.end > start and (mark.start < start or mark.end > end):
                    start, end, grown = min(start, mark.start), max(end, mark.end), True
        around.update(place for place in _by_turn(view.turns, [(start, end, None)]))
    return [view.turns[place] for place in sorted(around)]


def _by_turn(turns: Sequence[TurnView], spans: Iterable[tuple[int, int, Any]]) -> dict[int, list[Any]]:
    """Give, by place in `turns`, what overlaps each turn."""
    starts = [turn.start for turn in turns]
    found: dict[int, list[Any]] = {}
    for start, end, what in spans:
        place = max(0, bisect_right(starts, start) - 1)
        while place < len(turns) and turns[place].start < end:
            if turns[place].end > start:
                found.setdefault(place, []).append(what)
            place += 1
    return found


def _pieces(
    text: str, turn: TurnView, over: Sequence[Layer], found: Sequence[tuple[int, int]], *, to_open: bool
) -> tuple[Piece, ...]:
    spans: list[tuple[int, int, Any]] = [(*widened(text, layer.mark.start, layer.mark.end), layer) for layer in over]
    spans += [(*widened(text, a, b), FOUND) for a, b in found]
    ends = {end for _, end, layer in spans if layer != FOUND and layer.mark.comment}
    pieces, at = [], turn.start
    for run in runs(text, turn.start, turn.end, spans):
        at += len(run.text)
        here = sorted((mark for mark in run.marks if mark != FOUND), key=lambda layer: layer.layer)
        is_found = FOUND in run.marks
        shown = tuple(layer for layer in here if layer.layer <= LAYERS)
        begins_more = any(mark != FOUND and mark.layer > LAYERS for mark in run.begins)
        pieces.append(
            Piece(
                run.text,
                shown,
                len(here) - len(shown) if begins_more else 0,
                at in ends,
                is_found,
                is_found and to_open,
            )
        )
        to_open = to_open and not is_found
    return tuple(pieces)
