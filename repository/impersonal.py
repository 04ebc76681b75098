"""A question without what could name a person: addresses, numbers, quoted words, names. Only this is kept of a gap."""

import hashlib
import re
from collections.abc import Callable, Iterable

from nlp.words import content_words, stems

#: Characters of a question that are looked at, and kept.
READ, LENGTH = 1_000, 200
#: What may lead to a person, in the order in which it is cut out.
_PERSONAL = (
    re.compile(r"\b[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+", re.I),
    re.compile(r"[^\s@<>()\"“”,;:]+@[^\s@<>()\"“”,;:]+"),
    re.compile(r"[\"“”„«»][^\"“”„«»]*[\"“”„«»]"),
    re.compile(r"\+?\(?\d[\d\s().\-/]{5,}\d"),
    re.compile(r"\w*\d{4,}\w*"),
    re.compile(r"(?<!\w)@\w+"),
)
_OPERATOR = re.compile(r"(?<!\S)-?[a-z]+:(?:[\"“][^\"”]*[\"”]?|[^\s/]\S*)", re.I)
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_BEGINS = re.compile(r"[.!?:;]\s|\n")
_PART = re.compile(r"\w+")


class Called:
    """The names of speakers, participants and accounts, found by their words: many cost a question no more than few."""

    def __init__(self, names: Iterable[str]) -> None:
        """Sort names by their first word."""
        self.parts: set[str] = set()
        self._by_first: dict[str, list[tuple[str, frozenset[str]]]] = {}
        for name in filter(None, names):
            words = _PART.findall(name.casefold())
            self._by_first.setdefault(words[0] if words else "", []).append((name, frozenset(words)))
            self.parts |= {part for part in _WORD.findall(name.casefold()) if not part.isdigit()}

    def within(self, text: str) -> list[str]:
        """Give the names of which a text has every word, longest first."""
        held = set(_PART.findall(text.casefold()))
        near = [each for word in (*held, "") for each in self._by_first.get(word, ())]
        return sorted((name for name, words in near if words <= held), key=lambda name: (-len(name), name))


def impersonal(question: str, names: Called, ordinary: Callable[[str], bool]) -> str:
    """Give a question without e-mail addresses, links, phone and long numbers, quoted words, and names.

    `ordinary` says of a word whether it is one that is written small, or that colleagues write: any other capital letter
    within a sentence is taken for a name.

    >>> impersonal("Why does Petra from Hill Clinic (petra@hill.org, 0171 5551234) hate Invoices?", Called(["Hill Clinic"]),
    ...            lambda word: word in ("clinic", "invoices"))
    'Why does from hate Invoices?'
    >>> impersonal('what "Anna Smith" said about order 48213 in P07', Called(["P07"]), lambda word: True)
    'what said about order in'
    """
    text = _OPERATOR.sub(" ", question[:READ].replace("\0", " "))
    for pattern in _PERSONAL:
        text = pattern.sub(" ", text)
    for name in names.within(text):
        text = re.sub(r"(?<!\w)" + re.escape(name) + r"(?:['’]s)?(?!\w)", " ", text, flags=re.I)
    kept, at = [], 0
    for match in _WORD.finditer(text):
        word = match.group()
        between = text[at : match.start()]
        begins = (not at and "_" not in between) or _BEGINS.search(between.rpartition("_")[2])
        at = match.end()
        named = word.casefold() in names.parts or (not begins and word[0].isupper() and word != "I")
        kept += [between, " " if named and not ordinary(word.casefold()) else word]
    text = "".join([*kept, text[at:]])
    text = re.sub(r"\(\W*\)|\[\W*\]", " ", text)
    text = re.sub(r"\s+([,.;:?!])", r"\1", " ".join(text.split()))
    return re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", text).strip(" ,;:-")[:LENGTH]


def key_of(words: str) -> str:
    """Give what a question is counted under: its words' stems, in any order; empty if none carries a subject.

    >>> key_of("Invoices for reminders?") == key_of("the reminder invoice") != key_of("invoice")
    True
    >>> key_of("what of it?")
    ''
    """
    held = sorted(set(stems(content_words(words))))
    return hashlib.sha256(" ".join(held).encode("utf-8", "surrogatepass")).hexdigest() if held else ""
