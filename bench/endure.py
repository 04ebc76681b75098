"""Kill the processes at random moments of ingest, edit, delete and indexing, and count what is lost.

    make endure                                 200 kills
    python -m bench.endure --kills 20           as the tests do

A server with its worker, and a writer that uploads, edits and deletes, run on one folder with the real model and a real
Chroma. Each kill is `kill -9`, aimed at one of the steps in turn: the driver waits until SQL says that the step is being
done, then a random few milliseconds. After the last kill everything is allowed to finish, and SQL, originals and index
are compared with what the writer was told.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from repository.domain.access import LOCAL_ADMIN
from repository.domain.source import Stage
from repository.domain.study import StudyFacts
from repository.settings import Settings, load
from repository.store import tables as t
from repository.workspace import Workspace

STEPS = [stage.value for stage in Stage if stage is not Stage.RECEIVED]
#: What a kill is aimed at: the four steps, the index, and the writer's own transactions.
AIMS = [*STEPS, "index", "writer"]
WORDS = [
    "calendar",
    "reminder",
    "patient",
    "booking",
    "slot",
    "waitlist",
    "report",
    "login",
    "price",
    "invoice",
    "export",
    "doctor",
    "nurse",
    "phone",
    "screen",
    "colour",
    "Monday",
    "morning",
    "support",
    "ticket",
    "training",
    "upgrade",
    "form",
    "consent",
    "letter",
    "text",
    "message",
    "clinic",
    "desk",
    "paper",
    "notebook",
]


def environment(folder: Path, port: int) -> dict[str, str]:
    """Give the settings of a run as environment."""
    return os.environ | {
        "CAIRN_STORAGE__FOLDER": str(folder),
        "CAIRN_SERVER__PORT": str(port),
        "CAIRN_STORAGE__MIN_FREE_MB": "1",
        "CAIRN_BIN__DAYS": "0",
        "CAIRN_INDEX__EXACT_BELOW": "1",
        "CAIRN_INDEX__CHECK_SECONDS": "0.2",
        "CAIRN_JOBS__SWEEP_SECONDS": "1",
        # Kills are not the files' fault here: none may be given up for them.
        "CAIRN_JOBS__ATTEMPTS": "1000",
    }


def transcript(number: int, chance: random.Random) -> bytes:
    """Make a transcript nobody has seen before."""

    def sentence() -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(6, 14))).capitalize() + "."

    lines = [f"Interviewer: Question {number} {sentence()}"]
    for _ in range(chance.randint(4, 10)):
        lines.append("P01: " + " ".join(sentence() for _ in range(chance.randint(3, 9))))
        lines.append("Interviewer: " + sentence())
    return "\n".join(lines).encode()


def write(folder: Path, seed: int) -> None:
    """Upload, edit and delete until killed; say on standard output what was acknowledged, each on a line of its own."""
    from ingest.intake import accept
    from repository.studies import bin_session, create, find, purge

    workspace, chance = Workspace(load()), random.Random(seed)
    try:
        study = find(workspace, LOCAL_ADMIN, "Endurance")
    except Exception:
        study = create(workspace, LOCAL_ADMIN, StudyFacts("Endurance"))
    number = seed * 100_000
    while True:
        act = chance.random()
        with workspace.read() as unit:
            ready = [s for s in unit.sessions.of_study(LOCAL_ADMIN, study.id) if s.text_id]
            waiting = len(unit.jobs.due(workspace.clock()))
        if act < 0.12 and ready:
            chosen = chance.choice(ready)
            with workspace.read() as unit:
                source = unit.sources.get(chosen.source_id)
            assert source is not None
            print(json.dumps({"deleting": source.digest}), flush=True)
            bin_session(workspace, LOCAL_ADMIN, chosen.id)
            purge(workspace)
            print(json.dumps({"deleted": source.digest}), flush=True)
        elif act < 0.25 and ready:
            _edit(workspace, chance.choice(ready).id, chance)
        elif waiting < 12:
            number += 1
            data = transcript(number, chance)
            accepted = accept(workspace, LOCAL_ADMIN, study_id=study.id, name=f"{number}.txt", data=data)
            print(json.dumps({"accepted": accepted.source.digest}), flush=True)
        time.sleep(chance.random() * 0.05)


def _edit(workspace: Workspace, session_id: int, chance: random.Random) -> None:
    """Correct a transcript: a new revision, and the way through the pipeline again, in one transaction."""
    from repository.domain.transcript import Transcript
    from repository.jobs import queue_ingest

    with workspace.write() as unit:
        session = unit.sessions.get(LOCAL_ADMIN, session_id)
        if session is None or session.text_id is None:
            return
        revision, source = unit.sessions.revision(session.text_id), unit.sources.get(session.source_id)
        assert revision is not None and source is not None
        word, other = chance.sample(WORDS, 2)
        if len(word) > len(other):
            word, other = other, word
        body = revision.body.replace(other, (word + "s" * 20)[: len(other)])
        unit.sessions.keep_transcript(
            source, Transcript(body, revision.turns, revision.speakers, reader="edit"), "en", workspace.clock()
        )
        unit.sources.reached(source.id, Stage.READ)
        job_id = queue_ingest(unit, workspace, source.id)
    workspace.bell.ring(job_id)


class Run:
    """One folder, its processes, and what the writer was told."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed = folder, seed
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environment = environment(folder, self.port)
        self.accepted: set[str] = set()
        self.deleting: set[str] = set()
        self.deleted: set[str] = set()
        self.slowest = 0.0
        self.chance = random.Random(seed)

    def settings(self) -> Settings:
        """Give the run's settings for looking at the folder from here."""
        here = load(environment=self.environment)
        return replace(here, base=Path("/"))

    @contextlib.contextmanager
    def served(self) -> Iterator[subprocess.Popen[bytes]]:
        """Start a server; measure how long until a search is answered; end it hard if it still runs."""
        began = time.monotonic()
        server = subprocess.Popen(
            [sys.executable, "-m", "web.cli.main", "serve"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if os.environ.get("ENDURE_QUIET") else None,
        )
        url = f"http://127.0.0.1:{self.port}/api/search?q=reminder"
        while True:
            try:
                with urllib.request.urlopen(url, timeout=15) as answer:
                    assert answer.status == 200
                break
            except OSError:
                if server.poll() is not None or time.monotonic() - began > 60:
                    raise SystemExit(f"the server did not come back (exit {server.poll()})") from None
                time.sleep(0.05)
        self.slowest = max(self.slowest, time.monotonic() - began)
        try:
            yield server
        finally:
            for pid in self._family(server.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            server.wait()

    def _family(self, pid: int) -> list[int]:
        import psutil

        try:
            process = psutil.Process(pid)
            return [child.pid for child in process.children(recursive=True)] + [pid]
        except psutil.NoSuchProcess:
            return []

    @contextlib.contextmanager
    def written(self, number: int) -> Iterator[subprocess.Popen[str]]:
        """Start the writer and take note of what it is told."""
        writer = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "bench.endure",
                "--write",
                str(self.folder),
                "--seed",
                str(self.seed * 1000 + number),
            ],
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

        def note() -> None:
            assert writer.stdout is not None
            for line in writer.stdout:
                told = json.loads(line)
                self.accepted |= {told["accepted"]} if "accepted" in told else set()
                self.deleting |= {told["deleting"]} if "deleting" in told else set()
                self.deleted |= {told["deleted"]} if "deleted" in told else set()

        reader = threading.Thread(target=note)
        reader.start()
        try:
            yield writer
        finally:
            writer.kill()
            writer.wait()
            reader.join()
            if writer.stdout:
                writer.stdout.close()

    def await_step(self, workspace: Workspace, aim: str, patience: float = 10.0) -> bool:
        """Wait until SQL says that a step is being done."""
        until = time.monotonic() + patience
        running = sa.select(t.job.c.id).where(t.job.c.state == "running", t.job.c.step == aim).limit(1)
        pending = (
            sa.select(t.segment.c.id)
            .join(t.vector, t.vector.c.words_sha == t.segment.c.words_sha)
            .where(t.segment.c.indexed_as == 0)
            .limit(1)
        )
        while time.monotonic() < until:
            with workspace.database.read() as connection:
                if aim == "writer" or connection.execute(pending if aim == "index" else running).first():
                    return True
            time.sleep(0.003)
        return False


def endure(folder: Path, kills: int, seed: int) -> dict[str, Any]:
    """Kill so often, let everything finish, and compare; give the counts."""
    run = Run(folder, seed)
    workspace = Workspace(run.settings())
    hits: Counter[str] = Counter()
    for number in range(kills):
        aim = AIMS[number % len(AIMS)]
        with run.served() as server, run.written(number) as writer:
            hit = run.await_step(workspace, aim)
            time.sleep(run.chance.random() * (0.4 if aim == "writer" else 0.06))
            hits[aim if hit else f"{aim} (missed)"] += 1
            family = run._family(server.pid)
            # Sometimes only the worker, sometimes everything at once.
            victims = family[:-1] if aim in STEPS and run.chance.random() < 0.3 and len(family) > 1 else family
            if aim == "writer":
                victims = [writer.pid]
            for pid in victims:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(run.chance.random() * 0.3)
        print(f"\r{number + 1} kills, {len(run.accepted)} accepted", end="", file=sys.stderr, flush=True)
    with run.served():
        _drain(workspace)
    counts = compare(workspace, run)
    workspace.close()
    return counts | {"kills": kills, "hits": dict(sorted(hits.items())), "slowest_restart_s": round(run.slowest, 1)}


def _drain(workspace: Workspace) -> None:
    """Wait until no work is left and the index has followed."""
    from repository.indexing import status

    until = time.monotonic() + 600
    while time.monotonic() < until:
        with workspace.read() as unit:
            waiting = [job for job in unit.jobs.seen(LOCAL_ADMIN, limit=100_000) if not job.state.over]
            gone = unit.segments.tombstones()
        if not waiting and not gone and not status(workspace).pending:
            return
        time.sleep(0.3)
    raise SystemExit("the work did not end within ten minutes")


def compare(workspace: Workspace, run: Run) -> dict[str, Any]:
    """Compare SQL, originals and index with what the writer was told."""
    from repository.indexing import Indexer, verify

    fingerprint, _ = workspace.model_facts()
    with workspace.read() as unit:
        unit_digests = unit.sources.digests()
        lacking, orphans, faults = unit.vectors.count_missing(fingerprint), unit.vectors.orphans(), unit.upkeep.faults()
        jobs = unit.jobs.counts()
    with workspace.database.read() as connection:
        doubled = connection.execute(
            sa.select(sa.func.count()).select_from(
                sa.select(t.source.c.digest).group_by(t.source.c.digest).having(sa.func.count() > 1).subquery()
            )
        ).scalar_one()
        sessions_doubled = connection.execute(
            sa.select(sa.func.count()).select_from(
                sa.select(t.session.c.source_id).group_by(t.session.c.source_id).having(sa.func.count() > 1).subquery()
            )
        ).scalar_one()
    indexer = Indexer(workspace)
    indexer.open()
    difference = verify(indexer)
    indexer.close()
    promised = run.accepted - run.deleting
    return {
        "accepted": len(run.accepted),
        "deleted": len(run.deleted),
        "lost": len(promised - unit_digests) + len([d for d in promised if not workspace.originals.path(d).is_file()]),
        "came_back": len(run.deleted & unit_digests),
        "duplicated": doubled + sessions_doubled,
        "without_vector": lacking,
        "orphan_vectors": orphans,
        "index_missing": difference.missing,
        "index_orphans": difference.orphans,
        "failed_jobs": sum(count for state, count in jobs.items() if state.value == "failed"),
        "database_faults": len(faults),
    }


#: Counts that must be zero.
MUST_BE_ZERO = (
    "lost",
    "came_back",
    "duplicated",
    "without_vector",
    "orphan_vectors",
    "index_missing",
    "index_orphans",
    "failed_jobs",
    "database_faults",
)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.write:
        write(chosen.write, chosen.seed)
        return
    with tempfile.TemporaryDirectory(prefix="cairn-endure-") as folder:
        counts = endure(Path(folder), chosen.kills, chosen.seed)
    print(json.dumps(counts, indent=2))
    sys.exit(1 if any(counts[name] for name in MUST_BE_ZERO) else 0)


if __name__ == "__main__":
    main()
