"""What the database can say about its own health."""

import sqlalchemy as sa


class UpkeepStore:
    """Checks, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def forget_words(self) -> None:
        """Merge the full-text index on SQLite, so that words of deleted passages leave its pages."""
        if self._sql.dialect.name == "sqlite":
            self._sql.exec_driver_sql("INSERT INTO segment_fts(segment_fts) VALUES ('optimize')")

    def faults(self) -> list[str]:
        """List what is wrong: pages, references, and (on SQLite) the full-text index."""
        if self._sql.dialect.name != "sqlite":
            return []  # PostgreSQL checks references itself and its pages with its own tools
        found = [row[0] for row in self._sql.exec_driver_sql("PRAGMA integrity_check(5)") if row[0] != "ok"]
        found += [
            f"{row[0]} points at a missing {row[2]}" for row in self._sql.exec_driver_sql("PRAGMA foreign_key_check")
        ]
        return found
