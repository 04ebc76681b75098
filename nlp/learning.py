"""Learn labels from accepted and rejected examples: one logistic regression a label, from what its definition tells.

Each label is a separate yes or no, since a text may have several. A regression starts from the label's evidence by
definition and learns what to add, from meaning (the vectors) and words (their TF-IDF) at once; strong regularisation keeps
few examples near the definition. The two kernels are added, so that n examples are an n-dimensional problem.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.embedding import Vectors

#: Logits per unit of evidence by definition.
TAU = 4.0
#: What large weights cost: of features, and of a label's own constant.
RIDGE, OWN = 0.1, 4.0
#: Weight of words against meaning with many examples, and the examples per label that bring half of it.
WORDED, HALF = 2.0, 3.0
#: Texts learnt from at most, and texts times labels.
TEXTS, CELLS = 2_000, 1_000_000
#: Parts that examples are divided into, each judged by what the others taught.
FOLDS = 5
#: Steps of the fit, and of those on parts, which only tell how sure to be.
STEPS, STEPS_APART = 50, 20


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A person's decision: this text (with its unit vector (d,)) is, or is not, what the label means.

    `group` names what the text belongs with (its session, say): what is learnt is judged on other groups.
    """

    text: str
    vector: Vectors
    key: str
    accepted: bool = True
    group: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """Examples as a table: one row a text, one column a label that was decided on.

    `truth` (n, k) is the share of decisions that accepted; `weight` (n, k) how much a cell counts: 1 where somebody decided.
    A text accepted for one label and not decided for another counts a little against it, since people do not code
    everything: 1/sqrt(k - 1), between counting fully and weighing as much as the accepted ones.
    """

    texts: tuple[str, ...]
    vectors: Vectors
    labels: tuple[int, ...]
    truth: Vectors
    weight: Vectors
    groups: tuple[str, ...]
    first: tuple[int, ...]

    @property
    def accepted(self) -> np.ndarray:
        """Say which labels have an accepted example (k,)."""
        return np.asarray(((self.truth > 0) & (self.weight > 0)).any(0))

    def folds(self) -> np.ndarray:
        """Give each text's part (n,): whole groups where there are enough, else a label's examples spread over the parts.

        Sentences of one session are more alike than those of the next, which is what the scores are to be trusted on.
        """
        sizes = Counter(self.groups)
        if len(sizes) >= FOLDS and "" not in sizes:
            held = [0] * FOLDS
            of: dict[str, int] = {}
            for group in sorted(sizes, key=lambda group: (-sizes[group], group)):
                of[group] = held.index(min(held))
                held[of[group]] += sizes[group]
            return np.array([of[group] for group in self.groups], np.int64)
        part = np.zeros(len(self.texts), np.int64)
        main = np.where(self.truth.max(1, initial=0) > 0, self.truth.argmax(1), -1)
        for label in np.unique(main):
            rows = np.flatnonzero(main == label)
            part[rows] = np.arange(len(rows)) % FOLDS
        return part


def decisions(examples: Sequence[Example], place: dict[str, int]) -> Decisions:
    """Gather examples by text. Those of unknown labels are left out; of too many, the latest of each label are kept."""
    rows: dict[str, int] = {}
    told: dict[tuple[int, int], list[bool]] = {}
    first: list[int] = []
    rank: list[int] = []
    seen: dict[int, int] = {}
    for at in range(len(examples) - 1, -1, -1):  # the latest first
        example = examples[at]
        if example.key not in place:
            continue
        label = place[example.key]
        row = rows.setdefault(example.text, len(rows))
        if row == len(first):
            first.append(at)
            seen[label] = seen.get(label, 0) + 1
            rank.append(seen[label])
        told.setdefault((row, label), []).append(example.accepted)
    labels = sorted({label for _, label in told})
    most = min(TEXTS, max(len(labels) and CELLS // len(labels), FOLDS))
    kept = sorted(sorted(range(len(first)), key=lambda row: rank[row])[:most], key=lambda row: first[row])
    row_of = {row: new for new, row in enumerate(kept)}
    labels = sorted({label for row, label in told if row in row_of})
    column_of = {label: new for new, label in enumerate(labels)}
    truth = np.zeros((len(kept), len(labels)), np.float32)
    decided = np.zeros_like(truth)
    for (row, label), answers in told.items():
        if row in row_of:
            truth[row_of[row], column_of[label]] = sum(answers) / len(answers)
            decided[row_of[row], column_of[label]] = 1
    weak = np.outer(truth.max(1, initial=0) > 0, truth.max(0, initial=0) > 0) / np.sqrt(max(len(labels) - 1, 1))
    chosen = [examples[first[row]] for row in kept]
    return Decisions(
        tuple(example.text for example in chosen),
        np.stack([example.vector for example in chosen]) if chosen else np.zeros((0, 0), np.float32),
        tuple(labels),
        truth,
        np.asarray(np.maximum(decided, weak), np.float32),
        tuple(example.group for example in chosen),
        tuple(first[row] for row in kept),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What was learnt: weights of meaning (d, k) and words (v, k), each label's constant (k,) and the common one.

    `held_out` (n, k) are the logits of the examples by what the other parts taught; nan where the label was not taught.
    """

    meaning: Vectors
    words: Vectors
    own: Vectors
    common: float
    held_out: Vectors


def learn(told: Decisions, centred: Vectors, rows: Any, evidence: Vectors) -> Learned:
    """Fit to decisions: centred unit vectors (n, d), TF-IDF rows (n, v), evidence by definition (n, k).

    With 600 texts of 30 labels about half a second.
    """
    accepted = ((told.truth > 0) & (told.weight > 0)).sum(0)
    each = float(accepted[accepted > 0].mean()) if accepted.any() else 0.0
    worded = WORDED * each / (each + HALF)
    kernel = centred @ centred.T + worded * (rows @ rows.T).toarray()
    values, vectors = np.linalg.eigh(kernel.astype(np.float64))
    kept = values > max(values[-1], 1e-9) * 1e-6
    features = np.asarray(vectors[:, kept] * np.sqrt(values[kept]), np.float32)
    offset = np.asarray(TAU * evidence, np.float32)
    weights, own, common = _fit(features, told.truth, told.weight, offset, STEPS)
    dual = np.asarray((vectors[:, kept] / np.sqrt(values[kept])) @ weights, np.float32)
    held_out = np.full(told.truth.shape, np.nan, np.float32)
    part = told.folds()
    for fold in range(FOLDS):
        mine = part == fold
        taught = ((told.truth > 0) & (told.weight > 0))[~mine].any(0)
        if mine.any() and taught.any():
            w, o, c = _fit(features[~mine], told.truth[~mine], told.weight[~mine], offset[~mine], STEPS_APART)
            held_out[mine] = np.where(taught, offset[mine] + features[mine] @ w + o + c, np.nan)
    held_out[:, accepted < 2] = (
        np.nan
    )  # held out, its one example leaves nothing to be taught by: only noes would count
    return Learned(np.asarray(centred.T @ dual), np.asarray(worded * (rows.T @ dual)), own, common, held_out)


def _fit(
    features: Vectors, truth: Vectors, weight: Vectors, offset: Vectors, steps: int
) -> tuple[Vectors, Vectors, float]:
    """Minimise the weighted logistic loss of all labels at once; labels nobody accepted anything for have no constant."""
    from scipy.optimize import minimize

    r, k = features.shape[1], truth.shape[1]
    warm = ((truth > 0) & (weight > 0)).any(0)
    yes, no = float((weight * truth)[:, warm].sum()), float((weight * (1 - truth))[:, warm].sum())
    usual = float(np.log(max(yes, 0.5) / max(no, 0.5)))

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights, own, common = flat[: r * k].reshape(r, k), flat[r * k : -1], flat[-1]
        logits = offset + features @ weights.astype(np.float32) + np.where(warm, own + common, 0).astype(np.float32)
        slope = weight * (1 / (1 + np.exp(-np.clip(logits, -60, 60))) - truth)
        cost = (weight * (np.logaddexp(0, logits) - truth * logits)).sum(dtype=np.float64)
        cost += RIDGE / 2 * (weights**2).sum() + OWN / 2 * (own**2).sum() + 0.05 * (common - usual) ** 2
        down = np.where(warm, slope.sum(0), 0)
        gradient = np.concatenate(
            [
                (features.T @ slope + RIDGE * weights).ravel(),
                down + OWN * own,
                [down.sum() + 0.1 * (common - usual)],
            ]
        )
        return float(cost), gradient.astype(np.float64)

    start = np.concatenate([np.zeros(r * k + k), [usual]])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps}).x
    return (
        np.asarray(found[: r * k].reshape(r, k), np.float32),
        np.asarray(found[r * k : -1], np.float32),
        float(found[-1]),
    )
