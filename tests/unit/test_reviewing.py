"""The review queue: what it shows and in which order, what many decisions at once do, and what never comes back."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from repository import codebook_changes, codebook_history, coding, deciding, reviewing, revising
from repository.codebook import seen
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.coding import CodeMode, SuggestionState
from repository.domain.source import Stage
from repository.domain.study import Session
from repository.editing import EditedTurn
from repository.errors import Conflict, Forbidden, NotFound, Rejected
from repository.jobs import queue_ingest
from repository.reviewing import Order, ReviewFilter, ReviewQueue, ReviewRow
from repository.revising import Edit
from repository.store import tables as t
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_session, a_study, done
from tests.conftest import Clock
from tests.unit.test_coding import ANA, BO, put, rows
from tests.unit.test_suggesting import TOLD

READER = Viewer("rita", PersonRole.READER)
ALL = ReviewFilter()


@pytest.fixture
def session(workspace: Workspace) -> Iterator[Session]:
    plenty = replace(workspace.settings.suggesting, threshold=0.001, per_passage=8)
    workspace.settings = replace(workspace.settings, suggesting=plenty)
    yield a_session(workspace, a_study(workspace), TOLD + INTERVIEW)


def queue(workspace: Workspace, asked: ReviewFilter = ALL, by: Viewer = ANA, **page: int) -> ReviewQueue:
    return reviewing.queue(workspace, by, asked, **page)


def first(workspace: Workspace, asked: ReviewFilter = ALL) -> ReviewRow:
    return queue(workspace, asked).rows[0]


def keys(workspace: Workspace) -> set[tuple[str, str]]:
    """Which code is open on which words, whatever its number."""
    return {(row.code.facts.slug, row.quote) for row in queue(workspace, limit=1_000).rows}


def again(workspace: Workspace, session: Session, stage: Stage = Stage.RECEIVED) -> None:
    """Let the machine go over a source anew."""
    with workspace.write() as unit:
        unit.sources.reached(session.source_id, stage)
        job = queue_ingest(unit, workspace, session.source_id)
    done(workspace, job)


def corrected(workspace: Workspace, session: Session, place: int, words: str) -> None:
    """Correct a turn, and let the machine go over the new version."""
    text = revising.draft(workspace, ANA, session.id).text
    turns = [EditedTurn(text.words(turn), turn.speaker_id, (idx,)) for idx, turn in enumerate(text.turns)]
    turns[place] = replace(turns[place], words=words)
    revised = revising.edit(workspace, ANA, session.id, Edit(text.id, 0, len(turns), tuple(turns), text.id))
    assert revised is not None
    done(workspace, revised.job_id)


def of_row(workspace: Workspace, suggestion_id: int) -> Any:
    with workspace.database.read() as connection:
        return connection.execute(sa.select(t.suggestion).where(t.suggestion.c.id == suggestion_id)).one()


def scored(workspace: Workspace, *scores: float) -> None:
    """Give the open suggestions these scores, one after the other."""
    with workspace.database.write() as connection:
        for place, number in enumerate(connection.scalars(sa.select(t.suggestion.c.id).order_by(t.suggestion.c.id))):
            own = t.suggestion.c.id == number
            connection.execute(sa.update(t.suggestion).where(own).values(score=scores[place % len(scores)]))


# What is shown


def test_a_row_says_what_was_said_where_and_why(workspace: Workspace, session: Session) -> None:
    reason = {"cues": [["overwrite", 0.2]], "nearest": "We keep a list."}
    with workspace.database.write() as connection:
        connection.execute(sa.update(t.suggestion).values(reason=reason))
    shown = queue(workspace)
    assert shown.total == len(shown.rows) == sum(shown.bands) > 5
    assert shown.total == sum(theme.total for theme in shown.themes)
    row = next(row for row in shown.rows if row.code.facts.slug == "fear-of-data-loss")
    assert row.speaker == "P01" and row.session.id == session.id and row.theme.facts.name == "Trust and privacy"
    assert row.quote[: row.asked].startswith("What keeps you") and "overwrite" in row.quote[row.asked :]
    assert row.suggestion.reason.cues == (("overwrite", 0.2),) and "P01" in row.citation
    other = next(one for one in row.others if one.score is not None)
    assert other.code.id != row.code.id
    put(workspace, session, "we already have", "workaround", by=BO)
    row = next(r for r in queue(workspace).rows if r.suggestion.id == row.suggestion.id)
    assert ("bo", "workaround") in {(one.coder, one.code.facts.slug) for one in row.others if one.score is None}


def test_the_queue_is_narrowed_by_theme_study_band_and_state(workspace: Workspace, session: Session) -> None:
    scored(workspace, 0.95, 0.9, 0.31, 0.3, 0.05)
    other = a_session(workspace, a_study(workspace, "Elsewhere"), TOLD, name="other.txt")
    whole = queue(workspace, limit=1_000)
    slug = whole.rows[0].code.facts.slug
    theme = queue(workspace, ReviewFilter(code=whole.rows[0].theme.facts.slug), limit=1_000)
    below = {row.code.facts.slug for row in theme.rows}
    assert theme.said == f"“{whole.rows[0].theme.facts.name}” and everything under it" and slug in below
    assert {row.theme.id for row in theme.rows} == {whole.rows[0].theme.id}
    assert {row.code.facts.slug for row in queue(workspace, ReviewFilter(code=slug)).rows} == {slug}
    elsewhere = queue(workspace, ReviewFilter(study_id=other.study_id), limit=1_000)
    assert elsewhere.said == "in “Elsewhere”" and {row.session.id for row in elsewhere.rows} == {other.id}
    band = queue(workspace, ReviewFilter(least=3, most=9, study_id=session.study_id), limit=1_000)
    assert {row.suggestion.score for row in band.rows} == {0.31, 0.3} and band.total == len(band.rows)
    assert band.said.endswith("scored 0.3 to 0.9") and sum(band.bands) > band.total
    with workspace.database.write() as connection:
        mine = t.suggestion.c.id == whole.rows[0].suggestion.id
        connection.execute(sa.update(t.suggestion).where(mine).values(state="applied"))
    applied = queue(workspace, ReviewFilter(state=SuggestionState.APPLIED))
    assert [row.suggestion.id for row in applied.rows] == [whole.rows[0].suggestion.id]
    assert applied.said == "coded by the machine"
    assert queue(workspace, ReviewFilter(state=SuggestionState.PENDING)).total == whole.total - 1
    for wrong in (ReviewFilter(code="nowhere"), ReviewFilter(study_id=999)):
        with pytest.raises(NotFound):
            queue(workspace, wrong)


@pytest.mark.parametrize("order", list(Order))
def test_pages_show_everything_once_and_the_best_first(workspace: Workspace, session: Session, order: Order) -> None:
    scored(workspace, 0.95, 0.7, 0.62, 0.55, 0.5, 0.48, 0.2, 0.1, 1.0, 0.0)
    asked = ReviewFilter(order=order)
    total = queue(workspace, asked).total
    shown = [row.suggestion for skip in range(0, total, 3) for row in queue(workspace, asked, skip=skip, limit=3).rows]
    assert len(shown) == len({one.id for one in shown}) == total
    scores = [one.score for one in shown]
    if order is Order.BEST:
        assert scores == sorted(scores, reverse=True)
        assert queue(workspace, replace(asked, least=5, most=7), limit=2).rows[0].suggestion.score == 0.62
    else:
        assert abs(scores[0] - 0.5) < 0.4 and scores != sorted(scores, reverse=True)
    assert queue(workspace, asked, skip=total).rows == ()


def test_beyond_those_that_are_weighed_the_order_goes_on(
    workspace: Workspace, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewing, "POOL", 4)
    asked = ReviewFilter(order=Order.INFORMATIVE)
    total = queue(workspace, asked).total
    shown = [
        row.suggestion.id for skip in range(0, total, 3) for row in queue(workspace, asked, skip=skip, limit=3).rows
    ]
    assert len(shown) == len(set(shown)) == total > 8


def test_what_is_for_people_alone_retired_or_not_theirs_to_see_is_not_shown(
    workspace: Workspace, session: Session
) -> None:
    whole, row = keys(workspace), first(workspace)
    facts = row.code.facts
    codebook_changes.edit(workspace, ANA, facts.slug, replace(facts, mode=CodeMode.MANUAL))
    assert facts.slug not in {slug for slug, _ in keys(workspace)}
    codebook_history.undo(workspace, ANA)
    assert keys(workspace) == whole
    codebook_changes.retire(workspace, ANA, facts.slug)
    assert facts.slug not in {slug for slug, _ in keys(workspace)}
    with pytest.raises(Conflict):
        deciding.accept(workspace, ANA, row.suggestion.id)
    codebook_history.undo(workspace, ANA)
    assert keys(workspace) == whole
    stranger = Viewer("sam", PersonRole.RESEARCHER, frozenset({999}))
    assert queue(workspace, by=stranger).total == 0 and queue(workspace, by=stranger).themes == ()
    for act in (deciding.accept, deciding.reject):
        with pytest.raises(NotFound):
            act(workspace, stranger, row.suggestion.id)
    with pytest.raises(NotFound):
        deciding.decide_some(workspace, stranger, [row.suggestion.id], accepted=True)


def test_who_codes_without_seeing_the_machine_does_not_see_it_here(
    workspace: Workspace, session: Session, clock: Clock
) -> None:
    row = {"session_id": session.id, "coder": "ana", "blind": True, "assigned_by": "bo", "assigned_at": clock()}
    with workspace.database.write() as connection:
        connection.execute(sa.insert(t.assignment).values(**row))
    assert queue(workspace).total == 0 and queue(workspace, by=BO).total > 0
    with workspace.database.write() as connection:
        connection.execute(sa.update(t.assignment).values(finished_at=clock()))
    assert queue(workspace).total == queue(workspace, by=BO).total


# One decision


def test_an_accepted_suggestion_is_a_coding_that_keeps_where_it_comes_from(
    workspace: Workspace, session: Session
) -> None:
    row, before = first(workspace), rows(workspace)
    done_ = deciding.accept(workspace, ANA, row.suggestion.id)
    assert done_.ids == (row.suggestion.id,) and done_.told == f"Accepted “{row.code.facts.name}”."
    kept = of_row(workspace, row.suggestion.id)
    assert (kept.state, kept.decided_by, kept.score) == ("accepted", "ana", row.suggestion.score)
    assert (kept.model, kept.coder) == (row.suggestion.model, row.suggestion.coder)
    assert kept.model and kept.reason["nearest"] == row.suggestion.reason.nearest
    with workspace.read() as unit:
        [(mark, made, _)] = unit.codings.codings(ANA)
    assert (made.suggestion_id, made.coder, made.code_id) == (row.suggestion.id, "ana", row.code.id)
    assert mark.quote == row.quote.strip() and mark.created_by == "ana"
    again(workspace, session)
    kept_still = of_row(workspace, row.suggestion.id)
    assert tuple(kept_still) == tuple(kept)
    deciding.undo(workspace, ANA, done_.act)
    assert {name: before[name] for name in ("highlight", "coding")} == {"highlight": [], "coding": []}
    assert of_row(workspace, row.suggestion.id).state == "pending"


def test_another_code_can_be_put_on_the_words(workspace: Workspace, session: Session) -> None:
    row, before = next(row for row in queue(workspace).rows if row.others), rows(workspace)
    done_ = deciding.accept(workspace, ANA, row.suggestion.id, instead="log-in-and-device-security")
    assert "not “" in done_.told and of_row(workspace, row.suggestion.id).state == "rejected"
    with workspace.read() as unit:
        [(_, made, _)] = unit.codings.codings(ANA)
        assert seen(unit, ANA).by_id[made.code_id].facts.slug == "log-in-and-device-security"
    deciding.undo(workspace, ANA, done_.act)
    assert rows(workspace) == before
    # Where that code was suggested for these words as well, it is that suggestion that is accepted.
    other = next(one.code for one in row.others if one.score is not None)
    deciding.accept(workspace, ANA, row.suggestion.id, instead=other.facts.slug)
    with workspace.read() as unit:
        [(_, made, _)] = unit.codings.codings(ANA)
    assert made.suggestion_id is not None and of_row(workspace, made.suggestion_id).state == "accepted"
    deciding.undo(workspace, ANA)
    assert rows(workspace) == before


def test_a_rejection_does_not_return_while_words_and_meaning_are_the_same(
    workspace: Workspace, session: Session
) -> None:
    row = next(row for row in queue(workspace).rows if "fake entry" in row.quote)
    key = (row.code.facts.slug, row.quote)
    deciding.reject(workspace, ANA, row.suggestion.id)
    for stage in (Stage.EMBEDDED, Stage.READ, Stage.RECEIVED):
        again(workspace, session, stage)
        assert key not in keys(workspace) and of_row(workspace, row.suggestion.id).state == "rejected"
    # The text is corrected, but not there: the same words in another version.
    corrected(workspace, session, -1, "No. But the reminders went out twice.")
    assert keys(workspace) and key not in keys(workspace)
    # Another name is no other meaning; another definition is.
    facts = row.code.facts
    codebook_changes.edit(workspace, ANA, facts.slug, replace(facts, name="A trick"))
    again(workspace, session)
    assert key not in keys(workspace)
    codebook_changes.edit(workspace, ANA, facts.slug, replace(facts, definition=f"{facts.definition} And tricks."))
    again(workspace, session)
    assert key in keys(workspace)


def test_a_rejection_says_nothing_of_other_words_or_another_code(workspace: Workspace, session: Session) -> None:
    one = first(workspace).suggestion
    deciding.reject(workspace, ANA, one.id)
    same = replace(one, id=0, score=0.99)
    others = [replace(same, words_sha="other words", start=one.start + 1), replace(same, code_id=one.code_id + 1)]
    with workspace.write() as unit:
        unit.codings.replace_pending([same, *others], session_ids=[session.id])
    with workspace.read() as unit:
        found = {(s.words_sha, s.code_id) for s in unit.codings.pending(ANA)}
    assert found == {(other.words_sha, other.code_id) for other in others}


def test_what_people_coded_themselves_is_not_suggested_until_they_take_it_off(
    workspace: Workspace, session: Session
) -> None:
    whole = keys(workspace)
    row = next(row for row in queue(workspace).rows if row.code.facts.slug == "workaround" and "fake" in row.quote)
    key = ("workaround", row.quote)
    put(workspace, session, "a trick with a fake", "workaround", by=BO)
    assert keys(workspace) == whole - {key}
    with workspace.read() as unit:
        assert row.suggestion.id not in {s.id for s in unit.codings.pending(ANA)}
    again(workspace, session)
    assert keys(workspace) and key not in keys(workspace)
    coding.undo(workspace, BO, session.id)
    assert key in keys(workspace)
    put(workspace, session, "a trick with a fake", "double-work")  # another code says nothing of this one
    assert key in keys(workspace)


def test_a_suggestion_that_stays_keeps_its_number(workspace: Workspace, session: Session) -> None:
    before = {row.suggestion.id: row.suggestion.code_id for row in queue(workspace, limit=1_000).rows}
    with workspace.database.write() as connection:
        connection.execute(sa.update(t.suggestion).values(score=0.123, model="old"))
    again(workspace, session, Stage.EMBEDDED)
    after = queue(workspace, limit=1_000).rows
    assert {row.suggestion.id: row.suggestion.code_id for row in after} == before
    assert "old" not in {row.suggestion.model for row in after}


# Many at once


def test_many_are_decided_and_undone_as_one_act(workspace: Workspace, session: Session) -> None:
    put(
        workspace, session, first(workspace).quote.strip(), "double-work"
    )  # a highlight of these words is there already
    deciding.reject(workspace, BO, queue(workspace).rows[-1].suggestion.id)
    before, total, open_ones = rows(workspace), queue(workspace).total, queue(workspace, limit=1_000).rows
    done_ = deciding.decide_all(workspace, ANA, ALL, count=total, accepted=True)
    assert done_.told == f"Accepted {total} suggestions: everything open." and len(done_.ids) == total
    assert queue(workspace).total == 0 and queue(workspace).decided == total
    with workspace.read() as unit:
        made = [coding_ for _, coding_, _ in unit.codings.codings(ANA) if coding_.suggestion_id]
        act = unit.review.act(done_.act or 0)
    assert sorted(one.suggestion_id or 0 for one in made) == sorted(done_.ids)
    assert act is not None and act.session_id is None
    kept = json.dumps([act.before, act.after])
    assert "fake entry" not in kept and "spreadsheet" not in kept  # no participant's words outlive the session
    assert deciding.undo(workspace, ANA).told == f"Undone: {done_.told}"
    assert rows(workspace) == before
    with pytest.raises(Conflict):
        deciding.undo(workspace, ANA, done_.act)
    rejected = deciding.decide_all(workspace, ANA, ReviewFilter(least=0, most=10), count=total, accepted=False)
    assert queue(workspace).total == 0 and {of_row(workspace, i).state for i in rejected.ids} == {"rejected"}
    was = {(row.code.facts.slug, row.quote) for row in open_ones}
    again(workspace, session)
    assert not was & keys(workspace)
    deciding.undo(workspace, ANA, rejected.act)
    assert was <= keys(workspace)


def test_a_decision_about_many_is_not_undone_if_one_was_changed_since(workspace: Workspace, session: Session) -> None:
    total = queue(workspace).total
    done_ = deciding.decide_all(workspace, ANA, ALL, count=total, accepted=True)
    with workspace.read() as unit:
        mark = unit.codings.codings(ANA)[0][0]
    remark = coding.comment(workspace, ANA, session.id, mark.id, "Look again.")
    before = rows(workspace)
    with pytest.raises(Conflict):
        deciding.undo(workspace, ANA, done_.act)
    assert rows(workspace) == before
    coding.undo(workspace, ANA, session.id, remark.act)
    deciding.undo(workspace, ANA, done_.act)
    assert queue(workspace).total == total


def test_what_the_page_did_not_say_is_not_decided(workspace: Workspace, session: Session) -> None:
    before, total = rows(workspace), queue(workspace).total
    with pytest.raises(Conflict, match=f"{total} such suggestions now, not {total - 1}"):
        deciding.decide_all(workspace, ANA, ALL, count=total - 1, accepted=True)
    with pytest.raises(NotFound):
        deciding.decide_all(workspace, ANA, ReviewFilter(state=SuggestionState.APPLIED), count=0, accepted=True)
    with pytest.raises(NotFound):
        deciding.decide_some(workspace, ANA, [999_999], accepted=True)
    assert rows(workspace) == before


def test_of_those_selected_the_open_ones_are_decided(workspace: Workspace, session: Session) -> None:
    one, two, three = (row.suggestion.id for row in queue(workspace).rows[:3])
    deciding.reject(workspace, BO, two)
    done_ = deciding.decide_some(workspace, ANA, [one, two, three], accepted=True)
    assert done_.told == "Accepted 2 suggestions. 1 was not open any more." and set(done_.ids) == {one, three}
    assert of_row(workspace, two).decided_by == "bo"


def test_readers_decide_nothing(workspace: Workspace, session: Session) -> None:
    row = first(workspace)
    done_ = deciding.decide_some(workspace, ANA, [row.suggestion.id], accepted=True)
    before, other = rows(workspace), queue(workspace).rows[0].suggestion.id
    assert queue(workspace, by=READER).total > 0
    with pytest.raises(Forbidden):
        deciding.accept(workspace, READER, other)
    with pytest.raises(Forbidden):
        deciding.reject(workspace, READER, other)
    with pytest.raises(Forbidden):
        deciding.decide_some(workspace, READER, [other], accepted=False)
    with pytest.raises(Forbidden):
        deciding.decide_all(workspace, READER, ALL, count=queue(workspace).total, accepted=False)
    with pytest.raises(Forbidden):
        deciding.undo(workspace, READER, done_.act)
    with pytest.raises(Forbidden):
        deciding.undo(workspace, BO, done_.act)  # what Ana did is hers, or an admin's, to undo
    assert rows(workspace) == before
    deciding.undo(workspace, LOCAL_ADMIN, done_.act)
    assert of_row(workspace, row.suggestion.id).state == "pending"


@pytest.mark.parametrize("seed", range(4))
def test_any_decisions_undone_one_after_the_other_leave_no_trace(
    workspace: Workspace, session: Session, seed: int
) -> None:
    dice, before = random.Random(seed), rows(workspace)
    for _ in range(8):
        open_ones = queue(workspace, limit=1_000)
        if not open_ones.total:
            break
        one = dice.choice(open_ones.rows).suggestion.id
        act = dice.choice("arisw")
        if act == "a":
            deciding.accept(workspace, ANA, one)
        elif act == "r":
            deciding.reject(workspace, ANA, one)
        elif act == "i":
            deciding.accept(workspace, ANA, one, instead=dice.choice(open_ones.rows).code.facts.slug)
        elif act == "s":
            some = dice.sample(open_ones.rows, k=min(3, open_ones.total))
            deciding.decide_some(workspace, ANA, [row.suggestion.id for row in some], accepted=dice.random() < 0.5)
        else:
            asked = ReviewFilter(code=dice.choice(open_ones.rows).theme.facts.slug)
            count = queue(workspace, asked).total
            deciding.decide_all(workspace, ANA, asked, count=count, accepted=dice.random() < 0.5)
    assert rows(workspace) != before
    while True:
        try:
            deciding.undo(workspace, ANA)
        except NotFound:
            break
    assert rows(workspace) == before


def test_thousands_are_decided_in_one_act(workspace: Workspace, session: Session) -> None:
    """More than any list of parameters holds; how long it takes is measured elsewhere."""
    pattern = first(workspace).suggestion
    with workspace.database.write() as connection:
        connection.execute(sa.delete(t.suggestion).where(t.suggestion.c.id != pattern.id))
        row = dict(connection.execute(sa.select(t.suggestion)).mappings().one())
        many = [row | {"id": row["id"] + n, "code_version": n, "words_sha": f"{n}"} for n in range(2, 5_002)]
        connection.execute(sa.insert(t.suggestion), many)
    before = rows(workspace)
    done_ = deciding.decide_all(workspace, ANA, ALL, count=5_001, accepted=True)
    assert done_.told.startswith("Accepted 5,001 suggestions") and queue(workspace).total == 0
    deciding.undo(workspace, ANA)
    assert rows(workspace) == before


# Today


def test_what_one_decided_today_is_counted_under_the_filter(
    workspace: Workspace, session: Session, clock: Clock
) -> None:
    one, two, *_ = queue(workspace).rows
    total = queue(workspace).total
    deciding.reject(workspace, ANA, one.suggestion.id)
    deciding.reject(workspace, BO, two.suggestion.id)
    assert (queue(workspace).decided, queue(workspace).total) == (1, total - 2)
    assert queue(workspace, ReviewFilter(code=one.code.facts.slug)).decided == 1
    other = next(row.theme for row in queue(workspace).rows if row.theme.id != one.theme.id)
    assert queue(workspace, ReviewFilter(code=other.facts.slug)).decided == 0
    clock.forward(days=1)
    assert queue(workspace).decided == 0


def test_every_decision_is_something_to_learn_from(workspace: Workspace, session: Session) -> None:
    def decisions() -> int:
        with workspace.read() as unit:
            return unit.facts.number("decisions")

    ids = [row.suggestion.id for row in queue(workspace).rows]
    acts: tuple[Callable[[], object], ...] = (
        lambda: deciding.accept(workspace, ANA, ids[0]),
        lambda: deciding.reject(workspace, ANA, ids[1]),
        lambda: deciding.decide_some(workspace, ANA, ids[2:4], accepted=False),
        lambda: deciding.undo(workspace, ANA),
        lambda: deciding.undo(workspace, ANA),
    )
    for act in acts:
        before = decisions()
        act()
        assert decisions() == before + 1


def test_no_words_are_no_highlight(workspace: Workspace, session: Session) -> None:
    row = first(workspace)
    with workspace.database.write() as connection:
        connection.execute(
            sa.update(t.suggestion).where(t.suggestion.c.id == row.suggestion.id).values(end=sa.text("start"))
        )
    with pytest.raises((Rejected, NotFound)):
        deciding.decide_some(workspace, ANA, [row.suggestion.id], accepted=True)
