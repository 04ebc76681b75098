"""What a table's columns hold that is no turn: shown, summed up as facts, or named as left out."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ingest.readers.columns import is_private, measure
from ingest.readers.tabular import Layout
from repository.domain.transcript import Column, ReadingWarning

#: Cells of each column that are shown, their length, and how many facts there are of how many values.
_SHOWN, _CUT, _FACTS, _VALUES = 3, 80, 30, 12
#: Rows up to which a fact says whose it is; else how many there are.
_NAMED = 20


def _first(cells: Sequence[str]) -> Iterator[str]:
    count = 0
    for cell in cells:
        if cell.strip():
            yield cell.strip()[:_CUT]
            count += 1
            if count == _SHOWN:
                return


def shown(layout: Layout, uses: Sequence[str], values: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """Give the columns with what they are used for and their first cells."""
    return tuple(
        Column(name, use, tuple(_first(cells))) for name, use, cells in zip(layout.names, uses, values, strict=True)
    )


def facts_of(
    values: Sequence[Sequence[str]], uses: Sequence[str], layout: Layout, labels: Sequence[str]
) -> dict[str, str]:
    """Sum up the columns that hold choices and numbers: who (of `labels`, if given) gave which, or how many did."""
    facts: dict[str, str] = {}
    for cells, use, name, question in zip(values, uses, layout.names, layout.questions, strict=True):
        if use in ("", "rating", "role") and not is_private(name) and not is_private(question) and len(facts) < _FACTS:
            summed = _summed([" ".join(cell[:200].split())[:100] for cell in cells], labels)
            if summed:
                facts[(name if question in facts else question)[:200]] = summed
    return facts


def _summed(cells: Sequence[str], labels: Sequence[str]) -> str:
    counts = Counter(cell for cell in cells if cell)
    if not 0 < len(counts) <= _VALUES:
        return ""
    found = measure(list(counts))
    if found.dates + found.times + found.addresses > 0.5:
        return ""
    if len(cells) == 1:
        return next(iter(counts))
    if labels and len(cells) <= _NAMED:
        whose = ((value, [who for who, cell in zip(labels, cells, strict=True) if cell == value]) for value in counts)
        return "; ".join(f"{value} ({', '.join(who)})" for value, who in whose)[:2000]
    if counts.total() == len(counts) > 1:  # each row has its own: nothing to count
        return ""
    return "; ".join(f"{value} ({count})" for value, count in counts.most_common())


def _are_words(cells: Sequence[str]) -> bool:
    found = measure(cells)
    return found.plain < 0.5 and any(any(c.isalpha() for c in cell) for cell in cells)


def left_out(
    values: Sequence[Sequence[str]], uses: Sequence[str], layout: Layout, facts: dict[str, str]
) -> list[ReadingWarning]:
    """Name the columns that hold words and are not read."""
    names = [
        name[:60]
        for name, use, question, cells in zip(layout.names, uses, layout.questions, values, strict=True)
        if not use
        and question not in facts
        and not is_private(name)
        and not is_private(question)
        and _are_words(cells[:1_000])
    ]
    if not names:
        return []
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return [ReadingWarning(f"Columns that are not read: {', '.join(names[:20])}{more}.")]
