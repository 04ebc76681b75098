"""Everything a report counts, gathered once: who was heard within a scope, who speaks of what, and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.codebook import Codebook, seen
from repository.counting import Every, every_of
from repository.domain.access import Viewer
from repository.domain.coding import Code
from repository.domain.report import ReportScope
from repository.domain.study import Session, Study
from repository.errors import NotFound
from repository.report_counting import counted, on_days, studies_within, within
from repository.store.prevalence import Appearance, Mention
from repository.store.unit import Unit
from repository.voices import Speakers, Voices


@dataclass(frozen=True, slots=True)
class Gathered:
    """What lies within a scope. `undated`: sessions that are out because nobody knows their day."""

    codebook: Codebook
    studies: tuple[Study, ...]
    sessions: dict[int, Session]
    undated: int
    heard: tuple[Appearance, ...]
    said: Speakers
    themes: tuple[Code, ...]
    mentions: tuple[Mention, ...]
    voices: Voices
    every: Every

    def under(self, code: Code) -> set[int]:
        """Give the numbers of a code and of everything under it."""
        return {code.id, *(below.id for below in self.codebook.under(code))}


def gather(unit: Unit, viewer: Viewer, scope: ReportScope) -> Gathered:
    """Gather what a scope holds, as the viewer sees it. Raises NotFound for studies and themes that are not there."""
    codebook = seen(unit, viewer)
    studies = studies_within(unit.studies.all(viewer), scope)
    if scope.studies and not studies:
        raise NotFound("None of these studies is there.")
    heard = within(unit.prevalence.people(viewer), scope, {study.id for study in studies})
    sessions, undated = _sessions(unit, viewer, scope, studies, heard)
    themes = [codebook.named(slug) for slug in scope.themes] if scope.themes else list(codebook.themes)
    ids = {code.id for theme in themes for code in (theme, *codebook.under(theme))}
    voices = Voices(heard, unit.prevalence.speakers_of(viewer, ids))
    # What somebody within the scope says; words that nobody is known to say count for nobody.
    mentions = [
        one
        for one in unit.prevalence.mentions(viewer, ids)
        if one.session_id in sessions and not (one.machine and scope.people_only) and one.key in voices.main
    ]
    said = counted(unit.prevalence.speakers(viewer), scope)
    return Gathered(
        codebook,
        tuple(studies),
        sessions,
        undated,
        tuple(heard),
        said,
        tuple(themes),
        tuple(mentions),
        voices,
        every_of(heard),
    )


def _sessions(
    unit: Unit, viewer: Viewer, scope: ReportScope, studies: Sequence[Study], heard: Sequence[Appearance]
) -> tuple[dict[int, Session], int]:
    """Give the sessions of a scope that have been read, and how many are out for want of a day."""
    ids = unit.segments.sessions_in_scope(viewer, studies=[study.id for study in studies]) if studies else []
    read = [session for session in unit.sessions.some(viewer, set(ids)) if session.text_id is not None]
    if scope.cohorts or scope.accounts:
        theirs = {one.session_id for one in heard}
        read = [session for session in read if session.id in theirs]
    found = {session.id: session for session in read if on_days(session.occurred_on, scope)}
    return found, sum(session.occurred_on is None for session in read if session.id not in found)
