"""Decide about candidates: rename, accept, merge, split, dismiss, move passages; code what was chosen on the map.

Every act is one row of the log and can be undone exactly. Candidates are the repository's: what is decided about one holds
for everybody, but only passages that the viewer sees are coded or moved.
"""

from collections.abc import Collection
from typing import Any

import numpy as np

from nlp.clustering import split as split_up
from nlp.naming import name_groups
from repository import codebook_changes, codebook_history
from repository.candidate_rules import (
    KIND,
    Adopted,
    checked_name,
    chosen_passages,
    note,
    open_candidate,
    open_code_of,
    put_codes,
    wordless,
    writing,
)
from repository.discovering import centre_of, terms_of
from repository.domain.access import PersonRole, Viewer
from repository.domain.candidate import CandidateState, Member
from repository.domain.coding import CodeFacts
from repository.errors import CairnError, Conflict, Forbidden, NotFound, Rejected
from repository.jobs import queue_learning
from repository.passages import matrix_of
from repository.store.acts import Act, Image
from repository.store.segments import Segment
from repository.store.unit import Unit
from repository.workspace import Workspace


def rename(workspace: Workspace, viewer: Viewer, candidate_id: int, name: str) -> Adopted:
    """Give a candidate a name, which stays."""
    with writing(workspace, viewer) as unit:
        before, name = open_candidate(unit, candidate_id), checked_name(name)
        was = unit.candidates.image([candidate_id])
        unit.candidates.rename(candidate_id, name, by=viewer.person)
        act = note(unit, workspace, viewer, "rename", f"Renamed candidate {candidate_id}.", was, [candidate_id])
        return Adopted(f"Renamed “{before.name}” to “{name}”.", act, candidate_id)


def dismiss(workspace: Workspace, viewer: Viewer, candidate_id: int, *, why: str = "") -> Adopted:
    """Put a candidate aside; what belongs to it is remembered, so that it is not proposed again."""
    with writing(workspace, viewer) as unit:
        candidate = open_candidate(unit, candidate_id)
        was = unit.candidates.image([candidate_id])
        unit.candidates.decide(candidate_id, CandidateState.DISMISSED, by=viewer.person, at=workspace.clock())
        told = f"Dismissed candidate {candidate_id}."
        act = note(unit, workspace, viewer, "dismiss", told, was, [candidate_id], why=why)
        return Adopted(f"Dismissed “{candidate.name}”. It will not be proposed again.", act)


def merge(workspace: Workspace, viewer: Viewer, candidate_id: int, into: int) -> Adopted:
    """Let everything that belongs to a candidate belong to another one."""
    with writing(workspace, viewer) as unit:
        candidate, other = open_candidate(unit, candidate_id), open_candidate(unit, into)
        if candidate_id == into:
            raise Rejected("A candidate cannot be merged into itself.", hint="Choose another one.")
        members = [m for m in unit.candidates.members([candidate_id]) if not m.turned_away]
        pairs = {(i, m.words_sha) for m in members for i in (candidate_id, into)}
        was = unit.candidates.image([candidate_id], pairs)
        unit.candidates.take({(candidate_id, m.words_sha) for m in members})
        unit.candidates.put([Member(into, m.words_sha, m.certainty) for m in members])
        unit.candidates.decide(candidate_id, CandidateState.MERGED, by=viewer.person, at=workspace.clock())
        told = f"Merged candidate {candidate_id} into candidate {into}."
        act = note(unit, workspace, viewer, "merge", told, was, [candidate_id], pairs)
        return Adopted(f"Merged “{candidate.name}” into “{other.name}”.", act, into)


def split(workspace: Workspace, viewer: Viewer, candidate_id: int) -> Adopted:
    """Split a candidate: it keeps its largest part, each other part becomes a candidate of its own."""
    fingerprint, _ = workspace.model_facts()
    with workspace.read() as unit:
        open_candidate(unit, candidate_id)
        held = [m.words_sha for m in unit.candidates.members([candidate_id]) if not m.turned_away]
        vectors, words = unit.vectors.of(fingerprint, held), unit.discovery.words(held)
        people = unit.discovery.names()
    shas = sorted(vectors.keys() & words.keys())
    matrix = matrix_of([vectors[sha] for sha in shas])
    parts = split_up(matrix) if len(shas) > 1 else np.zeros(len(shas), np.int64)
    if parts.max(initial=0) == 0:
        raise Conflict("This candidate cannot be split: its passages are too much alike.")
    names = name_groups([words[sha] for sha in shas], parts, people=people)
    with writing(workspace, viewer) as unit:
        candidate = open_candidate(unit, candidate_id)
        now = {m.words_sha: m for m in unit.candidates.members([candidate_id]) if not m.turned_away}
        moved = {sha for sha, part in zip(shas, parts, strict=True) if part and sha in now}
        was = unit.candidates.image([candidate_id], {(candidate_id, sha) for sha in moved})
        unit.candidates.take({(candidate_id, sha) for sha in moved})
        made, pairs = [], {(candidate_id, sha) for sha in moved}
        for part in range(1, int(parts.max()) + 1):
            mine = [n for n in np.flatnonzero(parts == part).tolist() if shas[n] in now]
            if not mine:
                continue
            number = unit.candidates.add(
                names[part],
                terms=terms_of(names[part]),
                fingerprint=fingerprint,
                centre=centre_of(matrix[mine]),
                at=workspace.clock(),
            )
            unit.candidates.put([Member(number, shas[n], now[shas[n]].certainty) for n in mine])
            made.append(number)
            pairs |= {(number, shas[n]) for n in mine}
        if not candidate.named_by:
            unit.candidates.rename(candidate_id, names[0], terms=terms_of(names[0]))
        told = f"Split candidate {candidate_id} into {len(made) + 1}."
        act = note(unit, workspace, viewer, "split", told, was, [candidate_id, *made], pairs)
        return Adopted(f"Split “{candidate.name}” into {len(made) + 1}.", act)


def accept(
    workspace: Workspace, viewer: Viewer, candidate_id: int, facts: CodeFacts, segment_ids: Collection[int]
) -> Adopted:
    """Make a code, or (without `facts.parent`) a theme, of a candidate; the chosen passages become its examples.

    What else belongs to the candidate is suggested by the machine when it has learned from them.
    """
    with workspace.read() as unit:
        open_candidate(unit, candidate_id)
        _belonging(unit, viewer, candidate_id, segment_ids)
    made = codebook_changes.create(workspace, viewer, facts)
    try:
        return _adopt(workspace, viewer, candidate_id, made.slug, segment_ids, made_by=made.act)
    except CairnError:
        codebook_history.undo(workspace, viewer, made.act)
        raise


def merge_into_code(
    workspace: Workspace, viewer: Viewer, candidate_id: int, slug: str, segment_ids: Collection[int]
) -> Adopted:
    """Let a code that there is cover a candidate; the chosen passages become examples of it."""
    return _adopt(workspace, viewer, candidate_id, slug, segment_ids, made_by=None)


def _adopt(
    workspace: Workspace,
    viewer: Viewer,
    candidate_id: int,
    slug: str,
    segment_ids: Collection[int],
    *,
    made_by: int | None,
) -> Adopted:
    with writing(workspace, viewer) as unit:
        candidate, code = open_candidate(unit, candidate_id), open_code_of(unit, viewer, slug)
        segments = _belonging(unit, viewer, candidate_id, segment_ids)
        was = unit.candidates.image([candidate_id])
        marks, codings = put_codes(unit, workspace, viewer, segments, [code])
        state = CandidateState.MERGED if made_by is None else CandidateState.ACCEPTED
        unit.candidates.decide(candidate_id, state, by=viewer.person, at=workspace.clock(), code_id=code.id)
        done = "Merged" if made_by is None else "Accepted"
        where = "into" if made_by is None else "as"
        act = note(
            unit,
            workspace,
            viewer,
            "into" if made_by is None else "accept",
            f"{done} candidate {candidate_id} {where} “{code.facts.name}”.",
            was,
            [candidate_id],
            marks=marks,
            codings=codings,
            made_by=made_by,
        )
        queue_learning(unit, workspace)
        count = f"{len(segments)} passage{' is its' if len(segments) == 1 else 's are its'}"
        told = (
            f"{done} “{candidate.name}” {where} “{code.facts.name}”; {count} example{'s' if len(segments) > 1 else ''}."
        )
        return Adopted(told, act, candidate_id, code.facts.slug)


# Undoing


def undo(workspace: Workspace, viewer: Viewer, act_id: int) -> Adopted:
    """Undo an act. Raises Conflict if a candidate, a code or a coding of it was changed since: then nothing is undone."""
    with writing(workspace, viewer) as unit:
        act = unit.acts.get(None, act_id)
        if act is None or not act.kind.startswith(KIND):
            raise NotFound("There is nothing to undo here.")
        if viewer.person != act.by and viewer.role not in (PersonRole.OPS, PersonRole.ADMIN):
            raise Forbidden(f"This is {act.by}’s.")
        if act.undone_at is not None:
            raise Conflict("This was undone already.")
        made_by = next(iter(act.ids("act")), None)
        marks = {"highlight": act.after["highlight"], "coding": act.after["coding"]}
        now = wordless(unit.acts.image(act.ids("highlight"), coding_ids=act.ids("coding")))
        if unit.candidates.changed(act.after) or now != marks or (made_by and _in_use(unit, made_by, act)):
            raise Conflict("This has been changed since.", hint="Undo what was done after it first.")
        unit.acts.put_back({}, marks)
        unit.candidates.put_back(act.before, act.after)
        unit.acts.mark_undone(act, workspace.clock())
        if marks["coding"]:
            queue_learning(unit, workspace)
    if made_by:
        codebook_history.undo(workspace, viewer, made_by)
    left = [row["id"] for row in act.before["candidate"]]
    return Adopted(f"Undone: {act.told}", None, left[0] if left else None)


def _in_use(unit: Unit, made_by: int, act: Act) -> bool:
    """Say whether the code that an act made was changed, or used otherwise, since."""
    made = unit.acts.get(None, made_by)
    if made is None or made.undone_at is not None:
        return False
    ids = made.ids("code")

    def unplaced(image: Image) -> list[dict[str, Any]]:
        return [{**row, "position": 0} for row in image.get("code", ())]

    others = [row for row in unit.codes.codings_of(ids) if row[0] not in act.ids("coding")]
    changed = unplaced(unit.acts.image(code_ids=ids)) != unplaced(made.after)
    return changed or bool(others) or unit.codes.has_under(ids)


def _belonging(unit: Unit, viewer: Viewer, candidate_id: int, segment_ids: Collection[int]) -> list[Segment]:
    """Give the chosen passages that belong to a candidate."""
    held = {m.words_sha for m in unit.candidates.members([candidate_id]) if not m.turned_away}
    found = [segment for segment in chosen_passages(unit, viewer, segment_ids) if segment.words_sha in held]
    if not found:
        raise Conflict("None of these passages belongs to the candidate any more.")
    return found
