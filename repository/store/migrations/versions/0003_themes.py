"""Themes: a codebook with a history, suggestions that are decided, coders side by side, candidates and their map."""

import sqlalchemy as sa
from alembic import op

from repository.store.tables import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for table, column in (
        ("code", sa.Column("counter_examples", sa.JSON, nullable=False, server_default="[]")),
        ("code", sa.Column("aliases", sa.JSON, nullable=False, server_default="[]")),
        ("code", sa.Column("owner", sa.Text, nullable=False, server_default="")),
        ("code", sa.Column("locked", sa.Boolean, nullable=False, server_default=sa.false())),
        ("code", sa.Column("study_id", sa.Integer)),
        ("code", sa.Column("retired_at", Moment)),
        ("code", sa.Column("merged_into", sa.Integer)),
        ("code", sa.Column("edition", sa.Integer, nullable=False, server_default="1")),
        ("suggestion", sa.Column("model", sa.String(64), nullable=False, server_default="")),
        ("suggestion", sa.Column("decided_by", sa.Text, nullable=False, server_default="")),
        ("suggestion", sa.Column("decided_at", Moment)),
        ("coding", sa.Column("suggestion_id", sa.Integer)),
        ("act", sa.Column("why", sa.Text, nullable=False, server_default="")),
    ):
        op.add_column(table, column)
    op.create_index("ix_code_study_id", "code", ["study_id"])
    op.create_index("ix_suggestion_state_code_id_score", "suggestion", ["state", "code_id", "score"])
    op.create_index("ix_act_kind", "act", ["kind"])
    # SQLite makes these tables anew: nothing points at them, so nothing goes with the old ones.
    for anew, key in (("act", "session_id"), ("job", "source_id")):
        with op.batch_alter_table(anew, table_kwargs={"sqlite_autoincrement": anew == "act"}) as batch:
            batch.alter_column(key, existing_type=sa.Integer, nullable=True)
    whole = sa.text("source_id IS NULL")
    op.create_index("uq_job_kind", "job", ["kind"], unique=True, sqlite_where=whole, postgresql_where=whole)
    op.create_table(
        "act_code",
        sa.Column("act_id", sa.Integer, _of("act", "act_code"), nullable=False),
        sa.Column("code_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("act_id", "code_id", name="pk_act_code"),
    )
    op.create_index("ix_act_code_code_id", "act_code", ["code_id"])
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("session_id", sa.Integer, _of("session", "assignment"), nullable=False),
        sa.Column("coder", sa.Text, nullable=False),
        sa.Column("blind", sa.Boolean, nullable=False),
        sa.Column("assigned_by", sa.Text, nullable=False),
        sa.Column("assigned_at", Moment, nullable=False),
        sa.Column("finished_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_assignment"),
        sa.UniqueConstraint("session_id", "coder", name="uq_assignment_session_id_coder"),
    )
    op.create_table(
        "candidate",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("terms", sa.JSON, nullable=False),
        sa.Column("named_by", sa.Text, nullable=False, server_default=""),
        sa.Column("fingerprint", sa.String(80), nullable=False),
        sa.Column("centre", sa.LargeBinary, nullable=False),
        sa.Column("code_id", sa.Integer, sa.ForeignKey("code.id", name="fk_candidate_code_id", ondelete="SET NULL")),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False, server_default=""),
        sa.Column("decided_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_candidate"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_candidate_state", "candidate", ["state"])
    op.create_index("ix_candidate_code_id", "candidate", ["code_id"])
    op.create_table(
        "member",
        sa.Column("candidate_id", sa.Integer, _of("candidate", "member"), nullable=False),
        sa.Column("words_sha", sa.String(64), nullable=False),
        sa.Column("certainty", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("candidate_id", "words_sha", name="pk_member"),
    )
    op.create_index("ix_member_words_sha", "member", ["words_sha"])
    op.create_table(
        "spot",
        sa.Column("words_sha", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(80), nullable=False),
        sa.Column("x", sa.Float, nullable=False),
        sa.Column("y", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("words_sha", "fingerprint", name="pk_spot"),
    )


def _of(table: str, mine: str, column: str = "") -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", name=f"fk_{mine}_{column or table + '_id'}", ondelete="CASCADE")
