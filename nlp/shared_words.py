"""Words as evidence: what a text shares with a label's own words, and which words examples have told apart."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import log, sqrt
from typing import Any

import numpy as np

from nlp.embedding import Vectors
from nlp.words import WORD, stems, subject_words

#: Summed rarity at which shared words have told 63 % of what they can.
ENOUGH = 4.0
#: Distinct words of a definition that count, from its beginning; a definition of pages would share a word with any text.
DEFINING = 64


class ToldWords:
    """What labels say of themselves: stems with their rarity among the labels; cue words count double."""

    def __init__(self, told: Sequence[str], cues: Sequence[Sequence[str]]) -> None:
        """Take each label's words and its cue words."""
        sets = [
            (set(stems(subject_words(words))[:DEFINING]), set(stems(subject_words(" ".join(own)))))
            for words, own in zip(told, cues, strict=True)
        ]
        held = Counter(stem for words, own in sets for stem in words | own)
        k = len(sets)
        rarity = {stem: log(1 + (k - count + 0.5) / (count + 0.5)) for stem, count in held.items()}
        self._k = k
        self._index: dict[str, list[tuple[int, float]]] = {}
        self._told_by: dict[int, frozenset[str]] = {}
        for place, (words, own) in enumerate(sets):
            for stem in sorted(words | own):
                self._index.setdefault(stem, []).append((place, rarity[stem] * (2 if stem in own else 1)))

    def told_by(self, place: int) -> frozenset[str]:
        """Give the stems that tell of one label."""
        if place not in self._told_by:
            mine = (stem for stem, owners in self._index.items() if any(owner == place for owner, _ in owners))
            self._told_by[place] = frozenset(mine)
        return self._told_by[place]

    def shared(self, texts: Sequence[str]) -> Vectors:
        """Give (n, k) what shared words tell, 0..1: every stem once, saturating."""
        told = np.zeros((len(texts), self._k), np.float32)
        for row, text in zip(told, texts, strict=True):
            for stem in sorted(set(stems(subject_words(text)))):
                for place, weight in self._index.get(stem, ()):
                    row[place] += weight
        return np.asarray(1 - np.exp(-told / ENOUGH), np.float32)


class WordSpace:
    """TF-IDF over stems, all words counted: "not" and "should" tell interview codes apart.

    Term frequency is sublinear, rows have unit length, and words unknown to the space count in that length.
    """

    def __init__(self, texts: Sequence[str], beside: Iterable[str]) -> None:
        """Take the texts whose words are the columns; how many texts hold a word is counted over `beside` as well."""
        counted = [set(_all_stems(text)) for text in texts]
        self._column = {stem: place for place, stem in enumerate(sorted(set().union(*counted)))}
        others = [set(_all_stems(text)) for text in beside]
        held = Counter(stem for stems_of in (*counted, *others) for stem in stems_of)
        total = 1 + len(counted) + len(others)
        self._rarest = log(total) + 1
        self._rarity = {stem: log(total / (1 + count)) + 1 for stem, count in held.items()}

    def __contains__(self, stem: str) -> bool:
        """Say whether examples have this word."""
        return stem in self._column

    def rows(self, texts: Sequence[str]) -> Any:
        """Give a sparse float32 matrix (n, words)."""
        from scipy.sparse import csr_matrix

        values: list[float] = []
        columns: list[int] = []
        starts = [0]
        for text in texts:
            weights = {
                stem: (1 + log(count)) * self._rarity.get(stem, self._rarest)
                for stem, count in Counter(_all_stems(text)).items()
            }
            length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
            known = [(self._column[stem], weight / length) for stem, weight in weights.items() if stem in self._column]
            columns += [column for column, _ in known]
            values += [weight for _, weight in known]
            starts.append(len(columns))
        return csr_matrix((np.array(values, np.float32), columns, starts), shape=(len(texts), len(self._column)))


def _all_stems(text: str) -> list[str]:
    return stems(match.group().lower() for match in WORD.finditer(text))
