"""What people did, with what undoes it: the rows as they were before and after, ids included."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repository.store import tables as t
from repository.store.visibility import among

#: Rows by table, as JSON keeps them.
Image = dict[str, list[dict[str, Any]]]
#: Parents before their children: the order in which rows come back.
TABLES = {table.name: table for table in (t.code, t.suggestion, t.highlight, t.coding, t.carry)}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done; `told` says it without a word of what participants said.

    `session_id` is None of what was done to the codebook, or to many sessions at once. `why` is the reason given.
    """

    id: int
    session_id: int | None
    by: str
    at: datetime
    kind: str
    told: str
    before: Image
    after: Image
    undone_at: datetime | None
    why: str = ""

    def ids(self, table: str) -> set[int]:
        """Give the rows of a table that this changed."""
        return {row["id"] for image in (self.before, self.after) for row in image.get(table, ())}


class ActStore:
    """The log of acts, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def image(
        self,
        highlight_ids: Collection[int] = (),
        suggestion_ids: Collection[int] = (),
        *,
        code_ids: Collection[int] = (),
        coding_ids: Collection[int] = (),
    ) -> Image:
        """Give these rows just as they are; with a highlight, all its codings."""
        asked = {
            t.code: [(t.code.c.id, code_ids)],
            t.suggestion: [(t.suggestion.c.id, suggestion_ids)],
            t.highlight: [(t.highlight.c.id, highlight_ids)],
            t.coding: [(t.coding.c.highlight_id, highlight_ids), (t.coding.c.id, coding_ids)],
            t.carry: [(t.carry.c.highlight_id, highlight_ids)],
        }
        found: Image = {}
        for table, wanted in asked.items():
            where = [among(self._sql, column, ids) for column, ids in wanted if ids]
            if where:
                query = sa.select(table).where(sa.or_(*where)).order_by(table.c.id)
                rows = [_written(row) for row in self._sql.execute(query).mappings()]
                if rows:
                    found[table.name] = rows
        return found

    def add(
        self,
        *,
        session_id: int | None,
        by: str,
        at: datetime,
        kind: str,
        told: str,
        before: Image,
        after: Image,
        why: str = "",
    ) -> Act:
        """Note what was done."""
        row = {"session_id": session_id, "by": by, "at": at, "kind": kind, "told": told, "why": why}
        inverse = {"before": before, "after": after}
        key = self._sql.execute(sa.insert(t.act).values(**row, inverse=inverse)).inserted_primary_key
        assert key is not None
        act = Act(int(key[0]), session_id, by, at, kind, told, before, after, None, why)
        codes = [{"act_id": act.id, "code_id": code_id} for code_id in act.ids("code")]
        if codes:
            self._sql.execute(sa.insert(t.act_code), codes)
        return act

    def of_codes(
        self, code_ids: Collection[int] | None = None, *, since: datetime | None = None, limit: int | None = None
    ) -> list[Act]:
        """List what was done to codes, or (None) to the whole codebook, newest first."""
        touched = sa.select(t.act_code.c.act_id)
        if code_ids is not None:
            touched = touched.where(among(self._sql, t.act_code.c.code_id, code_ids))
        query = sa.select(t.act).where(t.act.c.id.in_(touched))
        if since is not None:
            query = query.where(t.act.c.at > since)
        return [_act(row) for row in self._sql.execute(query.order_by(t.act.c.id.desc()).limit(limit)).mappings()]

    def get(self, session_id: int | None, act_id: int) -> Act | None:
        """Give one act on a session, or one on none."""
        row = self._sql.execute(sa.select(t.act).where(t.act.c.id == act_id)).mappings().first()
        return _act(row) if row and row["session_id"] == session_id else None

    def last(self, session_id: int | None, by: str, kinds: Collection[str]) -> Act | None:
        """Give what somebody did last to a session and has not undone."""
        mine = (t.act.c.session_id == session_id, t.act.c.by == by, t.act.c.undone_at.is_(None))
        query = sa.select(t.act).where(*mine, among(self._sql, t.act.c.kind, kinds))
        row = self._sql.execute(query.order_by(t.act.c.id.desc()).limit(1)).mappings().first()
        return _act(row) if row else None

    def undo(self, act: Act, at: datetime) -> bool:
        """Put every row back as it was before an act; False, and nothing is done, if one has changed since."""
        now = self.image(
            act.ids("highlight"), act.ids("suggestion"), code_ids=act.ids("code"), coding_ids=act.ids("coding")
        )
        if now != act.after:
            return False
        self.put_back(act.before, act.after)
        self.mark_undone(act, at)
        return True

    def put_back(self, before: Image, after: Image) -> None:
        """Make the rows of `after` those of `before` again."""
        was = {(name, row["id"]): row for name in before for row in before[name]}
        now = {(name, row["id"]): row for name in after for row in after[name]}
        gone = {name: {key for of, key in now.keys() - was.keys() if of == name} for name in TABLES}
        codes = gone.pop("code")
        for name in reversed(list(gone)):
            self._remove(TABLES[name], gone[name])
        for name, table in TABLES.items():
            for of, key in sorted(was):
                if of != name or now.get((of, key)) == was[of, key]:
                    continue
                values = _read(table, was[of, key])
                change = sa.update(table).where(table.c.id == key) if (of, key) in now else sa.insert(table)
                self._sql.execute(change.values(**values))
        self._remove(t.code, codes)  # last: codings that were theirs are another's again by now

    def _remove(self, table: sa.Table, ids: Collection[int]) -> None:
        if ids:
            self._sql.execute(sa.delete(table).where(among(self._sql, table.c.id, ids)))

    def mark_undone(self, act: Act, at: datetime) -> None:
        """Note when an act was undone."""
        self._sql.execute(sa.update(t.act).where(t.act.c.id == act.id).values(undone_at=at))


def codes_before(current: Image, acts: Sequence[Act]) -> list[dict[str, Any]]:
    """Give the rows of codes as they were before these acts, the newest of which comes first."""
    rows = {row["id"]: row for row in current.get("code", ())}
    for act in acts:
        for row in act.after.get("code", ()):
            rows.pop(row["id"], None)
        rows |= {row["id"]: row for row in act.before.get("code", ())}
    ordered = sorted(rows.values(), key=lambda row: (row["position"], row["id"]))
    return [_read(t.code, row) for row in ordered]


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
        why=row["why"],
    )


def _written(row: Any) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def _read(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    moments = {column.name for column in table.c if isinstance(column.type, t.Moment)}
    return {name: datetime.fromisoformat(value) if value and name in moments else value for name, value in row.items()}
