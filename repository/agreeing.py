"""Coders side by side: who codes what, blind or openly, how far two agree on each code, and where they do not.

Two coders, of whom one may be the machine, are compared over the participants' turns of the sessions that both have
finished: a turn has a code of a coder if something the coder put that code on reaches into it.
"""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.agreement import Agreement, agreement
from repository.codebook import Codebook, seen
from repository.domain.access import Viewer
from repository.domain.coding import Assignment, Code
from repository.domain.source import Stage
from repository.domain.study import Session
from repository.errors import Forbidden, NotFound, Rejected
from repository.store.assignments import CodedSpan, TurnRow
from repository.store.unit import Unit
from repository.workspace import Workspace

#: The name under which the machine is compared.
MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """How far two coders agree on one code."""

    code: Code
    theme_name: str
    found: Agreement


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A turn on which two coders put different codes."""

    session_id: int
    session_title: str
    turn: int
    start: int
    end: int
    words: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    both: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two coders over the sessions both finished: all codes pooled, each code, and the turns they differ on."""

    first: str
    second: str
    sessions: tuple[Session, ...]
    turns: int
    pooled: Agreement
    codes: tuple[CodeAgreement, ...]
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class CoderRow:
    """Somebody who codes: how many codings, how many sessions given, and how many of them finished."""

    name: str
    codings: int
    assigned: int
    finished: int


def coders(workspace: Workspace, viewer: Viewer) -> tuple[CoderRow, ...]:
    """List who codes: people, the busiest first, and the machine last."""
    with workspace.read() as unit:
        counts = dict(unit.assignments.coders(viewer))
        given = unit.assignments.all(viewer)
        done = unit.assignments.machine_done(viewer, stages=[Stage.SUGGESTED.value])
    names = dict.fromkeys([*counts, *(a.coder for a in given)])
    rows = [
        CoderRow(
            name,
            counts.get(name, 0),
            sum(a.coder == name for a in given),
            sum(a.coder == name and a.finished_at is not None for a in given),
        )
        for name in names
    ]
    return (*rows, CoderRow(MACHINE, 0, len(done), len(done)))


def assignments(workspace: Workspace, viewer: Viewer) -> tuple[tuple[Assignment, Session], ...]:
    """List who codes which session, the newest first."""
    with workspace.read() as unit:
        given = unit.assignments.all(viewer)
        sessions = {session.id: session for session in unit.sessions.some(viewer, {a.session_id for a in given})}
    return tuple((a, sessions[a.session_id]) for a in given if a.session_id in sessions)


def assignment(workspace: Workspace, viewer: Viewer, session_id: int) -> Assignment | None:
    """Give the viewer's own assignment to a session."""
    with workspace.read() as unit:
        return unit.assignments.get(session_id, viewer.person)


def assign(
    workspace: Workspace, viewer: Viewer, coder: str, *, study_id: int, number: int, blind: bool, seed: int = 0
) -> int:
    """Give a coder `number` of a study's sessions, chosen by chance (`seed`), to code; count the new ones.

    Those that another person has finished come first, so that there is something to compare.
    """
    if not viewer.may_write:
        raise Forbidden("Readers cannot give out work.")
    coder = " ".join(coder.split())
    if not coder or coder == MACHINE:
        raise Rejected("Whom the transcripts are for must be said.", hint="Give the coder's name.")
    if number < 1:
        raise Rejected("At least one transcript must be chosen.")
    with workspace.write() as unit:
        sessions = [session.id for session in unit.sessions.of_study(viewer, study_id) if session.text_id]
        given = unit.assignments.all(viewer, study_id=study_id)
        mine = {a.session_id for a in given if a.coder == coder}
        done = {a.session_id for a in given if a.finished_at and a.coder != coder}
        free = [session_id for session_id in sorted(sessions) if session_id not in mine]
        random.Random(seed).shuffle(free)
        free.sort(key=lambda session_id: session_id not in done)
        if not free:
            raise NotFound("This study has no transcript that this coder has not got already.")
        chosen = free[:number]
        return unit.assignments.assign(chosen, coder, blind=blind, by=viewer.person, at=workspace.clock())


def finish(workspace: Workspace, viewer: Viewer, session_id: int, *, done: bool = True) -> None:
    """Note that the viewer has finished coding a session, or goes on with it.

    A blind coding that is finished stays finished: what others did has been seen. Raises Rejected.
    """
    if not viewer.may_write:
        raise Forbidden("Readers cannot code.")
    with workspace.write() as unit:
        if unit.sessions.get(viewer, session_id) is None:
            raise NotFound("There is no such transcript.")
        held = unit.assignments.get(session_id, viewer.person)
        if not done and held and held.blind and held.finished_at:
            raise Rejected("A blind coding cannot be taken up again once it is finished.")
        unit.assignments.finish(session_id, viewer.person, workspace.clock() if done else None)


def withdraw(workspace: Workspace, viewer: Viewer, session_id: int, coder: str) -> None:
    """Take a session from a coder again; what they coded stays."""
    if not viewer.may_write:
        raise Forbidden("Readers cannot give out work.")
    with workspace.write() as unit:
        if unit.sessions.get(viewer, session_id) is None:
            raise NotFound("There is no such transcript.")
        unit.assignments.withdraw(session_id, coder)


def compare(
    workspace: Workspace,
    viewer: Viewer,
    first: str,
    second: str,
    *,
    study_id: int | None = None,
    by_theme: bool = False,
) -> Comparison:
    """Compare two coders over what both have finished; `by_theme` counts every code as its theme."""
    if first == second:
        raise Rejected("Two different coders are compared.", hint="Choose another one.")
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
        both = _finished(unit, viewer, first, study_id) & _finished(unit, viewer, second, study_id)
        sessions = unit.sessions.some(viewer, both)
        turns = unit.assignments.turns([session.id for session in sessions])
        marks = [_marks(codebook, turns, _spans(unit, both, who), by_theme=by_theme) for who in (first, second)]
        differing = [n for n in range(len(turns)) if _on(marks[0], n) != _on(marks[1], n)]
        words = unit.places.spans([(turns[n].text_id, turns[n].start, turns[n].end) for n in differing])
    titles = {session.id: session.title for session in sessions}
    used = sorted({*marks[0], *marks[1]}, key=[code.id for code in codebook.everything].index)
    nothing = np.zeros(len(turns), bool)
    columns = [(marks[0].get(code_id, nothing), marks[1].get(code_id, nothing)) for code_id in used]
    found = [
        CodeAgreement(
            codebook.by_id[code_id],
            "" if codebook.by_id[code_id].is_theme else codebook.theme_of(codebook.by_id[code_id]).facts.name,
            agreement(*pair),
        )
        for code_id, pair in zip(used, columns, strict=True)
    ]
    pooled = [np.concatenate([nothing[:0], *column]) for column in zip(*columns, strict=True)] or [nothing[:0]] * 2
    disagreements = []
    for n in differing:
        turn = turns[n]
        one, other = ({codebook.by_id[code_id].facts.name for code_id in _on(held, n)} for held in marks)
        disagreements.append(
            Disagreement(
                turn.session_id,
                titles[turn.session_id],
                turn.idx,
                turn.start,
                turn.end,
                words[turn.text_id, turn.start, turn.end].words,
                tuple(sorted(one - other)),
                tuple(sorted(other - one)),
                tuple(sorted(one & other)),
            )
        )
    ordered = sorted(found, key=lambda row: (row.found.kappa is None, row.found.kappa or 0.0))
    return Comparison(
        first,
        second,
        tuple(sorted(sessions, key=lambda session: session.id)),
        len(turns),
        agreement(pooled[0], pooled[1]),
        tuple(ordered),
        tuple(disagreements),
    )


def lowest(workspace: Workspace, viewer: Viewer) -> dict[int, tuple[float, str, str]]:
    """Give each code's lowest kappa between two people, with their names, of the codes that can be compared."""
    names = [row.name for row in coders(workspace, viewer) if row.name != MACHINE and row.finished]
    found: dict[int, tuple[float, str, str]] = {}
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            for row in compare(workspace, viewer, first, second).codes:
                kappa = row.found.kappa
                if kappa is not None and kappa < found.get(row.code.id, (2.0, "", ""))[0]:
                    found[row.code.id] = (kappa, first, second)
    return found


def _finished(unit: Unit, viewer: Viewer, coder: str, study_id: int | None) -> set[int]:
    if coder == MACHINE:
        return unit.assignments.machine_done(viewer, study_id=study_id, stages=[Stage.SUGGESTED.value])
    return unit.assignments.finished(viewer, coder, study_id=study_id)


def _spans(unit: Unit, session_ids: Collection[int], coder: str) -> list[CodedSpan]:
    return unit.assignments.suggested(session_ids) if coder == MACHINE else unit.assignments.coded(session_ids, coder)


def _marks(
    codebook: Codebook, turns: Sequence[TurnRow], spans: Iterable[CodedSpan], *, by_theme: bool
) -> dict[int, np.ndarray]:
    """Give, by code, the turns (n,) that spans with it reach into."""
    places: dict[int, list[int]] = {}
    for place, turn in enumerate(turns):
        places.setdefault(turn.text_id, []).append(place)
    starts = {text_id: [turns[n].start for n in own] for text_id, own in places.items()}
    ends = {text_id: [turns[n].end for n in own] for text_id, own in places.items()}
    found: dict[int, np.ndarray] = {}
    for span in spans:
        if span.text_id not in places or span.code_id not in codebook.by_id:
            continue
        code = codebook.current(codebook.by_id[span.code_id])
        code = codebook.theme_of(code) if by_theme else code
        first = bisect_right(ends[span.text_id], span.start)
        last = bisect_left(starts[span.text_id], span.end)
        marked = found.setdefault(code.id, np.zeros(len(turns), bool))
        marked[places[span.text_id][first:last]] = True
    return found


def _on(marks: dict[int, np.ndarray], place: int) -> set[int]:
    return {code_id for code_id, marked in marks.items() if marked[place]}
