"""How much room words take on a slide, and how they are spread over several. Lengths in inches, sizes in points."""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

#: What a letter takes of its size across (wide ones: twice that), and a line of its size downwards. Rather too much
#: than too little: which letters the reader's machine has is not known.
ACROSS, DOWN = 0.54, 1.28


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stay on one slide, `high` with what is `beneath` them; one of several where they did not fit."""

    words: str
    size: float
    high: float
    of: Any
    number: int = 1
    count: int = 1


def heights(words: str, size: float, wide: float) -> float:
    """Give how high words are within a width."""
    return sum(_lines(line, size, wide) for line in words.split("\n")) * size * DOWN / 72


def pieces(words: str, size: float, wide: float, most: float, *, of: Any, beneath: float = 0.0) -> list[Piece]:
    """Cut words into pieces that are not higher than `most`, between sentences where that goes, else between words."""
    held: list[str] = []
    for part in _small(words, size, wide, most - beneath):
        if held and heights(held[-1] + part, size, wide) <= most - beneath:
            held[-1] += part
        else:
            held.append(part)
    texts = [text.strip() for text in held if text.strip()] or [""]
    return [
        Piece(text, size, heights(text, size, wide) + beneath, of, number, len(texts))
        for number, text in enumerate(texts, 1)
    ]


def pages(held: Sequence[Piece], most: float, gap: float) -> list[list[Piece]]:
    """Give what stands together on each slide: as few slides as it takes, none of them nearly empty."""
    full = _filled(held, most, gap)
    for part in (0.6, 0.7, 0.8, 0.9):
        even = _filled(held, most * part, gap)
        if len(even) == len(full):
            return even
    return full


def _filled(held: Iterable[Piece], most: float, gap: float) -> list[list[Piece]]:
    laid: list[list[Piece]] = []
    high = most
    for one in held:
        if not laid or high + gap + one.high > most:
            laid.append([])
            high = -gap
        high += gap + one.high
        laid[-1].append(one)
    return laid


def _lines(line: str, size: float, wide: float) -> int:
    across = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)
    return max(1, math.ceil(across * size * ACROSS / 72 / wide))


def _small(words: str, size: float, wide: float, most: float) -> Iterator[str]:
    """Give sentences; of one that is too long its words; of a word that is too long, pieces of it."""
    signs = max(1, int(wide * 72 / (size * ACROSS)) // 2)
    for sentence in re.findall(r".+?(?:[.!?…]\s+|\n|$)", words, re.S):
        if heights(sentence, size, wide) <= most:
            yield sentence
            continue
        for word in re.findall(r"\S+\s*|\s+", sentence):
            yield from (word[at : at + signs] for at in range(0, len(word), signs))
