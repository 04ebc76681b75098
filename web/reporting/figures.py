"""The tables and charts of a report by name: what a template can ask for. Each chart comes with its table."""

from collections.abc import Callable, Iterable
from typing import Protocol

from repository.domain.report import Contents, Place, Share, ThemeFigures
from repository.report_counting import share
from web.reporting import drawing
from web.reporting.blocks import Cell, Picture, Rows

#: Themes in charts at most, and rows told in words; tables have them all.
MOST, LINES, TOLD = 25, 12, 10
NOT_KNOWN = "not known"


class Address(Protocol):
    """Where things are shown."""

    def rows(self, theme: str, *, code: str = "", cohort: str | None = None, period: str = "") -> str:
        """Give the page with the rows that a number of a theme counts."""

    def page(self, path: str) -> str:
        """Give a page of Cairn by its path."""

    def quote(self, place: Place) -> str:
        """Give the permanent link to words."""


def spoken(contents: Contents) -> list[ThemeFigures]:
    """Give the themes that anybody speaks of."""
    return [theme for theme in contents.themes if theme.participants.count]


def table(contents: Contents, name: str, address: Address) -> Rows:
    """Give a table by name. Raises KeyError for one that is not."""
    return TABLES[name](contents, address)


def picture(contents: Contents, name: str, address: Address) -> Picture:
    """Give a chart by name. Raises KeyError for one that is not."""
    return PICTURES[name](contents, address)


def percent(one: Share) -> str:
    """Write a share with its interval.

    >>> percent(share(3, 10)), percent(share(0, 0))
    ('30\xa0% (11–60\xa0%)', '')
    """
    return (
        f"{one.count / one.of:.0%} ({one.low:.0%}–{one.high:.0%})".replace("%", "\u00a0%").replace("\u00a0%–", "–")
        if one.of
        else ""
    )


def of(one: Share) -> str:
    """Write a share as a count.

    >>> of(share(3, 10))
    '3 of 10'
    """
    return f"{one.count} of {one.of}"


def _studies(contents: Contents, address: Address) -> Rows:
    columns = (
        "Study",
        "Method",
        "State",
        "Cohort",
        "Product area",
        "From",
        "To",
        "Sessions",
        "Participants",
        "Accounts",
    )
    rows = [
        (
            Cell(s.title, address=address.page(f"/studies/{s.id}")),
            *(Cell(text) for text in (s.method, s.state, s.cohort, s.product_area, _day(s.first), _day(s.last))),
            *(_number(number) for number in (s.sessions, s.participants, s.accounts)),
        )
        for s in contents.studies
    ]
    return Rows("studies", "Studies", columns, tuple(rows))


def _prevalence(contents: Contents, address: Address) -> Rows:
    columns = ("Theme", "Participants", "Share (95 %)", "Accounts", "Share (95 %)", "Quotes", "Studies", "Direction")
    rows = [
        (
            Cell(one.name, address=address.page(f"/themes/{one.slug}")),
            Cell(of(one.participants), one.participants.count, address.rows(one.slug)),
            Cell(percent(one.participants)),
            Cell(of(one.accounts), one.accounts.count, address.rows(one.slug)),
            Cell(percent(one.accounts)),
            Cell(f"{one.quotes:,}", one.quotes, address.rows(one.slug)),
            _number(one.studies),
            Cell(one.direction),
        )
        for one in contents.themes
    ]
    return Rows("themes", "Themes by participant and by account", columns, tuple(rows))


def _codes(contents: Contents, address: Address) -> Rows:
    columns = ("Theme", "Code", "Participants", "Share (95 %)", "Accounts", "Quotes")
    rows = [
        (
            Cell(theme.name),
            Cell(one.name, address=address.page(f"/themes/{one.slug}")),
            Cell(of(one.participants), one.participants.count, address.rows(theme.slug, code=one.slug)),
            Cell(percent(one.participants)),
            Cell(of(one.accounts), one.accounts.count, address.rows(theme.slug, code=one.slug)),
            Cell(f"{one.quotes:,}", one.quotes, address.rows(theme.slug, code=one.slug)),
        )
        for theme in spoken(contents)
        for one in theme.codes
        if one.participants.count or one.quotes
    ]
    return Rows("codes", "Codes within the themes", columns, tuple(rows))


def _cohorts(contents: Contents, address: Address) -> Rows:
    columns = ("Theme", *(cohort or NOT_KNOWN for cohort in contents.cohorts))
    rows = [
        (
            Cell(theme.name),
            *(
                Cell(of(one), one.count, address.rows(theme.slug, cohort=cohort)) if one.of else Cell("")
                for cohort, one in zip(contents.cohorts, theme.cohorts, strict=True)
            ),
        )
        for theme in spoken(contents)
    ]
    return Rows("cohorts", "Participants by theme and cohort", columns, tuple(rows))


def _trend(contents: Contents, address: Address) -> Rows:
    columns = ("Theme", *contents.periods, "Direction")
    rows = [
        (
            Cell(theme.name),
            *(
                Cell(of(one), one.count, address.rows(theme.slug, period=period)) if one.of else Cell("")
                for period, one in zip(contents.periods, theme.periods, strict=True)
            ),
            Cell(theme.direction),
        )
        for theme in spoken(contents)
    ]
    return Rows("trend", "Participants by theme over time", columns, tuple(rows))


def _together(contents: Contents, address: Address) -> Rows:
    names = {theme.slug: theme.name for theme in contents.themes}
    rows = [(Cell(names[one]), Cell(names[other]), _number(count)) for one, other, count in contents.together]
    columns = ("Theme", "And", "Participants who speak of both")
    return Rows("together", "Themes that the same people speak of", columns, tuple(rows))


def _coverage(contents: Contents, address: Address) -> Rows:
    rows = [
        (Cell(cohort or NOT_KNOWN), Cell(of(one), one.count), Cell(percent(one))) for cohort, one in _heard(contents)
    ]
    return Rows("coverage", "Who was heard", ("Cohort", "Participants", "Share (95 %)"), tuple(rows))


def _candidates(contents: Contents, address: Address) -> Rows:
    rows = [
        (
            Cell(one.name, address=address.page(f"/discover/{one.id}")),
            _number(one.participants),
            _number(one.quotes),
        )
        for one in contents.candidates
    ]
    columns = ("What no code covers yet", "Participants", "Passages")
    return Rows("candidates", "New themes that the machine proposes", columns, tuple(rows))


def _insights(contents: Contents, address: Address) -> Rows:
    columns = ("Insight", "Theme", "State", "Rests on", "Freshness")
    rows = [
        (
            Cell(one.claim, address=address.page(f"/insights/{one.id}")),
            *(Cell(text) for text in (one.theme, one.state, one.confidence, one.freshness)),
        )
        for one in contents.insights
    ]
    return Rows("insights", "Insights", columns, tuple(rows))


def _unknown(contents: Contents, address: Address) -> Rows:
    rows = [(Cell(one.told, address=address.page(one.address) if one.address else ""),) for one in contents.unknown]
    return Rows("unknown", "What is not known", ("Not known",), tuple(rows))


def _methods(contents: Contents, address: Address) -> Rows:
    rows = [(Cell(method), _number(count)) for method, count in contents.methods]
    return Rows("methods", "Methods", ("Method", "Sessions"), tuple(rows))


TABLES: dict[str, Callable[[Contents, Address], Rows]] = {
    "studies": _studies,
    "methods": _methods,
    "themes": _prevalence,
    "codes": _codes,
    "cohorts": _cohorts,
    "trend": _trend,
    "together": _together,
    "coverage": _coverage,
    "candidates": _candidates,
    "insights": _insights,
    "unknown": _unknown,
}


def _themes_picture(contents: Contents, address: Address) -> Picture:
    shown = spoken(contents)[:MOST]
    specification = drawing.bars([(theme.name, theme.participants, address.rows(theme.slug)) for theme in shown])
    told = _told((theme.name, of(theme.participants)) for theme in shown)
    title = "Share of participants by theme, with its 95 % interval"
    return Picture("themes", title, told, specification, _prevalence(contents, address))


def _cohorts_picture(contents: Contents, address: Address) -> Picture:
    shown, cohorts = spoken(contents)[:MOST], [cohort or NOT_KNOWN for cohort in contents.cohorts]
    specification = drawing.fields(
        [theme.name for theme in shown],
        cohorts,
        [theme.cohorts for theme in shown],
        [[address.rows(theme.slug, cohort=cohort) for cohort in contents.cohorts] for theme in shown],
    )
    told = _told(
        (f"{theme.name}, {cohort}", of(one))
        for theme in shown
        for cohort, one in zip(cohorts, theme.cohorts, strict=True)
        if one.count
    )
    title = "Participants by theme and cohort"
    return Picture("cohorts", title, told, specification, _cohorts(contents, address))


def _trend_picture(contents: Contents, address: Address) -> Picture:
    shown = spoken(contents)[:LINES]
    specification = drawing.lines(contents.periods, [(theme.name, theme.periods) for theme in shown])
    told = _told((theme.name, theme.direction or "too few people to say") for theme in shown)
    return Picture("trend", "Share of participants over time", told, specification, _trend(contents, address))


def _together_picture(contents: Contents, address: Address) -> Picture:
    names = {theme.slug: theme.name for theme in spoken(contents)[:MOST]}
    counts = [(names[a], names[b], n) for a, b, n in contents.together if a in names and b in names]
    specification = drawing.pairs(list(names.values()), counts)
    told = _told((f"{one} and {other}", str(count)) for one, other, count in counts)
    title = "Participants who speak of both themes"
    return Picture("together", title, told, specification, _together(contents, address))


def _coverage_picture(contents: Contents, address: Address) -> Picture:
    rows = [(cohort or NOT_KNOWN, one, "") for cohort, one in _heard(contents)]
    told = _told((name, of(one)) for name, one, _ in rows)
    title = "Who was heard: participants by cohort"
    return Picture("coverage", title, told, drawing.bars(rows), _coverage(contents, address))


PICTURES: dict[str, Callable[[Contents, Address], Picture]] = {
    "themes": _themes_picture,
    "cohorts": _cohorts_picture,
    "trend": _trend_picture,
    "together": _together_picture,
    "coverage": _coverage_picture,
}


def _heard(contents: Contents) -> list[tuple[str, Share]]:
    heard = zip(contents.cohorts, contents.heard_by_cohort, strict=True)
    return [(cohort, share(number, contents.participants)) for cohort, number in heard]


def _number(number: int) -> Cell:
    return Cell(f"{number:,}", number)


def _day(on: object) -> str:
    return "" if on is None else str(on)


def _told(rows: Iterable[tuple[str, str]]) -> str:
    """Say what a chart shows, for those who do not see it."""
    told = [f"{name} {value}" for name, value in rows]
    more = f"; and {len(told) - TOLD} more in the table" if len(told) > TOLD else ""
    return f"{'; '.join(told[:TOLD])}{more}." if told else "Nothing yet."
