"""Word documents: Teams, Otter, Word's own transcripts, bold labels, tables, and what is beside the text."""

from datetime import date

import pytest

from repository.domain.transcript import Role, TimePrecision, TurnKind
from tests.reading import assert_canonical, docx_of, docx_with, heard, labels, read_text

SAID = ("Tell me about the calendar.", "It is slow.", "Why is that?", "Nobody knows, and I phoned them twice.")
NAMES = ("Dana O’Neil", "Ana Pérez")


def turns(way: str) -> list[str]:
    """Write the conversation, one or more paragraphs (parted by ¶) a turn."""
    return [paragraph for i, x in enumerate(SAID) for paragraph in way.format(n=NAMES[i % 2], i=i, x=x).split("¶")]


@pytest.mark.parametrize(
    ("way", "timed"),
    [
        ("{n}   0:0{i}\n{x}", True),
        ("{n}   0:0{i}¶{x}", True),
        ("{n}  00:0{i}¶{x}", True),
        ("00:00:0{i} {n}¶{x}", True),
        ("0:0:{i}.0 --> 0:0:{i}.900\n{n}\n{x}", True),
        ("0:0:{i}.0 --> 0:0:{i}.900¶{n}¶{x}", True),
        ("{n}¶00:00:0{i}¶{x}", True),
        ("**{n}** [00:0{i}]: {x}", True),
        ("# {n} 00:0{i}¶{x}", True),
        ("**{n}:** {x}", False),
        ("**{n}**: {x}", False),
        ("**{n}**¶{x}", False),
        ("{n}:\t{x}", False),
        ("{n}\t{x}", False),
        ("{n}: {x}", False),
    ],
)
def test_every_habit_of_marking_who_speaks(way: str, timed: bool) -> None:
    found = read_text(docx_of(*turns(way)), "a.docx")
    assert heard(found) == [f"{NAMES[i % 2]}{f'@{i}' if timed else ''}: {x}" for i, x in enumerate(SAID)]


def test_teams_with_everything_round_it() -> None:
    found = read_text(
        docx_of(
            "Discovery: calls-20260810_160146-Meeting Recording",
            "August 10, 2026, 8:01PM",
            "1h 36m 4s",
            "Ana Pérez started transcription",
            *turns("{n}   1:00:0{i}\n{x}"),
            "Ana Pérez stopped transcription",
        ),
        "a.docx",
    )
    assert (found.title, found.occurred_on) == ("Discovery: calls", date(2026, 8, 10))
    assert heard(found)[0] == "Dana O’Neil@3600: Tell me about the calendar." and len(found.turns) == 4
    assert [w.message for w in found.warnings] == ["3 lines written by the recorder were left out."]


def test_words_own_transcript() -> None:
    found = read_text(
        docx_of("# Audio file", "interview.wav", "# Transcript", *turns("00:00:0{i} {n}¶{x}")), "2026-03-01 a.docx"
    )
    assert len(found.turns) == 4 and found.title == "" and found.occurred_on == date(2026, 3, 1)


def test_google_meets_times_are_coarse() -> None:
    way = turns("{n}: {x}")
    found = read_text(docx_of("# Call - Transcript", "# 00:00:00", *way[:2], "# 00:05:00", *way[2:]), "a.docx")
    assert heard(found)[1:4:2] == ["Dana O’Neil@0: Tell me about the calendar.", "Dana O’Neil@300: Why is that?"]
    assert found.turns[3].time_precision is TimePrecision.COARSE and found.title == "Call - Transcript"


@pytest.mark.parametrize(
    ("rows", "times"),
    [
        ([["Time", "Speaker", "Transcript"], *([f"00:0{i}", NAMES[i % 2], x] for i, x in enumerate(SAID))], True),
        ([["#", "Speaker:", "Spoken text"], *([str(i), NAMES[i % 2], x] for i, x in enumerate(SAID))], False),
        ([["Zeit", "Sprecher", "Wortlaut"], *([f"[0:0{i}]", NAMES[i % 2], x] for i, x in enumerate(SAID))], True),
        ([[NAMES[i % 2] + ":", x] for i, x in enumerate(SAID)], False),
        ([[f"0:0{i}", NAMES[i % 2], x] for i, x in enumerate(SAID)], True),
        ([[f"{NAMES[i % 2]} (0:0{i})", x] for i, x in enumerate(SAID)], True),
        ([[f"{NAMES[i % 2]}: {x}"] for i, x in enumerate(SAID)], False),
    ],
)
def test_tables(rows: list[list[str]], times: bool) -> None:
    found = read_text(docx_of(tables=[rows]), "a.docx")
    assert heard(found) == [f"{NAMES[i % 2]}{f'@{i}' if times else ''}: {x}" for i, x in enumerate(SAID)]
    assert found.warnings == ()


def test_a_table_with_merged_cells_repeated_heads_and_somebodys_codes() -> None:
    head = ["#", "Speaker", "Text", "Codes"]
    rows = [
        head,
        ["1", "I", SAID[0], ""],
        ["4⇔Part two: onboarding"],
        ["2", "P1", SAID[1], "slow"],
        ["3", "", "And so.", ""],
    ]
    found = read_text(
        docx_of("Before", tables=[[*rows, head, ["4", "I", SAID[2], ""]]], body=_paragraph("After")), "a.docx"
    )
    assert heard(found) == [
        "-: Before",
        f"I: {SAID[0]}",
        "-: Part two: onboarding",
        f"P1: {SAID[1]}",
        "P1: And so.",
        f"I: {SAID[2]}",
        "-: After",
    ]
    assert [w.message for w in found.warnings] == ["Columns of the table that are not speech were left out: Codes."]


def test_a_table_that_is_no_transcript_is_a_note_a_row() -> None:
    found = read_text(
        docx_of(tables=[[["Task", "Done", "Remarks"], ["Book", "yes", "quick"], ["Move", "no", "lost"]]]), "a.docx"
    )
    assert heard(found) == ["-: Task | Done | Remarks", "-: Book | yes | quick", "-: Move | no | lost"]
    assert {turn.kind for turn in found.turns} == {TurnKind.NOTE}


def test_a_form_in_a_table_is_not_spoken() -> None:
    form = [["Interviewer", "Dana"], ["Date", "2026-01-01"], ["Participant", "P1"]]
    assert labels(read_text(docx_of(*turns("{n}: {x}"), tables=[form]), "a.docx")) == list(NAMES)


def test_tables_in_tables_and_cells_of_several_paragraphs() -> None:
    inner = "<w:tbl><w:tr><w:tc>" + _paragraph("in") + "</w:tc><w:tc>" + _paragraph("side") + "</w:tc></w:tr></w:tbl>"
    cell = (
        f"<w:tc>{_paragraph('P1')}</w:tc><w:tc>{_paragraph('One and a half words.')}{_paragraph('Two.')}{inner}</w:tc>"
    )
    other = f"<w:tc>{_paragraph('I')}</w:tc><w:tc>{_paragraph('And then, what happened?')}</w:tc>"
    found = read_text(docx_with(f"<w:tbl><w:tr>{cell}</w:tr><w:tr>{other}</w:tr></w:tbl>"), "a.docx")
    assert heard(found) == ["P1: One and a half words.\nTwo.\nin\tside", "I: And then, what happened?"]


def test_changes_comments_notes_links_and_controls() -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    found = read_text(
        docx_with(
            f"<w:p>{run.format('I: one ')}<w:ins w:id='1'>{run.format('two')}</w:ins><w:del w:id='2'><w:r><w:delText>gone"
            "</w:delText></w:r></w:del><w:moveFrom w:id='3'><w:r><w:t>moved away</w:t></w:r></w:moveFrom>"
            f"<w:moveTo w:id='4'>{run.format(' three')}</w:moveTo></w:p>"
            f"<w:p>{run.format('P: yes')}<w:r><w:commentReference w:id='1'/></w:r><w:r><w:footnoteReference w:id='1'/></w:r></w:p>"
            f"<w:sdt><w:sdtContent><w:p><w:hyperlink>{run.format('I: a link')}</w:hyperlink><w:fldSimple w:instr='PAGE'>"
            f"{run.format(' and 7')}</w:fldSimple></w:p></w:sdtContent></w:sdt>"
            "<w:p><w:r><w:t>P: non</w:t><w:noBreakHyphen/><w:t>stop</w:t><w:br/><w:t>next</w:t><w:tab/><w:t>line</w:t></w:r></w:p>"
            f"<mc:AlternateContent><mc:Choice Requires='x'>{_paragraph('I: once')}</mc:Choice>"
            f"<mc:Fallback>{_paragraph('I: twice')}</mc:Fallback></mc:AlternateContent>"
        ),
        "a.docx",
    )
    assert heard(found) == ["I: one two three", "P: yes", "I: a link and 7", "P: non-stop\nnext\tline", "I: once"]
    assert [w.message for w in found.warnings] == ["Left out: 2 tracked deletions, 1 comment, 1 footnote."]


def test_a_title_gives_the_day() -> None:
    found = read_text(docx_of("# Interview 2025-03-11, P7", "P7: I see.", "P7: So."), "a.docx")
    assert (found.title, found.occurred_on) == ("Interview 2025-03-11, P7", date(2025, 3, 11))


def test_a_form_at_the_top_states_roles() -> None:
    found = read_text(
        docx_of("**Interview with Ana**", "**Date:** 3 March", "**Interviewer:** Dana O’Neil", *turns("{n}: {x}")),
        "a.docx",
    )
    assert [speaker.role for speaker in found.speakers] == [Role.INTERVIEWER, Role.PARTICIPANT]


def test_notes_stay_notes() -> None:
    found = read_text(docx_of("# Debrief", "P1 likes it.", "- a bullet", "Note: slow", "Goal: speed"), "a.docx")
    assert labels(found) == [] and len(found.turns) == 5


def test_is_known_by_its_content_whatever_it_is_called() -> None:
    for name in ("a.docx", "a.txt", "a.csv", "a.vtt", "a"):
        assert read_text(docx_of(*turns("{n}: {x}")), name).reader == "word"


def test_what_is_in_xml_is_normalised() -> None:
    found = read_text(
        docx_with("<w:p><w:r><w:t>I: a&#xFEFF;b&#13;c&#x2028;d</w:t></w:r></w:p><w:p><w:r><w:t>P: e</w:t></w:r></w:p>")
    )
    assert_canonical(found)
    assert heard(found) == ["I: ab\nc\nd", "P: e"]


def _paragraph(words: str) -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"
