"""A REFI-QDA project (.qdpx), for looking at it: its texts one after the other (docs/how-to/exchange-with-other-tools.md)."""

from dataclasses import replace

from ingest.exchange.project_archives import is_project
from ingest.exchange.project_reading import read_project
from ingest.readers.assembling import Piece, assemble
from ingest.readers.headers import lines_of, parse
from ingest.readers.received import Received
from repository.domain.transcript import ReadingWarning, Role, Transcript, TurnKind

NAME = "refi_project"
TITLE = "REFI-QDA project"
VERSION = 1
NEEDS: tuple[str, ...] = ()


def recognise(received: Received) -> float:
    """Know an archive that has a project at its top."""
    return 0.99 if received.data.startswith(b"PK") and is_project(received.data) else 0.0


def read(received: Received) -> Transcript:
    """Read every text under its name; codes and codings are only counted here."""
    project = read_project(received.data)
    pieces = [Piece(project.name, kind=TurnKind.NOTE, breaks=True)]
    roles: dict[str, Role] = {}
    remarks = list(project.remarks)
    for text in project.texts:
        parsed = parse(lines_of(text.text))
        pieces += [Piece(text.name, kind=TurnKind.NOTE, breaks=True), *parsed.pieces]
        roles |= parsed.roles
        remarks += text.remarks
    transcript = assemble(pieces, roles=roles, warnings=[ReadingWarning(remark) for remark in remarks])
    counted = f"{len(project.texts)} texts, {len(project.codes)} codes, {project.codings} codings"
    return replace(transcript, title=project.name, shape=f"{TITLE}: {counted}")
