"""Printed pages to paragraphs: columns, running heads and page numbers, wrapped lines, words divided at a line's end.

It knows where each line begins and guesses where it ends from the usual widths of letters. A line was wrapped if the next
line's first word would not have fitted behind it; that, the space above and indents tell where paragraphs begin.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from ingest.readers.documents import lines_of_paragraph
from ingest.readers.grammars import Line, is_boilerplate
from ingest.readers.headers import parse
from ingest.readers.labels import is_known
from ingest.readers.stamps import STAMP
from ingest.readers.wordxml import Paragraph, Table
from repository.domain.transcript import ReadingWarning

_HELVETICA = """
278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278
584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944
667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500
278 556 500 722 500 500 500 334 260 334 584
"""
#: Widths of Helvetica's letters from blank to tilde, in thousandths of the size. Only their proportions matter here.
_WIDTHS = tuple(map(int, _HELVETICA.split()))
_MONO, _OTHER, _WIDE = 600, 556, 1000
#: Space above, in leadings, from which a paragraph begins; share of paragraphs that need it where any have it.
_GAP, _SPACED = 1.22, 0.25
#: Share of the text's width up to which a line with the next word surely fits, and beyond which it surely does not.
_FITS, _FULL = 0.94, 1.0
#: Where this share of paragraphs names a speaker, only lines shorter than that end one that does not.
_HEADED, _SHORT = 0.8, 0.8
#: Characters of a line that is a header and nothing else, at most.
_HEADER = 60
#: How much larger than the rest a heading is set.
_LARGER = 1.13
#: Rows at a page's top and bottom that can be running heads, and the share of pages on which they come again.
_EDGE, _PAGES = 3, 0.4
#: Characters at a line's end in which a divided word begins.
_LONGEST = 60
#: Speakers whose names are sought in front of lines.
_NAMES = 200
#: Columns of a table behind the second, at most.
_COLUMNS = 6
#: How many times its letters' size a page's text is wide, at least.
_NARROWEST = 20
#: Points within which rows begin at the same place.
_SAME = 2.5
_NUMBER = re.compile(
    r"\W{0,4}(?:(?:page|seite|pagina|página|p\.|s\.)\s*)?(\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/|von|de|di|sur|\|)\s*\d{1,4})?\W{0,4}",
    re.I,
)
#: What browsers print at the edges.
_PRINTED = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}:\d\d(?: ?[AP]M)?(?:\s.{0,200})?|(?:https?|file)://\S{1,500}(?: \d{1,4}\s?/\s?\d{1,4})?",
    re.I,
)
_DIGITS = re.compile(r"\d+")
_DIVIDED = re.compile(r"([^\W\d_]{1,40})[-\u00ad\u2010]$")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_FIRST = re.compile(r"([^\W\d_]{1,40})")
_NUMBERS = re.compile(r"\d[-\u2010]\d")
_TIME_LAST = re.compile(rf"{STAMP}[\])]?:?$")
_BULLET = re.compile(r"(?:[-*•–·▪◦●○]|\d{1,3}[.)])\s")
_ENDS = tuple(".?!…:;\"'”’»)]")
_TIMED_FIRST = frozenset({"time", "time-above", "time-then-name", "time-name"})
_BEFORE_HYPHENS = """
self well ill non co re pre post ex anti semi half all cross mid multi over under up off on in out so far long short
high low full part two three four five six seven eight nine ten twenty thirty forty fifty sixty seventy eighty ninety
e u x t vice mother father step follow check sign log drop pick
"""
#: What begins words that keep their hyphen.
_KEEP = frozenset(_BEFORE_HYPHENS.split())


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


def blocks_of_pages(
    pages: Sequence[Sequence[Run]], heights: Sequence[float] = ()
) -> tuple[list[Paragraph | Table], list[ReadingWarning]]:
    """Give the paragraphs of pages in order, and what was left out."""
    printed, warnings = _without_furniture([_lines(runs) for runs in pages], heights or [0.0] * len(pages))
    rows = [row for lines, halves in _in_halves(printed) for row in _spaced(_rows(lines, *halves))]
    if not rows:
        return [], warnings
    return _Flow(rows).blocks(), warnings


def width_of(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """Guess the width of some printed characters in points."""
    if mono:
        return _MONO * len(text) * size / 1000
    total = 0
    for c in text:
        code = ord(c) - 32
        if 0 <= code < 95:
            total += _WIDTHS[code]
        elif unicodedata.combining(c):
            continue
        else:
            total += _WIDE if unicodedata.east_asian_width(c) in "WF" else _OTHER
    return total * size / (930 if bold else 1000)


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
        return [_row(line) for line in lines]
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
            row = replace(_row(left + right), text=f"{_row(left).text}\t{_in_cells(right, inner)}", starts=True)
            if padded and out and "\t" in out[-1].text and out[-1].y - row.y < 1.35 * size:
                (label, words), (more, others) = out[-1].text.split("\t", 1), row.text.split("\t", 1)
                out[-1] = replace(out[-1], text=f"{label} {more}\t{words} {others}", y=row.y)
                continue
            out.append(row)
        else:
            out.append(replace(_row(left or right), starts=None if left else False))
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
    return "\t".join(_row(cell).text if cell else "" for cell in cells)


def _lines(runs: Sequence[Run]) -> list[list[Run]]:
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
            out += [*waiting, _row(left)]
            waiting = []
            continue
        out += [_row(left)] if left else []
        waiting += [replace(_row(right), column=1)] if right else []
    return out + waiting


def _row(runs: Sequence[Run]) -> Row:
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


def _without_furniture(
    pages: Sequence[list[list[Run]]], heights: Sequence[float]
) -> tuple[list[list[list[Run]]], list[ReadingWarning]]:
    """Drop running heads and page numbers: at the edge of many pages in the same place, alike but for digits."""
    printed = [[_row(line) for line in lines] for lines in pages]
    filled = sum(bool(page) for page in printed)
    seen: Counter[tuple[str, int]] = Counter()
    for page in printed:
        seen.update({_place(row) for row in _edges(page)})
    fewest = max(2, _PAGES * filled)
    out = []
    heads: Counter[str] = Counter()
    numbers = 0
    for lines, page, height in zip(pages, printed, heights, strict=True):
        gone: set[int] = set()
        for indexes in (range(len(page))[:_EDGE], range(len(page))[: -_EDGE - 1 : -1]):
            for index in indexes:  # from the edge inwards, as long as each is furniture
                row = page[index]
                number = _NUMBER.fullmatch(row.text) is not None
                again = seen[_place(row)] >= fewest and len(row.text) <= 200
                lonely = (number and (again or filled < 3)) or _PRINTED.fullmatch(row.text) is not None
                lonely = lonely and _at_edge(row, height)
                if not lonely and not (again and not _may_be_said(index, page)):
                    break
                if index not in gone:
                    gone.add(index)
                    numbers += number
                    heads.update([] if number else [_DIGITS.sub("…", row.text)])
        out.append([line for index, line in enumerate(lines) if index not in gone])
    return out, _told(heads, numbers)


def _edges(page: Sequence[Row]) -> Iterable[Row]:
    return {id(row): row for row in (*page[:_EDGE], *page[-_EDGE:])}.values()


def _place(row: Row) -> tuple[str, int]:
    return _DIGITS.sub("0", row.text), round(row.y / 3)


def _at_edge(row: Row, height: float) -> bool:
    return not height or row.y < 0.12 * height or row.y > 0.9 * height


def _may_be_said(index: int, page: Sequence[Row]) -> bool:
    """Say whether a repeated row may be speech: it stands as close to the next as lines of one paragraph do."""
    row = page[index]
    label, colon, _ = row.text.partition(":")
    if colon and is_known(label):
        return True
    near = [abs(row.y - page[i].y) for i in (index - 1, index + 1) if 0 <= i < len(page)]
    return bool(near) and not _NUMBER.fullmatch(row.text) and min(near) < 1.6 * row.size


def _told(heads: Counter[str], numbers: int) -> list[ReadingWarning]:
    parts = [f"“{text[:60]}” ({count} times)" for text, count in heads.most_common(4)]
    parts += ["1 page number" if numbers == 1 else f"{numbers} page numbers"] if numbers else []
    return [ReadingWarning(f"Left out from the edges of pages: {', '.join(parts)}.")] if parts else []


class _Flow:
    """Joins rows to paragraphs."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows
        self._all_headed = False
        self._size = Counter(
            round(row.size, 1) for row in rows for _ in range(max(1, len(row.text) // 20))
        ).most_common(1)[0][0]
        self._leading = self._usual_leading()
        self._margins = {column: _margins(rows, column) for column in {row.column for row in rows}}
        self._words = Counter(word.casefold() for row in rows for word in _WORD.findall(row.text))
        self._wide_right = self._hangs()
        ends = [i for i in range(1, len(rows)) if not self._is_wrapped(i)]
        self._by_gap = sum(self._has_gap(i) for i in ends) >= _SPACED * max(1, len(ends))

    def blocks(self) -> list[Paragraph | Table]:
        """Make paragraphs, look who speaks in them, and make them again with that knowledge."""
        paragraphs = self._paragraphs(lambda row: False)
        parsed = parse([self._line(index) for index in range(len(self._rows))])
        if not parsed.habit:
            parsed = parse(_lines_of(paragraphs))
        names = sorted({piece.speaker for piece in parsed.pieces if piece.speaker}, key=len, reverse=True)[:_NAMES]
        timed = parsed.habit in _TIMED_FIRST
        if names or timed:
            known = "|".join(re.escape(name) for name in names) or "(?!)"
            stamp = rf"|[\[(]?{STAMP}" if timed else ""
            header = re.compile(rf"\W{{0,3}}(?:{known})\W{{0,2}}(?:[:：]|\s{{1,4}}[\[(]?\d{{1,3}}:\d\d){stamp}")

            def heads(row: Row) -> bool:
                return header.match(row.text) is not None or is_boilerplate(row.text)

            self._all_headed = True
            paragraphs = self._paragraphs(heads)
            if _headed(paragraphs, header) < _HEADED * len(paragraphs):
                self._all_headed = False
                paragraphs = self._paragraphs(heads)
        blocks = _with_tables(paragraphs)
        if not self._by_gap and len(blocks) == len(paragraphs):
            lines = _lines_of(paragraphs)
            closer = [replace(line, gap=index == 0) for index, line in enumerate(lines)]
            if not parse(lines).habit and parse(closer).habit:  # headers with their words below, all at one distance
                return [Paragraph("\n".join(line.text for line in lines), bold=paragraphs[0].bold)]
        return blocks

    def _line(self, index: int) -> Line:
        """Give a row as a line of its own, to see who speaks before paragraphs are known."""
        row = self._rows[index]
        heading = row.size >= _LARGER * self._size
        return Line(row.text, gap=not index or self._has_gap(index), note=heading, strong=row.bold)

    def _paragraphs(self, heads: Callable[[Row], bool]) -> list[Paragraph]:
        rows = self._rows
        out: list[Paragraph] = []
        first, parts = rows[0], [rows[0].text]  # joined at the end: linear
        header = heads(first)  # the row before is a header, from where its line begins
        for index in range(1, len(rows)):
            row = rows[index]
            headed = heads(row)
            if self._begins(index, headed):
                out.append(self._paragraph(first, "".join(parts), not out))
                first, parts = row, [row.text]
            elif self._is_wrapped(index) and not headed and not (header and _stands_alone(rows[index - 1].text)):
                parts[-1:] = self._joined(parts[-1], row.text)
            else:
                parts += ["\n", row.text]
            header = headed
        out.append(self._paragraph(first, "".join(parts), not out))
        return out

    def _paragraph(self, row: Row, text: str, top: bool) -> Paragraph:
        larger = row.size >= _LARGER * self._size or (top and row.all_bold and ":" not in text)
        return Paragraph(text, larger, row.bold)

    def _begins(self, index: int, headed: bool) -> bool:
        """Say whether a paragraph begins with a row."""
        before, row = self._rows[index - 1], self._rows[index]
        if row.starts is not None:
            return row.starts
        if self._has_gap(index) or abs(before.size - row.size) > 0.1 * self._size:
            return True
        if self._by_gap and row.above is not None:
            return False
        return headed or not self._is_wrapped(index)

    def _has_gap(self, index: int) -> bool:
        above = self._rows[index].above
        return above is not None and above > _GAP * self._leading * max(1.0, self._rows[index].size / self._size)

    def _is_wrapped(self, index: int) -> bool:
        """Say whether a row goes on with the sentence of the row before, which had no place for its first word."""
        before, row = self._rows[index - 1], self._rows[index]
        if row.starts is not None:
            return not row.starts
        if abs(before.size - row.size) > 0.1 * self._size:
            return False
        if _BULLET.match(row.text) and before.text.endswith(_ENDS):
            return False
        if row.above is not None and not self._wide_right and row.x > before.x + 0.5 * row.size:
            return False  # the first line of a paragraph is indented
        if row.text[:1].islower():
            return True
        if self._wide_right and row.above is not None and row.x < before.x - 0.5 * row.size:
            return False
        word = row.text.split(maxsplit=1)[0] if row.text else ""
        left, right = self._margins[before.column]
        needed = before.end - left + width_of(" " + word, row.size, bold=row.bold)
        full = right - left
        if needed < (_SHORT if self._all_headed else _FITS) * full:
            return False
        return needed >= _FULL * full or self._all_headed or not before.text.endswith(_ENDS)

    def _usual_leading(self) -> float:
        """Give the distance of lines in a paragraph: the smallest that is usual."""
        distances = Counter(
            round(row.above, 1) for row in self._rows if row.above and 0.8 * row.size <= row.above <= 4 * row.size
        )
        total = sum(distances.values())
        for distance in sorted(distances):
            near = sum(count for other, count in distances.items() if 0 <= other - distance <= 0.06 * distance)
            if near >= max(2, 0.04 * total) or near == total:
                return distance * 1.03
        return min(distances, default=1.2 * self._size)

    def _hangs(self) -> bool:
        """Say whether lines further to the right go on with a paragraph, rather than begin one."""
        self._wide_right = True
        shifted = [
            i
            for i in range(1, len(self._rows))
            if self._rows[i].above is not None
            and self._rows[i].x > self._rows[i - 1].x + 0.5 * self._rows[i].size
            and not self._has_gap(i)
        ]
        full = sum(self._is_wrapped(i) for i in shifted)
        return full >= 0.6 * len(shifted)

    def _joined(self, before: str, after: str) -> tuple[str, str, str]:
        """Join a wrapped line to the one before; a word divided at the line's end becomes whole again."""
        end, begin = _DIVIDED.search(before[-_LONGEST:]), _FIRST.match(after)
        if end is None or begin is None:
            return before, "" if _NUMBERS.fullmatch(before[-2:] + after[:1]) else " ", after
        first, second = end.group(1), begin.group(1)
        if before[-1] == "\u00ad" or (after[:1].islower() and self._is_divided(first, second)):
            return before[:-1], "", after
        own = after[:1].islower() or self._words[f"{first}-{second}".casefold()]
        return before, "" if own else " ", after

    def _is_divided(self, first: str, second: str) -> bool:
        """Say whether a hyphen at a line's end is not the word's own, by the words elsewhere in the document."""
        whole, own = self._words[(first + second).casefold()], self._words[f"{first}-{second}".casefold()]
        if whole or own:
            return whole > own
        first, second = first.casefold(), second.casefold()
        if first in _KEEP:
            return False
        return not (self._words[first] > self._words[first + "-"] and self._words[second] > 1)


def _lines_of(paragraphs: Sequence[Paragraph]) -> list[Line]:
    return [line for paragraph in paragraphs for line in lines_of_paragraph(paragraph)]


def _headed(paragraphs: Sequence[Paragraph], header: re.Pattern[str]) -> int:
    """Count the paragraphs that begin with a header or stand below one that is nothing else."""
    count, alone = 0, False
    for paragraph in paragraphs:
        found = header.match(paragraph.text)
        count += found is not None or alone
        alone = found is not None and _stands_alone(paragraph.text)
    return count


def _stands_alone(text: str) -> bool:
    """Say whether a line that begins with a header is nothing else: `Ana  0:03`."""
    line = text.strip()
    return len(line) <= _HEADER and (_TIME_LAST.search(line) is not None or not line.endswith(_ENDS))


def _margins(rows: Sequence[Row], column: int) -> tuple[float, float]:
    """Give where a column's lines begin at least and end at most: the largest place that is not one line's alone."""
    left = min(row.x for row in rows if row.column == column)
    ends = sorted((row.end for row in rows if row.column == column), reverse=True)
    alone = len(ends) >= 10 and ends[1] - left < 0.93 * (ends[0] - left)
    narrowest = _NARROWEST * median(row.size for row in rows) if column == 0 else 0.0
    return left, max(ends[1] if alone else ends[0], left + narrowest)


def _with_tables(paragraphs: Sequence[Paragraph]) -> list[Paragraph | Table]:
    """Make a table of paragraphs whose first line stands in cells side by side, unless the first cells are labels."""
    out: list[Paragraph | Table] = []
    rows: list[tuple[str, ...]] = []
    for paragraph in [*paragraphs, None]:
        cells = paragraph.text.split("\t") if paragraph else []
        if len(cells) > 1 and not cells[0].rstrip().endswith((":", "：")):
            rows.append(tuple(cells))
            continue
        if rows:
            out.append(Table(tuple(rows)))
            rows = []
        if paragraph:
            out.append(paragraph)
    return out
