"""Vectors to positions on a map: what is alike lies together.

A sample is laid out by t-SNE (van der Maaten 2008) from its principal directions (Kobak and Berens 2019, so that the map
keeps its large order too); everything else is placed among its nearest neighbours there. Distances between groups that
lie far apart tell little.
"""

import numpy as np
from numpy.typing import NDArray

from nlp.embedding import Vectors
from nlp.neighbours import blocks, mean_of, nearest, principal, unit

Positions = NDArray[np.float32]

#: Vectors laid out by t-SNE; the rest is placed among them.
LAID_OUT = 2_000
#: Principal directions given to t-SNE: more slow it down and bring noise.
DIRECTIONS = 50
#: Neighbours among which a vector is placed, and how much the nearest counts.
AMONG, SHARP = 5, 20.0
#: Share of the map's width within which a placed vector keeps off its neighbours' middle, so that points do not pile up.
ROOM = 0.01


def lay_out(vectors: Vectors, *, seed: int = 0) -> Positions:
    """Give positions (n, 2) in 0..1 of vectors (n, d); the same vectors and seed give the same positions."""
    n = len(vectors)
    if n <= LAID_OUT:
        return _scaled(_embedded(vectors, seed))
    chosen = np.sort(np.random.default_rng(seed).choice(n, LAID_OUT, replace=False))
    rest = np.setdiff1d(np.arange(n), chosen)
    positions = np.empty((n, 2), np.float32)
    positions[chosen] = _scaled(_embedded(vectors[chosen], seed))
    positions[rest] = place(vectors[rest], vectors[chosen], positions[chosen], seed=seed)
    return positions


def place(vectors: Vectors, old: Vectors, positions: Positions, *, seed: int = 0) -> Positions:
    """Give positions (m, 2) in 0..1 of new vectors (m, d) among old ones (n, d), which stay where they are (n, 2)."""
    if not len(old):
        return lay_out(vectors, seed=seed)
    mean = mean_of(old)
    among = unit(old - mean)
    found = np.empty((len(vectors), 2), np.float32)
    for part in blocks(len(vectors)):
        near, cosines = nearest(unit(vectors[part] - mean), among, min(AMONG, len(old)))
        weights = np.exp(SHARP * (cosines - cosines[:, :1]))
        weights /= weights.sum(1, keepdims=True)
        # The middle of neighbours that lie apart is nowhere: only those near the first one count.
        apart = np.linalg.norm(positions[near] - positions[near[:, :1]], axis=2)
        weights = np.where(apart <= 0.1, weights, 0)
        found[part] = (weights[:, :, None] * positions[near]).sum(1) / weights.sum(1)[:, None]
    chance = np.random.default_rng(seed)
    return np.asarray((found + chance.normal(0, ROOM / 2, found.shape)).clip(0, 1), np.float32)


def _embedded(vectors: Vectors, seed: int) -> Positions:
    n = len(vectors)
    own = unit(vectors - mean_of(vectors)) if n else vectors
    if n < 5 or not own.any():  # too few for neighbours: on a circle
        angle = 2 * np.pi * np.arange(n) / max(n, 1)
        return np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32)
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    reduced = unit(principal(own, DIRECTIONS))
    begin = principal(own, 2)
    begin = begin / max(float(begin[:, 0].std()), 1e-6) * 1e-4
    if begin.shape[1] < 2:
        begin = np.pad(begin, ((0, 0), (0, 1)))
    with threadpool_limits(1):  # threads add up in no fixed order
        map_ = TSNE(perplexity=min(30.0, (n - 1) / 3), init=begin, random_state=seed)
        return np.asarray(map_.fit_transform(reduced), np.float32)


def _scaled(positions: Positions) -> Positions:
    """Fit positions into 0..1, keeping their proportions, in the middle."""
    if not len(positions):
        return np.zeros((0, 2), np.float32)
    low, high = positions.min(0), positions.max(0)
    size = max(float((high - low).max()), 1e-9)
    return np.asarray(((positions - (low + high) / 2) / size + 0.5).clip(0, 1), np.float32)
