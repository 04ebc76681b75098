"""Merge codes into one, and split one into several: codings go with them, and come back when it is undone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from repository.codebook import folded, new_slug, seen
from repository.codebook_rules import Change, Recorder, checked, editable, named, open_code, slugs_taken, unique
from repository.domain.access import Viewer
from repository.domain.coding import CodeFacts, CodeMode
from repository.errors import Conflict, Rejected
from repository.workspace import Workspace


def merge(workspace: Workspace, viewer: Viewer, slugs: Sequence[str], into: str, *, why: str = "") -> Change:
    """Put codes into another: it takes their codings, examples, names and the codes under them; they lead to it.

    Raises Rejected for merging a code into one that stands under it.
    """
    with workspace.write() as unit:
        codebook = editable(unit, viewer)
        target = open_code(codebook, viewer, into)
        gone = [open_code(codebook, viewer, slug) for slug in dict.fromkeys(slugs) if slug != into]
        if not gone:
            raise Rejected("Nothing to merge was chosen.")
        for code in gone:
            if code in codebook.path(target):
                raise Rejected(
                    f"“{target.facts.name}” stands under “{code.facts.name}”.",
                    hint=f"Merge “{code.facts.name}” the other way round, or move “{target.facts.name}” out first.",
                )
            if target.facts.study_id not in (None, code.facts.study_id):
                raise Rejected(f"“{target.facts.name}” is for one study only.", hint="Promote it first.")
        ids = [code.id for code in gone]
        children = [child for code in gone for child in codebook.children(code) if child not in gone]
        moved = unit.codes.codings_of(ids)
        holders = {highlight_id for _, highlight_id, _, _ in moved}
        there = [coding_id for coding_id, on, _, _ in unit.codes.codings_of([target.id]) if on in holders]
        change = Recorder(
            unit,
            workspace,
            viewer,
            why,
            code_ids=[target.id, *ids, *(child.id for child in children)],
            coding_ids=[*(row[0] for row in moved), *there],
        )
        facts = target.facts
        for code in gone:
            names = (code.facts.name, *code.facts.aliases)
            facts = replace(
                facts,
                aliases=tuple(dict.fromkeys((*facts.aliases, *(n for n in names if folded(n) != folded(facts.name))))),
                examples=tuple(dict.fromkeys((*facts.examples, *code.facts.examples))),
                cues=tuple(dict.fromkeys((*facts.cues, *code.facts.cues))),
            )
        unit.codes.change(target, facts, parent_id=target.parent_id)
        for child in children:
            unit.codes.change(child, child.facts, parent_id=target.id)
        unit.codes.recode([row[0] for row in moved], target.id)
        for code in gone:
            unit.codes.retire(code, workspace.clock(), merged_into=target.id)
        told = f"Merged {named(gone)} into “{target.facts.name}”."
        return change.note("merge", told, into)


def split(
    workspace: Workspace,
    viewer: Viewer,
    slug: str,
    parts: Sequence[CodeFacts],
    assigned: Mapping[int, int],
    *,
    why: str = "",
) -> Change:
    """Make new codes of a part of one: `assigned` gives, by coding, the place in `parts` of the code it gets.

    Other codings stay. The parts stand beside the code, or under it where their `parent` is its slug.
    """
    with workspace.write() as unit:
        codebook = editable(unit, viewer)
        code = open_code(codebook, viewer, slug)
        if not parts:
            raise Rejected("A split needs at least one new code.", hint="Give it a name.")
        mine = {row[0] for row in unit.codes.codings_of([code.id])}
        if not set(assigned) <= mine or not all(0 <= place < len(parts) for place in assigned.values()):
            raise Conflict("Some of these quotes are not under this code any more.", hint="Load the page again.")
        change = Recorder(unit, workspace, viewer, why, code_ids=[code.id], coding_ids=assigned)
        made = []
        for place, part in enumerate(parts):
            part = checked(codebook, replace(part, slug="", study_id=code.facts.study_id))
            parent = code if part.parent == slug else codebook.by_id.get(code.parent_id or 0)
            unique(codebook, part.name, parent, code.facts.study_id)
            facts = replace(
                part,
                slug=new_slug(part.name, slugs_taken(unit)),
                parent=parent.facts.slug if parent else "",
                owner=part.owner or viewer.person,
                mode=code.facts.mode if part.definition else CodeMode.MANUAL,
            )
            made.append(unit.codes.add(facts, parent_id=parent.id if parent else None))
            unit.codes.recode([coding_id for coding_id, to in assigned.items() if to == place], made[place])
            codebook = seen(unit, viewer)
        names = ", ".join(f"“{part.name}”" for part in parts)
        return change.note("split", f"Split {names} off “{code.facts.name}”.", slug, code_ids=made)
