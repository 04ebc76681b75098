"""Sources in SQL: files as received, and how far each has come."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.source import DROPPED, Source, Stage
from repository.store import tables as t
from repository.store.visibility import among, studies_seen


class SourceStore:
    """Sources, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def add(
        self,
        *,
        study_id: int,
        digest: str,
        name: str,
        size: int,
        occurred_on: date | None,
        consent: str,
        now: datetime,
        held: bool = False,
    ) -> Source:
        """Keep a new source at stage received; `held` until somebody says yes.

        What was said about the columns of tables in this study holds for it, too.
        """
        columns = self._columns(study_id)
        row = {
            "study_id": study_id,
            "digest": digest,
            "name": name,
            "size": size,
            "stage": Stage.RECEIVED.value,
            "received_at": now,
            "occurred_on": occurred_on,
            "consent": consent,
            "warnings": [],
            "choices": {"columns": columns} if columns else {},
            "held": held,
            "recording": "",
        }
        key = self._sql.execute(sa.insert(t.source).values(**row)).inserted_primary_key
        assert key is not None
        return _source({"id": key[0], **row})

    def get(self, source_id: int) -> Source | None:
        """Give a source by number; for the pipeline, which acts for nobody in particular."""
        row = self._sql.execute(sa.select(t.source).where(t.source.c.id == source_id)).mappings().first()
        return _source(row) if row else None

    def of_session(self, viewer: Viewer, session_id: int) -> Source | None:
        """Give the source a session was read from."""
        query = (
            sa.select(t.source)
            .join(t.session, t.session.c.source_id == t.source.c.id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(t.session.c.id == session_id, studies_seen(self._sql, viewer))
        )
        row = self._sql.execute(query).mappings().first()
        return _source(row) if row else None

    def with_digest(self, study_id: int, digest: str) -> Source | None:
        """Give the source of a study that has these bytes."""
        query = sa.select(t.source).where(t.source.c.study_id == study_id, t.source.c.digest == digest)
        row = self._sql.execute(query).mappings().first()
        return _source(row) if row else None

    def some(self, ids: Collection[int]) -> dict[int, Source]:
        """Give sources by number."""
        rows = self._sql.execute(sa.select(t.source).where(among(self._sql, t.source.c.id, ids))).mappings()
        return {row["id"]: _source(row) for row in rows}

    def of_studies(self, study_ids: Collection[int]) -> list[Source]:
        """List the sources of some studies."""
        query = sa.select(t.source).where(among(self._sql, t.source.c.study_id, study_ids)).order_by(t.source.c.id)
        return [_source(row) for row in self._sql.execute(query).mappings()]

    def _columns(self, study_id: int) -> dict[str, str]:
        """Give what the columns of tables are used for in a study, by their headers; the newest word counts."""
        query = sa.select(t.source.c.choices).where(t.source.c.study_id == study_id, ~t.source.c.held)
        said: dict[str, str] = {}
        for choices in self._sql.scalars(query.order_by(t.source.c.id)):
            said |= choices.get("columns", {})
        return said

    def held(self, viewer: Viewer, study_id: int | None = None) -> list[Source]:
        """List the files that wait for somebody to say yes, the oldest first."""
        query = sa.select(t.source).join(t.study).where(t.source.c.held, studies_seen(self._sql, viewer))
        if study_id is not None:
            query = query.where(t.source.c.study_id == study_id)
        return [_source(row) for row in self._sql.execute(query.order_by(t.source.c.id)).mappings()]

    def held_before(self, moment: datetime) -> list[Source]:
        """List the files that have waited since before `moment`."""
        query = sa.select(t.source).where(t.source.c.held, t.source.c.received_at < moment)
        return [_source(row) for row in self._sql.execute(query).mappings()]

    def decide(
        self, source_id: int, *, occurred_on: date | None, consent: str, choices: Mapping[str, Any], held: bool
    ) -> None:
        """Keep what a person says about a file, and whether it still waits."""
        values = {"occurred_on": occurred_on, "consent": consent, "choices": dict(choices), "held": held}
        self._sql.execute(sa.update(t.source).where(t.source.c.id == source_id).values(**values))

    def reached(self, source_id: int, stage: Stage, warnings: Sequence[str] | None = None) -> None:
        """Note how far a source has come."""
        values: dict[str, Any] = {"stage": stage.value}
        if warnings is not None:
            values["warnings"] = list(warnings)
        self._sql.execute(sa.update(t.source).where(t.source.c.id == source_id).values(**values))

    def note_recording(self, source_id: int, fate: str) -> None:
        """Note what becomes of a recording now that it is transcribed: KEPT or DROPPED; "" of what is none."""
        self._sql.execute(sa.update(t.source).where(t.source.c.id == source_id).values(recording=fate))

    def settled(self, stage: Stage) -> list[int]:
        """List sources that have come to a stage and are not being worked on."""
        idle = ~sa.exists().where(t.job.c.source_id == t.source.c.id, t.job.c.state.in_(("queued", "running")))
        return list(self._sql.scalars(sa.select(t.source.c.id).where(t.source.c.stage == stage.value, idle)))

    def digests(self) -> set[str]:
        """Give every digest that some source still needs; a recording that was dropped is not."""
        needed = sa.select(t.source.c.digest).where(t.source.c.recording != DROPPED)
        return set(self._sql.scalars(needed.distinct()))

    def remove(self, source_id: int) -> None:
        """Remove a source and everything read from it that the database links to it."""
        self._sql.execute(sa.delete(t.source).where(t.source.c.id == source_id))


def _source(row: Any) -> Source:
    return Source(
        id=row["id"],
        study_id=row["study_id"],
        digest=row["digest"],
        name=row["name"],
        size=row["size"],
        stage=Stage(row["stage"]),
        received_at=row["received_at"],
        occurred_on=row["occurred_on"],
        consent=row["consent"],
        warnings=tuple(row["warnings"]),
        choices=row["choices"],
        held=row["held"],
        recording=row["recording"],
    )
