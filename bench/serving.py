"""A real `cairn serve` with its worker, started for measuring or killing, and never left behind."""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

#: Seconds a server may take until it answers.
PATIENCE = 60.0


@dataclass
class Served:
    """A running server. `up_s`: seconds from its start to the first answer of the page asked for."""

    process: subprocess.Popen[bytes]
    address: str
    up_s: float
    _known: dict[int, psutil.Process] = field(default_factory=dict)

    def get(self, path: str, *, timeout: float = 30.0) -> Any:
        """Ask for a path and give the JSON it answers."""
        with urllib.request.urlopen(self.address + path, timeout=timeout) as answer:
            return json.load(answer)

    def family(self) -> list[psutil.Process]:
        """Give the server and everything it started that still lives, the server last."""
        with contextlib.suppress(psutil.NoSuchProcess):
            head = psutil.Process(self.process.pid)
            self._known |= {process.pid: process for process in [*head.children(recursive=True), head]}
        living = [process for process in self._known.values() if _lives(process)]
        return sorted(living, key=lambda process: process.pid == self.process.pid)

    def worker(self) -> psutil.Process | None:
        """Give the worker, if it lives."""
        for process in self.family():
            with contextlib.suppress(psutil.Error):
                if "work" in process.cmdline():
                    return process
        return None

    def end(self, *, hard: bool) -> None:
        """End the server and its family, and wait until they are gone."""
        family = self.family()
        if not hard and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()
        psutil.wait_procs([process for process in family if process.pid != self.process.pid], timeout=20)


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """Give the settings of a server for a folder as environment; `section__key` names a setting."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}
    chosen: Mapping[str, object] = {"storage__folder": folder, "storage__min_free_mb": 1, "server__port": 0, **settings}
    # Elsewhere than where a config.toml might lie: measured is what stands here.
    return own | {f"CAIRN_{name.upper()}": str(value) for name, value in chosen.items()}


@contextlib.contextmanager
def served(settings: Mapping[str, str], *, path: str = "/", hard: bool = False) -> Iterator[Served]:
    """Run a server until the block ends; `path` is what must be answered before the block begins."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "web.cli.main", "serve", "--json"], env=dict(settings), stdout=subprocess.PIPE
    )
    run = Served(process, "", 0.0)
    try:
        run.address = _address(process)
        _await(run.address + path, process, began + PATIENCE)
        run.up_s = time.monotonic() - began
        yield run
    finally:
        run.end(hard=hard)
        assert process.stdout is not None
        process.stdout.close()


def _address(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    said = b""
    while not said.rstrip().endswith(b"}"):
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"the server ended with {process.wait()}")
        said += line
    return str(json.loads(said)["address"]).rstrip("/")


def _await(url: str, process: subprocess.Popen[bytes], until: float) -> None:
    while True:
        try:
            with urllib.request.urlopen(url, timeout=15) as answer:
                answer.read()
            return
        except OSError as error:
            if isinstance(error, urllib.error.HTTPError):
                raise
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"the server did not answer (exit {process.poll()})") from None
            time.sleep(0.02)


def await_meaning(run: Served, *, patience: float = 120.0) -> float:
    """Wait until searches compare by meaning; give the seconds since the first answer."""
    began = time.monotonic()
    while not (state := run.get("/api/status"))["meaning"] or state["model"] != "ready":
        if time.monotonic() - began > patience:
            raise SystemExit(f"search by meaning did not start ({state['model']})")
        time.sleep(0.05)
    return time.monotonic() - began


def search_path(text: str, **filters: object) -> str:
    """Give the path of a search."""
    return "/api/search?" + urllib.parse.urlencode({"q": text, **filters})
