"""The rows behind a number of a report: the people it counts and the words that make each of them count."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from repository.counting import Every, named, period
from repository.domain.access import Viewer
from repository.domain.report import Place, ReportScope
from repository.report_gathering import gather
from repository.report_reading import ReadQuote, read_places
from repository.store.prevalence import Mention
from repository.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PersonRows:
    """A participant that a number counts, and the words for which they do, in the order of sessions and texts."""

    person: str
    label: str
    account: str
    cohort: str
    quotes: tuple[tuple[Place, ReadQuote], ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """What a number counts: `of` participants were heard, these speak of it."""

    name: str
    told: str
    of: int
    people: tuple[PersonRows, ...]
    quotes: int


def behind(
    workspace: Workspace,
    viewer: Viewer,
    scope: ReportScope,
    theme: str,
    *,
    code: str = "",
    cohort: str | None = None,
    when: str = "",
) -> Behind:
    """Show what a number of a theme, or of a code of it, counts, in all or of a cohort, in all or in a period."""
    with workspace.read() as unit:
        found = gather(unit, viewer, scope)
    chosen = found.codebook.named(code or theme)
    ids = found.under(chosen) if not code else {chosen.id}
    heard = [
        one
        for one in found.heard
        if cohort in (None, one.cohort) and (not when or _when(one.occurred_on, found.every) == when)
    ]
    speaking = {speaker for code_id in ids for _, speaker in found.said.get(code_id, ())}
    counted = [one for one in heard if one.speaker_id in speaking]
    sessions = {one.session_id for one in counted}
    mentions = [one for one in found.mentions if one.code_id in ids and one.session_id in sessions]
    by_person: dict[str, dict[Place, None]] = {}
    for mention in mentions:
        for person in found.voices.persons(mention.key):
            by_person.setdefault(person, {})[_place(mention)] = None
    people = {one.person: one for one in counted}
    read = read_places(
        workspace, viewer, {place for person in people for place in by_person.get(person, ())}, quoting=False
    )
    rows = tuple(
        PersonRows(
            person,
            one.label,
            one.account,
            one.cohort,
            tuple((place, read[place]) for place in by_person.get(person, ())),
        )
        for person, one in sorted(people.items(), key=lambda row: (row[1].account, row[1].label))
    )
    return Behind(
        name=chosen.facts.name,
        told=_told(cohort, when),
        of=len({one.person for one in heard}),
        people=rows,
        quotes=len({place for row in rows for place, _ in row.quotes}),
    )


def _when(on: date | None, every: Every) -> str:
    return named(period(on, every)) if on else ""


def _place(mention: Mention) -> Place:
    return Place(mention.session_id, mention.text_id, mention.start, mention.end, None)


def _told(cohort: str | None, when: str) -> str:
    parts: Collection[str] = [
        *([f"cohort “{cohort}”" if cohort else "cohort not known"] if cohort is not None else []),
        *([when] if when else []),
    ]
    return ", ".join(parts)
