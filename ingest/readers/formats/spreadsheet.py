"""Tables (.csv, .tsv, .xlsx, .ods): surveys, reviews, tickets, transcripts, notes."""

import re
from collections.abc import Sequence

from ingest.readers.columns import USES, use_of_head
from ingest.readers.delimited import Dialect, Row, rows_of, sample_rows, sniff
from ingest.readers.exports import layout_of
from ingest.readers.received import Received
from ingest.readers.records import read_records
from ingest.readers.tabular import Layout, has_header, is_attendance
from ingest.readers.workbooks import is_workbook, sheet_of
from repository.domain.transcript import Transcript
from repository.errors import UnreadableSource

NAME = "spreadsheet"
TITLE = "Table"
VERSION = 2
NEEDS = ("python_calamine",)
_EXTENSIONS = ("csv", "tsv", "tab")
#: More columns and cells than any survey has.
MOST_COLUMNS, MOST_CELLS = 3_000, 8_000_000
#: What begins other formats, never a table.
_NO_TABLE = re.compile(r"[\s\ufeff]*(?:[{<]|\[\s*[\[{\"\d\]]|WEBVTT|---\n|%PDF|\{\\rtf|@UTF8|@Begin|#\s)")
#: Without the name of a table: the least rows, columns and evenness; the longest header.
_ROWS, _COLUMNS, _EVEN, _HEAD = 3, 3, 0.95, 300


def recognise(received: Received) -> float:
    """Know a workbook by its parts, a table in text by rows of equal width under a header."""
    if received.data.startswith(b"PK") and not received.text:
        return _of_workbook(received) if is_workbook(received.data) else 0.0
    if not received.text or _NO_TABLE.match(received.text):
        return 0.0
    dialect = _dialect(received)
    if dialect is None:
        return 0.0
    rows = sample_rows(received.text, dialect)
    if any(len(row.cells) > MOST_COLUMNS for row in rows):
        return 0.1
    if is_attendance(rows):
        return 0.95
    if len(rows) < 2:
        return 0.3 if received.extension in _EXTENSIONS and rows else 0.0
    if received.extension not in _EXTENSIONS and not _is_surely_table(rows, dialect):
        return 0.0
    layout = layout_of(rows)
    return _sure(received, layout) if layout else 0.0


def read(received: Received) -> Transcript:
    """Read rows by what their columns are for: as a person said, else as proposed."""
    if received.text:
        dialect = _dialect(received) or Dialect(",", 1, 1.0)
        rows, warnings = rows_of(received.text, dialect)
    else:
        sheet = sheet_of(received.data)
        rows, warnings = list(sheet.rows), list(sheet.warnings)
    widest = max((len(row.cells) for row in rows), default=0)
    if widest > MOST_COLUMNS or widest * len(rows) > MOST_CELLS:
        raise UnreadableSource(
            f"The table has {widest} columns and {len(rows)} rows, which is too much.",
            slug="unknown-format",
            hint="Leave out those that hold no words and add it again.",
        )
    if is_attendance(rows):
        raise UnreadableSource(
            "This is a list of who took part in a meeting, not what was said.",
            slug="unknown-format",
            hint="Download the meeting's transcript (WebVTT) and add that.",
        )
    layout = layout_of(rows)
    if layout is None:
        return Transcript("", (), ())
    return read_records(rows, layout, _chosen(received, layout), warnings)


def _of_workbook(received: Received) -> float:
    try:
        rows = list(sheet_of(received.data).rows)
    except UnreadableSource:
        return 1.0  # reading says what is wrong
    if any(len(row.cells) > MOST_COLUMNS for row in rows) or is_attendance(rows):
        return 1.0
    layout = layout_of(rows)
    return _sure(received, layout) if layout else 1.0


def _sure(received: Received, layout: Layout) -> float:
    return max(layout.confidence, 0.9) if _chosen(received, layout) else layout.confidence


def _chosen(received: Received, layout: Layout) -> dict[str, str]:
    """Give the uses a person chose, of columns there are."""
    chosen = received.choices.columns
    return {name: use for name, use in chosen.items() if name in layout.names and use in USES}


def _dialect(received: Received) -> Dialect | None:
    dialect = sniff(received.text)
    if dialect is None and (received.extension in _EXTENSIONS or received.choices.reader == NAME):
        return Dialect("\t" if received.extension == "tsv" else ",", 1, 1.0)
    return dialect


def _is_surely_table(rows: Sequence[Row], dialect: Dialect) -> bool:
    """Say whether text without a table's name is one: wide, even, under a header of short cells that tables have."""
    heads = rows[0].cells
    if dialect.stated:
        return True
    known = layout_of(rows)
    if known and known.confidence >= 0.95:
        return True
    if len(rows) < _ROWS or dialect.width < _COLUMNS or dialect.even < _EVEN or len(heads) != dialect.width:
        return False
    if not has_header(heads, rows) or sum(map(len, heads)) > _HEAD or not all(cell.strip() for cell in heads):
        return False
    spaced = sum(cell.startswith(" ") for row in rows for cell in row.cells[1:])  # so people write, not programs
    named = sum(bool(use_of_head(head)) for head in heads)
    return spaced < 0.5 * sum(len(row.cells) - 1 for row in rows) and named >= (2 if dialect.delimiter == "," else 1)
