"""The map of what participants said, and the pile: what belongs to no candidate, with what is nearest to it."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from nlp.embedding import Vectors
from nlp.neighbours import unit as unit_length
from repository.codebook import Codebook, seen
from repository.domain.access import Viewer
from repository.domain.candidate import Candidate, CandidateState
from repository.domain.coding import Code
from repository.domain.study import Study
from repository.errors import CairnError, Rejected
from repository.meanings import meanings
from repository.passages import Passage, matrix_of, passages_of
from repository.store.discovery import Wanted
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Passages of the pile on a page; points on the map at most.
PASSAGES, POINTS = 25, 20_000
#: Nearest candidates named beside a passage of the pile, and seconds that its codes may cost.
NEAREST, SECONDS = 2, 0.5
#: What a point that is in no candidate shown is: in the pile, covered by a code, or in a candidate that is not shown.
PILE, COVERED, ELSEWHERE = 0, -1, -2
EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class MapFilter:
    """What is looked at: passages that are wanted, of candidates in a state, or of one."""

    wanted: Wanted = EVERYTHING
    state: CandidateState = CandidateState.OPEN
    candidate_id: int | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class PileRow:
    """A passage in no candidate, with what is nearest to it."""

    passage: Passage
    candidates: tuple[Candidate, ...]
    code: Code | None


@dataclass(frozen=True, slots=True)
class Pile:
    """A page of what belongs to no candidate."""

    rows: tuple[PileRow, ...]
    number: int
    of: int
    total: int
    open: tuple[Candidate, ...]
    studies: tuple[Study, ...]
    cohorts: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A passage on the map; `of` is the candidate, or PILE, COVERED or ELSEWHERE. A number too long for scripts is text."""

    id: str
    x: float
    y: float
    of: int


@dataclass(frozen=True, slots=True)
class MapView:
    """The points that fit the filter, `total` of them; some of them if there are too many."""

    points: tuple[MapPoint, ...]
    candidates: tuple[Candidate, ...]
    total: int


def passages(workspace: Workspace, viewer: Viewer, segment_ids: Collection[int]) -> tuple[Passage, ...]:
    """Give passages that the viewer may see."""
    if len(segment_ids) > PASSAGES:
        raise Rejected(f"At most {PASSAGES} passages at once.")
    with workspace.read() as unit:
        return passages_of(unit, viewer, unit.discovery.seen(viewer, segment_ids))


def points(workspace: Workspace, viewer: Viewer, asked: MapFilter) -> MapView:
    """Give the points of the map."""
    fingerprint, _ = workspace.model_facts()
    with workspace.read() as unit:
        total = unit.discovery.totals(viewer, asked.wanted)[0]
        found = unit.discovery.points(viewer, asked.wanted, fingerprint, POINTS)
        candidates = {c.id: c for c in unit.candidates.all()}
        members = unit.candidates.members()
        covered = unit.discovery.covered([point.segment_id for point in found])
    of = {m.words_sha: m.candidate_id for m in members if not m.turned_away}
    placed = {m.words_sha for m in members if m.placed}
    rows, shown = [], set()
    for point in found:
        held = candidates.get(of.get(point.words_sha, 0))
        fits = held is not None and held.state is asked.state and asked.candidate_id in (None, held.id)
        if point.segment_id in covered and not (fits and point.words_sha in placed):
            kind = COVERED
        elif fits and held:
            kind = held.id
            shown.add(held.id)
        else:
            kind = ELSEWHERE if held and held.state in (CandidateState.OPEN, CandidateState.DISMISSED) else PILE
        rows.append(MapPoint(str(point.segment_id), point.x, point.y, kind))
    return MapView(tuple(rows), tuple(candidates[i] for i in sorted(shown)), total)


def pile(workspace: Workspace, viewer: Viewer, asked: MapFilter) -> Pile:
    """Show what belongs to no candidate, each passage with the nearest candidates and the nearest code."""
    fingerprint, _ = workspace.model_facts()
    with workspace.read() as unit:
        total = unit.discovery.totals(viewer, asked.wanted)[2]
        of = max(1, -(-total // PASSAGES))
        number = min(max(1, asked.page), of)
        ids = unit.discovery.pile(viewer, asked.wanted, offset=(number - 1) * PASSAGES, limit=PASSAGES)
        rows = passages_of(unit, viewer, ids)
        candidates = open_candidates(unit, viewer)
        centres = unit.candidates.centres([c.id for c in candidates], fingerprint)
        vectors = unit.vectors.of(fingerprint, {row.words_sha for row in rows})
        codebook, studies = seen(unit, viewer), tuple(unit.studies.all(viewer))
        cohorts, roles = unit.discovery.choices(viewer)
    own = [row for row in rows if row.words_sha in vectors]
    matrix = matrix_of([vectors[row.words_sha] for row in own])
    near = _nearest(matrix, {c.id: np.frombuffer(centres[c.id], "<f4") for c in candidates if c.id in centres}, NEAREST)
    codes = _nearest(matrix, _codes(workspace, codebook), 1)
    told = {row.id: n for n, row in enumerate(own)}
    named = {c.id: c for c in candidates}
    found = []
    for row in rows:
        n = told.get(row.id)
        of_candidates = tuple(named[i] for i in near[n]) if n is not None and near else ()
        code = codebook.by_id[codes[n][0]] if n is not None and codes else None
        found.append(PileRow(row, of_candidates, code))
    return Pile(tuple(found), number, of, total, tuple(candidates), studies, tuple(cohorts), tuple(roles))


def open_candidates(unit: Unit, viewer: Viewer) -> list[Candidate]:
    """List the open candidates of which the viewer sees something, by name."""
    mine = unit.discovery.candidates(viewer) if viewer.study_ids is not None else None
    found = [c for c in unit.candidates.all([CandidateState.OPEN]) if mine is None or c.id in mine]
    return sorted(found, key=lambda one: one.name.casefold())


def _codes(workspace: Workspace, codebook: Codebook) -> dict[int, Vectors]:
    """Give the vectors of codes by their name and definition, as far as they are there without waiting long."""
    if workspace.embedder_if_ready() is None:
        return {}
    texts = {code.id: f"{code.facts.name}. {code.facts.definition}" for code in codebook.suggestible}
    try:
        found = meanings(workspace, texts.values(), seconds=SECONDS)
    except CairnError:
        return {}
    return {code_id: found[text] for code_id, text in texts.items() if text in found}


def _nearest(vectors: Vectors, centres: dict[int, Vectors], count: int) -> list[list[int]]:
    """Give for each vector (n, d) the nearest of these, nearest first, all measured from the centres' mean."""
    if not centres or not len(vectors):
        return []
    ids, matrix = list(centres), np.stack(list(centres.values()))
    mean = matrix.mean(0) if len(ids) > 2 else np.zeros_like(matrix[0])
    near = (vectors - mean) @ unit_length(matrix - mean).T
    return [[ids[n] for n in row[:count]] for row in np.argsort(-near, axis=1, kind="stable").tolist()]
