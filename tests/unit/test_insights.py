"""Insights: evidence that is exactly what was said, states that need it, and nothing lost between two editors."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository import (
    coding,
    insight_evidence,
    insight_history,
    insight_states,
    insights,
    noticing,
    review_dates,
    revising,
    studies,
)
from repository.attaching import Spot
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.insight import Insight, InsightFacts, InsightState, LinkKind, Stance
from repository.domain.study import Session
from repository.editing import EditedTurn
from repository.errors import Conflict, Forbidden, NotFound, Rejected
from repository.insight_finding import current_insights, find_insights
from repository.insight_rules import InsightChanged
from repository.store import tables as t
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.conftest import Clock

ANA = Viewer("Ana", PersonRole.RESEARCHER)
BEN = Viewer("Ben", PersonRole.RESEARCHER)
READER = Viewer("Rea", PersonRole.READER)
FEAR = "I was afraid it would overwrite the appointments we already have."
TWICE = "the reminder messages went out twice that weekend"
S = InsightState


@pytest.fixture
def session(workspace: Workspace) -> Session:
    return a_session(workspace, a_study(workspace, method="interview"))


def body(workspace: Workspace, session: Session) -> str:
    with workspace.read() as unit:
        now = unit.sessions.get(LOCAL_ADMIN, session.id)
        assert now is not None and now.text_id is not None
        return unit.revisions.body(now.text_id)


def spot(workspace: Workspace, session: Session, words: str) -> Spot:
    start = body(workspace, session).index(words)
    return Spot(session.id, start, start + len(words))


def an_insight(workspace: Workspace, session: Session, words: str = FEAR, **facts: object) -> Insight:
    told = InsightFacts("Practices fear for their appointments", **facts)  # type: ignore[arg-type]
    return insights.create(workspace, ANA, told, first=spot(workspace, session, words))


def published(workspace: Workspace, session: Session, words: str = FEAR, **facts: object) -> Insight:
    made = an_insight(workspace, session, words, **facts)
    made = insight_states.step(workspace, ANA, made.id, S.REVIEWED, edition=made.edition)
    return insight_states.step(workspace, ANA, made.id, S.PUBLISHED, edition=made.edition)


def now(workspace: Workspace, insight: Insight) -> Insight:
    return insights.show(workspace, LOCAL_ADMIN, insight.id).view.insight


def told(workspace: Workspace, person: str = "Ana") -> list[str]:
    return [one.told for one in noticing.notices(workspace, replace(ANA, person=person))]


# Making and changing


def test_an_insight_begins_with_words_and_makes_their_highlight(workspace: Workspace, session: Session) -> None:
    made = an_insight(workspace, session)
    [one] = insights.show(workspace, ANA, made.id).view.evidence
    assert (made.state, made.facts.owner, made.edition) == (S.DRAFT, "Ana", 1)
    assert one.evidence.quote == FEAR and one.speaker == "P01"
    with workspace.read() as unit:
        [mark] = unit.codings.marks(one.evidence.text_id)
    assert mark.highlight.id == one.evidence.highlight_id and mark.highlight.quote == FEAR


def test_what_cannot_be_a_claim_is_refused_and_nothing_is_kept(workspace: Workspace, session: Session) -> None:
    for claim, slug in (("  ", "no-claim"), ("x" * 301, "claim-too-long")):
        with pytest.raises(Rejected) as refused:
            insights.create(workspace, ANA, InsightFacts(claim), first=spot(workspace, session, FEAR))
        assert refused.value.slug == slug
    with pytest.raises(Rejected):
        insights.create(workspace, ANA, InsightFacts("So it is", code_id=9_999))
    with pytest.raises(Forbidden):
        insights.create(workspace, READER, InsightFacts("So it is"))
    assert insights.listed(workspace, ANA, insights.Asked(everything=True)) == []
    with workspace.read() as unit:
        assert unit.codings.marks(session.text_id or 0) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(places=st.lists(st.tuples(st.integers(0, 500), st.integers(1, 200)), min_size=1, max_size=4))
def test_every_quote_is_its_span_to_the_character(
    workspace: Workspace, session: Session, places: list[tuple[int, int]]
) -> None:
    text = body(workspace, session)
    made = insights.create(workspace, ANA, InsightFacts("So it is"))
    for start, length in places:
        try:
            insight_evidence.add(workspace, ANA, made.id, Spot(session.id, start, start + length))
        except (Rejected, Conflict):
            continue
    for one in insights.show(workspace, ANA, made.id).view.evidence:
        assert one.evidence.quote == text[one.evidence.start : one.evidence.end] != ""


def test_the_same_words_are_evidence_once(workspace: Workspace, session: Session) -> None:
    made = an_insight(workspace, session)
    with pytest.raises(Conflict):
        insight_evidence.add(workspace, BEN, made.id, spot(workspace, session, FEAR))
    assert now(workspace, made).edition == made.edition


def test_two_editors_at_once_the_second_is_told(workspace: Workspace, session: Session) -> None:
    made = an_insight(workspace, session)
    insights.edit(workspace, BEN, made.id, replace(made.facts, body="Ben’s text"), edition=made.edition)
    with pytest.raises(InsightChanged):
        insights.edit(workspace, ANA, made.id, replace(made.facts, body="Ana’s text"), edition=made.edition)
    assert now(workspace, made).facts.body == "Ben’s text"
    with pytest.raises(InsightChanged):
        insight_states.step(workspace, ANA, made.id, S.REVIEWED, edition=made.edition)


def test_evidence_that_was_added_meanwhile_does_not_stop_an_editor(workspace: Workspace, session: Session) -> None:
    made = an_insight(workspace, session)
    insight_evidence.add(workspace, BEN, made.id, spot(workspace, session, TWICE), Stance.CONTRADICTS, "Later")
    after = insights.edit(workspace, ANA, made.id, replace(made.facts, body="More"), edition=made.edition)
    assert after.facts.body == "More" and len(insights.show(workspace, ANA, made.id).view.evidence) == 2


# States


def test_nothing_is_published_without_evidence_that_supports(workspace: Workspace, session: Session) -> None:
    made = insights.create(workspace, ANA, InsightFacts("So it is"))
    made = insight_states.step(workspace, ANA, made.id, S.REVIEWED, edition=made.edition)
    made = insight_evidence.add(workspace, ANA, made.id, spot(workspace, session, FEAR), Stance.CONTRADICTS)
    assert made.state is S.REVIEWED
    with pytest.raises(Conflict):
        insight_states.step(workspace, ANA, made.id, S.PUBLISHED, edition=made.edition)
    made = insight_evidence.add(workspace, ANA, made.id, spot(workspace, session, TWICE))
    assert made.state is S.REVIEWED
    made = insight_states.step(workspace, ANA, made.id, S.PUBLISHED, edition=made.edition)
    assert made.state is S.PUBLISHED and made.facts.review_on == date(2027, 11, 23)


def test_what_was_never_published_is_not_known_whatever_it_loses(workspace: Workspace, session: Session) -> None:
    made = an_insight(workspace, session)
    insight_states.step(workspace, ANA, made.id, S.REVIEWED, edition=made.edition)
    [one] = insights.show(workspace, ANA, made.id).view.evidence
    insight_evidence.remove(workspace, ANA, made.id, one.evidence.id)
    assert now(workspace, made).state is S.REVIEWED
    assert current_insights(workspace, READER) == [] == find_insights(workspace, READER, made.facts.claim)


def test_every_step_is_in_the_history_with_who_and_why_and_the_last_is_undone(
    workspace: Workspace, session: Session
) -> None:
    made = published(workspace, session)
    with pytest.raises(Rejected) as refused:
        insight_states.step(workspace, BEN, made.id, S.RETIRED, edition=made.edition)
    assert refused.value.slug == "no-reason"
    gone = insight_states.step(workspace, BEN, made.id, S.RETIRED, edition=made.edition, why="Wrong")
    insight, entries = insight_history.history(workspace, BEN, made.id)
    assert [(e.row.told, e.row.by, e.row.why) for e in entries][:2] == [
        ("Retired.", "Ben", "Wrong"),
        ("Published.", "Ana", ""),
    ]
    assert [entry.undoable for entry in entries] == [True, False, False, False]
    assert insight.state is S.RETIRED
    with pytest.raises(InsightChanged):
        insight_history.undo(workspace, BEN, made.id, edition=made.edition)
    back = insight_history.undo(workspace, BEN, made.id, edition=gone.edition)
    assert (back.state, back.facts, back.published_at) == (made.state, made.facts, made.published_at)
    with pytest.raises(Forbidden):
        insight_history.undo(workspace, ANA, made.id, edition=back.edition)


def test_undo_brings_back_evidence_that_was_taken_away(workspace: Workspace, session: Session) -> None:
    made = published(workspace, session)
    [one] = insights.show(workspace, ANA, made.id).view.evidence
    gone = insight_evidence.remove(workspace, ANA, made.id, one.evidence.id)
    assert gone.state is S.EVIDENCE_MISSING
    back = insight_history.undo(workspace, ANA, made.id, edition=gone.edition)
    assert back.state is S.PUBLISHED
    assert [e.evidence for e in insights.show(workspace, ANA, made.id).view.evidence] == [one.evidence]


def test_no_participants_word_is_in_the_history(workspace: Workspace, session: Session) -> None:
    made = published(workspace, session)
    with workspace.read() as unit:
        assert "afraid" not in str([row.facts for row in unit.insights.editions(made.id)])


def test_superseded_points_to_its_successor_and_never_in_a_circle(workspace: Workspace, session: Session) -> None:
    old, new = published(workspace, session), published(workspace, session, TWICE)
    with pytest.raises(Rejected):
        insight_states.step(workspace, ANA, old.id, S.SUPERSEDED, edition=old.edition, why="Old", successor=old.id)
    old = insight_states.step(workspace, ANA, old.id, S.SUPERSEDED, edition=old.edition, why="Old", successor=new.id)
    shown = insights.show(workspace, ANA, old.id)
    assert shown.successor == now(workspace, new)
    assert [one.id for one in insights.show(workspace, ANA, new.id).replaces] == [old.id]
    with pytest.raises(Rejected):
        insight_states.step(workspace, ANA, new.id, S.SUPERSEDED, edition=new.edition, why="Odd", successor=old.id)
    assert [one.id for one in insights.listed(workspace, ANA, insights.Asked())] == [new.id]


# Review


def test_what_is_overdue_needs_review_and_its_owner_is_told_once(
    workspace: Workspace, session: Session, clock: Clock
) -> None:
    made = published(workspace, session)
    assert review_dates.sweep_insights(workspace) == 0
    clock.forward(days=366)
    assert review_dates.sweep_insights(workspace) == 1
    after = now(workspace, made)
    assert after.state is S.NEEDS_REVIEW and "was due on 23 November 2027" in after.why_review
    assert review_dates.sweep_insights(workspace) == 0 and len(told(workspace)) == 1
    held = insight_states.step(workspace, BEN, made.id, S.PUBLISHED, edition=after.edition)
    assert held.facts.review_on == date(2028, 11, 24) and held.why_review == ""


def test_the_method_says_when(workspace: Workspace) -> None:
    held = a_session(workspace, a_study(workspace, "Tested", method="Usability test, moderated"), name="u.txt")
    assert published(workspace, held).facts.review_on == date(2027, 5, 23)


def test_an_event_brings_reviews_forward(workspace: Workspace, session: Session, clock: Clock) -> None:
    mine = published(workspace, session, product_area="Checkout")
    other = published(workspace, session, TWICE, product_area="reminders")
    assert review_dates.happened(workspace, BEN, "checkout", "redesigned", date(2026, 11, 20)) == 1
    assert now(workspace, mine).state is S.NEEDS_REVIEW
    assert now(workspace, mine).why_review == "Checkout: redesigned (20 November 2026)"
    assert now(workspace, other).state is S.PUBLISHED and len(told(workspace)) == 1
    review_dates.happened(workspace, BEN, "Reminders", "new channel", date(2026, 12, 1))
    assert now(workspace, other).state is S.PUBLISHED
    clock.forward(days=8)
    review_dates.sweep_insights(workspace)
    assert now(workspace, other).why_review == "Reminders: new channel (1 December 2026)"


# Losing evidence


def lost(workspace: Workspace, insight: Insight) -> list[str]:
    return [one.evidence.lost_why for one in insights.show(workspace, LOCAL_ADMIN, insight.id).view.lost]


def test_a_deleted_highlight_is_told_and_undoing_brings_it_back(workspace: Workspace, session: Session) -> None:
    made = published(workspace, session)
    [one] = insights.show(workspace, ANA, made.id).view.evidence
    done = coding.delete(workspace, ANA, session.id, one.evidence.highlight_id)
    assert now(workspace, made).state is S.EVIDENCE_MISSING and lost(workspace, made) == ["the highlight was deleted"]
    assert "Nothing supports it any more" in told(workspace)[0]
    coding.undo(workspace, ANA, session.id, done.act)
    assert now(workspace, made).state is S.PUBLISHED and lost(workspace, made) == []
    _, entries = insight_history.history(workspace, ANA, made.id)
    assert [entry.row.by for entry in entries][:2] == ["", ""] and not entries[0].undoable


def test_a_number_that_is_given_again_is_not_the_same_evidence(
    workspace: Workspace, session: Session, clock: Clock
) -> None:
    made = published(workspace, session)
    [one] = insights.show(workspace, ANA, made.id).view.evidence
    coding.delete(workspace, ANA, session.id, one.evidence.highlight_id)
    clock.forward(seconds=1)
    place = spot(workspace, session, TWICE)
    again = coding.highlight(workspace, BEN, session.id, text_id=session.text_id or 0, start=place.start, end=place.end)
    assert again.highlight_id == one.evidence.highlight_id  # SQLite gives the number again
    assert now(workspace, made).state is S.EVIDENCE_MISSING and lost(workspace, made) == ["the highlight was deleted"]
    insight_evidence.add(workspace, BEN, made.id, place)
    [new] = insights.show(workspace, ANA, made.id).view.evidence
    assert new.evidence.quote == TWICE and now(workspace, made).state is S.PUBLISHED


def test_moving_a_highlight_loses_the_words_until_somebody_takes_the_new_ones(
    workspace: Workspace, session: Session
) -> None:
    made = published(workspace, session)
    [one] = insights.show(workspace, ANA, made.id).view.evidence
    place = spot(workspace, session, "I was afraid")
    span = {"text_id": session.text_id or 0, "start": place.start, "end": place.end}
    coding.move(workspace, ANA, session.id, one.evidence.highlight_id, **span)
    assert lost(workspace, made) == ["the highlight was put at other words"]
    insight_evidence.reword(workspace, ANA, made.id, one.evidence.id)
    [one] = insights.show(workspace, ANA, made.id).view.evidence
    assert one.evidence.quote == "I was afraid" and now(workspace, made).state is S.PUBLISHED


def test_undo_gives_the_words_back_that_evidence_rested_on(
    workspace: Workspace, session: Session, clock: Clock
) -> None:
    made = published(workspace, session)
    [before] = insights.show(workspace, ANA, made.id).view.evidence
    clock.forward(seconds=1)
    place = spot(workspace, session, "I was afraid")
    span = {"text_id": session.text_id or 0, "start": place.start, "end": place.end}
    coding.move(workspace, ANA, session.id, before.evidence.highlight_id, **span)
    after = insight_evidence.reword(workspace, ANA, made.id, before.evidence.id)
    back = insight_history.undo(workspace, ANA, made.id, edition=after.edition)
    [one] = insights.show(workspace, ANA, made.id).view.lost
    assert (one.evidence.quote, one.evidence.added_at) == (FEAR, before.evidence.added_at)
    assert lost(workspace, made) == ["the highlight was put at other words"] and back.state is S.EVIDENCE_MISSING


def test_undo_leaves_other_evidence_where_a_correction_moved_it(workspace: Workspace, session: Session) -> None:
    made = published(workspace, session)
    kept = revising.draft(workspace, ANA, session.id)
    turn = EditedTurn("Well then: " + kept.text.words(kept.text.turns[0]), kept.text.turns[0].speaker_id, (0,))
    revising.edit(workspace, ANA, session.id, revising.Edit(kept.text.id, 0, 1, (turn,), kept.text.id))
    [moved] = insights.show(workspace, ANA, made.id).view.evidence
    after = insight_evidence.add(workspace, ANA, made.id, spot(workspace, session, TWICE))
    insight_history.undo(workspace, ANA, made.id, edition=after.edition)
    assert [one.evidence for one in insights.show(workspace, ANA, made.id).view.evidence] == [moved.evidence]


def test_a_correction_takes_words_away_and_restoring_gives_them_back(workspace: Workspace, session: Session) -> None:
    made = published(workspace, session)
    kept = revising.draft(workspace, ANA, session.id)
    first, text_id = kept.text.turns[1], kept.text.id
    turn = EditedTurn("Nothing to say about it at all.", first.speaker_id, (1,))
    change = revising.Edit(on=text_id, first=1, until=2, turns=(turn,), made_from=text_id)
    revising.edit(workspace, ANA, session.id, change)
    assert lost(workspace, made) == ["a correction of the transcript took its words away"]
    on = revising.draft(workspace, ANA, session.id).text.id
    revising.restore(workspace, ANA, session.id, text_id, on=on)
    [one] = insights.show(workspace, ANA, made.id).view.evidence
    assert one.evidence.lost_at is None and now(workspace, made).state is S.PUBLISHED
    assert body(workspace, session)[one.evidence.start : one.evidence.end] == FEAR


def test_evidence_moves_with_its_words(workspace: Workspace, session: Session) -> None:
    made = published(workspace, session)
    kept = revising.draft(workspace, ANA, session.id)
    question = kept.text.turns[0]
    turn = EditedTurn("Well then: " + kept.text.words(question), question.speaker_id, (0,))
    on = kept.text.id
    revising.edit(workspace, ANA, session.id, revising.Edit(on, 0, 1, (turn,), on))
    [one] = insights.show(workspace, ANA, made.id).view.evidence
    assert one.evidence.text_id != on
    assert body(workspace, session)[one.evidence.start : one.evidence.end] == one.evidence.quote == FEAR


@pytest.mark.parametrize("what", ["session", "study"])
def test_the_bin_takes_evidence_and_gives_it_back_and_emptying_it_forgets_the_words(
    workspace: Workspace, session: Session, clock: Clock, what: str
) -> None:
    made = published(workspace, session)
    throw, take = (
        (studies.bin_session, studies.restore_session)
        if what == "session"
        else (studies.bin_study, studies.restore_study)
    )
    number = session.id if what == "session" else session.study_id
    throw(workspace, ANA, number)
    view = insights.show(workspace, ANA, made.id).view
    assert view.insight.state is S.EVIDENCE_MISSING and view.lost[0].evidence.quote == ""
    take(workspace, ANA, number)
    assert now(workspace, made).state is S.PUBLISHED
    throw(workspace, ANA, number)
    clock.forward(days=31)
    studies.purge(workspace)
    assert lost(workspace, made) == ["its transcript was removed for good"]
    with workspace.read() as unit:
        assert [one.quote for one in unit.evidence.of([made.id])] == [""]


def test_the_sweep_finds_what_nobody_noted(workspace: Workspace, session: Session) -> None:
    made = published(workspace, session)
    with workspace.database.write() as connection:
        connection.execute(sa.delete(t.highlight))
    assert review_dates.sweep_insights(workspace) == 1
    assert now(workspace, made).state is S.EVIDENCE_MISSING and review_dates.sweep_insights(workspace) == 0


# Who sees what


def test_what_a_viewer_may_not_see_is_neither_shown_nor_counted(workspace: Workspace, session: Session) -> None:
    other = a_session(workspace, a_study(workspace, "Secret", method="survey"), name="q.txt")
    made = published(workspace, session)
    insight_evidence.add(workspace, ANA, made.id, spot(workspace, other, TWICE))
    both = insights.show(workspace, ANA, made.id).view
    mine = insights.show(workspace, replace(READER, study_ids=frozenset({session.study_id})), made.id).view
    assert (both.confidence.studies, both.hidden, mine.confidence.studies, mine.hidden) == (2, False, 1, True)
    assert [one.evidence.quote for one in mine.evidence] == [FEAR]
    nobody = insights.show(workspace, replace(READER, study_ids=frozenset()), made.id).view
    assert nobody.evidence == () and nobody.confidence.level == 0 and nobody.hidden
    narrow = replace(ANA, study_ids=frozenset({session.study_id}))
    _, entries = insight_history.history(workspace, narrow, made.id)
    assert entries[0].changes == ()


def test_readers_see_what_was_published_and_change_nothing(workspace: Workspace, session: Session) -> None:
    draft = an_insight(workspace, session)
    with pytest.raises(NotFound):
        insights.show(workspace, READER, draft.id)
    assert insights.listed(workspace, READER, insights.Asked(everything=True)) == []
    made = published(workspace, session, TWICE)
    assert insights.show(workspace, READER, made.id).view.insight == made
    with pytest.raises(Forbidden):
        insight_evidence.add(workspace, READER, made.id, spot(workspace, session, FEAR))
    with pytest.raises(Forbidden):
        insight_states.step(workspace, READER, made.id, S.RETIRED, edition=made.edition, why="No")


# Links


def test_links_lead_to_the_web_and_nowhere_else(workspace: Workspace, session: Session) -> None:
    made = an_insight(workspace, session)
    for url in ("javascript:alert(1)", "ftp://a.b", "//a.b", "https://a b"):
        with pytest.raises(Rejected) as refused:
            insights.link(workspace, ANA, made.id, LinkKind.DECISION, "Build it", url)
        assert refused.value.slug == "no-web-address"
    insights.link(workspace, ANA, made.id, LinkKind.DECISION, "Build it", "https://tracker.test/1", "Shipped")
    [link] = insights.show(workspace, ANA, made.id).view.links
    assert (link.title, link.outcome) == ("Build it", "Shipped")
    after = insights.unlink(workspace, ANA, made.id, link.id)
    insight_history.undo(workspace, ANA, made.id, edition=after.edition)
    assert insights.show(workspace, ANA, made.id).view.links == (link,)


def test_what_no_database_keeps_is_left_out_of_whatever_is_written(workspace: Workspace, session: Session) -> None:
    odd = "a\0b\ud800c"
    made = published(workspace, session, product_area=odd, cohort=odd, owner=odd)
    insights.link(workspace, ANA, made.id, LinkKind.DECISION, odd, "", odd)
    [link] = insights.show(workspace, ANA, made.id).view.links
    insights.tell_outcome(workspace, ANA, made.id, link.id, f"{odd}!")
    insight_evidence.add(workspace, ANA, made.id, spot(workspace, session, TWICE), note=odd)
    assert review_dates.happened(workspace, ANA, odd, odd, date(2026, 11, 20)) == 1
    after = now(workspace, made)
    insight_states.step(workspace, ANA, made.id, S.RETIRED, edition=after.edition, why=odd)
    view = insights.show(workspace, ANA, made.id).view
    [link], [event] = view.links, review_dates.events(workspace, ANA)
    facts, note = view.insight.facts, view.evidence[1].evidence.note
    _, [entry, *_] = insight_history.history(workspace, ANA, made.id)
    assert {
        facts.product_area,
        facts.cohort,
        facts.owner,
        note,
        link.title,
        event.product_area,
        event.told,
        entry.row.why,
    } == {"a b c"}
    assert link.outcome == "a b c!" and after.why_review == "A b c: a b c (20 November 2026)"


def test_notices_are_each_persons_own(workspace: Workspace, session: Session) -> None:
    published(workspace, session, owner="Ben")
    studies.bin_session(workspace, ANA, session.id)
    assert told(workspace) == [] and noticing.unseen(workspace, BEN) == 1
    noticing.see(workspace, ANA)
    assert noticing.unseen(workspace, BEN) == 1
    noticing.see(workspace, BEN, noticing.notices(workspace, BEN)[0].id)
    assert noticing.unseen(workspace, BEN) == 0
