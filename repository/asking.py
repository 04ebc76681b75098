"""Ask: an answer made of what participants said, word for word, or a clear no.

An answer is a few claims, each headed by the most central of its quotes. Nothing is worded by a machine, unless a language
model is named in the settings, and then what it writes must quote exactly (repository/rephrasing.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from nlp.answering import grouped
from nlp.language import detect_language
from nlp.opposing import opposed
from nlp.words import content_words, stems, subject_words
from repository import gaps
from repository.domain.access import Viewer
from repository.errors import Unavailable
from repository.evidencing import ENOUGH, LIKELY, READ, Coverage, Evidenced, Quote, evidence, whole
from repository.insight_finding import FoundInsight, find_insights
from repository.meanings import meanings
from repository.quoting import balanced
from repository.rephrasing import Rephrased, rephrased
from repository.retrieval import Scope
from repository.study_finding import FoundStudy, find_studies
from repository.workspace import Workspace

#: Cosine from which two quotes make the same claim.
ALIKE = 0.55
#: Claims, quotes of a claim, contradictions, insights, near quotes and studies shown.
CLAIMS, QUOTES, AGAINST, INSIGHTS, NEAR, STUDIES = 6, 6, 4, 3, 5, 3
#: Cosine from which two quotes speak of the same thing, so that they may disagree on it.
SAME_THING = 0.35
#: How sure it must be that a question is not in English.
FOREIGN = 0.9
LANGUAGES = {"de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese", "pl": "Polish",
             "sv": "Swedish", "da": "Danish", "ru": "Russian", "zh": "Chinese", "ja": "Japanese", "ar": "Arabic", "tr": "Turkish"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """Quotes that say the same; the first heads them. Participants, accounts and studies are those of all its quotes."""

    quotes: tuple[Quote, ...]
    participants: int
    accounts: int
    studies: int

    @property
    def head(self) -> Quote:
        """Give the quote that heads it."""
        return self.quotes[0]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two quotes of two people that disagree, and in what."""

    one: Quote
    other: Quote
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a question. `answered` False: the material does not answer it, and `near` is only near.

    `strength` 0..1 is how likely it is that the material answers; `covered` says in a sentence what was looked through;
    `studies` are those whose own questions come nearest.
    """

    question: str
    answered: bool
    strength: float
    claims: tuple[Claim, ...]
    disagreements: tuple[Disagreement, ...]
    insights: tuple[FoundInsight, ...]
    near: tuple[Quote, ...]
    unspoken: tuple[str, ...]
    coverage: Coverage
    covered: str
    notes: tuple[str, ...] = field(default=())
    studies: tuple[FoundStudy, ...] = ()
    rephrased: Rephrased | None = None

    @property
    def perhaps(self) -> bool:
        """Say whether the nearest quotes may answer, though it is not sure enough to say so."""
        return not self.answered and self.strength >= LIKELY and bool(self.near)

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """Give every quote that is shown as an answer."""
        return tuple(quote for claim in self.claims for quote in claim.quotes)


def ask(workspace: Workspace, viewer: Viewer, question: str, *, scope: Scope | None = None) -> Answer:
    """Answer a question from what participants said, or say that it is not answered."""
    question = whole(question)
    notes = list(_remarks(question))
    if not content_words(question[:READ]):
        return Answer(question, False, 0.0, (), (), (), (), (), Coverage(), "", tuple(notes))
    [told] = evidence(workspace, viewer, [question], scope=scope)
    foreign = _language(question)
    answered = told.strength >= ENOUGH and bool(told.quotes) and not foreign
    claims = _claims(workspace, told.quotes) if answered else ()
    answer = Answer(
        question=question,
        answered=answered,
        strength=0.0 if foreign else told.strength,
        claims=claims,
        disagreements=_disagreements(workspace, question, told.quotes) if answered else (),
        insights=tuple(find_insights(workspace, viewer, question[:READ], INSIGHTS)),
        near=(told.near if answered else (*told.quotes, *told.near))[:NEAR],
        unspoken=() if foreign else told.unspoken,
        coverage=told.coverage if answered else _unused(told.coverage),
        covered=covered(told, answered),
        notes=(*notes, *told.notes, *told.differs),
        studies=_studies(workspace, viewer, question),
    )
    if not answered:
        return answer
    return replace(answer, rephrased=rephrased(workspace, question[:READ], answer.quotes))


def tell(workspace: Workspace, answer: Answer) -> None:
    """Count the question, and keep it as a gap if it was not answered; without who asked."""
    if not content_words(answer.question[:READ]):
        return
    known = answer.answered or answer.perhaps or bool(answer.insights)
    try:
        with workspace.write() as unit:
            gaps.tally(unit, gaps.ASK, known, workspace.clock().date())
            if not known and not _language(answer.question):
                gaps.note(unit, workspace, answer.question[:READ], gaps.ASK)
    except Unavailable:  # an answer is worth more than that it was counted
        return


def covered(told: Evidenced, answered: bool) -> str:
    """Say in a sentence what was looked through, and what came of it; counts only."""
    one = told.coverage
    if not one.passages:
        return "There is nothing to look through yet."
    said = f"Looked through {_many(one.passages, 'passage')} of {_many(one.sessions, 'transcript')} in {_many(one.studies, 'study')}"
    if answered:
        said += f"; {_many(len(told.quotes), 'quote')} of {_many(told.people, 'person')} from {_many(told.studies, 'study')} answer"
    else:
        said += "; nothing there is sure enough to be called an answer"
    left = (
        f" {_many(one.excluded, 'transcript')} left out, for consent to them forbids quoting." if one.excluded else ""
    )
    return said + "." + left


def _studies(workspace: Workspace, viewer: Viewer, question: str) -> tuple[FoundStudy, ...]:
    with workspace.read() as unit:
        seen = unit.studies.all(viewer)
    return find_studies(workspace, seen, question[:READ], STUDIES)


def _remarks(question: str) -> list[str]:
    notes = []
    if not question.strip():
        notes.append("Ask a question, for example: Why do people not connect their calendar?")
    elif not content_words(question[:READ]):
        notes.append("These words say nothing about a subject. Name what you want to know about.")
    if len(question) > READ:
        notes.append(f"Only the first {READ:,} characters of the question were looked at.")
    if language := _language(question):
        notes.append(
            f"This looks like {LANGUAGES.get(language, 'another language')}. Questions are understood in English only: in other "
            "languages Cairn finds quotes that hold your words, but cannot tell whether they answer."
        )
    return notes


def _language(question: str) -> str:
    """Give the code of the question's language, "" where it is English or cannot be told."""
    language, sure = detect_language(question[:READ])
    return language if language not in ("", "en") and sure >= FOREIGN else ""


def _unused(coverage: Coverage) -> Coverage:
    return Coverage(coverage.studies, coverage.sessions, coverage.passages, 0, coverage.excluded)


def _vectors(workspace: Workspace, quotes: Sequence[Quote]) -> np.ndarray:
    known = meanings(workspace, [quote.words for quote in quotes])
    return np.stack([known[quote.words] for quote in quotes])


def _claims(workspace: Workspace, quotes: Sequence[Quote]) -> tuple[Claim, ...]:
    """Group the quotes by what they say; of each claim nobody has many more quotes than anybody else."""
    try:
        groups = grouped(_vectors(workspace, quotes), np.array([quote.answers for quote in quotes], np.float32), ALIKE)
    except Unavailable:
        groups = [[i] for i in range(len(quotes))]
    found = [tuple(quotes[i] for i in group) for group in groups]
    found.sort(key=lambda own: (-len({quote.person for quote in own}), -max(quote.answers for quote in own)))
    return tuple(
        Claim(
            quotes=tuple(balanced(own, whose=lambda quote: quote.person)[:QUOTES]),
            participants=len({quote.person for quote in own}),
            accounts=len({quote.account for quote in own if quote.account}),
            studies=len({quote.study_id for quote in own}),
        )
        for own in found[:CLAIMS]
    )


def _disagreements(workspace: Workspace, question: str, quotes: Sequence[Quote]) -> tuple[Disagreement, ...]:
    """Find pairs of people who disagree on what was asked about, the surest first."""
    try:
        vectors = _vectors(workspace, quotes)
    except Unavailable:
        return ()
    subject = set(stems(subject_words(question)))
    found = []
    for i, j in combinations(range(len(quotes)), 2):
        one, other = quotes[i], quotes[j]
        if one.person == other.person or float(vectors[i] @ vectors[j]) < SAME_THING:
            continue
        if why := opposed(one.words, other.words, subject):
            found.append(Disagreement(one, other, why))
    return tuple(found[:AGAINST])


def _many(n: int, what: str) -> str:
    more = {"study": "studies", "person": "people"}.get(what, what + "s")
    return f"{n:,} {what if n == 1 else more}"
