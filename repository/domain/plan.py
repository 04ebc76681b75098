"""Plans: research that somebody intends, and what is known already of each of its questions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What is known of a question."""

    ANSWERED = "answered"
    PARTLY = "partly answered"
    NOT_STUDIED = "not studied"


class Choice(StrEnum):
    """What a planner does about a question: take what is known, ask only what is open, or ask it all the same."""

    REUSE = "reuse"
    NARROW = "narrow"
    PROCEED = "proceed"


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What somebody intends to find out, from whom, and how; everything but one question may be left open."""

    title: str
    goal: str = ""
    questions: tuple[str, ...] = ()
    cohort: str = ""
    product_area: str = ""
    method: str = ""
    accounts: tuple[str, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan with its number. `body` is the text it was read from, as given; `study_id` the study it became."""

    id: int
    facts: PlanFacts
    body: str
    study_id: int | None
    edition: int
    created_by: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the planner decided about a question, and why; the question is kept as it was decided about."""

    id: int
    plan_id: int
    question: str
    choice: Choice
    reason: str
    verdict: Verdict
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Spot:
    """Where words stand that speak to a question: characters [start, end) of a text. `answers` 0..1: how likely they do."""

    text_id: int
    start: int
    end: int
    session_id: int
    study_id: int
    answers: float


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """An earlier question that is like one of a plan: the `number`th (from 0) of a study or of another plan.

    `likely` 0..1: how likely it asks the same; `differs` names what differs, in words of plans and studies.
    """

    number: int
    likely: float
    study_id: int | None = None
    plan_id: int | None = None
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionFound:
    """What a check found on a question: places and numbers, never a participant's word.

    `strength` 0..1: how likely the material answers it; `unspoken`: the question's own words that nobody speaks of;
    `insights`: the current ones, best first. `asked` is the plan's question as it was.
    """

    asked: str
    strength: float
    quotes: tuple[Spot, ...] = ()
    near: tuple[Spot, ...] = ()
    unspoken: tuple[str, ...] = ()
    before: tuple[AskedBefore, ...] = ()
    insights: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanCheck:
    """A check of a plan's questions; `material` tells the state of the repository it was made from."""

    id: int
    plan_id: int
    by: str
    at: datetime
    material: str
    found: tuple[QuestionFound, ...]
