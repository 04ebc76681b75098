"""What the material, earlier studies, other plans and insights hold on each question of a plan: places and numbers."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.asked import Stored
from nlp.questions import bare
from nlp.wording import ASKING, differences
from nlp.words import subject_words
from repository.domain.access import Viewer
from repository.domain.plan import AskedBefore, Plan, PlanFacts, QuestionFound, Spot
from repository.domain.study import Study
from repository.errors import Unavailable
from repository.evidencing import Coverage, Evidenced, Quote, evidence
from repository.insight_finding import current_insights, find_for_each
from repository.meanings import matrix, meanings
from repository.retrieval import Scope
from repository.store.facts import PASSAGES
from repository.workspace import Workspace

#: Quotes kept of a question: those that answer, and those that are only near.
ANSWERING, NEAR = 30, 8
#: How likely an earlier question asks the same: to be shown as overlapping, and to count as the same.
ALIKE, SAME = 0.2, 0.6
#: Earlier questions of studies and of plans shown, and insights.
EARLIER, PLANNED, INSIGHTS = 4, 2, 3
#: Words of a question that only point at what a plan is about, and how many of its own a question needs to do without.
_POINTS = re.compile(r"\b(?:it|its|them|this|that|these|those|there)\b(?!\s+(?:is|was|are|were)\b)", re.I)
FULL = 4
#: Score from which an insight speaks to a question.
SPEAKS = 0.5


#: A question of a study or of a plan, with its number there.
_Held = tuple[Study | None, Plan | None, int, str]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a plan is not compared with: the study it became or was made from, and itself."""

    study_id: int | None = None
    plan_id: int | None = None


def look_into(
    workspace: Workspace, viewer: Viewer, facts: PlanFacts, questions: Sequence[str], left_out: LeftOut = LeftOut()
) -> tuple[QuestionFound, ...]:
    """Say what is held on each of these questions of a plan; many cost little more than one."""
    if not questions:
        return ()
    with workspace.read() as unit:
        studies = [study for study in unit.studies.all(viewer) if study.id != left_out.study_id]
        plans = [plan for plan in unit.plans.all() if plan.id != left_out.plan_id]
    if left_out.study_id is not None:
        plans = [plan for plan in plans if plan.study_id != left_out.study_id]
    asked = [in_context(question, facts) for question in questions]
    within = Scope(studies=tuple(study.id for study in studies)) if left_out.study_id is not None else None
    told = (
        evidence(workspace, viewer, asked, scope=within)
        if studies
        else [Evidenced(one, 0.0, (), (), (), Coverage()) for one in asked]
    )
    before = _asked_before(workspace, asked, facts, studies, plans)
    insights = find_for_each(workspace, viewer, asked, INSIGHTS)
    return tuple(
        QuestionFound(
            asked=question,
            strength=round(float(one.strength), 3),
            quotes=_spots(one.quotes, ANSWERING),
            near=_spots(one.near, NEAR),
            unspoken=one.unspoken,
            before=earlier,
            insights=tuple(each.insight.id for each in speaking if each.score >= SPEAKS),
            notes=one.notes,
        )
        for question, one, earlier, speaking in zip(questions, told, before, insights, strict=True)
    )


def in_context(question: str, facts: PlanFacts) -> str:
    """Give what is searched for: the question without its frame; where it only points, "it", with what the plan is about.

    >>> in_context("We want to learn who decides to connect it.", PlanFacts("Calendars", product_area="calendar sync"))
    'who decides to connect it (calendar sync)?'
    """
    plain = bare(question)
    subject = facts.product_area or facts.title
    if not subject or not _POINTS.search(plain) or len(subject_words(plain)) > FULL:
        return plain
    return f"{plain.rstrip('?')} ({subject})?"


def material(workspace: Workspace, viewer: Viewer) -> str:
    """Tell the state of what checks stand on: passages, studies and insights. Another state may give other verdicts."""
    with workspace.read() as unit:
        studies = [
            (s.id, s.facts.questions, s.facts.state.value, s.facts.cohort, s.facts.product_area)
            for s in unit.studies.all(viewer)
        ]
        passages = unit.facts.number(PASSAGES)
    insights = [(one.insight.id, one.insight.edition) for one in current_insights(workspace, viewer)]
    digest = hashlib.sha256(repr((studies, sorted(insights))).encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return f"{passages}-{digest}"


def _spots(quotes: Sequence[Quote], most: int) -> tuple[Spot, ...]:
    return tuple(
        Spot(q.text_id, q.start, q.end, q.session_id, q.study_id, round(float(q.answers), 3)) for q in quotes[:most]
    )


def _asked_before(
    workspace: Workspace, asked: Sequence[str], facts: PlanFacts, studies: Sequence[Study], plans: Sequence[Plan]
) -> list[tuple[AskedBefore, ...]]:
    """Give, for each question, those of studies and of other plans that are like it, likeliest first.

    Apart from each other: many plans for the same must not keep the study that did it from being seen.
    """
    of_studies: list[_Held] = [(study, None, n, q) for study in studies for n, q in enumerate(study.facts.questions)]
    of_plans: list[_Held] = [(None, plan, n, bare(q)) for plan in plans for n, q in enumerate(plan.facts.questions)]
    done, planned = (
        _alike(workspace, asked, facts, held, most) for held, most in ((of_studies, EARLIER), (of_plans, PLANNED))
    )
    return [(*one, *other) for one, other in zip(done, planned, strict=True)]


def _alike(
    workspace: Workspace, asked: Sequence[str], facts: PlanFacts, held: Sequence[_Held], most: int
) -> list[tuple[AskedBefore, ...]]:
    if not held:
        return [() for _ in asked]
    areas = [(one[0] or one[1]).facts.product_area for one in held]  # type: ignore[union-attr]
    plain = [one[3] for one in held]
    within = [_of(words, area) for words, area in zip(plain, areas, strict=True)]
    ours = [_of(question, facts.product_area) for question in asked]
    try:
        vectors = meanings(workspace, [*asked, *ours, *plain, *within])
    except Unavailable:  # without a model nothing is compared by meaning; evidence says so
        return [() for _ in asked]
    alone = Stored(plain, matrix([vectors[words] for words in plain]))
    placed = Stored(within, matrix([vectors[words] for words in within]))
    found = []
    for question, ours_within in zip(asked, ours, strict=True):
        # The same words mean another thing in another product area, and other words the same in the same one.
        likely = alone.match(question, np.asarray(vectors[question])).probability
        if facts.product_area:
            likely = np.maximum(likely, placed.match(ours_within, np.asarray(vectors[ours_within])).probability)
        best = [int(i) for i in np.argsort(-likely, kind="stable")[:most] if likely[i] >= ALIKE]
        found.append(tuple(_earlier(held[i], question, float(likely[i])) for i in best))
    return found


def _earlier(held: _Held, question: str, likely: float) -> AskedBefore:
    study, plan, number, words = held
    return AskedBefore(
        number,
        round(likely, 3),
        study.id if study else None,
        plan.id if plan else None,
        _differs(question, words, likely),
    )


def _of(question: str, area: str) -> str:
    """Say what product area a question is about, unless it says so itself."""
    return question if not area or area.casefold() in question.casefold() else f"{question.rstrip('?')} ({area})?"


def _differs(question: str, other: str, likely: float) -> tuple[str, ...]:
    """Name the words that tell two questions apart; none where they very likely ask the same."""
    wanted, there = (found[1].lower() if (found := ASKING.match(words)) else "" for words in (question, other))
    if wanted and there and wanted != there:
        return (f"there it is {there}, here {wanted}",)
    if likely >= SAME:
        return ()
    told = differences(question, other)
    new, stored = (subject_words(" ".join(words))[:4] for words in (told.new, told.stored))
    if new and stored:
        return (f"there “{', '.join(stored)}”, here “{', '.join(new)}”",)
    return (
        (f"only here: “{', '.join(new)}”",)
        if new
        else (f"only there: “{', '.join(stored)}”",)
        if stored
        else ("it asks for something else",)
    )
