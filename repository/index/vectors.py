"""Neighbours by meaning: what an index must do, and the exact one in memory, which is also every other's oracle."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from repository.domain.transcript import Role

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

#: Share of dead rows at which the exact index is packed.
DEAD = 0.3


class VectorIndex(Protocol):
    """Keeps unit vectors by id. Similarities are cosines, best first; equal ones by id."""

    def upsert(self, ids: Ints, studies: Ints, vectors: Floats) -> None:
        """Keep (n, d) vectors; the same id again replaces. Raises ValueError, and keeps none, if one cannot be kept."""

    def delete(self, ids: Sequence[int]) -> None:
        """Forget these ids; unknown ones do no harm."""

    def query(self, vector: Floats, k: int, *, studies: Collection[int] | None = None) -> list[tuple[int, float]]:
        """Give the k nearest of some studies (None: of all)."""

    def ids(self) -> set[int]:
        """Give every id that is kept."""

    def close(self) -> None:
        """Let go of memory and files."""


def check(ids: Ints, vectors: Floats, dimension: int) -> None:
    """Raise ValueError unless these are finite vectors (n, d) of n different ids."""
    if vectors.shape != (len(ids), dimension) or not np.isfinite(vectors).all():
        raise ValueError(f"expected finite vectors of shape ({len(ids)}, {dimension}), not {vectors.shape}")
    if len(np.unique(ids)) != len(ids):
        raise ValueError("the same id twice")


def check_question(vector: Floats, dimension: int) -> None:
    """Raise ValueError unless this is a finite vector (d,)."""
    if vector.shape != (dimension,) or not np.isfinite(vector).all():
        raise ValueError(f"expected a finite vector of shape ({dimension},), not {vector.shape}")


class Neighbours(Protocol):
    """Answers searches by meaning, with whatever index is ready."""

    @property
    def ready(self) -> bool:
        """Say whether searches by meaning can be answered."""

    def nearest(
        self,
        vector: Floats,
        k: int,
        *,
        sessions: Collection[int],
        roles: Collection[Role] | None = None,
        only: Collection[int] | None = None,
    ) -> list[tuple[int, float]]:
        """Give the k nearest passages of these sessions, roles and ids as (id, cosine), best first."""


@dataclass(frozen=True, slots=True)
class Rows:
    """One state of the exact index, never changed: what a query sees from begin to end. All of length n."""

    ids: Ints
    studies: Ints
    sessions: Ints
    roles: Ints
    alive: NDArray[np.bool_]
    vectors: Floats

    def of(self, *, sessions: Collection[int] | None = None, roles: Collection[int] | None = None) -> NDArray[np.bool_]:
        """Give the mask (n,) of living rows of these sessions and roles."""
        mask = self.alive
        if sessions is not None:
            mask = mask & np.isin(self.sessions, np.fromiter(sessions, np.int64, len(sessions)))
        if roles is not None:
            mask = mask & np.isin(self.roles, np.fromiter(roles, np.int64, len(roles)))
        return mask

    def nearest(self, vector: Floats, k: int, mask: NDArray[np.bool_]) -> list[tuple[int, float]]:
        """Give the k nearest rows of the mask as (id, cosine): one matrix product."""
        rows = np.flatnonzero(mask)
        if not len(rows) or k <= 0:
            return []
        # Gathering rows costs more than multiplying them all, unless few are left.
        similar = self.vectors[rows] @ vector if len(rows) * 4 < len(mask) else (self.vectors @ vector)[rows]
        best = np.argpartition(-similar, k - 1)[:k] if k < len(rows) else np.arange(len(rows))
        best = best[np.lexsort((self.ids[rows[best]], -similar[best]))]
        return [(int(self.ids[rows[i]]), float(similar[i])) for i in best]


class MemoryIndex:
    """Exact search by one matrix product. Readers never wait: they see the last finished state."""

    def __init__(self, dimension: int) -> None:
        """Begin empty."""
        self.dimension = dimension
        self._lock = Lock()
        self._place: dict[int, int] = {}
        self._space = self._allocate(1024)
        self.rows = self._view(0, np.zeros(0, bool))

    def _allocate(self, size: int) -> tuple[Ints, Floats]:
        return np.zeros((4, size), np.int64), np.zeros((size, self.dimension), np.float32)

    def _view(self, n: int, alive: NDArray[np.bool_]) -> Rows:
        columns, vectors = self._space
        return Rows(columns[0, :n], columns[1, :n], columns[2, :n], columns[3, :n], alive, vectors[:n])

    def upsert(
        self, ids: Ints, studies: Ints, vectors: Floats, *, sessions: Ints | None = None, roles: Ints | None = None
    ) -> None:
        """Keep vectors; appended rows are invisible to queries that run already."""
        if not len(ids):
            return
        check(ids, vectors, self.dimension)
        with self._lock:
            old = self.rows
            alive = old.alive.copy()
            alive[[self._place[i] for i in ids.tolist() if i in self._place]] = False
            n, m = len(alive), len(ids)
            if n + m > len(self._space[1]):
                columns, matrix = self._allocate(max(2 * n, n + m))
                columns[:, :n], matrix[:n] = self._space[0][:, :n], self._space[1][:n]
                self._space = (columns, matrix)
            columns, matrix = self._space
            nothing = np.zeros(m, np.int64)
            for row, values in enumerate((ids, studies, sessions, roles)):
                columns[row, n : n + m] = nothing if values is None else values
            matrix[n : n + m] = vectors
            self._place.update(zip(ids.tolist(), range(n, n + m), strict=True))
            self.rows = self._view(n + m, np.concatenate([alive, np.ones(m, bool)]))

    def delete(self, ids: Sequence[int]) -> None:
        """Forget ids; packs when many rows are dead."""
        with self._lock:
            places = [self._place.pop(i) for i in ids if i in self._place]
            if not places:
                return
            alive = self.rows.alive.copy()
            alive[places] = False
            self.rows = self._view(len(alive), alive)
            if alive.sum() < len(alive) * (1 - DEAD):
                self._pack(alive)

    def _pack(self, alive: NDArray[np.bool_]) -> None:
        kept = np.flatnonzero(alive)
        columns, matrix = self._allocate(max(1024, len(kept) * 5 // 4))
        columns[:, : len(kept)], matrix[: len(kept)] = self._space[0][:, kept], self._space[1][kept]
        self._space = (columns, matrix)
        self._place = {i: row for row, i in enumerate(columns[0, : len(kept)].tolist())}
        self.rows = self._view(len(kept), np.ones(len(kept), bool))

    def query(self, vector: Floats, k: int, *, studies: Collection[int] | None = None) -> list[tuple[int, float]]:
        """Give the k nearest of some studies."""
        check_question(vector, self.dimension)
        rows = self.rows
        mask = rows.alive
        if studies is not None:
            mask = mask & np.isin(rows.studies, np.fromiter(studies, np.int64, len(studies)))
        return rows.nearest(vector, k, mask)

    def holds(self, id: int, rows: Rows, mask: NDArray[np.bool_]) -> bool:
        """Say whether an id's row lies in a mask of a state taken earlier; rows may have moved since."""
        row = self._place.get(id)
        return row is not None and row < len(mask) and int(rows.ids[row]) == id and bool(mask[row])

    def ids(self) -> set[int]:
        """Give every living id."""
        rows = self.rows
        return set(rows.ids[rows.alive].tolist())

    def close(self) -> None:
        """Let go of the memory."""
        with self._lock:
            self._place, self._space = {}, self._allocate(1)
            self.rows = self._view(0, np.zeros(0, bool))
