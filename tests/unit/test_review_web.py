"""The review queue over HTTP: forms without scripts, parts for the script, the API, and what is refused."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from repository import reviewing
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.study import Session
from repository.reviewing import ReviewFilter, ReviewQueue
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_session, a_study
from tests.unit.test_coding_web import post
from tests.unit.test_reviewing import of_row
from tests.unit.test_suggesting import TOLD


@pytest.fixture
def session(workspace: Workspace) -> Iterator[Session]:
    plenty = replace(workspace.settings.suggesting, threshold=0.001, per_passage=8)
    workspace.settings = replace(workspace.settings, suggesting=plenty)
    yield a_session(workspace, a_study(workspace, "Calendars <b>"), TOLD + INTERVIEW)


def queue(workspace: Workspace, asked: ReviewFilter | None = None) -> ReviewQueue:
    return reviewing.queue(workspace, LOCAL_ADMIN, asked or ReviewFilter())


def page_of(client: FlaskClient, address: str = "/review/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_an_empty_queue_says_what_belongs_there(client: FlaskClient) -> None:
    page = page_of(client)
    assert "Nothing waits for a decision." in page and "Suggestions come here when transcripts are read" in page
    assert "Nothing open fits this." in page_of(client, "/review/?state=coded")


def test_the_page_shows_quotes_with_all_one_needs_to_decide(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    page, shown = page_of(client), queue(workspace)
    assert f"0</span> of {shown.total} decided today" in page and f"of {shown.total} suggestions" in page
    for row in shown.rows:
        assert f'data-suggestion="{row.suggestion.id}"' in page and f"({row.suggestion.score:.2f})" in page
        assert f"/transcripts/{session.id}?from={row.suggestion.start}&amp;to={row.suggestion.end}#found" in page
        assert f">{row.code.facts.name}</a>" in page
    assert re.search(r"<mark>overwrite|<mark>reminder", page) and '<span class="question">' in page
    assert "such are right" in page and "Calendars &lt;b&gt;" in page and "Calendars <b>" not in page
    assert page.count("<rect ") >= len(shown.themes) and "by-score" in page


def test_one_is_decided_without_scripts_and_the_filter_stays(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    row = queue(workspace).rows[0]
    code, number = row.code.facts.slug, row.suggestion.id
    page = page_of(client, f"/review/?code={code}&from=0.0&order=informative")
    form = re.search(rf'formaction="([^"]*/review/{number}/accept[^"]*)"', page)
    assert form and f"code={code}" in form[1] and "order=informative" in form[1]
    status, page = post(client, form[1].replace("&amp;", "&"), part=False)
    assert status == 200 and f"Accepted “{row.code.facts.name}”." in page and "of " in page
    assert f'value="{code}" selected' in page and of_row(workspace, number).state == "accepted"
    undo = re.search(r'action="(/review/acts/\d+/undo[^"]*)"', page)
    assert undo and f"code={code}" in undo[1]
    status, page = post(client, undo[1].replace("&amp;", "&"), part=False)
    assert "Undone: Accepted" in page and of_row(workspace, number).state == "pending"
    post(client, f"/review/{number}/reject", part=False)
    assert of_row(workspace, number).state == "rejected"
    assert "Undone: Rejected" in post(client, "/review/undo", part=False)[1]


def test_the_script_is_told_what_was_done_and_how_to_undo_it(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    one, two = (row.suggestion.id for row in queue(workspace).rows[:2])
    status, part = post(client, f"/review/{one}/accept")
    assert status == 200 and f'data-ids="{one}"' in part and "/undo" in part and "<header" not in part
    assert post(client, f"/review/{one}/reject")[0] == 409 and post(client, "/review/999999/accept")[0] == 404
    status, part = post(client, "/review/selected", suggestion=[one, two], decision="reject")
    assert "Rejected 1 suggestion. 1 was not open any more." in part and f'data-ids="{two}"' in part
    status, part = post(client, "/review/undo")
    assert f'data-ids="{two}"' in part and "Undone" in part
    assert post(client, "/review/selected", decision="reject")[0] == 422
    assert post(client, "/review/selected", suggestion=[two])[0] == 422


def test_what_the_machine_has_withdrawn_meanwhile_can_be_decided_still(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    row = queue(workspace).rows[0]
    number, code = row.suggestion.id, row.code.facts.slug
    form = re.search(r'class="verdict">(.*?)<button', page_of(client), re.S)
    assert form
    shown = dict(re.findall(r'name="(code|session|text|start|end)" value="([^"]*)"', form[1]))
    with workspace.write() as unit:
        unit.codings.replace_pending([], session_ids=[session.id])
    status, part = post(client, f"/review/{number}/reject", **shown)
    assert status == 200 and "does not suggest this any more" in part and "/undo" not in part
    status, part = post(client, f"/review/{number}/accept", **shown)
    assert status == 200 and f"Coded with “{row.code.facts.name}”." in part
    [undo] = re.findall(r'action="(/review/acts/\d+/undo[^"]*)"', part)
    with workspace.read() as unit:
        [(mark, _, _)] = unit.codings.codings(LOCAL_ADMIN)
        assert mark.quote == row.quote.strip() and unit.codings.used_by("you", 5) == [row.code.id]
    assert shown["code"] == code and post(client, undo)[0] == 200
    with workspace.read() as unit:
        assert unit.codings.codings(LOCAL_ADMIN) == []


def test_another_code_is_named_as_the_list_has_it(client: FlaskClient, workspace: Workspace, session: Session) -> None:
    number = queue(workspace).rows[0].suggestion.id
    assert 'value="Trust and privacy › Log-in and device security"' in page_of(client)
    status, page = post(client, f"/review/{number}/accept", instead="No such code")
    assert status == 422 and "No code is called" in page and of_row(workspace, number).state == "pending"
    status, page = post(client, f"/review/{number}/accept", instead="trust and privacy ›  log-in and device security ")
    assert status == 200 and "Coded with “Log-in and device security”, not “" in page
    assert of_row(workspace, number).state == "rejected"


def test_all_that_fit_are_decided_after_a_question_that_says_which_and_how_many(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    theme = queue(workspace).rows[0].theme.facts
    total = queue(workspace, ReviewFilter(code=theme.slug)).total
    address = f"/review/all?code={theme.slug}"
    question = page_of(client, f"{address}&decision=reject")
    assert f"“{theme.name}” and everything under it" in question and f'name="count" value="{total}"' in question
    _, page = post(client, address, part=False, decision="reject", count=total + 1)
    assert f"There are {total} such suggestions now, not {total + 1}." in page and f"Reject {total} suggestion" in page
    assert queue(workspace, ReviewFilter(code=theme.slug)).total == total
    _, page = post(client, address, part=False, decision="reject", count=total)
    assert f"Rejected {total} suggestion" in page and queue(workspace, ReviewFilter(code=theme.slug)).total == 0
    [undo] = re.findall(r'action="(/review/acts/\d+/undo[^"]*)"', page)
    post(client, undo.replace("&amp;", "&"), part=False)
    assert queue(workspace, ReviewFilter(code=theme.slug)).total == total
    assert client.get("/review/all").status_code == 422
    assert post(client, address, decision="think", count=total)[0] == 422


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("code=nowhere", 404),
        ("study=77", 404),
        ("study=x", 422),
        ("from=0.9&to=0.3", 422),
        ("from=high", 422),
        ("from=nan", 422),
        ("from=-7&to=99", 200),
        ("state=gone", 422),
        ("order=random", 422),
        ("skip=99999999999", 200),
        ("skip=-1", 200),
    ],
)
def test_a_filter_that_cannot_be_is_refused_with_a_sentence(
    client: FlaskClient, session: Session, asked: str, status: int
) -> None:
    assert client.get(f"/review/?{asked}").status_code == status
    assert client.get(f"/api/suggestions?{asked}").status_code == status


def test_readers_look_and_decide_nothing(
    client: FlaskClient, workspace: Workspace, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = queue(workspace).rows[0].suggestion.id
    reader = Viewer("rita", PersonRole.READER)
    monkeypatch.setattr("web.pages.review.viewer", lambda: reader)
    page = page_of(client)
    assert f'data-suggestion="{number}"' in page and "/accept" not in page and "decision=reject" not in page
    assert post(client, f"/review/{number}/accept")[0] == 403
    assert post(client, "/review/selected", suggestion=number, decision="accept")[0] == 403
    assert of_row(workspace, number).state == "pending"


def test_programs_get_the_same_page_by_page(client: FlaskClient, workspace: Workspace, session: Session) -> None:
    whole = client.get("/api/suggestions?limit=200").json
    assert whole and whole["total"] == len(whole["suggestions"]) == queue(workspace).total
    assert sum(whole["bands"]) == whole["total"] and whole["decided_today"] == 0
    second = client.get("/api/suggestions?limit=2&skip=2").json
    assert second and second["suggestions"] == whole["suggestions"][2:4]
    one = whole["suggestions"][0]
    assert one["quote"] and one["code"]["slug"] == queue(workspace).rows[0].code.facts.slug
    assert one["state"] == "suggested" and one["link"].startswith(f"/transcripts/{session.id}?from=")


def test_the_transcript_says_what_was_accepted_and_how_sure_the_machine_was(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    row = queue(workspace).rows[0]
    post(client, f"/review/{row.suggestion.id}/accept")
    page = page_of(client, f"/transcripts/{session.id}")
    assert f"Accepted by you, suggested with {row.suggestion.score:.2f}" in page
    [mark] = set(re.findall(rf'href="(/transcripts/{session.id}/highlights/\d+)"', page))
    assert f"accepted, suggested with {row.suggestion.score:.2f}" in page_of(client, mark)
