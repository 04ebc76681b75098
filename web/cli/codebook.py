"""`cairn codebook`: the codebook to other tools and back."""

import os
import tempfile
from pathlib import Path

import click

from repository.domain.access import LOCAL_ADMIN
from repository.errors import NotFound, Rejected
from repository.settings import Settings
from web.cli.output import echo_json, json_option


@click.group()
def codebook() -> None:
    """Take the codebook to other tools and back."""


@codebook.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@click.pass_obj
def export(settings: Settings, file: Path, as_json: bool) -> None:
    """Write the codebook as a table (.csv) or as REFI-QDA (.qdc), as the name says."""
    from ingest.exchange.codebook_files import exported_csv, exported_qdc
    from repository.codebook import ensure_codebook
    from web.cli.opening import opened

    writers = {".csv": exported_csv, ".qdc": exported_qdc}
    if file.suffix.lower() not in writers:
        raise Rejected(
            "The name says no format.", hint="Call the file something.csv or something.qdc.", slug="no-format"
        )
    workspace = opened(settings)
    ensure_codebook(workspace)
    data = writers[file.suffix.lower()](workspace, LOCAL_ADMIN)
    workspace.close()
    try:
        _write(file, data)
    except OSError as error:
        raise Rejected(f"{file} cannot be written ({error.strerror}).", slug="cannot-write") from error
    if as_json:
        echo_json({"file": file, "bytes": len(data)})
    else:
        click.echo(f"The codebook is in {file}.")


def _write(file: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    handle, aside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    with os.fdopen(handle, "wb") as out:
        out.write(data)
    Path(aside).chmod(0o644)
    Path(aside).replace(file)


@codebook.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--study", "study_name", default="", help="The study, by title or number, that the codes are for; else for all."
)
@json_option
@click.pass_obj
def import_(settings: Settings, file: Path, study_name: str, as_json: bool) -> None:
    """Add the codes of a table (CSV), a .qdc or a .qdpx that are missing; what is there stays as it is.

    The file is recognised by what is in it. Ends with 3 if it cannot be read; then nothing was added.
    """
    from ingest.exchange.codebook_files import import_file
    from repository import studies
    from repository.codebook import ensure_codebook
    from repository.workspace import Workspace

    if not file.is_file():
        raise NotFound(f"There is no file {file}.")
    workspace = Workspace(settings)
    ensure_codebook(workspace)
    study = studies.find(workspace, LOCAL_ADMIN, study_name) if study_name else None
    with file.open("rb") as data:
        found = import_file(workspace, LOCAL_ADMIN, file.name, data, study_id=study.id if study else None)
    workspace.close()
    imported = found.imported
    if as_json:
        told = {"added": imported.added, "present": imported.present, "differing": imported.differing}
        echo_json(
            {"file": file, "told": imported.change.told, "act": imported.change.act, **told, "remarks": found.remarks}
        )
        return
    click.echo(imported.change.told)
    if imported.added and imported.present:
        click.echo(f"{len(imported.present)} were there already.")
    for one in imported.differing:
        click.secho(
            f"! “{one.name}” is there and means something else ({', '.join(one.fields)}).", fg="yellow", err=True
        )
    for remark in found.remarks:
        click.secho(f"! {remark}", fg="yellow", err=True)
