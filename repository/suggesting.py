"""Suggest codes for new material: the machine codes apart from people, says why, and never touches what they decided."""

import numpy as np

from repository.domain.coding import Suggestion
from repository.domain.transcript import Role
from repository.judging import judge, suggestions
from repository.workspace import Workspace


def suggest(workspace: Workspace, source_id: int) -> int:
    """Replace the open suggestions for what was read from a source; count them.

    Only what participants or unknown speakers said is coded, never a passage that is the interviewer's alone.
    """
    with workspace.read() as unit:
        segments = [s for s in unit.segments.of_source(source_id) if s.role is not Role.INTERVIEWER]
        vectors = unit.vectors.of(workspace.embedder().fingerprint, {s.words_sha for s in segments})
        session_ids = [session.id for session in unit.sessions.of_source(source_id)]
    segments = [segment for segment in segments if segment.words_sha in vectors]
    found: list[Suggestion] = []
    if workspace.settings.suggesting.enabled and segments:
        matrix = np.stack([np.frombuffer(vectors[s.words_sha], "<f4") for s in segments])
        found = suggestions(workspace, judge(workspace), segments, matrix)
    with workspace.write() as unit:
        unit.codings.replace_pending(found, session_ids=session_ids)
    return len(found)
