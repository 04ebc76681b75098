"""Quotes as a search shows them: their words and marks, whose they are, where they stand, and why they were found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nlp.words import WORD, content_words, exactly, stems
from repository.codebook import Codebook
from repository.domain.study import Session, Study
from repository.domain.transcript import Role
from repository.retrieval import ALIAS, KEYWORD, MEANING, Found
from repository.store.places import Place
from repository.store.segments import Segment
from repository.store.unit import Unit
from repository.wording import citation, said_by


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
class Sought:
    """What was looked for in quotes: words in any form, phrases just so, and other names of what was asked about."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def grouped(
    unit: Unit,
    found: Sequence[tuple[Found, Segment]],
    sessions: dict[int, Session],
    studies: dict[int, Study],
    tags: dict[int, tuple[ThemeTag, ...]],
    sought: Sought,
) -> tuple[SessionHits, ...]:
    """Make the quotes of these passages, grouped by session, the session of the best quote first."""
    places = unit.places.of([(s.text_id, s.start, s.first_turn, s.last_turn) for _, s in found])
    by_session: dict[int, list[Hit]] = {}
    for hit, segment in found:
        session = sessions[segment.session_id]
        made = _hit(hit, segment, session, studies[segment.study_id], places, tags.get(segment.id, ()), sought)
        by_session.setdefault(session.id, []).append(made)
    return tuple(
        SessionHits(
            session_id=i,
            session_title=sessions[i].title,
            study_id=sessions[i].study_id,
            study_title=studies[sessions[i].study_id].title,
            occurred_on=sessions[i].occurred_on,
            hits=tuple(hits),
        )
        for i, hits in by_session.items()
    )


def tags_on(unit: Unit, codebook: Codebook, segment_ids: Sequence[int]) -> dict[int, tuple[ThemeTag, ...]]:
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


def marked(quote: str, words: Sequence[str], phrases: Sequence[str] = ()) -> tuple[tuple[int, int], ...]:
    """Find where a quote uses the words, in any of their forms, and the phrases just so.

    >>> marked("Two reminders, one reminded.", ["reminder"])
    ((4, 13), (19, 27))
    >>> marked("One by one, two by two.", [], ["two by two"])
    ((12, 22),)
    """
    wanted = set(stems(words))
    spans = [(match.start(), match.end()) for match in WORD.finditer(quote)]
    forms = stems(quote[start:end].lower() for start, end in spans)
    just_so = [match.span() for phrase in phrases for match in exactly(phrase).finditer(quote)]
    found = [span for span, form in zip(spans, forms, strict=True) if form in wanted]
    return tuple(sorted({*just_so, *(s for s in found if not any(a <= s[0] and s[1] <= b for a, b in just_so))}))


def _hit(
    found: Found,
    segment: Segment,
    session: Session,
    study: Study,
    places: dict[tuple[int, int, int, int], Place],
    themes: tuple[ThemeTag, ...],
    sought: Sought,
) -> Hit:
    place = places[segment.text_id, segment.start, segment.first_turn, segment.last_turn]
    who = said_by(place.speaker, session.kind)
    by_words = KEYWORD in found.ranks
    marks = marked(segment.words, sought.words if by_words else (), sought.phrases)
    other = marked(segment.words, content_words(" ".join(sought.also))) if ALIAS in found.ranks else ()
    return Hit(
        segment_id=segment.id,
        session_id=session.id,
        source_id=session.source_id,
        source_name=place.source_name,
        start=segment.start,
        end=segment.end,
        quote=segment.words,
        asked=min(max(0, place.answered_at - segment.start), len(segment.words)),
        marks=marks or other,
        speaker=who,
        role=segment.role,
        turn=segment.first_turn,
        start_ms=place.start_ms,
        score=round(found.score, 4),
        arms=tuple(arm for arm in (KEYWORD, MEANING) if arm in found.ranks) or (KEYWORD,),
        why=_why(found, segment, marks, other, sought),
        themes=themes,
        citation=citation(study.title, who, session.occurred_on),
    )


def _why(
    found: Found, segment: Segment, marks: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]], sought: Sought
) -> str:
    parts = []
    if marks:
        parts.append("says " + _listed(segment.words, marks))
    if KEYWORD in found.ranks and (named := set(content_words(segment.speakers)) & set(sought.words)):
        parts.append("said by " + ", ".join(f"“{word}”" for word in sorted(named)))
    if fresh := [span for span in other if span not in marks]:
        parts.append(f"{'also ' if marks else ''}says {_listed(segment.words, fresh)}, another name for it")
    if found.cosine is not None:
        degree = "very close" if found.cosine >= 0.6 else "close" if found.cosine >= 0.4 else "loosely related"
        parts.append(f"{degree} in meaning")
    return " · ".join(parts)


def _listed(quote: str, spans: Sequence[tuple[int, int]]) -> str:
    used = list(dict.fromkeys(" ".join(quote[a:b].lower().split()) for a, b in spans))[:5]
    return ", ".join(f"“{word}”" for word in used)
