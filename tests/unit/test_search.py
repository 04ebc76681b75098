"""Search: by words and by meaning, within what the viewer may see, with the reason beside each hit."""

from datetime import date

import pytest

from repository import studies
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.transcript import Role
from repository.errors import NotFound
from repository.found_quotes import marked
from repository.search import Query, Results, search
from repository.workspace import Workspace
from tests.builders import a_session, a_study

PRICES = """Interviewer: How do you see the price?
P09: The invoice is too high for a practice of two, and nobody explained the text message charges to us.
Interviewer: What would be fair?
P09: A price for each location rather than for every seat, because half of my people work two mornings.
"""


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    a_session(workspace, a_study(workspace, "Calendars"), on=date(2025, 3, 11))
    a_session(workspace, a_study(workspace, "Pricing"), PRICES, name="p09.txt", on=date(2026, 2, 1))
    return workspace


def quotes(results: Results) -> str:
    return "\n".join(hit.quote for group in results.groups for hit in group.hits)


def test_a_question_finds_the_quote_and_says_why(filled: Workspace) -> None:
    results = search(filled, LOCAL_ADMIN, Query("invoices for seats"))
    hit = results.groups[0].hits[0]
    assert "invoice" in hit.quote
    assert set(hit.arms) == {"keyword", "meaning"}
    assert "invoice" in hit.why
    assert hit.speaker == "P09" and hit.role is Role.PARTICIPANT
    assert hit.citation == "— P09, “Pricing”, 1 February 2026"
    assert {hit.quote[a:b] for a, b in hit.marks} >= {"invoice", "seat"}


def test_a_quote_is_a_slice_of_the_text(filled: Workspace) -> None:
    for group in search(filled, LOCAL_ADMIN, Query("calendar price")).groups:
        for hit in group.hits:
            with filled.read() as unit:
                session = unit.sessions.get(LOCAL_ADMIN, hit.session_id)
                assert session is not None and session.text_id is not None
                revision = unit.sessions.revision(session.text_id)
            assert revision is not None and revision.body[hit.start : hit.end] == hit.quote


def test_quoted_words_must_stand_exactly_so(filled: Workspace) -> None:
    assert "text message charges" in quotes(search(filled, LOCAL_ADMIN, Query('"text message charges"')))
    assert search(filled, LOCAL_ADMIN, Query('"charges message text"')).count == 0


def test_quoted_words_are_no_other_forms_of_them(filled: Workspace) -> None:
    assert search(filled, LOCAL_ADMIN, Query('"reminder messages"')).count == 1
    assert search(filled, LOCAL_ADMIN, Query('"reminder message"')).count == 0
    assert search(filled, LOCAL_ADMIN, Query('"REMINDER  messages"')).count == 1


def test_asking_for_a_person_finds_what_they_said(filled: Workspace) -> None:
    hit = search(filled, LOCAL_ADMIN, Query("P09")).groups[0].hits[0]
    assert hit.speaker == "P09" and "said by “p09”" in hit.why


def test_a_quote_has_the_time_of_its_own_cue_not_of_its_turn(workspace: Workspace) -> None:
    cues = "".join(
        f"{n}\n00:{n:02}:00.000 --> 00:{n:02}:20.000\n{'P1: ' if n == 1 else ''}"
        + f"Number {n} is about {'zebras' if n == 9 else 'nothing'} " * 12
        + ".\n\n"
        for n in range(1, 12)
    )
    a_session(workspace, a_study(workspace), "WEBVTT\n\n" + cues.replace("00.000 -->", "00.000 -->"), name="long.vtt")
    hit = search(workspace, LOCAL_ADMIN, Query("zebras")).groups[0].hits[0]
    assert hit.start_ms is not None and hit.start_ms >= 8 * 60_000


def test_filters_by_study_date_role_and_theme(filled: Workspace) -> None:
    pricing = studies.find(filled, LOCAL_ADMIN, "Pricing")
    assert "calendar" not in quotes(search(filled, LOCAL_ADMIN, Query("calendar price", studies=(pricing.id,))))
    assert "invoice" not in quotes(search(filled, LOCAL_ADMIN, Query("invoice", until=date(2025, 12, 31))))
    assert search(filled, LOCAL_ADMIN, Query("price", roles=(Role.OTHER,))).count == 0
    everywhere = search(filled, LOCAL_ADMIN, Query("price invoice calendar"))
    slug = everywhere.facets.themes[0][0]
    within = search(filled, LOCAL_ADMIN, Query("price invoice calendar", themes=(slug,)))
    assert 0 < within.count <= everywhere.count
    assert all(any(tag.slug == slug for tag in hit.themes) for group in within.groups for hit in group.hits)
    with pytest.raises(NotFound):
        search(filled, LOCAL_ADMIN, Query("price", themes=("no-such-theme",)))


def test_what_a_viewer_may_not_see_is_neither_found_nor_counted(filled: Workspace) -> None:
    study = studies.find(filled, LOCAL_ADMIN, "Calendars")
    viewer = Viewer("ana", PersonRole.READER, frozenset({study.id}))
    results = search(filled, viewer, Query("price invoice calendar"))
    assert "invoice" not in quotes(results)
    assert [row[1] for row in results.facets.studies] == ["Calendars"]
    nobody = search(filled, Viewer("bo", PersonRole.READER, frozenset()), Query("calendar"))
    assert (nobody.count, nobody.facets.studies) == (0, ())


def test_what_lies_in_the_bin_is_not_found_until_it_is_taken_out(filled: Workspace) -> None:
    study = studies.find(filled, LOCAL_ADMIN, "Pricing")
    studies.bin_study(filled, LOCAL_ADMIN, study.id)
    assert "invoice" not in quotes(search(filled, LOCAL_ADMIN, Query("invoice price")))
    studies.restore_study(filled, LOCAL_ADMIN, study.id)
    assert "invoice" in quotes(search(filled, LOCAL_ADMIN, Query("invoice price")))


def test_without_the_index_words_still_find_and_the_page_says_so(filled: Workspace) -> None:
    filled.neighbours = None
    results = search(filled, LOCAL_ADMIN, Query("invoice"))
    assert "invoice" in quotes(results)
    assert "still starting" in results.notes[0]


@pytest.mark.parametrize("text", ["", "   ", '""', "?!", "the of and", "'; DROP TABLE", "AND OR NOT (", "*"])
def test_odd_questions_do_no_harm(filled: Workspace, text: str) -> None:
    assert search(filled, LOCAL_ADMIN, Query(text)).count >= 0


def test_marks_know_the_forms_of_a_word() -> None:
    assert [("reminders and reminding"[a:b]) for a, b in marked("reminders and reminding", ["remind"])] == [
        "reminders",
        "reminding",
    ]
