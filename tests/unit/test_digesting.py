"""The digest, sent to a real mail server and a real web server: once, only if something changed, and without a word said."""

import json
import logging
import socketserver
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from repository import digesting, gaps, posting, stewarding
from repository.domain.access import LOCAL_ADMIN
from repository.domain.stewardship import NeedKind
from repository.errors import SettingsError
from repository.posting import NotSent
from repository.settings import DigestSettings
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_session, a_study
from tests.conftest import Clock
from web.cli.main import cairn


@dataclass
class Post:
    """A mail server: what it was given, from whom to whom, and what it answers to DATA."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    answer: str = "250 kept"
    refused: str = "nobody"


@contextmanager
def mail_server(*, login: bool = False) -> Iterator[Post]:
    """Speak as much SMTP (RFC 5321, and AUTH PLAIN of RFC 4954) as a client needs."""

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self) -> None:
            sender, to = "", []
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                word = line.upper()
                if word.startswith("EHLO"):
                    self.say("250-here")
                    self.say("250 AUTH PLAIN" if login else "250 8BITMIME")
                elif word.startswith("AUTH PLAIN"):
                    post.logins.append(b64decode(line.split()[2]).decode())
                    self.say("235 welcome")
                elif word.startswith("MAIL FROM"):
                    sender = line.partition("<")[2].partition(">")[0]
                    self.say("250 ok")
                elif word.startswith("RCPT TO"):
                    address = line.partition("<")[2].partition(">")[0]
                    self.say("550 unknown" if post.refused in address else "250 ok")
                    to += [] if post.refused in address else [address]
                elif word == "DATA":
                    self.say("354 go on")
                    body = b""
                    while (piece := self.rfile.readline()) != b".\r\n":
                        body += piece
                    if post.answer.startswith("250"):
                        letter = message_from_bytes(body, policy=policy.default)
                        post.letters.append(letter)  # type: ignore[arg-type]
                        post.envelopes.append((sender, to))
                    self.say(post.answer)
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        post = Post(server.server_address[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield post
        server.shutdown()


@dataclass
class Hook:
    """A web server: what was posted to it, and the status it answers."""

    address: str
    posted: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    status: int = 200


@contextmanager
def web_server() -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.paths.append(self.path)
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            if hook.status < 300:
                hook.posted.append(json.loads(sent))
            self.send_response(hook.status)
            if hook.status in (301, 302, 307):
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            hook.paths.append(f"followed to {self.path}")

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook = Hook(f"http://127.0.0.1:{server.server_port}/hooks/secret-part")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield hook
    server.shutdown()
    server.server_close()


def told(workspace: Workspace, **settings: Any) -> None:
    workspace.settings = replace(workspace.settings, digest=DigestSettings(**settings))


def asked(workspace: Workspace, words: str) -> None:
    with workspace.write() as unit:
        gaps.note(unit, workspace, words, gaps.SEARCH)


def lines(letter: EmailMessage) -> str:
    return str(letter.get_content())


def test_it_is_off_unless_somebody_is_named(workspace: Workspace) -> None:
    asked(workspace, "loyalty points")
    assert digesting.ways(workspace) == []
    digesting.send_due(workspace)
    with workspace.read() as unit:
        assert unit.facts.text(digesting.TOLD.format("mail")) == ""


def test_a_letter_says_what_is_new_then_nothing_and_then_what_was_settled(workspace: Workspace, clock: Clock) -> None:
    with mail_server() as post:
        told(workspace, to="ops@example.org, lead@example.org", smtp_url=f"smtp://127.0.0.1:{post.port}")
        asked(workspace, "loyalty points")
        asked(workspace, "refunds for dentists")
        digesting.send_due(workspace)
        [letter] = post.letters
        assert post.envelopes == [("cairn@127.0.0.1", ["ops@example.org", "lead@example.org"])]
        assert letter["To"] == "ops@example.org, lead@example.org" and letter["Subject"].startswith("Cairn: ")
        assert "- Gaps: 2 (2 new)" in lines(letter) and "/stewardship/" in lines(letter)
        for days in (1, 7, 7):  # too early; nothing new; nothing new
            clock.forward(days=days)
            digesting.send_due(workspace)
        assert len(post.letters) == 1
        [most, _] = gaps.gaps(workspace).open
        gaps.settle(workspace, LOCAL_ADMIN, most.id, "Not ours.")
        asked(workspace, "parking for patients")
        clock.forward(hours=1)
        digesting.send_due(workspace)
        assert "- Gaps: 2 (1 new, 1 settled" in lines(post.letters[1]) and "since 23 November 2026" in lines(
            post.letters[1]
        )


def test_it_is_sent_no_more_often_than_set(workspace: Workspace, clock: Clock) -> None:
    with web_server() as hook:
        told(workspace, webhook_url=hook.address, every_days=7)
        for day in range(15):
            asked(workspace, f"{'abcdefghijklmno'[day] * 5} points")
            digesting.send_due(workspace)
            clock.forward(days=1)
        assert [sent["at"][:10] for sent in hook.posted] == ["2026-11-23", "2026-11-30", "2026-12-07"]


def test_what_fails_is_tried_again_and_the_other_way_is_not_told_twice(
    workspace: Workspace, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with mail_server() as post, web_server() as hook, caplog.at_level(logging.WARNING):
        url = f"smtp://127.0.0.1:{post.port}"
        told(workspace, to="ops@example.org", smtp_url=url, webhook_url=hook.address)
        asked(workspace, "loyalty points")
        post.answer, hook.status = "451 later", 200
        digesting.send_due(workspace)
        assert (len(post.letters), len(hook.posted)) == (0, 1)
        digesting.send_due(workspace)  # at once: it waits a little
        post.answer = "250 kept"
        digesting.send_due(workspace)
        assert len(post.letters) == 0
        clock.forward(hours=1)
        digesting.send_due(workspace)
        assert (len(post.letters), len(hook.posted)) == (1, 1)
    [line] = [record.getMessage() for record in caplog.records]
    assert "not sent by mail" in line and "451" in line
    assert not any(word in caplog.text for word in ("loyalty", "ops@", "secret-part"))


def test_one_refused_address_does_not_keep_the_others_from_it(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    with mail_server() as post, caplog.at_level(logging.WARNING):
        told(workspace, to="nobody@example.org, ops@example.org", smtp_url=f"smtp://127.0.0.1:{post.port}")
        asked(workspace, "refunds")
        assert digesting.send(workspace) == ["mail"]
        assert post.envelopes[0][1] == ["ops@example.org"]
    assert "refused 1 of 2" in caplog.text and "nobody@" not in caplog.text


def test_user_and_password_are_given_as_they_were_written(workspace: Workspace) -> None:
    with mail_server(login=True) as post:
        told(workspace, to="ops@example.org", smtp_url=f"smtp://cairn%40example.org:p%3Aw@127.0.0.1:{post.port}")
        digesting.send(workspace, even_unchanged=True)
        assert post.logins == ["\0cairn@example.org\0p:w"] and post.letters[0]["From"] == "cairn@example.org"


def test_no_password_goes_to_another_machine_unencrypted(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "HERE", ())  # as if the server were elsewhere
    with mail_server(login=True) as post:
        told(workspace, to="ops@example.org", smtp_url=f"smtp://cairn:pw@127.0.0.1:{post.port}")
        with pytest.raises(NotSent, match="no encryption"):
            digesting.send(workspace, even_unchanged=True)
        assert (post.logins, post.letters) == ([], [])


@pytest.mark.parametrize(
    ("user", "sender", "to"),
    [
        ("cairn:pässwort@", "cairn@example.org", "ops@example.org"),
        ("", "Cairn\r\nBcc: all@example.org", "ops@example.org"),
        ("", "\\@\\,é[\ud800\ud800a@", "ops@example.org"),
        ("", "<@", "ops@example.org"),
        ("", ":;a] ", "ops@example.org"),
        ("", "cairn@example.org", "ops@"),
        ("", "cairn@example.org", "öps@example.org"),
    ],
)
def test_a_letter_that_cannot_be_written_is_not_sent_and_the_worker_goes_on(
    workspace: Workspace, user: str, sender: str, to: str, caplog: pytest.LogCaptureFixture
) -> None:
    asked(workspace, "refunds")
    with mail_server(login=True) as post:
        told(workspace, to=to, smtp_url=f"smtp://{user}127.0.0.1:{post.port}", sender=sender)
        with pytest.raises((NotSent, SettingsError)):
            digesting.send(workspace)
        digesting.send_due(workspace)
    assert "not sent by mail" in caplog.text and not post.letters
    assert not any(word in caplog.text for word in ("pässwort", "all@", "ps@"))


def test_a_worker_sends_it(workspace: Workspace) -> None:
    from ingest.worker import work

    asked(workspace, "refunds")
    with web_server() as hook:
        told(workspace, webhook_url=hook.address)
        stop = threading.Event()
        worker = threading.Thread(target=work, args=(workspace, stop))
        worker.start()
        while worker.is_alive() and not hook.posted:
            stop.wait(0.05)
        stop.set()
        worker.join()
        assert hook.posted


def test_a_redirection_is_not_followed_and_silence_is_no_success(workspace: Workspace) -> None:
    with web_server() as hook:
        told(workspace, webhook_url=hook.address)
        asked(workspace, "refunds")
        for hook.status in (302, 307, 404, 500):
            with pytest.raises(NotSent, match=str(hook.status)):
                digesting.send(workspace)
        assert set(hook.paths) == {"/hooks/secret-part"}
    with pytest.raises(NotSent) as gone:
        digesting.send(workspace)
    assert "secret-part" not in str(gone.value)


@pytest.mark.parametrize(
    "given",
    [
        {"to": "ops@example.org"},
        {"to": "ops@example.org", "smtp_url": "http://host"},
        {"to": "ops@example.org", "smtp_url": "smtp://user:hunter2@host:notaport"},
        {"to": "not an address", "smtp_url": "smtp://host"},
        {"to": "a@b\r\nBcc: c@d", "smtp_url": "smtp://host"},
        {"webhook_url": "file:///etc/passwd"},
        {"webhook_url": "ftp://host/x"},
    ],
)
def test_settings_that_cannot_work_are_told_and_not_repeated(
    workspace: Workspace, given: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    told(workspace, **given)
    asked(workspace, "refunds")
    with pytest.raises(SettingsError) as wrong:
        digesting.send(workspace)
    assert "[digest]" in wrong.value.message and "hunter2" not in str(wrong.value)
    digesting.send_due(workspace)  # the worker goes on
    assert "hunter2" not in caplog.text


def test_no_word_title_or_name_is_in_it(workspace: Workspace) -> None:
    study = a_study(workspace, "The Marigold Clinics", owner="Dana Oduya")
    a_session(workspace, study, INTERVIEW, name="petra-talks.txt")
    asked(workspace, "loyalty points")
    with web_server() as hook:
        told(workspace, webhook_url=hook.address)
        digesting.send(workspace)
        [sent] = hook.posted
    said = json.dumps(sent)
    for word in ("Marigold", "Dana", "petra", "Petra", "P01", "loyalty", "afraid", "overwrite"):
        assert word not in said, word
    numbers = {one["kind"]: one["number"] for one in sent["needs"]}
    counted = {heap.kind.value: heap.number for heap in stewarding.heaps(workspace, LOCAL_ADMIN)}
    assert numbers == counted and list(numbers) == [kind.value for kind in NeedKind]
    with workspace.read() as unit:
        kept = unit.facts.text(digesting.TOLD.format("hook"))
    assert "loyalty" not in kept and json.loads(kept)["keys"]["gaps"]


def test_two_workers_send_one_letter(workspace: Workspace) -> None:
    with web_server() as hook:
        told(workspace, webhook_url=hook.address)
        asked(workspace, "refunds")
        threads = [threading.Thread(target=digesting.send_due, args=(workspace,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(hook.posted) == 1


def test_the_command_shows_sends_and_says_when_nothing_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in (("STORAGE__MIN_FREE_MB", "1"), ("EMBEDDING__BACKEND", "hashing"), ("INDEX__KIND", "exact")):
        monkeypatch.setenv(f"CAIRN_{name}", value)
    Path("p.txt").write_text(INTERVIEW, encoding="utf-8")

    def run(*words: str) -> Any:
        return CliRunner().invoke(cairn, list(words), catch_exceptions=False)

    assert run("add", "p.txt", "--study", "Calendars").exit_code == 0
    shown = run("digest")
    assert "- Transcripts without a stated consent: 1 (1 new)" in shown.stdout and "/stewardship/" in shown.stdout
    assert json.loads(run("digest", "--show", "--json").stdout)["changed"] is True
    assert run("digest", "--send").exit_code == 2
    with web_server() as hook:
        monkeypatch.setenv("CAIRN_DIGEST__WEBHOOK_URL", hook.address)
        assert run("digest", "--send").stdout == "Sent by the web address.\n"
        assert "Nothing has changed" in run("digest", "--send").stdout
        assert json.loads(run("digest", "--send", "--again", "--json").stdout) == {"sent": ["hook"], "unchanged": []}
        assert len(hook.posted) == 2 and "since" in hook.posted[1]["text"]
        hook.status = 500
        assert run("digest", "--send", "--again").exit_code == 7
