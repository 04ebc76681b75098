"""Words: which of a text carry its subject, and which are forms of one another."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")

#: Words that carry no subject. Short on purpose: rarity decides the rest.
STOP = frozenset(
    re.findall(
        r"\w+",
        """a about all also am an and any are as at be because been but by can could did do does doing done for from get
        got had has have having he her here him his how i if in into is it its just like me more most my no not of on
        or our out over said say says she should so some such than that the their them then there these they this those
        to too up us very was we were what when where which while who whom why will with would you your""",
    )
)


def content_words(text: str) -> list[str]:
    """Give a text's words in lower case, once each, without those that carry no subject.

    >>> content_words("Why did the reminders NOT reach them?")
    ['reminders', 'reach']
    """
    words = [match.group().lower() for match in WORD.finditer(text)]
    return list(dict.fromkeys(word for word in words if word.replace("’", "'").split("'")[0] not in STOP))


def stems(words: Iterable[str]) -> list[str]:
    """Give the stem of each word, so that forms of a word compare equal (Snowball, English).

    >>> stems(["reminders", "reminded"])
    ['remind', 'remind']
    """
    found: list[str] = _stemmer().stemWords(list(words))
    return found


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
