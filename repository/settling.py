"""Highlights that a corrected text lost, or found again by their words: what a page shows of them, and what settles one."""

import re
from dataclasses import dataclass
from functools import lru_cache

from nlp.aligning import Alignment
from repository.carrying_over import Outcome, Span, occurrences
from repository.domain.access import PersonRole, Viewer
from repository.domain.study import Session
from repository.errors import Forbidden, NotFound, Outdated, Rejected
from repository.evidence_keeping import settle
from repository.revising import seen, writable
from repository.store.revisions import Anchor, CarryRow
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Characters shown on each side of words.
AROUND = 160
#: Places proposed for a lost highlight, at most.
PLACES = 3
#: Characters that a corrected quote may have beyond twice its length and still be proposed whole.
SPARE = 40
#: Least share of a quote's words that a turn must have to be proposed.
ALIKE = 0.5
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Shown:
    """Characters [start, end) of a text, with what stands around them."""

    start: int
    end: int
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class CarriedHighlight:
    """A highlight to look at: what it was, its codes by slug and name, where it could be now."""

    mark: Anchor
    codes: tuple[tuple[str, str], ...]
    revision: int
    shown: Shown
    places: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class CarriedHighlights:
    """A session's highlights: those to look at, those kept with an older text, and how many moved to the newest."""

    session: Session
    text_id: int
    lost: tuple[CarriedHighlight, ...]
    found: tuple[CarriedHighlight, ...]
    kept: tuple[CarriedHighlight, ...]
    moved: int


def to_look_at(workspace: Workspace, viewer: Viewer, session_id: int) -> int:
    """Count the highlights of a session that were lost or found again and that nobody has looked at."""
    with workspace.read() as unit:
        return unit.revisions.to_look_at(session_id) if unit.sessions.get(viewer, session_id) else 0


def carried_highlights(workspace: Workspace, viewer: Viewer, session_id: int) -> CarriedHighlights:
    """Show what became of a session's highlights. Raises NotFound."""
    with workspace.read() as unit:
        session = seen(unit, viewer, session_id)
        current = session.text_id or 0
        carried = unit.revisions.carried(session_id)
        waiting = {row.highlight_id for row in carried if row.settled_at is None}
        settled = {row.highlight_id for row in carried if row.outcome == Outcome.LOST} - waiting
        lost = unit.revisions.marks_elsewhere(current)
        found = unit.revisions.marks(session_id, waiting - {mark.id for mark in lost})
        marks = {mark.id: mark for mark in lost} | found
        codes = unit.revisions.codes_of(list(marks))
        names = {code.id: (code.facts.slug, code.facts.name) for code in unit.codes.all()} if codes else {}
        numbers = {row.id: row.revision for row in unit.revisions.history(session_id)}
        bodies = {i: unit.revisions.body(i) for i in {current, *(mark.text_id for mark in marks.values())}}
    side_by_side = lru_cache(lambda text_id: Alignment(bodies[text_id], bodies[current]))

    def view(mark: Anchor) -> CarriedHighlight:
        its = tuple(names[code_id] for code_id in codes.get(mark.id, []))
        shown = _show(bodies[mark.text_id], mark.start, mark.end)
        return CarriedHighlight(
            mark, its, numbers[mark.text_id], shown, _places(side_by_side(mark.text_id), mark, current)
        )

    return CarriedHighlights(
        session,
        current,
        lost=tuple(view(mark) for mark in lost if mark.id not in settled),
        found=tuple(view(mark) for mark in sorted(found.values(), key=lambda mark: mark.start)),
        kept=tuple(view(mark) for mark in lost if mark.id in settled),
        moved=sum(row.outcome == Outcome.MOVED and row.to_text_id == current for row in carried),
    )


# Remedies; the third is to delete the highlight, which repository/coding.py does


def put(
    workspace: Workspace, viewer: Viewer, session_id: int, highlight_id: int, *, text_id: int, start: int, end: int
) -> int:
    """Put a highlight at other words of the newest text, and give the act that undoes it.

    Where its person has one at these words already, the two become one. Raises Forbidden, NotFound, Outdated (the text is
    not the newest), Rejected (no words there).
    """
    with workspace.write() as unit:
        mark = _mark(unit, viewer, session_id, highlight_id)
        if unit.revisions.lock(session_id) != text_id:
            raise Outdated(hint="Load the page again: the places are others now.")
        body = unit.revisions.body(text_id)
        if not 0 <= start < end <= len(body) or not body[start:end].strip():
            raise Rejected("There are no words at this place.", slug="no-words")
        there = mark.at(text_id, body, start, end)
        other = unit.revisions.at_place(there)
        touched = [highlight_id, *([other] if other else [])]
        before = unit.acts.image(touched)
        unit.revisions.settle([highlight_id], workspace.clock())
        if other:
            unit.revisions.give_codings(highlight_id, other)
            unit.codings.remove(highlight_id)
        else:
            unit.revisions.move([there])
        settle(unit, workspace.clock(), sessions=[session_id])
        act = unit.acts.add(
            session_id=session_id,
            by=viewer.person,
            at=workspace.clock(),
            kind="move",
            told="Put the highlight at other words.",
            before=before,
            after=unit.acts.image(touched),
        )
        return act.id


def keep(workspace: Workspace, viewer: Viewer, session_id: int, highlight_id: int) -> None:
    """Leave a highlight where it is: a lost one with its old text, a found one where it was found."""
    with workspace.write() as unit:
        mark = _mark(unit, viewer, session_id, highlight_id)
        now, text_id = workspace.clock(), unit.revisions.lock(session_id)
        unit.revisions.settle([highlight_id], now)
        if text_id is not None and mark.text_id != text_id:
            unit.revisions.lose([highlight_id], now)
            unit.revisions.note_carried([CarryRow(highlight_id, mark.text_id, text_id, Outcome.LOST.value, now, now)])
            settle(unit, now, sessions=[session_id])


def _mark(unit: Unit, viewer: Viewer, session_id: int, highlight_id: int) -> Anchor:
    writable(unit, viewer, session_id)
    found = unit.revisions.marks(session_id, [highlight_id])
    if not found:
        raise NotFound("There is no such highlight in this transcript.")
    mark = found[highlight_id]
    if mark.created_by != viewer.person and viewer.role not in (PersonRole.OPS, PersonRole.ADMIN):
        raise Forbidden(f"This is {mark.created_by}’s.", hint="Make a highlight of your own.")
    return mark


# Where a lost highlight could be


def _show(body: str, start: int, end: int) -> Shown:
    before, after = body[max(0, start - AROUND) : start], body[end : end + AROUND]
    before = before if len(before) < AROUND else "…" + before[before.find(" ") :]
    after = after if len(after) < AROUND else after[: after.rfind(" ") + 1] + "…"
    return Shown(start, end, before, body[start:end], after)


def _places(alignment: Alignment, mark: Anchor, current: int) -> tuple[Shown, ...]:
    """Propose where a highlight could be: the same words elsewhere, what its words became, turns that are like them."""
    span = Span(mark.start, mark.end, mark.quote, mark.prefix, mark.suffix)
    expected, lost = alignment.near(mark.start), mark.text_id != current
    same = sorted(occurrences(alignment.new, span), key=lambda at: abs(at - expected))
    places = [(at, at + len(mark.quote)) for at in same[: PLACES + 1] if lost or at != mark.start]
    for place in [*_became(alignment, mark), *_alike(mark.quote, alignment.new)] if lost else []:
        if not any(start < place[1] and place[0] < end for start, end in places):
            places.append(place)
    return tuple(_show(alignment.new, *place) for place in places[:PLACES])


def _became(alignment: Alignment, mark: Anchor) -> list[tuple[int, int]]:
    """Give what stands where a highlight's words stood, unless none of them is left there."""
    start, end = alignment.near(mark.start), alignment.near(mark.end, after=True)
    shared = _narrowed(mark.quote, alignment.new, start, end)
    words = alignment.new[start:end]
    if not shared or len(words) > 2 * len(mark.quote) + SPARE:
        return shared
    return [(start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip()))]


def _alike(quote: str, text: str) -> list[tuple[int, int]]:
    """Give the paragraphs that have most of a quote's words, best first, cut to where these words stand."""
    wanted = set(_WORD.findall(quote.casefold()))
    scored = []
    for line in re.finditer(r"[^\n]+", text):
        shared = wanted & set(_WORD.findall(line[0].casefold()))
        if wanted and len(shared) >= ALIKE * len(wanted):
            scored.append((len(shared), line.start(), line.end()))
    best = sorted(scored, key=lambda entry: (-entry[0], entry[1]))[:PLACES]
    return [place for _, start, end in best for place in _narrowed(quote, text, start, end)]


def _narrowed(quote: str, text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut text[start:end] to what lies between the first and the last word it shares with a quote; [] if it shares none."""
    blocks = [b for b in Alignment(quote, text[start:end]).blocks if _WORD.search(quote[b.old : b.old + b.length])]
    if not blocks:
        return []
    return [(start + blocks[0].new, start + blocks[-1].new + blocks[-1].length)]
