"""Alembic's entry: runs the migrations on the connection it is handed."""

from typing import Any

from alembic import context

from repository.store import knowledge_tables, report_tables, tables

#: Known to the metadata only once imported.
assert knowledge_tables.insight.metadata is report_tables.report.metadata is tables.metadata


def include(item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Leave the full-text index to its migration: metadata does not know it."""
    return not (name or "").startswith(("segment_fts", "ix_segment_words_tsv", "sqlite_")) and name != "words_tsv"


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    include_object=include,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
