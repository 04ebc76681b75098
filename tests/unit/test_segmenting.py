"""Passages hold every word of every turn once, in order, and cut no sentence that fits."""

import re
import time
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.segmenting import QUESTION_WORDS, Span, segment
from nlp.language import sentence_spans
from repository.domain.transcript import Role, Speaker, Turn, TurnKind
from tests.reading import TRANSCRIPTS, read_text

SPEAKERS = (Speaker("I", Role.INTERVIEWER), Speaker("P1", Role.PARTICIPANT), Speaker("Kai"))
BUDGET = 20

Said = Sequence[tuple[int | None, str] | tuple[int | None, str, TurnKind]]


def by_stops(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Split at full stops, question marks and line ends."""
    return [[found.span() for found in re.finditer(r"[^\s.?][^.?\n]*[.?]?|[.?]", text)] for text in texts]


def conversation(said: Said) -> tuple[str, list[Turn]]:
    """Lay out turns as readers do."""
    text, turns = "", []
    for idx, (speaker, words, *kind) in enumerate(said):
        start = len(text) + (2 if text else 0)
        text += ("\n\n" if text else "") + words
        turns.append(Turn(idx, speaker, kind[0] if kind else TurnKind.SPEECH, start, len(text)))
    return text, turns


def cut(said: Said, *, budget: int = BUDGET) -> tuple[list[Span], list[str]]:
    """Segment a conversation; give the passages and their words."""
    text, turns = conversation(said)
    spans = segment(text, turns, SPEAKERS, by_stops, budget_words=budget)
    return spans, [text[span.start : span.end] for span in spans]


def sentence(words: int, mark: str = ".") -> str:
    """Give a sentence of so many words."""
    return " ".join(f"w{n}" for n in range(words)) + mark


def visible(text: str) -> str:
    return "".join(text.split())


words = st.text(st.sampled_from("ab é.?! \n\t東京🦊-’"), min_size=1, max_size=120).filter(lambda text: text.strip())
turns = st.tuples(st.sampled_from([0, 1, 2, None]), words, st.sampled_from([*TurnKind]))
conversations = st.lists(turns, min_size=0, max_size=12)


@given(conversations, st.integers(1, 30), st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_character_of_every_turn_is_in_one_passage(
    said: list[tuple[int | None, str, TurnKind]], budget: int, real: bool
) -> None:
    text, laid = conversation(said)
    spans = segment(text, laid, SPEAKERS, sentence_spans if real else by_stops, budget_words=budget)
    assert visible("".join(text[span.start : span.end] for span in spans)) == visible(text)
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        assert not text[end : span.start].strip()
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        first, last = laid[span.first_turn], laid[span.last_turn]
        assert first.start <= span.start < first.end and last.start < span.end <= last.end
        kinds = {turn.kind for turn in laid[span.first_turn : span.last_turn + 1] if text[turn.start : turn.end]}
        assert len(kinds) == 1 or kinds == {TurnKind.QUESTION, TurnKind.ANSWER}
        end = span.end


@given(
    st.lists(st.tuples(st.sampled_from([0, 1, 2]), st.lists(st.integers(1, 70), min_size=1, max_size=6)), max_size=8),
    st.integers(5, 60),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
@example([(0, [40]), (1, [70])], 30, True)
def test_no_sentence_is_cut_unless_it_is_far_over_the_budget(
    shape: list[tuple[int, list[int]]], budget: int, asking: bool
) -> None:
    said = [
        (who, " ".join(sentence(n, "?" if asking and who == 0 else ".") for n in lengths)) for who, lengths in shape
    ]
    text, laid = conversation(said)
    spans = segment(text, laid, SPEAKERS, by_stops, budget_words=budget)
    edges = {span.start for span in spans} | {span.end for span in spans}
    for turn, found in zip(laid, by_stops([text[turn.start : turn.end] for turn in laid]), strict=True):
        for start, end in found:
            inside = [edge for edge in edges if turn.start + start < edge < turn.start + end]
            length = len(text[turn.start + start : turn.start + end].split())
            asked = QUESTION_WORDS if turn.idx and laid[turn.idx - 1].speaker != turn.speaker else 0
            assert not inside or length + asked > budget + QUESTION_WORDS
    assert all(len(text[span.start : span.end].split()) <= budget + QUESTION_WORDS for span in spans)


@given(st.lists(st.tuples(st.integers(-5, 200), st.integers(-5, 200)), max_size=10), words)
@settings(max_examples=200, deadline=None)
def test_whatever_the_splitter_says_nothing_is_lost(nonsense: list[tuple[int, int]], said: str) -> None:
    text, laid = conversation([(1, said)])
    spans = segment(text, laid, SPEAKERS, lambda texts: [nonsense for _ in texts], budget_words=5)
    assert visible("".join(text[span.start : span.end] for span in spans)) == visible(text)


def test_nothing_gives_nothing() -> None:
    assert cut([]) == ([], [])


def test_a_short_question_stays_with_its_answer() -> None:
    spans, found = cut([(1, sentence(15)), (0, sentence(6, "?")), (1, sentence(18)), (0, "And?"), (1, sentence(4))])
    assert found == [sentence(15), f"{sentence(6, '?')}\n\n{sentence(18)}", f"And?\n\n{sentence(4)}"]
    assert [span.role for span in spans] == [Role.PARTICIPANT] * 3
    assert [(span.first_turn, span.last_turn) for span in spans] == [(0, 0), (1, 2), (3, 4)]


def test_listening_noises_are_no_questions() -> None:
    _, found = cut([(1, sentence(8)), (0, "Mm-hm, right."), (1, sentence(8))])
    assert len(found) == 1


def test_where_roles_are_unknown_a_question_mark_makes_the_question() -> None:
    _, found = cut([(2, sentence(15)), (2, sentence(6, "?")), (1, sentence(12))])
    assert found == [sentence(15), f"{sentence(6, '?')}\n\n{sentence(12)}"]


def test_a_long_question_stands_alone() -> None:
    spans, found = cut([(0, sentence(50, "?")), (1, sentence(10))])
    assert found == [sentence(50, "?"), sentence(10)]
    assert [span.role for span in spans] == [Role.INTERVIEWER, Role.PARTICIPANT]


def test_long_turns_are_cut_into_even_parts_at_sentences() -> None:
    _, found = cut([(1, " ".join([sentence(10)] * 7))])
    assert [len(part.split()) for part in found] == [20, 20, 20, 10]
    assert all(part.endswith(".") for part in found)


def test_a_sentence_without_end_is_cut_at_words() -> None:
    _, found = cut([(1, "well and " * 100)])
    assert max(len(part.split()) for part in found) <= BUDGET + QUESTION_WORDS
    assert all(part.split()[0] in ("well", "and") for part in found)


def test_words_without_end_are_cut_too() -> None:
    _, found = cut([(1, "x" * 10_000)])
    assert "".join(found) == "x" * 10_000 and max(map(len, found)) <= 40 * (BUDGET + QUESTION_WORDS)


def test_scripts_without_spaces_count_by_character() -> None:
    _, found = cut([(1, "予約の画面はとても使いにくかったです" * 20)])
    assert max(map(len, found)) <= BUDGET + QUESTION_WORDS


def test_kinds_are_not_mixed_and_headings_open() -> None:
    note = TurnKind.NOTE
    _, found = cut(
        [(None, "Pains", note), (None, sentence(12), note), (None, "Gains", note), (None, "Few.", note), (1, "Hi.")]
    )
    assert found == [f"Pains\n\n{sentence(12)}", "Gains\n\nFew.", "Hi."]


def test_the_role_is_that_of_the_bulk() -> None:
    spans, _ = cut([(2, sentence(9)), (1, sentence(8))])
    assert [span.role for span in spans] == [Role.UNKNOWN]


@pytest.mark.parametrize(
    "file",
    ["real/zoom_meeting001.vtt", "real/otter_ladybug_60.md", "real/2nd_anniversary.txt", "real/onedrive_2022.vtt"],
)
def test_real_transcripts(file: str) -> None:
    path = TRANSCRIPTS / file
    found = read_text(path.read_bytes(), path.name)
    spans = segment(found.text, found.turns, found.speakers, sentence_spans)
    lengths = [len(found.text[span.start : span.end].split()) for span in spans]
    assert visible("".join(found.text[span.start : span.end] for span in spans)) == visible(found.text)
    assert max(lengths) <= 150 + QUESTION_WORDS
    assert sum(lengths) / len(lengths) > 60  # passages, not lines


@pytest.mark.parametrize("said", ["x" * 2_000_000, "word " * 400_000, "Yes. " * 200_000, "東" * 500_000])
def test_a_turn_without_end_takes_time_in_proportion(said: str) -> None:
    text, laid = conversation([(1, said.strip())])
    began = time.process_time()
    spans = segment(text, laid, SPEAKERS, by_stops)
    assert time.process_time() - began < 10
    assert len(spans) > 100


def test_each_answer_of_a_form_stands_with_its_question_and_apart_from_the_next() -> None:
    asked = "What keeps you from connecting your calendar to the waiting list?"
    said = [(None, asked, TurnKind.QUESTION), (0, "Fear.", TurnKind.ANSWER), (None, asked, TurnKind.QUESTION)]
    text, laid = conversation([*said, (1, "Time.", TurnKind.ANSWER)])
    spans = segment(text, laid, SPEAKERS, by_stops, budget_words=150)
    assert [text[span.start : span.end].split()[-1] for span in spans] == ["Fear.", "Time."]
    assert [span.role for span in spans] == [SPEAKERS[0].role, SPEAKERS[1].role]
