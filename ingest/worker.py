"""A worker: listens for the bell, sweeps for what nobody rang for, and does two jobs at a time. Writes SQL only.

While one file is embedded the next is read, cut and kept: a third less time on two cores.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from ingest.pipeline import STEPS, TASKS
from ingest.previewing import forget
from ingest.sandbox import host
from repository.digesting import send_due
from repository.discovering import start_if_grown
from repository.domain.source import Stage
from repository.errors import CairnError
from repository.jobs import Room, holder_name, queue_ingest, run, sweep
from repository.learning import follow_rules
from repository.plans import purge as purge_plans
from repository.report_keeping import purge as purge_reports
from repository.review_dates import sweep_insights
from repository.studies import purge
from repository.workspace import Workspace

log = logging.getLogger(__name__)

#: Jobs done at a time.
HANDS = 2
#: Seconds between two listens when it is quiet.
PAUSE = 0.15
#: Seconds between two looks into the bin.
PURGE_EVERY = 3600.0
#: Seconds between two looks at which insights are to be reviewed, or lost what they rest on.
LOOK_EVERY = 60.0
#: How far a worker steps back for the pages (Unix niceness).
NICE = 10


def work(workspace: Workspace, stop: threading.Event, *, alive: Callable[[], bool] = lambda: True) -> None:
    """Work until told to stop, or until `alive` says that whoever started this is gone."""
    host.warm()
    _follow_model(workspace)
    follow_rules(workspace)
    swept = purged = looked = float("-inf")
    due: list[int] = []
    room = Room()
    busy: set[Future[None]] = set()
    with ThreadPoolExecutor(HANDS, "hand") as hands:
        while not stop.is_set() and alive():
            try:
                if time.monotonic() - swept >= workspace.settings.jobs.sweep_seconds:
                    due = sweep(workspace)
                    swept = time.monotonic()
                    start_if_grown(workspace)
                if time.monotonic() - looked >= LOOK_EVERY:
                    looked = time.monotonic()
                    sweep_insights(workspace)
                if time.monotonic() - purged >= PURGE_EVERY:
                    purged = time.monotonic()
                    _purge(workspace)
                    send_due(workspace)
                if len(busy) == HANDS:
                    _, busy = wait(busy, PAUSE, FIRST_COMPLETED)
                    continue
                job_id = workspace.bell.next()
                if job_id is None and due:
                    job_id = due.pop(0)  # the bell may be out of order; whoever is quicker has the job
                if job_id is None:
                    stop.wait(PAUSE)
                    busy = {job for job in busy if not job.done()}
                else:
                    busy.add(hands.submit(_do, workspace, job_id, stop, room))
            except CairnError as error:
                _rest(error, stop)
        stop.set()


def _do(workspace: Workspace, job_id: int, stop: threading.Event, room: Room) -> None:
    try:
        run(workspace, job_id, STEPS, stop, holder_name(), room, TASKS)
    except CairnError as error:
        _rest(error, stop)


def _rest(error: CairnError, stop: threading.Event) -> None:
    """Wait a little: a database that is away for a moment must not end the worker."""
    log.warning("the worker waits: %s", error.message)
    stop.wait(1)


def _purge(workspace: Workspace) -> None:
    try:
        purge(workspace)
        purge_plans(workspace)
        purge_reports(workspace)
        forget(workspace)
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


def drain(workspace: Workspace, job_ids: Sequence[int], stop: threading.Event) -> None:
    """Do these jobs and what they bring about, here and now: what `cairn add` does when no worker is running."""
    room = Room()

    def do(job_id: int) -> bool:
        return not stop.is_set() and run(workspace, job_id, STEPS, stop, holder_name(), room, TASKS)

    due = sweep(workspace)  # frees what a killed run of this command still holds
    with ThreadPoolExecutor(HANDS, "hand") as hands:
        while job_ids or due:
            # What somebody else took meanwhile is theirs; what is due again, or newly, comes with the next round.
            done = list(hands.map(do, job_ids or due))
            if stop.is_set() or not any(done):
                return
            job_ids, due = [], sweep(workspace)


def step_back() -> None:
    """Let the pages go first: the worker computes for minutes, a search must answer in milliseconds."""
    os.nice(NICE)
