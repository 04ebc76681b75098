"""The gap list: what was asked and not found, by nobody in particular, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nlp.words import WORD
from repository.domain.access import Viewer
from repository.domain.searching import Gap
from repository.errors import Forbidden, NotFound, Rejected
from repository.impersonal import Called, impersonal, key_of
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Where something was asked.
SEARCH, ASK, PLAN = "search", "ask", "plan"
#: Characters of a reason.
REASON = 500
#: Days that a summary looks back.
SUMMARY = 30


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps somebody has to look into, those that were settled, and how often anything was found of late.

    `tallies`: by what was done ("search", "ask", "plan"), how often it found something and how often nothing.
    """

    open: tuple[Gap, ...]
    settled: tuple[Gap, ...]
    tallies: dict[str, tuple[int, int]]


def note(unit: Unit, workspace: Workspace, words: str, where: str) -> None:
    """Keep that nothing was found to a question: without names and numbers, and without who asked."""
    for one in told(unit, [words]):
        keep(unit, workspace, one, where)


def told(unit: Unit, questions: Sequence[str]) -> list[str]:
    """Give questions without names and numbers, to be kept; for many, names are read once."""
    if not questions:
        return []
    names, ordinary = Called(unit.vocabulary.names()), _Ordinary(unit)
    return [impersonal(question, names, ordinary) for question in questions]


def keep(unit: Unit, workspace: Workspace, impersonally: str, where: str) -> None:
    """Keep that nothing was found to a question, in words that `told` gave."""
    if key := key_of(impersonally):
        unit.gaps.note(key, impersonally, where, workspace.clock().date())


def tally(unit: Unit, what: str, found: bool, on: date) -> None:
    """Count a search, a question or a check of a plan on its day, and whether it found anything."""
    unit.gaps.tally(what, on, found=found)


def gaps(workspace: Workspace) -> Gaps:
    """List the gaps, those asked most often first."""
    since = workspace.clock().date() - timedelta(days=SUMMARY)
    with workspace.read() as unit:
        found, lacking = tuple(unit.gaps.all()), tuple(unit.gaps.all(settled=True))
        days = unit.gaps.tallies(since)
    kinds: dict[str, tuple[int, int]] = {}
    for _, what, answered, empty in days:
        before = kinds.get(what, (0, 0))
        kinds[what] = (before[0] + answered, before[1] + empty)
    return Gaps(found, lacking, kinds)


def known_gaps(workspace: Workspace, limit: int) -> list[Gap]:
    """List the open gaps asked most often."""
    with workspace.read() as unit:
        return unit.gaps.all(limit=limit)


def settle(workspace: Workspace, viewer: Viewer, gap_id: int, why: str) -> Gap:
    """Note why nobody has to look into a gap any more. Raises Forbidden, NotFound, Rejected (no reason)."""
    why = " ".join(why.replace("\0", " ").split())[:REASON]
    if not why:
        raise Rejected("Say why nobody has to look into this any more.", slug="no-reason")
    return _settled(workspace, viewer, gap_id, why)


def reopen(workspace: Workspace, viewer: Viewer, gap_id: int) -> Gap:
    """Put a gap back on the list. Raises Forbidden, NotFound."""
    return _settled(workspace, viewer, gap_id, "")


def _settled(workspace: Workspace, viewer: Viewer, gap_id: int, why: str) -> Gap:
    if not viewer.may_write:
        raise Forbidden("Readers cannot settle gaps.")
    with workspace.write() as unit:
        gap = unit.gaps.get(gap_id)
        if gap is None:
            raise NotFound("There is no such gap.")
        unit.gaps.settle(gap_id, workspace.clock() if why else None, why)
    return gap


class _Ordinary:
    """Says which words are no names: those the material has in small letters, and those that colleagues write."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._written = _words_of(
            [text for code in unit.codes.all() for text in (code.facts.name, *code.facts.aliases, *code.facts.cues)]
        )

    def __call__(self, word: str) -> bool:
        return word in self._written or self._unit.vocabulary.in_small_letters(word)


def _words_of(texts: Collection[str]) -> set[str]:
    return {match.group().casefold() for text in texts for match in WORD.finditer(text)}
