"""Pairs of texts that mean nearly the same, among many: cosines in blocks, so that memory stays small."""

from dataclasses import dataclass

import numpy as np

from nlp.embedding import Vectors

#: Rows compared with all others at a time, and pairs kept at most.
BLOCK, MOST = 1_000, 1_000


@dataclass(frozen=True, slots=True)
class Pair:
    """Two places with how alike their names are, and (None: one has none) how alike their definitions; -1..1."""

    first: int
    second: int
    names: float
    definitions: float | None

    @property
    def alike(self) -> float:
        """Give one number for both."""
        return self.names if self.definitions is None else (self.names + self.definitions) / 2


def pairs(names: Vectors, definitions: Vectors, *, both: float, name: float) -> list[Pair]:
    """Give the pairs of n names (n, d) and definitions (n, d) that are alike, the most alike first.

    Vectors have length 1; a definition that is missing is all zeros. Two with definitions must reach `both` on average,
    others `name` by their names alone.
    """
    told = np.asarray(definitions.any(axis=1))
    found: list[Pair] = []
    for start in range(0, len(names), BLOCK):
        stop = min(start + BLOCK, len(names))
        by_name, by_meaning = names[start:stop] @ names[start:].T, definitions[start:stop] @ definitions[start:].T
        defined = told[start:stop, None] & told[None, start:]
        near = np.where(defined, (by_name + by_meaning) / 2 >= both, by_name >= name)
        for row, column in zip(*np.nonzero(np.triu(near, 1)), strict=True):
            meant = float(by_meaning[row, column]) if defined[row, column] else None
            found.append(Pair(start + int(row), start + int(column), float(by_name[row, column]), meant))
        if len(found) > 10 * MOST:
            found = sorted(found, key=lambda pair: -pair.alike)[:MOST]
    return sorted(found, key=lambda pair: -pair.alike)[:MOST]


def closeness(vectors: Vectors) -> float:
    """Give the mean cosine between two of n vectors (n, d) of length 1; 1.0 of one alone."""
    n = len(vectors)
    if n < 2:
        return 1.0
    total = vectors.sum(axis=0, dtype=np.float64)
    return float((total @ total - n) / (n * (n - 1)))
