"""Whether what insights rest on still stands: run in the transaction that may take words away, and by the sweep.

Nothing is forgotten by it but the words of transcripts that are gone for good: evidence that is lost says why, and comes
back when its words do.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from repository.domain.insight import Insight, InsightState
from repository.insight_rules import address, kept, named
from repository.store.unit import Unit

#: States in which an insight must have evidence that supports it: those that only what was published is in.
RESTING = (InsightState.PUBLISHED, InsightState.NEEDS_REVIEW)
#: Kinds of notices.
LOST, BACK = "evidence lost", "evidence back"


def settle(
    unit: Unit, now: datetime, *, sessions: Collection[int] | None = None, studies: Collection[int] | None = None
) -> int:
    """Look at evidence from these sessions or studies, or at all; count the insights for which something changed."""
    lost: dict[int, list[str]] = {}
    back: set[int] = set()
    for one in unit.evidence.standing(sessions=sessions, studies=studies):
        was = one.evidence
        if one.why:
            if one.why != was.lost_why or (one.gone and was.quote):
                unit.evidence.mark_lost(one, now)
            if was.lost_at is None:
                lost.setdefault(was.insight_id, []).append(one.why)
        elif was.lost_at is not None or (one.text_id, one.start, one.end) != (was.text_id, was.start, was.end):
            unit.evidence.mark_found(one)
            if was.lost_at is not None:
                back.add(was.insight_id)
    touched = lost.keys() | back
    supported = unit.evidence.supported(touched) if touched else set()
    for insight in unit.insights.some(touched) if touched else []:
        whys = list(dict.fromkeys(lost.get(insight.id, ())))
        after = flipped(unit, insight, supported=insight.id in supported)
        told = f"Evidence was lost: {', '.join(whys)}." if whys else "Evidence is back."
        kept(unit, after, by="", now=now, told=told)
        if not insight.state.is_over:
            _tell(unit, after, told, flipped=after.state is not insight.state, now=now)
    return len(touched)


def flipped(unit: Unit, insight: Insight, *, supported: bool) -> Insight:
    """Give an insight in the state that its evidence allows: missing it, or what it was before it did."""
    if insight.state in RESTING and not supported:
        return replace(insight, state=InsightState.EVIDENCE_MISSING)
    if insight.state is InsightState.EVIDENCE_MISSING and supported:
        before = (row.state for row in unit.insights.editions(insight.id))
        state = next(
            (state for state in before if state is not InsightState.EVIDENCE_MISSING), InsightState.NEEDS_REVIEW
        )
        return replace(insight, state=state)
    return insight


def _tell(unit: Unit, insight: Insight, told: str, *, flipped: bool, now: datetime) -> None:
    missing = insight.state is InsightState.EVIDENCE_MISSING
    if missing and flipped:
        told += " Nothing supports it any more."
    kind = BACK if told.startswith("Evidence is back") else LOST
    unit.notices.add(insight.facts.owner, kind, f"{named(insight)}: {told}", address(insight.id), now)
