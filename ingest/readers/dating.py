"""The day a session took place, where a file or its name says so unmistakably."""

import re
from datetime import date, datetime

_DAY = re.compile(r"(?<!\d)(20\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")


def day_in(words: str) -> date | None:
    """Give the one date in some words (2025-03-11, 2025_03_11, GMT20211119); None if there is none, or more than one.

    >>> day_in("GMT20211119-101500_Recording"), day_in("2025-03-11 to 2025-03-12"), day_in("2025-02-31")
    (datetime.date(2021, 11, 19), None, None)
    """
    found = set()
    for year, _, month, day in _DAY.findall(words):
        try:
            found.add(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return found.pop() if len(found) == 1 else None


def day_of(value: object) -> date | None:
    """Give the date that a front matter value is."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return day_in(value) if isinstance(value, str) else None
