"""Which texts to ask people about next, so that few decisions teach much."""

from collections.abc import Sequence

import numpy as np

from nlp.embedding import Vectors

#: Texts that are compared with one another, those most worth asking about by their scores alone.
COMPARED = 5_000
#: Neighbours that say how typical a text is.
NEIGHBOURS = 10


def informative(
    scores: Vectors, vectors: Vectors, *, count: int, decided: Vectors | None = None, accepted: Sequence[int] = ()
) -> list[int]:
    """Give the places of `count` texts to review, the most informative first.

    Four things count alike, each 0..1: how undecided the text is between its two likeliest labels (margin sampling); how
    far its likely labels still lack examples; how typical it is of the material; and how unlike what was decided or chosen
    before it is. The last two carry the beginning, when scores tell little (Hacohen et al. 2022).

    Args:
        scores: (n, k) of texts nobody decided on yet.
        vectors: (n, d) unit vectors of these texts.
        count: how many texts are wanted.
        decided: (m, d) vectors of the texts that people decided on.
        accepted: accepted examples each label has, k of them; nothing: none yet.
    """
    n, k = scores.shape
    if not n or not k or count < 1:
        return []
    best = np.sort(scores, 1)[:, -2:]
    rival = best[:, 0] if k > 1 else 1 - best[:, 0]
    undecided = 2 * np.minimum(rival, best[:, -1]) / np.maximum(rival + best[:, -1], 1e-9)
    shares = scores / np.maximum(scores.sum(1, keepdims=True), 1e-9)
    held = np.array(accepted, np.float64) if len(accepted) else np.zeros(k)
    worth = undecided + shares @ _need(held)
    pool = np.sort(np.argsort(-worth, kind="stable")[: max(COMPARED, count)])
    mean = vectors.mean(0)
    near_to = _unit(vectors[pool] - mean)
    undecided, shares = undecided[pool], shares[pool]
    alike = near_to @ near_to.T
    np.fill_diagonal(alike, -1)
    neighbours = min(NEIGHBOURS, len(pool) - 1)
    typical = np.sort(alike, 1)[:, -neighbours:].mean(1) if neighbours else np.zeros(len(pool))
    nearest = (
        (near_to @ _unit(decided - mean).T).max(1) if decided is not None and len(decided) else np.zeros(len(pool))
    )
    chosen: list[int] = []
    for _ in range(min(count, len(pool))):
        worth = undecided + shares @ _need(held) + typical - np.maximum(nearest, 0)
        worth[chosen] = -np.inf
        place = int(worth.argmax())
        chosen.append(place)
        held += shares[place]
        nearest = np.maximum(nearest, alike[place])
    return [int(pool[place]) for place in chosen]


def _need(held: np.ndarray) -> np.ndarray:
    """Give how much each label lacks examples, 0..1, against the one with the fewest."""
    need = 1 / np.sqrt(1 + held)
    return np.asarray(need / need.max())


def _unit(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)
