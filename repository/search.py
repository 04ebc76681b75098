"""Search: a question in plain words to quotes, grouped by session, each with why it is there."""

import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nlp.words import WORD, content_words, stems
from repository.codebook import Codebook, seen
from repository.domain.access import Viewer
from repository.domain.study import Session, Study
from repository.domain.transcript import Role
from repository.retrieval import KEYWORD, MEANING, Found, Scope, find
from repository.store.places import Place
from repository.store.segments import Segment
from repository.store.unit import Unit
from repository.wording import citation, said_by
from repository.workspace import Workspace

PHRASE = re.compile(r'"([^"]+)"')
#: Hits counted for the facets.
DEPTH = 100


@dataclass(frozen=True, slots=True)
class Query:
    """A question and where to look; "quoted words" must stand exactly so."""

    text: str
    studies: tuple[int, ...] = ()
    themes: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    since: date | None = None
    until: date | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class ThemeTag:
    """A code on a quote; `suggested` by the machine, else put there by a person."""

    slug: str
    name: str
    colour: str
    suggested: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A quote: characters [start, end) of the session's text. `marks` are offsets into `quote` worth emphasising.

    `asked`: so many characters at its beginning are the interviewer's question.
    """

    segment_id: int
    session_id: int
    source_id: int
    source_name: str
    start: int
    end: int
    quote: str
    asked: int
    marks: tuple[tuple[int, int], ...]
    speaker: str
    role: Role
    turn: int
    start_ms: int | None
    score: float
    arms: tuple[str, ...]
    why: str
    themes: tuple[ThemeTag, ...]
    citation: str


@dataclass(frozen=True, slots=True)
class SessionHits:
    """The hits of one session, best first."""

    session_id: int
    session_title: str
    study_id: int
    study_title: str
    occurred_on: date | None
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts over all hits, most first."""

    studies: tuple[tuple[int, str, int], ...] = ()
    themes: tuple[tuple[str, str, int], ...] = ()
    roles: tuple[tuple[Role, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """What a query found; `notes` say in plain sentences what could not be done."""

    query: Query
    groups: tuple[SessionHits, ...]
    count: int
    notes: tuple[str, ...]
    facets: Facets
    took_ms: float


def search(workspace: Workspace, viewer: Viewer, query: Query) -> Results:
    """Find quotes for a question among what the viewer may see."""
    began = time.perf_counter()
    phrases = tuple(phrase.strip() for phrase in PHRASE.findall(query.text) if phrase.strip())
    text = PHRASE.sub(" ", query.text).replace('"', " ").strip()
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
    scope = Scope(query.studies, codebook.ids_under(query.themes), query.roles, query.since, query.until)
    if not text and not phrases:
        return Results(query, (), 0, (), Facets(), 0.0)
    findings = find(workspace, viewer, text, phrases=phrases, scope=scope, limit=max(DEPTH, query.limit))
    with workspace.read() as unit:
        # Re-read every hit: what SQL no longer has, or the viewer may not see, is not there.
        segments = unit.segments.seen(viewer, [found.id for found in findings.found])
        found = [hit for hit in findings.found if hit.id in segments]
        shown = [(hit, segments[hit.id]) for hit in found[: query.limit]]
        tags = _tags(unit, codebook, [hit.id for hit in found])
        sessions = {s.id: s for s in unit.sessions.some(viewer, {segments[hit.id].session_id for hit in found})}
        studies = {study.id: study for study in unit.studies.all(viewer)}
        places = unit.places.of(
            [(segment.text_id, segment.start, segment.first_turn, segment.last_turn) for _, segment in shown]
        )
    words = content_words(text) + [word for phrase in phrases for word in content_words(phrase)]
    hits = [
        _hit(hit, segment, sessions[segment.session_id], studies[segment.study_id], places, tags, words)
        for hit, segment in shown
    ]
    facets = _facets([segments[hit.id] for hit in found], tags, studies)
    return Results(
        query,
        _grouped(hits, sessions, studies),
        len(found),
        findings.notes,
        facets,
        (time.perf_counter() - began) * 1000,
    )


def _hit(
    found: Found,
    segment: Segment,
    session: Session,
    study: Study,
    places: dict[tuple[int, int, int, int], Place],
    tags: dict[int, tuple[ThemeTag, ...]],
    words: Sequence[str],
) -> Hit:
    place = places[segment.text_id, segment.start, segment.first_turn, segment.last_turn]
    who = said_by(place.speaker, session.kind)
    marks = marked(segment.words, words) if KEYWORD in found.ranks else ()
    return Hit(
        segment_id=segment.id,
        session_id=session.id,
        source_id=session.source_id,
        source_name=place.source_name,
        start=segment.start,
        end=segment.end,
        quote=segment.words,
        asked=min(max(0, place.answered_at - segment.start), len(segment.words)),
        marks=marks,
        speaker=who,
        role=segment.role,
        turn=segment.first_turn,
        start_ms=place.start_ms,
        score=round(found.score, 4),
        arms=tuple(arm for arm in (KEYWORD, MEANING) if arm in found.ranks),
        why=_why(found, segment, marks, words),
        themes=tags.get(segment.id, ()),
        citation=citation(study.title, who, session.occurred_on),
    )


def marked(quote: str, words: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Find where a quote uses the words, in any of their forms.

    >>> marked("Two reminders, one reminded.", ["reminder"])
    ((4, 13), (19, 27))
    """
    wanted = set(stems(words))
    spans = [(match.start(), match.end()) for match in WORD.finditer(quote)]
    forms = stems(quote[start:end].lower() for start, end in spans)
    return tuple(span for span, form in zip(spans, forms, strict=True) if form in wanted)


def _why(found: Found, segment: Segment, marks: Sequence[tuple[int, int]], words: Sequence[str]) -> str:
    parts = []
    if marks:
        used = list(dict.fromkeys(segment.words[a:b].lower() for a, b in marks))[:5]
        parts.append("says " + ", ".join(f"“{word}”" for word in used))
    if KEYWORD in found.ranks and (named := set(content_words(segment.speakers)) & set(words)):
        parts.append("said by " + ", ".join(f"“{word}”" for word in sorted(named)))
    if found.cosine is not None:
        degree = "very close" if found.cosine >= 0.6 else "close" if found.cosine >= 0.4 else "loosely related"
        parts.append(f"{degree} in meaning")
    return " · ".join(parts)


def _tags(unit: Unit, codebook: Codebook, segment_ids: Sequence[int]) -> dict[int, tuple[ThemeTag, ...]]:
    """Give the codes on each segment, people's first."""
    by_people, by_machine = unit.codings.codes_on(segment_ids)
    known: dict[tuple[int, bool], ThemeTag] = {}

    def tag(code_id: int, suggested: bool) -> ThemeTag:
        if (code_id, suggested) not in known:
            code = codebook.by_id[code_id]
            known[code_id, suggested] = ThemeTag(code.facts.slug, code.facts.name, codebook.colour(code), suggested)
        return known[code_id, suggested]

    return {
        i: (
            *(tag(code_id, False) for code_id in sorted(by_people.get(i, ()))),
            *(tag(code_id, True) for code_id in sorted(by_machine.get(i, ()))),
        )
        for i in segment_ids
    }


def _facets(segments: Sequence[Segment], tags: dict[int, tuple[ThemeTag, ...]], studies: dict[int, Study]) -> Facets:
    by_study = Counter(segment.study_id for segment in segments)
    by_role = Counter(segment.role for segment in segments)
    by_theme = Counter((tag.slug, tag.name) for segment in segments for tag in set(tags.get(segment.id, ())))
    return Facets(
        tuple((i, studies[i].title, count) for i, count in by_study.most_common()),
        tuple((slug, name, count) for (slug, name), count in by_theme.most_common(12)),
        tuple(by_role.most_common()),
    )


def _grouped(hits: Sequence[Hit], sessions: dict[int, Session], studies: dict[int, Study]) -> tuple[SessionHits, ...]:
    by_session: dict[int, list[Hit]] = {}
    for hit in hits:
        by_session.setdefault(hit.session_id, []).append(hit)
    return tuple(
        SessionHits(
            session_id=i,
            session_title=sessions[i].title,
            study_id=sessions[i].study_id,
            study_title=studies[sessions[i].study_id].title,
            occurred_on=sessions[i].occurred_on,
            hits=tuple(group),
        )
        for i, group in by_session.items()
    )
