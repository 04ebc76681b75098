"""What is printed at the edges of pages and nobody says: running heads and feet, numbers of pages, what browsers add."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ingest.readers.labels import is_known
from ingest.readers.page_rows import Row, Run, row_of
from repository.domain.transcript import ReadingWarning

#: Rows at a page's top and bottom that can be running heads, and the share of pages on which they come again.
_EDGE, _PAGES = 3, 0.4
_NUMBER = re.compile(
    r"\W{0,4}(?:(?:page|seite|pagina|página|p\.|s\.)\s*)?(\d{1,4}|(?=[ivxl])(?:x[cl]|l?x{0,3})(?:i[xv]|v?i{0,3}))(?:\s*(?:of|/|von|de|di|sur|\|)\s*\d{1,4})?\W{0,4}",
    re.I,
)
#: What browsers print at the edges.
_PRINTED = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}:\d\d(?: ?[AP]M)?(?:\s.{0,200})?|(?:https?|file)://\S{1,500}(?: \d{1,4}\s?/\s?\d{1,4})?",
    re.I,
)
_DIGITS = re.compile(r"\d+")


def without_furniture(
    pages: Sequence[list[list[Run]]], heights: Sequence[float]
) -> tuple[list[list[list[Run]]], list[ReadingWarning]]:
    """Drop running heads and page numbers: at the edge of many pages in the same place, alike but for digits."""
    printed = [[row_of(line) for line in lines] for lines in pages]
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
