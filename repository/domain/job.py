"""Work that takes a while, as a row that survives every crash."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def over(self) -> bool:
        """Say whether nothing more will happen by itself."""
        return self in (JobState.DONE, JobState.FAILED)


@dataclass(frozen=True, slots=True)
class JobError:
    """Why a job stopped, in words for people; `slug` for machines."""

    slug: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Bring one source through the steps, or (`source_id` 0) work on everything, as learning from decisions does.

    `progress` is 0..1 within the step being done.
    """

    id: int
    kind: str
    source_id: int
    state: JobState
    attempts: int
    step: str
    progress: float
    error: JobError | None
    created_at: datetime
    updated_at: datetime
    lease_until: datetime | None = None
