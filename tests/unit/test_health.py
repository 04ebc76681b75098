"""The doctor: sees what is wrong, says the remedy, and mends what can be mended without losing anything."""

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy as sa

from nlp.hashing import HashingEmbedder
from repository.codebook import ensure_codebook
from repository.domain.access import LOCAL_ADMIN
from repository.domain.source import Stage
from repository.health import Finding, examine
from repository.indexing import Indexer
from repository.settings import IndexSettings, Settings
from repository.store import tables as t
from repository.store.facts import GENERATION
from repository.workspace import Workspace
from tests.builders import a_job, a_session, a_study, done, followed


@pytest.fixture
def indexed(settings: Settings) -> Iterator[Workspace]:
    """One transcript, and a Chroma that holds it."""
    opened = Workspace(replace(settings, index=IndexSettings(probe_seconds=30)), embedder=HashingEmbedder())
    ensure_codebook(opened)
    a_session(opened, a_study(opened))
    indexer = Indexer(opened)
    indexer.open()
    indexer.catch_up()
    indexer.close()
    yield opened
    opened.close()


def look(workspace: Workspace, *, fix: bool = False) -> dict[str, Finding]:
    return {finding.what: finding for finding in examine(workspace, fix=fix)}


def test_a_sound_repository_is_found_sound(indexed: Workspace) -> None:
    found = look(indexed)
    assert [finding for finding in found.values() if not finding.good] == []
    assert set(found) >= {"Database", "Originals", "Passages", "Search index", "Work", "Model", "Disk"}
    assert look(indexed, fix=True).keys() == found.keys()


def test_an_empty_repository_is_sound(workspace: Workspace) -> None:
    assert all(finding.good for finding in examine(workspace))


def test_a_missing_and_a_changed_original_are_said_and_left_alone(workspace: Workspace) -> None:
    study = a_study(workspace)
    one, two = a_session(workspace, study), a_session(workspace, study, "P1: Another one.\nP2: Yes.\n", name="b.txt")
    with workspace.read() as unit:
        paths = [
            workspace.originals.path(source.digest)
            for session in (one, two)
            if (source := unit.sources.of_session(LOCAL_ADMIN, session.id))
        ]
    paths[0].unlink()
    paths[1].chmod(0o600)
    paths[1].write_bytes(b"something else")
    for fix in (False, True):
        finding = look(workspace, fix=fix)["Originals"]
        assert (
            not finding.good and "1 missing" in finding.message and "1 of 1 looked at have changed" in finding.message
        )
        assert "backup" in finding.hint
    assert paths[1].read_bytes() == b"something else"


def test_a_file_that_belongs_to_nothing_is_removed_with_fix(workspace: Workspace) -> None:
    a_session(workspace, a_study(workspace))
    digest, _ = workspace.originals.keep(io.BytesIO(b"cut off before it was acknowledged"), most=1 << 20)
    assert not look(workspace)["Spare originals"].good
    assert workspace.originals.path(digest).is_file()
    assert look(workspace, fix=True)["Spare originals"].good
    assert not workspace.originals.path(digest).exists()
    assert "Spare originals" not in look(workspace)
    assert look(workspace)["Originals"].good


def test_lost_vectors_are_made_again(workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace))
    with workspace.write() as unit:
        unit.vectors._sql.execute(sa.delete(t.vector))
    finding = look(workspace)["Passages"]
    assert not finding.good and "cannot be found by meaning" in finding.message and "--fix" in finding.hint
    assert look(workspace, fix=True)["Passages"].good
    with workspace.read() as unit:
        source, job = unit.sources.get(session.source_id), unit.jobs.of_source(session.source_id)
    assert source is not None and source.stage is Stage.SEGMENTED and job is not None
    done(workspace, job.id)
    assert look(workspace)["Passages"].good
    followed(workspace)
    with workspace.read() as unit:
        assert unit.vectors.count_missing(workspace.model_facts()[0]) == 0


def test_vectors_without_words_are_removed(workspace: Workspace) -> None:
    a_session(workspace, a_study(workspace))
    with workspace.write() as unit:
        row = {"words_sha": "0" * 64, "fingerprint": "gone", "data": b"\0" * 16}
        unit.vectors._sql.execute(sa.insert(t.vector).values(**row))
    assert not look(workspace)["Spare vectors"].good
    assert look(workspace, fix=True)["Spare vectors"].good
    assert look(workspace)["Spare vectors"].good


def test_an_index_that_lags_behind_is_no_fault_and_is_brought_up_with_fix(indexed: Workspace) -> None:
    a_session(indexed, a_study(indexed, "Later"))
    assert look(indexed)["Search index"].good
    finding = look(indexed, fix=True)["Search index"]
    assert finding.good and finding.message.startswith("0 passages to come, 0 too many")


@pytest.mark.parametrize("fault", ["lost", "foreign", "both"])
def test_an_index_that_drifted_is_found_and_made_again(indexed: Workspace, fault: str) -> None:
    """The counts may even agree, as when one is lost and one is foreign."""
    indexer = Indexer(indexed)
    indexer.open()
    assert indexer.chroma is not None
    if fault in ("lost", "both"):
        indexer.chroma.delete(sorted(indexer.chroma.ids())[:1])
    if fault in ("foreign", "both"):
        indexer.chroma.upsert(np.array([77]), np.array([1]), HashingEmbedder().embed(["nobody's"]))
    indexer.close()
    if fault == "both":
        assert not look(indexed)["Search index"].good
    assert look(indexed, fix=True)["Search index"].good
    finding = look(indexed)["Search index"]
    assert finding.good and finding.message.startswith("0 passages to come, 0 too many")


def test_a_broken_index_is_made_again(indexed: Workspace) -> None:
    with indexed.read() as unit:
        generation = unit.facts.number(GENERATION)
    for file in (indexed.folder / "index" / f"gen-{generation}").rglob("*"):
        if file.is_file():
            file.write_bytes(b"\0" * file.stat().st_size)
    assert look(indexed, fix=True)["Search index"].message.startswith("0 passages to come, 0 too many")


def test_beside_a_running_server_its_index_is_left_alone(indexed: Workspace) -> None:
    serving = Indexer(indexed)
    finding = look(indexed, fix=True)["Search index"]
    assert finding.good and "running server" in finding.message
    serving.close()


def test_failed_and_forgotten_work_is_said(workspace: Workspace) -> None:
    study = a_study(workspace)
    done(workspace, a_job(workspace, study, "\x89PNG\r\n\x1a\n" + "\x00" * 99, name="photo.txt"))
    a_job(workspace, study)
    while workspace.bell.next() is not None:
        pass
    found = look(workspace)
    assert not found["Failed files"].good and found["Failed files"].message == "1"
    assert found["Work"].message.startswith("1 files wait")
    assert workspace.bell.waiting() == 1  # somebody rang


def test_a_missing_model_is_one_finding_and_the_rest_is_still_looked_at(workspace: Workspace) -> None:
    a_session(workspace, a_study(workspace))
    workspace._embedder = None
    workspace.settings = replace(
        workspace.settings, embedding=replace(workspace.settings.embedding, model="no-such/model")
    )
    found = look(workspace)
    assert not found["Model"].good and "no-such/model" in found["Model"].message
    assert found["Database"].good and found["Originals"].good and found["Disk"].good


def test_a_damaged_database_is_said(workspace: Workspace) -> None:
    a_session(workspace, a_study(workspace))
    with closing(sqlite3.connect(workspace.folder / "cairn.db")) as outside:  # where foreign keys are not looked at
        outside.execute("DELETE FROM study")
        outside.commit()
    finding = look(workspace)["Database"]
    assert not finding.good and "missing study" in finding.message and "backup" in finding.hint


def test_a_nearly_full_disk_is_said(workspace: Workspace) -> None:
    workspace.settings = replace(workspace.settings, storage=replace(workspace.settings.storage, min_free_mb=1 << 40))
    assert not look(workspace)["Disk"].good
