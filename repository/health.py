"""What `cairn doctor` looks at: everything that is kept, compared with everything that should be."""

import hashlib
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from repository.domain.job import JobState
from repository.domain.source import Stage
from repository.errors import CairnError, InUse
from repository.indexing import Indexer, status, verify
from repository.jobs import queue_ingest, sweep
from repository.workspace import Workspace

#: Originals whose bytes are read and compared with their digest.
SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `hint` is the remedy."""

    what: str
    good: bool
    message: str
    hint: str = ""


def examine(workspace: Workspace, *, fix: bool = False) -> list[Finding]:
    """Look at everything; with `fix`, mend what can be mended without losing anything. Runs beside a server."""
    checks: list[Callable[[Workspace, bool], Iterator[Finding]]] = [
        _database,
        _originals,
        _vectors,
        _index,
        _jobs,
        _model,
        _disk,
    ]
    findings: list[Finding] = []
    for check in checks:
        try:
            findings += check(workspace, fix)
        except CairnError as error:
            findings.append(Finding(check.__name__.strip("_").capitalize(), False, error.message, error.hint))
    return findings


def _database(workspace: Workspace, _fix: bool) -> Iterator[Finding]:
    with workspace.read() as unit:
        faults = unit.upkeep.faults()
    yield Finding(
        "Database",
        not faults,
        "sound" if not faults else "; ".join(faults[:3]),
        "Restore the last backup of the storage folder.",
    )


def _originals(workspace: Workspace, fix: bool) -> Iterator[Finding]:
    with workspace.read() as unit:
        needed = unit.sources.digests()
    kept = workspace.originals.digests()
    missing, spare = needed - kept, kept - needed
    looked = random.Random(0).sample(sorted(needed & kept), min(SAMPLE, len(needed & kept)))
    changed = [digest for digest in looked if _digest(workspace.originals.path(digest)) != digest]
    good = not missing and not changed
    message = f"{len(needed)} kept, {len(missing)} missing, {len(changed)} of {len(looked)} looked at have changed"
    yield Finding("Originals", good, message, "Put the files back from a backup of the originals folder.")
    if spare:
        # Left by an upload that was cut off before it was acknowledged, so nobody counts on them.
        if fix:
            with workspace.write() as unit:
                for digest in spare - unit.sources.digests():
                    workspace.originals.remove(digest)
        yield Finding("Spare originals", fix, f"{len(spare)} files belong to nothing", "Run: cairn doctor --fix")


def _digest(path: Path) -> str:
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _vectors(workspace: Workspace, fix: bool) -> Iterator[Finding]:
    fingerprint, _ = workspace.model_facts()
    with workspace.read() as unit:
        missing, orphans = unit.vectors.count_missing(fingerprint), unit.vectors.orphans()
        total = unit.segments.count()
    if missing and fix:
        with workspace.write() as unit:
            for source_id in unit.vectors.sources_lacking(fingerprint):
                unit.sources.reached(source_id, Stage.SEGMENTED)
                queue_ingest(unit, workspace, source_id)
    hint = "Run: cairn doctor --fix, and let a worker run."
    yield Finding("Passages", not missing or fix, f"{total}, of which {missing} cannot be found by meaning", hint)
    if orphans and fix:
        with workspace.write() as unit:
            unit.vectors.remove_orphans()
    yield Finding("Spare vectors", not orphans or fix, f"{orphans}", "Run: cairn doctor --fix")


def _index(workspace: Workspace, fix: bool) -> Iterator[Finding]:
    """Compare the index with SQL both ways, unless a server owns it and follows SQL by itself."""
    what = "Search index"
    if workspace.settings.index.kind == "exact":
        yield Finding(what, True, "none: passages are compared one by one, as set")
        return
    try:
        indexer = Indexer(workspace)
    except InUse:
        state = status(workspace)
        yield Finding(what, True, f"kept by the running server, {state.pending} passages to come")
        return
    try:
        indexer.open()
        if fix:
            indexer.catch_up()
        found = verify(indexer)
        if fix and (found.missing or found.orphans):
            indexer.begin_generation()
            indexer.catch_up()
            found = verify(indexer)
    finally:
        indexer.close()
    # Lagging behind is no fault: whoever serves next brings the rest in.
    lost = found.missing - status(workspace).pending
    good = lost <= 0 and not found.orphans
    yield Finding(what, good, f"{found.missing} passages to come, {found.orphans} too many", "Run: cairn index rebuild")


def _jobs(workspace: Workspace, _fix: bool) -> Iterator[Finding]:
    due = len(sweep(workspace))
    with workspace.read() as unit:
        counts = unit.jobs.counts()
    failed = counts.get(JobState.FAILED, 0)
    yield Finding("Work", True, f"{due} files wait, {counts.get(JobState.RUNNING, 0)} are being worked on")
    yield Finding("Failed files", not failed, str(failed), "See the reasons on the page Jobs, and try again there.")


def _model(workspace: Workspace, _fix: bool) -> Iterator[Finding]:
    embedder = workspace.embedder()
    good = embedder.embed(["Is the model there?"]).shape == (1, embedder.dimension)
    yield Finding("Model", good, f"{embedder.name}, {embedder.dimension} numbers a passage")


def _disk(workspace: Workspace, _fix: bool) -> Iterator[Finding]:
    free = shutil.disk_usage(workspace.folder).free >> 20
    least = workspace.settings.storage.min_free_mb
    yield Finding("Disk", free >= least, f"{free:,} MB free", "Free some space; uploads are refused below the setting.")
