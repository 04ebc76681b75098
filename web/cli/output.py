"""How commands speak: tables and bars for people, one JSON document with --json, errors once and the same way."""

import json
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import click

from repository.errors import CairnError, Forbidden, InUse, NotFound, Rejected, SettingsError, Unavailable

#: What a shell sees: 0 done, and else what the caller can do about it.
EXIT_CODES: tuple[tuple[type[CairnError], int], ...] = (
    (SettingsError, 2),
    (Rejected, 3),
    (NotFound, 4),
    (Forbidden, 5),
    (InUse, 6),
    (Unavailable, 7),
    (CairnError, 1),
)


def exit_code(error: CairnError) -> int:
    """Give the exit code of an error."""
    return next(code for kind, code in EXIT_CODES if isinstance(error, kind))


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --json, and end with a sentence and an exit code where a CairnError comes through."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
    @wraps(command)
    def wrapped(*args: Any, as_json: bool, **values: Any) -> Any:
        try:
            return command(*args, as_json=as_json, **values)
        except CairnError as error:
            if as_json:
                echo_json({"error": {"slug": error.slug, "message": error.message, "hint": error.hint}})
            else:
                complain(error)
            sys.exit(exit_code(error))

    return wrapped


def complain(error: CairnError) -> None:
    """Say what went wrong and what helps, on standard error."""
    click.secho(f"Error: {error.message}", fg="red", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)


def echo_json(value: Any) -> None:
    """Print a value as JSON."""
    from web.fragments import plain

    click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table."""
    from rich.console import Console
    from rich.table import Table

    drawn = Table(*columns, title=title or None, title_justify="left", show_edge=False)
    for row in rows:
        drawn.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(drawn)
