"""Insights that are known today, and those that speak to a question: what search, asking and planning show first.

What is superseded or retired is never among them; the words of a superseded one lead to what took its place.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from nlp.words import stems, subject_words
from repository.confidence import Confidence
from repository.domain.access import Viewer
from repository.domain.insight import Insight, InsightState
from repository.errors import Unavailable
from repository.insight_rules import chain, storable
from repository.insight_views import confidences
from repository.meanings import meanings
from repository.retrieval import KEYWORD, MEANING, query_vector
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Share of the question's words, weighed by how rare they are among insights, from which words alone find an insight.
SHARED = 0.5
#: Cosine from which meaning alone finds one: from the claim or its text, and from the words of its evidence.
NEAR, NEAR_QUOTE = 0.4, 0.5
#: Seconds a search waits for the meaning of texts that are new; the rest is made in the background.
WAIT = 0.5
#: Characters of a question looked at.
ASKED = 1_000


@dataclass(frozen=True, slots=True)
class FoundInsight:
    """A current insight: `score` 0..1, which arms found it ("keyword", "meaning"), and why in plain words.

    `confidence` says in words what it rests on, counted within what the viewer may see; `sure` are its parts. `through`
    is the claim of the superseded insight whose words were found, "" if its own were.
    """

    insight: Insight
    score: float
    arms: tuple[str, ...]
    why: str
    confidence: str
    through: str = ""
    sure: Confidence | None = None


@dataclass(frozen=True, slots=True)
class _Texts:
    """What may be found of an insight: its own texts, and the words of its evidence that the viewer may read."""

    insight: Insight
    own: tuple[str, ...]
    quotes: tuple[str, ...]


def current_insights(workspace: Workspace, viewer: Viewer) -> list[FoundInsight]:
    """Give everything that is known today, what changed last first."""
    with workspace.read() as unit:
        held = unit.insights.all([state for state in InsightState if state.is_current])
        sure = confidences(unit, viewer, [insight.id for insight in held], workspace.clock().date())
    return [FoundInsight(insight, 1.0, (), "", sure[insight.id].told, sure=sure[insight.id]) for insight in held]


def find_insights(workspace: Workspace, viewer: Viewer, text: str, limit: int = 5) -> list[FoundInsight]:
    """Find current insights by words and by meaning, best first."""
    return find_for_each(workspace, viewer, [text], limit)[0]


def find_for_each(
    workspace: Workspace, viewer: Viewer, questions: Sequence[str], limit: int = 5
) -> list[list[FoundInsight]]:
    """Find current insights for each of many questions; what they say is read once."""
    asked = [" ".join(storable(text).split())[:ASKED] for text in questions]
    with workspace.read() as unit:
        texts, leads = _texts(unit, viewer) if any(asked) else ([], {})
    ranked = [_ranked(workspace, text, texts, leads)[:limit] if text else [] for text in asked]
    with workspace.read() as unit:
        ids = list({found.insight.id for some in ranked for found in some})
        sure = confidences(unit, viewer, ids, workspace.clock().date())
    return [
        [replace(one, confidence=sure[one.insight.id].told, sure=sure[one.insight.id]) for one in some]
        for some in ranked
    ]


def _ranked(
    workspace: Workspace, text: str, texts: Sequence[_Texts], leads: Mapping[int, Insight]
) -> list[FoundInsight]:
    """Give the insights that speak to a question, best first."""
    by_words = _by_words(text, texts)
    by_meaning = _by_meaning(workspace, text, texts)
    best: dict[int, FoundInsight] = {}
    for one in texts:
        found = _judged(one, by_words.get(one.insight.id), by_meaning.get(one.insight.id))
        if found is None:
            continue
        if (after := leads.get(one.insight.id)) is not None:
            found = replace(found, insight=after, through=one.insight.facts.claim)
        known = best.get(found.insight.id)
        if known is None or (found.score, not found.through) > (known.score, not known.through):
            best[found.insight.id] = found
    return sorted(best.values(), key=lambda found: (-found.score, found.insight.id))


def _texts(unit: Unit, viewer: Viewer) -> tuple[list[_Texts], dict[int, Insight]]:
    """Give what can be found, and where superseded ones lead."""
    everything = unit.insights.all([state for state in InsightState if state.is_current or state.is_over])
    leads = chain(everything)
    held = [one for one in everything if one.state.is_current or one.id in leads]
    quotes: dict[int, list[str]] = {}
    for insight_id, quote in unit.evidence.words(viewer):
        quotes.setdefault(insight_id, []).append(quote)
    return [
        _Texts(one, tuple(filter(None, (one.facts.claim, one.facts.body))), tuple(quotes.get(one.id, ())))
        for one in held
    ], leads


def _by_words(text: str, texts: Sequence[_Texts]) -> dict[int, tuple[float, tuple[str, ...]]]:
    """Give, for each insight, the share (0..1) of the question's words that it has, and which."""
    words = subject_words(text)
    asked = dict(zip(stems(words), words, strict=True))
    said = {one.insight.id: frozenset().union(*map(_stems, (*one.own, *one.quotes))) for one in texts}
    common = Counter(stem for own in said.values() for stem in own if stem in asked)
    weight = {stem: math.log(1 + (len(texts) + 1) / (common[stem] + 0.5)) for stem in asked}
    total = sum(weight.values())
    found = {}
    for key, own in said.items():
        shared = [stem for stem in asked if stem in own]
        if shared:
            found[key] = (sum(weight[stem] for stem in shared) / total, tuple(asked[stem] for stem in shared))
    return found


@lru_cache(20_000)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stems(subject_words(text)))


def _by_meaning(workspace: Workspace, text: str, texts: Sequence[_Texts]) -> dict[int, tuple[float, float]]:
    """Give, for each insight, the cosine of the question with its own texts, and with its evidence."""
    if workspace.embedder_if_ready() is None or not texts:
        return {}
    try:
        asked = query_vector(workspace, text)
        claims = [text for one in texts for text in one.own]  # first: what there is no time for are quotes
        quotes = [text for one in texts for text in one.quotes]
        known = meanings(workspace, list(dict.fromkeys([*claims, *quotes])), seconds=WAIT)
    except Unavailable:
        return {}

    def nearest(some: Sequence[str]) -> float:
        return max((float(known[t] @ asked) for t in some if t in known), default=0.0)

    return {one.insight.id: (nearest(one.own), nearest(one.quotes)) for one in texts}


def _judged(
    one: _Texts, words: tuple[float, tuple[str, ...]] | None, cosines: tuple[float, float] | None
) -> FoundInsight | None:
    """Say whether an insight speaks to the question, and why."""
    share, shared = words or (0.0, ())
    own, quoted = cosines or (0.0, 0.0)
    near = own >= NEAR or quoted >= NEAR_QUOTE
    if not near and share < SHARED:
        return None
    arms = ((KEYWORD,) if share >= SHARED else ()) + ((MEANING,) if near else ())
    meaning = max(own, 0.9 * quoted)
    score = min(1.0, max(0.0, 1 - (1 - max(0.0, meaning)) * (1 - 0.5 * share)))
    whys = [f"says {', '.join(f'“{word}”' for word in shared[:5])}"] if shared else []
    if near:
        whys.append("its claim is close in meaning" if own >= NEAR else "what it rests on is close in meaning")
    return FoundInsight(one.insight, score, arms, " · ".join(whys), "")
