"""Two questions side by side: which words each has alone, and whether one is the other with a word exchanged."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher

from nlp.negation import denies
from nlp.words import STOP, WORD, stems

#: Words that, at the head of a question, say what is wanted of the same subject.
ASKING = re.compile(r"\W*(why|who|when|where)\b", re.I)
#: What is wanted, by such a word or by the stem of one that asks for a number.
WANTED = {"why": 1, "who": 2, "when": 3, "where": 4, "mani": 5, "much": 5, "long": 5, "often": 5}
#: Share of words in common, in the same order, from which two questions count as worded alike.
ALIKE = 0.5
#: What a denial counts as, whichever word denies.
DENIED = "not"


@dataclass(frozen=True, slots=True)
class Differences:
    """Words that only the new question has, and words that only the stored one has; as written, in lower case."""

    new: tuple[str, ...]
    stored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """A question's words in order, as stems, and which of them it is about: stem to word as written."""

    words: tuple[str, ...]
    about: dict[str, str]

    def lacks(self, others: Sequence["Wording"]) -> tuple[str, ...]:
        """Give the words this question is about that none of the others is about."""
        return tuple(word for stem, word in self.about.items() if all(stem not in other.about for other in others))


def wording(text: str) -> Wording:
    """Take a question apart. Numbers, a denial, and a leading why, who, when or where belong to what it is about.

    >>> list(wording("Why don't 20 clinics use reminders?").about.values())
    ['why', "don't", '20', 'clinics', 'use', 'reminders']
    """
    found = list(WORD.finditer(text))
    written = [match.group().lower().replace("’", "'") for match in found]
    words = [
        # "No-shows" denies nothing.
        DENIED if denies(word) and not text.startswith("-", match.end()) else stem
        for match, word, stem in zip(found, written, stems(written), strict=True)
    ]
    about: dict[str, str] = {}
    if asking := ASKING.match(text):
        about[asking[1].lower()] = asking[1].lower()
    for word, stem in zip(written, words, strict=True):
        if stem == DENIED or word.split("'")[0] not in STOP:
            about.setdefault(stem, word)
    return Wording(tuple(words), about)


def differences(new: str, stored: str) -> Differences:
    """Name what tells two questions apart.

    >>> differences("How do hospitals remind patients by phone?", "How do clinics remind patients by SMS?")
    Differences(new=('hospitals', 'phone'), stored=('clinics', 'sms'))
    """
    ours, theirs = wording(new), wording(stored)
    return Differences(ours.lacks([theirs]), theirs.lacks([ours]))


def exchanged(one: Wording, other: Wording) -> float:
    """Give how far (0..1) one question is the other with a word exchanged, added or left out.

    Who asks the same thing again seldom repeats the sentence; who repeats the sentence but for a word means that word. 1 if
    that is a number, a denial, or what is wanted; 0 if both are about the same words, or are not worded alike.
    """
    ours, theirs = one.about.keys() - other.about.keys(), other.about.keys() - one.about.keys()
    total, known = len(one.words) + len(other.words), set(other.words)
    # The sum is an upper bound of the share that is computed below, which takes longer.
    if not (ours or theirs) or 2 * sum(word in known for word in one.words) <= ALIKE * total:
        return 0.0
    share = SequenceMatcher(None, one.words, other.words, autojunk=False).ratio()
    if share > ALIKE and (any(stem == DENIED or stem.isdecimal() for stem in ours | theirs) or _unlike(ours, theirs)):
        return 1.0
    return max(0.0, (share - ALIKE) / (1 - ALIKE))


def _unlike(ours: Set[str], theirs: Set[str]) -> bool:
    """Say whether both sides say what is wanted, and not the same."""
    wanted, other = ({WANTED[stem] for stem in side if stem in WANTED} for side in (ours, theirs))
    return bool(wanted) and bool(other) and wanted.isdisjoint(other)
