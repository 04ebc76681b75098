"""Scores that mean what they say, and thresholds that keep what they promise."""

import numpy as np
import pytest

from nlp.calibrating import Curve, calibration_error, lead_of, threshold_for

GENERAL = Curve(own=1.0, lead=0.0, constant=0.0)


def drawn(own: float, constant: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(0)
    logits = chance.normal(0, 2, (n, 5)).astype(np.float32)
    return logits, (chance.random((n, 5)) < 1 / (1 + np.exp(-(own * logits + constant)))).astype(np.float32)


def test_a_curve_finds_the_one_that_decisions_were_made_by() -> None:
    logits, truth = drawn(0.5, -1.0, 4_000)
    found = GENERAL.fitted(logits, truth, np.ones_like(truth))
    assert found.own == pytest.approx(0.5, abs=0.05) and found.constant == pytest.approx(-1.0, abs=0.1)
    assert calibration_error(found(logits), truth) < 0.02 < calibration_error(GENERAL(logits), truth)


def test_few_decisions_hardly_move_the_general_curve() -> None:
    logits, truth = drawn(0.5, -1.0, 1)
    assert GENERAL.fitted(logits, truth, np.zeros_like(truth)) == GENERAL
    assert GENERAL.fitted(logits, truth, np.ones_like(truth)).own == pytest.approx(1.0, abs=0.8)


def test_probability_never_falls_as_evidence_rises() -> None:
    logits, truth = drawn(-1.0, 0.0, 200)
    found = GENERAL.fitted(logits, truth, np.ones_like(truth))
    assert found.own >= 0


def test_the_lead_is_over_all_others_together() -> None:
    logits = np.array([[3.0, 1.0, -2.0], [40.0, 0.0, 0.0]], np.float32)
    for row, leads in zip(logits, lead_of(logits), strict=True):
        for place, lead in enumerate(leads):
            others = np.delete(row, place)
            assert lead == pytest.approx(row[place] - np.log(np.exp(others).sum()), abs=1e-4)
    assert lead_of(logits[:, :1]).tolist() == logits[:, :1].tolist()


def test_a_threshold_keeps_its_promise_on_calibrated_scores() -> None:
    logits, truth = drawn(1.0, -1.0, 20_000)
    scores = GENERAL(logits - 1)
    for promised in (0.3, 0.5, 0.8, 0.95):
        found = threshold_for(promised, scores)
        assert truth[scores >= found].mean() >= promised - 0.01
    assert threshold_for(0.8, np.array([0.1, 0.2])) == 0.8
    assert threshold_for(0.8, np.zeros(0)) == 0.8


def test_calibration_error_is_the_gap_between_told_and_true() -> None:
    assert calibration_error(np.full(10, 0.75), np.array([1.0] * 5 + [0.0] * 5)) == pytest.approx(0.25)
    assert calibration_error(np.array([0.0, 1.0]), np.array([0.0, 1.0])) == 0.0
