"""The verdict on a question: a pure function of what was counted, with every reason said."""

from dataclasses import replace

import pytest

from repository.domain.plan import Verdict
from repository.domain.study import StudyState
from repository.verdicts import OLD, Before, Signals, verdict

SURE = Signals(strength=0.9, people=5, studies=2, fitting=5, in_area=5, months=3, year=2026, words=3)


def test_enough_people_of_the_cohort_lately_is_an_answer() -> None:
    judged = verdict(SURE)
    assert judged.verdict is Verdict.ANSWERED
    assert judged.reasons[0] == "5 participants in 2 studies speak to it; the newest is 3 months old."


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"people": 2, "fitting": 2, "in_area": 2}, "2 participants are few to rely on."),
        ({"strength": 0.55}, "Whether these words answer it is not certain: read them."),
        ({"months": OLD + 1, "year": 2024}, "The newest answer is from 2024: things may have changed since."),
        (
            {"cohort": "hospital", "fitting": 0, "in_area": 0, "others": ("small practice",)},
            "Other cohort: small practice, not hospital.",
        ),
        (
            {"area": "waitlist", "in_area": 0, "other_areas": ("reminders",)},
            "Other product area: reminders, not waitlist.",
        ),
        ({"unspoken": ("whatsapp", "price")}, "Nobody speaks of: whatsapp, price."),
        ({"foreign": True}, "The question is not in English, so its meaning could not be compared well."),
    ],
)
def test_whatever_differs_makes_it_partly_and_is_said(changed: dict[str, object], reason: str) -> None:
    judged = verdict(replace(SURE, **changed))  # type: ignore[arg-type]
    assert judged.verdict is Verdict.PARTLY
    assert reason in judged.reasons


def test_nothing_is_not_studied() -> None:
    judged = verdict(Signals(strength=0.1))
    assert (judged.verdict, judged.reasons) == (Verdict.NOT_STUDIED, ("Nobody has spoken of this.",))


def test_a_done_study_that_asked_the_same_needs_fewer_people_and_names_itself() -> None:
    same = Before("Calendars", StudyState.DONE)
    judged = verdict(replace(SURE, people=2, fitting=2, in_area=2, before=(same,)))
    assert judged.verdict is Verdict.ANSWERED
    assert "“Calendars” asks the same and is done." in judged.reasons


def test_a_study_in_flight_makes_it_partly() -> None:
    running = Before("Calendars", StudyState.RECRUITING)
    assert verdict(replace(SURE, before=(running,))).verdict is Verdict.PARTLY
    assert verdict(Signals(before=(running,))).verdict is Verdict.PARTLY


def test_a_study_that_is_only_planned_answers_nothing() -> None:
    assert verdict(Signals(before=(Before("Calendars", StudyState.PLANNED),))).verdict is Verdict.NOT_STUDIED


def test_a_study_that_asked_others_is_a_near_miss_with_its_difference() -> None:
    other = Before(
        "Hospitals", StudyState.DONE, ("asked of another cohort: hospital, not small practice",), 0.8, fits=False
    )
    judged = verdict(Signals(before=(other,)))
    assert judged.verdict is Verdict.NOT_STUDIED
    assert "hospital, not small practice" in judged.differs[0]


def test_more_evidence_never_makes_a_verdict_worse() -> None:
    order = [Verdict.NOT_STUDIED, Verdict.PARTLY, Verdict.ANSWERED]
    for strength in (0.0, 0.3, 0.6, 0.9):
        for people in range(6):
            base = Signals(
                strength=strength, people=people, studies=min(people, 2), fitting=people, in_area=people, words=3
            )
            more = replace(
                base,
                people=people + 1,
                fitting=people + 1,
                in_area=people + 1,
                studies=2,
                strength=min(1.0, strength + 0.1),
            )
            assert order.index(verdict(more).verdict) >= order.index(verdict(base).verdict)
