"""Whether the people, or the product area, that a plan names are those that material comes from."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from nlp.words import stems

#: What names nobody in particular.
EVERYBODY = frozenset(("all", "everyone", "everybody", "any", "anyone", "various", "mixed"))
_PARTS = re.compile(r"\s*(?:[,;/+&\n]|\band\b|\bor\b|\bas well as\b|\bplus\b)\s*", re.I)
#: Words beside a name that do not change whom it names.
_BESIDE = frozenset(
    stems(
        (
            "our",
            "the",
            "of",
            "in",
            "at",
            "with",
            "from",
            "new",
            "customer",
            "people",
            "staff",
            "team",
            "user",
            "participant",
            "eight",
            "six",
            "ten",
            "five",
            "few",
            "some",
            "several",
            "many",
            "other",
            "mainly",
            "only",
            "x",
        )
    )
)


@dataclass(frozen=True, slots=True)
class Names:
    """The known names that somebody's words resolve to. `strange`: parts that name none of them; empty words name nobody."""

    known: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Say whether nobody in particular is named."""
        return not self.known and not self.strange


def names_in(words: str, known: Collection[str]) -> Names:
    """Resolve what somebody wrote, "small practices and hospitals", to the names that are known.

    >>> names_in("Small practices, hospitals", ["small practice", "hospital", "group practice"])
    Names(known=('small practice', 'hospital'), strange=())
    >>> names_in("practices", ["small practice", "group practice"]).known, names_in("veterinary clinics", ["hospital"]).strange
    (('small practice', 'group practice'), ('veterinary clinics',))
    """
    by_stems = {name: _stems(name) for name in known if _stems(name)}
    found: dict[str, None] = {}
    strange = []
    for part in _PARTS.split(words):
        own = _stems(part)
        if not own or own & EVERYBODY:
            continue
        # "small physio practices" are small practices; "practices" may be any kind of them.
        whole = [name for name, theirs in by_stems.items() if theirs <= own]
        within = [name for name, theirs in by_stems.items() if own <= theirs]
        names = [name for name in whole if not any(_stems(name) < _stems(other) for other in whole)] or within
        found.update(dict.fromkeys(names))
        if not names:
            strange.append(part.strip())
    return Names(tuple(found), tuple(strange))


def split(words: str) -> list[str]:
    """Give the single names of a field that may hold several.

    >>> split("small practice, group practice"), split("all")
    (['small practice', 'group practice'], [])
    """
    return [
        part for part in (part.strip() for part in _PARTS.split(words)) if part and part.casefold() not in EVERYBODY
    ]


def fits(names: Names, words: str) -> bool:
    """Say whether material of this cohort or area is what the names mean; where either is open, it is.

    >>> fits(Names(("hospital",)), "small practice, hospital"), fits(Names(("hospital",)), "small practice"), fits(Names(), "x")
    (True, False, True)
    """
    theirs = split(words)
    return names.open or not theirs or any(_stems(one) == _stems(name) for one in theirs for name in names.known)


def named_in(question: str, known: Collection[str]) -> tuple[str, ...]:
    """Give the known names that a question itself holds.

    >>> named_in("What do hospital secretaries fear?", ["hospital", "small practice"])
    ('hospital',)
    """
    words = f" {_in_order(question)} "
    return tuple(name for name in known if len(name) > 3 and f" {_in_order(name)} " in words)


def _in_order(words: str) -> str:
    return " ".join(stems(re.findall(r"\w+", words.lower())))


def _stems(words: str) -> frozenset[str]:
    return frozenset(stems(re.findall(r"[^\W\d_]+", words.lower()))) - _BESIDE
