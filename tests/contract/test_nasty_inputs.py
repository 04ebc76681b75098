"""Inputs that break readers, by the number that the specification of formats gives them; the others are tested where they belong."""

import stat
import zipfile
from io import BytesIO

import pytest

from ingest.readers.archives import unpacked
from ingest.readers.registry import read
from repository.domain.transcript import Transcript
from repository.errors import UnreadableSource
from tests.reading import TRANSCRIPTS, assert_canonical, docx_of, heard, labels, read_text, zip_of


def cues(*words: str) -> str:
    return "WEBVTT\n\n" + "".join(f"00:{i:02}.000 --> 00:{i + 1:02}.000\n{x}\n\n" for i, x in enumerate(words))


def read_as(data: bytes, name: str) -> Transcript:
    found = read(data, name)
    assert_canonical(found)
    return found


def test_words_of_captions_that_only_look_like_a_name() -> None:
    """Keep 4: a cue without a name is the last speaker's; notes, addresses and times of day speak never."""
    said = (
        "Dana: Hello",
        "and welcome",
        "Note: 3 things",
        "https://x.test is it",
        "Ana: Yes",
        "10:30 suits me",
        "Dana: So",
        "Ana: Ok",
    )
    assert heard(read_text(cues(*said), "a.vtt")) == [
        "Dana@0: Hello and welcome Note: 3 things https://x.test is it",
        "Ana@4: Yes 10:30 suits me",
        "Dana@6: So",
        "Ana@7: Ok",
    ]


def test_a_table_in_utf_16_without_a_mark() -> None:
    """Keep 3: UTF-16 without a byte order mark is told by its zeros."""
    found = read_as("Speaker,Text\nAna,Grüße 😀\nBo,Ja\nAna,Nein\nBo,Doch\n".encode("utf-16-le"), "a.csv")
    assert heard(found)[0] == "Ana: Grüße 😀" and "\0" not in found.text


def test_a_time_and_its_words_in_one_paragraph() -> None:
    """Keep 12: `0:03⏎Text` is a time and what was said then."""
    found = read_as(docx_of("Dana  0:03\nHow is it?", "Ana  0:09\nSlow.", "Dana  1:00:15\nWhy?"), "a.docx")
    assert heard(found) == ["Dana@3: How is it?", "Ana@9: Slow.", "Dana@3615: Why?"]


def test_two_people_of_one_label_are_one() -> None:
    """Keep 14: nobody is told apart who has the same name in the file."""
    found = read_text("Ana (Acme): One.\nAna (Bolt): Two.\nAna (Acme): Three.\nAna (Bolt): Four.\n")
    assert labels(found) == ["Ana (Acme)", "Ana (Bolt)"]


def test_headers_of_a_table_that_are_empty_or_come_twice() -> None:
    """Keep 16: columns without a name and of one name, rows of any width, a comma in numbers."""
    found = read_as(b'sep=;\nId;Score;Why?;Why?;\n1;3,5;"Slow\nand old";Dear as well;\n2;4,0;Fine for me\n', "a.csv")
    assert [column.name for column in found.columns] == ["Id", "Score", "Why?", "Why? (2)"]
    assert [turn for turn in heard(found) if turn[0] != "-"] == [
        "1: Slow\nand old",
        "1: Dear as well",
        "2: Fine for me",
    ]


@pytest.mark.parametrize(
    ("source", "times"),
    [
        ("Dana (11:59:58 PM): Hello.\nAna (12:00:05 AM): Hi.\nDana (12:01:00 AM): So.\n", [None, 5, 60]),
        (
            "[00:01:02:13] Dana: Hello.\n[00:01:03:02] Ana: Hi.\n[75:10] Dana: So.\n[76:00] Ana: Bye\n",
            [62, 63, 4510, 4560],
        ),
        ("[0:03] Dana: Hello.\n[59:59] Ana: Hi.\n[1:00:15] Dana: So.\n", [3, 3599, 3615]),
        ("[00:03] Dana: Hello.\n[-00:05] Ana: Hi.\n[00:09] Dana: So.\n[00:10] Dana: Bye.\n", [3, 9, 10]),
    ],
)
def test_times_of_all_kinds(source: str, times: list[int | None]) -> None:
    """Keep 17: right milliseconds or none, never a wrong order in silence."""
    found = read_text(source)
    assert [None if turn.start_ms is None else turn.start_ms / 1000 for turn in found.turns] == times
    assert "".join(found.text.split()).endswith("So.") or "Bye" in found.text


@pytest.mark.parametrize(
    ("data", "name"), [(b"WEBVTT", "a.vtt"), (b"WEBVTT\r\n\r\n", "a.vtt"), (b"Speaker,Text\n", "a.csv")]
)
def test_a_header_alone(data: bytes, name: str) -> None:
    """Keep 18: a file that only begins holds no words."""
    with pytest.raises(UnreadableSource) as raised:
        read(data, name)
    assert raised.value.slug == "no-words"


@pytest.mark.parametrize(
    ("file", "name", "reader"),
    [
        ("real/sample.srt", "a.vtt", "subrip"),
        ("made/teams_modern.vtt", "a.txt", "webvtt"),
        ("made/teams_modern.docx", "a.pdf", "word"),
        ("made/interview.pdf", "a.docx", "pdf"),
        ("made/interview.odt", "a.docx", "opendocument"),
        ("made/whisperx.json", "a.docx", "speech_json"),
        ("made/tickets.csv", "a.txt", "spreadsheet"),
    ],
)
def test_a_wrong_extension(file: str, name: str, reader: str) -> None:
    """Keep 19: what a file is called matters less than what is in it."""
    assert read_as((TRANSCRIPTS / file).read_bytes(), name).reader == reader


def test_a_workbook_called_a_table_in_text() -> None:
    """Keep 19: XLSX named .csv."""
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + "".join(
            f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{a}</t></is></c><c r="B{n}" t="inlineStr"><is><t>{b}</t></is></c></row>'
            for n, (a, b) in enumerate(
                (("Speaker", "Text"), ("Ana", "Hello."), ("Bo", "Hi."), ("Ana", "So."), ("Bo", "Yes.")), 1
            )
        )
        + "</sheetData></worksheet>"
    )
    book = (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    types = (
        f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>'
    )
    relation = '<Relationships xmlns="{}/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/></Relationships>'
    data = zip_of(
        {
            "[Content_Types].xml": types.encode(),
            "_rels/.rels": relation.format(package, "officeDocument", "xl/workbook.xml").encode(),
            "xl/workbook.xml": book.encode(),
            "xl/_rels/workbook.xml.rels": relation.format(package, "worksheet", "worksheets/sheet1.xml").encode(),
            "xl/worksheets/sheet1.xml": sheet.encode(),
        }
    )
    assert heard(read_as(data, "a.csv")) == ["Ana: Hello.", "Bo: Hi.", "Ana: So.", "Bo: Yes."]


def test_names_in_archives_lead_nowhere() -> None:
    """Keep 21: paths are only names, links are passed over, archives within are opened, names that differ by case stay two."""
    inner = zip_of({"Page 1f2e3d4c5b6a79881f2e3d4c5b6a7988.md": b"# Page\n"})
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("../../x.txt", "/etc/y.txt", "a/P1.txt", "a/p1.txt"):
            archive.writestr(name, name.encode())
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("Export-1.zip", inner)
    found = unpacked(out.getvalue())
    assert found is not None
    assert dict(found) == {
        "../../x.txt": b"../../x.txt",
        "/etc/y.txt": b"/etc/y.txt",
        "a/P1.txt": b"a/P1.txt",
        "a/p1.txt": b"a/p1.txt",
        "Page 1f2e3d4c5b6a79881f2e3d4c5b6a7988.md": b"# Page\n",
    }


def test_a_message_in_latin_1_with_everything_active_in_it() -> None:
    """Keep 25: quoted-printable, scripts, pixels and what is quoted: words only, history is a note."""
    data = (
        b"From: =?iso-8859-1?Q?P=E9rez=2C_Ana?= <a@x.test>\nTo: s@x.test\nSubject: Export\nMIME-Version: 1.0\n"
        b"Content-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n<html><body><p>Caf=E9 is=\n"
        b' broken.</p><script>alert(1)</script><img src=3D"http://t.test/p.gif" width=3D1><blockquote><p>Older '
        b'<a href=3D"javascript:x()">words</a></p></blockquote></body></html>\n'
    )
    assert heard(read_as(data, "a.eml")) == ["Pérez, Ana: Café is broken.", "-: Older words"]
