"""Rows of measurements: printed as a table, kept as JSON under `bench/results`, which git ignores."""

import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement: `value` with its unit, the spread over rounds, and what it is to be at most (None: just told)."""

    what: str
    value: float
    unit: str = ""
    spread: tuple[float, float] | None = None
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool | None:
        """Say whether the target is met; None where there is none."""
        if self.most is not None:
            return self.value <= self.most
        return None if self.least is None else self.value >= self.least


def over_rounds(
    what: str,
    values: Sequence[float],
    unit: str = "",
    *,
    most: float | None = None,
    least: float | None = None,
) -> Row:
    """Give the median over rounds with its spread."""
    return Row(what, statistics.median(values), unit, (min(values), max(values)), most, least)


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which a share (0..1) of the values lies.

    >>> percentile([1, 2, 3, 4], 0.5)
    2
    """
    ordered = sorted(values)
    return ordered[max(0, round(share * len(ordered)) - 1)]


def number(value: float) -> str:
    """Write a number as short as it can be read.

    >>> number(0.98765), number(12.3456), number(1234.5)
    ('0.988', '12.3', '1,234')
    """
    return f"{value:.3f}" if abs(value) < 2 else f"{value:.1f}" if abs(value) < 1000 else f"{value:,.0f}"


def show(title: str, rows: Sequence[Row]) -> None:
    """Print rows as a table."""
    print(f"\n{title}")
    for row in rows:
        spread = f"{number(row.spread[0])}–{number(row.spread[1])}" if row.spread else ""
        target = f"≤ {number(row.most)}" if row.most is not None else f"≥ {number(row.least)}" if row.least else ""
        verdict = {True: "met", False: "MISSED", None: ""}[row.met]
        print(f"  {row.what:58} {number(row.value):>9} {row.unit:6} {spread:>15}  {target:>8} {verdict}".rstrip())
    sys.stdout.flush()


def keep(name: str, rows: Sequence[Row], facts: dict[str, object]) -> Path:
    """Write rows with what is known of the machine."""
    RESULTS.mkdir(exist_ok=True)
    moment = datetime.now(UTC)
    path = RESULTS / f"{moment:%Y-%m-%dT%H%M%S}-{name}.json"
    packages = ("chromadb", "numpy", "onnxruntime", "sentence-transformers", "spacy", "SQLAlchemy", "torch")
    machine = {
        "when": moment.isoformat(timespec="seconds"),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": os.getloadavg() if hasattr(os, "getloadavg") else (),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {package: version(package) for package in packages},
    }
    told = [asdict(row) | {"met": row.met} for row in rows]
    path.write_text(json.dumps({"machine": machine, **facts, "rows": told}, indent=1), encoding="utf-8")
    return path
