"""Decide about passages chosen on the map: move them to another candidate, make one of them, or code them at once."""

from collections.abc import Collection, Sequence

import numpy as np

from nlp.naming import name_groups
from repository.candidate_rules import (
    Adopted,
    checked_name,
    chosen_passages,
    note,
    open_candidate,
    open_code_of,
    put_codes,
    take_out,
    writing,
)
from repository.discovering import centre_of, terms_of
from repository.domain.access import Viewer
from repository.domain.candidate import PLACED, Member
from repository.errors import Conflict, Rejected
from repository.jobs import queue_learning
from repository.passages import matrix_of
from repository.store.acts import Image
from repository.workspace import Workspace


def move(workspace: Workspace, viewer: Viewer, segment_ids: Collection[int], to: int | None) -> Adopted:
    """Put passages into a candidate, or (None) take them out of theirs: they do not come back to it by themselves."""
    with writing(workspace, viewer) as unit:
        other = open_candidate(unit, to) if to else None
        shas = {segment.words_sha for segment in chosen_passages(unit, viewer, segment_ids)}
        held = [m for m in unit.candidates.members(shas=shas) if not m.turned_away]
        if other is None and not held:
            raise Rejected("These passages are in no candidate.", hint="Choose passages of a candidate.")
        pairs = {(m.candidate_id, m.words_sha) for m in held}
        pairs |= {(other.id, sha) for sha in shas} if other else set()
        was = unit.candidates.image((), pairs)
        take_out(unit, held, away=other is None)
        if other:
            unit.candidates.put([Member(other.id, sha, PLACED) for sha in shas])
        count = f"{len(shas):,} passage{'' if len(shas) == 1 else 's'}"
        told = f"Moved {count} to candidate {other.id}." if other else f"Moved {count} to the pile."
        act = note(unit, workspace, viewer, "move", told, was, (), pairs)
        return Adopted(f"Moved {count} to “{other.name}”." if other else told, act, to)


def make(workspace: Workspace, viewer: Viewer, segment_ids: Collection[int], name: str = "") -> Adopted:
    """Make a candidate of passages; without a name the machine gives it one."""
    fingerprint, _ = workspace.model_facts()
    name = checked_name(name) if name.strip() else ""
    with workspace.read() as unit:
        segments = chosen_passages(unit, viewer, segment_ids)
        people = unit.discovery.names()
        vectors = unit.vectors.of(fingerprint, {segment.words_sha for segment in segments})
    words = {segment.words_sha: segment.words for segment in segments if segment.words_sha in vectors}
    shas = sorted(words)
    if not shas:
        raise Conflict("These passages are not ready yet.", hint="Wait until their file is through.")
    given = name_groups([words[sha] for sha in shas], np.zeros(len(shas), np.int64), people=people)[0]
    centre = centre_of(matrix_of([vectors[sha] for sha in shas]))
    with writing(workspace, viewer) as unit:
        held = [m for m in unit.candidates.members(shas=shas) if not m.turned_away]
        pairs = {(m.candidate_id, m.words_sha) for m in held}
        was = unit.candidates.image((), pairs)
        take_out(unit, held, away=False)
        by = viewer.person if name else ""
        number = unit.candidates.add(
            name or given,
            terms=terms_of(given),
            fingerprint=fingerprint,
            centre=centre,
            at=workspace.clock(),
            named_by=by,
        )
        unit.candidates.put([Member(number, sha, PLACED) for sha in shas])
        pairs |= {(number, sha) for sha in shas}
        told = f"Made candidate {number} of {len(shas):,} passage{'' if len(shas) == 1 else 's'}."
        act = note(unit, workspace, viewer, "make", told, was, [number], pairs)
        return Adopted(told, act, number)


def code(workspace: Workspace, viewer: Viewer, segment_ids: Collection[int], slugs: Sequence[str]) -> Adopted:
    """Put codes on passages, as one act."""
    with writing(workspace, viewer) as unit:
        codes = [open_code_of(unit, viewer, slug) for slug in dict.fromkeys(slugs)]
        if not codes:
            raise Rejected("No code was chosen.")
        segments = chosen_passages(unit, viewer, segment_ids)
        marks, codings = put_codes(unit, workspace, viewer, segments, codes)
        names = ", ".join(f"“{code.facts.name}”" for code in codes)
        told = f"Coded {len(segments):,} passage{'' if len(segments) == 1 else 's'} with {names}."
        if not codings:
            return Adopted("That was so already.", None)
        nothing: Image = {"candidate": [], "member": []}
        act = note(unit, workspace, viewer, "code", told, nothing, (), marks=marks, codings=codings)
        queue_learning(unit, workspace)
        return Adopted(told, act)
