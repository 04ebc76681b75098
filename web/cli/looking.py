"""`cairn status`, `cairn doctor` and `cairn index`."""

import sys

import click

from repository.domain.access import LOCAL_ADMIN
from repository.settings import Settings
from web.cli.opening import opened
from web.cli.output import echo_json, json_option, table


@click.command()
@json_option
@click.pass_obj
def status(settings: Settings, as_json: bool) -> None:
    """Say what is here, what is being worked on, and how the index is."""
    from repository.progress import overview

    workspace = opened(settings)
    seen = overview(workspace, LOCAL_ADMIN)
    if as_json:
        echo_json({"folder": workspace.folder, "overview": seen})
        return
    rows = [
        ("Folder", workspace.folder),
        ("Studies", seen.studies),
        ("Transcripts", seen.sessions),
        ("Participants", seen.participants),
        ("Suggested codes", seen.suggested),
        ("Codes by people", seen.coded),
        ("Files on their way", seen.pending),
        ("Files that failed", seen.failed),
        (
            "Search index",
            f"{seen.index.vectors} passages, {seen.index.pending} to come (generation {seen.index.generation})",
        ),
    ]
    table("", ("What", "Now"), rows)
    workspace.close()


@click.command()
@click.option("--fix", is_flag=True, help="Mend what can be mended without losing anything.")
@json_option
@click.pass_obj
def doctor(settings: Settings, fix: bool, as_json: bool) -> None:
    """Check everything that is kept: database, originals, vectors, index, model, disk. Ends with 1 if something is wrong."""
    from repository.health import examine

    workspace = opened(settings)
    findings = examine(workspace, fix=fix)
    bad = [finding for finding in findings if not finding.good]
    if as_json:
        echo_json({"healthy": not bad, "findings": findings})
    else:
        for finding in findings:
            click.secho(
                f"{'✓' if finding.good else '✗'} {finding.what}: {finding.message}", fg=None if finding.good else "red"
            )
            if finding.hint and not finding.good:
                click.echo(f"    {finding.hint}")
    workspace.close()
    sys.exit(1 if bad else 0)


@click.group()
def index() -> None:
    """Look after the search index. It can always be made again from the database."""


@index.command("status")
@json_option
@click.pass_obj
def index_status(settings: Settings, as_json: bool) -> None:
    """Say what the database knows of the index."""
    from repository.indexing import status as index_state

    workspace = opened(settings)
    state = index_state(workspace)
    if as_json:
        echo_json(state)
    else:
        click.echo(f"Generation {state.generation}: {state.vectors} passages, {state.pending} to come.")
    workspace.close()


@index.command()
@json_option
@click.pass_obj
def verify(settings: Settings, as_json: bool) -> None:
    """Compare the index with the database both ways. Needs the folder to itself. Ends with 1 if they differ."""
    from repository.indexing import Indexer
    from repository.indexing import verify as compare

    workspace = opened(settings)
    indexer = Indexer(workspace)
    indexer.open()
    difference = compare(indexer)
    state = indexer.status()
    indexer.close()
    workspace.close()
    if as_json:
        echo_json({"missing": difference.missing, "orphans": difference.orphans, "generation": state.generation})
    else:
        click.echo(f"{difference.missing} passages are missing in the index, {difference.orphans} are too many.")
        if difference.missing or difference.orphans:
            click.echo("They are brought in and removed when Cairn serves next. At once: cairn index rebuild")
    sys.exit(1 if difference.missing or difference.orphans else 0)


@index.command()
@json_option
@click.pass_obj
def rebuild(settings: Settings, as_json: bool) -> None:
    """Make the index anew from the database, without computing any vector again. Needs the folder to itself."""
    from rich.console import Console
    from rich.progress import Progress

    from repository.indexing import Indexer

    workspace = opened(settings)
    indexer = Indexer(workspace)
    indexer.begin_generation()
    with Progress(console=Console(stderr=True), disable=as_json) as bars:
        task = bars.add_task("Passages", total=indexer.status().pending)
        indexer.catch_up(lambda done: bars.update(task, completed=done))
    state = indexer.status()
    indexer.close()
    workspace.close()
    echo_json(state) if as_json else click.echo(f"Generation {state.generation} holds {state.vectors} passages.")
