"""Which characters of a text are still there in another: the same lines first, then the same words inside what changed.

Rare lines and words are the anchors (patience diff): what occurs once on both sides is matched in order, and what lies
between two anchors is compared by itself. Where nothing is rare, little is compared: no text makes this quadratic.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

_LINE = re.compile(r"[^\n]+|\n+")
#: A word; one character of a script that puts no spaces between words; white space; any other sign.
_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|\s+|[^\w\s]")
#: Pairs of words that are compared one by one where nothing rare tells them apart.
_PAIRS = 40_000
#: How many items in a row may be an anchor: where single ones are not rare, rows of them are.
_IN_A_ROW = (1, 4, 16)
#: How often a stretch is cut at anchors before it is left as it is.
_DEPTH = 60


class Block(NamedTuple):
    """`length` characters that stand at `old` in one text and at `new` in the other."""

    old: int
    new: int
    length: int


@dataclass(frozen=True)
class Alignment:
    """Two texts laid side by side."""

    old: str
    new: str

    @cached_property
    def blocks(self) -> list[Block]:
        """Give what both have in common, in order; no two blocks touch on both sides."""
        return _joined(_blocks(self.old, self.new))

    @cached_property
    def _starts(self) -> list[int]:
        return [block.old for block in self.blocks]

    def block_of(self, start: int, end: int) -> Block | None:
        """Give the block that holds all of old[start:end]."""
        at = bisect_right(self._starts, start) - 1
        if at < 0 or self.blocks[at].old + self.blocks[at].length < end:
            return None
        return self.blocks[at]

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Give where the characters old[start:end] stand in the new text, if they are all there and side by side.

        >>> Alignment("we waited two days", "we always waited two days").place(3, 9)
        (10, 16)
        """
        block = self.block_of(start, end)
        return None if block is None else (start - block.old + block.new, end - block.old + block.new)

    def near(self, offset: int, *, after: bool = False) -> int:
        """Give where an offset of the old text would be in the new one; in changed words, their beginning or end."""
        at = bisect_right(self._starts, offset) - 1
        before = self.blocks[at] if at >= 0 else Block(0, 0, 0)
        if offset <= before.old + before.length:
            return before.new + offset - before.old
        if after:
            return self.blocks[at + 1].new if at + 1 < len(self.blocks) else len(self.new)
        return before.new + before.length


def equal_runs(old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Give the runs of equal items of two lists, in order.

    >>> equal_runs(["a", "b", "c"], ["b", "c", "d"])
    [Block(old=1, new=0, length=2)]
    """
    return _joined(_runs(old, new))


def _blocks(old: str, new: str) -> Iterator[Block]:
    """Match lines, then the words of the stretches between matching lines."""
    a, b = _LINE.findall(old), _LINE.findall(new)
    at, to = _offsets(a), _offsets(b)
    done_old = done_new = 0
    for run in [*_runs(a, b, pairs=0), Block(len(a), len(b), 0)]:
        yield from _words(old, new, at[done_old], at[run.old], to[done_new], to[run.new])
        done_old, done_new = run.old + run.length, run.new + run.length
        yield Block(at[run.old], to[run.new], at[done_old] - at[run.old])


def _words(old: str, new: str, start: int, end: int, to: int, until: int) -> Iterator[Block]:
    if start == end or to == until:
        return
    a, b = _WORD.findall(old[start:end]), _WORD.findall(new[to:until])
    at, place = _offsets(a, start), _offsets(b, to)
    for run in _runs(a, b):
        yield Block(at[run.old], place[run.new], at[run.old + run.length] - at[run.old])


def _offsets(items: Sequence[str], first: int = 0) -> list[int]:
    return list(accumulate(map(len, items), initial=first))


def _runs(a: Sequence[str], b: Sequence[str], *, pairs: int = _PAIRS) -> list[Block]:
    """Match two lists; give the runs in order, which may touch."""
    found: list[Block] = []
    stretches = [(0, len(a), 0, len(b), 0)]
    while stretches:
        start, end, to, until, depth = stretches.pop()
        same = 0
        while start + same < end and to + same < until and a[start + same] == b[to + same]:
            same += 1
        if same:
            found.append(Block(start, to, same))
        start, to, same = start + same, to + same, 0
        while end - same > start and until - same > to and a[end - same - 1] == b[until - same - 1]:
            same += 1
        if same:
            found.append(Block(end - same, until - same, same))
        end, until = end - same, until - same
        if start == end or to == until:
            continue
        anchors = _anchors(a[start:end], b[to:until]) if depth < _DEPTH else []
        if anchors:
            for i, j in [*((start + i, to + j) for i, j in anchors), (end, until)]:
                stretches.append((start, i, to, j, depth + 1))
                start, to = i, j  # the anchor begins the next stretch, and is trimmed there
        elif (end - start) * (until - to) <= pairs:
            matcher = SequenceMatcher(None, a[start:end], b[to:until], autojunk=False)
            found += [Block(start + i, to + j, n) for i, j, n in matcher.get_matching_blocks() if n]
    return sorted(found)


def _anchors(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Give the longest list of pairs, in order on both sides, of items that occur once on both; else of some in a row."""
    for length in _IN_A_ROW:
        ours, theirs = ([tuple(items[i : i + length]) for i in range(len(items) - length + 1)] for items in (a, b))
        counts, others = Counter(ours), Counter(theirs)
        once = {row for row, n in counts.items() if n == 1 and others[row] == 1 and any(map(str.isalnum, row))}
        if once:
            place = {row: j for j, row in enumerate(theirs) if row in once}
            return _in_order([(i, place[row]) for i, row in enumerate(ours) if row in once])
    return []


def _in_order(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the longest increasing chain of pairs, by patience sorting; the first numbers increase already."""
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        before.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [j]
        piles[pile : pile + 1] = [number]
    chain = []
    number = piles[-1] if piles else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _joined(blocks: Iterator[Block] | list[Block]) -> list[Block]:
    """Join blocks that touch on both sides, and leave out empty ones."""
    found: list[Block] = []
    for block in blocks:
        last = found[-1] if found else None
        if last and last.old + last.length == block.old and last.new + last.length == block.new:
            found[-1] = Block(last.old, last.new, last.length + block.length)
        elif block.length:
            found.append(block)
    return found
