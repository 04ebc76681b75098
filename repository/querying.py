"""The query language: what somebody typed, taken apart into words, phrases, exclusions and operators."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from nlp.words import WORD
from repository.domain.transcript import Role

#: Characters of a question that are looked at.
LONGEST = 1_000
#: What each operator narrows a search to; the value follows the colon, in quotation marks if it has blanks.
OPERATORS = {
    "speaker": "what one person says, by label or participant: speaker:P07",
    "study": "a study, by its number or a part of its title: study:calendar",
    "theme": "a theme or code, by a name of it: theme:onboarding",
    "before": "sessions before a day, month, quarter or year: before:2026-03",
    "after": "sessions after it: after:2026-03-17",
    "on": "sessions on it: on:2026-03",
    "role": "what interviewers or participants say: role:participant",
    "account": 'people of an account: account:"Hill Clinic"',
    "cohort": "a cohort: cohort:enterprise",
    "method": "studies of a method: method:interview",
    "area": "studies about a product area: area:calendar",
}
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"') | {"\0": " "})
_TOKEN = re.compile(r'(?P<minus>(?<!\S)-)?(?:(?P<name>[^\W\d_]+):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Query:
    """A question and where to look. "Quoted words" must stand exactly so, -word must not, and see OPERATORS.

    The filters beside the text are those of the page: alternatives within one, all of them together. `literally`: a word
    that nobody uses is not taken for a misspelt one.
    """

    text: str
    studies: tuple[int, ...] = ()
    themes: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    since: date | None = None
    until: date | None = None
    limit: int = 20
    cohorts: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    quarters: tuple[str, ...] = ()
    literally: bool = False


#: How the address of a search names its filters, which may be repeated.
FILTERS = {
    "theme": "themes",
    "cohort": "cohorts",
    "account": "accounts",
    "method": "methods",
    "area": "areas",
    "quarter": "quarters",
}


def asked_of(query: Query) -> tuple[tuple[str, str], ...]:
    """Give what the address of a search says, as (name, value); how many are shown is no part of it.

    >>> asked_of(Query("invoices", studies=(3,), areas=("billing",)))
    (('q', 'invoices'), ('study', '3'), ('area', 'billing'))
    """
    pairs = [("q", query.text)]
    pairs += [("study", str(study)) for study in query.studies]
    pairs += [("role", role.value) for role in query.roles]
    pairs += [(name, value) for name, many in FILTERS.items() for value in getattr(query, many)]
    pairs += [(name, str(on)) for name, on in (("since", query.since), ("until", query.until)) if on]
    return (*pairs, ("literally", "1")) if query.literally else tuple(pairs)


def query_of(asked: Sequence[tuple[str, str]]) -> Query:
    """Make a search of what its address says.

    >>> query_of(asked_of(Query("invoices", studies=(3,), areas=("billing",)))).areas
    ('billing',)
    """
    said: dict[str, tuple[str, ...]] = {}
    for name, value in asked:
        said[name] = (*said.get(name, ()), value)
    query = Query(
        text=said.get("q", ("",))[0],
        studies=tuple(map(int, said.get("study", ()))),
        roles=tuple(map(Role, said.get("role", ()))),
        since=next(map(date.fromisoformat, said.get("since", ())), None),
        until=next(map(date.fromisoformat, said.get("until", ())), None),
        literally="literally" in said,
    )
    filters: dict[str, Any] = {many: said.get(name, ()) for name, many in FILTERS.items()}
    return replace(query, **filters)


@dataclass(frozen=True, slots=True)
class Operator:
    """A name and the value it was given."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a question is made of. `text`: plain words; `notes`: in plain sentences what could not be understood."""

    text: str = ""
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    operators: tuple[Operator, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def all(self, name: str) -> tuple[str, ...]:
        """Give the values of an operator."""
        return tuple(one.value for one in self.operators if one.name == name)


def parse(question: str) -> Parsed:
    """Take a question apart; whatever is no operator is words.

    >>> parse('reminders "sent twice" -invoice -"by mail" study:"no calendar" before:2026-03').operators
    (Operator(name='study', value='no calendar'), Operator(name='before', value='2026-03'))
    >>> parsed = parse('reminders “sent twice” -invoice -"by mail"')
    >>> parsed.text, parsed.phrases, parsed.without
    ('reminders', ('sent twice',), ('invoice', 'by mail'))
    >>> parse("who - if anyone - re-read it?").text, parse("-").text
    ('who if anyone re-read it?', '')
    >>> parse('the "whole thing').notes
    ('A quotation mark has no partner, so it was left out.',)
    """
    notes = []
    if len(question) > LONGEST:
        notes.append(f"Only the first {LONGEST:,} characters were looked at.")
    question = question[:LONGEST].translate(_QUOTES)
    if question.count('"') % 2:
        at = question.rindex('"')
        question = question[:at] + question[at + 1 :]
        notes.append("A quotation mark has no partner, so it was left out.")
    words: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    operators: list[Operator] = []
    for token in _TOKEN.finditer(question):
        name, quoted = (token["name"] or "").casefold(), token["quoted"] is not None
        value = " ".join((token["quoted"] if quoted else token["bare"]).split())
        if name and not (quoted or value.startswith("//")):
            value = value.strip(",;")
        if name not in OPERATORS and name:
            if not value.startswith("//"):
                notes.append(f"“{name}:” is none of {_listed()}, so it was searched for as words.")
            value, quoted = (token.group().lstrip("-").replace(":", " ").replace('"', " "), False)
            (without if token["minus"] else words).append(value)
        elif name and token["minus"]:
            notes.append(f"Only words and phrases can be left out; “{token.group()}” was passed over.")
        elif name and not WORD.search(value):
            notes.append(f"Nothing follows “{name}:”.")
        elif name:
            operators.append(Operator(name, value))
        elif not WORD.search(value):
            words += [] if quoted or token["minus"] or not value.strip("-–—") else [value]
        elif token["minus"]:
            without.append(value.lstrip("-"))
        else:
            (phrases if quoted else words).append(value)
    for at, word in enumerate(words):
        if word.endswith(":") and word[:-1].casefold() in OPERATORS:
            words[at] = word[:-1]
            notes.append(f"Write what follows “{word}” right behind it to narrow the search by it.")
    return Parsed(" ".join(words), tuple(phrases), tuple(without), tuple(operators), tuple(dict.fromkeys(notes)))


def days(value: str) -> tuple[date, date] | None:
    """Give the first and the last day of a day, month, quarter or year; None if it is none of them.

    >>> days("2026-02"), days("2026-Q1") == (date(2026, 1, 1), date(2026, 3, 31)), days("soon")
    ((datetime.date(2026, 2, 1), datetime.date(2026, 2, 28)), True, None)
    """
    found = re.fullmatch(r"(\d{4})(?:-?[Qq]([1-4])|[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?", value.strip())
    if not found:
        return None
    year = int(found[1])
    if not 1000 <= year < 3000:
        return None
    first, last = (int(found[2]) * 3 - 2, int(found[2]) * 3) if found[2] else (int(found[3] or 1), int(found[3] or 12))
    try:
        if found[4]:
            return (date(year, first, int(found[4])),) * 2
        return date(year, first, 1), date(year, last, monthrange(year, last)[1])
    except ValueError:
        return None


def values_of(written: str) -> tuple[str, ...]:
    """Give the values of what may be a list: a study can be about two cohorts.

    >>> values_of("small practice, group practice"), values_of("")
    (('small practice', 'group practice'), ())
    """
    return tuple(value.strip() for value in written.split(",") if value.strip())


def quarter_of(on: date) -> str:
    """Name the quarter of a day, as `days` reads it.

    >>> quarter_of(date(2026, 3, 31))
    '2026-Q1'
    """
    return f"{on.year:04}-Q{(on.month + 2) // 3}"


def _listed() -> str:
    return ", ".join(f"{name}:" for name in OPERATORS)
