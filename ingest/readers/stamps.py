"""Times as transcripts write them, in milliseconds."""

import re
from bisect import bisect_right
from collections.abc import Sequence

#: A time as part of a pattern: 0:03, 75:10, 1:00:15, 00:00:04.859, 00:05,000.
STAMP = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_LENIENT = re.compile(r"(?:(\d{1,4}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,3}))?(?!\d)")


def parse_stamp(stamp: str) -> int | None:
    """Give a time's milliseconds, None if it is malformed.

    Hours may exceed 99 and minutes 59 where there are no hours. Old Teams files pad nothing: their `0:0:10.20` ends in
    20 milliseconds, not in two tenths.

    >>> parse_stamp("75:10"), parse_stamp("1:00:15"), parse_stamp("00:05,5"), parse_stamp("0:0:10.20"), parse_stamp("x")
    (4510000, 3615000, 5500, 10020, None)
    """
    found = _LENIENT.fullmatch(stamp.strip())
    if found is None:
        return None
    hours, minutes, seconds, fraction = found.groups()
    if int(seconds) > 59 or (hours is not None and int(minutes) > 59):
        return None
    unpadded = hours is not None and len(minutes) == 1
    ms = int(fraction if unpadded else fraction.ljust(3, "0")) if fraction else 0
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + ms


def in_order(times: Sequence[int | None]) -> list[bool]:
    """Say for each time whether it belongs to the longest sequence that never runs backwards (patience sorting).

    >>> in_order([1, 99, 2, None, 3])
    [True, False, True, False, True]
    """
    tops: list[int] = []  # smallest last time of a sequence of each length
    at: list[int] = []  # whose time that is
    before: dict[int, int] = {}
    for index, time in enumerate(times):
        if time is None:
            continue
        place = bisect_right(tops, time)
        if place:
            before[index] = at[place - 1]
        tops[place : place + 1] = [time]
        at[place : place + 1] = [index]
    kept = [False] * len(times)
    index = at[-1] if at else -1
    while index >= 0:
        kept[index] = True
        index = before.get(index, -1)
    return kept
