"""A repository of any size, filled once with real vectors and kept between runs."""

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.filling import lend_model, open_workspace, stock
from bench.material import CACHE, passages, sentences, vectors

STUDIES, SESSIONS = 150, 10
#: What shapes a kept repository, besides its material: with another, it is filled anew.
HERE = Path(__file__).resolve().parent
SHAPE = (*sorted((HERE.parent / "repository/store/migrations/versions").glob("*.py")), HERE / "filling.py")


def kept(n: int) -> Path:
    """Give the folder of a repository of n passages in 150 studies, filling it if it is not there."""
    sha = hashlib.sha256("\n".join(sentences()).encode())
    for path in SHAPE:
        sha.update(path.read_bytes())
    folder = CACHE / f"repository-{n}-{sha.hexdigest()[:12]}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        workspace = open_workspace(folder)
        print(f"filling a repository of {n:,} passages, once", file=sys.stderr)
        matrix = vectors(n, workspace.embedder())
        stock(workspace, passages(n), matrix, studies=STUDIES, sessions=SESSIONS)
        workspace.close()
        (folder / "complete").touch()
    return folder


@contextmanager
def borrowed(n: int) -> Iterator[Path]:
    """Give a copy of it that may be changed, and remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as name:
        folder = Path(name) / "data"
        shutil.copytree(kept(n), folder, symlinks=True, ignore=shutil.ignore_patterns("index", "models", "queue.db*"))
        lend_model(folder)
        yield folder
