"""Vectors of short texts that people write, such as names and definitions: made once by this process and kept in memory."""

import hashlib
import threading
import time
from collections.abc import Collection
from contextlib import suppress

import numpy as np

from nlp.embedding import Vectors
from repository.errors import Unavailable
from repository.workspace import Workspace

#: Texts kept at most, embedded between two looks at the clock, and sorted by length together.
KEPT, BATCH, WINDOW = 50_000, 32, 256
#: Characters of a text that are looked at: models read no more of a long definition.
READ = 2_000

_kept: dict[tuple[str, str], Vectors] = {}
_turn = threading.Lock()
_going_on = threading.Lock()


def meanings(workspace: Workspace, texts: Collection[str], *, seconds: float | None = None) -> dict[str, Vectors]:
    """Give the unit vector (d,) of each text; of as many as there is time for, if `seconds` limits it.

    What there was no time for is made in the background: ask again. Raises Unavailable where the weights are missing.
    """
    embedder = workspace.embedder()
    keys = {text: _key(embedder.fingerprint, text) for text in texts}
    missing = [text for text, key in keys.items() if key not in _kept]
    # Texts of like length together, for a batch costs as much as its longest; those that were named first come first.
    missing = [text for at in range(0, len(missing), WINDOW) for text in sorted(missing[at : at + WINDOW], key=len)]
    until = None if seconds is None else time.monotonic() + seconds
    for at in range(0, len(missing), BATCH):
        if until is not None and (time.monotonic() > until or _going_on.locked()):
            _go_on(workspace, missing[at:])
            break
        batch = missing[at : at + BATCH]
        vectors = embedder.embed([text[:READ] for text in batch])
        with _turn:
            for old in list(_kept)[: max(0, len(_kept) + len(batch) - KEPT)]:
                del _kept[old]
            _kept.update({keys[text]: vector for text, vector in zip(batch, vectors, strict=True)})
    with _turn:
        return {text: _kept[key] for text, key in keys.items() if key in _kept}


def matrix(vectors: Collection[Vectors]) -> Vectors:
    """Stack vectors (d,) to (n, d)."""
    return np.stack(list(vectors))


def _key(fingerprint: str, text: str) -> tuple[str, str]:
    return fingerprint, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _go_on(workspace: Workspace, texts: Collection[str]) -> None:
    def work() -> None:
        with _going_on, suppress(RuntimeError, Unavailable):  # the process may be ending meanwhile
            meanings(workspace, texts)

    if not _going_on.locked():
        threading.Thread(target=work, name="meanings", daemon=True).start()
