"""How much slower searches become while the worker reads and embeds as fast as it can.

A real `cairn serve` with its worker; several people search over HTTP at once, first with nothing else to do, then while
transcripts keep coming in. Compared is the time within which 95 of 100 searches are answered.
"""

import random
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.feeding import accept_demonstration, done, feed, finished
from bench.filling import lend_model, open_workspace
from bench.material import questions
from bench.report import Row, percentile
from bench.serving import Served, await_meaning, environment, search_path, served
from bench.stocked import borrowed
from repository.indexing import status
from repository.workspace import Workspace

#: What a search under full ingest may take, as a multiple of an idle one.
MOST = 3.0
#: People who search at once, and seconds they rest between two searches at most.
PEOPLE, REST = 4, 1.0
#: Transcripts kept waiting for the worker.
AHEAD = 30


def ask(run: Served, texts: Iterator[str], seconds: float) -> list[float]:
    """Let people search for so long; give ms, whole requests as a browser sees them."""
    until = time.monotonic() + seconds
    found: list[float] = []
    turn = threading.Lock()

    def person(seed: int) -> None:
        chance = random.Random(seed)
        while time.monotonic() < until:
            with turn:
                text = next(texts)
            began = time.perf_counter()
            answer = run.get(search_path(text))
            took = (time.perf_counter() - began) * 1000
            assert not answer.get("notes"), answer["notes"]
            with turn:
                found.append(took)
            time.sleep(chance.random() * REST)

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(person, range(PEOPLE)))
    return found


def compare(name: str, folder: Path, seconds: float) -> list[Row]:
    """Search idle, then under full ingest, then idle again."""
    with served(environment(folder)) as run:
        await_meaning(run)
        workspace = open_workspace(folder)
        until = time.monotonic() + 900
        while status(workspace).pending and time.monotonic() < until:
            time.sleep(0.5)
        texts = iter(questions(20_000))
        ask(run, texts, 5)  # warm
        idle = ask(run, texts, seconds)
        jobs = feed(workspace, AHEAD)
        over = threading.Event()
        feeder = threading.Thread(target=_keep_feeding, args=(workspace, jobs, over))
        feeder.start()
        time.sleep(3)
        before, began = done(workspace, jobs), time.monotonic()
        busy = ask(run, texts, seconds)
        speed = (done(workspace, jobs) - before) / (time.monotonic() - began) * 60
        over.set()
        feeder.join()
        workspace.close()
    rows = [
        Row(f"{name}: idle p95", percentile(idle, 0.95), "ms"),
        Row(f"{name}: idle p50", percentile(idle, 0.5), "ms"),
        Row(f"{name}: under full ingest p95", percentile(busy, 0.95), "ms"),
        Row(f"{name}: under full ingest p50", percentile(busy, 0.5), "ms"),
        Row(f"{name}: p95 under full ingest ÷ idle", percentile(busy, 0.95) / percentile(idle, 0.95), "×", most=MOST),
        Row(f"{name}: transcripts of 1,500 words brought in meanwhile", speed, "/min"),
        Row(f"{name}: searches, idle and busy", len(idle) + len(busy)),
    ]
    return rows


def _keep_feeding(workspace: Workspace, jobs: list[int], over: threading.Event) -> None:
    while not over.wait(0.5):
        if len(jobs) - done(workspace, jobs) < AHEAD:
            jobs += feed(workspace, 5, first=len(jobs))


def measure(n: int = 100_000, seconds: float = 40.0) -> tuple[list[Row], dict[str, object]]:
    """Compare on the demonstration and on n passages."""
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as name:
        folder = Path(name) / "data"
        lend_model(folder)
        with served(environment(folder)):
            workspace = open_workspace(folder)
            jobs = accept_demonstration(workspace)
            while not finished(workspace, jobs):
                time.sleep(0.5)
            workspace.close()
        rows = compare("demonstration", folder, seconds)
    with borrowed(n) as folder:
        rows += compare(f"{n:,} passages", folder, seconds)
    return rows, {"passages": n, "people": PEOPLE, "rest_s": REST, "seconds": seconds}
