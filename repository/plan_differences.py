"""What a plan's question is about, and in what words that were said differ from it: cohort, role, product area, channel."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from repository.cohort_matching import Names, fits, named_in, names_in, split
from repository.domain.plan import PlanFacts
from repository.plan_quotes import PlanQuote

#: Ways to reach people that are easily taken for one another.
_CHANNELS = {
    "text message": r"text(?:s|ed|ing)?\b(?! of| field| box| size)|sms\b|whatsapp",
    "e-mail": r"e-?mail(?:s|ed)?\b|inbox",
    "phone call": r"phone calls?|call(?:s|ed|ing)? (?:them|him|her|people|patients|you|me|us|round)|rang|ring(?:s|ing)? (?:them|him|her|people|patients|round)|telephone",
    "letter": r"letters?\b|by post\b|postal",
    "app": r"\bapps?\b|push notification",
    "website": r"website|web page|online booking|booking page|portal",
}
_COMPILED = {name: re.compile(rf"\b(?:{words})", re.I) for name, words in _CHANNELS.items()}


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what a question is about: the words of the plan, and the known names they resolve to."""

    cohort: str
    area: str
    cohorts: Names
    areas: Names
    channels: frozenset[str]

    def fits_people(self, quote: PlanQuote) -> bool:
        """Say whether the words are of people the plan asks about."""
        return fits(self.cohorts, _whose(quote))

    def fits_area(self, quote: PlanQuote) -> bool:
        """Say whether the words are from the plan's product area."""
        return fits(self.areas, quote.product_area)

    def differs(self, quote: PlanQuote) -> tuple[str, ...]:
        """Name what differs in a quote's people, product area and channel."""
        found = []
        if not self.fits_people(quote):
            if self.cohorts.strange and not self.cohorts.known and quote.role:
                found.append(f"said by: {quote.role} ({quote.cohort or 'cohort unknown'}), not {self.cohort}")
            else:
                found.append(f"other cohort: {quote.cohort or quote.role or 'unknown'}, not {self.cohort}")
        if not self.fits_area(quote):
            found.append(f"other product area: {quote.product_area}, not {self.area}")
        spoken = channels_in(quote.words)
        if self.channels and spoken and not spoken & self.channels:
            found.append(f"other channel: {', '.join(sorted(spoken))}, not {', '.join(sorted(self.channels))}")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The cohorts, roles and product areas that are known here."""

    cohorts: tuple[str, ...]
    roles: tuple[str, ...]
    areas: tuple[str, ...]


def about(question: str, facts: PlanFacts, known: Vocabulary) -> About:
    """Say what a question is about: a cohort that the question itself names goes before the plan's."""
    own = named_in(question, known.cohorts)
    cohorts = Names(own) if own else names_in(facts.cohort, (*known.cohorts, *known.roles))
    return About(
        cohort=", ".join(own) or facts.cohort,
        area=facts.product_area,
        cohorts=cohorts,
        areas=names_in(facts.product_area, known.areas),
        channels=channels_in(question),
    )


def channels_in(words: str) -> frozenset[str]:
    """Name the channels that words speak of.

    >>> sorted(channels_in("Should we ring people or send a text?"))
    ['phone call', 'text message']
    """
    return frozenset(name for name, pattern in _COMPILED.items() if pattern.search(words))


def cohorts_of(quotes: Sequence[PlanQuote]) -> tuple[str, ...]:
    """Give the cohorts of quotes, once each."""
    return tuple(dict.fromkeys(name for quote in quotes for name in split(quote.cohort)))


def areas_of(quotes: Collection[PlanQuote]) -> tuple[str, ...]:
    """Give the product areas of quotes, once each."""
    return tuple(dict.fromkeys(quote.product_area for quote in quotes if quote.product_area))


def _whose(quote: PlanQuote) -> str:
    # Where somebody's own cohort is not known, their study's may be one of several: any of them.
    return ", ".join(part for part in (quote.cohort, quote.role) if part) if quote.cohort else ""
