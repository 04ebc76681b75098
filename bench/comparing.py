"""Compare SQL, originals and index with one another, and with what a writer was told."""

import sqlalchemy as sa

from repository.domain.access import LOCAL_ADMIN
from repository.domain.job import JobState
from repository.indexing import Indexer, verify
from repository.store import tables as t
from repository.workspace import Workspace

#: Counts that must be zero.
MUST_BE_ZERO = (
    "lost",
    "came_back",
    "duplicated",
    "stale_passages",
    "wrong_passages",
    "without_vector",
    "orphan_vectors",
    "index_missing",
    "index_orphans",
    "failed_jobs",
    "database_faults",
)


def compare(workspace: Workspace, *, accepted: set[str], deleting: set[str], deleted: set[str]) -> dict[str, int]:
    """Count what is lost, doubled, stale or inconsistent; sets are of digests."""
    fingerprint, _ = workspace.model_facts()
    with workspace.read() as unit:
        kept, jobs = unit.sources.digests(), unit.jobs.counts()
        lacking, orphans, faults = unit.vectors.count_missing(fingerprint), unit.vectors.orphans(), unit.upkeep.faults()
    promised = accepted - deleting
    missing = [digest for digest in promised if not workspace.originals.path(digest).is_file()]
    indexer = Indexer(workspace)
    try:
        indexer.open()
        difference = verify(indexer)
    finally:
        indexer.close()
    return {
        "accepted": len(accepted),
        "deleted": len(deleted),
        "lost": len(promised - kept) + len(missing),
        "came_back": len(deleted & kept),
        "duplicated": _doubled(workspace, t.source.c.digest) + _doubled(workspace, t.session.c.source_id),
        "stale_passages": _stale(workspace),
        "wrong_passages": _wrong(workspace),
        "without_vector": lacking,
        "orphan_vectors": orphans,
        "index_missing": difference.missing,
        "index_orphans": difference.orphans,
        "failed_jobs": jobs.get(JobState.FAILED, 0),
        "database_faults": len(faults),
    }


def _doubled(workspace: Workspace, column: sa.ColumnElement[object]) -> int:
    twice = sa.select(column).group_by(column).having(sa.func.count() > 1).subquery()
    with workspace.database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(twice)).scalar_one()


def _stale(workspace: Workspace) -> int:
    """Count passages and open suggestions of a revision that is not the session's current one."""
    count = 0
    with workspace.database.read() as connection:
        for table in (t.segment, t.suggestion):
            query = sa.select(sa.func.count()).select_from(table).join(t.session, t.session.c.id == table.c.session_id)
            count += connection.execute(query.where(table.c.text_id != t.session.c.text_id)).scalar_one()
    return count


def _wrong(workspace: Workspace) -> int:
    """Count sessions whose passages are not, together, the words of their text."""
    with workspace.read() as unit:
        wrong = 0
        for study in unit.studies.all(LOCAL_ADMIN):
            for session in unit.sessions.of_study(LOCAL_ADMIN, study.id):
                revision = unit.sessions.revision(session.text_id) if session.text_id else None
                segments = unit.segments.of_session(session.id)
                told = "".join("".join(segment.words.split()) for segment in segments)
                wrong += revision is None or told != "".join(revision.body.split())
                wrong += revision is not None and any(revision.body[s.start : s.end] != s.words for s in segments)
    return wrong
