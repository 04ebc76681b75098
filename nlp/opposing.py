"""Whether two statements on one subject disagree: yes against no, denial, opposite words, other numbers. By rule: near is not sure."""

import re
from collections.abc import Collection

from nlp.negation import denied, stem_of
from nlp.words import WORD, stems, subject_words

#: Words that say the opposite of one another.
OPPOSITES = (
    ("fair", "unfair"), ("easy", "hard"), ("easy", "difficult"), ("like", "hate"), ("love", "hate"), ("safe", "dangerous"),
    ("cheap", "expensive"), ("useful", "useless"), ("fast", "slow"), ("quick", "slow"), ("clear", "confusing"), ("early", "late"),
    ("more", "less"), ("always", "never"), ("everybody", "nobody"), ("trust", "distrust"), ("possible", "impossible"),
    ("good", "bad"), ("better", "worse"), ("best", "worst"), ("keep", "drop"), ("allow", "forbid"), ("before", "after"),
)  # fmt: skip
_YES, _NO = (
    re.compile(r"\W*(?:yes|yeah|yep|aye|absolutely|of course)\b", re.I),
    re.compile(r"\W*(?:no|nope|nah|never)\b[^\w]", re.I),
)
_WORDS = re.compile(r"\w+")
_COUNTS = {
    name: n
    for n, name in enumerate(_WORDS.findall("one two three four five six seven eight nine ten eleven twelve"), 1)
}
_NUMBER = re.compile(rf"\b(\d+(?:[.,]\d+)?|{'|'.join(_COUNTS)})\s+([^\W\d_]{{3,}})", re.I)


def opposed(one: str, other: str, subject: Collection[str]) -> str:
    """Say in words how two statements disagree on a subject (stems), "" if no rule says so.

    >>> opposed("No, it is not fair.", "I think it's fair.", {"fair"})
    'one denies “fair”, the other does not'
    >>> opposed("We send it two days ahead.", "It goes out three days before.", {"send"})
    'two days against three days'
    """
    if (yes := bool(_YES.match(one))) != bool(_YES.match(other)) and (_NO.match(other) if yes else _NO.match(one)):
        return "one says yes, the other no"
    mine, theirs = _stems(one), _stems(other)
    for word in subject_words(one):
        stem = stem_of(word)
        if stem in theirs and stem in subject and bool(denied(one, {stem})) != bool(denied(other, {stem})):
            return f"one denies “{word}”, the other does not"
    if (mine & theirs) - _stems("one other"):
        for this, that in OPPOSITES:
            for a, b in ((this, that), (that, this)):
                if (
                    stem_of(a) in mine
                    and stem_of(b) in theirs
                    and not denied(one, {stem_of(a)})
                    and not denied(other, {stem_of(b)})
                ):
                    return f"“{a}” against “{b}”"
    return _numbers(one, other)


def _numbers(one: str, other: str) -> str:
    told = {stem_of(unit): (_value(n), f"{n} {unit}") for n, unit in _NUMBER.findall(one)}
    for n, unit in _NUMBER.findall(other):
        if (mine := told.get(stem_of(unit))) and mine[0] != _value(n) and unit.lower() in _UNITS:
            return f"{mine[1].lower()} against {n.lower()} {unit.lower()}"
    return ""


#: What numbers of say the same thing in different statements: times, shares and money.
_UNITS = frozenset(
    _WORDS.findall(
        "day days hour hours minute minutes second seconds week weeks month months year years percent pound pounds dollar dollars"
    )
)


def _value(number: str) -> float:
    return float(_COUNTS.get(number.lower(), 0) or number.replace(",", "."))


def _stems(text: str) -> set[str]:
    return set(stems([found.group().lower() for found in WORD.finditer(text)]))
