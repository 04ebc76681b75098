"""Pieces of pages: marks over text, however they overlap."""

from hypothesis import given
from hypothesis import strategies as st

from web.fragments import quoted, runs

SPANS = st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40), st.integers(0, 3)), max_size=8)


@given(st.text(max_size=30), SPANS)
def test_runs_hold_the_text_once_and_each_mark_where_it_belongs(text: str, spans: list[tuple[int, int, int]]) -> None:
    spans = [(a, b, mark) for a, b, mark in spans if a < b]
    found = runs(text, 0, len(text), spans)
    assert "".join(run.text for run in found) == text
    at = 0
    for run in found:
        for place in range(at, at + len(run.text)):
            assert sorted(run.marks) == sorted(mark for a, b, mark in spans if a <= place < b)
        at += len(run.text)
    begun = [mark for run in found for mark in run.begins]
    assert len(begun) == sum(1 for a, b, _ in spans if a < len(text) and b > 0 and text)


def test_runs_work_within_a_longer_text() -> None:
    assert [(r.text, r.marks) for r in runs("0123456789", 3, 7, [(0, 5, "a"), (6, 20, "b")])] == [
        ("34", ("a",)),
        ("5", ()),
        ("6", ("b",)),
    ]


def test_a_word_in_the_question_is_both() -> None:
    assert ("reminder", ("question", "word")) in [(r.text, r.marks) for r in quoted("A reminder? No.", 11, [(2, 10)])]
