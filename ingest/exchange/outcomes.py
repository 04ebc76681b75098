"""What became of a project that was brought in: its texts, its codings, and everything that could not be taken."""

from dataclasses import dataclass

from ingest.exchange.bringing_in import OUTCOME
from repository.domain.access import Viewer
from repository.domain.source import Source
from repository.errors import NotFound
from repository.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ProjectOutcome:
    """A project that is in: `texts` are its texts' names by source, `sessions` the transcripts read from them."""

    source: Source
    name: str
    told: str
    texts: dict[int, str]
    sessions: dict[int, int]
    remarks: tuple[str, ...]


def outcome(workspace: Workspace, viewer: Viewer, source_id: int) -> ProjectOutcome:
    """Give what became of a project. Raises NotFound."""
    with workspace.read() as unit:
        source = unit.sources.get(source_id)
        seen = source is not None and unit.studies.get(viewer, source.study_id) is not None
    found = outcome_of(workspace, source) if source is not None and seen else None
    if found is None:
        raise NotFound("There is no such project, or it is not in yet.")
    return found


def outcome_of(workspace: Workspace, source: Source) -> ProjectOutcome | None:
    """Give what became of a source that is a project, None if it is none or not in yet."""
    kept = source.choices.get(OUTCOME)
    if not kept:
        return None
    with workspace.read() as unit:
        texts = unit.sources.some(kept["texts"])
        sessions = unit.sessions.by_source(kept["texts"])
    counted = f"{_many(len(kept['texts']), 'text')}, {_many(kept['codes'], 'code')}, {kept['kept']} of {_many(kept['codings'], 'coding')}"
    remarks = f"; {_many(len(source.warnings), 'remark')}" if source.warnings else ""
    names = {number: texts[number].name for number in kept["texts"] if number in texts}
    return ProjectOutcome(source, kept["name"], f"{counted}{remarks}.", names, sessions, source.warnings)


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
