"""What each column of a table is for: proposed by its header and by what is in it."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.readers.column_words import ASKED, CHOSEN, CLOSED, HEADS, METADATA, PLACES, PRIVATE, SCALE
from ingest.readers.labels import is_known, is_name_like, is_possible
from ingest.readers.stamps import parse_stamp

#: What a column can be used for; "" is not at all.
USES = frozenset({"speaker", "text", "start", "end", "date", "role", "title", "rating", "id", "reply", ""})
#: Cells of a column that are looked at.
_SAMPLE = 3_000
#: Characters of a cell that could be a label.
_LABEL = 200
#: The share of cells that must be of a kind to make the column of that kind.
_MOST = 0.8
_USE_OF: dict[str, str] = {
    head.strip(): use for use, heads in HEADS.items() for head in re.split(r"[|\n]", heads) if head.strip()
}
#: Rows of a survey so small that one-word answers cannot be told from choices by coming again.
_SMALL = 8
_NUMBER = re.compile(r"[-+]?[€$£]?\d{1,15}(?:[.,]\d{1,15}){0,3}\s?[%€$£]?")
_DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4})(?:[T ,].{0,30})?"
)
_ADDRESS = re.compile(r"(?:https?://\S+|\S+@\S+\.\w+|\d{1,3}(?:\.\d{1,3}){3})")
#: What stands between the two ends of a span of time.
SPAN = re.compile(r"\s{1,5}(?:-{1,3}>?|–|to)\s{1,5}|\s{0,5}-->\s{0,5}")
#: Headers of what somebody said or wrote, not of what was noted about them.
VOICED = re.compile(
    r"comment|kommentar|bemerkung|rückmeldung|remark|feedback|answer|antwort|response|opinion|reason|verbatim|suggestion|quote|zitat|réponse|respuesta|risposta|\bsaid\b|\bwhy\b",
    re.I,
)
_WORD = re.compile(r"\w+")
_PARTS = re.compile(r"\s*[;,|]\s*")


@dataclass(frozen=True, slots=True)
class Measure:
    """What is in a column: shares of all cells that hold something, but for words, which is a mean."""

    filled: int
    distinct: float
    words: float
    numbers: float
    dates: float
    times: float
    addresses: float
    lone: float  # of the cells with three words or more, those that are the only one of their kind
    parts: float  # how often each part of `A;B` comes
    chosen: float = 0.0  # of the cells, those that are a word to tick: yes, never, high
    persons: bool = False  # most cells are written like somebody's name

    @property
    def plain(self) -> float:
        """Give the share of cells that are no words at all."""
        return self.numbers + self.dates + self.times + self.addresses


def names_of(heads: Sequence[str]) -> list[str]:
    """Give each column a name of its own.

    >>> names_of(["Name", "", "Name"])
    ['Name', 'Column B', 'Name (2)']
    """
    names: list[str] = []
    seen: Counter[str] = Counter()
    taken = {" ".join(head.split()) for head in heads}
    for index, head in enumerate(heads):
        name = " ".join(head.split())[:300] or f"Column {_letter(index)}"
        seen[name] += 1
        count = seen[name]
        if count > 1:
            while f"{name} ({count})" in taken:
                count += 1
            taken.add(f"{name} ({count})")
            name = f"{name} ({count})"
        names.append(name)
    return names


def _letter(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def folded(head: str) -> str:
    """Fold a header for comparing: `created_at`, `Created At:` and `createdAt` are one."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", head[:300])
    return " ".join(re.sub(r"[_*:?]+", " ", spaced).casefold().split())


def use_of_head(head: str) -> str:
    """Give the use that a header names by itself, "" if none.

    >>> [use_of_head(head) for head in ("Speaker", "created_at", "Bewertung 0-10", "What did you like?")]
    ['speaker', 'date', 'rating', '']
    """
    word = folded(head)
    if use := _USE_OF.get(word, _USE_OF.get(head.strip().casefold(), "")):
        return use
    bare = SCALE.sub("", word)
    return "rating" if bare != word and (_USE_OF.get(bare) == "rating" or bare in ("note", "nota")) else ""


def is_metadata(head: str) -> bool:
    """Say whether a header is that of facts about a row, never of an open answer."""
    word = folded(head)
    return METADATA.fullmatch(word) is not None or PLACES.fullmatch(word) is not None


def is_asked(head: str) -> bool:
    """Say whether a header is a question, with its mark or without.

    >>> [is_asked(head) for head in ("Was ist gut", "Frage 2", "Why did you leave?", "What", "Mood")]
    [True, True, True, False, False]
    """
    return head.strip().endswith(("?", "？")) or ASKED.match(folded(head)) is not None


def is_private(head: str) -> bool:
    """Say whether a header is that of who somebody is or what a tool notes: nothing to sum up."""
    return PRIVATE.search(folded(head)) is not None


def measure(cells: Sequence[str]) -> Measure:
    """Measure a column by an even sample of its cells."""
    step = -(-len(cells) // _SAMPLE) or 1
    filled = [cell.strip() for cell in cells[::step] if cell.strip()]
    total = len(filled) or 1
    kinds = Counter(_kind(cell) for cell in filled)
    counts = Counter(cell.casefold() for cell in filled)
    lengths = [len(_WORD.findall(cell[:2_000])) for cell in filled]
    long = [cell.casefold() for cell, words in zip(filled, lengths, strict=True) if words >= 3]
    parts = Counter(part for cell in filled for part in _PARTS.split(cell[:1_000].casefold()) if part)
    return Measure(
        filled=len(filled),
        distinct=len(counts) / total,
        words=sum(lengths) / total,
        numbers=kinds["number"] / total,
        dates=kinds["date"] / total,
        times=kinds["time"] / total,
        addresses=kinds["address"] / total,
        lone=sum(counts[cell] == 1 for cell in long) / len(long) if long else 0.0,
        parts=parts.total() / len(parts) if parts else 0.0,
        chosen=sum(cell.casefold().rstrip(".!") in CHOSEN for cell in filled) / total,
        persons=sum(map(_is_person, filled)) >= _MOST * total,
    )


def _is_person(cell: str) -> bool:
    words = cell[:_LABEL].split()
    return 0 < len(words) <= 5 and is_name_like(cell) and not any(c.isdigit() for c in cell)


def _kind(cell: str) -> str:
    if len(cell) > 60:
        return "address" if _ADDRESS.fullmatch(cell[:2_000]) else "words"
    if _NUMBER.fullmatch(cell):
        return "number"
    if all(parse_stamp(part.strip("[]() ")) is not None for part in SPAN.split(cell, maxsplit=1)):
        return "time"
    if _DATE.fullmatch(cell):
        return "date"
    return "address" if _ADDRESS.fullmatch(cell) else "words"


def is_open(head: str, found: Measure, *, asked: bool = False) -> bool:
    """Say whether a column holds open answers: words, most of them unlike the others; `asked`: in a survey.

    Choices repeat, however long they are; numbers, days, addresses and facts about a person are no answers in words.
    In a few rows nothing repeats: there a question that cannot be answered by ticking is open, short as its answers are.
    """
    if not found.filled or found.plain > 0.5 or (is_metadata(head) and found.words < 6):
        return False
    if _is_open_question(head, found):
        return True
    if found.filled >= 5 and found.words < 25 and (found.lone < 0.4 or found.distinct < 0.3):
        return asked and found.distinct >= 0.7 and found.words >= 1 and found.lone > 0
    if found.filled >= 10 and found.parts >= 3 and found.words < 12 and found.lone < 0.6:
        return False
    if found.words >= 3:
        return True
    return asked and found.words >= 2 and found.distinct >= 0.7


def _is_open_question(head: str, found: Measure) -> bool:
    asks = is_asked(head) and CLOSED.match(head.strip(" ¿\t\n0123456789.)")) is None
    return asks and found.filled <= _SMALL and found.distinct >= 0.7 and found.words >= 1 and found.chosen < 0.5


def propose(heads: Sequence[str], columns: Sequence[Sequence[str]]) -> list[str]:
    """Propose what each column of a table of unknown origin is used for."""
    found = [measure(cells) for cells in columns]
    uses = [use_of_head(head) if _fits(use_of_head(head), m) else "" for head, m in zip(heads, found, strict=True)]
    _only_one(uses, heads, found)
    for index, (head, m) in enumerate(zip(heads, found, strict=True)):
        if not uses[index] and is_open(head, m, asked=is_asked(head)):
            uses[index] = "text"
    if "text" not in uses:
        _some_text(uses, heads, found)
    if any(use == "text" and head.strip().endswith("?") for use, head in zip(uses, heads, strict=True)):
        uses = [
            "" if use == "title" and folded(head) == "title" else use for use, head in zip(uses, heads, strict=True)
        ]
    if not any(use_of_head(head) for head in heads):
        _by_content(uses, columns, found)
    return uses


def _fits(use: str, found: Measure) -> bool:
    """Say whether a column's cells can be what its header promises."""
    if not found.filled:
        return bool(use)
    checks: dict[str, Callable[[], bool]] = {
        "start": lambda: found.times + found.numbers + found.dates >= _MOST,
        "end": lambda: found.times + found.numbers >= _MOST,
        "rating": lambda: found.words <= 4,
        "speaker": lambda: found.words <= 6 and found.dates + found.times < 0.5,
        "role": lambda: found.words <= 3,
        "date": lambda: found.words <= 9,
        "id": lambda: found.words <= 8 and found.addresses < 0.5,
        "text": lambda: found.plain < _MOST,
        "reply": lambda: found.plain < _MOST,
    }
    return checks.get(use, lambda: True)()


def _only_one(uses: list[str], heads: Sequence[str], found: Sequence[Measure]) -> None:
    """Leave one column for each use but text: the first that is filled; a start that holds days is a date."""
    for index, use in enumerate(uses):
        if use == "start" and found[index].dates > 0.5:
            uses[index] = "date"
    voiced = "start" in uses or any(
        VOICED.search(head) or is_asked(head) for head, m in zip(heads, found, strict=True) if m.filled
    )
    for index, (head, m) in enumerate(zip(heads, found, strict=True)):
        people = any(use == "speaker" and i != index and found[i].filled for i, use in enumerate(uses))
        called = people or not (voiced or m.persons)
        if folded(head) == "name" and m.filled > 1 and m.distinct > 0.9 and called:
            uses[index] = "title"  # what a record is called
    for use in USES - {"text", ""}:
        places = [index for index, each in enumerate(uses) if each == use]
        best = max(places, key=lambda i: (found[i].filled > 0, use != "speaker" or _rank(heads[i])), default=None)
        for index in places:
            if index != best:
                uses[index] = ""


def _rank(head: str) -> int:
    """Rank headers of people: a speaker before a name, a name before an address or a number."""
    word = folded(head)
    return 3 if word.startswith("speaker") else 1 if word.endswith((" id", "user", "from")) else 2


def _some_text(uses: list[str], heads: Sequence[str], found: Sequence[Measure]) -> None:
    """Take the wordiest column where none is open by itself."""
    free = [i for i, use in enumerate(uses) if use in ("", "title") and found[i].filled and found[i].plain < 0.5]
    free = [i for i in free if not is_metadata(heads[i])] or free
    if free:
        uses[max(free, key=lambda i: found[i].words * found[i].distinct)] = "text"


def _by_content(uses: list[str], columns: Sequence[Sequence[str]], found: Sequence[Measure]) -> None:
    """Tell speakers and times where no header does: labels that repeat or are known, times of a recording."""
    times = [i for i, m in enumerate(found) if m.times >= _MOST and not uses[i]]
    for use, index in zip(("start", "end"), times, strict=False):
        uses[index] = use
    for index, m in enumerate(found):
        cells = [cell.strip()[:_LABEL] for cell in columns[index][:_SAMPLE] if cell.strip()]
        if uses[index] not in ("", "text") or m.words > 4 or not cells or "speaker" in uses:
            continue
        labels = set(cells)
        fits = sum(is_known(label) or is_possible(label) for label in labels) >= _MOST * len(labels)
        known = sum(map(is_known, labels)) >= _MOST * len(labels)
        if fits and (known or (m.filled >= 4 and m.distinct <= 0.5 and times)):
            uses[index] = "speaker"
    if uses.count("text") == 0:
        _some_text(uses, [""] * len(uses), found)
