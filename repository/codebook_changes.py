"""Change the codebook: each change first says what it touches, happens at once or not at all, and can be undone exactly.

A code's address never changes, a retired code keeps its codings, and a merged one leads to what took its place. Every
change keeps the rows it changed (repository/store/acts.py): that is how it is undone, and how the codebook is shown as
it was on any day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from repository.codebook import folded, new_slug, seen
from repository.codebook_rules import (
    Change,
    CodeChanged,
    Recorder,
    alters,
    checked,
    editable,
    may_lock,
    named,
    open_code,
    slugs_taken,
    unique,
    with_alias,
    within,
)
from repository.domain.access import Viewer
from repository.domain.coding import Code, CodeFacts, CodeMode
from repository.errors import Conflict, NotFound, Rejected
from repository.store.tallies import Touched
from repository.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change would touch, counted of what the viewer sees: of `codes` and of those under them, `below`."""

    codes: tuple[Code, ...]
    below: tuple[Code, ...]
    touched: Touched
    insights: int = 0


def impact(workspace: Workspace, viewer: Viewer, slugs: Sequence[str]) -> Impact:
    """Say what changing these codes touches. Raises NotFound."""
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
        codes = tuple(codebook.named(slug) for slug in dict.fromkeys(slugs))
        below = tuple(dict.fromkeys(c for code in codes for c in codebook.under(code) if c not in codes))
        ids = {code.id for code in (*codes, *below)}
        return Impact(codes, below, unit.tallies.touched(viewer, ids), unit.insights.count_about(ids))


def create(workspace: Workspace, viewer: Viewer, facts: CodeFacts, *, why: str = "") -> Change:
    """Add a code under `facts.parent`, or as a theme; its address is made of its name."""
    with workspace.write() as unit:
        codebook = editable(unit, viewer)
        facts = checked(codebook, replace(facts, slug=""))
        if facts.study_id is not None and unit.studies.get(viewer, facts.study_id) is None:
            raise NotFound("There is no such study.")
        parent = codebook.named(facts.parent) if facts.parent else None
        within(parent, facts.study_id)
        unique(codebook, facts.name, parent, facts.study_id)
        facts = replace(facts, slug=new_slug(facts.name, slugs_taken(unit)), owner=facts.owner or viewer.person)
        code_id = unit.codes.add(facts, parent_id=parent.id if parent else None)
        change = Recorder(unit, workspace, viewer, why)
        return change.note("create", f"Made “{facts.name}”.", facts.slug, code_ids=[code_id])


def ensure(workspace: Workspace, viewer: Viewer, name: str, under: str = "") -> str:
    """Give the slug of the code of this name under a parent; make it, without a definition, if there is none."""
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
        parent = codebook.named(under) if under else None
        for sibling in codebook.children(parent):
            if folded(name) in (folded(sibling.facts.name), *map(folded, sibling.facts.aliases)):
                return sibling.facts.slug
    return create(workspace, viewer, CodeFacts("", name, "", mode=CodeMode.MANUAL, parent=under)).slug


def edit(
    workspace: Workspace,
    viewer: Viewer,
    slug: str,
    facts: CodeFacts,
    *,
    edition: int | None = None,
    since: int | None = None,
    why: str = "",
) -> Change:
    """Keep other facts of a code: name, definition, examples, mode and so on, but not where it stands.

    An old name stays as an alias. `edition` is the one that was on the screen, `since` the last act it was made of: if
    another was saved meanwhile, nothing is kept (CodeChanged).
    """
    with workspace.write() as unit:
        codebook = editable(unit, viewer)
        code = open_code(codebook, viewer, slug)
        before = code.facts
        if edition is not None and edition != code.edition:
            raise CodeChanged
        # What is undone has the edition again that it had before.
        if since is not None and any(a.id > since and alters(a, code.id) for a in unit.acts.of_codes([code.id])):
            raise CodeChanged
        facts = replace(facts, slug=before.slug, parent=before.parent, study_id=before.study_id)
        facts = checked(codebook, facts)
        if facts.locked != before.locked:
            may_lock(viewer, before)
        if folded(facts.name) != folded(before.name):
            unique(codebook, facts.name, codebook.by_id.get(code.parent_id or 0), facts.study_id, but=code)
            facts = replace(facts, aliases=with_alias(facts.aliases, before.name, but=facts.name))
        change = Recorder(unit, workspace, viewer, why, code_ids=[code.id])
        if facts == before:
            return Change("That was so already.", slug, None)
        unit.codes.change(code, facts, parent_id=code.parent_id)
        renamed = facts.name != before.name
        told = f"Renamed “{before.name}” to “{facts.name}”." if renamed else f"Changed “{facts.name}”."
        return change.note("rename" if renamed else "edit", told, slug)


def move(
    workspace: Workspace, viewer: Viewer, slug: str, *, under: str = "", before: str = "", why: str = ""
) -> Change:
    """Let a code stand under another (or, "", as a theme), in front of a sibling or last. Raises Rejected for a circle."""
    with workspace.write() as unit:
        codebook = editable(unit, viewer)
        code = open_code(codebook, viewer, slug)
        parent = codebook.named(under) if under else None
        if parent and code in codebook.path(parent):
            raise Rejected(
                f"“{code.facts.name}” cannot stand under itself.", hint="Choose a code that is not below it."
            )
        if parent and parent.retired_at:
            raise Rejected(f"“{parent.facts.name}” is retired.", hint="Bring it back first.")
        within(parent, code.facts.study_id)
        if (parent.id if parent else None) != code.parent_id:
            unique(codebook, code.facts.name, parent, code.facts.study_id, but=code)
        siblings = [child for child in codebook.children(parent) if child != code]
        at = next((n for n, child in enumerate(siblings) if child.facts.slug == before), len(siblings))
        siblings.insert(at, code)
        change = Recorder(unit, workspace, viewer, why, code_ids=[child.id for child in siblings])
        unit.codes.change(code, code.facts, parent_id=parent.id if parent else None)
        unit.codes.place([child.id for child in siblings])
        where = f"under “{parent.facts.name}”" if parent else "to the top"
        return change.note("move", f"Moved “{code.facts.name}” {where}.", slug)


def retire(workspace: Workspace, viewer: Viewer, slug: str, *, why: str = "") -> Change:
    """Take a code, and those under it, out of use; what is coded with them stays coded."""
    with workspace.write() as unit:
        codebook = editable(unit, viewer)
        code = open_code(codebook, viewer, slug)
        codes = (code, *(open_code(codebook, viewer, below.facts.slug) for below in codebook.under(code)))
        change = Recorder(unit, workspace, viewer, why, code_ids=[c.id for c in codes])
        for each in codes:
            unit.codes.retire(each, workspace.clock())
        return change.note("retire", f"Retired {named(codes)}.", slug)


def revive(workspace: Workspace, viewer: Viewer, slug: str, *, why: str = "") -> Change:
    """Bring a retired code into use again. Raises Conflict if it was merged, or another has its name now."""
    with workspace.write() as unit:
        codebook = editable(unit, viewer)
        code = next((code for code in codebook.everything if code.facts.slug == slug), None)
        if code is None:
            raise NotFound("There is no such theme.")
        if code.merged_into is not None:
            raise Conflict(f"“{code.facts.name}” was merged.", hint="Undo the merging in the history.")
        parent = codebook.by_id.get(code.parent_id or 0)
        if parent and parent.retired_at:
            raise Conflict(f"“{parent.facts.name}” is retired.", hint="Bring it back first.")
        unique(codebook, code.facts.name, parent, code.facts.study_id, but=code)
        change = Recorder(unit, workspace, viewer, why, code_ids=[code.id])
        unit.codes.retire(code, None)
        return change.note("revive", f"“{code.facts.name}” is in use again.", slug)


def promote(workspace: Workspace, viewer: Viewer, slug: str, *, why: str = "") -> Change:
    """Make a study's code, and those under it, codes for all studies. Raises Conflict if the name is taken there."""
    with workspace.write() as unit:
        codebook = editable(unit, viewer)
        code = open_code(codebook, viewer, slug)
        if code.facts.study_id is None:
            raise Conflict(f"“{code.facts.name}” is for all studies already.")
        parent = codebook.by_id.get(code.parent_id or 0)
        if parent and parent.facts.study_id is not None:
            raise Conflict(f"“{parent.facts.name}”, above it, is for one study.", hint="Promote that one first.")
        unique(codebook, code.facts.name, parent, None, but=code)
        codes = (code, *codebook.under(code))
        change = Recorder(unit, workspace, viewer, why, code_ids=[c.id for c in codes])
        for each in codes:
            unit.codes.change(each, replace(each.facts, study_id=None), parent_id=each.parent_id)
        return change.note("promote", f"“{code.facts.name}” is for all studies now.", slug)
