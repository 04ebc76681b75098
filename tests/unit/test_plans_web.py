"""Pages, API and command of plans: bad input gets a clear answer, and nothing is lost."""

import io
import json
import re

import docx
import pytest
from flask.testing import FlaskClient

from repository import gaps, plans
from repository.domain.access import LOCAL_ADMIN
from repository.workspace import Workspace
from tests.builders import a_session, a_study

PLAN = "# Linking\n\nCohort: small practices\n\n## Research questions\n1. What keeps you from connecting your calendar?\n2. Who paints walls?\n"


@pytest.fixture
def client(workspace: Workspace) -> FlaskClient:
    from web.app import create_app

    a_session(workspace, a_study(workspace))
    app = create_app(workspace)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def a_plan(
    client: FlaskClient, questions: str = "What keeps you from connecting your calendar?\nWho paints walls?"
) -> str:
    made = client.post("/plans/check", data={"title": "Linking", "questions": questions, "body": PLAN})
    assert made.status_code == 303
    return made.headers["Location"]


def test_a_pasted_plan_is_recognised_shown_and_checked(client: FlaskClient) -> None:
    shown = client.post("/plans/new", data={"body": PLAN}).get_data(as_text=True)
    assert "<strong>2 questions</strong>" in shown and 'value="small practices"' in shown
    page = client.get(a_plan(client)).get_data(as_text=True)
    assert page.count('class="card question') == 2
    assert "not studied" in page


def test_a_word_file_is_read(client: FlaskClient) -> None:
    document = docx.Document()
    document.add_heading("Research questions", 1)
    document.add_paragraph("Who decides on linking?", style="List Number")
    written = io.BytesIO()
    document.save(written)
    answer = client.post("/plans/new", data={"body": "", "file": (io.BytesIO(written.getvalue()), "plan.docx")})
    assert "Who decides on linking?" in answer.get_data(as_text=True)


def test_a_broken_file_is_told_and_what_was_pasted_stays(client: FlaskClient) -> None:
    broken = io.BytesIO(b"PK\x03\x04 word/document.xml nothing")
    answer = client.post("/plans/new", data={"body": "Why do they leave?", "file": (broken, "plan.docx")})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert 'role="alert"' in text and "Why do they leave?" in text


@pytest.mark.parametrize("body", ["", "  \n", "\0"])
def test_an_empty_plan_is_told(client: FlaskClient, body: str) -> None:
    answer = client.post("/plans/new", data={"body": body})
    assert answer.status_code == 422 and "There is no plan yet." in answer.get_data(as_text=True)


def test_a_plan_without_a_question_is_told_with_a_proposal(client: FlaskClient) -> None:
    text = client.post("/plans/new", data={"body": "Goal: fewer no-shows"}).get_data(as_text=True)
    assert "No question was found" in text and "What is known about fewer no-shows?" in text
    refused = client.post("/plans/check", data={"title": "Kept title", "questions": " ", "body": "kept body"})
    assert refused.status_code == 422
    assert "Kept title" in refused.get_data(as_text=True) and "kept body" in refused.get_data(as_text=True)


def test_a_transcript_is_told_with_the_way_to_upload_it(client: FlaskClient) -> None:
    talk = "\n".join(f"{who}: And why is that so, number {n}?" for n in range(6) for who in ("Dana", "P01"))
    text = client.post("/plans/new", data={"body": talk}).get_data(as_text=True)
    assert "looks like a transcript" in text and 'href="/upload"' in text


def test_words_of_a_plan_are_words_and_no_markup(client: FlaskClient) -> None:
    page = client.get(a_plan(client, "Why <script>alert(1)</script> do they leave?")).get_data(as_text=True)
    assert "<script>alert" not in page


def test_who_saves_second_is_told_and_loses_nothing(client: FlaskClient) -> None:
    address = a_plan(client)
    first = {"title": "Theirs", "questions": "Who decides?", "edition": "1"}
    assert client.post(address + "/edit", data=first).status_code == 303
    second = client.post(address + "/edit", data={"title": "Mine", "questions": "Who pays?", "edition": "1"})
    text = second.get_data(as_text=True)
    assert second.status_code == 409 and "Mine" in text and "they saved: Theirs" in text
    edition = re.search(r'name="edition" value="(\d+)"', text)
    assert (
        edition
        and client.post(
            address + "/edit", data={"title": "Mine", "questions": "Who pays?", "edition": edition[1]}
        ).status_code
        == 303
    )


def test_decisions_are_made_and_undone_on_the_page(client: FlaskClient) -> None:
    address = a_plan(client)
    made = client.post(
        address + "/decide",
        data={"question": "Who paints walls?", "number": "2", "verdict": "not studied", "choice": "proceed"},
    )
    assert made.headers["Location"].endswith("#q2")
    page = client.get(address).get_data(as_text=True)
    undo = re.search(r'action="(/plans/\d+/decisions/\d+/undo[^"]*)"', page)
    assert "Proceed</strong>" in page and undo
    client.post(undo[1].replace("&amp;", "&"))
    assert "Proceed</strong>" not in client.get(address).get_data(as_text=True)
    assert client.post(address + "/decide", data={"choice": "guess"}).status_code == 422


def test_deleting_can_be_undone(client: FlaskClient) -> None:
    address = a_plan(client)
    client.post(address + "/delete")
    assert client.get(address).status_code == 404
    assert "Linking" in client.get("/bin/").get_data(as_text=True)
    client.post(address + "/restore")
    assert client.get(address).status_code == 200


def test_briefs_hold_the_quotes_with_links(client: FlaskClient) -> None:
    address = a_plan(client)
    told = client.get(address + "/brief.md").get_data(as_text=True)
    assert "http://localhost/plans/" in told and "| 1 | What keeps you" in told
    document = docx.Document(io.BytesIO(client.get(address + "/brief.docx").data))
    assert "Linking" in [p.text for p in document.paragraphs]


def test_other_pages_answer(client: FlaskClient) -> None:
    address = a_plan(client)
    for page in (
        "/plans/",
        "/plans/new",
        "/plans/new/form",
        "/plans/new?study=1",
        address + "/edit",
        address + "/changed",
    ):
        assert client.get(page).status_code == 200, page
    assert client.get("/plans/99").status_code == 404
    assert client.get(address + "?check=999").status_code == 404


def test_the_api_checks_and_refuses(client: FlaskClient, workspace: Workspace) -> None:
    told = client.post("/api/plans/check", json={"text": PLAN}).json
    assert told and [one["verdict"] for one in told["questions"]][1] == "not studied"
    assert {"question", "verdict", "evidence", "near_misses", "overlaps"} <= set(told["questions"][0])
    assert plans.cards(workspace, LOCAL_ADMIN) == []
    kept = client.post("/api/plans/check", json={"questions": ["Who paints walls?"], "keep": True}).json
    assert kept and client.get(f"/api{kept['plan']['link']}").json["questions"][0]["question"] == "Who paints walls?"
    assert len(client.get("/api/plans").json["plans"]) == 1
    for sent in ({"text": ""}, {"questions": "one"}, {"questions": [1]}, {"text": 5}, {"questions": ["Why?"] * 30}, []):
        assert client.post("/api/plans/check", json=sent).status_code == 422, sent
    assert client.post("/api/plans/check", data="text=Why?").status_code == 422


def test_a_plan_that_is_kept_by_the_api_is_checked_once_and_not_against_itself(
    client: FlaskClient, workspace: Workspace
) -> None:
    told = client.post("/api/plans/check", json={"questions": ["Who paints walls?"], "keep": True}).json
    assert told and told["questions"][0]["overlaps"] == [] == told["overlapping"]
    assert [gap.times for gap in gaps.gaps(workspace).open] == [1]


def test_what_nobody_can_store_is_no_failure(client: FlaskClient) -> None:
    sent: dict[str, object] = {
        "title": "\ud800",
        "text": "\ud800 Who?",
        "questions": ["Who paints \ud800walls?", "\0"],
        "keep": True,
    }
    told = client.post("/api/plans/check", json=sent)
    assert told.status_code == 200 and told.json
    assert [one["question"] for one in told.json["questions"]] == ["Who paints walls?"]
    address = a_plan(client)
    assert client.post(f"{address}/decisions/{2**63}/undo").status_code == 404
    answer = client.post(
        address + "/decide",
        data={
            "question": "Who paints walls?",
            "number": "2",
            "verdict": "not studied",
            "choice": "narrow",
            "reason": "a\0b",
        },
    )
    assert answer.status_code == 303 and "a b" in client.get(address).get_data(as_text=True)


def test_a_study_that_begins_to_recruit_unchecked_is_told(client: FlaskClient) -> None:
    form = {"title": "Calendars in the trial", "state": "recruiting"}
    client.post("/studies/1/edit", data=form)
    assert "Nobody has checked a plan of this study" in client.get("/studies/1").get_data(as_text=True)


def test_two_hundred_questions_are_checked_in_portions(client: FlaskClient) -> None:
    address = a_plan(client, "\n".join(f"Why does part number {n} of it fail?" for n in range(200)))
    page = client.get(address).get_data(as_text=True)
    assert "25 of 200 questions are checked" in page and "Check the next 25" in page
    client.post(address + "/check", data={"further": "1", "page": "2"})
    assert "50 of 200 questions are checked" in client.get(address).get_data(as_text=True)


def test_the_command_speaks_json(workspace: Workspace, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from click.testing import CliRunner

    from web.cli.main import cairn

    a_session(workspace, a_study(workspace))
    monkeypatch.setenv("CAIRN_STORAGE__FOLDER", str(workspace.folder))
    monkeypatch.setenv("CAIRN_EMBEDDING__BACKEND", "hashing")
    monkeypatch.setenv("CAIRN_INDEX__KIND", "exact")
    file = tmp_path / "plan.md"
    file.write_text(PLAN, encoding="utf-8")
    run = CliRunner().invoke(cairn, ["plan", "check", str(file), "--json", "--keep"], catch_exceptions=False)
    told = json.loads(run.stdout)
    assert run.exit_code == 0 and [one["verdict"] for one in told["questions"]][1] == "not studied"
    assert not any(one["overlaps"] for one in told["questions"])
    assert max(gap.times for gap in gaps.gaps(workspace).open) == 1
    assert CliRunner().invoke(cairn, ["plan", "check", str(file)]).exit_code == 0
    assert json.loads(CliRunner().invoke(cairn, ["plan", "list", "--json"]).stdout)["plans"]
    assert CliRunner().invoke(cairn, ["plan", "show", "1"]).exit_code == 0
    assert CliRunner().invoke(cairn, ["plan", "show", "9"]).exit_code == 4
    file.write_text("Nothing is asked here.", encoding="utf-8")
    assert CliRunner().invoke(cairn, ["plan", "check", str(file)]).exit_code == 3
    file.write_text("", encoding="utf-8")
    assert CliRunner().invoke(cairn, ["plan", "check", str(file)]).exit_code == 3
