"""Saved searches in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.searching import SavedSearch
from repository.store import knowledge_tables as k

#: Passages remembered as new at most.
MOST = 200
_of = k.saved_search.c


class SearchStore:
    """Saved searches, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def add(
        self, person: str, name: str, asked: Sequence[tuple[str, str]], now: datetime, *, followed: bool
    ) -> SavedSearch:
        """Keep a search."""
        row = {"person": person, "name": name, "asked": list(map(list, asked)), "followed": followed, "created_at": now}
        key = self._sql.execute(sa.insert(k.saved_search).values(**row, fresh=[])).inserted_primary_key
        assert key is not None
        return SavedSearch(int(key[0]), person, name, tuple(asked), followed, now)

    def of(self, person: str) -> list[SavedSearch]:
        """List somebody's searches by name."""
        query = sa.select(k.saved_search).where(_of.person == person, _of.deleted_at.is_(None))
        return [_search(row) for row in self._sql.execute(query.order_by(sa.func.lower(_of.name), _of.id))]

    def followed(self) -> list[SavedSearch]:
        """List everybody's searches that are followed."""
        query = sa.select(k.saved_search).where(_of.followed, _of.deleted_at.is_(None))
        return [_search(row) for row in self._sql.execute(query.order_by(_of.id))]

    def get(self, person: str, search_id: int) -> SavedSearch | None:
        """Give one of somebody's searches, deleted or not."""
        query = sa.select(k.saved_search).where(_of.id == search_id, _of.person == person)
        row = self._sql.execute(query).first()
        return _search(row) if row else None

    def change(self, search_id: int, **values: Any) -> None:
        """Change a search's name, whether it is followed, when it was looked at, or when it was deleted."""
        self._sql.execute(sa.update(k.saved_search).where(_of.id == search_id).values(**values))

    def found(self, search_id: int, passages: Sequence[int]) -> int:
        """Remember passages as new to a search; give how many of them it did not know yet."""
        held = self._sql.scalar(sa.select(_of.fresh).where(_of.id == search_id)) or []
        new = [i for i in dict.fromkeys(passages) if i not in held]
        if new:
            self.change(search_id, fresh=[*held, *new][-MOST:])
        return len(new)

    def make_room(self, person: str, name: str) -> None:
        """Remove what somebody deleted under a name, which then can be given again."""
        deleted = sa.and_(_of.person == person, _of.name == name, _of.deleted_at.is_not(None))
        self._sql.execute(sa.delete(k.saved_search).where(deleted))

    def remove_deleted(self, before: datetime) -> None:
        """Remove what was deleted before a moment."""
        self._sql.execute(sa.delete(k.saved_search).where(_of.deleted_at < before))


def _search(row: Any) -> SavedSearch:
    return SavedSearch(
        id=row.id,
        person=row.person,
        name=row.name,
        asked=tuple((name, value) for name, value in row.asked),
        followed=row.followed,
        created_at=row.created_at,
        looked_at=row.looked_at,
        fresh=tuple(row.fresh),
        deleted_at=row.deleted_at,
    )
