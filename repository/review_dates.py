"""When an insight is looked at again: by the method it was learnt with, or earlier, because something happened."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from repository.domain.access import Viewer
from repository.domain.insight import Insight, InsightState
from repository.errors import Forbidden, Rejected
from repository.evidence_keeping import settle
from repository.insight_rules import NAME, WHY, address, kept, named, storable
from repository.store.insights import AreaEvent
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Months after which what was learnt by a method is looked at again, by words of its name; else the setting says.
MONTHS = {"usability": 6, "survey": 6, "ticket": 3, "support": 3}
#: Kind of a notice.
REVIEW = "review due"


def months_for(methods: Iterable[str], default: int) -> int:
    """Give the months until the next review: the fewest that any of the methods asks for.

    >>> months_for(["Interview", "Usability test"], 12), months_for([""], 12)
    (6, 12)
    """
    known = [months for method in methods for word, months in MONTHS.items() if word in method.casefold()]
    return min([*known, default])


def later(day: date, months: int) -> date:
    """Give the day some months later, or the last one of that month.

    >>> later(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def review_day(unit: Unit, workspace: Workspace, insight_id: int) -> date:
    """Give the day on which an insight that holds today is looked at again."""
    studies = {one.study_id for one in unit.evidence.of([insight_id]) if one.lost_at is None}
    months = months_for(unit.studies.methods(studies), workspace.settings.insights.review_months)
    return later(workspace.clock().date(), months)


def happened(workspace: Workspace, viewer: Viewer, area: str, told: str, on: date) -> int:
    """Keep what happened to a product area; what is published about it needs review then. Count these insights.

    Raises Forbidden, Rejected (no area, nothing told).
    """
    if not viewer.may_write:
        raise Forbidden("Readers cannot do this.")
    area, told = " ".join(storable(area).split())[:NAME], " ".join(storable(told).split())[:WHY]
    if not area or not told:
        raise Rejected("Say what happened, and to which product area.", slug="no-event")
    with workspace.write() as unit:
        now = workspace.clock()
        unit.insights.add_event(area, told, on, by=viewer.person, now=now)
        held = unit.insights.all([InsightState.PUBLISHED])
        touched = [one for one in held if one.facts.product_area.casefold() == area.casefold()]
        why = f"{area[:1].upper()}{area[1:]}: {told} ({on.day} {on:%B %Y})"
        for insight in touched:
            if on > now.date():
                day = min(insight.facts.review_on or on, on)
                planned = replace(insight, facts=replace(insight.facts, review_on=day), why_review=why)
                kept(unit, planned, by=viewer.person, now=now, told=f"To be looked at on {day}.", why=why)
            else:
                _flip(unit, insight, why, by=viewer.person, workspace=workspace)
        return len(touched)


def events(workspace: Workspace, viewer: Viewer) -> list[AreaEvent]:
    """List what happened to product areas, newest first."""
    with workspace.read() as unit:
        return unit.insights.events()


def sweep_insights(workspace: Workspace) -> int:
    """Flip what is due, and whatever rests on words that went some other way; count insights. Run by the sweeper."""
    today = workspace.clock().date()
    with workspace.read() as unit:
        due = _due(unit, today)
        unsettled = unit.evidence.unsettled()
    if not due and not unsettled:
        return 0
    with workspace.write() as unit:
        due = _due(unit, today)
        for insight in due:
            on = insight.facts.review_on
            why = insight.why_review or (f"Its review was due on {on.day} {on:%B %Y}" if on else "")
            _flip(unit, insight, why, by="", workspace=workspace)
        settled = settle(unit, workspace.clock()) if unsettled else 0
        unit.proposals.forget_gone()
    return len(due) + settled


def _due(unit: Unit, today: date) -> list[Insight]:
    held = unit.insights.all([InsightState.PUBLISHED])
    return [one for one in held if one.facts.review_on is not None and one.facts.review_on <= today]


def _flip(unit: Unit, insight: Insight, why: str, *, by: str, workspace: Workspace) -> None:
    now = workspace.clock()
    after = replace(insight, state=InsightState.NEEDS_REVIEW, why_review=why)
    kept(unit, after, by=by, now=now, told="Needs review.", why=why)
    unit.notices.add(insight.facts.owner, REVIEW, f"{named(insight)} needs review. {why}.", address(insight.id), now)
