"""A language model may word an answer, but only in exact quotations of what it was sent; against a real server."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from repository.asking import ask
from repository.domain.access import LOCAL_ADMIN
from repository.rephrasing import objection
from repository.settings import AskingSettings
from repository.workspace import Workspace
from tests.builders import a_session, a_study

QUESTION = "Were they afraid to connect the calendar?"


@dataclass
class Model:
    """A server that answers as told, and what it was sent."""

    address: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)


@contextmanager
def model(reply: Callable[[dict[str, Any]], bytes], *, wait: float = 0) -> Iterator[Model]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.asked.append(sent)
            told.keys.append(self.headers.get("Authorization"))
            time.sleep(wait)
            body = reply(sent)
            try:
                self.send_response(200 if body else 500)
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # whoever asked has gone
                pass

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = Model(f"http://127.0.0.1:{server.server_port}/v1")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


def says(words: str) -> bytes:
    return json.dumps({"choices": [{"message": {"content": words}}]}).encode()


@pytest.fixture
def sure(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A repository in which whatever is found is an answer: whether it is one is another test's matter."""
    a_session(workspace, a_study(workspace))
    monkeypatch.setattr("repository.evidencing.strength", lambda signals: 0.9)
    return workspace


def with_model(workspace: Workspace, address: str, **more: Any) -> Workspace:
    asking = AskingSettings(rephrase_url=address, rephrase_model="small", rephrase_seconds=1.0, **more)
    workspace.settings = replace(workspace.settings, asking=asking)
    return workspace


def test_nothing_is_sent_unless_a_model_is_named(sure: Workspace) -> None:
    answer = ask(sure, LOCAL_ADMIN, QUESTION)
    assert answer.answered and answer.rephrased is None


def test_exact_quotations_are_shown_and_only_the_quotes_were_sent(
    sure: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_KEY", "secret")
    shown = ask(sure, LOCAL_ADMIN, QUESTION).quotes
    with model(lambda sent: says(f"They fear this: “{shown[0].words}” [1]")) as told:
        answer = ask(with_model(sure, told.address, rephrase_key_env="A_KEY"), LOCAL_ADMIN, QUESTION)
    assert answer.rephrased is not None
    assert shown[0].words in answer.rephrased.words
    assert answer.rephrased.host in told.address
    assert told.keys == ["Bearer secret"]
    sent = told.asked[0]["messages"][1]["content"]
    assert [line.split("“")[1].rstrip("”") for line in sent.splitlines() if line.startswith("[")] == [
        q.words for q in shown
    ]
    assert "Interviewer" not in sent and shown[0].session_title not in sent


@pytest.mark.parametrize(
    "reply",
    [
        says("They said “the calendar ate our whole Thursday”."),
        says("They are afraid."),
        says("“"),
        says(""),
        b"<html>no",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b"[]",
        b"",
        b"\xff\xfe",
    ],
)
def test_what_does_not_quote_exactly_is_discarded_and_logged_without_words(
    sure: Workspace, reply: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with model(lambda sent: reply) as told, caplog.at_level(logging.WARNING):
        answer = ask(with_model(sure, told.address), LOCAL_ADMIN, QUESTION)
    assert answer.answered and answer.claims and answer.rephrased is None
    assert "rephrased" in caplog.text
    assert "Thursday" not in caplog.text and "afraid" not in caplog.text


def test_a_model_that_does_not_answer_in_time_or_is_not_there_leaves_the_quotes_alone(sure: Workspace) -> None:
    with model(lambda sent: says("late"), wait=2) as told:
        assert ask(with_model(sure, told.address), LOCAL_ADMIN, QUESTION).rephrased is None
    for address in (told.address, "file:///etc/passwd", "nonsense", "http://"):
        assert ask(with_model(sure, address), LOCAL_ADMIN, QUESTION).rephrased is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirection_is_not_followed_and_the_key_goes_nowhere_else(
    sure: Workspace, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("A_KEY", "secret")
    seen: list[tuple[str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(("POST", self.headers.get("Authorization")))
            self.send_response(status)
            self.send_header("Location", f"http://localhost:{server.server_port}/elsewhere")
            self.end_headers()

        def do_GET(self) -> None:
            seen.append((self.path, self.headers.get("Authorization")))
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/v1"
    answer = ask(with_model(sure, address, rephrase_key_env="A_KEY"), LOCAL_ADMIN, QUESTION)
    server.shutdown()
    server.server_close()
    assert answer.answered and answer.rephrased is None
    assert seen == [("POST", "Bearer secret")]


def test_every_kind_of_quotation_mark_counts() -> None:
    sent = ["I was afraid it would overwrite."]
    for words in ('He said "afraid it would overwrite".', "«I was afraid»", "„I was afraid“"):
        assert objection(words, sent) == ""
    for words in ('He said "never mind that".', "«afraid of everything»", "„I am afraid“", "“I was afraid” and “so"):
        assert objection(words, sent)
