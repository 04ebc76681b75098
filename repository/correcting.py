"""Words that nobody in sight uses, taken for the nearest one that somebody does."""

import re
import threading
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from nlp.spelling import distance, near_stems, slips
from nlp.words import WORD, content_words
from repository.store.facts import PASSAGES
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Stems whose forms are looked at for a word, and words of a question that are looked at.
TRIED, WORDS = 10, 12
#: Stems up to which the list is made anew at once when there are new passages; longer ones are, beside the search.
FEW = 5_000


@dataclass(frozen=True, slots=True)
class Correction:
    """A word as it was typed, and the one that was searched for instead."""

    typed: str
    used: str


def corrected(
    workspace: Workspace, unit: Unit, text: str, sessions: Collection[int] | None
) -> tuple[str, tuple[Correction, ...]]:
    """Replace words that stand in none of the sessions (None: all) by the nearest that do; say which.

    Only words of these sessions are proposed, so that nothing is told of others.
    """
    made = []
    for word in content_words(text)[:WORDS]:
        if not slips(word) or unit.vocabulary.holds(word, sessions):
            continue
        if used := _nearest(workspace, unit, word, sessions):
            made.append(Correction(word, used))
    for one in made:
        text = re.sub(rf"(?<!\w){re.escape(one.typed)}(?!\w)", one.used, text, flags=re.IGNORECASE)
    return text, tuple(made)


def _nearest(workspace: Workspace, unit: Unit, word: str, sessions: Collection[int] | None) -> str:
    """Give the word with the fewest slips between, of several the one said most; empty if there is none near enough."""
    said: Counter[str] = Counter()
    for stem in near_stems(word, _terms(workspace, unit), TRIED):
        for passage in unit.vocabulary.passages_with(stem, sessions):
            said.update({match.group().lower() for match in WORD.finditer(passage)})
    near = {form: distance(word, form) for form in said if abs(len(form) - len(word)) <= slips(word) and slips(form)}
    best = min(near, key=lambda form: (near[form], -said[form], form), default="")
    return best if best and near[best] <= slips(word) else ""


_terms_of: dict[str, tuple[int, list[str]]] = {}
_turn = threading.Lock()


def _terms(workspace: Workspace, unit: Unit) -> list[str]:
    """Give every stem of the material, kept until there are new passages."""
    key, change = str(workspace.folder), unit.facts.number(PASSAGES)
    held = _terms_of.get(key)
    if held and (held[0] == change or len(held[1]) > FEW):
        if held[0] != change and _turn.acquire(blocking=False):  # one learns; the others go on with what is known
            threading.Thread(target=_learn, args=(workspace,), name="vocabulary", daemon=True).start()
        return held[1]
    terms = unit.vocabulary.terms()
    _terms_of[key] = (change, terms)
    return terms


def _learn(workspace: Workspace) -> None:
    """Make the list anew; whoever has the turn calls it, and it gives the turn back."""
    try:
        with workspace.read() as unit:
            change = unit.facts.number(PASSAGES)
            _terms_of[str(workspace.folder)] = (change, unit.vocabulary.terms())
    finally:
        _turn.release()
