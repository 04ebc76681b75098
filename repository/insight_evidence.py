"""Evidence under an insight: add words or a highlight, change stance and note, take it away, decide what is proposed."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.attaching import Spot, Words, attach, attach_mark, words_at
from repository.domain.access import Viewer
from repository.domain.insight import Evidence, Insight, Stance
from repository.errors import Conflict, NotFound
from repository.evidence_keeping import flipped
from repository.insight_rules import NOTE, kept, seen, storable, writable
from repository.passages import Passage, passages_of
from repository.retrieval import find
from repository.store.unit import Unit
from repository.wording import citation, said_by
from repository.workspace import Workspace

#: Passages offered to a search among quotes.
OFFERED = 12


@dataclass(frozen=True, slots=True)
class Chosen:
    """Words somebody wants to put under an insight, with their citation and the insights they are under already."""

    words: Words
    citation: str
    under: tuple[int, ...]


def add(
    workspace: Workspace, viewer: Viewer, insight_id: int, spot: Spot, stance: Stance = Stance.SUPPORTS, note: str = ""
) -> Insight:
    """Put the words at a place under an insight, making a highlight of them if there is none, in one transaction.

    Raises Forbidden, NotFound, Conflict (there already; the text was corrected), Rejected (no words).
    """
    with workspace.write() as unit:
        insight = writable(unit, viewer, insight_id)
        attach(unit, workspace, viewer, insight, spot, stance, note)
        return _changed(unit, workspace, viewer, insight, f"Added a quote that {stance.value}.")


def add_highlight(
    workspace: Workspace,
    viewer: Viewer,
    insight_id: int,
    session_id: int,
    highlight_id: int,
    stance: Stance = Stance.SUPPORTS,
    note: str = "",
) -> Insight:
    """Put a highlight under an insight. Raises Forbidden, NotFound, Conflict."""
    with workspace.write() as unit:
        insight = writable(unit, viewer, insight_id)
        session, mark = unit.sessions.get(viewer, session_id), unit.codings.mark(session_id, highlight_id)
        if session is None or mark is None:
            raise NotFound("There is no such highlight any more.")
        if mark.lost_at is not None:
            raise Conflict("The words of this highlight are not in the text any more.")
        attach_mark(unit, workspace, viewer, insight, session, mark.highlight, stance, note)
        return _changed(unit, workspace, viewer, insight, f"Added a quote that {stance.value}.")


def change(
    workspace: Workspace, viewer: Viewer, insight_id: int, evidence_id: int, stance: Stance, note: str
) -> Insight:
    """Change what a quote does to the claim, and the note on it."""
    with workspace.write() as unit:
        insight, held = writable(unit, viewer, insight_id), _held(unit, viewer, insight_id, evidence_id)
        note = storable(note).strip()[:NOTE]
        if (held.stance, held.note) == (stance, note):
            return insight
        unit.evidence.change(evidence_id, stance, note)
        told = f"A quote now {stance.value}." if held.stance is not stance else "Changed the note on a quote."
        return _changed(unit, workspace, viewer, insight, told)


def remove(workspace: Workspace, viewer: Viewer, insight_id: int, evidence_id: int) -> Insight:
    """Take evidence away; the highlight stays."""
    with workspace.write() as unit:
        insight, held = writable(unit, viewer, insight_id), _held(unit, viewer, insight_id, evidence_id)
        unit.evidence.remove(evidence_id)
        told = "Took lost evidence away." if held.lost_at else f"Took a quote away that {held.stance.value}."
        return _changed(unit, workspace, viewer, insight, told)


def reword(workspace: Workspace, viewer: Viewer, insight_id: int, evidence_id: int) -> Insight:
    """Let evidence rest on the words that its highlight has today. Raises Conflict if it has none."""
    with workspace.write() as unit:
        insight, held = writable(unit, viewer, insight_id), _held(unit, viewer, insight_id, evidence_id)
        mark = unit.codings.mark(held.session_id, held.highlight_id)
        if unit.sessions.get(viewer, held.session_id) is None or mark is None or mark.lost_at is not None:
            raise Conflict("There are no words to take instead.")
        unit.evidence.reword(evidence_id, mark.highlight, workspace.clock())
        return _changed(unit, workspace, viewer, insight, "Took the words that the highlight has now.")


def decide(workspace: Workspace, viewer: Viewer, insight_id: int, proposal_id: int, stance: Stance | None) -> Insight:
    """Take what was proposed as evidence of a stance, or (None) dismiss it for ever."""
    with workspace.write() as unit:
        insight, found = writable(unit, viewer, insight_id), unit.proposals.get(viewer, proposal_id)
        if found is None or found.insight_id != insight_id:
            raise NotFound("This does not wait any more.")
        now = workspace.clock()
        unit.proposals.decide(proposal_id, taken=stance is not None, by=viewer.person, now=now)
        if stance is None:
            return kept(unit, insight, by=viewer.person, now=now, told="Dismissed proposed evidence.")
        spot = Spot(found.session_id, found.start, found.end, found.text_id)
        attach(unit, workspace, viewer, insight, spot, stance, "")
        return _changed(unit, workspace, viewer, insight, f"Took proposed evidence that {stance.value}.")


def chosen(workspace: Workspace, viewer: Viewer, spot: Spot) -> Chosen:
    """Show words that somebody wants to use. Raises NotFound, Conflict, Rejected."""
    with workspace.read() as unit:
        words = words_at(unit, viewer, spot)
        key = (words.text_id, words.start, words.end)
        turns = unit.places.spans([key])[key].turns
        place = unit.places.of([(words.text_id, words.start, *turns)])[words.text_id, words.start, *turns]
        study = unit.studies.get(viewer, words.session.study_id)
        who = said_by(place.speaker, words.session.kind)
        mark = unit.evidence.highlight_at(*key, by=viewer.person)
        under = unit.evidence.insights_on([mark.id]).get(mark.id, []) if mark else []
        cited = citation(study.title if study else "", who, words.session.occurred_on)
        return Chosen(words, cited, tuple(under))


def offered(workspace: Workspace, viewer: Viewer, insight_id: int, text: str) -> Sequence[Passage]:
    """Search among what was said, for evidence; nothing asked: by the claim itself."""
    with workspace.read() as unit:
        claim = seen(unit, viewer, insight_id).facts.claim
    found = find(workspace, viewer, text or claim, limit=OFFERED)
    with workspace.read() as unit:
        return passages_of(unit, viewer, [one.id for one in found.found])


def where(workspace: Workspace, viewer: Viewer, insight_id: int, evidence_id: int) -> Evidence:
    """Give evidence by its number, which is for ever. Raises NotFound."""
    with workspace.read() as unit:
        seen(unit, viewer, insight_id)
        return _held(unit, viewer, insight_id, evidence_id)


def _held(unit: Unit, viewer: Viewer, insight_id: int, evidence_id: int) -> Evidence:
    found = unit.evidence.get(evidence_id)
    if found is None or found.insight_id != insight_id or not viewer.may_see(found.study_id):
        raise NotFound("There is no such evidence any more.")
    return found


def _changed(unit: Unit, workspace: Workspace, viewer: Viewer, insight: Insight, told: str) -> Insight:
    after = flipped(unit, insight, supported=bool(unit.evidence.supported([insight.id])))
    return kept(unit, after, by=viewer.person, now=workspace.clock(), told=told)
