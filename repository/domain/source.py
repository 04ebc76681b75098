"""Files as received, and how far each has come."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Stage(StrEnum):
    """The last step a source has come through."""

    RECEIVED = "received"
    READ = "read"
    SEGMENTED = "segmented"
    EMBEDDED = "embedded"
    SUGGESTED = "suggested"

    @property
    def number(self) -> int:
        """Give the stage's place in the walk, from 0."""
        return list(Stage).index(self)


@dataclass(frozen=True, slots=True)
class Source:
    """One file as received; `digest` is the SHA-256 of its bytes, under which the original is kept."""

    id: int
    study_id: int
    digest: str
    name: str
    size: int
    stage: Stage
    received_at: datetime
    occurred_on: date | None = None
    consent: str = ""
    warnings: tuple[str, ...] = ()
