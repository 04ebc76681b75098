"""How people and services mark who speaks, beyond `Name: words`: brackets, numbers, letters, names above; and the day."""

from datetime import date

import pytest

from repository.domain.transcript import Role
from tests.reading import heard, labels, read_text

ASKED = ["How do you start?", "With coffee.", "Then?", "Then mail.", "Why?", "Habit."]


def interview(look: str, between: str = "\n", who: tuple[str, str] = ("I", "P3")) -> str:
    return between.join(look.format(who[i % 2], words, n=i + 1) for i, words in enumerate(ASKED)) + "\n"


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (interview("<{}> {}", who=("Interviewer", "P-03")), ["Interviewer", "P-03"]),
        (interview("{}. {}", who=("Q", "A")), ["Q", "A"]),
        (interview("{}\n{}", "\n\n", ("INTERVIEWER", "PARTICIPANT 3")), ["INTERVIEWER", "PARTICIPANT 3"]),
        (interview("00{n} {}: {}"), ["I", "P3"]),
        (interview("{} -- {}", who=("INT", "P3")), ["INT", "P3"]),
        (interview("({}) {}"), ["I", "P3"]),
    ],
    ids=["angles", "letters", "above", "numbered", "dashes", "round"],
)
def test_labels(text: str, who: list[str]) -> None:
    found = read_text(text)
    assert labels(found) == who
    assert [line.split(": ", 1)[1] for line in heard(found)] == ASKED
    assert [speaker.role for speaker in found.speakers] == [Role.INTERVIEWER, Role.PARTICIPANT]


def test_a_label_alone_above_several_paragraphs() -> None:
    text = interview("{}\n{}", "\n\n", ("INTERVIEWER", "P3")).replace("With coffee.", "With coffee.\n\nI also read.")
    assert heard(read_text(text))[:3] == ["INTERVIEWER: How do you start?", "P3: With coffee.", "P3: I also read."]


def test_a_line_that_goes_on_keeps_no_number() -> None:
    found = read_text(
        "001 I: How do you start?\n002 P3: With coffee.\n003    And bread.\n004 I: Then?\n005 P3: Mail.\n"
    )
    assert heard(found)[1] == "P3: With coffee.\nAnd bread."


def test_a_numbered_list_of_notes_keeps_its_numbers() -> None:
    assert "2 reads mail" in read_text("1 drinks coffee\n2 reads mail\n3 calls home\n4 sighs\n5 leaves\n").text


@pytest.mark.parametrize(
    ("look", "label"),
    [
        ("{who}: [{at}] {words} [{end}][3.2]", "Speaker1"),  # Sonix
        ("[{at}] {who} {words} [{end}]", "Speaker 1"),  # Trint
        ("[{at}] - {who}\n{words}", "Ana Pérez"),  # Happy Scribe
        ("{who} ({at})\n{words}", "Ana Pérez"),  # Riverside
        ("@{at} -{who}\n{words}", "Ana Pérez"),  # Fathom
    ],
)
def test_services_with_times(look: str, label: str) -> None:
    other = label.replace("1", "2") if "1" in label else "Sam Doe"
    parts = [
        look.format(who=(label, other)[i % 2], at=f"00:00:{5 * i:02}", end=f"00:00:{5 * i + 4:02}", words=words)
        for i, words in enumerate(ASKED)
    ]
    found = read_text("Interview.mp3\n\n" + "\n\n".join(parts) + "\n")
    spoken = [line for line in heard(found) if not line.startswith("-")]
    assert spoken == [f"{(label, other)[i % 2]}@{5 * i}: {words}" for i, words in enumerate(ASKED)]


def test_a_time_in_the_words_is_no_paragraphs_end() -> None:
    found = read_text("I: Hello?\nP3: We met [inaudible 00:09] at noon.\nI: And?\nP3: I left at [00:12] the door.\n")
    assert heard(found)[1] == "P3: We met [inaudible 00:09] at noon." and "[00:12]" in found.text


def test_a_guest_with_a_telephones_name_who_speaks_once() -> None:
    cues = [
        "Ana María: Welcome.",
        "iPhone (2): Mhm.",
        "Ana María: Shall we start?",
        "Thank you: for that.",
        "Tom Ok: Yes.",
    ]
    text = "WEBVTT\n\n" + "\n\n".join(f"00:00:0{i}.000 --> 00:00:0{i}.900\n{cue}" for i, cue in enumerate(cues))
    assert labels(read_text(text, "a.vtt")) == ["Ana María", "iPhone (2)", "Tom Ok"]


@pytest.mark.parametrize(
    ("above", "day"),
    [
        ("Sync (2024-03-05 14:03 GMT+1) - Transcript\nAttendees\nAna, Sam\n", date(2024, 3, 5)),
        ("Governance-20260615_133555-Meeting Transcript\n15 June 2026, 03:35am\n27m 42s\n", date(2026, 6, 15)),
        ("Customer call\nMar 5, 2024 · 32 min\n", date(2024, 3, 5)),
        ("Planned for March 5, 2024, held on March 7, 2024\n", None),
        ("We spoke of what happened on March 5, 2024.\n", None),
    ],
)
def test_the_day_above_what_is_said(above: str, day: date | None) -> None:
    assert read_text(f"{above}\n{interview('{}: {}')}").occurred_on == day


def test_a_form_in_a_list_and_bold_questions_make_nobody_speak() -> None:
    text = (
        "# Interview with P07\n\n- **Date:** 2024-03-05\n- **Interviewer:** Kim\n- **Participant:** Nurse, 34, Vienna\n\n"
        "## Warm-up\n\n**Q: How does the day begin?**\n\nWith coffee.\n\n**Q: What is hard?**\n\nFinding the list.\n"
    )
    found = read_text(text, "a.md")
    assert labels(found) == [] and found.occurred_on == date(2024, 3, 5)


def test_two_bracketed_names_in_one_cue_and_a_change_of_speaker_without_a_name() -> None:
    cues = ["[Ana] How?", "[Sam] With coffee.\n[Ana] Then?", "[Sam] Mail"]
    srt = "\n\n".join(f"{i}\n00:00:0{i},000 --> 00:00:0{i},900\n{cue}" for i, cue in enumerate(cues, 1))
    assert [line.partition("@")[0] for line in heard(read_text(srt, "a.srt"))] == ["Ana", "Sam", "Ana", "Sam"]
    cues = [">> ANA: How?", ">> SAM: With coffee.", ">> And mail.", "And bread."]
    srt = "\n\n".join(f"{i}\n00:00:0{i},000 --> 00:00:0{i},900\n{cue}" for i, cue in enumerate(cues, 1))
    assert heard(read_text(srt, "a.srt")) == ["ANA@1: How?", "SAM@2: With coffee.", "-@3: And mail. And bread."]


def test_a_form_that_shortens_names() -> None:
    form = "Interview 5\nInterviewer: Kim Lee (KL)\nInterviewee: Anonymous (P5)\nDate of interview: 12/03/2024\nDuration: 45:12\n\n"
    talk = "\n\n".join(f"{('KL', 'P5')[i % 2]}: {words}" for i, words in enumerate(ASKED))
    found = read_text(f"{form}{talk}\n\nEND OF TRANSCRIPT\n")
    assert labels(found) == ["KL", "P5"]
    assert [speaker.role for speaker in found.speakers] == [Role.INTERVIEWER, Role.PARTICIPANT]
    assert "END OF" not in found.text


def test_a_short_label_has_the_role_of_the_long_one() -> None:
    text = "Moderator (M): How?\nMaria (P1): Coffee.\nM: Why?\nP1: Habit.\nM: Okay.\n"
    assert {who.label: who.role for who in read_text(text).speakers}["M"] is Role.INTERVIEWER


def test_headings_that_name_who_speaks_with_a_time() -> None:
    found = read_text(
        "## Kim (00:00)\nHow?\n\n## Ana (00:04)\nCoffee.\n\nAnd bread.\n\n## Kim (00:10)\nThen?\n", "a.md"
    )
    assert heard(found) == ["Kim@0: How?", "Ana@4: Coffee.", "Ana: And bread.", "Kim@10: Then?"]
