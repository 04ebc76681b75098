"""Notices in SQL: what a person should know or look at."""

from datetime import datetime

import sqlalchemy as sa

from repository.domain.insight import Notice
from repository.store import knowledge_tables as k
from repository.store.visibility import among


class NoticeStore:
    """Notices, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def add(self, person: str, kind: str, told: str, address: str, now: datetime) -> None:
        """Tell somebody something; what they have been told and have not seen yet is not told twice."""
        same = (k.notice.c.person == person, k.notice.c.told == told, k.notice.c.address == address)
        if self._sql.scalar(sa.select(k.notice.c.id).where(*same, k.notice.c.seen_at.is_(None)).limit(1)) is None:
            row = {"person": person, "kind": kind, "told": told, "address": address, "at": now}
            self._sql.execute(sa.insert(k.notice).values(**row))

    def of(self, person: str, limit: int) -> list[Notice]:
        """List what somebody was told, what they have not seen first, the newest first."""
        order = (k.notice.c.seen_at.is_not(None), k.notice.c.id.desc())
        query = sa.select(k.notice).where(k.notice.c.person == person).order_by(*order).limit(limit)
        return [Notice(**row) for row in self._sql.execute(query).mappings()]

    def unseen(self, person: str) -> int:
        """Count what somebody has not seen."""
        mine = sa.and_(k.notice.c.person == person, k.notice.c.seen_at.is_(None))
        return self._sql.scalar(sa.select(sa.func.count()).where(mine)) or 0

    def see(self, person: str, notice_ids: list[int] | None, at: datetime | None) -> None:
        """Note that somebody has seen some notices, or (None) all; or (no time) that they have not."""
        mine = [k.notice.c.person == person]
        if notice_ids is not None:
            mine.append(among(self._sql, k.notice.c.id, notice_ids))
        if at is not None:
            mine.append(k.notice.c.seen_at.is_(None))
        self._sql.execute(sa.update(k.notice).where(*mine).values(seen_at=at))
