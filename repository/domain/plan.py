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
