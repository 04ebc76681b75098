"""Gaps and the tallies of a day in SQL: what was asked and not found, without who asked."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.searching import Gap
from repository.store import knowledge_tables as k


class GapStore:
    """Gaps and tallies, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def note(self, key: str, words: str, where: str, on: date) -> None:
        """Count a question to which nothing was found; one that was settled and is asked again is open again."""
        asked = {"times": k.gap.c.times + 1, "last_on": on, "settled_at": None, "settled_why": ""}
        row = {"key": key, "words": words, "where": where, "times": 1, "first_on": on, "last_on": on}
        self._sql.execute(self._upsert(k.gap, row | {"settled_why": ""}, ["key", "where"], asked))

    def tally(self, what: str, on: date, *, found: bool) -> None:
        """Count that something was asked on a day, and whether anything was found."""
        counted = k.tally_of_day.c.answered if found else k.tally_of_day.c.empty
        row = {"on": on, "what": what, "answered": int(found), "empty": int(not found)}
        self._sql.execute(self._upsert(k.tally_of_day, row, ["on", "what"], {counted.name: counted + 1}))

    def all(self, *, settled: bool = False, limit: int | None = None) -> list[Gap]:
        """List the gaps, those asked most often first."""
        closed = k.gap.c.settled_at.is_not(None) if settled else k.gap.c.settled_at.is_(None)
        query = sa.select(k.gap).where(closed).order_by(k.gap.c.times.desc(), k.gap.c.last_on.desc(), k.gap.c.id)
        return [_gap(row) for row in self._sql.execute(query.limit(limit))]

    def get(self, gap_id: int) -> Gap | None:
        """Give one gap."""
        row = self._sql.execute(sa.select(k.gap).where(k.gap.c.id == gap_id)).first()
        return _gap(row) if row else None

    def settle(self, gap_id: int, at: datetime | None, why: str) -> None:
        """Note that nobody has to look into a gap any more, or (None) that somebody has to."""
        self._sql.execute(sa.update(k.gap).where(k.gap.c.id == gap_id).values(settled_at=at, settled_why=why))

    def tallies(self, since: date) -> list[tuple[date, str, int, int]]:
        """List (day, what, found something, found nothing) from a day on, oldest first."""
        t = k.tally_of_day.c
        query = sa.select(t.on, t.what, t.answered, t.empty).where(t.on >= since).order_by(t.on, t.what)
        return [tuple(row) for row in self._sql.execute(query)]

    def _upsert(self, table: sa.Table, row: dict[str, Any], keys: list[str], change: dict[str, Any]) -> Any:
        if self._sql.dialect.name == "sqlite":
            from sqlalchemy.dialects.sqlite import insert
        else:
            from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
        columns = [table.c[name] for name in keys]
        return insert(table).values(**row).on_conflict_do_update(index_elements=columns, set_=change)


def _gap(row: Any) -> Gap:
    return Gap(
        id=row.id,
        words=row.words,
        where=row.where,
        times=row.times,
        first_on=row.first_on,
        last_on=row.last_on,
        settled_at=row.settled_at,
        settled_why=row.settled_why,
    )
