"""What people did to a session, with what undoes it: the rows as they were before and after, ids included."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repository.store import tables as t
from repository.store.visibility import among

#: Rows by table, as JSON keeps them.
Image = dict[str, list[dict[str, Any]]]
#: Parents before their children: the order in which rows come back.
TABLES = {table.name: table for table in (t.suggestion, t.highlight, t.coding, t.carry)}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done; `told` says it without a word of what participants said."""

    id: int
    session_id: int
    by: str
    at: datetime
    kind: str
    told: str
    before: Image
    after: Image
    undone_at: datetime | None


class ActStore:
    """The log of acts, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def image(self, highlight_ids: Collection[int] = (), suggestion_ids: Collection[int] = ()) -> Image:
        """Give the rows that are these highlights and suggestions, just as they are."""
        asked = {
            t.suggestion: (t.suggestion.c.id, suggestion_ids),
            t.highlight: (t.highlight.c.id, highlight_ids),
            t.coding: (t.coding.c.highlight_id, highlight_ids),
            t.carry: (t.carry.c.highlight_id, highlight_ids),
        }
        found: Image = {}
        for table, (column, ids) in asked.items():
            query = sa.select(table).where(among(self._sql, column, ids)).order_by(table.c.id)
            rows = [_written(row) for row in self._sql.execute(query).mappings()] if ids else []
            if rows:
                found[table.name] = rows
        return found

    def add(self, *, session_id: int, by: str, at: datetime, kind: str, told: str, before: Image, after: Image) -> Act:
        """Note what was done."""
        row = {"session_id": session_id, "by": by, "at": at, "kind": kind, "told": told}
        inverse = {"before": before, "after": after}
        key = self._sql.execute(sa.insert(t.act).values(**row, inverse=inverse)).inserted_primary_key
        assert key is not None
        return Act(int(key[0]), session_id, by, at, kind, told, before, after, None)

    def get(self, session_id: int, act_id: int) -> Act | None:
        """Give one act on a session."""
        mine = sa.and_(t.act.c.id == act_id, t.act.c.session_id == session_id)
        row = self._sql.execute(sa.select(t.act).where(mine)).mappings().first()
        return _act(row) if row else None

    def last(self, session_id: int, by: str, kinds: Collection[str]) -> Act | None:
        """Give what somebody did last to a session and has not undone."""
        mine = (t.act.c.session_id == session_id, t.act.c.by == by, t.act.c.undone_at.is_(None))
        query = sa.select(t.act).where(*mine, among(self._sql, t.act.c.kind, kinds))
        row = self._sql.execute(query.order_by(t.act.c.id.desc()).limit(1)).mappings().first()
        return _act(row) if row else None

    def undo(self, act: Act, at: datetime) -> bool:
        """Put every row back as it was before an act; False, and nothing is done, if one has changed since."""
        rows = (act.before, act.after)
        highlights = {row["id"] for image in rows for row in image.get("highlight", ())}
        suggestions = {row["id"] for image in rows for row in image.get("suggestion", ())}
        if self.image(highlights, suggestions) != act.after:
            return False
        was = {(name, row["id"]): row for name in act.before for row in act.before[name]}
        now = {(name, row["id"]): row for name in act.after for row in act.after[name]}
        for name, table in reversed(TABLES.items()):
            gone = {key for of, key in now.keys() - was.keys() if of == name}
            if gone:
                self._sql.execute(sa.delete(table).where(among(self._sql, table.c.id, gone)))
        for name, table in TABLES.items():
            for of, key in sorted(was):
                if of != name or now.get((of, key)) == was[of, key]:
                    continue
                values = _read(table, was[of, key])
                change = sa.update(table).where(table.c.id == key) if (of, key) in now else sa.insert(table)
                self._sql.execute(change.values(**values))
        self._sql.execute(sa.update(t.act).where(t.act.c.id == act.id).values(undone_at=at))
        return True


def _act(row: Any) -> Act:
    images = row["inverse"]
    return Act(
        id=row["id"],
        session_id=row["session_id"],
        by=row["by"],
        at=row["at"],
        kind=row["kind"],
        told=row["told"],
        before=images["before"],
        after=images["after"],
        undone_at=row["undone_at"],
    )


def _written(row: Any) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def _read(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    moments = {column.name for column in table.c if isinstance(column.type, t.Moment)}
    return {name: datetime.fromisoformat(value) if value and name in moments else value for name, value in row.items()}
