"""The database: the only place that makes an engine, begins transactions and translates driver errors.

SQLite facts this stands on (measured, docs/explanation/durability.md): stock pysqlite starts no transaction before the
first write, so that read-modify-write loses updates without an error; `BEGIN IMMEDIATE` loses none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc

from repository.errors import CairnError, Conflict, DiskFull, Rejected, SettingsError, Unavailable

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # WAL's default, NORMAL, can lose the last commits when the power goes
    "PRAGMA busy_timeout=10000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA cache_size=-65536",
    "PRAGMA temp_store=MEMORY",
)


class Database:
    """Opens transactions. `read()` sees one state throughout; `write()` is the only writer while it lasts."""

    def __init__(self, url: str) -> None:
        """Connect lazily to `url` (sqlite:///… or postgresql+psycopg://…)."""
        try:
            self.engine = sa.create_engine(url, hide_parameters=True, **_options(url))
        except (exc.ArgumentError, exc.NoSuchModuleError, ModuleNotFoundError) as error:
            raise SettingsError(
                "[storage] database_url cannot be used.",
                hint="Use sqlite:///… or postgresql+psycopg:// (extra: postgres).",
            ) from error
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._writing = self.engine.execution_options(cairn_write=True)
        self._reading = (
            self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open a transaction that only reads."""
        with translated(), self._reading.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Open a transaction that commits when the block ends and leaves no trace when it raises."""
        with translated(), self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 10, "check_same_thread": False}, "pool_size": 16, "max_overflow": 16}
    return {"pool_pre_ping": True, "pool_size": 10}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("cairn_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into Cairn's, once."""
    try:
        yield
    except CairnError:
        raise
    except exc.IntegrityError as error:
        raise Conflict("The database refused a duplicate or a dangling reference.") from error
    except exc.OperationalError as error:
        words = str(error.orig).lower()
        if "full" in words or "no space" in words:
            raise DiskFull() from error
        if "readonly" in words or "unable to open" in words:
            raise Unavailable(
                "The database cannot be opened for writing.", hint="Check the storage folder's rights."
            ) from error
        raise Unavailable(f"The database cannot be used just now: {error.orig}.") from error
    except exc.DataError as error:
        raise Rejected("The database cannot keep this: a number too large or a character it does not know.") from error
    except (exc.DatabaseError, exc.TimeoutError) as error:
        hint = "Run: cairn doctor"
        raise Unavailable(f"The database cannot be used ({type(error).__name__}).", hint=hint) from error


def url_for(folder: Path, database_url: str) -> str:
    """Give the database's URL: the setting, or SQLite in the storage folder."""
    return database_url or f"sqlite:///{folder / 'cairn.db'}"
