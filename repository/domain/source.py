"""Files as received, and how far each has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


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


#: What became of a recording once it was transcribed; "" of every other source.
KEPT, DROPPED = "kept", "dropped"


@dataclass(frozen=True, slots=True)
class Source:
    """One file as received; `digest` is the SHA-256 of its bytes, under which the original is kept.

    `choices` are what a person chose in the preview (reader, encoding, columns, speakers); `held` says that it waits for
    somebody to look at the preview and say yes. `recording` is KEPT or DROPPED once a recording has been transcribed.
    """

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
    choices: Mapping[str, Any] = field(default_factory=dict)
    held: bool = False
    recording: str = ""
