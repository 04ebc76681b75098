"""Has this been asked before? How likely each stored question asks the same as a new one.

Evidence is the cosine of the two, measured from half of the mean of what is stored, which takes away some of what all its
questions have in common (Mu and Viswanath 2018); longer questions, whose cosines are lower, are helped a little, and the
same sentence with a word exchanged is held back. What was tried instead is in docs/explanation/planning.md.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.calibrating import Curve
from nlp.embedding import Vectors
from nlp.neighbours import unit
from nlp.wording import exchanged, wording

Places = NDArray[np.bool_]

#: Share of the mean that is taken away: with all of it, results depend on which questions happen to be stored.
HALF = 0.5
#: Stored questions that weigh as much as no mean at all: of few, the mean is what they say, not what all have in common.
FEW = 20
#: Evidence for each logarithm of the longer question's words: what a cosine falls by as questions get longer.
LONGER = 0.05
#: Evidence that is taken away where one question is the other with a word exchanged.
EXCHANGED = 0.2
#: Probability until groups tell better: fitted to stores of 1, 2, 4 and 12 questions of each kind, which agreed.
COLD = Curve(own=10.8, lead=0.0, constant=-8.1)
#: Questions of groups of three or more, from which on the stored ones have a curve of their own: asked again, one of two
#: would know only one wording, and a new question knows both.
ENOUGH, OF_THREE = 10, 3
#: Neighbours of each stored question that its curve is fitted to.
NEAR = 10
#: Best matches in which words of the new question are looked for.
BEST = 3


@dataclass(frozen=True, slots=True)
class Match:
    """What a new question was compared with: stored places, best first; probability 0..1 of each stored question.

    `uncovered` are words of the new question that none of the best matches has.
    """

    order: NDArray[np.int64]
    probability: NDArray[np.float32]
    uncovered: tuple[str, ...]

    @property
    def asked(self) -> float:
        """Give the probability that the best match asks the same; 0.0 if nothing is stored."""
        return float(self.probability[self.order[0]]) if len(self.order) else 0.0


class Stored:
    """Questions asked so far. The same input gives the same answer."""

    def __init__(self, texts: Sequence[str], vectors: Vectors, groups: Sequence[Hashable] | None = None) -> None:
        """Take n texts and their unit vectors (n, d); equal groups are known to ask the same, None is not known.

        A group is a question in several wordings, not a study or a topic: its members answer for one another, and teach
        what probability a likeness has.
        """
        n = len(texts)
        known = groups if groups is not None else [None] * n
        numbers: dict[Hashable, int] = {}
        # A question that nobody compared with others is alone with itself.
        keys = [("alone", place) if group is None else ("group", group) for place, group in enumerate(known)]
        self._group = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
        self._known = np.array([group is not None for group in known], bool)
        self._mean = np.asarray(HALF * vectors.sum(0, dtype=np.float64) / (n + FEW), np.float32)
        self._vectors = unit(vectors - self._mean)
        self._wordings = [wording(text) for text in texts]
        self._lengths = np.array([len(one.about) for one in self._wordings], np.float32)
        self._curve = self._learned() if groups is not None and n else COLD

    def match(self, text: str, vector: Vectors) -> Match:
        """Compare a new question, with its unit vector (d,), to all stored ones."""
        new = wording(text)
        evidence = self._likeness(unit(vector - self._mean)[None], np.array([len(new.about)], np.float32))
        evidence[0] -= EXCHANGED * np.array([exchanged(new, one) for one in self._wordings], np.float32)
        told = self._pooled(evidence, np.zeros(len(self._wordings), np.float32)[None])
        order = np.argsort(-told[0], kind="stable")
        best = [self._wordings[place] for place in order[:BEST]]
        return Match(order, self._curve(told)[0], new.lacks(best))

    def _likeness(self, vectors: Vectors, lengths: Vectors) -> Vectors:
        """Give (m, n) evidence by meaning."""
        longer = np.log1p(np.maximum(lengths[:, None], self._lengths[None]))
        return np.asarray(vectors @ self._vectors.T + LONGER * longer, np.float32)

    def _pooled(self, evidence: Vectors, left_out: Vectors) -> Vectors:
        """Give (m, n) evidence, half of each from its whole group; pairs left out (1) tell nothing."""
        groups = int(self._group.max(initial=-1)) + 1
        if groups == len(self._group):
            return evidence
        told = 1 - left_out
        member = np.zeros((len(self._group), groups), np.float32)
        member[np.arange(len(self._group)), self._group] = 1
        whole = (evidence * told) @ member / np.maximum(told @ member, 1)
        return np.asarray((evidence + whole[:, self._group]) / 2, np.float32)

    def _learned(self) -> Curve:
        """Give the curve of stored questions, each asked twice: among all others, and as if its group were not stored."""
        n = len(self._wordings)
        same = self._group[:, None] == self._group[None]
        itself = np.eye(n, dtype=bool)
        if (same.sum(1) >= OF_THREE).sum() < ENOUGH:
            return COLD
        likeness = self._likeness(self._vectors, self._lengths)
        told, truth, known = zip(*(self._asked_again(likeness, out, same) for out in (itself, same)), strict=True)
        return COLD.fitted(np.concatenate(told), np.concatenate(truth), np.concatenate(known))

    def _asked_again(self, likeness: Vectors, out: Places, same: Places) -> tuple[Vectors, Vectors, Vectors]:
        """Give evidence, truth and whether that is known (n, NEAR), of the nearest of each question but those left out."""
        near = np.argsort(np.where(out, np.inf, -likeness), axis=1, kind="stable")[:, :NEAR]
        evidence = likeness.copy()
        for row, places in enumerate(near):
            for place in places:
                evidence[row, place] -= EXCHANGED * exchanged(self._wordings[row], self._wordings[place])
        told = np.take_along_axis(self._pooled(evidence, out.astype(np.float32)), near, 1)
        truth = np.take_along_axis(same, near, 1).astype(np.float32)
        asked = self._known[:, None] & self._known[near] & np.take_along_axis(np.logical_not(out), near, 1)
        return told, truth, asked.astype(np.float32)
