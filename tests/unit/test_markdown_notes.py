"""Markdown: notes with front matter, interviews with bold names, and nothing active left of either."""

import time
from datetime import date

import pytest

from repository.domain.transcript import Role, SessionKind, TurnKind
from tests.reading import heard, labels, read_text

SAID = ("Tell me about the calendar.", "It is slow.", "Why is that?", "Nobody knows, and I phoned them twice.")


@pytest.mark.parametrize(
    ("way", "timed"),
    [
        ("**{n}:** {x}\n\n", False),
        ("**{n}**: {x}\n\n", False),
        ("__{n}:__ {x}\n\n", False),
        ("*{n}:* {x}\n\n", False),
        ("***{n}:*** {x}\n\n", False),
        ("{n}: {x}  \n", False),
        ("> **{n}:** {x}\n\n", False),
        ("[{n}]: {x}\n\n", False),
        ("**{n}**\n{x}\n\n", False),
        ("### {n}\n\n{x}\n\n", False),
        ("**{n}** (0:0{i}): {x}\n\n", True),
        ("**{n}** [0:0{i}] {x}\n\n", True),
        ("**{n}** \\[0:0{i}\\] {x}\n\n", True),
        ("**{n}**  0:0{i}  \n{x}\n\n", True),
        ("### {n} 0:0{i}\n{x}\n\n", True),
        ("`0:0{i}` **{n}:** {x}\n\n", True),
    ],
)
def test_every_habit_of_marking_who_speaks(way: str, timed: bool) -> None:
    names = ("Dana O’Neil", "Ana")
    source = "# Interview 4\n\n" + "".join(way.format(n=names[i % 2], i=i, x=x) for i, x in enumerate(SAID))
    found = read_text(source, "a.md")
    assert heard(found)[1:] == [f"{names[i % 2]}{f'@{i}' if timed else ''}: {x}" for i, x in enumerate(SAID)]
    assert found.title == "Interview 4" and found.turns[0].kind is TurnKind.NOTE


def test_front_matter() -> None:
    found = read_text(
        "---\ntitle: Calendars\ndate: 2026-03-11\ninterviewer: Dana\nparticipants: [P1, {id: P2, age: 40}]\ntags:\n- a\n- b\n"
        "lang: en-GB\n---\nDana: So?\nP1: Yes.\nP2: No.\nDana: Ok.\n",
        "a.md",
    )
    assert (found.title, found.occurred_on, found.language) == ("Calendars", date(2026, 3, 11), "en")
    assert [(s.label, s.role, s.role_source.value) for s in found.speakers] == [
        ("Dana", Role.INTERVIEWER, "file"),
        ("P1", Role.PARTICIPANT, "file"),
        ("P2", Role.PARTICIPANT, "file"),
    ]
    assert found.facts["tags"] == "a, b" and found.facts["participants"] == "P1, id: P2, age: 40"
    assert "---" not in found.text


@pytest.mark.parametrize("value", ["2026-03-11", "2026-03-11T10:00:00Z", '"2026-03-11"', '"Wed 2026-03-11, 10:00"'])
def test_the_day_in_front_matter(value: str) -> None:
    assert read_text(f"---\nDate: {value}\n---\nP1 likes it.\n", "a.md").occurred_on == date(2026, 3, 11)


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert heard(read_text("---\n\nP1 likes it.\n\n---\n\nP2 does not.\n", "a.md")) == [
        "-: P1 likes it.",
        "-: P2 does not.",
    ]


def test_notes_are_cut_at_headings_paragraphs_and_items() -> None:
    found = read_text(
        "# Debrief\n\nTwo\nlines.\n\nAnother.\n\n- one\n- two\n  goes on\n    - deep\n\n1. first\n2. second\n\n> quoted\n",
        "a.md",
    )
    assert heard(found) == [
        "-: Debrief",
        "-: Two\nlines.",
        "-: Another.",
        "-: - one",
        "-: - two\ngoes on",
        "-: - deep",
        "-: 1. first",
        "-: 2. second",
        "-: quoted",
    ]
    assert found.kind is SessionKind.NOTE


def test_what_is_written_is_kept_and_only_markup_goes() -> None:
    found = read_text(
        "Some *words* and **more**, a [link](https://x.test), `code`, ~~old~~, AT&amp;T, 3 < 4, I copy <everything>,\n"
        "snake_case_name and a * b * c.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode  block\n# no heading\n```\n\n"
        "[^1]: a note at the foot\n\n[P1]: Yes\n",
        "a.md",
    )
    assert heard(found) == [
        "-: Some words and more, a link, code, ~~old~~, AT&T, 3 < 4, I copy <everything>,\nsnake_case_name and a * b * c.",
        "-: a | b",
        "-: 1 | 2",
        "-: code  block\n# no heading",
        "-: [^1]: a note at the foot",
        "-: [P1]: Yes",
    ]


def test_nothing_active_and_nothing_hidden_is_left() -> None:
    found = read_text(
        "# N\n\nbefore <script>alert(1)</script> after\n\n<style>p{}</style>\n\n<!-- hidden -->\n\n![pixel](http://x.test/p.png)\n\n"
        '<p onclick="x()">shown</p>\n\n[a]: http://x.test\n\n<iframe src="http://x.test">in</iframe>\n\n[click](javascript:x)\n',
        "a.md",
    )
    assert heard(found)[1] == "-: before  after" and "-: shown" in heard(found) and "-: click" in heard(found)
    assert not any(
        word in found.text for word in ("alert", "onclick", "javascript", "hidden", "pixel", "x.test", "p{}")
    )


@pytest.mark.parametrize("lead", ["", "- ", "1. ", "> "])
def test_points_with_bold_heads_are_not_spoken(lead: str) -> None:
    heads = ("Onboarding", "Payment flow", "Getting help", "Leaving", "In short")
    points = "".join(f"{lead}**{head}:** {x}\n\n" for head, x in zip(heads, (*SAID, "All fine."), strict=True))
    assert labels(read_text("# Findings\n\n" + points, "a.md")) == []


def test_headings_that_come_again_are_not_speakers() -> None:
    found = read_text(
        "# P1\n\n## Help\n\nNone.\n\n## Exit\n\nEasy.\n\n# P2\n\n## Help\n\nSome.\n\n## Exit\n\nHard.\n", "a.md"
    )
    assert labels(found) == [] and len(found.turns) == 10


def test_known_labels_are_spoken_in_lists_too() -> None:
    found = read_text("".join(f"- **{('I', 'P7')[i % 2]}:** {x}\n" for i, x in enumerate(SAID)), "a.md")
    assert heard(found) == [f"{('I', 'P7')[i % 2]}: {x}" for i, x in enumerate(SAID)]


def test_otters_markdown_without_a_telling_name() -> None:
    source = "**Dana**  0:03  \nTell me.\n\n**Ana**  0:09  \nIt&#39;s slow.\n\n**Dana**  1:00:15  \nWhy?\n"
    assert heard(read_text(source, "a.txt")) == ["Dana@3: Tell me.", "Ana@9: It's slow.", "Dana@3615: Why?"]


@pytest.mark.parametrize(
    "attack",
    [
        "[" * 50_000,
        "<a " * 17_000,
        "*" * 50_000,
        "_" * 50_000,
        "`" * 50_000,
        "![" * 25_000,
        "[a](" * 12_500,
        "> " * 25_000,
        "- " * 25_000,
        "1. " * 17_000,
        "<" * 50_000,
        "<!--" * 12_500,
        "&" * 50_000,
        "\\" * 50_000,
        "|" * 50_000,
        "| a " * 12_500,
        "**a" * 17_000,
        "*a _b " * 8_000,
        "[a]: " * 10_000,
        "# " * 25_000,
        "<div>" * 10_000,
        "((((((((((a" * 4_500,
        "\n".join(f"{' ' * (i % 40)}- x" for i in range(1_000)),
        "\n".join("> " * (i % 30) + "x" for i in range(1_500)),
    ],
    ids=lambda attack: attack[:12],
)
@pytest.mark.parametrize("around", ["{}\n\nwords", "words {} words", "# N\n\n**P1:** a {}\n\n**P2:** b\n"])
def test_hostile_markdown_takes_no_time(attack: str, around: str) -> None:
    began = time.process_time()
    found = read_text(around.format(attack), "a.md")
    assert time.process_time() - began < 4
    assert found.turns


def test_headings_of_all_kinds() -> None:
    found = read_text("Title\n=====\n\nPart\n----\n\nwords\n\n###### Small\nmore\n", "a.md")
    assert heard(found) == ["-: Title", "-: Part", "-: words", "-: Small", "-: more"] and found.title == "Title"


def test_warnings_name_the_line() -> None:
    found = read_text("---\ntitle: x\n---\n\nI: Hi.\nP1: Ho.\n\nMeeting ended after 00:10:00\n\nI: Oh.\n", "a.md")
    assert [(w.line, w.message) for w in found.warnings] == [(8, "1 line written by the recorder was left out.")]


def test_is_told_from_plain_text_by_its_marks() -> None:
    assert read_text("# A\n\n## B\n\nwords\n", "a.txt").reader == "markdown"
    assert read_text("words\nand words\n", "a.md").reader == "markdown"
    assert read_text("words # no\n", "a.txt").reader == "plain"
    assert labels(read_text("**Dana:** Hi.\n\n**Ana:** Ho.\n", "a.txt")) == ["Dana", "Ana"]


NOTION = "Interview 1f2e3d4c5b6a79881f2e3d4c5b6a7988.md"
PROPERTIES = (
    "# Interview P1\n\nCreated: January 5, 2026 10:00 AM\nParticipants: Ana Pérez, P2\nTags: onboarding, export\n\n"
)


@pytest.mark.parametrize("name", [NOTION, "a.md"])
def test_properties_of_a_page(name: str) -> None:
    found = read_text(PROPERTIES + "## Notes\n\n- **Pain**: exports\n", name)
    assert heard(found) == ["-: Interview P1", "-: Notes", "-: - Pain: exports"]
    assert found.facts == {
        "Created": "January 5, 2026 10:00 AM",
        "Participants": "Ana Pérez, P2",
        "Tags": "onboarding, export",
    }
    assert (found.title, found.occurred_on, found.kind) == ("Interview P1", date(2026, 1, 5), SessionKind.NOTE)
    assert [(s.label, s.role) for s in found.speakers] == [("Ana Pérez", Role.PARTICIPANT), ("P2", Role.PARTICIPANT)]


@pytest.mark.parametrize("name", [NOTION, "a.md"])
def test_a_talk_on_a_page_with_properties(name: str) -> None:
    found = read_text(
        "# Talk\n\nInterview date: 2026-03-11\nCreated: January 5, 2026\nInterviewer: Dana\nURL: https://x.test\n\n"
        "**Dana:** So?\n\n**Ana:** It is slow.\n\n**Dana:** Why?\n\n**Ana:** Meeting ended after 00:10:00\n",
        name,
    )
    assert heard(found)[:3] == ["-: Talk", "Dana: So?", "Ana: It is slow."]
    assert found.speakers[0].role is Role.INTERVIEWER and found.occurred_on == date(2026, 3, 11)


def test_lines_keep_their_numbers_below_properties() -> None:
    found = read_text(PROPERTIES + "**Dana:** So?\n\n**Ana:** No.\n\nMeeting ended after 00:10:00\n", NOTION)
    assert [w.line for w in found.warnings] == [11]


def test_properties_are_written_as_links_and_may_be_empty() -> None:
    found = read_text(
        "# Page\n\nInterviewee: Ana (https://www.notion.so/Ana-1f2e)\nStudy: [Exports](Exports%201f2e.md)\nStatus:\nWords.\n\nMore.\n",
        NOTION,
    )
    assert found.facts == {"Interviewee": "Ana", "Study": "Exports", "Status": ""}
    assert heard(found) == ["-: Page", "-: Words.", "-: More."]


@pytest.mark.parametrize("name", [NOTION, "a.md"])
@pytest.mark.parametrize(
    "talk",
    [
        "Interviewer: So, how is it?\nP1: It is slow.\nInterviewer: Why?\nP1: Who knows.\n",
        "Interviewer: How is it?\nDate: fine.\n",
        "Dana: Hello\nAna: Hello\n\nDana: Well\nAna: Well\n",
        "One thing: speed\nAnother: size\n",
    ],
)
def test_a_talk_under_a_title_is_no_property(name: str, talk: str) -> None:
    found = read_text(f"# Talk\n\n{talk}", name)
    assert found.facts == {} and found.text.startswith("Talk")
