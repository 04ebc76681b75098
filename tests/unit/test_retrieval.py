"""Two arms, fused: never far from the better one; filters and viewers hold in both; what is missing is said."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.embedding import Embedder
from nlp.hashing import HashingEmbedder
from repository import retrieval
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.transcript import Role
from repository.errors import Unavailable
from repository.retrieval import KEYWORD, MEANING, Scope, find, fuse, query_vector
from repository.workspace import Workspace
from tests.builders import a_session, a_study

PRICES = """Interviewer: How do you see the price?
P09: The invoice is too high for a practice of two, and nobody explained the text message charges to us.
Interviewer: What would be fair?
P09: A price for each location rather than for every seat, because half of my people work two mornings.
"""

ids = st.lists(st.integers(1, 40), unique=True, max_size=30)


def ranked(told: list[int], best: float = 9.0) -> list[tuple[int, float]]:
    """Give a ranking whose scores fall by steps that grow smaller."""
    return [(i, best / (1 + rank)) for rank, i in enumerate(told)]


@given(ids, ids, st.sets(st.tuples(st.integers(1, 40), st.integers(1, 40)), max_size=8))
def test_fusing_keeps_everything_once_and_orders_it_by_score(
    keyword: list[int], meaning: list[int], near: set[tuple[int, int]]
) -> None:
    held = set(keyword) | set(meaning)
    ends = {pair[0]: pair for pair in near if pair[0] != pair[1] and held >= set(pair)}  # one follows on each
    pairs = list({pair[1]: pair for pair in ends.values()}.values())
    found = fuse(ranked(keyword), ranked(meaning, 0.9), pairs=pairs)
    assert sorted(hit.id for hit in found) == sorted(held)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert all(0 <= hit.score <= 1 + 1e-9 for hit in found)
    for hit in found:
        assert hit.ranks.get(KEYWORD) == (keyword.index(hit.id) + 1 if hit.id in keyword else None)
        assert hit.ranks.get(MEANING) == (meaning.index(hit.id) + 1 if hit.id in meaning else None)
        assert (hit.cosine is None) == (hit.id not in meaning)


@given(ids, ids)
def test_what_both_arms_rank_higher_is_ranked_higher(keyword: list[int], meaning: list[int]) -> None:
    place = {hit.id: n for n, hit in enumerate(fuse(ranked(keyword), ranked(meaning, 0.9)))}
    both = [i for i in keyword if i in meaning]
    for one in both:
        for other in both:
            if keyword.index(one) < keyword.index(other) and meaning.index(one) < meaning.index(other):
                assert place[one] < place[other]


@given(ids)
def test_one_arm_alone_keeps_its_order(told: list[int]) -> None:
    assert [hit.id for hit in fuse(ranked(told), [])] == told
    assert [hit.id for hit in fuse([], ranked(told))] == told


def test_what_stands_out_in_one_arm_beats_what_is_middling_in_both() -> None:
    keyword = [(1, 20.0), *((i, 5 - i / 100) for i in range(2, 60))]
    meaning = [(i, 0.5 - i / 1000) for i in range(2, 100)]
    assert fuse(keyword, meaning)[0].id == 1


def test_passages_that_follow_on_one_another_support_each_other() -> None:
    told = [(1, 3.0), (2, 2.9), (7, 2.8), (3, 2.7), (9, 1.0)]
    assert [hit.id for hit in fuse(told, [])][:2] == [1, 2]
    assert [hit.id for hit in fuse(told, [], pairs=[(2, 3)])][:2] == [2, 3]
    assert 9 in {hit.id for hit in fuse(told, [], pairs=[(2, 3)])}


def test_a_lone_match_by_a_word_counts_however_few_there_are() -> None:
    meaning = [(i, 0.6 - i / 1000) for i in range(1, 60)]
    assert fuse([(50, 7.0)], meaning)[0].id == 50


def test_other_names_count_for_less() -> None:
    told = [(1, 3.0), (2, 2.0), (3, 1.0)]
    found = {hit.id: hit.score for hit in fuse(told, [], [(i + 10, score) for i, score in told])}
    assert 0 < found[11] < found[1] and found[11] == pytest.approx(0.3 * found[1])


@pytest.fixture
def filled(workspace: Workspace) -> Iterator[Workspace]:
    a_session(workspace, a_study(workspace, "Calendars"))
    a_session(workspace, a_study(workspace, "Pricing"), PRICES, name="p09.txt")
    yield workspace


def words(workspace: Workspace, found: list[int]) -> list[str]:
    with workspace.read() as unit:
        held = unit.segments.seen(LOCAL_ADMIN, found)
    return [held[i].words for i in found]


def test_both_arms_answer(filled: Workspace) -> None:
    findings = find(filled, LOCAL_ADMIN, "invoices for every seat")
    assert findings.notes == ()
    best = findings.found[0]
    assert set(best.ranks) == {KEYWORD, MEANING}
    assert "seat" in words(filled, [best.id])[0]
    assert len({hit.id for hit in findings.found}) == len(findings.found)


def test_only_what_follows_directly_counts_as_next(filled: Workspace) -> None:
    a_session(filled, a_study(filled, "Long"), PRICES * 4, name="long.txt")
    with filled.read() as unit:
        sessions = unit.segments.sessions_in_scope(LOCAL_ADMIN)
        in_order = [[s.id for s in unit.segments.of_session(session)] for session in sessions]
        every = [i for told in in_order for i in told]
        pairs = unit.segments.next_to(every)
        assert sorted(pairs) == sorted((a, b) for told in in_order for a, b in pairwise(told))
        longest = max(in_order, key=len)
        assert len(longest) > 2
        assert unit.segments.next_to([longest[0], longest[2]]) == []
        assert unit.segments.next_to([]) == []


def test_the_limit_holds(filled: Workspace) -> None:
    assert len(find(filled, LOCAL_ADMIN, "price calendar", limit=1).found) == 1


def test_scope_and_viewer_hold_in_both_arms(filled: Workspace) -> None:
    with filled.read() as unit:
        by_title = {study.title: study.id for study in unit.studies.all(LOCAL_ADMIN)}
    viewer = Viewer("ana", PersonRole.READER, frozenset({by_title["Calendars"]}))
    for findings in (
        find(filled, viewer, "invoice price seat calendar"),
        find(filled, LOCAL_ADMIN, "invoice price seat calendar", scope=Scope(studies=(by_title["Calendars"],))),
        find(
            filled,
            viewer,
            "invoice price seat calendar",
            scope=Scope(studies=(by_title["Calendars"], by_title["Pricing"])),
        ),
    ):
        told = " ".join(words(filled, [hit.id for hit in findings.found]))
        assert findings.found and "invoice" not in told
    assert find(filled, viewer, "invoice", scope=Scope(studies=(by_title["Pricing"],))).found == ()
    assert find(filled, LOCAL_ADMIN, "price", scope=Scope(roles=(Role.OTHER,))).found == ()


def test_a_question_that_nothing_answers_finds_nothing(workspace: Workspace, minilm: Embedder) -> None:
    real = Workspace(workspace.settings, embedder=minilm)
    a_session(real, a_study(real, "Calendars"))
    assert find(real, LOCAL_ADMIN, "quantum chromodynamics of quarks").found == ()
    assert find(real, LOCAL_ADMIN, "worries about losing bookings").found != ()  # in other words, it does
    real.close()


def test_a_phrase_holds_in_both_arms(filled: Workspace) -> None:
    findings = find(filled, LOCAL_ADMIN, "money", phrases=["text message charges"])
    assert [hit for hit in findings.found if "text message charges" not in words(filled, [hit.id])[0]] == []
    assert findings.found
    assert find(filled, LOCAL_ADMIN, "money", phrases=["charges message"]).found == ()


def test_without_meaning_words_answer_and_the_reason_is_said(
    filled: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = filled.neighbours
    filled.neighbours = None
    findings = find(filled, LOCAL_ADMIN, "invoice")
    assert findings.found and "still starting" in findings.notes[0]
    filled.neighbours = ready

    def away(*_: object) -> np.ndarray:
        raise Unavailable("The model is away.")

    monkeypatch.setattr(retrieval, "query_vector", away)
    findings = find(filled, LOCAL_ADMIN, "invoice")
    assert findings.found and findings.notes == ("The model is away.",)


def test_a_question_is_embedded_once(filled: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    real = HashingEmbedder.embed
    monkeypatch.setattr(HashingEmbedder, "embed", lambda self, texts, **more: calls.append(1) or real(self, texts))
    first = query_vector(filled, "asked for the very first time")
    assert np.array_equal(first, query_vector(filled, "asked for the very first time"))
    assert calls == [1]
    for n in range(600):
        query_vector(filled, f"question {n}")
    query_vector(filled, "asked for the very first time")
    assert len(calls) == 602  # only the last few hundred are remembered


@pytest.mark.parametrize("text", ["", "the of and", "?!", "\x00", "a" * 5_000, "reminder " * 500])
def test_odd_questions_do_no_harm(filled: Workspace, text: str) -> None:
    assert len(find(filled, LOCAL_ADMIN, text).found) >= 0
