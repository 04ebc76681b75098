"""`cairn insight`: what is known, for the shell: list, show, to Markdown and back."""

from pathlib import Path

import click

from repository.domain.access import LOCAL_ADMIN
from repository.errors import NotFound, Rejected
from repository.settings import Settings
from web.cli.output import echo_json, json_option, table


@click.group()
def insight() -> None:
    """Show what is known, and take it to other tools and back."""


@insight.command("list")
@click.argument("text", required=False, default="")
@click.option("--state", default="", help="Only those of this state; else all that are not over.")
@click.option("--theme", default="", help="Only those about this theme or code, by slug.")
@click.option("--area", default="", help="Only those about this product area.")
@click.option("--owner", default="", help="Only those of this owner.")
@json_option
@click.pass_obj
def list_(settings: Settings, text: str, state: str, theme: str, area: str, owner: str, as_json: bool) -> None:
    """List insights, those changed last first; TEXT: only those with these words."""
    from repository import insights
    from repository.domain.insight import InsightState
    from web.cli.opening import opened
    from web.insight_json import insight_json

    if state and state not in list(InsightState):
        raise Rejected("There is no such state.", hint=f"Use one of: {', '.join(InsightState)}.", slug="no-such-state")
    asked = insights.Asked(InsightState(state) if state else None, False, theme, area, owner, text)
    workspace = opened(settings)
    found = insights.detailed(workspace, LOCAL_ADMIN, insights.listed(workspace, LOCAL_ADMIN, asked))
    workspace.close()
    if as_json:
        echo_json({"insights": [insight_json(view, brief=True) for view in found]})
        return
    rows = [
        (one.insight.id, one.insight.facts.claim, one.insight.state.value, one.confidence.told, one.insight.facts.owner)
        for one in found
    ]
    table("", ("No.", "Claim", "State", "Rests on", "Owner"), rows)


@insight.command()
@click.argument("number", type=int)
@json_option
@click.pass_obj
def show(settings: Settings, number: int, as_json: bool) -> None:
    """Show one insight with what it rests on."""
    from repository import insight_exchange, insights
    from web.cli.opening import opened
    from web.insight_json import insight_json

    workspace = opened(settings)
    if as_json:
        shown = insights.show(workspace, LOCAL_ADMIN, number)
        echo_json(insight_json(shown.view, replaces=[one.id for one in shown.replaces]))
    else:
        click.echo(insight_exchange.markdown(workspace, LOCAL_ADMIN, number), nl=False)
    workspace.close()


@insight.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--everything", is_flag=True, help="Those that are over, too.")
@json_option
@click.pass_obj
def export(settings: Settings, folder: Path, everything: bool, as_json: bool) -> None:
    """Write each insight as a Markdown file into FOLDER: insight-1.md, insight-2.md …"""
    from repository import insight_exchange, insights
    from web.cli.opening import opened

    workspace = opened(settings)
    held = insights.listed(workspace, LOCAL_ADMIN, insights.Asked(everything=everything))
    texts = insight_exchange.markdown_of(workspace, LOCAL_ADMIN, held)
    workspace.close()
    files = [folder / f"insight-{one.id}.md" for one in held]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Rejected(f"{folder} cannot be written ({error.strerror}).", slug="cannot-write") from error
    if as_json:
        echo_json({"files": files})
    else:
        click.echo(f"{len(files)} insights are in {folder}.")


@insight.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def import_(settings: Settings, file: Path, as_json: bool) -> None:
    """Make a draft of a Markdown file of the shape that insights are exported in.

    Quotes are put back where their links lead, if the words stand there; what was not found again is listed.
    """
    from repository import insight_exchange
    from web.cli.opening import opened

    if not file.is_file():
        raise NotFound(f"There is no file {file}.")
    workspace = opened(settings)
    brought = insight_exchange.bring_in(workspace, LOCAL_ADMIN, file.read_text(encoding="utf-8", errors="replace"))
    workspace.close()
    if as_json:
        told = {"claim": brought.insight.facts.claim, "attached": brought.attached, "remarks": brought.remarks}
        echo_json({"file": file, "id": brought.insight.id, **told})
        return
    click.echo(f"Insight {brought.insight.id} is a draft, with {brought.attached} quotes.")
    for remark in brought.remarks:
        click.secho(f"! {remark}", fg="yellow", err=True)
