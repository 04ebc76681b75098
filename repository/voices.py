"""Who says what: mentions by participant, of whom and when they are asked for, and the codes used beside one."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from repository.codebook import Codebook
from repository.counting import By, Count, Every, period
from repository.domain.coding import Code
from repository.store.prevalence import Appearance, Key, Mention

#: Codes listed beside one.
BESIDE = 12

#: By code: (said by the machine alone, speaker).
Speakers = Mapping[int, Collection[tuple[bool, int]]]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Of whom and when quotes are shown; "", 0 and None: of everybody, whenever."""

    participant: str = ""
    account: str = ""
    cohort: str | None = None
    study: int = 0
    period: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A participant with how many codings and suggestions they say."""

    key: str
    label: str
    account: str
    coded: int
    suggested: int


@dataclass(frozen=True, slots=True)
class BesideRow:
    """Another code: participants who say both in the same words, and who say both at all."""

    code: Code
    theme_name: str
    on_words: int
    at_all: int


class Voices:
    """Who says each mention."""

    def __init__(self, everybody: Sequence[Appearance], speakers: Mapping[Key, Mapping[int, int]]) -> None:
        """Take everybody who was heard, and by mention how much of it each speaker says."""
        self.by_speaker = {one.speaker_id: one for one in everybody}
        self._of = {
            key: [self.by_speaker[i] for i in sorted(said, key=lambda i: -said[i]) if i in self.by_speaker]
            for key, said in speakers.items()
        }
        #: The participant who says most of a mention.
        self.main = {key: found[0].person for key, found in self._of.items() if found}

    def speaker(self, key: Key) -> int | None:
        """Give the speaker who says most of a mention."""
        return next((one.speaker_id for one in self._of.get(key, ())), None)

    def persons(self, key: Key) -> set[str]:
        """Give the participants who say a mention."""
        return {one.person for one in self._of.get(key, ())}

    def within(self, mention: Mention, narrowed: Narrowed) -> bool:
        """Say whether a mention is by somebody, and of a time, that was asked for."""
        if narrowed.study and mention.study_id != narrowed.study:
            return False
        every = Every.QUARTER if "Q" in narrowed.period else Every.MONTH
        if narrowed.period and period(mention.occurred_on, every) != narrowed.period:
            return False
        asked = narrowed.participant or narrowed.account or narrowed.cohort is not None
        return not asked or any(_is_one(one, narrowed) for one in self._of.get(mention.key, ()))

    def rows(self, mentions: Sequence[Mention]) -> tuple[PersonRow, ...]:
        """Count mentions by participant, the most first."""
        counts: dict[str, Counter[bool]] = {}
        for mention in mentions:
            for person in self.persons(mention.key):
                counts.setdefault(person, Counter())[mention.machine] += 1
        named = {one.person: one for one in self.by_speaker.values()}
        rows = [PersonRow(p, named[p].label, named[p].account, c[False], c[True]) for p, c in counts.items()]
        return tuple(sorted(rows, key=lambda row: (-row.coded - row.suggested, row.label)))

    def beside(
        self,
        codebook: Codebook,
        code: Code,
        overlaps: Sequence[tuple[Key, bool, int]],
        said: Speakers,
        by: By,
    ) -> tuple[BesideRow, ...]:
        """Count participants by the other codes they use in the same words, and at all."""
        ids = {code.id, *(below.id for below in codebook.under(code))}
        mine = self._speak(joined(said, ids), by)
        on_words: dict[int, set[str]] = {}
        for key, machine, code_id in overlaps:
            if counts(key[0], by) and counts(machine, by):
                on_words.setdefault(code_id, set()).update(self.persons(key))
        rows = [
            BesideRow(
                other,
                "" if other.is_theme else codebook.theme_of(other).facts.name,
                len(on_words.get(other.id, ())),
                len(self._speak(said.get(other.id, ()), by) & mine),
            )
            for other in codebook.codes
            if other.id in said and other.id not in ids and other not in codebook.path(code)
        ]
        shared = [row for row in rows if row.at_all]
        return tuple(sorted(shared, key=lambda row: (-row.on_words, -row.at_all, row.code.facts.name))[:BESIDE])

    def _speak(self, said: Collection[tuple[bool, int]], by: By) -> set[str]:
        return {self.by_speaker[i].person for machine, i in said if counts(machine, by) and i in self.by_speaker}


def counts(machine: bool, by: By) -> bool:
    """Say whether what the machine (or a person) says counts in a view."""
    return by is By.BOTH or machine is (by is By.MACHINE)


def joined(said: Speakers, ids: Collection[int]) -> set[tuple[bool, int]]:
    """Give who says any of these codes."""
    return {pair for code_id in ids for pair in said.get(code_id, ())}


def participants(said: Collection[tuple[bool, int]], by_speaker: Mapping[int, Appearance]) -> Count:
    """Count participants, without saying of how many."""
    coded, suggested = (
        {by_speaker[i].person for machine, i in said if machine is which and i in by_speaker} for which in (False, True)
    )
    return Count(len(coded), len(suggested), len(coded | suggested))


def _is_one(one: Appearance, narrowed: Narrowed) -> bool:
    return (
        narrowed.participant in ("", one.person)
        and narrowed.account in ("", str(one.account_id or 0))
        and narrowed.cohort in (None, one.cohort)
    )
