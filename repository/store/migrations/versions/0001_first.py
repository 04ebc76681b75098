"""Everything there is at first."""

import sqlalchemy as sa
from alembic import op

import repository.store.tables

revision = "0001"
down_revision = None

# Full text, tombstones and the end of vectors nobody needs are kept by the database itself, so that no way of removing
# a segment can forget them.
SQLITE = (
    """CREATE VIRTUAL TABLE segment_fts USING fts5(
        words, speakers, content='segment', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER segment_comes AFTER INSERT ON segment BEGIN
        INSERT INTO segment_fts(rowid, words, speakers) VALUES (new.id, new.words, new.speakers);
        DELETE FROM tombstone WHERE segment_id = new.id;
    END""",
    """CREATE TRIGGER segment_goes AFTER DELETE ON segment BEGIN
        INSERT INTO segment_fts(segment_fts, rowid, words, speakers)
            VALUES ('delete', old.id, old.words, old.speakers);
        INSERT OR REPLACE INTO tombstone(segment_id) VALUES (old.id);
        DELETE FROM vector WHERE words_sha = old.words_sha
            AND NOT EXISTS (SELECT 1 FROM segment WHERE segment.words_sha = old.words_sha);
    END""",
    """CREATE TRIGGER segment_changes AFTER UPDATE OF words, speakers ON segment BEGIN
        INSERT INTO segment_fts(segment_fts, rowid, words, speakers)
            VALUES ('delete', old.id, old.words, old.speakers);
        INSERT INTO segment_fts(rowid, words, speakers) VALUES (new.id, new.words, new.speakers);
    END""",
)
POSTGRESQL = (
    """ALTER TABLE segment ADD COLUMN words_tsv tsvector
        GENERATED ALWAYS AS (
            setweight(to_tsvector('english', words), 'A') || setweight(to_tsvector('english', speakers), 'B')
        ) STORED""",
    "CREATE INDEX ix_segment_words_tsv ON segment USING gin (words_tsv)",
    """CREATE FUNCTION segment_comes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM tombstone WHERE segment_id = new.id;
        RETURN new;
    END $$""",
    """CREATE FUNCTION segment_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO tombstone(segment_id) VALUES (old.id) ON CONFLICT DO NOTHING;
        DELETE FROM vector WHERE words_sha = old.words_sha
            AND NOT EXISTS (SELECT 1 FROM segment WHERE segment.words_sha = old.words_sha);
        RETURN old;
    END $$""",
    "CREATE TRIGGER segment_comes AFTER INSERT ON segment FOR EACH ROW EXECUTE FUNCTION segment_comes()",
    "CREATE TRIGGER segment_goes AFTER DELETE ON segment FOR EACH ROW EXECUTE FUNCTION segment_goes()",
)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("key", name=op.f("uq_account_key")),
    )
    op.create_table(
        "code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("use_when", sa.Text(), nullable=False),
        sa.Column("not_when", sa.Text(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("cues", sa.JSON(), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("colour", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["code.id"], name=op.f("fk_code_parent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
        sa.UniqueConstraint("slug", name=op.f("uq_code_slug")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "fact",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_fact")),
    )
    op.create_table(
        "study",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("product_area", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("created_at", repository.store.tables.Moment(timezone=True), nullable=False),
        sa.Column("deleted_at", repository.store.tables.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tombstone",
        sa.Column("segment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("segment_id", name=op.f("pk_tombstone")),
    )
    op.create_table(
        "vector",
        sa.Column("words_sha", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=80), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("words_sha", "fingerprint", name=op.f("pk_vector")),
    )
    op.create_table(
        "participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_participant_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("label", name=op.f("uq_participant_label")),
    )
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participant_account_id"), ["account_id"], unique=False)

    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("received_at", repository.store.tables.Moment(timezone=True), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=True),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_source_study_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("study_id", "digest", name=op.f("uq_source_study_id_digest")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_source_digest"), ["digest"], unique=False)

    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("lease_until", repository.store.tables.Moment(timezone=True), nullable=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("created_at", repository.store.tables.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", repository.store.tables.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_job_source_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("kind", "source_id", name=op.f("uq_job_kind_source_id")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_source_id"), ["source_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_state"), ["state"], unique=False)

    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=True),
        sa.Column("deleted_at", repository.store.tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_session_source_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_session_study_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_source_id"), ["source_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_study_id"), ["study_id"], unique=False)

    op.create_table(
        "speaker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("role_source", sa.String(length=20), nullable=False),
        sa.Column("role_confidence", sa.Float(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_speaker_participant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_speaker_session_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker")),
        sa.UniqueConstraint("session_id", "label", name=op.f("uq_speaker_session_id_label")),
    )
    with op.batch_alter_table("speaker", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_speaker_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("reader_version", sa.Integer(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("created_at", repository.store.tables.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_text_session_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_text_source_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text")),
        sa.UniqueConstraint("session_id", "revision", name=op.f("uq_text_session_id_revision")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_text_source_id"), ["source_id"], unique=False)

    op.create_table(
        "cue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("turn_idx", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=True),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("raw_ref", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_cue_text_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cue")),
    )
    with op.batch_alter_table("cue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cue_text_id"), ["text_id"], unique=False)

    op.create_table(
        "highlight",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("suffix", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", repository.store.tables.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_highlight_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_highlight_text_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_highlight")),
        sa.UniqueConstraint(
            "text_id", "start", "end", "created_by", name=op.f("uq_highlight_text_id_start_end_created_by")
        ),
    )
    with op.batch_alter_table("highlight", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_highlight_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_highlight_text_id"), ["text_id"], unique=False)

    op.create_table(
        "segment",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("first_turn", sa.Integer(), nullable=False),
        sa.Column("last_turn", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("speakers", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_sha", sa.String(length=64), nullable=False),
        sa.Column("indexed_as", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_segment_session_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_segment_study_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_segment_text_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
    )
    with op.batch_alter_table("segment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_segment_indexed_as"), ["indexed_as"], unique=False)
        batch_op.create_index("ix_segment_session_id_start", ["session_id", "start"], unique=False)
        batch_op.create_index(batch_op.f("ix_segment_study_id"), ["study_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_segment_text_id"), ["text_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_segment_words_sha"), ["words_sha"], unique=False)

    op.create_table(
        "suggestion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.Column("code_version", sa.Integer(), nullable=False),
        sa.Column("words_sha", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("coder", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["code_id"], ["code.id"], name=op.f("fk_suggestion_code_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_suggestion_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_suggestion_study_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_suggestion_text_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sa.UniqueConstraint(
            "text_id",
            "start",
            "end",
            "code_id",
            "code_version",
            name=op.f("uq_suggestion_text_id_start_end_code_id_code_version"),
        ),
    )
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suggestion_code_id"), ["code_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_suggestion_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_suggestion_study_id"), ["study_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_suggestion_text_id"), ["text_id"], unique=False)

    op.create_table(
        "turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=True),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        sa.Column("time_precision", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["speaker_id"], ["speaker.id"], name=op.f("fk_turn_speaker_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_turn_text_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn")),
        sa.UniqueConstraint("text_id", "idx", name=op.f("uq_turn_text_id_idx")),
    )
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_turn_speaker_id"), ["speaker_id"], unique=False)

    op.create_table(
        "coding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("highlight_id", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.Column("coder", sa.Text(), nullable=False),
        sa.Column("created_at", repository.store.tables.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["code_id"], ["code.id"], name=op.f("fk_coding_code_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["highlight_id"], ["highlight.id"], name=op.f("fk_coding_highlight_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coding")),
        sa.UniqueConstraint("highlight_id", "code_id", "coder", name=op.f("uq_coding_highlight_id_code_id_coder")),
    )
    with op.batch_alter_table("coding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coding_code_id"), ["code_id"], unique=False)

    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
