"""How far two coders agree beyond chance, over the same units: Cohen's kappa and Krippendorff's alpha."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts of units by who used the code, and the two measures (-1..1; None: they say nothing, as nobody used it).

    Kappa: Cohen (1960), "A coefficient of agreement for nominal scales". Alpha: Krippendorff (2004), "Content Analysis",
    nominal.
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    kappa: float | None
    alpha: float | None

    @property
    def share(self) -> float:
        """Give the share of units on which both did the same, 0..1."""
        units = self.both + self.only_first + self.only_second + self.neither
        return (self.both + self.neither) / units if units else 0.0


def agreement(first: Marks, second: Marks) -> Agreement:
    """Compare two coders' use of one code over the same units (n,), True where the coder used it."""
    counts = (
        int((first & second).sum()),
        int((first & ~second).sum()),
        int((~first & second).sum()),
        int((~first & ~second).sum()),
    )
    # Where one answer was the only one ever given, agreement beyond chance has no meaning.
    if counts[0] == sum(counts) or counts[3] == sum(counts):
        return Agreement(*counts, None, None)
    import krippendorff
    from sklearn.metrics import cohen_kappa_score

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kappa = float(cohen_kappa_score(first, second, labels=[False, True]))
    data = np.stack([first, second]).astype(float)
    return Agreement(*counts, kappa, float(krippendorff.alpha(data, level_of_measurement="nominal")))
