"""The codebook to look at: its codes with their counts, found by words, and named by the path to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.codebook import Codebook, folded, seen
from repository.domain.access import Viewer
from repository.domain.coding import Code, CodeMode
from repository.errors import Rejected
from repository.store.tallies import CodeTally
from repository.workspace import Workspace

#: What stands between the names on the way to a code.
STEP = " › "


@dataclass(frozen=True, slots=True)
class CodeCounts:
    """How often a code and those under it are used by people and suggested, by how many participants."""

    coded: int
    suggested: int
    participants: int
    below: int


@dataclass(frozen=True, slots=True)
class Survey:
    """The codebook with the counts of every code in use, and the titles of studies."""

    codebook: Codebook
    counts: dict[int, CodeCounts]
    studies: dict[int, str]


def survey(workspace: Workspace, viewer: Viewer) -> Survey:
    """Give the codebook with its counts: a handful of statements, whatever its size."""
    with workspace.read() as unit:
        codebook, tallies = seen(unit, viewer), unit.tallies.codes(viewer)
        person = {one.speaker_id: one.person for one in unit.prevalence.people(viewer)}
        speakers = unit.prevalence.speakers(viewer)
        studies = {study.id: study.title for study in unit.studies.all(viewer)}
    coded = {code.id: tallies.get(code.id, CodeTally()).coded for code in codebook.codes}
    suggested = {code.id: tallies.get(code.id, CodeTally()).suggested for code in codebook.codes}
    said = {code.id: {person[who] for _, who in speakers.get(code.id, ()) if who in person} for code in codebook.codes}
    below = dict.fromkeys(coded, 0)
    for code in reversed(codebook.codes):  # each before the one it stands under
        above = code.parent_id
        if above is not None and above in below:
            coded[above] += coded[code.id]
            suggested[above] += suggested[code.id]
            below[above] += below[code.id] + 1
            said[above] |= said[code.id]
    counts = {i: CodeCounts(coded[i], suggested[i], len(said[i]), below[i]) for i in coded}
    return Survey(codebook, counts, studies)


def unready(codebook: Codebook, code: Code) -> bool:
    """Say that the machine has nothing to go by: neither a definition nor an example. A theme with codes needs none."""
    return not (code.facts.definition or code.facts.examples or (code.is_theme and codebook.children(code)))


def found(
    codebook: Codebook,
    words: str = "",
    *,
    study_id: int | None = None,
    mode: CodeMode | None = None,
    lacking: bool = False,
) -> tuple[Code, ...]:
    """Find codes by words in their names, aliases and definitions, those named so first; of one study, of one mode."""
    asked = folded(words).split()
    named, defined = [], []
    for code in codebook.codes:
        if (
            (study_id is not None and code.facts.study_id != study_id)
            or (mode and code.facts.mode is not mode)
            or (lacking and not unready(codebook, code))
        ):
            continue
        names = folded(" / ".join((code.facts.name, *code.facts.aliases)))
        if all(word in names for word in asked):
            named.append(code)
        elif all(word in f"{names} {folded(code.facts.definition)}" for word in asked):
            defined.append(code)
    return (*named, *defined)


def path_name(codebook: Codebook, code: Code) -> str:
    """Name a code with what it stands under.

    >>> from repository.domain.coding import CodeFacts
    >>> theme, code = Code(1, CodeFacts("a", "Set-up", ""), None, 1), Code(2, CodeFacts("b", "Fear", ""), 1, 1)
    >>> path_name(Codebook([theme, code]), code)
    'Set-up › Fear'
    """
    return STEP.join(above.facts.name for above in codebook.path(code))


def pointed_at(codebook: Codebook, typed: str) -> Code:
    """Give the code somebody means by its name, an alias, or the path to it. Raises Rejected."""
    fitting = codebook.called(typed)
    *above, name = (part.strip() for part in typed.replace(" > ", STEP).split(STEP.strip()))
    if not fitting and above:
        fitting = tuple(code for code in codebook.called(name) if _stands_under(codebook, code, above))
        exact = [code for code in fitting if len(codebook.path(code)) == len(above) + 1]
        fitting = tuple(exact) or fitting
    if not fitting:
        raise Rejected(f"No code is called “{typed.strip()}”.", hint="Choose one of those that are offered.")
    named = [code for code in fitting if folded(code.facts.name) == folded(name)] or list(fitting)
    if len(named) > 1:
        ways = "; ".join(path_name(codebook, code) for code in named[:5])
        raise Rejected(f"{len(named)} codes are called “{name}”.", hint=f"Write the whole path: {ways}.")
    return named[0]


def _stands_under(codebook: Codebook, code: Code, above: Sequence[str]) -> bool:
    """Say whether these names, in this order, are on the way to a code."""
    way = iter(folded(one.facts.name) for one in codebook.path(code)[:-1])
    return all(folded(name) in way for name in above)
