"""Exact comparison with every passage the viewer may see, over vectors from SQL held in memory.

True at any size, ready within seconds, and never broken: what search falls back on, and what Chroma is checked against.
"""

import logging
import threading
import time
from collections.abc import Collection, Iterable

import numpy as np

from repository.domain.transcript import Role
from repository.errors import CairnError
from repository.index.vectors import Floats, MemoryIndex
from repository.store.facts import PASSAGES
from repository.store.facts import ROLES as ROLES_CHANGED
from repository.workspace import Workspace

log = logging.getLogger(__name__)

#: Seconds after which memory is compared with SQL even if nothing said that it changed.
COMPARE_EVERY = 60.0
ROLES = {role: number for number, role in enumerate(Role)}


class Recall:
    """The exact index of one process."""

    def __init__(self, workspace: Workspace) -> None:
        """Begin empty; `refresh` brings it to what SQL holds. A missing model is an error only then."""
        self._workspace = workspace
        self.fingerprint = ""
        self.memory = MemoryIndex(0)
        self.ready = False
        self._seen = self._roles = -1
        self._compared = 0.0
        self._turn = threading.Lock()

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
        rows = self.memory.rows
        mask = rows.of(sessions=sessions, roles=None if roles is None else [ROLES[role] for role in roles])
        if only is not None:
            mask = mask & np.isin(rows.ids, np.fromiter(only, np.int64, len(only)))
        return rows.nearest(vector, k, mask)

    def follow(self, stop: threading.Event) -> None:
        """Keep up with SQL until told to stop."""
        while not stop.is_set():
            began = time.monotonic()
            try:
                self.refresh()
            except Exception as error:  # this thread must never end: search by meaning stands on it
                why = error.message if isinstance(error, CairnError) else type(error).__name__
                log.warning("exact search waits: %s", why)
                stop.wait(10)
            # Comparing with SQL takes longer the more there is: never more than a sixth of the time.
            stop.wait(max(self._workspace.settings.index.check_seconds, 5 * (time.monotonic() - began)))

    def refresh(self) -> None:
        """Bring memory to what SQL holds now; cheap when nothing changed."""
        with self._turn, self._workspace.read() as unit:
            if not self.fingerprint:
                self.fingerprint, dimension = self._workspace.model_facts()
                self.memory = MemoryIndex(dimension)
            change = unit.facts.number(PASSAGES)
            if change == self._seen and time.monotonic() - self._compared < COMPARE_EVERY:
                return
            rows = self.memory.rows
            live, held = np.array(unit.segments.ids(), np.int64), rows.ids[rows.alive]
            missing = np.setdiff1d(live, held, assume_unique=True)
            if len(missing):
                # At first everything is missing: one walk over the table rather than a list of all ids.
                for page in unit.segments.with_vectors(self.fingerprint, missing.tolist() if len(held) else None):
                    self._remember(page)
            if (roles := unit.facts.number(ROLES_CHANGED)) != self._roles:
                for page in unit.segments.with_vectors(self.fingerprint, self._changed_roles(unit.segments.roles())):
                    self._remember(page)
                self._roles = roles
            self.memory.delete(np.setdiff1d(held, live, assume_unique=True).tolist())
            self._seen, self._compared = change, time.monotonic()
            self.ready = True

    def _changed_roles(self, now: Iterable[tuple[int, str]]) -> list[int]:
        """Give the passages whose role is not the one in memory."""
        rows = self.memory.rows
        held = dict(zip(rows.ids[rows.alive].tolist(), rows.roles[rows.alive].tolist(), strict=True))
        return [i for i, role in now if i in held and held[i] != ROLES[Role(role)]]

    def _remember(self, rows: list) -> None:  # type: ignore[type-arg]
        vectors = np.frombuffer(b"".join(row.data for row in rows), "<f4").reshape(len(rows), -1)
        columns = np.array([(row.id, row.study_id, row.session_id, ROLES[Role(row.role)]) for row in rows], np.int64)
        self.memory.upsert(columns[:, 0], columns[:, 1], vectors, sessions=columns[:, 2], roles=columns[:, 3])
