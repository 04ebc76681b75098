"""How long a search takes at 100,000 passages, arm by arm, with permission and study filters, and with a broken index.

Searched is through the same function as the pages call, with questions nobody asked before, by three people: one who
may see everything, one who may see 50 of 150 studies, and the same one looking into five of them.
"""

import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.filling import open_workspace
from bench.material import questions
from bench.report import Row, percentile
from bench.stocked import borrowed
from repository import retrieval
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.indexing import Indexer, status
from repository.search import Query, search
from repository.store.fulltext import FulltextStore
from repository.workspace import Workspace

#: Milliseconds that 95 of 100 searches may take.
MOST_MS = 100.0
#: Share of the ten nearest that Chroma must find.
RECALL = 0.98
#: Seconds the index may take to be built.
PATIENCE = 1_800.0


class Clock:
    """Sums up what each arm of a search takes, in ms."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.ms: dict[str, float] = defaultdict(float)

    def wrap(self, arm: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Give the same function, timed."""

        def timed(*told: Any, **more: Any) -> Any:
            began = time.perf_counter()
            try:
                return call(*told, **more)
            finally:
                self.ms[arm] += (time.perf_counter() - began) * 1000

        return timed


@contextmanager
def timed(workspace: Workspace) -> Iterator[Clock]:
    """Time the arms while the block runs."""
    clock, neighbours = Clock(), workspace.neighbours
    assert neighbours is not None
    real = retrieval.query_vector, FulltextStore.search, neighbours.nearest
    retrieval.query_vector = clock.wrap("embedding the question", real[0])
    FulltextStore.search = clock.wrap("keywords", real[1])  # type: ignore[method-assign]
    neighbours.nearest = clock.wrap("vectors", real[2])  # type: ignore[method-assign]
    try:
        yield clock
    finally:
        retrieval.query_vector, FulltextStore.search = real[0], real[1]  # type: ignore[method-assign]
        del neighbours.nearest  # type: ignore[misc]


def people(workspace: Workspace) -> dict[str, tuple[Viewer, tuple[int, ...]]]:
    """Give who searches where."""
    with workspace.read() as unit:
        numbers = [study.id for study in unit.studies.all(LOCAL_ADMIN)]
    some = random.Random(5).sample(numbers, len(numbers) // 3)
    reader = Viewer("reader", PersonRole.READER, frozenset(some))
    return {
        "everything": (LOCAL_ADMIN, ()),
        "50 of 150 studies": (reader, ()),
        "50 of 150, five chosen": (reader, tuple(some[:5])),
    }


def latencies(
    workspace: Workspace, viewer: Viewer, studies: tuple[int, ...], asked: list[str]
) -> dict[str, list[float]]:
    """Search for each question; give ms by arm and in all."""
    found: dict[str, list[float]] = defaultdict(list)
    for text in asked:
        with timed(workspace) as clock:
            began = time.perf_counter()
            results = search(workspace, viewer, Query(text, studies=studies))
            whole = (time.perf_counter() - began) * 1000
        assert not any(note.startswith("Search by meaning") for note in results.notes), results.notes
        if viewer.study_ids is not None:
            assert {group.study_id for group in results.groups} <= viewer.study_ids
        for arm in ("embedding the question", "keywords", "vectors"):
            found[arm].append(clock.ms[arm])
        found["the rest: scope, fusing, rows, themes"].append(whole - sum(clock.ms.values()))
        found["whole"].append(whole)
    return found


def measure(n: int = 100_000, asked: int = 200) -> tuple[list[Row], dict[str, object]]:
    """Measure with a ready index, then with a broken one."""
    rows: list[Row] = []
    with borrowed(n) as folder:
        workspace = open_workspace(folder, index="chroma")
        workspace.embedder()
        indexer = Indexer(workspace)
        workspace.neighbours = indexer
        began = time.perf_counter()
        indexer.recall.refresh()
        rows.append(Row("until exact search is ready", time.perf_counter() - began, "s"))
        began = time.perf_counter()
        indexer.open()
        indexer.catch_up(lambda done: print(f"\rindexing {done:,}", end="", file=sys.stderr))
        print(file=sys.stderr)
        built = time.perf_counter() - began
        indexer.state = "ready"
        assert status(workspace).pending == 0
        rows.append(Row("building the Chroma index", n / built, "vec/s", least=1_500))
        texts = iter(questions(asked * 6 + 50))
        warm = [next(texts) for _ in range(50)]
        latencies(workspace, LOCAL_ADMIN, (), warm)
        for state in ("index ready", "index broken"):
            if state == "index broken":
                indexer.state = "broken"
            for who, (viewer, studies) in people(workspace).items():
                before = dict(indexer.answered)
                found = latencies(workspace, viewer, studies, [next(texts) for _ in range(asked)])
                rows += _rows(f"{state}, {who}", found)
                by_chroma = indexer.answered["chroma"] - before["chroma"]
                if state == "index ready":
                    rows.append(Row(f"{state}, {who}: answered by Chroma", 100 * by_chroma / asked, "%"))
        indexer.state = "ready"
        rows.append(Row("Chroma's recall@10 against exact", recall(workspace, indexer, warm), "", least=RECALL))
        indexer.close()
        workspace.close()
    return rows, {"passages": n, "questions": asked}


def _rows(name: str, found: dict[str, list[float]]) -> list[Row]:
    rows = [
        Row(f"{name}: p95", percentile(found["whole"], 0.95), "ms", most=MOST_MS),
        Row(f"{name}: p50", percentile(found["whole"], 0.5), "ms"),
    ]
    return rows + [Row(f"  {arm}: p95", percentile(ms, 0.95), "ms") for arm, ms in found.items() if arm != "whole"]


def recall(workspace: Workspace, indexer: Indexer, asked: list[str]) -> float:
    """Give the share of the exact ten nearest that Chroma finds as it is asked in a search."""
    with workspace.read() as unit:
        sessions = unit.segments.sessions_in_scope(LOCAL_ADMIN)
    hits = 0
    for text in asked:
        vector = retrieval.query_vector(workspace, text)
        before = indexer.answered["chroma"]
        near = [i for i, _ in indexer.nearest(vector, retrieval.DEPTH, sessions=sessions)][:10]
        assert indexer.answered["chroma"] == before + 1, "Chroma did not answer"
        exact = [i for i, _ in indexer.recall.nearest(vector, 10, sessions=sessions)]
        hits += len(set(near) & set(exact))
    return hits / (10 * len(asked))
