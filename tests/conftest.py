"""What tests share: a workspace in a temporary folder, a clock that stands still, a browser's view of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from nlp.embedding import Embedder, load_embedder
from nlp.hashing import HashingEmbedder
from repository.codebook import ensure_codebook
from repository.settings import IndexSettings, Settings, StorageSettings
from repository.workspace import Workspace


class Clock:
    """A clock that only moves when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        storage=StorageSettings(folder=str(tmp_path / "data"), min_free_mb=1),
        index=IndexSettings(kind="exact"),
        base=tmp_path,
    )


@pytest.fixture
def workspace(settings: Settings, clock: Clock) -> Iterator[Workspace]:
    """SQLite, exact index, an embedder without weights: everything real that ships and is quick."""
    opened = Workspace(settings, clock=clock, embedder=HashingEmbedder())
    ensure_codebook(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    """The default model, exported once for all tests."""
    return load_embedder(model="all-MiniLM-L6-v2", cache_folder=tmp_path_factory.mktemp("models"))


@pytest.fixture
def client(workspace: Workspace) -> FlaskClient:
    """A client whose forms carry no CSRF token are refused, as in a browser: see tests/unit/test_web.py."""
    from web.app import create_app

    return create_app(workspace).test_client()
