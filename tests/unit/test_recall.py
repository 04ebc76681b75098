"""Exact comparison in memory: keeps up with SQL, knows who may see what, and reads nothing when nothing changed."""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy as sa

from bench.filling import stock
from bench.writing import edit
from nlp.hashing import HashingEmbedder
from repository import studies
from repository.domain.access import LOCAL_ADMIN
from repository.domain.transcript import Role
from repository.recall import Recall
from repository.settings import BinSettings
from repository.store import tables as t
from repository.store.segments import SegmentStore
from repository.store.vectors import VectorStore
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_session, a_study, done

TEXTS = [f"About the {word}, number {n}." for n in range(10) for word in ("calendar", "reminder", "invoice")]


@pytest.fixture
def held(workspace: Workspace) -> Iterator[Workspace]:
    stock(workspace, TEXTS, HashingEmbedder().embed(TEXTS), studies=2, sessions=2)
    workspace.settings = replace(workspace.settings, bin=BinSettings(days=0))
    yield workspace


def ids(workspace: Workspace) -> set[int]:
    with workspace.read() as unit:
        return set(unit.segments.ids())


def scope(workspace: Workspace, *study_ids: int) -> list[int]:
    with workspace.read() as unit:
        return unit.segments.sessions_in_scope(LOCAL_ADMIN, studies=study_ids)


def test_it_is_not_ready_before_it_has_read_and_holds_everything_after(held: Workspace) -> None:
    recall = Recall(held)
    assert not recall.ready
    recall.refresh()
    assert recall.ready and recall.memory.ids() == ids(held)


def test_nearest_are_those_of_the_arithmetic(held: Workspace) -> None:
    recall = Recall(held)
    recall.refresh()
    question = HashingEmbedder().embed(["the invoice number 7"])[0]
    found = recall.nearest(question, 5, sessions=scope(held))
    with held.read() as unit:
        segments = unit.segments.seen(LOCAL_ADMIN, ids(held))
    vectors = HashingEmbedder().embed([segment.words for segment in segments.values()])
    expected = sorted(zip(segments, vectors @ question, strict=True), key=lambda pair: -pair[1])[:5]
    assert found[0][0] == expected[0][0]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-5)


def test_scope_roles_and_lists_of_ids_are_kept(held: Workspace) -> None:
    a_session(held, a_study(held, "Two roles"), INTERVIEW)
    recall = Recall(held)
    recall.refresh()
    question = HashingEmbedder().embed(["calendar"])[0]
    with held.read() as unit:
        [study, *_] = unit.studies.all(LOCAL_ADMIN)
        of_study = {s.id for i in unit.sessions.all_of_study(study.id) for s in unit.segments.of_session(i)}
        roles = {s.id: s.role for s in unit.segments.seen(LOCAL_ADMIN, ids(held)).values()}
    found = {i for i, _ in recall.nearest(question, 1000, sessions=scope(held, study.id))}
    assert found == of_study
    participants = recall.nearest(question, 1000, sessions=scope(held), roles=[Role.PARTICIPANT])
    assert {i for i, _ in participants} == {i for i, role in roles.items() if role is Role.PARTICIPANT}
    some = sorted(of_study)[:2]
    assert sorted(i for i, _ in recall.nearest(question, 10, sessions=scope(held), only=some)) == some
    assert recall.nearest(question, 10, sessions=scope(held), only=[]) == []
    assert recall.nearest(question, 10, sessions=[]) == []
    assert recall.nearest(question, 0, sessions=scope(held)) == []


def test_what_comes_and_what_goes_is_followed(held: Workspace) -> None:
    recall = Recall(held)
    recall.refresh()
    session = a_session(held, a_study(held, "New"), INTERVIEW)
    recall.refresh()
    assert recall.memory.ids() == ids(held)
    studies.bin_session(held, LOCAL_ADMIN, session.id)
    studies.purge(held)
    recall.refresh()
    assert recall.memory.ids() == ids(held)


def test_a_corrected_transcript_replaces_its_passages(held: Workspace) -> None:
    recall = Recall(held)
    session = a_session(held, a_study(held, "Edited"), INTERVIEW)
    recall.refresh()
    before = ids(held)
    edit(held, session.id, random.Random(3))
    with held.read() as unit:
        job = unit.jobs.of_source(session.source_id)
    assert job is not None
    done(held, job.id)
    recall.refresh()
    assert recall.memory.ids() == ids(held)
    assert ids(held) != before


def test_nothing_is_read_when_nothing_changed(held: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    recall = Recall(held)
    recall.refresh()
    calls: list[str] = []
    monkeypatch.setattr(SegmentStore, "ids", lambda _: calls.append("ids") or [])
    recall.refresh()
    assert calls == []


def test_a_passage_without_a_vector_yet_comes_when_it_has_one(held: Workspace) -> None:
    recall = Recall(held)
    with held.write() as unit:
        vectors: VectorStore = unit.vectors
        [segment] = unit.segments.seen(LOCAL_ADMIN, sorted(ids(held))[:1]).values()
        vectors._sql.execute(sa.delete(t.vector).where(t.vector.c.words_sha == segment.words_sha))
    recall.refresh()
    assert recall.memory.ids() == ids(held) - {segment.id}
    vector = np.asarray(HashingEmbedder().embed([segment.words])[0], "<f4")
    with held.write() as unit:
        unit.vectors.add(held.model_facts()[0], {segment.words_sha: vector.tobytes()})
    recall.refresh()
    assert recall.memory.ids() == ids(held)


def test_it_follows_in_the_background_until_told_to_stop(held: Workspace) -> None:
    held.settings = replace(held.settings, index=replace(held.settings.index, check_seconds=0.02))
    recall, stop = Recall(held), threading.Event()
    thread = threading.Thread(target=recall.follow, args=(stop,))
    thread.start()
    a_session(held, a_study(held, "Later"), INTERVIEW)
    end = time.monotonic() + 10
    while recall.memory.ids() != ids(held) and time.monotonic() < end:
        time.sleep(0.02)
    stop.set()
    thread.join()
    assert recall.memory.ids() == ids(held)


def test_readers_and_writers_of_one_memory_do_each_other_no_harm(held: Workspace) -> None:
    """Searches run while passages come and go; every answer is of one state."""
    recall = Recall(held)
    recall.refresh()
    question, wrong = HashingEmbedder().embed(["calendar"])[0], []
    over = threading.Event()
    everything = scope(held)

    def ask() -> None:
        while not over.is_set():
            found = recall.nearest(question, 10, sessions=everything)
            if len(found) != 10 or [score for _, score in found] != sorted((s for _, s in found), reverse=True):
                wrong.append(found)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    rng = np.random.default_rng(0)
    for round_ in range(60):
        new = np.arange(10_000 + round_ * 50, 10_050 + round_ * 50)
        vectors = rng.normal(size=(50, 384)).astype(np.float32)
        recall.memory.upsert(new, np.zeros(50, np.int64), vectors, sessions=np.full(50, 999))
        recall.memory.delete(new[:40].tolist())
    over.set()
    for thread in threads:
        thread.join()
    assert wrong == []
