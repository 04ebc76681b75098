"""How much of what is known is used again, from recorded searches, checks and decisions only; nothing is estimated."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from repository import gaps
from repository.domain.access import Viewer
from repository.domain.insight import LinkKind
from repository.domain.plan import Choice
from repository.domain.stewardship import Week
from repository.insight_rules import shown
from repository.plans import Avoided, avoided
from repository.workspace import Workspace

#: Weeks that are shown.
WEEKS = 13
#: What is tallied, as it is asked.
ASKED = (gaps.SEARCH, gaps.ASK, gaps.PLAN)


@dataclass(frozen=True, slots=True)
class Reuse:
    """What was asked by week, oldest first, and what came of it.

    `reused` are insights that speak to a question somebody decided to take from what is known, `linked` those behind a
    decision, objective or work item, of `insights` that were ever published; `links` counts by kind. `checked` are plans
    with a check, of `plans`; those in the bin are not counted.
    """

    weeks: tuple[Week, ...]
    insights: int
    reused: int
    linked: int
    links: dict[LinkKind, int]
    plans: int
    checked: int
    avoided: Avoided

    def asked(self, what: str) -> tuple[int, int]:
        """Give how often something was found, and how often nothing, over all weeks."""
        pairs = [week.asked.get(what, (0, 0)) for week in self.weeks]
        return sum(found for found, _ in pairs), sum(nothing for _, nothing in pairs)


def reuse(workspace: Workspace, viewer: Viewer, *, weeks: int = WEEKS) -> Reuse:
    """Count what was asked in the last weeks, this one included, and what planners and teams made of what is known."""
    first = _monday(workspace.clock().date()) - timedelta(weeks=weeks - 1)
    with workspace.read() as unit:
        days = unit.gaps.tallies(first)
        checks = unit.needs.checks(datetime(first.year, first.month, first.day, tzinfo=UTC))
        plans = unit.plans.all()
        last = unit.plans.last_checks([plan.id for plan in plans])
        decisions = unit.plans.decisions([plan.id for plan in plans])
        published = {one.id for one in unit.insights.all() if one.published_at and shown(viewer, one)}
        links = unit.insights.links(published) if published else []
    reused: set[int] = set()
    chosen = {(one.plan_id, one.question) for one in decisions if one.choice is Choice.REUSE}
    for plan in plans:
        for found in last[plan.id].found if plan.id in last else ():
            if (plan.id, found.asked) in chosen and found.asked in plan.facts.questions:
                reused.update(found.insights)
    return Reuse(
        weeks=_weeks(first, weeks, days, checks),
        insights=len(published),
        reused=len(reused & published),
        linked=len({link.insight_id for link in links}),
        links={kind: sum(link.kind is kind for link in links) for kind in LinkKind},
        plans=len(plans),
        checked=len(last),
        avoided=avoided(workspace, viewer),
    )


def _weeks(
    first: date, number: int, days: list[tuple[date, str, int, int]], checks: list[datetime]
) -> tuple[Week, ...]:
    asked: dict[date, dict[str, tuple[int, int]]] = {first + timedelta(weeks=n): {} for n in range(number)}
    for day, what, found, nothing in days:
        week = asked.setdefault(_monday(day), {})
        before = week.get(what, (0, 0))
        week[what] = (before[0] + found, before[1] + nothing)
    mondays = [_monday(at.date()) for at in checks]
    return tuple(Week(monday, asked[monday], mondays.count(monday)) for monday in sorted(asked))


def _monday(day: date) -> date:
    """Give the Monday of a day's week.

    >>> _monday(date(2026, 11, 28))
    datetime.date(2026, 11, 23)
    """
    return day - timedelta(days=day.weekday())
