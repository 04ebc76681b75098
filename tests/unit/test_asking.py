"""Ask: claims made of quotes, both sides where people disagree, or a clear no that is kept as a gap."""

import pytest

from nlp.embedding import Embedder
from repository import gaps
from repository.asking import Answer, ask, tell
from repository.codebook import ensure_codebook
from repository.domain.access import LOCAL_ADMIN
from repository.errors import Unavailable
from repository.settings import Settings
from repository.workspace import Workspace
from tests.builders import a_session, a_study

REMINDERS = """Interviewer: How do you find the price of text messages?
P02: I think the price of the text messages is fair, we pay five pence for each. It pays for itself.
Interviewer: And you?
P03: The price of the text messages is not fair at all. Nobody told us that a long message counts twice.
"""


@pytest.fixture
def filled(settings: Settings, minilm: Embedder) -> Workspace:
    """Two studies, read with the real model."""
    opened = Workspace(settings, embedder=minilm)
    ensure_codebook(opened)
    a_session(opened, a_study(opened))
    a_session(opened, a_study(opened, "Prices"), REMINDERS, name="p02.txt")
    return opened


@pytest.fixture
def fair(filled: Workspace) -> Answer:
    return ask(filled, LOCAL_ADMIN, "Is the price of text messages fair?")


def test_an_answer_is_made_of_what_participants_said(fair: Answer) -> None:
    assert fair.answered
    said = {quote.words for claim in fair.claims for quote in claim.quotes}
    assert any("is fair" in words for words in said) and all(words in REMINDERS for words in said)
    assert "answer." in fair.covered


def test_claims_count_people_and_studies(fair: Answer) -> None:
    for claim in fair.claims:
        assert claim.participants == len({quote.person for quote in claim.quotes})
        assert claim.studies == len({quote.study_id for quote in claim.quotes})


def test_both_sides_are_shown_where_people_disagree(fair: Answer) -> None:
    one = fair.disagreements[0]
    assert {one.one.speaker, one.other.speaker} == {"P02", "P03"}
    assert "fair" in one.why


def test_what_nobody_spoke_of_is_refused_said_and_kept_as_a_gap(filled: Workspace) -> None:
    answer = ask(filled, LOCAL_ADMIN, "Do veterinarians send text messages about horses?")
    tell(filled, answer)
    assert not answer.answered and not answer.claims
    assert answer.near and not answer.perhaps  # offered, and called near
    assert "nothing there is sure enough" in answer.covered
    assert "veterinarians" in answer.unspoken
    [gap] = gaps.known_gaps(filled, 5)
    assert gap.where == gaps.ASK and "horses" in gap.words


def test_an_answered_question_is_no_gap(filled: Workspace, fair: Answer) -> None:
    tell(filled, fair)
    assert gaps.known_gaps(filled, 5) == []
    assert gaps.gaps(filled).tallies["ask"] == (1, 0)


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("", "Ask a question"),
        ("   ", "Ask a question"),
        ("of the and with", "say nothing about a subject"),
        ("why is it? " * 1_000, "say nothing about a subject"),
        ("price " * 2_000, "Only the first 1,000 characters"),
        ("Warum verbinden die Praxen ihren Kalender nicht, und was befürchten sie dabei?", "German"),
        ("???", "say nothing about a subject"),
        ("\ud800 price", ""),
    ],
)
def test_whatever_is_asked_gets_a_clear_answer(filled: Workspace, question: str, note: str) -> None:
    answer = ask(filled, LOCAL_ADMIN, question)
    tell(filled, answer)
    assert any(note in one for one in answer.notes) or not note
    assert not answer.answered or note == "Only the first 1,000 characters"


def test_an_answer_is_shown_though_it_could_not_be_counted(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise Unavailable("The disk is full.")

    opened = Workspace(settings)
    answer = ask(opened, LOCAL_ADMIN, "Is the price fair?")
    monkeypatch.setattr(gaps, "tally", full)
    tell(opened, answer)
    assert gaps.known_gaps(opened, 5) == []


def test_without_a_model_the_quotes_are_near_and_why_is_said(settings: Settings) -> None:
    opened = Workspace(settings)
    a = ask(opened, LOCAL_ADMIN, "Is the price fair?")
    assert not a.answered and "nothing to look through" in a.covered
