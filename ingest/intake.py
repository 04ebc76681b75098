"""Accept a file: keep its bytes, then say so. Nothing is read here; a worker does that."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import PurePath
from typing import BinaryIO

from ingest import recordings
from repository.domain.access import Viewer
from repository.domain.source import DROPPED, Source
from repository.errors import Conflict, Forbidden, NotFound, Unavailable, UnreadableSource
from repository.jobs import queue_ingest
from repository.workspace import Workspace

#: Longest name kept of a file.
NAME = 200


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a file that was handed in; `job_id` None if there is nothing to do."""

    source: Source
    job_id: int | None
    already_here: bool = False


def accept(
    workspace: Workspace,
    viewer: Viewer,
    *,
    study_id: int,
    name: str,
    data: BinaryIO | bytes,
    occurred_on: date | None = None,
    consent: str = "",
    held: bool = False,
) -> Accepted:
    """Keep a file for a study. When this returns, the bytes are synced to the disk and the work is queued.

    With `held` nothing is queued until somebody has seen the preview and said yes (`previewing.confirm`).

    The same bytes in the same study change nothing, but for a failed attempt, which is tried again.
    Raises Forbidden, NotFound (study), UnreadableSource (empty), Rejected (too large), DiskFull.
    """
    if not viewer.may_write:
        raise Forbidden("Readers cannot add files.")
    with workspace.read() as unit:
        if unit.studies.get(viewer, study_id) is None:
            raise NotFound("There is no such study.")
    stream = BytesIO(data) if isinstance(data, bytes) else data
    known_as = PurePath(name.replace("\\", "/")).name.replace("\x00", "")[-NAME:] or "unnamed"
    digest, size = workspace.originals.keep(stream, most=workspace.settings.ingest.max_file_mb << 20)
    if size == 0:
        raise UnreadableSource("The file is empty.", file=known_as, hint="Export it again.", slug="empty-file")
    try:
        accepted = _keep(workspace, study_id, known_as, digest, size, occurred_on, consent, held)
    except Conflict:  # the same bytes came in twice at the same moment
        accepted = _keep(workspace, study_id, known_as, digest, size, occurred_on, consent, held)
    if accepted.source.recording == DROPPED:  # nobody asked to keep it this time either
        recordings.drop(workspace, accepted.source)
    if accepted.job_id is not None:
        workspace.bell.ring(accepted.job_id)
    return accepted


def _keep(
    workspace: Workspace,
    study_id: int,
    name: str,
    digest: str,
    size: int,
    occurred_on: date | None,
    consent: str,
    held: bool,
) -> Accepted:
    with workspace.write() as unit:
        if not workspace.originals.path(digest).is_file():
            raise Unavailable("The file was removed from the bin for good at this very moment.", hint="Add it again.")
        known = unit.sources.with_digest(study_id, digest)
        if known is not None:
            for session in unit.sessions.of_source(known.id):
                unit.sessions.set_deleted(session.id, None)  # uploading what lies in the bin takes it out again
            if known.held and not held:  # somebody looked at the preview, and now adds it without
                unit.sources.decide(
                    known.id, occurred_on=occurred_on, consent=consent, choices=known.choices, held=False
                )
                return Accepted(known, queue_ingest(unit, workspace, known.id))
            job = unit.jobs.of_source(known.id)
            failed = job is not None and job.error is not None and job.state.over
            job_id = queue_ingest(unit, workspace, known.id) if failed else None
            return Accepted(known, job_id, already_here=not known.held)
        source = unit.sources.add(
            study_id=study_id,
            digest=digest,
            name=name,
            size=size,
            occurred_on=occurred_on,
            consent=consent,
            now=workspace.clock(),
            held=held,
        )
        return Accepted(source, None if held else queue_ingest(unit, workspace, source.id))
