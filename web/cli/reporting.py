"""`cairn report`: list the reports that are kept, and write one as a file."""

import contextlib
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from repository.domain.access import LOCAL_ADMIN
from repository.errors import Rejected
from repository.settings import Settings
from web.cli.output import echo_json, json_option, table

if TYPE_CHECKING:
    from repository.report_keeping import Kept
    from repository.workspace import Workspace
    from web.reporting.blocks import Document
    from web.reporting.formats import Format

Say = Callable[[str], None]
#: What lists instead of writing; a report of that name is reached by its number.
LIST = "list"


@click.command()
@click.argument("name", required=False, default=LIST)
@click.option("--format", "key", default="", help="html, pdf, docx, pptx, md, xlsx or csv; default what FILE ends in, else html.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file to write; default named after the report, here.")  # fmt: skip
@click.option("--version", "number", type=click.IntRange(min=1), help="A frozen version; default the report as it is today.")  # fmt: skip
@click.option("--site", default="", help="What every link begins with; default the address at which this Cairn serves.")
@json_option
@click.pass_obj
def report(
    settings: Settings, name: str, key: str, out: Path | None, number: int | None, site: str, as_json: bool
) -> None:
    """Write the report NAME (or its number) as a file. `cairn report list` lists the reports that are kept."""
    from repository import report_keeping
    from web.cli.opening import opened
    from web.reporting.formats import file_name

    if name == LIST:
        return _list(opened(settings), as_json)
    wanted = _format(key, out)
    workspace = opened(settings)
    kept = report_keeping.named(workspace, LOCAL_ADMIN, name)
    title = f"{kept.report.name} {number}" if number else kept.report.name
    out = out or Path(file_name(title, wanted))
    _check(out)
    say = _quiet if as_json else _say
    document = _document(workspace, kept, number, site, say)
    say(f"Writing {wanted.name} …")
    with _aside(out) as aside, _told(say):
        aside.write_bytes(wanted.render(document))
    workspace.close()
    if as_json:
        echo_json({"file": out, "format": wanted.key, "as_of": document.as_of, "bytes": out.stat().st_size})
    else:
        click.echo(f"{out} holds “{title}” as of {document.as_of[:10]}.")


def _list(workspace: "Workspace", as_json: bool) -> None:
    from repository.report_keeping import reports

    held = reports(workspace, LOCAL_ADMIN)
    workspace.close()
    if as_json:
        rows = [{"report": one.report, "versions": one.versions} for one in held]
        echo_json({"reports": rows})
        return
    if not held:
        click.echo("No report is kept yet. Make one on the page Reports: cairn serve.")
        return
    told = [
        (one.report.id, one.report.name, one.report.template.value, len(one.versions), one.report.updated_at.date())
        for one in held
    ]
    table("", ("No.", "Name", "Template", "Versions", "Changed"), told)


def _format(key: str, out: Path | None) -> "Format":
    from web.reporting.formats import FORMATS

    ending = out.suffix.removeprefix(".").lower() if out else ""
    by_ending = next((one.key for one in FORMATS.values() if one.ending == ending), "" if ending else "html")
    found = FORMATS.get(key.lower() or by_ending)
    if found is None:
        hint = f"Use --format with one of: {', '.join(FORMATS)}."
        raise Rejected("There is no such format.", hint=hint, slug="no-such-format")
    return found


def _document(workspace: "Workspace", kept: "Kept", number: int | None, site: str, say: Say) -> "Document":
    """Compile a report, or read a version, with the addresses that the pages have."""
    from repository import report_keeping, report_reading
    from web.app import create_app
    from web.pages.reports import Addresses
    from web.reporting import filling

    say(f"Reading version {number} …" if number else "Compiling …")
    if number:
        _, _, contents = report_keeping.frozen(workspace, LOCAL_ADMIN, kept.report.id, number)
    else:
        _, contents = report_keeping.live(workspace, LOCAL_ADMIN, kept.report.id)
    quotes = report_reading.read_quotes(workspace, LOCAL_ADMIN, contents)
    say(f"{len(quotes):,} quotes of {len(contents.themes):,} themes.")
    server = workspace.settings.server
    app = create_app(workspace)
    app.config["TRUSTED_HOSTS"] = None  # whoever types the address of their own site may name any
    with app.test_request_context(base_url=site or f"http://{server.host}:{server.port}"):
        address = Addresses(kept.report.id, absolute=True)
        return filling.document(contents, quotes, address, folder=workspace.folder / "templates")


def _check(out: Path) -> None:
    if not out.resolve().parent.is_dir():
        raise Rejected(f"There is no folder {out.parent}.", hint="Make it first.", slug="cannot-write")


@contextlib.contextmanager
def _aside(out: Path) -> Iterator[Path]:
    """Give a file beside `out` that takes its place when all is written; of what is interrupted nothing is left."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{out.name[:80]}.", suffix=".part", dir=out.resolve().parent)
        os.close(handle)
    except OSError as error:
        raise Rejected(f"{out} cannot be written ({error.strerror}).", slug="cannot-write") from error
    aside = Path(name)
    try:
        yield aside
        aside.chmod(0o666 & ~_mask())
        aside.replace(out)
    except OSError as error:
        raise Rejected(f"{out} cannot be written ({error.strerror}).", slug="cannot-write") from error
    finally:
        aside.unlink(missing_ok=True)


def _mask() -> int:
    """Give what new files may not be, without changing it for longer than that takes."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def _told(say: Say) -> Iterator[None]:
    """Pass on how far a PDF has come, every hundredth page."""
    logger = logging.getLogger("weasyprint.progress")

    def pass_on(record: logging.LogRecord) -> bool:
        told = record.getMessage()
        if "Page " in told and told.endswith("00"):
            say(f"Page {told.rpartition(' ')[2]} …")
        return False

    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addFilter(pass_on)
    try:
        yield
    finally:
        logger.removeFilter(pass_on)
        logger.setLevel(level)


def _say(told: str) -> None:
    click.echo(told, err=True)


def _quiet(told: str) -> None:
    """Say nothing: JSON is for programs."""
