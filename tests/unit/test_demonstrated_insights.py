"""The demonstration's insights: quotes that are in its texts, states that are planted, and nothing twice."""

from collections import Counter

import pytest

from ingest.demonstrated_insights import load_insights
from ingest.demonstration import manifest
from repository import insights
from repository.domain.access import LOCAL_ADMIN
from repository.domain.insight import InsightState
from repository.errors import NotFound
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.unit.test_insights import FEAR, TWICE

ROW = {"body": "", "owner": "Ana", "state": "published", "code": "fear-of-data-loss"}


def test_what_is_planted_rests_on_words_that_people_coded() -> None:
    table = manifest()
    coded = {(row["session"], row["quote"]) for row in table["coding"]}
    rows = table["insight"]
    assert all((one["session"], one["quote"]) in coded for row in rows for one in row["evidence"])
    states = Counter(row["state"] for row in rows)
    assert states["published"] >= 6 and states["superseded"] == states["needs review"] == 1
    assert {row.get("superseded_by") for row in rows} - {None} <= {row["key"] for row in rows}


def test_loading_twice_changes_nothing_and_what_is_superseded_leads_on(workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace))
    fear = [{"session": "S", "quote": FEAR, "stance": "supports", "note": "Why"}]
    twice = [{"session": "S", "quote": TWICE, "stance": "supports", "note": ""}]
    old = {**ROW, "key": "A", "claim": "Old", "state": "superseded", "superseded_by": "B", "why": "Newer"}
    table = {"insight": [{**old, "evidence": fear}, {**ROW, "key": "B", "claim": "New", "evidence": twice}]}
    assert load_insights(workspace, table, {"S": session.id}) == 2
    before = insights.listed(workspace, LOCAL_ADMIN, insights.Asked(everything=True))
    assert load_insights(workspace, table, {"S": session.id}) == 2
    assert insights.listed(workspace, LOCAL_ADMIN, insights.Asked(everything=True)) == before
    by_claim = {one.facts.claim: one for one in before}
    assert by_claim["Old"].state is InsightState.SUPERSEDED
    assert by_claim["Old"].superseded_by == by_claim["New"].id and by_claim["New"].state is InsightState.PUBLISHED
    with pytest.raises(NotFound):
        load_insights(
            workspace,
            {"insight": [{**ROW, "key": "C", "claim": "C", "evidence": [{**fear[0], "quote": "never said"}]}]},
            {"S": session.id},
        )
