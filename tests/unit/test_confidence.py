"""The rule of confidence: monotone, explained, and deaf to how many quotes one person gives."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from repository.confidence import Said, confidence

TODAY = date(2026, 11, 23)
SAID = st.builds(
    Said,
    person=st.sampled_from([f"p{n}" for n in range(9)]),
    account=st.sampled_from(["", "A", "B", "C", "D"]),
    study_id=st.integers(1, 5),
    method=st.sampled_from(["", "interview", "survey", "usability test"]),
    on=st.none() | st.dates(date(2020, 1, 1), TODAY),
)


def test_nobody_supports_nothing() -> None:
    found = confidence([], [Said("p1")], TODAY)
    assert (found.level, found.word) == (0.0, "without support")
    assert found.told == "no participant’s words support it; 1 contradicts"


def test_it_is_said_in_words() -> None:
    said = [
        Said("p1", "A", 1, "interview", date(2025, 2, 3)),
        Said("p2", "A", 1, "interview", date(2025, 2, 4)),
        Said("p3", "B", 2, "usability test", date(2026, 5, 1)),
        Said("p4", "C", 2, "usability test", None),
    ]
    found = confidence(said, [Said("p9", "D", 2)], TODAY)
    assert found.told == "4 participants of 3 accounts in 2 studies by 2 methods, newest May 2026; 1 contradicts"
    assert found.word == "well supported"
    assert [part.name for part in found.parts] == ["Breadth", "Recency", "Agreement"]


def test_several_quotes_of_one_person_count_as_one() -> None:
    once = [Said("p1", "A", 1, "interview", TODAY)]
    assert confidence(once * 20, [], TODAY) == confidence(once, [], TODAY)


def test_the_interviewer_supports_nothing() -> None:
    assert confidence([Said("", "A", 1, "interview", TODAY)], [], TODAY).level == 0


@given(st.lists(SAID, max_size=12), st.lists(SAID, max_size=4), SAID)
def test_more_that_supports_never_lowers_it_and_more_against_never_raises_it(
    supports: list[Said], against: list[Said], one: Said
) -> None:
    before = confidence(supports, against, TODAY)
    assert 0 <= before.level <= 1
    assert confidence([*supports, one], against, TODAY).level >= before.level - 1e-12
    assert confidence(supports, [*against, one], TODAY).level <= before.level + 1e-12


@given(st.lists(SAID, min_size=1, max_size=8), st.lists(SAID, max_size=3), st.integers(1, 900))
def test_newer_support_never_lowers_it(supports: list[Said], against: list[Said], days: int) -> None:
    first = supports[0]
    if first.on is None:
        return
    newer = [replace(first, on=min(TODAY, first.on + timedelta(days))), *supports[1:]]
    assert confidence(newer, against, TODAY).level >= confidence(supports, against, TODAY).level - 1e-12
