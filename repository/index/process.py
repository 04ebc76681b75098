"""Chroma in a process of its own: what it does there makes no search wait, and when it dies nothing else does.

Chroma 1.5.9 keeps Python's lock while it writes and while it replays what it has not persisted: half a second for a few
passages among 100,000, half a minute to open them. In the server's own process all pages would stand still meanwhile.
"""

import fcntl
import os
import resource
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from repository.errors import Unavailable
from repository.index.vectors import Floats, Ints

#: Seconds between two looks at a process that opens a generation.
TICK = 0.2
#: Seconds anything but opening may take before the process counts as hung.
PATIENCE = 120.0
#: Seconds a search waits for another one's answer before it compares by itself.
TURN = 0.02
#: How far the process steps back for the pages (Unix niceness).
NICE = 5


class ChromaProcess:
    """One generation, asked through a pipe; one thing at a time."""

    def __init__(
        self, path: Path, *, sync_threshold: int = 1_000_000, seconds: float, stop: threading.Event | None = None
    ) -> None:
        """Open or create it. Raises Unavailable if that crashes, fails, takes longer than `seconds`, or at `stop`."""
        here, there = socket.socketpair()
        ended, self._alive = os.pipe()
        with there:
            channels = (there.fileno(), ended)
            self._child = subprocess.Popen(
                [sys.executable, "-m", __name__, str(path), str(sync_threshold), *map(str, channels)],
                pass_fds=channels,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        os.close(ended)
        self._pipe = Connection(here.detach())
        self._turn = threading.Lock()
        end = time.monotonic() + seconds
        try:
            while not self._pipe.poll(max(0.0, min(TICK, end - time.monotonic()))):
                if stop is not None and stop.is_set():
                    raise Unavailable("The search index was not opened, as Cairn is about to end.")
                if time.monotonic() >= end:
                    raise Unavailable(f"The search index did not open within {seconds:.0f} s.")
            self._answer()
        except Unavailable:
            self._end()
            raise

    def upsert(self, ids: Ints, studies: Ints, vectors: Floats) -> None:
        """Keep (n, d) vectors. Raises ValueError if they cannot be kept, Unavailable if the process is gone."""
        self._ask("upsert", ids, studies, vectors)

    def delete(self, ids: Sequence[int]) -> None:
        """Forget these ids."""
        self._ask("delete", list(ids))

    def query(self, vector: Floats, k: int) -> list[tuple[int, float]] | None:
        """Give the k nearest as (id, cosine), approximately; None if the process is busy with something else."""
        if not self._turn.acquire(timeout=TURN):
            return None
        try:
            return list(self._say("query", vector, k))
        finally:
            self._turn.release()

    def ids(self) -> set[int]:
        """Give every id."""
        return set(self._ask("ids"))

    def count(self) -> int:
        """Count the vectors."""
        return int(self._ask("count"))

    def close(self) -> None:
        """End the process; whoever waits for an answer gets Unavailable."""
        self._end()

    def _ask(self, name: str, *values: Any) -> Any:
        with self._turn:
            return self._say(name, *values)

    def _say(self, name: str, *values: Any) -> Any:
        try:
            self._pipe.send((name, values))
            if not self._pipe.poll(PATIENCE):
                self._child.kill()
        except OSError as error:
            raise Unavailable("The search index went away.") from error
        return self._answer()

    def _answer(self) -> Any:
        try:
            good, value = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise Unavailable("The search index went away.") from error
        if not good:
            raise value
        return value

    def _end(self) -> None:
        self._child.kill()  # it holds nothing that SQL has not: there is nothing to save
        self._child.wait()
        with self._turn:
            if self._alive >= 0:
                os.close(self._alive)
                self._alive = -1
            self._pipe.close()


def serve(path: Path, sync_threshold: int, channel: int) -> None:
    """Answer what is asked through the pipe until its other end is closed."""
    from repository.index.chroma import ChromaIndex

    with Connection(channel) as pipe:
        index: ChromaIndex | None = None
        name, values = "count", ()
        while True:
            try:
                index = index or ChromaIndex(path, sync_threshold=sync_threshold)
                answer = True, getattr(index, name)(*values)
            except (ValueError, Unavailable) as error:
                answer = False, error
            except Exception as error:  # Rust's and SQLite's errors need not be picklable
                answer = False, Unavailable(f"The index refused ({type(error).__name__}).")
            pipe.send(answer)
            if index is None:
                return
            try:
                name, values = pipe.recv()
            except EOFError:
                return


def end_with(ended: int) -> None:
    """End this process when the other end of a pipe is closed, so that no two processes ever have one generation open.

    The kernel's doing: this process may be in the midst of a long call, and whoever started it may be one thread of many.
    """
    fcntl.fcntl(ended, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(ended, fcntl.F_SETFL, fcntl.fcntl(ended, fcntl.F_GETFL) | os.O_ASYNC)  # SIGIO, which ends a process
    if select.select([ended], [], [], 0)[0]:
        raise SystemExit(1)  # it was closed already


if __name__ == "__main__":
    end_with(int(sys.argv[4]))
    # A broken graph may claim terabytes: fail instead of swapping the machine to death.
    resource.setrlimit(resource.RLIMIT_AS, (64 << 30, 64 << 30))
    os.nice(NICE)
    serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
