"""What was asked and not found: kept without names and without who asked, counted, settled, and open again."""

from datetime import date

import pytest

from repository import gaps
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.errors import Forbidden, NotFound, Rejected
from repository.impersonal import Called, impersonal
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.conftest import Clock


def asked(workspace: Workspace, words: str, where: str = gaps.SEARCH) -> None:
    with workspace.write() as unit:
        gaps.note(unit, workspace, words, where)


def words(workspace: Workspace) -> list[str]:
    return [gap.words for gap in gaps.gaps(workspace).open]


def test_forms_and_order_of_words_count_as_one_and_only_the_days_are_kept(workspace: Workspace, clock: Clock) -> None:
    asked(workspace, "loyalty points for dentists")
    clock.forward(days=3)
    asked(workspace, "Dentists: loyalty point?")
    asked(workspace, "loyalty points for dentists", gaps.ASK)
    [most, other] = gaps.gaps(workspace).open
    assert (most.words, most.times, most.where) == ("loyalty points for dentists", 2, "search")
    assert (most.first_on, most.last_on) == (date(2026, 11, 23), date(2026, 11, 26))
    assert (other.where, other.times) == ("ask", 1)


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("does anna.smith@clinic.example pay by card", "does pay by card"),
        ("call +49 171 555 1234 about refunds", "call about refunds"),
        ("order 48213 and IBAN DE89370400440532013000 refunds", "order and refunds"),
        ("refunds on https://example.org/u/anna?id=7 please", "refunds on please"),
        ("what “Anna Smith” thinks of refunds", "what thinks of refunds"),
        ("what Anna Smith thinks of refunds", "what thinks of refunds"),
        ("did p01 or Petra ask for refunds", "did or ask for refunds"),
        ("speaker:P01 refunds", "refunds"),
        ("@anna refunds", "refunds"),
        ("refunds for Appointments", "refunds for Appointments"),
    ],
)
def test_no_name_number_or_address_is_kept(workspace: Workspace, question: str, kept: str) -> None:
    a_session(workspace, a_study(workspace))  # P01 speaks of Petra, and of appointments
    asked(workspace, question)
    assert words(workspace) == [kept]


def test_a_question_of_nothing_but_names_leaves_nothing(workspace: Workspace) -> None:
    asked(workspace, '"Anna Smith" 0171 5551234')
    asked(workspace, "what about it?")
    assert words(workspace) == []


def test_accounts_are_names_too(workspace: Workspace) -> None:
    with workspace.write() as unit:
        unit.people.add_account("hill", "Hill Road Surgery", "small")
    asked(workspace, "does hill road surgery want refunds")
    assert words(workspace) == ["does want refunds"]


def test_a_gap_is_settled_with_a_reason_put_back_and_open_again_when_asked_again(workspace: Workspace) -> None:
    asked(workspace, "loyalty points")
    [gap] = gaps.gaps(workspace).open
    with pytest.raises(Rejected):
        gaps.settle(workspace, LOCAL_ADMIN, gap.id, "  ")
    with pytest.raises(Forbidden):
        gaps.settle(workspace, Viewer("ana", PersonRole.READER), gap.id, "x")
    with pytest.raises(NotFound):
        gaps.settle(workspace, LOCAL_ADMIN, 99, "x")
    gaps.settle(workspace, LOCAL_ADMIN, gap.id, "Not a market of ours.")
    assert words(workspace) == [] and gaps.gaps(workspace).settled[0].settled_why == "Not a market of ours."
    gaps.reopen(workspace, LOCAL_ADMIN, gap.id)
    assert words(workspace) == ["loyalty points"]
    gaps.settle(workspace, LOCAL_ADMIN, gap.id, "Not a market of ours.")
    asked(workspace, "loyalty points")
    assert gaps.known_gaps(workspace, 5)[0].times == 2


def test_tallies_are_of_days_and_of_nobody(workspace: Workspace, clock: Clock) -> None:
    with workspace.write() as unit:
        for found in (True, True, False):
            gaps.tally(unit, gaps.SEARCH, found, clock().date())
        gaps.tally(unit, gaps.PLAN, False, clock().date())
        gaps.tally(unit, gaps.SEARCH, True, date(2026, 1, 1))
    assert gaps.gaps(workspace).tallies == {"search": (2, 1), "plan": (0, 1)}


def test_whatever_is_typed_leaves_plain_words() -> None:
    for odd in ("", "\0", "((((", "“", "a" * 10_000, "🙂 🙂", "- - -", ":::"):
        assert len(impersonal(odd, Called(["", "x"]), lambda word: False)) <= 200


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("what does hill road surgery's owner want", "what does owner want"),
        ("what does hill road want", "what does want"),
        ("is a-17 slow. is it a-171", "is slow. is it a-171"),
        ("wants: Reminders. Refunds too", "wants: Reminders. Refunds too"),
    ],
)
def test_names_of_several_words_are_found_by_their_words(question: str, kept: str) -> None:
    assert impersonal(question, Called(["Hill Road Surgery", "A-17", "???"]), lambda word: word == "a") == kept
