"""Groups: as many as there are, from twenty texts on; what belongs to none; what stays when data are added."""

import numpy as np
import pytest

from nlp.clustering import FEWEST, UNASSIGNED, group, join, likeness, split
from nlp.embedding import Vectors
from nlp.neighbours import ANCHORS, Numbers, unit

DIMENSIONS = 64


def some(each: int, groups: int, *, seed: int = 0, noise: float = 0.08) -> tuple[Vectors, Numbers]:
    """Give unit vectors around centres, and which centre each belongs to; the centres do not depend on the seed."""
    middle = np.random.default_rng(7).normal(size=(20, DIMENSIONS))
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    owner = np.repeat(np.arange(groups), each)
    found = middle[owner] + np.random.default_rng(seed).normal(size=(len(owner), DIMENSIONS)) * noise
    return unit(found.astype(np.float32)), owner


def pure(labels: Numbers, owner: Numbers) -> bool:
    """Say whether every group holds texts of one owner only."""
    return all(len(set(owner[labels == label])) == 1 for label in set(labels[labels >= 0]))


@pytest.mark.parametrize(("each", "groups"), [(4, 5), (10, 5), (100, 3), (40, 12)])
def test_the_number_of_groups_is_found(each: int, groups: int) -> None:
    vectors, owner = some(each, groups)
    found = group(vectors)
    assert len(set(found.nearest)) == groups
    assert pure(found.labels, owner)
    assert (found.labels >= 0).mean() > 0.9


def test_small_corpora_have_groups_and_tiny_ones_no_error() -> None:
    for n in range(FEWEST):
        found = group(some(1, n)[0] if n else np.zeros((0, DIMENSIONS), np.float32))
        assert found.labels.tolist() == [UNASSIGNED] * n
        assert len(found.certainty) == len(found.similarity) == len(found.nearest) == n
    noise = unit(np.random.default_rng(3).normal(size=(60, DIMENSIONS)).astype(np.float32))
    for n in (*range(FEWEST, 26), 60):
        found = group(noise[:n])
        assert (found.labels >= 0).sum() * 2 >= n, "at least half are assigned, whatever it is"
        sizes = np.bincount(found.labels[found.labels >= 0])
        assert sizes.min() >= 2 and (np.diff(sizes) <= 0).all(), "no group of one; the largest first"


def test_equal_and_nearly_equal_vectors_do_no_harm() -> None:
    vectors, owner = some(10, 4)
    assert set(group(np.repeat(vectors[:1], 30, 0)).labels) == {0}
    with_copies = np.concatenate([vectors, np.repeat(vectors[:1], 40, 0)])
    assert pure(group(with_copies).labels, np.concatenate([owner, np.zeros(40, np.int64)]))
    outlier = group(np.concatenate([np.repeat(vectors[:1], 20, 0), vectors[-1:]]))
    assert outlier.labels[-1] == UNASSIGNED and set(outlier.labels[:-1]) == {0}
    assert np.isfinite(group(np.concatenate([vectors, np.zeros((3, DIMENSIONS), np.float32)])).certainty).all()


def test_what_belongs_to_none_is_said_with_its_nearest_group() -> None:
    vectors, _ = some(20, 4)
    strange = unit(np.random.default_rng(5).normal(size=(4, DIMENSIONS)).astype(np.float32))
    found = group(np.concatenate([vectors, strange]))
    assert (found.labels[-4:] == UNASSIGNED).sum() >= 3
    assert (found.nearest[-4:] >= 0).all() and (found.similarity[-4:] < found.similarity[:-4].min()).all()
    assert found.certainty[-4:].max() < found.certainty[:-4].min()
    assert ((found.certainty >= 0) & (found.certainty <= 1)).all()
    assert (found.labels[found.labels >= 0] == found.nearest[found.labels >= 0]).all()


def test_a_share_takes_the_surest() -> None:
    found = group(some(20, 5, noise=0.2)[0])
    for share in (0.0, 0.3, 1.0):
        chosen = found.surest(share) >= 0
        assert chosen.sum() == round(share * 100)
        if 0 < share < 1:
            assert found.certainty[chosen].min() >= found.certainty[~chosen].max()


def test_the_same_seed_gives_the_same_bytes() -> None:
    vectors, _ = some(60, 8, noise=0.2)
    one, other = group(vectors, seed=3), group(vectors.copy(), seed=3)
    assert one.labels.tobytes() == other.labels.tobytes()
    assert one.certainty.tobytes() == other.certainty.tobytes()


def test_new_texts_join_and_nothing_assigned_moves() -> None:
    vectors, owner = some(20, 6)
    held = group(vectors)
    permanent = np.where(held.labels >= 0, held.labels * 10 + 5, UNASSIGNED)
    more, theirs = some(6, 6, seed=1)
    found = join(more, vectors, permanent)
    kept = permanent >= 0
    assert (found.labels[: len(vectors)][kept] == permanent[kept]).all()
    assert pure(found.labels, np.concatenate([owner, theirs]))
    assert set(found.labels[found.labels >= 0]) == set(permanent[kept])


def test_a_subject_that_was_not_there_becomes_a_new_group() -> None:
    vectors, owner = some(20, 6)
    old = owner < 5
    held = group(vectors[old])
    found = join(vectors[~old], vectors[old], held.labels)
    assert set(found.labels[-20:]) == {int(held.labels.max()) + 1}


def test_joining_works_with_few_and_with_none() -> None:
    vectors, _ = some(5, 2)
    nothing = np.zeros((0, DIMENSIONS), np.float32)
    assert len(join(nothing, nothing, np.zeros(0, np.int64)).labels) == 0
    assert len(join(vectors, nothing, np.zeros(0, np.int64)).labels) == 10
    kept = join(nothing, vectors[:3], np.array([4, 4, 9]))
    assert kept.labels.tolist() == [4, 4, 9]
    assert join(vectors[:1], vectors[:1], np.array([7])).labels[0] == 7
    assert join(vectors[5:6], vectors[:5], np.array([3, 3, 3, 3, 8])).labels[:5].tolist() == [3, 3, 3, 3, 8]


def test_a_group_splits_into_two_or_more() -> None:
    vectors, owner = some(15, 3)
    found = split(vectors)
    assert len(set(found)) == 3 and pure(found, owner)
    for n in (2, 3, 5, 8):
        assert len(set(split(some(n, 1, noise=0.3)[0]))) >= 2
    assert split(np.repeat(vectors[:1], 9, 0)).tolist() == [0] * 9
    assert split(vectors[:0]).tolist() == []


def test_likeness_says_what_to_merge() -> None:
    vectors, owner = some(15, 4)
    labels = np.array([11, 12, 13, 14])[owner]
    labels[:7] = 20  # half of the first
    names, near = likeness(vectors, labels)
    assert names.tolist() == [11, 12, 13, 14, 20] and near.shape == (5, 5)
    np.fill_diagonal(near, -1)
    assert divmod(int(near.argmax()), 5) == (0, 4)


def test_more_than_the_anchors_are_grouped_in_blocks() -> None:
    vectors, owner = some(ANCHORS // 4, 6, noise=0.1)
    found = group(vectors)
    assert len(vectors) > ANCHORS and pure(found.labels, owner) and len(set(found.nearest)) == 6
