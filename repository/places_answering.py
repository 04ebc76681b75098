"""Places of a text that may answer: one sentence or two neighbours of one person's turn, and what was asked before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from nlp.answering import joined
from nlp.embedding import Vectors
from nlp.language import sentence_spans
from repository.domain.access import Viewer
from repository.domain.study import Session, Study
from repository.domain.transcript import TurnKind
from repository.store.sayings import Saying
from repository.store.segments import Segment
from repository.store.unit import Unit
from repository.wording import citation, said_by

#: Words from which a sentence may stand alone; shorter ones only beside a neighbour.
ALONE = 6
#: Words up to which a line of notes that ends without a full stop is a heading.
HEADING = 12
#: Characters of a question that was put.
ASKED = 600


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters [start, end) of a text that speak to a question; `words` is exactly that slice.

    `person` tells people apart (participant, else the session's speaker); `answers` is 0..1: how likely it is that these
    words answer the question. `asked` is what the interviewer had asked before, "" if nothing.
    """

    segment_id: int
    study_id: int
    study_title: str
    session_id: int
    session_title: str
    text_id: int
    start: int
    end: int
    words: str
    person: str
    speaker: str
    account: str
    cohort: str
    method: str
    product_area: str
    occurred_on: date | None
    start_ms: int | None
    citation: str
    answers: float
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Characters [start, end) of a text, one or two sentences. `asked` is the question or heading before them."""

    segment: Segment
    session: Session
    study: Study
    saying: Saying
    start: int
    end: int
    words: str
    sentences: tuple[str, ...]
    asked: str
    start_ms: int | None

    @property
    def study_id(self) -> int:
        """Give the study's number."""
        return self.study.id

    def vector(self, vectors: Mapping[str, Vectors]) -> Vectors:
        """Give the unit vector (d,) of its sentences taken together."""
        own = np.stack([vectors[one] for one in self.sentences])
        return np.asarray(own[0] if len(own) == 1 else joined(own)[0], np.float32)

    def quote(self, answers: float) -> Quote:
        """Give it as a quote with its citation."""
        facts = self.study.facts
        speaker = said_by(self.saying.speaker, self.session.kind)
        return Quote(
            segment_id=self.segment.id,
            study_id=self.study.id,
            study_title=self.study.title,
            session_id=self.session.id,
            session_title=self.session.title,
            text_id=self.segment.text_id,
            start=self.start,
            end=self.end,
            words=self.words,
            person=self.saying.participant or f"{self.session.id}/{self.saying.speaker}",
            speaker=speaker,
            account=self.saying.account,
            cohort=self.saying.cohort or facts.cohort,
            method=facts.method,
            product_area=facts.product_area,
            occurred_on=self.session.occurred_on,
            start_ms=self.start_ms,
            citation=citation(self.study.title, speaker, self.session.occurred_on),
            answers=answers,
            asked=self.asked,
        )


def candidates_of(unit: Unit, viewer: Viewer, passages: Sequence[Sequence[int]]) -> list[list[Candidate]]:
    """Give, for each list of passages, the places in them, in a handful of statements."""
    segments = unit.segments.seen(viewer, {i for own in passages for i in own})
    sessions = {one.id: one for one in unit.sessions.some(viewer, {s.session_id for s in segments.values()})}
    studies = {study.id: study for study in unit.studies.all(viewer)}
    # One turn earlier, too: it may be the question.
    turns = unit.sayings.turns([(s.text_id, max(0, s.first_turn - 1), s.last_turn) for s in segments.values()])
    bodies = unit.sayings.bodies({s.text_id for s in segments.values()})
    places = unit.places.of([(s.text_id, s.start, s.first_turn, s.last_turn) for s in segments.values()])
    parts = []
    for s in segments.values():
        asked = ""
        for idx in range(max(0, s.first_turn - 1), s.last_turn + 1):
            if (said := turns.get((s.text_id, idx))) is None:
                continue
            words = bodies[s.text_id][said.start : said.end]
            if said.asks or _is_heading(said, words):
                asked = words[-ASKED:].strip()
            elif idx >= s.first_turn and said.kind not in (TurnKind.SYSTEM, TurnKind.EVENT):
                parts.append((s, said, max(s.start, said.start), min(s.end, said.end), asked))
    spans = sentence_spans([bodies[s.text_id][a:b] for s, _, a, b, _ in parts])
    found: dict[int, list[Candidate]] = {}
    for (s, said, start, _, asked), own in zip(parts, spans, strict=True):
        session = sessions[s.session_id]
        place = places[s.text_id, s.start, s.first_turn, s.last_turn]
        body = bodies[s.text_id]
        sentences = [(start + a, start + b) for a, b in own]
        for first, last in _windows([body[a:b] for a, b in sentences]):
            a, b = sentences[first][0], sentences[last][1]
            each = tuple(body[x:y] for x, y in sentences[first : last + 1])
            where = (s, session, studies[s.study_id], said)
            found.setdefault(s.id, []).append(Candidate(*where, a, b, body[a:b], each, asked, place.start_ms))
    return [[one for i in own for one in found.get(i, ())] for own in passages]


def _is_heading(said: Saying, words: str) -> bool:
    short = len(words.split()) <= HEADING and not words.rstrip().endswith((".", "!", "?", "…", "”", '"', ";"))
    return said.kind is TurnKind.NOTE and short and not words.lstrip().startswith(("-", "•", "–"))


def _windows(sentences: Sequence[str]) -> list[tuple[int, int]]:
    """Give first and last of every sentence that may stand alone and of every two neighbours; of a lone one, itself."""
    alone = [i for i, words in enumerate(sentences) if len(words.split()) >= ALONE or len(sentences) == 1]
    return [*((i, i) for i in alone), *((i, i + 1) for i in range(len(sentences) - 1))]
