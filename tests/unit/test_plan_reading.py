"""A plan as people write it: which questions are recognised, and what else it says."""

import pytest

from ingest.plan_reading import METHODS, MOST_QUESTIONS, Known, looks_spoken, read_plan

KNOWN = Known(
    ("small practice", "group practice", "hospital"),
    ("calendar sync", "reminders"),
    METHODS,
    ("St Brannoc's Hospital", "Fernhill Physiotherapy"),
)


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("We want to learn whether reminders help.", ("We want to learn whether reminders help.",)),
        (
            "It is short. We also need to understand why they leave. Eight interviews.",
            ("We also need to understand why they leave.",),
        ),
        ("RQ1: Who decides?\nRQ2 - What does it cost?", ("Who decides?", "What does it cost?")),
        (
            "Research questions\n\n1. Who decides\n2. Understand the morning routine",
            ("Who decides", "Understand the morning routine"),
        ),
        (
            "## Objectives\n- Explore whether paper stays\n- Identify who pays",
            ("Explore whether paper stays", "Identify who pays"),
        ),
        ("| # | Research question | Priority |\n|---|---|---|\n| 1 | Who decides? | high |", ("Who decides?",)),
        (
            "Who decides on linking a\ncalendar in a practice of\nthree people?",
            ("Who decides on linking a calendar in a practice of three people?",),
        ),
        (
            "Hi, could you have a look?\n1) Where do double bookings come from\nAny thoughts?",
            ("Where do double bookings come from",),
        ),
        ("> Why can't I see it? says P07\n\nSee https://example.org/?q=1", ()),
        ("Why? Nobody knows.", ()),
        (
            "**Key questions:**\na. How come they stay away\nb. What happens then",
            ("How come they stay away", "What happens then"),
        ),
        ("Who decides?\nwho decides?", ("Who decides?",)),
    ],
)
def test_questions_are_recognised(text: str, questions: tuple[str, ...]) -> None:
    assert read_plan(text, KNOWN).facts.questions == questions


def test_the_interview_guide_is_left_out_and_this_is_said() -> None:
    found = read_plan(
        "## Research questions\n- Who decides?\n\n## Interview guide\n1. Tell me, how was your morning?\n", KNOWN
    )
    assert found.facts.questions == ("Who decides?",)
    assert "1 question of the interview guide was left out" in found.notes[0]


def test_a_guide_alone_is_taken_and_this_is_said() -> None:
    found = read_plan("## Interview guide\n1. How was your morning?\n", KNOWN)
    assert found.facts.questions == ("How was your morning?",)
    assert "interview guide" in found.notes[0]


def test_facts_are_recognised_from_labels_headings_and_names() -> None:
    found = read_plan(
        "# Linking\n\nGoal: fewer people give up\n**Cohort:** small practices\n\n## Accounts\nSt Brannoc's Hospital, Northgate\n\n"
        "## Method\nEight interviews by phone\n\n## Research questions\n1. Who decides?\n",
        KNOWN,
    )
    facts = found.facts
    assert (facts.title, facts.goal, facts.cohort) == ("Linking", "fewer people give up", "small practices")
    assert (facts.method, facts.accounts) == ("interview", ("St Brannoc's Hospital", "Northgate"))


def test_a_cohort_in_running_text_is_guessed_but_not_from_a_question() -> None:
    guessed = read_plan("We talk to group practices.\n\nWho decides?", KNOWN)
    assert (guessed.facts.cohort, guessed.guessed) == ("group practice", ("cohort",))
    assert read_plan("Do hospitals use reminders?", KNOWN).facts.product_area == ""


def test_front_matter_is_read() -> None:
    assert read_plan("---\ntitle: Linking\ncohort: hospital\n---\nWho decides?", KNOWN).facts.cohort == "hospital"


def test_a_plan_without_a_question_gets_a_proposal() -> None:
    found = read_plan("Goal: to understand why trial users give up", KNOWN)
    assert found.facts.questions == () or found.facts.questions == ("to understand why trial users give up",)
    assert read_plan("Goal: fewer no-shows", KNOWN).proposals == ("What is known about fewer no-shows?",)


def test_a_transcript_is_told_from_a_plan() -> None:
    talk = "\n".join(f"{who}: Well, that is how it was, number {n}." for n in range(6) for who in ("Dana", "P01"))
    assert looks_spoken(talk) and read_plan(talk).is_transcript
    assert not looks_spoken("Q1: why?\nQ2: who?\nQ3: when?\nGoal: more\n" * 4)


def test_another_language_is_said() -> None:
    text = "Ziel: Wir möchten verstehen, was Praxen davon abhält.\n\nWarum verbinden kleine Praxen ihren Kalender nicht mit dem Programm?"
    found = read_plan(text, KNOWN)
    assert found.language == "German" and "German" in found.notes[0]
    assert "Warum verbinden kleine Praxen ihren Kalender nicht mit dem Programm?" in found.facts.questions


def test_too_many_questions_are_cut_and_counted() -> None:
    found = read_plan("\n".join(f"- Why does part number {n} of it fail?" for n in range(MOST_QUESTIONS + 7)))
    assert len(found.facts.questions) == MOST_QUESTIONS and "7 more were left out" in found.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0\0",
        "#" * 5_000,
        "|" * 5_000,
        "(" * 20_000 + "?",
        "- " * 10_000,
        "a?" * 60_000,
        "We " * 30_000 + "want to learn whether",
        "| " + " " * 4_000 + "|" + " " * 4_000 + "|x",
        "We want " + "also " * 90 + "x?",
        "the question is " * 30 + "x?",
        "RQ1: who" + "." * 100_000 + " x?",
        "Q1: " * 50_000,
        "## Research questions\n" + ("\"'" * 2_400 + "\n\n") * 40,
        ("|" + "a|" * 2_400 + "\n") * 40,
        "[" * 200_000,
    ],
)
def test_odd_texts_do_no_harm(text: str) -> None:
    read_plan(text, KNOWN)


def test_a_rule_between_rows_is_no_row() -> None:
    table = "| Question | Priority |\n|:---|---:|\n| Who decides? | high |\n|\t=== | --- |\n| Who pays? | low |"
    assert read_plan(table).facts.questions == ("Who decides?", "Who pays?")


def test_a_question_after_a_very_long_word_is_found() -> None:
    link = "https://example.org/" + "a" * 300
    assert read_plan(f"We wrote it down at {link}. Who decides?").facts.questions[-1] == "Who decides?"
