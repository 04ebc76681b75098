"""Participants and accounts in SQL."""

from collections.abc import Sequence

import sqlalchemy as sa

from repository.domain.participant import Account, Participant
from repository.store import tables as t


class PeopleStore:
    """Participants and accounts, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def add_account(self, key: str, name: str, cohort: str) -> int:
        """Keep an account, once; give its number."""
        found = self._sql.scalar(sa.select(t.account.c.id).where(t.account.c.key == key))
        if found is not None:
            return int(found)
        row = self._sql.execute(sa.insert(t.account).values(key=key, name=name, cohort=cohort)).inserted_primary_key
        assert row is not None
        return int(row[0])

    def add_participant(self, label: str, role: str, account_id: int | None) -> int:
        """Keep a participant, once by label; give the number."""
        found = self._sql.scalar(sa.select(t.participant.c.id).where(t.participant.c.label == label))
        if found is not None:
            return int(found)
        values = {"label": label, "role": role, "account_id": account_id}
        row = self._sql.execute(sa.insert(t.participant).values(**values)).inserted_primary_key
        assert row is not None
        return int(row[0])

    def labels(self) -> dict[int, str]:
        """Give the label of every participant by number, in their order."""
        query = sa.select(t.participant.c.id, t.participant.c.label).order_by(t.participant.c.label)
        return dict(self._sql.execute(query).all())

    def link(self, session_id: int, speaker_label: str, participant_id: int) -> None:
        """Say which participant a speaker of a session is."""
        mine = sa.and_(t.speaker.c.session_id == session_id, t.speaker.c.label == speaker_label)
        self._sql.execute(sa.update(t.speaker).where(mine).values(participant_id=participant_id))

    def of_session(self, session_id: int) -> dict[str, Participant]:
        """Give the participants of a session by speaker label."""
        columns = (
            t.participant,
            t.account.c.key,
            t.account.c.name,
            t.account.c.cohort,
            t.speaker.c.label.label("speaker"),
        )
        query = (
            sa.select(*columns)
            .join(t.speaker, t.speaker.c.participant_id == t.participant.c.id)
            .outerjoin(t.account, t.account.c.id == t.participant.c.account_id)
            .where(t.speaker.c.session_id == session_id)
        )
        found = {}
        for row in self._sql.execute(query):
            account = Account(row.account_id, row.key, row.name, row.cohort) if row.account_id else None
            found[row.speaker] = Participant(row.id, row.label, row.role, account)
        return found

    def labels_by_session(self, session_ids: Sequence[int]) -> dict[int, dict[str, str]]:
        """Give, by session, the participant's label of each linked speaker label."""
        from repository.store.visibility import among

        query = (
            sa.select(t.speaker.c.session_id, t.speaker.c.label, t.participant.c.label.label("participant"))
            .join(t.participant, t.participant.c.id == t.speaker.c.participant_id)
            .where(among(self._sql, t.speaker.c.session_id, session_ids))
        )
        found: dict[int, dict[str, str]] = {}
        for row in self._sql.execute(query):
            found.setdefault(row.session_id, {})[row.label] = row.participant
        return found
