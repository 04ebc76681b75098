"""Verdicts of the plan check on the demonstration: what was planted in it, development questions, and questions of a stranger.

`bench/questions.toml` was written by somebody who saw only the demonstration's texts; it is for measuring, nothing is tuned to it.
"""

import statistics
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.report import Row, percentile
from bench.standing import demonstration
from repository.domain.access import LOCAL_ADMIN
from repository.domain.plan import PlanFacts, Verdict
from repository.planning import check
from repository.workspace import Workspace

HERE = Path(__file__).parent
ANSWERABLE, NEAR_MISS, UNSEEN = "answerable", "near-miss", "unseen"
KINDS = (ANSWERABLE, NEAR_MISS, UNSEEN)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what is expected of it; `study` is the title of the study it was taken from, "" if from none."""

    kind: str
    text: str
    cohort: str
    product_area: str
    study: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A question with its verdict, and whether a difference was named."""

    asked: Asked
    verdict: Verdict
    named: bool
    seconds: float


def measure(folder: Path | None = None) -> tuple[list[Row], dict[str, object]]:
    """Check everything and print a table of confusion for each set."""
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as name:
        workspace = demonstration(folder or Path(name) / "data")
        check(workspace, LOCAL_ADMIN, PlanFacts("Warm", questions=("Is everything loaded?",)))
        sets = {
            "planted": planted(),
            "development": _of("plan_development.toml", "question"),
            "stranger": _of("questions.toml", "plan_question"),
        }
        told = {name: judged(workspace, asked) for name, asked in sets.items()}
        ten = [one.text for one in sets["stranger"][:10]]
        began = time.perf_counter()
        check(workspace, LOCAL_ADMIN, PlanFacts("Ten", questions=tuple(f"{text} " for text in ten)))
        ten_seconds = time.perf_counter() - began
        workspace.close()
    rows = [row for name, ones in told.items() for row in _rows(name, ones)]
    rows.append(Row("a plan of 10 questions", ten_seconds, "s", most=3))
    facts: dict[str, object] = {name: _confusion(ones) for name, ones in told.items()}
    for name, ones in told.items():
        _show(name, ones)
    return rows, facts


def judged(workspace: Workspace, asked: Sequence[Asked]) -> list[Told]:
    """Check each question as a plan of its own; the study it is from is left out."""
    with workspace.read() as unit:
        numbers = {study.title: study.id for study in unit.studies.all(LOCAL_ADMIN)}
    found = []
    for one in asked:
        began = time.perf_counter()
        facts = PlanFacts("Bench", questions=(one.text,), cohort=one.cohort, product_area=one.product_area)
        [view] = check(workspace, LOCAL_ADMIN, facts, study_id=numbers.get(one.study)).questions
        named = any("other" in what for miss in view.near for what in miss.differs) or any(
            "ther cohort" in why or "ther product" in why or "Nobody" in why for why in view.reasons
        )
        found.append(Told(one, view.verdict, named, time.perf_counter() - began))
    return found


def planted() -> list[Asked]:
    """Give what was planted in the demonstration: each question of a pair, asked while its own study is away."""
    manifest = tomllib.loads((HERE.parent / "demo" / "manifest.toml").read_text(encoding="utf-8"))
    studies = {study["key"]: study for study in manifest["study"]}
    kinds = {"duplicate_question": ANSWERABLE, "near_miss_question": NEAR_MISS}
    return [
        Asked(kinds[pair["kind"]], quote, studies[key]["cohort"], studies[key]["product_area"], studies[key]["title"])
        for pair in manifest["planted"]
        if pair["kind"] in kinds
        for key, quote in zip(pair["studies"], pair["quotes"], strict=True)
    ]


def _of(name: str, key: str) -> list[Asked]:
    rows = tomllib.loads((HERE / name).read_text(encoding="utf-8"))[key]
    return [Asked(row["kind"], row["text"], row["cohort"], row["product_area"]) for row in rows]


def _rows(name: str, told: Sequence[Told]) -> Iterable[Row]:
    right = [one for one in told if one.asked.kind == ANSWERABLE]
    wrong = [one for one in told if one.asked.kind != ANSWERABLE]
    near = [one for one in told if one.asked.kind == NEAR_MISS]
    unseen = [one for one in told if one.asked.kind == UNSEEN]
    yield Row(f"{name}: answerable, found", _share(one.verdict is not Verdict.NOT_STUDIED for one in right), least=0.8)
    yield Row(f"{name}: answerable, answered", _share(one.verdict is Verdict.ANSWERED for one in right))
    yield Row(f"{name}: others, answered", _share(one.verdict is Verdict.ANSWERED for one in wrong), most=0.05)
    if near:
        yield Row(f"{name}: near-misses whose difference is named", _share(one.named for one in near))
    if unseen:
        yield Row(f"{name}: unseen, not studied", _share(one.verdict is Verdict.NOT_STUDIED for one in unseen))
    yield Row(f"{name}: a question, median", 1000 * statistics.median(one.seconds for one in told), "ms")
    yield Row(f"{name}: a question, p95", 1000 * percentile([one.seconds for one in told], 0.95), "ms")


def _share(held: Iterable[bool]) -> float:
    values = list(held)
    return round(sum(values) / len(values), 3) if values else 0.0


def _confusion(told: Sequence[Told]) -> dict[str, dict[str, int]]:
    counted = Counter((one.asked.kind, one.verdict.value) for one in told)
    return {kind: {verdict.value: counted[kind, verdict.value] for verdict in Verdict} for kind in KINDS}


def _show(name: str, told: Sequence[Told]) -> None:
    print(f"\n{name:<14}" + "".join(f"{verdict.value:>18}" for verdict in Verdict))
    for kind, row in _confusion(told).items():
        if sum(row.values()):
            print(f"  {kind:<12}" + "".join(f"{row[verdict.value]:>18}" for verdict in Verdict))
