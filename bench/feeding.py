"""Give a running worker something to do: the demonstration's files, or as many new transcripts as are wanted."""

import random

from bench.material import sentences
from ingest.demonstration import accept_all
from ingest.intake import accept
from repository import studies
from repository.domain.access import LOCAL_ADMIN
from repository.domain.study import StudyFacts
from repository.errors import NotFound
from repository.workspace import Workspace

TITLE = "What comes in while people search"


def accept_demonstration(workspace: Workspace) -> list[int]:
    """Accept the demonstration's files; give their jobs."""
    return accept_all(workspace)


def transcript(number: int) -> bytes:
    """Make an interview of about 1,500 words that nobody has read before."""
    chance = random.Random(number)
    lines = []
    for _ in range(18):
        lines.append("Interviewer: " + chance.choice(sentences()))
        lines.append("P01: " + " ".join(chance.choices(sentences(), k=7)))
    return f"Interviewer: Number {number}.\n".encode() + "\n".join(lines).encode()


def feed(workspace: Workspace, count: int, *, first: int = 0) -> list[int]:
    """Accept so many new transcripts; give their jobs."""
    try:
        study = studies.find(workspace, LOCAL_ADMIN, TITLE)
    except NotFound:
        study = studies.create(workspace, LOCAL_ADMIN, StudyFacts(TITLE))
    jobs = []
    for number in range(first, first + count):
        data = transcript(number)
        accepted = accept(workspace, LOCAL_ADMIN, study_id=study.id, name=f"{number}.txt", data=data)
        assert accepted.job_id is not None
        jobs.append(accepted.job_id)
    return jobs


def finished(workspace: Workspace, jobs: list[int]) -> bool:
    """Say whether these jobs are over."""
    with workspace.read() as unit:
        return all((job := unit.jobs.get(number)) is not None and job.state.over for number in jobs)


def done(workspace: Workspace, jobs: list[int]) -> int:
    """Count how many of these jobs are over."""
    with workspace.read() as unit:
        return sum((job := unit.jobs.get(number)) is not None and job.state.over for number in jobs)
