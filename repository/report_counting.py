"""Counting for reports: who was heard within a scope, and what share of them speaks of a theme. Values in, values out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from math import sqrt
from statistics import NormalDist

from repository.codebook import Codebook
from repository.counting import Every, Said, by_period, count, trend
from repository.domain.coding import Code
from repository.domain.report import CodeFigures, ReportScope, Share, StudyFigures, ThemeFigures
from repository.domain.study import Study
from repository.store.prevalence import Appearance, Mention
from repository.voices import Speakers, joined

#: The level of the intervals.
LEVEL = 0.95


def share(count: int, of: int) -> Share:
    """Give a share with its Wilson score interval (Wilson 1927), which holds for few people and for none at all.

    >>> share(3, 10)
    Share(count=3, of=10, low=0.108, high=0.603)
    """
    if not of:
        return Share(0, 0)
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    part, square = count / of, z * z / of
    middle, reach = part + square / 2, z * sqrt(part * (1 - part) / of + square / (4 * of))
    low, high = ((middle + sign * reach) / (1 + square) for sign in (-1, 1))
    return Share(count, of, round(max(0.0, low), 3), round(min(1.0, high), 3))


def within(everybody: Iterable[Appearance], scope: ReportScope, studies: Collection[int]) -> list[Appearance]:
    """Give those who were heard within a scope; who has no day is out where days are asked for."""
    return [
        one
        for one in everybody
        if one.study_id in studies
        and (not scope.cohorts or one.cohort in scope.cohorts)
        and (not scope.accounts or one.account_id in scope.accounts)
        and on_days(one.occurred_on, scope)
    ]


def on_days(on: date | None, scope: ReportScope) -> bool:
    """Say whether a day lies within a scope, both ends included."""
    if scope.since is None and scope.until is None:
        return True
    return on is not None and (scope.since or on) <= on <= (scope.until or on)


def counted(said: Speakers, scope: ReportScope) -> dict[int, set[tuple[bool, int]]]:
    """Leave out what only the machine says, where people's word alone counts."""
    return {code_id: {one for one in pairs if not (one[0] and scope.people_only)} for code_id, pairs in said.items()}


def studies_within(studies: Iterable[Study], scope: ReportScope) -> list[Study]:
    """Give the studies of a scope, in the order in which they began."""
    found = [
        study
        for study in studies
        if (not scope.studies or study.id in scope.studies)
        and (not scope.product_areas or study.facts.product_area in scope.product_areas)
    ]
    return sorted(found, key=lambda study: (study.facts.started_on or study.created_at.date(), study.id))


def study_figures(study: Study, heard: Sequence[Appearance], days: Sequence[date | None]) -> StudyFigures:
    """Count what of a study lies within the scope; `days` are those of its sessions."""
    mine = [one for one in heard if one.study_id == study.id]
    dated = sorted(day for day in days if day)
    return StudyFigures(
        id=study.id,
        title=study.title,
        method=study.facts.method,
        state=study.facts.state.value,
        cohort=study.facts.cohort,
        product_area=study.facts.product_area,
        sessions=len(days),
        participants=people(mine),
        accounts=accounts(mine),
        first=dated[0] if dated else None,
        last=dated[-1] if dated else None,
    )


def people(heard: Iterable[Appearance]) -> int:
    """Count participants, each once."""
    return len({one.person for one in heard})


def accounts(heard: Iterable[Appearance]) -> int:
    """Count accounts, each once."""
    return len({one.account_id for one in heard if one.account_id})


def theme_figures(
    codebook: Codebook,
    theme: Code,
    heard: Sequence[Appearance],
    said: Speakers,
    mentions: Sequence[Mention],
    *,
    cohorts: Sequence[str],
    periods: Sequence[str],
    every: Every,
) -> ThemeFigures:
    """Count a theme, with everything under it, by participant and by account; `mentions` are those within the scope."""
    codes = (theme, *codebook.under(theme))
    mine = joined(said, [code.id for code in codes])
    by_people, by_account = count(heard, mine)
    in_periods = {row.key: row.participants for row in by_period(heard, mine, every)}
    speaking = {speaker for _, speaker in mine}
    turn = trend(heard, mine, max((one.occurred_on for one in heard if one.occurred_on), default=None))
    return ThemeFigures(
        slug=theme.facts.slug,
        name=theme.facts.name,
        colour=codebook.colour(theme),
        definition=theme.facts.definition,
        participants=share(by_people.either, by_people.of),
        accounts=share(by_account.either, by_account.of),
        coded_participants=by_people.coded,
        quotes=places(mentions, {code.id for code in codes}),
        studies=len({one.study_id for one in heard if one.speaker_id in speaking}),
        periods=tuple(
            share(in_periods[key].either, in_periods[key].of) if key in in_periods else Share(0, 0) for key in periods
        ),
        cohorts=tuple(_share([one for one in heard if one.cohort == cohort], mine) for cohort in cohorts),
        direction=turn.direction if turn else "",
        codes=tuple(_code(code, heard, said, mentions) for code in codes[1:]),
    )


def places(mentions: Iterable[Mention], code_ids: Collection[int]) -> int:
    """Count quotes: the same words once, however many codes and coders they have."""
    return len({(one.text_id, one.start, one.end) for one in mentions if one.code_id in code_ids})


def together(themes: Mapping[str, Said], heard: Sequence[Appearance]) -> tuple[tuple[str, str, int], ...]:
    """Count, for each pair of themes, the participants who speak of both, the most first; pairs of nobody left out."""
    person = {one.speaker_id: one.person for one in heard}
    speak = {slug: {person[speaker] for _, speaker in said if speaker in person} for slug, said in themes.items()}
    slugs = list(speak)
    pairs = [
        (one, other, len(speak[one] & speak[other]))
        for place, one in enumerate(slugs)
        for other in slugs[place + 1 :]
        if speak[one] & speak[other]
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1])))


def cohorts_of(heard: Iterable[Appearance]) -> tuple[str, ...]:
    """Name the cohorts heard, the one of most participants first; "" (not known) last."""
    found: dict[str, set[str]] = {}
    for one in heard:
        found.setdefault(one.cohort, set()).add(one.person)
    return tuple(sorted(found, key=lambda cohort: (not cohort, -len(found[cohort]), cohort)))


def _share(heard: Sequence[Appearance], said: Said) -> Share:
    found, _ = count(heard, said)
    return share(found.either, found.of)


def _code(code: Code, heard: Sequence[Appearance], said: Speakers, mentions: Sequence[Mention]) -> CodeFigures:
    by_people, by_account = count(heard, said.get(code.id, ()))
    return CodeFigures(
        slug=code.facts.slug,
        name=code.facts.name,
        participants=share(by_people.either, by_people.of),
        accounts=share(by_account.either, by_account.of),
        quotes=places(mentions, {code.id}),
    )
