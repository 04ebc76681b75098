"""Plain text: with speakers in any of the habits of `grammars`, or notes."""

from ingest.readers.assembling import assemble
from ingest.readers.headers import lines_of, parse
from ingest.readers.received import Received
from repository.domain.transcript import Transcript

NAME = "plain"
TITLE = "Plain text"
VERSION = 1
NEEDS: tuple[str, ...] = ()


def recognise(received: Received) -> float:
    """Take any text that nobody else wants."""
    return 0.2 if received.text else 0.0


def read(received: Received) -> Transcript:
    """Read lines; those that no habit explains are notes."""
    parsed = parse(lines_of(received.text))
    return assemble(
        parsed.pieces,
        precision=parsed.precision,
        roles=parsed.roles,
        recorder=parsed.recorder,
        warnings=parsed.warnings,
    )
