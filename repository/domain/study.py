"""Studies and their sessions."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from repository.domain.transcript import SessionKind


class StudyState(StrEnum):
    """How far a study has come."""

    PLANNED = "planned"
    RECRUITING = "recruiting"
    IN_THE_FIELD = "in the field"
    DONE = "done"

    @property
    def in_flight(self) -> bool:
        """Say whether somebody is collecting material now."""
        return self in (StudyState.RECRUITING, StudyState.IN_THE_FIELD)


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """What people say about a study; everything but the title may be left open."""

    title: str
    questions: tuple[str, ...] = ()
    owner: str = ""
    method: str = ""
    state: StudyState = StudyState.IN_THE_FIELD
    product_area: str = ""
    cohort: str = ""
    started_on: date | None = None


@dataclass(frozen=True, slots=True)
class Study:
    """A research question and its material. `id` is the study's number."""

    id: int
    facts: StudyFacts
    created_at: datetime
    deleted_at: datetime | None = None

    @property
    def title(self) -> str:
        """Give the name people know the study by."""
        return self.facts.title


@dataclass(frozen=True, slots=True)
class Session:
    """One encounter: an interview, a focus group, a note. `text_id` is its current revision (None: not read yet)."""

    id: int
    study_id: int
    source_id: int
    title: str
    kind: SessionKind
    occurred_on: date | None
    language: str
    consent: str
    text_id: int | None
    deleted_at: datetime | None = None
