"""How well groups are found: against people's labels, when data are added, and at size.

    python -m bench discovery [--sets FOLDER]

FOLDER holds `harness/` and the labelled sets, as for quality; without it only time and memory are measured. The baselines
are those that are installed: scikit-learn's, and UMAP or BERTopic where somebody has put them there. Each is compared on
the share of texts that it assigns: of ours, that share is taken which is surest.
"""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from bench.report import Row
from nlp.clustering import UNASSIGNED, Grouping, group, join
from nlp.embedding import Vectors
from nlp.neighbours import Numbers

SETS = ("serdif", "crowdre", "banking77")
#: Texts of a draw, and draws; 0 stands for the whole set.
SIZES = {20: 7, 50: 7, 200: 7, 1000: 3, 0: 1}
#: Texts of which the last 30 % are added.
JOINED = (1000, 0)
TRIED = (4, 6, 8, 12, 16, 20, 24, 32, 48, 64, 96, 128)
MOST_SECONDS, MOST_MB = 60.0, 1_000.0
Baseline = Callable[[list[str], Vectors], Numbers]


def measure(n: int = 100_000, sets: Path | None = None) -> tuple[list[Row], dict[str, object]]:
    """Measure n passages in a process of its own, then quality and stability where there are sets."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        rows = apart.submit(_large, n).result()
    if sets is None:
        return rows, {"passages": n}
    for name in SETS:
        texts, vectors, codes = _labelled(sets, name)
        rows += [row for size in JOINED for row in _stability(name, vectors, codes, size)]
        rows += _quality(name, texts, vectors, codes)
    missing = [package for package in ("umap", "bertopic") if find_spec(package) is None]
    if missing:
        print(f"not installed, so not compared: {', '.join(missing)}")
    return rows, {"passages": n, "not compared": missing}


def _large(n: int) -> list[Row]:
    """Time grouping n passages, and joining the last quarter of them to the others; with memory on top at most."""
    from bench.adapters import embedder
    from bench.material import vectors as passages

    vectors = passages(n, embedder())
    held = group(vectors[: 3 * n // 4]).labels  # loads what is loaded late
    what: dict[str, Callable[[], Grouping]] = {
        "grouping": lambda: group(vectors),
        "joining a quarter of them": lambda: join(vectors[len(held) :], vectors[: len(held)], held),
    }
    rows = []
    for name, work in what.items():
        found, seconds, processor, mb = _watched(work)
        rows += [
            Row(f"{n:,} passages: {name}", seconds, "s", most=MOST_SECONDS),
            Row(f"{n:,} passages: {name}, of the processors", processor, "s"),
            Row(f"{n:,} passages: {name}, memory on top", mb, "MB", most=MOST_MB),
            Row(f"{n:,} passages: {name}, groups", float(len(np.unique(found.labels[found.labels >= 0])))),
        ]
    return rows


def _watched(work: Callable[[], Grouping]) -> tuple[Grouping, float, float, float]:
    """Give what the work gives, its seconds, those of the processors, and the megabytes on top at most."""
    import threading

    import psutil

    own, over, peak = psutil.Process(), threading.Event(), [0]
    before = own.memory_info().rss

    def look() -> None:
        while not over.wait(0.02):
            peak[0] = max(peak[0], own.memory_info().rss)

    watch = threading.Thread(target=look, daemon=True)
    watch.start()
    began, processor = time.monotonic(), time.process_time()
    found = work()
    seconds, processor = time.monotonic() - began, time.process_time() - processor
    over.set()
    watch.join()
    return found, seconds, processor, max(0, peak[0] - before) / (1 << 20)


def _labelled(sets: Path, name: str) -> tuple[list[str], Vectors, Numbers]:
    from bench.adapters import embedder

    told = json.loads((sets / "sets" / f"{name}.json").read_text(encoding="utf-8"))
    items = [item for item in told.get("items") or told["test"] if len(item["text"]) >= 10]
    texts = [item["text"] for item in items]
    codes = np.unique([item["label"] for item in items], return_inverse=True)[1]
    return texts, embedder().embed(texts), codes


def _draws(n: int, size: int, draws: int) -> Iterator[Numbers]:
    for draw in range(draws):
        yield np.random.default_rng(100 + draw).permutation(n)[:size] if size else np.arange(n)


def _agreement(codes: Numbers, labels: Numbers) -> tuple[float, float]:
    """Give (ARI, AMI) of what is assigned; 0 where nothing is."""
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    kept = labels >= 0
    if not kept.any():
        return 0.0, 0.0
    chosen = codes[kept], labels[kept]
    return float(adjusted_rand_score(*chosen)), float(adjusted_mutual_info_score(*chosen))


def _quality(name: str, texts: list[str], vectors: Vectors, codes: Numbers) -> list[Row]:
    rows = []
    for size, draws in SIZES.items():
        told: dict[str, list[tuple[float, ...]]] = {}
        for chosen in _draws(len(texts), size, draws):
            found = group(vectors[chosen])
            told.setdefault("Cairn", []).append(_facts(codes[chosen], found.labels))
            told.setdefault("Cairn, all", []).append(_facts(codes[chosen], found.nearest))
            for method, run in baselines().items():
                labels = run([texts[i] for i in chosen], vectors[chosen])
                share = float((labels >= 0).mean())
                told.setdefault(method, []).append(_facts(codes[chosen], labels))
                told.setdefault(f"Cairn, {method}'s share", []).append(_facts(codes[chosen], found.surest(share)))
        for method, values in told.items():
            means = np.mean(values, 0)
            for what, value in zip(("ARI", "AMI", "share", "groups"), means, strict=True):
                rows.append(Row(f"{name} {size or len(texts)}: {method}: {what}", float(value)))
    return rows


def _facts(codes: Numbers, labels: Numbers) -> tuple[float, float, float, float]:
    return *_agreement(codes, labels), float((labels >= 0).mean()), float(len(np.unique(labels[labels >= 0])))


def _stability(name: str, vectors: Vectors, codes: Numbers, size: int, draws: int = 5) -> list[Row]:
    """Group the first part, join 30 % more, and compare with fresh runs on everything, and these with one another."""
    told = []
    for chosen in _draws(len(vectors), size, draws):
        old = round(len(chosen) / 1.3)
        first = group(vectors[chosen[:old]])
        joined = join(vectors[chosen[old:]], vectors[chosen[:old]], first.labels)
        fresh, other = group(vectors[chosen]), group(vectors[chosen], seed=1)
        share, wanted = float((fresh.labels >= 0).mean()), max(_agreement(codes[chosen], fresh.labels)[0], 1e-9)
        told.append(
            (
                float((joined.labels[:old] == first.labels).mean()),
                _agreement(codes[chosen], joined.surest(share))[0] / wanted,
                _agreement(codes[chosen], other.labels)[0] / wanted,
                _agreement(fresh.labels, np.where(fresh.labels >= 0, joined.labels, UNASSIGNED))[0],
                _agreement(fresh.labels, np.where(fresh.labels >= 0, other.labels, UNASSIGNED))[0],
            )
        )
    kept, ours, chance, near, as_near = np.mean(told, 0).tolist()
    what = f"{name} {size or len(vectors)}: +30 %"
    return [
        Row(f"{what}: assignments unchanged", kept, least=0.95),
        Row(f"{what}: ARI of a fresh run's", ours, least=0.95),
        Row(f"{what}: the same of a fresh run with another seed", chance),
        Row(f"{what}: ARI with a fresh run", near),
        Row(f"{what}: ARI of two fresh runs", as_near),
    ]


def baselines() -> dict[str, Baseline]:
    """Give the methods that are installed, by name."""
    found: dict[str, Baseline] = {
        "KMeans + silhouette": lambda _, vectors: _by_silhouette(vectors, "cosine"),
        "HDBSCAN": lambda _, vectors: _hdbscan(vectors, 5),
    }
    if find_spec("umap"):
        found["UMAP + HDBSCAN"] = lambda _, vectors: _hdbscan(_umap(vectors), 10)
        found["UMAP + KMeans"] = lambda _, vectors: _by_silhouette(_umap(vectors), "euclidean")
    if find_spec("umap") and find_spec("bertopic"):
        found["BERTopic"] = _bertopic
    return found


def _by_silhouette(vectors: Vectors, metric: str) -> Numbers:
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    def parts(count: int, starts: int) -> Any:
        return KMeans(count, n_init=starts, random_state=0).fit_predict(vectors)

    n = len(vectors)
    told = {
        count: silhouette_score(vectors, parts(count, 1), metric=metric, sample_size=min(600, n), random_state=0)
        for count in TRIED
        if count < max(n // 4, 5)
    }
    return np.asarray(parts(max(told, key=lambda count: told[count]), 3), np.int64)


def _hdbscan(vectors: Vectors, smallest: int) -> Numbers:
    from sklearn.cluster import HDBSCAN

    return np.asarray(HDBSCAN(min_cluster_size=smallest, copy=True).fit_predict(vectors), np.int64)


def _reducer(n: int) -> Any:
    start = "spectral" if n > 30 else "random"
    return import_module("umap").UMAP(
        n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=42, init=start
    )


def _umap(vectors: Vectors) -> Vectors:
    return np.asarray(_reducer(len(vectors)).fit_transform(vectors), np.float32)


def _bertopic(texts: list[str], vectors: Vectors) -> Numbers:
    model = import_module("bertopic").BERTopic(umap_model=_reducer(len(texts)), min_topic_size=3)
    try:
        topics, _ = model.fit_transform(texts, vectors)
    except (ValueError, TypeError):  # it finds nothing to name among few texts
        return np.full(len(texts), -1, np.int64)
    return np.asarray(topics, np.int64)
