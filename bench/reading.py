"""How long files take to be read, and how that grows: each shape once with n and once with 2n pieces of speech.

Read in a process of its own without limits, so that its peak memory can be told; the child of the product adds 4 ms.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable

from bench.report import Row

#: Seconds and MB that 100,000 cues may take; how much longer twice as much may take.
MOST_S, MOST_MB, GROWTH = 5.0, 300.0, 2.3
WORDS = "the calendar we use at work is slow and nobody told me that it would overwrite what we had "


def _stamp(seconds: int, mark: str = ".") -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}000"


def _cues(n: int, mark: str = ".") -> str:
    return "\n\n".join(
        f"{i + 1}\n{_stamp(2 * i, mark)} --> {_stamp(2 * i + 1, mark)}\n"
        f"{('Dana', 'Ana')[i // 3 % 2]}: {WORDS[i % 40 : i % 40 + 50]}"
        for i in range(n)
    )


def _rows(n: int, separator: str) -> str:
    rows = (
        f"{('Dana', 'Ana')[i // 3 % 2]}{separator}{2 * i}{separator}{WORDS[i % 40 : i % 40 + 50]}" for i in range(n)
    )
    return separator.join(("speaker", "start", "text")) + "\n" + "\n".join(rows)


def _whisper(n: int) -> str:
    parts = [{"id": i, "start": 2 * i, "end": 2 * i + 1, "text": WORDS[i % 40 : i % 40 + 50]} for i in range(n)]
    return json.dumps({"text": "", "segments": parts, "language": "en"})


MAKERS: dict[str, Callable[[int], str]] = {
    "cues.vtt": lambda n: "WEBVTT\n\n" + _cues(n),
    "cues.srt": lambda n: _cues(n, ","),
    "labels.txt": lambda n: "\n".join(
        f"{('Dana', 'Ana')[i // 3 % 2]}: {WORDS[i % 40 : i % 40 + 50]}" for i in range(n)
    ),
    "whisper.json": _whisper,
    "table.csv": lambda n: _rows(n, ","),
}


def one(name: str, n: int) -> dict[str, float]:
    """Read one file; give seconds, and the peak memory of this process in MB."""
    from ingest.readers.registry import read

    data = MAKERS[name](n).encode()
    read(MAKERS[name](50).encode(), name)  # what is loaded once
    began = time.perf_counter()
    transcript = read(data, name)
    took = time.perf_counter() - began
    assert transcript.turns
    return {"s": took, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def measure(n: int = 100_000) -> tuple[list[Row], dict[str, object]]:
    """Read each shape with n and with 2n pieces."""
    rows = []
    for name in MAKERS:
        found = []
        for size in (n, 2 * n):
            command = [sys.executable, "-m", "bench.reading", name, str(size)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found.append(json.loads(done.stdout))
        rows += [
            Row(f"{name}, {n:,} pieces", found[0]["s"], "s", most=MOST_S),
            Row("  peak memory", found[0]["mb"], "MB", most=MOST_MB),
            Row("  twice as many, ÷", found[1]["s"] / found[0]["s"], "×", most=GROWTH),
        ]
    return rows, {"pieces": n}


if __name__ == "__main__":
    print(json.dumps(one(sys.argv[1], int(sys.argv[2]))))
