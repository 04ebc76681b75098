"""What the pages of themes show: definitions, counts of suggestions and of people's codings apart, and quotes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from repository.codebook import Codebook, seen
from repository.domain.access import Viewer
from repository.domain.coding import Code, Reason
from repository.domain.study import Session, Study
from repository.store.tallies import CodeTally
from repository.store.unit import Unit
from repository.wording import citation, said_by
from repository.workspace import Workspace

#: Quotes listed for a theme, people's first.
QUOTES = 400


@dataclass(frozen=True, slots=True)
class CodeCount:
    """A code with its counts."""

    code: Code
    suggested: int
    coded: int


@dataclass(frozen=True, slots=True)
class ThemeCard:
    """A theme at a glance, its own codings and those of its codes together."""

    code: Code
    codes: tuple[CodeCount, ...]
    suggested: int
    coded: int
    sessions: int
    participants: int


@dataclass(frozen=True, slots=True)
class ThemeQuote:
    """A quote under a theme, suggested by the machine or coded by a person (score 1).

    `asked`: so many characters at its beginning are the interviewer's question.
    """

    session_id: int
    session_title: str
    study_id: int
    study_title: str
    occurred_on: date | None
    speaker: str
    start: int
    end: int
    start_ms: int | None
    turn: int
    quote: str
    asked: int
    code_name: str
    coder: str
    score: float
    suggested: bool
    reason: Reason
    citation: str


@dataclass(frozen=True, slots=True)
class ThemeView:
    """A theme's page; counts by study and by month (YYYY-MM) are of sessions. `theme_name`: what a code belongs to."""

    card: ThemeCard
    theme_name: str
    quotes: tuple[ThemeQuote, ...]
    by_study: tuple[tuple[int, str, int], ...]
    by_month: tuple[tuple[str, int], ...]


def themes(workspace: Workspace, viewer: Viewer) -> tuple[ThemeCard, ...]:
    """List the codebook's themes with their counts."""
    with workspace.read() as unit:
        codebook, tallies = seen(unit, viewer), dict(unit.tallies.codes(viewer))
        people = unit.tallies.speakers_of_codes(viewer)
    return tuple(_card(codebook, tallies, people, theme) for theme in codebook.themes)


def colours(workspace: Workspace, viewer: Viewer) -> list[tuple[Code, str]]:
    """Give the colour of each theme and code."""
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
    return [(code, codebook.colour(code)) for code in codebook.codes]


def theme(workspace: Workspace, viewer: Viewer, slug: str) -> ThemeView:
    """Show a theme, or one code. Raises NotFound."""
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
        code = codebook.named(slug)
        tallies = dict(unit.tallies.codes(viewer))
        card = _card(codebook, tallies, unit.tallies.speakers_of_codes(viewer), code)
        ids = [c.id for c in (code, *codebook.under(code))]
        held = {i for code_id in ids for i in tallies.get(code_id, CodeTally()).sessions}
        sessions = {session.id: session for session in unit.sessions.some(viewer, held)}
        studies = {study.id: study for study in unit.studies.all(viewer)}
        quotes = _quotes(unit, viewer, codebook, ids, sessions, studies)
    by_study = Counter(session.study_id for session in sessions.values())
    by_month = Counter(f"{s.occurred_on:%Y-%m}" for s in sessions.values() if s.occurred_on)
    return ThemeView(
        card,
        codebook.theme_of(code).facts.name,
        quotes,
        tuple((i, studies[i].title, count) for i, count in by_study.most_common()),
        tuple(sorted(by_month.items())),
    )


def _card(codebook: Codebook, tallies: dict[int, CodeTally], people: dict[int, set[str]], code: Code) -> ThemeCard:
    under = codebook.under(code)
    mine = [tallies.get(c.id, CodeTally()) for c in (code, *under)]
    sessions = {i for tally in mine for i in tally.sessions}
    counts = [(c, tallies.get(c.id, CodeTally())) for c in under]
    return ThemeCard(
        code=code,
        codes=tuple(CodeCount(c, tally.suggested, tally.coded) for c, tally in counts),
        suggested=sum(tally.suggested for tally in mine),
        coded=sum(tally.coded for tally in mine),
        sessions=len(sessions),
        participants=len(set().union(*(people.get(c.id, set()) for c in (code, *under)))),
    )


@dataclass(frozen=True, slots=True)
class _Span:
    session_id: int
    text_id: int
    start: int
    end: int
    code_id: int
    coder: str
    score: float
    suggested: bool
    reason: Reason


def _quotes(
    unit: Unit,
    viewer: Viewer,
    codebook: Codebook,
    ids: Sequence[int],
    sessions: dict[int, Session],
    studies: dict[int, Study],
) -> tuple[ThemeQuote, ...]:
    coded = [
        _Span(mark.session_id, mark.text_id, mark.start, mark.end, coding.code_id, coding.coder, 1.0, False, Reason())
        for mark, coding, _ in unit.codings.codings(viewer, code_ids=ids)
    ]
    suggested = [
        _Span(s.session_id, s.text_id, s.start, s.end, s.code_id, s.coder, s.score, True, s.reason)
        for s in unit.codings.pending(viewer, code_ids=ids, limit=QUOTES)
    ]
    # What a correction left behind is listed on the transcript's own page: its words no longer stand there.
    here = {session_id: session.text_id for session_id, session in sessions.items()}
    spans = [span for span in coded + suggested if here.get(span.session_id) == span.text_id][:QUOTES]
    words = unit.places.spans([(span.text_id, span.start, span.end) for span in spans])
    places = unit.places.of(
        [(span.text_id, span.start, *words[span.text_id, span.start, span.end].turns) for span in spans]
    )
    quotes = []
    for span in spans:
        said = words[span.text_id, span.start, span.end]
        place = places[span.text_id, span.start, *said.turns]
        session, study = sessions[span.session_id], studies[sessions[span.session_id].study_id]
        who = said_by(place.speaker, session.kind)
        quotes.append(
            ThemeQuote(
                session_id=session.id,
                session_title=session.title,
                study_id=study.id,
                study_title=study.title,
                occurred_on=session.occurred_on,
                speaker=who,
                start=span.start,
                end=span.end,
                start_ms=place.start_ms,
                turn=said.turns[0],
                quote=said.words,
                asked=min(max(0, place.answered_at - span.start), len(said.words)),
                code_name=codebook.by_id[span.code_id].facts.name,
                coder=span.coder,
                score=span.score,
                suggested=span.suggested,
                reason=span.reason,
                citation=citation(study.title, who, session.occurred_on),
            )
        )
    return tuple(quotes)
