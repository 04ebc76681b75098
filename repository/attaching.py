"""Words put under an insight as evidence, with the highlight they stand on, which is made if there is none."""

from dataclasses import dataclass

from repository.domain.access import Viewer
from repository.domain.coding import Highlight
from repository.domain.insight import Insight, Stance
from repository.domain.offsets import trimmed
from repository.domain.study import Session
from repository.errors import Conflict, NotFound, Rejected
from repository.insight_rules import NOTE, storable
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Longest quote that is evidence, in characters: more is a transcript.
LONGEST = 5_000


@dataclass(frozen=True, slots=True)
class Spot:
    """Where words stand: characters [start, end) of a session's text. `text_id` None: of the one it has today."""

    session_id: int
    start: int
    end: int
    text_id: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a session that somebody is about to use, and where they stand."""

    session: Session
    text_id: int
    start: int
    end: int
    quote: str


def words_at(unit: Unit, viewer: Viewer, spot: Spot) -> Words:
    """Give the words at a place, blanks at the edges left out. Raises NotFound, Conflict, Rejected."""
    session = unit.sessions.get(viewer, spot.session_id)
    if session is None or session.text_id is None:
        raise NotFound("There is no such transcript.")
    if spot.text_id is not None and spot.text_id != session.text_id:
        raise Conflict("The text was corrected meanwhile.", hint="Load the page again and repeat what you did.")
    body = unit.revisions.body(session.text_id)
    if not 0 <= spot.start < spot.end <= len(body) or not body[spot.start : spot.end].strip():
        raise Rejected("There are no words at this place.", slug="no-words")
    start, end = trimmed(body, spot.start, spot.end)
    if end - start > LONGEST:
        raise Rejected(
            "This is too long for a quote.",
            hint=f"Choose the sentences that matter, at most {LONGEST:,} characters.",
            slug="quote-too-long",
        )
    return Words(session, session.text_id, start, end, body[start:end])


def attach(
    unit: Unit, workspace: Workspace, viewer: Viewer, insight: Insight, spot: Spot, stance: Stance, note: str
) -> int:
    """Put the words at a place under an insight; give the evidence's number. Raises Conflict if they are there already."""
    words, now = words_at(unit, viewer, spot), workspace.clock()
    mark = unit.evidence.highlight_at(words.text_id, words.start, words.end, by=viewer.person)
    if mark is None:
        place = {"session_id": words.session.id, "text_id": words.text_id, "start": words.start, "end": words.end}
        mark = unit.codings.highlight(**place, by=viewer.person, now=now)
    return attach_mark(unit, workspace, viewer, insight, words.session, mark, stance, note)


def attach_mark(
    unit: Unit,
    workspace: Workspace,
    viewer: Viewer,
    insight: Insight,
    session: Session,
    mark: Highlight,
    stance: Stance,
    note: str,
) -> int:
    """Put a highlight that stands under an insight; give the evidence's number."""
    now, note = workspace.clock(), storable(note).strip()[:NOTE]
    held = next((one for one in unit.evidence.of([insight.id]) if one.highlight_id == mark.id), None)
    if held is not None and held.lost_at is None:
        raise Conflict("These words are evidence of this insight already.", hint="Change its stance or its note there.")
    if held is not None:  # its words were lost, and the highlight, or its number, has these now
        unit.evidence.remove(held.id)
    return unit.evidence.add(insight.id, session.study_id, mark, stance, note, by=viewer.person, now=now)
