"""Ranked passages for a viewer: keywords and meaning, fused. Search, asking and planning stand on it.

Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009) needs no comparable scores and is never far below the better of
the two; on labelled transcripts it beats both (docs/explanation/search.md).
"""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from threading import Lock

import numpy as np

from repository.domain.access import Viewer
from repository.domain.transcript import Role
from repository.errors import Unavailable
from repository.index.vectors import Floats
from repository.workspace import Workspace

KEYWORD, MEANING = "keyword", "meaning"
#: Ranks taken from each arm.
DEPTH = 100
#: Fusion's constant, from the paper.
K = 60
#: Cosine below which a passage that shares no word with the question is not shown: about what any two texts have in
#: common. On labelled meetings it takes away a fifth of the tail and no hit (docs/explanation/search.md).
FLOOR = 0.25
#: Passages that hold a quoted phrase and are compared by meaning.
PHRASED = 5_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look. Empty means everywhere; what the viewer may not see is out in any case."""

    studies: tuple[int, ...] = ()
    code_ids: tuple[int, ...] = ()
    roles: tuple[Role, ...] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A passage: fused score 0..1, and by arm the rank from 1."""

    id: int
    score: float
    ranks: dict[str, int]
    cosine: float | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, best first, and in plain sentences what could not be done."""

    found: tuple[Found, ...]
    notes: tuple[str, ...] = field(default=())


def find(
    workspace: Workspace,
    viewer: Viewer,
    text: str,
    *,
    phrases: Sequence[str] = (),
    scope: Scope | None = None,
    limit: int = DEPTH,
) -> Findings:
    """Find passages by words and by meaning, within what the viewer may see."""
    scope = scope or Scope()
    depth = max(DEPTH, limit)
    roles = scope.roles or None
    with workspace.read() as unit:
        sessions = unit.segments.sessions_in_scope(viewer, studies=scope.studies, since=scope.since, until=scope.until)
        if not sessions:
            return Findings(())
        only = unit.codings.segments_about(scope.code_ids) if scope.code_ids else None
        everywhere = viewer.study_ids is None and len(sessions) == unit.segments.sessions_held()
        by_words = partial(
            unit.fulltext.search, phrases=phrases, sessions=None if everywhere else sessions, roles=roles, only=only
        )
        keyword = by_words(text, depth)
        if phrases:
            only = [i for i, _ in by_words("", PHRASED)]
    words = [i for i, _ in keyword]
    meaning, notes = _by_meaning(workspace, " ".join([text, *phrases]).strip(), depth, sessions, roles, only)
    if not phrases:  # what holds a phrase was asked for, however near
        known = set(words)
        meaning = [(i, cosine) for i, cosine in meaning if cosine >= FLOOR or i in known]
    return Findings(tuple(fuse(words, meaning)[:limit]), notes)


def _by_meaning(
    workspace: Workspace,
    text: str,
    depth: int,
    sessions: Collection[int],
    roles: Collection[Role] | None,
    only: Collection[int] | None,
) -> tuple[list[tuple[int, float]], tuple[str, ...]]:
    neighbours, embedder = workspace.neighbours, workspace.embedder_if_ready()
    if workspace.embedder_state.startswith("failed"):
        return [], ("Search by meaning is off: " + workspace.embedder_state.removeprefix("failed: "),)
    if neighbours is None or embedder is None or not neighbours.ready:
        return [], ("Search by meaning is still starting; these are matches by words.",)
    try:
        vector = query_vector(workspace, text)
    except Unavailable as error:
        return [], (error.message,)
    return neighbours.nearest(vector, depth, sessions=sessions, roles=roles, only=only), ()


def fuse(keyword: Sequence[int], meaning: Sequence[tuple[int, float]]) -> list[Found]:
    """Fuse two rankings; the score is 1 for what is first in both.

    >>> [found.id for found in fuse([1, 2], [(2, 0.9), (3, 0.8)])]
    [2, 1, 3]
    """
    ranks: dict[int, dict[str, int]] = {}
    for rank, i in enumerate(keyword, 1):
        ranks.setdefault(i, {})[KEYWORD] = rank
    for rank, (i, _) in enumerate(meaning, 1):
        ranks.setdefault(i, {})[MEANING] = rank
    cosine = dict(meaning)
    best = 2 / (K + 1)
    fused = [Found(i, sum(1 / (K + r) for r in by.values()) / best, by, cosine.get(i)) for i, by in ranks.items()]
    return sorted(fused, key=lambda found: (-found.score, found.id))


_vectors: OrderedDict[tuple[str, str], Floats] = OrderedDict()
_turn = Lock()


def query_vector(workspace: Workspace, text: str) -> Floats:
    """Give the vector of a question, shape (d,); the last few hundred are remembered."""
    embedder = workspace.embedder()
    key = (embedder.fingerprint, text)
    with _turn:
        if key in _vectors:
            _vectors.move_to_end(key)
            return _vectors[key]
    vector: Floats = np.asarray(embedder.embed([text])[0], np.float32)
    with _turn:
        _vectors[key] = vector
        if len(_vectors) > 512:
            _vectors.popitem(last=False)
    return vector
