"""What the material says on a question: quotes that answer it, from how many people, and what nobody spoke of.

Asking and planning stand on it. Every quote is a slice of the stored text on sentence edges and within one person's turn;
strength is a calibrated guess, never a promise (docs/explanation/asking.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from nlp import answering
from nlp.answering import Signals, strength
from nlp.embedding import Vectors
from nlp.words import content_words
from repository.cohort_matching import Names, fits, named_in, split
from repository.consent import may_quote
from repository.domain.access import Viewer
from repository.errors import Unavailable
from repository.meanings import meanings
from repository.places_answering import Candidate, Quote, candidates_of
from repository.retrieval import Scope, find
from repository.workspace import Workspace

__all__ = ["ENOUGH", "LIKELY", "READ", "Coverage", "Evidenced", "Quote", "evidence", "whole"]

#: Passages that are looked at for a question; their sentences are compared with it one by one.
LOOKED_AT = 12
#: Strength from which quotes count among the answers, and from which the material may be said to answer: on the questions
#: it was fitted to, one in twenty that nobody answers comes above the latter.
LIKELY, ENOUGH = 0.5, 0.75
#: Quotes given at most, those that answer and those that are near.
ANSWERING, NEAR = 30, 12
#: What a place's surroundings, and the question that was put before it, count beside its own words.
AROUND, PUT = 0.5, 0.3
#: Share of the strength from which a quote counts among the answers.
OWN = 0.7
#: Places, the best, in which the question's words are looked for.
READ_FOR_WORDS = 10
#: Quotes of one passage at most.
OF_ONE = 2
#: Characters of a question that are looked at: models read no more.
READ = 1_000


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked through, and what was left out, as counts only.

    `used`: quotes that answer. `excluded`: sessions whose consent forbids quoting; what the viewer may not see is not
    counted anywhere.
    """

    studies: int = 0
    sessions: int = 0
    passages: int = 0
    used: int = 0
    excluded: int = 0


@dataclass(frozen=True, slots=True)
class Evidenced:
    """What was found on a question. `strength` 0..1: how likely it is that the material answers it at all.

    `quotes`, best first, are those that answer; `near`, best first, are about the same subject and do not. `unspoken` are
    the question's own words that no quote speaks of; `differs` says in words what keeps near quotes from answering;
    `signals` is what the strength was computed from.
    """

    question: str
    strength: float
    quotes: tuple[Quote, ...]
    near: tuple[Quote, ...]
    unspoken: tuple[str, ...]
    coverage: Coverage
    notes: tuple[str, ...] = field(default=())
    differs: tuple[str, ...] = field(default=())
    signals: Signals = field(default=Signals())

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
    scope = scope or Scope()
    with workspace.read() as unit:
        held = unit.segments.sessions_in_scope(viewer, studies=scope.studies, since=scope.since, until=scope.until)
        sessions = {one.id: one for one in unit.sessions.some(viewer, held)}
        open_to = [i for i, one in sessions.items() if may_quote(one.consent)]
        if scope.sessions is not None:
            open_to = [i for i in open_to if i in scope.sessions]
        searched = unit.sayings.searched(open_to)
        studies = {study.id: study.facts for study in unit.studies.all(viewer)}
        cohorts = {account.cohort for account in unit.people.accounts()}
    coverage = Coverage(
        searched.studies,
        searched.sessions,
        searched.passages,
        0,
        sum(not may_quote(one.consent) for one in sessions.values()),
    )
    cohorts |= {part for facts in studies.values() for part in split(facts.cohort)}
    if coverage.excluded:
        scope = replace(scope, sessions=frozenset(open_to))
    asked = [" ".join(whole(question).split())[:READ] for question in questions]
    findings = [find(workspace, viewer, one, scope=scope, limit=LOOKED_AT) for one in asked]
    with workspace.read() as unit:
        candidates = candidates_of(unit, viewer, [[one.id for one in found.found] for found in findings])
    vectors = _vectors(workspace, asked, candidates, [q for facts in studies.values() for q in facts.questions])
    told = []
    for question, words, own, found in zip(questions, asked, candidates, findings, strict=True):
        research = {i: facts.questions for i, facts in studies.items()}
        one = _told(question, words, own, vectors, research, found.notes)
        told.append(_only_named(one, named_in(words, sorted(cohorts - {""})), coverage))
    return told


def whole(question: str) -> str:
    """Leave out halves of characters, which no model reads."""
    return question.encode("utf-8", "ignore").decode()


def _vectors(
    workspace: Workspace, asked: Sequence[str], candidates: Sequence[Sequence[Candidate]], research: Sequence[str]
) -> dict[str, Vectors]:
    """Give the vector of everything that is compared, in one batch; empty while there is no model."""
    if workspace.embedder_if_ready() is None:
        return {}
    texts = dict.fromkeys(asked)
    for own in candidates:
        for one in own:
            texts |= dict.fromkeys((*one.sentences, *([one.asked] if one.asked else ())))
    try:
        return meanings(workspace, [*texts, *research])
    except Unavailable:
        return {}


def _told(
    question: str,
    words: str,
    candidates: Sequence[Candidate],
    vectors: Mapping[str, Vectors],
    research: Mapping[int, tuple[str, ...]],
    notes: tuple[str, ...],
) -> Evidenced:
    """Weigh the places of one question against each other, and choose the quotes."""
    _, lacking = answering.spoken(words, ())
    empty = Evidenced(question, 0.0, (), (), lacking, Coverage(), notes)
    if not candidates or not content_words(words):
        return empty
    _, unspoken = answering.spoken(words, [one.words for one in candidates] + [one.asked for one in candidates])
    if words not in vectors:
        return replace(empty, near=tuple(_apart([one.quote(0.0) for one in candidates])[:NEAR]), unspoken=unspoken)
    own = vectors[words]
    places = np.stack([one.vector(vectors) for one in candidates])
    cosines = np.asarray(places @ own, np.float32)
    around = answering.together(places, [one.segment.id for one in candidates]) @ own
    put = np.array([float(vectors[one.asked] @ own) if one.asked else 0.0 for one in candidates])
    # What stands around a sentence tells what it is about, too.
    order = np.argsort(-(cosines + AROUND * around + PUT * put), kind="stable")
    studied = [
        float(vectors[q] @ own) for study in {one.study_id for one in candidates} for q in research.get(study, ())
    ]
    share, _ = answering.spoken(words, [candidates[i].words for i in order[:READ_FOR_WORDS]])
    signals = Signals(float(cosines.max()), max(0.0, float(put.max())), max(studied, default=0.0), share)
    likely = strength(signals)
    # A place is as likely an answer as the material would be if it were the best there is.
    quotes = [candidates[i].quote(min(likely, strength(replace(signals, best=float(cosines[i]))))) for i in order]
    apart = _apart(quotes)
    answer = tuple(one for one in apart if likely >= LIKELY and one.answers >= OWN * likely)[:ANSWERING]
    near = tuple(one for one in apart if one not in answer)[:NEAR]
    return Evidenced(question, likely, answer, near, unspoken, Coverage(), notes, (), signals)


def _apart(quotes: Sequence[Quote]) -> list[Quote]:
    """Leave out what lies over better words, and more than a few of one passage."""
    kept: list[Quote] = []
    for one in quotes:
        beside = [other for other in kept if other.segment_id == one.segment_id]
        over = any(o.text_id == one.text_id and one.start < o.end and o.start < one.end for o in kept)
        if not over and len(beside) < OF_ONE:
            kept.append(one)
    return kept


def _only_named(told: Evidenced, named: tuple[str, ...], coverage: Coverage) -> Evidenced:
    """Keep as answers what comes from the cohort that the question itself names; the rest is near, and why is said."""
    quotes, near, differs, likely = told.quotes, told.near, told.differs, told.strength
    if named:
        names = Names(named)
        others = tuple(one for one in quotes if not fits(names, one.cohort))
        quotes = tuple(one for one in quotes if one not in others)
        near = (*others, *near)[:NEAR]
        if others and not quotes:
            whose = ", ".join(sorted({one.cohort for one in others}))
            differs, likely = (f"other cohort: {whose}, not {', '.join(named)}",), min(likely, LIKELY / 2)
    return replace(
        told,
        quotes=quotes,
        near=near,
        strength=likely,
        differs=differs,
        coverage=replace(coverage, used=len(quotes)),
    )
