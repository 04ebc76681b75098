"""How values look outside: pieces of marked text, words for numbers and days, and hits as JSON for API and command."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repository.search import Facets, Hit, Results, SessionHits
from repository.wording import clock_time, odds

if TYPE_CHECKING:
    from flask import Flask


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of a text that carry the same marks; `begins` says which of them start here."""

    text: str
    marks: tuple[Any, ...]
    begins: tuple[Any, ...]


def runs(text: str, start: int, end: int, spans: Iterable[tuple[int, int, Any]]) -> list[Run]:
    """Cut text[start:end] wherever a span (from, to, mark) begins or ends; spans may overlap and stick out.

    >>> [(run.text, run.marks) for run in runs("abcdef", 0, 6, [(1, 4, "x"), (3, 9, "y")])]
    [('a', ()), ('bc', ('x',)), ('d', ('x', 'y')), ('ef', ('y',))]
    """
    inside = [(max(start, a), min(end, b), mark) for a, b, mark in spans if a < end and b > start]
    edges = sorted({start, end, *(a for a, _, _ in inside), *(b for _, b, _ in inside)})
    return [
        Run(
            text[a:b],
            tuple(mark for from_, to, mark in inside if from_ <= a and b <= to),
            tuple(mark for from_, _, mark in inside if from_ == a),
        )
        for a, b in pairwise(edges)
    ]


#: Marks of a quote: the interviewer's question at its beginning, and a word that was searched for.
QUESTION, WORD = "question", "word"


def quoted(quote: str, asked: int, marks: Sequence[tuple[int, int]] = ()) -> list[Run]:
    """Cut a quote into the question it answers, the words worth emphasising, and the rest.

    >>> [(run.text, run.marks) for run in quoted("Why? Fear.", 4, [(5, 9)])]
    [('Why?', ('question',)), (' ', ()), ('Fear', ('word',)), ('.', ())]
    """
    question = [(0, asked, QUESTION)] if asked else []
    return runs(quote, 0, len(quote), [*question, *((a, b, WORD) for a, b in marks)])


def long_day(on: date | None) -> str:
    """Write a day in full.

    >>> long_day(date(2026, 3, 7))
    '7 March 2026'
    """
    return f"{on.day} {on:%B %Y}" if on else ""


def ago(moment: datetime, now: datetime) -> str:
    """Say how long ago something was.

    >>> from datetime import UTC
    >>> ago(datetime(2026, 3, 7, 9, tzinfo=UTC), datetime(2026, 3, 7, 11, 30, tzinfo=UTC))
    '2 hours ago'
    """
    seconds = max(0.0, (now - moment).total_seconds())
    for name, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            return f"{plural(int(seconds // length), name)} ago"
    return "just now"


def plural(number: int, what: str, many: str = "") -> str:
    """Write a number with its noun.

    >>> plural(1, "quote"), plural(1200, "quote"), plural(0, "study", "studies")
    ('1 quote', '1,200 quotes', '0 studies')
    """
    return f"{number:,} {what if number == 1 else many or what + 's'}"


def size(number: int) -> str:
    """Write a file's size.

    >>> size(900), size(2_500_000)
    ('1 KB', '2.4 MB')
    """
    return f"{number / (1 << 20):.1f} MB" if number >= 1 << 20 else f"{max(1, number // 1024)} KB"


def hits_json(results: Results) -> dict[str, Any]:
    """Give search results as `cairn search --json` and /api/search do, best first."""
    ranked = sorted(((hit, group) for group in results.groups for hit in group.hits), key=lambda pair: -pair[0].score)
    return {
        "query": results.query.text,
        "count": results.count,
        "took_ms": round(results.took_ms, 1),
        "notes": results.notes,
        "understood": results.understood,
        "corrections": results.corrections,
        "also": results.also,
        "weak": results.weak,
        "insights": [
            {
                "id": found.insight.id,
                "claim": found.insight.facts.claim,
                "state": found.insight.state,
                "confidence": found.confidence,
                "score": round(found.score, 4),
                "arms": found.arms,
                "why": found.why,
                "through": found.through,
                "link": f"/insights/{found.insight.id}",
            }
            for found in results.insights
        ],
        "hits": [_hit_json(hit, group) for hit, group in ranked],
        "studies": [
            {
                "id": found.study.id,
                "title": found.study.title,
                "state": found.study.facts.state,
                "method": found.study.facts.method,
                "cohort": found.study.facts.cohort,
                "score": found.score,
                "arms": found.arms,
                "why": found.why,
                "link": f"/studies/{found.study.id}",
            }
            for found in results.studies
        ],
        "facets": _facets_json(results.facets),
    }


def _hit_json(hit: Hit, group: SessionHits) -> dict[str, Any]:
    return {
        "study": {"id": group.study_id, "title": group.study_title},
        "session": {"id": hit.session_id, "title": group.session_title, "date": group.occurred_on},
        "source": {"id": hit.source_id, "name": hit.source_name},
        "start": hit.start,
        "end": hit.end,
        "quote": hit.quote,
        "speaker": hit.speaker,
        "role": hit.role,
        "time": None if hit.start_ms is None else hit.start_ms / 1000,
        "score": hit.score,
        "arms": hit.arms,
        "why": hit.why,
        "themes": hit.themes,
        "citation": hit.citation,
        "link": f"/transcripts/{hit.session_id}?from={hit.start}&to={hit.end}#found",
    }


def _facets_json(facets: Facets) -> dict[str, Any]:
    """Give each facet under the name its filter has in the address."""
    rows: dict[str, Sequence[tuple[Any, Any, int]]] = {"study": facets.studies, "theme": facets.themes}
    plain_ones = {
        "role": facets.roles,
        "cohort": facets.cohorts,
        "account": facets.accounts,
        "method": facets.methods,
        "area": facets.areas,
        "quarter": facets.quarters,
    }
    rows |= {name: [(value, value, count) for value, count in values] for name, values in plain_ones.items()}
    return {
        name: [{"value": value, "name": label, "count": count} for value, label, count in values]
        for name, values in rows.items()
    }


def plain(value: Any) -> Any:
    """Turn domain values into what JSON knows."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value


def register(app: "Flask") -> None:
    """Give templates these ways of writing."""
    app.jinja_env.filters.update(long_day=long_day, clock_time=clock_time, odds=odds, plural=plural, size=size)
    app.jinja_env.globals.update(ago=ago, quoted=quoted)
