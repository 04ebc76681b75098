"""Score texts against labels: from their definitions alone, and closer to the examples as people give them.

Two kinds of evidence are added up. Meaning: the cosine of text and label, both measured from the mean of the material,
which takes away what all its texts have in common (Mu and Viswanath 2018, "All-but-the-top"). Words: what text and label
share, rare words counting more. Examples teach what to add to it (`nlp/learning.py`), and what people decided on makes
scores probabilities (`nlp/calibrating.py`). Each was measured on labelled sets, docs/explanation/tagging.md.
"""

import re
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nlp.calibrating import Curve, threshold_for
from nlp.embedding import Embedder, Vectors
from nlp.learning import TAU, Decisions, Example, Learned, decisions, learn
from nlp.shared_words import ToldWords, WordSpace
from nlp.words import content_words, stems

#: Changes with how scores are made: what an older version scored is to be scored anew.
SCORING = "labeller-3"
#: What shared words can add to a cosine at most.
WORDS = 0.2
#: A definition counts as twice what the codebook's own examples do together.
SPOKEN = 0.5
#: A label without examples is only suggested if its evidence is within this of the text's best label.
BESIDE = 0.12
#: Texts from which their own mean is told.
FEW = 20
#: Probability by definition alone until decisions tell better: fitted to three labelled sets at once, and as good on each
#: when that one was left out.
COLD = Curve(own=0.67, lead=1.4, constant=0.41)
#: Probability of what was learnt until held-out examples tell better: what they came to on the labelled sets.
WARM = Curve(own=0.1, lead=1.1, constant=0.3)
#: Texts whose words are read when a label is scored over all of the material, and vectors looked at together.
READ, TOGETHER = 4_000, 8_192
#: Words of a text that are left out in turn to see what its score rests on.
TRIED = 24
#: Logit of what cannot be told.
NEVER = -30.0


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
    """Why a text has its score: the words it rests on, by what it loses without each, and the nearest example.

    `place` is that example's place among those learnt from; None: there is none, or it is one of the codebook's own.
    """

    score: float
    cues: tuple[tuple[str, float], ...]
    nearest: str
    place: int | None = None


def mean_of(vectors: Vectors) -> Vectors | None:
    """Give the mean (d,) of vectors (n, d) of the material at large; None of too few to tell."""
    return np.asarray(vectors.mean(0), np.float32) if len(vectors) >= FEW else None


class Labeller:
    """Scores texts against labels. Scores are probabilities, 0..1, each label on its own: a text may have several."""

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
        self._own_mean = vectors.mean(0) if len(vectors) else np.zeros(embedder.dimension, np.float32)
        self._mean = self._own_mean if mean is None else mean
        self._examples: tuple[Example, ...] = ()
        self._forget()

    def _forget(self) -> None:
        self._told: Decisions | None = None
        self._learned: Learned | None = None
        self._space: WordSpace | None = None
        for worked_out in ("_curves", "_weights"):
            self.__dict__.pop(worked_out, None)

    def measured_from(self, mean: Vectors | None) -> "Labeller":
        """Give the same labels with another mean, without embedding them again; what was learnt is learnt anew."""
        _ = self._prototypes, self._vocabulary  # worked out once, for all copies
        other = copy(self)
        other._mean = self._own_mean if mean is None else mean
        if not np.array_equal(other._mean, self._mean):
            other.learn(self._examples)
        return other

    def learn(self, examples: Sequence[Example]) -> None:
        """Learn from all decisions there are, oldest first; forgets what was learnt before. Of none, nothing.

        A text both accepted and rejected for a label counts half for either. Decisions on unknown labels are left out.
        """
        self._forget()
        self._examples = tuple(examples)
        told = decisions(self._examples, self._place)
        if not told.texts:
            return
        space = WordSpace(told.texts, (label.meaning for label in self.labels))
        evidence = self._defined(told.texts, told.vectors)[:, told.labels]
        self._told, self._space = told, space
        self._learned = learn(told, self._centred(told.vectors), space.rows(told.texts), evidence)

    def can_suggest(self, key: str) -> bool:
        """Say whether there is enough to suggest a label by: a definition, a cue word, or an example, not a name alone."""
        place = self._place[key]
        label = self.labels[place]
        return bool(label.definition.strip() or label.use_when.strip() or label.cues or label.examples) or bool(
            self._warm[place]
        )

    @cached_property
    def _prototypes(self) -> Vectors:
        """Give each label's unit vector (k, d), measured from the labels' mean."""
        own = np.zeros_like(self._meanings)
        np.add.at(own, self._owner, self._spoken)
        shares = np.maximum(np.bincount(self._owner, minlength=len(self.labels)), 1)[:, None]
        definition = _unit(np.asarray(self._meanings + SPOKEN * own / shares, np.float32))
        return _unit(definition - definition.mean(0)) if len(definition) > 1 else definition

    @cached_property
    def _vocabulary(self) -> ToldWords:
        # What "not when" names belongs to another label, and much in an example's words is chance.
        return ToldWords(
            [" ".join((label.name, label.definition, label.use_when)) for label in self.labels],
            [label.cues for label in self.labels],
        )

    @property
    def _warm(self) -> np.ndarray:
        """Say which labels have accepted examples (k,)."""
        warm = np.zeros(len(self.labels), bool)
        if self._told is not None:
            warm[list(self._told.labels)] = self._told.accepted
        return warm

    def _centred(self, vectors: Vectors) -> Vectors:
        return _unit(vectors.reshape(-1, len(self._mean)) - self._mean)

    def _defined(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        """Give (n, k) evidence by definition: cosine from the mean, plus what shared words add."""
        return np.asarray(
            self._centred(vectors) @ self._prototypes.T + WORDS * self._vocabulary.shared(texts), np.float32
        )

    def meaning(self, vectors: Vectors, keys: Sequence[str]) -> Vectors:
        """Give (n, keys) what the vectors alone tell of the evidence for some labels: finds what is worth reading."""
        places = [self._place[key] for key in keys]
        blocks = range(0, len(vectors), TOGETHER)
        return np.concatenate(
            [np.zeros((0, len(places)), np.float32)]
            + [self._by_meaning(vectors[at : at + TOGETHER], places) for at in blocks]
        )

    def _by_meaning(self, vectors: Vectors, places: Sequence[int] | slice = slice(None)) -> Vectors:
        """Give (n, k) what the vectors tell of the evidence. One matrix product, and no centred copy of the vectors."""
        weights, own = self._weights[0][places], self._weights[1][places]
        vectors = vectors.reshape(-1, len(self._mean))
        squared = np.einsum("ij,ij->i", vectors, vectors) - 2 * (vectors @ self._mean) + self._mean @ self._mean
        near = (vectors @ weights.T - self._mean @ weights.T) / np.sqrt(np.maximum(squared, 1e-12))[:, None]
        return np.asarray(near + own, np.float32)

    @cached_property
    def _weights(self) -> tuple[Vectors, Vectors]:
        """Give what a centred unit vector is multiplied by (k, d), and what each label has anyway (k,)."""
        weights, own = self._prototypes.copy(), np.zeros(len(self.labels), np.float32)
        if self._told is not None and self._learned is not None:
            places = list(self._told.labels)
            weights[places] += self._learned.meaning.T / TAU
            own[places] = self._learned.own / TAU
        return weights, own

    def _by_words(self, texts: Sequence[str]) -> Vectors:
        """Give (n, k) what the words tell of the evidence."""
        told = np.asarray(WORDS * self._vocabulary.shared(texts), np.float32)
        if self._told is not None and self._learned is not None and self._space is not None:
            told[:, self._told.labels] += (self._space.rows(texts) @ self._learned.words) / TAU
        return told

    def evidence(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        """Give (n, k) evidence, comparable within a text: by definition, plus what examples taught."""
        return self._by_meaning(vectors) + self._by_words(texts)

    def score(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        """Give (n, k) scores 0..1."""
        return self._probable(self.evidence(texts, vectors))

    def _probable(self, evidence: Vectors) -> Vectors:
        logits = np.asarray(TAU * evidence, np.float32)
        cold, warm = self._curves
        scores = cold(logits)
        if self._learned is not None and self._warm.any():
            scores = np.where(self._warm, warm(logits + np.float32(self._learned.common)), scores)
        return scores

    @cached_property
    def _curves(self) -> tuple[Curve, Curve]:
        """Give the curves of labels by definition alone and of learnt ones, fitted to what was held out."""
        if self._told is None or self._learned is None:
            return COLD, WARM
        told, defined = self._told, TAU * self._defined(self._told.texts, self._told.vectors)[:, self._told.labels]
        # No weak noes here: that an accepted text lacks another label is what most of the material looks like.
        known = np.asarray(told.weight > 0, np.float32)
        cold = COLD.fitted(defined, told.truth, known * told.accepted)
        held = self._learned.held_out
        taught = np.isfinite(held)
        warm = WARM.fitted(np.where(taught, held, NEVER).astype(np.float32), told.truth, known * taught)
        return cold, warm

    def threshold(self, precision: float, *, scores: Vectors | None = None) -> float:
        """Give the score from which suggestions, labels pooled, are expected to have this precision, 0..1.

        `scores` are those of the material (any shape); without them, examples that were held out stand for it.
        """
        if scores is None:
            scores = self._held_out_scores
        return threshold_for(precision, scores)

    @property
    def _held_out_scores(self) -> Vectors:
        if self._learned is None:
            return np.zeros(0, np.float32)
        held = self._learned.held_out
        taught = np.isfinite(held)
        return self._curves[1](np.where(taught, held, NEVER).astype(np.float32))[taught]

    def column(
        self, key: str, vectors: Vectors, texts_of: Callable[[Sequence[int]], Sequence[str]], *, read: int = READ
    ) -> Vectors:
        """Give (n,) a label's scores of all material: by meaning, and by words for the `read` that come nearest by meaning.

        `texts_of` gives the texts of places among the vectors. Beyond the vectors, this takes memory for a few thousand.
        """
        place = self._place[key]
        scores = np.zeros(len(vectors), np.float32)
        for start in range(0, len(vectors), TOGETHER):
            part = slice(start, start + TOGETHER)
            scores[part] = self._probable(self._by_meaning(vectors[part]))[:, place]
        nearest = np.sort(np.argsort(-scores, kind="stable")[:read])
        if len(nearest):
            scores[nearest] = self.score(texts_of([int(i) for i in nearest]), vectors[nearest])[:, place]
        return scores

    def suggest(
        self, texts: Sequence[str], vectors: Vectors, *, most: int, threshold: float | Sequence[float]
    ) -> list[list[tuple[int, float]]]:
        """Give each text its labels (place, score), best first: those above the threshold (one, or each label's own).

        Labels that only have a definition must also stand out in the text; those of a name alone are not suggested.
        """
        evidence = self.evidence(texts, vectors)
        scores = self._probable(evidence)
        least = np.broadcast_to(np.asarray(threshold, np.float32), (len(self.labels),))
        able = np.array([self.can_suggest(label.key) for label in self.labels], bool)
        warm = self._warm
        chosen = []
        for row, told in zip(scores, evidence, strict=True):
            fit = able & (row >= least) & (warm | (told >= told.max(initial=-1) - BESIDE))
            order = [int(i) for i in np.lexsort((-told, -row)) if fit[i]][:most]
            chosen.append([(i, float(row[i])) for i in order])
        return chosen

    def explain(self, text: str, vector: Vectors, key: str, *, reread: bool = False) -> Reason:
        """Say why: each word with what the score loses without it, strongest first, and the nearest accepted example.

        A word is left out of the text and the text scored again; with `reread` its vector is computed again as well
        (some twenty embeddings), otherwise the loss is that of the words alone. All words named, left out together,
        lower the score too.
        """
        place = self._place[key]

        def scored(variants: Sequence[str]) -> Vectors:
            vectors = self._embedder.embed(variants) if reread else np.tile(vector, (len(variants), 1))
            return self.score(variants, vectors)[:, place]

        score = float(self.score([text], vector[None])[0, place])
        words = content_words(text)
        if not reread:  # only words that the label's own or the examples hold can tell anything
            told, space = self._vocabulary.told_by(place), self._space or ()
            pairs = zip(words, stems(word.lower() for word in words), strict=True)
            words = [word for word, stem in pairs if stem in told or stem in space]
        words = words[:TRIED]
        lost = score - scored([_without(text, [word]) for word in words]) if words else np.zeros(0)
        found = sorted(((w, round(float(loss), 4)) for w, loss in zip(words, lost, strict=True)), key=lambda c: -c[1])
        cues = [(word, loss) for word, loss in found if loss > 0]
        while len(cues) > 1 and scored([_without(text, [word for word, _ in cues])])[0] >= score:
            cues.pop()
        nearest, at = self._nearest(vector, place)
        return Reason(score, tuple(cues), nearest, at)

    def _nearest(self, vector: Vectors, place: int) -> tuple[str, int | None]:
        """Give the accepted example nearest to a vector: its text, and its place among those learnt from."""
        found: list[tuple[float, str, int | None]] = []
        if self._told is not None and place in self._told.labels:
            mine = np.flatnonzero(self._told.truth[:, self._told.labels.index(place)] > 0)
            if len(mine):
                best = int(mine[np.argmax(self._told.vectors[mine] @ vector)])
                near = float(self._told.vectors[best] @ vector)
                found.append((near, self._told.texts[best], self._told.first[best]))
        mine = np.flatnonzero(self._owner == place)
        if len(mine):
            best = int(mine[np.argmax(self._spoken[mine] @ vector)])
            found.append((float(self._spoken[best] @ vector), self._sentences[best], None))
        return max(found, key=lambda near: near[0])[1:] if found else ("", None)


def _without(text: str, words: Sequence[str]) -> str:
    return re.sub(r"\b(?:" + "|".join(map(re.escape, words)) + r")\b", " ", text, flags=re.IGNORECASE)


def _unit(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)
