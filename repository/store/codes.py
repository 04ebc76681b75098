"""The codebook in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.coding import Code, CodeFacts, CodeMode
from repository.store import tables as t
from repository.store.visibility import among

#: Columns whose change is a change of meaning: what was decided about the old one is asked again.
MEANING = ("definition", "use_when", "not_when")


class CodeStore:
    """Codes and themes, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection
        self._last: int | None = None  # the highest position, once it is asked for

    def all(self) -> list[Code]:
        """List every code there is or was, each before those under it."""
        query = sa.select(t.code).order_by(t.code.c.position, t.code.c.id)
        return in_tree_order(self._sql.execute(query).mappings().all())

    def add(self, facts: CodeFacts, *, parent_id: int | None) -> int:
        """Add a code as the last under its parent; give its number."""
        if self._last is None:
            self._last = self._sql.execute(sa.select(sa.func.coalesce(sa.func.max(t.code.c.position), 0))).scalar_one()
        self._last += 1
        row = columns(facts) | {"parent_id": parent_id, "version": 1, "edition": 1}
        row["position"] = self._last
        key = self._sql.execute(sa.insert(t.code).values(**row)).inserted_primary_key
        assert key is not None
        return int(key[0])

    def add_missing(self, facts: Sequence[CodeFacts]) -> list[int]:
        """Add codes whose slug is new, parents before children; give their numbers."""
        known = dict(self._sql.execute(sa.select(t.code.c.slug, t.code.c.id)).all())
        added = []
        for fact in facts:
            if fact.slug not in known:
                known[fact.slug] = self.add(fact, parent_id=known[fact.parent] if fact.parent else None)
                added.append(known[fact.slug])
        return added

    def change(self, code: Code, facts: CodeFacts, *, parent_id: int | None) -> None:
        """Keep new facts of a code; its version rises if it means something else now."""
        row, before = columns(facts), columns(code.facts)
        version = code.version + any(row[name] != before[name] for name in MEANING)
        mine = t.code.c.id == code.id
        row |= {"parent_id": parent_id, "version": version, "edition": code.edition + 1}
        self._sql.execute(sa.update(t.code).where(mine).values(**row))

    def retire(self, code: Code, at: datetime | None, merged_into: int | None = None) -> None:
        """Take a code out of use, or (None) into use again."""
        row = {"retired_at": at, "merged_into": merged_into, "edition": code.edition + 1}
        self._sql.execute(sa.update(t.code).where(t.code.c.id == code.id).values(**row))

    def place(self, code_ids: Sequence[int]) -> None:
        """Order codes among themselves: they share out the positions they have."""
        held = sa.select(t.code.c.position).where(among(self._sql, t.code.c.id, code_ids)).order_by(t.code.c.position)
        for code_id, position in zip(code_ids, list(self._sql.scalars(held)), strict=True):
            self._sql.execute(sa.update(t.code).where(t.code.c.id == code_id).values(position=position))

    def remove_of_study(self, study_id: int) -> None:
        """Remove the codes that were for one study alone."""
        self._sql.execute(sa.delete(t.code).where(t.code.c.study_id == study_id))

    def codings_of(self, code_ids: Collection[int]) -> list[tuple[int, int, int, str]]:
        """List (coding, highlight, code, coder) of these codes."""
        c = t.coding.c
        query = sa.select(c.id, c.highlight_id, c.code_id, c.coder).where(among(self._sql, c.code_id, code_ids))
        return [(row[0], row[1], row[2], row[3]) for row in self._sql.execute(query.order_by(c.id))]

    def has_under(self, code_ids: Collection[int]) -> bool:
        """Say whether another code stands under one of these."""
        inside = among(self._sql, t.code.c.parent_id, code_ids)
        query = sa.select(t.code.c.id).where(inside, ~among(self._sql, t.code.c.id, code_ids))
        return self._sql.execute(query.limit(1)).first() is not None

    def recode(self, coding_ids: Collection[int], code_id: int) -> None:
        """Let codings be of another code; where the coder has that code on the highlight already, one remains."""
        mine = among(self._sql, t.coding.c.id, coding_ids)
        other = t.coding.alias()
        doubled = sa.exists().where(
            other.c.highlight_id == t.coding.c.highlight_id,
            other.c.coder == t.coding.c.coder,
            other.c.code_id == code_id,
            other.c.id != t.coding.c.id,
        )
        self._sql.execute(sa.delete(t.coding).where(mine, doubled))
        first = sa.select(sa.func.min(t.coding.c.id)).where(mine).group_by(t.coding.c.highlight_id, t.coding.c.coder)
        self._sql.execute(sa.delete(t.coding).where(mine, t.coding.c.id.not_in(first)))
        self._sql.execute(sa.update(t.coding).where(mine).values(code_id=code_id))


def columns(facts: CodeFacts) -> dict[str, Any]:
    """Give the columns that keep a code's facts, but for its parent's number."""
    return {
        "slug": facts.slug,
        "name": facts.name,
        "definition": facts.definition,
        "use_when": facts.use_when,
        "not_when": facts.not_when,
        "examples": list(facts.examples),
        "counter_examples": list(facts.counter_examples),
        "cues": list(facts.cues),
        "aliases": list(facts.aliases),
        "mode": facts.mode.value,
        "colour": facts.colour,
        "owner": facts.owner,
        "locked": facts.locked,
        "study_id": facts.study_id,
    }


def in_tree_order(rows: Sequence[Any]) -> list[Code]:
    """Make codes of rows in order of position: each before those under it; no code is left out."""
    slugs = {row["id"]: row["slug"] for row in rows}
    children: dict[int | None, list[Any]] = {}
    for row in rows:
        children.setdefault(row["parent_id"] if row["parent_id"] in slugs else None, []).append(row)
    ordered: list[Any] = []
    waiting = children.get(None, [])[::-1]
    while waiting:
        row = waiting.pop()
        ordered.append(row)
        waiting += children.get(row["id"], [])[::-1]
    return [_code(row, slugs) for row in ordered]


def _code(row: Any, slugs: dict[int, str]) -> Code:
    facts = CodeFacts(
        slug=row["slug"],
        name=row["name"],
        definition=row["definition"],
        use_when=row["use_when"],
        not_when=row["not_when"],
        examples=tuple(row["examples"]),
        counter_examples=tuple(row["counter_examples"]),
        cues=tuple(row["cues"]),
        aliases=tuple(row["aliases"]),
        mode=CodeMode(row["mode"]),
        colour=row["colour"],
        owner=row["owner"],
        locked=bool(row["locked"]),
        parent=slugs.get(row["parent_id"], ""),
        study_id=row["study_id"],
    )
    return Code(
        id=row["id"],
        facts=facts,
        parent_id=row["parent_id"],
        version=row["version"],
        edition=row["edition"],
        retired_at=row["retired_at"],
        merged_into=row["merged_into"],
    )
