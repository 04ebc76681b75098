"""Single facts: the index generation in use, and counters that say that something changed."""

import sqlalchemy as sa

from repository.store import tables as t

#: Rises whenever segments or vectors come or go.
PASSAGES = "passages"
#: The fact that rises when a passage that stays gets another role.
ROLES = "roles"
#: The index generation in use; 0: none.
GENERATION = "generation"
#: The fingerprint of the model whose vectors that generation holds.
GENERATION_MODEL = "generation model"

#: Rises with every decision and every change of the codebook; LEARNED is what it was when the machine last learned.
DECISIONS = "decisions"
LEARNED = "learned"


class FactStore:
    """Facts by name, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def text(self, name: str) -> str:
        """Give a fact, empty if it was never set."""
        return self._sql.scalar(sa.select(t.fact.c.value).where(t.fact.c.name == name)) or ""

    def set_text(self, name: str, value: str) -> None:
        """Set a fact."""
        changed = self._sql.execute(sa.update(t.fact).where(t.fact.c.name == name).values(value=value))
        if changed.rowcount == 0:
            self._sql.execute(sa.insert(t.fact).values(name=name, value=value))

    def number(self, name: str) -> int:
        """Give a number, 0 if it was never set."""
        return int(self.text(name) or 0)

    def set_number(self, name: str, value: int) -> None:
        """Set a number."""
        self.set_text(name, str(value))

    def bump(self, name: str) -> None:
        """Raise a counter by one."""
        if self._sql.dialect.name == "sqlite":
            from sqlalchemy.dialects.sqlite import insert
        else:
            from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
        more = sa.cast(sa.cast(t.fact.c.value, sa.BigInteger) + 1, sa.Text)
        first = insert(t.fact).values(name=name, value="1")
        self._sql.execute(first.on_conflict_do_update(index_elements=[t.fact.c.name], set_={"value": more}))
