"""Segments in SQL: the units of retrieval, and which of them the index still has to learn or forget."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.transcript import Role
from repository.store import tables as t
from repository.store.facts import PASSAGES, ROLES, FactStore
from repository.store.visibility import among, sessions_seen

#: Rows fetched at a time when many are walked.
PAGE = 1_000
#: Characters between two passages that follow on one another: a space, or an empty line between turns.
BETWEEN = 2


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters [start, end) of a text, turns first_turn..last_turn. `id` follows from (text, start, end).

    `speakers` are the labels of its turns, for keyword search; they are not part of the words.
    """

    id: int
    study_id: int
    session_id: int
    text_id: int
    start: int
    end: int
    first_turn: int
    last_turn: int
    role: Role
    words: str
    words_sha: str
    speakers: str = ""


def segment_id(text_id: int, start: int, end: int) -> int:
    """Give the 63-bit id of a span: the same span of the same revision always has the same one.

    >>> segment_id(1, 0, 10) == segment_id(1, 0, 10) != segment_id(1, 0, 11)
    True
    """
    return int.from_bytes(hashlib.blake2b(f"{text_id}:{start}:{end}".encode(), digest_size=8).digest()) >> 1


def words_sha(words: str) -> str:
    """Give the key under which these words' vector is kept."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


class SegmentStore:
    """Segments, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def replace(self, session_id: int, segments: Sequence[Segment]) -> None:
        """Make these the session's segments; those that stay keep their row, those that go leave a tombstone."""
        rows = self._sql.execute(sa.select(t.segment).where(t.segment.c.session_id == session_id))
        held = {row.id: _segment(row) for row in rows}
        wanted = {segment.id for segment in segments}
        new = [
            {
                "id": s.id,
                "study_id": s.study_id,
                "session_id": s.session_id,
                "text_id": s.text_id,
                "start": s.start,
                "end": s.end,
                "first_turn": s.first_turn,
                "last_turn": s.last_turn,
                "role": s.role.value,
                "speakers": s.speakers,
                "words": s.words,
                "words_sha": s.words_sha,
                "indexed_as": 0,
            }
            for s in segments
            if s.id not in held
        ]
        if new:
            self._sql.execute(sa.insert(t.segment), new)
        for s in segments:
            if s.id in held and s != held[s.id]:
                values = {
                    "role": s.role.value,
                    "speakers": s.speakers,
                    "first_turn": s.first_turn,
                    "last_turn": s.last_turn,
                }
                self._sql.execute(sa.update(t.segment).where(t.segment.c.id == s.id).values(**values))
                if s.role is not held[s.id].role:
                    FactStore(self._sql).bump(ROLES)
        self._remove(held.keys() - wanted)  # last: words that stay keep their vector
        FactStore(self._sql).bump(PASSAGES)

    def _remove(self, ids: set[int]) -> None:
        if ids:
            self._sql.execute(sa.delete(t.segment).where(among(self._sql, t.segment.c.id, ids)))

    def of_session(self, session_id: int) -> list[Segment]:
        """List a session's segments in order."""
        query = sa.select(t.segment).where(t.segment.c.session_id == session_id).order_by(t.segment.c.start)
        return [_segment(row) for row in self._sql.execute(query)]

    def of_source(self, source_id: int) -> list[Segment]:
        """List the segments of everything read from a source, in order."""
        query = sa.select(t.segment).join(t.session, t.session.c.id == t.segment.c.session_id)
        rows = self._sql.execute(query.where(t.session.c.source_id == source_id).order_by(t.segment.c.id))
        return [_segment(row) for row in rows]

    def newly_read(self, source_id: int) -> list[tuple[datetime, Segment]]:
        """List the segments of a source's texts as they were first read, with when: nothing that was corrected since."""
        query = sa.select(t.segment, t.text.c.created_at).join(t.text, t.text.c.id == t.segment.c.text_id)
        first = sa.and_(t.text.c.source_id == source_id, t.text.c.revision == 1)
        rows = self._sql.execute(query.where(first).order_by(t.segment.c.id))
        return [(row.created_at, _segment(row)) for row in rows]

    def some(self, ids: Collection[int]) -> list[Segment]:
        """Give these segments, whoever may see them, as far as they are there."""
        rows = self._sql.execute(sa.select(t.segment).where(among(self._sql, t.segment.c.id, ids)))
        return [_segment(row) for row in rows]

    def seen(self, viewer: Viewer, ids: Collection[int]) -> dict[int, Segment]:
        """Re-read hits: those that still exist and exist for this viewer."""
        if not ids:
            return {}
        query = (
            sa.select(t.segment)
            .join(t.session, t.session.c.id == t.segment.c.session_id)
            .join(t.study, t.study.c.id == t.segment.c.study_id)
            .where(among(self._sql, t.segment.c.id, ids), sessions_seen(self._sql, viewer))
        )
        return {row.id: _segment(row) for row in self._sql.execute(query)}

    def next_to(self, ids: Collection[int]) -> list[tuple[int, int]]:
        """List which of these follow directly on one another in their text, as pairs."""
        columns = t.segment.c.text_id, t.segment.c.start, t.segment.c.end, t.segment.c.id
        query = sa.select(*columns).where(among(self._sql, t.segment.c.id, ids)).order_by(*columns)
        rows = list(self._sql.execute(query))
        return [(a.id, b.id) for a, b in pairwise(rows) if a.text_id == b.text_id and 0 <= b.start - a.end <= BETWEEN]

    def sessions_in_scope(
        self, viewer: Viewer, *, studies: Sequence[int] = (), since: date | None = None, until: date | None = None
    ) -> list[int]:
        """List the sessions a search may look into: the mask for every arm."""
        query = sa.select(t.session.c.id).join(t.study).where(sessions_seen(self._sql, viewer))
        if studies:
            query = query.where(among(self._sql, t.session.c.study_id, studies))
        if since:
            query = query.where(t.session.c.occurred_on >= since)
        if until:
            query = query.where(t.session.c.occurred_on <= until)
        return list(self._sql.scalars(query))

    def ids_of(self, sessions: Collection[int]) -> frozenset[int]:
        """Give the segments of these sessions."""
        query = sa.select(t.segment.c.id).where(among(self._sql, t.segment.c.session_id, sessions))
        return frozenset(self._sql.scalars(query))

    def newest(
        self,
        sessions: Collection[int],
        *,
        roles: Collection[Role] = (),
        only: Collection[int] | None = None,
        limit: int,
    ) -> list[int]:
        """List segments of these sessions, the newest sessions first, each in order."""
        query = sa.select(t.segment.c.id).join(t.session).where(among(self._sql, t.segment.c.session_id, sessions))
        if roles:
            query = query.where(t.segment.c.role.in_([role.value for role in roles]))
        if only is not None:
            query = query.where(among(self._sql, t.segment.c.id, only))
        newest = t.session.c.occurred_on.is_(None), t.session.c.occurred_on.desc(), t.session.c.id.desc()
        return list(self._sql.scalars(query.order_by(*newest, t.segment.c.start).limit(limit)))

    def sessions_held(self) -> int:
        """Count sessions, binned or not."""
        return self._sql.scalar(sa.select(sa.func.count()).select_from(t.session)) or 0

    def roles(self) -> list[tuple[int, str]]:
        """List (id, role) of every segment."""
        return [(row.id, row.role) for row in self._sql.execute(sa.select(t.segment.c.id, t.segment.c.role))]

    def ids(self) -> list[int]:
        """List every segment's id."""
        return list(self._sql.scalars(sa.select(t.segment.c.id)))

    def count(self) -> int:
        """Count the segments."""
        return self._sql.scalar(sa.select(sa.func.count()).select_from(t.segment)) or 0

    def not_indexed_as(self, generation: int, fingerprint: str, limit: int) -> list[tuple[int, int, bytes]]:
        """List (id, study, vector) of segments whose vector exists but is not in this index generation, the newest."""
        query = (
            sa.select(t.segment.c.id, t.segment.c.study_id, t.vector.c.data)
            .join(t.vector, t.vector.c.words_sha == t.segment.c.words_sha)
            .where(t.segment.c.indexed_as < generation, t.vector.c.fingerprint == fingerprint)
            .limit(limit)
        )
        return [tuple(row) for row in self._sql.execute(query)]

    def count_not_indexed_as(self, generation: int) -> int:
        """Count segments that this index generation does not hold."""
        query = sa.select(sa.func.count()).select_from(t.segment).where(t.segment.c.indexed_as < generation)
        return self._sql.scalar(query) or 0

    def indexed(self, ids: Collection[int], generation: int) -> None:
        """Note that the index holds these; segments that went meanwhile have a tombstone."""
        change = sa.update(t.segment).where(among(self._sql, t.segment.c.id, ids))
        self._sql.execute(change.values(indexed_as=generation))

    def tombstones(self, limit: int = PAGE) -> list[int]:
        """List ids that the index still has to forget."""
        return list(self._sql.scalars(sa.select(t.tombstone.c.segment_id).limit(limit)))

    def forgotten(self, ids: Collection[int]) -> None:
        """Note that the index has forgotten these."""
        self._sql.execute(sa.delete(t.tombstone).where(among(self._sql, t.tombstone.c.segment_id, ids)))

    def with_vectors(
        self, fingerprint: str, ids: Collection[int] | None = None
    ) -> Iterator[list[sa.Row[tuple[int, int, int, str, bytes]]]]:
        """Walk (id, session, study, role, vector) in pages: everything, or some ids."""
        query = sa.select(
            t.segment.c.id, t.segment.c.session_id, t.segment.c.study_id, t.segment.c.role, t.vector.c.data
        ).join(t.vector, sa.and_(t.vector.c.words_sha == t.segment.c.words_sha, t.vector.c.fingerprint == fingerprint))
        if ids is not None:
            query = query.where(among(self._sql, t.segment.c.id, ids))
        yield from self._sql.execution_options(yield_per=10 * PAGE).execute(query).partitions()  # type: ignore[misc]


def _segment(row: sa.Row[tuple[object, ...]]) -> Segment:
    return Segment(
        id=row.id,
        study_id=row.study_id,
        session_id=row.session_id,
        text_id=row.text_id,
        start=row.start,
        end=row.end,
        first_turn=row.first_turn,
        last_turn=row.last_turn,
        role=Role(row.role),
        words=row.words,
        words_sha=row.words_sha,
        speakers=row.speakers,
    )
