"""Score texts against labels: from their definitions alone, and closer to the examples as people give them.

Two kinds of evidence are added up. Meaning: the cosine of text and label, both measured from the mean of the material,
which takes away what all its texts have in common (Mu and Viswanath 2018, "All-but-the-top"). Words: what text and label
share, rare words counting more. Each was measured on labelled sets, docs/explanation/tagging.md.
"""

from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nlp.embedding import Embedder, Vectors
from nlp.words import stems, subject_words

#: What shared words can add to a cosine at most.
WORDS = 0.2
#: Summed rarity at which shared words have told 63 % of what they can.
ENOUGH = 4.0
#: A definition counts as this many examples.
PRIOR = 2.0
#: Evidence at which a label is as likely as not, and how fast certainty grows around it.
EVEN, STEEP = 0.36, 0.06
#: A label is only suggested if its evidence is within this of the text's best label.
BESIDE = 0.12
#: Texts from which their own mean is told.
FEW = 20


@dataclass(frozen=True, slots=True)
class Label:
    """What a label means; `key` tells labels apart, `parent` is the name of what it belongs to."""

    key: str
    name: str
    definition: str = ""
    use_when: str = ""
    not_when: str = ""
    examples: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    parent: str = ""

    @property
    def meaning(self) -> str:
        """Give the label as one text."""
        return f"{self.name}: {self.definition}" if self.definition else self.name


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a text has its score: the words it shares with the label, by what each adds, and the nearest example."""

    score: float
    cues: tuple[tuple[str, float], ...]
    nearest: str


def mean_of(vectors: Vectors) -> Vectors | None:
    """Give the mean (d,) of vectors (n, d) of the material at large; None of too few to tell."""
    return np.asarray(vectors.mean(0), np.float32) if len(vectors) >= FEW else None


class Labeller:
    """Scores texts against labels. Scores are 0..1 and monotone in the evidence; 0.5 is "as likely as not"."""

    def __init__(self, labels: Sequence[Label], embedder: Embedder, *, mean: Vectors | None = None) -> None:
        """Take labels; `mean` (d,) is what the vectors of the material have in common, see `mean_of`."""
        self.labels = tuple(labels)
        self._embedder = embedder
        self._place = {label.key: place for place, label in enumerate(self.labels)}
        texts = [label.meaning for label in self.labels]
        spoken = [example for label in self.labels for example in label.examples]
        vectors = embedder.embed(texts + spoken)
        self._meanings, self._spoken = vectors[: len(texts)], vectors[len(texts) :]
        self._owner = np.array([place for place, label in enumerate(self.labels) for _ in label.examples], np.int64)
        self._sentences = spoken
        self._own_mean = vectors.mean(0)
        self._mean = self._own_mean if mean is None else mean
        self._learned = np.zeros_like(self._meanings)
        self._count = np.zeros(len(texts), np.float32)

    def measured_from(self, mean: Vectors | None) -> "Labeller":
        """Give the same labels with another mean, without embedding them again."""
        _ = self._prototypes, self._vocabulary  # worked out once, for all copies
        other = copy(self)
        other._mean = self._own_mean if mean is None else mean
        return other

    def fit(self, vectors: Vectors, keys: Sequence[str]) -> None:
        """Learn from examples (n, d) of labels: each label moves towards their mean, its definition as a prior."""
        self._learned[:], self._count[:] = 0, 0
        for vector, key in zip(vectors, keys, strict=True):
            self._learned[self._place[key]] += vector
            self._count[self._place[key]] += 1
        self.__dict__.pop("_prototypes", None)

    @cached_property
    def _prototypes(self) -> Vectors:
        """Give each label's unit vector (k, d), measured from the labels' mean."""
        own = np.zeros_like(self._meanings)
        np.add.at(own, self._owner, self._spoken)
        shares = np.maximum(np.bincount(self._owner, minlength=len(self.labels)), 1)[:, None]
        definition = _unit(np.asarray(self._meanings + own / (2 * shares), np.float32))
        blended = _unit((definition * PRIOR + self._learned) / (PRIOR + self._count[:, None]))
        return _unit(blended - blended.mean(0))

    @cached_property
    def _vocabulary(self) -> list[dict[str, float]]:
        """Give each label's stems with their rarity among the labels; cues count double."""
        sets = []
        for label in self.labels:
            # What "not when" names belongs to another label, and much in an example's words is chance.
            told = " ".join((label.name, label.definition, label.use_when))
            sets.append((set(stems(subject_words(told))), set(stems(subject_words(" ".join(label.cues))))))
        held = Counter(stem for told, cues in sets for stem in told | cues)
        k = len(self.labels)
        rarity = {stem: float(np.log(1 + (k - count + 0.5) / (count + 0.5))) for stem, count in held.items()}
        return [{stem: rarity[stem] * (2 if stem in cues else 1) for stem in told | cues} for told, cues in sets]

    def evidence(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        """Give (n, k) evidence: cosine from the mean, plus what shared words add. One matrix product."""
        near = _unit(vectors - self._mean) @ self._prototypes.T
        return np.asarray(near + WORDS * self._shared(texts), np.float32)

    def _shared(self, texts: Sequence[str]) -> Vectors:
        """Give (n, k) what shared words tell, 0..1: every stem once, saturating."""
        index: dict[str, list[tuple[int, float]]] = {}
        for place, vocabulary in enumerate(self._vocabulary):
            for stem, weight in vocabulary.items():
                index.setdefault(stem, []).append((place, weight))
        told = np.zeros((len(texts), len(self.labels)), np.float32)
        for row, text in zip(told, texts, strict=True):
            for stem in set(stems(subject_words(text))):
                for place, weight in index.get(stem, ()):
                    row[place] += weight
        return np.asarray(1 - np.exp(-told / ENOUGH), np.float32)

    def score(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        """Give (n, k) scores 0..1."""
        return _certainty(self.evidence(texts, vectors))

    def suggest(
        self, texts: Sequence[str], vectors: Vectors, *, most: int, threshold: float
    ) -> list[list[tuple[int, float]]]:
        """Give each text its labels (place, score), best first: those above the threshold that stand out."""
        evidence = self.evidence(texts, vectors)
        scores = _certainty(evidence)
        chosen = []
        for row, told in zip(scores, evidence, strict=True):
            order = np.argsort(-told, kind="stable")[:most]
            chosen.append(
                [(int(i), float(row[i])) for i in order if row[i] >= threshold and told[i] >= told[order[0]] - BESIDE]
            )
        return chosen

    def explain(self, text: str, vector: Vectors, key: str) -> Reason:
        """Say why: each shared word with what the score would lose without it, and the nearest example."""
        place = self._place[key]
        near = float(_unit(vector[None] - self._mean)[0] @ self._prototypes[place])
        weights = self._vocabulary[place]
        used: dict[str, str] = {}
        for word, stem in zip(words := subject_words(text), stems(words), strict=True):
            if stem in weights:
                used.setdefault(stem, word)
        total = sum(weights[stem] for stem in used)
        score = _score_of(near, total)
        lost = {used[stem]: score - _score_of(near, total - weights[stem]) for stem in used}
        cues = tuple(sorted(((w, round(loss, 4)) for w, loss in lost.items() if loss > 0), key=lambda c: -c[1]))
        mine = np.flatnonzero(self._owner == place)
        nearest = self._sentences[mine[np.argmax(self._spoken[mine] @ vector)]] if len(mine) else ""
        return Reason(score, cues, nearest)


def _score_of(near: float, told: float) -> float:
    return float(_certainty(np.asarray(near + WORDS * (1 - np.exp(-told / ENOUGH)), np.float32)))


def _certainty(evidence: Vectors) -> Vectors:
    return np.asarray(1 / (1 + np.exp(-(evidence - EVEN) / STEEP)), np.float32)


def _unit(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)
