"""Times as transcripts write them, in milliseconds."""

import re
from bisect import bisect_right
from collections.abc import Sequence

#: A time as part of a pattern: 0:03, 75:10, 1:00:15, 00:00:04.859, 00:05,000, 00:01:02:13 (with frames), 10:03 AM.
STAMP = r"\d{1,3}:\d{2}(?::\d{2}){0,2}(?:[.,]\d{1,3})?(?:\s?[AaPp]\.?[Mm]\b\.?)?"
_LENIENT = re.compile(r"(?:(\d{1,4}):)?(\d{1,3}):(\d{1,2})(?::\d{2})?(?:[.,](\d{1,3}))?(?:\s?([AaPp])\.?[Mm]\.?)?")
#: What old Teams files write: one digit of minutes or seconds.
UNPADDED = re.compile(r"\d{1,4}:(?:\d:\d{1,2}|\d{1,2}:\d)\b")


def parse_stamp(stamp: str, *, unpadded: bool = False) -> int | None:
    """Give a time's milliseconds, None if it is malformed.

    Hours may exceed 99 and minutes 59 where there are no hours; frames are dropped; a time of day counts from midnight.
    Old Teams files pad nothing (`unpadded`): their `0:10:51.70` ends in 70 milliseconds, not in seven tenths.

    >>> [parse_stamp(stamp) for stamp in ("75:10", "1:00:15", "00:05,5", "00:01:02:13", "x")]
    [4510000, 3615000, 5500, 62000, None]
    >>> parse_stamp("0:0:10.20", unpadded=True), parse_stamp("12:01 AM"), parse_stamp("1:02:03 pm")
    (10020, 60000, 46923000)
    """
    found = _LENIENT.fullmatch(stamp.strip())
    if found is None:
        return None
    hours, minutes, seconds, fraction, half = found.groups()
    if half and hours is None:  # "10:03 AM" has no seconds
        hours, minutes, seconds = minutes, seconds, "0"
    if int(seconds) > 59 or (hours is not None and int(minutes) > 59):
        return None
    hour = int(hours or 0)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "Pp" else 0)
    ms = int(fraction if unpadded else fraction.ljust(3, "0")) if fraction else 0
    return ((hour * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + ms


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
