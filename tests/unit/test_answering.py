"""Signals and the curve that says how likely it is that words answer a question."""

from dataclasses import astuple, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.answering import WEIGHTS, Signals, grouped, joined, spoken, strength, together
from nlp.opposing import opposed


def test_no_signal_counts_against_an_answer() -> None:
    assert all(weight >= 0 for weight in astuple(WEIGHTS))
    weak = Signals(0.3, 0.2, 0.2, 0.3)
    for name in ("best", "asked", "studied", "spoken"):
        assert strength(replace(weak, **{name: 0.9})) >= strength(weak)


@given(st.lists(st.floats(-50, 50), min_size=4, max_size=4))
def test_strength_is_a_probability(values: list[float]) -> None:
    assert 0 <= strength(Signals(*values)) <= 1


def test_neighbours_and_groups_are_unit_vectors() -> None:
    vectors = np.eye(3, dtype=np.float32)
    np.testing.assert_allclose(np.linalg.norm(joined(vectors), axis=1), 1, atol=1e-6)
    whole = together(vectors, [7, 9, 7])
    np.testing.assert_allclose(whole[0], whole[2])
    np.testing.assert_allclose(whole[1], vectors[1])


def test_forms_of_a_word_are_spoken_of() -> None:
    assert spoken("Do reminders help?", ["Nobody reminded me."]) == (0.5, ("help",))
    assert spoken("What of it?", ["so"]) == (0.0, ())


def test_what_is_alike_is_one_claim_and_the_most_central_heads_it() -> None:
    vectors = np.array([[1, 0], [0, 1], [0.9, 0.436], [0.97, 0.243]], np.float32)
    assert grouped(vectors, np.ones(4, np.float32), 0.8) == [[3, 2, 0], [1]]
    assert grouped(vectors, np.array([1, 1, 0.1, 0.1], np.float32), 0.8) == [[0, 3, 2], [1]]


def test_disagreement_is_told_by_rule() -> None:
    assert opposed("Yes, we do.", "No, we never did.", set()) == "one says yes, the other no"
    assert opposed("It is easy to book.", "I found it hard to book.", set()) == "“easy” against “hard”"
    assert opposed("A text two days ahead.", "A text two days before.", {"text"}) == ""
    assert opposed("Two sites.", "Three rooms.", set()) == ""
