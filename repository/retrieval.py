"""Ranked passages for a viewer: keywords and meaning, fused. Search, asking and planning stand on it.

Each arm's scores are measured by their own spread and added, and passages that follow on one another support each other;
on labelled transcripts that beats both arms and fusing their ranks (docs/explanation/search.md).
"""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from threading import Lock

import numpy as np

from nlp.ranking import LENT, lend, standing
from repository.domain.access import Viewer
from repository.domain.transcript import Role
from repository.errors import Unavailable
from repository.index.vectors import Floats
from repository.workspace import Workspace

KEYWORD, MEANING = "keyword", "meaning"
#: Found by another name of what was asked about, and what that counts beside one of the arms.
ALIAS, OTHER_NAMES = "alias", 0.3
#: How many more are ranked at most where some are left out afterwards.
DEEPER = 2_000
#: Ranks taken from each arm.
DEPTH = 100
#: Cosine below which a passage that shares no word with the question is not shown: about what any two texts have in
#: common. On labelled meetings it takes away a fifth of the tail and no hit (docs/explanation/search.md).
FLOOR = 0.25
#: Passages that hold a quoted phrase and are compared by meaning.
PHRASED = 5_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look. Empty means everywhere; what the viewer may not see is out in any case.

    `sessions` and `passages`, if not None, are all that is looked into. What holds a word of `without` (in any form), or
    one of its phrases exactly so, is out.
    """

    studies: tuple[int, ...] = ()
    code_ids: tuple[int, ...] = ()
    roles: tuple[Role, ...] = ()
    since: date | None = None
    until: date | None = None
    sessions: frozenset[int] | None = None
    passages: frozenset[int] | None = None
    without: tuple[str, ...] = ()


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
    also: Sequence[str] = (),
    scope: Scope | None = None,
    limit: int = DEPTH,
) -> Findings:
    """Find passages by words and by meaning, within what the viewer may see.

    `also` are other names of what is asked about: what holds them counts for less than what holds the words asked.
    """
    scope = scope or Scope()
    depth = max(DEPTH, limit)
    roles = scope.roles or None
    with workspace.read() as unit:
        sessions = unit.segments.sessions_in_scope(viewer, studies=scope.studies, since=scope.since, until=scope.until)
        if scope.sessions is not None:
            sessions = [i for i in sessions if i in scope.sessions]
        if not sessions:
            return Findings(())
        only = unit.codings.segments_about(scope.code_ids) if scope.code_ids else None
        if scope.passages is not None:
            only = [i for i in only if i in scope.passages] if only is not None else list(scope.passages)
        out = unit.fulltext.holding(scope.without) if scope.without else set()
        depth += min(len(out), DEEPER)
        everywhere = viewer.study_ids is None and len(sessions) == unit.segments.sessions_held()
        by_words = partial(
            unit.fulltext.search, phrases=phrases, sessions=None if everywhere else sessions, roles=roles, only=only
        )
        keyword = by_words(text, depth)
        aliases = by_words(" ".join(also), DEPTH) if also and not phrases else []
        if phrases:  # all that holds them was asked for, whether or not it holds the other words, too
            holding, known = by_words("", PHRASED), dict(keyword)
            only = [i for i, _ in holding]
            keyword += [hit for hit in holding if hit[0] not in known][: max(0, depth - len(keyword))]
    words = [hit for hit in keyword if hit[0] not in out]
    meaning, notes = _by_meaning(workspace, " ".join([text, *phrases]).strip(), depth, sessions, roles, only)
    meaning = [hit for hit in meaning if hit[0] not in out]
    named = [hit for hit in aliases if hit[0] not in out]
    with workspace.read() as unit:
        pairs = unit.segments.next_to({i for i, _ in (*words, *meaning, *named)})
    found = fuse(words, meaning, named, pairs)
    if not phrases:  # what holds a phrase was asked for, however near
        found = [hit for hit in found if KEYWORD in hit.ranks or ALIAS in hit.ranks or (hit.cosine or 0.0) >= FLOOR]
    return Findings(tuple(found[:limit]), notes)


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


Ranking = Sequence[tuple[int, float]]


def fuse(
    keyword: Ranking, meaning: Ranking, aliases: Ranking = (), pairs: Collection[tuple[int, int]] = ()
) -> list[Found]:
    """Fuse two rankings of (id, score), and that of other names; `pairs` of ids follow on one another.

    The score is 1 for what is first in both and stands between two that are, too.

    >>> [found.id for found in fuse([(1, 9.0), (2, 8.0), (4, 1.0)], [(2, 0.9), (3, 0.8), (1, 0.1)])]
    [2, 1, 3, 4]
    """
    ranks: dict[int, dict[str, int]] = {}
    own: dict[int, float] = {}
    best = 0.0
    looked_at = max(len(keyword), len(meaning))
    for arm, ranking, weight, among in (
        (KEYWORD, keyword, 1.0, looked_at),
        (MEANING, meaning, 1.0, 0),
        (ALIAS, aliases, OTHER_NAMES, looked_at),
    ):
        told = weight * standing([score for _, score in ranking], among=among)
        for rank, ((i, _), score) in enumerate(zip(ranking, told.tolist(), strict=True), 1):
            ranks.setdefault(i, {})[arm] = rank
            own[i] = own.get(i, 0.0) + score
        best += float(max(told, default=0.0))
    cosine = dict(meaning)
    whole = max(best, 1e-9) * (1 + 2 * LENT)
    fused = [Found(i, score / whole, ranks[i], cosine.get(i)) for i, score in lend(own, pairs).items()]
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
