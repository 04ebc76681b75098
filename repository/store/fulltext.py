"""Keyword search over segments and the labels of who speaks in them: FTS5 on SQLite, tsvector on PostgreSQL.

Both are kept true by the database itself, through triggers.

The cost of a ranked query grows with the number of passages that hold any of its words, so the rarest words are
taken first and the common ones only while there is room (`POSTINGS`): a word that stands in a third of all passages
tells little and costs most.
"""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from nlp.words import WORD, content_words, exactly
from repository.domain.transcript import Role
from repository.store import tables as t
from repository.store.visibility import among

#: Passages a query may touch, summed over its words, before its commonest words are left out.
POSTINGS = 12_000
#: How many more than expected are ranked when only some of them will be in scope.
DEEPER = 1.5
#: How many are ranked beyond a scope at most; a narrower scope is worked out first.
DEEPEST = 2_000
#: Passages that the index offers for a phrase and whose words are looked at.
PHRASED = 5_000
#: Passages that are left out for a word at most.
HELD = 50_000


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
        words, too_many = self._informative(content_words(text))
        if not words and not phrases:
            return []
        scope: list[sa.ColumnElement[bool]] = []
        if sessions is not None:
            scope.append(among(self._sql, t.segment.c.session_id, sessions))
        if roles is not None:
            scope.append(t.segment.c.role.in_([role.value for role in roles]))
        if only is not None:
            scope.append(among(self._sql, t.segment.c.id, only))
        if phrases:
            return self._exactly(self._ranked(words, phrases, scope, PHRASED), phrases)[:limit]
        deep = self._deep(limit, sessions, roles) if only is None else 0
        if not too_many:
            return self._best(words, scope, limit, deep)
        # The passages that hold both words are a fraction of those that hold one, and nearly always the best of them.
        found = self._best(words, scope, limit, deep, together=True) if len(words) > 1 else []
        if len(found) < limit:
            known = dict(found)
            found += [hit for hit in self._best(words[:1], scope, limit, deep) if hit[0] not in known]
        return found[:limit]

    def holding(self, words: Sequence[str]) -> set[int]:
        """Give the segments that hold any of these words in any form, or of several words exactly these."""
        found: set[int] = set()
        for wanted in words:
            if len(parts := WORD.findall(wanted)) > 1:
                found |= {i for i, _ in self.search("", PHRASED, phrases=[wanted])}
            elif parts:
                found |= {i for i, _ in self._ranked(parts, (), (), HELD)}
        return found

    def _deep(self, limit: int, sessions: Collection[int] | None, roles: Collection[Role] | None) -> int:
        """Say how many of all passages must be ranked so that about `limit` of these sessions and roles are among them."""
        share = 1.0
        if sessions is not None:
            held = self._sql.execute(sa.select(sa.func.count()).select_from(t.session)).scalar_one()
            share = len(sessions) / max(1, held)
        if roles is not None:
            share *= len(roles) / len(Role)
        return int(DEEPER * limit / max(share, 1e-6)) if share < 1 else 0

    def _best(
        self,
        words: Sequence[str],
        scope: Sequence[sa.ColumnElement[bool]],
        limit: int,
        deep: int,
        *,
        together: bool = False,
    ) -> list[tuple[int, float]]:
        """Rank within a scope: the best of everything that lie in it, else everything in it; the same, but quicker.

        Looking up which session a passage belongs to costs more than ranking it.
        """
        if scope and 0 < deep < DEEPEST:
            everywhere = self._ranked(words, (), (), deep, together=together)
            near = sa.select(t.segment.c.id).where(among(self._sql, t.segment.c.id, dict(everywhere)), *scope)
            within = set(self._sql.scalars(near))
            if len(within) >= limit or len(everywhere) < deep:
                return [hit for hit in everywhere if hit[0] in within][:limit]
        return self._ranked(words, (), scope, limit, together=together)

    def _ranked(
        self,
        words: Sequence[str],
        phrases: Sequence[str],
        scope: Sequence[sa.ColumnElement[bool]],
        limit: int,
        *,
        together: bool = False,
    ) -> list[tuple[int, float]]:
        """Rank the passages that hold any of the words, or all together; of too many, so many as the budget allows.

        Which ones those are is chance: ids are hashes.
        """
        make = self._sqlite_query if self._sqlite else self._postgres_query
        some = make(words, phrases, scope, together).limit(max(POSTINGS, limit)).subquery()
        i, score = some.c
        rows = self._sql.execute(sa.select(i, score).order_by(score.desc(), i).limit(limit))
        return [(int(i), float(score)) for i, score in rows]

    def _exactly(self, ranked: Sequence[tuple[int, float]], phrases: Sequence[str]) -> list[tuple[int, float]]:
        """Keep what holds the phrases word by word: the index knows stems, so the words themselves are looked at."""
        patterns = [exactly(phrase) for phrase in phrases]
        rows = sa.select(t.segment.c.id, t.segment.c.words).where(among(self._sql, t.segment.c.id, dict(ranked)))
        held = {i for i, said in self._sql.execute(rows) if all(pattern.search(said) for pattern in patterns)}
        return [(i, score) for i, score in ranked if i in held]

    def _informative(self, words: Sequence[str]) -> tuple[list[str], bool]:
        """Keep the rarest words whose passages together fit the budget, at least two; say whether these exceed it."""
        counts = sorted((self._count(word), word) for word in words)
        kept: list[str] = []
        total = spent = 0
        for count, word in counts:
            total += count
            if count and (len(kept) < 2 or total <= POSTINGS):
                kept.append(word)
                spent = total
        return kept, spent > POSTINGS

    def _count(self, word: str) -> int:
        if self._sqlite:
            query = sa.text("SELECT count(*) FROM (SELECT 1 FROM segment_fts WHERE segment_fts MATCH :q LIMIT :most)")
            return int(self._sql.execute(query, {"q": _quoted(word), "most": POSTINGS + 1}).scalar_one())
        query = sa.text(
            "SELECT count(*) FROM (SELECT 1 FROM segment WHERE words_tsv @@ plainto_tsquery('english', :q) LIMIT :most) AS s"
        )
        return int(self._sql.execute(query, {"q": word, "most": POSTINGS + 1}).scalar_one())

    def _sqlite_query(
        self,
        words: Sequence[str],
        phrases: Sequence[str],
        scope: Sequence[sa.ColumnElement[bool]],
        together: bool,
    ) -> sa.Select[int, float]:
        parts = ["words : " + _quoted(phrase) for phrase in phrases]
        if words:
            parts.append("(" + (" AND " if together else " OR ").join(_quoted(word) for word in words) + ")")
        fts = sa.table("segment_fts", sa.column("rowid", sa.BigInteger), sa.column("rank", sa.Float))
        query = sa.select(fts.c.rowid, (-fts.c.rank).label("score")).where(
            sa.text("segment_fts MATCH :q").bindparams(q=" AND ".join(parts))
        )
        if scope:
            # The scope is worked out once and looked up in, rather than the passage of each match; "+" keeps SQLite from
            # asking the full-text index for each passage in scope instead.
            within = sa.select(t.segment.c.id).where(*scope)
            query = query.where(sa.literal_column("+segment_fts.rowid", sa.BigInteger).in_(within))
        return query

    def _postgres_query(
        self,
        words: Sequence[str],
        phrases: Sequence[str],
        scope: Sequence[sa.ColumnElement[bool]],
        together: bool,
    ) -> sa.Select[int, float]:
        tsv: sa.ColumnElement[str] = sa.literal_column("segment.words_tsv")
        # Weight A are the words, B the speakers: a phrase is looked for in the words alone.
        parts: list[sa.ColumnElement[Any]] = [
            sa.func.to_tsquery("english", " <-> ".join(_lexeme(word) + ":A" for word in WORD.findall(phrase)))
            for phrase in phrases
        ]
        if words:
            # One query: to_tsquery stems each word, "|" or "&" joins them.
            joined = (" & " if together else " | ").join(map(_lexeme, words))
            parts.append(sa.func.to_tsquery("english", joined))
        wanted = parts[0]
        for part in parts[1:]:
            wanted = wanted.op("&&")(part)
        score = sa.func.ts_rank_cd(tsv, wanted, 1).label("score")
        return sa.select(t.segment.c.id, score).where(tsv.op("@@")(wanted), *scope)


def _lexeme(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def _quoted(words: str) -> str:
    return '"' + words.replace('"', " ") + '"'
