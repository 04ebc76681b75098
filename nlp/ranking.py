"""Rankings made one: scores of different kinds put on one scale, and what stands next to each other lent support.

The scale is each list's own standard deviation (z-scores; compared with ranks by Montague and Aslam 2001 and Bruch, Gai
and Ingber 2023): it keeps how much better a hit is, which ranks throw away.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

#: What a text's score adds to that of each of its two neighbours: people take more than one passage to say a thing.
LENT = 0.5


def standing(scores: Sequence[float], *, among: int = 0) -> NDArray[np.float64]:
    """Give (n,) how far each of a list, best first, stands above its end, in standard deviations; never below 0.

    `among`: so many were looked at; those that are not in the list count as 0. Where a list was put together of several,
    a score counts as no more than those before it.

    >>> standing([3.0, 2.0, 1.0]).round(2).tolist()
    [2.45, 1.22, 0.0]
    >>> standing([5.0], among=100).round(1).tolist()
    [10.1]
    """
    if not len(scores):
        return np.zeros(0)
    told = np.minimum.accumulate(np.asarray(scores, np.float64))
    rest = np.zeros(max(0, among - len(told)))
    spread = float(np.concatenate([told, rest]).std())
    above = told - (0.0 if len(rest) else told[-1])
    return above / spread if spread > 1e-9 else np.ones(len(told))


def lend(scores: Mapping[int, float], pairs: Iterable[tuple[int, int]]) -> dict[int, float]:
    """Add to each score the share LENT of its neighbours'; `pairs` stand next to each other.

    >>> lend({1: 1.0, 2: 4.0, 3: 0.0}, [(1, 2), (2, 3)])
    {1: 3.0, 2: 4.5, 3: 2.0}
    """
    lent = dict(scores)
    for one, other in pairs:
        lent[one] += LENT * scores[other]
        lent[other] += LENT * scores[one]
    return lent
