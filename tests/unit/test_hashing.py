"""The embedder without weights: the same everywhere, near for words and their forms, blind to meaning."""

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.hashing import HashingEmbedder


def cosine(one: str, other: str) -> float:
    vectors = HashingEmbedder().embed([one, other])
    return float(vectors[0] @ vectors[1])


def test_shared_words_are_near_and_others_are_not() -> None:
    assert cosine("the calendar was connected", "the calendar was connected") > 0.9999
    assert cosine("calendar reminder", "reminder calendar") > 0.9999
    assert cosine("two reminders", "a reminder") > cosine("two reminders", "an invoice") + 0.1
    assert abs(cosine("calendar", "xylophone")) < 0.3


def test_it_gives_the_same_in_every_process() -> None:
    code = (
        "from nlp.hashing import HashingEmbedder; print(HashingEmbedder().embed(['two reminders'])[0].tobytes().hex())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert told == HashingEmbedder().embed(["two reminders"])[0].tobytes().hex()


def test_its_fingerprint_names_the_dimension() -> None:
    assert HashingEmbedder(64).fingerprint != HashingEmbedder(128).fingerprint
    assert HashingEmbedder(64).embed(["a"]).shape == (1, 64)


@given(st.lists(st.text(max_size=80), max_size=5))
def test_any_texts_have_unit_vectors(texts: list[str]) -> None:
    vectors = HashingEmbedder().embed(texts)
    assert vectors.shape == (len(texts), 384) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
