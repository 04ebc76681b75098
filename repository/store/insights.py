"""Insights in SQL: what is claimed, every edition of it, what is built on it, and what happened to product areas."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.insight import Insight, InsightFacts, InsightLink, InsightState, LinkKind
from repository.store import knowledge_tables as k
from repository.store.visibility import among


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An insight as it was after a change; `by` is empty for what Cairn did by itself. `facts` is what undoing needs."""

    edition: int
    by: str
    at: datetime
    told: str
    why: str
    state: InsightState
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AreaEvent:
    """Something that happened to a product area: what is claimed about it is to be looked at again."""

    id: int
    product_area: str
    told: str
    on: date
    by: str
    at: datetime


class InsightStore:
    """Insights, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def add(self, facts: InsightFacts, *, by: str, now: datetime) -> Insight:
        """Keep a new draft."""
        row = {**_row(facts), "state": InsightState.DRAFT.value, "edition": 0, "why_review": ""}
        made = {"created_by": by, "created_at": now, "updated_at": now}
        key = self._sql.execute(sa.insert(k.insight).values(**row, **made)).inserted_primary_key
        assert key is not None
        return Insight(int(key[0]), facts, InsightState.DRAFT, 0, by, now, now)

    def get(self, insight_id: int) -> Insight | None:
        """Give one insight."""
        row = self._sql.execute(sa.select(k.insight).where(k.insight.c.id == insight_id)).mappings().first()
        return _insight(row) if row else None

    def some(self, insight_ids: Collection[int]) -> list[Insight]:
        """Give some insights, in no order."""
        query = sa.select(k.insight).where(among(self._sql, k.insight.c.id, insight_ids))
        return [_insight(row) for row in self._sql.execute(query).mappings()]

    def all(self, states: Collection[InsightState] | None = None) -> list[Insight]:
        """List insights, those changed last first."""
        query = sa.select(k.insight).order_by(k.insight.c.updated_at.desc(), k.insight.c.id.desc())
        if states is not None:
            query = query.where(k.insight.c.state.in_([state.value for state in states]))
        return [_insight(row) for row in self._sql.execute(query).mappings()]

    def save(self, insight: Insight) -> bool:
        """Keep an insight whose edition was raised by one; False if somebody else raised it meanwhile."""
        mine = sa.and_(k.insight.c.id == insight.id, k.insight.c.edition == insight.edition - 1)
        values = {
            **_row(insight.facts),
            "state": insight.state.value,
            "edition": insight.edition,
            "updated_at": insight.updated_at,
            "published_at": insight.published_at,
            "why_review": insight.why_review,
            "superseded_by": insight.superseded_by,
        }
        return self._sql.execute(sa.update(k.insight).where(mine).values(**values)).rowcount == 1

    def count_about(self, code_ids: Collection[int]) -> int:
        """Count the insights about these codes that are not over."""
        over = [state.value for state in InsightState if state.is_over]
        query = sa.select(sa.func.count()).where(
            among(self._sql, k.insight.c.code_id, code_ids), k.insight.c.state.not_in(over)
        )
        return self._sql.scalar(query) or 0

    # History

    def note(self, insight: Insight, *, by: str, told: str, why: str, facts: dict[str, Any]) -> None:
        """Keep an edition."""
        row = {"insight_id": insight.id, "edition": insight.edition, "state": insight.state.value, "facts": facts}
        values = {**row, "by": by, "at": insight.updated_at, "told": told, "why": why}
        self._sql.execute(sa.insert(k.insight_edition).values(**values))

    def editions(self, insight_id: int) -> list[EditionRow]:
        """List the editions of an insight, newest first."""
        query = sa.select(k.insight_edition).where(k.insight_edition.c.insight_id == insight_id)
        rows = self._sql.execute(query.order_by(k.insight_edition.c.edition.desc()))
        return [
            EditionRow(row.edition, row.by, row.at, row.told, row.why, InsightState(row.state), row.facts)
            for row in rows
        ]

    # Links

    def add_link(
        self, insight_id: int, kind: LinkKind, title: str, url: str, outcome: str, *, by: str, now: datetime
    ) -> int:
        """Keep a link; give its number."""
        row = {"insight_id": insight_id, "kind": kind.value, "title": title, "url": url, "outcome": outcome}
        key = self._sql.execute(sa.insert(k.insight_link).values(**row, added_by=by, added_at=now)).inserted_primary_key
        assert key is not None
        return int(key[0])

    def tell_outcome(self, link_id: int, outcome: str) -> None:
        """Keep how something that was built on an insight came out."""
        self._sql.execute(sa.update(k.insight_link).where(k.insight_link.c.id == link_id).values(outcome=outcome))

    def remove_link(self, link_id: int) -> None:
        """Remove a link."""
        self._sql.execute(sa.delete(k.insight_link).where(k.insight_link.c.id == link_id))

    def put_link(self, link: InsightLink) -> None:
        """Keep a link that was removed again, under its own number."""
        row = {name: getattr(link, name) for name in InsightLink.__dataclass_fields__}
        self._sql.execute(sa.insert(k.insight_link).values(**{**row, "kind": link.kind.value}))

    def links(self, insight_ids: Collection[int]) -> list[InsightLink]:
        """List what is linked, in the order it was."""
        query = sa.select(k.insight_link).where(among(self._sql, k.insight_link.c.insight_id, insight_ids))
        rows = self._sql.execute(query.order_by(k.insight_link.c.id)).mappings()
        return [InsightLink(**{**row, "kind": LinkKind(row["kind"])}) for row in rows]

    # Events

    def add_event(self, area: str, told: str, on: date, *, by: str, now: datetime) -> None:
        """Keep what happened to a product area."""
        self._sql.execute(sa.insert(k.area_event).values(product_area=area, told=told, on=on, by=by, at=now))

    def events(self) -> list[AreaEvent]:
        """List what happened to product areas, newest first."""
        query = sa.select(k.area_event).order_by(k.area_event.c.on.desc(), k.area_event.c.id.desc())
        return [AreaEvent(**row) for row in self._sql.execute(query).mappings()]


def _row(facts: InsightFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in InsightFacts.__dataclass_fields__}


def _insight(row: Any) -> Insight:
    facts = InsightFacts(**{name: row[name] for name in InsightFacts.__dataclass_fields__})
    names = ("id", "edition", "created_by", "created_at", "updated_at", "published_at", "why_review", "superseded_by")
    return Insight(facts=facts, state=InsightState(row["state"]), **{name: row[name] for name in names})
