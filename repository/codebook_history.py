"""What was done to the codebook, by whom, when and why; undo it; look at the codebook as it was on any day."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from repository.codebook import Codebook, seen
from repository.codebook_rules import Change, alters, editable, may_lock
from repository.domain.access import Viewer
from repository.domain.coding import CodeFacts
from repository.errors import Conflict, NotFound
from repository.jobs import queue_learning
from repository.store.acts import Act, Image, codes_before
from repository.store.codes import in_tree_order
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Acts that are looked through, newest first.
LOOKED_AT = 200
#: Differences told of one act.
SHOWN = 60
#: What is told of a code, in this order; its position, its number and how often it changed say nothing to people.
FIELDS = (
    "name",
    "definition",
    "use_when",
    "not_when",
    "examples",
    "counter_examples",
    "cues",
    "aliases",
    "mode",
    "colour",
    "owner",
    "locked",
    "parent_id",
    "study_id",
    "retired_at",
    "merged_into",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one code before and after, in words; "" for nothing."""

    code: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An act with what it changed, the first of very much: `more` counts the rest.

    `several` says whether these are differences of more than one code, `codings` how many it moved or removed.
    """

    act: Act
    differences: tuple[Difference, ...]
    more: int
    several: bool
    codings: int


def last(workspace: Workspace, viewer: Viewer) -> Act | None:
    """Give the viewer's last change of the codebook that is not undone."""
    with workspace.read() as unit:
        return _last(unit, viewer)


def _last(unit: Unit, viewer: Viewer) -> Act | None:
    acts = (act for act in unit.acts.of_codes(limit=LOOKED_AT) if act.by == viewer.person and act.undone_at is None)
    return next((act for act in acts if act.kind != "codebook.undo" and _seen(act, viewer)), None)


def undo(workspace: Workspace, viewer: Viewer, act_id: int | None = None) -> Change:
    """Undo a change of the codebook, or the viewer's last one.

    Raises Conflict if its codes were changed since. Codings that somebody changed since are left as they are.
    """
    with workspace.write() as unit:
        codebook = editable(unit, viewer)
        act = _last(unit, viewer) if act_id is None else unit.acts.get(None, act_id)
        if act is None or not act.ids("code") or not _seen(act, viewer):
            raise NotFound("There is nothing to undo here.")
        if act.undone_at is not None:
            raise Conflict("This was undone already.")
        for code in (codebook.by_id[code_id] for code_id in act.ids("code") if code_id in codebook.by_id):
            if code.facts.locked:
                may_lock(viewer, code.facts)
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

    def without(image: Image) -> Image:
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


def history(workspace: Workspace, viewer: Viewer, slug: str = "", *, limit: int = LOOKED_AT) -> tuple[Act, ...]:
    """List what was done to the codebook, or to one code, newest first: who, when and why."""
    with workspace.read() as unit:
        if not slug:
            acts = unit.acts.of_codes(limit=limit)
        else:
            mine = [code.id for code in seen(unit, viewer).everything if code.facts.slug == slug]
            if not mine:
                raise NotFound("There is no such theme.")
            acts = unit.acts.of_codes(mine, limit=limit)
    return tuple(act for act in acts if _seen(act, viewer))


def entries(workspace: Workspace, viewer: Viewer, acts: tuple[Act, ...]) -> tuple[Entry, ...]:
    """Say what acts changed: each field before and after, with the names of codes and studies."""
    with workspace.read() as unit:
        codes = {code.id: code.facts.name for code in unit.codes.all()}
        studies = {study.id: study.title for study in unit.studies.all(viewer)}
    return tuple(_entry(act, codes, studies) for act in acts)


def _entry(act: Act, codes: Mapping[int, str], studies: Mapping[int, str]) -> Entry:
    was, now = ({row["id"]: row for row in image.get("code", ())} for image in (act.before, act.after))
    names = {**codes, **{row["id"]: row["name"] for row in (*was.values(), *now.values())}}
    differences = []
    for code_id in dict.fromkeys((*was, *now)):
        before, after = was.get(code_id, {}), now.get(code_id, {})
        for field in FIELDS:
            told = tuple(_told(field, row.get(field), names, studies) for row in (before, after))
            if told[0] != told[1]:
                differences.append(Difference(names[code_id], field, *told))
    kept = {row["id"]: row["code_id"] for row in act.after.get("coding", ())}
    moved = sum(kept.get(row["id"]) != row["code_id"] for row in act.before.get("coding", ()))
    several = len({difference.code for difference in differences}) > 1
    return Entry(act, tuple(differences[:SHOWN]), max(0, len(differences) - SHOWN), several, moved)


def _told(field: str, value: Any, codes: Mapping[int, str], studies: Mapping[int, str]) -> str:
    """Write what a column holds."""
    if not value:
        return ""
    if field in ("parent_id", "merged_into"):
        return codes.get(value, "a code that is gone")
    if field == "study_id":
        return studies.get(value, "a study that is gone")
    if field in ("locked", "retired_at"):
        return "yes"
    return "\n".join(value) if isinstance(value, list) else str(value)


def meanwhile(workspace: Workspace, viewer: Viewer, slug: str, since: int) -> tuple[CodeFacts, tuple[Entry, ...]]:
    """Give a code as it was after an act, and what others made of it since, newest first."""
    with workspace.read() as unit:
        code = seen(unit, viewer).named(slug)
        acts = [act for act in unit.acts.of_codes([code.id]) if act.id > since]
        rows = codes_before(unit.acts.image(code_ids=[code.id]), acts)
    was = next((was.facts for was in in_tree_order([row for row in rows if row["id"] == code.id])), code.facts)
    was = replace(was, parent=code.facts.parent)  # where it stands is not edited
    return was, entries(workspace, viewer, tuple(act for act in acts if alters(act, code.id) and _seen(act, viewer)))


def as_of(workspace: Workspace, viewer: Viewer, moment: datetime) -> Codebook:
    """Give the codebook as it was at a moment."""
    with workspace.read() as unit:
        codes = unit.codes.all()
        current = unit.acts.image(code_ids=[code.id for code in codes])
        then = in_tree_order(codes_before(current, unit.acts.of_codes(since=moment)))
    return Codebook([c for c in then if c.facts.study_id is None or viewer.may_see(c.facts.study_id)])


def _seen(act: Act, viewer: Viewer) -> bool:
    """Say whether every code of an act is one that the viewer sees, or saw."""
    rows = [row for image in (act.before, act.after) for row in image.get("code", ())]
    return all(row["study_id"] is None or viewer.may_see(row["study_id"]) for row in rows)


def _unplaced(image: Image) -> list[dict[str, Any]]:
    """Give the rows of codes without their positions, which others' moves change."""
    return [{name: value for name, value in row.items() if name != "position"} for row in image.get("code", ())]
