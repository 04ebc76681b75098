"""Insights as Markdown: what goes out comes back, and what cannot is said."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository import insight_evidence, insights
from repository.domain.insight import InsightFacts, InsightState, LinkKind, Stance
from repository.domain.study import Session
from repository.errors import Rejected
from repository.insight_exchange import bring_in, markdown
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.unit.test_insights import ANA, FEAR, TWICE, published, spot


@pytest.fixture
def session(workspace: Workspace) -> Session:
    return a_session(workspace, a_study(workspace, method="interview"))


def test_what_goes_out_comes_back(workspace: Workspace, session: Session) -> None:
    made = published(
        workspace, session, body="More:\n\n- one\n- two\n\n## Evidence\n\nof another kind", cohort="clinics"
    )
    insight_evidence.add(workspace, ANA, made.id, spot(workspace, session, TWICE), Stance.CONTRADICTS, "Later on")
    insights.link(workspace, ANA, made.id, LinkKind.DECISION, "Build it", "https://tracker.test/1")
    text = markdown(workspace, ANA, made.id, base="http://here.test")
    assert f"> {FEAR}" in text and "http://here.test/transcripts/" in text and "— P01, “Calendars in the trial”" in text
    brought = bring_in(workspace, ANA, text)
    assert brought.remarks == () and brought.attached == 2
    old, new = (insights.show(workspace, ANA, i).view for i in (made.id, brought.insight.id))
    assert new.insight.state is InsightState.DRAFT and new.insight.id != made.id
    assert new.insight.facts == old.insight.facts
    assert [(e.evidence.highlight_id, e.evidence.quote, e.evidence.stance, e.evidence.note) for e in new.evidence] == [
        (e.evidence.highlight_id, e.evidence.quote, e.evidence.stance, e.evidence.note) for e in old.evidence
    ]


def test_quotes_that_stand_nowhere_are_listed(workspace: Workspace, session: Session) -> None:
    made = published(workspace, session)
    text = markdown(workspace, ANA, made.id)
    brought = bring_in(
        workspace, ANA, text.replace("I was afraid", "I was glad").replace("---\n", "---\ntheme: no-such\n", 1)
    )
    assert brought.attached == 0
    assert [remark.partition(":")[0] for remark in brought.remarks] == [
        "There is no theme “no-such” here.",
        "Not found again",
    ]
    elsewhere = bring_in(workspace, ANA, text.replace("?from=", "?from=9"))
    assert elsewhere.attached == 1  # found by its words
    assert bring_in(workspace, ANA, text.replace("/transcripts/1?", "/transcripts/77?")).attached == 0


def test_what_is_no_insight_is_refused(workspace: Workspace) -> None:
    for text in ("", "---\n---\n", "\n\n## Evidence\n\n> x\n", "x" * 300_000):
        with pytest.raises(Rejected):
            bring_in(workspace, ANA, text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(claim=st.text(min_size=1, max_size=80), body=st.text(max_size=200))
def test_any_claim_and_text_come_back_or_are_refused(workspace: Workspace, claim: str, body: str) -> None:
    try:
        made = insights.create(workspace, ANA, InsightFacts(claim, body))
    except Rejected:
        return
    facts = bring_in(workspace, ANA, markdown(workspace, ANA, made.id)).insight.facts
    assert facts.body.split() == made.facts.body.split()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(text=st.text(max_size=300))
def test_nothing_that_is_pasted_breaks_it(workspace: Workspace, text: str) -> None:
    try:
        bring_in(workspace, ANA, f"# A claim\n\n## Evidence\n\n{text}")
    except Rejected:
        pass
