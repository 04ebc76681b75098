"""How a report was made, written from its data: what was counted, by whose word, and what was left out."""

from collections.abc import Mapping, Sequence
from datetime import date

from repository.domain.report import Contents
from repository.report_counting import LEVEL


def method_note(
    contents: Contents,
    *,
    coders: Mapping[str, int],
    accepted: int,
    suggested: int,
    undated: int,
    unquotable: int,
    kappa: tuple[float, str, str] | None,
) -> tuple[str, ...]:
    """Write the sentences. `coders` counts codings by person; `kappa` is how far two of them agree over all codes."""
    scope = contents.scope
    days = _days(scope.since, scope.until)
    told = [
        f"Counted are {_of(contents.participants, 'participant')} of {_of(contents.accounts, 'account')}, heard in "
        f"{_of(contents.sessions, 'session')} of {_of(len(contents.studies), 'study', 'studies')}{days}.",
        "A participant counts once for a theme, however often they speak of it; so does an account.",
    ]
    people = ", ".join(
        f"{name} ({count:,})" for name, count in sorted(coders.items(), key=lambda one: (-one[1], one[0]))
    )
    told.append(f"The words were coded by {people}." if people else "Nobody has coded any words within this scope.")
    if accepted:
        told.append(f"{accepted:,} of these codings were proposed by the machine and accepted by a person.")
    if scope.people_only:
        told.append("What the machine suggests and nobody has looked at is not counted.")
    elif suggested:
        told.append(f"Counted as well are {suggested:,} suggestions of the machine that nobody has looked at.")
    if kappa:
        value, first, second = kappa
        told.append(
            f"{first} and {second} coded the same transcripts; over all codes they agree with Cohen’s κ = {value:.2f}."
        )
    told.append(
        f"The range behind a share is its {LEVEL:.0%} interval (Wilson). It says how sure the share is if these people are a "
        "sample of many; nobody chose them by chance, so the truth may lie outside it more often."
    )
    if undated:
        told.append(
            f"{_of(undated, 'session')} without a day {'is' if undated == 1 else 'are'} left out of the period."
        )
    if unquotable:
        told.append(
            f"Words from {_of(unquotable, 'session')} are counted and not quoted, because those who spoke did not agree to it."
        )
    told.append("Quotes are chosen by rule: everybody’s strongest before anybody’s second.")
    return tuple(told)


def _days(since: date | None, until: date | None) -> str:
    if since and until:
        return f" from {_day(since)} to {_day(until)}"
    return f" since {_day(since)}" if since else f" up to {_day(until)}" if until else ""


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def _of(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Name a few of many.

    >>> listed(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"
