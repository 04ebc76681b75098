"""Damaged files are read by the rules or refused with a sentence; nothing else ever happens."""

import pytest

from tests.fuzzing import try_one


@pytest.mark.parametrize("first", range(0, 2_000, 100))
def test_damaged_files_are_read_or_refused(first: int) -> None:
    outcomes = [try_one(seed) for seed in range(first, first + 100)]
    assert any(outcome.startswith("read as") for outcome in outcomes)
