"""What a study knows of the labels in its files: who they are, proposed for the next file."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from repository.domain.transcript import KnownSpeaker, Role
from repository.store import tables as t


class RosterStore:
    """Rosters, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def of_study(self, study_id: int) -> dict[str, KnownSpeaker]:
        """Give whom the study knows, by the label in the file."""
        rows = self._sql.execute(sa.select(t.roster).where(t.roster.c.study_id == study_id)).all()
        return {row.raw_label: KnownSpeaker(row.label, Role(row.role), row.participant_id) for row in rows}

    def keep(self, study_id: int, known: Mapping[str, KnownSpeaker]) -> None:
        """Remember these, over what was known of the same labels."""
        for raw_label, who in known.items():
            mine = sa.and_(t.roster.c.study_id == study_id, t.roster.c.raw_label == raw_label)
            values = {"label": who.label, "role": who.role.value, "participant_id": who.participant_id}
            if not self._sql.execute(sa.update(t.roster).where(mine).values(**values)).rowcount:
                self._sql.execute(sa.insert(t.roster).values(study_id=study_id, raw_label=raw_label, **values))

    def image(self, study_id: int, raw_label: str) -> list[dict[str, Any]]:
        """Give what is known of a label just as it is; nothing if it is not known."""
        mine = sa.and_(t.roster.c.study_id == study_id, t.roster.c.raw_label == raw_label)
        return [dict(row) for row in self._sql.execute(sa.select(t.roster).where(mine)).mappings()]

    def put_back(self, study_id: int, raw_label: str, rows: Sequence[dict[str, Any]]) -> None:
        """Make what is known of a label this again."""
        mine = sa.and_(t.roster.c.study_id == study_id, t.roster.c.raw_label == raw_label)
        if rows:
            self._sql.execute(sa.update(t.roster).where(mine).values(**rows[0]))
        else:
            self._sql.execute(sa.delete(t.roster).where(mine))
