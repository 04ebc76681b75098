"""Vectors among their neighbours: measured from their mean, the nearest of them, and smoothed along the graph these make.

Memory is bounded: whatever the number of vectors, only a sample of ANCHORS is compared all with all.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.embedding import Vectors

Numbers = NDArray[np.int64]

#: Vectors compared all with all.
ANCHORS = 4_000
#: Vectors worked on together.
BLOCK = 1_000
#: Neighbours at most: what UMAP (McInnes 2018) takes by default.
NEIGHBOURS = 15
#: Half of a vector comes from its neighbours, then half of that from theirs, and once more.
WEIGHTS = (1 / 8, 1 / 4, 1 / 2)


def unit(vectors: Vectors) -> Vectors:
    """Give vectors (n, d) length 1; what has no length stays without."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(np.where(length > 1e-4, vectors / np.maximum(length, 1e-9), 0), np.float32)


def mean_of(vectors: Vectors) -> Vectors:
    """Give the mean (d,) of vectors (n, d), summed exactly enough that order hardly matters."""
    return np.asarray(vectors.mean(0, dtype=np.float64), np.float32)


def blocks(n: int) -> Iterator[slice]:
    """Give slices that together hold n places."""
    return (slice(at, min(at + BLOCK, n)) for at in range(0, n, BLOCK))


def sample(n: int, seed: int) -> Numbers:
    """Give the places of the anchors among n vectors, ascending: all, or a random ANCHORS of them."""
    if n <= ANCHORS:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, ANCHORS, replace=False))


def principal(vectors: Vectors, dimensions: int) -> Vectors:
    """Give vectors (n, d) in their first principal directions (n, dimensions)."""
    _, directions = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    return np.asarray(vectors @ directions[:, ::-1][:, :dimensions].astype(np.float32))


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Anchors (a, d), of length 1: their nearest others (a, k), with cosines; smoothed; and what each hands on."""

    anchors: Vectors
    near: Numbers
    cosines: Vectors
    smoothed: Vectors
    handed: Vectors

    def place(self, vectors: Vectors) -> tuple[Vectors, Numbers, Vectors]:
        """Smooth vectors (n, d) that are no anchors among them; gives them, their nearest (n, k), and the cosines."""
        near, cosines = nearest(vectors, self.anchors, self.near.shape[1])
        taken = np.einsum("nk,nkd->nd", _shares(cosines), self.handed[near])
        return unit(WEIGHTS[0] * vectors + taken), near, cosines


def neighbourhood(anchors: Vectors) -> Neighbourhood:
    """Smooth two or more anchors (a, d) along the graph of their nearest neighbours (Li, Han and Wu 2018).

    What texts of one subject have in common is kept, what each has of its own is averaged out.
    """
    from scipy.sparse import csr_matrix, diags

    n = len(anchors)
    count = int(np.clip(round(1.5 * np.log2(n)), 1, min(NEIGHBOURS, n - 1)))
    near, cosines = nearest(anchors, anchors, count, without_self=True)
    rows = np.repeat(np.arange(n), count)
    graph = csr_matrix((_shares(cosines).ravel(), (rows, near.ravel())), (n, n))
    graph = graph + graph.T
    step = diags(1 / np.asarray(graph.sum(1)).ravel()) @ graph
    now, handed = anchors, np.zeros_like(anchors)
    for weight in WEIGHTS:
        handed += np.float32(weight) * now
        now = np.asarray((now + step @ now) / 2, np.float32)
    return Neighbourhood(anchors, near, cosines, unit(now), handed)


def _shares(cosines: Vectors) -> Vectors:
    weights = np.maximum(cosines, 1e-3)
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)


def nearest(vectors: Vectors, among: Vectors, count: int, *, without_self: bool = False) -> tuple[Numbers, Vectors]:
    """Give (n, count) places of the nearest of (a, d), nearest first, and their cosines; all of length 1."""
    places = np.empty((len(vectors), count), np.int64)
    cosines = np.empty((len(vectors), count), np.float32)
    for part in blocks(len(vectors)):
        near = vectors[part] @ among.T
        if without_self:
            near[np.arange(len(near)), np.arange(part.start, part.stop)] = -2
        found = np.argpartition(-near, count - 1, axis=1)[:, :count]
        told = np.take_along_axis(near, found, 1)
        order = np.argsort(-told, axis=1, kind="stable")
        places[part] = np.take_along_axis(found, order, 1)
        cosines[part] = np.take_along_axis(told, order, 1)
    return places, cosines
