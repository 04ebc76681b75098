"""What of a repository needs somebody's hands, how much of it is used again, and what a digest told of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class NeedKind(StrEnum):
    """What is wrong or waits, the most urgent first. Consent with an expiry would be one more of these."""

    EVIDENCE_MISSING = "evidence-missing"
    REVIEW = "review"
    PROPOSED = "proposed"
    SOURCES = "sources"
    NO_QUOTING = "no-quoting"
    NO_CONSENT = "no-consent"
    DUPLICATES = "duplicates"
    UNLINKED = "unlinked"
    SUGGESTIONS = "suggestions"
    PLANS = "plans"
    BLIND = "blind"
    DRIFT = "drift"
    GAPS = "gaps"

    @property
    def called(self) -> str:
        """Give the name people know it by."""
        return TITLES[self][0]

    @property
    def meaning(self) -> str:
        """Say why it matters."""
        return TITLES[self][1]

    @property
    def may_be_right(self) -> bool:
        """Say whether somebody may look at it and leave it as it is."""
        return self in _MAY_BE_RIGHT


#: How each kind is called, and why it matters.
TITLES = {
    NeedKind.EVIDENCE_MISSING: ("Insights whose evidence is missing", "Words they rested on are gone or have changed."),
    NeedKind.REVIEW: (
        "Insights to be looked at again",
        "Their day has come, or something happened to what they claim.",
    ),
    NeedKind.PROPOSED: ("Evidence that waits for its owner", "New words that may speak for or against an insight."),
    NeedKind.SOURCES: ("Files that failed or are stuck", "What is in them is found by nobody."),
    NeedKind.NO_QUOTING: (
        "Transcripts that may not be quoted",
        "The words of their consent forbid it: no answer and no report quotes them.",
    ),
    NeedKind.NO_CONSENT: ("Transcripts without a stated consent", "Nobody wrote down what the participant agreed to."),
    NeedKind.DUPLICATES: ("Transcripts that look alike", "The same words twice are counted twice."),
    NeedKind.UNLINKED: (
        "Speakers who are no participant yet",
        "Nobody can tell from which account or cohort they are.",
    ),
    NeedKind.SUGGESTIONS: ("Suggestions nobody has looked at", "What the machine would code, and nobody decided."),
    NeedKind.PLANS: ("Plans to be checked again", "What they stand on is old, or has changed since."),
    NeedKind.BLIND: ("Blind codings that are not finished", "Until they are, nobody can be compared with anybody."),
    NeedKind.DRIFT: ("Drift in the codebook", "Codes that no longer say what people mean."),
    NeedKind.GAPS: ("Gaps", "What was asked here and not found."),
}
_MAY_BE_RIGHT = (
    NeedKind.NO_QUOTING,
    NeedKind.NO_CONSENT,
    NeedKind.DUPLICATES,
    NeedKind.UNLINKED,
    NeedKind.PLANS,
    NeedKind.BLIND,
)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs hands: what it is and why, in words of the team, never a participant's.

    `key` names it among its kind, whatever its numbers; `subject` are the numbers of what it is about (its insight, its
    session, both sessions that look alike …), `slug` its code. `since` is when it began; None: nobody knows.
    `number` counts what stands behind it, such as a code's suggestions. `set_aside_by` looked and left it as it is.
    """

    kind: NeedKind
    key: str
    what: str
    why: str
    owner: str = ""
    since: datetime | None = None
    number: int = 1
    subject: tuple[int, ...] = ()
    slug: str = ""
    set_aside_by: str = ""


@dataclass(frozen=True, slots=True)
class Heap:
    """The needs of a kind, the most urgent first; those that somebody set aside apart. `hindered`: why some are not known."""

    kind: NeedKind
    needs: tuple[Need, ...]
    set_aside: tuple[Need, ...] = ()
    hindered: str = ""

    @property
    def number(self) -> int:
        """Count what stands behind all of them."""
        return sum(need.number for need in self.needs)

    @property
    def oldest(self) -> datetime | None:
        """Give when the first of them began."""
        return min((need.since for need in self.needs if need.since), default=None)


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday: by what was done, how often it found something and how often nothing; checks of plans."""

    monday: date
    asked: dict[str, tuple[int, int]]
    checks: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What a digest says of a kind: how many there are, how many of them are new since the last one, how many are gone."""

    kind: NeedKind
    number: int
    new: int
    gone: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Digest:
    """What needs hands, in numbers; `since` is when the last one was sent. No participant's word, no title, no name."""

    at: datetime
    since: datetime | None
    told: tuple[Told, ...]

    @property
    def changed(self) -> bool:
        """Say whether there is anything that the last one did not say."""
        return any(one.new or one.gone for one in self.told)
