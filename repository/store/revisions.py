"""Revisions of a session's text in SQL: corrected texts, and what became of the highlights on the way to them."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.transcript import Cue, Speaker
from repository.store import tables as t
from repository.store.codings import CONTEXT
from repository.store.visibility import among


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A turn as it lies in SQL: its speaker by number; `heard_as` is the merged one that the file names."""

    speaker_id: int | None
    kind: str
    start: int
    end: int
    start_ms: int | None = None
    end_ms: int | None = None
    time_precision: str = "none"
    heard_as: int | None = None


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text with its turns and cues; `id` 0 before it is kept."""

    id: int
    source_id: int
    body: str
    turns: tuple[KeptTurn, ...]
    cues: tuple[Cue, ...]
    reader: str
    reader_version: int
    encoding: str

    def words(self, turn: KeptTurn) -> str:
        """Give a turn's words."""
        return self.body[turn.start : turn.end]


@dataclass(frozen=True, slots=True)
class TextRow:
    """A revision in the history; `created_by` is empty for what a reader made."""

    id: int
    revision: int
    created_at: datetime
    created_by: str
    note: str
    source_name: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A highlight by where it stands; of a lost one, where it stood last."""

    id: int
    text_id: int
    start: int
    end: int
    quote: str
    prefix: str
    suffix: str
    created_by: str
    comment: str
    lost_at: datetime | None

    def at(self, text_id: int, body: str, start: int, end: int) -> "Anchor":
        """Give the same highlight at a place of a text, with the words that stand there."""
        around = body[max(0, start - CONTEXT) : start], body[end : end + CONTEXT]
        return replace(
            self,
            text_id=text_id,
            start=start,
            end=end,
            quote=body[start:end],
            prefix=around[0],
            suffix=around[1],
            lost_at=None,
        )


@dataclass(frozen=True, slots=True)
class CarryRow:
    """How a highlight came from one text to another; `settled_at` None while somebody should look."""

    highlight_id: int
    from_text_id: int
    to_text_id: int
    outcome: str
    at: datetime
    settled_at: datetime | None


class RevisionStore:
    """Revisions, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    # Texts

    def lock(self, session_id: int) -> int | None:
        """Give the session's current text, and keep others from changing which it is until the transaction ends."""
        query = sa.select(t.session.c.text_id).where(t.session.c.id == session_id).with_for_update()
        return self._sql.scalar(query)

    def body(self, text_id: int) -> str:
        """Give a text's characters."""
        return str(self._sql.execute(sa.select(t.text.c.body).where(t.text.c.id == text_id)).scalar_one())

    def whose(self, text_id: int) -> list[int]:
        """Give the session that a text is of."""
        return list(self._sql.scalars(sa.select(t.text.c.session_id).where(t.text.c.id == text_id)))

    def text(self, session_id: int, text_id: int) -> KeptText | None:
        """Give one of a session's texts."""
        mine = sa.and_(t.text.c.id == text_id, t.text.c.session_id == session_id)
        head = self._sql.execute(sa.select(t.text).where(mine)).first()
        if head is None:
            return None
        columns = [t.turn.c[name] for name in KeptTurn.__dataclass_fields__]
        turns = self._sql.execute(sa.select(*columns).where(t.turn.c.text_id == text_id).order_by(t.turn.c.idx))
        cues = self._sql.execute(sa.select(t.cue).where(t.cue.c.text_id == text_id).order_by(t.cue.c.id))
        return KeptText(
            id=head.id,
            source_id=head.source_id,
            body=head.body,
            turns=tuple(KeptTurn(**row) for row in turns.mappings()),
            cues=tuple(
                Cue(row.turn_idx, row.start, row.end, row.start_ms, row.end_ms, row.confidence, row.raw_ref)
                for row in cues
            ),
            reader=head.reader,
            reader_version=head.reader_version,
            encoding=head.encoding,
        )

    def add(self, session_id: int, text: KeptText, *, by: str, note: str, now: datetime) -> int:
        """Keep a text as the session's newest and current one; give its number."""
        last = sa.select(sa.func.max(t.text.c.revision)).where(t.text.c.session_id == session_id)
        key = self._sql.execute(
            sa.insert(t.text).values(
                session_id=session_id,
                source_id=text.source_id,
                revision=(self._sql.scalar(last) or 0) + 1,
                body=text.body,
                sha=hashlib.sha256(text.body.encode("utf-8", "surrogatepass")).hexdigest(),
                reader=text.reader,
                reader_version=text.reader_version,
                encoding=text.encoding,
                created_at=now,
                created_by=by,
                note=note,
            )
        ).inserted_primary_key
        assert key is not None
        text_id = int(key[0])
        turns = [{"text_id": text_id, "idx": idx, **asdict(turn)} for idx, turn in enumerate(text.turns)]
        cues: list[dict[str, Any]] = [{"text_id": text_id, **asdict(cue)} for cue in text.cues]
        for row in cues:
            row["turn_idx"] = row.pop("turn")
        if turns:
            self._sql.execute(sa.insert(t.turn), turns)
        if cues:
            self._sql.execute(sa.insert(t.cue), cues)
        self._sql.execute(sa.update(t.session).where(t.session.c.id == session_id).values(text_id=text_id))
        return text_id

    def history(self, session_id: int) -> list[TextRow]:
        """List a session's texts, the newest first."""
        columns = (t.text.c.id, t.text.c.revision, t.text.c.created_at, t.text.c.created_by, t.text.c.note)
        query = sa.select(*columns, t.source.c.name.label("source_name")).join(t.source)
        rows = self._sql.execute(query.where(t.text.c.session_id == session_id).order_by(t.text.c.revision.desc()))
        return [TextRow(**row) for row in rows.mappings()]

    def sources_of(self, session_id: int) -> set[int]:
        """Give the sources a session's texts were read from: the first, and those of corrected files."""
        return set(self._sql.scalars(sa.select(t.text.c.source_id).where(t.text.c.session_id == session_id)))

    # Speakers

    def heard(self, session_id: int, speakers: Sequence[Speaker]) -> list[tuple[int, int | None]]:
        """Give, for each speaker of a file, who it is in the session and the merged label it goes by; new ones are kept."""
        query = sa.select(t.speaker).where(t.speaker.c.session_id == session_id)

        def known() -> dict[str, tuple[int, int | None]]:
            rows = self._sql.execute(query).all()
            shown = {row.label: (row.id, None) for row in rows if row.merged_into is None}
            return shown | {r.raw_label: (r.merged_into or r.id, r.id if r.merged_into else None) for r in rows}

        held = known()
        for speaker in speakers:
            if speaker.label not in held:
                self.add_speaker(session_id, speaker)
        held = known()
        return [held[speaker.label] for speaker in speakers]

    def add_speaker(self, session_id: int, speaker: Speaker) -> int:
        """Keep somebody new, whose label no other speaker of the session has; give the number."""
        row = {
            "session_id": session_id,
            "raw_label": speaker.label,
            "label": speaker.label,
            "role": speaker.role.value,
            "role_source": speaker.role_source.value,
            "role_confidence": speaker.role_confidence,
        }
        key = self._sql.execute(sa.insert(t.speaker).values(**row)).inserted_primary_key
        assert key is not None
        return int(key[0])

    # Highlights

    def marks(self, session_id: int, ids: Collection[int]) -> dict[int, Anchor]:
        """Give some of a session's highlights by number."""
        query = _marks().where(t.highlight.c.session_id == session_id, among(self._sql, t.highlight.c.id, ids))
        return {row["id"]: Anchor(**row) for row in self._sql.execute(query).mappings()}

    def marks_elsewhere(self, text_id: int) -> list[Anchor]:
        """List the highlights of a text's session that are on other texts, text by text."""
        session = sa.select(t.text.c.session_id).where(t.text.c.id == text_id).scalar_subquery()
        elsewhere = sa.and_(t.highlight.c.session_id == session, t.highlight.c.text_id != text_id)
        query = _marks().where(elsewhere).order_by(t.highlight.c.text_id, t.highlight.c.start, t.highlight.c.id)
        return [Anchor(**row) for row in self._sql.execute(query).mappings()]

    def places(self, text_id: int) -> set[tuple[int, int, str]]:
        """Give where a text has highlights: (start, end, by whom)."""
        query = sa.select(t.highlight.c.start, t.highlight.c.end, t.highlight.c.created_by)
        return {
            (row.start, row.end, row.created_by)
            for row in self._sql.execute(query.where(t.highlight.c.text_id == text_id))
        }

    def move(self, marks: Sequence[Anchor]) -> None:
        """Keep where highlights are now."""
        names = ("text_id", "start", "end", "quote", "prefix", "suffix", "lost_at")
        change = sa.update(t.highlight).where(t.highlight.c.id == sa.bindparam("which"))
        rows = [{"which": mark.id, **{f"to_{name}": getattr(mark, name) for name in names}} for mark in marks]
        if rows:
            self._sql.execute(change.values({name: sa.bindparam(f"to_{name}") for name in names}), rows)

    def lose(self, ids: Collection[int], at: datetime) -> None:
        """Note that a corrected text no longer has the words of these highlights."""
        self._sql.execute(sa.update(t.highlight).where(among(self._sql, t.highlight.c.id, ids)).values(lost_at=at))

    def give_codings(self, highlight_id: int, to: int) -> None:
        """Give a highlight's codings to another, but for those that it has already."""
        other = t.coding.alias()
        twice = sa.exists().where(
            other.c.highlight_id == to, other.c.code_id == t.coding.c.code_id, other.c.coder == t.coding.c.coder
        )
        mine = sa.and_(t.coding.c.highlight_id == highlight_id, ~twice)
        self._sql.execute(sa.update(t.coding).where(mine).values(highlight_id=to))

    def at_place(self, mark: Anchor) -> int | None:
        """Give the other highlight of the same person at the same place, if there is one."""
        same = sa.and_(
            t.highlight.c.text_id == mark.text_id,
            t.highlight.c.start == mark.start,
            t.highlight.c.end == mark.end,
            t.highlight.c.created_by == mark.created_by,
            t.highlight.c.id != mark.id,
        )
        return self._sql.scalar(sa.select(t.highlight.c.id).where(same))

    def codes_of(self, ids: Collection[int]) -> dict[int, list[int]]:
        """Give the codes on each highlight."""
        query = sa.select(t.coding.c.highlight_id, t.coding.c.code_id).distinct().order_by(t.coding.c.code_id)
        found: dict[int, list[int]] = {}
        for row in self._sql.execute(query.where(among(self._sql, t.coding.c.highlight_id, ids))):
            found.setdefault(row.highlight_id, []).append(row.code_id)
        return found

    def drop_pending(self, session_id: int, text_id: int) -> None:
        """Remove the open suggestions that point at other texts of the session than this one."""
        old = sa.and_(t.suggestion.c.session_id == session_id, t.suggestion.c.text_id != text_id)
        self._sql.execute(sa.delete(t.suggestion).where(old, t.suggestion.c.state == "pending"))

    # How highlights were carried

    def note_carried(self, rows: Sequence[CarryRow]) -> None:
        """Keep how highlights came to a text."""
        if rows:
            self._sql.execute(sa.insert(t.carry), [asdict(row) for row in rows])

    def settle(self, highlight_ids: Collection[int], at: datetime) -> None:
        """Note that nobody has to look at these highlights any more."""
        mine = sa.and_(among(self._sql, t.carry.c.highlight_id, highlight_ids), t.carry.c.settled_at.is_(None))
        self._sql.execute(sa.update(t.carry).where(mine).values(settled_at=at))

    def carried(self, session_id: int) -> list[CarryRow]:
        """List how a session's highlights were carried, the newest first."""
        columns = [t.carry.c[name] for name in CarryRow.__dataclass_fields__]
        query = sa.select(*columns).join(t.highlight, t.highlight.c.id == t.carry.c.highlight_id)
        rows = self._sql.execute(query.where(t.highlight.c.session_id == session_id).order_by(t.carry.c.id.desc()))
        return [CarryRow(**row) for row in rows.mappings()]

    def to_look_at(self, session_id: int) -> int:
        """Count the session's highlights that were lost or found again and that nobody has looked at."""
        its = t.carry.c.highlight_id == t.highlight.c.id
        lost = sa.and_(
            t.highlight.c.text_id != t.session.c.text_id, ~sa.exists().where(its, t.carry.c.outcome == "lost")
        )
        waiting = sa.or_(lost, sa.exists().where(its, t.carry.c.settled_at.is_(None)))
        query = sa.select(sa.func.count()).select_from(t.highlight).join(t.session)
        return self._sql.scalar(query.where(t.session.c.id == session_id, waiting)) or 0


def _marks() -> sa.Select[Any]:
    return sa.select(*(t.highlight.c[name] for name in Anchor.__dataclass_fields__))
