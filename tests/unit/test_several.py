"""Several interviews in one file are told of; one with parts is not."""

import pytest

from ingest.readers.registry import read
from tests.reading import docx_of, read_text

TOLD = "This file seems to hold {} interviews; they are read as one session. Add each as its own file."
TALK = "I: How do you export?\nP: By hand.\nI: Why?\nP: I must.\n\n"
TIMED = "[00:00:03] I: How do you export?\n[00:00:09] P: By hand.\n[00:01:15] I: Why?\n[00:02:20] P: I must.\n\n"


@pytest.mark.parametrize(
    ("header", "talk"),
    [
        ("Interview {n} – P0{n}\nDate: 2026-03-0{n}\n\n", TALK),
        ("Interview {n}\n\n0{n}.03.2026\n\n", TALK),
        ("INTERVIEW {n}\n\n", TIMED),
        ("Interview with P0{n} (March {n}, 2026)\n", TALK),
        ("Gespräch {n}\nDatum: {n}. März\n\n", TALK),
        ("*** Session 0{n}: P{n} ***\n\n", TIMED),
    ],
)
@pytest.mark.parametrize("many", [2, 3])
def test_headers_that_count_on_with_dates_or_clocks(header: str, talk: str, many: int) -> None:
    if "Session" in header:
        header = header.replace(":", " –")
    text = "".join(header.format(n=n) + talk for n in range(1, many + 1))
    found = read_text(text)
    line = 1 + text[: text.index(header.format(n=2))].count("\n")
    assert (TOLD.format(many), line) in [(w.message, w.line) for w in found.warnings]


def test_a_document_and_markdown() -> None:
    parts = [
        words
        for n in (1, 2)
        for words in (f"# Interview {n} – P0{n}", f"Date: 2026-03-0{n}", "I: How so?", "P: By hand.")
    ]
    assert TOLD.format(2) in [w.message for w in read(docx_of(*parts), "a.docx").warnings]
    assert TOLD.format(2) in [w.message for w in read_text("\n\n".join(parts), "a.md").warnings]


@pytest.mark.parametrize(
    "text",
    [
        "Interview 1 – P05\nDate: 2026-03-01\n\n" + TALK + TALK,
        "Session 1\n\n" + TALK + "Session 2\n\n" + TALK,
        "Interview 1\n\n" + TIMED + "Interview 2\n\n" + TIMED.replace("00:0", "00:4"),
        "Participant 1  0:03\nHello.\n\nParticipant 2  0:09\nHi.\n\nParticipant 1  0:15\nWell.\n\nParticipant 2  0:19\nOh.\n",
        "P1: We had interview 1.\nI: On 2026-03-01?\nP1: And interview 2.\nI: On 2026-03-02?\n",
        "Participant 1: On 2026-03-01.\n\nParticipant 2: On 2026-03-02.\n\nParticipant 3: Never.\n",
    ],
)
def test_one_interview(text: str) -> None:
    assert not [w for w in read_text(text).warnings if "seems to hold" in w.message]
