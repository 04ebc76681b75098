"""Bring the database to the newest shape. Alembic is only imported when there is something to do."""

from pathlib import Path

import sqlalchemy as sa

from repository.errors import SettingsError
from repository.store.database import Database

FOLDER = Path(__file__).parent / "migrations"
#: The newest migration in `migrations/versions`; a test compares.
HEAD = "0005"
#: Any number that no other program locks in the same PostgreSQL database.
LOCK = 721_480_011


def migrate(database: Database) -> None:
    """Run the migrations that are missing; safe to call from several processes at once, and after a kill.

    Raises SettingsError if the database was written by a newer Cairn.
    """
    if version(database) == HEAD:
        return
    from alembic import command
    from alembic.util.exc import CommandError

    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        config = configuration(connection)
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise SettingsError(
                "This storage folder was written by a newer version of Cairn.",
                hint="Install that version or a later one.",
            ) from error


def version(database: Database) -> str:
    """Give the migration the database is at, empty for none."""
    with database.read() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return ""
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() or ""


def configuration(connection: sa.Connection):  # type: ignore[no-untyped-def]
    """Give Alembic's configuration for a connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
