"""Insights as JSON, the same for API and command."""

from collections.abc import Sequence
from typing import Any

from repository.insight_views import EvidenceView, InsightView


def insight_json(view: InsightView, *, brief: bool = False, replaces: Sequence[int] = ()) -> dict[str, Any]:
    """Give an insight; `brief` leaves text, evidence and links out."""
    insight, facts, sure = view.insight, view.insight.facts, view.confidence
    parts = {part.name.lower(): {"share": round(part.share, 3), "told": part.told} for part in sure.parts}
    told = {
        "id": insight.id,
        "claim": facts.claim,
        "state": insight.state,
        "current": insight.state.is_current,
        "theme": {"slug": view.code.facts.slug, "name": view.code.facts.name} if view.code else None,
        "product_area": facts.product_area,
        "cohort": facts.cohort,
        "owner": facts.owner,
        "review_on": facts.review_on,
        "why_review": insight.why_review,
        "superseded_by": insight.superseded_by,
        "published_at": insight.published_at,
        "updated_at": insight.updated_at,
        "edition": insight.edition,
        "confidence": {
            "level": round(sure.level, 3),
            "word": sure.word,
            "told": sure.told,
            "participants": sure.participants,
            "accounts": sure.accounts,
            "studies": sure.studies,
            "methods": sure.methods,
            "newest": sure.newest,
            "contradicting": sure.contradicting,
            "parts": parts,
        },
        "some_hidden": view.hidden,
        "link": f"/insights/{insight.id}",
    }
    if brief:
        return told
    links = [{"kind": one.kind, "title": one.title, "url": one.url, "outcome": one.outcome} for one in view.links]
    evidence = [_evidence(one, insight.id) for one in view.evidence]
    return {**told, "body": facts.body, "evidence": evidence, "links": links, "replaces": list(replaces)}


def _evidence(one: EvidenceView, insight_id: int) -> dict[str, Any]:
    held = one.evidence
    return {
        "id": held.id,
        "stance": held.stance,
        "quote": held.quote,
        "note": held.note,
        "speaker": one.speaker,
        "study": {"id": held.study_id, "title": one.study_title},
        "session": {"id": held.session_id, "title": one.session_title, "date": one.occurred_on},
        "start": held.start,
        "end": held.end,
        "citation": one.citation,
        "lost": held.lost_why,
        "link": f"/insights/{insight_id}/evidence/{held.id}",
    }
