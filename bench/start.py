"""How long it takes to start: `cairn --help`, and `cairn serve` until its first page."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.filling import lend_model
from bench.report import Row, over_rounds
from bench.serving import await_meaning, environment, search_path, served
from bench.stocked import borrowed


def measure(n: int = 100_000, rounds: int = 5) -> tuple[list[Row], dict[str, object]]:
    """Start with the demonstration, and with n passages."""
    rows = [over_rounds("cairn --help", [_help() for _ in range(rounds)], "s", most=0.5)]
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as name:
        folder = Path(name) / "demo"
        lend_model(folder)
        subprocess.run(
            [sys.executable, "-m", "web.cli.main", "demo", "--folder", str(folder), "--json"],
            env=environment(folder),
            stdout=subprocess.DEVNULL,
            check=True,
        )
        rows += _serve("the demonstration", folder, rounds)
    with borrowed(n) as folder:
        rows += _serve(f"{n:,} passages", folder, 2)
    return rows, {"rounds": rounds, "passages": n}


def _help() -> float:
    began = time.perf_counter()
    subprocess.run([str(Path(sys.executable).parent / "cairn"), "--help"], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def _serve(name: str, folder: Path, rounds: int) -> list[Row]:
    pages, words, meaning = [], [], []
    for _ in range(rounds):
        with served(environment(folder)) as run:
            pages.append(run.up_s)
            began = time.perf_counter()
            run.get(search_path("why do people not connect their calendar?"))
            words.append(time.perf_counter() - began)
            meaning.append(run.up_s + await_meaning(run))
    return [
        over_rounds(f"cairn serve, {name}: first page", pages, "s", most=3.0),
        over_rounds(f"cairn serve, {name}: first search", words, "s"),
        over_rounds(f"cairn serve, {name}: search by meaning ready after", meaning, "s"),
    ]
