"""The times of a table's rows: stamps, seconds, milliseconds, or both ends in one cell."""

import re
from itertools import pairwise
from statistics import median

from ingest.readers.columns import SPAN
from ingest.readers.stamps import parse_stamp

_DECIMAL = re.compile(r"-?\d{1,12}(?:[.,]\d{1,9})?")
#: Between two rows at least, in the median, where whole numbers are milliseconds.
_GAP = 200


def times_of(starts: list[str], ends: list[str]) -> tuple[list[int | None], list[int | None]]:
    """Read times, one start and end a row: as stamps, seconds or milliseconds; one cell may hold both ends."""
    for index, start in enumerate(starts):
        both = SPAN.split(start, maxsplit=1)
        if len(both) == 2 and not ends[index]:
            starts[index], ends[index] = both
    numbers = [n for n in map(_number, starts) if n is not None]
    gaps = [
        b - a for a, b in zip(map(_number, starts), map(_number, ends), strict=True) if a is not None and b is not None
    ]
    gaps = gaps or [b - a for a, b in pairwise(numbers)]
    whole = all("." not in cell and "," not in cell for cell in (*starts, *ends) if _DECIMAL.fullmatch(cell.strip()))
    in_ms = whole and bool(gaps) and median(gaps) >= _GAP
    scale = 1 if in_ms else 1000
    return [_milliseconds(cell, scale) for cell in starts], [_milliseconds(cell, scale) for cell in ends]


def _number(cell: str) -> float | None:
    return float(cell.replace(",", ".")) if _DECIMAL.fullmatch(cell) else None


def _milliseconds(cell: str, scale: int) -> int | None:
    cell = cell.strip("[]() ")
    number = _number(cell)
    if number is not None:
        return round(number * scale) if number >= 0 else None
    return parse_stamp(cell.rstrip("s"))
