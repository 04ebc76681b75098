"""Keyword search over segments and the labels of who speaks in them: FTS5 on SQLite, tsvector on PostgreSQL.

Both are kept true by the database itself, through triggers.

The cost of a ranked query grows with the number of passages that hold any of its words, so the rarest words are
taken first and the common ones only while there is room (`POSTINGS`): a word that stands in a third of all passages
tells little and costs most.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from nlp.words import WORD, content_words
from repository.domain.transcript import Role
from repository.store import tables as t
from repository.store.visibility import among

#: Passages a query may touch, summed over its words, before its commonest words are left out.
POSTINGS = 12_000
#: Passages that the index offers for a phrase and whose words are looked at.
PHRASED = 5_000


class FulltextStore:
    """Keyword search, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection
        self._sqlite = connection.dialect.name == "sqlite"

    def search(
        self,
        text: str,
        limit: int,
        *,
        phrases: Sequence[str] = (),
        sessions: Collection[int] | None = None,
        roles: Collection[Role] | None = None,
        only: Collection[int] | None = None,
    ) -> list[tuple[int, float]]:
        """Give (segment id, score) best first, of segments that hold any of the words and all of the phrases.

        None looks everywhere. Scores only compare within one call.
        """
        words = self._informative(content_words(text))
        if not words and not phrases:
            return []
        scope: list[sa.ColumnElement[bool]] = []
        if sessions is not None:
            scope.append(among(self._sql, t.segment.c.session_id, sessions))
        if roles is not None:
            scope.append(t.segment.c.role.in_([role.value for role in roles]))
        if only is not None:
            scope.append(among(self._sql, t.segment.c.id, only))
        query = (
            self._sqlite_query(words, phrases, scope) if self._sqlite else self._postgres_query(words, phrases, scope)
        )
        most = PHRASED if phrases else limit
        ranked = [(int(i), float(score)) for i, score in self._sql.execute(query.limit(most))]
        return self._exactly(ranked, phrases)[:limit] if phrases else ranked

    def _exactly(self, ranked: Sequence[tuple[int, float]], phrases: Sequence[str]) -> list[tuple[int, float]]:
        """Keep what holds the phrases word by word: the index knows stems, so the words themselves are looked at."""
        patterns = [re.compile(r"(?<!\w)" + r"\W+".join(map(re.escape, p.split())) + r"(?!\w)", re.I) for p in phrases]
        rows = sa.select(t.segment.c.id, t.segment.c.words).where(among(self._sql, t.segment.c.id, dict(ranked)))
        held = {i for i, said in self._sql.execute(rows) if all(pattern.search(said) for pattern in patterns)}
        return [(i, score) for i, score in ranked if i in held]

    def _informative(self, words: Sequence[str]) -> list[str]:
        """Keep the rarest words whose passages together fit the budget, at least two."""
        counts = sorted((self._count(word), word) for word in words)
        kept: list[str] = []
        total = 0
        for count, word in counts:
            total += count
            if count and (len(kept) < 2 or total <= POSTINGS):
                kept.append(word)
        return kept

    def _count(self, word: str) -> int:
        if self._sqlite:
            query = sa.text("SELECT count(*) FROM (SELECT 1 FROM segment_fts WHERE segment_fts MATCH :q LIMIT :most)")
            return int(self._sql.execute(query, {"q": _quoted(word), "most": POSTINGS + 1}).scalar_one())
        query = sa.text(
            "SELECT count(*) FROM (SELECT 1 FROM segment WHERE words_tsv @@ plainto_tsquery('english', :q) LIMIT :most) AS s"
        )
        return int(self._sql.execute(query, {"q": word, "most": POSTINGS + 1}).scalar_one())

    def _sqlite_query(
        self, words: Sequence[str], phrases: Sequence[str], scope: Sequence[sa.ColumnElement[bool]]
    ) -> sa.Select[int, float]:
        parts = ["words : " + _quoted(phrase) for phrase in phrases]
        if words:
            parts.append("(" + " OR ".join(_quoted(word) for word in words) + ")")
        fts = sa.table("segment_fts", sa.column("rowid", sa.BigInteger), sa.column("rank", sa.Float))
        query = sa.select(fts.c.rowid, -fts.c.rank).where(
            sa.text("segment_fts MATCH :q").bindparams(q=" AND ".join(parts))
        )
        if scope:
            query = query.join(t.segment, t.segment.c.id == fts.c.rowid).where(*scope)
        return query.order_by(fts.c.rank)

    def _postgres_query(
        self, words: Sequence[str], phrases: Sequence[str], scope: Sequence[sa.ColumnElement[bool]]
    ) -> sa.Select[int, float]:
        tsv: sa.ColumnElement[str] = sa.literal_column("segment.words_tsv")
        # Weight A are the words, B the speakers: a phrase is looked for in the words alone.
        parts: list[sa.ColumnElement[Any]] = [
            sa.func.to_tsquery("english", " <-> ".join(_lexeme(word) + ":A" for word in WORD.findall(phrase)))
            for phrase in phrases
        ]
        if words:
            # One query of alternatives: plainto_tsquery stems each word, "|" joins them.
            joined = " | ".join(map(_lexeme, words))
            parts.append(sa.func.to_tsquery("english", joined))
        wanted = parts[0]
        for part in parts[1:]:
            wanted = wanted.op("&&")(part)
        score = sa.func.ts_rank_cd(tsv, wanted, 1)
        return (
            sa.select(t.segment.c.id, score).where(tsv.op("@@")(wanted), *scope).order_by(score.desc(), t.segment.c.id)
        )


def _lexeme(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def _quoted(words: str) -> str:
    return '"' + words.replace('"', " ") + '"'
