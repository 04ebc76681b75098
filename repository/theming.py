"""What the pages of themes show: who speaks of a code, where and when, what else they speak of, and their quotes.

Everything is counted by participant and account; what people coded and what the machine suggests stay apart throughout.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from repository.codebook import Codebook, folded, seen
from repository.contradicting import Against, contradicting
from repository.counting import By, Count, Every, Prevalence, Row, Trend, by_period, count, every_of, surveyed, trend
from repository.domain.access import Viewer
from repository.domain.coding import Code
from repository.quoting import ThemeQuote, apart, balanced, grouped, newest, quotes, strongest
from repository.store.prevalence import Mention
from repository.store.tallies import CodeTally
from repository.store.unit import Unit
from repository.voices import BesideRow, Narrowed, PersonRow, Speakers, Voices, counts, joined, participants
from repository.workspace import Workspace

#: Quotes shown at a time.
PAGE = 30
NOBODY, EVERYBODY = Count(), Narrowed()


class Show(StrEnum):
    """Which quotes are shown: the first three are balanced over participants, the last lists every one."""

    STRONGEST = "strongest"
    NEWEST = "newest"
    CONTRADICTING = "contradicting"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class CodeCount:
    """A code with its own counts and those of the codes below it; `depth` 1 stands right under the page's code."""

    code: Code
    suggested: int
    coded: int
    participants: Count = NOBODY
    depth: int = 1


@dataclass(frozen=True, slots=True)
class ThemeCard:
    """A theme at a glance, its own codings and those of its codes together."""

    code: Code
    codes: tuple[CodeCount, ...]
    suggested: int
    coded: int
    sessions: int
    participants: int
    said_by: Count = NOBODY
    accounts: Count = NOBODY
    periods: tuple[Row, ...] = ()
    trend: Trend | None = None

    def counts_over_time(self, by: By) -> list[int]:
        """Give how many participants spoke of it in each period."""
        return [row.participants.shown(by) for row in self.periods]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a theme is asked for: by whose word, in which steps of time, and which quotes."""

    by: By = By.BOTH
    every: Every | None = None
    show: Show = Show.STRONGEST
    narrowed: Narrowed = EVERYBODY
    page: int = 1


@dataclass(frozen=True, slots=True)
class QuoteList:
    """A page of a theme's quotes. `total` counts all of them, of so many `persons`.

    `coded` and `suggested` count what was put on the words that were asked for, shown here or not.
    """

    rows: tuple[ThemeQuote, ...]
    number: int
    of: int
    total: int
    persons: int
    coded: int
    suggested: int


@dataclass(frozen=True, slots=True)
class ThemeView:
    """A theme's page; `path` leads to the code, itself last. `coded` and `suggested` count everything there is."""

    prevalence: Prevalence
    path: tuple[Code, ...]
    coded: int
    suggested: int
    sessions: int
    below: tuple[CodeCount, ...]
    people: tuple[PersonRow, ...]
    beside: tuple[BesideRow, ...]
    quotes: QuoteList

    @property
    def code(self) -> Code:
        """Give the code."""
        return self.prevalence.code


def themes(workspace: Workspace, viewer: Viewer, asked: str = "") -> tuple[ThemeCard, ...]:
    """List the themes with their counts; `asked` keeps those of which a name or an alias, or a code's, holds it."""
    with workspace.read() as unit:
        codebook, tallies = seen(unit, viewer), dict(unit.tallies.codes(viewer))
        everybody, said = unit.prevalence.people(viewer), unit.prevalence.speakers(viewer)
    wanted, by_speaker = folded(asked), {one.speaker_id: one for one in everybody}
    every, last = every_of(everybody), max((one.occurred_on for one in everybody if one.occurred_on), default=None)
    cards = []
    for theme in codebook.themes:
        under, whole = codebook.under(theme), _called(theme, wanted)
        named = [code for code in under if whole or _called(code, wanted)]
        if not named and not whole:
            continue
        ids = [theme.id, *(code.id for code in under)]
        held = [tallies.get(i, CodeTally()) for i in ids]
        mine = joined(said, ids)
        people, accounts = count(everybody, mine)
        counts_of = dict(zip(ids, held, strict=True))
        cards.append(
            ThemeCard(
                code=theme,
                codes=tuple(
                    CodeCount(
                        code,
                        counts_of[code.id].suggested,
                        counts_of[code.id].coded,
                        participants(said.get(code.id, ()), by_speaker),
                        len(codebook.path(code)) - 1,
                    )
                    for code in named
                ),
                suggested=sum(tally.suggested for tally in held),
                coded=sum(tally.coded for tally in held),
                sessions=len({session for tally in held for session in tally.sessions}),
                participants=people.either,
                said_by=people,
                accounts=accounts,
                periods=by_period(everybody, mine, every),
                trend=trend(everybody, mine, last),
            )
        )
    return tuple(cards)


def colours(workspace: Workspace, viewer: Viewer) -> list[tuple[Code, str]]:
    """Give the colour of each theme and code."""
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
    return [(code, codebook.colour(code)) for code in codebook.codes]


def prevalence(
    workspace: Workspace, viewer: Viewer, slug: str, *, by: By = By.BOTH, every: Every | None = None
) -> Prevalence:
    """Say who speaks of a code. Raises NotFound."""
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
        code = codebook.named(slug)
        ids = [c.id for c in (code, *codebook.under(code))]
        said = joined(unit.prevalence.speakers(viewer, ids), ids)
        titles = {study.id: study.title for study in unit.studies.all(viewer)}
        everybody = unit.prevalence.people(viewer)
    return surveyed(code, codebook.colour(code), everybody, said, titles, by, every)


def theme(workspace: Workspace, viewer: Viewer, slug: str, asked: Asked | None = None) -> ThemeView:
    """Show a theme, or one code, as people coded it, as the machine suggests it, or both. Raises NotFound."""
    asked = asked or Asked()
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
        code = codebook.named(slug)
        ids = [c.id for c in (code, *codebook.under(code))]
        titles = {study.id: study.title for study in unit.studies.all(viewer)}
        everybody, said = unit.prevalence.people(viewer), unit.prevalence.speakers(viewer)
        mentions = unit.prevalence.mentions(viewer, ids)
        voices = Voices(everybody, unit.prevalence.speakers_of(viewer, ids))
        mine = [mention for mention in mentions if counts(mention.machine, asked.by)]
        beside = voices.beside(codebook, code, unit.prevalence.overlaps(viewer, ids), said, asked.by)
        quoted = _quotes(workspace, unit, viewer, codebook, ids, mine, voices, asked)
    prevalence = surveyed(code, codebook.colour(code), everybody, joined(said, ids), titles, asked.by, asked.every)
    tallies = Counter((mention.code_id, mention.machine) for mention in mentions)
    return ThemeView(
        prevalence=prevalence,
        path=codebook.path(code),
        coded=sum(not mention.machine for mention in mentions),
        suggested=sum(mention.machine for mention in mentions),
        sessions=len({mention.session_id for mention in mine}),
        below=_below(codebook, code, voices, said, tallies),
        people=voices.rows(mine),
        beside=beside,
        quotes=quoted,
    )


def _quotes(
    workspace: Workspace,
    unit: Unit,
    viewer: Viewer,
    codebook: Codebook,
    ids: Sequence[int],
    mentions: Sequence[Mention],
    voices: Voices,
    asked: Asked,
) -> QuoteList:
    kept = [mention for mention in mentions if voices.within(mention, asked.narrowed)]
    words = grouped(kept, voices.main)
    against: dict[tuple[int, int, int], Against] = {}
    if asked.show is Show.ALL:
        found = words
    elif asked.show is Show.CONTRADICTING:
        turned_down = unit.prevalence.rejected(viewer, ids) if asked.by is not By.MACHINE else []
        turned_down = [mention for mention in turned_down if voices.within(mention, asked.narrowed)]
        said = contradicting(workspace, unit, viewer, codebook, words, turned_down, voices.main)
        against = {one.words.span: one for one in said}
        found = balanced([one.words for one in said], lambda one: one.person)
    else:
        order = newest if asked.show is Show.NEWEST else strongest
        found = balanced(apart(order(words)), lambda one: one.person)
    of = max(1, -(-len(found) // PAGE))
    number = min(max(1, asked.page), of)
    shown = found[(number - 1) * PAGE : number * PAGE]
    whys = [against.get(one.span, Against(one, "")) for one in shown]
    rows = zip(quotes(unit, viewer, codebook, shown), whys, strict=True)
    return QuoteList(
        rows=tuple(replace(row, why=why.why, spot=why.spot) for row, why in rows),
        number=number,
        of=of,
        total=len(found),
        persons=len({one.person for one in found}),
        coded=sum(not mention.machine for mention in kept),
        suggested=sum(mention.machine for mention in kept),
    )


def _below(
    codebook: Codebook, code: Code, voices: Voices, said: Speakers, tallies: Mapping[tuple[int, bool], int]
) -> tuple[CodeCount, ...]:
    depth = len(codebook.path(code))
    found = []
    for below in codebook.under(code):
        ids = [below.id, *(c.id for c in codebook.under(below))]
        coded, suggested = (sum(tallies.get((i, machine), 0) for i in ids) for machine in (False, True))
        people = participants(joined(said, ids), voices.by_speaker)
        found.append(CodeCount(below, suggested, coded, people, len(codebook.path(below)) - depth))
    return tuple(found)


def _called(code: Code, asked: str) -> bool:
    return any(asked in folded(name) for name in (code.facts.name, *code.facts.aliases))
