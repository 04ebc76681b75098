"""What was done to the codebook, by whom, when and why; undo it; look at the codebook as it was on any day."""

from datetime import datetime

from repository.codebook import Codebook, seen
from repository.codebook_rules import Change, editable
from repository.domain.access import Viewer
from repository.errors import Conflict, NotFound
from repository.jobs import queue_learning
from repository.store.acts import Act, codes_before
from repository.store.codes import in_tree_order
from repository.store.unit import Unit
from repository.workspace import Workspace


def undo(workspace: Workspace, viewer: Viewer, act_id: int | None = None) -> Change:
    """Undo a change of the codebook, or the viewer's last one.

    Raises Conflict if its codes were changed since. Codings that somebody changed since are left as they are.
    """
    with workspace.write() as unit:
        editable(unit, viewer)
        acts = unit.acts.of_codes(limit=200) if act_id is None else [unit.acts.get(None, act_id)]
        fitting = (a for a in acts if a and a.ids("code") and (act_id or (a.by == viewer.person and not a.undone_at)))
        act = next((act for act in fitting if act_id or act.kind != "codebook.undo"), None)
        if act is None:
            raise NotFound("There is nothing to undo here.")
        if act.undone_at is not None:
            raise Conflict("This was undone already.")
        return _undo(unit, workspace, viewer, act)


def _undo(unit: Unit, workspace: Workspace, viewer: Viewer, act: Act) -> Change:
    codings = act.ids("coding")
    now = unit.acts.image(code_ids=act.ids("code"), coding_ids=codings)
    made = act.ids("code") - {row["id"] for row in act.before.get("code", ())}
    if _unplaced(now) != _unplaced(act.after):
        raise Conflict("These codes have been changed since.", hint="Undo what was done after it first.")
    if [row for row in unit.codes.codings_of(made) if row[0] not in codings] or unit.codes.has_under(made):
        raise Conflict("The codes it made are in use.", hint="Undo what was done after it, or retire them instead.")
    stays = {row["id"] for row in now.get("coding", ())} ^ {row["id"] for row in act.after.get("coding", ())}
    after = {row["id"]: row for row in act.after.get("coding", ())}
    stays |= {row["id"] for row in now.get("coding", ()) if row != after.get(row["id"])}
    held = unit.codings.highlights_there({row["highlight_id"] for row in act.before.get("coding", ())})
    stays |= {row["id"] for row in act.before.get("coding", ()) if row["highlight_id"] not in held}

    def without(image: dict[str, list[dict[str, object]]]) -> dict[str, list[dict[str, object]]]:
        return {
            name: [row for row in rows if name != "coding" or row["id"] not in stays] for name, rows in image.items()
        }

    unit.acts.put_back(without(act.before), without(now))
    unit.acts.mark_undone(act, workspace.clock())
    told = f"Undone: {act.told}"
    if stays:
        told += f" {len(stays)} {'coding was' if len(stays) == 1 else 'codings were'} changed since and left alone."
    unit.acts.add(
        session_id=None,
        by=viewer.person,
        at=workspace.clock(),
        kind="codebook.undo",
        told=told,
        before=now,
        after=unit.acts.image(code_ids=act.ids("code"), coding_ids=codings),
    )
    queue_learning(unit, workspace)
    left = [row["slug"] for row in act.before.get("code", ())]
    return Change(told, str(left[0]) if left else "", None)


def history(workspace: Workspace, viewer: Viewer, slug: str = "", *, limit: int = 200) -> tuple[Act, ...]:
    """List what was done to the codebook, or to one code, newest first: who, when and why."""
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
        seen_ids = {code.id for code in codebook.everything}
        if not slug:
            return tuple(unit.acts.of_codes(seen_ids, limit=limit))
        mine = [code.id for code in codebook.everything if code.facts.slug == slug]
        if not mine:
            raise NotFound("There is no such theme.")
        return tuple(unit.acts.of_codes(mine, limit=limit))


def as_of(workspace: Workspace, viewer: Viewer, moment: datetime) -> Codebook:
    """Give the codebook as it was at a moment."""
    with workspace.read() as unit:
        codes = unit.codes.all()
        current = unit.acts.image(code_ids=[code.id for code in codes])
        then = in_tree_order(codes_before(current, unit.acts.of_codes(since=moment)))
    return Codebook([c for c in then if c.facts.study_id is None or viewer.may_see(c.facts.study_id)])


def _unplaced(image: dict[str, list[dict[str, object]]]) -> list[dict[str, object]]:
    """Give the rows of codes without their positions, which others' moves change."""
    return [{name: value for name, value in row.items() if name != "position"} for row in image.get("code", ())]
