"""Who speaks of a code, and where: people and what they say, so that every count is of rows that can be shown.

Counted are codings by people (not lost) and suggestions nobody decided, both only where the words stand today.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.coding import Reason, SuggestionState
from repository.domain.transcript import Role
from repository.store import tables as t
from repository.store.visibility import among, sessions_seen, undecided

#: A mention's key: (the machine's, number of the suggestion or coding).
Key = tuple[bool, int]


@dataclass(frozen=True, slots=True)
class Appearance:
    """A participant in a session. `person` tells people apart across sessions where they are linked.

    `cohort` is the account's, or where there is none the study's; "" if neither is known.
    """

    speaker_id: int
    person: str
    label: str
    account_id: int | None
    account: str
    cohort: str
    session_id: int
    study_id: int
    occurred_on: date | None


@dataclass(frozen=True, slots=True)
class Mention:
    """Words with a code: a coding by a person, or (`machine`) a suggestion that nobody decided.

    `score` is the machine's, kept when a person accepted; None where it never proposed this.
    """

    machine: bool
    id: int
    code_id: int
    session_id: int
    study_id: int
    text_id: int
    start: int
    end: int
    coder: str
    score: float | None
    occurred_on: date | None
    words_sha: str = ""

    @property
    def key(self) -> Key:
        """Tell mentions apart."""
        return self.machine, self.id


class PrevalenceStore:
    """People and what they say, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def people(self, viewer: Viewer) -> list[Appearance]:
        """List every participant in every session that has been read: what shares are shares of."""
        columns = (
            t.speaker.c.id,
            t.speaker.c.participant_id,
            sa.func.coalesce(t.participant.c.label, t.speaker.c.label).label("label"),
            t.account.c.id.label("account_id"),
            sa.func.coalesce(t.account.c.name, "").label("account"),
            sa.func.coalesce(sa.func.nullif(t.account.c.cohort, ""), t.study.c.cohort).label("cohort"),
            t.session.c.id.label("session_id"),
            t.session.c.study_id,
            t.session.c.occurred_on,
        )
        query = (
            sa.select(*columns)
            .select_from(t.speaker)
            .join(t.session, t.session.c.id == t.speaker.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .outerjoin(t.participant, t.participant.c.id == t.speaker.c.participant_id)
            .outerjoin(t.account, t.account.c.id == t.participant.c.account_id)
            .where(
                t.speaker.c.role == Role.PARTICIPANT.value,
                t.speaker.c.merged_into.is_(None),
                t.session.c.text_id.is_not(None),
                sessions_seen(self._sql, viewer),
            )
            .order_by(t.speaker.c.id)
        )
        return [
            Appearance(
                row.id,
                f"p{row.participant_id}" if row.participant_id else f"s{row.id}",
                row.label,
                row.account_id,
                row.account,
                row.cohort,
                row.session_id,
                row.study_id,
                row.occurred_on,
            )
            for row in self._sql.execute(query)
        ]

    def speakers(self, viewer: Viewer, code_ids: Collection[int] | None = None) -> dict[int, set[tuple[bool, int]]]:
        """Give, by code, (said by machine, speaker) of participants who say what is coded or suggested."""
        found: dict[int, set[tuple[bool, int]]] = {}
        for spans, machine in self._both(viewer, code_ids):
            for said in self._said(spans, machine):
                query = said.with_only_columns(spans.c.code_id, t.speaker.c.id).distinct()
                for code_id, speaker_id in self._sql.execute(query):
                    found.setdefault(code_id, set()).add((machine, speaker_id))
        return found

    def speakers_of(self, viewer: Viewer, code_ids: Collection[int]) -> dict[Key, dict[int, int]]:
        """Give, by mention of these codes, how many characters of it each participant says (in notes: 0).

        Suggestions that were turned down are among them.
        """
        found: dict[Key, dict[int, int]] = {}
        coded, suggested = self._coded(viewer, code_ids), self._suggested(viewer, code_ids, turned_down=True)
        for spans, machine in ((coded, False), (suggested, True)):
            first = sa.case((t.turn.c.start > spans.c.start, t.turn.c.start), else_=spans.c.start)
            last = sa.case((t.turn.c.end < spans.c.end, t.turn.c.end), else_=spans.c.end)
            spoken, noted = self._said(spans, machine)
            said = spoken.with_only_columns(spans.c.id, t.speaker.c.id, sa.func.sum(last - first))
            for query in (
                said.group_by(spans.c.id, t.speaker.c.id),
                noted.with_only_columns(spans.c.id, t.speaker.c.id, sa.literal(0)),
            ):
                for mention_id, speaker_id, characters in self._sql.execute(query):
                    found.setdefault((machine, mention_id), {})[speaker_id] = int(characters)
        return found

    def mentions(self, viewer: Viewer, code_ids: Collection[int]) -> list[Mention]:
        """List what is coded or suggested with these codes, in the order of sessions and texts."""
        found = []
        for spans, machine in self._both(viewer, code_ids):
            query = sa.select(spans).order_by(spans.c.session_id, spans.c.start, spans.c.id)
            found += [Mention(machine, **row) for row in self._sql.execute(query).mappings()]
        return found

    def rejected(self, viewer: Viewer, code_ids: Collection[int]) -> list[Mention]:
        """List suggestions of these codes that a person turned down; `coder` is that person."""
        s = t.suggestion.c
        columns = [s.decided_by.label("coder") if name == "coder" else s[name] for name in _SUGGESTION]
        query = self._here(t.suggestion, viewer, [*columns, t.session.c.occurred_on])
        rows = self._sql.execute(query.where(_rejected(), among(self._sql, s.code_id, code_ids)).order_by(s.id))
        return [Mention(True, **row) for row in rows.mappings()]

    def overlaps(self, viewer: Viewer, code_ids: Collection[int]) -> list[tuple[Key, bool, int]]:
        """List (mention of these codes, whether the other is the machine's, other code) on common words."""
        found: list[tuple[Key, bool, int]] = []
        for mine, machine in self._both(viewer, code_ids):
            for other, by_machine in self._both(viewer):
                met = mine.join(other, _meet(mine, other, same=machine and by_machine))
                query = sa.select(mine.c.id, other.c.code_id).select_from(met).distinct()
                rows = self._sql.execute(query.where(~among(self._sql, other.c.code_id, code_ids)))
                found += [((machine, row[0]), by_machine, row[1]) for row in rows]
        return found

    def together(self, viewer: Viewer) -> dict[tuple[int, int], int]:
        """Count, for each ordered pair of codes, the codings of the first on words that also have the second."""
        mine, other = self._coded(viewer), self._coded(viewer)
        met = mine.join(other, sa.and_(_meet(mine, other), mine.c.code_id != other.c.code_id))
        query = sa.select(mine.c.code_id, other.c.code_id, sa.func.count(sa.distinct(mine.c.id))).select_from(met)
        rows = self._sql.execute(query.group_by(mine.c.code_id, other.c.code_id))
        return {(row[0], row[1]): row[2] for row in rows}

    def reasons(self, suggestion_ids: Collection[int]) -> dict[int, Reason]:
        """Give why these were suggested."""
        query = sa.select(t.suggestion.c.id, t.suggestion.c.reason)
        rows = self._sql.execute(query.where(among(self._sql, t.suggestion.c.id, suggestion_ids)))
        return {
            row.id: Reason(tuple((word, weight) for word, weight in row.reason["cues"]), row.reason["nearest"])
            for row in rows
        }

    def vectors(self, fingerprint: str, viewer: Viewer, code_ids: Collection[int]) -> Mapping[Key, bytes]:
        """Give the vector of each mention's words: of the passage a suggestion is for, or a coding lies in most of."""
        found: dict[Key, bytes] = {}
        for spans, machine in self._both(viewer, code_ids):
            query = (
                sa.select(spans.c.id, t.vector.c.data)
                .join(t.segment, _passage(spans, machine))
                .join(
                    t.vector,
                    sa.and_(t.vector.c.words_sha == t.segment.c.words_sha, t.vector.c.fingerprint == fingerprint),
                )
                .order_by(spans.c.id, sa.func.abs(t.segment.c.start + t.segment.c.end - spans.c.start - spans.c.end))
            )
            for mention_id, data in self._sql.execute(query):
                found.setdefault((machine, mention_id), data)
        return found

    # The parts of these questions

    def _both(
        self, viewer: Viewer, code_ids: Collection[int] | None = None
    ) -> tuple[tuple[sa.Subquery, bool], tuple[sa.Subquery, bool]]:
        return (self._coded(viewer, code_ids), False), (self._suggested(viewer, code_ids), True)

    def _coded(self, viewer: Viewer, code_ids: Collection[int] | None = None) -> sa.Subquery:
        h = t.highlight.c
        columns = [t.coding.c.id, t.coding.c.code_id, h.session_id, h.text_id, h.start, h.end, t.coding.c.coder]
        more = [t.session.c.study_id, t.suggestion.c.score, t.session.c.occurred_on]
        query = (
            self._here(t.highlight, viewer, columns + more)
            .join(t.coding, t.coding.c.highlight_id == h.id)
            .outerjoin(t.suggestion, t.suggestion.c.id == t.coding.c.suggestion_id)
            .where(h.lost_at.is_(None))
        )
        if code_ids is not None:
            query = query.where(among(self._sql, t.coding.c.code_id, code_ids))
        return query.subquery()

    def _suggested(
        self, viewer: Viewer, code_ids: Collection[int] | None = None, *, turned_down: bool = False
    ) -> sa.Subquery:
        columns = [t.suggestion.c[name] for name in _SUGGESTION]
        states = sa.or_(undecided(), _rejected()) if turned_down else undecided()
        query = self._here(t.suggestion, viewer, [*columns, t.session.c.occurred_on]).where(states)
        if code_ids is not None:
            query = query.where(among(self._sql, t.suggestion.c.code_id, code_ids))
        return query.subquery()

    def _here(self, table: sa.Table, viewer: Viewer, columns: list[Any]) -> sa.Select[Any]:
        """Select of what stands in the text a session has today."""
        return (
            sa.select(*columns)
            .select_from(table)
            .join(t.session, sa.and_(t.session.c.id == table.c.session_id, t.session.c.text_id == table.c.text_id))
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(sessions_seen(self._sql, viewer))
        )

    def _said(self, spans: sa.Subquery, machine: bool) -> tuple[sa.Select[Any], sa.Select[Any]]:
        """Join spans with the participants who say them; and of notes, in which nobody speaks, those they are about."""
        participant = t.speaker.c.role == Role.PARTICIPANT.value
        base, text_id = sa.select(spans.c.id), spans.c.text_id
        inside = sa.and_(t.turn.c.start < spans.c.end, t.turn.c.end > spans.c.start)
        if machine:
            # A suggestion is for a passage, which knows its turns: no search through the whole text. The text is the
            # passage's, so that the database must find the passage first (a difference of 0 is no way in for it).
            base, text_id = base.join(t.segment, _passage(spans, machine)), t.segment.c.text_id
            numbered = t.turn.c.idx.between(t.segment.c.first_turn, t.segment.c.last_turn)
            inside = sa.and_(inside, numbered, t.segment.c.text_id - spans.c.text_id == 0)
        whole = sa.and_(t.turn.c.text_id == text_id, inside)
        spoken = base.join(t.turn, whole).join(t.speaker, t.speaker.c.id == t.turn.c.speaker_id)
        speaking = sa.select(t.turn.c.text_id).where(t.turn.c.speaker_id.is_not(None))
        noted = sa.select(spans.c.id).join(t.speaker, t.speaker.c.session_id == spans.c.session_id)
        noted = noted.where(spans.c.text_id.not_in(speaking))
        return spoken.where(participant), noted.where(participant)


_SUGGESTION = ("id", "code_id", "session_id", "text_id", "start", "end", "coder", "study_id", "score", "words_sha")


def _rejected() -> sa.ColumnElement[bool]:
    return t.suggestion.c.state == SuggestionState.REJECTED.value


def _meet(mine: sa.Subquery, other: sa.Subquery, *, same: bool = False) -> sa.ColumnElement[bool]:
    """Say that two spans have words in common; suggestions (`same`) are all for the same passages."""
    if same:
        return sa.and_(mine.c.text_id == other.c.text_id, mine.c.start == other.c.start, mine.c.end == other.c.end)
    return sa.and_(mine.c.text_id == other.c.text_id, mine.c.start < other.c.end, mine.c.end > other.c.start)


def _passage(spans: sa.Subquery, machine: bool) -> sa.ColumnElement[bool]:
    """Say which passages a span is: the very one a suggestion is for, or all that a coding touches."""
    s = t.segment.c
    if machine:
        return sa.and_(s.session_id == spans.c.session_id, s.start == spans.c.start, s.end == spans.c.end)
    touches = sa.and_(s.start < spans.c.end, s.end > spans.c.start)
    return sa.and_(s.session_id == spans.c.session_id, touches)
