"""A corrected file for a transcript that is here already: kept, read like any other, and made the newest revision."""

from io import BytesIO
from pathlib import PurePath
from typing import BinaryIO

from ingest.intake import NAME
from ingest.pipeline import limits_of
from ingest.sandbox import read_untrusted
from repository import revising
from repository.domain.access import Viewer
from repository.errors import CairnError, UnreadableSource
from repository.revising import Original, Revised
from repository.workspace import Workspace


def revise_by_upload(
    workspace: Workspace,
    viewer: Viewer,
    session_id: int,
    *,
    name: str,
    data: BinaryIO | bytes,
    on: int,
    note: str = "",
) -> Revised | None:
    """Make a corrected file a session's newest revision; None if nothing differs.

    Raises Forbidden, NotFound, UnreadableSource, Rejected (too large), Conflict (another transcript's file), Outdated,
    DiskFull. Of a file that is refused nothing is kept.
    """
    revising.draft(workspace, viewer, session_id)  # may this person, and is it there?
    known_as = PurePath(name.replace("\\", "/")).name.replace("\x00", "")[-NAME:] or "unnamed"
    stream = BytesIO(data) if isinstance(data, bytes) else data
    digest, size = workspace.originals.keep(stream, most=workspace.settings.ingest.max_file_mb << 20)
    if size == 0:
        raise UnreadableSource("The file is empty.", file=known_as, hint="Export it again.", slug="empty-file")
    try:
        transcript = read_untrusted(workspace.originals.find(digest), known_as, limits=limits_of(workspace))
        original = Original(digest, size, known_as)
        revised = revising.replace_by(workspace, viewer, session_id, transcript, original, on=on, note=note)
    except CairnError:
        _forget(workspace, digest)
        raise
    if revised is None:
        _forget(workspace, digest)
    return revised


def _forget(workspace: Workspace, digest: str) -> None:
    """Remove a file that became nothing, unless somebody added the same bytes; under the lock that they would wait for."""
    with workspace.write() as unit:
        if digest not in unit.sources.digests():
            workspace.originals.remove(digest)
