"""Signs that a codebook rots, each found from the codes and what is known of their use: values in, findings out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

import numpy as np

from nlp.twins import Pair, closeness
from repository.codebook import Codebook, folded
from repository.domain.coding import Code, CodeMode

#: Share of common words, and codings, from which two codes are used for the same.
SAME_WORDS, SHARED = 0.5, 5
#: Characters below which a definition defines nothing.
THIN = 20
#: Overgrown: this share of all codings and so many of them, or so many times what the middle code has.
SHARE, GROWN, TIMES = 0.1, 30, 5
#: Quotes, and codes, from which quotes far apart can be told; they are, below this part of the middle closeness.
SPREAD, MEASURED, FAR = 20, 5, 0.6
#: Kappa below which coders do not agree ("fair" at best: Landis and Koch 1977).
KAPPA = 0.4
#: Decisions, and the share of rejections, from which the definition misleads.
DECIDED, TURNED_DOWN = 5, 0.6


class Kind(StrEnum):
    """What is wrong, the gravest first."""

    ALIKE = "alike"
    SAME_NAME = "same-name"
    TURNED_DOWN = "turned-down"
    DISAGREED = "disagreed"
    OVERGROWN = "overgrown"
    UNDEFINED = "undefined"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: which codes, why in a sentence, the numbers, and how much it weighs among its kind.

    `coders` are the two who do not agree. Of two codes, the second is used more: the one to keep.
    """

    kind: Kind
    codes: tuple[Code, ...]
    told: str
    parts: tuple[tuple[str, str], ...] = ()
    weight: float = 0.0
    coders: tuple[str, str] | None = None
    waiting: int = 0
    dismissed_by: str = ""

    @property
    def key(self) -> str:
        """Name this finding, whatever its numbers."""
        return ":".join((self.kind.value, *sorted(code.facts.slug for code in self.codes)))


@dataclass(frozen=True, slots=True)
class Use:
    """What is known of the use of each code."""

    coded: Mapping[int, int]
    last: Mapping[int, datetime]
    made: Mapping[int, datetime]
    decided: Mapping[int, tuple[int, int]]
    suggested: Mapping[int, int]
    together: Mapping[tuple[int, int], int]

    def shared(self, one: Code, other: Code) -> tuple[int, int]:
        """Count the codings on words that have both codes, and the codings of either."""
        both = min(self.together.get((one.id, other.id), 0), self.together.get((other.id, one.id), 0))
        return both, self.coded.get(one.id, 0) + self.coded.get(other.id, 0) - both


def alike(codebook: Codebook, use: Use, twins: Iterable[tuple[Code, Code, Pair]]) -> Iterable[Finding]:
    """Find codes that mean nearly the same, or are put on the same words; not those that stand over each other."""
    meant = {(one.id, other.id): pair for one, other, pair in twins}
    used = {(min(pair), max(pair)) for pair in use.together if set(pair) <= codebook.by_id.keys()}
    for first, second in {(min(pair), max(pair)) for pair in meant} | used:
        one, other = codebook.by_id[first], codebook.by_id[second]
        pair = meant.get((first, second)) or meant.get((second, first))
        both, either = use.shared(one, other)
        same = both >= SHARED and both / either >= SAME_WORDS
        related = one in codebook.path(other) or other in codebook.path(one)
        if related or one.retired_at or other.retired_at or not (pair or same) or _named_alike(one, other):
            continue
        parts = [("on the same words", f"{both} of {either} codings")] if either else []
        if pair:
            parts.insert(0, ("names alike by", _hundred(pair.names)))
            if pair.definitions is not None:
                parts.insert(1, ("definitions by", _hundred(pair.definitions)))
        reason = "mean nearly the same" if pair else "are put on the same words"
        if pair and same:
            reason += " and are put on the same words"
        keep = sorted((one, other), key=lambda code: (use.coded.get(code.id, 0), -code.id))
        told = f"“{keep[0].facts.name}” and “{keep[1].facts.name}” {reason}."
        weight = (pair.alike if pair else 0.0) + both / max(1, either)
        yield Finding(Kind.ALIKE, tuple(keep), told, tuple(parts), weight)


def _named_alike(one: Code, other: Code) -> bool:
    return bool({folded(name) for name in _names(one)} & {folded(name) for name in _names(other)})


def _names(code: Code) -> tuple[str, ...]:
    return code.facts.name, *code.facts.aliases


def same_name(codebook: Codebook, use: Use) -> Iterable[Finding]:
    """Find names, and other names, that lead to more than one code."""
    called: dict[str, list[Code]] = {}
    for code in codebook.codes:
        for name in {folded(name) for name in _names(code)}:
            called.setdefault(name, []).append(code)
    told: set[tuple[int, ...]] = set()
    for name, codes in called.items():
        ids = tuple(code.id for code in codes)
        if len(codes) > 1 and ids not in told:
            told.add(ids)
            keep = sorted(codes, key=lambda code: (use.coded.get(code.id, 0), -code.id))
            places = [" › ".join(c.facts.name for c in codebook.path(code)) for code in keep]
            own = all(folded(code.facts.name) == name for code in codes)
            why = "is the name of" if own else "is a name, or another name, of"
            sentence = (
                f"“{codes[0].facts.name if own else name}” {why} {len(codes)} codes: who searches for it finds either."
            )
            yield Finding(
                Kind.SAME_NAME,
                tuple(keep),
                sentence,
                tuple((f"{n}.", place) for n, place in enumerate(places[:6], 1)),
                len(codes),
            )


def turned_down(codebook: Codebook, use: Use) -> Iterable[Finding]:
    """Find codes most of whose suggestions people turn down."""
    for code in codebook.codes:
        accepted, rejected = use.decided.get(code.id, (0, 0))
        decided = accepted + rejected
        if decided >= DECIDED and rejected / decided >= TURNED_DOWN:
            told = f"People turned down {rejected} of {decided} suggestions of “{code.facts.name}”: its definition misleads."
            parts = (("turned down", str(rejected)), ("accepted", str(accepted)))
            yield Finding(Kind.TURNED_DOWN, (code,), told, parts, rejected)


def disagreed(codebook: Codebook, lowest: Mapping[int, tuple[float, str, str]]) -> Iterable[Finding]:
    """Find codes on which two coders agree little; `lowest` is (kappa, coder, coder) by code."""
    for code in codebook.codes:
        kappa, first, second = lowest.get(code.id, (1.0, "", ""))
        if kappa < KAPPA:
            told = f"{first} and {second} do not agree when “{code.facts.name}” applies."
            parts = (("Cohen's kappa", f"{kappa:.2f}"),)
            yield Finding(Kind.DISAGREED, (code,), told, parts, 1 - kappa, coders=(first, second))


def overgrown(codebook: Codebook, use: Use, quoted: Mapping[int, np.ndarray]) -> Iterable[Finding]:
    """Find codes that hold too large a share of all codings, or quotes (n, d) far apart from each other."""
    numbers = [use.coded[code.id] for code in codebook.codes if use.coded.get(code.id)]
    total, middle = sum(numbers), median(numbers) if numbers else 0
    close = {code_id: closeness(vectors) for code_id, vectors in quoted.items() if len(vectors) >= SPREAD}
    usual = median(close.values()) if len(close) >= MEASURED else 0.0
    for code in codebook.codes:
        coded = use.coded.get(code.id, 0)
        much = coded >= GROWN and coded >= SHARE * total and coded >= TIMES * middle
        far = usual > 0 and code.id in close and close[code.id] < FAR * usual
        if not much and not far:
            continue
        parts = [("codings", f"{coded} of {total}"), ("the middle code has", f"{middle:g}")]
        why = [f"holds {coded} of all {total} codings"] if much else []
        if far:
            why.append("has quotes that are far apart from each other")
            parts += [("its quotes are alike by", _hundred(close[code.id])), ("the middle code's by", _hundred(usual))]
        told = f"“{code.facts.name}” {' and '.join(why)}: it may be several codes."
        yield Finding(Kind.OVERGROWN, (code,), told, tuple(parts), coded / max(1, total))


def undefined(codebook: Codebook, use: Use) -> Iterable[Finding]:
    """Find codes whose definition says nothing."""
    for code in codebook.codes:
        text = code.facts.definition.strip()
        used = use.coded.get(code.id, 0)
        if folded(text) in ("", folded(code.facts.name)):
            silent = code.facts.mode is not CodeMode.MANUAL and not code.facts.examples
            more = ", and the machine has nothing to go by" if silent and not codebook.children(code) else ""
            told = f"“{code.facts.name}” has no definition: everybody codes with their own{more}."
        elif len(text) < THIN:
            told = f"The definition of “{code.facts.name}” says little more than its name."
        else:
            continue
        yield Finding(Kind.UNDEFINED, (code,), told, (("codings", str(used)),), used)


def unused(codebook: Codebook, use: Use, now: datetime, months: int) -> Iterable[Finding]:
    """Find codes that nobody used for months, or ever, where anything is coded at all; the topmost of each branch."""
    since = now - timedelta(days=months * 30.44)
    found: set[int | None] = set()
    for code in codebook.codes if use.coded else ():
        if code.parent_id in found:
            found.add(code.id)
            continue
        family = (code, *codebook.under(code))
        times = [use.last[c.id] for c in family if c.id in use.last]
        last, made = max(times, default=None), use.made.get(code.id)
        if (last and last >= since) or (made and made >= since):
            continue
        found.add(code.id)
        waiting = sum(use.suggested.get(c.id, 0) for c in family)
        when = f"has not been used since {last.day} {last:%B %Y}" if last else "was never used by anybody"
        below = f", nor any of the {len(family) - 1} codes below it" if len(family) > 1 else ""
        parts = (("suggestions waiting", str(waiting)),) if waiting else ()
        age = (now - last).days if last else 10_000
        yield Finding(
            Kind.UNUSED, (code,), f"“{code.facts.name}” {when}{below}.", parts, age - waiting, waiting=waiting
        )


def _hundred(cosine: float) -> str:
    return f"{max(0, round(100 * cosine))} of 100"
