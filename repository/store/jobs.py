"""Jobs in SQL: state, lease, attempts, progress and error of each piece of work. The queue only rings the bell."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.job import Job, JobError, JobState
from repository.store import tables as t
from repository.store.visibility import among, studies_seen


class JobStore:
    """Jobs, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def add(self, kind: str, source_id: int, now: datetime) -> int:
        """Queue work on a source, or queue it again; give the job's number."""
        fresh = {
            "state": JobState.QUEUED.value,
            "attempts": 0,
            "step": "",
            "progress": 0.0,
            "lease_until": None,
            "holder": "",
            "error": sa.null(),
            "updated_at": now,
        }
        mine = sa.and_(t.job.c.kind == kind, t.job.c.source_id == source_id)
        if self._sql.execute(sa.update(t.job).where(mine).values(**fresh)).rowcount == 0:
            self._sql.execute(sa.insert(t.job).values(kind=kind, source_id=source_id, created_at=now, **fresh))
        return int(self._sql.execute(sa.select(t.job.c.id).where(mine)).scalar_one())

    def ensure(self, kind: str, now: datetime) -> int:
        """Queue work on everything, unless it waits or runs already; give the job's number."""
        mine = sa.and_(t.job.c.kind == kind, t.job.c.source_id.is_(None))
        found = self._sql.execute(sa.select(t.job.c.id, t.job.c.state).where(mine)).first()
        fresh = {"state": JobState.QUEUED.value, "attempts": 0, "step": "", "progress": 0.0, "holder": ""}
        fresh |= {"lease_until": None, "error": sa.null(), "updated_at": now}
        if found is None:
            key = self._sql.execute(sa.insert(t.job).values(kind=kind, created_at=now, **fresh)).inserted_primary_key
            assert key is not None
            return int(key[0])
        if JobState(found.state).over:
            self._sql.execute(sa.update(t.job).where(t.job.c.id == found.id).values(**fresh))
        return int(found.id)

    def on_everything(self, kind: str) -> Job | None:
        """Give the job of a kind that works on everything."""
        mine = sa.and_(t.job.c.kind == kind, t.job.c.source_id.is_(None))
        row = self._sql.execute(sa.select(t.job).where(mine)).mappings().first()
        return job_of(row) if row else None

    def due(self, now: datetime, limit: int = 200) -> list[int]:
        """List jobs that wait or whose worker has gone silent, oldest first."""
        query = sa.select(t.job.c.id).where(_claimable(now)).order_by(t.job.c.updated_at, t.job.c.id).limit(limit)
        return list(self._sql.scalars(query))

    def claim(self, job_id: int, *, holder: str, now: datetime, lease_until: datetime) -> Job | None:
        """Take a job if nobody holds it: one statement, so that of two workers one wins."""
        taken = self._sql.execute(
            sa.update(t.job)
            .where(t.job.c.id == job_id, _claimable(now))
            .values(
                state=JobState.RUNNING.value,
                holder=holder,
                attempts=t.job.c.attempts + 1,
                lease_until=lease_until,
                updated_at=now,
            )
        )
        return self.get(job_id) if taken.rowcount else None

    def report(
        self, job_id: int, *, holder: str, step: str, progress: float, now: datetime, lease_until: datetime
    ) -> bool:
        """Note progress and renew the lease; False if the lease was lost."""
        change = sa.update(t.job).where(_held(job_id, holder))
        values = {"step": step, "progress": progress, "lease_until": lease_until, "updated_at": now}
        return self._sql.execute(change.values(**values)).rowcount > 0

    def holds(self, job_id: int, holder: str) -> bool:
        """Say whether this worker still has the job, and keep it from others until the transaction ends."""
        query = sa.select(t.job.c.id).where(_held(job_id, holder)).with_for_update()
        return self._sql.execute(query).first() is not None

    def step_done(self, job_id: int, *, holder: str) -> None:
        """Begin counting attempts anew: the next step is another piece of work."""
        self._sql.execute(sa.update(t.job).where(_held(job_id, holder)).values(attempts=1))

    def finish(self, job_id: int, *, holder: str, now: datetime) -> None:
        """Note that the work is done."""
        values = {
            "state": JobState.DONE.value,
            "lease_until": None,
            "progress": 1.0,
            "error": sa.null(),
            "updated_at": now,
        }
        self._sql.execute(sa.update(t.job).where(_held(job_id, holder)).values(**values))

    def fail(self, job_id: int, *, holder: str, error: JobError, again: bool, now: datetime) -> None:
        """Note why it went wrong, and whether it is worth trying again."""
        state = JobState.QUEUED if again else JobState.FAILED
        self._sql.execute(
            sa.update(t.job)
            .where(_held(job_id, holder))
            .values(
                state=state.value,
                lease_until=None,
                holder="",
                error={"slug": error.slug, "message": error.message, "hint": error.hint},
                updated_at=now,
            )
        )

    def holders(self) -> list[str]:
        """List who holds running jobs."""
        query = sa.select(t.job.c.holder).where(t.job.c.state == JobState.RUNNING.value)
        return list(self._sql.scalars(query.distinct()))

    def expire(self, holders: Collection[str], now: datetime) -> None:
        """Take the leases of these away: their jobs are due at once."""
        mine = sa.and_(t.job.c.state == JobState.RUNNING.value, among(self._sql, t.job.c.holder, holders))
        self._sql.execute(sa.update(t.job).where(mine).values(lease_until=now - timedelta(seconds=1)))

    def hand_back(self, holder: str, now: datetime) -> None:
        """Give up everything this worker holds, without counting it as an attempt."""
        self._sql.execute(
            sa.update(t.job)
            .where(t.job.c.holder == holder, t.job.c.state == JobState.RUNNING.value)
            .values(
                state=JobState.QUEUED.value, lease_until=None, holder="", attempts=t.job.c.attempts - 1, updated_at=now
            )
        )

    def get(self, job_id: int) -> Job | None:
        """Give one job."""
        row = self._sql.execute(sa.select(t.job).where(t.job.c.id == job_id)).mappings().first()
        return job_of(row) if row else None

    def of_source(self, source_id: int) -> Job | None:
        """Give the job that brings a source through the pipeline."""
        row = self._sql.execute(sa.select(t.job).where(t.job.c.source_id == source_id)).mappings().first()
        return job_of(row) if row else None

    def seen(
        self, viewer: Viewer, *, study_id: int | None = None, source_ids: Collection[int] = (), limit: int = 200
    ) -> list[Job]:
        """List the viewer's jobs: running, failed and waiting ones first, then the newest."""
        query = (
            sa.select(t.job)
            .join(t.source, t.source.c.id == t.job.c.source_id)
            .join(t.study, t.study.c.id == t.source.c.study_id)
            .where(studies_seen(self._sql, viewer))
        )
        if study_id is not None:
            query = query.where(t.source.c.study_id == study_id)
        if source_ids:
            query = query.where(among(self._sql, t.job.c.source_id, source_ids))
        order = sa.case(
            {JobState.RUNNING.value: 0, JobState.FAILED.value: 1, JobState.QUEUED.value: 2},
            value=t.job.c.state,
            else_=3,
        )
        rows = self._sql.execute(query.order_by(order, t.job.c.id.desc()).limit(limit)).mappings()
        return [job_of(row) for row in rows]

    def counts(self) -> dict[JobState, int]:
        """Count all jobs by state."""
        query = sa.select(t.job.c.state, sa.func.count()).group_by(t.job.c.state)
        return {JobState(state): count for state, count in self._sql.execute(query)}

    def seen_counts(self, viewer: Viewer) -> dict[JobState, int]:
        """Count the viewer's jobs by state."""
        query = (
            sa.select(t.job.c.state, sa.func.count())
            .join(t.source, t.source.c.id == t.job.c.source_id)
            .join(t.study, t.study.c.id == t.source.c.study_id)
            .where(studies_seen(self._sql, viewer))
            .group_by(t.job.c.state)
        )
        return {JobState(state): count for state, count in self._sql.execute(query)}


def _claimable(now: datetime) -> sa.ColumnElement[bool]:
    silent = sa.and_(t.job.c.state == JobState.RUNNING.value, t.job.c.lease_until < now)
    return sa.or_(t.job.c.state == JobState.QUEUED.value, silent)


def _held(job_id: int, holder: str) -> sa.ColumnElement[bool]:
    return sa.and_(t.job.c.id == job_id, t.job.c.holder == holder, t.job.c.state == JobState.RUNNING.value)


def job_of(row: Any) -> Job:
    """Turn a row into a job."""
    return Job(
        id=row["id"],
        kind=row["kind"],
        source_id=row["source_id"] or 0,
        state=JobState(row["state"]),
        attempts=row["attempts"],
        step=row["step"],
        progress=row["progress"],
        error=JobError(**row["error"]) if row["error"] else None,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        lease_until=row["lease_until"],
    )
