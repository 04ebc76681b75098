"""How things are put into words the same way everywhere: citations, times."""

from datetime import date

from repository.domain.transcript import SessionKind


def said_by(speaker: str, kind: SessionKind) -> str:
    """Say whose words a quote is: notes have no speaker, and a transcript may not name one.

    >>> said_by("P07", SessionKind.INTERVIEW), said_by("", SessionKind.NOTE), said_by("", SessionKind.INTERVIEW)
    ('P07', 'notes', 'unnamed speaker')
    """
    return speaker or ("notes" if kind is SessionKind.NOTE else "unnamed speaker")


def citation(study: str, speaker: str, occurred_on: date | None) -> str:
    """Say whose words a quote is, for copying with it.

    >>> citation("Why no calendar?", "P07", date(2025, 3, 11))
    '— P07, “Why no calendar?”, 11 March 2025'
    """
    parts = [speaker, f"“{study}”"]
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


def odds(score: float) -> str:
    """Say in words what a score from 0 to 1 means.

    >>> odds(0.83), odds(0.98), odds(0.02)
    ('about 8 of 10 such are right', 'nearly all such are right', 'hardly any such is right')
    """
    of_ten = round(score * 10)
    if 0 < of_ten < 10:
        return f"about {of_ten} of 10 such {'is' if of_ten == 1 else 'are'} right"
    return "nearly all such are right" if of_ten else "hardly any such is right"
