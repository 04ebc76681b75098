"""Who else is at it: studies in flight and other plans that a plan overlaps with, and how often its accounts were asked of late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from repository.cohort_matching import Names, fits, names_in, split
from repository.domain.access import Viewer
from repository.domain.plan import Plan, PlanFacts
from repository.domain.study import Study, StudyState
from repository.plan_viewing import QuestionView
from repository.workspace import Workspace

#: Days over which sessions with an account are counted, and from how many sessions on that is much.
DAYS, MUCH = 90, 3


@dataclass(frozen=True, slots=True)
class Beside:
    """A study or plan that a plan overlaps with; `questions` are the numbers (from 1) of the plan's that it shares."""

    why: str
    questions: tuple[int, ...]
    study: Study | None = None
    plan: Plan | None = None

    @property
    def owner(self) -> str:
        """Say whom to talk to."""
        return (
            self.study.facts.owner
            if self.study
            else (self.plan.facts.owner or self.plan.created_by)
            if self.plan
            else ""
        )


@dataclass(frozen=True, slots=True)
class Pressure:
    """How often an account was asked of late: its sessions, its people in them, and the last day. `known`: it is one here."""

    account: str
    known: bool
    sessions: int = 0
    people: tuple[str, ...] = ()
    last_on: date | None = None

    @property
    def much(self) -> bool:
        """Say whether it should rather be left alone."""
        return self.sessions >= MUCH


def overlapping(
    workspace: Workspace,
    viewer: Viewer,
    facts: PlanFacts,
    views: Sequence[QuestionView],
    *,
    study_id: int | None = None,
) -> tuple[Beside, ...]:
    """List the studies in flight or planned, and the plans, that ask the same; then studies in flight about the same."""
    found: dict[tuple[str, int], Beside] = {}
    for view in views:
        for overlap in view.overlaps:
            if not overlap.same:
                continue
            if overlap.study and overlap.study.facts.state is not StudyState.DONE:
                state = overlap.study.facts.state
                _add(
                    found,
                    ("study", overlap.study.id),
                    f"asks the same, {state.value}",
                    view.number,
                    study=overlap.study,
                )
            if overlap.plan:
                _add(found, ("plan", overlap.plan.id), "plans to ask the same", view.number, plan=overlap.plan)
    with workspace.read() as unit:
        studies = unit.studies.all(viewer)
    areas = names_in(facts.product_area, [study.facts.product_area for study in studies if study.facts.product_area])
    cohorts = names_in(facts.cohort, [name for study in studies for name in split(study.facts.cohort)])
    for study in studies:
        if not study.facts.state.in_flight or study.id == study_id or ("study", study.id) in found:
            continue
        if _about_the_same(areas, study.facts.product_area) and fits(cohorts, study.facts.cohort):
            found["study", study.id] = Beside("in flight in the same product area", (), study=study)
    return tuple(found.values())


def pressure(workspace: Workspace, viewer: Viewer, accounts: Sequence[str]) -> tuple[Pressure, ...]:
    """Say how often each account named was asked of late: so far by sessions held; who was only invited is not known yet."""
    with workspace.read() as unit:
        known = {name.casefold(): account for account in unit.people.accounts() for name in (account.name, account.key)}
        meant = {name: known.get(name.casefold()) for name in accounts}
        since = workspace.clock().date() - timedelta(days=DAYS)
        held = unit.plans.sessions_with(viewer, [account.id for account in meant.values() if account], since)
    found = []
    for name, account in meant.items():
        if account is None:
            found.append(Pressure(name, known=False))
            continue
        theirs = [row for row in held if row[0] == account.id]
        people = tuple(sorted({row[3] for row in theirs}))
        last = max((row[2] for row in theirs), default=None)
        found.append(Pressure(account.name, True, len({row[1] for row in theirs}), people, last))
    return tuple(sorted(found, key=lambda one: -one.sessions))


def _add(
    found: dict[tuple[str, int], Beside],
    key: tuple[str, int],
    why: str,
    number: int,
    *,
    study: Study | None = None,
    plan: Plan | None = None,
) -> None:
    before = found[key].questions if key in found else ()
    found[key] = Beside(why, tuple(dict.fromkeys((*before, number + 1))), study, plan)


def _about_the_same(areas: Names, area: str) -> bool:
    return not areas.open and bool(area) and fits(areas, area)
