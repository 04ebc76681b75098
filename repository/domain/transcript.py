"""A session's text as it was spoken: turns, speakers, cues.

Offsets are Unicode code points, 0-based, end-exclusive, into the immutable `Transcript.text`. Speaker labels and
times are not part of the text. Turns are sorted and do not overlap; every cue lies within its turn.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class TurnKind(StrEnum):
    """What a turn is."""

    SPEECH = "speech"
    NOTE = "note"
    CHAT = "chat"
    SYSTEM = "system"
    QUESTION = "question"
    ANSWER = "answer"
    EVENT = "event"


class Role(StrEnum):
    """Who is speaking, as far as it matters for counting."""

    INTERVIEWER = "interviewer"
    PARTICIPANT = "participant"
    OTHER = "other"
    UNKNOWN = "unknown"


class RoleSource(StrEnum):
    """Where a proposed role comes from, most trusted first."""

    PERSON = "person"
    FILE = "file"
    ROSTER = "roster"
    LEXICON = "lexicon"
    HINT = "hint"
    HEURISTIC = "heuristic"
    NONE = "none"


class TimePrecision(StrEnum):
    """How far a turn's time can be trusted."""

    EXACT = "exact"
    COARSE = "coarse"
    INTERPOLATED = "interpolated"
    NONE = "none"


class SessionKind(StrEnum):
    """What kind of encounter a session was."""

    INTERVIEW = "interview"
    FOCUS_GROUP = "focus_group"
    USABILITY = "usability"
    SURVEY_RESPONSE = "survey_response"
    TICKET = "ticket"
    REVIEW = "review"
    EMAIL = "email"
    NOTE = "note"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Cue:
    """A time anchor inside a turn: characters [start, end) were said from start_ms to end_ms."""

    turn: int
    start: int
    end: int
    start_ms: int | None
    end_ms: int | None
    confidence: float | None = None
    raw_ref: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's maximal run: characters [start, end) of the text; `speaker` indexes `Transcript.speakers`."""

    idx: int
    speaker: int | None
    kind: TurnKind
    start: int
    end: int
    start_ms: int | None = None
    end_ms: int | None = None
    time_precision: TimePrecision = TimePrecision.NONE


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who speaks in one session, by the label the file uses."""

    label: str
    role: Role = Role.UNKNOWN
    role_source: RoleSource = RoleSource.NONE
    role_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class KnownSpeaker:
    """Who a label in a file is known to be: the label to show, the role, the participant, and who says so."""

    label: str
    role: Role
    participant_id: int | None = None
    source: RoleSource = RoleSource.ROSTER


@dataclass(frozen=True, slots=True)
class ReadingWarning:
    """Something a reader had to decide or drop; `line` is 1-based where the format has lines."""

    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its header, what it is used for ("" not at all), and the first few cells that hold something."""

    name: str
    use: str = ""
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a reader makes of one file: the canonical text and everything anchored in it.

    `shape` is what the file was recognised as, in words; `columns` are a table's; `alternatives` the names of other
    readers that could read it, with their confidence. `confidence` 0..1 is how sure the reader was to know the file; a
    reader that learns more while it reads may set it.
    """

    text: str
    turns: tuple[Turn, ...]
    speakers: tuple[Speaker, ...]
    cues: tuple[Cue, ...] = ()
    kind: SessionKind = SessionKind.INTERVIEW
    title: str = ""
    occurred_on: date | None = None
    language: str = ""
    shape: str = ""
    columns: tuple[Column, ...] = ()
    reader: str = ""
    reader_version: int = 1
    alternatives: tuple[tuple[str, float], ...] = ()
    confidence: float = 1.0
    encoding: str = "utf-8"
    encoding_guessed: bool = False
    warnings: tuple[ReadingWarning, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)

    def words_of(self, turn: Turn) -> str:
        """Give the turn's words."""
        return self.text[turn.start : turn.end]
