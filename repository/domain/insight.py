"""Insights: claims that rest on what participants said, and what became of them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class InsightState(StrEnum):
    """How far a claim can be relied on. Evidence missing: what it rested on is gone, and somebody has to look."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    NEEDS_REVIEW = "needs review"
    EVIDENCE_MISSING = "evidence missing"
    SUPERSEDED = "superseded"
    RETIRED = "retired"

    @property
    def is_current(self) -> bool:
        """Say whether it may be shown as what is known today, if need be with a remark."""
        return self in (InsightState.PUBLISHED, InsightState.NEEDS_REVIEW, InsightState.EVIDENCE_MISSING)

    @property
    def is_over(self) -> bool:
        """Say whether another took its place, or nobody stands by it any more."""
        return self in (InsightState.SUPERSEDED, InsightState.RETIRED)


class Stance(StrEnum):
    """What a highlight does to a claim."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"


@dataclass(frozen=True, slots=True)
class InsightFacts:
    """What somebody claims: one sentence, and in Markdown what else there is to say.

    `review_on` is the day on which it has to be looked at again; None: the method decides when it is published.
    """

    claim: str
    body: str = ""
    code_id: int | None = None
    product_area: str = ""
    cohort: str = ""
    owner: str = ""
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class Insight:
    """A claim with its number, which is for ever. `edition` rises with each change: two who edit at once are told by it.

    `why_review` says what brought a review forward; `superseded_by` is the insight that took its place.
    """

    id: int
    facts: InsightFacts
    state: InsightState
    edition: int
    created_by: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None
    why_review: str = ""
    superseded_by: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A highlight that supports or contradicts a claim: characters [start, end) of a text, with the words kept beside.

    `lost_at`: when its words could no longer be shown, for the reason `lost_why`.
    """

    id: int
    insight_id: int
    highlight_id: int
    study_id: int
    session_id: int
    text_id: int
    start: int
    end: int
    quote: str
    stance: Stance
    note: str
    added_by: str
    added_at: datetime
    lost_at: datetime | None = None
    lost_why: str = ""


class LinkKind(StrEnum):
    """What was built or decided on the strength of an insight."""

    DECISION = "decision"
    OBJECTIVE = "objective"
    WORK_ITEM = "work item"


@dataclass(frozen=True, slots=True)
class InsightLink:
    """A decision, objective or work item behind which an insight stands, and how it came out."""

    id: int
    insight_id: int
    kind: LinkKind
    title: str
    url: str
    outcome: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know or look at: `told` says it without a participant's word. `address` is a page."""

    id: int
    person: str
    kind: str
    told: str
    address: str
    at: datetime
    seen_at: datetime | None = None
