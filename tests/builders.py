"""Things tests are about, made in one line each."""

import threading
from datetime import date

from ingest.intake import accept
from ingest.worker import drain
from repository import studies
from repository.domain.access import LOCAL_ADMIN
from repository.domain.job import Job
from repository.domain.study import Session, Study, StudyFacts
from repository.recall import Recall
from repository.workspace import Workspace

INTERVIEW = """Interviewer: What keeps you from connecting your calendar?
P01: I was afraid it would overwrite the appointments we already have. Nobody could tell me what happens to them.
Interviewer: And what happened then?
P01: I phoned support twice, and the second time Petra told me it only reads. So we connected it on a Friday.
Interviewer: Did anything go wrong?
P01: No. But the reminder messages went out twice that weekend, and patients called us about it on Monday morning.
"""


def a_study(workspace: Workspace, title: str = "Calendars in the trial", **facts: object) -> Study:
    """Make a study."""
    return studies.create(workspace, LOCAL_ADMIN, StudyFacts(title=title, **facts))  # type: ignore[arg-type]


def a_job(
    workspace: Workspace, study: Study, text: str = INTERVIEW, *, name: str = "p01.txt", on: date | None = None
) -> int:
    """Accept a file; give its job, still to be done."""
    accepted = accept(workspace, LOCAL_ADMIN, study_id=study.id, name=name, data=text.encode(), occurred_on=on)
    assert accepted.job_id is not None
    return accepted.job_id


def done(workspace: Workspace, *job_ids: int) -> list[Job]:
    """Do jobs and give what became of them; searches find what they brought."""
    drain(workspace, list(job_ids), threading.Event())
    followed(workspace)
    with workspace.read() as unit:
        found = [unit.jobs.get(job_id) for job_id in job_ids]
    return [job for job in found if job is not None]


def followed(workspace: Workspace) -> None:
    """Bring what SQL holds into the exact index."""
    recall = Recall(workspace)
    recall.refresh()
    workspace.neighbours = recall


def a_session(
    workspace: Workspace, study: Study, text: str = INTERVIEW, *, name: str = "p01.txt", on: date | None = None
) -> Session:
    """Bring a transcript all the way in."""
    [job] = done(workspace, a_job(workspace, study, text, name=name, on=on))
    assert job.error is None, job.error
    with workspace.read() as unit:
        [session] = unit.sessions.of_source(job.source_id)
    return session
