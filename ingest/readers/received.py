"""A file as it reaches the readers, and the shape every reader has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from repository.domain.transcript import ReadingWarning, Transcript


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose for a file where the readers' own proposal was wrong; empty: as proposed.

    `reader` is a reader's NAME, `encoding` a codec's, `columns` says what a table's column is used for, by its header.
    """

    reader: str = ""
    encoding: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Received:
    """A file's bytes and, where they are text, the normalised text; "" where they are not."""

    data: bytes
    name: str
    text: str = ""
    encoding: str = ""
    encoding_guessed: bool = False
    warnings: tuple[ReadingWarning, ...] = ()
    choices: Choices = Choices()

    @property
    def extension(self) -> str:
        """Give the name's extension in lower case, without the dot; "" if there is none."""
        _, dot, extension = self.name.rpartition(".")
        return extension.lower() if dot else ""


class Reader(Protocol):
    """What a module in `formats` offers."""

    NAME: str
    #: What people call the format; a transcript's `shape` may say more.
    TITLE: str
    VERSION: int
    #: Modules it imports when it reads, which a process that reads many files loads beforehand.
    NEEDS: tuple[str, ...]

    def recognise(self, received: Received) -> float:
        """Say how sure this reader is that the file is its own, 0..1, by content; the name only breaks ties."""

    def read(self, received: Received) -> Transcript:
        """Read the file; raise UnreadableSource only where nothing sensible can be made of it."""
