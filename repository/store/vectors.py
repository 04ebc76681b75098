"""Vectors in SQL, by the words' hash and the model's fingerprint."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from repository.domain.source import Stage
from repository.store import tables as t
from repository.store.facts import PASSAGES, FactStore
from repository.store.visibility import among


class VectorStore:
    """Vectors, through one transaction. Bytes are float32, little-endian."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def missing(self, fingerprint: str, source_id: int) -> dict[str, str]:
        """Give the words (by hash) of a source's segments that this model has not embedded."""
        known = sa.exists().where(t.vector.c.words_sha == t.segment.c.words_sha, t.vector.c.fingerprint == fingerprint)
        query = (
            sa.select(t.segment.c.words_sha, t.segment.c.words)
            .join(t.session, t.session.c.id == t.segment.c.session_id)
            .where(t.session.c.source_id == source_id, ~known)
        )
        return dict(self._sql.execute(query).all())

    def add(self, fingerprint: str, vectors: Mapping[str, bytes]) -> None:
        """Keep vectors by the words' hash, unless somebody kept them or deleted the words meanwhile."""
        wanted = sa.select(t.segment.c.words_sha).where(among(self._sql, t.segment.c.words_sha, vectors.keys()))
        rows = [
            {"words_sha": sha, "fingerprint": fingerprint, "data": vectors[sha]}
            for sha in self._sql.scalars(wanted.distinct())
        ]
        if not rows:
            return
        if self._sql.dialect.name == "sqlite":
            from sqlalchemy.dialects.sqlite import insert as upsert
        else:
            from sqlalchemy.dialects.postgresql import insert as upsert  # type: ignore[assignment]
        self._sql.execute(upsert(t.vector).on_conflict_do_nothing(), rows)
        FactStore(self._sql).bump(PASSAGES)

    def of(self, fingerprint: str, shas: Collection[str]) -> dict[str, bytes]:
        """Give the vectors of these words."""
        query = sa.select(t.vector.c.words_sha, t.vector.c.data).where(
            t.vector.c.fingerprint == fingerprint, among(self._sql, t.vector.c.words_sha, shas)
        )
        return dict(self._sql.execute(query).all())

    def count_missing(self, fingerprint: str) -> int:
        """Count segments of files past embedding that have no vector of this model."""
        return self._sql.scalar(sa.select(sa.func.count()).select_from(_lacking(fingerprint).subquery())) or 0

    def sources_lacking(self, fingerprint: str) -> list[int]:
        """List files past embedding that have passages without a vector of this model."""
        return list(self._sql.scalars(_lacking(fingerprint).with_only_columns(t.source.c.id).distinct()))

    def count(self, fingerprint: str) -> int:
        """Count the vectors of this model."""
        query = sa.select(sa.func.count()).select_from(t.vector).where(t.vector.c.fingerprint == fingerprint)
        return self._sql.scalar(query) or 0

    def sample(self, fingerprint: str, limit: int) -> list[bytes]:
        """Give some vectors of this model, by the words' hash: as good as by chance, and the same every time."""
        query = sa.select(t.vector.c.data).where(t.vector.c.fingerprint == fingerprint)
        return list(self._sql.scalars(query.order_by(t.vector.c.words_sha).limit(limit)))

    def orphans(self) -> int:
        """Count vectors of words that no segment has any more."""
        return self._sql.scalar(sa.select(sa.func.count()).select_from(t.vector).where(_orphaned())) or 0

    def remove_orphans(self) -> int:
        """Remove vectors of words that no segment has any more."""
        return self._sql.execute(sa.delete(t.vector).where(_orphaned())).rowcount


def _orphaned() -> sa.ColumnElement[bool]:
    return ~sa.exists().where(t.segment.c.words_sha == t.vector.c.words_sha)


def _lacking(fingerprint: str) -> sa.Select[tuple[int]]:
    known = sa.exists().where(t.vector.c.words_sha == t.segment.c.words_sha, t.vector.c.fingerprint == fingerprint)
    past = [stage.value for stage in Stage if stage.number >= Stage.EMBEDDED.number]
    return (
        sa.select(t.segment.c.id)
        .join(t.session, t.session.c.id == t.segment.c.session_id)
        .join(t.source, t.source.c.id == t.session.c.source_id)
        .where(~known, t.source.c.stage.in_(past))
    )
