"""Plans: make, change, link to studies, put into the bin and take out; and what the planners decided about their questions."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from repository.domain.access import Viewer
from repository.domain.plan import Choice, Decision, Plan, PlanCheck, PlanFacts, Verdict
from repository.domain.study import Study, StudyFacts, StudyState
from repository.errors import Conflict, Forbidden, NotFound, PlanChanged, Rejected
from repository.insight_rules import storable
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Characters of a reason.
REASON = 1_000


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan in a list: how many of its questions got which verdict in its last check, and what was decided."""

    plan: Plan
    check: PlanCheck | None
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class BinnedPlan:
    """A plan in the bin, and the day it goes for good."""

    id: int
    title: str
    what_it_holds: str
    gone_on: date


@dataclass(frozen=True, slots=True)
class Avoided:
    """What planners decided because they knew: questions taken from what is known, and questions made narrower.

    `studies` are plans of which every question was answered by reuse; nothing is counted that nobody decided.
    """

    reused: int = 0
    narrowed: int = 0
    proceeded: int = 0
    studies: int = 0
    narrowed_studies: int = 0


def create(
    workspace: Workspace, viewer: Viewer, facts: PlanFacts, *, body: str = "", study_id: int | None = None
) -> Plan:
    """Keep a plan. Raises Rejected without a question, NotFound (study)."""
    facts = _checked(viewer, facts)
    with workspace.write() as unit:
        if study_id is not None:
            _study(unit, viewer, study_id)
        return get(unit, unit.plans.add(facts, storable(body), study_id, viewer.person, workspace.clock()))


def change(workspace: Workspace, viewer: Viewer, plan_id: int, facts: PlanFacts, *, edition: int) -> Plan:
    """Replace what a plan says. Raises PlanChanged if it is no longer the edition that was looked at."""
    facts = _checked(viewer, facts)
    with workspace.write() as unit:
        get(unit, plan_id)
        if not unit.plans.change(plan_id, facts, workspace.clock(), edition=edition):
            raise PlanChanged
        return get(unit, plan_id)


def show(workspace: Workspace, plan_id: int) -> Plan:
    """Give a plan. Raises NotFound."""
    with workspace.read() as unit:
        return get(unit, plan_id)


def get(unit: Unit, plan_id: int, *, binned: bool = False) -> Plan:
    """Give a plan within a transaction. Raises NotFound."""
    plan = unit.plans.get(plan_id, binned=binned)
    if plan is None:
        raise NotFound("There is no such plan.", hint="It may be in the bin.")
    return plan


def cards(workspace: Workspace, viewer: Viewer, *, binned: bool = False) -> list[PlanCard]:
    """List the plans, last changed first."""
    with workspace.read() as unit:
        plans = unit.plans.all(binned=binned)
        checks = unit.plans.last_checks([plan.id for plan in plans])
        decisions = unit.plans.decisions([plan.id for plan in plans])
    by_plan: dict[int, list[Decision]] = {}
    for decision in decisions:
        by_plan.setdefault(decision.plan_id, []).append(decision)
    return [PlanCard(plan, checks.get(plan.id), tuple(by_plan.get(plan.id, ()))) for plan in plans]


def bin_plan(workspace: Workspace, viewer: Viewer, plan_id: int) -> None:
    """Put a plan into the bin."""
    _may_write(viewer)
    with workspace.write() as unit:
        get(unit, plan_id)
        unit.plans.set_deleted(plan_id, workspace.clock())


def restore_plan(workspace: Workspace, viewer: Viewer, plan_id: int) -> None:
    """Take a plan out of the bin, as it was."""
    _may_write(viewer)
    with workspace.write() as unit:
        get(unit, plan_id, binned=True)
        unit.plans.set_deleted(plan_id, None)


def binned(workspace: Workspace) -> tuple[BinnedPlan, ...]:
    """List the plans that can still be brought back."""
    days = timedelta(days=workspace.settings.bin.days)
    with workspace.read() as unit:
        held = [(plan, plan.deleted_at) for plan in unit.plans.all(binned=True)]
    return tuple(
        BinnedPlan(plan.id, plan.facts.title, f"of {plan.created_by}", (at + days).date()) for plan, at in held if at
    )


def purge(workspace: Workspace) -> None:
    """Remove the plans that have lain in the bin too long."""
    with workspace.write() as unit:
        unit.plans.purge(workspace.clock() - timedelta(days=workspace.settings.bin.days))


# The study a plan becomes


def attach(workspace: Workspace, viewer: Viewer, plan_id: int, study_id: int | None) -> None:
    """Say which study a plan belongs to; None takes it from any."""
    _may_write(viewer)
    with workspace.write() as unit:
        get(unit, plan_id)
        if study_id is not None:
            _study(unit, viewer, study_id)
        unit.plans.attach(plan_id, study_id)


def begin_study(workspace: Workspace, viewer: Viewer, plan_id: int) -> Study:
    """Make a study of a plan, with the questions that are not taken from what is known. Raises Conflict (title, twice)."""
    _may_write(viewer)
    with workspace.write() as unit:
        plan = get(unit, plan_id)
        if plan.study_id is not None and unit.studies.get(viewer, plan.study_id):
            raise Conflict("This plan has a study already.", hint="Take it from that study first.")
        facts = study_facts(plan, unit.plans.decisions([plan_id]))
        if unit.studies.named(viewer, facts.title):
            raise Conflict(
                f"There is a study “{facts.title}” already.", hint="Attach the plan to it, or rename the plan."
            )
        study = unit.studies.add(facts, workspace.clock())
        unit.plans.attach(plan_id, study.id)
        return study


def study_facts(plan: Plan, decisions: list[Decision]) -> StudyFacts:
    """Give what a study of this plan would be; without the questions whose answers are reused."""
    known = {decision.question for decision in decisions if decision.choice is Choice.REUSE}
    facts = plan.facts
    questions = tuple(question for question in facts.questions if question not in known)
    return StudyFacts(
        facts.title,
        questions,
        facts.owner,
        facts.method,
        StudyState.PLANNED,
        facts.product_area,
        facts.cohort,
    )


# Decisions


def decide(
    workspace: Workspace,
    viewer: Viewer,
    plan_id: int,
    question: str,
    choice: Choice,
    verdict: Verdict,
    reason: str = "",
) -> Decision:
    """Keep what is done about a question, and why. Raises Rejected where a reason is needed and missing."""
    _may_write(viewer)
    reason = " ".join(storable(reason).split())[:REASON]
    if choice is Choice.PROCEED and verdict is Verdict.ANSWERED and not reason:
        raise Rejected(
            "This is answered already: asking it again needs a reason.",
            hint="Say what the answer lacks, or choose to reuse it.",
            slug="no-reason",
        )
    with workspace.write() as unit:
        if question not in get(unit, plan_id).facts.questions:
            raise NotFound("The plan has no such question now.", hint="Load the page again.")
        made = Decision(0, plan_id, question, choice, reason, verdict, viewer.person, workspace.clock())
        return replace(made, id=unit.plans.decide(made))


def undo_decision(workspace: Workspace, viewer: Viewer, plan_id: int, decision_id: int) -> None:
    """Take a decision back; the one it replaced stands again."""
    _may_write(viewer)
    with workspace.write() as unit:
        if not unit.plans.undo_decision(plan_id, decision_id, workspace.clock()):
            raise NotFound("This was taken back already.")


def avoided(workspace: Workspace, viewer: Viewer) -> Avoided:
    """Count what planners decided in view of what is known. Nothing else counts as avoided."""
    reused = narrowed = proceeded = studies = narrower = 0
    for card in cards(workspace, viewer):
        held = {decision.question: decision.choice for decision in card.decisions}
        chosen = [held[question] for question in card.plan.facts.questions if question in held]
        reused += chosen.count(Choice.REUSE)
        narrowed += chosen.count(Choice.NARROW)
        proceeded += chosen.count(Choice.PROCEED)
        if chosen and len(chosen) == len(card.plan.facts.questions) and set(chosen) == {Choice.REUSE}:
            studies += 1
        elif Choice.REUSE in chosen or Choice.NARROW in chosen:
            narrower += 1
    return Avoided(reused, narrowed, proceeded, studies, narrower)


def _checked(viewer: Viewer, facts: PlanFacts) -> PlanFacts:
    _may_write(viewer)
    questions = tuple(dict.fromkeys(q for words in facts.questions if (q := " ".join(storable(words).split()))))
    if not questions:
        raise Rejected(
            "The plan has no question.", hint="Type what you want to find out, one question a line.", slug="no-question"
        )
    return PlanFacts(
        storable(facts.title).strip() or questions[0][:100],
        storable(facts.goal),
        questions,
        storable(facts.cohort),
        storable(facts.product_area),
        storable(facts.method),
        tuple(map(storable, facts.accounts)),
        storable(facts.owner),
    )


def _may_write(viewer: Viewer) -> None:
    if not viewer.may_write:
        raise Forbidden("Readers cannot change plans.")


def _study(unit: Unit, viewer: Viewer, study_id: int) -> Study:
    study = unit.studies.get(viewer, study_id)
    if study is None:
        raise NotFound("There is no such study.")
    return study
