"""Two arms, fused: never far from the better one; filters and viewers hold in both; what is missing is said."""

from collections.abc import Iterator

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

ranking = st.lists(st.integers(1, 40), unique=True, max_size=30)


@given(ranking, ranking)
def test_fusing_keeps_everything_once_and_orders_it_by_score(keyword: list[int], meaning: list[int]) -> None:
    found = fuse(keyword, [(i, 0.5) for i in meaning])
    assert sorted(hit.id for hit in found) == sorted(set(keyword) | set(meaning))
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert all(0 < hit.score <= 1 for hit in found)
    for hit in found:
        assert hit.ranks.get(KEYWORD) == (keyword.index(hit.id) + 1 if hit.id in keyword else None)
        assert hit.ranks.get(MEANING) == (meaning.index(hit.id) + 1 if hit.id in meaning else None)
        assert (hit.cosine is None) == (hit.id not in meaning)


@given(ranking, ranking)
def test_what_both_arms_rank_higher_is_ranked_higher(keyword: list[int], meaning: list[int]) -> None:
    place = {hit.id: n for n, hit in enumerate(fuse(keyword, [(i, 0.5) for i in meaning]))}
    both = [i for i in keyword if i in meaning]
    for one in both:
        for other in both:
            if keyword.index(one) < keyword.index(other) and meaning.index(one) < meaning.index(other):
                assert place[one] < place[other]


@given(ranking)
def test_one_arm_alone_keeps_its_order(keyword: list[int]) -> None:
    assert [hit.id for hit in fuse(keyword, [])] == keyword
    assert [hit.id for hit in fuse([], [(i, 1.0) for i in keyword])] == keyword


def test_first_in_both_has_the_score_one() -> None:
    assert fuse([5], [(5, 0.9)])[0].score == pytest.approx(1.0)
    assert fuse([5], [])[0].score == pytest.approx(0.5)


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
