"""What a document consists of. Every format is made of these, so that none says anything that another does not."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the document's title, each of level 2 begins a slide. `anchor` is unique within it."""

    level: int
    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph of plain words; `strong` where it says what matters, `quiet` where it is a remark."""

    text: str
    strong: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A list of short points, in order."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A table's cell: what it shows, the number behind it where it is one, and the page that shows the rows it counts."""

    text: str
    number: float | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A table with its title; `name` tells tables of a document apart (file and sheet names are made of it)."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: its Vega-Lite specification (data included), what it shows in words, and the same as a table."""

    name: str
    title: str
    told: str
    specification: dict[str, Any]
    table: Rows


@dataclass(frozen=True, slots=True)
class Quoted:
    """A participant's words, exactly; `stance` "contradicts" where they speak against. `removed`: they were erased.

    `place` is (session, text, start, end); `address` the permanent link to where they stand.
    """

    words: str
    citation: str
    address: str
    place: tuple[int, int, int, int]
    stance: str = ""
    removed: bool = False


Block = Heading | Words | Points | Rows | Picture | Quoted


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its title, a line beneath it, when it is as of (ISO 8601), and its blocks in order."""

    title: str
    subtitle: str
    as_of: str
    blocks: tuple[Block, ...] = field(default=())
