"""The drift queue: where the codebook rots. Each finding says why, with its numbers, and can be dismissed.

Found are codes that mean nearly the same, names at two places, codes without a definition, unused and overgrown ones,
codes that people do not agree on, and those whose suggestions people keep turning down. A dismissal holds until one of
its codes means something else.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nlp.twins import Pair, pairs
from repository import agreeing
from repository.codebook import Codebook, seen
from repository.domain.access import Viewer
from repository.domain.coding import Code
from repository.drift_signs import (
    MEASURED,
    SPREAD,
    Finding,
    Kind,
    Use,
    alike,
    disagreed,
    overgrown,
    same_name,
    turned_down,
    undefined,
    unused,
)
from repository.errors import Forbidden, NotFound, Unavailable
from repository.meanings import matrix, meanings
from repository.store.unit import Unit
from repository.workspace import Workspace

#: The fact that keeps what was dismissed, and the one that lets two who dismiss at once wait for each other.
DISMISSED, TURNS = "drift.dismissed", "drift.turns"
#: Cosines from which codes with definitions, and names alone, are nearly the same (measured on the starter codebook:
#: its nearest two that are not over and under each other reach .55, a paraphrase of a code .6 to .8).
ALIKE, ALIKE_NAMES = 0.6, 0.75
#: Months without use; after them a code is unused.
MONTHS = 6
#: Seconds a page waits for meanings that are new.
PATIENCE = 3.0


@dataclass(frozen=True, slots=True)
class Drift:
    """What was found, by kind and weight; `uncompared` codes still wait to be compared by meaning, `hindered` says why."""

    findings: tuple[Finding, ...]
    dismissed: tuple[Finding, ...]
    uncompared: int = 0
    hindered: str = ""


def drift(workspace: Workspace, viewer: Viewer, *, months: int = MONTHS) -> Drift:
    """Look through the codebook, counting only what the viewer may see."""
    with workspace.read() as unit:
        codebook, use = seen(unit, viewer), _use(unit, viewer)
        kept = json.loads(unit.facts.text(DISMISSED) or "{}")
    twins, uncompared, hindered = _twins(workspace, codebook)
    grown = [code.id for code in codebook.codes if use.coded.get(code.id, 0) >= SPREAD]
    quoted = {}
    if len(grown) >= MEASURED and not hindered:
        with workspace.read() as unit:
            quoted = unit.usage.quoted(viewer, workspace.embedder().fingerprint, grown)
    found = [
        *alike(codebook, use, twins),
        *same_name(codebook, use),
        *turned_down(codebook, use),
        *disagreed(codebook, agreeing.lowest(workspace, viewer)),
        *overgrown(codebook, use, quoted),
        *undefined(codebook, use),
        *unused(codebook, use, workspace.clock(), months),
    ]
    order = list(Kind)
    found.sort(key=lambda finding: (order.index(finding.kind), -finding.weight, finding.key))
    by = {finding.key: _dismissed_by(kept, finding) for finding in found}
    return Drift(
        findings=tuple(finding for finding in found if not by[finding.key]),
        dismissed=tuple(replace(f, dismissed_by=by[f.key]) for f in found if by[f.key]),
        uncompared=uncompared,
        hindered=hindered,
    )


def dismiss(workspace: Workspace, viewer: Viewer, key: str) -> str:
    """Remember that a finding is none; say so. Raises NotFound, Forbidden."""

    def add(kept: dict[str, Any], codes: list[Code]) -> None:
        versions = {code.facts.slug: code.version for code in codes}
        kept[key] = {"by": viewer.person, "at": workspace.clock().isoformat(), "versions": versions}

    return f"Dismissed {_changed(workspace, viewer, key, add)}."


def restore(workspace: Workspace, viewer: Viewer, key: str) -> str:
    """Put a dismissed finding back into the queue; say so. Raises NotFound, Forbidden."""
    named = _changed(workspace, viewer, key, lambda kept, _: kept.pop(key, None))
    return f"Put {named} back into the queue."


def _changed(
    workspace: Workspace, viewer: Viewer, key: str, change: Callable[[dict[str, Any], list[Code]], object]
) -> str:
    if not viewer.may_write:
        raise Forbidden("Readers cannot tidy the codebook.")
    kind, *slugs = key.split(":")
    if kind not in list(Kind) or not slugs:
        raise NotFound("There is no such finding.")
    with workspace.write() as unit:
        codebook = seen(unit, viewer)
        codes = [codebook.named(slug) for slug in slugs]
        unit.facts.bump(TURNS)  # the row is locked from here on, so that nobody's dismissal is written over
        kept = json.loads(unit.facts.text(DISMISSED) or "{}")
        change(kept, codes)
        unit.facts.set_text(DISMISSED, json.dumps(kept))
    return " and ".join(f"“{code.facts.name}”" for code in codes)


def _dismissed_by(kept: dict[str, Any], finding: Finding) -> str:
    """Say who dismissed a finding; nobody, if one of its codes means something else by now."""
    one = kept.get(finding.key)
    if one is None or one["versions"] != {code.facts.slug: code.version for code in finding.codes}:
        return ""
    return str(one["by"])


def _use(unit: Unit, viewer: Viewer) -> Use:
    used = unit.usage.last_used(viewer)
    tallies = unit.tallies.codes(viewer)
    return Use(
        coded={code_id: number for code_id, (number, _) in used.items()},
        last={code_id: at for code_id, (_, at) in used.items()},
        made=unit.usage.made(),
        decided=unit.usage.decided(viewer),
        suggested={code_id: tally.suggested for code_id, tally in tallies.items()},
        together=unit.prevalence.together(viewer),
    )


def _twins(workspace: Workspace, codebook: Codebook) -> tuple[list[tuple[Code, Code, Pair]], int, str]:
    """Compare names and definitions of all codes by meaning, as far as there is time; count those left out."""
    codes = codebook.codes
    texts = dict.fromkeys(t for code in codes for t in (code.facts.name, code.facts.definition) if t.strip())
    try:
        known = meanings(workspace, texts, seconds=PATIENCE)
    except Unavailable as error:
        return [], len(codes), error.message
    ready = [code for code in codes if all(t in known for t in (code.facts.name, code.facts.definition) if t.strip())]
    if len(ready) < 2:
        return [], len(codes) - len(ready), ""
    nothing = np.zeros_like(known[ready[0].facts.name])
    names = matrix([known[code.facts.name] for code in ready])
    told = matrix([known.get(code.facts.definition, nothing) for code in ready])
    found = pairs(names, told, both=ALIKE, name=ALIKE_NAMES)
    return [(ready[p.first], ready[p.second], p) for p in found], len(codes) - len(ready), ""
