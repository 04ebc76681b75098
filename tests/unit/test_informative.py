"""Which texts are worth asking about: undecided, typical, unlike one another, of labels that lack examples."""

import numpy as np

from nlp.reviewing import informative

CHANCE = np.random.default_rng(0)
CENTRES = np.linalg.qr(CHANCE.normal(size=(8, 8)))[0].astype(np.float32)


def groups(each: int) -> np.ndarray:
    noisy = np.repeat(CENTRES[:4], each, 0) + CHANCE.normal(0, 0.05, (4 * each, 8)).astype(np.float32)
    return np.asarray(noisy / np.linalg.norm(noisy, axis=1, keepdims=True), np.float32)


def test_the_first_ones_are_of_different_groups() -> None:
    vectors = groups(20)
    picks = informative(np.full((80, 3), 0.2), vectors, count=4)
    assert {place // 20 for place in picks} == {0, 1, 2, 3}


def test_undecided_texts_come_before_sure_ones() -> None:
    vectors = groups(20)
    scores = np.tile([0.98, 0.01, 0.01], (80, 1))
    scores[[5, 45]] = [0.5, 0.5, 0.01]
    assert set(informative(scores, vectors, count=2)) == {5, 45}


def test_labels_that_lack_examples_come_first() -> None:
    vectors = groups(20)
    scores = np.tile([0.5, 0.01], (80, 1))
    scores[60:] = [0.01, 0.5]
    assert informative(scores, vectors, count=1, accepted=[50, 0])[0] >= 60
    assert informative(scores, vectors, count=1, accepted=[0, 50])[0] < 60


def test_what_was_decided_is_not_asked_again_in_other_words() -> None:
    vectors = groups(20)
    picks = informative(np.full((80, 2), 0.2), vectors, count=3, decided=vectors[:1])
    assert all(place >= 20 for place in picks)


def test_little_does_no_harm_and_nothing_comes_twice() -> None:
    vectors = groups(2)
    assert informative(np.zeros((0, 3)), vectors[:0], count=5) == []
    assert informative(np.zeros((3, 0)), vectors[:3], count=5) == []
    assert informative(np.full((1, 1), 0.5), vectors[:1], count=5) == [0]
    picks = informative(np.full((8, 1), 0.5), vectors, count=50)
    assert sorted(picks) == list(range(8))
    assert picks == informative(np.full((8, 1), 0.5), vectors, count=50)
