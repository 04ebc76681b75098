"""Names of groups, from the words that set each apart, and the texts that stand for each.

Terms are weighed by class-based TF-IDF (Grootendorst 2022, "BERTopic"): all texts of a group are one, and a term counts
that is frequent there and rare elsewhere. Nouns come first, and names keep the spelling of the texts.
"""

import re
from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.embedding import Vectors
from nlp.language import noun_phrases
from nlp.neighbours import Numbers, mean_of, unit
from nlp.words import STOP, VAGUE, WORD, stems

#: Terms in a name.
TERMS = 2
#: Texts of which a term must be part to name a group of more texts than that.
SHARED = 2
#: A phrase of two words counts this much more than its words' mean: it says more, and is rarer.
PHRASE = 1.5
#: Best terms of a group that are looked at for being nouns, and texts in which each is.
LOOKED_AT, IN_TEXTS = 12, 3
#: A word that is no noun counts this much of one.
OTHER = 0.5
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
#: What people say without a subject, in talk more than in writing.
TALK = frozenset(
    re.findall(
        r"\w+",
        """able actually almost already although anyway basically believe bit certain certainly completely definitely
        different easy especially etc exactly fine general generally great guess hello hi hmm however important
        interesting kind lots maybe mm nice obviously okay ok particular particularly pretty probably please possible
        should shall sort specific stuff super thank thanks totally uh um understand various want wish yeah""",
    )
)
_Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Term:
    """A run of one or two stems as a text spells it."""

    stems: _Stems
    spelling: str
    inside: bool  # not at the beginning of a sentence, so that a capital is the word's own
    end: int


def name_groups(
    texts: Sequence[str], labels: Numbers, *, people: Sequence[str] = (), only: Collection[int] | None = None
) -> dict[int, str]:
    """Give each group's label a name of one to three terms, no two the same and none empty.

    `labels` (n,) below 0 are in no group. Words of `people`'s names never stand in a name. With `only`, these groups are
    named, and the others only tell what is common: looking up which terms are nouns takes most of the time.

    >>> texts = ["The CSV export is empty.", "Where is the CSV export?", "Our calendar is late.", "I use the calendar."]
    >>> name_groups(texts, np.array([0, 0, 1, 1]))
    {0: 'CSV export', 1: 'calendar'}
    """
    barred = set(stems(word.lower() for name in people for word in WORD.findall(name)))
    groups = [int(label) for label in np.unique(labels[labels >= 0])]
    found: dict[int, Counter[_Stems]] = {label: Counter() for label in groups}
    spread: dict[int, Counter[_Stems]] = {label: Counter() for label in groups}
    spellings: dict[_Stems, Counter[str]] = {}
    said: dict[int, dict[_Stems, list[tuple[int, int]]]] = {label: {} for label in groups}
    for number, (text, label) in enumerate(zip(texts, labels, strict=True)):
        if label < 0:
            continue
        spoken = [term for term in _terms(text) if not barred.intersection(term.stems)]
        found[int(label)].update(term.stems for term in spoken)
        spread[int(label)].update({term.stems for term in spoken})
        for term in spoken:
            if len(heard := said[int(label)].setdefault(term.stems, [])) < IN_TEXTS:
                heard.append((number, term.end))
            own = term.spelling if term.inside else _lowered(term.spelling)
            spellings.setdefault(term.stems, Counter())[own] += 2 if term.inside else 1
    names: dict[int, str] = {}
    taken: set[str] = set()
    looked_at = zip(groups, _weighed(groups, found, spread), strict=True)
    weighed = [terms[:LOOKED_AT] for label, terms in looked_at if only is None or label in only]
    groups = [label for label in groups if only is None or label in only]
    places = [[said[label][term] for term, _ in terms] for label, terms in zip(groups, weighed, strict=True)]
    for label, terms, nouns in zip(groups, weighed, _nouns(texts, places), strict=True):
        chosen = _chosen(_readable(terms, nouns, spellings))
        words = [_common(spellings[term]) for term in chosen]
        name = next((name for name in _candidates(words) if name.casefold() not in taken), "")
        if not name:
            first = words[0] if words else "other"
            name = next(name for i in range(2, len(groups) + 3) if (name := f"{first} ({i})").casefold() not in taken)
        names[label] = name
        taken.add(name.casefold())
    return names


def _candidates(words: Sequence[str]) -> list[str]:
    """Give names, the best first: the usual number of terms, then more, then others."""
    if not words:
        return ["other"]
    more = [", ".join((*words[:TERMS], word)) for word in words[TERMS:]]
    return [", ".join(words[:TERMS]), *more]


def _nouns(texts: Sequence[str], places: Sequence[Sequence[Sequence[tuple[int, int]]]]) -> list[list[bool]]:
    """Say of each group's terms whether they end noun phrases, in half of the places (text, end) looked at or more."""
    read = sorted({number for terms in places for term in terms for number, _ in term})
    spans = noun_phrases([texts[number] for number in read]) if read else []
    ends = {number: {end for _, end in found} for number, found in zip(read, spans, strict=True)}
    return [[2 * sum(end in ends[number] for number, end in term) >= len(term) for term in terms] for terms in places]


def _readable(
    terms: Sequence[tuple[_Stems, float]], nouns: Sequence[bool], spellings: dict[_Stems, Counter[str]]
) -> list[_Stems]:
    """Give terms, the best first: other words count less than nouns, and those with capitals, as persons have, nothing."""
    told = [
        (weight if noun else weight * OTHER, term)
        for (term, weight), noun in zip(terms, nouns, strict=True)
        if noun or _common(spellings[term]).islower()
    ]
    return [term for _, term in sorted(told, key=lambda one: (-one[0], one[1]))]


def _terms(text: str) -> list[_Term]:
    """Give the subject words of a text and the pairs of them that stand side by side."""
    found: list[_Term] = []
    matches = list(_WORD.finditer(text))
    keys = stems(match.group().lower() for match in matches)
    before: tuple[str, re.Match[str], bool] | None = None
    for match, key in zip(matches, keys, strict=True):
        word = match.group()
        if not _names(word):
            before = None
            continue
        inside = not re.search(r"(?:^|[.!?…:\n])[\s\"“'(\-–—]*$", text[: match.start()][-8:] if match.start() else "")
        found.append(_Term((key,), word, inside, match.end()))
        if before and text[before[1].end() : match.start()] == " " and before[0] != key:
            found.append(_Term((before[0], key), text[before[1].start() : match.end()], before[2], match.end()))
        before = (key, match, inside)
    return found


def _names(word: str) -> bool:
    plain = word.lower().replace("’", "'")
    first = plain.split("'")[0]
    barred = first in STOP or first in VAGUE or first in TALK or plain.endswith("n't")
    return len(plain) > 1 and not barred and any(character.isalpha() for character in plain)


def _lowered(spelling: str) -> str:
    """Lower the capital of a sentence's first word, but not of one that has more capitals: "CSV export"."""
    first = spelling.split(" ")[0].split("-")[0]
    return spelling if sum(character.isupper() for character in first) > 1 else spelling[:1].lower() + spelling[1:]


def _common(spellings: Counter[str]) -> str:
    return min(spellings.items(), key=lambda told: (-told[1], told[0]))[0]


def _weighed(
    groups: Sequence[int], found: dict[int, Counter[_Stems]], spread: dict[int, Counter[_Stems]]
) -> list[list[tuple[_Stems, float]]]:
    """Give each group's terms with their weights, the most characteristic first; in how many texts counts by its root."""
    total: Counter[_Stems] = Counter()
    for label in groups:
        total.update(found[label])
    average = sum(total.values()) / max(len(groups), 1)
    weighed = []
    for label in groups:
        texts = spread[label]
        enough = SHARED if any(count >= SHARED for count in texts.values()) else 1
        weights = {
            term: float(np.sqrt(texts[term]))
            * float(np.log1p(average / total[term]))
            * (PHRASE if len(term) > 1 else 1)
            for term in texts
            if texts[term] >= enough
        }
        weighed.append(sorted(weights.items(), key=lambda told: (-told[1], told[0])))
    return weighed


def _chosen(ranked: Sequence[_Stems], most: int = 8) -> list[_Stems]:
    """Take terms in turn, but none whose words are already there."""
    chosen: list[_Stems] = []
    for term in ranked:
        if not any(set(term) & set(other) for other in chosen):
            chosen.append(term)
        if len(chosen) == most:
            break
    return chosen


def exemplars(vectors: Vectors, owners: Sequence[Hashable], count: int) -> list[int]:
    """Give places of up to count of a group's texts (n, d), the most central first, each of another owner if there is one.

    An owner is whoever said it: a participant, or a source. Where there are fewer owners than count, the rest are the most
    central of what is left; the same words are taken once as long as there are others.
    """
    if not len(vectors):
        return []
    central = vectors @ unit(mean_of(vectors)[None])[0]
    order = [int(place) for place in np.argsort(-central, kind="stable")]
    chosen: list[int] = []
    for same_owner, same_words in ((False, False), (True, False), (True, True)):
        for place in order:
            if len(chosen) == count:
                return chosen
            fits = same_owner or owners[place] not in {owners[other] for other in chosen}
            if place not in chosen and fits and (same_words or not _repeats(vectors, chosen, place)):
                chosen.append(place)
    return chosen


def _repeats(vectors: Vectors, chosen: Sequence[int], place: int) -> bool:
    near: NDArray[np.float32] = vectors[list(chosen)] @ vectors[place]
    return bool((near > 0.98).any())
