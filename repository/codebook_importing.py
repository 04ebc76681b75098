"""Take codes from elsewhere into the codebook: what is missing is added, what is there stays as it is, and is compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from repository.codebook import Codebook, folded, new_slug, seen
from repository.codebook_rules import Change, Recorder, checked, editable, slugs_taken
from repository.domain.access import Viewer
from repository.domain.coding import Code, CodeFacts
from repository.errors import NotFound
from repository.workspace import Workspace

#: What is compared with a code that is there already, in words.
COMPARED = {"definition": "definition", "use_when": "when to use it", "not_when": "when not"}


@dataclass(frozen=True, slots=True)
class Differing:
    """A code that is there already and means something else in the file; the file's words were not taken."""

    slug: str
    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: `change` undoes it. `places` gives each code's address by the `slug` it had in the list."""

    change: Change
    added: tuple[str, ...]
    present: tuple[str, ...]
    differing: tuple[Differing, ...]
    places: dict[str, str]


def import_codes(workspace: Workspace, viewer: Viewer, codes: Sequence[CodeFacts], *, why: str = "") -> Imported:
    """Add codes, parents before children, where there is none of that name at that place yet.

    `slug` and `parent` tell the given codes apart and need not be free. A code that is there stays as it is; one study's
    codes are found among its own and those for all. Raises Forbidden, NotFound (study), Rejected; then nothing is added.
    """
    with workspace.write() as unit:
        codebook = editable(unit, viewer)
        for study_id in {facts.study_id for facts in codes} - {None}:
            if unit.studies.get(viewer, study_id or 0) is None:
                raise NotFound("There is no such study.")
        change = Recorder(unit, workspace, viewer, why)
        taken, known = set(slugs_taken(unit)), _Known(codebook)
        numbers = {code.facts.slug: code.id for code in codebook.codes}
        places: dict[str, str] = {}
        added: list[CodeFacts] = []
        present: list[str] = []
        differing: list[Differing] = []
        for given in codes:
            parent = places.get(given.parent, "")
            facts = checked(codebook, replace(given, parent=""))
            if parent and facts.study_id is None:
                facts = replace(facts, study_id=known.study_of(parent))
            there = known.at(parent, facts)
            if there is not None:
                present.append(there.name)
                if fields := _differences(there, facts):
                    differing.append(Differing(there.slug, there.name, fields))
                places[given.slug] = there.slug
                continue
            facts = replace(facts, slug=new_slug(facts.name, taken), parent=parent)
            numbers[facts.slug] = unit.codes.add(facts, parent_id=numbers[parent] if parent else None)
            taken.add(facts.slug)
            known.add(facts)
            added.append(facts)
            places[given.slug] = facts.slug
        done = Change("Every one of these codes was there already.", "", None)
        if added:
            count = len(added)
            told = f"Imported {count} {'code' if count == 1 else 'codes'}."
            done = change.note("import", told, "", code_ids=[numbers[facts.slug] for facts in added])
        names = tuple(facts.name for facts in added)
        return Imported(done, names, tuple(present), tuple(differing), places)


class _Known:
    """The codes in use by place and name: a study's own before those for all, those before other studies'."""

    def __init__(self, codebook: Codebook) -> None:
        self._by_place: dict[tuple[str, str], list[CodeFacts]] = {}
        self._studies: dict[str, int | None] = {}
        for code in codebook.codes:
            self.add(code.facts)

    def add(self, facts: CodeFacts) -> None:
        self._by_place.setdefault((facts.parent, folded(facts.name)), []).append(facts)
        self._studies[facts.slug] = facts.study_id

    def study_of(self, slug: str) -> int | None:
        return self._studies[slug]

    def at(self, parent: str, facts: CodeFacts) -> CodeFacts | None:
        found = self._by_place.get((parent, folded(facts.name)), [])
        if facts.study_id is not None:
            found = [one for one in found if one.study_id in (None, facts.study_id)]
            return min(found, key=lambda one: one.study_id is None, default=None)
        return min(found, key=lambda one: one.study_id is not None, default=None)


def _differences(there: CodeFacts, given: CodeFacts) -> tuple[str, ...]:
    """Name the fields that a file fills in another way than the codebook."""
    pairs = ((called, _plain(getattr(there, name)), _plain(getattr(given, name))) for name, called in COMPARED.items())
    return tuple(called for called, ours, theirs in pairs if theirs and ours != theirs)


def _plain(text: str) -> str:
    return " ".join(text.split())


def codes_by_slug(workspace: Workspace, viewer: Viewer, slugs: Iterable[str]) -> dict[str, Code]:
    """Give the codes of these addresses, of merged ones what took their place; unknown ones are left out."""
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
    found = {}
    for slug in slugs:
        try:
            found[slug] = codebook.named(slug)
        except NotFound:
            continue
    return found
