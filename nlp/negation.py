"""Words that are denied: "I was never afraid" speaks of fear and denies it. English, and by rule: near is not sure."""

import re
from collections.abc import Collection

from nlp.words import WORD, stems

#: Words that deny what follows them, and words before which one does.
DENIALS = frozenset(("no", "not", "never", "none", "nobody", "nothing", "without", "hardly", "barely", "cannot"))
#: Words that may stand between a denial and what it denies.
REACH = 2
#: What ends the reach of a denial.
BREAK = re.compile(r"[.,;:!?…\n()–—-]|\b(?:but|because|until|unless|and|so)\b", re.I)


def denied(text: str, subject: Collection[str]) -> tuple[tuple[int, int], ...]:
    """Give the spans from a denial to a word whose stem is one of `subject`.

    >>> text = "We were never really afraid of it. I was afraid, not happy."
    >>> [text[a:b] for a, b in denied(text, {"afraid"})]
    ['never really afraid']
    """
    words = [(match.start(), match.end(), match.group()) for match in WORD.finditer(text)]
    found = []
    for place, (_, end, _word) in enumerate(words):
        if stem_of(words[place][2]) not in subject:
            continue
        for before in reversed(words[max(0, place - REACH - 1) : place]):
            if BREAK.search(text, before[1], words[place][0]) or BREAK.fullmatch(before[2]):
                break
            if denies(before[2]):
                found.append((before[0], end))
                break
    return tuple(found)


def stem_of(word: str) -> str:
    """Give the stem of a word, whatever its case.

    >>> stem_of("Reminders")
    'remind'
    """
    return stems([word.lower()])[0]


def denies(word: str) -> bool:
    """Say whether a word denies what follows.

    >>> denies("Never"), denies("didn’t"), denies("nice")
    (True, True, False)
    """
    plain = word.lower().replace("’", "'")
    return plain in DENIALS or plain.endswith("n't")
