"""Plain text: with speakers in any of the habits of `grammars`, or notes."""

from dataclasses import replace

from ingest.readers.assembling import assemble
from ingest.readers.dating import day_chatted
from ingest.readers.headers import lines_of, parse
from ingest.readers.received import Received
from repository.domain.transcript import SessionKind, Transcript

NAME = "plain"
TITLE = "Plain text"
VERSION = 2
NEEDS: tuple[str, ...] = ()


def recognise(received: Received) -> float:
    """Take any text that nobody else wants."""
    return 0.2 if received.text else 0.0


def read(received: Received) -> Transcript:
    """Read lines; those that no habit explains are notes."""
    parsed = parse(lines_of(received.text))
    transcript = assemble(
        parsed.pieces,
        precision=parsed.precision,
        roles=parsed.roles,
        recorder=parsed.recorder,
        warnings=parsed.warnings,
    )
    # That nobody else wants it says little: who speaks tells whether it was understood.
    speaks = bool(transcript.speakers)
    shape = "Plain text with speakers" if speaks else "Plain notes"
    day = day_chatted(received.text) if transcript.kind is SessionKind.CHAT else None
    return replace(transcript, occurred_on=day, shape=shape, confidence=0.9 if speaks else 0.7)
