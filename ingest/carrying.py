"""A transcript as JSON and back: how the limited child process hands over what it read. Never pickle."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from repository.domain.transcript import (
    Column,
    Cue,
    ReadingWarning,
    Role,
    RoleSource,
    SessionKind,
    Speaker,
    TimePrecision,
    Transcript,
    Turn,
    TurnKind,
)


def to_json(transcript: Transcript) -> str:
    """Write a transcript as JSON. Rows are lists: a text has up to 100,000 cues."""
    facts = {
        "text": transcript.text,
        "turns": [
            [t.idx, t.speaker, t.kind, t.start, t.end, t.start_ms, t.end_ms, t.time_precision] for t in transcript.turns
        ],
        "speakers": [[s.label, s.role, s.role_source, s.role_confidence] for s in transcript.speakers],
        "cues": [[c.turn, c.start, c.end, c.start_ms, c.end_ms, c.confidence, c.raw_ref] for c in transcript.cues],
        "kind": transcript.kind,
        "title": transcript.title,
        "occurred_on": transcript.occurred_on.isoformat() if transcript.occurred_on else None,
        "language": transcript.language,
        "shape": transcript.shape,
        "columns": [[column.name, column.use, column.cells] for column in transcript.columns],
        "alternatives": transcript.alternatives,
        "reader": transcript.reader,
        "reader_version": transcript.reader_version,
        "confidence": transcript.confidence,
        "encoding": transcript.encoding,
        "encoding_guessed": transcript.encoding_guessed,
        "warnings": [asdict(warning) for warning in transcript.warnings],
        "facts": transcript.facts,
    }
    return json.dumps(facts, ensure_ascii=True)


def from_json(written: str | bytes) -> Transcript:
    """Read a transcript written by `to_json`; raise ValueError, KeyError or TypeError if it is none."""
    facts: dict[str, Any] = dict(json.loads(written))
    day = facts.pop("occurred_on")
    return Transcript(
        text=facts.pop("text"),
        turns=tuple(
            Turn(idx, speaker, TurnKind(kind), start, end, start_ms, end_ms, TimePrecision(precision))
            for idx, speaker, kind, start, end, start_ms, end_ms, precision in facts.pop("turns")
        ),
        speakers=tuple(
            Speaker(label, Role(role), RoleSource(source), confidence)
            for label, role, source, confidence in facts.pop("speakers")
        ),
        cues=tuple(Cue(*row) for row in facts.pop("cues")),
        kind=SessionKind(facts.pop("kind")),
        occurred_on=date.fromisoformat(day) if day else None,
        columns=tuple(Column(name, use, tuple(cells)) for name, use, cells in facts.pop("columns")),
        alternatives=tuple((name, confidence) for name, confidence in facts.pop("alternatives")),
        warnings=tuple(ReadingWarning(**warning) for warning in facts.pop("warnings")),
        **facts,
    )
