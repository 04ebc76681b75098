"""Studies in SQL."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.study import Study, StudyFacts, StudyState
from repository.store import tables as t
from repository.store.visibility import among, studies_seen


class StudyStore:
    """Studies, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def add(self, facts: StudyFacts, now: datetime) -> Study:
        """Keep a new study."""
        key = self._sql.execute(sa.insert(t.study).values(**_row(facts), created_at=now)).inserted_primary_key
        assert key is not None
        return Study(id=key[0], facts=facts, created_at=now)

    def change(self, study_id: int, facts: StudyFacts) -> None:
        """Replace what is said about a study."""
        self._sql.execute(sa.update(t.study).where(t.study.c.id == study_id).values(**_row(facts)))

    def get(self, viewer: Viewer, study_id: int, *, binned: bool = False) -> Study | None:
        """Give one study, if it exists for the viewer."""
        seen = studies_seen(self._sql, viewer, binned=binned)
        row = self._sql.execute(sa.select(t.study).where(t.study.c.id == study_id, seen)).mappings().first()
        return _study(row) if row else None

    def all(self, viewer: Viewer, *, binned: bool = False) -> list[Study]:
        """List the viewer's studies, newest first."""
        seen = studies_seen(self._sql, viewer, binned=binned)
        found = [_study(row) for row in self._sql.execute(sa.select(t.study).where(seen)).mappings()]
        return sorted(found, key=lambda s: (s.facts.started_on or s.created_at.date(), s.id), reverse=True)

    def named(self, viewer: Viewer, title: str) -> list[Study]:
        """List the viewer's studies of this title, whatever its case (which SQLite only knows of ASCII letters)."""
        return [study for study in self.all(viewer) if study.title.casefold() == title.casefold()]

    def methods(self, study_ids: Collection[int]) -> list[str]:
        """Give the methods of some studies."""
        return list(self._sql.scalars(sa.select(t.study.c.method).where(among(self._sql, t.study.c.id, study_ids))))

    def set_deleted(self, study_id: int, at: datetime | None) -> None:
        """Put a study into the bin, or take it out."""
        self._sql.execute(sa.update(t.study).where(t.study.c.id == study_id).values(deleted_at=at))

    def deleted_before(self, moment: datetime) -> list[int]:
        """List studies that have been in the bin since before `moment`."""
        return list(self._sql.scalars(sa.select(t.study.c.id).where(t.study.c.deleted_at < moment)))

    def remove(self, study_id: int) -> None:
        """Remove a study whose sources are gone already."""
        self._sql.execute(sa.delete(t.study).where(t.study.c.id == study_id))


def _row(facts: StudyFacts) -> dict[str, Any]:
    return {
        "title": facts.title,
        "questions": list(facts.questions),
        "owner": facts.owner,
        "method": facts.method,
        "state": facts.state.value,
        "product_area": facts.product_area,
        "cohort": facts.cohort,
        "started_on": facts.started_on,
    }


def _study(row: Any) -> Study:
    facts = StudyFacts(
        title=row["title"],
        questions=tuple(row["questions"]),
        owner=row["owner"],
        method=row["method"],
        state=StudyState(row["state"]),
        product_area=row["product_area"],
        cohort=row["cohort"],
        started_on=row["started_on"],
    )
    return Study(id=row["id"], facts=facts, created_at=row["created_at"], deleted_at=row["deleted_at"])
