"""The day a session took place, where a file or its name says so unmistakably."""

import re
from collections.abc import Sequence
from datetime import date, datetime

_WRITTEN = re.compile(
    r"\b(?:(?P<d1>\d{1,2})(?:st|nd|rd|th)?\.? )?(?P<m>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
    r"(?: (?P<d2>\d{1,2})(?:st|nd|rd|th)?,?)? (?P<y>20\d\d)\b"
)
#: A line that says when, within the first characters of a text.
_STATED = re.compile(r"^[ \t*•-]{0,4}(?:date|datum|fecha|data)[ \t*]{0,4}:([^\n]{4,60})$", re.I | re.M)
_TOP = 1_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: The day in front of, or behind, who writes in an exported chat; parts in the order of a country.
_CHATTED = re.compile(r"(?:^[\u200e\u200f]?|\[)(\d{1,4})([./-])(\d{1,2})\2(\d{2,4}),?\s\d{1,2}:\d\d", re.M)
#: Lines above what is said that may give the day, and the longest of them.
_ABOVE, _LONGEST = 10, 120
_DAY = re.compile(r"(?<!\d)(20\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")


def day_in(words: str) -> date | None:
    """Give the one date in some words (2025-03-11, GMT20211119, Mar 11, 2025); None if there is none, or more than one.

    >>> day_in("GMT20211119-101500_Recording"), day_in("2025-03-11 to 2025-03-12"), day_in("2025-02-31")
    (datetime.date(2021, 11, 19), None, None)
    >>> day_in("Weekly, January 5, 2026"), day_in("11 March 2025"), day_in("March 2025")
    (datetime.date(2026, 1, 5), datetime.date(2025, 3, 11), None)
    """
    told = [(int(year), int(month), int(day)) for year, _, month, day in _DAY.findall(words)]
    for written in _WRITTEN.finditer(words):
        if bool(written["d1"]) != bool(written["d2"]):
            told.append((int(written["y"]), 1 + _MONTHS.index(written["m"]), int(written["d1"] or written["d2"])))
    found = set()
    for parts in told:
        try:
            found.add(date(*parts))
        except ValueError:
            continue
    return found.pop() if len(found) == 1 else None


def day_stated(text: str) -> date | None:
    """Give the date that a line near the beginning of a text states as such; None if there is none.

    >>> day_stated("Kick-off\\nDate: March 3, 2026\\n"), day_stated("We met on 2026-03-03.")
    (datetime.date(2026, 3, 3), None)
    """
    found = _STATED.search(text[:_TOP])
    return day_in(found.group(1)) if found else None


def day_above(notes: Sequence[str]) -> date | None:
    """Give the one day that short lines above what is said have: a recorder's title, "Mar 5, 2024 · 32 min".

    >>> day_above(["Sync (2024-03-05 14:03 GMT+1) - Transcript", "Attendees"]), day_above(["We met on 2024-03-05."])
    (datetime.date(2024, 3, 5), None)
    """
    lines = [line.strip() for note in notes for line in note.split("\n")][:_ABOVE]
    days = {day_in(line) for line in lines if len(line) <= _LONGEST and not line.endswith((".", "!", "?"))} - {None}
    return days.pop() if len(days) == 1 else None


def day_chatted(text: str) -> date | None:
    """Give the day on which an exported chat begins; None where day and month cannot be told apart.

    >>> day_chatted("13/03/2026, 09:15 - Ana: hi"), day_chatted("[9/2/26, 10:15:32 AM] Ana: hi")
    (datetime.date(2026, 3, 13), datetime.date(2026, 9, 2))
    >>> day_chatted("02/03/2026, 09:15 - Ana: hi")
    """
    found = [(a, mark, b, c) for a, mark, b, c in _CHATTED.findall(text)]
    if not found:
        return None
    first, mark, second, third = found[0]
    if len(first) == 4:
        year, month, day = first, second, third
    elif mark == "." or any(int(a) > 12 for a, _, _, _ in found):
        day, month, year = first, second, third
    elif any(int(b) > 12 for _, _, b, _ in found) or re.search(r"\d\s?[AP]M\]?\s", text[:200]):
        month, day, year = first, second, third
    else:
        return None
    try:
        return date(int(year) + (2000 if len(year) < 4 else 0), int(month), int(day))
    except ValueError:
        return None


def day_of(value: object) -> date | None:
    """Give the date that a front matter value is."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return day_in(value) if isinstance(value, str) else None
