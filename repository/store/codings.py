"""Suggestions, highlights and codings in SQL. What a person decided is never touched by a re-run."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.coding import Coding, Highlight, Reason, Suggestion, SuggestionState
from repository.store import tables as t
from repository.store.visibility import among, sessions_seen

#: Characters of context kept on each side of a highlight, to find it again in a corrected text.
CONTEXT = 32


class CodingStore:
    """Suggestions, highlights and codings, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def replace_pending(self, session_ids: Collection[int], suggestions: Sequence[Suggestion]) -> None:
        """Make these the sessions' open suggestions, but for those that somebody decided already.

        A decision is remembered by code, the code's version and the words.
        """
        mine = among(self._sql, t.suggestion.c.session_id, session_ids)
        pending = t.suggestion.c.state == SuggestionState.PENDING.value
        self._sql.execute(sa.delete(t.suggestion).where(mine, pending))
        decided = set(
            self._sql.execute(
                sa.select(t.suggestion.c.code_id, t.suggestion.c.code_version, t.suggestion.c.words_sha).where(mine)
            ).all()
        )
        rows = [_suggestion_row(s) for s in suggestions if (s.code_id, s.code_version, s.words_sha) not in decided]
        if rows:
            self._sql.execute(sa.insert(t.suggestion), rows)

    def pending(
        self,
        viewer: Viewer,
        *,
        session_ids: Collection[int] | None = None,
        code_ids: Collection[int] | None = None,
        limit: int | None = None,
    ) -> list[Suggestion]:
        """List open suggestions, best first."""
        query = (
            sa.select(t.suggestion)
            .join(t.session, t.session.c.id == t.suggestion.c.session_id)
            .join(t.study, t.study.c.id == t.suggestion.c.study_id)
            .where(t.suggestion.c.state == SuggestionState.PENDING.value, sessions_seen(self._sql, viewer))
        )
        if session_ids is not None:
            query = query.where(among(self._sql, t.suggestion.c.session_id, session_ids))
        if code_ids is not None:
            query = query.where(among(self._sql, t.suggestion.c.code_id, code_ids))
        rows = self._sql.execute(query.order_by(t.suggestion.c.score.desc(), t.suggestion.c.id).limit(limit)).mappings()
        return [_suggestion(row) for row in rows]

    def highlight(self, *, session_id: int, text_id: int, start: int, end: int, by: str, now: datetime) -> Highlight:
        """Keep a span with its words and what stands around them; the same span of the same person once."""
        body: str = self._sql.execute(sa.select(t.text.c.body).where(t.text.c.id == text_id)).scalar_one()
        same = sa.and_(
            t.highlight.c.text_id == text_id,
            t.highlight.c.start == start,
            t.highlight.c.end == end,
            t.highlight.c.created_by == by,
        )
        row = self._sql.execute(sa.select(t.highlight).where(same)).mappings().first()
        if row is None:
            self._sql.execute(
                sa.insert(t.highlight).values(
                    session_id=session_id,
                    text_id=text_id,
                    start=start,
                    end=end,
                    quote=body[start:end],
                    prefix=body[max(0, start - CONTEXT) : start],
                    suffix=body[end : end + CONTEXT],
                    created_by=by,
                    created_at=now,
                )
            )
            row = self._sql.execute(sa.select(t.highlight).where(same)).mappings().one()
        return Highlight(**row)

    def code(self, *, highlight_id: int, code_id: int, coder: str, now: datetime) -> None:
        """Put a code on a highlight; the same code of the same coder once."""
        same = sa.select(t.coding.c.id).where(
            t.coding.c.highlight_id == highlight_id, t.coding.c.code_id == code_id, t.coding.c.coder == coder
        )
        if self._sql.execute(same).first() is None:
            self._sql.execute(
                sa.insert(t.coding).values(highlight_id=highlight_id, code_id=code_id, coder=coder, created_at=now)
            )

    def codings(
        self, viewer: Viewer, *, session_ids: Collection[int] | None = None, code_ids: Collection[int] | None = None
    ) -> list[tuple[Highlight, Coding, int]]:
        """List (highlight, coding, study) in the order of the text."""
        marks = [column.label(f"highlight_{column.name}") for column in t.highlight.c]
        query = (
            sa.select(*marks, t.coding, t.session.c.study_id)
            .join(t.coding, t.coding.c.highlight_id == t.highlight.c.id)
            .join(t.session, t.session.c.id == t.highlight.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(sessions_seen(self._sql, viewer))
        )
        if session_ids is not None:
            query = query.where(among(self._sql, t.highlight.c.session_id, session_ids))
        if code_ids is not None:
            query = query.where(among(self._sql, t.coding.c.code_id, code_ids))
        rows = self._sql.execute(query.order_by(t.highlight.c.text_id, t.highlight.c.start)).mappings()
        return [
            (
                Highlight(**{column.name: row[f"highlight_{column.name}"] for column in t.highlight.c}),
                Coding(**{column.name: row[column.name] for column in t.coding.c}),
                row["study_id"],
            )
            for row in rows
        ]

    def codes_on(self, segment_ids: Collection[int]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
        """Give the codes on each segment: (put there by people, only suggested)."""
        mine = among(self._sql, t.segment.c.id, segment_ids)
        by_people: dict[int, set[int]] = {}
        coded = (
            sa.select(t.segment.c.id, t.coding.c.code_id)
            .join(
                t.highlight,
                sa.and_(
                    t.highlight.c.text_id == t.segment.c.text_id,
                    t.highlight.c.start < t.segment.c.end,
                    t.highlight.c.end > t.segment.c.start,
                ),
            )
            .join(t.coding, t.coding.c.highlight_id == t.highlight.c.id)
        )
        for segment_id, code_id in self._sql.execute(coded.where(mine)):
            by_people.setdefault(segment_id, set()).add(code_id)
        by_machine: dict[int, set[int]] = {}
        suggested = sa.select(t.segment.c.id, t.suggestion.c.code_id).join(
            t.suggestion,
            sa.and_(  # what is suggested is suggested for a segment: the same span
                t.suggestion.c.text_id == t.segment.c.text_id,
                t.suggestion.c.start == t.segment.c.start,
                t.suggestion.c.end == t.segment.c.end,
            ),
        )
        pending = t.suggestion.c.state == SuggestionState.PENDING.value
        for segment_id, code_id in self._sql.execute(suggested.where(mine, pending)):
            if code_id not in by_people.get(segment_id, ()):
                by_machine.setdefault(segment_id, set()).add(code_id)
        return by_people, by_machine

    def segments_about(self, code_ids: Collection[int]) -> list[int]:
        """List segments that overlap a suggestion or coding of these codes."""
        spans = [
            sa.select(t.suggestion.c.text_id, t.suggestion.c.start, t.suggestion.c.end).where(
                among(self._sql, t.suggestion.c.code_id, code_ids),
                t.suggestion.c.state != SuggestionState.REJECTED.value,
            ),
            sa.select(t.highlight.c.text_id, t.highlight.c.start, t.highlight.c.end)
            .join(t.coding, t.coding.c.highlight_id == t.highlight.c.id)
            .where(among(self._sql, t.coding.c.code_id, code_ids)),
        ]
        span = sa.union_all(*spans).subquery()
        query = sa.select(t.segment.c.id).join(
            span,
            sa.and_(
                t.segment.c.text_id == span.c.text_id, t.segment.c.start < span.c.end, t.segment.c.end > span.c.start
            ),
        )
        return list(self._sql.scalars(query.distinct()))


def _suggestion_row(s: Suggestion) -> dict[str, Any]:
    return {
        "study_id": s.study_id,
        "session_id": s.session_id,
        "text_id": s.text_id,
        "start": s.start,
        "end": s.end,
        "code_id": s.code_id,
        "code_version": s.code_version,
        "words_sha": s.words_sha,
        "score": s.score,
        "reason": {"cues": [list(cue) for cue in s.reason.cues], "nearest": s.reason.nearest},
        "coder": s.coder,
        "state": s.state.value,
    }


def _suggestion(row: Any) -> Suggestion:
    reason = Reason(tuple((word, weight) for word, weight in row["reason"]["cues"]), row["reason"]["nearest"])
    return Suggestion(**{**row, "reason": reason, "state": SuggestionState(row["state"])})
