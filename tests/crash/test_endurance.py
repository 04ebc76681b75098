"""Kill -9 at each step of ingest, indexing and writing: nothing accepted is lost, doubled or half done.

`make endure` does the same 200 times; `python -m bench.endure --kills 60` hits each step three times at least.
"""

from pathlib import Path

import pytest

from bench.comparing import MUST_BE_ZERO
from bench.endure import AIMS, endure
from nlp.embedding import Embedder


@pytest.mark.crash
@pytest.mark.timeout(600)
def test_what_was_accepted_survives_a_kill_at_each_step(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, minilm: Embedder
) -> None:
    models = next(tmp_path_factory.getbasetemp().glob("models*"))  # where `minilm` was exported to
    counts = endure(tmp_path / "data", 6, 1, models, each=1)
    assert {name: counts[name] for name in MUST_BE_ZERO} == dict.fromkeys(MUST_BE_ZERO, 0)
    assert counts["accepted"] > 0
    assert counts["kills"] >= 6
    assert min(counts["hits"][aim] for aim in AIMS) >= 1, counts["hits"]
    assert counts["slowest_restart_s"] <= 15
