"""Quality on labelled sets, beside stated baselines in the same run.

    python -m bench quality --sets FOLDER

FOLDER holds `harness/` with the scripts bench_retrieval.py, bench_tagging.py and bench_asked.py, and the sets they read.
They are not part of Cairn: whoever has labelled material of their own runs the same measures on it. The product takes
part through `bench/adapters.py`.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.report import Row

ROOT = Path(__file__).resolve().parent.parent
RUNS = {
    "retrieval": ["bench_retrieval.py", "--set", "qmsum_val", "--plugin", "bench.adapters:retrieval"],
    "tagging": ["bench_tagging.py", "--plugin", "bench.adapters:tagger"],
    "asked before": ["bench_asked.py", "--plugin", "bench.adapters:asked"],
}


def measure(sets: Path, only: str = "") -> tuple[list[Row], dict[str, object]]:
    """Run the harness; its tables are printed as they are and kept."""
    told: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="cairn-eval-") as cache:
        own = os.environ | {"PYTHONPATH": str(ROOT), "EVAL_RESULTS": cache}
        own.setdefault("EVAL_CACHE", cache)
        for name, (script, *options) in RUNS.items():
            if only and name != only:
                continue
            command = [sys.executable, script, *options]
            done = subprocess.run(command, cwd=sets / "harness", env=own, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise SystemExit(done.stderr[-4000:])
            print(f"\n{name}\n{done.stdout}", flush=True)
            told[name] = re.sub(r"\r", "\n", done.stdout).splitlines()
    return [], {"quality": told}
