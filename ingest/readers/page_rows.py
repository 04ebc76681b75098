"""Printed characters to rows: a page's lines, its columns one after the other, labels and cells beside their text.

It knows where each line begins and guesses where it ends from the usual widths of letters.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

_HELVETICA = """
278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278
584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944
667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500
278 556 500 722 500 500 500 334 260 334 584
"""
#: Widths of Helvetica's letters from blank to tilde, in thousandths of the size. Only their proportions matter here.
_WIDTHS = tuple(map(int, _HELVETICA.split()))
_MONO, _OTHER, _WIDE = 600, 556, 1000
#: Columns of a table behind the second, at most.
_COLUMNS = 6
#: Points within which rows begin at the same place.
_SAME = 2.5


@dataclass(frozen=True, slots=True)
class Run:
    """Characters printed in one go: where they begin (points, upwards), their size, whether bold or of equal widths."""

    text: str
    x: float
    y: float
    size: float
    bold: bool = False
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A printed line in a column. `above`: its distance to the line above, None at the top of a page or column.

    `starts`: whether a paragraph begins here, where the layout says so.
    """

    text: str
    x: float
    y: float
    end: float
    size: float
    bold: bool
    all_bold: bool
    above: float | None = None
    starts: bool | None = None
    column: int = 0


class _Widths(dict[str, int]):
    """The widths of characters, guessed once each."""

    def __missing__(self, c: str) -> int:
        """Guess the width of a character beyond those of Helvetica that are known."""
        wide = unicodedata.east_asian_width(c) in "WF"
        self[c] = 0 if unicodedata.combining(c) else _WIDE if wide else _OTHER
        return self[c]


_GUESSED = _Widths((chr(32 + place), width) for place, width in enumerate(_WIDTHS))


def width_of(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """Guess the width of some printed characters in points."""
    if mono:
        return _MONO * len(text) * size / 1000
    return sum(map(_GUESSED.__getitem__, text)) * size / (930 if bold else 1000)


def rows_of_pages(pages: Sequence[list[list[Run]]]) -> list[Row]:
    """Give the rows of pages' lines in the order in which they are read, with the space above each."""
    return [row for lines, halves in _in_halves(pages) for row in _spaced(_rows(lines, *halves))]


def _in_halves(
    pages: Sequence[list[list[Run]]],
) -> list[tuple[list[list[Run]], tuple[float | None, bool]]]:
    """Give each page's lines with where its second column begins and whether both are text; pages alike are one case."""
    columns: list[float | None] = []
    for lines in pages:
        last = columns[-1] if columns else None
        columns.append(_second_column(lines) or (last if last is not None and _goes_on(lines, last) else None))
    together: dict[int, list[tuple[list[Run], list[Run]]]] = {}
    for lines, column in zip(pages, columns, strict=True):
        if column is not None:
            together.setdefault(round(column / 10), []).extend(_halves(line, column) for line in lines)
    prose = {place: _is_prose(halves, 10.0 * place) for place, halves in together.items()}
    return [
        (lines, (column, column is not None and prose[round(column / 10)]))
        for lines, column in zip(pages, columns, strict=True)
    ]


def _rows(lines: Sequence[Sequence[Run]], column: float | None, prose: bool) -> list[Row]:
    """Make rows of a page's lines from top to bottom, two columns one after the other."""
    if column is None:
        return [row_of(line) for line in lines]
    halves = [_halves(line, column) for line in lines]
    return _in_columns(halves, column) if prose else _beside(halves)


def _goes_on(lines: Sequence[Sequence[Run]], column: float) -> bool:
    """Say whether the last page's second column is on this page, too, though there are few lines."""
    starts = any(abs(part[0].x - _SAME - column) <= _SAME for line in lines for part in _parts(line))
    return starts and not any(run.x < column and _end(run) > column + 2 * run.size for line in lines for run in line)


def _beside(halves: Sequence[tuple[list[Run], list[Run]]]) -> list[Row]:
    """Give rows of labels and, behind a TAB, text; where rows of a table stand apart, a label may have several lines."""
    heights = [left[0].y for left, right in halves if left and right]
    apart = [a - b for a, b in pairwise(heights)]
    size = median(run.size for left, right in halves for run in (*left, *right))
    padded = bool(apart) and median(apart) > 1.5 * size
    inner = _inner_columns([right for _, right in halves if right])
    out: list[Row] = []
    for left, right in halves:
        if left and right:
            row = replace(row_of(left + right), text=f"{row_of(left).text}\t{_in_cells(right, inner)}", starts=True)
            if padded and out and "\t" in out[-1].text and out[-1].y - row.y < 1.35 * size:
                (label, words), (more, others) = out[-1].text.split("\t", 1), row.text.split("\t", 1)
                out[-1] = replace(out[-1], text=f"{label} {more}\t{words} {others}", y=row.y)
                continue
            out.append(row)
        else:
            out.append(replace(row_of(left or right), starts=None if left else False))
    return out


def _inner_columns(lines: Sequence[Sequence[Run]]) -> list[float]:
    """Find the columns behind the second."""
    found: list[float] = []
    while len(found) < _COLUMNS and (column := _second_column(lines)) is not None:
        found.append(column)
        lines = [rest for line in lines if (rest := [run for run in line if run.x >= column])]
    return found


def _in_cells(runs: Sequence[Run], columns: Sequence[float]) -> str:
    """Give the text of runs with a TAB at each column."""
    edges = [float("-inf"), *columns, float("inf")]
    cells = ([run for run in runs if begin <= run.x < end] for begin, end in pairwise(edges))
    return "\t".join(row_of(cell).text if cell else "" for cell in cells)


def lines_of_page(runs: Sequence[Run]) -> list[list[Run]]:
    """Group runs into lines by their height, each from left to right; what is printed twice in a place counts once."""
    lines: list[list[Run]] = []
    seen: set[tuple[str, int, int]] = set()
    last: tuple[float, float] | None = None
    for run in sorted(runs, key=lambda run: -run.y):
        where = (run.text, round(run.x), round(run.y))
        if where in seen:
            continue
        seen.add(where)
        if last and last[0] - run.y < 0.35 * min(last[1], run.size):
            lines[-1].append(run)
        else:
            lines.append([run])
            last = (run.y, run.size)
    order = {id(run): index for index, run in enumerate(runs)}
    return [sorted(line, key=lambda run: (run.x, order[id(run)])) for line in lines]


def _second_column(lines: Sequence[Sequence[Run]]) -> float | None:
    """Find where a second column begins: many lines have a run there, few run across."""
    if len(lines) < 3:
        return None
    parts = [_parts(line) for line in lines]
    left = min(line[0][0].x for line in parts)
    right = max(_end(line[-1][-1]) for line in parts)
    inner = Counter(round(part[0].x / 2) for line in parts for part in line if part[0].x > left + 3 * part[0].size)
    for place, _ in inner.most_common(3):
        x = 2.0 * place
        begins = sum(any(abs(part[0].x - x) <= _SAME for part in line) for line in parts)
        beside = sum(any(abs(part[0].x - x) <= _SAME for part in line[1:]) for line in parts)
        across = sum(
            any(part[0].x < x - _SAME and _end(part[-1]) > x + part[0].size for part in line) for line in parts
        )
        parted = beside >= 3 or x > left + 0.4 * (right - left)
        if parted and begins >= 0.3 * len(lines) and across <= 0.25 * len(lines):
            return x - _SAME
    return None


def _parts(line: Sequence[Run]) -> list[list[Run]]:
    """Cut a line where the space between two runs is wider than between words."""
    parts = [[line[0]]]
    for before, run in pairwise(line):
        if run.x - _end(before) > 1.2 * run.size:
            parts.append([run])
        else:
            parts[-1].append(run)
    return parts


def _end(run: Run) -> float:
    return run.x + width_of(run.text.strip(), run.size, bold=run.bold, mono=run.mono)


def _halves(line: Sequence[Run], column: float) -> tuple[list[Run], list[Run]]:
    return [run for run in line if run.x < column], [run for run in line if run.x >= column]


def _is_prose(halves: Sequence[tuple[list[Run], list[Run]]], column: float) -> bool:
    """Say whether the left column is text as wide as the right one, and not labels."""
    lefts = [left for left, _ in halves if left and _end(left[-1]) <= column + left[-1].size]
    if not lefts:
        return False
    begin = min(left[0].x for left in lefts)
    words = sum(len(run.text.split()) for left in lefts for run in left)
    return words >= 4 * len(lefts) and median(_end(left[-1]) - begin for left in lefts) >= 0.6 * (column - begin)


def _in_columns(halves: Sequence[tuple[list[Run], list[Run]]], column: float) -> list[Row]:
    """Give the left column's rows, then the right one's; a row across both ends what is above it."""
    out: list[Row] = []
    waiting: list[Row] = []
    for left, right in halves:
        if left and not right and _end(left[-1]) > column + 2 * left[-1].size:
            out += [*waiting, row_of(left)]
            waiting = []
            continue
        out += [row_of(left)] if left else []
        waiting += [replace(row_of(right), column=1)] if right else []
    return out + waiting


def row_of(runs: Sequence[Run]) -> Row:
    text = ""
    for index, run in enumerate(runs):
        if text and not text[-1].isspace() and not run.text[:1].isspace() and _is_apart(runs[index - 1], run):
            text += " " + run.text
        else:
            text += run.text
    first = runs[0]
    spoken = [run for run in runs if run.text.strip()]
    return Row(
        text.strip(),
        first.x,
        first.y,
        max(max(map(_end, runs)), first.x + width_of(text.strip(), first.size, bold=first.bold, mono=first.mono)),
        max(run.size for run in runs),
        bool(spoken) and spoken[0].bold,
        bool(spoken) and all(run.bold for run in spoken),
    )


def _is_apart(before: Run, after: Run) -> bool:
    return after.x > before.x + 0.85 * (_end(before) - before.x)


def _spaced(rows: Sequence[Row]) -> list[Row]:
    """Measure the space above each row of a page, None at the top of a page or column."""
    if not rows:
        return []
    distances = [None, *(a.y - b.y if a.y > b.y else None for a, b in pairwise(rows))]
    return [replace(row, above=distance) for row, distance in zip(rows, distances, strict=True)]
