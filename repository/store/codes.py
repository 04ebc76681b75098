"""The codebook in SQL."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from repository.domain.coding import Code, CodeFacts, CodeMode
from repository.store import tables as t


class CodeStore:
    """Codes and themes, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def all(self) -> list[Code]:
        """List the codebook: themes in order, each followed by its codes."""
        rows = self._sql.execute(sa.select(t.code).order_by(t.code.c.position, t.code.c.id)).mappings().all()
        slugs = {row["id"]: row["slug"] for row in rows}
        codes = [_code(row, slugs) for row in rows]
        children: dict[int | None, list[Code]] = {}
        for code in codes:
            children.setdefault(code.parent_id, []).append(code)
        return [code for theme in children.get(None, []) for code in (theme, *children.get(theme.id, []))]

    def add_missing(self, facts: Sequence[CodeFacts]) -> int:
        """Add codes whose slug is new, parents before children; count them."""
        known = dict(self._sql.execute(sa.select(t.code.c.slug, t.code.c.id)).all())
        added = 0
        for position, fact in enumerate(facts, len(known)):
            if fact.slug in known:
                continue
            row = {
                "parent_id": known[fact.parent] if fact.parent else None,
                "slug": fact.slug,
                "name": fact.name,
                "definition": fact.definition,
                "use_when": fact.use_when,
                "not_when": fact.not_when,
                "examples": list(fact.examples),
                "cues": list(fact.cues),
                "mode": fact.mode.value,
                "colour": fact.colour,
                "version": 1,
                "position": position,
            }
            key = self._sql.execute(sa.insert(t.code).values(**row)).inserted_primary_key
            assert key is not None
            known[fact.slug] = key[0]
            added += 1
        return added


def _code(row: Any, slugs: dict[int, str]) -> Code:
    facts = CodeFacts(
        slug=row["slug"],
        name=row["name"],
        definition=row["definition"],
        use_when=row["use_when"],
        not_when=row["not_when"],
        examples=tuple(row["examples"]),
        cues=tuple(row["cues"]),
        mode=CodeMode(row["mode"]),
        colour=row["colour"],
        parent=slugs.get(row["parent_id"], ""),
    )
    return Code(id=row["id"], facts=facts, parent_id=row["parent_id"], version=row["version"])
