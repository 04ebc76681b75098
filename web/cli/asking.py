"""`cairn ask`."""

import click

from repository.domain.access import LOCAL_ADMIN
from repository.settings import Settings
from web.cli.opening import opened
from web.cli.output import echo_json, json_option


@click.command()
@click.argument("question")
@json_option
@click.pass_obj
def ask(settings: Settings, question: str, as_json: bool) -> None:
    """Answer a question with what participants said, word for word; or say that it is not answered."""
    from repository.asking import ask as answer_to
    from repository.asking import tell
    from repository.recall import Recall
    from web.answers import answer_json

    workspace = opened(settings)
    recall = Recall(workspace)
    recall.refresh()
    workspace.neighbours = recall
    workspace.embedder()
    answer = answer_to(workspace, LOCAL_ADMIN, question)
    tell(workspace, answer)
    if as_json:
        echo_json(answer_json(answer))
        return
    for note in answer.notes:
        click.echo(note, err=True)
    for found in answer.insights:
        click.echo(f"Known: {found.insight.facts.claim} ({found.confidence})")
    for study in answer.studies:
        click.echo(f"Studied: {study.study.title} ({study.study.facts.state.value})")
    for claim in answer.claims:
        counted = f"{claim.participants} participant{'s' * (claim.participants != 1)}"
        click.secho(f"\n{claim.head.words}", bold=True)
        click.secho(f"  {counted} · {claim.head.citation}", dim=True)
        for quote in claim.quotes[1:]:
            click.echo(f"  {quote.words}")
            click.secho(f"    {quote.citation}", dim=True)
    for one in answer.disagreements:
        click.echo(
            f"\nAgainst each other: {one.why}\n  {one.one.words} {one.one.citation}\n  {one.other.words} {one.other.citation}"
        )
    if answer.rephrased:
        click.echo(f"\nIn the words of {answer.rephrased.model}: {answer.rephrased.words}")
    if not answer.answered and answer.covered:
        click.secho("\nPerhaps; read for yourself." if answer.perhaps else "\nNot answered.", bold=True)
        for quote in answer.near:
            click.echo(f"  {'Nearest' if answer.perhaps else 'Near, but not an answer'}: {quote.words}")
            click.secho(f"    {quote.citation}", dim=True)
    if answer.unspoken:
        click.echo(f"\nNobody spoke of: {', '.join(answer.unspoken)}.")
    if answer.covered:
        click.echo(f"\n{answer.covered}")
    workspace.close()
