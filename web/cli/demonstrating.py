"""`cairn demo`: load the demonstration repository, in a folder that holds nothing else."""

import threading
import time
from dataclasses import replace

import click

from repository.errors import Conflict
from repository.settings import Settings
from web.cli.output import echo_json, json_option

MARK = "demonstration"


@click.command()
@click.option(
    "--folder", default="demo-data", show_default=True, help="Where to load it; never a folder of your own data."
)
@json_option
@click.pass_obj
def demo(settings: Settings, folder: str, as_json: bool) -> None:
    """Load the demonstration: one product, 12 studies, 60 sessions, 80 participants. Loading twice changes nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from ingest.demonstration import accept_all, finish
    from ingest.worker import drain
    from repository.codebook import ensure_codebook
    from repository.domain.access import LOCAL_ADMIN
    from repository.progress import jobs, overview
    from repository.workspace import Workspace

    workspace = Workspace(replace(settings, storage=replace(settings.storage, folder=folder)))
    with workspace.read() as unit:
        if not unit.facts.number(MARK) and unit.studies.all(LOCAL_ADMIN):
            raise Conflict(f"{workspace.folder} holds studies of your own.", hint="Choose another --folder.")
    began = time.monotonic()
    with workspace.write() as unit:
        fresh = unit.facts.number(MARK) < 2
        unit.facts.set_number(MARK, max(1, unit.facts.number(MARK)))
    if fresh:
        ensure_codebook(workspace)
        todo = accept_all(workspace)
        stop = threading.Event()
        worker = threading.Thread(target=drain, args=(workspace, todo, stop), name="worker")
        worker.start()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
        )
        try:
            with Progress(*columns, console=Console(stderr=True), disable=as_json) as bars:
                task = bars.add_task("Loading the demonstration", total=1.0)
                while worker.is_alive():
                    views = jobs(workspace, LOCAL_ADMIN, limit=500)
                    bars.update(task, completed=sum(v.fraction for v in views) / max(1, len(views)))
                    worker.join(0.3)
                bars.update(task, completed=1.0)
        finally:
            stop.set()
            worker.join()
        finish(workspace)
        with workspace.write() as unit:
            unit.facts.set_number(MARK, 2)
    seen = overview(workspace, LOCAL_ADMIN)
    took = time.monotonic() - began
    workspace.close()
    if as_json:
        echo_json({"folder": workspace.folder, "overview": seen, "seconds": round(took, 1)})
    else:
        words = f"{seen.studies} studies, {seen.sessions} transcripts, {seen.participants} participants"
        click.echo(f"The demonstration is in {workspace.folder}: {words} ({took:.0f} s).")
