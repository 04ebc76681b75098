"""Rows of printed pages to paragraphs: wrapped lines joined, words divided at a line's end made whole.

A line was wrapped if the next line's first word would not have fitted behind it; that, the space above and indents tell
where paragraphs begin.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median

from ingest.readers.documents import lines_of_paragraph
from ingest.readers.grammars import Line, is_boilerplate
from ingest.readers.headers import parse
from ingest.readers.labels import is_known, is_name_like, is_possible
from ingest.readers.page_edges import without_furniture
from ingest.readers.page_rows import Row, Run, lines_of_page, rows_of_pages, width_of
from ingest.readers.stamps import STAMP
from ingest.readers.wordxml import Paragraph, Table
from repository.domain.transcript import ReadingWarning

#: Space above, in leadings, from which a paragraph begins; share of paragraphs that need it where any have it.
_GAP, _SPACED = 1.22, 0.25
#: Share of the text's width up to which a line with the next word surely fits, and beyond which it surely does not.
_FITS, _FULL = 0.94, 1.0
#: Where this share of paragraphs names a speaker, only lines shorter than that end one that does not.
_HEADED, _SHORT = 0.8, 0.8
#: Characters of a line that is a header and nothing else, at most.
_HEADER = 60
#: Lines that are only a name, from which such lines are believed.
_FEWEST_ALONE = 4
#: How much larger than the rest a heading is set.
_LARGER = 1.13
#: Characters at a line's end in which a divided word begins.
_LONGEST = 60
#: Speakers whose names are sought in front of lines.
_NAMES = 200
#: How many times its letters' size a page's text is wide, at least.
_NARROWEST = 20
_DIVIDED = re.compile(r"([^\W\d_]{1,40})[-\u00ad\u2010]$")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_FIRST = re.compile(r"([^\W\d_]{1,40})")
_NUMBERS = re.compile(r"\d[-\u2010]\d")
_TIME_LAST = re.compile(rf"{STAMP}[\])]?:?$")
_LONE_TIME = re.compile(rf"[\[(]?{STAMP}[\])]?")
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


def blocks_of_pages(
    pages: Sequence[Sequence[Run]], heights: Sequence[float] = ()
) -> tuple[list[Paragraph | Table], list[ReadingWarning]]:
    """Give the paragraphs of pages in order, and what was left out."""
    printed, warnings = without_furniture([lines_of_page(runs) for runs in pages], heights or [0.0] * len(pages))
    rows = rows_of_pages(printed)
    if not rows:
        return [], warnings
    return _Flow(rows).blocks(), warnings


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
        self._alone = _names_alone(rows)

    def blocks(self) -> list[Paragraph | Table]:
        """Make paragraphs, look who speaks in them, and make them again with that knowledge."""
        paragraphs = self._paragraphs(lambda row: row.text.strip() in self._alone)
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
                return row.text.strip() in self._alone or header.match(row.text) is not None or is_boilerplate(row.text)

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
        if before.text.strip() in self._alone:
            return False
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


def _names_alone(rows: Sequence[Row]) -> frozenset[str]:
    """Give the lines that are a speaker's name and nothing else, and the times beside them: names come again, in turn."""
    counts = Counter(line for row in rows if 0 < len(line := row.text.strip()) <= _HEADER)
    names = {
        line for line, n in counts.items() if n > 1 and (is_known(line) or (is_name_like(line) and is_possible(line)))
    }
    names = {line for line in names if not line.endswith(_ENDS)}
    if len(names) < 2 or sum(counts[name] for name in names) < _FEWEST_ALONE:
        return frozenset()
    times = {line for line in counts if _LONE_TIME.fullmatch(line)}
    return frozenset(names | times)


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
