"""People who spoke with us, and the organisations they belong to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """The organisation a participant belongs to; `cohort` is its segment of customers."""

    id: int
    key: str
    name: str
    cohort: str


@dataclass(frozen=True, slots=True)
class Participant:
    """A person, by label (P07)."""

    id: int
    label: str
    role: str
    account: Account | None
