"""Bring a codebook in from a file of another tool, or from a table."""

import tempfile
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path, PurePath
from shutil import copyfileobj
from typing import BinaryIO

from ingest.exchange.codebook_csv import written_csv
from ingest.exchange.codebook_qdc import written_qdc
from ingest.exchange.receiving import codes_of
from ingest.pipeline import limits_of
from repository.codebook import seen
from repository.codebook_importing import Imported, import_codes
from repository.domain.access import Viewer
from repository.errors import Forbidden, Rejected
from repository.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FileImported:
    """What came of a file: the import, and what is to be said about the file itself."""

    file: str
    imported: Imported
    remarks: tuple[str, ...]


def import_file(
    workspace: Workspace,
    viewer: Viewer,
    name: str,
    data: BinaryIO | bytes,
    *,
    study_id: int | None = None,
    why: str = "",
) -> FileImported:
    """Add the codes of a CSV table, a .qdc or a .qdpx that are missing; with `study_id` for that study alone.

    All or nothing. Raises Forbidden, NotFound (study), UnreadableSource with the line.
    """
    if not viewer.may_write:
        raise Forbidden("Readers cannot change the codebook.")
    known_as = PurePath(name.replace("\\", "/")).name.replace("\x00", "")[-200:] or "codebook"
    with tempfile.NamedTemporaryFile(prefix="cairn-") as aside:
        copyfileobj(BytesIO(data) if isinstance(data, bytes) else data, aside)
        aside.flush()
        if aside.tell() > workspace.settings.ingest.max_file_mb << 20:
            most = workspace.settings.ingest.max_file_mb
            raise Rejected(f"The file is larger than {most} MB.", hint="Split it.", slug="too-large")
        found = codes_of(Path(aside.name), known_as, limits_of(workspace))
    codes = [replace(facts, study_id=study_id) for facts in found.codes]
    imported = import_codes(workspace, viewer, codes, why=why or f"From {known_as}.")
    return FileImported(known_as, imported, found.remarks)


def exported_csv(workspace: Workspace, viewer: Viewer) -> bytes:
    """Write the codes that a viewer sees as a table; the mark at its beginning tells Excel that it is UTF-8."""
    with workspace.read() as unit:
        return written_csv(seen(unit, viewer)).encode("utf-8-sig", "replace")


def exported_qdc(workspace: Workspace, viewer: Viewer) -> bytes:
    """Write the codes that a viewer sees as REFI-QDA."""
    with workspace.read() as unit:
        return written_qdc(seen(unit, viewer))
