"""How likely it is that words answer a question: arithmetic on vectors and words, and a fitted curve.

A vector tells what words are about, and little of whether they answer: of the signals that were tried, few hold on two
unlike sources (docs/explanation/asking.md). Whoever has a better one adds it here and fits again.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np

from nlp.embedding import Vectors
from nlp.words import WORD, stems, subject_words


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for an answer; cosines and shares.

    `best`: question and best place. `asked`: question and the nearest of the questions that were put before the places.
    `studied`: question and the nearest research question of the studies they come from. `spoken`: share of the question's
    subject words that stand in the places, in any form.
    """

    best: float = 0.0
    asked: float = 0.0
    studied: float = 0.0
    spoken: float = 0.0


#: Weights of the signals and a constant: `python -m bench.asking_fit` fits and prints them.
WEIGHTS = Signals(best=7.6, asked=2.3, studied=1.2, spoken=0.1)
CONSTANT = -5.6


def strength(signals: Signals) -> float:
    """Give the probability, 0..1, that the material answers."""
    told = CONSTANT + sum(w * s for w, s in zip(astuple(WEIGHTS), astuple(signals), strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, told))))


def joined(vectors: Vectors) -> Vectors:
    """Give (n - 1, d) unit vectors of neighbours taken together, from unit vectors (n, d)."""
    both = vectors[:-1] + vectors[1:]
    length = np.linalg.norm(both, axis=1, keepdims=True)
    return np.asarray(both / np.maximum(length, 1e-9), np.float32)


def together(vectors: Vectors, groups: Sequence[int]) -> Vectors:
    """Give, for each of n unit vectors (n, d), that of its whole group: (n, d) unit vectors."""
    _, place = np.unique(np.asarray(groups), return_inverse=True)
    sums = np.zeros((int(place.max()) + 1, vectors.shape[1]), np.float32)
    np.add.at(sums, place, vectors)
    length = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray((sums / np.maximum(length, 1e-9))[place], np.float32)


def spoken(question: str, texts: Sequence[str]) -> tuple[float, tuple[str, ...]]:
    """Give the share of the question's subject words that stand in the texts, in any form, and those that do not.

    >>> spoken("Do reminders help?", ["He was reminded."])
    (0.5, ('help',))
    """
    words = subject_words(question)
    if not words:
        return 0.0, ()
    held = set(stems([found.group().lower() for text in texts for found in WORD.finditer(text)]))
    lacking = tuple(word for word, stem in zip(words, stems(words), strict=True) if stem not in held)
    return 1 - len(lacking) / len(words), lacking


def grouped(vectors: Vectors, worth: Vectors, alike: float) -> list[list[int]]:
    """Group unit vectors (n, d), best first: each joins the group whose members it is most like, from `alike` on.

    Groups come in the order of their first member; within one the most central comes first, weighed by its worth (n,).
    """
    near = vectors @ vectors.T
    groups: list[list[int]] = []
    for i in range(len(vectors)):
        fits = [float(near[i, group].mean()) for group in groups]
        best = int(np.argmax(fits)) if fits else -1
        if fits and fits[best] >= alike:
            groups[best].append(i)
        else:
            groups.append([i])
    return [sorted(group, key=lambda i: (-float(near[i, group].mean() * worth[i]), i)) for group in groups]
