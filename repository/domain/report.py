"""Theme reports: what is counted in which scope, as values that can be shown, drawn, exported, kept and compared.

A report holds places of quotes (text, start, end) and numbers of people, never a quote or whose it is: those are read anew
whenever it is shown, so that a correction leaves it alone and an erasure reaches it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Template(StrEnum):
    """What kind of document a report is."""

    THEMES = "theme report"
    READ_OUT = "study read-out"
    LANDSCAPE = "quarterly landscape"
    ACCOUNT = "account brief"
    INSIGHT = "insight one-pager"


@dataclass(frozen=True, slots=True)
class ReportScope:
    """What a report is about. Empty means everything the viewer may see; days are inclusive.

    `themes` (slugs), `cohorts`, `accounts` (numbers) and `product_areas` narrow further; `people_only` counts what people
    coded or accepted, else what the machine suggests counts too, told apart.
    """

    studies: tuple[int, ...] = ()
    themes: tuple[str, ...] = ()
    cohorts: tuple[str, ...] = ()
    accounts: tuple[int, ...] = ()
    product_areas: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    people_only: bool = True
    insight_id: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report that is kept by name; its scope may change, frozen versions do not."""

    id: int
    name: str
    template: Template
    scope: ReportScope
    edition: int
    created_by: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A report as it was at a moment. `number` counts from 1 within the report; `digest` is SHA-256 of what is kept."""

    id: int
    report_id: int
    number: int
    by: str
    at: datetime
    note: str
    digest: str


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`, and the 95 % interval of the share (Wilson score, 1927), each 0..1."""

    count: int
    of: int
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """Words of a participant by where they stand: characters [start, end) of a text, and whose they are.

    `speaker_id` leads to the label; `stance` is "" of what is counted, "contradicts" of what speaks against.
    """

    session_id: int
    text_id: int
    start: int
    end: int
    speaker_id: int | None
    stance: str = ""


@dataclass(frozen=True, slots=True)
class ThemeFigures:
    """What is counted of a theme. `periods` and `cohorts` are in the report's order of these."""

    slug: str
    name: str
    colour: str
    definition: str
    participants: Share
    accounts: Share
    coded_participants: int
    quotes: int
    studies: int
    periods: tuple[Share, ...] = ()
    cohorts: tuple[Share, ...] = ()
    direction: str = ""
    codes: tuple["CodeFigures", ...] = ()
    places: tuple[Place, ...] = ()
    against: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeFigures:
    """What is counted of a code below a theme."""

    slug: str
    name: str
    participants: Share
    accounts: Share
    quotes: int


@dataclass(frozen=True, slots=True)
class StudyFigures:
    """A study that was looked at, and how much of it lies within the scope."""

    id: int
    title: str
    method: str
    state: str
    cohort: str
    product_area: str
    sessions: int
    participants: int
    accounts: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class InsightFigures:
    """A current insight that belongs to the scope, as it stood; `confidence` and `freshness` in words."""

    id: int
    claim: str
    state: str
    theme: str
    confidence: str
    freshness: str
    supports: int
    contradicts: int


@dataclass(frozen=True, slots=True)
class CandidateFigures:
    """A theme that the machine proposes within the scope."""

    id: int
    name: str
    participants: int
    quotes: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is not known: a theme of which nobody of a cohort was heard, or a search that found nothing."""

    kind: str
    told: str
    address: str


@dataclass(frozen=True, slots=True)
class Contents:
    """All of a report, compiled. Order is what is shown; every number can be counted again from the rows behind it."""

    title: str
    template: Template
    scope: ReportScope
    as_of: datetime
    studies: tuple[StudyFigures, ...]
    sessions: int
    participants: int
    accounts: int
    methods: tuple[tuple[str, int], ...]
    cohorts: tuple[str, ...]
    periods: tuple[str, ...]
    themes: tuple[ThemeFigures, ...]
    together: tuple[tuple[str, str, int], ...] = ()
    heard_by_cohort: tuple[int, ...] = ()
    candidates: tuple[CandidateFigures, ...] = ()
    insights: tuple[InsightFigures, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    method_note: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedLink:
    """A link by which anybody who has it may read one frozen version until it expires; only its hash is kept."""

    id: int
    version_id: int
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
