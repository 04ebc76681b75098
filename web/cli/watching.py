"""`cairn watch`: whatever is put into a folder is added to a study."""

import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from repository.domain.access import LOCAL_ADMIN
from repository.domain.job import JobState
from repository.domain.study import Study
from repository.errors import CairnError, NotFound
from repository.settings import Settings
from web.cli.adding import Line, accept_path, expand, find_or_make, is_served, work_here
from web.cli.output import json_option

#: Seconds for which a file must not have changed before it is taken: it may still be being copied.
STILL = 2.0
#: Seconds between two looks. Looking is cheap, and works on network folders, where nobody tells of changes.
EVERY = 1.0


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--study", "study_name", required=True, help="The study's title or number; a new title makes a new study."
)
@click.option("--consent", default="", help="What the participants agreed to, in your words.")
@click.option("--once", is_flag=True, help="Add what is there now, and end.")
@json_option
@click.pass_obj
def watch(settings: Settings, folder: Path, study_name: str, consent: str, once: bool, as_json: bool) -> None:
    """Watch a folder, and add every file that is put into it, until stopped.

    Files stay where they are. What was added before changes nothing, so the command can be started again at any time.
    With --json each file is told in a line of its own, and once more if it cannot be read.
    """
    from repository.codebook import ensure_codebook
    from repository.workspace import Workspace

    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.", hint="Make it, and put files into it.")
    workspace = Workspace(settings)
    ensure_codebook(workspace)
    study = find_or_make(workspace, study_name)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if not as_json:
        click.echo(f"Watching {folder} for “{study.title}”. Ctrl-C ends it.", err=True)
    seen: dict[Path, tuple[int, int]] = {}
    added: dict[int, Line] = {}
    failed = False
    worker: threading.Thread | None = None
    while not stop.is_set():
        jobs: list[int] = []
        for path in settled(folder, seen, wait=not once):
            failed |= _add(workspace, study, path, consent, as_json, jobs, added)
        failed |= _tell_failed(workspace, added, as_json)
        if worker is not None and not worker.is_alive():
            worker = None
        if worker is None and not is_served(workspace):
            with workspace.read() as unit:
                jobs = jobs or unit.jobs.due(workspace.clock())
            worker = work_here(workspace, jobs, stop) if jobs else None
        if once:
            break
        stop.wait(EVERY)
    if worker:
        worker.join()
    failed |= _tell_failed(workspace, added, as_json)
    workspace.close()
    sys.exit(3 if failed and once else 0)


def settled(folder: Path, seen: dict[Path, tuple[int, int]], *, wait: bool) -> Iterator[Path]:
    """Give the files that are new or changed, and still: nobody is writing them any more."""
    try:
        files = expand([folder])
    except (OSError, CairnError):  # nothing is there, or the folder is away for a moment
        files = []
    for path in files:
        try:
            facts = path.stat()
        except OSError:  # taken away meanwhile
            continue
        now = (facts.st_size, facts.st_mtime_ns)
        if seen.get(path) == now or (wait and time.time() - facts.st_mtime < STILL):
            continue
        seen[path] = now
        yield path


def _add(  # type: ignore[no-untyped-def]
    workspace, study: Study, path: Path, consent: str, as_json: bool, jobs: list[int], added: dict[int, Line]
) -> bool:
    """Add one file, say what became of it, and note its jobs and what is on its way; True if it was refused."""
    refused = False
    for line in accept_path(workspace, study, path, None, consent):
        refused |= line.state == "refused"
        if line.job is not None and line.source is not None:
            jobs.append(line.job)
            added[line.source] = line
        _tell(line, as_json)
    return refused


def _tell_failed(workspace, added: dict[int, Line], as_json: bool) -> bool:  # type: ignore[no-untyped-def]
    """Say of files on their way that they could not be read, and forget those that are through; True if one failed."""
    from repository.progress import jobs

    failed = False
    views = jobs(workspace, LOCAL_ADMIN, source_ids=list(added), limit=len(added)) if added else ()
    for view in views:
        if not view.job.state.over:
            continue
        line = added.pop(view.source.id)
        if view.job.state is JobState.FAILED and view.job.error:
            line.state, line.message, line.hint = "failed", view.job.error.message, view.job.error.hint
            _tell(line, as_json)
            failed = True
    return failed


def _tell(line: Line, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(line), ensure_ascii=False))
    elif line.state in ("refused", "failed"):
        click.secho(f"✗ {line.message} {line.hint}", fg="red", err=True)
    elif not line.message:
        click.echo(f"✓ {line.file}")
