"""Checking plans: what is known of each question, kept with the plan, and what has changed since the last check."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from repository import gaps
from repository.domain.access import Viewer
from repository.domain.plan import Decision, Plan, PlanCheck, PlanFacts, QuestionFound, Verdict
from repository.domain.study import Study
from repository.errors import Forbidden, NotFound
from repository.plan_checking import LeftOut, look_into, material
from repository.plan_overlap import Beside, Pressure, overlapping, pressure
from repository.plan_viewing import QuestionView, views
from repository.plans import get
from repository.workspace import Workspace

#: Questions that are checked at once, and stand on one page.
PORTION = 25


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a question since an earlier check: quotes that are new, and the verdict it had before."""

    number: int
    asked: str
    before: Verdict
    now: Verdict
    new_quotes: int

    @property
    def told(self) -> str:
        """Say it in words."""
        quotes = f"{self.new_quotes} new quote{'s' * (self.new_quotes != 1)}" if self.new_quotes else ""
        turned = f"{self.before.value} → {self.now.value}" if self.before is not self.now else ""
        return ", ".join(part for part in (turned, quotes) if part)


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan that was checked but not kept."""

    facts: PlanFacts
    questions: tuple[QuestionView, ...]
    beside: tuple[Beside, ...]
    pressure: tuple[Pressure, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan's page: its questions as they were checked, those that wait for it, decisions, and who else is at it.

    `outdated`: the repository has changed since the check; `changes` are those between this check and the one before.
    """

    plan: Plan
    study: Study | None
    check: PlanCheck | None
    questions: tuple[QuestionView, ...]
    unchecked: tuple[str, ...]
    decisions: dict[str, Decision]
    beside: tuple[Beside, ...]
    pressure: tuple[Pressure, ...]
    outdated: bool
    changes: tuple[Change, ...]
    history: tuple[PlanCheck, ...]
    valid_until: date | None

    @property
    def checked(self) -> Checked:
        """Give the check alone, as that of a plan that is not kept."""
        return Checked(self.plan.facts, self.questions, self.beside, self.pressure)


def check(workspace: Workspace, viewer: Viewer, facts: PlanFacts, *, study_id: int | None = None) -> Checked:
    """Check a plan without keeping it; `study_id` is the study it was made from, which is left out."""
    found = look_into(workspace, viewer, facts, facts.questions, LeftOut(study_id))
    seen = views(workspace, viewer, facts, found, workspace.clock().date())
    _note_gaps(workspace, seen)
    beside = overlapping(workspace, viewer, facts, seen, study_id=study_id)
    return Checked(facts, seen, beside, pressure(workspace, viewer, facts.accounts))


def check_plan(workspace: Workspace, viewer: Viewer, plan_id: int, *, whole: bool = False) -> PlanCheck:
    """Check the first portion of a plan's questions, or all of them, and keep it beside the earlier checks."""
    plan = _writable(workspace, viewer, plan_id)
    questions = plan.facts.questions if whole else plan.facts.questions[:PORTION]
    found = _look(workspace, viewer, plan, questions)
    _note_gaps(workspace, views(workspace, viewer, plan.facts, found, workspace.clock().date()))
    state, now = material(workspace, viewer), workspace.clock()
    with workspace.write() as unit:
        check_id = unit.plans.keep_check(plan_id, viewer.person, now, state, found)
    return PlanCheck(check_id, plan_id, viewer.person, now, state, found)


def check_further(workspace: Workspace, viewer: Viewer, plan_id: int) -> None:
    """Check the next portion of the questions that the last check has not come to."""
    plan = _writable(workspace, viewer, plan_id)
    with workspace.read() as unit:
        checks = unit.plans.checks(plan_id)
    if not checks:
        check_plan(workspace, viewer, plan_id)
        return
    had = {one.asked for one in checks[0].found}
    rest = [question for question in plan.facts.questions if question not in had][:PORTION]
    found = _look(workspace, viewer, plan, rest)
    _note_gaps(workspace, views(workspace, viewer, plan.facts, found, workspace.clock().date()))
    with workspace.write() as unit:
        unit.plans.add_to_check(checks[0].id, found)


def view(workspace: Workspace, viewer: Viewer, plan_id: int, *, check_id: int | None = None) -> PlanView:
    """Give a plan's page by its last check, or by an earlier one. Raises NotFound."""
    with workspace.read() as unit:
        plan = get(unit, plan_id)
        history = unit.plans.checks(plan_id)
        decisions = {one.question: one for one in unit.plans.decisions([plan_id])}
        study = unit.studies.get(viewer, plan.study_id) if plan.study_id is not None else None
    place = next((n for n, one in enumerate(history) if one.id == check_id), None) if check_id else 0
    if place is None:
        raise NotFound("The plan has no such check.")
    shown = history[place] if history else None
    seen = _seen(workspace, viewer, plan, shown) if shown else ()
    had = {one.asked for one in seen}
    before = history[place + 1] if len(history) > place + 1 else None
    days = workspace.settings.planning.check_days
    return PlanView(
        plan=plan,
        study=study,
        check=shown,
        questions=seen,
        unchecked=tuple(question for question in plan.facts.questions if question not in had),
        decisions=decisions,
        beside=overlapping(workspace, viewer, plan.facts, seen, study_id=plan.study_id),
        pressure=pressure(workspace, viewer, plan.facts.accounts),
        outdated=shown is not None and not place and shown.material != material(workspace, viewer),
        changes=_changes(_seen(workspace, viewer, plan, before), seen) if before else (),
        history=tuple(history),
        valid_until=(shown.at + timedelta(days=days)).date() if shown else None,
    )


def changed_since(workspace: Workspace, viewer: Viewer, plan_id: int) -> tuple[Change, ...]:
    """Say what a check would find now that the last one did not; nothing is kept."""
    with workspace.read() as unit:
        plan = get(unit, plan_id)
        checks = unit.plans.checks(plan_id)
    if not checks:
        return ()
    had = {one.asked for one in checks[0].found}
    questions = [question for question in plan.facts.questions if question in had][:PORTION]
    now = PlanCheck(0, plan_id, "", workspace.clock(), "", _look(workspace, viewer, plan, questions))
    return _changes(_seen(workspace, viewer, plan, checks[0]), _seen(workspace, viewer, plan, now))


def _look(workspace: Workspace, viewer: Viewer, plan: Plan, questions: Sequence[str]) -> tuple[QuestionFound, ...]:
    return look_into(workspace, viewer, plan.facts, questions, LeftOut(plan.study_id, plan.id))


def _seen(workspace: Workspace, viewer: Viewer, plan: Plan, shown: PlanCheck) -> tuple[QuestionView, ...]:
    """Give a check's questions in the plan's order, those that the plan no longer asks left out."""
    found = {one.asked: one for one in shown.found}
    asked = [(n, question) for n, question in enumerate(plan.facts.questions) if question in found]
    seen = views(workspace, viewer, plan.facts, [found[question] for _, question in asked], shown.at.date())
    return tuple(replace(one, number=n) for one, (n, _) in zip(seen, asked, strict=True))


def _changes(then: Sequence[QuestionView], now: Sequence[QuestionView]) -> tuple[Change, ...]:
    was = {one.asked: one for one in then}
    found = []
    for one in now:
        if one.asked in was:
            new = len(_quoted(one) - _quoted(was[one.asked]))
            if new or was[one.asked].verdict is not one.verdict:
                found.append(Change(one.number, one.asked, was[one.asked].verdict, one.verdict, new))
    return tuple(found)


def _quoted(one: QuestionView) -> set[tuple[int, str]]:
    """Give the quotes that a viewer sees of a question. By their words: a correction elsewhere moves their place."""
    return {(quote.session_id, " ".join(quote.words.split())) for quote in (*one.quotes, *one.more)}


def _note_gaps(workspace: Workspace, seen: Sequence[QuestionView]) -> None:
    """Keep what nothing is known of for the list of gaps, and count the check."""
    if not seen:
        return
    with workspace.read() as unit:
        told = gaps.told(unit, [one.asked for one in seen if one.verdict is Verdict.NOT_STUDIED])
    with workspace.write() as unit:
        for words in told:
            gaps.keep(unit, workspace, words, gaps.PLAN)
        for one in seen:
            gaps.tally(unit, gaps.PLAN, one.verdict is not Verdict.NOT_STUDIED, workspace.clock().date())


def _writable(workspace: Workspace, viewer: Viewer, plan_id: int) -> Plan:
    if not viewer.may_write:
        raise Forbidden("Readers cannot keep checks.")
    with workspace.read() as unit:
        return get(unit, plan_id)
