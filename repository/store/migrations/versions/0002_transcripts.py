"""Previews, rosters, revisions with highlights carried along, and undoing."""

import sqlalchemy as sa
from alembic import op

from repository.store.tables import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for table, column in (
        ("source", sa.Column("choices", sa.JSON, nullable=False, server_default="{}")),
        ("source", sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false())),
        ("source", sa.Column("recording", sa.String(20), nullable=False, server_default="")),
        ("text", sa.Column("created_by", sa.Text, nullable=False, server_default="")),
        ("text", sa.Column("note", sa.Text, nullable=False, server_default="")),
        ("speaker", sa.Column("raw_label", sa.Text, nullable=False, server_default="")),
        ("speaker", sa.Column("merged_into", sa.Integer)),
        ("turn", sa.Column("heard_as", sa.Integer)),
        ("highlight", sa.Column("comment", sa.Text, nullable=False, server_default="")),
        ("highlight", sa.Column("lost_at", Moment)),
    ):
        op.add_column(table, column)
    op.execute("UPDATE speaker SET raw_label = label")
    op.create_table(
        "roster",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("study_id", sa.Integer, _of("study", "roster"), nullable=False),
        sa.Column("raw_label", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("participant_id", sa.Integer, _of("participant", "roster")),
        sa.PrimaryKeyConstraint("id", name="pk_roster"),
        sa.UniqueConstraint("study_id", "raw_label", name="uq_roster_study_id_raw_label"),
    )
    op.create_index("ix_roster_participant_id", "roster", ["participant_id"])
    op.create_table(
        "likeness",
        sa.Column("session_id", sa.Integer, _of("session", "likeness"), nullable=False),
        sa.Column("text_sha", sa.String(64), nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_likeness"),
    )
    op.create_table(
        "carry",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("highlight_id", sa.Integer, _of("highlight", "carry"), nullable=False),
        sa.Column("from_text_id", sa.Integer, _of("text", "carry", "from_text_id"), nullable=False),
        sa.Column("to_text_id", sa.Integer, _of("text", "carry", "to_text_id"), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("settled_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_carry"),
    )
    for name in ("highlight_id", "from_text_id", "to_text_id"):
        op.create_index(f"ix_carry_{name}", "carry", [name])
    op.create_table(
        "act",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("session_id", sa.Integer, _of("session", "act"), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("inverse", sa.JSON, nullable=False),
        sa.Column("undone_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_act"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_act_session_id", "act", ["session_id"])


def _of(table: str, mine: str, column: str = "") -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", name=f"fk_{mine}_{column or table + '_id'}", ondelete="CASCADE")
