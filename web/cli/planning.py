"""`cairn plan`: check a plan against what is known, list the plans that were kept, show one."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from repository.domain.access import LOCAL_ADMIN
from repository.settings import Settings
from web.cli.opening import opened
from web.cli.output import echo_json, json_option, table

if TYPE_CHECKING:
    from repository.plan_viewing import QuestionView
    from repository.workspace import Workspace

#: How a verdict looks in a terminal.
MARKS = {"answered": ("●", "green"), "partly answered": ("◐", "yellow"), "not studied": ("○", None)}


@click.group()
def plan() -> None:
    """Check a plan against what is known: check FILE, list, show."""


@plan.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--keep", is_flag=True, help="Keep the plan with its check, for the page /plans.")
@click.option("--cohort", default="", help="Whom you want to ask, where the file does not say it or says it wrong.")
@click.option("--area", "product_area", default="", help="The product area, likewise.")
@json_option
@click.pass_obj
def check(settings: Settings, file: Path, keep: bool, cohort: str, product_area: str, as_json: bool) -> None:
    """Say what is known of each question of a plan: a Markdown, text or Word file, or - for standard input."""
    from dataclasses import replace

    from ingest.plan_files import text_of
    from ingest.plan_recognising import recognise
    from repository import planning, plans
    from repository.errors import Rejected
    from web.plan_words import checked_json

    workspace = _searching(settings)
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    if not data.strip():
        raise Rejected(
            "The plan is empty.", hint="Write down what you want to find out, one question a line.", slug="empty-plan"
        )
    text = text_of(workspace, "plan.md" if str(file) == "-" else file.name, data)
    read = recognise(workspace, LOCAL_ADMIN, text)
    facts = read.facts
    if cohort or product_area:
        facts = replace(facts, cohort=cohort or facts.cohort, product_area=product_area or facts.product_area)
    if read.is_transcript and not facts.questions:
        raise Rejected(
            "This is a transcript, not a plan.", hint="Add it: cairn add FILE --study TITLE.", slug="a-transcript"
        )
    if not facts.questions:
        hint = (
            f"It might be: {read.proposals[0]}"
            if read.proposals
            else "Write what you want to find out, one question a line."
        )
        raise Rejected("No question was found in the plan.", hint=hint, slug="no-question")
    kept = None
    if keep:
        kept = plans.create(workspace, LOCAL_ADMIN, facts, body=text).id
        planning.check_plan(workspace, LOCAL_ADMIN, kept, whole=True)
        checked = planning.view(workspace, LOCAL_ADMIN, kept).checked
    else:
        checked = planning.check(workspace, LOCAL_ADMIN, facts)
    if as_json:
        echo_json(checked_json(checked, read, plan_id=kept))
    else:
        click.secho(facts.title, bold=True)
        for note in read.notes:
            click.echo(note, err=True)
        if read.is_transcript:
            click.echo("This looks like a transcript. To make it searchable: cairn add FILE --study TITLE.", err=True)
        for one in checked.questions:
            _say(one)
        if kept:
            click.echo(f"\nKept as plan {kept}: /plans/{kept}")
    workspace.close()


@plan.command(name="list")
@json_option
@click.pass_obj
def list_plans(settings: Settings, as_json: bool) -> None:
    """List the plans that were kept, last changed first."""
    from repository import plans

    workspace = opened(settings)
    cards = plans.cards(workspace, LOCAL_ADMIN)
    if as_json:
        echo_json({"plans": cards, "avoided": plans.avoided(workspace, LOCAL_ADMIN)})
    else:
        rows = [
            (
                card.plan.id,
                card.plan.facts.title,
                len(card.plan.facts.questions),
                len(card.decisions),
                card.check.at.date() if card.check else "",
            )
            for card in cards
        ]
        table("", ("No.", "Plan", "Questions", "Decided", "Checked"), rows)
    workspace.close()


@plan.command()
@click.argument("number", type=int)
@json_option
@click.pass_obj
def show(settings: Settings, number: int, as_json: bool) -> None:
    """Show a kept plan with its last check and what was decided."""
    from repository import planning
    from web.plan_words import plan_json

    workspace = opened(settings)
    view = planning.view(workspace, LOCAL_ADMIN, number)
    if as_json:
        echo_json(plan_json(view))
    else:
        click.secho(view.plan.facts.title, bold=True)
        for one in view.questions:
            _say(one)
            if decision := view.decisions.get(one.asked):
                click.echo(f"  Decided: {decision.choice.value}{f' – {decision.reason}' if decision.reason else ''}")
        for question in view.unchecked:
            click.echo(f"\n? not checked  {question}")
    workspace.close()


def _searching(settings: Settings) -> "Workspace":
    from repository.recall import Recall

    workspace = opened(settings)
    recall = Recall(workspace)
    recall.refresh()
    workspace.neighbours = recall
    workspace.embedder()
    return workspace


def _say(one: "QuestionView") -> None:
    mark, colour = MARKS[one.verdict.value]
    click.echo()
    click.secho(f"{mark} {one.verdict.value}", fg=colour, bold=True, nl=False)
    click.echo(f"  {one.asked}")
    for reason in one.reasons:
        click.echo(f"  {reason}")
    for quote in one.quotes:
        click.echo(f"    “{quote.words}”")
        click.secho(f"    {quote.citation}", dim=True)
    for miss in one.near if not one.quotes else ():
        click.secho(f"    close, but {'; '.join(miss.differs)}", dim=True)
        click.secho(f"    “{miss.quote.words}” {miss.quote.citation}", dim=True)
    for overlap in one.overlaps:
        if overlap.same:
            whose = overlap.study.title if overlap.study else overlap.plan.facts.title if overlap.plan else ""
            click.echo(f"  Asked before: “{overlap.question}” ({whose})")
    if one.still:
        click.echo(f"  Still to ask: {one.still}")
