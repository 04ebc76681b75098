"""Asking: how many answerable questions are answered, how many others are not, and how long it takes.

    python -m bench asking

The questions are those of bench/questions.toml. They are for measuring: nothing was fitted or tuned to them.
"""

import tempfile
import time
import tomllib
from pathlib import Path

from bench.report import Row
from bench.standing import demonstration
from repository.asking import ask
from repository.domain.access import LOCAL_ADMIN
from repository.evidencing import evidence

QUESTIONS = Path(__file__).parent / "questions.toml"
#: Questions asked together, as in a plan.
TOGETHER = 10


def measure() -> tuple[list[Row], dict[str, object]]:
    """Ask all questions of the demonstration."""
    rows = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))["ask"]
    with tempfile.TemporaryDirectory(prefix="cairn-asking-") as folder:
        workspace = demonstration(Path(folder) / "data")
        began = time.monotonic()
        for at in range(0, len(rows), TOGETHER):
            evidence(workspace, LOCAL_ADMIN, [row["text"] for row in rows[at : at + TOGETHER]])
        took = (time.monotonic() - began) * TOGETHER / len(rows)
        told = [(row, ask(workspace, LOCAL_ADMIN, row["text"])) for row in rows]
        workspace.close()
    share = {
        name: sum(answer.answered for _, answer in own) / max(1, len(own))
        for name, own in {
            "answerable": [one for one in told if one[0]["answerable"]],
            "not": [one for one in told if not one[0]["answerable"]],
            "close": [one for one in told if not one[0]["answerable"] and one[0].get("why", "").startswith("close")],
        }.items()
    }
    right = [_right(row, answer.quotes) for row, answer in told if row["answerable"] and answer.answered]
    found = [
        Row("Answerable questions answered", share["answerable"], least=0.80),
        Row("Others answered", share["not"], most=0.05),
        Row("Others of the same nouns answered", share["close"]),
        Row("Answers with a quote of the expected evidence", sum(right) / max(1, len(right))),
        Row(f"{TOGETHER} questions together", took, "s", most=2.0),
    ]
    strengths = [(round(answer.strength, 3), bool(row["answerable"])) for row, answer in told]
    return found, {"strengths": strengths}


def _right(row: dict[str, object], quotes: object) -> bool:
    """Say whether a quote of the answer and one of the expected evidence share words in a row."""
    words = [" ".join(quote.words.split()) for quote in quotes]  # type: ignore[attr-defined]
    expected = [" ".join(str(one["quote"]).split()) for one in row.get("evidence", ())]  # type: ignore[attr-defined]
    return any(one in other or other in one for one in words for other in expected)
