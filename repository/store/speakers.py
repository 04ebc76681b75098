"""The people who speak in a session: their labels, roles and participants. None of it touches the text."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from repository.domain.transcript import Role, RoleSource
from repository.store import tables as t
from repository.store.visibility import among


@dataclass(frozen=True, slots=True)
class SpeakerRow:
    """A speaker of a session; `raw_label` is the label in the file, `merged` names labels that are the same person."""

    id: int
    label: str
    raw_label: str
    role: Role
    role_source: RoleSource
    role_confidence: float
    participant_id: int | None
    turns: int
    merged: tuple[tuple[int, str], ...] = ()


class SpeakerStore:
    """Speakers, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def of_session(self, session_id: int) -> list[SpeakerRow]:
        """List who speaks in a session's current text, those who say most first."""
        turns = (
            sa.select(t.turn.c.speaker_id, sa.func.count().label("turns"))
            .join(t.session, t.session.c.text_id == t.turn.c.text_id)
            .where(t.session.c.id == session_id)
            .group_by(t.turn.c.speaker_id)
            .subquery()
        )
        query = (
            sa.select(t.speaker, sa.func.coalesce(turns.c.turns, 0).label("turns"))
            .outerjoin(turns, turns.c.speaker_id == t.speaker.c.id)
            .where(t.speaker.c.session_id == session_id)
            .order_by(sa.desc("turns"), t.speaker.c.id)
        )
        rows = self._sql.execute(query).all()
        merged: dict[int, list[tuple[int, str]]] = {}
        for row in rows:
            if row.merged_into is not None:
                merged.setdefault(row.merged_into, []).append((row.id, row.raw_label))
        return [
            SpeakerRow(
                row.id,
                row.label,
                row.raw_label,
                Role(row.role),
                RoleSource(row.role_source),
                row.role_confidence,
                row.participant_id,
                row.turns,
                tuple(merged.get(row.id, ())),
            )
            for row in rows
            if row.merged_into is None
        ]

    def image(self, speaker_ids: Collection[int]) -> list[dict[str, Any]]:
        """Give these speakers' rows just as they are."""
        query = sa.select(t.speaker).where(among(self._sql, t.speaker.c.id, speaker_ids)).order_by(t.speaker.c.id)
        return [dict(row) for row in self._sql.execute(query).mappings()]

    def put_back(self, session_id: int, rows: Sequence[dict[str, Any]]) -> None:
        """Make speakers' rows these again, and give each the turns that the file gives to its label."""
        for row in rows:
            self._sql.execute(sa.update(t.speaker).where(t.speaker.c.id == row["id"]).values(**row))
        for row in rows:
            mine = sa.and_(self._within(session_id), t.turn.c.heard_as == row["id"])
            merged = row["merged_into"]
            theirs = {"speaker_id": merged} if merged else {"speaker_id": row["id"], "heard_as": None}
            self._sql.execute(sa.update(t.turn).where(mine).values(**theirs))

    def change(self, speaker_id: int, *, label: str, role: Role, participant_id: int | None) -> None:
        """Keep what a person says about a speaker."""
        values = {
            "label": label,
            "role": role.value,
            "role_source": RoleSource.PERSON.value,
            "role_confidence": 1.0,
            "participant_id": participant_id,
        }
        self._sql.execute(sa.update(t.speaker).where(t.speaker.c.id == speaker_id).values(**values))

    def merge(self, session_id: int, speaker_id: int, into: int) -> None:
        """Give a speaker's turns, in all texts of the session, to another who is the same person."""
        # The label is free for the one that is left; the file's own stays beside.
        free = {"merged_into": into, "label": f"{speaker_id}\u2192{into}"}
        self._sql.execute(sa.update(t.speaker).where(t.speaker.c.id == speaker_id).values(**free))
        self._sql.execute(sa.update(t.speaker).where(t.speaker.c.merged_into == speaker_id).values(merged_into=into))
        theirs = {"speaker_id": into, "heard_as": sa.func.coalesce(t.turn.c.heard_as, t.turn.c.speaker_id)}
        mine = sa.and_(self._within(session_id), t.turn.c.speaker_id == speaker_id)
        self._sql.execute(sa.update(t.turn).where(mine).values(**theirs))

    def part(self, session_id: int, speaker_id: int, label: str) -> None:
        """Take a merge back: the turns that the file gives to this label are its own again."""
        own = {"merged_into": None, "label": label}
        self._sql.execute(sa.update(t.speaker).where(t.speaker.c.id == speaker_id).values(**own))
        mine = sa.and_(self._within(session_id), t.turn.c.heard_as == speaker_id)
        self._sql.execute(sa.update(t.turn).where(mine).values(speaker_id=speaker_id, heard_as=None))

    def _within(self, session_id: int) -> sa.ColumnElement[bool]:
        return t.turn.c.text_id.in_(sa.select(t.text.c.id).where(t.text.c.session_id == session_id))
