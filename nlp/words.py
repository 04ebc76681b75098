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


#: Words that a question may rest on but that say little about what somebody is talking about, in any research.
VAGUE = frozenset(
    re.findall(
        r"\w+",
        """actually after again always another anybody anyone anything around away back before being best better big bit
        call called came come comes day days different down each either else end even ever every everybody everything
        few find first found four full give given go goes going gone good happen happened hard here however keep kept
        kind know last late later least left less let like little long look looked looks lot made make makes many maybe
        mean might moment much must need needed never new next nobody nothing now number often old once one only open
        other others own part people person place point put quite rather real really right same saw see seen several
        simply since somebody someone something sometimes speaker still stop sure take taken takes tell tells than
        thing things think though thought three through time times today together told too took tried try turn turned
        turns two under until use used uses using usually want wanted wants way week weeks well went whatever whether
        whole without work worked works worse wrong yes yet""",
    )
)


def subject_words(text: str) -> list[str]:
    """Give a text's content words without the vague ones.

    >>> subject_words("The first thing I didn't see was the reminder.")
    ['reminder']
    """
    return [word for word in content_words(text) if word not in VAGUE and not word.replace("’", "'").endswith("n't")]


def exactly(phrase: str) -> re.Pattern[str]:
    """Make the pattern of a phrase: its words in this form and order, whatever their case and what stands between them.

    >>> bool(exactly("don't know: why").search("I don’t know, why not")), bool(exactly("know").search("unknown"))
    (True, False)
    """
    words = (re.sub("['’]", "['’]", re.escape(word.replace("’", "'"))) for word in WORD.findall(phrase))
    return re.compile(r"(?<!\w)" + r"[\W_]+".join(words) + r"(?!\w)", re.IGNORECASE)


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
