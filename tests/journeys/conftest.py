"""A real server with its worker, the real model and a real Chroma; a real browser that notes every complaint."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = next(filter(None, (shutil.which(n) for n in ("chromium", "chromium-browser", "google-chrome"))), None)
#: Without these, Chromium looks for Google's hosts at every start.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Server:
    """A running `cairn serve`."""

    address: str
    folder: Path
    process: subprocess.Popen[str]

    def get(self, path: str) -> dict[str, object]:
        """Ask the API."""
        with urllib.request.urlopen(self.address.rstrip("/") + path, timeout=30) as answer:
            found: dict[str, object] = json.load(answer)
        return found


def environment(folder: Path) -> dict[str, str]:
    """Give the settings of a server of its own, on any free port."""
    return os.environ | {
        "CAIRN_STORAGE__FOLDER": str(folder),
        "CAIRN_STORAGE__MIN_FREE_MB": "1",
        "CAIRN_SERVER__PORT": "0",
    }


def start(folder: Path) -> Server:
    """Start a server and wait for the address it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "web.cli.main", "serve", "--json"],
        env=environment(folder),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    while not said.rstrip().endswith("}"):
        line = process.stdout.readline()
        assert line, f"the server ended with {process.wait()}"
        said += line
    return Server(json.loads(said)["address"], folder, process)


def stop(server: Server) -> int:
    """Ask a server to end, and give how it did."""
    server.process.terminate()
    code = server.process.wait(20)
    assert server.process.stdout is not None
    server.process.stdout.close()
    return code


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An empty repository, served."""
    running = start(tmp_path_factory.mktemp("served") / "data")
    yield running
    assert stop(running) == 0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all journeys."""
    assert CHROMIUM, "No Chromium here. Run: make test, which installs it, or apt-get install chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A page of a wide screen; complaints of the browser (scripts, policy, missing files) fail the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=server.address)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "request",
        lambda request: (
            None if request.url.startswith((server.address, "data:")) else complaints.append(f"asked {request.url}")
        ),
    )
    yield opened
    context.close()
    assert complaints == []
