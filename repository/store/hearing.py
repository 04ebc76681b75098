"""Who is heard where: the passages of a speaker, an account or a cohort, and whose words passages are."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.transcript import Role
from repository.store import tables as t
from repository.store.visibility import among, sessions_seen


@dataclass(frozen=True, slots=True)
class Heard:
    """Sessions in which some people are heard, and, where others answer there as well, their passages (else None)."""

    sessions: frozenset[int]
    passages: frozenset[int] | None = None


class HearingStore:
    """Who is heard, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def called(self, viewer: Viewer, name: str) -> set[int]:
        """Give the speakers whose label, here or in the file, or whose participant's label is this, in any case."""
        names = {name, name.lower(), name.upper(), name.capitalize(), name.title()}
        labels = (t.speaker.c.label, t.speaker.c.raw_label, t.participant.c.label)
        meant = sa.or_(*(sa.or_(sa.func.lower(label) == name.lower(), label.in_(names)) for label in labels))
        query = (
            sa.select(t.speaker.c.id, t.speaker.c.merged_into).outerjoin(t.participant).join(t.session).join(t.study)
        )
        rows = self._sql.execute(query.where(meant, sessions_seen(self._sql, viewer))).all()
        return {row.merged_into or row.id for row in rows}

    def accounts(self, viewer: Viewer) -> list[tuple[int, str, str]]:
        """List (number, name, cohort) of the accounts that are heard."""
        query = (
            sa.select(t.account.c.id, t.account.c.name, t.account.c.cohort)
            .join(t.participant, t.participant.c.account_id == t.account.c.id)
            .join(t.speaker, t.speaker.c.participant_id == t.participant.c.id)
            .join(t.session, t.session.c.id == t.speaker.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(sessions_seen(self._sql, viewer))
            .distinct()
        )
        return [(row.id, row.name, row.cohort) for row in self._sql.execute(query)]

    def of_accounts(self, account_ids: Collection[int]) -> set[int]:
        """Give the speakers who belong to these accounts."""
        query = sa.select(t.speaker.c.id).join(t.participant)
        return set(self._sql.scalars(query.where(among(self._sql, t.participant.c.account_id, account_ids))))

    def heard(self, speaker_ids: Collection[int], *, own: bool = False) -> Heard:
        """Say where these speakers are heard; `own`: only their passages even where nobody else answers."""
        mine = among(self._sql, t.speaker.c.id, speaker_ids)
        sessions = frozenset(self._sql.scalars(sa.select(t.speaker.c.session_id).where(mine).distinct()))
        mixed = sessions
        if not own:
            others = sa.select(t.speaker.c.session_id).where(
                among(self._sql, t.speaker.c.session_id, sessions),
                t.speaker.c.role != Role.INTERVIEWER.value,
                t.speaker.c.merged_into.is_(None),
                ~mine,
            )
            mixed = frozenset(self._sql.scalars(others.distinct()))
        if not mixed:
            return Heard(sessions)
        segment = t.segment.c
        theirs = (
            sa.select(segment.id)
            .join(t.turn, sa.and_(t.turn.c.text_id == segment.text_id))
            .where(
                among(self._sql, segment.session_id, mixed),
                t.turn.c.idx.between(segment.first_turn, segment.last_turn),
                among(self._sql, t.turn.c.speaker_id, speaker_ids),
            )
        )
        passages = set(self._sql.scalars(theirs))
        whole = sessions - mixed
        if whole:
            passages |= set(self._sql.scalars(sa.select(segment.id).where(among(self._sql, segment.session_id, whole))))
        return Heard(sessions, frozenset(passages))

    def accounts_on(self, segment_ids: Collection[int]) -> dict[int, set[tuple[str, str]]]:
        """Give (name, cohort) of the accounts heard in each segment."""
        segment = t.segment.c
        query = (
            sa.select(segment.id, t.account.c.name, t.account.c.cohort)
            .join(
                t.turn,
                sa.and_(
                    t.turn.c.text_id == segment.text_id,
                    t.turn.c.idx.between(segment.first_turn, segment.last_turn),
                ),
            )
            .join(t.speaker, t.speaker.c.id == t.turn.c.speaker_id)
            .join(t.participant, t.participant.c.id == t.speaker.c.participant_id)
            .join(t.account, t.account.c.id == t.participant.c.account_id)
            .where(among(self._sql, segment.id, segment_ids))
            .distinct()
        )
        found: dict[int, set[tuple[str, str]]] = {}
        for segment_id, name, cohort in self._sql.execute(query) if segment_ids else ():
            found.setdefault(segment_id, set()).add((name, cohort))
        return found
