"""Suggestions, highlights and codings in SQL. What a person decided is never touched by a re-run."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.coding import Coding, Highlight, Reason, Suggestion, SuggestionState
from repository.store import tables as t
from repository.store.segments import segment_id
from repository.store.visibility import among, sessions_seen, uncoded, undecided

#: Characters of context kept on each side of a highlight, to find it again in a corrected text.
CONTEXT = 32


@dataclass(frozen=True, slots=True)
class Mark:
    """A highlight with its comment and its codings, oldest first; `lost_at`: when its words were no longer found."""

    highlight: Highlight
    comment: str
    lost_at: datetime | None
    codings: tuple[Coding, ...]


class CodingStore:
    """Suggestions, highlights and codings, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def replace_pending(
        self,
        suggestions: Sequence[Suggestion],
        *,
        session_ids: Collection[int] | None = None,
        code_ids: Collection[int] | None = None,
    ) -> None:
        """Make these the open suggestions in sessions, or of codes, but for those that somebody decided already.

        A decision is remembered by code, the code's version and the words. What was open before and still is keeps its
        number, so that somebody who is looking at it can decide it.
        """
        own = t.suggestion.c
        bounds = [(own.session_id, session_ids), (own.code_id, code_ids)]
        mine = sa.and_(*(among(self._sql, column, ids) for column, ids in bounds if ids is not None))
        place = (own.text_id, own.start, own.end, own.code_id, own.code_version)
        seen = (own.score, own.state, own.coder, own.model)
        was = {
            tuple(row[1:6]): (row[0], tuple(row[6:]))
            for row in self._sql.execute(sa.select(own.id, *place, *seen).where(mine, undecided()))
        }
        open_ids = {key for key, _ in was.values()}
        held = self._sql.execute(sa.select(own.id, own.code_id, own.code_version, own.words_sha).where(mine)).all()
        decided = {tuple(row[1:]) for row in held if row[0] not in open_ids}
        new, changed = [], []
        for s in suggestions:
            if (s.code_id, s.code_version, s.words_sha) in decided:
                continue
            key, before = was.pop((s.text_id, s.start, s.end, s.code_id, s.code_version), (0, ()))
            if not key:
                new.append(_suggestion_row(s))
            elif before != (s.score, s.state.value, s.coder, s.model):
                changed.append(_suggestion_row(s) | {"key": key})
        gone = [key for key, _ in was.values()]
        if gone:
            self._sql.execute(sa.delete(t.suggestion).where(among(self._sql, own.id, gone)))
        if changed:
            self._sql.execute(sa.update(t.suggestion).where(own.id == sa.bindparam("key")), changed)
        if new:
            self._sql.execute(sa.insert(t.suggestion), new)

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
            .where(undecided(), uncoded(), sessions_seen(self._sql, viewer))
        )
        if session_ids is not None:
            query = query.where(among(self._sql, t.suggestion.c.session_id, session_ids))
        if code_ids is not None:
            query = query.where(among(self._sql, t.suggestion.c.code_id, code_ids))
        rows = self._sql.execute(query.order_by(t.suggestion.c.score.desc(), t.suggestion.c.id).limit(limit)).mappings()
        return [suggestion_of(row) for row in rows]

    def with_examples(self, viewer: Viewer, suggestions: Sequence[Suggestion]) -> list[Suggestion]:
        """Give suggestions with the words of the nearest coded ones, where the viewer may read them."""
        ids = {s.reason.highlight_id for s in suggestions if s.reason.highlight_id is not None}
        if not ids:
            return list(suggestions)
        query = (
            sa.select(t.highlight.c.id, t.highlight.c.quote)
            .join(t.session, t.session.c.id == t.highlight.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(among(self._sql, t.highlight.c.id, ids), sessions_seen(self._sql, viewer))
        )
        words = dict(self._sql.execute(query).all())
        return [
            replace(s, reason=replace(s.reason, nearest=words.get(s.reason.highlight_id or 0, s.reason.nearest)))
            for s in suggestions
        ]

    def suggestion(self, session_id: int, suggestion_id: int) -> Suggestion | None:
        """Give one suggestion of a session, whatever became of it."""
        mine = sa.and_(t.suggestion.c.id == suggestion_id, t.suggestion.c.session_id == session_id)
        row = self._sql.execute(sa.select(t.suggestion).where(mine)).mappings().first()
        return suggestion_of(row) if row else None

    def suggested_for(self, other: Suggestion, code_id: int) -> list[int]:
        """Give the open suggestion of another code for just the same words, if there is one."""
        own = t.suggestion.c
        same = (own.text_id == other.text_id, own.start == other.start, own.end == other.end, own.code_id == code_id)
        return list(self._sql.scalars(sa.select(own.id).where(*same, undecided()).order_by(own.id.desc()).limit(1)))

    def decide(self, suggestion_ids: Collection[int], state: SuggestionState, *, by: str, at: datetime) -> None:
        """Keep what a person decided about suggestions."""
        mine = among(self._sql, t.suggestion.c.id, suggestion_ids)
        decision = {"state": state.value, "decided_by": by, "decided_at": at}
        self._sql.execute(sa.update(t.suggestion).where(mine).values(**decision))

    def at(self, *, text_id: int, start: int, end: int, by: str) -> Highlight | None:
        """Give somebody's highlight of just this span."""
        same = sa.select(t.highlight).where(
            t.highlight.c.text_id == text_id,
            t.highlight.c.start == start,
            t.highlight.c.end == end,
            t.highlight.c.created_by == by,
        )
        row = self._sql.execute(same).mappings().first()
        return _highlight(row) if row else None

    def highlight(self, *, session_id: int, text_id: int, start: int, end: int, by: str, now: datetime) -> Highlight:
        """Keep a span with its words and what stands around them; the same span of the same person once."""
        found = self.at(text_id=text_id, start=start, end=end, by=by)
        if found is None:
            row = {"session_id": session_id, "text_id": text_id, "created_by": by, "created_at": now}
            self._sql.execute(sa.insert(t.highlight).values(**row, **self._span(text_id, start, end)))
            found = self.at(text_id=text_id, start=start, end=end, by=by)
            assert found is not None
        return found

    def move(self, mark: Highlight, start: int, end: int) -> None:
        """Let a highlight stand at other words of its text."""
        mine = t.highlight.c.id == mark.id
        self._sql.execute(sa.update(t.highlight).where(mine).values(**self._span(mark.text_id, start, end)))

    def _span(self, text_id: int, start: int, end: int) -> dict[str, Any]:
        body: str = self._sql.execute(sa.select(t.text.c.body).where(t.text.c.id == text_id)).scalar_one()
        return cut(body, start, end)

    def comment(self, highlight_id: int, words: str) -> None:
        """Keep what somebody remarks on a highlight; "" removes it."""
        self._sql.execute(sa.update(t.highlight).where(t.highlight.c.id == highlight_id).values(comment=words))

    def remove(self, highlight_id: int) -> None:
        """Remove a highlight with its codings."""
        self._sql.execute(sa.delete(t.highlight).where(t.highlight.c.id == highlight_id))

    def code(
        self, *, highlight_id: int, code_id: int, coder: str, now: datetime, suggestion_id: int | None = None
    ) -> None:
        """Put a code on a highlight; the same code of the same coder once."""
        same = sa.select(t.coding.c.id).where(
            t.coding.c.highlight_id == highlight_id, t.coding.c.code_id == code_id, t.coding.c.coder == coder
        )
        if self._sql.execute(same).first() is None:
            row = {"highlight_id": highlight_id, "code_id": code_id, "coder": coder, "created_at": now}
            self._sql.execute(sa.insert(t.coding).values(**row, suggestion_id=suggestion_id))

    def highlights_there(self, highlight_ids: Collection[int]) -> set[int]:
        """Tell which of these highlights there still are."""
        query = sa.select(t.highlight.c.id).where(among(self._sql, t.highlight.c.id, highlight_ids))
        return set(self._sql.scalars(query))

    def uncode(self, coding_id: int) -> None:
        """Take a code off."""
        self._sql.execute(sa.delete(t.coding).where(t.coding.c.id == coding_id))

    def mark(self, session_id: int, highlight_id: int) -> Mark | None:
        """Give one highlight of a session."""
        return next(iter(self._marks(t.highlight.c.session_id == session_id, t.highlight.c.id == highlight_id)), None)

    def marks(self, text_id: int) -> list[Mark]:
        """List the highlights of a text that are not lost, in the order of the text, the longer first."""
        return self._marks(t.highlight.c.text_id == text_id, t.highlight.c.lost_at.is_(None))

    def _marks(self, *where: sa.ColumnElement[bool]) -> list[Mark]:
        order = (t.highlight.c.start, t.highlight.c.end.desc(), t.highlight.c.id)
        rows = self._sql.execute(sa.select(t.highlight).where(*where).order_by(*order)).mappings().all()
        mine = sa.select(t.coding).join(t.highlight, t.highlight.c.id == t.coding.c.highlight_id).where(*where)
        codings: dict[int, list[Coding]] = {}
        for row in self._sql.execute(mine.order_by(t.coding.c.id)).mappings():
            codings.setdefault(row["highlight_id"], []).append(Coding(**row))
        return [
            Mark(_highlight(row), row["comment"], row["lost_at"], tuple(codings.get(row["id"], ()))) for row in rows
        ]

    def used_by(self, coder: str, limit: int) -> list[int]:
        """List the codes somebody used, the last one first."""
        last = sa.func.max(t.coding.c.id)
        query = sa.select(t.coding.c.code_id).where(t.coding.c.coder == coder).group_by(t.coding.c.code_id)
        return list(self._sql.scalars(query.order_by(last.desc()).limit(limit)))

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
                _highlight({column.name: row[f"highlight_{column.name}"] for column in t.highlight.c}),
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
        for number, code_id in self._sql.execute(coded.where(mine)):
            by_people.setdefault(number, set()).add(code_id)
        by_machine: dict[int, set[int]] = {}
        suggested = sa.select(t.segment.c.id, t.suggestion.c.code_id).join(
            t.suggestion,
            sa.and_(  # what is suggested is suggested for a segment: the same span
                t.suggestion.c.text_id == t.segment.c.text_id,
                t.suggestion.c.start == t.segment.c.start,
                t.suggestion.c.end == t.segment.c.end,
            ),
        )
        # "+" keeps SQLite from walking all that is undecided instead of the few that stand on these segments.
        sqlite = self._sql.dialect.name == "sqlite"
        pending = undecided(sa.literal_column("+suggestion.state", sa.Text)) if sqlite else undecided()
        for number, code_id in self._sql.execute(suggested.where(mine, pending)):
            if code_id not in by_people.get(number, ()):
                by_machine.setdefault(number, set()).add(code_id)
        return by_people, by_machine

    def segments_about(self, code_ids: Collection[int]) -> list[int]:
        """List segments that overlap a suggestion or coding of these codes."""
        states = [state.value for state in SuggestionState if state is not SuggestionState.REJECTED]
        own = t.suggestion.c
        suggested = sa.select(own.text_id, own.start, own.end).where(
            own.state.in_(states), among(self._sql, own.code_id, code_ids)
        )
        # A suggestion is for a segment, whose number follows from its place: no need to look it up.
        found = {segment_id(*row) for row in self._sql.execute(suggested)}
        coded = (
            sa.select(t.segment.c.id)
            .join(
                t.highlight,
                sa.and_(
                    t.highlight.c.text_id == t.segment.c.text_id,
                    t.highlight.c.start < t.segment.c.end,
                    t.highlight.c.end > t.segment.c.start,
                ),
            )
            .join(t.coding, t.coding.c.highlight_id == t.highlight.c.id)
            .where(among(self._sql, t.coding.c.code_id, code_ids))
        )
        return sorted(found.union(self._sql.scalars(coded)))


def cut(body: str, start: int, end: int) -> dict[str, Any]:
    """Give a span with its words and what stands around them."""
    before, after = body[max(0, start - CONTEXT) : start], body[end : end + CONTEXT]
    return {"start": start, "end": end, "quote": body[start:end], "prefix": before, "suffix": after}


def _highlight(row: Mapping[Any, Any]) -> Highlight:
    return Highlight(**{field.name: row[field.name] for field in fields(Highlight)})


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
        "reason": {
            "cues": [list(cue) for cue in s.reason.cues],
            "nearest": s.reason.nearest,
            "highlight_id": s.reason.highlight_id,
        },
        "coder": s.coder,
        "state": s.state.value,
        "model": s.model,
    }


def suggestion_of(row: Any) -> Suggestion:
    """Make a suggestion of its row."""
    return Suggestion(**{**row, "reason": reason_of(row["reason"]), "state": SuggestionState(row["state"])})


def reason_of(kept: Mapping[str, Any]) -> Reason:
    """Make a reason of what is kept of it."""
    cues = tuple((word, weight) for word, weight in kept["cues"])
    return Reason(cues, kept["nearest"], kept.get("highlight_id"))
