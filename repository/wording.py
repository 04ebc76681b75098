"""How things are put into words the same way everywhere: citations, times."""

from datetime import date


def citation(study: str, speaker: str, occurred_on: date | None) -> str:
    """Say whose words a quote is, for copying with it.

    >>> citation("Why no calendar?", "P07", date(2025, 3, 11))
    '— P07, “Why no calendar?”, 11 March 2025'
    """
    parts = [speaker or "unnamed speaker", f"“{study}”"]
    if occurred_on:
        parts.append(f"{occurred_on.day} {occurred_on:%B %Y}")
    return "— " + ", ".join(parts)


def clock_time(ms: int | None) -> str:
    """Write a time in a recording.

    >>> clock_time(3_723_000), clock_time(34_900), clock_time(None)
    ('1:02:03', '0:34', '')
    """
    if ms is None:
        return ""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
