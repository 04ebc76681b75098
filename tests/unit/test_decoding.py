"""Encodings: right characters, and no guess where none is needed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers.decoding import decode, normalise
from ingest.readers.registry import read
from tests.reading import heard, read_text

GERMAN = "Interviewer: Wie läuft’s mit dem „Export“?\nB1: Geht so – für 20 € im Monat… naja.\n"
FRENCH = "I: Qu’est-ce qui vous gêne ?\nP: L’écran était très lent, çà et là, dès l’été.\n" * 3
POLISH = (
    "Badacz: Jak często używa pani kalendarza?\nUczestniczka: Zawsze w poniedziałek, później już nie, bo się zacina.\n"
)
RUSSIAN = "Интервьюер: Расскажите, как вы записываетесь на приём?\nУчастник: По телефону, через сайт слишком долго.\n"
JAPANESE = "田中：予約の画面はどうでしたか。\n佐藤：とても使いにくかったです。三回もやり直しました。\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        (FRENCH, "cp1252"),
        (FRENCH.replace("’", "'"), "latin-1"),
        (FRENCH, "mac-roman"),
        (POLISH * 2, "cp1250"),
        (RUSSIAN * 2, "cp1251"),
        (RUSSIAN * 2, "koi8-r"),
        (JAPANESE, "shift-jis"),
        (JAPANESE, "euc-jp"),
        ("张三：你觉得这个预约页面怎么样？\n李四：太慢了，我打了两次电话才约上。\n", "gb18030"),
    ],
)
def test_what_is_no_utf_8_is_guessed_and_says_so(text: str, encoding: str) -> None:
    found = read(text.encode(encoding), "p01.txt")
    assert found.encoding_guessed
    assert [words.replace(": ", ":", 1) for words in heard(found)] == [
        line.replace("：", ":").replace(": ", ":", 1) for line in text.splitlines()
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [GERMAN, RUSSIAN + "I: So?\n" * 9, "I: plain English\nP: and no more\n"])
def test_unicode_in_every_form(text: str, encoding: str) -> None:
    found = decode(text.encode(encoding))
    assert found is not None and found.text == text and found.damaged == 0
    assert found.guessed == (encoding in ("utf-16-le", "utf-16-be"))


@pytest.mark.parametrize("emoji", ["🦊", "👩‍👩‍👧", "é", "€", "ß", "日"])
def test_valid_utf_8_with_one_odd_character_is_never_guessed(emoji: str) -> None:
    found = decode(("I: how is it? " + "word " * 500 + emoji + "\n").encode())
    assert found is not None and not found.guessed and emoji in found.text


def test_utf_8_with_a_few_broken_bytes_stays_utf_8() -> None:
    data = ("I: schön, daß es läuft, für Änderungen.\n" * 20).encode() + b"P: abgebro\xc3\n" + "Käse.\n".encode() * 20
    found = read(data, "p01.txt")
    assert "schön, daß" in found.text and "abgebro\ufffd" in found.text
    assert found.warnings[0].message == "1 character could not be decoded or had to be dropped."


def test_utf_8_cut_in_the_middle_of_a_character() -> None:
    found = decode("Es läuft für Käthe schön.".encode() + "ä".encode()[:1])
    assert found is not None and found.text == "Es läuft für Käthe schön.\ufffd" and not found.guessed


def test_a_single_byte_beyond_ascii() -> None:
    found = decode(b"P1: It is a caf\xe9 in town, " + b"and we talked for an hour. " * 50)
    assert found is not None and "café in town" in found.text and found.guessed


def test_nuls_are_dropped_and_counted() -> None:
    found = read(b"I: one\x00 two\nP: three and then quite a bit more than that\n" * 3, "p01.txt")
    assert "\0" not in found.text and heard(found)[0] == "I: one two"
    assert found.warnings[0].message == "3 characters could not be decoded or had to be dropped."


def test_half_surrogates_and_controls_of_direction() -> None:
    found = read_text("\u202eDana\u202c: so \u202enrut\u202c it\nAna: \u200fyes\nDana: A.\nAna: B.\n".encode())
    assert [speaker.label for speaker in found.speakers] == ["Dana", "Ana"]
    assert heard(found)[0] == "Dana: so \u202enrut\u202c it"  # words stay as they are
    lone = read_text("I: half \ud83d of one\nP: yes\n".encode("utf-8", "surrogatepass"))
    assert "half \ufffd" in lone.text and "of one" in lone.text


@pytest.mark.parametrize("odd", ["\x0b", "\x0c", "\u2028", "\u2029", "\r", "\r\n"])
def test_every_kind_of_line_end_is_one(odd: str) -> None:
    assert heard(read_text(f"I: one{odd}P: two{odd}")) == ["I: one", "P: two"]


def test_what_entities_and_xml_bring_in_is_normalised_too() -> None:
    found = read_text("WEBVTT\n\n00:01.000 --> 00:02.000\n<v A&#13;na>one&#xFEFF;&#0;&#x2028;two</v>\n", "a.vtt")
    assert heard(found) == ["A na@1: one\ufffd\ntwo"]
    assert heard(read_text("# N\n\nA&#65279;B &amp; C\n", "a.md"))[1] == "-: AB & C"


@given(st.text())
@settings(deadline=None)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert not set(once) & {"\r", "\0", "\ufeff", "\x0b", "\x0c", "\u2028"}


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_text_or_not_but_never_an_error(data: bytes) -> None:
    found = decode(data)
    if found is not None:
        found.text.encode("utf-8")
