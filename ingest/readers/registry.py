"""The readers there are, and reading: every module in `formats` is one, the most confident reads."""

import importlib
import pkgutil
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import takewhile
from typing import cast

from ingest.readers import formats
from ingest.readers.dating import day_above, day_in, day_stated
from ingest.readers.decoding import decode
from ingest.readers.received import Choices, Reader, Received
from ingest.readers.refusing import refuse_if_known
from repository.domain.transcript import ReadingWarning, Transcript, TurnKind
from repository.errors import UnreadableSource

#: From here on a reader is believed even if the file looks like something that is known not to be read.
_SURE = 0.85
#: Notes above what is said in which a day is looked for.
_NOTES = 5


@cache
def readers() -> tuple[Reader, ...]:
    """Load the readers."""
    names = sorted(module.name for module in pkgutil.iter_modules(formats.__path__))
    return tuple(cast(Reader, importlib.import_module(f"{formats.__name__}.{name}")) for name in names)


def recognise(data: bytes, name: str) -> list[tuple[Reader, float]]:
    """List the readers that could read these bytes, the most confident (0..1) first."""
    return _votes(_receive(data, name))


def read(data: bytes, name: str, choices: Choices = Choices()) -> Transcript:
    """Read a file by its content; raise UnreadableSource with what is wrong and the remedy."""
    try:
        return _read(data, name, choices)
    except UnreadableSource as error:
        if error.file:
            raise
        raise UnreadableSource(error.message, file=name, line=error.line, hint=error.hint, slug=error.slug) from error


def _read(data: bytes, name: str, choices: Choices) -> Transcript:
    if not data.strip(b"\0\t\n\r \xef\xbb\xbf\xff\xfe"):
        raise UnreadableSource("The file is empty.", slug="empty-file", hint="Export it again.")
    received = _receive(data, name, choices)
    votes = _votes(received)
    if not choices.reader and (not votes or (received.text and votes[0][1] < _SURE)):
        refuse_if_known(received)
    reader, confidence = _chosen(votes, choices.reader)
    transcript = reader.read(received)
    if not transcript.turns:
        raise UnreadableSource(
            "There are no words in the file.",
            slug="no-words",
            hint="Wait until the transcript is complete; export it again.",
        )
    return replace(
        transcript,
        occurred_on=transcript.occurred_on or day_in(name) or day_stated(transcript.text) or _day_above(transcript),
        shape=transcript.shape or reader.TITLE,
        reader=reader.NAME,
        reader_version=reader.VERSION,
        confidence=confidence if transcript.confidence == 1.0 else transcript.confidence,
        alternatives=tuple((other.NAME, sure) for other, sure in votes if other is not reader),
        encoding=received.encoding or "utf-8",
        encoding_guessed=received.encoding_guessed,
        warnings=received.warnings + transcript.warnings,
    )


def _day_above(transcript: Transcript) -> date | None:
    turns = takewhile(lambda turn: turn.kind is TurnKind.NOTE, transcript.turns[:_NOTES] if transcript.speakers else ())
    return day_above([transcript.text[turn.start : turn.end] for turn in turns])


def _chosen(votes: list[tuple[Reader, float]], name: str) -> tuple[Reader, float]:
    if not name:
        return votes[0]
    confidence = next((sure for reader, sure in votes if name == reader.NAME), 0.0)
    for reader in readers():
        if name == reader.NAME:
            return reader, confidence
    raise UnreadableSource(f"There is no reader “{name}”.", slug="unknown-format", hint="Choose one of those offered.")


def _receive(data: bytes, name: str, choices: Choices = Choices()) -> Received:
    decoded = None if data.startswith(b"PK\x03\x04") else decode(data, choices.encoding)
    if decoded is None:
        return Received(data, name, choices=choices)
    warnings: tuple[ReadingWarning, ...] = ()
    if decoded.damaged:
        were = "1 character" if decoded.damaged == 1 else f"{decoded.damaged} characters"
        warnings = (ReadingWarning(f"{were} could not be decoded or had to be dropped."),)
    return Received(data, name, decoded.text, decoded.encoding, decoded.guessed, warnings, choices)


def _votes(received: Received) -> list[tuple[Reader, float]]:
    votes = [(reader, reader.recognise(received)) for reader in readers()]
    return sorted((vote for vote in votes if vote[1] > 0), key=lambda vote: -vote[1])
