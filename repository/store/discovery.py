"""Passages as discovery sees them: what participants said, what of it no code covers, by whom, and where on the map."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.candidate import CandidateState
from repository.domain.coding import SuggestionState
from repository.domain.transcript import Role
from repository.store import tables as t
from repository.store.segments import PAGE
from repository.store.visibility import among, sessions_seen, undecided

#: Who says something: (speaker, participant or None, account or None).
Who = tuple[int, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which passages: of a study, of participants of a cohort or a role, that contain words; None and "": of all."""

    study_id: int | None = None
    cohort: str | None = None
    role: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """Words that participants said, by their hash: whether, wherever they said so, people coded it, or a code covers it."""

    words_sha: str
    coded: bool
    covered: bool


@dataclass(frozen=True, slots=True)
class Point:
    """A passage on the map, 0..1 each way."""

    segment_id: int
    words_sha: str
    x: float
    y: float


class DiscoveryStore:
    """Passages for discovery, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    # Of everybody: what the machine works on

    def heard(self, fingerprint: str) -> list[Heard]:
        """List the words that participants said and that have a vector, in the order of their hashes."""
        coded, covered = (sa.func.min(sa.case((says, 1), else_=0)) for says in (_coded(), _covered()))
        query = (
            sa.select(t.segment.c.words_sha, coded, covered)
            .select_from(t.segment)
            .join(t.session, t.session.c.id == t.segment.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .join(
                t.vector, sa.and_(t.vector.c.words_sha == t.segment.c.words_sha, t.vector.c.fingerprint == fingerprint)
            )
            .where(_said_by_participants(), t.session.c.deleted_at.is_(None), t.study.c.deleted_at.is_(None))
            .group_by(t.segment.c.words_sha)
            .order_by(t.segment.c.words_sha)
        )
        return [Heard(row[0], bool(row[1]), bool(row[2])) for row in self._sql.execute(query)]

    def vectors(self, fingerprint: str, shas: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Walk (words' hash, vector) of these words."""
        for at in range(0, len(shas), 10 * PAGE):
            query = sa.select(t.vector.c.words_sha, t.vector.c.data).where(
                t.vector.c.fingerprint == fingerprint, among(self._sql, t.vector.c.words_sha, shas[at : at + 10 * PAGE])
            )
            yield from (tuple(row) for row in self._sql.execute(query))

    def words(self, shas: Collection[str]) -> dict[str, str]:
        """Give words by their hash."""
        query = sa.select(t.segment.c.words_sha, t.segment.c.words).where(among(self._sql, t.segment.c.words_sha, shas))
        return dict(self._sql.execute(query.distinct()).all())

    def names(self) -> list[str]:
        """List what participants and speakers are called: words that name no theme."""
        queries = [sa.select(column).distinct() for column in (t.speaker.c.label, t.participant.c.label)]
        return sorted({name for query in queries for name in self._sql.scalars(query)})

    # Of what a viewer sees

    def counts(
        self, viewer: Viewer, wanted: Wanted, states: Collection[CandidateState]
    ) -> tuple[dict[int, tuple[int, set[int]]], dict[int, set[Who]]]:
        """Count by candidate: (passages, studies), and who says them."""
        member, columns = t.member.c, (t.member.c.candidate_id, t.segment.c.study_id)
        mine = self._members(viewer, wanted, states, *columns, sa.func.count())
        found: dict[int, tuple[int, set[int]]] = {}
        for candidate_id, study_id, count in self._sql.execute(mine.group_by(*columns)):
            total, studies = found.get(candidate_id, (0, set()))
            found[candidate_id] = (total + count, studies | {study_id})
        who: dict[int, set[Who]] = {}
        base = self._members(viewer, wanted, states, member.candidate_id)
        for query in _who(base, member.candidate_id):
            for row in self._sql.execute(query.distinct()):
                who.setdefault(row[0], set()).add((row[1], row[2], row[3]))
        return found, who

    def candidates(self, viewer: Viewer) -> set[int]:
        """Give the candidates of which the viewer may see anything, covered by codes or not."""
        query = self._seen(viewer, Wanted(), t.member.c.candidate_id).join(
            t.member, sa.and_(t.member.c.words_sha == t.segment.c.words_sha, t.member.c.certainty >= 0)
        )
        return set(self._sql.scalars(query.distinct()))

    def of_candidates(
        self, viewer: Viewer, wanted: Wanted, candidate_ids: Collection[int], *, each: int | None = None
    ) -> dict[int, list[int]]:
        """Give by candidate its passages that no code covers, the surest first, `each` at most."""
        order = (t.member.c.certainty.desc(), t.segment.c.id)
        number = sa.func.row_number().over(partition_by=t.member.c.candidate_id, order_by=order).label("number")
        query = self._members(viewer, wanted, None, t.member.c.candidate_id, t.segment.c.id, number)
        inner = query.where(among(self._sql, t.member.c.candidate_id, candidate_ids)).subquery()
        rows = sa.select(inner.c.candidate_id, inner.c.id).order_by(inner.c.candidate_id, inner.c.number)
        if each is not None:
            rows = rows.where(inner.c.number <= each)
        found: dict[int, list[int]] = {}
        for candidate_id, segment_id in self._sql.execute(rows):
            found.setdefault(candidate_id, []).append(segment_id)
        return found

    def pile(self, viewer: Viewer, wanted: Wanted, *, offset: int = 0, limit: int | None = None) -> list[int]:
        """List passages that no code covers and that are in no candidate that is open or dismissed."""
        query = self._seen(viewer, wanted, t.segment.c.id).where(~_covered(), ~_in_candidate())
        order = (t.segment.c.session_id.desc(), t.segment.c.start)
        return list(self._sql.scalars(query.order_by(*order).offset(offset).limit(limit)))

    def totals(self, viewer: Viewer, wanted: Wanted) -> tuple[int, int, int]:
        """Count passages: all that participants said, those that codes cover, those in the pile."""
        covered, free = sa.case((_covered(), 1), else_=0), sa.case((_in_candidate(), 0), else_=1)
        rows = self._seen(viewer, wanted, covered.label("covered"), free.label("free")).subquery()
        sums = (sa.func.coalesce(sa.func.sum(what), 0) for what in (rows.c.covered, (1 - rows.c.covered) * rows.c.free))
        total, coded, pile = self._sql.execute(sa.select(sa.func.count(), *sums).select_from(rows)).one()
        return int(total), int(coded), int(pile)

    def points(self, viewer: Viewer, wanted: Wanted, fingerprint: str, limit: int) -> list[Point]:
        """List passages with their places; of more than `limit`, some, and always the same ones."""
        here = sa.and_(t.spot.c.words_sha == t.segment.c.words_sha, t.spot.c.fingerprint == fingerprint)
        query = self._seen(viewer, wanted, t.segment.c.id, t.segment.c.words_sha, t.spot.c.x, t.spot.c.y)
        rows = query.join(t.spot, here).order_by(t.segment.c.words_sha, t.segment.c.id).limit(limit)
        return [Point(*row) for row in self._sql.execute(rows)]

    def seen(self, viewer: Viewer, segment_ids: Collection[int]) -> list[int]:
        """Give those of these passages that the viewer may see."""
        query = self._seen(viewer, Wanted(), t.segment.c.id).where(among(self._sql, t.segment.c.id, segment_ids))
        return list(self._sql.scalars(query.order_by(t.segment.c.id)))

    def covered(self, segment_ids: Collection[int]) -> set[int]:
        """Give those of these passages that a code covers."""
        mine = among(self._sql, t.segment.c.id, segment_ids)
        return set(self._sql.scalars(sa.select(t.segment.c.id).where(mine, _covered())))

    def choices(self, viewer: Viewer) -> tuple[list[str], list[str]]:
        """List the cohorts and the roles of participants that the viewer hears of."""
        heard = (
            sa.select(t.account.c.cohort, t.study.c.cohort, t.participant.c.role)
            .select_from(t.speaker)
            .join(t.session, t.session.c.id == t.speaker.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .outerjoin(t.participant, t.participant.c.id == t.speaker.c.participant_id)
            .outerjoin(t.account, t.account.c.id == t.participant.c.account_id)
            .where(t.speaker.c.role == Role.PARTICIPANT.value, sessions_seen(self._sql, viewer))
            .distinct()
        )
        rows = self._sql.execute(heard).all()
        cohorts, roles = {row[0] or row[1] for row in rows}, {row[2] for row in rows}
        return sorted(filter(None, cohorts)), sorted(filter(None, roles))

    # The parts of these questions

    def _seen(self, viewer: Viewer, wanted: Wanted, *columns: Any) -> sa.Select[Any]:
        query = (
            sa.select(*columns)
            .select_from(t.segment)
            .join(t.session, t.session.c.id == t.segment.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(_said_by_participants(), sessions_seen(self._sql, viewer))
        )
        if wanted.study_id is not None:
            query = query.where(t.segment.c.study_id == wanted.study_id)
        if wanted.words:
            query = query.where(t.segment.c.words.icontains(wanted.words, autoescape=True))
        if wanted.cohort is not None or wanted.role:
            query = query.where(_by_somebody(wanted))
        return query

    def _members(
        self, viewer: Viewer, wanted: Wanted, states: Collection[CandidateState] | None, *columns: Any
    ) -> sa.Select[Any]:
        """Select of passages in candidates that no code covers; what a person put there may have one suggested."""
        query = self._seen(viewer, wanted, *columns).join(
            t.member, sa.and_(t.member.c.words_sha == t.segment.c.words_sha, t.member.c.certainty >= 0)
        )
        query = query.where(~_coded(), sa.or_(t.member.c.certainty >= 1, ~_suggested()))
        if states is not None:
            query = query.join(t.candidate, t.candidate.c.id == t.member.c.candidate_id).where(
                among(self._sql, t.candidate.c.state, [state.value for state in states])
            )
        return query


def _said_by_participants() -> sa.ColumnElement[bool]:
    return t.segment.c.role != Role.INTERVIEWER.value


def _coded() -> sa.ColumnElement[bool]:
    """Say that somebody coded any of a passage's words."""
    mark = t.highlight.c
    return sa.exists().where(
        mark.text_id == t.segment.c.text_id,
        mark.start < t.segment.c.end,
        mark.end > t.segment.c.start,
        mark.lost_at.is_(None),
        t.coding.c.highlight_id == mark.id,
    )


def _suggested() -> sa.ColumnElement[bool]:
    """Say that a code is suggested for just this passage, or was and somebody accepted it."""
    own = t.suggestion.c
    return sa.exists().where(
        own.text_id == t.segment.c.text_id,
        own.start == t.segment.c.start,
        own.end == t.segment.c.end,
        sa.or_(undecided(), own.state == SuggestionState.ACCEPTED.value),
    )


def _covered() -> sa.ColumnElement[bool]:
    return sa.or_(_coded(), _suggested())


def _in_candidate() -> sa.ColumnElement[bool]:
    states = (CandidateState.OPEN.value, CandidateState.DISMISSED.value)
    return sa.exists().where(
        t.member.c.words_sha == t.segment.c.words_sha,
        t.member.c.certainty >= 0,
        t.candidate.c.id == t.member.c.candidate_id,
        t.candidate.c.state.in_(states),
    )


def _speaks(speaker: Any = t.speaker) -> sa.ColumnElement[bool]:
    """Say that a participant says some of a passage; of notes, in which nobody speaks, that they are about them."""
    turn = t.turn.c
    said = sa.exists().where(
        turn.text_id == t.segment.c.text_id,
        turn.idx.between(t.segment.c.first_turn, t.segment.c.last_turn),
        turn.speaker_id == speaker.c.id,
    )
    silent = ~sa.exists().where(turn.text_id == t.segment.c.text_id, turn.speaker_id.is_not(None))
    participant = speaker.c.role == Role.PARTICIPANT.value
    return sa.and_(participant, sa.or_(said, sa.and_(silent, speaker.c.session_id == t.segment.c.session_id)))


def _by_somebody(wanted: Wanted) -> sa.ColumnElement[bool]:
    person = (
        sa.select(t.speaker.c.id)
        .select_from(t.speaker)
        .outerjoin(t.participant, t.participant.c.id == t.speaker.c.participant_id)
        .outerjoin(t.account, t.account.c.id == t.participant.c.account_id)
        .where(t.speaker.c.session_id == t.segment.c.session_id, _speaks())
        .correlate(t.segment, t.study)
    )
    if wanted.role:
        person = person.where(t.participant.c.role == wanted.role)
    if wanted.cohort is not None:
        cohort = sa.func.coalesce(sa.func.nullif(t.account.c.cohort, ""), t.study.c.cohort)
        person = person.where(cohort == wanted.cohort)
    return person.exists()


def _who(base: sa.Select[Any], key: sa.ColumnElement[int]) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Select (key, speaker, participant, account) of who says the passages of `base`, spoken and in notes."""
    columns = (key, t.speaker.c.id, t.speaker.c.participant_id, t.participant.c.account_id)
    participant, turn = t.speaker.c.role == Role.PARTICIPANT.value, t.turn.c
    numbered = sa.and_(
        turn.text_id == t.segment.c.text_id, turn.idx.between(t.segment.c.first_turn, t.segment.c.last_turn)
    )
    speaks = sa.exists().where(turn.text_id == t.segment.c.text_id, turn.speaker_id.is_not(None))
    spoken = base.join(t.turn, numbered).join(t.speaker, t.speaker.c.id == turn.speaker_id)
    noted = base.join(t.speaker, t.speaker.c.session_id == t.segment.c.session_id).where(~speaks)
    linked = t.participant.c.id == t.speaker.c.participant_id
    told = [query.outerjoin(t.participant, linked).where(participant) for query in (spoken, noted)]
    return told[0].with_only_columns(*columns), told[1].with_only_columns(*columns)
