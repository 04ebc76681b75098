"""Merge codes into one, and split one into several: codings go with them, and come back when it is undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp.clustering import split as split_group
from nlp.naming import name_groups
from repository.codebook import folded, new_slug, seen
from repository.codebook_rules import Change, Recorder, checked, editable, named, open_code, slugs_taken, unique
from repository.domain.access import Viewer
from repository.domain.coding import Code, CodeFacts, CodeMode, Coding, Highlight
from repository.errors import Conflict, Rejected
from repository.workspace import Workspace

#: Quotes at most that a proposal looks at.
LOOKED_AT = 1_000


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
        beside = [child for child in codebook.children(target) if child not in (*gone, *children)]
        _no_doubles(target, [*beside, *children])
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


def _no_doubles(target: Code, children: Sequence[Code]) -> None:
    """Refuse to let two codes of one name stand under another."""
    known: set[str] = set()
    for child in children:
        if folded(child.facts.name) in known:
            raise Conflict(
                f"Two codes “{child.facts.name}” would stand under “{target.facts.name}”.",
                hint="Merge these two first, or rename one.",
            )
        known.add(folded(child.facts.name))


@dataclass(frozen=True, slots=True)
class CodedQuote:
    """A highlight under a code: its words, whose they are, and who put the code there."""

    highlight_id: int
    session_id: int
    start: int
    end: int
    quote: str
    speaker: str
    study: str
    coders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodedQuotes:
    """Some of the quotes under a code, and the codings of all of them by highlight, in the same order."""

    rows: tuple[CodedQuote, ...]
    codings: Mapping[int, tuple[int, ...]]


def quotes(workspace: Workspace, viewer: Viewer, slug: str, *, first: int = 0, most: int = 50) -> CodedQuotes:
    """List what people coded with a code, study by study, in the order of the texts."""
    with workspace.read() as unit:
        code = seen(unit, viewer).named(slug)
        codings: dict[int, list[Coding]] = {}
        marks: dict[int, tuple[Highlight, int]] = {}
        found = unit.codings.codings(viewer, code_ids=[code.id])
        for mark, coding, study_id in sorted(found, key=lambda row: (-row[2], row[0].text_id, row[0].start)):
            marks[mark.id] = (mark, study_id)
            codings.setdefault(mark.id, []).append(coding)
        studies = {study.id: study.title for study in unit.studies.all(viewer)}
        shown = list(marks.values())[first : first + most]
        words = unit.places.spans([(mark.text_id, mark.start, mark.end) for mark, _ in shown])
        spans = {m.id: (m.text_id, m.start, *words[m.text_id, m.start, m.end].turns) for m, _ in shown}
        places = unit.places.of(set(spans.values()))
    rows = tuple(
        CodedQuote(
            highlight_id=mark.id,
            session_id=mark.session_id,
            start=mark.start,
            end=mark.end,
            quote=mark.quote,
            speaker=places[spans[mark.id]].speaker,
            study=studies[study_id],
            coders=tuple(sorted({coding.coder for coding in codings[mark.id]})),
        )
        for mark, study_id in shown
    )
    return CodedQuotes(rows, {mark_id: tuple(coding.id for coding in of) for mark_id, of in codings.items()})


def proposal(workspace: Workspace, viewer: Viewer, slug: str) -> tuple[dict[int, int], tuple[str, ...]]:
    """Propose how to split a code: by highlight the part (from 1) it could go to, and names for the parts.

    The largest group of quotes that mean much the same stays with the code. Raises Unavailable without a model, Rejected
    where the quotes do not differ.
    """
    with workspace.read() as unit:
        code = seen(unit, viewer).named(slug)
        words = {mark.id: mark.quote for mark, _, _ in unit.codings.codings(viewer, code_ids=[code.id])}
    marks = list(words)[:LOOKED_AT]
    groups = (
        split_group(workspace.embedder().embed([words[mark] for mark in marks]))
        if len(marks) > 1
        else np.zeros(1, np.int64)
    )
    if not groups.any():
        raise Rejected("These quotes do not fall apart.", hint="Choose by hand which go to a part.")
    names = name_groups([words[mark] for mark in marks], groups)
    told = tuple(names.get(part, "")[:1].upper() + names.get(part, "")[1:] for part in range(1, int(groups.max()) + 1))
    return {mark: int(part) for mark, part in zip(marks, groups, strict=True) if part}, told


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
