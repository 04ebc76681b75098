"""Insights as a viewer sees them: the evidence they may read, whose words it is, and how far the claim can be relied on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from repository.codebook import seen as codebook_seen
from repository.confidence import Confidence, Said, confidence
from repository.consent import may_quote
from repository.domain.access import Viewer
from repository.domain.coding import Code
from repository.domain.insight import Evidence, Insight, InsightLink, Stance
from repository.store.evidence import Voice
from repository.store.unit import Unit
from repository.wording import citation, said_by


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A piece of evidence with whose words it is; of one that is lost, what is left to say.

    `quotable`: its words may stand in a document that leaves Cairn.
    """

    evidence: Evidence
    speaker: str
    account: str
    study_title: str
    session_title: str
    occurred_on: date | None
    method: str
    citation: str
    quotable: bool = True

    @property
    def link(self) -> str:
        """Give where the words stand today."""
        one = self.evidence
        return f"/transcripts/{one.session_id}?from={one.start}&to={one.end}#found"


@dataclass(frozen=True, slots=True)
class InsightView:
    """An insight with what it rests on. `hidden`: some of its evidence is in studies that the viewer may not see."""

    insight: Insight
    code: Code | None
    evidence: tuple[EvidenceView, ...]
    links: tuple[InsightLink, ...]
    confidence: Confidence
    hidden: bool

    def of(self, stance: str) -> list[EvidenceView]:
        """List the evidence that stands, of one stance."""
        return [one for one in self.evidence if one.evidence.stance == stance and one.evidence.lost_at is None]

    @property
    def lost(self) -> list[EvidenceView]:
        """List the evidence that is lost."""
        return [one for one in self.evidence if one.evidence.lost_at is not None]


def views(unit: Unit, viewer: Viewer, insights: Sequence[Insight], today: date) -> list[InsightView]:
    """Show insights, in this order; a handful of statements, however many they are."""
    ids = [insight.id for insight in insights]
    if not ids:
        return []
    everything = unit.evidence.of(ids)
    mine = [one for one in everything if viewer.may_see(one.study_id)]
    voices = unit.evidence.voices(viewer, ids)
    shown = _shown(unit, viewer, mine, voices)
    hidden = {one.insight_id for one in everything if not viewer.may_see(one.study_id)}
    codes = codebook_seen(unit, viewer).by_id
    links = unit.insights.links(ids)
    sure = _confidences(ids, everything, voices, today)
    return [
        InsightView(
            insight=insight,
            code=codes.get(insight.facts.code_id or 0),
            evidence=tuple(shown[one.id] for one in mine if one.insight_id == insight.id),
            links=tuple(link for link in links if link.insight_id == insight.id),
            confidence=sure[insight.id],
            hidden=insight.id in hidden,
        )
        for insight in insights
    ]


def confidences(unit: Unit, viewer: Viewer, ids: Collection[int], today: date) -> dict[int, Confidence]:
    """Say how far each insight can be relied on, by what the viewer may see."""
    return _confidences(ids, unit.evidence.of(ids), unit.evidence.voices(viewer, ids), today)


def _confidences(
    ids: Collection[int], evidence: Sequence[Evidence], voices: Mapping[int, Voice], today: date
) -> dict[int, Confidence]:
    said: dict[tuple[int, Stance], list[Said]] = {}
    for one in evidence:
        if (voice := voices.get(one.id)) is not None:
            told = Said(voice.person, voice.account, voice.study_id, voice.method, voice.occurred_on)
            said.setdefault((one.insight_id, one.stance), []).append(told)
    return {
        i: confidence(said.get((i, Stance.SUPPORTS), ()), said.get((i, Stance.CONTRADICTS), ()), today) for i in ids
    }


def _shown(
    unit: Unit, viewer: Viewer, evidence: Sequence[Evidence], voices: Mapping[int, Voice]
) -> dict[int, EvidenceView]:
    sessions = {session.id: session for session in unit.sessions.some(viewer, {one.session_id for one in evidence})}
    studies = {study.id: study for study in unit.studies.all(viewer)}
    found = {}
    for one in evidence:
        session, study, voice = sessions.get(one.session_id), studies.get(one.study_id), voices.get(one.id)
        who = said_by(voice.label if voice else "", session.kind) if session else ""
        found[one.id] = EvidenceView(
            evidence=one if session and study else replace(one, quote=""),  # what is in the bin is on no page
            speaker=who,
            account=voice.account if voice else "",
            study_title=study.title if study else "",
            session_title=session.title if session else "",
            occurred_on=session.occurred_on if session else None,
            method=study.facts.method if study else "",
            citation=citation(study.title, who, session.occurred_on) if session and study else "",
            quotable=session is not None and may_quote(session.consent),
        )
    return found
