"""The composition root: database, originals, model, index and bell from settings, each opened when first needed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from nlp.embedding import Embedder, fingerprint_of, load_embedder
from nlp.errors import ModelUnavailable
from repository.bell import Bell
from repository.errors import SettingsError, Unavailable
from repository.index.vectors import Neighbours
from repository.settings import Settings
from repository.store.database import Database, url_for
from repository.store.migrating import migrate
from repository.store.originals import Originals
from repository.store.unit import Unit

Clock = Callable[[], datetime]


def now() -> datetime:
    """Give the time, in UTC and aware."""
    return datetime.now(UTC)


class Workspace:
    """Everything a use case needs. One per process; safe to share between threads."""

    def __init__(self, settings: Settings, *, clock: Clock = now, embedder: Embedder | None = None) -> None:
        """Open the storage folder, creating and migrating what is missing. Raises SettingsError."""
        self.settings = settings
        self.clock = clock
        self.folder = settings.folder
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"The storage folder {self.folder} cannot be made ({error.strerror}).", hint="Set [storage] folder."
            ) from error
        self.database = Database(url_for(self.folder, settings.storage.database_url))
        migrate(self.database)
        self.originals = Originals(self.folder / "originals", min_free_mb=settings.storage.min_free_mb)
        self.bell = Bell(settings.queue.url, self.folder)
        #: Who answers searches by meaning; set by the process that owns the index.
        self.neighbours: Neighbours | None = None
        self._embedder = embedder
        self._loading = threading.Lock()
        self._failure = ""

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """Open a transaction that sees one state throughout."""
        with self.database.read() as connection:
            yield Unit(connection)

    @contextmanager
    def write(self) -> Iterator[Unit]:
        """Open a transaction that is kept whole or not at all."""
        with self.database.write() as connection:
            unit = Unit(connection)
            yield unit
        for call in unit.afterwards:
            call()

    @property
    def models(self) -> Path:
        """Give the folder for files derived from models, which may always be deleted."""
        return self.folder / "models"

    def embedder(self) -> Embedder:
        """Give the embedder, loading it if need be (seconds). Raises Unavailable with the remedy."""
        with self._loading:
            if self._embedder is None:
                chosen = self.settings.embedding
                try:
                    self._embedder = load_embedder(
                        model=chosen.model,
                        backend=chosen.backend,
                        cache_folder=self.models,
                        threads=chosen.threads,
                        allow_download=chosen.allow_download,
                    )
                except ModelUnavailable as error:
                    self._failure = str(error)
                    raise ModelMissing(str(error)) from error
            return self._embedder

    def model_facts(self) -> tuple[str, int]:
        """Give the model's fingerprint and dimension without loading it. Raises Unavailable with the remedy."""
        if self._embedder is not None:
            return self._embedder.fingerprint, self._embedder.dimension
        try:
            return fingerprint_of(
                model=self.settings.embedding.model,
                backend=self.settings.embedding.backend,
                cache_folder=self.models,
                allow_download=self.settings.embedding.allow_download,
            )
        except ModelUnavailable as error:
            raise ModelMissing(str(error)) from error

    def embedder_if_ready(self) -> Embedder | None:
        """Give the embedder if it is loaded already: what a page may wait for."""
        return self._embedder

    @property
    def embedder_state(self) -> str:
        """Say "ready", "loading" or "failed: …"."""
        return "ready" if self._embedder else f"failed: {self._failure}" if self._failure else "loading"

    @cached_property
    def coder(self) -> str:
        """Name the machine as a coder: by the model it reads with."""
        return f"machine:{self.embedder().fingerprint}"

    def close(self) -> None:
        """Close what is open."""
        self.database.close()


class ModelMissing(Unavailable):
    """The model's weights are not on this machine."""

    slug = "model-missing"
    hint = "Name a model that is installed in [embedding] model, or set [embedding] allow_download = true."
