"""`cairn digest`: show what needs hands, or send it to those whom the settings name."""

import click

from repository.settings import Settings
from web.cli.opening import opened
from web.cli.output import echo_json, json_option


@click.command()
@click.option(
    "--show", "how", flag_value="show", default="show", help="Print the digest; nothing is sent (the default)."
)
@click.option("--send", "how", flag_value="send", help="Send it now, if anything has changed since the last one.")
@click.option("--again", is_flag=True, help="With --send: even if nothing has changed, to try the settings.")
@json_option
@click.pass_obj
def digest(settings: Settings, how: str, again: bool, as_json: bool) -> None:
    """Say what needs hands, in numbers: no title, no name, and no participant's word."""
    from repository import digesting
    from repository.errors import SettingsError

    workspace = opened(settings)
    if how == "show":
        made, page = digesting.digest(workspace), digesting.page_of(workspace)
        if as_json:
            echo_json(digesting.as_json(made, page))
        else:
            click.echo(f"{digesting.as_text(made)}\n\n{page}")
    else:
        ways = digesting.ways(workspace)
        if not ways:
            raise SettingsError("Nobody is named to send it to.", hint="Set [digest] to and smtp_url, or webhook_url.")
        sent = digesting.send(workspace, even_unchanged=again)
        if as_json:
            echo_json({"sent": sent, "unchanged": [way for way in ways if way not in sent]})
        elif sent:
            names = {digesting.MAIL: "mail", digesting.HOOK: "the web address"}
            click.echo(f"Sent by {' and '.join(names[way] for way in sent)}.")
        else:
            click.echo("Nothing has changed since the last digest, so nothing was sent. To send it: --again.")
    workspace.close()
