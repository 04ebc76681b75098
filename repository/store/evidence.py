"""Evidence in SQL: which words stand behind or against an insight, whether they still stand, and who says them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.coding import Highlight
from repository.domain.insight import Evidence, Stance
from repository.domain.transcript import Role, TurnKind
from repository.store import knowledge_tables as k
from repository.store import tables as t
from repository.store.visibility import among, sessions_seen


@dataclass(frozen=True, slots=True)
class Standing:
    """A piece of evidence, and what has become of its words: `why` they do not stand any more, "" if they do.

    `gone`: the transcript was removed for good, and its words must go with it.
    """

    evidence: Evidence
    why: str
    text_id: int
    start: int
    end: int
    gone: bool


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says a piece of evidence, and in what study. `person` is "" where only the interviewer speaks."""

    evidence_id: int
    person: str
    label: str
    account: str
    study_id: int
    method: str
    occurred_on: date | None


class EvidenceStore:
    """Evidence, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def add(
        self, insight_id: int, study_id: int, mark: Highlight, stance: Stance, note: str, *, by: str, now: datetime
    ) -> int:
        """Put a highlight under an insight; give the evidence's number."""
        row = {"insight_id": insight_id, "highlight_id": mark.id, "study_id": study_id, "session_id": mark.session_id}
        words = {"text_id": mark.text_id, "start": mark.start, "end": mark.end, "quote": mark.quote}
        told = {"stance": stance.value, "note": note, "added_by": by, "added_at": now}
        key = self._sql.execute(sa.insert(k.evidence).values(**row, **words, **told)).inserted_primary_key
        assert key is not None
        return int(key[0])

    def put(self, row: dict[str, Any]) -> bool:
        """Keep evidence that was removed again, under its own number; False if its text is gone."""
        body = self._sql.scalar(sa.select(t.text.c.body).where(t.text.c.id == row["text_id"]))
        if body is None:
            return False
        self._sql.execute(sa.insert(k.evidence).values(**row, quote=body[row["start"] : row["end"]]))
        return True

    def of(self, insight_ids: Collection[int]) -> list[Evidence]:
        """List everything under some insights, whoever may see it."""
        query = sa.select(k.evidence).where(among(self._sql, k.evidence.c.insight_id, insight_ids))
        return [_evidence(row) for row in self._sql.execute(query.order_by(k.evidence.c.id)).mappings()]

    def words(self, viewer: Viewer) -> list[tuple[int, str]]:
        """List (insight, quote) of all evidence that stands and that the viewer may read."""
        query = (
            sa.select(k.evidence.c.insight_id, k.evidence.c.quote)
            .join(t.session, t.session.c.id == k.evidence.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(k.evidence.c.lost_at.is_(None), sessions_seen(self._sql, viewer))
            .order_by(k.evidence.c.id)
        )
        return [(row[0], row[1]) for row in self._sql.execute(query)]

    def get(self, evidence_id: int) -> Evidence | None:
        """Give one piece of evidence."""
        row = self._sql.execute(sa.select(k.evidence).where(k.evidence.c.id == evidence_id)).mappings().first()
        return _evidence(row) if row else None

    def change(self, evidence_id: int, stance: Stance, note: str) -> None:
        """Keep another stance or note."""
        mine = k.evidence.c.id == evidence_id
        self._sql.execute(sa.update(k.evidence).where(mine).values(stance=stance.value, note=note))

    def reword(self, evidence_id: int, mark: Highlight, now: datetime) -> None:
        """Let evidence rest on the words its highlight has today."""
        words = {"text_id": mark.text_id, "start": mark.start, "end": mark.end, "quote": mark.quote, "added_at": now}
        self._sql.execute(
            sa.update(k.evidence).where(k.evidence.c.id == evidence_id).values(**words, lost_at=None, lost_why="")
        )

    def remove(self, evidence_id: int) -> None:
        """Take evidence away."""
        self._sql.execute(sa.delete(k.evidence).where(k.evidence.c.id == evidence_id))

    def insights_on(self, highlight_ids: Collection[int]) -> dict[int, list[int]]:
        """Give the insights that rest on each highlight and have not lost it."""
        query = sa.select(k.evidence.c.highlight_id, k.evidence.c.insight_id).where(
            among(self._sql, k.evidence.c.highlight_id, highlight_ids), k.evidence.c.lost_at.is_(None)
        )
        found: dict[int, list[int]] = {}
        for row in self._sql.execute(query):
            found.setdefault(row.highlight_id, []).append(row.insight_id)
        return found

    def highlight_at(self, text_id: int, start: int, end: int, *, by: str) -> Highlight | None:
        """Give the highlight of just these words that stands: the person's own, else anybody's."""
        h = t.highlight.c
        query = sa.select(t.highlight).where(h.text_id == text_id, h.start == start, h.end == end, h.lost_at.is_(None))
        row = self._sql.execute(query.order_by(h.created_by != by, h.id).limit(1)).mappings().first()
        return Highlight(**{name: row[name] for name in Highlight.__dataclass_fields__}) if row else None

    # Whether it stands

    def standing(
        self, *, sessions: Collection[int] | None = None, studies: Collection[int] | None = None
    ) -> list[Standing]:
        """Say of evidence from these sessions or studies, or of all, whether its words still stand.

        A highlight's number may be given again (SQLite does): one that was made later, or has other words, is another.
        """
        e, h = k.evidence.c, t.highlight.c
        query = (
            sa.select(
                k.evidence,
                h.id.label("mark"),
                h.session_id.label("mark_session"),
                h.quote.label("mark_quote"),
                h.created_at.label("mark_made"),
                h.lost_at.label("mark_lost"),
                h.text_id.label("mark_text"),
                h.start.label("mark_start"),
                h.end.label("mark_end"),
                t.session.c.id.label("held"),
                t.session.c.deleted_at.label("binned"),
                t.study.c.deleted_at.label("study_binned"),
            )
            .select_from(k.evidence)
            .outerjoin(t.highlight, h.id == e.highlight_id)
            .outerjoin(t.session, t.session.c.id == e.session_id)
            .outerjoin(t.study, t.study.c.id == t.session.c.study_id)
        )
        if sessions is not None:
            query = query.where(among(self._sql, e.session_id, sessions))
        if studies is not None:
            query = query.where(among(self._sql, e.study_id, studies))
        return [_standing(row) for row in self._sql.execute(query.order_by(e.id)).mappings()]

    def unsettled(self) -> bool:
        """Say whether anything has happened to words that nobody noted: what the sweep asks."""
        rows = self.standing()
        return any(one.why != one.evidence.lost_why or (one.gone and bool(one.evidence.quote)) for one in rows)

    def mark_found(self, one: Standing) -> None:
        """Note that words stand, and where."""
        where = {"text_id": one.text_id, "start": one.start, "end": one.end, "lost_at": None, "lost_why": ""}
        self._sql.execute(sa.update(k.evidence).where(k.evidence.c.id == one.evidence.id).values(**where))

    def mark_lost(self, one: Standing, now: datetime) -> None:
        """Note that words do not stand any more; those of a transcript that is gone for good are forgotten."""
        values: dict[str, Any] = {"lost_at": one.evidence.lost_at or now, "lost_why": one.why}
        if one.gone:
            values["quote"] = ""
        self._sql.execute(sa.update(k.evidence).where(k.evidence.c.id == one.evidence.id).values(**values))

    def supported(self, insight_ids: Collection[int]) -> set[int]:
        """Tell which insights have supporting evidence that stands."""
        query = sa.select(k.evidence.c.insight_id).where(
            among(self._sql, k.evidence.c.insight_id, insight_ids),
            k.evidence.c.stance == Stance.SUPPORTS.value,
            k.evidence.c.lost_at.is_(None),
        )
        return set(self._sql.scalars(query.distinct()))

    # Who says it

    def voices(self, viewer: Viewer, insight_ids: Collection[int]) -> dict[int, Voice]:
        """Say, for evidence that stands and that the viewer may see, who says most of it."""
        e = k.evidence.c
        last = sa.case((t.turn.c.end < e.end, t.turn.c.end), else_=e.end)
        first = sa.case((t.turn.c.start > e.start, t.turn.c.start), else_=e.start)
        asks = sa.or_(t.speaker.c.role == Role.INTERVIEWER.value, t.turn.c.kind == TurnKind.QUESTION.value)
        about = (t.session.c.study_id, t.study.c.method, t.session.c.occurred_on)
        who = (
            t.participant.c.id.label("participant_id"),
            sa.func.coalesce(t.participant.c.label, t.speaker.c.label, "").label("label"),
            sa.func.coalesce(t.account.c.name, "").label("account"),
        )
        base = (
            sa.select(e.id, e.session_id, t.speaker.c.id.label("speaker_id"), *who, *about)
            .select_from(k.evidence)
            .join(t.session, t.session.c.id == e.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
        )
        mine = sa.and_(
            among(self._sql, e.insight_id, insight_ids), e.lost_at.is_(None), sessions_seen(self._sql, viewer)
        )
        inside = sa.and_(t.turn.c.text_id == e.text_id, t.turn.c.start < e.end, t.turn.c.end > e.start)
        said = base.add_columns((last - first).label("length"), asks.label("asks")).outerjoin(t.turn, inside)
        said = said.outerjoin(t.speaker, t.speaker.c.id == t.turn.c.speaker_id)
        found: dict[int, list[Any]] = {}
        for row in self._sql.execute(_whose(said).where(mine)):
            found.setdefault(row.id, []).append(row)
        # Notes have no speakers: they are about somebody, if they are about one participant.
        silent = [key for key, rows in found.items() if all(row.speaker_id is None for row in rows)]
        noted: dict[int, list[Any]] = {}
        about_whom = base.join(t.speaker, t.speaker.c.session_id == e.session_id)
        for row in self._sql.execute(
            _whose(about_whom).where(mine, among(self._sql, e.id, silent), t.speaker.c.role == Role.PARTICIPANT.value)
        ):
            noted.setdefault(row.id, []).append(row)
        return {key: _voice(rows, noted.get(key, [])) for key, rows in found.items()}


def _whose(query: sa.Select[Any]) -> sa.Select[Any]:
    return query.outerjoin(t.participant, t.participant.c.id == t.speaker.c.participant_id).outerjoin(
        t.account, t.account.c.id == t.participant.c.account_id
    )


def _voice(rows: list[Any], noted: list[Any]) -> Voice:
    speaking = [row for row in rows if row.speaker_id is not None]
    answering = [row for row in speaking if not row.asks]
    if answering:
        chosen = max(answering, key=lambda row: row.length)
    elif speaking:
        chosen = speaking[0]
    else:
        chosen = noted[0] if len(noted) == 1 else rows[0]
    if answering or len(noted) == 1:
        person = f"p{chosen.participant_id}" if chosen.participant_id else f"s{chosen.speaker_id}"
    else:
        person = "" if speaking else f"session {chosen.session_id}"
    return Voice(
        chosen.id,
        person,
        chosen.label if speaking else "",  # notes are nobody's words
        chosen.account if person else "",
        chosen.study_id,
        chosen.method,
        chosen.occurred_on,
    )


def _standing(row: Any) -> Standing:
    evidence = _evidence(row)
    why = ""
    if row["held"] is None:
        why = "its transcript was removed for good"
    elif row["study_binned"] is not None:
        why = "its study is in the bin"
    elif row["binned"] is not None:
        why = "its transcript is in the bin"
    elif row["mark"] is None or row["mark_session"] != evidence.session_id or row["mark_made"] > evidence.added_at:
        why = "the highlight was deleted"
    elif row["mark_lost"] is not None:
        why = "a correction of the transcript took its words away"
    elif row["mark_quote"] != evidence.quote:
        why = "the highlight was put at other words"
    if why:
        return Standing(evidence, why, evidence.text_id, evidence.start, evidence.end, row["held"] is None)
    return Standing(evidence, "", row["mark_text"], row["mark_start"], row["mark_end"], False)


def _evidence(row: Any) -> Evidence:
    return Evidence(
        **{name: row[name] for name in Evidence.__dataclass_fields__ if name != "stance"}, stance=Stance(row["stance"])
    )
