"""`cairn add`: files and folders into a study, with progress until they are searchable."""

import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from repository.domain.access import LOCAL_ADMIN
from repository.domain.job import JobState
from repository.domain.study import Study
from repository.errors import CairnError, NotFound, Rejected
from repository.settings import Settings
from web.cli.output import echo_json, json_option

if TYPE_CHECKING:
    from repository.progress import JobView

#: Seconds without any progress after which the command works itself, although somebody seems to be serving.
PATIENCE = 20


@dataclass
class Line:
    """What became of one file."""

    file: str
    state: str = "waiting"
    study: int = 0
    source: int | None = None
    session: int | None = None
    job: int | None = None
    message: str = ""
    hint: str = ""
    near: str = ""
    brought: str = ""
    remarks: Sequence[str] = ()


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--study", "study_name", required=True, help="The study's title or number; a new title makes a new study."
)
@click.option(
    "--date",
    "on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="When they took place (YYYY-MM-DD); wins over what files say.",
)
@click.option("--consent", default="", help="What the participants agreed to, in your words.")
@click.option("--no-wait", is_flag=True, help="Leave the work to the worker and return at once.")
@json_option
@click.pass_obj
def add(
    settings: Settings,
    paths: Sequence[Path],
    study_name: str,
    on: datetime | None,
    consent: str,
    no_wait: bool,
    as_json: bool,
) -> None:
    """Add files or folders (with everything in them) to a study and wait until they are searchable.

    Files that are there already change nothing, so a run that was cut off can simply be repeated. Ends with 3 if a file
    was refused; the others are in.
    """
    from repository.codebook import ensure_codebook
    from repository.workspace import Workspace

    workspace = Workspace(settings)
    ensure_codebook(workspace)
    files = expand(paths)
    study = find_or_make(workspace, study_name)
    lines = [line for path in files for line in accept_path(workspace, study, path, on.date() if on else None, consent)]
    if not no_wait:
        _wait(workspace, lines, quiet=as_json)
        _note_near(workspace, lines)
    if as_json:
        echo_json({"study": {"id": study.id, "title": study.title}, "files": lines})
    else:
        _tell(study, lines, no_wait=no_wait)
    workspace.close()
    sys.exit(3 if any(line.state in ("refused", "failed") for line in lines) else 0)


def expand(paths: Sequence[Path]) -> list[Path]:
    """List the files meant: folders with everything in them but hidden files. Raises NotFound, Rejected."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (p for p in sorted(path.rglob("*")) if p.is_file())
            found += [p for p in inside if not any(part.startswith(".") for part in p.relative_to(path).parts)]
        elif path.is_file():
            found.append(path)
        else:
            raise NotFound(f"There is no file or folder {path}.")
    if not found:
        raise Rejected("There are no files in what you named.", slug="nothing-to-add")
    return found


def find_or_make(workspace, name: str) -> Study:  # type: ignore[no-untyped-def]
    """Find a study, or make one of a new title; what looks like a slip of the pen is refused."""
    from repository import studies

    try:
        return studies.find(workspace, LOCAL_ADMIN, name)
    except NotFound as error:
        with workspace.read() as unit:
            titles = [study.title for study in unit.studies.all(LOCAL_ADMIN)]
        near = get_close_matches(name, titles, n=1, cutoff=0.8)
        if name.strip().isdecimal():
            raise
        if near:
            raise NotFound(f"There is no study “{name}”.", hint=f"Did you mean “{near[0]}”?") from error
        return studies.find_or_create(workspace, LOCAL_ADMIN, name)


def accept_path(workspace, study: Study, path: Path, on: date | None, consent: str) -> list[Line]:  # type: ignore[no-untyped-def]
    """Hand a file in, or each file of an archive; what is refused is said, and the rest goes on."""
    from ingest.intake import accept
    from ingest.unpacking import contents

    lines: list[Line] = []

    def told(name: str = "") -> Line:
        lines.append(Line(f"{path}/{name}" if name and name != path.name else str(path), study=study.id))
        return lines[-1]

    try:
        with path.open("rb") as file:
            for name, data in contents(path.name, file):
                line = told(name)
                try:
                    accepted = accept(
                        workspace, LOCAL_ADMIN, study_id=study.id, name=name, data=data, occurred_on=on, consent=consent
                    )
                except CairnError as error:
                    line.state, line.message, line.hint = "refused", error.message, error.hint
                    continue
                line.source, line.job = accepted.source.id, accepted.job_id
                if accepted.already_here:
                    line.message = "It was here already."
    except OSError as error:
        line = told()
        line.state, line.message = "refused", f"{path} cannot be read ({error.strerror})."
    except CairnError as error:
        line = told()
        line.state, line.message, line.hint = "refused", error.message, error.hint
    return lines


def _wait(workspace, lines: list[Line], *, quiet: bool) -> None:  # type: ignore[no-untyped-def]
    """Follow the files until each is searchable and tagged, or failed; work here if nobody else does."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from repository.progress import jobs

    by_source = {line.source: line for line in lines if line.source is not None}
    stop = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker: threading.Thread | None = None
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    moved, seen = time.monotonic(), 0.0
    try:
        with Progress(*columns, console=Console(stderr=True), disable=quiet) as bars:
            task = bars.add_task(f"{len(by_source)} files", total=1.0)
            while by_source:
                views = jobs(workspace, LOCAL_ADMIN, source_ids=list(by_source), limit=len(by_source))
                for view in views:
                    line = by_source[view.source.id]
                    line.session = view.session_id
                    line.state = view.label
                    if view.job.error and view.job.state is JobState.FAILED:
                        line.message, line.hint = view.job.error.message, view.job.error.hint
                if fresh := _brought(workspace, lines, views):
                    by_source |= {line.source: line for line in fresh if line.source is not None}
                    continue
                total = sum(view.fraction for view in views) / len(by_source)
                busy = next((v for v in views if v.job.state is JobState.RUNNING), None)
                bars.update(task, completed=total, description=f"{busy.source.name}: {busy.label}" if busy else None)
                over = all(view.job.state.over for view in views)
                if stop.is_set() or (over and not (worker and worker.is_alive())):
                    break
                if total > seen:
                    moved, seen = time.monotonic(), total
                if (
                    not (worker and worker.is_alive())
                    and not over
                    and (not is_served(workspace) or time.monotonic() - moved > PATIENCE)
                ):
                    worker = work_here(workspace, [view.job.id for view in views if not view.job.state.over], stop)
                time.sleep(0.2)
    except KeyboardInterrupt:
        stop.set()
    finally:
        stop.set()
        if worker:
            worker.join()
        signal.signal(signal.SIGTERM, before)


def _brought(workspace, lines: list[Line], views: "Sequence[JobView]") -> list[Line]:  # type: ignore[no-untyped-def]
    """Add a line for each text of a project that has just come in, and say of the project what it brought."""
    from ingest.exchange.outcomes import outcome_of

    fresh: list[Line] = []
    for view in views:
        [line] = [line for line in lines if line.source == view.source.id][:1]
        if view.job.state is not JobState.DONE or line.brought or not (found := outcome_of(workspace, view.source)):
            continue
        line.brought, line.remarks = found.told, found.remarks
        known = {one.source for one in lines}
        fresh += [
            Line(f"{line.file}/{name}", study=line.study, source=source_id, message=line.message)
            for source_id, name in found.texts.items()
            if source_id not in known
        ]
    lines += fresh
    return fresh


def is_served(workspace) -> bool:  # type: ignore[no-untyped-def]
    """Say whether a server owns the folder: its worker will do the work."""
    from filelock import FileLock, Timeout

    folder = workspace.folder / "index"
    folder.mkdir(exist_ok=True)
    try:
        with FileLock(folder / "OWNER.lock", timeout=0):
            return False
    except Timeout:
        return True


def work_here(workspace, job_ids: list[int], stop: threading.Event) -> threading.Thread:  # type: ignore[no-untyped-def]
    from ingest.worker import drain

    thread = threading.Thread(target=drain, args=(workspace, sorted(job_ids), stop), name="worker")
    thread.start()
    return thread


def _note_near(workspace, lines: Sequence[Line]) -> None:  # type: ignore[no-untyped-def]
    """Say of each new transcript which other one has nearly the same words."""
    from ingest.near_duplicates import near_of

    fresh = {line.session: line for line in lines if line.session is not None and not line.message}
    for session_id, (title, study_title, share) in near_of(workspace, LOCAL_ADMIN, list(fresh)).items():
        fresh[session_id].near = f"{share:.0%} of the words are those of “{title}” in “{study_title}”."


def _tell(study: Study, lines: Sequence[Line], *, no_wait: bool) -> None:
    for line in lines:
        if line.state in ("refused", "failed"):
            click.secho(f"✗ {line.message}", fg="red", err=True)
            if line.hint:
                click.echo(f"  {line.hint}", err=True)
        elif line.brought:
            click.echo(f"{line.file}: {line.brought}")
            for remark in line.remarks:
                click.secho(f"! {remark}", fg="yellow", err=True)
        elif line.near:
            click.secho(f"! {line.file}: {line.near}", fg="yellow", err=True)
    good = [line for line in lines if line.state not in ("refused", "failed")]
    known = sum(1 for line in good if line.message)
    click.echo(
        f"{len(good)} of {len(lines)} files are in “{study.title}” (study {study.id})"
        + (f", {known} of them already before" if known else "")
        + (". The worker will read them." if no_wait else ".")
    )
