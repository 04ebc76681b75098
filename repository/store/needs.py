"""What needs somebody's hands, in SQL: each list in one statement, of what the viewer may see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.coding import Assignment
from repository.domain.insight import InsightState
from repository.domain.job import Job, JobState
from repository.domain.source import Stage
from repository.domain.transcript import Role, SessionKind
from repository.store import knowledge_tables as k
from repository.store import tables as t
from repository.store.jobs import job_of
from repository.store.review import OPEN
from repository.store.visibility import among, sessions_seen, studies_seen

#: Who asks of these states, on every page: insights, and files.
PRESSING = (InsightState.NEEDS_REVIEW.value, InsightState.EVIDENCE_MISSING.value)
#: Characters below which two texts are alike by chance.
LONG_ENOUGH = 400


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A transcript with its study and that one's owner. `number` counts what was asked for, such as unlinked speakers."""

    id: int
    title: str
    study_id: int
    study_title: str
    owner: str
    consent: str
    received_at: datetime
    occurred_on: date | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A file that is not where it should be: its job, if it has one, or that it is `held` for somebody's yes."""

    source_id: int
    name: str
    study_id: int
    study_title: str
    owner: str
    received_at: datetime
    held: bool
    job: Job | None


class NeedStore:
    """What needs hands, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def pressing(self, viewer: Viewer) -> int:
        """Count, at little cost, the insights that need review or miss evidence, and the files that failed."""
        insights = sa.select(sa.func.count()).where(k.insight.c.state.in_(PRESSING))
        if not viewer.may_write:
            insights = insights.where(k.insight.c.published_at.is_not(None))
        failed = (
            sa.select(sa.func.count())
            .select_from(t.job)
            .join(t.source, t.source.c.id == t.job.c.source_id)
            .join(t.study, t.study.c.id == t.source.c.study_id)
            .where(t.job.c.state == JobState.FAILED.value, studies_seen(self._sql, viewer))
        )
        return self._sql.scalar(sa.select(insights.scalar_subquery() + failed.scalar_subquery())) or 0

    def lost(self, viewer: Viewer) -> dict[int, tuple[int, datetime]]:
        """Give, by insight, how much of its evidence is lost, and since when."""
        e = k.evidence.c
        query = sa.select(e.insight_id, sa.func.count(), sa.func.min(e.lost_at, type_=t.Moment()))
        query = query.where(e.lost_at.is_not(None)).group_by(e.insight_id)
        if viewer.study_ids is not None:
            query = query.where(among(self._sql, e.study_id, viewer.study_ids))
        return {row[0]: (row[1], row[2]) for row in self._sql.execute(query)}

    def proposed(self, viewer: Viewer) -> dict[int, tuple[int, datetime]]:
        """Give, by insight, how many words wait to become its evidence, and since when; as its page counts them."""
        p = k.proposed_evidence.c
        query = (
            sa.select(p.insight_id, sa.func.count(), sa.func.min(p.at, type_=t.Moment()))
            .join(t.session, sa.and_(t.session.c.id == p.session_id, t.session.c.text_id == p.text_id))
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(p.decided_at.is_(None), sessions_seen(self._sql, viewer))
            .group_by(p.insight_id)
        )
        return {row[0]: (row[1], row[2]) for row in self._sql.execute(query)}

    def oldest_suggested(self, viewer: Viewer, code_ids: Collection[int]) -> dict[int, datetime]:
        """Give, by code, when the oldest text came in that has an open suggestion of it."""
        query = (
            sa.select(t.suggestion.c.code_id, sa.func.min(t.text.c.created_at, type_=t.Moment()))
            .join(t.text, t.text.c.id == t.suggestion.c.text_id)
            .join(t.session, t.session.c.text_id == t.suggestion.c.text_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(
                among(self._sql, t.suggestion.c.state, OPEN),
                among(self._sql, t.suggestion.c.code_id, code_ids),
                sessions_seen(self._sql, viewer),
            )
            .group_by(t.suggestion.c.code_id)
        )
        return {row[0]: row[1] for row in self._sql.execute(query)}

    def consents(self, viewer: Viewer) -> list[str]:
        """List the different words by which consent is stated."""
        query = sa.select(t.session.c.consent).join(t.study, t.study.c.id == t.session.c.study_id)
        return list(self._sql.scalars(query.where(sessions_seen(self._sql, viewer)).distinct()))

    def under(self, viewer: Viewer, consents: Collection[str]) -> list[SessionRow]:
        """List the sessions under these consents, and on how much of each an insight rests, the oldest first."""
        e = k.evidence.c
        rests = sa.select(sa.func.count()).where(e.session_id == t.session.c.id, e.lost_at.is_(None))
        if not viewer.may_write:
            rests = rests.where(e.insight_id == k.insight.c.id, k.insight.c.published_at.is_not(None))
        query = self._sessions(viewer, rests.scalar_subquery()).where(among(self._sql, t.session.c.consent, consents))
        return [SessionRow(*row) for row in self._sql.execute(query)]

    def unlinked(self, viewer: Viewer) -> list[SessionRow]:
        """List the sessions with speakers, not interviewers, of whom nobody said which participant they are.

        `number` counts them; it is 0 of a note in which nobody is named at all.
        """
        s = t.speaker.c
        speaks = sa.exists().where(t.turn.c.speaker_id == s.id, t.turn.c.text_id == t.session.c.text_id)
        roles = (Role.PARTICIPANT.value, Role.UNKNOWN.value)
        mine = sa.and_(s.session_id == t.session.c.id, s.merged_into.is_(None), s.role.in_(roles), speaks)
        unlinked = sa.func.count(s.id) - sa.func.count(s.participant_id)
        query = (
            self._sessions(viewer, unlinked)
            .outerjoin(t.speaker, mine)
            .where(t.session.c.text_id.is_not(None))
            .group_by(*(column for column in self._columns()))
            .having(sa.or_(unlinked > 0, sa.and_(t.session.c.kind == SessionKind.NOTE.value, sa.func.count(s.id) == 0)))
        )
        query = query.add_columns(t.session.c.kind).group_by(t.session.c.kind)
        return [SessionRow(*row[:-1]) for row in self._sql.execute(query)]

    def signatures(self, viewer: Viewer) -> list[tuple[int, bytes]]:
        """List (session, signature) of what is long enough to be told from others, the oldest first."""
        query = (
            sa.select(t.likeness.c.session_id, t.likeness.c.signature)
            .join(t.session, t.session.c.id == t.likeness.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .join(t.text, t.text.c.id == t.session.c.text_id)
            .where(
                sessions_seen(self._sql, viewer),
                t.session.c.kind != SessionKind.SURVEY_RESPONSE.value,
                sa.func.length(t.text.c.body) >= LONG_ENOUGH,
            )
            .order_by(t.likeness.c.session_id)
        )
        return [(row[0], row[1]) for row in self._sql.execute(query)]

    def sessions(self, viewer: Viewer, session_ids: Collection[int]) -> dict[int, SessionRow]:
        """Give sessions by number."""
        query = self._sessions(viewer, sa.literal(0)).where(among(self._sql, t.session.c.id, session_ids))
        return {row[0]: SessionRow(*row) for row in self._sql.execute(query)}

    def current(self, viewer: Viewer, text_ids: Collection[int]) -> set[int]:
        """Give those of the texts that are what a session says today."""
        query = sa.select(t.session.c.text_id).join(t.study, t.study.c.id == t.session.c.study_id)
        mine = among(self._sql, t.session.c.text_id, text_ids)
        return set(self._sql.scalars(query.where(mine, sessions_seen(self._sql, viewer))))

    def stuck(self, viewer: Viewer, *, quiet: datetime, held: datetime) -> list[SourceRow]:
        """List files that failed, on which nobody has worked since `quiet`, or that wait for a yes since `held`.

        What failed comes first, then the oldest.
        """
        j, s = t.job.c, t.source.c
        waits = sa.and_(j.state.in_((JobState.QUEUED.value, JobState.RUNNING.value)), j.updated_at < quiet)
        unread = sa.and_(s.held, j.id.is_(None), s.received_at < held, s.stage == Stage.RECEIVED.value)
        query = (
            sa.select(
                t.job, s.id.label("file"), s.name, s.study_id, t.study.c.title, t.study.c.owner, s.received_at, s.held
            )
            .select_from(t.source)
            .join(t.study, t.study.c.id == s.study_id)
            .outerjoin(t.job, j.source_id == s.id)
            .where(studies_seen(self._sql, viewer), sa.or_(j.state == JobState.FAILED.value, waits, unread))
            .order_by(sa.case((j.state == JobState.FAILED.value, 0), else_=1), s.received_at, s.id)
        )
        return [_source(row) for row in self._sql.execute(query).mappings()]

    def unfinished(self, viewer: Viewer, before: datetime) -> list[tuple[Assignment, str, str]]:
        """List (assignment, session, study) of blind codings given out before then and not finished, the oldest first."""
        a = t.assignment.c
        query = (
            sa.select(t.assignment, t.session.c.title, t.study.c.title.label("study_title"))
            .join(t.session, t.session.c.id == a.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(a.blind, a.finished_at.is_(None), a.assigned_at < before, sessions_seen(self._sql, viewer))
            .order_by(a.assigned_at, a.id)
        )
        names = Assignment.__dataclass_fields__
        rows = self._sql.execute(query).mappings()
        return [(Assignment(**{name: row[name] for name in names}), row["title"], row["study_title"]) for row in rows]

    def checks(self, since: datetime) -> list[datetime]:
        """List when plans were checked, those in the bin left out."""
        query = sa.select(k.plan_check.c.at).join(k.plan, k.plan.c.id == k.plan_check.c.plan_id)
        return list(self._sql.scalars(query.where(k.plan.c.deleted_at.is_(None), k.plan_check.c.at >= since)))

    def state_consent(self, session_ids: Collection[int], consent: str) -> None:
        """Keep what participants agreed to."""
        mine = among(self._sql, t.session.c.id, session_ids)
        self._sql.execute(sa.update(t.session).where(mine).values(consent=consent))

    def _columns(self) -> tuple[sa.Column[Any], ...]:
        s = t.session.c
        study = (t.study.c.id, t.study.c.title, t.study.c.owner)
        return (s.id, s.title, *study, s.consent, t.source.c.received_at, s.occurred_on)

    def _sessions(self, viewer: Viewer, number: sa.ColumnElement[int]) -> sa.Select[Any]:
        return (
            sa.select(*self._columns(), number.label("number"))
            .select_from(t.session)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .join(t.source, t.source.c.id == t.session.c.source_id)
            .where(sessions_seen(self._sql, viewer))
            .order_by(t.source.c.received_at, t.session.c.id)
        )


def _source(row: Any) -> SourceRow:
    job = job_of(row) if row["id"] is not None else None
    values = {name: row[name] for name in ("name", "study_id", "owner", "received_at", "held")}
    return SourceRow(source_id=row["file"], study_title=row["title"], job=job, **values)
