"""Vectors into a number of parts, and which number: spherical k-means and the silhouette, both on cosines.

Written out rather than taken from scikit-learn, whose threads add up in no fixed order: here the same seed gives the same
bytes, and the silhouette needs no distances between all pairs.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from nlp.embedding import Vectors
from nlp.neighbours import Numbers, unit

#: Starts, of which the best is taken, and rounds of each.
STARTS, ROUNDS = 3, 40
#: A few large parts tell little: they are taken only where they stand out this much better than more do, and where they
#: stand out at all (Kaufman and Rousseeuw 1990: below .25 there is no substantial structure).
MUCH, SUBSTANTIAL = 0.75, 0.25
#: Silhouettes that differ by less, as a share, differ by chance: of these the most parts are taken, which people can merge.
LIKE = 0.02


def sums(vectors: Vectors, labels: Numbers, count: int) -> Vectors:
    """Give the sum (count, d) of each label's vectors; labels below 0 are left out. Each vector is read once."""
    from scipy.sparse import csr_matrix

    order = np.argsort(labels, kind="stable")[int((labels < 0).sum()) :]
    edges = np.searchsorted(labels[order], np.arange(count + 1))
    member = csr_matrix((np.ones(len(order), np.float32), order, edges), (count, len(labels)))
    return np.asarray(member @ vectors)


def centres(vectors: Vectors, labels: Numbers, count: int) -> Vectors:
    """Give the centre (count, d), of length 1, of each label's vectors; labels below 0 are left out."""
    return unit(sums(vectors, labels, count))


def k_means(vectors: Vectors, count: int, *, seed: int) -> Numbers:
    """Divide unit vectors (n, d) into at most count parts (Dhillon and Modha 2001); the best of some starts."""
    best, found = -np.inf, np.zeros(len(vectors), np.int64)
    for start in range(STARTS):
        middle = _spread(vectors, count, np.random.default_rng([seed, count, start]))
        labels = np.full(len(vectors), -1, np.int64)
        for _ in range(ROUNDS):
            near = vectors @ middle.T
            before, labels = labels, near.argmax(1)
            if np.array_equal(before, labels):
                break
            moved = centres(vectors, labels, count)
            middle = np.where(moved.any(1, keepdims=True), moved, middle)
        if (value := float(near.max(1).sum(dtype=np.float64))) > best:
            best, found = value, labels
    return np.unique(found, return_inverse=True)[1].astype(np.int64)


def _spread(vectors: Vectors, count: int, chance: np.random.Generator) -> Vectors:
    """Choose first centres far from one another (k-means++, Arthur and Vassilvitskii 2007)."""
    chosen = [int(chance.integers(len(vectors)))]
    far = 1 - vectors @ vectors[chosen[0]]
    tries = 2 + int(np.log(count))
    while len(chosen) < count:
        weights = np.cumsum(np.maximum(far, 0), dtype=np.float64)
        drawn = np.searchsorted(weights, chance.random(tries) * weights[-1]).clip(0, len(vectors) - 1)
        left = np.minimum(far[:, None], 1 - vectors @ vectors[drawn].T)
        best = int(np.maximum(left, 0).sum(0).argmin())
        chosen.append(int(drawn[best]))
        far = left[:, best]
    return vectors[chosen]


def silhouette(vectors: Vectors, labels: Numbers) -> float:
    """Give the mean silhouette (Rousseeuw 1987) of unit vectors under cosine distance, -1..1.

    The mean cosine to a group is the cosine to the sum of its vectors: no pair is compared.
    """
    count = int(labels.max()) + 1
    if count < 2:
        return -1.0
    sizes = np.bincount(labels, minlength=count).astype(np.float32)
    near = vectors @ sums(vectors, labels, count).T
    rows = np.arange(len(vectors))
    own_size = sizes[labels]
    own = 1 - (near[rows, labels] - (vectors * vectors).sum(1)) / np.maximum(own_size - 1, 1)
    other = 1 - near / sizes
    other[rows, labels] = np.inf
    least = other.min(1)
    told = (least - own) / np.maximum(np.maximum(least, own), 1e-9)
    return float(np.where(own_size > 1, told, 0).mean(dtype=np.float64))


def counts(most: int) -> Iterator[int]:
    """Give numbers of parts to try, from 2 on, each a fifth more than the one before."""
    count = 2
    while count <= most:
        yield count
        count = max(count + 1, round(count * 1.2))


def best_partition(smoothed: Vectors, judges: Sequence[Vectors], *, least: int, most: int, seed: int) -> Numbers:
    """Divide by smoothed vectors into as many parts as stand out best by the judges' silhouettes, together.

    Fewer than `least` parts are taken only where they stand out clearly, and much better than more.
    """
    tried = [(count, k_means(smoothed, count, seed=seed)) for count in counts(most)]
    values = [sum(silhouette(judge, labels) for judge in judges) for _, labels in tried]
    enough = [value for (count, _), value in zip(tried, values, strict=True) if count >= least]
    goal = max(values, default=-np.inf)
    if enough and (max(enough) >= MUCH * goal or goal < SUBSTANTIAL * len(judges)):
        goal = max(enough)
    good = [labels for (_, labels), value in zip(tried, values, strict=True) if value >= goal - LIKE * abs(goal)]
    return good[-1] if good else np.zeros(len(smoothed), np.int64)
