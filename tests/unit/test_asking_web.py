"""The page, the API and the command that answer a question."""

import json

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from repository.workspace import Workspace
from tests.builders import a_session, a_study

QUESTION = "Were they afraid to connect the calendar?"


@pytest.fixture
def sure(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Whatever is found is an answer."""
    a_session(workspace, a_study(workspace))
    monkeypatch.setattr("repository.evidencing.strength", lambda signals: 0.9)
    return workspace


def test_the_page_asks_first(client: FlaskClient) -> None:
    page = client.get("/ask").text
    assert 'action="/ask"' in page and "word for word" in page


def test_the_page_answers_with_quotes_and_where_they_stand(sure: Workspace, client: FlaskClient) -> None:
    page = client.get("/ask", query_string={"q": QUESTION}).text
    assert "What participants said" in page and "1 participant in 1 study" in page
    assert "afraid it would overwrite" in page and "#found" in page
    assert "Looked through" in page


def test_the_page_says_no_and_leads_on(workspace: Workspace, client: FlaskClient) -> None:
    a_session(workspace, a_study(workspace))
    page = client.get("/ask", query_string={"q": "How do whales sleep?"}).text
    assert "This is not answered." in page
    assert "Near, but not an answer" in page or "“whales”" in page


@pytest.mark.parametrize("question", ["<script>alert(1)</script>", "of the", "x" * 15_000, "a\0b", '"" AND ('])
def test_odd_questions_break_nothing(sure: Workspace, client: FlaskClient, question: str) -> None:
    answer = client.get("/ask", query_string={"q": question})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert client.get("/api/ask", query_string={"q": question}).status_code == 200


def test_the_api_gives_exact_slices(sure: Workspace, client: FlaskClient) -> None:
    found = client.get("/api/ask", query_string={"q": QUESTION}).json
    assert found is not None and found["answered"] is True
    with sure.read() as unit:
        for claim in found["claims"]:
            assert claim["claim"] == claim["quotes"][0]["quote"]
            for one in claim["quotes"]:
                revision = unit.sessions.revision(one["text_id"])
                assert revision is not None and revision.body[one["start"] : one["end"]] == one["quote"]
    assert found["coverage"]["used"] > 0


def test_the_command_answers_in_words_and_in_json(sure: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from web.cli.asking import ask

    monkeypatch.setattr("web.cli.asking.opened", lambda settings: sure)
    said = CliRunner().invoke(ask, [QUESTION], obj=sure.settings)
    assert said.exit_code == 0 and "afraid it would overwrite" in said.output and "Looked through" in said.output
    told = json.loads(CliRunner().invoke(ask, [QUESTION, "--json"], obj=sure.settings).output)
    assert told["answered"] and told["claims"]
