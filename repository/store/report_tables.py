"""The tables of reports: what is kept by name, frozen versions, and links by which one of them may be read."""

import sqlalchemy as sa

from repository.store.tables import Moment, metadata

report = sa.Table(
    "report",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("template", sa.String(40), nullable=False),
    sa.Column("scope", sa.JSON, nullable=False),
    sa.Column("edition", sa.Integer, nullable=False, server_default="1"),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("deleted_at", Moment),
    sqlite_autoincrement=True,
)

# Numbers and places of quotes as they were at a moment, never words: those are read anew and may have been erased.
report_version = sa.Table(
    "report_version",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("report_id", sa.Integer, sa.ForeignKey("report.id", ondelete="CASCADE"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("contents", sa.JSON, nullable=False),
    sa.UniqueConstraint("report_id", "number"),
    sqlite_autoincrement=True,
)

shared_link = sa.Table(
    "shared_link",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("version_id", sa.Integer, sa.ForeignKey("report_version.id", ondelete="CASCADE"), nullable=False),
    sa.Column("token_sha", sa.String(64), nullable=False, unique=True),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("revoked_at", Moment),
    sa.Index("ix_shared_link_version_id", "version_id"),
    sqlite_autoincrement=True,
)
