"""Kill the processes at random moments of ingest, edit, delete and indexing, and count what is lost.

    make endure                                 200 kills
    python -m bench.endure --kills 60           each step hit three times at least

A server with its worker, and a writer that uploads, edits and deletes, run on one folder with the real model and a real
Chroma. Each kill is `kill -9`, aimed at the step that was hit least: the driver waits until SQL says that the step is
being done, then a random few milliseconds. What was really hit is read from SQL afterwards. After the last kill
everything is allowed to finish, and SQL, originals and index are compared with what the writer was told.
"""

import argparse
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa

from bench.comparing import MUST_BE_ZERO, compare
from bench.serving import Served, environment, search_path, served
from bench.writing import write
from repository.domain.access import LOCAL_ADMIN
from repository.domain.source import Stage
from repository.indexing import status
from repository.settings import load
from repository.store import tables as t
from repository.store.facts import GENERATION
from repository.workspace import Workspace

STEPS = [stage.value for stage in Stage if stage is not Stage.RECEIVED]
#: What a kill is aimed at: the four steps, the index, and the writer's own transactions.
AIMS = [*STEPS, "index", "writer"]
#: Seconds after which a kill falls even if what it is aimed at does not come.
PATIENCE = 15.0
#: Seconds in which everything must be finished after the last kill.
END = 600.0


class Writer:
    """A writing process, and what it was told: every line it got out before it was killed."""

    def __init__(self, settings: dict[str, str], seed: int) -> None:
        """Start it."""
        command = [sys.executable, "-m", "bench.endure", "--write", "--seed", str(seed)]
        self.process = subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, text=True)
        self.told: list[dict[str, Any]] = []
        self.began = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with contextlib.suppress(ValueError):  # the last line may be half a line
                self.told.append(json.loads(line))
                self.began.set() if self.at_work else self.began.clear()

    @property
    def at_work(self) -> bool:
        """Say whether something was begun and not yet acknowledged."""
        return bool(self.told) and not {"accepted", "deleted", "edited"} & self.told[-1].keys()

    def digests(self, what: str) -> set[str]:
        """Give what was accepted, deleting or deleted."""
        return {line[what] for line in self.told if what in line}

    def end(self) -> None:
        """Kill it and read what it still said."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


class Run:
    """One folder, what the writers were told, and what was hit."""

    def __init__(self, folder: Path, seed: int, models: Path) -> None:
        """Begin a folder with an exported model, so that kills fall into the work and not into the export."""
        self.settings = environment(
            folder,
            bin__days=0,
            index__exact_below=1,
            index__check_seconds=0.02,
            jobs__sweep_seconds=1,
            # Kills are not the files' fault here: none may be given up for them.
            jobs__attempts=1000,
        )
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "models").symlink_to(models, target_is_directory=True)
        self.workspace = Workspace(load(environment=self.settings))
        self.workspace.embedder()
        self.seed, self.chance = seed, random.Random(seed)
        self.accepted: set[str] = set()
        self.deleting: set[str] = set()
        self.deleted: set[str] = set()
        self.hits: Counter[str] = Counter()
        self.killed: Counter[str] = Counter()
        self.slowest = 0.0

    @contextlib.contextmanager
    def serving(self) -> Iterator[Served]:
        """Serve; take note of how long it takes until a search is answered."""
        with served(self.settings, path=search_path("reminder"), hard=True) as server:
            self.slowest = max(self.slowest, server.up_s)
            yield server

    @contextlib.contextmanager
    def writing(self, number: int) -> Iterator[Writer]:
        """Write; take note of what the writer was told."""
        writer = Writer(self.settings, self.seed * 1000 + number)
        try:
            yield writer
        finally:
            writer.end()
            self.accepted |= writer.digests("accepted")
            self.deleting |= writer.digests("deleting")
            self.deleted |= writer.digests("deleted")

    def aim(self) -> str:
        """Choose what was hit least so far."""
        return min(AIMS, key=lambda aim: (self.hits[aim], AIMS.index(aim)))

    def in_work(self, worker: psutil.Process | None) -> set[str]:
        """Say what SQL holds as begun and not finished: the step of this worker's job, and passages the index lacks."""
        step = sa.select(t.job.c.step, t.source.c.stage).join(t.source, t.source.c.id == t.job.c.source_id)
        mine = t.job.c.holder.contains(f"/{worker.pid}/" if worker else "nobody")
        with self.workspace.database.read() as connection:
            rows = connection.execute(step.where(t.job.c.state == "running", mine)).all()
            generation = sa.select(sa.cast(t.fact.c.value, sa.Integer)).where(t.fact.c.name == GENERATION)
            lag = (
                sa.select(t.segment.c.id)
                .join(t.vector, t.vector.c.words_sha == t.segment.c.words_sha)
                .where(t.segment.c.indexed_as != generation.scalar_subquery())
            )
            behind = connection.execute(lag.limit(1)).first() is not None
        steps = {name for name, stage in rows if name and Stage(stage).number < Stage(name).number}
        return steps | ({"index"} if behind else set())

    def await_aim(self, aim: str, server: Served, writer: Writer) -> psutil.Process | None:
        """Wait until what is aimed at is being done, then a random moment, or until patience ends; give the worker."""
        until = time.monotonic() + PATIENCE
        while (worker := server.worker()) is None and time.monotonic() < until:
            time.sleep(0.05)
        if aim == "writer":
            time.sleep(self.chance.random() * 0.2)
            writer.began.wait(PATIENCE)
        else:
            while aim not in self.in_work(worker) and time.monotonic() < until:
                time.sleep(0.001)
        time.sleep(self.chance.random() * (0.03 if aim in ("read", "embedded") else 0.006))
        return worker

    def kill(self, aim: str, server: Served, worker: psutil.Process | None, writer: Writer) -> None:
        """Kill, and count what was hit."""
        head = psutil.Process(server.process.pid)
        whole = server.family()
        # Mostly everything at once; sometimes the worker alone, sometimes the server without its worker.
        chance = self.chance.random()
        if aim == "writer" and chance < 0.5:
            who, victims = "writer", [psutil.Process(writer.process.pid)]
        elif aim == "writer":  # the worker is left, and must notice by itself
            who, victims = "writer and server", [head, psutil.Process(writer.process.pid)]
        elif aim in STEPS and worker and chance < 0.3:
            who, victims = "worker", [worker]
        else:
            who, victims = "all", [head, *whole, psutil.Process(writer.process.pid)]
        for process in victims:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.killed[who] += 1
        # What was really hit: the worker's step and the writer's doing where they died, the index where its owner did.
        died = {"all": set(AIMS), "worker": set(STEPS), "writer and server": {"index"}}.get(who, set())
        found = self.in_work(worker) & died
        if who != "worker" and self._silent(writer):
            found |= {"writer"}
        self.hits.update(found)

    @staticmethod
    def _silent(writer: Writer) -> bool:
        """Say whether a killed writer left something unacknowledged."""
        writer.end()
        return writer.at_work


def endure(folder: Path, kills: int, seed: int, models: Path, *, each: int = 0) -> dict[str, Any]:
    """Kill so often, and until each aim was hit `each` times; let everything finish, compare, give the counts."""
    run = Run(folder, seed, models)
    done = 0
    while done < kills or (min(run.hits[aim] for aim in AIMS) < each and done < 4 * kills):
        with run.serving() as server, run.writing(done) as writer:
            aim = run.aim()
            worker = run.await_aim(aim, server, writer)
            run.kill(aim, server, worker, writer)
            time.sleep(run.chance.random() * 0.3)
        done += 1
        hits = ", ".join(f"{aim} {run.hits[aim]}" for aim in AIMS)
        print(f"\r{done} kills, {len(run.accepted)} accepted; hit: {hits} ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    began = time.monotonic()
    with run.serving():
        _finish(run.workspace)
    took = time.monotonic() - began
    counts = compare(run.workspace, accepted=run.accepted, deleting=run.deleting, deleted=run.deleted)
    run.workspace.close()
    return counts | {
        "kills": done,
        "hits": {aim: run.hits[aim] for aim in AIMS},
        "killed": dict(run.killed),
        "slowest_restart_s": round(run.slowest, 1),
        "finished_after_s": round(took, 1),
    }


def _finish(workspace: Workspace) -> None:
    """Wait until no work is left and the index has followed."""
    until = time.monotonic() + END
    while time.monotonic() < until:
        with workspace.read() as unit:
            waiting = [job for job in unit.jobs.seen(LOCAL_ADMIN, limit=100_000) if not job.state.over]
            gone = unit.segments.tombstones()
        if not waiting and not gone and not status(workspace).pending:
            return
        time.sleep(0.3)
    raise SystemExit("the work did not end within ten minutes")


def main() -> None:
    """Run from the command line."""
    from bench.filling import MODELS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.write:
        write(chosen.seed)
        return
    MODELS.mkdir(parents=True, exist_ok=True)
    each = 3 if chosen.kills >= 60 else 1
    with tempfile.TemporaryDirectory(prefix="cairn-endure-") as folder:
        counts = endure(Path(folder), chosen.kills, chosen.seed, MODELS, each=each)
    print(json.dumps(counts, indent=2))
    sys.exit(1 if any(counts[name] for name in MUST_BE_ZERO) or min(counts["hits"].values()) < each else 0)


if __name__ == "__main__":
    main()
