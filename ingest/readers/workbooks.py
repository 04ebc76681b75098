"""Workbooks (.xlsx, .ods): the sheet with the most words, its cells as written."""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from io import BytesIO
from typing import IO, TYPE_CHECKING

from ingest.readers.archives import check_archive, entries, entry
from ingest.readers.decoding import normalise
from ingest.readers.delimited import Row, is_blank
from repository.domain.transcript import ReadingWarning
from repository.errors import UnreadableSource

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_EXCEL, _OPEN = re.compile(r"xl/workbook\.(?:xml|bin)", re.I), b"application/vnd.oasis.opendocument.spreadsheet"
_SHEET = re.compile(r"xl/worksheets/[^/]*\.xml|content\.xml", re.I)
#: A cell that holds something: those with a style alone are not laid out.
_CELL = re.compile(rb'<(?:\w{1,20}:)?c [^>]{0,200}?\br="([A-Z]{1,3})(\d{1,7})"[^>/]{0,200}>')
_TABLE = re.compile(rb"<[\w-]{0,20}:?(table-row|table-cell)\b([^>]{0,2000})>")
_REPEATED = re.compile(rb"number-(?:columns|rows)-repeated=[\"'](\d{1,9})")
#: Cells of a sheet at most, blanks among them: they are all laid out in memory. Copies of one filled cell.
MOST_CELLS, MOST_COPIES = 3_000_000, 5_000
#: Longest cell that a merged range repeats in each of its rows: a name, never words.
_LABEL = 60
_CHUNK, _OVERLAP = 1 << 20, 1_000
_RESAVE = "Open it in Excel or LibreOffice, save it as a new .xlsx or as CSV and add that."


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of the sheet that is read, its name, and what was decided."""

    name: str
    rows: tuple[Row, ...]
    warnings: tuple[ReadingWarning, ...]


def is_workbook(data: bytes) -> bool:
    """Say whether an archive is a workbook, whatever it is called."""
    names = entries(data)
    if any(_EXCEL.fullmatch(name) for name in names):
        return True
    return "mimetype" in names and entry(data, "mimetype", 100).startswith(_OPEN)


@lru_cache(1)  # recognising looks at what reading reads
def sheet_of(data: bytes) -> Sheet:
    """Give the sheet with the most words; refuse programs, passwords and absurd sizes before anything is laid out."""
    names = entries(data)
    if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        raise UnreadableSource(
            "The workbook contains macros (programs).",
            slug="macros",
            hint="Save it as .xlsx without macros and add that.",
        )
    if "xl/workbook.bin" in names:
        raise UnreadableSource(
            "This is a binary Excel workbook (.xlsb).", slug="unknown-format", hint="Save it as .xlsx and add that."
        )
    check_archive(data)
    _check_extent(data)
    with _opened(data) as book:
        visible = _shown(book)
        sheets = [(name, rows) for name in visible or book.sheet_names if (rows := _rows(book, name))]
        hidden = [name for name in book.sheet_names if name not in visible] if visible else []
    if not sheets:
        return Sheet("", (), ())
    best, rows = max(sheets, key=lambda sheet: _words(sheet[1]))
    others = [name for name, _ in sheets if name != best] + [f"{name} (hidden)" for name in hidden]
    warnings: tuple[ReadingWarning, ...] = ()
    if others:
        sheets_are = "another sheet was" if len(others) == 1 else f"{len(others)} other sheets were"
        warnings = (ReadingWarning(f"The sheet “{best}” is read; {sheets_are} left out: {', '.join(others)}."[:500]),)
    return Sheet(best, tuple(rows), warnings)


def _opened(data: bytes) -> "CalamineWorkbook":
    import python_calamine as calamine

    try:
        return calamine.CalamineWorkbook.from_object(BytesIO(data))
    except calamine.PasswordError as error:
        raise UnreadableSource(
            "The document is protected with a password.", slug="encrypted", hint="Save a copy without one."
        ) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableSource("The workbook is damaged.", slug="damaged-file", hint=_RESAVE) from error


def _shown(book: "CalamineWorkbook") -> list[str]:
    import python_calamine as calamine

    sheet, shown = calamine.SheetTypeEnum.WorkSheet, calamine.SheetVisibleEnum.Visible
    return [info.name for info in book.sheets_metadata if info.typ == sheet and info.visible == shown]


def _rows(book: "CalamineWorkbook", name: str) -> list[Row]:
    import python_calamine as calamine

    try:
        sheet = book.get_sheet_by_name(name)
        cells = [[_written(value) for value in row] for row in sheet.to_python(skip_empty_area=True)]
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise UnreadableSource("The workbook is damaged.", slug="damaged-file", hint=_RESAVE) from error
    top, left = sheet.start or (0, 0)
    _fill_merged(cells, sheet, top, left)
    return [Row(tuple(row), top + index + 1) for index, row in enumerate(cells) if not is_blank(row)]


def _fill_merged(cells: list[list[str]], sheet: "CalamineSheet", top: int, left: int) -> None:
    """Repeat a short cell that is merged down over rows: a speaker's name, a group."""
    left_to_fill = MOST_CELLS
    for (first, column), (last, _) in sheet.merged_cell_ranges or []:
        first, last, column = first - top, min(last - top, len(cells) - 1), column - left
        if last <= first or first < 0 or not 0 <= column < len(cells[first]) or len(cells[first][column]) > _LABEL:
            continue
        left_to_fill -= last - first
        if left_to_fill < 0:
            return
        for row in range(first + 1, last + 1):
            cells[row][column] = cells[row][column] or cells[first][column]


def _words(rows: Sequence[Row]) -> int:
    return sum(cell.count(" ") + 1 for row in rows for cell in row.cells if cell and any(c.isalpha() for c in cell))


def _written(value: object) -> str:
    """Write a cell as people see it.

    >>> [_written(x) for x in (33.0, 3.5, datetime(2026, 1, 5), time(0, 1, 2), timedelta(hours=25), True, "=a")]
    ['33', '3.5', '2026-01-05', '00:01:02', '25:00:00', 'TRUE', '=a']
    """
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, time):
        return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds, ms = divmod(round(value / timedelta(milliseconds=1)), 1000)
        fraction = f".{ms:03d}" if ms else ""
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"
    return normalise(str(value))


def _check_extent(data: bytes) -> None:
    """Refuse a sheet whose corners are so far apart, or whose cells so often repeated, that memory would end."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for name in archive.namelist():
            if _SHEET.fullmatch(name):
                with archive.open(name) as stream:
                    _check_part(stream)


def _check_part(stream: IO[bytes]) -> None:
    rows = columns = 1
    cells = repeats = 0
    rest = b""
    while block := stream.read(_CHUNK):
        block = rest + block
        for letters, number in _CELL.findall(block):
            column = 0
            for letter in letters:
                column = column * 26 + letter - 64
            rows, columns = max(rows, int(number)), max(columns, column)
        for tag, attributes in _TABLE.findall(block):
            found = _REPEATED.search(attributes)
            times = int(found.group(1)) if found else 1
            if tag == b"table-row":
                repeats = times
            elif b"value-type" in attributes:
                cells += times * repeats
                if times * repeats > MOST_COPIES:
                    cells = MOST_CELLS + 1
        rest = block[-_OVERLAP:]
        if rows * columns > MOST_CELLS or cells > MOST_CELLS:
            raise UnreadableSource("The sheet is far larger than what is in it.", slug="archive-bomb", hint=_RESAVE)
