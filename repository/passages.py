"""Passages as people see them: their words, who says them, where they stand, and their citation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from nlp.embedding import Vectors
from repository.domain.access import Viewer
from repository.store.unit import Unit
from repository.wording import citation, said_by


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage with where it stands. `asked`: so many characters at its beginning are the interviewer's question."""

    id: int
    words_sha: str
    quote: str
    asked: int
    speaker: str
    study_id: int
    study_title: str
    session_id: int
    session_title: str
    occurred_on: date | None
    start_ms: int | None
    citation: str
    start: int
    end: int


def passages_of(unit: Unit, viewer: Viewer, segment_ids: Sequence[int]) -> tuple[Passage, ...]:
    """Give passages that the viewer was found to see, in this order."""
    segments = {segment.id: segment for segment in unit.segments.some(segment_ids)}
    sessions = {s.id: s for s in unit.sessions.some(viewer, {segment.session_id for segment in segments.values()})}
    studies = {study.id: study for study in unit.studies.all(viewer)}
    places = unit.places.of([(s.text_id, s.start, s.first_turn, s.last_turn) for s in segments.values()])
    found = []
    for segment_id in segment_ids:
        s = segments.get(segment_id)
        if s is None or s.session_id not in sessions:
            continue
        session, study = sessions[s.session_id], studies[s.study_id]
        place = places[s.text_id, s.start, s.first_turn, s.last_turn]
        who = said_by(place.speaker, session.kind)
        found.append(
            Passage(
                id=s.id,
                words_sha=s.words_sha,
                quote=s.words,
                asked=min(max(0, place.answered_at - s.start), len(s.words)),
                speaker=who,
                study_id=study.id,
                study_title=study.title,
                session_id=session.id,
                session_title=session.title,
                occurred_on=session.occurred_on,
                start_ms=place.start_ms,
                citation=citation(study.title, who, session.occurred_on),
                start=s.start,
                end=s.end,
            )
        )
    return tuple(found)


def matrix_of(vectors: Sequence[bytes]) -> Vectors:
    """Stack vectors as they are kept to (n, d)."""
    return np.frombuffer(b"".join(vectors), "<f4").reshape(len(vectors), -1) if vectors else np.zeros((0, 1), "f4")
