"""Sentences and languages: spans that hold every word, and a language only where there is enough to tell by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import language
from nlp.language import detect_language, sentence_spans


def sentences(text: str) -> list[str]:
    [spans] = sentence_spans([text])
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It failed. Nobody called!", ["It failed.", "Nobody called!"]),
        ("Dr. Smith called at 10.30. I was out.", ["Dr. Smith called at 10.30.", "I was out."]),
        ("No. I did not.", ["No.", "I did not."]),
        ("I said no. Then yes.", ["I said no.", "Then yes."]),
        ("It was No. 5 on the list. Fine.", ["It was No. 5 on the list.", "Fine."]),
        ("Really?! Yes!!", ["Really?!", "Yes!!"]),
        ("It was 😀 fine. Ok?", ["It was 😀 fine.", "Ok?"]),
        ("予約しました。電話しました！", ["予約しました。", "電話しました！"]),
        ("  one line \n", ["one line"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_sentences_end_where_people_would_end_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.lists(st.text(alphabet="aB .!?\n\u00a0é😀。", max_size=60), max_size=4))
def test_sentences_hold_all_that_is_not_blank_in_order(texts: list[str]) -> None:
    for text, spans in zip(texts, sentence_spans(texts), strict=True):
        ends = [0]
        for start, end in spans:
            assert ends[-1] <= start < end <= len(text)
            assert text[start:end] == text[start:end].strip()
            assert not text[ends[-1] : start].strip()
            ends.append(end)
        assert not text[ends[-1] :].strip()


def test_a_text_longer_than_one_piece_is_cut_at_a_blank_and_keeps_every_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "PIECE", 100)
    text = "The reminder came twice. " * 40
    [spans] = sentence_spans([text])
    assert "".join(text[a:b] for a, b in spans).replace(" ", "") == text.replace(" ", "")
    [solid] = sentence_spans(["x" * 1000])
    assert sum(b - a for a, b in solid) == 1000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I was afraid that it would overwrite the appointments we already have in the calendar.", "en"),
        ("Ich habe gestern mit der Praxis telefoniert, und niemand konnte mir weiterhelfen.", "de"),
        ("Je ne comprends pas pourquoi le rappel est arrivé deux fois pendant le week-end.", "fr"),
        (
            "今日は病院に行きましたが、予約が取れていませんでした。電話で確認したのに、受付の人は知らないと言いました。",
            "ja",
        ),
    ],
)
def test_a_language_is_told(text: str, code: str) -> None:
    found, probability = detect_language(text)
    assert found == code
    assert 0.5 < probability <= 1.0


@pytest.mark.parametrize("text", ["", "Yes.", "12:30 – 14:00 … 99 % !!", "a" * 39])
def test_too_little_to_tell_by_is_said(text: str) -> None:
    assert detect_language(text) == ("", 0.0)
