"""Who said what: the turns that passages touch, with the person, the account and the cohort behind each."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa

from repository.domain.transcript import Role, TurnKind
from repository.store import tables as t
from repository.store.visibility import among

#: Turns looked up with one statement: SQLite allows 32,766 variables, a turn takes two.
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Saying:
    """A turn: characters [start, end) of a text. `asks`: it is the interviewer's, or a form's question.

    `participant` is the label of whoever the speaker is linked to, "" if nobody; `cohort` is the account's.
    """

    text_id: int
    idx: int
    start: int
    end: int
    kind: TurnKind
    asks: bool
    speaker: str
    participant: str
    account: str
    cohort: str


@dataclass(frozen=True, slots=True)
class Searched:
    """How much was looked through."""

    studies: int
    sessions: int
    passages: int


class SayingStore:
    """Turns with their people, through one transaction; of texts that the viewer was found to see."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def turns(self, spans: Collection[tuple[int, int, int]]) -> dict[tuple[int, int], Saying]:
        """Give, by text and place, the turns of each (text, first turn, last turn)."""
        touched = sorted({(text_id, idx) for text_id, first, last in spans for idx in range(first, last + 1)})
        found = {}
        for part in _parts(touched):
            query = (
                sa.select(
                    t.turn.c.text_id,
                    t.turn.c.idx,
                    t.turn.c.start,
                    t.turn.c.end,
                    t.turn.c.kind,
                    t.speaker.c.role,
                    t.speaker.c.label,
                    t.participant.c.label.label("participant"),
                    t.account.c.name.label("account"),
                    t.account.c.cohort,
                )
                .outerjoin(t.speaker, t.speaker.c.id == t.turn.c.speaker_id)
                .outerjoin(t.participant, t.participant.c.id == t.speaker.c.participant_id)
                .outerjoin(t.account, t.account.c.id == t.participant.c.account_id)
                .where(sa.tuple_(t.turn.c.text_id, t.turn.c.idx).in_(part))
            )
            for row in self._sql.execute(query):
                kind = TurnKind(row.kind)
                found[row.text_id, row.idx] = Saying(
                    text_id=row.text_id,
                    idx=row.idx,
                    start=row.start,
                    end=row.end,
                    kind=kind,
                    asks=kind is TurnKind.QUESTION or row.role == Role.INTERVIEWER.value,
                    speaker=row.participant or row.label or "",
                    participant=row.participant or "",
                    account=row.account or "",
                    cohort=row.cohort or "",
                )
        return found

    def bodies(self, text_ids: Collection[int]) -> dict[int, str]:
        """Give the words of whole texts."""
        query = sa.select(t.text.c.id, t.text.c.body).where(among(self._sql, t.text.c.id, text_ids))
        return dict(self._sql.execute(query).all())

    def searched(self, session_ids: Collection[int]) -> Searched:
        """Count what these sessions hold."""
        query = sa.select(
            sa.func.count(sa.distinct(t.segment.c.study_id)),
            sa.func.count(sa.distinct(t.segment.c.session_id)),
            sa.func.count(),
        ).where(among(self._sql, t.segment.c.session_id, session_ids))
        studies, sessions, passages = self._sql.execute(query).one()
        return Searched(studies, sessions, passages)


def _parts(rows: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    walk = iter(rows)
    while part := list(islice(walk, AT_ONCE)):
        yield part
