"""A REFI-QDA project as Cairn takes it: codes, texts, what is marked in them and by whom; and what cannot be taken."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ingest.exchange.code_lists import code_of
from repository.domain.coding import CodeFacts


@dataclass(frozen=True, slots=True)
class ProjectCoding:
    """A code on a selection: by the code's key, who put it there, and when (as the file says it)."""

    guid: str
    code: str
    coder: str
    at: str


@dataclass(frozen=True, slots=True)
class ProjectMark:
    """Characters [start, end) of a project's text that somebody marked."""

    guid: str
    start: int
    end: int
    coder: str
    at: str
    comment: str = ""
    codings: tuple[ProjectCoding, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectText:
    """A text of a project, with LF at line ends and no byte order mark, and the marks in it."""

    guid: str
    name: str
    text: str
    marks: tuple[ProjectMark, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """What a project holds. `remarks` list every loss by its GUID; those of a text stand with the text."""

    name: str
    origin: str
    codes: tuple[CodeFacts, ...]
    texts: tuple[ProjectText, ...]
    remarks: tuple[str, ...] = ()

    @property
    def codings(self) -> int:
        """Count the codings."""
        return sum(len(mark.codings) for text in self.texts for mark in text.marks)


def to_values(project: Project) -> dict[str, Any]:
    """Give a project as JSON has it."""
    return asdict(project)


def from_values(values: Mapping[str, Any]) -> Project:
    """Read a project that `to_values` wrote. Raises KeyError, TypeError, ValueError."""
    texts = tuple(
        ProjectText(**{**text, "marks": tuple(map(_mark, text["marks"])), "remarks": tuple(text["remarks"])})
        for text in values["texts"]
    )
    codes = tuple(map(code_of, values["codes"]))
    return Project(**{**values, "codes": codes, "texts": texts, "remarks": tuple(values["remarks"])})


def _mark(values: Mapping[str, Any]) -> ProjectMark:
    return ProjectMark(**{**values, "codings": tuple(ProjectCoding(**coding) for coding in values["codings"])})
