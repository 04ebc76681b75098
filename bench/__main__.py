"""Measure: `python -m bench` for everything but quality, `python -m bench search` for one thing."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from bench import (
    asking,
    discovery,
    ingest,
    memory,
    planning,
    quality,
    reading,
    report,
    reporting,
    search,
    start,
    under_load,
)
from bench.report import Row

Found = tuple[list[Row], dict[str, object]]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "what",
        nargs="*",
        help="ingest, reading, reporting, search, start, memory, under_load, discovery, asking, planning, quality; default all but the last",
    )
    parser.add_argument(
        "--passages", type=int, default=100_000, help="size of the large repository (default: %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="rounds of ingest (default: %(default)s)")
    parser.add_argument("--sets", type=Path, help="folder with harness/ and labelled sets, for quality and discovery")
    chosen = parser.parse_args()
    n = chosen.passages
    kinds: dict[str, tuple[str, Callable[[], Found]]] = {
        "ingest": ("Ingest of the demonstration", lambda: ingest.measure(chosen.rounds)),
        "reading": ("Reading large files", reading.measure),
        "reporting": ("Reports as files", reporting.measure),
        "search": (f"Search at {n:,} passages", lambda: search.measure(n)),
        "start": ("Starting", lambda: start.measure(n)),
        "memory": ("Memory", lambda: memory.measure(n)),
        "under_load": ("Search while files come in", lambda: under_load.measure(n)),
        "discovery": ("Discovery of groups", lambda: discovery.measure(n, chosen.sets)),
        "planning": ("Plan check", planning.measure),
        "asking": ("Asking", asking.measure),
        "quality": ("Quality", lambda: quality.measure(chosen.sets)),
    }
    wanted = chosen.what or [kind for kind in kinds if kind != "quality" or chosen.sets]
    if unknown := set(wanted) - set(kinds):
        parser.error(f"there is no {', '.join(sorted(unknown))}: choose from {', '.join(kinds)}")
    if "quality" in wanted and chosen.sets is None:
        parser.error("quality needs --sets FOLDER")
    for kind in wanted:
        title, measure = kinds[kind]
        began = time.monotonic()
        rows, facts = measure()
        report.show(f"{title} ({time.monotonic() - began:.0f} s)", rows)
        print(f"  kept in {report.keep(kind, rows, facts)}")


if __name__ == "__main__":
    main()
