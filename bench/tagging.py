"""What the harness does not say of tagging: are scores probabilities, how few examples do, and how fast is it at size?

    python -m bench.tagging --sets FOLDER [--passages 100000]

FOLDER holds `harness/` and the labelled sets, as for quality; draws and splits are the harness's own. Without it only time
and memory are measured.
"""

import argparse
import importlib
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.report import Row
from nlp.calibrating import calibration_error
from nlp.embedding import Embedder, Vectors
from nlp.labelling import Label, Labeller, mean_of
from nlp.learning import Example
from nlp.reviewing import informative

SETS = ("serdif", "crowdre", "banking77")
GIVEN = (1, 5, 10, 20)
DRAWS = 3
RESAMPLED = 2_000


class Material:
    """A labelled set in the harness's split: a pool to draw examples from, and test statements."""

    def __init__(self, sets: Path, name: str, model: Embedder) -> None:
        """Read and embed."""
        import random

        sys.path.insert(0, str(sets / "harness"))
        train, test, described = importlib.import_module("bench_tagging").load(name, "dev")
        by: dict[str, list[dict[str, Any]]] = {}
        for item in train:
            by.setdefault(item["label"], []).append(item)
        self.keys = sorted(key for key in by if len(by[key]) >= 10)
        place = {key: at for at, key in enumerate(self.keys)}
        test = [item for item in test if item["label"] in place]
        pool = [item for item in train if item["label"] in place]
        readable = {key: key.replace("_", " ") for key in self.keys}
        told = {key: described.get(key, key) for key in self.keys}
        labels = [
            Label(key, readable[key], "" if told[key].lower() == readable[key].lower() else told[key])
            for key in self.keys
        ]
        self.name = name
        self.texts, self.truth = [item["text"] for item in test], np.array([place[item["label"]] for item in test])
        self.vectors = model.embed(self.texts)
        self.pool, self.pool_truth = [i["text"] for i in pool], np.array([place[item["label"]] for item in pool])
        self.pool_vectors = model.embed(self.pool)
        self.groups = [str(item.get("group", "")) for item in pool]
        at = {id(item): row for row, item in enumerate(pool)}
        self.draws = []
        for seed in range(DRAWS):
            chance = random.Random(100 + seed)
            self.draws.append([[at[id(x)] for x in chance.sample(by[k], min(20, len(by[k])))] for k in self.keys])
        self.judge = Labeller(labels, model, mean=mean_of(self.vectors))

    def taught(self, rows: Sequence[int]) -> Labeller:
        """Give the labeller as rows of the pool teach it."""
        made = self.judge.measured_from(mean_of(self.vectors))
        made.learn([
            Example(self.pool[r], self.pool_vectors[r], self.keys[self.pool_truth[r]], group=self.groups[r])
            for r in rows
        ])  # fmt: skip
        return made

    def drawn(self, draw: int, n: int) -> list[int]:
        """Give the rows of n examples a label."""
        return [row for own in self.draws[draw] for row in own[:n]]


def macro_f1(truth: np.ndarray, told: np.ndarray) -> float:
    """Give the mean F1 over the labels that occur."""
    most = int(max(truth.max(), told.max())) + 1
    occurs, named = np.bincount(truth, minlength=most), np.bincount(told, minlength=most)
    both = np.bincount(truth[truth == told], minlength=most)
    here = occurs > 0
    return float(np.mean(2 * both[here] / (occurs + named)[here]))


def calibration(material: Material, n: int) -> list[Row]:
    """Measure how far scores are from being probabilities, and the precision above thresholds."""
    found = []
    truth = np.eye(len(material.keys))[material.truth]
    for draw in range(DRAWS):
        judge = material.taught(material.drawn(draw, n))
        scores = judge.score(material.texts, material.vectors)
        top = scores.argmax(1)
        above = [scores >= judge.threshold(promised) for promised in (0.8, 0.3)]
        found.append(
            [
                calibration_error(scores, truth),
                calibration_error(scores.max(1), np.asarray(top == material.truth, np.float32)),
                *(truth[part].mean() if part.any() else np.nan for part in above),
                *((truth * part).sum() / truth.sum() for part in above),
            ]
        )
    measured = ("ECE, all decisions", "ECE, best label", "precision, promised .8", "precision, promised .3")
    names = (*measured, "recall at .8", "recall at .3")
    return [
        Row(f"{material.name}, n = {n}: {name}", round(float(value), 3))
        for name, value in zip(names, np.nanmean(found, 0), strict=True)
    ]


def beside_baselines(material: Material, n: int) -> list[Row]:
    """Compare with the stated baselines on the same statements: difference of macro-F1 with a 95 % bootstrap interval."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    told: dict[str, list[np.ndarray]] = {}
    names = [label.meaning for label in material.judge.labels]
    for draw in range(DRAWS):
        rows = material.drawn(draw, n)
        given, truth = material.pool_vectors[rows], material.pool_truth[rows]
        centres = np.stack([given[truth == label].mean(0) for label in range(len(names))])
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
        defined = centres * n + 2 * material.judge._embedder.embed(names)
        defined /= np.linalg.norm(defined, axis=1, keepdims=True)
        words = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10))
        rivals = {
            "centroid": (material.vectors @ centres.T).argmax(1),
            "centroid + definition": (material.vectors @ defined.T).argmax(1),
            "logistic regression": LogisticRegression(C=10, max_iter=200).fit(given, truth).predict(material.vectors),
            "TF-IDF + LR": words.fit([material.pool[r] for r in rows], truth).predict(material.texts),
            "Cairn": material.taught(rows).evidence(material.texts, material.vectors).argmax(1),
        }
        for name, answer in rivals.items():
            told.setdefault(name, []).append(answer)
    f1 = {name: float(np.mean([macro_f1(material.truth, answer) for answer in own])) for name, own in told.items()}
    ours = told.pop("Cairn")
    best = max(told, key=lambda name: f1[name])
    chance = np.random.default_rng(0)
    apart = []
    for _ in range(RESAMPLED // DRAWS):
        again = chance.integers(0, len(material.truth), len(material.truth))
        truth = material.truth[again]
        pairs = zip(ours, told[best], strict=True)
        apart.append(np.mean([macro_f1(truth, a[again]) - macro_f1(truth, b[again]) for a, b in pairs]))
    low, high = np.percentile(apart, [2.5, 97.5])
    print(f"{material.name}, n = {n}: Cairn {f1['Cairn']:.3f}, best baseline {best} {f1[best]:.3f}", end=", ")
    print(f"difference {f1['Cairn'] - f1[best]:+.3f} [{low:+.3f}, {high:+.3f}]", flush=True)
    return [Row(f"{material.name}, n = {n}: macro-F1 above {best}", round(f1["Cairn"] - f1[best], 3))]


def reviewing(material: Material) -> list[Row]:
    """Count the reviews a label that reach the macro-F1 of 20 at random: both out of the same pool, people naming the label."""
    k = len(material.keys)
    chance = np.random.default_rng(0)
    # Of a large pool a part, as large as several times what is drawn.
    shares = []
    for _ in range(DRAWS):
        pool = np.sort(chance.permutation(len(material.pool))[: max(30 * k, 600)])
        at_random = [
            _f1(material, chance.choice(pool, min(20 * k, len(pool)), replace=False).tolist()) for _ in range(5)
        ]
        goal, done = float(np.mean(at_random)), list[int]()
        scores = material.judge.score([material.pool[r] for r in pool], material.pool_vectors[pool])
        while len(done) < 20 * k:
            left = np.setdiff1d(pool, done)
            accepted = np.bincount(material.pool_truth[done], minlength=k) if done else np.zeros(k, int)
            own = scores[np.searchsorted(pool, left)]
            near, open_ones = material.pool_vectors[done], material.pool_vectors[left]
            picks = informative(own, open_ones, count=k, decided=near, accepted=accepted.tolist())
            done += [int(left[place]) for place in picks]
            judge = material.taught(done)
            if macro_f1(material.truth, judge.evidence(material.texts, material.vectors).argmax(1)) >= goal:
                break
            scores = judge.score([material.pool[r] for r in pool], material.pool_vectors[pool])
        shares.append(len(done) / k)
    return [Row(f"{material.name}: reviews a label that do as much as 20 at random", round(float(np.mean(shares)), 1))]


def _f1(material: Material, rows: list[int]) -> float:
    judge = material.taught(rows)
    return macro_f1(material.truth, judge.evidence(material.texts, material.vectors).argmax(1))


def at_size(n: int, model: Embedder) -> list[Row]:
    """Time training with 30 labels of 20 examples, and a label over n passages."""
    import psutil

    from bench.material import vectors as passages

    chance = np.random.default_rng(0)
    held = passages(n, model)
    words = [f"word{at}" for at in range(3_000)]
    said = [" ".join(chance.choice(words, 40)) for _ in range(5_000)]
    labels = [Label(f"l{at}", words[at], " ".join(chance.choice(words, 12))) for at in range(30)]
    judge = Labeller(labels, model, mean=mean_of(held))
    examples = [Example(said[at], held[at], f"l{at % 30}") for at in range(600)]

    def train() -> None:
        judge.learn(examples)
        judge.threshold(0.8)

    judge.learn(examples[:60])  # loads what is loaded late
    trained = _seconds(train)
    own, over, peak = psutil.Process(), threading.Event(), [0]
    before = own.memory_info().rss

    def look() -> None:
        while not over.wait(0.01):
            peak[0] = max(peak[0], own.memory_info().rss)

    watch = threading.Thread(target=look, daemon=True)
    watch.start()
    scored = _seconds(lambda: judge.column("l3", held, lambda at: [said[i % len(said)] for i in at]))
    over.set()
    watch.join()
    return [
        Row("30 labels of 20 examples: learning, with thresholds", round(trained, 2), "s", most=1.0),
        Row(f"{n:,} passages: scoring a label", round(scored, 2), "s", most=2.0),
        Row(f"{n:,} passages: memory on top", round(max(0, peak[0] - before) / 1e6), "MB", most=1_000),
    ]


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


class Remembering:
    """An embedder that computes a text once."""

    def __init__(self, model: Embedder) -> None:
        """Take the model that computes."""
        self._model, self._known = model, dict[str, Vectors]()
        self.name, self.fingerprint = model.name, model.fingerprint
        self.dimension, self.max_tokens = model.dimension, model.max_tokens

    def embed(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        """Give unit vectors."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        self._known.update(zip(new, self._model.embed(new), strict=True))
        return np.stack([self._known[t] for t in texts]) if len(texts) else np.zeros((0, self.dimension), np.float32)


def main() -> None:
    """Run from the command line."""
    from bench.adapters import embedder

    parser = argparse.ArgumentParser(prog="python -m bench.tagging", description=__doc__)
    parser.add_argument("--sets", type=Path)
    parser.add_argument("--only", default="", help="baselines, calibration, reviewing or size")
    parser.add_argument("--passages", type=int, default=100_000)
    chosen = parser.parse_args()
    model = Remembering(embedder())
    rows = at_size(chosen.passages, model) if chosen.only in ("", "size") else []
    for name in SETS if chosen.sets else ():
        material = Material(chosen.sets, name, model)
        if chosen.only in ("", "calibration"):
            rows += [row for n in GIVEN for row in calibration(material, n)]
        if chosen.only in ("", "baselines"):
            rows += [row for n in GIVEN for row in beside_baselines(material, n)]
        if chosen.only in ("", "reviewing"):
            rows += reviewing(material)
    for row in rows:
        print(f"{row.what:70s} {row.value} {row.unit}")


if __name__ == "__main__":
    main()
