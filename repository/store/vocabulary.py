"""The words of the material, as the full-text index has them, and the names of who speaks in it."""

import re
from collections.abc import Collection

import sqlalchemy as sa

from repository.store import tables as t
from repository.store.visibility import among

#: Passages looked at to find how a word is written.
LOOKED_AT = 40
#: Labels that name nobody.
NOBODY = {
    "interviewer",
    "participant",
    "moderator",
    "speaker",
    "other",
    "unknown",
    "researcher",
    "customer",
    "notes",
    "host",
}


class VocabularyStore:
    """Words and names, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection
        self._sqlite = connection.dialect.name == "sqlite"

    def names(self) -> list[str]:
        """List how speakers, participants and accounts are called, here or in the files."""
        parts = [
            sa.select(t.speaker.c.label),
            sa.select(t.speaker.c.raw_label),
            sa.select(t.roster.c.label),
            sa.select(t.roster.c.raw_label),
            sa.select(t.participant.c.label),
            sa.select(t.account.c.name),
        ]
        return [name for name in self._sql.scalars(sa.union(*parts)) if name and name.casefold() not in NOBODY]

    def in_small_letters(self, word: str) -> bool:
        """Say whether the material has a word that begins with a small letter: then it is no name."""
        pattern = re.compile(r"(?<!\w)" + re.escape(word) + r"(?!\w)")
        return any(pattern.search(said) for said in self.passages_with(word))

    def holds(self, word: str, sessions: Collection[int] | None = None) -> bool:
        """Say whether a word, in any of its forms, is said in these sessions, or is a name of who speaks there."""
        return bool(list(self._sql.scalars(self._with(_quoted(word), word, sessions).limit(1))))

    def passages_with(self, word: str, sessions: Collection[int] | None = None, limit: int = LOOKED_AT) -> list[str]:
        """Give the words of some passages that hold a word in any of its forms."""
        return list(self._sql.scalars(self._with("words : " + _quoted(word), word, sessions).limit(limit)))

    def terms(self) -> list[str]:
        """List every stem of the index, without names of speakers."""
        if self._sqlite:
            self._sql.exec_driver_sql(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.segment_terms USING fts5vocab(main, segment_fts, col)"
            )
            found = self._sql.exec_driver_sql("SELECT term FROM temp.segment_terms WHERE col = 'words'")
        else:
            found = self._sql.exec_driver_sql("SELECT word FROM ts_stat('SELECT words_tsv FROM segment', 'A')")
        return [str(term) for (term,) in found]

    def _with(self, match: str, word: str, sessions: Collection[int] | None) -> sa.Select[str]:
        if self._sqlite:
            fts = sa.table("segment_fts", sa.column("rowid", sa.BigInteger))
            query = sa.select(t.segment.c.words).select_from(fts.join(t.segment, t.segment.c.id == fts.c.rowid))
            query = query.where(sa.text("segment_fts MATCH :q").bindparams(q=match))
        else:
            held = sa.literal_column("segment.words_tsv").op("@@")(sa.func.plainto_tsquery("english", word))
            query = sa.select(t.segment.c.words).where(held)
        # "+" keeps SQLite from walking the sessions instead of the few passages that hold the word.
        column = sa.literal_column("+segment.session_id", sa.Integer) if self._sqlite else t.segment.c.session_id
        return query if sessions is None else query.where(among(self._sql, column, sessions))


def _quoted(word: str) -> str:
    return '"' + word.replace('"', " ") + '"'
