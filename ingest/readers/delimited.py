"""Tables written as text: which character separates the cells, and the rows with the lines they begin on."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from repository.domain.transcript import ReadingWarning

#: What separates cells, the likelier first.
DELIMITERS = (",", ";", "\t", "|")
#: Characters and rows looked at to tell the delimiter.
SAMPLE, SAMPLE_ROWS = 60_000, 200
#: The share of rows that must be as wide as the header row.
_EVEN = 0.6
#: Stands behind the text: a cell that swallows it was never closed.
_END = "\x01"
_STATED = re.compile(r'"?sep=([^\n"])"?[ \t]*\n', re.I)
_SPACED = re.compile(r'[,;|]\s"')
#: Characters of a cell at most: as much as a file may have.
_LONGEST = 256 << 20


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells and the line (or the sheet's row) it begins on."""

    cells: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written; `stated`: the first line says so; `even`: the share of rows as wide as the header."""

    delimiter: str
    width: int
    even: float
    stated: bool = False
    spaced: bool = False


def sniff(text: str) -> Dialect | None:
    """Tell how a text is written as a table by its beginning; None if it is not one of at least two columns.

    >>> sniff("Datum;Note\\n1;2,5\\n2;3,5\\n").delimiter, sniff("Well, I said.\\nHe said nothing.\\n")
    (';', None)
    """
    stated = _STATED.match(text)
    if stated:
        return Dialect(stated.group(1), 0, 1.0, stated=True)
    sample = text[:SAMPLE]
    if len(text) > SAMPLE and "\n" in sample:
        sample = sample[: sample.rfind("\n") + 1]
    found = [dialect for delimiter in DELIMITERS if (dialect := _as_written_with(delimiter, sample))]
    return max(found, key=lambda d: d.even * (1 - 1 / d.width), default=None)


def sample_rows(text: str, dialect: Dialect) -> list[Row]:
    """Give the first rows of a text, cheaply."""
    start = _STATED.match(text)
    first = start.end() if start else 0
    sample = text[first : first + SAMPLE]
    return _rows(sample, dialect)[0][:SAMPLE_ROWS]


def rows_of(text: str, dialect: Dialect) -> tuple[list[Row], list[ReadingWarning]]:
    """Give a text's rows, blank ones left out. From a quotation mark that is never closed on, marks mean nothing."""
    stated = _STATED.match(text)
    body = text[stated.end() :] if stated else text
    before = 1 if stated else 0
    rows, open_at = _rows(body, dialect)
    warnings = []
    if open_at:
        warnings.append(
            ReadingWarning("A quotation mark is never closed; from here on each line is a row.", before + open_at)
        )
        rest = body.split("\n")[open_at - 1 :]
        rows += [
            Row(tuple(line.replace('"', "").split(dialect.delimiter)), open_at + index)
            for index, line in enumerate(rest)
            if line.strip()
        ]
    return [Row(row.cells, row.line + before) for row in rows] if before else rows, warnings


def _as_written_with(delimiter: str, sample: str) -> Dialect | None:
    spaced = len(_SPACED.findall(sample)) > sample.count(f'{delimiter}"')
    dialect = Dialect(delimiter, 0, 0.0, spaced=spaced)
    rows = [row for row, _ in zip(_rows(sample, dialect)[0], range(SAMPLE_ROWS), strict=False)]
    if not rows:
        return None
    widths = Counter(len(row.cells) for row in rows)
    width, many = max(widths.items(), key=lambda item: (item[1], item[0]))
    width = max(width, len(rows[0].cells)) if len(rows) < 3 else width
    even = sum(count for size, count in widths.items() if size == width) / len(rows)
    if width < 2 or (even < _EVEN and many < _EVEN * len(rows)):
        return None
    return Dialect(delimiter, width, even, spaced=spaced)


def _rows(text: str, dialect: Dialect) -> tuple[list[Row], int]:
    """Give the rows and, if a quotation mark is never closed, the line of its row (else 0)."""
    rows: list[Row] = []
    last: Row | None = None
    for row in _parsed(text, dialect):
        if last is not None and any(cell.strip() for cell in last.cells):
            rows.append(last)
        last = row
    if last is None or last.cells == (_END,):
        return rows, 0
    return rows, last.line


def _parsed(text: str, dialect: Dialect) -> Iterator[Row]:
    before = csv.field_size_limit(_LONGEST)
    try:
        reader = csv.reader(
            io.StringIO(f"{text}\n{_END}", newline=""),
            delimiter=dialect.delimiter,
            skipinitialspace=dialect.spaced,
        )
        line = 1
        for cells in reader:
            yield Row(tuple(cells), line)
            line = reader.line_num + 1
    finally:
        csv.field_size_limit(before)


def is_blank(cells: Sequence[str]) -> bool:
    """Say whether a row holds nothing."""
    return not any(cell.strip() for cell in cells)
