"""Learn from what people decided, in the background: codes whose meaning or examples changed are scored anew.

A passage can only be suggested a changed code if it comes near it by meaning; so one matrix product over the vectors in
memory finds the passages to look at, and those alone are read and judged as new ones are.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from threading import Lock

import numpy as np

from repository.domain.coding import Suggestion
from repository.domain.transcript import Role
from repository.jobs import Work, queue_learning
from repository.judging import Judge, judge, rules, suggestions
from repository.recall import ROLES, Recall
from repository.store.facts import DECISIONS, LEARNED
from repository.workspace import Workspace

#: The fact that keeps what each code's suggestions were made from.
MODELS = "models"
#: Passages read for a changed code, the nearest; codes looked at together; passages judged together.
NEAREST, CODES, PASSAGES = 4_000, 64, 2_048
#: Every code is scored anew when the decisions have grown by this share: what one teaches moves the others a little.
GROWN = 1.25

_materials: dict[str, Recall] = {}
_turn = Lock()


def learn(workspace: Workspace, work: Work) -> None:
    """Bring suggestions to what codebook and decisions are now, until nothing has changed meanwhile."""
    while True:
        with workspace.read() as unit:
            now = unit.facts.number(DECISIONS)
            kept = json.loads(unit.facts.text(MODELS) or "{}")
        by = judge(workspace)
        changed = _changed(by, kept)
        found: list[Suggestion] = []
        if workspace.settings.suggesting.enabled:
            for done, part in enumerate(_judged(workspace, by, changed)):
                found += part
                work.report(min(0.9, done / (done + 10)))
        gone = {int(code_id) for code_id in kept.get("codes", {})} - by.models.keys()
        with workspace.write() as unit:
            work.fence(unit)
            unit.codings.replace_pending(found, code_ids=changed | gone)
            codes = {str(code_id): model for code_id, model in by.models.items()}
            told = {"codes": codes, "decisions": _total(by, kept, changed), "rules": rules(workspace)}
            unit.facts.set_text(MODELS, json.dumps(told))
            unit.facts.set_number(LEARNED, now)
            if unit.facts.number(DECISIONS) == now:
                return


def follow_rules(workspace: Workspace) -> None:
    """Queue learning if suggestions were made by other rules than those of today: another version, other settings."""
    with workspace.read() as unit:
        kept, empty = json.loads(unit.facts.text(MODELS) or "{}"), not unit.segments.count()
    if not empty and kept.get("rules") != rules(workspace):
        with workspace.write() as unit:
            queue_learning(unit, workspace)


def _changed(by: Judge, kept: dict[str, object]) -> set[int]:
    """Give the codes to score anew: all, if much was decided since all were."""
    before = kept.get("codes", {})
    assert isinstance(before, dict)
    grown = len(by.decisions) >= GROWN * max(1, int(str(kept.get("decisions", 0))))
    if grown and by.decisions:
        return set(by.models)
    return {code_id for code_id, model in by.models.items() if before.get(str(code_id)) != model}


def _total(by: Judge, kept: dict[str, object], changed: Collection[int]) -> int:
    """Give how many decisions there were when all codes were scored last."""
    return len(by.decisions) if len(changed) == len(by.models) else int(str(kept.get("decisions", 0)))


def _judged(workspace: Workspace, by: Judge, changed: set[int]) -> Iterator[list[Suggestion]]:
    """Give, part by part, what is to be suggested of the changed codes over all material."""
    keys = [code.facts.slug for code in by.codes if code.id in changed]
    if not keys:
        return
    with _turn:
        material = _materials.setdefault(str(workspace.folder), Recall(workspace))
        material.refresh()
        rows = material.memory.rows
    mine = np.flatnonzero(rows.alive & (rows.roles != ROLES[Role.INTERVIEWER]))
    near = np.zeros(len(rows.ids), bool)
    for at in range(0, len(keys), CODES):
        near[_nearest(by, keys[at : at + CODES], rows.vectors, mine)] = True
    chosen = np.flatnonzero(near)
    for at in range(0, len(chosen), PASSAGES):
        part = chosen[at : at + PASSAGES]
        with workspace.read() as unit:
            segments = unit.segments.some(rows.ids[part].tolist())
        place_of = {int(rows.ids[n]): n for n in part}
        vectors = rows.vectors[[place_of[segment.id] for segment in segments]]
        if segments:
            yield [s for s in suggestions(workspace, by, segments, vectors) if s.code_id in changed]


def _nearest(by: Judge, keys: Sequence[str], vectors: np.ndarray, mine: np.ndarray) -> np.ndarray:
    """Give the rows, of `mine`, nearest to any of some codes by meaning: NEAREST for each at most."""
    if len(mine) <= NEAREST:
        return mine
    evidence = by.labeller.meaning(vectors, keys)[mine]
    return mine[np.unique(np.argpartition(-evidence, NEAREST, axis=0)[:NEAREST])]
