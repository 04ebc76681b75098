"""The owner of the index: brings new passages in, lets deleted ones go, rebuilds what broke. One process owns it.

Chroma is faster than exact comparison over very many passages, but may be opening, rebuilding or broken. Search never
waits for it: exact comparison answers meanwhile.
"""

import logging
import shutil
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from repository.domain.transcript import Role
from repository.errors import CairnError, InUse, Unavailable
from repository.index.process import ChromaProcess
from repository.index.vectors import Floats
from repository.recall import ROLES, Recall
from repository.store.facts import GENERATION, GENERATION_MODEL, PASSAGES
from repository.workspace import Workspace

log = logging.getLogger(__name__)

#: The fact that counts what was deleted from the generation in use.
DEAD_VECTORS = "dead vectors"
#: Passages brought into Chroma at a time.
BATCH = 2_000
#: Seconds opening may take per passage on top of the setting: Chroma replays what it has not persisted.
OPEN_PER_PASSAGE = 0.004
#: Each writing costs Chroma time in proportion to all it holds. So new passages wait until none has come for so many
#: rounds, or until they are this share of all; exact comparison answers meanwhile.
QUIET, MANY = 5, 0.05
#: Seconds between two attempts, at most, if making the index fails again and again.
PATIENCE = 300.0
#: Share of dead vectors beyond which a new generation is begun: Chroma keeps what was deleted, on the disk and in memory.
DEAD = 0.3
#: Dead vectors that are not worth a new generation.
FEW_DEAD = 1_000
#: Share of passages in scope from which Chroma, asked without a filter and for more, beats exact comparison.
SHARE = 0.5


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How the index is: "ready", "opening", "rebuilding", "broken", "exact only" or "not running"."""

    state: str
    vectors: int
    pending: int
    generation: int
    message: str


class Indexer:
    """Owns the index folder while it lives, and answers with whichever index is ready and cheaper."""

    def __init__(self, workspace: Workspace) -> None:
        """Take the folder. Raises InUse if another process has it."""
        self._workspace = workspace
        self._folder = workspace.folder / "index"
        self._folder.mkdir(exist_ok=True)
        self._lock = FileLock(self._folder / "OWNER.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise InUse(
                f"Another Cairn is already serving {workspace.folder}.",
                hint="Use that one, stop it first, or set another [storage] folder.",
            ) from error
        self.recall = Recall(workspace)
        self.chroma: ChromaProcess | None = None
        self.state, self.message = "opening", ""
        self.answered = {"chroma": 0, "exact": 0}
        #: Whether SQL has passages that Chroma has not; exact comparison answers then.
        self.behind = True
        self._seen, self._quiet = -1, 0
        self._unfit = False
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._swapping = threading.Lock()

    def start(self) -> None:
        """Follow SQL in the background until `close`."""
        self._threads = [
            threading.Thread(target=self.recall.follow, args=(self._stop,), name="recall", daemon=True),
            threading.Thread(target=self._follow, name="index", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop following and let the folder go."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=10)
        self._discard()
        self._lock.release()

    @property
    def ready(self) -> bool:
        """Say whether searches by meaning can be answered."""
        return self.recall.ready

    def nearest(
        self,
        vector: Floats,
        k: int,
        *,
        sessions: Collection[int],
        roles: Collection[Role] | None = None,
        only: Collection[int] | None = None,
    ) -> list[tuple[int, float]]:
        """Give the k nearest passages of these sessions, roles and ids as (id, cosine)."""
        chroma, rows = self.chroma, self.recall.memory.rows
        if chroma is not None and self.state == "ready" and not self.behind and only is None:
            mask = rows.of(sessions=sessions, roles=None if roles is None else [ROLES[role] for role in roles])
            allowed = int(mask.sum())
            if allowed >= max(self._workspace.settings.index.exact_below, SHARE * len(mask)):
                try:
                    near = chroma.query(vector, int(k * len(mask) / allowed * 1.2) + 10)
                except Exception as error:  # whatever it is: never the searcher's problem
                    self._broke(error, chroma)
                else:
                    hits = [pair for pair in near or () if self.recall.memory.holds(pair[0], rows, mask)][:k]
                    if len(hits) == k:
                        self.answered["chroma"] += 1
                        return hits
        self.answered["exact"] += 1
        return self.recall.nearest(vector, k, sessions=sessions, roles=roles, only=only)

    def _follow(self) -> None:
        if self._workspace.settings.index.kind == "exact":
            self.state = "exact only"
            return
        failures = 0
        while not self._stop.is_set():
            if not self.recall.ready:
                self._stop.wait(0.1)
                continue
            try:
                if self.chroma is None:
                    self.open()
                elif self._worn():
                    self.begin_generation()
                if self.state != "ready" or self._due():
                    self.catch_up()
                self.state, self.message, failures = "ready", "", 0
            except Exception as error:  # whatever it is, the next round begins anew
                why = error.message if isinstance(error, CairnError) else type(error).__name__
                log.warning("the index is made anew: %s", why)
                self.state, self.message, failures = "broken", why, failures + 1
                self._discard()
            pause = self._workspace.settings.index.check_seconds
            self._stop.wait(min(PATIENCE, pause * 2**failures) if failures else pause)

    def _due(self) -> bool:
        """Say whether it is time to follow SQL; and note whether there is anything to follow."""
        with self._workspace.read() as unit:
            generation, change = unit.facts.number(GENERATION), unit.facts.number(PASSAGES)
            self.behind = bool(unit.segments.not_indexed_as(generation, self.recall.fingerprint, 1))
            gone = bool(unit.segments.tombstones(limit=1))
            self._quiet = self._quiet + 1 if change == self._seen else 0
            self._seen = change
            if not self.behind and not gone:
                return False
            pending = unit.segments.count_not_indexed_as(generation)
            return self._quiet >= QUIET or pending > MANY * unit.segments.count()

    def open(self) -> None:
        """Open the generation that SQL points at, or begin a new one."""
        self.state = "opening"
        self.recall.refresh()
        with self._workspace.read() as unit:
            generation, held = unit.facts.number(GENERATION), unit.segments.count()
            same_model = unit.facts.text(GENERATION_MODEL) == self.recall.fingerprint
        if generation and same_model and not self._unfit and self._path(generation).is_dir():
            try:
                chroma = self._chroma(generation, held)
                self._compare(generation, chroma)
                self.chroma = chroma
                return
            except Unavailable as error:
                if self._stop.is_set():
                    return
                log.warning("generation %s is given up: %s", generation, error.message)
        self.begin_generation()

    def _compare(self, generation: int, chroma: ChromaProcess) -> None:
        """Compare the count with what SQL knows of this generation. Raises Unavailable if that cannot be."""
        count = chroma.count()
        with self._workspace.read() as unit:
            pending = unit.segments.count_not_indexed_as(generation)
            least, gone = unit.segments.count() - pending, len(unit.segments.tombstones(limit=1 << 40))
        if not least <= count <= least + pending + gone:
            chroma.close()
            raise Unavailable(f"The search index holds {count} passages where {least} belong.")

    def _worn(self) -> bool:
        """Say whether so much was deleted from this generation that a new one is better."""
        with self._workspace.read() as unit:
            dead = unit.facts.number(DEAD_VECTORS)
            return dead > FEW_DEAD and dead > DEAD * unit.segments.count()

    def begin_generation(self) -> None:
        """Begin an empty generation beside whatever there is, point SQL at it, and remove the others."""
        self._discard()
        self.recall.refresh()
        self.state = "rebuilding"
        with self._workspace.write() as unit:
            generation = unit.facts.number(GENERATION) + 1
            unit.facts.set_number(GENERATION, generation)
            unit.facts.set_text(GENERATION_MODEL, self.recall.fingerprint)
            unit.facts.set_number(DEAD_VECTORS, 0)
            unit.segments.forgotten(unit.segments.tombstones(limit=1 << 40))  # an empty index has nothing to forget
        for old in self._folder.glob("gen-*"):
            shutil.rmtree(old, ignore_errors=True)
        self.chroma = self._chroma(generation, 0)
        self._unfit = False

    def catch_up(self, progress: Callable[[int], None] | None = None) -> int:
        """Bring everything that SQL has and the index has not, and let go of what is gone; count the changes."""
        changed = self._forget()
        with self._workspace.read() as unit:
            generation = unit.facts.number(GENERATION)
        while not self._stop.is_set() and (chroma := self.chroma) is not None:
            with self._workspace.read() as unit:
                rows = unit.segments.not_indexed_as(generation, self.recall.fingerprint, BATCH)
            if not rows:
                break
            ids = np.array([row[0] for row in rows], np.int64)
            studies = np.array([row[1] for row in rows], np.int64)
            vectors = np.frombuffer(b"".join(row[2] for row in rows), "<f4").reshape(len(rows), -1)
            chroma.upsert(ids, studies, vectors)
            with self._workspace.write() as unit:
                unit.segments.indexed(ids.tolist(), generation)
            changed += len(rows)
            if progress:
                progress(changed)
        self.behind = False
        return changed + self._forget()

    def _forget(self) -> int:
        """Let go of deleted passages; their tombstones go only after the index has followed."""
        forgotten = 0
        while (chroma := self.chroma) is not None:
            with self._workspace.read() as unit:
                gone = unit.segments.tombstones()
            if not gone:
                break
            chroma.delete(gone)
            with self._workspace.write() as unit:
                unit.segments.forgotten(gone)
                unit.facts.set_number(DEAD_VECTORS, unit.facts.number(DEAD_VECTORS) + len(gone))
            forgotten += len(gone)
        return forgotten

    def _broke(self, error: Exception, chroma: ChromaProcess) -> None:
        """Take note that Chroma failed under a query; the following thread begins a new generation."""
        with self._swapping:
            if self.chroma is not chroma:  # another search saw it first, or it was swapped meanwhile
                return
            self.chroma, self._unfit = None, True
        log.warning("the index failed under a query (%s)", type(error).__name__)
        self.state, self.message = "broken", f"It failed under a query ({type(error).__name__})."
        chroma.close()

    def _discard(self) -> None:
        with self._swapping:
            chroma, self.chroma = self.chroma, None
        if chroma is not None:
            chroma.close()

    def _path(self, generation: int) -> Path:
        return self._folder / f"gen-{generation}"

    def _chroma(self, generation: int, held: int) -> ChromaProcess:
        chosen = self._workspace.settings.index
        return ChromaProcess(
            self._path(generation),
            sync_threshold=chosen.sync_threshold,
            seconds=chosen.probe_seconds + held * OPEN_PER_PASSAGE,
            stop=self._stop,
        )

    def status(self) -> IndexStatus:
        """Say how the index is."""
        return status(self._workspace, state=self.state, message=self.message)


def status(workspace: Workspace, *, state: str = "not running", message: str = "") -> IndexStatus:
    """Say what SQL knows of the index."""
    if isinstance(workspace.neighbours, Indexer) and state == "not running":
        return workspace.neighbours.status()
    with workspace.read() as unit:
        generation = unit.facts.number(GENERATION)
        total = unit.segments.count()
        pending = unit.segments.count_not_indexed_as(generation) if generation else total
    return IndexStatus(state, total - pending, pending, generation, message)


@dataclass(frozen=True, slots=True)
class Difference:
    """What the index lacks, and what it holds too much."""

    missing: int
    orphans: int


def verify(indexer: Indexer) -> Difference:
    """Compare ids both ways: every passage with a vector is in the index, and nothing else is."""
    with indexer._workspace.read() as unit:
        wanted = {row.id for page in unit.segments.with_vectors(indexer.recall.fingerprint) for row in page}
    held = indexer.chroma.ids() if indexer.chroma else set()
    return Difference(len(wanted - held), len(held - wanted))
