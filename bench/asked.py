"""What the harness does not say of questions asked before: other stores, probabilities, and how results move.

    python -m bench.asked --sets FOLDER [--draws 16]

FOLDER holds `sets/banking77.json` and `sets/asked_before.json`. Stores are drawn from what the second has left of the first:
1, 2, 4 or 12 questions of each of 38 intents; ten new ones of each of 77. Every row is the mean of all draws, beside its
difference to the cosine and that difference's standard deviation over draws.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from nlp.asked import Stored
from nlp.calibrating import calibration_error
from nlp.embedding import Vectors

Asked = tuple[Vectors, Vectors, np.ndarray, np.ndarray, list[str], list[str]]
#: What is changed, one at a time: name in nlp.asked, values.
CHANGED = {"HALF": (0.0, 0.25, 0.75, 1.0), "FEW": (0, 60), "LONGER": (0.0, 0.03, 0.08), "EXCHANGED": (0.0, 0.1, 0.3)}
PER_INTENT = (12, 4, 2, 1)


def main() -> None:
    """Run from the command line."""
    from bench.adapters import embedder

    parser = argparse.ArgumentParser(prog="python -m bench.asked", description=__doc__)
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--draws", type=int, default=16)
    chosen = parser.parse_args()
    texts, intents = _left(chosen.sets / "sets")
    vectors = embedder().embed(texts)
    print(f"{'':24} each  R@1    AUC    to cosine (R@1, AUC) ± sd         error")
    for each in PER_INTENT:
        draws = [_draw(texts, intents, vectors, each, seed) for seed in range(chosen.draws)]
        base = np.array([_measured(draw, _cosine) for draw in draws])
        _row("cosine", each, base, base)
        _row("Stored", each, np.array([_measured(draw, _stored) for draw in draws]), base)
        if each > 1:
            _row("Stored, groups known", each, np.array([_measured(draw, _grouped) for draw in draws]), base)
        for name, value in ((name, value) for name, values in CHANGED.items() for value in values):
            with patch(f"nlp.asked.{name}", value):
                _row(f"  {name} {value}", each, np.array([_measured(draw, _stored) for draw in draws]), base)


def _left(sets: Path) -> tuple[list[str], np.ndarray]:
    taken = json.loads((sets / "asked_before.json").read_text("utf-8"))
    used = {item["text"] for part in ("store", "new") for item in taken[part]}
    train = json.loads((sets / "banking77.json").read_text("utf-8"))["train"]
    left = [item for item in train if item["text"] not in used]
    return [item["text"] for item in left], np.array([item["label"] for item in left])


def _draw(texts: list[str], intents: np.ndarray, vectors: Vectors, each: int, seed: int) -> Asked:
    chance = np.random.default_rng(seed)
    stored: list[int] = []
    new: list[int] = []
    for number, intent in enumerate(chance.permutation(sorted(set(intents)))):
        places = list(chance.permutation(np.flatnonzero(intents == intent)))
        kept = each if number < 38 else 0
        stored += places[:kept]
        new += places[kept : kept + 10]
    named = [texts[place] for place in stored], [texts[place] for place in new]
    return vectors[stored], vectors[new], intents[stored], intents[new], *named


def _measured(draw: Asked, told: Callable[[Asked], Vectors]) -> tuple[float, float, float]:
    """Give R@1, AUC and expected calibration error of the best match."""
    from sklearn.metrics import roc_auc_score

    scores = told(draw)
    known = np.isin(draw[3], draw[2])
    right = draw[2][scores.argmax(1)] == draw[3]
    best = scores.max(1)
    error = calibration_error(np.clip(best, 0, 1), right.astype(np.float32))
    return float(right[known].mean()), float(roc_auc_score(known, best)), error


def _cosine(draw: Asked) -> Vectors:
    return np.asarray(draw[1] @ draw[0].T)


def _stored(draw: Asked, groups: Any = None) -> Vectors:
    stored = Stored(draw[4], draw[0], groups)
    return np.stack([stored.match(*row).probability for row in zip(draw[5], draw[1], strict=True)])


def _grouped(draw: Asked) -> Vectors:
    return _stored(draw, draw[2].tolist())


def _row(what: str, each: int, found: np.ndarray, base: np.ndarray) -> None:
    better = (found - base)[:, :2]
    moved = "  ".join(f"{mean:+.4f} ± {sd:.4f}" for mean, sd in zip(better.mean(0), better.std(0), strict=True))
    r1, auc, error = found.mean(0)
    print(f"{what:24} {each:4}  {r1:.3f}  {auc:.3f}  {moved}  {error:.3f}", flush=True)


if __name__ == "__main__":
    main()
