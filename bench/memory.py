"""How much memory `cairn serve` and its worker need at most, with the model loaded, while files come in and people search.

Counted is the proportional share (PSS): what the processes have in common is counted once. Only where the system does
not say it, the resident size is taken, which is more.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.feeding import accept_demonstration, feed, finished
from bench.filling import lend_model, open_workspace
from bench.material import questions
from bench.report import Row
from bench.serving import Served, await_meaning, environment, search_path, served
from bench.stocked import borrowed
from repository.indexing import status

MOST_MB = {"demonstration": 1_500.0, "large": 2_500.0}


class Watch:
    """Looks at the memory of a server's family a few times a second."""

    def __init__(self, run: Served) -> None:
        """Begin."""
        self.peak, self.by_process = 0.0, {"web": 0.0, "worker": 0.0, "other": 0.0}
        self._run, self._over = run, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.2):
            total = 0.0
            for process in self._run.family():
                with contextlib.suppress(psutil.Error):
                    mb = size(process) / (1 << 20)
                    line = process.cmdline()
                    kind = "worker" if "work" in line else "web" if "serve" in line else "other"
                    self.by_process[kind] = max(self.by_process[kind], mb)
                    total += mb
            self.peak = max(self.peak, total)

    def end(self) -> None:
        """Stop looking."""
        self._over.set()
        self._thread.join()


def size(process: psutil.Process) -> float:
    """Give a process' proportional share of memory in bytes, its resident size where that is not known."""
    with contextlib.suppress(psutil.AccessDenied, AttributeError):
        return float(process.memory_full_info().pss)
    return float(process.memory_info().rss)


@contextlib.contextmanager
def watched(folder: Path) -> Iterator[tuple[Served, Watch]]:
    """Serve a folder and watch."""
    with served(environment(folder)) as run:
        watch = Watch(run)
        try:
            await_meaning(run)
            yield run, watch
        finally:
            watch.end()


def measure(n: int = 100_000) -> tuple[list[Row], dict[str, object]]:
    """Serve the demonstration while it comes in, then n passages while more come in; search all the while."""
    import tempfile

    rows = []
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as name:
        folder = Path(name) / "data"
        lend_model(folder)
        with watched(folder) as (run, watch):
            workspace = open_workspace(folder)
            jobs = accept_demonstration(workspace)
            for text in questions(400):
                run.get(search_path(text))
                if finished(workspace, jobs):
                    break
                time.sleep(0.3)
            while not finished(workspace, jobs) or status(workspace).pending:
                time.sleep(0.5)
            workspace.close()
        rows += _rows("demonstration, all of it coming in", watch, MOST_MB["demonstration"])
    with borrowed(n) as folder:
        with watched(folder) as (run, watch):
            workspace = open_workspace(folder)
            jobs = feed(workspace, 20)
            for text in questions(200):
                run.get(search_path(text))
            while not finished(workspace, jobs) or status(workspace).pending:
                time.sleep(0.5)
            for text in questions(300)[200:]:
                run.get(search_path(text))
            workspace.close()
        rows += _rows(f"{n:,} passages, index being built", watch, MOST_MB["large"])
        with watched(folder) as (run, watch):  # once more: the index is opened, looked at by a child, and replayed
            workspace = open_workspace(folder)
            until = time.monotonic() + 60
            for text in questions(500)[300:]:
                run.get(search_path(text))
            while time.monotonic() < until or any("chroma" in " ".join(p.cmdline()) for p in run.family()):
                time.sleep(0.5)
            workspace.close()
        rows += _rows(f"{n:,} passages, index being opened", watch, MOST_MB["large"])
    return rows, {"passages": n}


def _rows(name: str, watch: Watch, most: float) -> list[Row]:
    parts = [Row(f"  {kind}: peak", mb, "MB") for kind, mb in watch.by_process.items() if mb]
    return [Row(f"{name}: peak of all processes", watch.peak, "MB", most=most), *parts]
