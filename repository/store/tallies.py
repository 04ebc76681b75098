"""Counts, each in one statement and only of what the viewer may see."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.transcript import Role
from repository.store import tables as t
from repository.store.visibility import among, sessions_seen, studies_seen, uncoded, undecided


@dataclass(frozen=True, slots=True)
class StudyTally:
    """What a study holds; `pending` counts files that are not ready yet."""

    sessions: int = 0
    participants: int = 0
    pending: int = 0
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class SessionTally:
    """What a session holds; `until_ms` is when its last turn ends."""

    turns: int = 0
    until_ms: int | None = None
    speakers: tuple[str, ...] = ()
    suggested: int = 0
    coded: int = 0


@dataclass(frozen=True, slots=True)
class CodeTally:
    """How often a code is suggested and used by people, in how many sessions and by how many participants."""

    suggested: int = 0
    coded: int = 0
    sessions: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Touched:
    """What carries some codes: highlights, codings by people and how many coders, open suggestions, sessions, studies."""

    highlights: int = 0
    codings: int = 0
    coders: int = 0
    suggestions: int = 0
    sessions: int = 0
    studies: int = 0


class TallyStore:
    """Counts, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def studies(self, viewer: Viewer) -> dict[int, StudyTally]:
        """Count by study."""
        seen = sessions_seen(self._sql, viewer)
        sessions = self._sql.execute(
            sa.select(t.session.c.study_id, sa.func.count(), sa.func.max(t.session.c.occurred_on))
            .join(t.study)
            .where(seen)
            .group_by(t.session.c.study_id)
        ).all()
        people = self._people(sa.select(t.session.c.study_id).add_columns(_person()).where(seen))
        pending: dict[int, int] = dict(
            self._sql.execute(
                sa.select(t.source.c.study_id, sa.func.count())
                .join(t.job, t.job.c.source_id == t.source.c.id)
                .where(t.job.c.state.in_(("queued", "running")))
                .group_by(t.source.c.study_id)
            ).all()
        )
        found = {row[0]: StudyTally(row[1], people.get(row[0], 0), pending.pop(row[0], 0), row[2]) for row in sessions}
        return found | {study_id: StudyTally(pending=count) for study_id, count in pending.items()}

    def _people(self, query: sa.Select[tuple[int, str]]) -> dict[int, int]:
        """Count distinct participants by the first column of (key, person)."""
        rows = (
            query.select_from(t.speaker)
            .join(t.session, t.session.c.id == t.speaker.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(t.speaker.c.role == Role.PARTICIPANT.value)
            .distinct()
            .subquery()
        )
        key = rows.c[0]
        return dict(self._sql.execute(sa.select(key, sa.func.count()).group_by(key)).all())

    def participants(self, viewer: Viewer, session_ids: Collection[int] | None = None) -> int:
        """Count distinct participants, in all sessions or in some."""
        query = sa.select(sa.literal(0)).add_columns(_person()).where(sessions_seen(self._sql, viewer))
        if session_ids is not None:
            query = query.where(among(self._sql, t.session.c.id, session_ids))
        return self._people(query).get(0, 0)

    def sessions(self, viewer: Viewer, session_ids: Collection[int]) -> dict[int, SessionTally]:
        """Count by session."""
        mine = sa.and_(among(self._sql, t.session.c.id, session_ids), sessions_seen(self._sql, viewer))
        turns = self._sql.execute(
            sa.select(t.session.c.id, sa.func.count(), sa.func.max(t.turn.c.end_ms), sa.func.max(t.turn.c.start_ms))
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .join(t.turn, t.turn.c.text_id == t.session.c.text_id)
            .where(mine)
            .group_by(t.session.c.id)
        ).all()
        speakers: dict[int, list[str]] = {}
        order = sa.select(t.speaker.c.session_id, t.speaker.c.label).order_by(t.speaker.c.id)
        for session_id, label in self._sql.execute(order.where(among(self._sql, t.speaker.c.session_id, session_ids))):
            speakers.setdefault(session_id, []).append(label)
        suggested, coded = self._by(t.suggestion.c.session_id, t.highlight.c.session_id, mine)
        return {
            row[0]: SessionTally(
                turns=row[1],
                until_ms=row[2] or row[3],
                speakers=tuple(speakers.get(row[0], ())),
                suggested=suggested.get(row[0], 0),
                coded=coded.get(row[0], 0),
            )
            for row in turns
        }

    def _by(
        self, suggestion_key: sa.ColumnElement[int], coding_key: sa.ColumnElement[int], seen: sa.ColumnElement[bool]
    ) -> tuple[dict[int, int], dict[int, int]]:
        """Count open suggestions and human codings by a key each."""
        suggested = (
            sa.select(suggestion_key, sa.func.count())
            .select_from(t.suggestion)
            .join(t.session, t.session.c.id == t.suggestion.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(undecided(), uncoded(), seen)
            .group_by(suggestion_key)
        )
        coded = (
            sa.select(coding_key, sa.func.count())
            .select_from(t.coding)
            .join(t.highlight, t.highlight.c.id == t.coding.c.highlight_id)
            .join(t.session, t.session.c.id == t.highlight.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(t.highlight.c.lost_at.is_(None), seen)
            .group_by(coding_key)
        )
        return dict(self._sql.execute(suggested).all()), dict(self._sql.execute(coded).all())

    def codes(self, viewer: Viewer, *, study_id: int | None = None) -> Mapping[int, CodeTally]:
        """Count by code, everywhere or in one study."""
        seen = sessions_seen(self._sql, viewer)
        if study_id is not None:
            seen = sa.and_(seen, t.study.c.id == study_id)
        suggested, coded = self._by(t.suggestion.c.code_id, t.coding.c.code_id, seen)
        where: dict[int, set[int]] = {}
        pairs = [
            sa.select(t.suggestion.c.code_id, t.session.c.id)
            .select_from(t.suggestion)
            .join(t.session, t.session.c.id == t.suggestion.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(undecided(), uncoded(), seen),
            sa.select(t.coding.c.code_id, t.session.c.id)
            .select_from(t.coding)
            .join(t.highlight, t.highlight.c.id == t.coding.c.highlight_id)
            .join(t.session, t.session.c.id == t.highlight.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(t.highlight.c.lost_at.is_(None), seen),
        ]
        for code_id, session_id in self._sql.execute(sa.union(*pairs)):
            where.setdefault(code_id, set()).add(session_id)
        return {
            code_id: CodeTally(suggested.get(code_id, 0), coded.get(code_id, 0), frozenset(sessions))
            for code_id, sessions in where.items()
        }

    def touched(self, viewer: Viewer, code_ids: Collection[int]) -> Touched:
        """Count what carries these codes, each thing once."""

        def distinct(column: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
            return sa.func.count(sa.distinct(column))

        coded = (
            sa.select(distinct(t.highlight.c.id), distinct(t.coding.c.id), distinct(t.coding.c.coder))
            .select_from(t.coding)
            .join(t.highlight, t.highlight.c.id == t.coding.c.highlight_id)
            .join(t.session, t.session.c.id == t.highlight.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(among(self._sql, t.coding.c.code_id, code_ids), sessions_seen(self._sql, viewer))
        )
        suggested = (
            sa.select(sa.func.count())
            .select_from(t.suggestion)
            .join(t.session, t.session.c.id == t.suggestion.c.session_id)
            .join(t.study, t.study.c.id == t.suggestion.c.study_id)
            .where(
                undecided(),
                uncoded(),
                among(self._sql, t.suggestion.c.code_id, code_ids),
                sessions_seen(self._sql, viewer),
            )
        )
        where = coded.with_only_columns(distinct(t.session.c.id), distinct(t.session.c.study_id))
        (highlights, codings, coders), (sessions, studies) = (self._sql.execute(q).one() for q in (coded, where))
        pending = self._sql.execute(suggested).scalar_one()
        return Touched(highlights, codings, coders, pending, sessions, studies)

    def codes_by_study(self, viewer: Viewer) -> dict[int, dict[int, tuple[int, int]]]:
        """Count (suggested, coded) by study and code in two statements."""
        found: dict[int, dict[int, tuple[int, int]]] = {}
        suggested = (
            sa.select(t.suggestion.c.study_id, t.suggestion.c.code_id, sa.func.count())
            .join(t.session, t.session.c.id == t.suggestion.c.session_id)
            .join(t.study, t.study.c.id == t.suggestion.c.study_id)
            .where(undecided(), uncoded(), sessions_seen(self._sql, viewer))
            .group_by(t.suggestion.c.study_id, t.suggestion.c.code_id)
        )
        for study_id, code_id, count in self._sql.execute(suggested):
            found.setdefault(study_id, {})[code_id] = (count, 0)
        coded = (
            sa.select(t.session.c.study_id, t.coding.c.code_id, sa.func.count())
            .select_from(t.coding)
            .join(t.highlight, t.highlight.c.id == t.coding.c.highlight_id)
            .join(t.session, t.session.c.id == t.highlight.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(t.highlight.c.lost_at.is_(None), sessions_seen(self._sql, viewer))
            .group_by(t.session.c.study_id, t.coding.c.code_id)
        )
        for study_id, code_id, count in self._sql.execute(coded):
            codes = found.setdefault(study_id, {})
            codes[code_id] = (codes.get(code_id, (0, 0))[0], count)
        return found

    def overview(self, viewer: Viewer) -> tuple[int, int]:
        """Count (studies, sessions)."""
        studies = sa.select(sa.func.count()).select_from(t.study).where(studies_seen(self._sql, viewer))
        sessions = sa.select(sa.func.count()).select_from(t.session).join(t.study)
        return (
            self._sql.execute(studies).scalar_one(),
            self._sql.execute(sessions.where(sessions_seen(self._sql, viewer))).scalar_one(),
        )


def _person() -> sa.ColumnElement[str]:
    """Tell people apart: by participant where the speaker is linked, else by session and label."""
    own = sa.func.coalesce(
        sa.literal("p") + sa.cast(t.speaker.c.participant_id, sa.Text),
        sa.literal("s") + sa.cast(t.speaker.c.id, sa.Text),
    )
    return own.label("person")
