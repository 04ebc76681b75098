"""Repositories to be asked: made once in a folder, and opened again."""

import threading
from collections.abc import Callable
from pathlib import Path

from bench.filling import open_workspace
from ingest.demonstration import accept_all, finish
from ingest.worker import drain
from repository.recall import Recall
from repository.workspace import Workspace


def demonstration(folder: Path) -> Workspace:
    """Open the demonstration in this folder, bringing it in if it is not there."""
    return opened(folder, _bring_in)


def opened(folder: Path, make: Callable[[Path], None]) -> Workspace:
    """Open the repository of this folder ready to be asked, making it if it is not there."""
    done = folder / "complete"
    if not done.exists():
        make(folder)
        done.touch()
    workspace = open_workspace(folder, suggesting=False)
    recall = Recall(workspace)
    recall.refresh()
    workspace.neighbours = recall
    workspace.embedder()
    return workspace


def _bring_in(folder: Path) -> None:
    workspace = open_workspace(folder, suggesting=False)
    drain(workspace, accept_all(workspace), threading.Event())
    finish(workspace)
    workspace.close()
