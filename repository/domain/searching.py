"""Searches that are kept, and those that found nothing."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search somebody keeps by name. `asked` is what the address of its page says, as (name, value).

    `followed`: its owner is told when new material has quotes for it; `fresh` are those passages, until it is looked at.
    """

    id: int
    person: str
    name: str
    asked: tuple[tuple[str, str], ...]
    followed: bool
    created_at: datetime
    looked_at: datetime | None = None
    fresh: tuple[int, ...] = ()
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A question to which nothing was found: its words without personal data, how often, and when last.

    `where` is "search", "ask" or "plan". Never who asked.
    """

    id: int
    words: str
    where: str
    times: int
    first_on: date
    last_on: date
    settled_at: datetime | None = None
    settled_why: str = ""
