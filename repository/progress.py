"""How far files have come, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.domain.access import Viewer
from repository.domain.job import Job, JobState
from repository.domain.source import Source, Stage
from repository.errors import Forbidden, NotFound
from repository.indexing import IndexStatus, status
from repository.jobs import queue_ingest
from repository.workspace import Workspace

#: What a stage's step is called while it runs, and the share of the whole it begins at.
STEPS: dict[Stage, tuple[str, float]] = {
    Stage.READ: ("reading", 0.05),
    Stage.SEGMENTED: ("finding passages", 0.25),
    Stage.EMBEDDED: ("making searchable", 0.35),
    Stage.SUGGESTED: ("looking for themes", 0.85),
}


@dataclass(frozen=True, slots=True)
class JobView:
    """A file on its way. `fraction` is 0..1 of the whole; `searchable` says that searches find it."""

    job: Job
    source: Source
    study_title: str
    session_id: int | None
    label: str
    fraction: float
    searchable: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """The repository in numbers."""

    studies: int
    sessions: int
    participants: int
    suggested: int
    coded: int
    pending: int
    failed: int
    index: IndexStatus


def jobs(
    workspace: Workspace,
    viewer: Viewer,
    *,
    study_id: int | None = None,
    source_ids: Sequence[int] = (),
    limit: int = 200,
) -> tuple[JobView, ...]:
    """List files on their way: unfinished first, then the newest."""
    with workspace.read() as unit:
        found = unit.jobs.seen(viewer, study_id=study_id, source_ids=source_ids, limit=limit)
        titles = {study.id: study.title for study in unit.studies.all(viewer)}
        sources = unit.sources.some([job.source_id for job in found])
        sessions = unit.sessions.by_source([job.source_id for job in found])
    return tuple(
        _view(job, sources[job.source_id], titles[sources[job.source_id].study_id], sessions.get(job.source_id))
        for job in found
    )


def _view(job: Job, source: Source, study_title: str, session_id: int | None) -> JobView:
    if job.state is JobState.DONE:
        label, fraction = "ready", 1.0
    elif job.state is JobState.FAILED:
        label, fraction = "failed", 1.0
    elif job.step:
        label, begins = STEPS[Stage(job.step)]
        later = [share for _, share in STEPS.values() if share > begins]
        fraction = begins + (min(later, default=1.0) - begins) * job.progress
        if job.state is JobState.QUEUED:
            label = "waiting to try again"
    else:
        label, fraction = "waiting", 0.0
    searchable = source.stage.number >= Stage.EMBEDDED.number
    return JobView(job, source, study_title, session_id, label, round(fraction, 3), searchable)


def retry(workspace: Workspace, viewer: Viewer, job_id: int) -> None:
    """Try a failed file again. Raises NotFound."""
    if not viewer.may_write:
        raise Forbidden("Readers cannot start work.")
    with workspace.write() as unit:
        job = unit.jobs.get(job_id)
        source = unit.sources.get(job.source_id) if job else None
        if job is None or source is None or unit.studies.get(viewer, source.study_id) is None:
            raise NotFound("There is no such job.")
        if not job.state.over:
            return
        queue_ingest(unit, workspace, source.id)
    workspace.bell.ring(job_id)


def overview(workspace: Workspace, viewer: Viewer) -> Overview:
    """Count what the viewer may see."""
    with workspace.read() as unit:
        studies, sessions = unit.tallies.overview(viewer)
        participants = unit.tallies.participants(viewer)
        codes = unit.tallies.codes(viewer).values()
        unfinished = unit.jobs.seen_counts(viewer)
    return Overview(
        studies,
        sessions,
        participants,
        sum(tally.suggested for tally in codes),
        sum(tally.coded for tally in codes),
        unfinished.get(JobState.QUEUED, 0) + unfinished.get(JobState.RUNNING, 0),
        unfinished.get(JobState.FAILED, 0),
        status(workspace),
    )
