"""Insights that speak to a question: only what is known today, by words and by meaning, within what the viewer sees."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from nlp.embedding import Embedder
from repository import insight_challenging, insight_evidence, insight_states, insights, noticing, studies
from repository.codebook import ensure_codebook
from repository.domain.access import LOCAL_ADMIN
from repository.domain.insight import Insight, InsightFacts, InsightState, Stance
from repository.domain.study import Session
from repository.insight_finding import current_insights, find_insights
from repository.settings import Settings
from repository.store import knowledge_tables as k
from repository.store.proposals import ProposalStore
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.conftest import Clock
from tests.unit.test_insights import ANA, FEAR, READER, TWICE, published, spot

S = InsightState
DENYING = """Interviewer: Did you worry about your bookings?
P05: We were never afraid for our appointments when the calendar was connected, honestly.
Interviewer: And the price?
P05: The price is a matter for the owner.
"""


@pytest.fixture
def near(settings: Settings, clock: Clock, minilm: Embedder) -> Iterator[Workspace]:
    """A workspace with the real model."""
    opened = Workspace(settings, clock=clock, embedder=minilm)
    ensure_codebook(opened)
    yield opened
    opened.close()


@pytest.fixture
def held(near: Workspace) -> Session:
    return a_session(near, a_study(near, method="interview"))


def a_claim(workspace: Workspace, session: Session, claim: str, words: str) -> Insight:
    made = published(workspace, session, words)
    return insights.edit(workspace, ANA, made.id, replace(made.facts, claim=claim), edition=made.edition)


def over(workspace: Workspace, old: Insight, new: Insight) -> None:
    insight_states.step(workspace, ANA, old.id, S.SUPERSEDED, edition=old.edition, why="Newer", successor=new.id)


def test_other_words_find_a_claim_and_what_is_unlike_finds_nothing(near: Workspace, held: Session) -> None:
    made = a_claim(near, held, "Practices are afraid that connecting a calendar overwrites appointments", FEAR)
    a_claim(near, held, "Reminders that go out twice annoy patients", TWICE)
    [first, *_] = find_insights(near, LOCAL_ADMIN, "Do clinics worry that syncing their diary will destroy bookings?")
    assert first.insight.id == made.id and "meaning" in first.arms and 0 < first.score <= 1
    assert first.confidence.startswith("1 participant in 1 study")
    assert find_insights(near, LOCAL_ADMIN, "How much do dentists pay for parking?") == []
    assert find_insights(near, LOCAL_ADMIN, "") == find_insights(near, LOCAL_ADMIN, "the of and") == []


def test_words_alone_find_where_there_is_no_model(workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace))
    made = a_claim(workspace, session, "Practices fear the overwriting of appointments", FEAR)
    found = find_insights(workspace, LOCAL_ADMIN, "overwriting appointments")
    assert [(one.insight.id, "keyword" in one.arms) for one in found] == [(made.id, True)]
    assert "“overwriting”" in found[0].why


def test_superseded_words_lead_to_the_successor_and_what_is_over_is_never_current(
    near: Workspace, held: Session
) -> None:
    old = a_claim(near, held, "Calendars are connected on Fridays by the front desk", FEAR)
    new = a_claim(near, held, "Reminders that go out twice annoy patients", TWICE)
    over(near, old, new)
    found = find_insights(near, LOCAL_ADMIN, "Who connects calendars at the front desk on Fridays?")
    assert [(one.insight.id, one.through) for one in found] == [(new.id, old.facts.claim)]
    assert [one.insight.id for one in current_insights(near, LOCAL_ADMIN)] == [new.id]
    insight_states.step(near, ANA, new.id, S.RETIRED, edition=new.edition, why="Wrong")
    assert find_insights(near, LOCAL_ADMIN, "Who connects calendars at the front desk on Fridays?") == []
    assert current_insights(near, LOCAL_ADMIN) == []


def test_drafts_are_not_known(near: Workspace) -> None:
    insights.create(near, ANA, InsightFacts("Calendars are feared by practices"))
    assert find_insights(near, ANA, "Calendars are feared by practices") == [] == current_insights(near, ANA)


def test_words_of_evidence_find_only_for_those_who_may_read_them(near: Workspace, held: Session) -> None:
    made = a_claim(near, held, "Trust is lost early", TWICE)
    asked = "reminder messages that went out twice on a weekend"
    assert [one.insight.id for one in find_insights(near, LOCAL_ADMIN, asked)] == [made.id]
    assert find_insights(near, replace(READER, study_ids=frozenset()), asked) == []
    studies.bin_session(near, ANA, held.id)
    assert find_insights(near, LOCAL_ADMIN, asked) == []


# What contradicts


def test_new_words_that_deny_a_claim_wait_for_its_owner(near: Workspace, held: Session) -> None:
    made = a_claim(near, held, "Practices are afraid for their appointments when connecting a calendar", FEAR)
    new = a_session(near, a_study(near, "A later one"), DENYING, name="p05.txt")
    [one] = insights.show(near, ANA, made.id).proposals
    assert "never afraid" in one.quote and "“afraid”" in one.why and "price" not in one.quote
    assert one.session_id == new.id and one.stance is Stance.CONTRADICTS
    assert "may contradict" in noticing.notices(near, ANA)[0].told
    assert insight_challenging.challenge(near, new.source_id) == 0  # once
    assert insights.show(near, replace(ANA, study_ids=frozenset({held.study_id})), made.id).proposals == ()
    insight_evidence.decide(near, ANA, made.id, one.id, Stance.CONTRADICTS)
    shown = insights.show(near, ANA, made.id)
    assert shown.proposals == () and [e.evidence.quote for e in shown.view.of("contradicts")] == [one.quote]
    assert shown.view.confidence.contradicting == 1


def test_what_is_dismissed_is_not_proposed_again(near: Workspace, held: Session) -> None:
    made = a_claim(near, held, "Practices are afraid for their appointments when connecting a calendar", FEAR)
    new = a_session(near, a_study(near, "A later one"), DENYING, name="p05.txt")
    [one] = insights.show(near, ANA, made.id).proposals
    insight_evidence.decide(near, ANA, made.id, one.id, None)
    assert insight_challenging.challenge(near, new.source_id) == 0
    assert insights.show(near, ANA, made.id).proposals == ()


def test_what_agrees_is_not_proposed(near: Workspace, held: Session) -> None:
    made = a_claim(near, held, "Practices are afraid for their appointments when connecting a calendar", FEAR)
    a_session(near, a_study(near, "A later one"), DENYING.replace("never afraid", "really afraid"), name="p06.txt")
    assert insights.show(near, ANA, made.id).proposals == ()


def test_coding_with_the_theme_is_looked_at(near: Workspace, held: Session) -> None:
    from tests.unit.test_coding import put

    made = a_claim(near, held, "Practices are afraid for appointments", FEAR)
    with near.read() as unit:
        code = next(code for code in unit.codes.all() if code.facts.slug == "trust-and-privacy")
    insights.edit(near, ANA, made.id, replace(made.facts, code_id=code.id), edition=made.edition)
    # Too far from the claim to be proposed unasked.
    text = "P07: We are not afraid, the diary is fine.\nP08: Nor I am, I think.\n"
    new = a_session(near, a_study(near, "Another"), text, name="p07.txt")
    before = len(insights.show(near, ANA, made.id).proposals)
    put(near, new, "We are not afraid, the diary is fine.", "trust-and-privacy")
    insight_challenging.challenge_coded(near)
    assert len(insights.show(near, ANA, made.id).proposals) == 1 >= before
    assert insight_challenging.challenge_coded(near) == 0
    assert spot(near, new, "not afraid")


def test_a_crash_while_proposing_loses_nothing(near: Workspace, held: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.unit.test_coding import put

    made = a_claim(near, held, "Practices are afraid for appointments", FEAR)
    with near.read() as unit:
        code = next(code for code in unit.codes.all() if code.facts.slug == "trust-and-privacy")
    insights.edit(near, ANA, made.id, replace(made.facts, code_id=code.id), edition=made.edition)
    new = a_session(near, a_study(near, "Another"), "P07: The diary is fine, so we are not afraid for appointments.\n")
    with near.database.write() as connection:
        connection.execute(sa.delete(k.proposed_evidence))
    put(near, new, "The diary is fine, so we are not afraid for appointments.", "trust-and-privacy")

    def crash(*_: object) -> bool:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(ProposalStore, "add", crash)
        with pytest.raises(RuntimeError):
            insight_challenging.challenge_coded(near)
    assert insight_challenging.challenge_coded(near) == 1
