"""What every vector index must do: the exact one in memory, Chroma embedded, Chroma as a server."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from repository.errors import Unavailable
from repository.index.chroma import ChromaIndex
from repository.index.process import ChromaProcess
from repository.index.vectors import Floats, MemoryIndex, VectorIndex

DIMENSION = 48


def unit_vectors(n: int, seed: int = 0) -> Floats:
    made = np.random.default_rng(seed).normal(size=(n, DIMENSION)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma")
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(150):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.2)
    yield port
    process.terminate()
    process.wait(20)


@pytest.fixture(params=["memory", "chroma", "chroma server"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndex]:
    made: VectorIndex
    if request.param == "memory":
        made = MemoryIndex(DIMENSION)
    elif request.param == "chroma":
        made = ChromaIndex(tmp_path / "gen-1")
    else:
        import chromadb

        client = chromadb.HttpClient(host="127.0.0.1", port=request.getfixturevalue("chroma_server"))
        for collection in client.list_collections():
            client.delete_collection(collection.name)
        made = ChromaIndex(None, client=client)
    yield made
    made.close()


def filled(index: VectorIndex, n: int = 200) -> tuple[np.ndarray, np.ndarray, Floats]:
    ids, vectors = (np.arange(n) + 1) * 7_919_000_001, unit_vectors(n)
    studies = np.arange(n) % 4
    index.upsert(ids, studies, vectors)
    return ids, studies, vectors


def test_a_vector_is_its_own_nearest(index: VectorIndex) -> None:
    ids, _, vectors = filled(index)
    [(found, cosine)] = index.query(vectors[17], 1)
    assert found == ids[17]
    assert cosine == pytest.approx(1.0, abs=1e-5)


def test_neighbours_are_those_of_an_exact_comparison(index: VectorIndex) -> None:
    ids, _, vectors = filled(index)
    question = unit_vectors(1, seed=5)[0]
    exact = ids[np.argsort(-(vectors @ question))][:10].tolist()
    assert [i for i, _ in index.query(question, 10)] == exact


def test_a_study_filter_leaks_nothing_and_is_never_short(index: VectorIndex) -> None:
    ids, studies, _ = filled(index)
    found = [i for i, _ in index.query(unit_vectors(1, seed=6)[0], 40, studies=[2])]
    assert len(found) == 40
    assert set(found) <= set(ids[studies == 2].tolist())


def test_no_study_finds_nothing(index: VectorIndex) -> None:
    filled(index)
    assert index.query(unit_vectors(1)[0], 5, studies=[]) == []


def test_upserting_again_replaces(index: VectorIndex) -> None:
    ids, studies, vectors = filled(index, 50)
    index.upsert(ids[:1], studies[:1], -vectors[:1])
    assert index.ids() == set(ids.tolist())
    assert index.query(-vectors[0], 1)[0][0] == ids[0]


def test_what_is_deleted_is_not_found(index: VectorIndex) -> None:
    ids, _, vectors = filled(index, 60)
    index.delete([int(ids[3]), 123])
    assert int(ids[3]) not in {i for i, _ in index.query(vectors[3], 60)}
    assert index.ids() == set(ids.tolist()) - {int(ids[3])}


def test_an_empty_index_answers(index: VectorIndex) -> None:
    assert index.query(unit_vectors(1)[0], 3) == []


def test_more_vectors_than_one_batch_takes(index: VectorIndex) -> None:
    n = 6_000  # Chroma's limit is 5,461
    ids = np.arange(1, n + 1)
    index.upsert(ids, np.zeros(n, np.int64), unit_vectors(n))
    assert index.ids() == set(range(1, n + 1))


def test_vectors_that_are_not_finite_are_refused(index: VectorIndex) -> None:
    bad = unit_vectors(2)
    bad[1, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        index.upsert(np.array([1, 2]), np.array([1, 1]), bad)
    assert index.ids() == set()


def bad(kind: str) -> tuple[np.ndarray, Floats]:
    """Give ids and vectors of which one cannot be kept."""
    ids, vectors = np.array([101, 102, 103]), unit_vectors(3)
    if kind == "nan":
        vectors[1, 0] = np.nan
    elif kind == "infinite":
        vectors[2, 5] = np.inf
    elif kind == "too long":
        vectors = np.hstack([vectors, vectors[:, :1]])
    elif kind == "too short":
        vectors = vectors[:, 1:]
    elif kind == "fewer than ids":
        vectors = vectors[:2]
    elif kind == "twice":
        ids[2] = ids[0]
    return ids, vectors


@pytest.mark.parametrize("kind", ["nan", "infinite", "too long", "too short", "fewer than ids", "twice"])
def test_what_cannot_be_kept_is_refused_as_a_whole(index: VectorIndex, kind: str) -> None:
    held, _, _ = filled(index, 20)
    ids, vectors = bad(kind)
    with pytest.raises(ValueError):
        index.upsert(ids, np.zeros(3, np.int64), vectors)
    assert index.ids() == set(held.tolist())
    question = unit_vectors(1)[0]
    assert len(index.query(question, 5)) == 5


@pytest.mark.parametrize("question", [np.full(DIMENSION, np.nan, np.float32), np.ones(DIMENSION + 1, np.float32)])
def test_a_question_that_is_none_is_refused(index: VectorIndex, question: Floats) -> None:
    filled(index, 20)
    with pytest.raises(ValueError):
        index.query(question, 3)
    assert len(index.query(unit_vectors(1)[0], 3)) == 3


def test_nothing_to_do_does_nothing(index: VectorIndex) -> None:
    ids, _, vectors = filled(index, 20)
    index.upsert(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, DIMENSION), np.float32))
    index.delete([])
    index.delete([1, 2, 3])  # unknown ones
    assert index.ids() == set(ids.tolist())
    assert index.query(vectors[0], 0) == []


def test_asked_for_more_than_there_is_it_gives_what_there_is(index: VectorIndex) -> None:
    ids, _, vectors = filled(index, 20)
    assert {i for i, _ in index.query(vectors[0], 1_000)} == set(ids.tolist())


def test_twenty_thousand_in_one_go(index: VectorIndex) -> None:
    n = 20_000
    ids, vectors = np.arange(1, n + 1), unit_vectors(n)
    index.upsert(ids, np.zeros(n, np.int64), vectors)
    assert index.query(vectors[n - 1], 1)[0][0] == n
    index.delete(ids[100:].tolist())
    assert index.ids() == set(range(1, 101))


def test_a_change_after_a_search_does_not_cost_what_the_load_did(tmp_path: Path) -> None:
    """Chroma 1.5.9 adds everything again at the first write after a read, unless a read came before all writes."""
    index = ChromaIndex(tmp_path / "gen-1")
    n = 3_000

    def processor_seconds(act: Callable[[], object]) -> float:
        began = time.process_time()
        act()
        return time.process_time() - began

    ids, studies, vectors = np.arange(1, n + 1), np.zeros(n, np.int64), unit_vectors(n)
    load = processor_seconds(lambda: index.upsert(ids, studies, vectors))
    assert len(index.query(vectors[0], 5)) == 5
    change = processor_seconds(lambda: index.delete([5, 6]))
    index.close()
    assert change < load  # a hundredth, where it was ten times as much


def test_a_mask_taken_before_rows_moved_admits_nobody_else() -> None:
    """A query asks whether ids may be shown by the state it began with, while another thread packs the rows."""
    index = MemoryIndex(DIMENSION)
    ids, _, _ = filled(index, 100)
    before = index.rows
    mask = before.alive.copy()
    mask[:50] = False  # the viewer may not see the first half
    assert index.holds(int(ids[70]), before, mask)
    index.delete(ids[60:95].tolist())  # more than DEAD: the rows behind move up
    assert not any(index.holds(int(i), before, mask) for i in ids[:50])
    index.upsert(ids[:5], np.ones(5, np.int64), unit_vectors(5))
    assert not any(index.holds(int(i), before, mask) for i in ids[:50])


def test_a_running_query_does_not_see_what_comes_after() -> None:
    index = MemoryIndex(DIMENSION)
    ids, _, _ = filled(index, 100)
    before = index.rows
    index.delete(ids[:90].tolist())
    index.upsert(np.array([5]), np.array([1]), unit_vectors(1))
    assert before.alive.sum() == 100
    assert index.rows.alive.sum() == 11


def breaking(name: str) -> Callable[[Path], None]:
    def halve(path: Path) -> None:
        for file in path.rglob("*"):
            if file.is_file() and file.suffix != ".lock":
                with file.open("r+b") as out:
                    out.truncate(file.stat().st_size // 2)

    def zero(path: Path) -> None:
        for file in path.rglob("*"):
            if file.is_file():
                file.write_bytes(b"\0" * file.stat().st_size)

    return {"halved": halve, "zeroed": zero}[name]


def test_an_index_that_is_opened_is_given_up_when_cairn_ends(tmp_path: Path) -> None:
    path = tmp_path / "gen-1"
    index = ChromaIndex(path)
    filled(index)
    index.close()
    stop = threading.Event()
    stop.set()
    began = time.monotonic()
    with pytest.raises(Unavailable, match="about to end"):
        ChromaProcess(path, seconds=60, stop=stop)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("how", ["halved", "zeroed"])
def test_a_broken_generation_fails_in_the_child_and_is_named(tmp_path: Path, how: str) -> None:
    path = tmp_path / "gen-1"
    index = ChromaIndex(path)
    filled(index)
    index.close()
    opened = ChromaProcess(path, seconds=60)
    assert opened.count() == 200
    opened.close()
    breaking(how)(path)
    with pytest.raises(Unavailable):
        ChromaProcess(path, seconds=60).query(unit_vectors(1)[0], 1)


def test_an_index_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="did not open"):
        ChromaProcess(tmp_path / "gen-1", seconds=0.01)


def test_in_its_own_process_it_answers_the_same(tmp_path: Path) -> None:
    index = ChromaProcess(tmp_path / "gen-1", seconds=60)
    ids, vectors = np.arange(1, 301), unit_vectors(300)
    index.upsert(ids, ids % 3, vectors)
    exact = ids[np.argsort(-(vectors @ vectors[7]), kind="stable")][:10].tolist()
    near = index.query(vectors[7], 10)
    assert near is not None and [i for i, _ in near] == exact
    index.delete([8])
    assert index.ids() == set(ids.tolist()) - {8} and index.count() == 299
    with pytest.raises(ValueError, match="finite"):
        index.upsert(ids, ids, vectors * np.nan)
    assert index.count() == 299  # it goes on
    index.close()


def test_whoever_asks_meanwhile_is_not_kept_waiting(tmp_path: Path) -> None:
    index = ChromaProcess(tmp_path / "gen-1", seconds=60)
    n = 4_000
    writing = threading.Thread(target=index.upsert, args=(np.arange(1, n + 1), np.ones(n, np.int64), unit_vectors(n)))
    writing.start()
    while not index._turn.locked():
        time.sleep(0.001)
    began = time.monotonic()
    assert index.query(unit_vectors(1)[0], 1) is None
    assert time.monotonic() - began < 0.5
    writing.join()
    assert index.query(unit_vectors(1)[0], 1) is not None
    index.close()


def test_the_process_ends_with_whoever_started_it_whatever_it_does(tmp_path: Path) -> None:
    code = (
        "import sys, os, threading, time, numpy as np\nfrom pathlib import Path\n"
        "from repository.index.process import ChromaProcess\n"
        "index = ChromaProcess(Path(sys.argv[1]), seconds=60)\nn = 8000\n"
        "threading.Thread(target=index.upsert, args=(np.arange(n), np.ones(n, int),"
        " np.random.rand(n, 384).astype('f4'))).start()\ntime.sleep(0.3)\n"
        "print(index._child.pid, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "gen-1")], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert not psutil.wait_procs([child], timeout=5)[1]


def test_a_process_that_was_killed_is_an_error_not_a_hang(tmp_path: Path) -> None:
    index = ChromaProcess(tmp_path / "gen-1", seconds=60)
    index._child.kill()
    with pytest.raises(Unavailable, match="went away"):
        index.count()
    index.close()
