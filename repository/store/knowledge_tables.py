"""The tables of what people made of the material: insights with evidence, kept searches, gaps, plans and checks.

Evidence and checks point at (text, start, end), never at a passage, and carry no foreign key to what may go: that it is
gone is something to be told, not a reason to forget the claim.
"""

import sqlalchemy as sa

from repository.store.tables import Moment, metadata

insight = sa.Table(
    "insight",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("claim", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    # The code or theme it is about. No reference: a code that goes leaves the claim.
    sa.Column("code_id", sa.Integer, index=True),
    sa.Column("product_area", sa.Text, nullable=False),
    sa.Column("cohort", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False, index=True),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("review_on", sa.Date),
    sa.Column("why_review", sa.Text, nullable=False, server_default=""),
    sa.Column("superseded_by", sa.Integer),
    sa.Column("edition", sa.Integer, nullable=False, server_default="1"),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("published_at", Moment),
    sqlite_autoincrement=True,
)

evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("insight_id", sa.Integer, sa.ForeignKey("insight.id", ondelete="CASCADE"), nullable=False),
    sa.Column("highlight_id", sa.Integer, nullable=False, index=True),
    sa.Column("study_id", sa.Integer, nullable=False, index=True),
    sa.Column("session_id", sa.Integer, nullable=False, index=True),
    sa.Column("text_id", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("quote", sa.Text, nullable=False),
    sa.Column("stance", sa.String(20), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("added_at", Moment, nullable=False),
    sa.Column("lost_at", Moment),
    sa.Column("lost_why", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("insight_id", "highlight_id"),
    sqlite_autoincrement=True,
)

insight_link = sa.Table(
    "insight_link",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("insight_id", sa.Integer, sa.ForeignKey("insight.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("added_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

# An insight as it was after each change: its history. `facts` and `evidence` as JSON, words of participants left out.
insight_edition = sa.Table(
    "insight_edition",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("insight_id", sa.Integer, sa.ForeignKey("insight.id", ondelete="CASCADE"), nullable=False),
    sa.Column("edition", sa.Integer, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("told", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.UniqueConstraint("insight_id", "edition"),
    sqlite_autoincrement=True,
)

# Something was redesigned or launched: what is claimed about a product area is to be looked at again.
area_event = sa.Table(
    "area_event",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("product_area", sa.Text, nullable=False),
    sa.Column("told", sa.Text, nullable=False),
    sa.Column("on", sa.Date, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

# Words that may contradict (or support) a published insight, waiting for its owner.
proposed_evidence = sa.Table(
    "proposed_evidence",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("insight_id", sa.Integer, sa.ForeignKey("insight.id", ondelete="CASCADE"), nullable=False),
    sa.Column("study_id", sa.Integer, nullable=False),
    sa.Column("session_id", sa.Integer, nullable=False, index=True),
    sa.Column("text_id", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("stance", sa.String(20), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False, server_default=""),
    sa.Column("decided_at", Moment),
    sa.Column("taken", sa.Boolean),
    sa.UniqueConstraint("insight_id", "text_id", "start", "end"),
    sqlite_autoincrement=True,
)

notice = sa.Table(
    "notice",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("told", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("seen_at", Moment),
    sqlite_autoincrement=True,
)

saved_search = sa.Table(
    "saved_search",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("asked", sa.JSON, nullable=False),
    sa.Column("followed", sa.Boolean, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("looked_at", Moment),
    # Passages found since it was last looked at; only of what is followed.
    sa.Column("fresh", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("deleted_at", Moment),
    sa.UniqueConstraint("person", "name"),
    sqlite_autoincrement=True,
)

gap = sa.Table(
    "gap",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # What it is counted under: the words' stems, sorted.
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("where", sa.String(20), nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("first_on", sa.Date, nullable=False),
    sa.Column("last_on", sa.Date, nullable=False),
    sa.Column("settled_at", Moment),
    sa.Column("settled_why", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("key", "where"),
    sqlite_autoincrement=True,
)

# How many searches, questions and checks of a day found something, and how many nothing. Never whose.
tally_of_day = sa.Table(
    "tally_of_day",
    metadata,
    sa.Column("on", sa.Date, primary_key=True),
    sa.Column("what", sa.String(20), primary_key=True),
    sa.Column("answered", sa.Integer, nullable=False),
    sa.Column("empty", sa.Integer, nullable=False),
)

plan = sa.Table(
    "plan",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("goal", sa.Text, nullable=False),
    sa.Column("questions", sa.JSON, nullable=False),
    sa.Column("cohort", sa.Text, nullable=False),
    sa.Column("product_area", sa.Text, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("accounts", sa.JSON, nullable=False),
    sa.Column("owner", sa.Text, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("study_id", sa.Integer, index=True),
    sa.Column("edition", sa.Integer, nullable=False, server_default="1"),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("deleted_at", Moment),
    sqlite_autoincrement=True,
)

# What a check found, question by question: verdicts and places (text, start, end), insights, studies; no words.
plan_check = sa.Table(
    "plan_check",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("plan_id", sa.Integer, sa.ForeignKey("plan.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    # The state of the material it was made from: a later one is worth checking again.
    sa.Column("material", sa.String(80), nullable=False),
    sa.Column("findings", sa.JSON, nullable=False),
    sqlite_autoincrement=True,
)

plan_decision = sa.Table(
    "plan_decision",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("plan_id", sa.Integer, sa.ForeignKey("plan.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("choice", sa.String(20), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("verdict", sa.String(20), nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("decided_at", Moment, nullable=False),
    sa.Column("undone_at", Moment),
    sqlite_autoincrement=True,
)
