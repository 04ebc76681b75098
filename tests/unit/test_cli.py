"""Commands: JSON for programs, sentences and exit codes for people, and nothing heavy until it is needed."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.builders import INTERVIEW
from web.cli.main import cairn


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Run a command on a folder of its own, with the embedder that needs no weights."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAIRN_STORAGE__FOLDER", str(tmp_path / "data"))
    monkeypatch.setenv("CAIRN_STORAGE__MIN_FREE_MB", "1")
    monkeypatch.setenv("CAIRN_EMBEDDING__BACKEND", "hashing")
    monkeypatch.setenv("CAIRN_INDEX__KIND", "exact")

    def call(*words: str) -> Result:
        return CliRunner().invoke(cairn, list(words), catch_exceptions=False)

    return call


def said(result: Result) -> dict:  # type: ignore[type-arg]
    found: dict = json.loads(result.stdout)  # type: ignore[type-arg]
    return found


def test_add_search_studies_and_status(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "files"
    (folder / "deeper").mkdir(parents=True)
    (folder / "p01.txt").write_text(INTERVIEW, encoding="utf-8")
    (folder / "deeper" / "bad.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 99)
    (folder / ".hidden").write_text("not meant", encoding="utf-8")
    added = run("add", str(folder), "--study", "Calendars", "--date", "2026-03-01", "--consent", "internal", "--json")
    assert added.exit_code == 3  # one was refused, the other is in
    files = {Path(line["file"]).name: line for line in said(added)["files"]}
    assert set(files) == {"p01.txt", "bad.txt"}
    assert files["p01.txt"]["state"] == "ready" and files["p01.txt"]["session"]
    assert files["bad.txt"]["state"] == "failed" and files["bad.txt"]["message"] and files["bad.txt"]["hint"]

    again = said(run("add", str(folder / "p01.txt"), "--study", "calendars", "--json"))
    assert again["files"][0]["message"] == "It was here already."

    found = said(run("search", "overwrite the appointments", "--json", "--limit", "3"))
    hit = found["hits"][0]
    assert {"study", "session", "source", "start", "end", "quote", "speaker", "time", "score", "arms"} <= set(hit)
    assert "overwrite" in hit["quote"] and hit["end"] - hit["start"] == len(hit["quote"])
    assert hit["session"]["date"] == "2026-03-01" and set(hit["arms"]) == {"keyword", "meaning"}
    assert "overwrite" in run("search", "overwrite the appointments").stdout
    assert said(run("search", "reminder", "--study", "Calendars", "--until", "2020-01-01", "--json"))["hits"] == []

    studies = said(run("studies", "--json"))["studies"]
    assert studies[0]["study"]["facts"]["title"] == "Calendars" and studies[0]["sessions"] == 1
    assert "Calendars" in run("studies").stdout
    status = said(run("status", "--json"))["overview"]
    assert (status["studies"], status["sessions"], status["failed"]) == (1, 1, 1)
    assert "Transcripts" in run("status").stdout


def test_what_goes_wrong_is_a_sentence_and_a_code(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    missing = run("add", str(tmp_path / "no-such-file"), "--study", "X")
    assert missing.exit_code == 4 and "There is no file or folder" in missing.stderr
    slip = run("search", "x", "--study", "No such study", "--json")
    assert slip.exit_code == 4 and said(slip)["error"]["slug"] == "not-found"
    (tmp_path / "empty").mkdir()
    assert run("add", str(tmp_path / "empty"), "--study", "X").exit_code == 3
    (tmp_path / "a.txt").write_text("P1: yes", encoding="utf-8")
    assert run("add", str(tmp_path / "a.txt"), "--study", "Calendars").exit_code == 0
    near = run("add", str(tmp_path / "a.txt"), "--study", "Calender")
    assert near.exit_code == 4 and "Did you mean “Calendars”?" in near.stderr


@pytest.mark.parametrize(
    "words",
    ["status", "search x", "studies", "doctor", "index status", "index verify", "index rebuild"],
)
def test_what_only_reads_makes_no_repository(run, tmp_path: Path, words: str) -> None:  # type: ignore[no-untyped-def]
    for options in ((), ("--json",)):
        result = run(*words.split(), *options)
        told = result.stdout if options else result.stderr
        assert result.exit_code == 2 and "There is no repository in" in told and "cairn serve" in told
    assert said(result)["error"]["slug"] == "no-repository"
    assert not (tmp_path / "data").exists()


def test_a_watched_folder_says_what_could_not_be_read(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "p01.txt").write_text(INTERVIEW, encoding="utf-8")
    (inbox / "empty.vtt").write_text("WEBVTT\n\n", encoding="utf-8")
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        first = run("watch", str(inbox), "--study", "Calls", "--once", "--json")
        told = [json.loads(line) for line in first.stdout.splitlines()]
        failed = [line for line in told if line["state"] == "failed"]
        assert first.exit_code == 3 and len(told) == 3
        assert [Path(line["file"]).name for line in failed] == ["empty.vtt"] and failed[0]["message"]
        again = run("watch", str(inbox), "--study", "Calls", "--once")
        assert again.exit_code == 3 and "✗" in again.stderr and "✓" not in again.stdout
        (inbox / "empty.vtt").unlink()
        assert run("watch", str(inbox), "--study", "Calls", "--once").exit_code == 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_typo_in_the_settings_names_file_line_and_remedy(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "config.toml").write_text("[server]\nprot = 8000\n", encoding="utf-8")
    result = run("status")
    assert result.exit_code == 2
    assert 'config.toml, line 2: there is no key in [server] "prot"' in result.stderr and '"port"' in result.stderr


def test_another_address_than_loopback_and_a_port_in_use_are_refused(run) -> None:  # type: ignore[no-untyped-def]
    import socket

    wide = run("serve", "--host", "0.0.0.0")
    assert wide.exit_code == 2 and "no passwords yet" in wide.stderr
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = run("serve", "--port", str(taken.getsockname()[1]))
    assert busy.exit_code == 6 and "is taken" in busy.stderr and "--port" in busy.stderr


def test_a_second_server_on_the_same_folder_is_refused(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from filelock import FileLock

    (tmp_path / "data" / "index").mkdir(parents=True)
    with FileLock(tmp_path / "data" / "index" / "OWNER.lock"):
        second = run("serve", "--port", "0")
    assert second.exit_code == 6 and "Another Cairn is already serving" in second.stderr


def test_doctor_and_index(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "p01.txt").write_text(INTERVIEW, encoding="utf-8")
    run("add", str(tmp_path / "p01.txt"), "--study", "Calendars")
    healthy = run("doctor", "--json")
    assert healthy.exit_code == 0 and said(healthy)["healthy"]
    next((tmp_path / "data" / "originals").glob("??/*")).unlink()
    ill = run("doctor")
    assert ill.exit_code == 1 and "1 missing" in ill.stdout and "backup" in ill.stdout
    assert said(run("index", "rebuild", "--json"))["pending"] == 0
    assert said(run("index", "verify", "--json"))["missing"] == 0
    assert said(run("index", "status", "--json"))["vectors"] > 0


def test_help_is_quick_and_names_every_command() -> None:
    done = subprocess.run([sys.executable, "-m", "web.cli.main", "--help"], capture_output=True, text=True, check=True)
    for command in ("serve", "work", "add", "search", "studies", "status", "doctor", "index", "demo"):
        assert f"  {command} " in done.stdout
