"""What every change of the codebook asks first and notes last: who may, what is allowed, and the rows before and after."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from repository.codebook import Codebook, folded, seen
from repository.domain.access import PersonRole, Viewer
from repository.domain.coding import Code, CodeFacts
from repository.errors import Conflict, Forbidden, Rejected
from repository.jobs import queue_learning
from repository.store.acts import Act
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Characters of one field at most: a definition of more pages than this is a document.
LONGEST = 100_000
#: Characters of a name at most.
LONGEST_NAME = 200
#: Codes that are named in a sentence; the others are counted.
NAMED = 5
#: Addresses below /codebook that are no code's.
RESERVED = ("new", "merge", "history", "acts", "import", "drift")


class CodeChanged(Conflict):
    """Somebody changed this code meanwhile."""

    slug = "code-changed"
    hint = "Nothing of yours is lost: compare both, then save again."


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to the codebook: `act` undoes it (None if nothing changed), `slug` is the code to look at."""

    told: str
    slug: str
    act: int | None


class Recorder:
    """Takes the rows as they are before a change, and notes the change with those after it."""

    def __init__(
        self,
        unit: Unit,
        workspace: Workspace,
        viewer: Viewer,
        why: str,
        *,
        code_ids: Collection[int] = (),
        coding_ids: Collection[int] = (),
    ) -> None:
        """Look at the rows of these codes and codings before they change."""
        self._unit, self._workspace, self._viewer, self._why = unit, workspace, viewer, why.strip()
        self._codes, self._codings = list(code_ids), list(coding_ids)
        self._before = unit.acts.image(code_ids=self._codes, coding_ids=self._codings)

    def note(self, kind: str, told: str, slug: str, *, code_ids: Collection[int] = ()) -> Change:
        """Note the change, with the codes it made besides those it was begun with."""
        after = self._unit.acts.image(code_ids=[*self._codes, *code_ids], coding_ids=self._codings)
        act = self._unit.acts.add(
            session_id=None,
            by=self._viewer.person,
            at=self._workspace.clock(),
            kind=f"codebook.{kind}",
            told=told,
            before=self._before,
            after=after,
            why=self._why,
        )
        queue_learning(self._unit, self._workspace)
        return Change(told, slug, act.id)


def editable(unit: Unit, viewer: Viewer) -> Codebook:
    """Give the codebook to somebody who may change it. Raises Forbidden."""
    if not viewer.may_write:
        raise Forbidden("Readers cannot change the codebook.")
    return seen(unit, viewer)


def open_code(codebook: Codebook, viewer: Viewer, slug: str) -> Code:
    """Give a code that the viewer may change. Raises NotFound, Conflict or Forbidden."""
    code = codebook.named(slug)
    if code.facts.slug != slug or code.retired_at is not None:
        raise Conflict(f"“{code.facts.name}” is retired, or was merged.", hint="Bring it back first.")
    if code.facts.locked:
        may_lock(viewer, code.facts)
    return code


def may_lock(viewer: Viewer, facts: CodeFacts) -> None:
    """Let only its owner and ops lock, unlock and change a locked code. Raises Forbidden."""
    if viewer.person != facts.owner and viewer.role not in (PersonRole.OPS, PersonRole.ADMIN):
        whose = f", {facts.owner}," if facts.owner else ""
        raise Forbidden(f"“{facts.name}” is locked: only its owner{whose} and ops change it.")


def checked(codebook: Codebook, facts: CodeFacts) -> CodeFacts:
    """Give facts in the form they are kept in. Raises Rejected."""
    name = " ".join(facts.name.split())
    if not name:
        raise Rejected("A code needs a name.")
    if len(name) > LONGEST_NAME:
        raise Rejected(f"A name has at most {LONGEST_NAME} characters.", hint="Put the rest into the definition.")
    for text in (facts.definition, facts.use_when, facts.not_when, *facts.examples, *facts.counter_examples):
        if len(text) > LONGEST:
            raise Rejected(f"A field has at most {LONGEST:,} characters.", hint="Keep the rest in a document.")
    if facts.colour and not re.fullmatch(r"#(?:[0-9a-fA-F]{3}){1,2}", facts.colour):
        raise Rejected(f"“{facts.colour}” is not a colour.", hint="Write it as #2f7ed8, or leave it open.")
    if facts.parent and codebook.named(facts.parent).retired_at is not None:
        raise Rejected(f"“{codebook.named(facts.parent).facts.name}” is retired.", hint="Bring it back first.")
    return replace(
        facts,
        name=name,
        definition=facts.definition.strip(),
        use_when=facts.use_when.strip(),
        not_when=facts.not_when.strip(),
        examples=_tidy(facts.examples),
        counter_examples=_tidy(facts.counter_examples),
        cues=_tidy(facts.cues),
        aliases=_tidy(facts.aliases),
    )


def unique(
    codebook: Codebook, name: str, parent: Code | None, study_id: int | None, *, but: Code | None = None
) -> None:
    """Refuse a second code of a name at the same place; one study's codes do not stand in another's way."""
    for sibling in codebook.children(parent):
        shared = study_id is None or sibling.facts.study_id in (None, study_id)
        if sibling != but and shared and folded(sibling.facts.name) == folded(name):
            where = f" under “{parent.facts.name}”" if parent else ""
            raise Conflict(f"There is a code “{sibling.facts.name}”{where} already.", hint="Merge the two instead.")


def within(parent: Code | None, study_id: int | None) -> None:
    """Refuse a code for all studies, or for another one, under one study's code."""
    if parent and parent.facts.study_id not in (None, study_id):
        raise Rejected(
            f"“{parent.facts.name}” is for one study only.", hint="Promote it first, or choose another place."
        )


def slugs_taken(unit: Unit) -> set[str]:
    """Give every address that was ever given, and those that stand for something else."""
    return {*RESERVED, *(code.facts.slug for code in unit.codes.all())}


def _tidy(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))


def with_alias(aliases: Sequence[str], name: str, *, but: str) -> tuple[str, ...]:
    """Give aliases with one more name, and without the name the code has now."""
    known = {folded(alias) for alias in aliases}
    added = (*aliases, *(() if folded(name) in known else (name,)))
    return tuple(alias for alias in added if folded(alias) != folded(but))


def alters(act: Act, code_id: int) -> bool:
    """Say whether an act changed this code itself, not only its place among others."""
    was, now = (
        [{**row, "position": 0} for row in image.get("code", ()) if row["id"] == code_id]
        for image in (act.before, act.after)
    )
    return was != now


def named(codes: Sequence[Code]) -> str:
    """Write the names of codes, the first of many."""
    told = ", ".join(f"“{code.facts.name}”" for code in codes[:NAMED])
    return told + (f" and {len(codes) - NAMED:,} more" if len(codes) > NAMED else "")
