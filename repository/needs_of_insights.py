"""What insights need: evidence that is gone, a review that is due, new words that wait for the owner."""

from datetime import UTC, date, datetime

from repository.domain.access import Viewer
from repository.domain.insight import Insight, InsightState
from repository.domain.stewardship import Need, NeedKind
from repository.insight_rules import shown
from repository.workspace import Workspace


def evidence_missing(workspace: Workspace, viewer: Viewer) -> list[Need]:
    """List the insights that lost what they rested on, longest ago first."""
    with workspace.read() as unit:
        insights = [one for one in unit.insights.all([InsightState.EVIDENCE_MISSING]) if shown(viewer, one)]
        lost = unit.needs.lost(viewer)
    needs = []
    for one in insights:
        number, since = lost.get(one.id, (0, one.updated_at))
        why = (
            f"{number} of its pieces of evidence {'is' if number == 1 else 'are'} gone."
            if number
            else "Evidence is gone."
        )
        needs.append(_need(NeedKind.EVIDENCE_MISSING, one, why, since))
    return sorted(needs, key=_oldest)


def review(workspace: Workspace, viewer: Viewer) -> list[Need]:
    """List the insights that need review, and published ones whose day has come, the longest overdue first."""
    today = workspace.clock().date()
    with workspace.read() as unit:
        held = unit.insights.all([InsightState.NEEDS_REVIEW, InsightState.PUBLISHED])
    needs = []
    for one in held:
        on = one.facts.review_on
        overdue = on is not None and on <= today
        if shown(viewer, one) and (overdue or one.state is InsightState.NEEDS_REVIEW):
            why = one.why_review or (
                f"Its review was due on {_long(on)}" if overdue and on else "Somebody asked for it"
            )
            needs.append(_need(NeedKind.REVIEW, one, f"{why}.", _moment(on) if overdue and on else one.updated_at))
    return sorted(needs, key=_oldest)


def proposed(workspace: Workspace, viewer: Viewer) -> list[Need]:
    """List the insights for which new words wait, longest ago first."""
    with workspace.read() as unit:
        waiting = unit.needs.proposed(viewer)
        insights = [one for one in unit.insights.some(waiting) if shown(viewer, one) and not one.state.is_over]
    needs = []
    for one in insights:
        number, since = waiting[one.id]
        why = f"{number} {'quote waits' if number == 1 else 'quotes wait'} to be taken or turned down."
        needs.append(_need(NeedKind.PROPOSED, one, why, since, number))
    return sorted(needs, key=_oldest)


def _need(kind: NeedKind, insight: Insight, why: str, since: datetime, number: int = 1) -> Need:
    return Need(
        kind, str(insight.id), insight.facts.claim, why, insight.facts.owner, since, number, subject=(insight.id,)
    )


def _oldest(need: Need) -> tuple[datetime, str]:
    assert need.since is not None
    return need.since, need.key


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
