"""Words: what carries the subject, and which are forms of one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.words import content_words, stems, subject_words


def test_function_words_carry_no_subject() -> None:
    assert content_words("Why did the reminders NOT reach them?") == ["reminders", "reach"]
    assert content_words("the of and") == []


def test_a_word_counts_once_in_the_order_it_came() -> None:
    assert content_words("Price, calendar; PRICE? price!") == ["price", "calendar"]


@pytest.mark.parametrize("text", ["I can't", "I can’t", "they're", "it's"])
def test_contractions_of_function_words_are_function_words(text: str) -> None:
    assert subject_words(text) == []


def test_vague_words_are_content_but_no_subject() -> None:
    assert "thing" in content_words("The thing with the reminder")
    assert subject_words("The thing with the reminder") == ["reminder"]


@pytest.mark.parametrize(
    "forms",
    [("reminder", "reminders", "reminded"), ("connect", "connected", "connecting", "connection"), ("price", "prices")],
)
def test_forms_of_a_word_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len(set(stems(forms))) == 1


def test_words_of_other_scripts_are_kept() -> None:
    assert content_words("Größe café 予約 naïve") == ["größe", "café", "予約", "naïve"]


@given(st.text(max_size=200))
def test_any_text_has_words_and_each_has_a_stem(text: str) -> None:
    words = content_words(text)
    assert len(words) == len(set(words)) == len(stems(words))
    assert set(subject_words(text)) <= set(words)
