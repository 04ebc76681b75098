"""The codebook and what it is applied to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CodeMode(StrEnum):
    """How far the machine may go with a code."""

    AUTO = "auto"
    SUGGEST = "suggest"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What a code means and how it is used, as people edit it.

    `slug` is its address for ever; `parent` is the slug of the code it stands under, empty for a theme; `aliases` are
    other names, by which searches find it; `study_id` is the one study it is for, None for all.
    """

    slug: str
    name: str
    definition: str
    use_when: str = ""
    not_when: str = ""
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    mode: CodeMode = CodeMode.SUGGEST
    colour: str = ""
    owner: str = ""
    locked: bool = False
    parent: str = ""
    study_id: int | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A label with its definition; one without a parent is a theme.

    `version` rises with each change of meaning, `edition` with every change. A retired code takes no new codings; if
    another took its place, `merged_into` says which.
    """

    id: int
    facts: CodeFacts
    parent_id: int | None
    version: int
    edition: int = 1
    retired_at: datetime | None = None
    merged_into: int | None = None

    @property
    def is_theme(self) -> bool:
        """Say whether this stands at the top of the codebook's tree."""
        return self.parent_id is None


class SuggestionState(StrEnum):
    """What became of a suggestion. Applied: the machine coded it by itself, and nobody has looked yet."""

    PENDING = "pending"
    APPLIED = "applied"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the machine suggests a code: the words that drove the score, strongest first, and the nearest example.

    `nearest` is an example of the codebook; where it is something a person coded, `highlight_id` says which.
    """

    cues: tuple[tuple[str, float], ...] = ()
    nearest: str = ""
    highlight_id: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Characters [start, end) of a text that the machine would code. `score` is 0..1.

    `coder` is the machine by its language model, `model` a digest of what the code's score was learned from.
    """

    id: int
    study_id: int
    session_id: int
    text_id: int
    start: int
    end: int
    code_id: int
    code_version: int
    words_sha: str
    score: float
    reason: Reason
    coder: str
    state: SuggestionState = SuggestionState.PENDING
    model: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Highlight:
    """A span worth coding, with its words kept beside; durable."""

    id: int
    session_id: int
    text_id: int
    start: int
    end: int
    quote: str
    prefix: str
    suffix: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Coding:
    """One code on one highlight by one coder. `suggestion_id`: the machine proposed it, and the coder accepted."""

    id: int
    highlight_id: int
    code_id: int
    coder: str
    created_at: datetime
    suggestion_id: int | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """A session that somebody codes. `blind`: without seeing what others and the machine coded, until it is finished."""

    id: int
    session_id: int
    coder: str
    blind: bool
    assigned_by: str
    assigned_at: datetime
    finished_at: datetime | None

    @property
    def hides(self) -> bool:
        """Say whether the coder must not see what others did yet."""
        return self.blind and self.finished_at is None
