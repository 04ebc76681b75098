"""Decide about suggestions from the review queue: one, those selected, or all that fit a filter; undo each as one act."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from repository import coding
from repository.codebook import seen
from repository.domain.access import PersonRole, Viewer
from repository.domain.coding import Suggestion, SuggestionState
from repository.domain.offsets import trimmed
from repository.errors import Conflict, Forbidden, NotFound
from repository.jobs import queue_learning
from repository.reviewing import ReviewFilter, narrowed
from repository.store.acts import Image
from repository.store.review import OPEN
from repository.store.unit import Unit
from repository.workspace import Workspace

#: What can be undone here: one decision (of what was withdrawn meanwhile, a highlight), or many at once.
ONE, MANY = ("accept", "reject", "highlight"), ("accept-many", "reject-many")
GONE = "The machine does not suggest this any more."
#: What participants said is not kept with an act on many sessions: it would outlive the sessions. Texts never change, so
#: the places say as much.
WORDS = {"highlight": ("quote", "prefix", "suffix"), "suggestion": ("reason",)}


@dataclass(frozen=True, slots=True)
class Shown:
    """Characters [start, end) of a text as they were on the screen, with the code that was suggested for them."""

    session_id: int
    text_id: int
    start: int
    end: int
    code: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What was done about which suggestions; `act` undoes it (None of an undoing)."""

    told: str
    act: int | None
    ids: tuple[int, ...]


def accept(
    workspace: Workspace, viewer: Viewer, suggestion_id: int, *, instead: str = "", shown: Shown | None = None
) -> Decided:
    """Code the words as suggested, or with the code whose slug is `instead`.

    What was `shown` is coded as well if the machine has withdrawn the suggestion meanwhile.
    """
    with workspace.read() as unit:
        session_id = unit.review.session_of(viewer, suggestion_id)
    if session_id is not None:
        done = coding.accept(workspace, viewer, session_id, suggestion_id, instead=instead)
    elif shown is not None:
        done = coding.highlight(
            workspace,
            viewer,
            shown.session_id,
            text_id=shown.text_id,
            start=shown.start,
            end=shown.end,
            code_slugs=[instead or shown.code],
        )
    else:
        raise NotFound(GONE)
    return Decided(done.told, done.act, (suggestion_id,))


def reject(workspace: Workspace, viewer: Viewer, suggestion_id: int) -> Decided:
    """Turn a suggestion down."""
    with workspace.read() as unit:
        session_id = unit.review.session_of(viewer, suggestion_id)
    if session_id is None:
        raise NotFound(GONE)
    done = coding.reject(workspace, viewer, session_id, suggestion_id)
    return Decided(done.told, done.act, (suggestion_id,))


def decide_some(workspace: Workspace, viewer: Viewer, ids: Collection[int], *, accepted: bool) -> Decided:
    """Accept or reject these suggestions; those that are not open any more are left out."""
    with _writing(workspace, viewer) as unit:
        wanted, _ = narrowed(unit, viewer, seen(unit, viewer), ReviewFilter())
        found = unit.review.some(viewer, wanted, ids)
        if not found:
            raise NotFound("None of these suggestions is open any more.")
        missing = len(set(ids)) - len(found)
        told = f" {missing:,} {'was' if missing == 1 else 'were'} not open any more." if missing else ""
        return _decide(unit, workspace, viewer, found, "", told, accepted=accepted)


def decide_all(workspace: Workspace, viewer: Viewer, asked: ReviewFilter, *, count: int, accepted: bool) -> Decided:
    """Accept or reject every suggestion that fits a filter. Raises Conflict if there are not `count` of them."""
    with _writing(workspace, viewer) as unit:
        wanted, said = narrowed(unit, viewer, seen(unit, viewer), asked)
        found = unit.review.some(viewer, wanted)
        if len(found) != count:
            hint = "Nothing was decided. Look at the number again, then repeat it."
            raise Conflict(f"There are {len(found):,} such suggestions now, not {count:,}.", hint=hint)
        if not found:
            raise NotFound("There is nothing to decide.")
        return _decide(unit, workspace, viewer, found, f": {said}", "", accepted=accepted)


def undo(workspace: Workspace, viewer: Viewer, act_id: int | None = None) -> Decided:
    """Undo a decision, or the viewer's last one, however many suggestions it was about.

    Raises Conflict if something of it was changed since: then nothing is undone.
    """
    with workspace.read() as unit:
        act = unit.review.act(act_id) if act_id else unit.review.last_act(viewer.person, ONE + MANY)
    if act is None or act.kind not in ONE + MANY:
        raise NotFound("There is nothing to undo here.")
    ids = tuple(sorted(act.ids("suggestion")))
    if act.session_id is not None:
        return Decided(coding.undo(workspace, viewer, act.session_id, act.id).told, None, ids)
    if viewer.person != act.by and viewer.role not in (PersonRole.OPS, PersonRole.ADMIN):
        raise Forbidden(f"This is {act.by}’s.")
    with _writing(workspace, viewer) as unit:
        again = unit.review.act(act.id)
        if again is None or again.undone_at is not None:
            raise Conflict("This was undone already.")
        now = unit.acts.image(again.ids("highlight"), ids, coding_ids=again.ids("coding"))
        if _wordless(now) != again.after:
            raise Conflict("This has been changed since.", hint="Undo what was done after it first.")
        _put_back(unit, again.before, again.after)
        unit.acts.mark_undone(again, workspace.clock())
        queue_learning(unit, workspace)
    return Decided(f"Undone: {act.told}", None, ids)


@contextmanager
def _writing(workspace: Workspace, viewer: Viewer) -> Iterator[Unit]:
    if not viewer.may_write:
        raise Forbidden("Readers cannot decide about suggestions.")
    with workspace.write() as unit:
        yield unit


def _decide(
    unit: Unit,
    workspace: Workspace,
    viewer: Viewer,
    found: list[Suggestion],
    said: str,
    rest: str,
    *,
    accepted: bool,
) -> Decided:
    ids, now = [s.id for s in found], workspace.clock()
    before = unit.acts.image((), ids)
    marks, codings = _code(unit, viewer, found, workspace) if accepted else (set[int](), set[int]())
    state = SuggestionState.ACCEPTED if accepted else SuggestionState.REJECTED
    unit.codings.decide(ids, state, by=viewer.person, at=now)
    count = f"{len(ids):,} suggestion{'' if len(ids) == 1 else 's'}"
    told = f"{'Accepted' if accepted else 'Rejected'} {count}{said}."
    act = unit.acts.add(
        session_id=None,
        by=viewer.person,
        at=now,
        kind=MANY[0] if accepted else MANY[1],
        told=told,
        before=_wordless(before),
        after=_wordless(unit.acts.image(marks, ids, coding_ids=codings)),
    )
    queue_learning(unit, workspace)
    return Decided(told + rest, act.id, tuple(ids))


def _code(unit: Unit, viewer: Viewer, found: list[Suggestion], workspace: Workspace) -> tuple[set[int], set[int]]:
    """Make suggestions the viewer's own highlights and codings; give those that were not there before."""
    bodies, now = unit.review.bodies({s.text_id for s in found}), workspace.clock()
    places = {s.id: (s.text_id, *trimmed(bodies[s.text_id], s.start, s.end)) for s in found}
    spans = {places[s.id]: (s.session_id, bodies[s.text_id]) for s in found}
    marks, new = unit.review.highlight_all(spans, by=viewer.person, now=now)
    codings = [(marks[places[s.id]], s.code_id, s.id) for s in found]
    return new, unit.review.code_all(codings, coder=viewer.person, now=now)


def _put_back(unit: Unit, before: Image, after: Image) -> None:
    """Make everything as it was: suggestions, which were open, all at once, for there may be thousands."""
    for state in OPEN:
        unit.review.reopen({row["id"] for row in before.get("suggestion", ()) if row["state"] == state}, state)
    unit.acts.put_back(
        *({name: rows for name, rows in image.items() if name != "suggestion"} for image in (before, after))
    )


def _wordless(image: Image) -> Image:
    return {
        table: [{name: value for name, value in row.items() if name not in WORDS.get(table, ())} for row in rows]
        for table, rows in image.items()
    }
