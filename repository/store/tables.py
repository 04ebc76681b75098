"""The tables. SQL is the only truth: texts, vectors, decisions and jobs; everything else can be made again."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa


class Moment(sa.TypeDecorator[datetime]):
    """A time in UTC; gives back the zone that SQLite does not keep."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse times without a zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Make times aware."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Names for constraints, so that migrations can drop them on every database.
metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _of(table: str, *, name: str = "", nullable: bool = False, index: bool = True) -> sa.Column[int]:
    return sa.Column(
        name or f"{table}_id",
        sa.Integer,
        sa.ForeignKey(f"{table}.id", ondelete="CASCADE"),
        nullable=nullable,
        index=index,
    )


# sqlite_autoincrement: a number that was once a study's or a text's is never given again.
study = sa.Table(
    "study",
    metadata,
    _key(),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("questions", sa.JSON, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("product_area", sa.Text, nullable=False),
    sa.Column("cohort", sa.Text, nullable=False),
    sa.Column("started_on", sa.Date),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("deleted_at", Moment),
    sqlite_autoincrement=True,
)

account = sa.Table(
    "account",
    metadata,
    _key(),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("cohort", sa.Text, nullable=False),
)

participant = sa.Table(
    "participant",
    metadata,
    _key(),
    sa.Column("label", sa.Text, nullable=False, unique=True),
    sa.Column("role", sa.Text, nullable=False),
    _of("account", nullable=True),
)

# One file as received. The bytes lie under originals/<digest>.
source = sa.Table(
    "source",
    metadata,
    _key(),
    _of("study", index=False),
    sa.Column("digest", sa.String(64), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("stage", sa.String(20), nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("occurred_on", sa.Date),
    sa.Column("consent", sa.Text, nullable=False),
    sa.Column("warnings", sa.JSON, nullable=False),
    # What a person chose where the reader's proposal was wrong: reader, encoding, columns.
    sa.Column("choices", sa.JSON, nullable=False, server_default="{}"),
    # Previewed, and waiting for somebody to say yes: no job reads it yet.
    sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false()),
    # Of audio and video: "kept", or "dropped" once transcribed; "" for everything else.
    sa.Column("recording", sa.String(20), nullable=False, server_default=""),
    sa.UniqueConstraint("study_id", "digest"),
    sqlite_autoincrement=True,
)

session = sa.Table(
    "session",
    metadata,
    _key(),
    _of("study"),
    _of("source"),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("occurred_on", sa.Date),
    sa.Column("language", sa.String(12), nullable=False),
    sa.Column("consent", sa.Text, nullable=False),
    sa.Column("text_id", sa.Integer),
    sa.Column("deleted_at", Moment),
    sqlite_autoincrement=True,
)

# One immutable revision of a session's canonical text.
text = sa.Table(
    "text",
    metadata,
    _key(),
    _of("session", index=False),
    _of("source"),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("sha", sa.String(64), nullable=False),
    sa.Column("reader", sa.Text, nullable=False),
    sa.Column("reader_version", sa.Integer, nullable=False),
    sa.Column("encoding", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    # Who corrected it, and why; empty for what a reader made.
    sa.Column("created_by", sa.Text, nullable=False, server_default=""),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("session_id", "revision"),
    sqlite_autoincrement=True,
)

speaker = sa.Table(
    "speaker",
    metadata,
    _key(),
    _of("session", index=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("role_source", sa.String(20), nullable=False),
    sa.Column("role_confidence", sa.Float, nullable=False),
    _of("participant", nullable=True),
    # The label in the file, by which a new reading finds the speaker again; `label` is the one shown.
    sa.Column("raw_label", sa.Text, nullable=False, server_default=""),
    # The same person under another label: turns of this one are that one's.
    sa.Column("merged_into", sa.Integer),
    sa.UniqueConstraint("session_id", "label"),
)

# What a study knows about its speakers' labels: proposed for the next file.
roster = sa.Table(
    "roster",
    metadata,
    _key(),
    _of("study", index=False),
    sa.Column("raw_label", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    _of("participant", nullable=True),
    sa.UniqueConstraint("study_id", "raw_label"),
)

# A MinHash signature of each source's words, to tell near-identical texts.
likeness = sa.Table(
    "likeness",
    metadata,
    _of("session", index=False),
    sa.Column("text_sha", sa.String(64), nullable=False),
    sa.Column("signature", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("session_id"),
)

turn = sa.Table(
    "turn",
    metadata,
    _key(),
    _of("text", index=False),
    sa.Column("idx", sa.Integer, nullable=False),
    _of("speaker", nullable=True),
    # The speaker by the label in the file, where that one was merged into another.
    sa.Column("heard_as", sa.Integer),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("start_ms", sa.BigInteger),
    sa.Column("end_ms", sa.BigInteger),
    sa.Column("time_precision", sa.String(20), nullable=False),
    sa.UniqueConstraint("text_id", "idx"),
)

cue = sa.Table(
    "cue",
    metadata,
    _key(),
    _of("text"),
    sa.Column("turn_idx", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("start_ms", sa.BigInteger),
    sa.Column("end_ms", sa.BigInteger),
    sa.Column("confidence", sa.Float),
    sa.Column("raw_ref", sa.Text, nullable=False),
)

# The unit of retrieval: made by machine, disposable. `id` follows from (text, start, end), see segments.segment_id.
segment = sa.Table(
    "segment",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    _of("study"),
    _of("session", index=False),
    _of("text"),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("first_turn", sa.Integer, nullable=False),
    sa.Column("last_turn", sa.Integer, nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    # The label of each turn's speaker, so that asking for a person finds what they said. Not part of the words.
    sa.Column("speakers", sa.Text, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("words_sha", sa.String(64), nullable=False, index=True),
    # The index generation that holds this segment's vector; 0: none yet.
    sa.Column("indexed_as", sa.Integer, nullable=False, index=True),
    sa.Index("ix_segment_session_id_start", "session_id", "start"),
)

# What was a segment once and may still lie in an index. A trigger writes it whichever way a segment goes (cascades
# included); it is removed when the index has followed.
tombstone = sa.Table(
    "tombstone",
    metadata,
    sa.Column("segment_id", sa.BigInteger, primary_key=True, autoincrement=False),
)

# The same words are never embedded twice by the same model: float32, little-endian, L2-normalised.
vector = sa.Table(
    "vector",
    metadata,
    sa.Column("words_sha", sa.String(64), primary_key=True),
    sa.Column("fingerprint", sa.String(80), primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
)

code = sa.Table(
    "code",
    metadata,
    _key(),
    _of("code", name="parent_id", nullable=True),
    sa.Column("slug", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("definition", sa.Text, nullable=False),
    sa.Column("use_when", sa.Text, nullable=False),
    sa.Column("not_when", sa.Text, nullable=False),
    sa.Column("examples", sa.JSON, nullable=False),
    sa.Column("cues", sa.JSON, nullable=False),
    sa.Column("mode", sa.String(20), nullable=False),
    sa.Column("colour", sa.String(20), nullable=False),
    # Rises with each change of meaning: what was decided about an older meaning is asked again.
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("counter_examples", sa.JSON, nullable=False, server_default="[]"),
    # Names it had, or that others gave it: searches find it by them.
    sa.Column("aliases", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("owner", sa.Text, nullable=False, server_default=""),
    sa.Column("locked", sa.Boolean, nullable=False, server_default=sa.false()),
    # The one study it is for; none: for all. No reference: SQLite cannot add one later.
    sa.Column("study_id", sa.Integer, index=True),
    sa.Column("retired_at", Moment),
    # The code that took this one's place; its address leads there.
    sa.Column("merged_into", sa.Integer),
    # Rises with every change: two who edit at once are told by it.
    sa.Column("edition", sa.Integer, nullable=False, server_default="1"),
    sqlite_autoincrement=True,
)

suggestion = sa.Table(
    "suggestion",
    metadata,
    _key(),
    _of("study"),
    _of("session"),
    _of("text"),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    _of("code"),
    sa.Column("code_version", sa.Integer, nullable=False),
    sa.Column("words_sha", sa.String(64), nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("reason", sa.JSON, nullable=False),
    sa.Column("coder", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    # What the code's score was learned from: definition and examples as one digest.
    sa.Column("model", sa.String(64), nullable=False, server_default=""),
    sa.Column("decided_by", sa.Text, nullable=False, server_default=""),
    sa.Column("decided_at", Moment),
    sa.UniqueConstraint("text_id", "start", "end", "code_id", "code_version"),
    sa.Index("ix_suggestion_state_code_id_score", "state", "code_id", "score"),
)

highlight = sa.Table(
    "highlight",
    metadata,
    _key(),
    _of("session"),
    _of("text"),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("quote", sa.Text, nullable=False),
    sa.Column("prefix", sa.Text, nullable=False),
    sa.Column("suffix", sa.Text, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("comment", sa.Text, nullable=False, server_default=""),
    # When a corrected text no longer had its words; it then stays with the last text that had them.
    sa.Column("lost_at", Moment),
    sa.UniqueConstraint("text_id", "start", "end", "created_by"),
)

# How a highlight came from one revision to the next: "moved" with the text, "found" again by its words, or "lost".
carry = sa.Table(
    "carry",
    metadata,
    _key(),
    _of("highlight"),
    _of("text", name="from_text_id"),
    _of("text", name="to_text_id"),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("settled_at", Moment),
)

# What somebody did, with what undoes it: to a session, or (none) to the codebook or to many sessions at once.
act = sa.Table(
    "act",
    metadata,
    _key(),
    _of("session", nullable=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.String(40), nullable=False, index=True),
    sa.Column("told", sa.Text, nullable=False),
    # The reason somebody gave.
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("inverse", sa.JSON, nullable=False),
    sa.Column("undone_at", Moment),
    sqlite_autoincrement=True,
)

# Which codes an act on the codebook changed: the history of each.
act_code = sa.Table(
    "act_code",
    metadata,
    _of("act", index=False),
    sa.Column("code_id", sa.Integer, nullable=False, index=True),
    sa.PrimaryKeyConstraint("act_id", "code_id"),
)

coding = sa.Table(
    "coding",
    metadata,
    _key(),
    _of("highlight", index=False),
    _of("code"),
    sa.Column("coder", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    # The suggestion that was accepted, which keeps the machine's score.
    sa.Column("suggestion_id", sa.Integer),
    sa.UniqueConstraint("highlight_id", "code_id", "coder"),
)

# Somebody codes a session: openly, or without seeing what others and the machine did until it is finished.
assignment = sa.Table(
    "assignment",
    metadata,
    _key(),
    _of("session", index=False),
    sa.Column("coder", sa.Text, nullable=False),
    sa.Column("blind", sa.Boolean, nullable=False),
    sa.Column("assigned_by", sa.Text, nullable=False),
    sa.Column("assigned_at", Moment, nullable=False),
    sa.Column("finished_at", Moment),
    sa.UniqueConstraint("session_id", "coder"),
)

# A proposed theme. Its number is for ever; `centre` (float32, unit length) is where its members lay when it was made.
candidate = sa.Table(
    "candidate",
    metadata,
    _key(),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("terms", sa.JSON, nullable=False),
    # Who gave the name; empty: the machine.
    sa.Column("named_by", sa.Text, nullable=False, server_default=""),
    sa.Column("fingerprint", sa.String(80), nullable=False),
    sa.Column("centre", sa.LargeBinary, nullable=False),
    # What it became; the number of a candidate outlives its code.
    sa.Column("code_id", sa.Integer, sa.ForeignKey("code.id", ondelete="SET NULL"), index=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False, server_default=""),
    sa.Column("decided_at", Moment),
    sqlite_autoincrement=True,
)

# What belongs to a candidate, by the words' hash: passages come and go with their texts.
member = sa.Table(
    "member",
    metadata,
    _of("candidate", index=False),
    sa.Column("words_sha", sa.String(64), nullable=False, index=True),
    sa.Column("certainty", sa.Float, nullable=False),
    sa.PrimaryKeyConstraint("candidate_id", "words_sha"),
)

# Where words lie on the map, 0..1 each way.
spot = sa.Table(
    "spot",
    metadata,
    sa.Column("words_sha", sa.String(64), primary_key=True),
    sa.Column("fingerprint", sa.String(80), primary_key=True),
    sa.Column("x", sa.Float, nullable=False),
    sa.Column("y", sa.Float, nullable=False),
)

job = sa.Table(
    "job",
    metadata,
    _key(),
    sa.Column("kind", sa.String(20), nullable=False),
    # None: work on everything, such as learning from decisions; of each kind there is one.
    _of("source", nullable=True),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("step", sa.String(20), nullable=False),
    sa.Column("progress", sa.Float, nullable=False),
    sa.Column("lease_until", Moment),
    # Who holds the lease: a worker that lost it must not write over its successor.
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("error", sa.JSON),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.UniqueConstraint("kind", "source_id"),
    sa.Index(
        "uq_job_kind",
        "kind",
        unique=True,
        sqlite_where=sa.text("source_id IS NULL"),
        postgresql_where=sa.text("source_id IS NULL"),
    ),
)

# Single facts: the index generation in use, what changed last.
fact = sa.Table(
    "fact",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
