"""Places in a text: our code points against a browser's UTF-16 units, and what people see as one character."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from repository.errors import Rejected

#: Characters that UTF-16 writes as two units.
ASTRAL = re.compile("[\U00010000-\U0010ffff]")
ZWJ, ZWNJ = "\u200d", "\u200c"


def from_utf16(text: str, start: int, end: int) -> tuple[int, int]:
    """Turn a browser's offsets into ours; one inside a pair takes the whole character in. Raises Rejected outside.

    >>> from_utf16("a😀b", 1, 3), from_utf16("a😀b", 2, 4), from_utf16("a😀b", 1, 2)
    ((1, 2), (1, 3), (1, 2))
    """
    pairs = [found.start() + earlier for earlier, found in enumerate(ASTRAL.finditer(text))]
    if not 0 <= start <= end <= len(text) + len(pairs):
        raise Rejected("These words are not in the text.", hint="Load the page again.")

    def point(units: int) -> tuple[int, int]:
        whole = bisect_right(pairs, units - 2)  # pairs that end at or before it
        return units - whole, int(whole < len(pairs) and pairs[whole] == units - 1)

    (first, inside), (last, _) = point(start), point(end)
    return first - inside, last


def to_utf16(text: str, places: Sequence[int]) -> list[int]:
    """Turn our offsets into a browser's.

    >>> to_utf16("a😀b", [0, 1, 2, 3])
    [0, 1, 3, 4]
    """
    astral = [found.start() for found in ASTRAL.finditer(text)]
    return [place + bisect_left(astral, place) for place in places]


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave the blanks at the edges of a span out. Raises Rejected where no words are left.

    >>> trimmed("so it went", 2, 6)
    (3, 5)
    """
    if not 0 <= start <= end <= len(text):
        raise Rejected("These words are not in the text.", hint="Load the page again.")
    words = text[start:end]
    if not words.strip():
        raise Rejected("No words were chosen.")
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())


def widened(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the edges of a span outwards so that nothing people see as one character is cut (after UAX #29).

    >>> widened("cafe\u0301!", 0, 4), widened("👩\u200d⚕\ufe0f ok", 2, 4), widened("abc", 1, 2)
    ((0, 5), (0, 4), (1, 2))
    """
    while 0 < start < len(text) and _joined(text, start):
        start -= 1
    while 0 < end < len(text) and _joined(text, end):
        end += 1
    return start, end


def _joined(text: str, at: int) -> bool:
    """Say whether the characters before and after a place are seen as one."""
    before, after = text[at - 1], text[at]
    if after < "\u0300" or before in "\n\r":
        return False
    if after in (ZWJ, ZWNJ) or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True  # a skin tone, a tag of a flag
    if before == ZWJ:
        return unicodedata.category(after) == "So"
    if _indicates(before) and _indicates(after):
        first = at
        while first > 0 and _indicates(text[first - 1]):
            first -= 1
        return (at - first) % 2 == 1  # flags are pairs of regional indicators
    return "\u1160" <= after <= "\u11ff" and "HANGUL" in unicodedata.name(before, "")


def _indicates(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
