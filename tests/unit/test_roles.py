"""Who asks and who answers: from labels, and from the habit of asking."""

import tomllib
from pathlib import Path

import pytest

from ingest.readers.registry import read
from ingest.readers.roles import propose_roles, role_of_label
from repository.domain.transcript import Role, Speaker, Transcript
from tests.reading import assert_canonical, read_text

DEMO = Path(__file__).resolve().parents[2] / "demo"
I, P, O, U = Role.INTERVIEWER, Role.PARTICIPANT, Role.OTHER, Role.UNKNOWN  # noqa: E741
LONG = "It is slow, and it has been slow since spring, and then one day it stopped and we phoned, and nobody came."


def roles(found: Transcript) -> list[Role]:
    return [speaker.role for speaker in found.speakers]


@pytest.mark.parametrize(
    ("label", "role"),
    [
        *(
            (label, I)
            for label in ("I", "Int", "INTERVIEWER", "I1", "Interviewer 2", "Interviewer, First", "Moderator", "Q")
        ),
        *(
            (label, I)
            for label in (
                "Dana (Researcher)",
                "Dana [UX-Researcher]",
                "Interviewerin",
                "Intervieweuse",
                "Entrevistadora",
            )
        ),
        *(
            (label, P)
            for label in ("P", "P7", "P07", "P-12", "P12b", "Participant 3", "Participant #3", "R2", "Respondent", "A")
        ),
        *(
            (label, P)
            for label in ("P1/female/34", "Kai (Participant)", "Befragte 1", "TN3", "Usuario", "Partecipante", "B2")
        ),
        *((label, O) for label in ("Observer", "Notetaker", "Interpreter 1")),
        *((label, U) for label in ("Dana", "Ian", "Pat", "Speaker 1", "User Research", "Dana (Acme)", "I think", "")),
    ],
)
def test_what_a_label_says(label: str, role: Role) -> None:
    assert role_of_label(label) is role


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("Q", "A"), [I, P]),
        (("I", "B"), [I, P]),
        (("Speaker A", "Speaker B"), [U, U]),
        (("A", "B"), [U, U]),
        (("Moderator", "Kai"), [I, P]),
        (("P1", "P2"), [P, P]),
    ],
)
def test_letters_count_beside_somebody_who_asks(labels: tuple[str, str], expected: list[Role]) -> None:
    assert [s.role for s in propose_roles([Speaker(label) for label in labels], [], "", {})] == expected


@pytest.mark.parametrize("mark", ["?", "？", "؟"])
def test_who_ends_turns_with_questions_asks(mark: str) -> None:
    found = read_text(f"Dana: What is it like{mark}\nAna: {LONG}\n" * 4)
    assert roles(found) == [I, P]
    assert {speaker.role_source.value for speaker in found.speakers} == {"heuristic"}


def test_prompts_are_questions_without_a_mark() -> None:
    asked = (
        "Tell me about it.",
        "Okay, so walk me through that.",
        "Right. Imagine you are in a hurry.",
        "Describe the room.",
    )
    assert roles(read_text("".join(f"Dana: {prompt}\nAna: {LONG}\n" for prompt in asked))) == [I, P]


def test_rhetorical_questions_inside_long_answers_do_not_count() -> None:
    answer = f"Why would they? Who knows? {LONG} {LONG}"
    assert roles(read_text(f"Ana: {answer}\nDana: And then what happened?\n" * 4)) == [P, I]


def test_who_listens_much_and_says_little_asks() -> None:
    assert roles(read_text(f"Dana: Mm. And the calendar.\nAna: {LONG} {LONG}\n" * 7)) == [I, P]


def test_equals_stay_unknown() -> None:
    assert roles(read_text(f"Dana: {LONG}\nAna: {LONG} Is it not?\nDana: {LONG} Is it?\nAna: {LONG}\n" * 3)) == [U, U]
    assert roles(read_text("Dana: Why?\nAna: So.\n")) == [U, U]  # too little to tell


def test_nobody_unidentified_is_given_a_role() -> None:
    found = read_text(f"Interviewer: Why?\nUnknown Speaker: {LONG}\nKai: {LONG}\n" * 2)
    assert roles(found) == [I, U, P]


def test_a_group_with_a_moderator() -> None:
    found = read_text(
        f"Dana: And for you?\nAna: {LONG}\nBo: {LONG}\nDana: How so?\nCy: {LONG} {LONG}\nDana: What else?\nAna: {LONG}\n"
        * 2
    )
    assert roles(found) == [I, P, P, P]


def test_everybody_in_the_demonstration_has_the_right_role() -> None:
    manifest = tomllib.loads((DEMO / "manifest.toml").read_text(encoding="utf-8"))
    wrong, people = [], 0
    for session in manifest["session"]:
        path = DEMO / "files" / session["file"]
        found = read(path.read_bytes(), path.name)
        assert_canonical(found)
        assert bool(found.speakers) == bool(session["speakers"]), path.name
        assert set(session["speakers"]) <= {speaker.label for speaker in found.speakers}
        for speaker in found.speakers:
            people += 1
            if speaker.role is not (P if speaker.label in session["speakers"] else I):
                wrong.append((path.name, speaker))
    assert people > 100 and len(wrong) <= 0.02 * people, wrong
