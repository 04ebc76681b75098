"""Transcripts that are nearly the same: which they are, and in what they differ."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from nlp.likeness import signature, similar
from repository.domain.access import Viewer
from repository.domain.study import Session
from repository.errors import NotFound
from repository.workspace import Workspace

#: Share of runs of words in common from which two texts are called nearly the same.
NEAR = 0.6
#: Words shown on each side of a difference.
AROUND = 6
#: Words beyond which frequent ones are no anchors for the comparison: it would take minutes.
LONG = 5_000


@dataclass(frozen=True, slots=True)
class Near:
    """A transcript that is nearly the same: `share` 0..1 of its runs of words are in both."""

    session_id: int
    title: str
    study_title: str
    share: float


@dataclass(frozen=True, slots=True)
class Change:
    """A place where two texts differ: the words that are gone and new, and some round them."""

    before: str
    gone: str
    new: str
    after: str


def changes(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """Give the places where two texts, cut into words, differ."""
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=len(old) > LONG).get_opcodes():
        if tag != "equal":
            yield Change(
                *(" ".join(part) for part in (old[max(0, a - AROUND) : a], old[a:b], new[c:d], old[b : b + AROUND]))
            )


def near_of(workspace: Workspace, viewer: Viewer, session_ids: Sequence[int]) -> dict[int, tuple[str, str, float]]:
    """Give, for sessions, (title, study, share 0..1) of the older one with nearly the same words, where there is one."""
    with workspace.read() as unit:
        seen = dict(sorted(unit.likeness.seen(viewer)))
    numbers, signatures = list(seen), list(seen.values())
    nearest: dict[int, tuple[int, float]] = {}
    for session_id in session_ids:
        until = bisect_left(numbers, session_id)
        shares = similar(seen.get(session_id, b""), signatures[:until])
        if len(shares) and shares.max() >= NEAR:
            nearest[session_id] = numbers[int(shares.argmax())], float(shares.max())
    with workspace.read() as unit:
        sessions = {session.id: session for session in unit.sessions.some(viewer, {i for i, _ in nearest.values()})}
        titles = {study.id: study.title for study in unit.studies.all(viewer)}
    return {
        mine: (sessions[other].title, titles[sessions[other].study_id], share)
        for mine, (other, share) in nearest.items()
        if other in sessions
    }


def nearest(own: bytes, sessions: Sequence[int], signatures: Sequence[bytes]) -> list[tuple[int, float]]:
    """Give the three sessions whose texts are nearest to one, if they are nearly the same, with the share (0..1)."""
    shares = similar(own, signatures)
    near = [(sessions[i], float(shares[i])) for i in (shares >= NEAR).nonzero()[0].tolist()]
    return sorted(near, key=lambda one: -one[1])[:3]


def between(
    workspace: Workspace, viewer: Viewer, one: int, other: int
) -> tuple[tuple[Session, Session], float, tuple[Change, ...]]:
    """Compare two transcripts: both, the share (0..1) of their runs of words that is the same, and where they differ.

    Raises NotFound.
    """
    with workspace.read() as unit:
        found = {session.id: session for session in unit.sessions.some(viewer, {one, other})}
        first, second = found.get(one), found.get(other)
        if first is None or second is None or first is second or not first.text_id or not second.text_id:
            raise NotFound("There is nothing to compare.", hint="One of the two may be in the bin.")
        old, new = (unit.sessions.revision(session.text_id or 0) for session in (first, second))
    if old is None or new is None:
        raise NotFound("There is nothing to compare.")
    share = similar(signature(old.body), [signature(new.body)])
    return (first, second), float(share.max()), tuple(changes(old.body.split(), new.body.split()))
