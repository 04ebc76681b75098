"""What people decided about codes, in SQL: what the machine learns from. Of everybody, whoever is looking."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from repository.domain.coding import SuggestionState
from repository.store import tables as t
from repository.store.visibility import among


@dataclass(frozen=True, slots=True)
class Decision:
    """These words are, or are not, what a code means; `highlight_id` is where a person coded them."""

    code_id: int
    words: str
    accepted: bool
    session_id: int
    highlight_id: int | None = None


class ExampleStore:
    """Decisions, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def latest(self, code_ids: Collection[int], each: int) -> list[Decision]:
        """List the latest decisions on each code, `each` accepted and as many rejected at most, the oldest first."""
        return [*self._coded(code_ids, each), *self._rejected(code_ids, each)]

    def _coded(self, code_ids: Collection[int], each: int) -> list[Decision]:
        number = sa.func.row_number().over(partition_by=t.coding.c.code_id, order_by=t.coding.c.id.desc())
        query = (
            sa.select(
                t.coding.c.id, t.coding.c.code_id, t.highlight.c.quote, t.highlight.c.session_id, t.highlight.c.id
            )
            .add_columns(number.label("number"))
            .join(t.highlight, t.highlight.c.id == t.coding.c.highlight_id)
            .join(t.session, t.session.c.id == t.highlight.c.session_id)
            .where(among(self._sql, t.coding.c.code_id, code_ids), t.session.c.deleted_at.is_(None))
            .subquery()
        )
        rows = self._sql.execute(sa.select(query).where(query.c.number <= each).order_by(query.c[0]))
        return [Decision(row[1], row[2], True, row[3], row[4]) for row in rows]

    def _rejected(self, code_ids: Collection[int], each: int) -> list[Decision]:
        s = t.suggestion.c
        number = sa.func.row_number().over(partition_by=s.code_id, order_by=s.id.desc())
        words = sa.func.substr(t.text.c.body, s.start + 1, s.end - s.start)
        query = (
            sa.select(s.id, s.code_id, words.label("words"), s.session_id)
            .add_columns(number.label("number"))
            .join(t.text, t.text.c.id == s.text_id)
            .join(t.code, sa.and_(t.code.c.id == s.code_id, t.code.c.version == s.code_version))
            .join(t.session, t.session.c.id == s.session_id)
            .where(
                among(self._sql, s.code_id, code_ids),
                s.state == SuggestionState.REJECTED.value,
                t.session.c.deleted_at.is_(None),
            )
            .subquery()
        )
        rows = self._sql.execute(sa.select(query).where(query.c.number <= each).order_by(query.c[0]))
        return [Decision(row[1], row[2], False, row[3]) for row in rows]
