"""The map: what is alike lies together, nothing moves when something is added, the same each time."""

import numpy as np
import pytest

from nlp.embedding import Vectors
from nlp.layout import LAID_OUT, lay_out, place
from nlp.neighbours import unit


def some(each: int, groups: int, seed: int = 0) -> Vectors:
    """Give unit vectors around centres that do not depend on the seed."""
    middle = np.random.default_rng(7).normal(size=(groups, 48)).repeat(each, 0) / 7
    return unit((middle + np.random.default_rng(seed).normal(size=middle.shape) * 0.05).astype(np.float32))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 8, 30])
def test_few_vectors_have_positions(n: int) -> None:
    positions = lay_out(some(n, 1))
    assert positions.shape == (n, 2) and positions.dtype == np.float32
    assert ((positions >= 0) & (positions <= 1)).all()
    assert len(np.unique(positions, axis=0)) == n


def test_equal_vectors_have_positions() -> None:
    assert np.isfinite(lay_out(np.repeat(some(1, 1), 20, 0))).all()


def test_groups_lie_together_and_the_map_is_the_same_each_time() -> None:
    vectors = some(40, 5)
    positions = lay_out(vectors)
    assert positions.tobytes() == lay_out(vectors).tobytes()
    owner = np.repeat(np.arange(5), 40)
    near = np.linalg.norm(positions[:, None] - positions[None], axis=2).argsort(1)[:, 1:6]
    assert (owner[near] == owner[:, None]).mean() > 0.99


def test_new_vectors_are_placed_among_their_like_and_the_old_stay() -> None:
    old, new = some(40, 5), some(10, 5, seed=1)
    positions = lay_out(old)
    before = positions.copy()
    placed = place(new, old, positions)
    assert (positions == before).all() and ((placed >= 0) & (placed <= 1)).all()
    near = np.linalg.norm(placed[:, None] - positions[None], axis=2).argmin(1)
    assert (near // 40 == np.arange(50) // 10).mean() > 0.95
    assert place(new[:0], old, positions).shape == (0, 2)
    assert place(new, old[:0], positions[:0]).shape == (50, 2)
    assert place(new, old[:1], positions[:1]).shape == (50, 2)


def test_more_than_are_laid_out_are_placed() -> None:
    vectors = some(LAID_OUT // 4, 5)
    positions = lay_out(vectors)
    owner = np.repeat(np.arange(5), LAID_OUT // 4)
    some_ = np.arange(0, len(vectors), 25)
    near = np.linalg.norm(positions[some_, None] - positions[None], axis=2).argsort(1)[:, 1:6]
    assert (owner[near] == owner[some_, None]).mean() > 0.95
