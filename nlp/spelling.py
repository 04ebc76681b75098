"""Words that are nearly the same: what somebody may have meant who misspelt one."""

from collections.abc import Collection, Sequence

from nlp.words import stems

#: Endings that a stem may lack.
ENDING = 5


def slips(word: str) -> int:
    """Say how many slips a word of this length may have: 1 from four letters on, 2 from eight on; 0: too short to tell.

    >>> slips("seat"), slips("calendar"), slips("cat"), slips("P07x")
    (1, 2, 0, 0)
    """
    if not word.isalpha() or len(word) < 4:
        return 0
    return 1 if len(word) <= 7 else 2


def distance(one: str, other: str) -> int:
    """Count the letters put in, left out, changed, or swapped with the next (optimal string alignment).

    >>> distance("calender", "calendar"), distance("recieve", "receive")
    (1, 1)
    """
    from rapidfuzz.distance import OSA

    return int(OSA.distance(one, other))


def near_stems(word: str, known: Collection[str], limit: int) -> list[str]:
    """Give the stems, nearest first, that a misspelt word may be a form of. The forms themselves have to be compared.

    >>> near_stems("remnders", ["remind", "remain", "calendar"], 1)
    ['remind']
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    most = slips(word)
    if not most:
        return []
    held = [term for term in known if len(word) - ENDING - most <= len(term) <= len(word) + most and len(term) > 2]
    best: dict[str, int] = {}
    for form in dict.fromkeys([stems([word])[0], *_beginnings(word)]):
        fitting = [term for term in held if abs(len(term) - len(form)) <= most]
        for term, far, _ in process.extract(form, fitting, scorer=OSA.distance, score_cutoff=most, limit=None):
            best[term] = min(best.get(term, most), int(far))
    stem = len(stems([word])[0])
    return sorted(best, key=lambda term: (best[term], abs(len(term) - stem), term))[:limit]


def _beginnings(word: str) -> Sequence[str]:
    return [word[:end] for end in range(len(word), max(3, len(word) - ENDING), -1)]
