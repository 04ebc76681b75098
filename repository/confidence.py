"""How far a claim can be relied on: computed from who says so, where, how and when; never typed.

The rule is plain so that it can be argued with: breadth × recency × agreement, each 0..1 and shown. It is monotone: more
people, accounts, studies or methods that support never lower it, nor do newer ones; more people who contradict never
raise it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

#: What breadth is made of: (weight, from how many on there is nothing more to gain).
PARTICIPANTS, ACCOUNTS, STUDIES, METHODS = (0.35, 6), (0.2, 4), (0.25, 3), (0.2, 2)
#: Months after which words begin to count less, until when, and what they count then; undated words count as oldest.
FRESH, OLD, OLDEST = 12, 48, 0.5
#: What a person who contradicts weighs if nothing that supports is newer.
LATER = 1.5
#: From where on it is called what.
WORDS = ((0.6, "well supported"), (0.3, "supported"), (0.0, "thinly supported"))


@dataclass(frozen=True, slots=True)
class Said:
    """One quote: who says it (several quotes of one person count as one), and in what study. "" is not known."""

    person: str
    account: str = ""
    study_id: int = 0
    method: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the rule: its name, how much of it there is (0..1), and why."""

    name: str
    share: float
    told: str


@dataclass(frozen=True, slots=True)
class Confidence:
    """What supports a claim, in numbers and in words; `level` is 0..1, 0 without anybody who supports it."""

    level: float
    word: str
    told: str
    participants: int
    accounts: int
    studies: int
    methods: int
    newest: date | None
    contradicting: int
    parts: tuple[Part, ...]


def confidence(supports: Sequence[Said], contradicts: Sequence[Said], today: date) -> Confidence:
    """Say how far a claim can be relied on.

    >>> said = [Said("p1", "A", 1, "interview", date(2026, 5, 4)), Said("p2", "B", 2, "survey", date(2026, 1, 9))]
    >>> confidence(said, [Said("p3")], date(2026, 6, 1)).told
    '2 participants of 2 accounts in 2 studies by 2 methods, newest May 2026; 1 contradicts'
    """
    supports, contradicts = [s for s in supports if s.person], [s for s in contradicts if s.person]
    people, against = len({s.person for s in supports}), len({s.person for s in contradicts})
    accounts = len({s.account for s in supports if s.account})
    studies = len({s.study_id for s in supports})
    methods = len({s.method.strip().casefold() for s in supports if s.method.strip()})
    newest = max((s.on for s in supports if s.on), default=None)
    breadth = _breadth(people, accounts, studies, methods)
    recency = _recency(newest, today) if people else 0.0
    later = max((s.on for s in contradicts if s.on), default=None)
    newer = later is not None and (newest is None or later > newest)
    agreement = people / (people + against * (LATER if newer else 1)) if people else 0.0
    level = breadth * recency * agreement
    word = next(word for least, word in WORDS if level >= least) if people else "without support"
    told = _told(people, accounts, studies, methods, newest, against)
    parts = (
        Part("Breadth", breadth, "how many people, accounts, studies and methods say so"),
        Part("Recency", recency, f"the newest is of {newest:%B %Y}" if newest else "no day is known"),
        Part("Agreement", agreement, _agreed(against, newer=newer)),
    )
    return Confidence(level, word, told, people, accounts, studies, methods, newest, against, parts)


def _breadth(*counts: int) -> float:
    rules = (PARTICIPANTS, ACCOUNTS, STUDIES, METHODS)
    return sum(weight * min(1.0, count / enough) for count, (weight, enough) in zip(counts, rules, strict=True))


def _recency(newest: date | None, today: date) -> float:
    if newest is None:
        return OLDEST
    months = (today - newest).days / 30.44
    return 1.0 - (1.0 - OLDEST) * min(1.0, max(0.0, (months - FRESH) / (OLD - FRESH)))


def _agreed(against: int, *, newer: bool) -> str:
    if not against:
        return "nobody contradicts"
    told = "1 person contradicts" if against == 1 else f"{against} people contradict"
    return f"{told}, later than anybody supports" if newer else told


def _told(people: int, accounts: int, studies: int, methods: int, newest: date | None, against: int) -> str:
    if not people:
        told = "no participant’s words support it"
    else:
        told = _count(people, "participant")
        told += f" of {_count(accounts, 'account')}" if accounts else ""
        told += f" in {_count(studies, 'study', 'studies')}"
        told += f" by {_count(methods, 'method')}" if methods else ""
        told += f", newest {newest:%B %Y}" if newest else ""
    return told + (f"; {against} contradict{'s' if against == 1 else ''}" if against else "")


def _count(number: int, what: str, many: str = "") -> str:
    return f"{number} {what if number == 1 else many or what + 's'}"
