"""Who codes which session, and what each coder put on which turn, in SQL."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.coding import Assignment
from repository.domain.transcript import Role
from repository.store import tables as t
from repository.store.visibility import among, sessions_seen


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A participant's turn: the unit over which coders are compared."""

    session_id: int
    text_id: int
    idx: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CodedSpan:
    """Characters [start, end) of a text under a code."""

    text_id: int
    start: int
    end: int
    code_id: int


class AssignmentStore:
    """Assignments, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def assign(self, session_ids: Collection[int], coder: str, *, blind: bool, by: str, at: datetime) -> int:
        """Give sessions to a coder who has not got them; count them."""
        held = sa.select(t.assignment.c.session_id).where(t.assignment.c.coder == coder)
        new = sorted(set(session_ids) - set(self._sql.scalars(held)))
        row = {"coder": coder, "blind": blind, "assigned_by": by, "assigned_at": at}
        if new:
            self._sql.execute(sa.insert(t.assignment), [{"session_id": session_id, **row} for session_id in new])
        return len(new)

    def finish(self, session_id: int, coder: str, at: datetime | None) -> None:
        """Note that a coder is done with a session, or (None) is not."""
        self.assign([session_id], coder, blind=False, by=coder, at=at) if at else None
        mine = sa.and_(t.assignment.c.session_id == session_id, t.assignment.c.coder == coder)
        self._sql.execute(sa.update(t.assignment).where(mine).values(finished_at=at))

    def withdraw(self, session_id: int, coder: str) -> None:
        """Take a session from a coder; what they coded stays."""
        mine = sa.and_(t.assignment.c.session_id == session_id, t.assignment.c.coder == coder)
        self._sql.execute(sa.delete(t.assignment).where(mine))

    def get(self, session_id: int, coder: str) -> Assignment | None:
        """Give a coder's assignment to a session."""
        mine = sa.and_(t.assignment.c.session_id == session_id, t.assignment.c.coder == coder)
        row = self._sql.execute(sa.select(t.assignment).where(mine)).mappings().first()
        return Assignment(**row) if row else None

    def all(self, viewer: Viewer, *, study_id: int | None = None) -> list[Assignment]:
        """List who codes what, the newest first."""
        query = (
            sa.select(t.assignment)
            .join(t.session, t.session.c.id == t.assignment.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(sessions_seen(self._sql, viewer))
        )
        if study_id is not None:
            query = query.where(t.session.c.study_id == study_id)
        return [Assignment(**row) for row in self._sql.execute(query.order_by(t.assignment.c.id.desc())).mappings()]

    def coders(self, viewer: Viewer) -> list[tuple[str, int]]:
        """List people who coded, with how many codings, the busiest first."""
        query = (
            sa.select(t.coding.c.coder, sa.func.count())
            .join(t.highlight, t.highlight.c.id == t.coding.c.highlight_id)
            .join(t.session, t.session.c.id == t.highlight.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(sessions_seen(self._sql, viewer))
            .group_by(t.coding.c.coder)
        )
        return [(row[0], row[1]) for row in self._sql.execute(query.order_by(sa.func.count().desc(), t.coding.c.coder))]

    def finished(self, viewer: Viewer, coder: str, *, study_id: int | None = None) -> set[int]:
        """Give the sessions a coder has finished."""
        return {a.session_id for a in self.all(viewer, study_id=study_id) if a.coder == coder and a.finished_at}

    def turns(self, session_ids: Collection[int]) -> list[TurnRow]:
        """List what participants, or people of unknown role, said in sessions, in order."""
        query = (
            sa.select(t.session.c.id, t.turn.c.text_id, t.turn.c.idx, t.turn.c.start, t.turn.c.end)
            .join(t.turn, t.turn.c.text_id == t.session.c.text_id)
            .outerjoin(t.speaker, t.speaker.c.id == t.turn.c.speaker_id)
            .where(
                among(self._sql, t.session.c.id, session_ids),
                sa.func.coalesce(t.speaker.c.role, Role.UNKNOWN.value).in_(
                    (Role.PARTICIPANT.value, Role.UNKNOWN.value)
                ),
            )
        )
        return [TurnRow(*row) for row in self._sql.execute(query.order_by(t.session.c.id, t.turn.c.idx))]

    def coded(self, session_ids: Collection[int], coder: str) -> list[CodedSpan]:
        """List what a person coded in sessions."""
        h = t.highlight.c
        query = (
            sa.select(h.text_id, h.start, h.end, t.coding.c.code_id)
            .join(t.coding, t.coding.c.highlight_id == h.id)
            .where(among(self._sql, h.session_id, session_ids), t.coding.c.coder == coder, h.lost_at.is_(None))
        )
        return [CodedSpan(*row) for row in self._sql.execute(query)]

    def suggested(self, session_ids: Collection[int]) -> list[CodedSpan]:
        """List what the machine would code in sessions, whatever people made of it."""
        s = t.suggestion.c
        query = (
            sa.select(s.text_id, s.start, s.end, s.code_id)
            .join(t.code, sa.and_(t.code.c.id == s.code_id, t.code.c.version == s.code_version))
            .where(among(self._sql, s.session_id, session_ids))
        )
        return [CodedSpan(*row) for row in self._sql.execute(query)]

    def machine_done(self, viewer: Viewer, *, study_id: int | None = None, stages: Sequence[str]) -> set[int]:
        """Give the sessions whose file has come through these stages."""
        query = (
            sa.select(t.session.c.id)
            .join(t.source, t.source.c.id == t.session.c.source_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(sessions_seen(self._sql, viewer), t.source.c.stage.in_(stages))
        )
        if study_id is not None:
            query = query.where(t.session.c.study_id == study_id)
        return set(self._sql.scalars(query))
