"""Where a span of a text stands: who says it, when, in which file, and where an answer begins."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from repository.domain.transcript import Role, TurnKind
from repository.store import tables as t
from repository.store.visibility import among


@dataclass(frozen=True, slots=True)
class Place:
    """Where a span stands: who speaks most of it, when it begins, in which file, and where an answer begins.

    `answered_at` is the offset in the text of the first turn that is not the interviewer's.
    """

    speaker: str
    start_ms: int | None
    source_name: str
    answered_at: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """The words of a span, and the first and last turn it touches."""

    words: str
    turns: tuple[int, int]


class PlaceStore:
    """Places of spans, through one transaction; for spans that the viewer was found to see."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def of(self, spans: Collection[tuple[int, int, int, int]]) -> dict[tuple[int, int, int, int], Place]:
        """Say, for each (text, start, first turn, last turn), who speaks most of it, and when it begins.

        People are named by the participant's label where linked; the time is that of the nearest cue before the start.
        """
        touched = {(text_id, idx) for text_id, _, first, last in spans for idx in range(first, last + 1)}
        query = (
            sa.select(
                t.turn.c.text_id,
                t.turn.c.idx,
                t.turn.c.start,
                (t.turn.c.end - t.turn.c.start).label("length"),
                t.turn.c.start_ms,
                sa.func.coalesce(t.participant.c.label, t.speaker.c.label, "").label("speaker"),
                sa.case(
                    (t.turn.c.kind == TurnKind.QUESTION.value, Role.INTERVIEWER.value), else_=t.speaker.c.role
                ).label("role"),
                t.source.c.name,
            )
            .join(t.text, t.text.c.id == t.turn.c.text_id)
            .join(t.source, t.source.c.id == t.text.c.source_id)
            .outerjoin(t.speaker, t.speaker.c.id == t.turn.c.speaker_id)
            .outerjoin(t.participant, t.participant.c.id == t.speaker.c.participant_id)
            .where(sa.tuple_(t.turn.c.text_id, t.turn.c.idx).in_(sorted(touched)))
        )
        turns = {(row.text_id, row.idx): row for row in (self._sql.execute(query) if touched else ())}
        times = self._times(spans)
        return {
            span: _place(
                [turns[span[0], i] for i in range(span[2], span[3] + 1) if (span[0], i) in turns], times.get(span)
            )
            for span in spans
        }

    def _times(self, spans: Collection[tuple[int, int, int, int]]) -> dict[tuple[int, int, int, int], int]:
        """Give, for each span, the time of the last cue of its first turn that begins at or before it."""
        first = {(text_id, turn) for text_id, _, turn, _ in spans}
        query = (
            sa.select(t.cue.c.text_id, t.cue.c.turn_idx, t.cue.c.start, t.cue.c.start_ms)
            .where(sa.tuple_(t.cue.c.text_id, t.cue.c.turn_idx).in_(sorted(first)), t.cue.c.start_ms.is_not(None))
            .order_by(t.cue.c.start)
        )
        cues: dict[tuple[int, int], list[Any]] = {}
        for row in self._sql.execute(query) if first else ():
            cues.setdefault((row.text_id, row.turn_idx), []).append(row)
        found = {}
        for span in spans:
            text_id, start, turn, _ = span
            before = [row.start_ms for row in cues.get((text_id, turn), ()) if row.start <= start]
            if before:
                found[span] = before[-1]
        return found

    def spans(self, spans: Collection[tuple[int, int, int]]) -> dict[tuple[int, int, int], Span]:
        """Give the words and turns of each (text, start, end)."""
        texts = {text_id for text_id, _, _ in spans}
        bodies = dict(
            self._sql.execute(sa.select(t.text.c.id, t.text.c.body).where(among(self._sql, t.text.c.id, texts))).all()
        )
        edges: dict[int, list[Any]] = {}
        query = sa.select(t.turn.c.text_id, t.turn.c.idx, t.turn.c.start, t.turn.c.end).order_by(t.turn.c.idx)
        for row in self._sql.execute(query.where(among(self._sql, t.turn.c.text_id, texts))):
            edges.setdefault(row.text_id, []).append(row)
        found = {}
        for text_id, start, end in spans:
            touched = [row.idx for row in edges.get(text_id, []) if row.start < end and row.end > start] or [0]
            found[text_id, start, end] = Span(bodies[text_id][start:end], (touched[0], touched[-1]))
        return found


def _place(turns: list[Any], start_ms: int | None) -> Place:
    if not turns:
        return Place("", None, "")
    said: dict[str, int] = {}
    for row in turns:
        # The interviewer's question stands beside the answer, but the quote is the participant's.
        weight = row.length if row.role != Role.INTERVIEWER.value else 1
        said[row.speaker] = said.get(row.speaker, 0) + weight
    answered = (row.start for row in turns if row.role != Role.INTERVIEWER.value)
    return Place(
        max(said, key=lambda label: said[label]),
        turns[0].start_ms if start_ms is None else start_ms,
        turns[0].name,
        next(answered, 0),
    )
