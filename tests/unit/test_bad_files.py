"""Files that cannot be read: each is refused with a sentence that says what it is and one that says what to do."""

import json
import random
import struct
import zipfile
from io import BytesIO

import pytest

from ingest.readers.registry import read
from repository.errors import UnreadableSource
from tests.reading import DOCX_FRAME, docx_of, docx_with, heard, labels, read_text, zip_of

WORDS = "<w:p><w:r><w:t>I: one</w:t></w:r></w:p>"
OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def refused(data: bytes | str, name: str = "p01.txt") -> str:
    """Give the message with which a file is refused; the name and the remedy are there, too."""
    with pytest.raises(UnreadableSource) as raised:
        read(data.encode() if isinstance(data, str) else data, name)
    error = raised.value
    assert error.file == name and error.message.startswith(f"{name}: ") and error.hint.endswith(".")
    return error.message.removeprefix(f"{name}: ")


@pytest.mark.parametrize("data", [b"", b"\n\n  \t\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\0" * 100, b"\xff\xfe"])
def test_an_empty_file(data: bytes) -> None:
    assert refused(data) == "The file is empty."


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("WEBVTT\n\n", "a.vtt"),
        ("WEBVTT\n\nNOTE nothing yet\n\n1\n00:00:01.000 --> 00:00:02.000\n\n", "a.vtt"),
        ("1\n00:00:01,000 --> 00:00:02,000\n\n", "a.srt"),
        ("---\ntitle: Empty\n---\n", "a.md"),
        ("\u200e\ufeff\ufeff \u00a0", "a.txt"),
        (docx_of("", " "), "a.docx"),
    ],
)
def test_a_file_without_words(data: bytes | str, name: str) -> None:
    assert refused(data, name) == "There are no words in the file."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"%PDF-1.4 \x00\x01\xff\xfe" * 50, "The document is damaged"),
        (OFFICE + b"W\0o\0r\0d\0" * 100, "This is an old Office file (.doc, .xls or .msg)."),
        (OFFICE + "EncryptedPackage".encode("utf-16-le") * 2, "The document is protected with a password."),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "This is a picture (PNG)."),
        (b"\xff\xd8\xff\xe0" + bytes(range(256)), "This is a picture (JPEG)."),
        (b"MZ\x90\0" + bytes(range(256)) * 4, "This is a Windows program."),
        (b"\x7fELF\x02\x01" + bytes(range(256)) * 4, "This is a program."),
        (b"\x1f\x8b\x08\0" + bytes(range(256)) * 4, "This is a compressed file (gzip)."),
        (b"Rar!\x1a\x07\x01\0" + bytes(range(256)), "This is an archive (RAR)."),
        (b"ID3\x04\0\0\0\0\x0f\x76" + bytes(range(256)) * 4, "This is a recording, not a transcript."),
        (b"\xff\xfb\x90\x44" + bytes(range(256)) * 4, "This is a recording, not a transcript."),
        (b"\0\0\0\x20ftypM4A \0\0\0\0" + bytes(range(256)) * 4, "This is a recording, not a transcript."),
        (b"\x1aE\xdf\xa3" + bytes(range(256)) * 4, "This is a recording, not a transcript."),
        (b"RIFF\x24\x08\0\0WAVEfmt " + bytes(range(256)) * 4, "This is a recording or a picture."),
        (b"SQLite format 3\0\x10\0" + bytes(range(256)) * 4, "This is a database, not a transcript."),
        (random.Random(1).randbytes(5_000), "This is not text in any encoding that could be told."),
        (random.Random(2).randbytes(50), "This is not text in any encoding that could be told."),
        (struct.pack("<800f", *(x / 7 for x in range(800))), "This is not text in any encoding that could be told."),
    ],
)
def test_something_else_called_txt(data: bytes, sentence: str) -> None:
    assert refused(data).startswith(sentence)


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Password</body></html>",
        "\n  <html lang=en>\n<body>\n# not Markdown\n# nor here\n**bold:** text\n</body></html>",
        "<!-- saved from url -->\n<!DOCTYPE HTML PUBLIC '-//W3C//DTD'>\n<html></html>",
        '<?xml version="1.0"?>\n<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"></html>',
    ],
)
@pytest.mark.parametrize("name", ["meeting.vtt", "p01.txt", "notes.md", "p01.docx"])
def test_a_login_page_in_place_of_the_transcript(page: str, name: str) -> None:
    assert refused(page, name).startswith("This is a web page, perhaps the login page")


@pytest.mark.parametrize("name", ["p01.json", "p01.docx", "p01.txt", "p01.vtt"])
def test_json_under_any_name(name: str) -> None:
    data = json.dumps({"name": "cairn", "version": "1", "dependencies": {"numpy": "2"}}, indent=1)
    assert refused(data, name) == "This is JSON, but no transcript that Cairn knows."


def test_brackets_do_not_make_json() -> None:
    assert labels(read_text('["Dana"]: Hi.\n[[laughs]]\n["Ana"]: So.\n["Dana"]: Yes.\n["Ana"]: No.\n')) == [
        '"Dana"',
        '"Ana"',
    ]


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({"ppt/presentation.xml": b"<p/>"}, "This is a PowerPoint presentation."),
        (
            {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"},
            "The document is damaged",
        ),
        ({"mimetype": b"application/vnd.oasis.opendocument.presentation"}, "This is an OpenDocument file"),
        ({"mimetype": b"application/epub+zip", "META-INF/container.xml": b"<x/>"}, "This is an e-book (EPUB)."),
        ({"Index/Document.iwa": b"x"}, "This is an Apple Pages document"),
        ({"a.txt": b"P1: hello", "b.txt": b"x"}, "This is an archive, not a Word document."),
    ],
)
@pytest.mark.parametrize("name", ["answers.csv", "p01.docx"])
def test_other_archives(entries: dict[str, bytes], sentence: str, name: str) -> None:
    assert refused(zip_of(entries), name).startswith(sentence)


def test_an_empty_archive() -> None:
    assert refused(zip_of({}), "p01.docx") == "This archive is empty."


def test_a_small_document_that_unpacks_to_gigabytes() -> None:
    bomb = _bomb(b"0" * (256 << 20))
    assert len(bomb) < 300_000
    assert refused(bomb, "p01.docx") == "The document unpacks to far more than it should."


def test_a_document_of_three_kilobytes_that_unpacks_to_three_megabytes() -> None:
    bomb = _bomb(b" " * (3 << 20))
    assert len(bomb) < 5_000
    assert refused(bomb, "p01.docx") == "The document unpacks to far more than it should."


def test_a_size_that_the_header_denies() -> None:
    bomb = bytearray(_bomb(b"0" * (64 << 20)))
    at = bomb.find(b"PK\x01\x02", bomb.find(b"word/media/big.bin", bomb.find(b"PK\x01\x02")) - 60)
    bomb[at + 24 : at + 28] = struct.pack("<I", 10)
    assert refused(bytes(bomb), "p01.docx") in {
        "The document unpacks to far more than it should.",
        "The document is damaged.",
    }


def test_entries_that_overlap() -> None:
    data = zip_of({**DOCX_FRAME, "word/document.xml": b"x", "a": b"0" * 100_000})
    flood = data.replace(b"PK\x05\x06", b"")  # no end of the directory
    assert refused(flood, "p01.docx") == "The document is damaged or incomplete."


def test_too_many_entries() -> None:
    data = zip_of({**DOCX_FRAME, "word/document.xml": b"<x/>", **{f"word/media/{n}": b"" for n in range(6_000)}})
    assert refused(data, "p01.docx") == "The document unpacks to far more than it should."


def test_xml_that_nests_without_end() -> None:
    deep = "<w:sdt><w:sdtContent>" * 10_000 + "</w:sdtContent></w:sdt>" * 10_000
    data = docx_with(deep)
    assert len(data) < 5_000
    assert refused(data, "p01.docx") == "The document unpacks to far more than it should."


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE x [<!ENTITY a "1234567890"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_a_document_with_entities(head: str) -> None:
    sentence = "The document declares XML entities, which no word processor writes."
    assert refused(docx_with(WORDS, head=head), "p01.docx") == sentence
    other = zip_of(
        {**DOCX_FRAME, "word/document.xml": b"<x/>", "word/evil.bin": f"\ufeff {head}<x/>".encode("utf-16-le")}
    )
    assert refused(other, "p01.docx") == sentence


def test_a_document_with_programs() -> None:
    data = docx_with(WORDS, entries={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"})
    assert refused(data, "p01.docm") == "The document contains macros (programs)."


@pytest.mark.parametrize("cut", [30, 200, -22, -60])
def test_a_document_that_was_cut_off(cut: int) -> None:
    assert refused(docx_of("I: one", "P: two")[:cut], "p01.docx") in {
        "The document is damaged or incomplete.",
        "This is an archive, not a Word document.",
        "The document is damaged.",
    }


@pytest.mark.parametrize("body", ["<w:p><w:r></w:p>", "\x01", "&nbsp;", "<unknown:p/>"])
def test_a_document_with_broken_xml(body: str) -> None:
    assert refused(docx_with(body), "p01.docx") == "The document is damaged."


def test_a_document_without_its_relations() -> None:
    data = zip_of({"word/document.xml": b"<x/>"})
    assert refused(data, "p01.docx") == "The document is damaged."


def test_a_document_with_damaged_bytes() -> None:
    good = docx_of(*[f"P{n}: word number {n}" for n in range(200)])
    bad = bytearray(good)
    at = good.find(b"word/document.xml") + 60
    bad[at : at + 40] = b"\xff" * 40
    assert refused(bytes(bad), "p01.docx") == "The document is damaged."


def test_an_encrypted_entry() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in {**DOCX_FRAME, "word/document.xml": b"<x/>"}.items():
            archive.writestr(name, data)
    data = bytearray(out.getvalue())
    for mark, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(mark)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(mark, at + 4)
    assert refused(bytes(data), "p01.docx") == "The document is protected with a password."


def test_front_matter_that_is_no_yaml_is_kept_as_text() -> None:
    for front in ("title: [unclosed", "a: b: c: d", "\t- x: 1\n y: 2", "title: &a [*a, *a]", "just words", "- a\n- b"):
        found = read_text(f"---\n{front}\n---\nP1 likes it.\n", "a.md")
        assert any(front.split()[-1].strip("&*[],:") in words for words in heard(found)), front
        assert found.facts == {}


def test_front_matter_with_an_alias_bomb() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    found = read_text("---\n" + "\n".join(levels) + "\n---\nP1 likes it.\n", "a.md")
    assert found.warnings[0].message == "The front matter is not valid YAML; it is kept as text."
    assert len(found.text) < 1_000


@pytest.mark.parametrize(
    "front", ["day: 2026-02-30", "n: " + "9" * 9_000, "x: " + "[" * 5_000, "x: !!python/name:os.system y"]
)
def test_front_matter_with_values_that_yaml_stumbles_over(front: str) -> None:
    assert heard(read_text(f"---\n{front}\n---\nP1 likes it.\n", "a.md"))[-1].endswith("P1 likes it.")


def _bomb(stuffing: bytes) -> bytes:
    return docx_with(WORDS, entries={"word/media/big.bin": stuffing})
