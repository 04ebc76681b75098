"""How well passages are found: the product beside single arms and fused ranks, with a paired bootstrap over questions.

    python -m bench.retrieving --sets FOLDER [--set qmsum_val] [--docs 18]
    python -m bench.retrieving --demo

FOLDER holds `harness/bench_retrieval.py` and `sets/`; all transcripts are in one index, and each question is asked over all
of them and within its own. `--demo` asks the questions of `bench/questions.toml` of the demonstration; what is to be found is
the passage that holds a quote. The intervals hold 95 of 100 drawings of as many questions.
"""

import argparse
import importlib
import json
import random
import re
import sys
import tempfile
import threading
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np

from repository import retrieval
from repository.retrieval import Found, Ranking
from repository.workspace import Workspace

Rows = list[dict[str, float]]
KEYS = ("recall@10", "MRR@10", "nDCG@10", "cov@4k")
DRAWN, SEED = 10_000, 7


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.retrieving", description=__doc__)
    parser.add_argument("--sets", type=Path)
    parser.add_argument("--set", default="qmsum_val")
    parser.add_argument("--docs", type=int, default=0, help="only so many transcripts, drawn as the harness draws them")
    parser.add_argument("--demo", action="store_true")
    chosen = parser.parse_args()
    if chosen.sets:
        labelled(chosen.sets, chosen.set, chosen.docs)
    if chosen.demo:
        demonstration()


def labelled(folder: Path, name: str, docs: int = 0) -> None:
    """Ask a labelled set's questions, over everything and within the right transcript."""
    from bench.adapters import retrieval as product

    sys.path.insert(0, str(folder / "harness"))
    harness = importlib.import_module("bench_retrieval")
    told = json.loads((folder / "sets" / f"{name}.json").read_text("utf-8"))
    held, asked = told["docs"], told["queries"]
    if docs:
        kept = set(random.Random(7).sample(sorted(held), docs))
        held = {doc: text for doc, text in held.items() if doc in kept}
        asked = [query for query in asked if query["doc"] in kept]
    systems, _ = harness.make_baselines(held, ["minilm"], 900, [query["text"] for query in asked])
    systems["Cairn"] = product(held)
    for where, within in (("over everything", False), ("within the right one", True)):
        if within and not all("doc" in query for query in asked):
            continue
        found = {
            system: [harness.score_query(search(q["text"], 10, q["doc"] if within else None), q["gold"]) for q in asked]
            for system, search in systems.items()
        }
        _show(f"{name}, {len(asked)} questions, {where}", found, KEYS)


def demonstration() -> None:
    """Ask the demonstration's questions; beside the product as it is, its arms alone and their ranks fused."""
    with tempfile.TemporaryDirectory(prefix="cairn-retrieving-") as folder:
        workspace = _demonstration(Path(folder))
        asked = _quotes(workspace)
        fused = retrieval.fuse
        ways: dict[str, Callable[..., list[Found]]] = {
            "keyword arm": lambda keyword, *_: fused(keyword, []),
            "meaning arm": lambda _, meaning, *__: fused([], meaning),
            "ranks fused": ranks_fused,
            "Cairn": fused,
        }
        found = {}
        for way, fuse in ways.items():
            with patch.object(retrieval, "fuse", fuse):
                found[way] = [_found(workspace, text, gold) for text, gold in asked]
        _show(f"demonstration, {len(asked)} questions", found, ("recall@5", "recall@10", "MRR@10"))
        workspace.close()


def ranks_fused(keyword: Ranking, meaning: Ranking, *_: object) -> list[Found]:
    """Fuse by reciprocal ranks (Cormack, Clarke and Büttcher 2009)."""
    score: dict[int, float] = {}
    for ranking in (keyword, meaning):
        for rank, (i, _score) in enumerate(ranking, 1):
            score[i] = score.get(i, 0.0) + 1 / (60 + rank)
    words, cosine = {i for i, _score in keyword}, dict(meaning)
    found = [Found(i, told, {retrieval.KEYWORD: 0} if i in words else {}, cosine.get(i)) for i, told in score.items()]
    return sorted(found, key=lambda hit: (-hit.score, hit.id))


def _demonstration(folder: Path) -> Workspace:
    from bench.filling import open_workspace
    from ingest.demonstration import accept_all
    from ingest.worker import drain
    from repository.recall import Recall

    workspace = open_workspace(folder, suggesting=False)
    drain(workspace, accept_all(workspace), threading.Event())
    recall = Recall(workspace)
    recall.refresh()
    workspace.neighbours = recall
    workspace.embedder()
    return workspace


def _quotes(workspace: Workspace) -> list[tuple[str, list[set[int]]]]:
    """Give each question with, for each quote that answers it, the passages that hold the quote."""
    from repository.domain.access import LOCAL_ADMIN

    held: dict[str, list[tuple[int, str]]] = {}
    with workspace.read() as unit:
        for study in unit.studies.all(LOCAL_ADMIN):
            for source in unit.sources.of_studies([study.id]):
                held[source.name] = [(s.id, _plain(s.words)) for s in unit.segments.of_source(source.id)]
    told = tomllib.loads((Path(__file__).parent / "questions.toml").read_text("utf-8"))
    asked = []
    for question in told["ask"] + told["plan_question"]:
        gold = [
            {i for i, words in held.get(Path(quote["file"]).name, ()) if _plain(quote["quote"]) in words}
            for quote in question.get("evidence", ())
        ]
        if any(gold):
            asked.append((question["text"], [passages for passages in gold if passages]))
    return asked


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def _found(workspace: Workspace, text: str, gold: Sequence[set[int]]) -> dict[str, float]:
    from repository.domain.access import LOCAL_ADMIN

    hits = [hit.id for hit in retrieval.find(workspace, LOCAL_ADMIN, text, limit=10).found]
    first = next((rank for rank, i in enumerate(hits, 1) if any(i in passages for passages in gold)), None)
    return {
        "recall@5": float(np.mean([bool(passages & set(hits[:5])) for passages in gold])),
        "recall@10": float(np.mean([bool(passages & set(hits)) for passages in gold])),
        "MRR@10": 1 / first if first else 0.0,
    }


def _show(title: str, found: Mapping[str, Rows], keys: Sequence[str]) -> None:
    """Print means, and how many times as good as each other way the last one is."""
    print(f"\n{title}\n{'':24}" + "".join(f"{key:>12}" for key in keys))
    for way, rows in found.items():
        print(f"{way:24}" + "".join(f"{np.mean([row[key] for row in rows]):12.3f}" for key in keys))
    *others, ours = found
    for other in others:
        for key in keys:
            ratio, low, high = times(*([row[key] for row in found[way]] for way in (ours, other)))
            print(f"  {ours} ÷ {other}, {key}: {ratio:.3f} ({low:.3f} to {high:.3f})")
    sys.stdout.flush()


def times(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float, float]:
    """Give how many times as large the mean of one is as that of the other, with a paired bootstrap's interval.

    >>> times([0.0, 1.0, 1.0], [0.0, 0.5, 0.5])
    (2.0, 2.0, 2.0)
    """
    pairs = np.array([ours, theirs])
    drawn = pairs[:, np.random.default_rng(SEED).integers(0, len(ours), (DRAWN, len(ours)))].mean(-1)
    possible = drawn[:, drawn[1] > 0]
    low, high = np.quantile(possible[0] / possible[1], [0.025, 0.975])
    return float(pairs[0].mean() / pairs[1].mean()), float(low), float(high)


if __name__ == "__main__":
    main()
