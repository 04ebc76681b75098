"""What a viewer may see, as conditions for SQL: applied before ranking and counting, never after."""

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.coding import SuggestionState
from repository.store import tables as t


def among(
    connection: sa.Connection, column: sa.ColumnElement[Any], values: Collection[int | str]
) -> sa.ColumnElement[bool]:
    """Say that a column is one of any number of values (SQLite allows 32,766 variables, a list is one)."""
    if len(values) <= 200:
        return column.in_(sorted(values))
    if connection.dialect.name == "sqlite":
        rows = sa.func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(sa.select(rows.c.value))
    return column == sa.any_(sa.cast(sa.literal(list(values), sa.ARRAY(column.type)), sa.ARRAY(column.type)))


def studies_seen(connection: sa.Connection, viewer: Viewer, *, binned: bool = False) -> sa.ColumnElement[bool]:
    """Say which rows of `study` exist for the viewer."""
    alive = t.study.c.deleted_at.is_not(None) if binned else t.study.c.deleted_at.is_(None)
    if viewer.study_ids is None:
        return alive
    return sa.and_(alive, among(connection, t.study.c.id, viewer.study_ids))


def sessions_seen(connection: sa.Connection, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Say which rows of `session` joined with `study` exist for the viewer."""
    return sa.and_(t.session.c.deleted_at.is_(None), studies_seen(connection, viewer))


def undecided(state: sa.ColumnElement[Any] = t.suggestion.c.state) -> sa.ColumnElement[bool]:
    """Say that a suggestion is the machine's alone so far, of a code that is in use."""
    retired = sa.select(t.code.c.id).where(t.code.c.retired_at.is_not(None))
    states = (SuggestionState.PENDING.value, SuggestionState.APPLIED.value)
    return sa.and_(state.in_(states), t.suggestion.c.code_id.not_in(retired))


def uncoded() -> sa.ColumnElement[bool]:
    """Say that nobody put the suggested code on any of the words by hand: then there is nothing left to suggest."""
    mark = t.highlight.c
    return ~sa.exists().where(
        mark.text_id == t.suggestion.c.text_id,
        mark.start < t.suggestion.c.end,
        mark.end > t.suggestion.c.start,
        mark.lost_at.is_(None),
        t.coding.c.highlight_id == mark.id,
        t.coding.c.code_id == t.suggestion.c.code_id,
    )
