"""A worker: listens for the bell, sweeps for what nobody rang for, and does one job at a time. Writes SQL only."""

import logging
import os
import threading
import time
from collections.abc import Callable

from ingest.pipeline import STEPS
from repository.domain.source import Stage
from repository.errors import CairnError
from repository.jobs import holder_name, queue_ingest, run, sweep
from repository.studies import purge
from repository.workspace import Workspace

log = logging.getLogger(__name__)

#: Seconds between two listens when it is quiet.
PAUSE = 0.15
#: Seconds between two looks into the bin.
PURGE_EVERY = 3600.0
#: How far a worker steps back for the pages (Unix niceness).
NICE = 10


def work(workspace: Workspace, stop: threading.Event, *, alive: Callable[[], bool] = lambda: True) -> None:
    """Work until told to stop, or until `alive` says that whoever started this is gone."""
    holder = holder_name()
    _follow_model(workspace)
    swept = purged = float("-inf")
    due: list[int] = []
    while not stop.is_set() and alive():
        try:
            if time.monotonic() - swept >= workspace.settings.jobs.sweep_seconds:
                due = sweep(workspace)
                swept = time.monotonic()
            if time.monotonic() - purged >= PURGE_EVERY:
                purged = time.monotonic()
                _purge(workspace)
            job_id = workspace.bell.next()
            if job_id is None and due:
                job_id = due.pop(0)  # the bell may be out of order; whoever is quicker has the job
            if job_id is None:
                stop.wait(PAUSE)
            else:
                run(workspace, job_id, STEPS, stop, holder)
        except CairnError as error:  # a database that is away for a moment must not end the worker
            log.warning("the worker waits: %s", error.message)
            stop.wait(1)


def _purge(workspace: Workspace) -> None:
    try:
        purge(workspace)
    except OSError as error:  # a file that cannot be removed must not keep the others waiting
        log.warning("the bin could not be emptied (%s)", error.strerror)


def _follow_model(workspace: Workspace) -> None:
    """Queue everything that the model in the settings has not embedded: after a change of model, all of it."""
    try:
        fingerprint, _ = workspace.model_facts()
    except CairnError as error:
        log.warning("%s", error)
        return
    with workspace.read() as unit:
        lacking = unit.vectors.sources_lacking(fingerprint)
    if lacking:
        with workspace.write() as unit:
            for source_id in lacking:
                unit.sources.reached(source_id, Stage.SEGMENTED)
                queue_ingest(unit, workspace, source_id)


def drain(workspace: Workspace, job_ids: list[int], stop: threading.Event) -> None:
    """Do these jobs and what they bring about, here and now: what `cairn add` does when no worker is running."""
    holder = holder_name()
    due = sweep(workspace)  # frees what a killed run of this command still holds
    while job_ids or due:
        # What somebody else took meanwhile is theirs; what is due again, or newly, comes with the next round.
        done = [run(workspace, job_id, STEPS, stop, holder) for job_id in job_ids or due if not stop.is_set()]
        if stop.is_set() or not any(done):
            return
        job_ids, due = [], sweep(workspace)


def step_back() -> None:
    """Let the pages go first: the worker computes for minutes, a search must answer in milliseconds."""
    os.nice(NICE)
