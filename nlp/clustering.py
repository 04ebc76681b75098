"""Groups among vectors: how many there are is found out, and what belongs to none is said to.

Vectors are measured from their mean, smoothed along the graph of their nearest neighbours, and divided by k-means into as
many groups as stand out best in the unsmoothed vectors. What was compared is in docs/explanation/discovery.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlp.embedding import Vectors
from nlp.neighbours import Numbers, blocks, mean_of, neighbourhood, principal, sample, unit
from nlp.partition import best_partition, centres, sums

UNASSIGNED = -1
#: Texts below which nothing is grouped.
FEWEST = 6
#: Groups at most: more than anybody looks through.
MOST = 120
#: Texts a group needs on average for its number to be tried.
EACH = 3
#: Texts a group consists of at least.
SMALLEST = 2
#: Principal directions in which groups must stand out, besides all directions: few favour few groups, all favour many.
DIRECTIONS = (20, 50)
#: Neighbours that confirm an assignment.
CONFIRMING = 3
#: Certainty below which a text stays unassigned.
CERTAIN = 0.1
#: Sub-groups of a group at most.
PARTS = 8


@dataclass(frozen=True, slots=True)
class Grouping:
    """What n texts belong to.

    `labels` (n,) are groups or UNASSIGNED; `nearest` (n,) is each text's best group, whether assigned to it or not, and
    `similarity` (n,) its cosine with that group's centre, from the mean; `certainty` (n,), 0..1, orders the texts by how
    surely they belong to `nearest`: whoever wants a share assigned takes the surest.
    """

    labels: Numbers
    nearest: Numbers
    similarity: Vectors
    certainty: Vectors

    def surest(self, share: float) -> Numbers:
        """Give labels (n,) with the given share of all texts (0..1) assigned, the surest first."""
        chosen = np.argsort(-self.certainty, kind="stable")[: round(share * len(self.labels))]
        chosen = chosen[self.nearest[chosen] >= 0]
        labels = np.full(len(self.labels), UNASSIGNED, np.int64)
        labels[chosen] = self.nearest[chosen]
        return labels


def group(vectors: Vectors, *, seed: int = 0, certain: float = CERTAIN) -> Grouping:
    """Group unit vectors (n, d); groups are numbered from 0, the largest first. Fewer than FEWEST are not grouped.

    Texts of less certainty than `certain` stay unassigned, but at most half of them.
    """
    if len(vectors) < FEWEST:
        return _same(len(vectors), UNASSIGNED)
    return _grouped(_Field(vectors, seed), seed, certain)


def join(vectors: Vectors, held: Vectors, labels: Numbers, *, seed: int = 0, certain: float = CERTAIN) -> Grouping:
    """Group new vectors (m, d) beside held ones (n, d) with labels (n,); gives the grouping of all n + m, held first.

    What is assigned keeps its label. The others join the group they are nearest to, or a new one: where everything is
    grouped afresh and a group holds more that was not assigned before than of any one group there was. New groups are
    numbered on from the highest label.
    """
    everything = np.concatenate([held, vectors])
    fixed = np.concatenate([labels, np.full(len(vectors), UNASSIGNED)]).astype(np.int64)
    if (fixed < 0).all():
        return group(everything, seed=seed, certain=certain)
    field = _Field(everything, seed)
    few = len(everything) < FEWEST
    fresh = _same(len(everything), UNASSIGNED) if few else _grouped(field, seed, certain)
    names = np.unique(fixed[fixed >= 0])
    fixed = _numbered(fixed, names)
    loose, grown, following = fixed < 0, fixed.copy(), int(names[-1]) + 1
    for number in range(int(fresh.labels.max(initial=UNASSIGNED)) + 1):
        member = fresh.labels == number
        most = np.bincount(fixed[member & ~loose], minlength=1).max()
        if (member & loose).sum() > max(SMALLEST, most):
            grown[member & loose] = len(names)
            names, following = np.append(names, following), following + 1
    told = field.assign(*field.centres_of_all(grown), fixed, certain)
    return Grouping(_named(told.labels, names), _named(told.nearest, names), told.similarity, told.certainty)


def _grouped(field: "_Field", seed: int, certain: float) -> Grouping:
    anchors, n = field.around.anchors, field.count
    if not anchors.any():  # all texts are the same
        return _same(n, 0)
    judges = (anchors, *(unit(principal(anchors, directions)) for directions in DIRECTIONS))
    least, most = round(np.log2(len(anchors))), min(MOST, len(anchors) // EACH)
    found = best_partition(field.around.smoothed, judges, least=least, most=most, seed=seed)
    free = np.full(n, UNASSIGNED, np.int64)
    while True:
        told = field.assign(*field.centres(found), free, certain)
        sizes = np.bincount(told.labels[told.labels >= 0], minlength=int(found.max()) + 1)
        if (sizes >= SMALLEST).all():
            break
        found = _numbered(found, np.flatnonzero(sizes >= SMALLEST))
    order = np.argsort(-sizes, kind="stable")
    return Grouping(_numbered(told.labels, order), _numbered(told.nearest, order), told.similarity, told.certainty)


def split(vectors: Vectors, *, seed: int = 0) -> Numbers:
    """Divide the vectors (n, d) of one group into two or more sub-groups, numbered from 0, the largest first; (n,).

    Everything is assigned. Fewer than two texts, or texts that are all the same, stay together.
    """
    n = len(vectors)
    if n < 2 or not (own := unit(vectors - mean_of(vectors))).any():
        return np.zeros(n, np.int64)
    smoothed = neighbourhood(own).smoothed if n >= FEWEST else own
    found = best_partition(smoothed, (own,), least=2, most=max(2, min(PARTS, n // EACH)), seed=seed)
    return _numbered(found, np.argsort(-np.bincount(found), kind="stable"))


def likeness(vectors: Vectors, labels: Numbers) -> tuple[Numbers, Vectors]:
    """Give the groups' labels (k,) and the cosines (k, k) of their centres, measured from the mean: what to merge."""
    names = np.unique(labels[labels >= 0])
    middle = centres(unit(vectors - mean_of(vectors)), _numbered(labels, names), len(names))
    return names, middle @ middle.T


class _Field:
    """Vectors with a sample of them, the anchors, among which all are smoothed; worked on in blocks."""

    def __init__(self, vectors: Vectors, seed: int) -> None:
        self.count, self._vectors, self._mean = len(vectors), vectors, mean_of(vectors)
        self.places = sample(len(vectors), seed)
        self.around = neighbourhood(unit(vectors[self.places] - self._mean))
        self._rest = np.setdiff1d(np.arange(len(vectors)), self.places)
        self._placed: dict[
            int, tuple[Vectors, Numbers, Vectors]
        ] = {}  # by block: it costs most, and is asked for again

    def _parts(self) -> Iterator[tuple[Numbers, Vectors, Vectors, Numbers, Vectors]]:
        """Give places, vectors, smoothed vectors, nearest anchors and their cosines: the anchors first, then the rest."""
        around = self.around
        for part in blocks(len(self.places)):
            told = (around.anchors[part], around.smoothed[part], around.near[part], around.cosines[part])
            yield self.places[part], *told
        for part in blocks(len(self._rest)):
            own = unit(self._vectors[self._rest[part]] - self._mean)
            if part.start not in self._placed:
                self._placed[part.start] = around.place(own)
            yield self._rest[part], own, *self._placed[part.start]

    def centres(self, labels: Numbers) -> tuple[Vectors, Vectors]:
        """Give the centres (k, d) of labelled anchors, and their centres when smoothed."""
        count = int(labels.max()) + 1
        return centres(self.around.anchors, labels, count), centres(self.around.smoothed, labels, count)

    def centres_of_all(self, labels: Numbers) -> tuple[Vectors, Vectors]:
        """Give the same of labelled vectors."""
        count = int(labels.max()) + 1
        plain = np.zeros((count, self._vectors.shape[1]), np.float32)
        smooth = np.zeros_like(plain)
        for places, own, smoothed, _, _ in self._parts():
            plain += sums(own, labels[places], count)
            smooth += sums(smoothed, labels[places], count)
        return unit(plain), unit(smooth)

    def assign(self, plain: Vectors, smooth: Vectors, fixed: Numbers, certain: float) -> Grouping:
        """Assign all vectors to groups by their smoothed centres, but for those whose group is fixed (n,)."""
        n = len(self._vectors)
        nearest = fixed.copy()
        similarity, certainty = np.zeros(n, np.float32), np.zeros(n, np.float32)
        free = fixed[self.places] < 0
        among = np.where(free, (self.around.smoothed @ smooth.T).argmax(1), fixed[self.places])
        for places, own, smoothed, near, cosines in self._parts():
            rows = np.arange(len(places))
            best = np.where(fixed[places] < 0, (smoothed @ smooth.T).argmax(1), fixed[places])
            told = own @ plain.T
            nearest[places], similarity[places] = best, told[rows, best]
            told[rows, best] = -1
            confirmed = (among[near[:, :CONFIRMING]] == best[:, None]) * cosines[:, :CONFIRMING]
            beside = similarity[places] - told.max(1)
            certainty[places] = ((confirmed.mean(1) + beside) / 2).clip(0, 1)
        loose = fixed < 0
        enough = min(certain, float(np.median(certainty[loose]))) if loose.any() else certain
        labels = np.where(loose & (certainty < enough), UNASSIGNED, nearest)
        return Grouping(labels, nearest, similarity, certainty)


def _same(n: int, label: int) -> Grouping:
    labels = np.full(n, label, np.int64)
    told = np.full(n, 1 + min(label, 0), np.float32)
    return Grouping(labels, labels, told, told)


def _numbered(labels: Numbers, order: Numbers) -> Numbers:
    """Give labels by their place in an order; those that are not in it become UNASSIGNED."""
    place = np.full(max(int(labels.max(initial=0)), int(order.max(initial=0))) + 2, UNASSIGNED, np.int64)
    place[order] = np.arange(len(order))
    return place[labels]  # UNASSIGNED, -1, finds the last place, which is UNASSIGNED


def _named(labels: Numbers, names: Numbers) -> Numbers:
    return np.append(names, UNASSIGNED)[labels]
