"""Insights as Markdown: what goes out comes back, and what cannot is said."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository import insight_evidence, insight_exchange, insights
from repository.domain.insight import InsightFacts, InsightState, LinkKind, Stance
from repository.domain.study import Session
from repository.errors import Rejected
from repository.insight_exchange import bring_in, markdown
from repository.store import tables as t
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.unit.test_insights import ANA, FEAR, TWICE, published, spot

LINKS = "](" + "/transcripts/1?" * 10_000


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


@pytest.mark.parametrize("link", ["http://[x/transcripts/1?from=0&to=9", f"/transcripts/1?from={'1' * 5_000}&to=2"])
def test_a_link_that_leads_nowhere_is_only_said(workspace: Workspace, session: Session, link: str) -> None:
    brought = bring_in(workspace, ANA, f"# A claim\n\n## Evidence\n\n> Nobody said this\n>\n> ([said]({link}))")
    assert brought.attached == 0 and brought.remarks == (f"Not found again: {link}",)


def test_what_no_database_keeps_is_taken_out_of_the_front_matter(workspace: Workspace) -> None:
    text = '---\nowner: "\\ud800Ben"\ncohort: "a\\u0000b"\n---\n# A claim'
    facts = bring_in(workspace, ANA, text).insight.facts
    assert (facts.owner, facts.cohort) == ("Ben", "a b")


def test_a_file_is_brought_in_whole_or_not_at_all(
    workspace: Workspace, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = markdown(workspace, ANA, published(workspace, session).id)

    def crash(*_: object) -> int:
        raise RuntimeError

    monkeypatch.setattr("repository.insight_exchange.attach", crash)
    with pytest.raises(RuntimeError):
        bring_in(workspace, ANA, text)
    assert len(insights.listed(workspace, ANA, insights.Asked(everything=True))) == 1


def test_a_quote_that_stands_twice_in_a_file_is_attached_once(workspace: Workspace, session: Session) -> None:
    text = markdown(workspace, ANA, published(workspace, session).id)
    brought = bring_in(workspace, ANA, text + text[text.index("> ") - 1 :])
    assert brought.attached == 1 and "evidence of this insight already" in brought.remarks[0]


def test_a_line_of_many_links_is_read_without_trying_each_with_each() -> None:
    pattern = insight_exchange._LINK.pattern  # a second repetition in it could try each place with each
    assert pattern.count("*") + pattern.count("+") == 1
    [quote] = insight_exchange._parts(f"# A\n\n## Evidence\n\n> So\n> ([a](/b), [c](/transcripts/1?from=2){LINKS}")[2]
    assert quote.link == "/transcripts/1?from=2"


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


def test_words_that_may_not_be_quoted_do_not_leave(workspace: Workspace, session: Session) -> None:
    made = published(workspace, session)
    assert FEAR in markdown(workspace, ANA, made.id)
    with workspace.write() as unit:
        unit._sql.execute(sa.update(t.session).values(consent="May not be quoted."))
    told = markdown(workspace, ANA, made.id)
    assert "[not to be quoted]" in told and FEAR not in told
