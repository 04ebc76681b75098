"""Search: a question in plain words to what is known of it: insights, then quotes by session, then studies."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nlp.words import content_words, stems, subject_words
from repository import gaps
from repository.codebook import Codebook, seen
from repository.correcting import Correction, corrected
from repository.domain.access import Viewer
from repository.domain.study import Study
from repository.errors import Unavailable
from repository.expanding import Expansion, expansions
from repository.faceting import Facets, facets
from repository.found_quotes import Hit, SessionHits, Sought, grouped, tags_on
from repository.insight_finding import FoundInsight, find_insights
from repository.querying import Parsed, Query, asked_of, parse
from repository.retrieval import Findings, Found, find
from repository.search_scope import Narrowed, narrowed
from repository.store.segments import Segment
from repository.store.unit import Unit
from repository.study_finding import FoundStudy, find_studies
from repository.workspace import Workspace

__all__ = ["Facets", "Hit", "Query", "Results", "SessionHits", "search", "tell"]

#: Hits counted for the facets; insights and studies shown.
DEPTH, INSIGHTS, STUDIES = 100, 5, 5
#: Passages one of which must say most of the question's subject words, or reach this cosine, to be an answer at all.
LOOKED_AT, CLOSE = 20, 0.4


@dataclass(frozen=True, slots=True)
class Results:
    """What a query found. `notes` say in plain sentences what could not be done, `understood` what its operators mean.

    `corrections` are words taken for misspelt; `also` are other names that were looked for. `weak`: nothing that was found
    speaks to the question. `listed`: the query has no words, and these are the newest quotes that fit.
    """

    query: Query
    groups: tuple[SessionHits, ...] = ()
    count: int = 0
    notes: tuple[str, ...] = ()
    facets: Facets = field(default_factory=Facets)
    took_ms: float = 0.0
    insights: tuple[FoundInsight, ...] = ()
    studies: tuple[FoundStudy, ...] = ()
    understood: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    also: tuple[Expansion, ...] = ()
    weak: bool = False
    listed: bool = False

    @property
    def found(self) -> bool:
        """Say whether anything speaks to the question."""
        return bool(self.insights or (self.count and not self.weak))


def search(workspace: Workspace, viewer: Viewer, query: Query) -> Results:
    """Find what is known of a question among what the viewer may see."""
    began = time.perf_counter()
    results = _searched(workspace, viewer, query)
    return replace(results, took_ms=(time.perf_counter() - began) * 1000)


def tell(workspace: Workspace, results: Results) -> None:
    """Count a search for its day, and keep its words as a gap if nothing was found; never who searched."""
    query = results.query
    if results.listed or len(asked_of(query)) > 1 or parse(query.text).operators:
        return  # whoever narrows a search has found something, or looks in one place only
    try:
        with workspace.write() as unit:
            gaps.tally(unit, gaps.SEARCH, results.found, workspace.clock().date())
            if not results.found:
                gaps.note(unit, workspace, query.text, gaps.SEARCH)
    except Unavailable:  # what was found is worth more than that it was counted
        return


def _searched(workspace: Workspace, viewer: Viewer, query: Query) -> Results:
    parsed = parse(query.text)
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
        where = narrowed(unit, viewer, codebook, query, parsed)
        notes = [*parsed.notes, *where.notes]
        text = parsed.text
        corrections: tuple[Correction, ...] = ()
        if text and not query.literally:
            text, corrections = corrected(workspace, unit, text, _in_sight(unit, viewer))
        studies = {study.id: study for study in unit.studies.all(viewer)}
    words = content_words(text)
    if not words and not parsed.phrases:
        if text:
            notes.append(_nothing_to_look_for(text))
        return _listed(workspace, viewer, query, parsed, codebook, where, studies, notes)
    also = expansions(codebook, text) if not parsed.phrases else ()
    names = [name for one in also for name in one.names]
    findings = find(
        workspace, viewer, text, phrases=parsed.phrases, also=names, scope=where.scope, limit=max(DEPTH, query.limit)
    )
    asked = " ".join([text, *parsed.phrases]).strip()
    results = Results(
        query,
        notes=(*notes, *findings.notes),
        insights=tuple(find_insights(workspace, viewer, asked, INSIGHTS)) if not _narrow(where) else (),
        studies=find_studies(workspace, _within(studies, where), asked, STUDIES),
        understood=where.understood,
        corrections=corrections,
        also=also,
    )
    sought = Sought(tuple(words), parsed.phrases, tuple(names))
    return _with_quotes(workspace, viewer, results, findings, codebook, studies, sought)


def _with_quotes(
    workspace: Workspace,
    viewer: Viewer,
    results: Results,
    findings: Findings,
    codebook: Codebook,
    studies: dict[int, Study],
    sought: Sought,
) -> Results:
    with workspace.read() as unit:
        # Re-read every hit: what SQL no longer has, or the viewer may not see, is not there.
        segments = unit.segments.seen(viewer, [found.id for found in findings.found])
        sessions = {s.id: s for s in unit.sessions.some(viewer, {s.session_id for s in segments.values()})}
        found = [
            hit
            for hit in findings.found
            if hit.id in segments and segments[hit.id].session_id in sessions and segments[hit.id].study_id in studies
        ]
        tags = tags_on(unit, codebook, [hit.id for hit in found])
        shown = [(hit, segments[hit.id]) for hit in found[: results.query.limit]]
        return replace(
            results,
            groups=grouped(unit, shown, sessions, studies, tags, sought),
            count=len(found),
            facets=facets(unit, [segments[hit.id] for hit in found], sessions, studies, tags),
            weak=bool(found) and not results.listed and _weak([(hit, segments[hit.id]) for hit in found], sought),
        )


def _listed(
    workspace: Workspace,
    viewer: Viewer,
    query: Query,
    parsed: Parsed,
    codebook: Codebook,
    where: Narrowed,
    studies: dict[int, Study],
    notes: Sequence[str],
) -> Results:
    """List the newest quotes that fit operators and filters; without any, nothing."""
    results = Results(query, notes=tuple(notes), understood=where.understood, listed=True)
    if not (where.somewhere or parsed.without):
        return results
    scope = where.scope
    with workspace.read() as unit:
        sessions = unit.segments.sessions_in_scope(viewer, studies=scope.studies, since=scope.since, until=scope.until)
        if scope.sessions is not None:
            sessions = [i for i in sessions if i in scope.sessions]
        only = frozenset(unit.codings.segments_about(scope.code_ids)) if scope.code_ids else scope.passages
        if scope.code_ids and scope.passages is not None and only is not None:
            only &= scope.passages
        out = unit.fulltext.holding(scope.without) if scope.without else set()
        depth = max(DEPTH, query.limit)
        ids = unit.segments.newest(sessions, roles=scope.roles, only=only, limit=depth + len(out)) if sessions else []
    newest = [Found(i, 1.0 - rank / 1000, {}) for rank, i in enumerate([i for i in ids if i not in out][:depth])]
    return _with_quotes(workspace, viewer, results, Findings(tuple(newest)), codebook, studies, Sought())


def _in_sight(unit: Unit, viewer: Viewer) -> list[int] | None:
    """Give the sessions whose words may be told to the viewer; None: all there are."""
    sessions = unit.segments.sessions_in_scope(viewer)
    return None if len(sessions) == unit.segments.sessions_held() else sessions


def _within(studies: dict[int, Study], where: Narrowed) -> list[Study]:
    chosen = where.scope.studies
    return [study for study in studies.values() if not chosen or study.id in chosen]


def _narrow(where: Narrowed) -> bool:
    """Say whether the search is about people, times or studies, of which an insight is no part."""
    scope = where.scope
    return bool(scope.roles or scope.since or scope.until or scope.sessions is not None or scope.studies)


def _weak(found: Sequence[tuple[Found, Segment]], sought: Sought) -> bool:
    """Say whether none of the best passages says most of what carries the subject, and none is close in meaning."""
    if sought.phrases or max((hit.cosine or 0.0 for hit, _ in found), default=0.0) >= CLOSE:
        return False
    asked = set(stems(subject_words(" ".join(sought.words)) or sought.words))
    said = (asked & set(stems(content_words(f"{one.words} {one.speakers}"))) for _, one in found[:LOOKED_AT])
    return not any(len(words) > len(asked) / 2 for words in said)


def _nothing_to_look_for(text: str) -> str:
    if any(letter.isalnum() for letter in text):
        return "Every word of this is too common to look for. Say what it is about."
    return "There is no word in this to look for."
