"""An embedder without weights: words and letters hashed into a fixed number of dimensions. Knows words, not meaning."""

import re
from collections.abc import Callable, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

WORD = re.compile(r"\w+")


class HashingEmbedder:
    """Deterministic; for tests, and as a last resort that has to be chosen in the settings (Weinberger et al. 2009)."""

    max_tokens = 1_000_000

    def __init__(self, dimension: int = 384) -> None:
        """Hash into `dimension` numbers."""
        self.dimension = dimension
        self.name = "hashing"
        self.fingerprint = f"hashing-1-{dimension}"

    def embed(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Give (n, d) float32, L2-normalised; a text without words is the first unit vector."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for feature, weight in _features(text):
                number = int.from_bytes(blake2b(feature.encode(), digest_size=8).digest())
                row[number % self.dimension] += weight if number >> 63 else -weight
            if not row.any():
                row[0] = 1.0
        if progress:
            progress(len(texts))
        unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def _features(text: str) -> list[tuple[str, float]]:
    """Give a text's words, and its words' trigrams at a quarter of their weight, so that forms of a word are near."""
    words = [word.lower() for word in WORD.findall(text)]
    whole = [(word, 1.0) for word in words]
    return whole + [(f"#{w[i : i + 3]}", 0.25) for word in words for w in (f"<{word}>",) for i in range(len(w) - 2)]
