"""Discovery: group what no code covers into candidates that hold still.

A candidate's number is for ever. What belongs to one stays there; what is new joins one that is there, or becomes one of
its own, or lies in the pile. What was dismissed or accepted keeps its members, so that the same is not proposed again.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import numpy as np

from nlp.clustering import FEWEST, UNASSIGNED, group, join
from nlp.embedding import Vectors
from nlp.layout import lay_out, place
from nlp.naming import name_groups
from nlp.neighbours import Numbers, mean_of, unit
from repository.domain.access import Viewer
from repository.domain.candidate import SUREST, CandidateState, Member
from repository.domain.job import Job, JobState
from repository.errors import Forbidden
from repository.jobs import DISCOVER, Work, ring_for
from repository.store.discovery import Heard
from repository.store.unit import Unit
from repository.workspace import Workspace

#: The fact that tells of the last run.
LAST = "discovery"
#: It begins by itself when there are so many times the passages there were, or so many fewer.
GROWN = 1.1
#: A new group whose centre is as near as this to that of a dismissed candidate is the same again.
ALIKE = 0.6
#: Texts of a group from which its name is made, the surest.
NAMED_FROM = 40
#: Words already on the map among which new ones are placed at most.
AMONG = 4_000


@dataclass(frozen=True, slots=True)
class Run:
    """What the last run found, in numbers of different words; `proposed`, `joined` and `gone` are by candidate.

    `passages` are all there were, `loose` those that no code covered, `pile` those that are in no candidate.
    """

    at: datetime
    seconds: float
    passages: int
    loose: int
    pile: int
    proposed: tuple[int, ...] = ()
    joined: dict[int, int] = field(default_factory=dict)
    gone: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """What is to be kept: new members by candidate, and new groups with their names and centres."""

    joined: dict[int, list[Member]]
    groups: list[tuple[str, bytes, list[tuple[str, float]]]]


def start(workspace: Workspace, viewer: Viewer) -> None:
    """Queue a run."""
    if not viewer.may_write:
        raise Forbidden("Readers cannot start work.")
    with workspace.write() as unit:
        ring_for(unit, workspace, DISCOVER)


def start_if_grown(workspace: Workspace) -> bool:
    """Queue a run if enough is new and nothing is on its way in; cheap, so that workers may ask often."""
    with workspace.read() as unit:
        due = _due(unit)
    if due:
        with workspace.write() as unit:
            ring_for(unit, workspace, DISCOVER)
    return due


def _due(unit: Unit) -> bool:
    job, count = unit.jobs.on_everything(DISCOVER), unit.segments.count()
    if count < FEWEST or (job and job.state is not JobState.DONE):  # one that failed waits for somebody to look
        return False
    run = last_run(unit)
    if run and run.passages <= count * GROWN and count <= run.passages * GROWN:
        return False
    counts = unit.jobs.counts()
    return not counts.get(JobState.QUEUED) and not counts.get(JobState.RUNNING)


def state(workspace: Workspace) -> tuple[Job | None, Run | None]:
    """Give the job, and what the last run found."""
    with workspace.read() as unit:
        return unit.jobs.on_everything(DISCOVER), last_run(unit)


def last_run(unit: Unit) -> Run | None:
    """Give what the last run found, None if there was none."""
    kept = json.loads(unit.facts.text(LAST) or "{}")
    if not kept:
        return None
    return Run(
        at=datetime.fromisoformat(kept["at"]),
        seconds=kept["seconds"],
        passages=kept["passages"],
        loose=kept["loose"],
        pile=kept["pile"],
        proposed=tuple(kept["proposed"]),
        joined={int(candidate_id): count for candidate_id, count in kept["joined"].items()},
        gone=tuple(kept["gone"]),
    )


def discover(workspace: Workspace, work: Work) -> None:
    """Bring candidates and map to what no code covers now; the same material gives the same outcome."""
    began = workspace.clock()
    fingerprint, dimension = workspace.model_facts()
    with workspace.read() as unit:
        passages = unit.segments.count()
        heard = unit.discovery.heard(fingerprint)
        vectors = _vectors(unit, fingerprint, [one.words_sha for one in heard], dimension)
        members = unit.candidates.members()
        states = {candidate.id: candidate.state for candidate in unit.candidates.all()}
        placed = unit.candidates.centres(states.keys(), fingerprint)
        spots = unit.candidates.spots(fingerprint)
        people = unit.discovery.names()
    work.report(0.1)
    loose = _loose(heard, members)
    candidate_of = {m.words_sha: m.candidate_id for m in members if not m.turned_away}
    found = _group(workspace, heard, vectors, loose, candidate_of, states, members, people, work)
    work.report(0.6)
    moved = _moved([one.words_sha for one in heard], vectors, candidate_of, states.keys() - placed.keys())
    places, afresh = _spots([one.words_sha for one in heard], vectors, spots)
    work.report(0.9)
    with workspace.write() as unit:
        work.fence(unit)
        shas = {heard[n].words_sha for n in loose}
        run = _keep(unit, fingerprint, found, shas, began)
        for candidate_id, centre in moved.items():
            unit.candidates.refer(candidate_id, fingerprint, centre)
        unit.candidates.forget_words()
        unit.candidates.keep_spots(fingerprint, places, afresh=afresh)
        took = (workspace.clock() - began) / timedelta(seconds=1)
        told = asdict(run) | {"at": began.isoformat(), "seconds": round(took, 1), "passages": passages}
        unit.facts.set_text(LAST, json.dumps(told))


def _vectors(unit: Unit, fingerprint: str, shas: Sequence[str], dimension: int) -> Vectors:
    """Give the vectors (n, d) of words, in their order."""
    found = np.zeros((len(shas), dimension), np.float32)
    places = {sha: n for n, sha in enumerate(shas)}
    for sha, data in unit.discovery.vectors(fingerprint, shas):
        found[places[sha]] = np.frombuffer(data, "<f4")
    return found


def _loose(heard: Sequence[Heard], members: Collection[Member]) -> Numbers:
    """Give the places of words that no code covers; what a person put into a candidate only a person's code takes out."""
    placed = {member.words_sha for member in members if member.placed}
    free = [n for n, one in enumerate(heard) if not (one.coded if one.words_sha in placed else one.covered)]
    return np.array(free, np.int64)


def _group(
    workspace: Workspace,
    heard: Sequence[Heard],
    vectors: Vectors,
    loose: Numbers,
    candidate_of: dict[str, int],
    states: dict[int, CandidateState],
    members: Collection[Member],
    people: Sequence[str],
    work: Work,
) -> _Found:
    """Group loose words beside what belongs to candidates already."""
    shas = [heard[n].words_sha for n in loose]
    held_by = np.array([candidate_of.get(sha, 0) for sha in shas], np.int64)
    ids = np.unique(held_by[held_by > 0])
    order = np.concatenate([np.flatnonzero(held_by), np.flatnonzero(held_by == 0)])
    labels = np.searchsorted(ids, held_by[order]) if len(ids) else np.zeros(len(order), np.int64)
    labels[held_by[order] == 0] = UNASSIGNED
    own, count = vectors[loose[order]], int((held_by > 0).sum())
    if len(own) < FEWEST or count == len(own):
        return _Found({}, [])
    told = join(own[count:], own[:count], labels[:count]) if count else group(own)
    work.report(0.4)
    dismissed = [n for n, i in enumerate(ids.tolist()) if states[i] is CandidateState.DISMISSED]
    final = _remembered(own, told.labels.copy(), len(ids), dismissed)
    away = {(m.candidate_id, m.words_sha) for m in members if m.turned_away}
    joined: dict[int, list[Member]] = {}
    fresh: dict[int, list[int]] = {}
    for n in range(count, len(own)):
        label, sha = int(final[n]), shas[order[n]]
        if label >= len(ids):
            fresh.setdefault(label, []).append(n)
        elif label >= 0 and (int(ids[label]), sha) not in away:
            member = Member(int(ids[label]), sha, min(SUREST, round(float(told.certainty[n]), 4)))
            joined.setdefault(member.candidate_id, []).append(member)
    names = _names(workspace, [shas[n] for n in order], final, told.certainty, people, fresh.keys()) if fresh else {}
    groups = []
    for label in sorted(fresh):
        mine = fresh[label]
        surely = [(shas[order[n]], min(SUREST, round(float(told.certainty[n]), 4))) for n in mine]
        groups.append((names[label], centre_of(own[mine]), surely))
    return _Found(joined, groups)


def centre_of(vectors: Vectors) -> bytes:
    """Give the centre of vectors (n, d), of length 1, as it is kept."""
    return np.asarray(unit(mean_of(vectors)[None])[0], "<f4").tobytes()


def _remembered(vectors: Vectors, labels: Numbers, known: int, dismissed: Sequence[int]) -> Numbers:
    """Give new groups that are a dismissed candidate again to that one."""
    if not dismissed:
        return labels
    mean = mean_of(vectors)

    def centre(label: int) -> Vectors:
        middle: Vectors = unit(mean_of(vectors[labels == label] - mean)[None])[0]
        return middle

    centres = {label: centre(label) for label in dismissed}
    for label in range(known, int(labels.max(initial=UNASSIGNED)) + 1):
        if (labels == label).any():
            middle = centre(label)
            near = max(centres, key=lambda other: float(centres[other] @ middle))
            if float(centres[near] @ middle) >= ALIKE:
                labels[labels == label] = near
    return labels


def _names(
    workspace: Workspace,
    shas: Sequence[str],
    labels: Numbers,
    certainty: Vectors,
    people: Sequence[str],
    wanted: Collection[int],
) -> dict[int, str]:
    """Name the wanted groups by what sets them apart from all others, from the surest texts of each."""
    chosen: list[int] = []
    for label in np.unique(labels[labels >= 0]):
        mine = np.flatnonzero(labels == label)
        chosen += mine[np.argsort(-certainty[mine], kind="stable")][:NAMED_FROM].tolist()
    with workspace.read() as unit:
        words = unit.discovery.words([shas[n] for n in chosen])
    kept = [n for n in chosen if shas[n] in words]
    told = name_groups([words[shas[n]] for n in kept], labels[kept], people=people, only=wanted)
    return {label: told.get(label, f"candidate {label}") for label in wanted}


def _moved(
    shas: Sequence[str], vectors: Vectors, candidate_of: dict[str, int], candidate_ids: Collection[int]
) -> dict[int, bytes]:
    """Give the centres of candidates that another model placed."""
    mine: dict[int, list[int]] = {}
    for n, sha in enumerate(shas):
        if candidate_of.get(sha) in candidate_ids:
            mine.setdefault(candidate_of[sha], []).append(n)
    return {candidate_id: centre_of(vectors[places]) for candidate_id, places in mine.items()}


def _spots(
    shas: Sequence[str], vectors: Vectors, known: dict[str, tuple[float, float]]
) -> tuple[dict[str, tuple[float, float]], bool]:
    """Give places on the map of words that have none; all anew (True) once there are more new ones than old ones."""
    old = [n for n, sha in enumerate(shas) if sha in known]
    new = [n for n, sha in enumerate(shas) if sha not in known]
    if not new:
        return {}, False
    afresh = len(new) > len(old)
    if afresh:
        new, found = list(range(len(shas))), lay_out(vectors)
    else:
        old = old[:: -(-len(old) // AMONG)]
        found = place(vectors[new], vectors[old], np.array([known[shas[n]] for n in old], np.float32))
    return {shas[n]: (round(float(x), 5), round(float(y), 5)) for n, (x, y) in zip(new, found, strict=True)}, afresh


def _keep(unit: Unit, fingerprint: str, found: _Found, loose: Collection[str], at: datetime) -> Run:
    """Keep members and candidates, but for what people decided while it was worked out."""
    states = {candidate.id: candidate.state for candidate in unit.candidates.all()}
    members = unit.candidates.members()
    taken = {member.words_sha for member in members if not member.turned_away}
    growing = (CandidateState.OPEN, CandidateState.DISMISSED)
    joined = {}
    for candidate_id, new in found.joined.items():
        fitting = [member for member in new if member.words_sha not in taken]
        if states.get(candidate_id) in growing and fitting:
            unit.candidates.put(fitting)
            if states[candidate_id] is CandidateState.OPEN:
                joined[candidate_id] = len(fitting)
            taken |= {member.words_sha for member in fitting}
    proposed = []
    names = {candidate.name.casefold() for candidate in unit.candidates.all()}
    for name, centre, surely in found.groups:
        fitting_words = [(sha, certainty) for sha, certainty in surely if sha not in taken]
        if not fitting_words:
            continue
        name = _free(name, names)
        names.add(name.casefold())
        number = unit.candidates.add(name, terms=terms_of(name), fingerprint=fingerprint, centre=centre, at=at)
        unit.candidates.put([Member(number, sha, certainty) for sha, certainty in fitting_words])
        taken |= {sha for sha, _ in fitting_words}
        proposed.append(number)
    alive = {m.candidate_id for m in members if not m.turned_away and m.words_sha in loose} | {*joined, *proposed}
    gone = [i for i, state in states.items() if state is CandidateState.OPEN and i not in alive]
    unit.candidates.settle(gone, CandidateState.GONE)
    unit.candidates.settle([i for i in alive if states.get(i) is CandidateState.GONE], CandidateState.OPEN)
    pile = len([sha for sha in loose if sha not in taken])
    return Run(at, 0.0, 0, len(loose), pile, tuple(proposed), joined, tuple(gone))


def terms_of(name: str) -> list[str]:
    """Give the terms of a name that the machine made.

    >>> terms_of("CSV export, calendar (2)")
    ['CSV export', 'calendar']
    """
    return [term.partition(" (")[0] for term in name.split(", ")]


def _free(name: str, taken: Collection[str]) -> str:
    number, free = 2, name
    while free.casefold() in taken:
        free, number = f"{name} ({number})", number + 1
    return free
