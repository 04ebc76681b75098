"""Participants and accounts in SQL."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from repository.domain.participant import Account, Participant
from repository.store import tables as t
from repository.store.visibility import among


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

    def all(self) -> list[Participant]:
        """List the participants in the order of their labels."""
        columns = (t.participant, t.account.c.key, t.account.c.name, t.account.c.cohort)
        query = sa.select(*columns).outerjoin(t.account, t.account.c.id == t.participant.c.account_id)
        return [_participant(row) for row in self._sql.execute(query.order_by(t.participant.c.label))]

    def accounts(self) -> list[Account]:
        """List the accounts in the order of their names."""
        rows = self._sql.execute(sa.select(t.account).order_by(t.account.c.name))
        return [Account(row.id, row.key, row.name, row.cohort) for row in rows]

    def tell(self, participant_id: int, *, role: str, account_id: int | None) -> None:
        """Keep what is known of a participant."""
        mine = t.participant.c.id == participant_id
        self._sql.execute(sa.update(t.participant).where(mine).values(role=role, account_id=account_id))

    def tell_cohort(self, account_id: int, cohort: str) -> None:
        """Keep the cohort of an account."""
        self._sql.execute(sa.update(t.account).where(t.account.c.id == account_id).values(cohort=cohort))

    def linked(self) -> set[int]:
        """Give the participants that somebody is said to be: a speaker, or one in a file that waits for a yes."""
        query = sa.select(t.speaker.c.participant_id).where(t.speaker.c.participant_id.is_not(None))
        held = self._sql.scalars(sa.select(t.source.c.choices).where(t.source.c.held)).all()
        chosen = {who.get("participant_id") for choices in held for who in choices.get("speakers", {}).values()}
        return set(self._sql.scalars(query.distinct())) | (chosen - {None})

    def remove(self, participant_id: int) -> None:
        """Remove a participant whom nobody is said to be, from rosters, too; and an account that is then nobody's.

        What was chosen for files that were read forgets the number, which may be given again.
        """
        account = sa.select(t.participant.c.account_id).where(t.participant.c.id == participant_id)
        account_id = self._sql.scalar(account)
        known = t.roster.c.participant_id == participant_id
        self._sql.execute(sa.update(t.roster).where(known).values(participant_id=None))
        for row in self._sql.execute(sa.select(t.source.c.id, t.source.c.choices)).all():
            speakers = row.choices.get("speakers", {})
            if any(who.get("participant_id") == participant_id for who in speakers.values()):
                rest = {
                    raw: who | ({"participant_id": None} if who.get("participant_id") == participant_id else {})
                    for raw, who in speakers.items()
                }
                mine = t.source.c.id == row.id
                self._sql.execute(sa.update(t.source).where(mine).values(choices=row.choices | {"speakers": rest}))
        self._sql.execute(sa.delete(t.participant).where(t.participant.c.id == participant_id))
        theirs = sa.exists().where(t.participant.c.account_id == t.account.c.id)
        self._sql.execute(sa.delete(t.account).where(t.account.c.id == account_id, ~theirs))

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
            found[row.speaker] = _participant(row)
        return found

    def labels_by_session(self, session_ids: Sequence[int]) -> dict[int, dict[str, str]]:
        """Give, by session, the participant's label of each linked speaker label."""
        query = (
            sa.select(t.speaker.c.session_id, t.speaker.c.label, t.participant.c.label.label("participant"))
            .join(t.participant, t.participant.c.id == t.speaker.c.participant_id)
            .where(among(self._sql, t.speaker.c.session_id, session_ids))
        )
        found: dict[int, dict[str, str]] = {}
        for row in self._sql.execute(query):
            found.setdefault(row.session_id, {})[row.label] = row.participant
        return found


def _participant(row: Any) -> Participant:
    account = Account(row.account_id, row.key, row.name, row.cohort) if row.account_id else None
    return Participant(row.id, row.label, row.role, account)
