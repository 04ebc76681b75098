"""What every act on candidates asks first and notes last: who may, what is open, and the rows before and after.

Candidates are the repository's: what is decided about one holds for everybody, but only passages that the viewer sees are
coded or moved.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from repository.codebook import seen
from repository.domain.access import Viewer
from repository.domain.candidate import Candidate, Member
from repository.domain.coding import Code
from repository.domain.offsets import trimmed
from repository.errors import Conflict, Forbidden, NotFound, Rejected
from repository.store.acts import Image
from repository.store.candidates import Pair
from repository.store.segments import Segment
from repository.store.unit import Unit
from repository.workspace import Workspace

KIND = "discover."
#: Characters of a candidate's name, and passages decided about at once, at most.
LONGEST_NAME, MOST = 200, 2_000
#: What participants said is not kept with an act on many sessions; see repository/deciding.py.
WORDS = ("quote", "prefix", "suffix")


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was done: `act` undoes it (None of an undoing); the candidate, and the code, to look at next."""

    told: str
    act: int | None
    candidate_id: int | None = None
    slug: str = ""


@contextmanager
def writing(workspace: Workspace, viewer: Viewer) -> Iterator[Unit]:
    if not viewer.may_write:
        raise Forbidden("Readers cannot decide about candidates.")
    with workspace.write() as unit:
        yield unit


def open_candidate(unit: Unit, candidate_id: int) -> Candidate:
    candidate = unit.candidates.get(candidate_id)
    if candidate is None:
        raise NotFound("There is no such candidate.")
    if not candidate.is_open:
        raise Conflict(f"“{candidate.name}” is {candidate.state}.", hint="Undo that first.")
    return candidate


def open_code_of(unit: Unit, viewer: Viewer, slug: str) -> Code:
    code = seen(unit, viewer).named(slug)
    if code.retired_at is not None:
        raise Rejected(f"“{code.facts.name}” is retired.", hint="Choose another code, or bring it back first.")
    return code


def checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Rejected(f"A candidate needs a name of at most {LONGEST_NAME} characters.")
    return name


def chosen_passages(unit: Unit, viewer: Viewer, segment_ids: Collection[int]) -> list[Segment]:
    if not segment_ids:
        raise Rejected("No passage was chosen.", hint="Choose some on the map, or tick them.")
    if len(segment_ids) > MOST:
        raise Rejected(f"At most {MOST:,} passages at once.", hint="Choose fewer, in several goes.")
    found = unit.segments.some(unit.discovery.seen(viewer, segment_ids))
    if not found:
        raise NotFound("These passages are not there any more.")
    return found


def take_out(unit: Unit, held: Collection[Member], *, away: bool) -> None:
    unit.candidates.take({(m.candidate_id, m.words_sha) for m in held})
    for candidate_id in {m.candidate_id for m in held} if away else ():
        unit.candidates.turn_away(candidate_id, {m.words_sha for m in held if m.candidate_id == candidate_id})


def put_codes(
    unit: Unit, workspace: Workspace, viewer: Viewer, segments: Sequence[Segment], codes: Sequence[Code]
) -> tuple[set[int], set[int]]:
    """Make highlights of passages and code them; give those highlights and codings that were not there before."""
    bodies, now = unit.review.bodies({segment.text_id for segment in segments}), workspace.clock()
    places = {s.id: (s.text_id, *trimmed(bodies[s.text_id], s.start, s.end)) for s in segments}
    spans = {places[s.id]: (s.session_id, bodies[s.text_id]) for s in segments}
    marks, new = unit.review.highlight_all(spans, by=viewer.person, now=now)
    codings: list[tuple[int, int, Any]] = [(marks[places[s.id]], code.id, None) for s in segments for code in codes]
    return new, unit.review.code_all(codings, coder=viewer.person, now=now)


def note(
    unit: Unit,
    workspace: Workspace,
    viewer: Viewer,
    kind: str,
    told: str,
    before: Image,
    candidate_ids: Collection[int],
    pairs: Collection[Pair] = (),
    *,
    marks: Collection[int] = (),
    codings: Collection[int] = (),
    made_by: int | None = None,
    why: str = "",
) -> int:
    """Keep an act; `marks` and `codings` are new, `made_by` is the act that made the code."""
    after = unit.candidates.image(candidate_ids, pairs)
    after |= wordless(unit.acts.image(marks, coding_ids=codings))
    if made_by:
        after["act"] = [{"id": made_by}]
    act = unit.acts.add(
        session_id=None,
        by=viewer.person,
        at=workspace.clock(),
        kind=KIND + kind,
        told=told,
        before=before,
        after=after,
        why=why.strip(),
    )
    return act.id


def wordless(image: Mapping[str, list[dict[str, Any]]]) -> Image:
    """Give highlights and codings without what participants said."""
    found: Image = {}
    for table in ("highlight", "coding"):
        rows = image.get(table, [])
        found[table] = [{name: value for name, value in row.items() if name not in WORDS} for row in rows]
    return found
