"""The command `cairn`. Each command lives in a module of its own and is imported when it is called."""

import importlib
import logging
import sys
from pathlib import Path

import click

from repository.errors import SettingsError
from web.cli.output import complain

#: Command, module and one line of help: enough for `cairn --help` without importing any of them.
COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("web.cli.serving", "Serve the pages, with a worker beside them."),
    "work": ("web.cli.serving", "Run a worker alone."),
    "add": ("web.cli.adding", "Add files or folders to a study and wait until they are searchable."),
    "read": ("web.cli.reading", "Say what a file is recognised as, without keeping anything."),
    "watch": ("web.cli.watching", "Add whatever is put into a folder."),
    "search": ("web.cli.searching", "Find quotes by words and by meaning."),
    "plan": ("web.cli.planning", "Check a research plan against what is known: check, list, show."),
    "ask": ("web.cli.asking", "Answer a question with what participants said, or say that it is not answered."),
    "codebook": ("web.cli.codebook", "Take the codebook to other tools and back: export, import."),
    "insight": ("web.cli.insights", "Show what is known, and take it to other tools and back."),
    "report": ("web.cli.reporting", "Write a report as a file: PDF, Word, slides and others."),
    "digest": ("web.cli.digesting", "Say what needs hands, or send it to those whom the settings name."),
    "studies": ("web.cli.searching", "List the studies."),
    "status": ("web.cli.looking", "Say what is here, what is being worked on, and how the index is."),
    "doctor": ("web.cli.looking", "Check everything that is kept, and mend what can be mended."),
    "index": ("web.cli.looking", "Look after the search index: status, verify, rebuild."),
    "demo": ("web.cli.demonstrating", "Load the demonstration repository into a folder of its own."),
}


class Lazy(click.Group):
    """A group that imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one command that is wanted."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(COMMANDS[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), help="Settings file; default ./config.toml if there is one.")
@click.option("--verbose", is_flag=True, help="Log what happens to standard error.")
@click.pass_context
def cairn(ctx: click.Context, config: Path | None, verbose: bool) -> None:
    """Cairn: a qualitative research repository. Transcripts in; themes, search hits and evidence out."""
    from repository.settings import load

    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        ctx.obj = load(config)
    except SettingsError as error:
        complain(error)
        sys.exit(2)


if __name__ == "__main__":
    cairn()
