"""Sessions in SQL, with the revisions of their text, turns, speakers and cues."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.source import Source
from repository.domain.study import Session
from repository.domain.transcript import (
    KnownSpeaker,
    Role,
    RoleSource,
    SessionKind,
    Speaker,
    TimePrecision,
    Transcript,
    Turn,
    TurnKind,
)
from repository.store import tables as t
from repository.store.visibility import among, sessions_seen, studies_seen


@dataclass(frozen=True, slots=True)
class Revision:
    """One immutable text of a session, with its turns; `Turn.speaker` indexes `speakers`."""

    id: int
    session_id: int
    study_id: int
    body: str
    turns: tuple[Turn, ...]
    speakers: tuple[Speaker, ...]


class SessionStore:
    """Sessions and texts, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def get(self, viewer: Viewer, session_id: int) -> Session | None:
        """Give one session, if it exists for the viewer."""
        query = sa.select(t.session).join(t.study).where(t.session.c.id == session_id, sessions_seen(self._sql, viewer))
        row = self._sql.execute(query).mappings().first()
        return _session(row) if row else None

    def of_study(self, viewer: Viewer, study_id: int) -> list[Session]:
        """List a study's sessions by date."""
        query = (
            sa.select(t.session)
            .join(t.study)
            .where(t.session.c.study_id == study_id, sessions_seen(self._sql, viewer))
            .order_by(t.session.c.occurred_on, t.session.c.id)
        )
        return [_session(row) for row in self._sql.execute(query).mappings()]

    def some(self, viewer: Viewer, ids: Collection[int]) -> list[Session]:
        """List some sessions, if they exist for the viewer."""
        mine = among(self._sql, t.session.c.id, ids)
        query = sa.select(t.session).join(t.study).where(mine, sessions_seen(self._sql, viewer))
        return [_session(row) for row in self._sql.execute(query).mappings()]

    def by_source(self, source_ids: Collection[int]) -> dict[int, int]:
        """Give the first session with a text of each source, unless it lies in the bin."""
        query = sa.select(t.session.c.source_id, sa.func.min(t.session.c.id)).where(
            among(self._sql, t.session.c.source_id, source_ids),
            t.session.c.text_id.is_not(None),
            t.session.c.deleted_at.is_(None),
        )
        return dict(self._sql.execute(query.group_by(t.session.c.source_id)).all())

    def all_of_study(self, study_id: int) -> list[int]:
        """List every session of a study, binned or not; for purging."""
        return list(self._sql.scalars(sa.select(t.session.c.id).where(t.session.c.study_id == study_id)))

    def of_source(self, source_id: int) -> list[Session]:
        """List what was read from a source."""
        query = sa.select(t.session).where(t.session.c.source_id == source_id).order_by(t.session.c.id)
        return [_session(row) for row in self._sql.execute(query).mappings()]

    def newest(self, viewer: Viewer, limit: int) -> list[Session]:
        """List the sessions that were read last."""
        query = (
            sa.select(t.session).join(t.study).where(sessions_seen(self._sql, viewer), t.session.c.text_id.is_not(None))
        )
        rows = self._sql.execute(query.order_by(t.session.c.id.desc()).limit(limit)).mappings()
        return [_session(row) for row in rows]

    def binned(self, viewer: Viewer) -> list[Session]:
        """List sessions in the bin whose study is not."""
        query = sa.select(t.session).join(t.study).where(t.session.c.deleted_at.is_not(None))
        return [_session(row) for row in self._sql.execute(query.where(studies_seen(self._sql, viewer))).mappings()]

    def rename(self, session_id: int, title: str) -> None:
        """Give a session another title."""
        self._sql.execute(sa.update(t.session).where(t.session.c.id == session_id).values(title=title))

    def set_deleted(self, session_id: int, at: datetime | None) -> None:
        """Put a session into the bin, or take it out."""
        self._sql.execute(sa.update(t.session).where(t.session.c.id == session_id).values(deleted_at=at))

    def deleted_before(self, moment: datetime) -> list[Session]:
        """List sessions that have been in the bin since before `moment`."""
        rows = self._sql.execute(sa.select(t.session).where(t.session.c.deleted_at < moment)).mappings()
        return [_session(row) for row in rows]

    def remove(self, session_id: int) -> None:
        """Remove a session with its texts and codings; its segments must be gone already."""
        self._sql.execute(sa.delete(t.session).where(t.session.c.id == session_id))

    def keep_transcript(
        self,
        source: Source,
        transcript: Transcript,
        language: str,
        now: datetime,
        known: Mapping[str, KnownSpeaker] | None = None,
    ) -> int:
        """Keep what was read from a one-session source as the session's current text; give the text's number.

        The same words from the same reader change nothing, so that reading twice is reading once. `known` says who new
        speakers are, by their label in the file; those the session has already stay as people left them.
        """
        existing = self.of_source(source.id)
        session_id = existing[0].id if existing else self._add(source, transcript, language)
        sha = hashlib.sha256(transcript.text.encode("utf-8", "surrogatepass")).hexdigest()
        last = self._sql.execute(
            sa.select(t.text.c.id, t.text.c.sha, t.text.c.revision, t.text.c.reader_version, t.text.c.created_by)
            .where(t.text.c.session_id == session_id)
            .order_by(t.text.c.revision.desc())
        ).first()
        same = last is not None and last.sha == sha and last.reader_version == transcript.reader_version
        if last is not None and (same or last.created_by):  # what a person corrected is never read over
            return int(last.id)
        key = self._sql.execute(
            sa.insert(t.text).values(
                session_id=session_id,
                source_id=source.id,
                revision=last.revision + 1 if last else 1,
                body=transcript.text,
                sha=sha,
                reader=transcript.reader,
                reader_version=transcript.reader_version,
                encoding=transcript.encoding,
                created_at=now,
            )
        ).inserted_primary_key
        assert key is not None
        text_id: int = key[0]
        self._keep_turns(session_id, text_id, transcript, known or {})
        self._sql.execute(
            sa.update(t.session).where(t.session.c.id == session_id).values(text_id=text_id, language=language)
        )
        return text_id

    def _add(self, source: Source, transcript: Transcript, language: str) -> int:
        row = {
            "study_id": source.study_id,
            "source_id": source.id,
            "title": transcript.title or source.name.rsplit(".", 1)[0],
            "kind": transcript.kind.value,
            "occurred_on": source.occurred_on or transcript.occurred_on,
            "language": language,
            "consent": source.consent,
        }
        key = self._sql.execute(sa.insert(t.session).values(**row)).inserted_primary_key
        assert key is not None
        return int(key[0])

    def _keep_turns(
        self, session_id: int, text_id: int, transcript: Transcript, known: Mapping[str, KnownSpeaker]
    ) -> None:
        held = self._speaker_ids(session_id)
        new = [_speaker_row(session_id, s, known) for s in transcript.speakers if s.label not in held]
        if new:
            self._add_speakers(session_id, new)
            held = self._speaker_ids(session_id)
        whose = [held[speaker.label] for speaker in transcript.speakers]  # (who speaks, by which label)
        turns = [
            {
                "text_id": text_id,
                "idx": turn.idx,
                "speaker_id": None if turn.speaker is None else whose[turn.speaker][0],
                "heard_as": None if turn.speaker is None else whose[turn.speaker][1],
                "kind": turn.kind.value,
                "start": turn.start,
                "end": turn.end,
                "start_ms": turn.start_ms,
                "end_ms": turn.end_ms,
                "time_precision": turn.time_precision.value,
            }
            for turn in transcript.turns
        ]
        cues = [
            {
                "text_id": text_id,
                "turn_idx": cue.turn,
                "start": cue.start,
                "end": cue.end,
                "start_ms": cue.start_ms,
                "end_ms": cue.end_ms,
                "confidence": cue.confidence,
                "raw_ref": cue.raw_ref,
            }
            for cue in transcript.cues
        ]
        if turns:
            self._sql.execute(sa.insert(t.turn), turns)
        if cues:
            self._sql.execute(sa.insert(t.cue), cues)

    def _add_speakers(self, session_id: int, rows: list[dict[str, Any]]) -> None:
        """Keep speakers; whoever is known under the label of another is that one."""
        by_label = sa.select(t.speaker.c.label, t.speaker.c.id).where(t.speaker.c.session_id == session_id)
        first = {row["label"]: row for row in reversed(rows)}
        labels = dict(self._sql.execute(by_label).all())
        fresh = [row for label, row in first.items() if label not in labels]
        if fresh:
            self._sql.execute(sa.insert(t.speaker), fresh[::-1])
            labels = dict(self._sql.execute(by_label).all())
        same = [
            {**row, "merged_into": labels[row["label"]], "label": f"{row['raw_label']}\u2192{labels[row['label']]}"}
            for row in rows
            if not any(row is one for one in fresh)
        ]
        if same:
            self._sql.execute(sa.insert(t.speaker), same)

    def _speaker_ids(self, session_id: int) -> dict[str, tuple[int, int | None]]:
        """Give, by label in the file, who speaks; and of merged ones, the label's own row."""
        query = sa.select(t.speaker.c.raw_label, t.speaker.c.id, t.speaker.c.merged_into)
        rows = self._sql.execute(query.where(t.speaker.c.session_id == session_id)).all()
        return {row.raw_label: (row.merged_into or row.id, row.id if row.merged_into else None) for row in rows}

    def revision(self, text_id: int) -> Revision | None:
        """Give a text with its turns and speakers."""
        head = self._sql.execute(
            sa.select(t.text.c.id, t.text.c.session_id, t.text.c.body, t.session.c.study_id)
            .join(t.session, t.session.c.id == t.text.c.session_id)
            .where(t.text.c.id == text_id)
        ).first()
        if head is None:
            return None
        people = self._sql.execute(
            sa.select(t.speaker)
            .where(t.speaker.c.session_id == head.session_id, t.speaker.c.merged_into.is_(None))
            .order_by(t.speaker.c.id)
        ).all()
        place = {row.id: position for position, row in enumerate(people)}
        rows = self._sql.execute(sa.select(t.turn).where(t.turn.c.text_id == text_id).order_by(t.turn.c.idx)).all()
        return Revision(
            id=head.id,
            session_id=head.session_id,
            study_id=head.study_id,
            body=head.body,
            turns=tuple(_turn(row, place) for row in rows),
            speakers=tuple(
                Speaker(row.label, Role(row.role), RoleSource(row.role_source), row.role_confidence) for row in people
            ),
        )


def _speaker_row(session_id: int, speaker: Speaker, known: Mapping[str, KnownSpeaker]) -> dict[str, Any]:
    who = known.get(speaker.label)
    return {
        "session_id": session_id,
        "raw_label": speaker.label,
        "label": who.label if who else speaker.label,
        "role": (who.role if who else speaker.role).value,
        "role_source": (who.source if who else speaker.role_source).value,
        "role_confidence": 1.0 if who else speaker.role_confidence,
        "participant_id": who.participant_id if who else None,
    }


def _turn(row: Any, place: dict[int, int]) -> Turn:
    return Turn(
        idx=row.idx,
        speaker=None if row.speaker_id is None else place[row.speaker_id],
        kind=TurnKind(row.kind),
        start=row.start,
        end=row.end,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        time_precision=TimePrecision(row.time_precision),
    )


def _session(row: Any) -> Session:
    occurred: date | None = row["occurred_on"]
    return Session(
        id=row["id"],
        study_id=row["study_id"],
        source_id=row["source_id"],
        title=row["title"],
        kind=SessionKind(row["kind"]),
        occurred_on=occurred,
        language=row["language"],
        consent=row["consent"],
        text_id=row["text_id"],
        deleted_at=row["deleted_at"],
    )
