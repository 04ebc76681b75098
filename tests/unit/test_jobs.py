"""Jobs: a lease says who works, a silent worker loses it, and what cannot be done is put aside with its reason."""

import threading

import pytest

from repository.domain.access import LOCAL_ADMIN
from repository.domain.job import JobState
from repository.domain.source import Stage
from repository.errors import Rejected, Unavailable
from repository.jobs import Step, Stopping, holder_name, run, sweep
from repository.progress import jobs as progress
from repository.progress import retry
from repository.workspace import Workspace
from tests.builders import a_job, a_study


def steps(error: Exception | None, calls: list[str]) -> dict[Stage, Step]:
    def step(workspace: Workspace, source: object, work: object) -> None:
        calls.append("called")
        if error:
            raise error

    return {Stage.READ: step}


def attempt(workspace: Workspace, job_id: int, error: Exception | None) -> tuple[JobState, str]:
    run(workspace, job_id, steps(error, []), threading.Event(), holder_name())
    with workspace.read() as unit:
        job = unit.jobs.get(job_id)
    assert job is not None
    return job.state, job.error.slug if job.error else ""


def test_what_is_unavailable_is_tried_three_times(workspace: Workspace) -> None:
    job_id = a_job(workspace, a_study(workspace))
    error = Unavailable("The database is away.")
    assert attempt(workspace, job_id, error) == (JobState.QUEUED, "unavailable")
    assert attempt(workspace, job_id, error) == (JobState.QUEUED, "unavailable")
    assert attempt(workspace, job_id, error) == (JobState.FAILED, "unavailable")


def test_what_is_refused_is_not_tried_again(workspace: Workspace) -> None:
    job_id = a_job(workspace, a_study(workspace))
    assert attempt(workspace, job_id, Rejected("no")) == (JobState.FAILED, "rejected")


def test_an_unknown_error_says_nothing_of_what_was_said(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    job_id = a_job(workspace, a_study(workspace))
    attempt(workspace, job_id, ValueError("Mrs Secret of 12 Hidden Lane"))
    [view] = progress(workspace, LOCAL_ADMIN)
    assert view.job.error is not None
    assert "Secret" not in view.job.error.message + caplog.text
    assert "ValueError" in view.job.error.message


def test_a_worker_that_dies_at_the_same_step_three_times_puts_the_file_aside(workspace: Workspace, clock) -> None:  # type: ignore[no-untyped-def]
    job_id = a_job(workspace, a_study(workspace))
    for _ in range(3):
        with workspace.write() as unit:
            assert unit.jobs.claim(job_id, holder="gone", now=clock(), lease_until=clock()) is not None
        clock.forward(seconds=61)
    calls: list[str] = []
    run(workspace, job_id, steps(None, calls), threading.Event(), holder_name())
    with workspace.read() as unit:
        job = unit.jobs.get(job_id)
    assert job is not None and job.state is JobState.FAILED and job.error is not None
    assert job.error.slug == "gave-up" and calls == []


def test_a_stopped_worker_hands_its_job_back_uncounted(workspace: Workspace) -> None:
    job_id = a_job(workspace, a_study(workspace))
    run(workspace, job_id, steps(Stopping(), []), threading.Event(), holder_name())
    with workspace.read() as unit:
        job = unit.jobs.get(job_id)
    assert job is not None and job.state is JobState.QUEUED and job.attempts == 0


def test_the_sweeper_frees_what_a_dead_process_held_and_rings(workspace: Workspace, clock) -> None:  # type: ignore[no-untyped-def]
    from datetime import timedelta

    job_id = a_job(workspace, a_study(workspace))
    while workspace.bell.next() is not None:
        pass  # the bell is lost
    host, _, started, thread = holder_name().split("/")
    with workspace.write() as unit:
        unit.jobs.claim(
            job_id, holder=f"{host}/4194000/{started}/{thread}", now=clock(), lease_until=clock() + timedelta(hours=1)
        )
    assert sweep(workspace) == [job_id]
    assert workspace.bell.next() == job_id


def test_a_living_worker_keeps_its_job(workspace: Workspace, clock) -> None:  # type: ignore[no-untyped-def]
    from datetime import timedelta

    job_id = a_job(workspace, a_study(workspace))
    with workspace.write() as unit:
        unit.jobs.claim(job_id, holder=holder_name(), now=clock(), lease_until=clock() + timedelta(seconds=60))
    assert sweep(workspace) == []
    assert not run(workspace, job_id, steps(None, []), threading.Event(), "another/1/1/1")


def test_retry_queues_a_failed_file_again(workspace: Workspace) -> None:
    job_id = a_job(workspace, a_study(workspace))
    attempt(workspace, job_id, Rejected("no"))
    retry(workspace, LOCAL_ADMIN, job_id)
    assert attempt(workspace, job_id, None) == (JobState.DONE, "")
