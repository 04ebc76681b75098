"""Pages of studies and transcripts: whole, true to the text, and only of what the viewer may see."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from repository import reading, studies
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.study import Session
from repository.domain.transcript import Role
from repository.errors import NotFound
from repository.reading import language_note
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_job, a_session, a_study, done
from tests.unit.test_suggesting import TOLD
from tests.unit.test_theming import code_by_hand

TIMED = """WEBVTT

00:00:01.000 --> 00:00:05.000
<v Interviewer>What keeps you from connecting your calendar?

00:00:06.000 --> 00:02:30.000
<v P01>I was afraid it would overwrite the appointments we already have.
"""


@pytest.fixture
def two(workspace: Workspace) -> Iterator[tuple[Session, Session]]:
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, threshold=0.05))
    one = a_session(workspace, a_study(workspace, "One"), TOLD, on=date(2026, 3, 1))
    other = a_session(
        workspace, a_study(workspace, "Two"), TOLD.replace("P01", "P02"), name="p02.txt", on=date(2026, 4, 1)
    )
    yield one, other


def seeing(session: Session) -> Viewer:
    return Viewer("ana", PersonRole.READER, frozenset({session.study_id}))


def test_a_list_of_studies_counts_what_is_in_them(workspace: Workspace, two: tuple[Session, Session]) -> None:
    a_job(workspace, a_study(workspace, "Waiting"))
    cards = {card.study.title: card for card in reading.studies(workspace, LOCAL_ADMIN)}
    assert (cards["One"].sessions, cards["One"].participants, cards["One"].sources_pending) == (1, 1, 0)
    assert cards["One"].last_on == date(2026, 3, 1)
    assert (cards["Waiting"].sessions, cards["Waiting"].sources_pending) == (0, 1)
    assert len(cards["One"].themes) <= 3
    with workspace.read() as unit:
        pending = unit.codings.pending(LOCAL_ADMIN, session_ids=[two[0].id])
    page = reading.study(workspace, LOCAL_ADMIN, two[0].study_id)
    assert sum(theme.suggested for theme in page.themes) == len(pending)
    assert page.sessions[0].suggested == len(pending)


def test_a_viewer_sees_their_studies_and_no_trace_of_others(workspace: Workspace, two: tuple[Session, Session]) -> None:
    one, other = two
    viewer = seeing(one)
    assert [card.study.title for card in reading.studies(workspace, viewer)] == ["One"]
    assert [study.title for _, study in reading.newest(workspace, viewer)] == ["One"]
    assert reading.study(workspace, viewer, one.study_id).card.study.title == "One"
    assert reading.transcript(workspace, viewer, one.id).study.title == "One"
    for look in (
        lambda: reading.study(workspace, viewer, other.study_id),
        lambda: reading.transcript(workspace, viewer, other.id),
        lambda: reading.study(workspace, viewer, 999_999),
        lambda: reading.transcript(workspace, viewer, 999_999),
    ):
        with pytest.raises(NotFound) as error:
            look()
        assert "Two" not in str(error.value)
    nobody = Viewer("bo", PersonRole.READER, frozenset())
    assert reading.studies(workspace, nobody) == () and reading.newest(workspace, nobody) == ()


def test_what_lies_in_the_bin_is_gone_from_every_page(workspace: Workspace, two: tuple[Session, Session]) -> None:
    one, other = two
    studies.bin_session(workspace, LOCAL_ADMIN, one.id)
    studies.bin_study(workspace, LOCAL_ADMIN, other.study_id)
    assert [(card.study.title, card.sessions) for card in reading.studies(workspace, LOCAL_ADMIN)] == [("One", 0)]
    assert reading.newest(workspace, LOCAL_ADMIN) == ()
    with pytest.raises(NotFound):
        reading.transcript(workspace, LOCAL_ADMIN, one.id)
    with pytest.raises(NotFound):
        reading.transcript(workspace, LOCAL_ADMIN, other.id)
    assert reading.study(workspace, LOCAL_ADMIN, one.study_id).themes == ()


def test_a_transcript_is_its_text_turn_by_turn(workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace), INTERVIEW)
    page = reading.transcript(workspace, LOCAL_ADMIN, session.id)
    assert len(page.turns) == 6
    for turn in page.turns:
        assert turn.words == page.text[turn.start : turn.end]
    assert [turn.speaker for turn in page.turns[:2]] == ["Interviewer", "P01"]
    assert page.turns[0].role is Role.INTERVIEWER
    assert [row.label for row in page.speakers] == ["P01", "Interviewer"]  # who said most comes first
    assert sum(row.share for row in page.speakers) == pytest.approx(1.0)
    assert sum(row.turns for row in page.speakers) == 6


def test_times_are_shown_where_the_file_has_them(workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace), TIMED, name="p01.vtt")
    page = reading.transcript(workspace, LOCAL_ADMIN, session.id)
    assert [turn.start_ms for turn in page.turns] == [1_000, 6_000]
    [row] = reading.study(workspace, LOCAL_ADMIN, session.study_id).sessions
    assert row.minutes == 2 and row.turns == 2 and set(row.speakers) == {"Interviewer", "P01"}
    untimed = a_session(workspace, a_study(workspace, "Untimed"), INTERVIEW)
    [row] = reading.study(workspace, LOCAL_ADMIN, untimed.study_id).sessions
    assert row.minutes is None


def test_suggestions_and_peoples_codings_stand_apart(workspace: Workspace, two: tuple[Session, Session]) -> None:
    before = reading.transcript(workspace, LOCAL_ADMIN, two[0].id)
    assert before.suggestions and before.codings == ()
    suggested = {s.code_slug for s in before.suggestions}
    assert "approval-before-use" not in suggested, "what people coded themselves is not suggested any more"
    code_by_hand(workspace, two[0], "approval-before-use")
    after = reading.transcript(workspace, LOCAL_ADMIN, two[0].id)
    [coding] = after.codings
    assert (coding.code_slug, coding.coder, coding.theme_name) == ("approval-before-use", "ana", "Onboarding and setup")
    assert after.suggestions == before.suggestions
    assert [s.start for s in after.suggestions] == sorted(s.start for s in after.suggestions)
    [row] = reading.study(workspace, LOCAL_ADMIN, two[0].study_id).sessions
    assert (row.coded, row.suggested) == (1, len(after.suggestions))


def test_a_study_shows_what_is_on_its_way_and_what_failed(workspace: Workspace) -> None:
    study = a_study(workspace)
    a_session(workspace, study)
    broken = a_job(workspace, study, "\x89PNG\r\n\x1a\n" + "\x00" * 99, name="photo.txt")
    done(workspace, broken)
    waiting = a_job(workspace, study, "P1: Not yet read.\nP2: No.\n", name="later.txt")
    assert {view.job.id for view in reading.study(workspace, LOCAL_ADMIN, study.id).jobs} == {broken, waiting}


def test_a_language_the_model_does_not_know_is_said() -> None:
    assert language_note("", "all-MiniLM-L6-v2") == language_note("en", "all-MiniLM-L6-v2") == ""
    assert "(de)" in language_note("de", "all-MiniLM-L6-v2")
    assert language_note("de", "paraphrase-multilingual-MiniLM-L12-v2") == ""
