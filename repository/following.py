"""Followed searches: whoever follows one is told when newly read material has quotes for it."""

from collections.abc import Collection, Sequence

import numpy as np

from nlp.words import content_words, exactly, stems, subject_words
from repository.codebook import seen
from repository.domain.access import PersonRole, Viewer
from repository.domain.searching import SavedSearch
from repository.passages import matrix_of
from repository.querying import Parsed, parse, query_of
from repository.retrieval import query_vector
from repository.search_scope import narrowed
from repository.store.segments import Segment
from repository.store.unit import Unit
from repository.workspace import Workspace

#: What a passage must have to be told of: this share of the question's subject words, or be this close in meaning.
SHARE, CLOSE = 0.6, 0.5
#: The kind of notice.
KIND = "followed search"
#: The fact that keeps, of a source, the newest text that followers were told of.
TOLD = "followed.told.{}"


def tell_followers(workspace: Workspace, source_id: int) -> int:
    """Look in a source's newly read texts for everybody's followed searches; give how many of these have news.

    New is what was read after the search was kept and of which nobody was told yet: telling twice is telling once, and
    whoever says "seen" between the reading and the telling is told all the same.
    """
    mark = TOLD.format(source_id)
    with workspace.read() as unit:
        last = unit.facts.number(mark)
        read = [(at, segment) for at, segment in unit.segments.newly_read(source_id) if segment.text_id > last]
        followed = unit.searches.followed() if read else []
        fresh = {}
        for search in followed:
            segments = [segment for at, segment in read if at > search.created_at]
            fresh[search.id] = _within(unit, search, segments) if segments else []
    if not read:
        return 0
    found = {one.id: _speaking(workspace, parse(query_of(one.asked).text), fresh[one.id]) for one in followed}
    told = 0
    with workspace.write() as unit:  # all are told and it is marked, or none: a crash between loses no news
        if unit.facts.number(mark) != last:  # another worker was quicker
            return 0
        unit.facts.set_number(mark, max(segment.text_id for _, segment in read))
        for search in followed:
            if number := unit.searches.found(search.id, found[search.id]):
                quotes = "a new quote" if number == 1 else f"{number} new quotes"
                unit.notices.add(
                    search.person,
                    KIND,
                    f"Your search “{search.name}” has {quotes}.",
                    f"/searches/#search-{search.id}",
                    workspace.clock(),
                )
                told += 1
    return told


def _within(unit: Unit, search: SavedSearch, segments: Sequence[Segment]) -> list[Segment]:
    """Give those of the segments into which the search looks and its owner may see."""
    viewer = Viewer(search.person, PersonRole.ADMIN)
    query = query_of(search.asked)
    parsed = parse(query.text)
    codebook = seen(unit, viewer)
    known = {code.facts.slug for code in codebook.everything}
    if not set(query.themes) <= known:  # its theme is gone
        return []
    where = narrowed(unit, viewer, codebook, query, parsed)
    if where.notes:  # what it is narrowed to is not there, or not yet
        return []
    scope = where.scope
    sessions = set(unit.segments.sessions_in_scope(viewer, studies=scope.studies, since=scope.since, until=scope.until))
    only: Collection[int] | None = scope.passages
    if scope.code_ids:
        about = set(unit.codings.segments_about(scope.code_ids))
        only = about if only is None else about & set(only)
    out = unit.fulltext.holding(scope.without) if scope.without else set()
    return [
        segment
        for segment in segments
        if segment.session_id in sessions
        and (scope.sessions is None or segment.session_id in scope.sessions)
        and (not scope.roles or segment.role in scope.roles)
        and (only is None or segment.id in only)
        and segment.id not in out
    ]


def _speaking(workspace: Workspace, parsed: Parsed, segments: Sequence[Segment]) -> list[int]:
    """Give the segments that speak to a question; all of them, if it has no words."""
    patterns = [exactly(phrase) for phrase in parsed.phrases]
    segments = [one for one in segments if all(pattern.search(one.words) for pattern in patterns)]
    asked = set(stems(subject_words(parsed.text) or content_words(parsed.text)))
    if not asked or not segments:
        return [one.id for one in segments]
    held = {one.id: len(asked & set(stems(content_words(one.words)))) / len(asked) for one in segments}
    close = _close(workspace, parsed.text, [one for one in segments if held[one.id] < SHARE])
    return [one.id for one in segments if held[one.id] >= SHARE or one.id in close]


def _close(workspace: Workspace, text: str, segments: Sequence[Segment]) -> set[int]:
    """Give the segments that are close to a question in meaning."""
    fingerprint = workspace.embedder().fingerprint
    vectors: dict[int, bytes] = {}
    with workspace.read() as unit:
        for page in unit.segments.with_vectors(fingerprint, [one.id for one in segments]) if segments else ():
            vectors.update({row.id: row.data for row in page})
    if not vectors:
        return set()
    near = matrix_of(list(vectors.values())) @ query_vector(workspace, text)
    return {i for i, cosine in zip(vectors, np.asarray(near), strict=True) if cosine >= CLOSE}
