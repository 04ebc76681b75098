"""`cairn search` and `cairn studies`."""

from collections.abc import Sequence
from datetime import datetime

import click

from repository.domain.access import LOCAL_ADMIN
from repository.domain.transcript import Role
from repository.settings import Settings
from repository.wording import clock_time
from web.cli.opening import opened
from web.cli.output import echo_json, json_option, table


@click.command()
@click.argument("query")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100), help="Quotes at most.")
@click.option("--study", "studies", multiple=True, help="Only this study (title or number); may be repeated.")
@click.option("--theme", "themes", multiple=True, help="Only this theme or code (its short name); may be repeated.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Only what these people said.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Not before this day.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Not after this day.")
@click.option("--literally", is_flag=True, help="Take no word for a misspelt one.")
@json_option
@click.pass_obj
def search(
    settings: Settings,
    query: str,
    limit: int,
    studies: Sequence[str],
    themes: Sequence[str],
    role: str | None,
    since: datetime | None,
    until: datetime | None,
    literally: bool,
    as_json: bool,
) -> None:
    """Find insights, quotes and studies for a question, by words and by meaning.

    "Words in quotation marks" must stand exactly so, -words must not be said. These narrow it: speaker: study: theme:
    before: after: on: role: account: cohort: method: area: (such as before:2026-03). Where the question begins with a
    minus, write -- before it.
    """
    from repository.recall import Recall
    from repository.search import Query, tell
    from repository.search import search as find_all
    from repository.studies import find
    from web.fragments import hits_json

    workspace = opened(settings)
    recall = Recall(workspace)
    recall.refresh()
    workspace.neighbours = recall
    workspace.embedder()
    results = find_all(
        workspace,
        LOCAL_ADMIN,
        Query(
            query,
            studies=tuple(find(workspace, LOCAL_ADMIN, name).id for name in studies),
            themes=tuple(themes),
            roles=(Role(role),) if role else (),
            since=since.date() if since else None,
            until=until.date() if until else None,
            limit=limit,
            literally=literally,
        ),
    )
    tell(workspace, results)
    ranked = sorted(((hit, group) for group in results.groups for hit in group.hits), key=lambda pair: -pair[0].score)
    if as_json:
        echo_json(hits_json(results))
        return
    for one in results.corrections:
        click.echo(f"Showing results for “{one.used}” instead of “{one.typed}”. To search for it only: --literally")
    if results.understood:
        click.echo("Only " + " · ".join(results.understood))
    for insight in results.insights:
        click.secho("\n" + insight.insight.facts.claim, bold=True)
        click.secho(f"  insight {insight.insight.id}, {insight.confidence} · {insight.why}", dim=True)
    for hit, group in ranked:
        click.echo("\n" + hit.quote)
        at = clock_time(hit.start_ms)
        why = f" · {hit.why}" if hit.why else ""
        click.secho(f"  {hit.citation}{f', {at}' if at else ''} · {group.session_title}{why}", dim=True)
    if results.studies:
        click.echo("\nStudies about it:")
    for study in results.studies:
        click.echo(f"  {study.study.id}  {study.study.title} ({study.study.facts.state.value})")
    click.echo(f"\n{len(ranked)} of {results.count} quotes." if ranked else "\nNothing was found. Try other words.")
    for note in results.notes:
        click.echo(note, err=True)
    workspace.close()


@click.command()
@json_option
@click.pass_obj
def studies(settings: Settings, as_json: bool) -> None:
    """List the studies with their sessions and participants."""
    from repository.reading import studies as cards

    workspace = opened(settings)
    found = cards(workspace, LOCAL_ADMIN)
    if as_json:
        echo_json({"studies": found})
        return
    rows = [
        (
            c.study.id,
            c.study.title,
            c.study.facts.owner,
            c.study.facts.state.value,
            c.sessions,
            c.participants,
            c.last_on,
        )
        for c in found
    ]
    table("", ("No.", "Study", "Owner", "State", "Sessions", "Participants", "Last session"), rows)
    workspace.close()
