"""A document as every format writes it: cleaned, its title page apart, cut at its headings, each table once."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any

from web.reporting.blocks import Block, Document, Heading, Picture, Quoted, Rows, Words

#: What stands where words were erased, and why they are not there.
REMOVED = "[removed]"
WHY_REMOVED = "These words were erased, or may not be shown any more, after they were chosen."
AGAINST = "Speaks against"
#: Characters of a figure or word that a column makes room for.
LONGEST = 16
#: Characters that XML 1.0 has no place for, and those that break a line.
_NOWHERE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAKS = re.compile("\r\n|[\r\v\f]")
_LINK = re.compile(r"https?://|/(?!/)", re.I)


@dataclass(frozen=True, slots=True)
class Part:
    """What stands beneath one heading; None before the first."""

    heading: Heading | None
    blocks: tuple[Block, ...]

    @property
    def finding(self) -> str:
        """Give the sentence that says what was found, "" if none does."""
        return next((one.text for one in self.blocks if isinstance(one, Words) and one.strong), "")


@dataclass(frozen=True, slots=True)
class Layout:
    """A document as it is written: title page, parts, and the names of the tables that stand by themselves."""

    title: str
    subtitle: str
    as_of: datetime
    parts: tuple[Part, ...]
    tables: frozenset[str]

    def table_of(self, one: Picture) -> Rows | None:
        """Give the table that stands beneath a chart; None if it stands elsewhere in the document."""
        return None if one.table.name in self.tables else one.table


def laid_out(document: Document) -> Layout:
    """Clean a document and cut it into parts. What the title page says is not said again."""
    document = cleaned(document)
    blocks = list(document.blocks)
    subtitle = ""
    if blocks and isinstance(blocks[0], Heading) and blocks[0].level == 1:
        del blocks[0]
        if blocks and isinstance(blocks[0], Words) and blocks[0].text == document.subtitle:
            subtitle = document.subtitle
            del blocks[0]
    named = frozenset(one.name for one in blocks if isinstance(one, Rows))
    return Layout(document.title, subtitle, moment(document), tuple(_parts(blocks)), named)


def cleaned(document: Document) -> Document:
    """Drop the characters that no file can hold, and links that lead anywhere but to pages."""
    done = _clean(document)
    assert isinstance(done, Document)
    return done


def tables(document: Document) -> list[Rows]:
    """Give every table once, those of charts too."""
    found: dict[str, Rows] = {}
    for one in document.blocks:
        if isinstance(one, Rows | Picture):
            table = one.table if isinstance(one, Picture) else one
            found.setdefault(table.name, table)
    return list(found.values())


def quotes(document: Document) -> Iterator[tuple[str, Quoted]]:
    """Give every quote with the heading it stands under."""
    heading = ""
    for one in document.blocks:
        if isinstance(one, Heading):
            heading = one.text
        elif isinstance(one, Quoted):
            yield heading, one


def moment(document: Document) -> datetime:
    """Give the moment a document is as of, UTC to the second: the one date that its files carry."""
    try:
        told = datetime.fromisoformat(document.as_of)
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def day(at: datetime) -> str:
    """Write a day.

    >>> day(datetime(2026, 11, 3, tzinfo=UTC))
    '3 November 2026'
    """
    return f"{at.day} {at:%B %Y}"


def right_to_left(words: str) -> bool:
    """Say whether words run from right to left, by their first letter that says so.

    >>> right_to_left("1. שלום"), right_to_left("so שלום")
    (True, False)
    """
    kinds = (unicodedata.bidirectional(sign) for sign in words)
    return next((kind in ("R", "AL") for kind in kinds if kind in ("L", "R", "AL")), False)


def numeric(table: Rows, column: int) -> bool:
    """Say whether a column holds numbers only."""
    cells = [row[column] for row in table.rows if row[column].text]
    return bool(cells) and all(cell.number is not None for cell in cells)


def widths(table: Rows, room: int) -> list[float]:
    """Give how wide each column is to be, in characters: no word breaks, and sentences share what is left of `room`.

    The sum is larger than `room` where the columns do not fit.
    """
    least, wanted = [], []
    for column, name in enumerate(table.columns):
        texts = [row[column].text for row in table.rows]
        whole = max((len(text) for text in texts if short(text)), default=0)
        words = max((len(word) for text in (name, *texts) for word in text.split()), default=0)
        longest = sorted(map(len, texts)) or [0]
        usual = longest[min(len(longest) - 1, len(longest) * 9 // 10)]
        least.append(3 + max(whole, min(words, LONGEST), 24 if usual > 2 * LONGEST else min(usual, 12)))
        wanted.append(max(least[-1], min(usual + 2, 60)))
    left, more = room - sum(least), sum(wanted) - sum(least)
    part = max(0.0, min(1.0, left / more)) if more else 0.0
    return [one + part * (full - one) for one, full in zip(least, wanted, strict=True)]


def short(text: str) -> bool:
    """Say whether a cell is a figure or a day, which does not break over lines."""
    return text[:1].isdigit() and len(text) <= LONGEST


def _parts(blocks: list[Block]) -> Iterator[Part]:
    heading: Heading | None = None
    held: list[Block] = []
    for one in blocks:
        if isinstance(one, Heading) and one.level <= 2:
            if heading or held:
                yield Part(heading, tuple(held))
            heading, held = one, []
        else:
            held.append(one)
    if heading or held:
        yield Part(heading, tuple(held))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _NOWHERE.sub("", _BREAKS.sub("\n", value))
    if isinstance(value, tuple | list):
        return type(value)(_clean(one) for one in value)
    if isinstance(value, dict):
        return {_clean(key): _clean(one) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changed = {field.name: _clean(getattr(value, field.name)) for field in fields(value)}
        if not _LINK.match(changed.get("address", "/")):
            changed["address"] = ""
        return replace(value, **changed)
    return value
