"""What the pages of studies and transcripts show, each in a handful of statements."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from repository.codebook import Codebook, seen
from repository.domain.access import Viewer
from repository.domain.coding import Assignment, Reason
from repository.domain.source import Source
from repository.domain.study import Session, Study
from repository.domain.transcript import Role, RoleSource, TurnKind
from repository.errors import NotFound
from repository.progress import JobView, jobs
from repository.store.codings import Mark
from repository.store.sessions import Revision
from repository.store.tallies import SessionTally, StudyTally
from repository.store.unit import Unit
from repository.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ThemeCount:
    """A theme with how often it is suggested and used by people."""

    slug: str
    name: str
    colour: str
    suggested: int
    coded: int


@dataclass(frozen=True, slots=True)
class StudyCard:
    """A study at a glance; `themes` are the most frequent three in lists, all on its own page."""

    study: Study
    sessions: int
    sources_pending: int
    participants: int
    last_on: date | None
    themes: tuple[ThemeCount, ...]


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session in a list."""

    session: Session
    source: Source
    turns: int
    minutes: int | None
    speakers: tuple[str, ...]
    suggested: int
    coded: int


@dataclass(frozen=True, slots=True)
class StudyView:
    """A study's page."""

    card: StudyCard
    sessions: tuple[SessionRow, ...]
    themes: tuple[ThemeCount, ...]
    jobs: tuple[JobView, ...]


@dataclass(frozen=True, slots=True)
class TurnView:
    """A turn with its words; `speaker` is the participant's label where the speaker is linked to one."""

    idx: int
    speaker: str
    role: Role
    kind: TurnKind
    start: int
    end: int
    start_ms: int | None
    words: str


@dataclass(frozen=True, slots=True)
class SpeakerRow:
    """A speaker with the share (0..1) of all characters."""

    label: str
    role: Role
    role_source: RoleSource
    turns: int
    share: float


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """A suggested code on characters [start, end)."""

    id: int
    start: int
    end: int
    code_slug: str
    code_name: str
    theme_slug: str
    theme_name: str
    colour: str
    score: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class CodingView:
    """A code that somebody put on a highlight; `score` is the machine's, if they accepted its suggestion."""

    id: int
    code_slug: str
    code_name: str
    theme_name: str
    colour: str
    coder: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class HighlightView:
    """Characters [start, end) that somebody highlighted, with their codes."""

    id: int
    start: int
    end: int
    quote: str
    comment: str
    by: str
    at: datetime
    codings: tuple[CodingView, ...]


@dataclass(frozen=True, slots=True)
class TranscriptView:
    """A transcript's page."""

    session: Session
    study: Study
    source: Source
    text: str
    turns: tuple[TurnView, ...]
    speakers: tuple[SpeakerRow, ...]
    suggestions: tuple[SuggestionView, ...]
    highlights: tuple[HighlightView, ...]
    warnings: tuple[str, ...]
    language_note: str
    assignment: Assignment | None

    @property
    def codings(self) -> tuple[CodingView, ...]:
        """Give every code that people put on the text."""
        return tuple(coding for mark in self.highlights for coding in mark.codings)


def studies(workspace: Workspace, viewer: Viewer) -> tuple[StudyCard, ...]:
    """List the studies, newest first."""
    with workspace.read() as unit:
        codebook, tallies = seen(unit, viewer), unit.tallies.studies(viewer)
        themes = unit.tallies.codes_by_study(viewer)
        return tuple(
            _card(study, tallies.get(study.id, StudyTally()), _themes(codebook, themes.get(study.id, {}))[:3])
            for study in unit.studies.all(viewer)
        )


def study(workspace: Workspace, viewer: Viewer, study_id: int) -> StudyView:
    """Show one study. Raises NotFound."""
    with workspace.read() as unit:
        found = unit.studies.get(viewer, study_id)
        if found is None:
            raise NotFound("There is no such study.")
        themes = _themes(seen(unit, viewer), unit.tallies.codes_by_study(viewer).get(study_id, {}))
        tally = unit.tallies.studies(viewer).get(study_id, StudyTally())
        rows = _rows(unit, viewer, unit.sessions.of_study(viewer, study_id))
    pending = tuple(
        view for view in jobs(workspace, viewer, study_id=study_id) if view.job.error or not view.job.state.over
    )
    return StudyView(_card(found, tally, themes), rows, themes, pending)


def newest(workspace: Workspace, viewer: Viewer, limit: int = 6) -> tuple[tuple[SessionRow, Study], ...]:
    """List the transcripts that were read last, with their studies."""
    with workspace.read() as unit:
        by_id = {study.id: study for study in unit.studies.all(viewer)}
        rows = _rows(unit, viewer, unit.sessions.newest(viewer, limit))
    return tuple((row, by_id[row.session.study_id]) for row in rows)


def transcript(workspace: Workspace, viewer: Viewer, session_id: int) -> TranscriptView:
    """Show one transcript. Raises NotFound."""
    with workspace.read() as unit:
        session = unit.sessions.get(viewer, session_id)
        source = unit.sources.of_session(viewer, session_id)
        revision = unit.sessions.revision(session.text_id) if session and session.text_id else None
        if session is None or source is None or revision is None:
            raise NotFound("There is no such transcript.")
        of_study = unit.studies.get(viewer, session.study_id)
        assert of_study is not None  # the session was seen, so its study is
        labels = unit.people.labels_by_session([session_id]).get(session_id, {})
        codebook = seen(unit, viewer)
        given = unit.assignments.get(session_id, viewer.person)
        hidden = given is not None and given.hides
        suggestions = [] if hidden else unit.codings.pending(viewer, session_ids=[session_id])
        suggestions = unit.codings.with_examples(viewer, suggestions)
        marks = unit.codings.marks(revision.id)
        scores = unit.review.scores({c.suggestion_id for mark in marks for c in mark.codings if c.suggestion_id})
    if hidden:
        marks = [_own(mark, viewer) for mark in marks if mark.highlight.created_by == viewer.person]
    return TranscriptView(
        session=session,
        study=of_study,
        source=source,
        text=revision.body,
        turns=_turns(revision, labels),
        speakers=_speakers(revision, labels),
        suggestions=tuple(
            SuggestionView(s.id, s.start, s.end, *_names(codebook, s.code_id), s.score, s.reason)
            for s in sorted(suggestions, key=lambda s: (s.start, -s.score))
            if s.text_id == revision.id
        ),
        highlights=tuple(_highlight(codebook, mark, scores) for mark in marks),
        warnings=source.warnings,
        language_note=language_note(session.language, workspace.settings.embedding.model),
        assignment=given,
    )


def language_note(language: str, model: str) -> str:
    """Say that meaning search is weak where the model does not know the language; empty for English and unknown."""
    if language in ("", "en") or "multilingual" in model.lower():
        return ""
    return (
        f"This text seems not to be English ({language}). Search by words works; search by meaning and suggested themes "
        "are weak with this model. A multilingual model in the setting [embedding] model changes that."
    )


def _card(found: Study, tally: StudyTally, themes: tuple[ThemeCount, ...]) -> StudyCard:
    return StudyCard(found, tally.sessions, tally.pending, tally.participants, tally.last_on, themes)


def _themes(codebook: Codebook, counts: dict[int, tuple[int, int]]) -> tuple[ThemeCount, ...]:
    found = []
    for theme in codebook.themes:
        mine = [counts[code.id] for code in (theme, *codebook.under(theme)) if code.id in counts]
        if mine:
            suggested, coded = (sum(column) for column in zip(*mine, strict=True))
            found.append(ThemeCount(theme.facts.slug, theme.facts.name, codebook.colour(theme), suggested, coded))
    return tuple(sorted(found, key=lambda theme: -(theme.suggested + theme.coded)))


def _rows(unit: Unit, viewer: Viewer, sessions: Sequence[Session]) -> tuple[SessionRow, ...]:
    tallies = unit.tallies.sessions(viewer, [session.id for session in sessions])
    sources = {source.id: source for source in unit.sources.of_studies({session.study_id for session in sessions})}
    rows = []
    for session in sessions:
        tally = tallies.get(session.id, SessionTally())
        minutes = None if tally.until_ms is None else max(1, round(tally.until_ms / 60_000))
        rows.append(
            SessionRow(
                session, sources[session.source_id], tally.turns, minutes, tally.speakers, tally.suggested, tally.coded
            )
        )
    return tuple(rows)


def _turns(revision: Revision, labels: dict[str, str]) -> tuple[TurnView, ...]:
    views = []
    for turn in revision.turns:
        who = None if turn.speaker is None else revision.speakers[turn.speaker]
        views.append(
            TurnView(
                idx=turn.idx,
                speaker=labels.get(who.label, who.label) if who else "",
                role=who.role if who else Role.UNKNOWN,
                kind=turn.kind,
                start=turn.start,
                end=turn.end,
                start_ms=turn.start_ms,
                words=revision.body[turn.start : turn.end],
            )
        )
    return tuple(views)


def _speakers(revision: Revision, labels: dict[str, str]) -> tuple[SpeakerRow, ...]:
    total = sum(turn.end - turn.start for turn in revision.turns) or 1
    rows = []
    for place, who in enumerate(revision.speakers):
        mine = [turn.end - turn.start for turn in revision.turns if turn.speaker == place]
        label = labels.get(who.label, who.label)
        rows.append(SpeakerRow(label, who.role, who.role_source, len(mine), sum(mine) / total))
    return tuple(sorted(rows, key=lambda row: -row.share))


def _names(codebook: Codebook, code_id: int) -> tuple[str, str, str, str, str]:
    code = codebook.by_id[code_id]
    theme = codebook.theme_of(code)
    return code.facts.slug, code.facts.name, theme.facts.slug, theme.facts.name, codebook.colour(code)


def _own(mark: Mark, viewer: Viewer) -> Mark:
    """Give a highlight with the viewer's codings only."""
    return replace(mark, codings=tuple(coding for coding in mark.codings if coding.coder == viewer.person))


def _highlight(codebook: Codebook, mark: Mark, scores: dict[int, float]) -> HighlightView:
    codings = []
    for coding in mark.codings:
        slug, name, _, theme, colour = _names(codebook, coding.code_id)
        score = scores.get(coding.suggestion_id or 0)
        codings.append(CodingView(coding.id, slug, name, theme, colour, coding.coder, score))
    kept = mark.highlight
    return HighlightView(
        kept.id, kept.start, kept.end, kept.quote, mark.comment, kept.created_by, kept.created_at, tuple(codings)
    )
