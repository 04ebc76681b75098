"""The recording a transcript was made from, and when in it each turn and cue was said."""

from dataclasses import dataclass
from pathlib import Path

from repository.domain.access import Viewer
from repository.domain.source import KEPT, Source
from repository.domain.study import Session
from repository.errors import NotFound
from repository.store.unit import Unit
from repository.workspace import Workspace


@dataclass(frozen=True, slots=True)
class CueTimes:
    """A cue's times in ms, and the characters [start, end) of its turn's words in UTF-16, as browsers count."""

    start_ms: int
    end_ms: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TurnTimes:
    """When a turn was said, in ms; `idx` from 0."""

    idx: int
    start_ms: int
    end_ms: int
    cues: tuple[CueTimes, ...]


def recording(workspace: Workspace, viewer: Viewer, session_id: int) -> tuple[Source, Path]:
    """Give the source and the file of a transcript's recording. Raises NotFound: there is none, or it was dropped."""
    with workspace.read() as unit:
        _, source = _kept(unit, viewer, session_id)
    return source, workspace.originals.find(source.digest)


def times(workspace: Workspace, viewer: Viewer, session_id: int) -> tuple[TurnTimes, ...]:
    """Say when in its recording each turn of a transcript was said, in their order. Raises NotFound."""
    with workspace.read() as unit:
        session, _ = _kept(unit, viewer, session_id)
        text = unit.revisions.text(session.id, session.text_id) if session.text_id else None
    if text is None:
        raise NotFound("There is no such transcript.")
    cues: dict[int, list[CueTimes]] = {}
    for cue in text.cues:
        if cue.start_ms is not None:
            begins = text.turns[cue.turn].start
            start = _utf_16(text.body[begins : cue.start])
            end = start + _utf_16(text.body[cue.start : cue.end])
            cues.setdefault(cue.turn, []).append(CueTimes(cue.start_ms, max(cue.start_ms, cue.end_ms or 0), start, end))
    return tuple(
        TurnTimes(idx, turn.start_ms, max(turn.start_ms, turn.end_ms or 0), tuple(cues.get(idx, ())))
        for idx, turn in enumerate(text.turns)
        if turn.start_ms is not None
    )


def _kept(unit: Unit, viewer: Viewer, session_id: int) -> tuple[Session, Source]:
    session = unit.sessions.get(viewer, session_id)
    source = unit.sources.of_session(viewer, session_id)
    if session is None or source is None:
        raise NotFound("There is no such transcript.")
    if source.recording != KEPT:
        raise NotFound("No recording of this is kept.", hint="The setting [audio] keep_recording says whether one is.")
    return session, source


def _utf_16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
