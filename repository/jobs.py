"""Jobs: work as rows in SQL, done at least once. A lease says who does it; a silent worker loses it.

Steps are idempotent, so that doing one again after a kill is doing it once.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import psutil

from repository.domain.job import Job, JobError
from repository.domain.source import Source, Stage
from repository.errors import CairnError, Conflict, Unavailable
from repository.store.facts import DECISIONS, LEARNED
from repository.store.unit import Unit
from repository.workspace import Workspace

log = logging.getLogger(__name__)

INGEST = "ingest"
#: Work on everything: learn from what people decided; group what no code covers.
LEARN, DISCOVER = "learn", "discover"
#: Progress is written at most this often, in seconds: each write is an fsync.
REPORT_EVERY = 0.5


class Stopping(Exception):
    """The worker was asked to stop; the job is handed back."""


def holder_name() -> str:
    """Name this process so that another on the same machine can tell whether it still lives."""
    process = psutil.Process()
    return f"{socket.gethostname()}/{process.pid}/{process.create_time():.2f}/{threading.get_ident()}"


def _is_dead(holder: str) -> bool:
    """Say whether a holder was a process of this machine that is gone."""
    parts = holder.split("/")
    if len(parts) != 4 or parts[0] != socket.gethostname():
        return False
    try:
        return bool(abs(psutil.Process(int(parts[1])).create_time() - float(parts[2])) > 1)
    except (psutil.NoSuchProcess, ValueError):
        return True
    except psutil.AccessDenied:
        return False


@dataclass
class Work:
    """One job while it is being done."""

    workspace: Workspace
    job: Job
    holder: str
    stop: threading.Event
    step: str = ""
    _reported: float = field(default=0.0)

    def report(self, fraction: float) -> None:
        """Say how far the step has come (0..1). Raises Stopping if the worker must end or the lease was lost."""
        if self.stop.is_set():
            raise Stopping
        if time.monotonic() - self._reported >= REPORT_EVERY:
            self._note(fraction)

    def begin(self, step: str) -> None:
        """Say which step starts."""
        self.step = step
        if self.stop.is_set():
            raise Stopping
        self._note(0.0)

    def fence(self, unit: Unit) -> None:
        """Make sure, within the transaction that keeps a step's outcome, that the job is still this worker's.

        Raises Stopping if it is not: the text was corrected meanwhile, or another worker has it; nothing is kept then.
        """
        if not unit.jobs.holds(self.job.id, self.holder):
            raise Stopping

    def _note(self, fraction: float) -> None:
        self._reported = time.monotonic()
        if not self.renew(fraction):
            raise Stopping

    def renew(self, fraction: float | None = None) -> bool:
        """Keep the lease; False if it was lost."""
        now = self.workspace.clock()
        lease = now + timedelta(seconds=self.workspace.settings.jobs.lease_seconds)
        with self.workspace.write() as unit:
            progress = fraction if fraction is not None else getattr(unit.jobs.get(self.job.id), "progress", 0.0)
            return unit.jobs.report(
                self.job.id, holder=self.holder, step=self.step, progress=progress, now=now, lease_until=lease
            )


class Room:
    """Lets jobs be done side by side, but one that was tried before only alone: what kills a worker takes none along."""

    def __init__(self) -> None:
        """Begin empty."""
        self._changed = threading.Condition()
        self._inside = 0
        self._wanted = 0  # how many are, or wait to be, alone

    @contextmanager
    def enter(self, *, alone: bool) -> Iterator[None]:
        """Wait until there is room, and have it while the block runs."""
        with self._changed:
            self._wanted += alone
            self._changed.wait_for(lambda: self._inside == 0 if alone else self._wanted == 0)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._wanted -= alone
                self._changed.notify_all()


#: A step brings a source from the stage before to its own stage.
Step = Callable[[Workspace, Source, Work], None]
#: A task works on everything; by the kind of its job.
Task = Callable[[Workspace, Work], None]


def run(
    workspace: Workspace,
    job_id: int,
    steps: Mapping[Stage, Step],
    stop: threading.Event,
    holder: str,
    room: Room | None = None,
    tasks: Mapping[str, Task] | None = None,
) -> bool:
    """Do a job from where its source stands; False if somebody else has it or it is over.

    `room` is shared by those who work side by side in a process.
    """
    now = workspace.clock()
    with workspace.write() as unit:
        lease = now + timedelta(seconds=workspace.settings.jobs.lease_seconds)
        job = unit.jobs.claim(job_id, holder=holder, now=now, lease_until=lease)
        if job is None:
            return False
        if job.attempts > workspace.settings.jobs.attempts:
            unit.jobs.fail(job_id, holder=holder, error=_gave_up(job), again=False, now=now)
            return True
    work = Work(workspace, job, holder, stop)
    try:
        with _heartbeat(work), (room or Room()).enter(alone=job.attempts > 1):
            if job.source_id:
                _walk(work, steps)
            else:
                work.begin(job.kind)
                (tasks or {})[job.kind](workspace, work)
        with workspace.write() as unit:
            unit.jobs.finish(job_id, holder=holder, now=workspace.clock())
    except Stopping:
        with workspace.write() as unit:
            unit.jobs.hand_back(holder, workspace.clock())
    except Exception as error:
        _fail(work, error)
    return True


def _walk(work: Work, steps: Mapping[Stage, Step]) -> None:
    for stage, step in steps.items():
        with work.workspace.read() as unit:
            source = unit.sources.get(work.job.source_id)
        if source is None:  # deleted meanwhile: nothing left to do
            return
        if source.stage.number < stage.number:
            work.begin(stage.value)
            step(work.workspace, source, work)
            # Attempts count how often one step was tried, not how often the worker was restarted on the way.
            with work.workspace.write() as unit:
                unit.jobs.step_done(work.job.id, holder=work.holder)


def _gave_up(job: Job) -> JobError:
    if job.error:
        return job.error
    return JobError(
        "gave-up",
        f"The worker died {job.attempts - 1} times at this file, so it was put aside.",
        "Try again, or convert the file to plain text. The original is kept.",
    )


def _fail(work: Work, error: Exception) -> None:
    again = not isinstance(error, CairnError) or isinstance(error, Unavailable | Conflict)
    if isinstance(error, CairnError):
        told = JobError(error.slug, error.message, error.hint)
    else:
        # Neither message nor arguments: they may hold participants' words.
        where = error.__traceback__
        while where and where.tb_next:
            where = where.tb_next
        place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "?"
        log.error("job %s failed in %s: %s at %s", work.job.id, work.step, type(error).__name__, place)
        told = JobError("internal", f"Something went wrong inside Cairn ({type(error).__name__}).", "Try again.")
    try:
        with work.workspace.write() as unit:
            job = unit.jobs.get(work.job.id)  # counted anew for each step
            again = again and job is not None and job.attempts < work.workspace.settings.jobs.attempts
            unit.jobs.fail(work.job.id, holder=work.holder, error=told, again=again, now=work.workspace.clock())
    except Unavailable as unavailable:  # a full disk: the lease runs out and the job is found again
        log.warning("job %s: %s", work.job.id, unavailable.message)


@contextmanager
def _heartbeat(work: Work) -> Iterator[None]:
    """Renew the lease while a step is silent; a dead process renews nothing."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(work.workspace.settings.jobs.lease_seconds / 3):
            try:
                if not work.renew():
                    return
            except Unavailable:
                continue

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def sweep(workspace: Workspace) -> list[int]:
    """Free the leases of processes that died here and ring for what nobody rang for; give the jobs that are due."""
    now = workspace.clock()
    with workspace.read() as unit:
        holders = unit.jobs.holders()
    dead = [holder for holder in holders if _is_dead(holder)]
    if dead:
        with workspace.write() as unit:
            unit.jobs.expire(dead, now)
    with workspace.read() as unit:
        unlearned = unit.facts.number(DECISIONS) != unit.facts.number(LEARNED)
    if unlearned:
        with workspace.write() as unit:
            unit.jobs.ensure(LEARN, now)
    with workspace.read() as unit:
        due = unit.jobs.due(now)
    if due and not workspace.bell.waiting():
        for job_id in due:
            workspace.bell.ring(job_id)
    return due


def queue_ingest(unit: Unit, workspace: Workspace, source_id: int) -> int:
    """Queue a source's way through the pipeline, in the transaction that keeps the source."""
    return unit.jobs.add(INGEST, source_id, workspace.clock())


def queue_learning(unit: Unit, workspace: Workspace) -> None:
    """Note, in the transaction that keeps a decision or a change of the codebook, that there is something to learn."""
    unit.facts.bump(DECISIONS)
    ring_for(unit, workspace, LEARN)


def ring_for(unit: Unit, workspace: Workspace, kind: str) -> int:
    """Queue work on everything, once, and ring for it when the transaction is kept."""
    job_id = unit.jobs.ensure(kind, workspace.clock())
    unit.afterwards.append(lambda: workspace.bell.ring(job_id))
    return job_id
