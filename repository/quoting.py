"""Quotes of a code: the same words once, ordered, balanced over the people who say them, and with their citation."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from repository.codebook import Codebook
from repository.domain.access import Viewer
from repository.domain.coding import Reason
from repository.store.prevalence import Mention
from repository.store.unit import Unit
from repository.wording import citation, said_by

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Words:
    """Characters of a text with everything that was put on just these, and who says most of them.

    `person` is the participant; where none is known, the session: its unnamed speakers are one.
    """

    session_id: int
    study_id: int
    text_id: int
    start: int
    end: int
    occurred_on: date | None
    person: str
    mentions: tuple[Mention, ...]

    @property
    def span(self) -> tuple[int, int, int]:
        """Give text, start and end."""
        return self.text_id, self.start, self.end

    @property
    def coders(self) -> int:
        """Count the people who coded these words."""
        return len({mention.coder for mention in self.mentions if not mention.machine})

    @property
    def score(self) -> float:
        """Give the machine's best score."""
        return max((mention.score or 0.0 for mention in self.mentions), default=0.0)


@dataclass(frozen=True, slots=True)
class QuoteMark:
    """One code on a quote: put there by a person, or suggested by the machine for a reason."""

    slug: str
    name: str
    coder: str
    suggested: bool
    score: float | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class ThemeQuote:
    """A quote under a theme. `asked`: so many characters at its beginning are the interviewer's question.

    `marks` is what was put on it, people's first; `why` says what makes it worth reading where that is not plain, and
    `spot` where in the quote.
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
    quote: str
    asked: int
    marks: tuple[QuoteMark, ...]
    citation: str
    why: str = ""
    spot: tuple[int, int] = (0, 0)


def grouped(mentions: Iterable[Mention], main: Mapping[tuple[bool, int], str]) -> list[Words]:
    """Bring together what was put on the same words; `main` is the person who says most of a mention."""
    groups: dict[tuple[int, int, int], list[Mention]] = {}
    for mention in mentions:
        groups.setdefault((mention.text_id, mention.start, mention.end), []).append(mention)
    return [_words(group, main.get(group[0].key, f"session {group[0].session_id}")) for group in groups.values()]


def _words(group: Sequence[Mention], person: str) -> Words:
    first = group[0]
    where = (first.session_id, first.study_id, first.text_id, first.start, first.end, first.occurred_on)
    return Words(*where, person, tuple(group))


def strongest(words: Iterable[Words]) -> list[Words]:
    """Order by how many people coded them so, then by the machine's score."""
    return sorted(words, key=lambda one: (-one.coders, -one.score, one.text_id, one.start))


def newest(words: Iterable[Words]) -> list[Words]:
    """Order by day, the last first; within a day the strongest first; what has no day comes last."""
    return sorted(strongest(words), key=lambda one: one.occurred_on or date.min, reverse=True)


def apart(words: Iterable[Words]) -> list[Words]:
    """Leave out what lies over words that came before: nobody reads the same sentence twice."""
    taken: dict[int, list[tuple[int, int]]] = {}
    found = []
    for one in words:
        spans = taken.setdefault(one.text_id, [])
        if all(one.start >= end or one.end <= start for start, end in spans):
            spans.append((one.start, one.end))
            found.append(one)
    return found


def balanced(ranked: Iterable[T], whose: Callable[[T], str]) -> list[T]:
    """Take turns: everybody's best, then everybody's second; nobody has more than one more than anybody else.

    >>> balanced(["a1", "a2", "b1", "a3", "a4"], whose=lambda quote: quote[0])
    ['a1', 'b1', 'a2']
    """
    piles: dict[str, list[T]] = {}
    for one in ranked:
        piles.setdefault(whose(one), []).append(one)
    rounds = min(map(len, piles.values()), default=0) + 1
    return [pile[turn] for turn in range(rounds) for pile in piles.values() if turn < len(pile)]


def quotes(unit: Unit, viewer: Viewer, codebook: Codebook, chosen: Sequence[Words]) -> tuple[ThemeQuote, ...]:
    """Give quotes with their words, places and reasons; a handful of statements, however many they are."""
    sessions = {session.id: session for session in unit.sessions.some(viewer, {one.session_id for one in chosen})}
    studies = {study.id: study for study in unit.studies.all(viewer)}
    spans = unit.places.spans([one.span for one in chosen])
    places = unit.places.of([(one.text_id, one.start, *spans[one.span].turns) for one in chosen])
    suggested = [mention.id for one in chosen for mention in one.mentions if mention.machine]
    reasons = unit.prevalence.reasons(suggested) if suggested else {}
    found = []
    for one in chosen:
        said = spans[one.span]
        place = places[one.text_id, one.start, *said.turns]
        session, study = sessions[one.session_id], studies[one.study_id]
        who = said_by(place.speaker, session.kind)
        found.append(
            ThemeQuote(
                session_id=session.id,
                session_title=session.title,
                study_id=study.id,
                study_title=study.title,
                occurred_on=session.occurred_on,
                speaker=who,
                start=one.start,
                end=one.end,
                start_ms=place.start_ms,
                quote=said.words,
                asked=min(max(0, place.answered_at - one.start), len(said.words)),
                marks=tuple(_mark(codebook, mention, reasons) for mention in one.mentions),
                citation=citation(study.title, who, session.occurred_on),
            )
        )
    return tuple(found)


def _mark(codebook: Codebook, mention: Mention, reasons: Mapping[int, Reason]) -> QuoteMark:
    facts = codebook.by_id[mention.code_id].facts
    reason = reasons.get(mention.id, Reason()) if mention.machine else Reason()
    return QuoteMark(facts.slug, facts.name, mention.coder, mention.machine, mention.score, reason)
