"""How codes are used: when last, what became of what the machine proposed, since when there are any."""

from collections.abc import Collection
from datetime import datetime

import numpy as np
import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.coding import SuggestionState
from repository.store import tables as t
from repository.store.visibility import among, sessions_seen

#: Quotes of a code that are compared with each other at most.
COMPARED = 200


class UsageStore:
    """The use of codes, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def last_used(self, viewer: Viewer) -> dict[int, tuple[int, datetime]]:
        """Give, by code, how often people coded with it (lost highlights left out) and when they last did."""
        query = (
            sa.select(t.coding.c.code_id, sa.func.count(), sa.func.max(t.coding.c.created_at, type_=t.Moment()))
            .select_from(t.coding)
            .join(t.highlight, t.highlight.c.id == t.coding.c.highlight_id)
            .join(t.session, t.session.c.id == t.highlight.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(t.highlight.c.lost_at.is_(None), sessions_seen(self._sql, viewer))
            .group_by(t.coding.c.code_id)
        )
        return {row[0]: (row[1], row[2]) for row in self._sql.execute(query)}

    def made(self) -> dict[int, datetime]:
        """Give, by code, when it first appears in the history; codes from before there was one are missing."""
        query = (
            sa.select(t.act_code.c.code_id, sa.func.min(t.act.c.at, type_=t.Moment()))
            .join(t.act, t.act.c.id == t.act_code.c.act_id)
            .group_by(t.act_code.c.code_id)
        )
        return {row[0]: row[1] for row in self._sql.execute(query)}

    def decided(self, viewer: Viewer) -> dict[int, tuple[int, int]]:
        """Count, by code, suggestions (accepted, rejected) for what the code means today."""
        s = t.suggestion.c
        states = (SuggestionState.ACCEPTED.value, SuggestionState.REJECTED.value)
        query = (
            sa.select(s.code_id, s.state, sa.func.count())
            .join(t.code, sa.and_(t.code.c.id == s.code_id, t.code.c.version == s.code_version))
            .join(t.session, t.session.c.id == s.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(s.state.in_(states), sessions_seen(self._sql, viewer))
            .group_by(s.code_id, s.state)
        )
        found: dict[int, tuple[int, int]] = {}
        for code_id, state, number in self._sql.execute(query):
            accepted, rejected = found.get(code_id, (0, 0))
            found[code_id] = (number, rejected) if state == states[0] else (accepted, number)
        return found

    def quoted(self, viewer: Viewer, fingerprint: str, code_ids: Collection[int]) -> dict[int, np.ndarray]:
        """Give, by code, the vectors (n, d) of passages that people coded with it, a few hundred at most."""
        inside = sa.and_(
            t.segment.c.session_id == t.highlight.c.session_id,
            t.segment.c.start < t.highlight.c.end,
            t.segment.c.end > t.highlight.c.start,
        )
        query = (
            sa.select(t.coding.c.code_id, t.vector.c.data)
            .select_from(t.coding)
            .join(t.highlight, t.highlight.c.id == t.coding.c.highlight_id)
            .join(t.session, t.session.c.id == t.highlight.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .join(t.segment, inside)
            .join(t.vector, t.vector.c.words_sha == t.segment.c.words_sha)
            .where(
                t.vector.c.fingerprint == fingerprint,
                t.highlight.c.lost_at.is_(None),
                among(self._sql, t.coding.c.code_id, code_ids),
                sessions_seen(self._sql, viewer),
            )
            .distinct()
        )
        found: dict[int, list[bytes]] = {}
        for code_id, data in self._sql.execute(query):
            held = found.setdefault(code_id, [])
            if len(held) < COMPARED:
                held.append(data)
        return {code_id: np.frombuffer(b"".join(held), "<f4").reshape(len(held), -1) for code_id, held in found.items()}
