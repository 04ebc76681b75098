"""Plans that are kept, checked, decided about and compared with what came later."""

import sqlite3
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from repository import gaps, insight_finding, planning, plans, revising, studies
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.plan import Choice, PlanFacts, QuestionFound, Spot, Verdict
from repository.domain.study import Session, StudyState
from repository.editing import EditedTurn
from repository.errors import Conflict, Forbidden, NotFound, PlanChanged, Rejected
from repository.revising import Edit
from repository.settings import PlanningSettings
from repository.store.vocabulary import VocabularyStore
from repository.workspace import Workspace
from tests.builders import a_session, a_study

ASKED = "What keeps practices from connecting their calendar?"
WORDS = "I was afraid it would overwrite the appointments we already have."
FACTS = PlanFacts("Linking", questions=(ASKED, "Which colours do walls have?"), owner="Dana")


def a_plan(workspace: Workspace, facts: PlanFacts = FACTS) -> int:
    return plans.create(workspace, LOCAL_ADMIN, facts).id


def test_every_quote_is_a_slice_of_the_stored_text(workspace: Workspace) -> None:
    a_session(workspace, a_study(workspace), on=date(2026, 10, 1))
    checked = planning.check(workspace, LOCAL_ADMIN, FACTS)
    quotes = [q for one in checked.questions for q in (*one.quotes, *one.more, *(miss.quote for miss in one.near))]
    assert quotes
    stored = sqlite3.connect(workspace.folder / "cairn.db")
    for quote in quotes:
        [body] = stored.execute("SELECT body FROM text WHERE id = ?", (quote.spot.text_id,)).fetchone()
        assert body[quote.start : quote.end] == quote.words
    stored.close()


def test_a_plan_that_is_empty_or_without_a_question_is_refused(workspace: Workspace) -> None:
    with pytest.raises(Rejected, match="no question"):
        plans.create(workspace, LOCAL_ADMIN, PlanFacts("Linking"))


def test_a_reader_changes_nothing(workspace: Workspace) -> None:
    reader = Viewer("r", PersonRole.READER)
    with pytest.raises(Forbidden):
        plans.create(workspace, reader, FACTS)
    with pytest.raises(Forbidden):
        planning.check_plan(workspace, reader, a_plan(workspace))


def test_two_editors_lose_nothing(workspace: Workspace) -> None:
    plan_id = a_plan(workspace)
    first = plans.show(workspace, plan_id)
    plans.change(workspace, LOCAL_ADMIN, plan_id, replace(FACTS, title="Theirs"), edition=first.edition)
    with pytest.raises(PlanChanged):
        plans.change(workspace, LOCAL_ADMIN, plan_id, replace(FACTS, title="Mine"), edition=first.edition)
    assert plans.show(workspace, plan_id).facts.title == "Theirs"


def test_checks_hold_places_and_no_words(workspace: Workspace) -> None:
    a_session(workspace, a_study(workspace))
    plan_id = a_plan(workspace)
    planning.check_plan(workspace, LOCAL_ADMIN, plan_id)
    with workspace.read() as unit:
        kept = repr(unit.plans.checks(plan_id))
    assert "overwrite" not in kept and "Petra" not in kept


def test_what_a_viewer_may_not_see_is_neither_shown_nor_counted(workspace: Workspace) -> None:
    hidden = a_study(workspace, "Hidden", questions=(ASKED,), state=StudyState.DONE)
    a_session(workspace, hidden)
    plan_id = a_plan(workspace)
    planning.check_plan(workspace, LOCAL_ADMIN, plan_id)
    stranger = Viewer("s", PersonRole.RESEARCHER, frozenset())
    for one in planning.view(workspace, stranger, plan_id).questions:
        assert (one.verdict, one.people, one.quotes, one.near, one.overlaps) == (Verdict.NOT_STUDIED, 0, (), (), ())
        assert "Hidden" not in " ".join(one.reasons)


def test_a_study_with_the_same_question_in_flight_is_an_overlap_with_its_owner(workspace: Workspace) -> None:
    a_study(workspace, "At it", questions=(ASKED,), state=StudyState.RECRUITING, owner="Maren")
    view = planning.view(workspace, LOCAL_ADMIN, _checked(workspace))
    assert view.questions[0].verdict is Verdict.PARTLY
    [beside] = view.beside
    assert (beside.owner, beside.questions) == ("Maren", (1,))


def test_a_plan_made_from_a_study_is_not_answered_by_it(workspace: Workspace) -> None:
    study = a_study(workspace, questions=(ASKED,), state=StudyState.DONE)
    a_session(workspace, study)
    checked = planning.check(workspace, LOCAL_ADMIN, FACTS, study_id=study.id)
    assert [one.verdict for one in checked.questions] == [Verdict.NOT_STUDIED] * 2


def test_another_plan_with_the_same_question_is_named_and_the_plan_itself_is_not(workspace: Workspace) -> None:
    first, second = a_plan(workspace), a_plan(workspace, replace(FACTS, title="Again"))
    planning.check_plan(workspace, LOCAL_ADMIN, second)
    overlaps = planning.view(workspace, LOCAL_ADMIN, second).questions[0].overlaps
    assert [one.plan.id for one in overlaps if one.plan and one.same] == [first]


def test_what_came_later_is_told(workspace: Workspace) -> None:
    plan_id = _checked(workspace)
    assert not planning.view(workspace, LOCAL_ADMIN, plan_id).outdated
    a_study(workspace, "New", questions=(ASKED,), state=StudyState.IN_THE_FIELD)
    assert planning.view(workspace, LOCAL_ADMIN, plan_id).outdated
    [change] = planning.changed_since(workspace, LOCAL_ADMIN, plan_id)
    assert (change.before, change.now) == (Verdict.NOT_STUDIED, Verdict.PARTLY)
    planning.check_plan(workspace, LOCAL_ADMIN, plan_id)
    view = planning.view(workspace, LOCAL_ADMIN, plan_id)
    assert not view.outdated and view.changes == (change,) and len(view.history) == 2
    earlier = planning.view(workspace, LOCAL_ADMIN, plan_id, check_id=view.history[1].id)
    assert earlier.questions[0].verdict is Verdict.PARTLY or earlier.questions[0].verdict is Verdict.NOT_STUDIED


def test_many_questions_are_checked_in_portions(workspace: Workspace) -> None:
    many = tuple(f"Why does part number {n} fail?" for n in range(planning.PORTION * 2 + 3))
    plan_id = _checked(workspace, PlanFacts("Many", questions=many))
    assert len(planning.view(workspace, LOCAL_ADMIN, plan_id).unchecked) == planning.PORTION + 3
    planning.check_further(workspace, LOCAL_ADMIN, plan_id)
    planning.check_further(workspace, LOCAL_ADMIN, plan_id)
    view = planning.view(workspace, LOCAL_ADMIN, plan_id)
    assert not view.unchecked and [one.number for one in view.questions] == list(range(len(many)))


def test_decisions_are_kept_replaced_and_undone(workspace: Workspace) -> None:
    plan_id = a_plan(workspace)
    with pytest.raises(Rejected, match="needs a reason"):
        plans.decide(workspace, LOCAL_ADMIN, plan_id, ASKED, Choice.PROCEED, Verdict.ANSWERED)
    plans.decide(workspace, LOCAL_ADMIN, plan_id, ASKED, Choice.NARROW, Verdict.PARTLY, "only hospitals")
    later = plans.decide(workspace, LOCAL_ADMIN, plan_id, ASKED, Choice.REUSE, Verdict.ANSWERED)
    assert _choices(workspace) == (1, 0)
    plans.undo_decision(workspace, LOCAL_ADMIN, plan_id, later.id)
    assert _choices(workspace) == (0, 1)
    with pytest.raises(NotFound):
        plans.undo_decision(workspace, LOCAL_ADMIN, plan_id, later.id)
    with pytest.raises(NotFound):
        plans.decide(workspace, LOCAL_ADMIN, plan_id, "Gone?", Choice.REUSE, Verdict.ANSWERED)


def test_only_decisions_count_as_avoided(workspace: Workspace) -> None:
    a_session(workspace, a_study(workspace))
    plan_id = _checked(workspace)
    assert plans.avoided(workspace, LOCAL_ADMIN) == plans.Avoided()
    for question in FACTS.questions:
        plans.decide(workspace, LOCAL_ADMIN, plan_id, question, Choice.REUSE, Verdict.ANSWERED)
    assert plans.avoided(workspace, LOCAL_ADMIN) == plans.Avoided(reused=2, studies=1)
    plans.bin_plan(workspace, LOCAL_ADMIN, plan_id)
    assert plans.avoided(workspace, LOCAL_ADMIN) == plans.Avoided()


def test_a_plan_in_the_bin_comes_back_as_it_was(workspace: Workspace) -> None:
    plan_id = _checked(workspace)
    plans.bin_plan(workspace, LOCAL_ADMIN, plan_id)
    with pytest.raises(NotFound):
        planning.view(workspace, LOCAL_ADMIN, plan_id)
    assert [one.title for one in plans.binned(workspace)] == ["Linking"]
    plans.restore_plan(workspace, LOCAL_ADMIN, plan_id)
    assert planning.view(workspace, LOCAL_ADMIN, plan_id).check is not None


def test_a_plan_becomes_a_study_without_what_is_reused(workspace: Workspace) -> None:
    plan_id = a_plan(workspace)
    plans.decide(workspace, LOCAL_ADMIN, plan_id, ASKED, Choice.REUSE, Verdict.ANSWERED)
    study = plans.begin_study(workspace, LOCAL_ADMIN, plan_id)
    assert study.facts.questions == ("Which colours do walls have?",)
    with pytest.raises(Conflict):
        plans.begin_study(workspace, LOCAL_ADMIN, plan_id)
    plans.attach(workspace, LOCAL_ADMIN, plan_id, None)
    assert plans.show(workspace, plan_id).study_id is None


def test_recruiting_needs_a_fresh_check_where_it_is_a_gate(workspace: Workspace, clock) -> None:  # type: ignore[no-untyped-def]
    study = a_study(workspace, state=StudyState.PLANNED)
    recruiting = replace(study.facts, state=StudyState.RECRUITING)
    assert "Nobody has checked" in studies.advice_before_recruiting(workspace, LOCAL_ADMIN, study.id)
    workspace.settings = replace(workspace.settings, planning=PlanningSettings(gate=True))
    with pytest.raises(Rejected, match="cannot begin to recruit"):
        studies.update(workspace, LOCAL_ADMIN, study.id, recruiting)
    plan = plans.create(workspace, LOCAL_ADMIN, FACTS, study_id=study.id)
    planning.check_plan(workspace, LOCAL_ADMIN, plan.id)
    clock.forward(days=31)
    with pytest.raises(Rejected, match="more than 30 days ago"):
        studies.update(workspace, LOCAL_ADMIN, study.id, recruiting)
    planning.check_plan(workspace, LOCAL_ADMIN, plan.id)
    studies.update(workspace, LOCAL_ADMIN, study.id, recruiting)
    clock.forward(days=90)
    studies.update(workspace, LOCAL_ADMIN, study.id, replace(recruiting, title="Still recruiting"))


def test_a_question_that_nobody_spoke_of_is_noted_as_a_gap(workspace: Workspace) -> None:
    _checked(workspace)
    assert any(gap.where == gaps.PLAN for gap in gaps.gaps(workspace).open)


def test_names_and_insights_are_read_once_for_all_questions(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    names, texts = VocabularyStore.names, insight_finding._texts

    def names_read(store: VocabularyStore) -> list[str]:
        read.append("names")
        return names(store)

    def insights_read(*args: Any) -> Any:
        read.append("insights")
        return texts(*args)

    monkeypatch.setattr(VocabularyStore, "names", names_read)
    monkeypatch.setattr(insight_finding, "_texts", insights_read)
    many = tuple(f"Which colour does wall number {word} have?" for word in ("one", "two", "three"))
    assert len(planning.check(workspace, LOCAL_ADMIN, PlanFacts("Walls", questions=many)).questions) == 3
    assert sorted(read) == ["insights", "names"]
    assert len(gaps.gaps(workspace).open) == 3


def test_a_corrected_transcript_brings_no_news_and_its_quotes_stay(workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace), on=date(2026, 10, 1))
    plan_id = a_plan(workspace, PlanFacts("Linking", questions=(ASKED,)))
    _kept_check(workspace, plan_id, session)
    [before] = planning.view(workspace, LOCAL_ADMIN, plan_id).questions
    corrected = _corrected(workspace, session)
    [after] = planning.view(workspace, LOCAL_ADMIN, plan_id).questions
    assert [quote.words for quote in after.quotes] == [quote.words for quote in before.quotes] == [WORDS]
    assert after.verdict is before.verdict and after.quotes[0].spot.text_id == corrected.text_id
    _kept_check(workspace, plan_id, corrected)
    assert planning.view(workspace, LOCAL_ADMIN, plan_id).changes == ()


def test_words_that_were_corrected_away_are_no_quote_any_more(workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace))
    plan_id = a_plan(workspace, PlanFacts("Linking", questions=(ASKED,)))
    _kept_check(workspace, plan_id, session)
    _corrected(workspace, session, 1, "I said nothing of the kind.")
    [one] = planning.view(workspace, LOCAL_ADMIN, plan_id).questions
    assert (one.quotes, one.near) == ((), ())


def test_quotes_from_what_a_viewer_may_not_see_are_no_news(workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace), on=date(2026, 10, 1))
    plan_id = a_plan(workspace, PlanFacts("Linking", questions=(ASKED,)))
    with workspace.write() as unit:
        unit.plans.keep_check(plan_id, "you", workspace.clock(), "", [QuestionFound(ASKED, 0.0)])
    _kept_check(workspace, plan_id, session)
    [change] = planning.view(workspace, LOCAL_ADMIN, plan_id).changes
    assert change.new_quotes == 1
    stranger = Viewer("s", PersonRole.RESEARCHER, frozenset())
    assert planning.view(workspace, stranger, plan_id).changes == ()


def test_what_no_database_keeps_is_left_out(workspace: Workspace) -> None:
    plan_id = a_plan(workspace, PlanFacts("A\0b", "c\0", (ASKED, "\0"), accounts=("d\ud800",)))
    facts = plans.show(workspace, plan_id).facts
    assert (facts.title, facts.questions, facts.accounts) == ("A b", (ASKED,), ("d ",))
    made = plans.decide(workspace, LOCAL_ADMIN, plan_id, ASKED, Choice.NARROW, Verdict.PARTLY, "only\0hospitals")
    assert made.reason == "only hospitals"


def _checked(workspace: Workspace, facts: PlanFacts = FACTS) -> int:
    plan_id = a_plan(workspace, facts)
    planning.check_plan(workspace, LOCAL_ADMIN, plan_id)
    return plan_id


def _kept_check(workspace: Workspace, plan_id: int, session: Session) -> None:
    """Keep a check that found one quote, where it stands in the session's text now."""
    assert session.text_id is not None
    with workspace.write() as unit:
        start = unit.revisions.body(session.text_id).index(WORDS)
        spot = Spot(session.text_id, start, start + len(WORDS), session.id, session.study_id, 0.9)
        unit.plans.keep_check(plan_id, "you", workspace.clock(), "", [QuestionFound(ASKED, 0.9, (spot,))])


def _corrected(
    workspace: Workspace, session: Session, turn: int = 0, words: str = "So, what keeps you from connecting it?"
) -> Session:
    text = revising.draft(workspace, LOCAL_ADMIN, session.id).text
    turns = [EditedTurn(text.words(each), each.speaker_id, (n,)) for n, each in enumerate(text.turns)]
    turns[turn] = replace(turns[turn], words=words)
    assert revising.edit(workspace, LOCAL_ADMIN, session.id, Edit(text.id, 0, len(turns), tuple(turns), text.id))
    return revising.draft(workspace, LOCAL_ADMIN, session.id).session


def _choices(workspace: Workspace) -> tuple[int, int]:
    held = plans.avoided(workspace, LOCAL_ADMIN)
    return held.reused, held.narrowed
