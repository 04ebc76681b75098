"""Other names of what a question is about, from the codebook: whoever asks for "invoices" is shown "billing", too."""

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.words import VAGUE, content_words, stems
from repository.codebook import Codebook

#: Names that are looked for beside the words of a question.
MOST = 8


@dataclass(frozen=True, slots=True)
class Expansion:
    """A code that the question names, and what else it is called."""

    code: str
    names: tuple[str, ...]


def expansions(codebook: Codebook, text: str) -> tuple[Expansion, ...]:
    """Find the codes that a question names, by name or alias, in whatever forms of the words."""
    asked = stems(content_words(text))
    found = []
    for code in codebook.codes if asked else ():
        names = {name: _stemmed(name) for name in dict.fromkeys([code.facts.name, *code.facts.aliases])}
        if not any(_within(words, asked) for words in names.values()):
            continue
        more = tuple(name for name, words in names.items() if words and not set(words) <= set(asked))
        if more:
            found.append(Expansion(code.facts.name, more))
    room = MOST
    kept = []
    for one in found:
        if few := one.names[:room]:
            kept.append(Expansion(one.code, few))
            room -= len(few)
    return tuple(kept)


def _stemmed(name: str) -> list[str]:
    words = content_words(name)
    return [] if all(word in VAGUE for word in words) else stems(words)


def _within(words: Sequence[str], asked: Sequence[str]) -> bool:
    """Say whether the words stand in the question, one after the other."""
    return bool(words) and any(
        list(asked[at : at + len(words)]) == list(words) for at in range(len(asked) - len(words) + 1)
    )
