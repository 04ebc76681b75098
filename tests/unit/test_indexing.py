"""The owner of the index: one at a time; what broke is made again while exact comparison answers the same."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from bench.filling import stock
from nlp.hashing import HashingEmbedder
from repository import indexing, studies
from repository.codebook import ensure_codebook
from repository.domain.access import LOCAL_ADMIN
from repository.domain.transcript import Role
from repository.errors import InUse, Unavailable
from repository.index.process import ChromaProcess
from repository.indexing import Indexer, status, verify
from repository.settings import BinSettings, IndexSettings, Settings
from repository.store.facts import GENERATION
from repository.workspace import Workspace

N = 240


def words(n: int = N) -> list[str]:
    subjects = ["calendar", "reminder", "invoice", "slot", "phone", "form", "desk", "report"]
    return [f"About the {subjects[i % 8]} and the {subjects[i // 8 % 8]}, number {i}, on a Monday." for i in range(n)]


@pytest.fixture
def held(settings: Settings) -> Iterator[Workspace]:
    """240 passages in three studies, and settings under which Chroma answers as soon as it can."""
    chosen = replace(
        settings,
        index=IndexSettings(exact_below=1, check_seconds=0.05, probe_seconds=30),
        bin=BinSettings(days=0),
    )
    opened = Workspace(chosen, embedder=HashingEmbedder())
    ensure_codebook(opened)
    stock(opened, words(), HashingEmbedder().embed(words()), studies=3, sessions=2)
    yield opened
    opened.close()


def sessions(workspace: Workspace) -> list[int]:
    with workspace.read() as unit:
        return unit.segments.sessions_in_scope(LOCAL_ADMIN)


def answers(indexer: Indexer, workspace: Workspace, k: int = 10) -> list[list[int]]:
    """Give the nearest of a few questions."""
    found = []
    for question in HashingEmbedder().embed(["the invoice on Monday", "calendar reminder", "a phone and a form"]):
        found.append([i for i, _ in indexer.nearest(question, k, sessions=sessions(workspace))])
    return found


def until(condition: Callable[[], bool], patience: float = 60) -> None:
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def following(workspace: Workspace) -> Indexer:
    """Start an owner and wait until Chroma holds everything."""
    indexer = Indexer(workspace)
    indexer.start()
    until(lambda: indexer.state == "ready" and not indexer.behind and not status(workspace).pending)
    return indexer


def standing(indexer: Indexer) -> None:
    """Make an owner's followers stand still."""
    indexer._stop.set()
    for thread in indexer._threads:
        thread.join()


def built(workspace: Workspace) -> list[list[int]]:
    """Build the index, close it, and give what it answers."""
    indexer = following(workspace)
    found = answers(indexer, workspace)
    assert indexer.answered["chroma"] > 0
    indexer.close()
    return found


def test_everything_is_brought_in_and_answers_are_those_of_exact_comparison(held: Workspace) -> None:
    indexer = following(held)
    assert verify(indexer).missing == verify(indexer).orphans == 0
    question = HashingEmbedder().embed(["the invoice on Monday"])[0]
    approximate = indexer.nearest(question, 10, sessions=sessions(held))
    exact = indexer.recall.nearest(question, 10, sessions=sessions(held))
    assert indexer.answered == {"chroma": 1, "exact": 0}
    assert [score for _, score in approximate] == pytest.approx([score for _, score in exact], abs=1e-4)
    assert (status(held, state=indexer.state).vectors, status(held).pending) == (N, 0)
    indexer.close()


def test_a_second_owner_is_refused_at_once_and_by_another_process_too(held: Workspace) -> None:
    first = Indexer(held)
    began = time.monotonic()
    with pytest.raises(InUse, match="already serving") as error:
        Indexer(held)
    assert time.monotonic() - began < 1
    assert "storage" in error.value.hint
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom dataclasses import replace\n"
        "from repository.settings import Settings, StorageSettings\nfrom repository.workspace import Workspace\n"
        "from repository.indexing import Indexer\nfrom repository.errors import InUse\n"
        "w = Workspace(Settings(storage=StorageSettings(folder=sys.argv[1])))\nbegan = time.monotonic()\n"
        "try:\n    Indexer(w)\nexcept InUse:\n    print(time.monotonic() - began)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(held.folder)], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1
    first.close()
    Indexer(held).close()  # let go, it can be had


def test_an_owner_that_was_killed_leaves_no_lock(held: Workspace) -> None:
    code = (
        "import sys, os, signal\nfrom repository.settings import Settings, StorageSettings\n"
        "from repository.workspace import Workspace\nfrom repository.indexing import Indexer\n"
        "Indexer(Workspace(Settings(storage=StorageSettings(folder=sys.argv[1]))))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(held.folder)], capture_output=True, check=False)
    Indexer(held).close()


def deleted(generation: Path) -> None:
    shutil.rmtree(generation)


def halved(generation: Path) -> None:
    for file in generation.rglob("*"):
        if file.is_file():
            os.truncate(file, file.stat().st_size // 2)


def zeroed(generation: Path) -> None:
    for file in generation.rglob("*"):
        if file.is_file():
            file.write_bytes(b"\0" * file.stat().st_size)


def sparse(generation: Path) -> None:
    """Do what was seen in the field: the graph's lists say they are a hundred gigabytes."""
    folders = [path for path in generation.iterdir() if path.is_dir()] or [generation / "0" * 8]
    for folder in folders:
        folder.mkdir(exist_ok=True)
        (folder / "link_lists.bin").touch()
        os.truncate(folder / "link_lists.bin", 100 << 30)


def emptied(generation: Path) -> None:
    for file in generation.rglob("*"):
        if file.is_file():
            file.unlink()


@pytest.mark.parametrize("breaking", [deleted, halved, zeroed, sparse, emptied], ids=lambda how: how.__name__)
def test_a_broken_index_is_made_again_while_exact_comparison_answers_the_same(
    held: Workspace, breaking: Callable[[Path], None]
) -> None:
    # A graph on the disk, so that there is something to break.
    held.settings = replace(held.settings, index=replace(held.settings.index, sync_threshold=100))
    before = built(held)
    [generation] = held.folder.glob("index/gen-*")
    breaking(generation)
    indexer = Indexer(held)
    began = time.monotonic()
    indexer.start()
    until(lambda: indexer.ready, 15)
    assert answers(indexer, held) == before  # whoever answers
    assert time.monotonic() - began < 15
    until(lambda: indexer.state == "ready" and not status(held).pending)
    difference = verify(indexer)
    assert (difference.missing, difference.orphans) == (0, 0)
    assert answers(indexer, held) == before
    assert indexer.answered["chroma"] > 0
    assert len(list(held.folder.glob("index/gen-*"))) == 1
    indexer.close()


def test_while_the_index_opens_or_is_broken_exact_comparison_answers(held: Workspace) -> None:
    before = built(held)
    indexer = Indexer(held)
    indexer.recall.refresh()
    for state in ("opening", "rebuilding", "broken"):
        indexer.state = state
        assert answers(indexer, held) == before
    assert indexer.answered["chroma"] == 0
    indexer.close()


def test_an_index_that_fails_under_a_query_is_made_again_once(held: Workspace) -> None:
    """Several threads run into the same failure: one new generation, and no search goes wrong."""
    indexer = following(held)
    expected = answers(indexer, held)
    with held.read() as unit:
        generation = unit.facts.number(GENERATION)
    broken = indexer.chroma
    assert broken is not None
    together = threading.Barrier(4)

    def fail(*_: object, **__: object) -> list[tuple[int, float]]:
        together.wait(5)
        raise RuntimeError("Failed to apply logs to the hnsw segment writer")

    broken.query = fail  # type: ignore[method-assign]
    found: list[list[list[int]]] = []
    question = HashingEmbedder().embed(["the invoice on Monday"])[0]
    scope = sessions(held)

    def ask() -> None:
        found.append([[i for i, _ in indexer.nearest(question, 10, sessions=scope)]])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[expected[0]]] * 4
    until(lambda: indexer.chroma is not None and indexer.state == "ready" and not status(held).pending)
    assert indexer.chroma is not broken
    until(lambda: not indexer.behind)
    with held.read() as unit:
        assert unit.facts.number(GENERATION) <= generation + 2
    assert answers(indexer, held) == expected
    indexer.close()


def test_a_failure_that_comes_late_does_not_harm_the_next_generation(held: Workspace) -> None:
    indexer = following(held)
    standing(indexer)
    indexer._stop.clear()
    old = indexer.chroma
    indexer.begin_generation()
    indexer.catch_up()
    fresh = indexer.chroma
    assert fresh is not old
    assert old is not None
    indexer._broke(RuntimeError("closed"), old)
    assert indexer.chroma is fresh
    indexer.close()


def test_an_index_that_refuses_a_batch_is_made_again(held: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failed = ChromaProcess.upsert, threading.Event()

    def once(self: ChromaProcess, *values: np.ndarray) -> None:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("disk I/O error")
        real(self, *values)

    monkeypatch.setattr(ChromaProcess, "upsert", once)
    indexer = following(held)
    assert failed.is_set()
    assert verify(indexer).missing == 0
    indexer.close()


def test_deleted_passages_leave_a_tombstone_until_the_index_has_followed(held: Workspace) -> None:
    indexer = following(held)
    with held.read() as unit:
        study = unit.studies.all(LOCAL_ADMIN)[0]
    studies.bin_study(held, LOCAL_ADMIN, study.id)
    found = {i for part in answers(indexer, held, 200) for i in part}
    assert not found & _of_study(held, study.id)
    standing(indexer)
    studies.purge(held)
    with held.read() as unit:
        gone = set(unit.segments.tombstones())
    assert len(gone) == N // 3
    assert indexer.chroma is not None and gone <= indexer.chroma.ids()
    indexer.catch_up()
    assert not gone & indexer.chroma.ids()
    with held.read() as unit:
        assert unit.segments.tombstones() == []
    assert verify(indexer).orphans == 0
    indexer.close()


def _of_study(workspace: Workspace, study_id: int) -> set[int]:
    with workspace.read() as unit:
        found = [unit.segments.of_session(i) for i in unit.sessions.all_of_study(study_id)]
    return {segment.id for part in found for segment in part}


def test_a_tombstone_survives_a_kill_between_the_index_and_sql(
    held: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index has forgotten, SQL was not told: forgetting again does no harm."""
    indexer = following(held)
    standing(indexer)
    with held.read() as unit:
        study = unit.studies.all(LOCAL_ADMIN)[0]
    studies.bin_study(held, LOCAL_ADMIN, study.id)
    studies.purge(held)
    with held.read() as unit:
        gone = unit.segments.tombstones()
    assert indexer.chroma is not None
    indexer.chroma.delete(gone)
    indexer.catch_up()
    assert verify(indexer).orphans == verify(indexer).missing == 0
    indexer.close()


def test_a_swap_of_generations_closes_its_files_and_removes_the_old(held: Workspace) -> None:
    indexer = following(held)
    standing(indexer)
    indexer._stop.clear()

    def open_files() -> list[str]:
        family = [psutil.Process(), *psutil.Process().children(recursive=True)]
        return [file.path for process in family for file in process.open_files() if "/gen-" in file.path]

    counts = []
    for _ in range(4):
        indexer.begin_generation()
        indexer.catch_up()
        [folder] = held.folder.glob("index/gen-*")
        assert all(path.startswith(str(folder)) for path in open_files())
        counts.append(len(open_files()))
    assert max(counts) <= counts[0] + 2  # a connection more or less
    indexer.close()
    assert open_files() == []


def test_much_churn_makes_a_new_generation(held: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chroma keeps what was deleted: with more dead than the rest is worth, it is made anew."""
    monkeypatch.setattr(indexing, "FEW_DEAD", 10)
    indexer = following(held)
    with held.read() as unit:
        generation, all_studies = unit.facts.number(GENERATION), unit.studies.all(LOCAL_ADMIN)
    for study in all_studies[:2]:
        studies.bin_study(held, LOCAL_ADMIN, study.id)
    studies.purge(held)

    def anew() -> bool:
        with held.read() as unit:
            later = unit.facts.number(GENERATION) > generation and not unit.segments.tombstones()
        return later and indexer.state == "ready" and not status(held).pending

    until(anew)
    assert verify(indexer).missing == verify(indexer).orphans == 0
    [folder] = held.folder.glob("index/gen-*")
    assert str(generation) not in folder.name
    indexer.close()


def test_only_what_is_in_scope_is_answered(held: Workspace) -> None:
    indexer = following(held)
    question = HashingEmbedder().embed(["the invoice on Monday"])[0]
    with held.read() as unit:
        [one, *_] = unit.studies.all(LOCAL_ADMIN)
        mine = unit.segments.sessions_in_scope(LOCAL_ADMIN, studies=[one.id])
    found = [i for i, _ in indexer.nearest(question, 60, sessions=mine)]
    assert len(found) == 60 and set(found) <= _of_study(held, one.id)
    assert indexer.nearest(question, 10, sessions=[]) == []
    assert indexer.nearest(question, 10, sessions=sessions(held), roles=[Role.INTERVIEWER]) == []
    few = found[:3]
    assert sorted(i for i, _ in indexer.nearest(question, 10, sessions=sessions(held), only=few)) == sorted(few)
    indexer.close()


def test_an_exact_repository_has_no_chroma(held: Workspace) -> None:
    held.settings = replace(held.settings, index=replace(held.settings.index, kind="exact"))
    indexer = Indexer(held)
    indexer.start()
    until(lambda: indexer.ready and indexer.state == "exact only")
    assert answers(indexer, held)[0]
    assert indexer.answered["chroma"] == 0
    indexer.close()
    assert list(held.folder.glob("index/gen-*")) == []


def test_a_missing_model_is_said_and_waited_for(held: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    held._embedder = None
    held.settings = replace(held.settings, embedding=replace(held.settings.embedding, model="no-such/model"))
    indexer = Indexer(held)
    indexer.start()
    until(lambda: "no-such/model" in caplog.text)
    assert not indexer.ready
    indexer.close()
    with pytest.raises(Unavailable):
        held.embedder()
