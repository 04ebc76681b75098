"""Where the characters of a project's text stand in the transcript that was read from it.

Reading takes names and times out of the words, so a selection that crosses from one speaker to the next loses the name
between them, and nothing else.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from nlp.aligning import Alignment


class Placing:
    """A text beside what was read from it."""

    def __init__(self, text: str, body: str) -> None:
        """Lay the two side by side."""
        self._text, self._body = text, body
        self._blocks = [] if text == body else Alignment(text, body).blocks
        self._starts = [block.old for block in self._blocks]
        self._ends = [block.old + block.length for block in self._blocks]

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Give where text[start:end] stands, without what was taken out at its edges; None if nothing of it is left."""
        if not self._text[start:end].strip():
            return None
        if self._text == self._body:
            return start, end
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end) - 1
        if first > last:
            return self._found(start, end)
        head, tail = self._blocks[first], self._blocks[last]
        begins, ends = head.new + max(start - head.old, 0), tail.new + min(end - tail.old, tail.length)
        words, wanted = _letters(self._body[begins:ends]), _letters(self._text[start:end])
        if words == wanted:
            return begins, ends
        return self._found(start, end) or ((begins, ends) if words and _is_within(words, wanted) else None)

    def _found(self, start: int, end: int) -> tuple[int, int] | None:
        """Look for the very words, if they stand at one place only."""
        words = self._text[start:end].strip()
        at = self._body.find(words)
        return (at, at + len(words)) if at >= 0 and self._body.find(words, at + 1) < 0 else None

    def headed(self, end: int, turns: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
        """Give the turn that a name or time ending at `end` stands over; None if none follows."""
        if not self._blocks:
            return None
        at = bisect_left(self._starts, end)
        if at == len(self._blocks):
            return None
        offset = self._blocks[at].new
        return next(((start, until) for start, until in turns if start <= offset < until or start >= offset), None)


def _letters(text: str) -> str:
    return "".join(text.split())


def _is_within(part: str, whole: str) -> bool:
    """Say whether letters are those of a longer text with some left out."""
    rest = iter(whole)
    return all(letter in rest for letter in part)
