"""Words that may speak against an insight, waiting for its owner, in SQL."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.insight import Stance
from repository.store import knowledge_tables as k
from repository.store import tables as t
from repository.store.visibility import among, sessions_seen


@dataclass(frozen=True, slots=True)
class Proposal:
    """Characters [start, end) of a text that may contradict (or support) an insight, with why."""

    id: int
    insight_id: int
    study_id: int
    session_id: int
    text_id: int
    start: int
    end: int
    stance: Stance
    why: str
    at: datetime
    quote: str = ""
    study_title: str = ""
    session_title: str = ""
    occurred_on: date | None = None


class ProposalStore:
    """Proposed evidence, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def add(
        self, insight_id: int, place: tuple[int, int, int, int, int], stance: Stance, why: str, now: datetime
    ) -> bool:
        """Propose (study, session, text, start, end) once; False if it, or words over it, was proposed or is evidence."""
        study_id, session_id, text_id, start, end = place
        p, e = k.proposed_evidence.c, k.evidence.c
        for table, c in ((k.proposed_evidence, p), (k.evidence, e)):
            over = (c.insight_id == insight_id, c.text_id == text_id, c.start < end, c.end > start)
            if self._sql.scalar(sa.select(table.c.id).where(*over).limit(1)) is not None:
                return False
        words = sa.func.substr(t.text.c.body, p.start + 1, p.end - p.start)
        mine = sa.select(t.text.c.body).where(t.text.c.id == text_id)
        new = sa.func.substr(mine.scalar_subquery(), start + 1, end - start)
        decided = sa.select(p.id).join(t.text, t.text.c.id == p.text_id)
        decided = decided.where(p.insight_id == insight_id, p.session_id == session_id, words == new)
        if self._sql.scalar(decided.limit(1)) is not None:  # of an earlier version of the text
            return False
        row = {"insight_id": insight_id, "study_id": study_id, "session_id": session_id, "text_id": text_id}
        values = {**row, "start": start, "end": end, "stance": stance.value, "why": why, "at": now}
        self._sql.execute(sa.insert(k.proposed_evidence).values(**values))
        return True

    def open(self, viewer: Viewer, insight_ids: Collection[int]) -> list[Proposal]:
        """List what waits under some insights, where the viewer may read it and the text is still the session's."""
        rows = self._sql.execute(_open(self._sql, viewer, k.proposed_evidence.c.insight_id, insight_ids)).mappings()
        return [_proposal(row) for row in rows]

    def get(self, viewer: Viewer, proposal_id: int) -> Proposal | None:
        """Give one that waits."""
        row = self._sql.execute(_open(self._sql, viewer, k.proposed_evidence.c.id, [proposal_id])).mappings().first()
        return _proposal(row) if row else None

    def decide(self, proposal_id: int, *, taken: bool, by: str, now: datetime) -> None:
        """Remember what somebody decided."""
        values = {"taken": taken, "decided_by": by, "decided_at": now}
        self._sql.execute(
            sa.update(k.proposed_evidence).where(k.proposed_evidence.c.id == proposal_id).values(**values)
        )

    def forget_gone(self) -> None:
        """Remove what was proposed from transcripts that are gone for good."""
        held = sa.exists().where(t.session.c.id == k.proposed_evidence.c.session_id)
        self._sql.execute(sa.delete(k.proposed_evidence).where(~held))


def _open(connection: sa.Connection, viewer: Viewer, column: sa.Column[Any], ids: Collection[int]) -> sa.Select[Any]:
    p = k.proposed_evidence.c
    names = (t.study.c.title.label("study_title"), t.session.c.title.label("session_title"), t.session.c.occurred_on)
    words = sa.func.substr(t.text.c.body, p.start + 1, p.end - p.start).label("quote")
    return (
        sa.select(k.proposed_evidence, *names, words)
        .join(t.session, sa.and_(t.session.c.id == p.session_id, t.session.c.text_id == p.text_id))
        .join(t.study, t.study.c.id == t.session.c.study_id)
        .join(t.text, t.text.c.id == p.text_id)
        .where(among(connection, column, ids), p.decided_at.is_(None), sessions_seen(connection, viewer))
        .order_by(p.id.desc())
    )


def _proposal(row: Any) -> Proposal:
    values = {name: row[name] for name in Proposal.__dataclass_fields__ if name != "stance"}
    return Proposal(**values, stance=Stance(row["stance"]))
