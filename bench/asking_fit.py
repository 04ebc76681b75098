"""Fit how likely it is that material answers a question: the weights that nlp/answering.py states.

    python -m bench.asking_fit --sets FOLDER

Two unlike sources: the development questions on the demonstration (bench/development.toml), and labelled questions on
meetings, asked of the meeting they are about (answered) and of another one of its kind (not). Each source has a constant of
its own while fitting; no signal may count against an answer. Kept for its weights only: it ships nothing of the sets.
"""

import argparse
import json
import random
import tomllib
from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np

from bench.filling import fill
from bench.standing import demonstration, opened
from nlp.answering import Signals
from repository.domain.access import LOCAL_ADMIN
from repository.evidencing import evidence
from repository.retrieval import Scope
from repository.workspace import Workspace

HERE = Path(__file__).parent
#: How firmly weights hold to nothing, and the share of false answers that is accepted.
FIRM, FALSE = 1.0, 0.05
#: Labelled questions on meetings that are taken.
MEETINGS = 90
NAMES = [field.name for field in fields(Signals)]


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.asking_fit", description=__doc__)
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where repositories for fitting are kept")
    chosen = parser.parse_args()
    table = tomllib.loads((HERE / "development.toml").read_text(encoding="utf-8"))
    workspace = demonstration(chosen.folder / "demonstration")
    asked = [(question, kind == "answered") for kind, own in table.items() for question in own]
    mine = _signals(workspace, [question for question, _ in asked])
    truth = np.array([right for _, right in asked])
    theirs, told = _meetings(chosen.folder, chosen.sets)
    np.savez(chosen.folder / "signals.npz", mine=mine, truth=truth, theirs=theirs, told=told)
    given, right = np.vstack([mine, theirs]), np.concatenate([truth, told])
    source = np.repeat([0, 1], [len(mine), len(theirs)])
    weights, constants = _fitted(given, right, source)
    print("weights", {name: round(float(w), 2) for name, w in zip(NAMES, weights, strict=True)})
    print("constants", constants.round(2))
    for name, rows, answers, constant in (
        ("questions", mine, truth, constants[0]),
        ("meetings", theirs, told, constants[1]),
    ):
        likely = 1 / (1 + np.exp(-(rows @ weights + constant)))
        wrong = np.sort(likely[~answers])[::-1]
        enough = wrong[int(FALSE * len(wrong))]
        print(f"{name}: from {enough:.2f} on, {(likely[answers] > enough).mean():.2f} of the answered are")


def _signals(workspace: Workspace, questions: Sequence[str], scope: Scope | None = None) -> np.ndarray:
    told = [
        one
        for at in range(0, len(questions), 10)
        for one in evidence(workspace, LOCAL_ADMIN, questions[at : at + 10], scope=scope)
    ]
    return np.array([astuple(one.signals) for one in told])


def _meetings(folder: Path, sets: Path) -> tuple[np.ndarray, np.ndarray]:
    table = json.loads((sets / "sets" / "qmsum_val.json").read_text(encoding="utf-8"))
    workspace = opened(folder / "meetings", lambda new: fill(new, table["docs"])[0].close())
    with workspace.read() as unit:
        number = {study.title: study.id for study in unit.studies.all(LOCAL_ADMIN)}
    chance, rows, right = random.Random(1), [], []
    specific = [q for q in table["queries"] if "-s" in q["id"] and not q["text"].lower().startswith("summar")]
    for row in chance.sample(specific, MEETINGS):
        kind = table["domain"][row["doc"]]
        others = [name for name in number if name != row["doc"] and table["domain"][name] == kind]
        for name, answered in ((row["doc"], True), (chance.choice(others), False)):
            rows.append(_signals(workspace, [row["text"]], Scope(studies=(number[name],)))[0])
            right.append(answered)
    return np.array(rows), np.array(right)


def _fitted(given: np.ndarray, right: np.ndarray, source: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give weights (k,) and constants by source: logistic, none below 0; each source counts the same, as do its sides."""
    from scipy.optimize import minimize

    weight = (
        np.array([1 / ((source == s) & (right == r)).sum() for s, r in zip(source, right, strict=True)])
        * len(right)
        / 4
    )
    spread = np.maximum(given.std(0), 1e-6)
    scaled = given / spread
    k, n = given.shape[1], source.max() + 1

    def loss(x: np.ndarray) -> float:
        told = scaled @ x[:k] + x[k:][source]
        return float((weight * (np.logaddexp(0, told) - right * told)).sum() + FIRM / 2 * (x[:k] ** 2).sum())

    bounds = [(0.0, None)] * k + [(None, None)] * n
    found = minimize(loss, np.zeros(k + n), method="L-BFGS-B", bounds=bounds).x
    return found[:k] / spread, found[k:]


if __name__ == "__main__":
    main()
