"""What the material says on a question: exact slices of what participants said, from whom, within what may be seen."""

from itertools import pairwise

import pytest

from nlp.embedding import Embedder
from nlp.language import sentence_spans
from repository.codebook import ensure_codebook
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.evidencing import Evidenced, evidence
from repository.settings import Settings
from repository.workspace import Workspace
from tests.builders import a_session, a_study

DESK = """Interviewer: How do you send reminders to your patients?
P02: We send a text message two days ahead. Nobody reads the letters any more. The printer is broken anyway.
Interviewer: Would you like a dashboard for the hospital?
P02: Mm. I have no opinion on that.
P03: The text goes out at ten in the morning, and if they answer it we see a tick.
"""
QUESTIONS = (
    "What were they afraid of when connecting the calendar?",
    "When is a text message sent?",
    "Who repairs the roof?",
)


@pytest.fixture
def real(settings: Settings, minilm: Embedder) -> Workspace:
    """A repository with the real model, for meaning matters here."""
    opened = Workspace(settings, embedder=minilm)
    ensure_codebook(opened)
    return opened


def _every(told: list[Evidenced]) -> list:  # type: ignore[type-arg]
    return [quote for one in told for quote in (*one.quotes, *one.near)]


def test_every_quote_is_a_slice_on_sentence_edges_of_what_a_participant_said(workspace: Workspace) -> None:
    a_session(workspace, a_study(workspace))
    a_session(workspace, a_study(workspace, "Reminders"), DESK, name="p02.txt")
    quotes = _every(evidence(workspace, LOCAL_ADMIN, QUESTIONS))
    assert len(quotes) > 5
    with workspace.read() as unit:
        for quote in quotes:
            revision = unit.sessions.revision(quote.text_id)
            assert revision is not None
            assert revision.body[quote.start : quote.end] == quote.words
            [turn] = [one for one in revision.turns if one.start <= quote.start and quote.end <= one.end]
            assert turn.speaker is not None and revision.speakers[turn.speaker].label != "Interviewer"
            [spans] = sentence_spans([revision.body[turn.start : turn.end]])
            assert quote.start - turn.start in {start for start, _ in spans}
            assert quote.end - turn.start in {end for _, end in spans}


def test_no_two_quotes_of_a_question_overlap(workspace: Workspace) -> None:
    a_session(workspace, a_study(workspace))
    [told] = evidence(workspace, LOCAL_ADMIN, [QUESTIONS[0]])
    spans = sorted((q.text_id, q.start, q.end) for q in _every([told]))
    assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(spans))


def test_a_participant_is_one_person_across_sessions_with_account_and_cohort(workspace: Workspace) -> None:
    study = a_study(workspace, cohort="group practice", method="interview", product_area="reminders")
    first, second = (a_session(workspace, study, DESK, name=f"{n}.txt") if n == 1 else
                     a_session(workspace, study, DESK.replace("printer", "fax"), name=f"{n}.txt") for n in (1, 2))  # fmt: skip
    with workspace.write() as unit:
        account = unit.people.add_account("A1", "Oakbank", "hospital")
        number = unit.people.add_participant("P77", "nurse", account)
        for session in (first, second):
            unit.people.link(session.id, "P02", number)
    quotes = _every(evidence(workspace, LOCAL_ADMIN, [QUESTIONS[1]]))
    linked = [quote for quote in quotes if quote.speaker == "P77"]
    assert {quote.session_id for quote in linked} == {first.id, second.id}
    assert {(q.person, q.account, q.cohort, q.method, q.product_area) for q in linked} == {
        ("P77", "Oakbank", "hospital", "interview", "reminders")
    }
    others = {(quote.person, quote.cohort) for quote in quotes if quote.speaker == "P03"}
    assert others == {(f"{first.id}/P03", "group practice"), (f"{second.id}/P03", "group practice")}


def test_hidden_studies_are_neither_quoted_nor_counted(workspace: Workspace) -> None:
    seen, hidden = a_study(workspace), a_study(workspace, "Reminders")
    a_session(workspace, seen)
    a_session(workspace, hidden, DESK, name="p02.txt")
    viewer = Viewer("reader", PersonRole.READER, frozenset((seen.id,)))
    told = evidence(workspace, viewer, QUESTIONS)
    assert {quote.study_id for quote in _every(told)} == {seen.id}
    assert {(one.coverage.studies, one.coverage.sessions, one.coverage.excluded) for one in told} == {(1, 1, 0)}


def test_what_may_not_be_quoted_is_left_out_and_counted(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    study = a_study(workspace)
    a_session(workspace, study)
    a_session(workspace, study, DESK, name="p02.txt")
    monkeypatch.setattr("repository.evidencing.may_quote", lambda consent: False)
    [told] = evidence(workspace, LOCAL_ADMIN, [QUESTIONS[0]])
    assert not _every([told])
    assert (told.coverage.passages, told.coverage.excluded) == (0, 2)


def test_what_comes_from_another_cohort_than_the_question_names_is_only_near(real: Workspace) -> None:
    a_session(real, a_study(real, "Reminders", cohort="small practice"), DESK, name="p02.txt")
    a_study(real, "Hospitals", cohort="hospital")
    [plain, named] = evidence(
        real, LOCAL_ADMIN, ["When do you send a text message?", "When do you send a text message in a hospital?"]
    )
    assert plain.quotes
    assert not named.quotes and named.near
    assert named.strength < 0.5


def test_the_words_nobody_spoke_of_are_named(real: Workspace) -> None:
    a_session(real, a_study(real, "Reminders"), DESK, name="p02.txt")
    [told] = evidence(real, LOCAL_ADMIN, ["Do pharmacists send text messages?"])
    assert told.unspoken == ("pharmacists",)


def test_the_real_model_finds_the_answer_in_other_words(real: Workspace) -> None:
    study = a_study(real)
    a_session(real, study)
    a_session(real, study, DESK, name="p02.txt")
    afraid, unrelated = evidence(
        real, LOCAL_ADMIN, ["What did people fear would happen to their bookings?", "Who repairs the roof?"]
    )
    first = (*afraid.quotes, *afraid.near)[0]
    assert "afraid it would overwrite" in first.words
    assert afraid.strength > unrelated.strength
    assert not unrelated.quotes


def test_many_questions_are_what_each_is_alone(workspace: Workspace) -> None:
    a_session(workspace, a_study(workspace))
    together = evidence(workspace, LOCAL_ADMIN, QUESTIONS)
    alone = [evidence(workspace, LOCAL_ADMIN, [question])[0] for question in QUESTIONS]
    assert [one.near for one in together] == [one.near for one in alone]
    assert evidence(workspace, LOCAL_ADMIN, []) == []
    assert [one.strength for one in evidence(workspace, LOCAL_ADMIN, ["", "of the", "?"])] == [0, 0, 0]


def test_an_empty_repository_answers_nothing(workspace: Workspace) -> None:
    [told] = evidence(workspace, LOCAL_ADMIN, ["Why?"])
    assert (told.quotes, told.near, told.strength, told.coverage.passages) == ((), (), 0.0, 0)
