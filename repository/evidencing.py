"""What the material says on a question: quotes that answer it, from how many people, and what nobody spoke of.

Asking and planning stand on it. Every quote is a slice of the stored text; strength is a calibrated guess, never a promise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from nlp.words import stems, subject_words
from repository.domain.access import Viewer
from repository.passages import passages_of
from repository.retrieval import Findings, Scope, find
from repository.workspace import Workspace

#: Passages looked at for a question.
LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters [start, end) of a text that speak to a question; `words` is exactly that slice.

    `person` tells people apart (participant, else the session's speaker); `answers` is 0..1: how likely it is that these
    words answer the question.
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


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked through, and what was left out, as counts only."""

    studies: int = 0
    sessions: int = 0
    passages: int = 0
    used: int = 0
    excluded: int = 0


@dataclass(frozen=True, slots=True)
class Evidenced:
    """What was found on a question. `strength` 0..1: how likely it is that the material answers it at all.

    `quotes`, best first, are those that answer; `near`, best first, are about the same subject and do not. `unspoken` are
    the question's own words that no quote speaks of.
    """

    question: str
    strength: float
    quotes: tuple[Quote, ...]
    near: tuple[Quote, ...]
    unspoken: tuple[str, ...]
    coverage: Coverage
    notes: tuple[str, ...] = field(default=())

    @property
    def people(self) -> int:
        """Count the people whose words answer."""
        return len({quote.person for quote in self.quotes})

    @property
    def studies(self) -> int:
        """Count the studies the answering words come from."""
        return len({quote.study_id for quote in self.quotes})


def evidence(
    workspace: Workspace, viewer: Viewer, questions: Sequence[str], *, scope: Scope | None = None
) -> list[Evidenced]:
    """Say what the material holds on each question; many questions cost little more than one."""
    return [
        _one(workspace, viewer, question, find(workspace, viewer, question, scope=scope, limit=LOOKED_AT))
        for question in questions
    ]


def _one(workspace: Workspace, viewer: Viewer, question: str, findings: Findings) -> Evidenced:
    with workspace.read() as unit:
        passages = {one.id: one for one in passages_of(unit, viewer, [found.id for found in findings.found])}
        segments = {s.id: s for s in unit.segments.some(list(passages))}
        studies = {study.id: study.facts for study in unit.studies.all(viewer)}
    quotes = []
    for found in findings.found:
        if (one := passages.get(found.id)) is None:
            continue
        start = one.start + one.asked
        facts = studies[one.study_id]
        quotes.append(
            Quote(
                segment_id=one.id,
                study_id=one.study_id,
                study_title=one.study_title,
                session_id=one.session_id,
                session_title=one.session_title,
                text_id=segments[one.id].text_id,
                start=start,
                end=one.end,
                words=one.quote[one.asked :],
                person=f"{one.session_id}/{one.speaker}",
                speaker=one.speaker,
                account="",
                cohort=facts.cohort,
                method=facts.method,
                product_area=facts.product_area,
                occurred_on=one.occurred_on,
                start_ms=one.start_ms,
                citation=one.citation,
                answers=min(1.0, max(0.0, ((found.cosine or 0.0) - 0.2) / 0.6)),
            )
        )
    answering = tuple(sorted((q for q in quotes if q.answers >= 0.5), key=lambda q: -q.answers))
    spoken = set(stems(subject_words(" ".join(quote.words for quote in quotes))))
    words = subject_words(question)
    return Evidenced(
        question=question,
        strength=max((quote.answers for quote in quotes), default=0.0),
        quotes=answering,
        near=tuple(quote for quote in quotes if quote.answers < 0.5),
        unspoken=tuple(w for w, stem in zip(words, stems(words), strict=True) if stem not in spoken),
        coverage=Coverage(
            len({q.study_id for q in quotes}), len({q.session_id for q in quotes}), len(quotes), len(answering)
        ),
        notes=findings.notes,
    )
