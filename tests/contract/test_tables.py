"""Tables: what each tool's export becomes, which columns are proposed, and what a person's choice changes."""

import time

import pytest

from ingest.readers.formats import spreadsheet
from ingest.readers.received import Choices
from ingest.readers.registry import read, recognise
from repository.domain.transcript import Role, SessionKind, Transcript, TurnKind
from repository.errors import UnreadableSource
from tests.reading import TRANSCRIPTS, assert_canonical, heard, zip_of

I, P, O, U = Role.INTERVIEWER, Role.PARTICIPANT, Role.OTHER, Role.UNKNOWN  # noqa: E741
SURVEY = SessionKind.SURVEY_RESPONSE


def vote(data: bytes, name: str) -> float:
    """Give the confidence of this reader, if it is the first choice."""
    reader, sure = recognise(data, name)[0]
    return sure if reader.NAME == spreadsheet.NAME else 0.0


def table(source: str | bytes, name: str = "answers.csv", **columns: str) -> Transcript:
    """Read a table as this reader; `columns` are what a person said."""
    data = source.encode() if isinstance(source, str) else source
    found = read(data, name, Choices(reader=spreadsheet.NAME, columns=columns))
    assert_canonical(found)
    return found


def fixture(file: str) -> Transcript:
    """Read a fixture that this reader must want most."""
    path = TRANSCRIPTS / file
    assert vote(path.read_bytes(), path.name) > 0.5
    return table(path.read_bytes(), path.name)


def uses(found: Transcript) -> dict[str, str]:
    return {column.name: column.use for column in found.columns if column.use}


def people(found: Transcript) -> list[tuple[str, Role]]:
    return [(speaker.label, speaker.role) for speaker in found.speakers]


def told(found: Transcript) -> list[tuple[str, int | None]]:
    return [(warning.message, warning.line) for warning in found.warnings]


# Surveys


def test_qualtrics() -> None:
    found = fixture("real/qualtrics.csv")
    assert (found.kind, found.shape, found.confidence) == (SURVEY, "Qualtrics export", 0.98)
    assert heard(found) == ["-: This is a free text question.", "R_2YPOQ602ER1jkf1: Hello World!"]
    assert [turn.kind for turn in found.turns] == [TurnKind.QUESTION, TurnKind.ANSWER]
    assert people(found) == [("R_2YPOQ602ER1jkf1", P)]
    assert uses(found) == {"RecordedDate": "date", "ResponseId": "id", "Q2": "text"}
    assert str(found.occurred_on) == "2017-07-18"
    assert found.facts == {"This is a multiple choice question.": "2"}


def test_qualtrics_legacy() -> None:
    found = fixture("real/qualtrics_legacy.csv")
    assert found.shape == "Qualtrics export (legacy)"
    assert heard(found) == ["-: This is a free text question.", "R_2YPOQ602ER1jkf1: Hello World!"]
    assert uses(found) == {"V1": "id", "V9": "date", "Q2": "text"}


def test_qualtrics_previews_are_left_out() -> None:
    head = (
        "StartDate,Status,ResponseId,Q1,Q2_4_TEXT\nStart Date,Response Type,Response ID,<p>Why?</p>,Other - Text\n"
        '"{""ImportId"":""startDate""}","{""ImportId"":""status""}","{""ImportId"":""_recordId""}",'
        '"{""ImportId"":""QID1_TEXT""}","{""ImportId"":""QID2_4_TEXT""}"\n'
    )
    found = table(head + f'2020-01-01 00:00:00,{1},R_1,only a test,x\n2020-01-01 00:00:00,0,R_2,"Since it\nis fast",\n')
    assert heard(found) == ["-: Why?", "R_2: Since it\nis fast"]
    assert ("1 preview of the survey was left out.", 4) in told(found)
    found = table(head + "2020-01-01 00:00:00,Survey Preview,R_1,only a test,Slides\n")
    assert heard(found)[1::2] == ["R_1: only a test", "R_1: Slides"]
    assert ("All answers are previews of the survey.", 4) in told(found)


def test_survey_monkey() -> None:
    found = fixture("made/surveymonkey.csv")
    assert (found.kind, found.shape) == (SURVEY, "SurveyMonkey export")
    assert heard(found) == [
        "-: Which apply? – Other (please specify)",
        "118000000001: Slides",
        "-: Why?",
        "118000000001: Because, slow",
    ]
    assert uses(found) == {
        "Respondent ID": "id",
        "End Date": "date",
        "Which apply? – Other (please specify)": "text",
        "Why?": "text",
    }
    assert found.facts == {"Which apply? – Export": "Export"}


def test_typeform() -> None:
    found = fixture("made/typeform.csv")
    assert found.shape == "Typeform export"
    assert heard(found) == ["-: What did you like?", 'a1: Fun, with "friends"\nand more']
    assert found.facts == {"How satisfied were you?": "5"}
    assert str(found.occurred_on) == "2026-05-01"


def test_microsoft_forms() -> None:
    found = fixture("made/microsoft_forms.csv")
    assert found.shape == "Microsoft Forms export"
    assert heard(found) == [
        "-: What went well in the lunch?",
        "1: The pizza, mostly",
        "-: What went well in the lunch?",
        "2: Nothing",
    ]


def test_google_forms_name_nobody_by_an_address() -> None:
    found = fixture("made/google_forms.csv")
    assert found.shape == "Google Forms answers"
    assert heard(found)[:2] == ["-: What is the hardest part of your work?", "R1: Copying numbers by hand"]
    assert people(found) == [("R1", P), ("R2", P), ("R3", P)]
    assert found.facts["How old are you?"] == "18-24 (R1); 25-34 (R2, R3)"
    assert "@" not in str(found.facts)


def test_scores_with_comments() -> None:
    found = fixture("made/semicolon_cp1252.csv")
    assert (found.kind, found.encoding) == (SURVEY, "cp1252")
    assert heard(found) == ["-: Kommentar (Bewertung: 3,5)", "R1: Schön – aber € teuer"]
    found = table("Response ID,Score,Comment\n1,9,Love it\n2,3,\n")
    assert heard(found) == ["-: Comment (Score: 9)", "1: Love it"]
    assert told(found) == [("1 person answered nothing in words.", 3)]


def test_choices_are_no_answers_however_long() -> None:
    choices = ("Strongly agree with what was said", "Rather disagree with what was said")
    rows = "".join(f"{n},{choices[n % 2]},I use it for the task number {n}\n" for n in range(30))
    found = table("Response ID,How do you feel about it?,What do you use it for?\n" + rows)
    assert uses(found) == {"Response ID": "id", "What do you use it for?": "text"}
    assert found.facts["How do you feel about it?"] == f"{choices[0]} (15); {choices[1]} (15)"


def test_questions_in_rows() -> None:
    found = table('sep=;\nFrage;Antwort\nWas gefällt Ihnen?;"Der Export; wirklich"\nWas nicht?;Der Preis\n')
    assert heard(found) == ["-: Was gefällt Ihnen?", "R1: Der Export; wirklich", "-: Was nicht?", "R2: Der Preis"]


# Reviews, tickets


def test_google_play() -> None:
    found = fixture("made/google_play_reviews.csv")
    assert (found.kind, found.shape, found.encoding) == (SessionKind.REVIEW, "Google Play reviews", "utf-16")
    assert heard(found) == ["R1: 2 ★ 좋아요\nline one\nline, two 😢"]
    assert people(found) == [("R1", P)]


def test_reviews_with_replies() -> None:
    found = fixture("made/app_reviews.csv")
    assert heard(found) == [
        "Ana P: 1 ★\nCrashes when I export, please fix",
        "Developer: Hi Ana, please update.",
        "Bo: 5 ★\nGreat app",
    ]
    assert people(found) == [("Ana P", P), ("Developer", I), ("Bo", P)]
    assert ("1 review has no words, only stars, and was left out.", 4) in told(found)


def test_app_store_reviews_with_a_reply_written_as_an_object() -> None:
    found = table(
        "date,review,rating,title,userName,developerResponse\n"
        "2020-05-04,\"I love it, but slow\",3,Slow,dana99,\"{'id': 1, 'body': 'Thanks', 'modified': 'x'}\"\n"
    )
    assert (found.kind, found.shape) == (SessionKind.REVIEW, "App Store reviews")
    assert heard(found) == ["dana99: 3 ★ Slow\nI love it, but slow", "Developer: Thanks"]


def test_tickets() -> None:
    found = fixture("made/tickets.csv")
    assert (found.kind, found.shape) == (SessionKind.TICKET, "Support tickets")
    assert heard(found) == [
        "Ana: Export broken\nHi,\nexport fails & crashes",
        "Tom (Support): Sorry about that.",
        "-: On Tue, Jan 2, 2024 Ana wrote:\n> export fails",
        "Bo: Login\nHow do I log in?",
    ]
    assert people(found) == [("Ana", P), ("Tom (Support)", I), ("Bo", P)]


def test_chats_with_roles() -> None:
    found = table(
        "conversation_id,author_type,author_name,created_at,body\n77,user,Ana,2024-01-02,Hi there\n"
        "77,admin,Tom,2024-01-02,How can I help?\n77,bot,Fin,2024-01-02,Rate us\n78,user,Ana,2024-01-02,Me again\n"
    )
    assert found.kind is SessionKind.TICKET
    assert people(found) == [("Ana", P), ("Tom", I), ("Fin", O)]
    assert len(found.turns) == 4


# Transcripts, notes


def test_a_transcript_as_a_table() -> None:
    found = fixture("made/transcript_table.csv")
    assert (found.kind, found.shape) == (SessionKind.INTERVIEW, "Transcript table")
    assert heard(found) == [
        "Interviewer@1: Tell me about exports?",
        "P1@5: I copy everything, always. Every week.",
        "Interviewer@13: OK.",
    ]
    assert people(found) == [("Interviewer", I), ("P1", P)]
    assert [(cue.start_ms, cue.end_ms) for cue in found.cues][1:3] == [(5000, 9000), (10_000, 12_000)]


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        (("0.5", "2.25"), [500, 2250]),
        (("0,5", "2,25"), [500, 2250]),
        (("500", "2250"), [500, 2250]),
        (("5", "22"), [5000, 22_000]),
        (("0:00.5 - 0:02.0", "0:02.25 - 0:03.0"), [500, 2250]),
        (("[00:00:05]", "[00:01:05]"), [5000, 65_000]),
        (("-1", "n/a"), [None, None]),
    ],
)
def test_times_in_any_unit(starts: tuple[str, str], expected: list[int | None]) -> None:
    found = table(
        f"Speaker\tStart\tText\nA\t{starts[0]}\tHello you\nB\t{starts[1]}\tHello too\n", "a.tsv", Start="start"
    )
    assert [turn.start_ms for turn in found.turns] == expected


def test_a_transcript_without_a_header() -> None:
    found = table('Interviewer,Tell me about exports?\nP1,"I copy, always."\nInterviewer,How often?\nP1,Weekly.\n')
    assert heard(found)[:2] == ["Interviewer: Tell me about exports?", "P1: I copy, always."]
    assert [column.name for column in found.columns] == ["Column A", "Column B"]


def test_a_row_without_a_name_goes_on() -> None:
    found = table("Speaker,Text\nAna,One thing\n,Another thing\nBo,Right\nAna,Yes\nBo,Yes\n")
    assert heard(found)[:3] == ["Ana: One thing", "Ana: Another thing", "Bo: Right"]


def test_dovetail_highlights() -> None:
    found = fixture("made/dovetail_highlights.csv")
    assert (found.kind, found.confidence) == (SessionKind.NOTE, 0.7)
    assert heard(found) == ["-: Interview with Ana\nI hate exporting, really.", "-: Interview with Bo\nI need it fast."]


def test_a_research_tracker_tells_notes_from_quotations() -> None:
    found = fixture("made/research_tracker.csv")
    assert 0.5 <= found.confidence <= 0.7
    assert heard(found)[:2] == [
        "-: P01 · Interview 1\nNotes: She exports weekly and hates it. Takes an hour.",
        "P01: It takes me an hour, every week",
    ]
    assert uses(found)["Participant"] == "speaker"


# Columns and choices


def test_a_person_says_what_columns_are_for() -> None:
    source = "who,c1,c2\nx,a red one,a blue one\ny,b red,b blue\n"
    assert 0.5 <= vote(source.encode(), "a.csv") <= 0.7
    found = table(source, who="speaker", c1="", c2="text")
    assert [words for words in heard(found) if not words.startswith("-")] == ["x: a blue one", "y: b blue"]
    assert uses(found) == {"who": "speaker", "c2": "text"}
    assert found.confidence >= 0.9


def test_a_choice_of_nonsense_is_no_choice() -> None:
    found = table("Comment\nIt is fine with me\n", Comment="wizard", Nothing="text")
    assert uses(found) == {"Comment": "text"}


def test_columns_show_their_first_cells_cut() -> None:
    found = table("Comment,Comment,\n" + f"{'long ' * 40},two of them,\n,x,\nb b b b,y,z\nc c c c,,\nd d d d,,\n")
    assert [column.name for column in found.columns] == ["Comment", "Comment (2)", "Column C"]
    assert found.columns[0].cells == (("long " * 40)[:80], "b b b b", "c c c c")


# The dialect


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_delimiter_and_encoding(delimiter: str, encoding: str) -> None:
    rows = [
        ("Speaker", "Text"),
        ("Ana", '"Für mich, so; halt | gut\nwirklich"'),
        ("Bo", '"Ja, ""genau"""'),
        ("Ana", "Ja"),
    ]
    source = "\r\n".join(delimiter.join(row) for row in rows)
    assert heard(table(source.encode(encoding)))[:2] == ["Ana: Für mich, so; halt | gut\nwirklich", 'Bo: Ja, "genau"']


def test_ragged_rows_keep_their_words() -> None:
    found = table("Speaker,Text\nAna,Well, I copy, mostly\nBo,Right you are\nAna\nBo,Yes\nBo,No\n")
    assert heard(found)[:2] == ["Ana: Well, I copy, mostly", "Bo: Right you are"]
    assert told(found) == [
        ("1 row has more cells than there are columns; what was too much was joined to the words.", 2),
        ("1 row has fewer cells than there are columns.", 4),
    ]


def test_a_quotation_mark_that_is_never_closed() -> None:
    found = table('Speaker,Text\nAna,One thing\nBo,"Two things\nAna,Three things\nBo,Four\n')
    assert heard(found) == ["Ana: One thing", "Bo: Two things", "Ana: Three things", "Bo: Four"]
    assert told(found)[0] == ("A quotation mark is never closed; from here on each line is a row.", 3)


def test_formulas_stay_as_they_are_written() -> None:
    found = table('Response ID,Why?\n1,=HYPERLINK("x") is what I see\n2,+ more of it please\n3,@Ana told me so\n')
    assert heard(found)[1::2] == ['1: =HYPERLINK("x") is what I see', "2: + more of it please", "3: @Ana told me so"]


@pytest.mark.parametrize(
    "text",
    [
        "So, we went there, and it was good\nThen, we left, and it was bad\nYes, I know, but it was late\nNo, it, was\n",
        "I: Well, what is it?\nP: It is this, and that.\nI: Fine, go on.\nP: No, thanks.\n",
        "Name; Ana\nOrt; Berlin\nUnd dann, sagte sie, war es gut; wirklich\n",
        "00:21:14\tAna:\thello\n00:21:15\tBo:\thi\n00:21:19\tBo:\tho\n",
        '{"speaker": "A", "text": "b"}\n{"speaker": "B", "text": "c"}\n',
        "| Speaker | Text |\n|---|---|\n| Ana | hello |\n",
    ],
)
def test_prose_is_no_table(text: str) -> None:
    assert vote(text.encode(), "p01.txt") == 0.0


def test_whispers_own_table_is_left_to_its_reader() -> None:
    text = "start\tend\ttext\n43810\t47850\tHello everyone\n48350\t54570\tI am here\n"
    assert vote(text.encode(), "a.tsv") < 0.7


@pytest.mark.parametrize(
    "text",
    [
        "Meeting ID,Topic,Start Time\n123,Standup,04/01/2020\n\nName (Original Name),User Email,Join Time,Leave Time\nAna,a@x.org,1,2\n",
        "Full Name\tUser Action\tTimestamp\nAna\tJoined\t1/2/2020, 10:00:00 AM\n",
    ],
)
def test_a_list_of_who_took_part_is_no_transcript(text: str) -> None:
    with pytest.raises(UnreadableSource, match="who took part") as raised:
        read(text.encode("utf-16"), "participants.csv")
    assert "transcript" in raised.value.hint


# Workbooks

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def xlsx(sheets: dict[str, str], **entries: bytes) -> bytes:
    """Make a workbook of the XML of its sheets' rows; `|` separates it from what follows the data."""
    names = list(sheets)
    listed = "".join(f'<sheet name="{n.lstrip("!")}" sheetId="{i}" r:id="r{i}"{" state=" + chr(34) + "hidden" + chr(34) if n[0] == "!" else ""}/>' for i, n in enumerate(names, 1))  # fmt: skip
    related = "".join(
        f'<Relationship Id="r{i}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/s{i}.xml"/>'
        for i in range(1, len(names) + 1)
    )
    parts = {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": (
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type='
            b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
            b"</Relationships>"
        ),
        "xl/workbook.xml": f"<workbook {_MAIN} {_REL}><sheets>{listed}</sheets></workbook>".encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}</Relationships>'.encode(),
        "xl/styles.xml": f'<styleSheet {_MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="21"/></cellXfs></styleSheet>'.encode(),
    }
    for index, name in enumerate(names, 1):
        data, _, after = sheets[name].partition("|")
        parts[f"xl/worksheets/s{index}.xml"] = (
            f"<worksheet {_MAIN}><sheetData>{data}</sheetData>{after}</worksheet>".encode()
        )
    return zip_of({**parts, **entries})


def rows(*cells: tuple[str, ...]) -> str:
    out = []
    for number, row in enumerate(cells, 1):
        written = "".join(
            f'<c r="{chr(65 + i)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            if not cell.startswith("<")
            else cell
            for i, cell in enumerate(row)
            if cell
        )
        out.append(f'<row r="{number}">{written}</row>')
    return "".join(out)


SPOKEN = rows(("Speaker", "Text"), ("Ana", "Hello there"), ("", "and welcome"), ("Bo", "=1+1 is two"))


def test_a_workbook_with_several_sheets() -> None:
    data = xlsx({"Codes": rows(("Code",), ("x",)), "Talk": SPOKEN, "!Secret": rows(("A", "B"), ("c", "many " * 99))})
    assert vote(data, "renamed.csv") > 0.85
    found = table(data, "p01.xlsx")
    assert heard(found) == ["Ana: Hello there", "Ana: and welcome", "Bo: =1+1 is two"]
    assert told(found)[0][0] == "The sheet “Talk” is read; 2 other sheets were left out: Codes, Secret (hidden)."


def test_a_workbook_with_dates_times_formulas_and_merged_cells() -> None:
    body = (
        rows(("Interview, 5 March",))
        + '<row r="3"><c r="A3" t="inlineStr"><is><t>Speaker</t></is></c><c r="B3" t="inlineStr"><is><t>Time</t></is></c>'
        '<c r="C3" t="inlineStr"><is><t>Text</t></is></c><c r="D3" t="inlineStr"><is><t>Date</t></is></c></row>'
        '<row r="4"><c r="A4" t="inlineStr"><is><t>Ana</t></is></c><c r="B4" s="2"><v>0.0000115740740741</v></c>'
        '<c r="C4" t="str"><f>A4&amp;"x"</f><v>From a formula</v></c><c r="D4" s="1"><v>46086</v></c></row>'
        '<row r="5"><c r="B5" s="2"><v>0.000706018518518519</v></c><c r="C5" t="inlineStr"><is><t>More of it</t></is></c></row>'
        '|<mergeCells count="1"><mergeCell ref="A4:A5"/></mergeCells>'
    )
    found = table(xlsx({"Talk": body}), "p01.xlsx")
    assert heard(found) == ["-: Interview, 5 March", "Ana@1: From a formula", "Ana@61: More of it"]
    assert (found.title, str(found.occurred_on)) == ("Interview, 5 March", "2026-03-05")


def test_a_survey_in_a_workbook() -> None:
    opinion = "I work for a survey company, and I survey people."
    found = table(
        xlsx({"survey": rows(("Case", "Gender", "Opinion"), ("ID7", "m", opinion), ("ID8", "f", "A fish"))}), "s.xlsx"
    )
    assert found.kind is SURVEY
    assert heard(found) == ["-: Opinion", f"ID7: {opinion}", "-: Opinion", "ID8: A fish"]
    assert found.facts == {"Gender": "m (ID7); f (ID8)"}


def ods(body: str, **entries: bytes) -> bytes:
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="T">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    manifest = b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return zip_of(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest,
            **entries,
        }
    )


def test_an_open_document_table() -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    body = "".join(
        f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>"
        for row in (("Speaker", "Text"), ("Ana", "Hello there"), ("Bo", "Hi"))
    )
    assert heard(table(ods(body), "a.ods")) == ["Ana: Hello there", "Bo: Hi"]


def refused(data: bytes) -> str:
    with pytest.raises(UnreadableSource) as raised:
        table(data, "a.xlsx")
    assert raised.value.hint
    return raised.value.slug


def test_workbooks_that_are_refused() -> None:
    good = xlsx({"Talk": SPOKEN})
    assert refused(xlsx({"Talk": SPOKEN}, **{"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})) == "macros"
    assert refused(xlsx({"Talk": SPOKEN}, **{"xl/media/a.bin": b"\0" * (60 << 20)})) == "archive-bomb"
    far = SPOKEN + '<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>'
    assert refused(xlsx({"Talk": far})) == "archive-bomb"
    assert refused(xlsx({"Talk": "<broken"})) == "damaged-file"
    assert refused(good[:-40]) in {"damaged-file", "unknown-format", "no-words", "not-text"}
    assert refused(xlsx({"Talk": ""})) == "no-words"
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="16384"><text:p>a b</text:p></table:table-cell>'
    assert refused(ods(f"<table:table-row>{cell}</table:table-row>")) == "archive-bomb"
    many = '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="string"><text:p>a b</text:p></table:table-cell></table:table-row>'
    assert refused(ods(many)) == "archive-bomb"


def test_a_styled_cell_far_away_is_nothing() -> None:
    data = xlsx({"Talk": SPOKEN + '<row r="1048576"><c r="XFD1048576" s="1"/></row>'})
    assert len(table(data, "a.xlsx").turns) == 3


# Size


def test_many_rows_are_read_quickly() -> None:
    body = "".join(f"{n},{n % 9},the words of person number {n} are these\n" for n in range(50_000))
    began = time.process_time()
    found = table("Response ID,Score,Why?\n" + body)
    assert len(found.turns) == 100_000
    assert time.process_time() - began < 5


@pytest.mark.parametrize("source", ["a;b,c|d\t" * 200_000, "a,b\n" + '"x" y,' * 200_000, "x" + "," * 500_000])
def test_absurd_widths_are_refused(source: str) -> None:
    began = time.process_time()
    with pytest.raises(UnreadableSource):
        table(source)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("source", ["Comment\n", "a,b\n", '"\n', ",\n,\n", "sep=;\n", "\n\n"])
def test_tables_without_words(source: str) -> None:
    with pytest.raises(UnreadableSource):
        table(source)
