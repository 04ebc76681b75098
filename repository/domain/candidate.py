"""Candidates: themes that the machine proposes from what no code covers yet."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CandidateState(StrEnum):
    """What became of a candidate. Gone: there is nothing of it left that no code covers."""

    OPEN = "open"
    ACCEPTED = "accepted"
    MERGED = "merged"
    DISMISSED = "dismissed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed theme; its number is for ever. `named_by` is the person who named it, "" if the machine did.

    `code_id` is the code that was made of it, or that it was merged into.
    """

    id: int
    state: CandidateState
    name: str
    terms: tuple[str, ...]
    named_by: str
    code_id: int | None
    created_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Say whether somebody can still decide about it."""
        return self.state is CandidateState.OPEN


@dataclass(frozen=True, slots=True)
class Member:
    """Words that belong to a candidate, by their hash. `certainty` is 0..1; see `placed` and `turned_away`."""

    candidate_id: int
    words_sha: str
    certainty: float

    @property
    def placed(self) -> bool:
        """Say whether a person put it there."""
        return self.certainty >= PLACED

    @property
    def turned_away(self) -> bool:
        """Say whether a person took it out: it must not come back by itself."""
        return self.certainty < 0


#: The certainty of what a person put into a candidate, of what the machine is surest of, and of what a person took out.
PLACED, SUREST, TURNED_AWAY = 1.0, 0.999, -1.0
