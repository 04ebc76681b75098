"""What became of an insight, edition by edition, and the way back from the last one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from repository.domain.access import PersonRole, Viewer
from repository.domain.insight import Evidence, Insight, InsightLink, LinkKind, Stance
from repository.errors import Conflict, Forbidden
from repository.evidence_keeping import flipped, settle
from repository.insight_rules import kept, put_back, seen, writable
from repository.store.insights import EditionRow
from repository.store.unit import Unit
from repository.workspace import Workspace

#: How the history calls an insight's fields.
WORDS = {
    "claim": "claim",
    "body": "text",
    "code_id": "theme",
    "product_area": "product area",
    "cohort": "cohort",
    "owner": "owner",
    "review_on": "review on",
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that an edition changed: what it was and what it became, as people read it."""

    name: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An edition with what it changed; `undoable` by this viewer."""

    row: EditionRow
    changes: tuple[FieldChange, ...]
    undoable: bool


def history(workspace: Workspace, viewer: Viewer, insight_id: int) -> tuple[Insight, list[HistoryEntry]]:
    """List what became of an insight, newest first, with what each edition changed. Raises NotFound."""
    with workspace.read() as unit:
        insight = seen(unit, viewer, insight_id)
        rows = unit.insights.editions(insight_id)
        names = {code.id: code.facts.name for code in unit.codes.all()}
    return insight, [
        HistoryEntry(
            row,
            _changes(before.facts, row.facts, names, viewer) if before else (),
            undoable=row.edition == insight.edition and before is not None and _may_undo(viewer, row),
        )
        for row, before in zip(rows, [*rows[1:], None], strict=True)
    ]


def undo(workspace: Workspace, viewer: Viewer, insight_id: int, *, edition: int) -> Insight:
    """Undo the last change of an insight. Raises InsightChanged if there is a later one, Conflict if there is none."""
    with workspace.write() as unit:
        insight, now = writable(unit, viewer, insight_id, edition), workspace.clock()
        rows = unit.insights.editions(insight_id)
        if len(rows) < 2 or not rows[0].by:
            raise Conflict("There is nothing to undo here.", hint="What happened by itself comes right by itself.")
        if not _may_undo(viewer, rows[0]):
            raise Forbidden(f"{rows[0].by} did this.", hint="Change it yourself instead.")
        before = rows[1].facts
        _put_back_evidence(unit, insight_id, before["evidence"])
        _put_back_links(unit, insight_id, before["links"])
        supported = bool(unit.evidence.supported([insight_id]))
        after = flipped(unit, put_back(insight, before), supported=supported)
        after = kept(unit, after, by=viewer.person, now=now, told=f"Undone: {rows[0].told.removeprefix('Undone: ')}")
        settle(unit, now, sessions={one.session_id for one in unit.evidence.of([insight_id])})
        return unit.insights.get(insight_id) or after


def _may_undo(viewer: Viewer, row: EditionRow) -> bool:
    mine = row.by == viewer.person or viewer.role in (PersonRole.OPS, PersonRole.ADMIN)
    return viewer.may_write and bool(row.by) and mine


def _put_back_evidence(unit: Unit, insight_id: int, before: list[dict[str, Any]]) -> None:
    held = {one.id: one for one in unit.evidence.of([insight_id])}
    was = {row["id"]: row for row in before}
    for key in held.keys() - was.keys():
        unit.evidence.remove(key)
    for key, row in was.items():
        if key not in held:
            unit.evidence.put(_timed(row))
        elif _reworded(unit, held[key], row):
            unit.evidence.remove(key)
            unit.evidence.put(_timed(row))
        elif (held[key].stance, held[key].note) != (row["stance"], row["note"]):
            unit.evidence.change(key, Stance(row["stance"]), row["note"])


def _reworded(unit: Unit, held: Evidence, was: dict[str, Any]) -> bool:
    """Say whether evidence rests on other words than it did, which are still there; those that only moved did not."""
    place = was["text_id"], was["start"], was["end"]
    at = datetime.fromisoformat(was["added_at"])
    if (place, at) == ((held.text_id, held.start, held.end), held.added_at) or not unit.revisions.whose(place[0]):
        return False
    return at != held.added_at or unit.revisions.body(place[0])[was["start"] : was["end"]] != held.quote


def _timed(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "added_at": datetime.fromisoformat(row["added_at"])}


def _put_back_links(unit: Unit, insight_id: int, before: list[dict[str, Any]]) -> None:
    held = {one.id for one in unit.insights.links([insight_id])}
    was = {row["id"]: row for row in before}
    for key in held - was.keys():
        unit.insights.remove_link(key)
    for key, row in was.items():
        if key in held:
            unit.insights.tell_outcome(key, row["outcome"])
        else:
            added = datetime.fromisoformat(row["added_at"])
            unit.insights.put_link(InsightLink(**{**row, "kind": LinkKind(row["kind"]), "added_at": added}))


def _changes(
    was: Mapping[str, Any], now: Mapping[str, Any], names: Mapping[int, str], viewer: Viewer
) -> tuple[FieldChange, ...]:
    found = [
        FieldChange(word, _read(was["facts"][name], name, names), _read(now["facts"][name], name, names))
        for name, word in WORDS.items()
        if was["facts"][name] != now["facts"][name]
    ]
    if was["state"] != now["state"]:
        found.insert(0, FieldChange("state", was["state"], now["state"]))
    for stance in Stance:  # counted is what the viewer may see
        before, after = (
            sum(one["stance"] == stance and viewer.may_see(one["study_id"]) for one in facts["evidence"])
            for facts in (was, now)
        )
        if before != after:
            found.append(FieldChange(f"quotes that {stance.value.removesuffix('s')}", str(before), str(after)))
    return tuple(found)


def _read(value: Any, name: str, names: Mapping[int, str]) -> str:
    if name == "code_id":
        return names.get(value, "") if value else ""
    return str(value or "")
