"""A table before its columns are understood: which row is the header, and how it will be read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.readers.columns import measure, names_of, use_of_head
from ingest.readers.delimited import Row, is_blank
from repository.domain.transcript import ReadingWarning, SessionKind

#: Rows above the header row at most: titles.
_ABOVE = 15
_TAGS = re.compile(r"<[^<>]{1,300}>")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is to be read: rows before the data, names, questions and uses of its columns, what it was told by."""

    kind: SessionKind
    shape: str
    confidence: float
    names: tuple[str, ...]
    questions: tuple[str, ...]
    uses: tuple[str, ...]
    first: int  # where the data begins among the rows
    above: tuple[str, ...] = ()  # what stands over the header row


@dataclass(frozen=True, slots=True)
class Table:
    """A table's header and its columns; `second` is the row under the header."""

    heads: tuple[str, ...]
    rows: Sequence[Row]
    first: int

    @property
    def squeezed(self) -> list[str]:
        return [squeezed(head) for head in self.heads]

    def columns(self, first: int) -> list[list[str]]:
        width = len(self.heads)
        return [[row.cells[i] if i < len(row.cells) else "" for row in self.rows[first:]] for i in range(width)]

    def row(self, index: int) -> tuple[str, ...]:
        cells = self.rows[index].cells if index < len(self.rows) else ()
        return (*cells, *[""] * len(self.heads))[: len(self.heads)]


def is_attendance(rows: Sequence[Row]) -> bool:
    """Say whether rows are a list of who took part in a meeting, and when: nobody says a word in it."""
    for row in rows[:12]:
        heads = {squeezed(cell) for cell in row.cells}
        if {"meetingid", "topic"} <= heads or {"jointime", "leavetime"} <= heads or {"firstjoin", "lastleave"} <= heads:
            return True
        if {"fullname", "useraction", "timestamp"} <= heads:
            return True
    return False


def has_header(row: Sequence[str], rows: Sequence[Row]) -> bool:
    """Say whether a row looks like a header: short cells, none a number, a time or what stands below it."""
    heads = [cell.strip() for cell in row if cell.strip()]
    if not heads or 2 * len(heads) < len(row) or len(set(heads)) < 0.5 * len(heads):
        return False
    found = measure(heads)
    if found.plain > (0.34 if len(heads) < 4 else 0.5):
        return False
    below = {cell.strip() for each in rows[:40] if each.cells != tuple(row) for cell in each.cells}
    if any(use_of_head(head) for head in heads):
        return True
    if sum(head in below for head in heads) > 0.3 * len(heads):
        return False
    return found.plain == 0 and all(len(head) <= 400 for head in heads)


def head_at(rows: Sequence[Row]) -> int:
    """Find the header row: the first that is nearly as wide as the table."""
    wide = sorted(sum(bool(cell.strip()) for cell in row.cells) for row in rows[: _ABOVE * 4])
    usual = wide[len(wide) // 2]
    for index, row in enumerate(rows[:_ABOVE]):
        if sum(bool(cell.strip()) for cell in row.cells) >= 0.6 * usual and (index == 0 or has_header(row.cells, rows)):
            return index
    return 0


def trimmed(rows: Sequence[Row], head: int) -> tuple[str, ...]:
    """Give the header's cells without those at its end above which nothing stands."""
    cells = list(rows[head].cells)
    width = max((i + 1 for row in rows[head:] for i in range(len(cells) - 1, -1, -1) if i < len(row.cells) and row.cells[i].strip()),
                default=len(cells)) if not cells[-1].strip() else len(cells)  # fmt: skip
    return tuple(cells[: max(width, 1)])


def squeezed(head: str) -> str:
    return re.sub(r"[^\w#]|_", "", head[:200].casefold())


def plain(question: str) -> str:
    return (
        " ".join(_TAGS.sub(" ", question).replace("&nbsp;", " ").split())
        if "<" in question
        else " ".join(question.split())
    )


def laid_out(table: Table, kind: SessionKind, shape: str, confidence: float, uses: Sequence[str], *,
            names: Sequence[str] = (), questions: Sequence[str] = (), first: int = 0) -> Layout:  # fmt: skip
    called = names_of(names or table.heads)
    asked = tuple(plain(question) or name for question, name in zip(questions or called, called, strict=True))
    return Layout(kind, shape, confidence, tuple(called), asked, tuple(uses), first or table.first)


@dataclass(frozen=True, slots=True)
class Record:
    """A row with as many cells as the table has columns; `number` counts the rows of data."""

    cells: tuple[str, ...]
    line: int
    number: int


def evened(rows: Sequence[Row], width: int, uses: Sequence[str]) -> tuple[list[Record], list[ReadingWarning]]:
    """Make all rows equally wide. What is too much was a delimiter in the words: it goes back into them."""
    records: list[Record] = []
    wide: list[int] = []
    narrow: list[int] = []
    text = max((i for i, use in enumerate(uses) if use == "text"), default=width - 1)
    for row in rows:
        cells = row.cells
        if is_blank(cells):
            continue
        if len(cells) > width:
            cells = cells[: max(width, max((i + 1 for i, cell in enumerate(cells) if cell.strip()), default=0))]
        if (more := len(cells) - width) > 0:
            wide.append(row.line)
            cells = (*cells[:text], ",".join(cells[text : text + more + 1]), *cells[text + more + 1 :])
        elif more < 0:
            narrow.append(row.line)
            cells = (*cells, *[""] * -more)
        records.append(Record(tuple(cells), row.line, len(records) + 1))
    told = []
    if wide:
        told.append(_counted(wide, "more cells than there are columns; what was too much was joined to the words"))
    if narrow and len(narrow) < 0.5 * len(records):
        told.append(_counted(narrow, "fewer cells than there are columns"))
    return records, told


def _counted(lines: Sequence[int], what: str) -> ReadingWarning:
    return ReadingWarning(f"1 row has {what}." if len(lines) == 1 else f"{len(lines)} rows have {what}.", lines[0])
