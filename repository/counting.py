"""Count who speaks of something: by participant and by account, never by quote, so that one talkative person is one.

Values in, values out: appearances of participants, and who of them said it by whose word.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from repository.domain.coding import Code
from repository.store.prevalence import Appearance

#: (Said by the machine alone, speaker): who says it, and by whose word.
Said = Collection[tuple[bool, int]]
#: Months from the first day to the last up to which months are shown; beyond that, quarters.
MONTHS = 12
#: A trend compares two spans of so many months, and needs so many participants heard in each.
SPAN, ENOUGH = 6, 5
#: From this difference of shares on, something rises or falls.
STEP = 0.1


class By(StrEnum):
    """Whose word counts: that of people who coded, of the machine, which suggests, or both."""

    PEOPLE = "people"
    MACHINE = "machine"
    BOTH = "both"


class Every(StrEnum):
    """How time is cut."""

    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Count:
    """How many of `of` say something: as people coded it, as the machine suggests, and as either says, each once."""

    coded: int = 0
    suggested: int = 0
    either: int = 0
    of: int = 0

    def shown(self, by: By) -> int:
        """Give the number that counts in a view."""
        return {By.PEOPLE: self.coded, By.MACHINE: self.suggested, By.BOTH: self.either}[by]

    def parts(self, by: By) -> tuple[int, int]:
        """Give (coded by people, suggested only), which add up to the number shown."""
        coded = 0 if by is By.MACHINE else self.coded
        return coded, self.shown(by) - coded


@dataclass(frozen=True, slots=True)
class Row:
    """A group (a cohort, an account, a quarter) with its participants and accounts; `key` filters by it."""

    key: str
    name: str
    participants: Count
    accounts: Count


@dataclass(frozen=True, slots=True)
class Prevalence:
    """Who speaks of a code, and when: what charts draw. `by` says whose word the rows are ordered by."""

    code: Code
    colour: str
    by: By
    every: Every
    participants: Count
    accounts: Count
    cohorts: tuple[Row, ...]
    by_account: tuple[Row, ...]
    periods: tuple[Row, ...]
    studies: tuple[Row, ...]


def surveyed(
    code: Code,
    colour: str,
    appearances: Sequence[Appearance],
    said: Said,
    titles: dict[int, str],
    by: By,
    every: Every | None,
) -> Prevalence:
    """Count in every way."""
    every = every or every_of(appearances)
    return Prevalence(
        code,
        colour,
        by,
        every,
        *count(appearances, said),
        by_cohort(appearances, said, by),
        by_account(appearances, said, by),
        by_period(appearances, said, every),
        by_study(appearances, said, by, titles),
    )


def count(appearances: Sequence[Appearance], said: Said) -> tuple[Count, Count]:
    """Count (participants, accounts)."""
    coded = {speaker for machine, speaker in said if not machine}
    suggested = {speaker for machine, speaker in said if machine}
    return _count(appearances, coded, suggested, _person), _count(appearances, coded, suggested, _account)


def by_cohort(appearances: Sequence[Appearance], said: Said, by: By) -> tuple[Row, ...]:
    """Count by cohort, the largest number first."""
    return _ranked(_rows(appearances, said, lambda one: (one.cohort, one.cohort or "not known")), by)


def by_account(appearances: Sequence[Appearance], said: Said, by: By) -> tuple[Row, ...]:
    """Count by account, only those in which somebody says it, the largest number first."""
    rows = _rows(appearances, said, lambda one: (str(one.account_id or 0), one.account or "not known"))
    return _ranked([row for row in rows if row.participants.shown(by)], by)


def by_study(appearances: Sequence[Appearance], said: Said, by: By, titles: dict[int, str]) -> tuple[Row, ...]:
    """Count by study, only those in which somebody says it, the largest number first."""
    rows = _rows(appearances, said, lambda one: (str(one.study_id), titles.get(one.study_id, "")))
    return _ranked([row for row in rows if row.participants.shown(by)], by)


def by_period(appearances: Sequence[Appearance], said: Said, every: Every) -> tuple[Row, ...]:
    """Count by month or quarter, from the first to the last in which somebody was heard; without a day: left out."""
    dated = [one for one in appearances if one.occurred_on]
    days = [one.occurred_on for one in dated if one.occurred_on]
    if not days:
        return ()
    found = {row.key: row for row in _rows(dated, said, lambda one: (period(one.occurred_on, every), ""))}
    keys = _between(min(days), max(days), every)
    return tuple(
        Row(key, named(key), found[key].participants, found[key].accounts)
        if key in found
        else Row(key, named(key), Count(), Count())
        for key in keys
    )


def every_of(appearances: Sequence[Appearance]) -> Every:
    """Choose months for what took a year at most, quarters for what took longer."""
    days = [one.occurred_on for one in appearances if one.occurred_on]
    return Every.MONTH if not days or _months(max(days)) - _months(min(days)) < MONTHS else Every.QUARTER


def period(on: date | None, every: Every) -> str:
    """Name the month or quarter of a day, so that names sort by time.

    >>> period(date(2026, 5, 2), Every.QUARTER), period(date(2026, 5, 2), Every.MONTH), period(None, Every.MONTH)
    ('2026-Q2', '2026-05', '')
    """
    if on is None:
        return ""
    return f"{on.year}-{on.month:02}" if every is Every.MONTH else f"{on.year}-Q{(on.month + 2) // 3}"


def named(key: str) -> str:
    """Write a month or quarter for people.

    >>> named("2026-Q2"), named("2026-05")
    ('Q2 2026', 'May 2026')
    """
    year, _, part = key.partition("-")
    return f"{part} {year}" if part.startswith("Q") else f"{date(int(year), int(part), 1):%b} {year}"


@dataclass(frozen=True, slots=True)
class Trend:
    """The share of participants in the last months and in those before, as (say it, were heard); None: too few heard."""

    now: tuple[int, int]
    before: tuple[int, int]

    @property
    def direction(self) -> str:
        """Say "rising", "falling" or "steady"."""
        change = self.now[0] / self.now[1] - self.before[0] / self.before[1]
        return "rising" if change >= STEP else "falling" if change <= -STEP else "steady"


def trend(appearances: Sequence[Appearance], said: Said, last: date | None) -> Trend | None:
    """Compare the share of participants in the six months up to the month of `last` with the six months before."""
    if last is None:
        return None
    end = _months(last)
    spans: tuple[list[Appearance], list[Appearance]] = ([], [])
    for one in appearances:
        back = (end - _months(one.occurred_on)) // SPAN if one.occurred_on else 2
        if back in (0, 1):
            spans[back].append(one)
    now, before = ((c.either, c.of) for c in (count(span, said)[0] for span in spans))
    return Trend(now, before) if min(now[1], before[1]) >= ENOUGH else None


def _person(one: Appearance) -> str:
    return one.person


def _account(one: Appearance) -> str:
    return str(one.account_id) if one.account_id else ""


def _count(
    appearances: Iterable[Appearance],
    coded: Collection[int],
    suggested: Collection[int],
    who: Callable[[Appearance], str],
) -> Count:
    everybody, by_people, by_machine = set(), set(), set()
    for one in appearances:
        if key := who(one):
            everybody.add(key)
            if one.speaker_id in coded:
                by_people.add(key)
            if one.speaker_id in suggested:
                by_machine.add(key)
    return Count(len(by_people), len(by_machine), len(by_people | by_machine), len(everybody))


def _rows(appearances: Iterable[Appearance], said: Said, group: Callable[[Appearance], tuple[str, str]]) -> list[Row]:
    groups: dict[tuple[str, str], list[Appearance]] = {}
    for one in appearances:
        groups.setdefault(group(one), []).append(one)
    return [Row(key, name, *count(members, said)) for (key, name), members in groups.items()]


def _ranked(rows: Iterable[Row], by: By) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.participants.shown(by), -row.participants.of, row.name)))


def _months(on: date) -> int:
    return on.year * 12 + on.month - 1


def _between(first: date, last: date, every: Every) -> list[str]:
    months = range(_months(first), _months(last) + 1)
    return list(dict.fromkeys(period(date(m // 12, m % 12 + 1, 1), every) for m in months))
