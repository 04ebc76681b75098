"""From a label's evidence to a probability: "0.8" means that about 80 % of such decisions are right.

A curve is a logistic function of the evidence (Platt 1999) and of how far it exceeds that of all other labels together,
fitted to decisions on texts that were held out. It is pooled over the labels, since twenty examples tell little about the
curve of one; and it starts from a general curve that few decisions hardly move.
"""

from dataclasses import dataclass

import numpy as np

from nlp.embedding import Vectors

#: How firmly a curve holds to the general one: as firmly as decisions that tell its coefficients to one standard deviation.
FIRM = 2.0


@dataclass(frozen=True, slots=True)
class Curve:
    """Probability from evidence: weights of the label's logit, of its lead over the others, and a constant."""

    own: float
    lead: float
    constant: float

    def __call__(self, logits: Vectors) -> Vectors:
        """Give probabilities (n, k) of logits (n, k)."""
        told = self.own * logits + self.constant + (self.lead * lead_of(logits) if self.lead else 0.0)
        return np.asarray(_sigmoid(told), np.float32)

    def fitted(self, logits: Vectors, truth: Vectors, known: Vectors) -> "Curve":
        """Give this curve moved towards decisions: truth (n, k) in 0..1, counted where known (n, k) is not 0."""
        from scipy.optimize import minimize

        counted = known > 0
        if not counted.any():
            return self
        columns = [logits[counted], lead_of(logits)[counted] if self.lead else None, np.ones(int(counted.sum()))]
        given = np.stack([column for column in columns if column is not None], 1).astype(np.float64)
        start = np.array([self.own, self.lead, self.constant] if self.lead else [self.own, self.constant])
        target, weight = truth[counted], known[counted]

        def loss(coefficients: np.ndarray) -> tuple[float, np.ndarray]:
            told = given @ coefficients
            moved = coefficients - start
            cost = (weight * (np.logaddexp(0, told) - target * told)).sum() + FIRM / 2 * (moved**2).sum()
            return float(cost), given.T @ (weight * (_sigmoid(told) - target)) + FIRM * moved

        # More evidence never means less probability.
        bounds = [(0.0, None)] * (len(start) - 1) + [(None, None)]
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
        return Curve(float(found[0]), float(found[1]) if self.lead else 0.0, float(found[-1]))


def lead_of(logits: Vectors) -> Vectors:
    """Give (n, k) each label's lead: its logit above the log-sum-exp of all others; of one label alone, its logit."""
    if logits.shape[1] < 2:
        return logits
    top = logits.max(1, keepdims=True)
    shares = np.exp(logits - top)
    others = shares.sum(1, keepdims=True) - shares
    # The best label's rivals drown in its own share: they are summed again without it.
    rows, best = np.arange(len(logits)), logits.argmax(1)
    rest = shares.copy()
    rest[rows, best] = 0
    others[rows, best] = rest.sum(1)
    return np.asarray(logits - top - np.log(np.maximum(others, 1e-30)), logits.dtype)


def threshold_for(precision: float, probabilities: Vectors) -> float:
    """Give the lowest probability from which decisions, taken together, are expected to have the precision.

    `probabilities` (any shape) are calibrated ones of texts like those to be decided on. Above the threshold their mean is
    the precision; where none are that sure, the precision itself is the threshold, which promises more.
    """
    ordered = np.sort(np.ravel(probabilities))[::-1]
    enough = np.flatnonzero(np.cumsum(ordered, dtype=np.float64) >= precision * np.arange(1, len(ordered) + 1))
    return min(float(ordered[enough[-1]]), precision) if len(enough) else precision


def calibration_error(probabilities: Vectors, truth: Vectors, *, bins: int = 10) -> float:
    """Give the expected calibration error, 0..1, over equal bins of probability (Naeini et al. 2015)."""
    told, right = np.ravel(probabilities), np.ravel(truth)
    place = np.minimum((told * bins).astype(int), bins - 1)
    parts = [place == b for b in range(bins)]
    return float(sum(abs(told[part].mean() - right[part].mean()) * part.mean() for part in parts if part.any()))


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))))
