"""How a project's positions count: programs disagree on the byte order mark, line ends, characters and the end.

Many write the words of a selection beside its positions, so each way of counting is tried and the exact matches are
counted. Nothing is tried by one more or one less: a selection that fits nearly tells two ways apart no longer.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from ingest.readers.decoding import normalise

#: Characters of a selection's name from which its beginning may be all there is.
_CUT, _ELLIPSIS = 20, 8
#: The share of selections that must begin and end with words for the positions to be believed.
BELIEVED = 0.9
_SPECIAL = re.compile("\r\n?|\n|[\x00-\x08\x0e-\x1f\ufeff]|[\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Counting:
    """A way to count: is the mark counted, is a line end two, is an emoji two, does the end belong to it?"""

    mark: bool = False
    two_for_lines: bool = False
    utf16: bool = False
    inclusive: bool = False


#: What the standard says, as most programs understand it.
STANDARD = Counting()


@dataclass(frozen=True, slots=True)
class Selected:
    """A selection as a file has it: positions, and the name, which may be its words."""

    start: int
    end: int
    name: str = ""


class Positions:
    """Turns positions counted one way into offsets of the normalised text."""

    def __init__(self, raw: str, counting: Counting) -> None:
        """Look at a text as it is in the file."""
        theirs = int(counting.mark and not raw.startswith("\ufeff"))
        self._theirs, self._ours, self._until = [theirs], [0], [0]
        ours = at = 0
        for found in _SPECIAL.finditer(raw):
            plain = found.start() - at
            self._until[-1] = ours = ours + plain
            theirs += plain
            weight, kept = _weight(found.group(), counting, first=found.start() == 0)
            theirs, ours, at = theirs + weight, ours + kept, found.end()
            self._theirs.append(theirs)
            self._ours.append(ours)
            self._until.append(ours)
        self._until[-1] = ours + len(raw) - at
        self.total = theirs + len(raw) - at
        self._inclusive = counting.inclusive

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give offsets for a selection; what lies outside the text is at its edge."""
        ends = self._offset(end) + self._inclusive  # the whole character, whichever half of it the end is
        return self._offset(start), min(ends, self._until[-1])

    def _offset(self, position: int) -> int:
        part = max(bisect_right(self._theirs, position) - 1, 0)
        return min(max(self._ours[part] + position - self._theirs[part], self._ours[part]), self._until[part])


def _weight(special: str, counting: Counting, *, first: bool) -> tuple[int, int]:
    """Give how much something counts in the file and in the normalised text."""
    if special[0] in "\r\n":
        return 2 if counting.two_for_lines and special != "\r" else 1, 1
    if special == "\ufeff" and first:
        return int(counting.mark), 0
    return (2 if counting.utf16 else 1, 1) if special > "\uffff" else (1, 0)


def calibrated(
    texts: Sequence[tuple[str, Sequence[Selected]]], *, origin: str = ""
) -> list[tuple[Counting, Positions, bool]]:
    """Give for each text (as in the file, with what is selected in it) how it counts, and whether that is believed."""
    ways = _ways(origin)
    scores = [_scores(raw, selected, ways, _matches) for raw, selected in texts]
    pooled = _pooled(scores)
    if not any(pooled.values()):  # no names that are words: which way begins and ends with words?
        native = [way for way in ways if all(_is_native(raw, way) for raw, selected in texts if selected)]
        tidy = _pooled(_scores(raw, selected, native, _is_tidy) for raw, selected in texts)
        count = sum(len(selected) for _, selected in texts)
        sound = not native or tidy[native[0]] >= BELIEVED * count
        best = native[0] if native and sound else max(native or ways, key=lambda way: tidy[way])
    else:
        best = max(ways, key=lambda way: pooled[way])
    found = []
    for (raw, selected), own in zip(texts, scores, strict=True):
        way = max(ways, key=lambda one: own[one])
        way = way if own[way] > own[best] else best
        tidy_here = _scores(raw, selected, [way], _is_tidy)[way]
        believed = max(own[way], tidy_here) >= BELIEVED * len(selected)
        found.append((way, Positions(raw, way), believed))
    return found


def _ways(origin: str) -> list[Counting]:
    """List the ways, the likeliest first."""
    ways = [Counting(*bits) for bits in product((False, True), repeat=4)]
    ways.sort(key=lambda way: (way.inclusive, way.mark, way.two_for_lines, way.utf16))
    if "nvivo" in origin.casefold():
        ways.sort(key=lambda way: (way.inclusive, way.mark, not way.utf16))
    return ways


def _is_native(raw: str, way: Counting) -> bool:
    """Say whether the file itself could have been counted so."""
    return (not way.mark or raw.startswith("\ufeff")) and (not way.two_for_lines or "\r\n" in raw or "\n" not in raw)


def _pooled(scores: Iterable[Counter[Counting]]) -> Counter[Counting]:
    pooled: Counter[Counting] = Counter()
    for own in scores:
        pooled.update(own)
    return pooled


def _scores(
    raw: str, selected: Sequence[Selected], ways: Sequence[Counting], good: Callable[[str, int, int, str], int]
) -> Counter[Counting]:
    if not selected:
        return Counter()
    text = normalise(raw)
    found: Counter[Counting] = Counter()
    for way in ways:
        positions = Positions(raw, way)
        found[way] = sum(good(text, *positions.span(one.start, one.end), one.name) for one in selected)
    return found


def _matches(text: str, start: int, end: int, name: str) -> int:
    """Give 3 if a name is the words, 2 if it is but for blanks around them, 1 if their beginning: that tells no end."""
    wanted = " ".join(name.split())
    words = " ".join(text[start:end].split()) if wanted else ""
    stem = wanted.rstrip("….").rstrip() if wanted.endswith(("…", "...")) else ""
    cut = (len(stem) >= _ELLIPSIS and words.startswith(stem)) or (len(wanted) >= _CUT and words.startswith(wanted))
    if words and words == wanted:
        return 3 if text[start:end] == text[start:end].strip() else 2
    return int(bool(words) and cut)


def _is_tidy(text: str, start: int, end: int, name: str) -> bool:
    """Say whether characters begin and end with words, not inside them and not with blanks."""
    words = text[start:end]
    if not words or words[0].isspace() or words[-1].isspace():
        return False
    inside = (start > 0 and text[start - 1].isalnum() and words[0].isalnum()) or (
        end < len(text) and text[end].isalnum() and words[-1].isalnum()
    )
    return not inside
