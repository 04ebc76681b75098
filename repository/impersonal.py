"""A question without what could name a person: addresses, numbers, quoted words, names. Only this is kept of a gap."""

import hashlib
import re
from collections.abc import Callable, Collection

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
_BEGINS = re.compile(r"(?:^|[.!?:;]\s+|\n)\W*$")


def impersonal(question: str, names: Collection[str], ordinary: Callable[[str], bool]) -> str:
    """Give a question without e-mail addresses, links, phone and long numbers, quoted words, and names.

    `names` are those of speakers, participants and accounts. `ordinary` says of a word whether it is one that is written
    small, or that colleagues write: any other capital letter within a sentence is taken for a name.

    >>> impersonal("Why does Petra from Hill Clinic (petra@hill.org, 0171 5551234) hate Invoices?", ["Hill Clinic"],
    ...            lambda word: word in ("clinic", "invoices"))
    'Why does from hate Invoices?'
    >>> impersonal('what "Anna Smith" said about order 48213 in P07', ["P07"], lambda word: True)
    'what said about order in'
    """
    text = _OPERATOR.sub(" ", question[:READ].replace("\0", " "))
    for pattern in _PERSONAL:
        text = pattern.sub(" ", text)
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = re.sub(r"(?<!\w)" + re.escape(name) + r"(?:['’]s)?(?!\w)", " ", text, flags=re.I)
    parts = {part.casefold() for name in names for part in _WORD.findall(name) if not part.isdigit()}
    kept, at = [], 0
    for match in _WORD.finditer(text):
        word = match.group()
        kept.append(text[at : match.start()])
        at = match.end()
        known = ordinary(word.casefold())
        within = not _BEGINS.search(text[: match.start()])
        named = word.casefold() in parts or (within and word[0].isupper() and word != "I")
        kept.append(word if known or not named else " ")
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
