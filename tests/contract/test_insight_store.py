"""Insights, evidence and notices on both databases: from a quote to its loss and back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from nlp.hashing import HashingEmbedder
from repository import (
    coding,
    insight_evidence,
    insight_finding,
    insight_history,
    insight_states,
    insights,
    noticing,
    review_dates,
    studies,
)
from repository.codebook import ensure_codebook
from repository.domain.insight import InsightState, LinkKind, Stance
from repository.settings import IndexSettings, Settings, StorageSettings
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.conftest import Clock
from tests.contract.test_database import postgres_url  # noqa: F401
from tests.unit.test_insights import ANA, FEAR, TWICE, now, published, spot


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def held(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    url = ""
    if request.param == "postgresql":
        import sqlalchemy as sa

        base = request.getfixturevalue("postgres_url")
        engine = sa.create_engine(base, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text("DROP DATABASE IF EXISTS insights"))
            connection.execute(sa.text("CREATE DATABASE insights"))
        engine.dispose()
        url = sa.engine.make_url(base).set(database="insights").render_as_string(hide_password=False)
    storage = StorageSettings(folder=str(tmp_path / "data"), database_url=url, min_free_mb=1)
    settings = Settings(storage=storage, index=IndexSettings(kind="exact"), base=tmp_path)
    opened = Workspace(settings, clock=clock, embedder=HashingEmbedder())
    ensure_codebook(opened)
    yield opened
    opened.close()


def test_the_whole_life_of_an_insight(held: Workspace, clock: Clock) -> None:
    session = a_session(held, a_study(held, method="interview"))
    made = published(held, session, product_area="Calendar")
    made = insight_evidence.add(held, ANA, made.id, spot(held, session, TWICE), Stance.CONTRADICTS, "Later")
    insights.link(held, ANA, made.id, LinkKind.DECISION, "Build it", "https://tracker.test/1")
    view = insights.show(held, ANA, made.id).view
    assert (view.confidence.participants, view.confidence.contradicting) == (1, 1)
    assert [one.insight.id for one in insight_finding.find_insights(held, ANA, "practices fear appointments")] == [1]
    first = view.of("supports")[0].evidence
    done = coding.delete(held, ANA, session.id, first.highlight_id)
    assert now(held, made).state is InsightState.EVIDENCE_MISSING and noticing.unseen(held, ANA) == 1
    noticing.see(held, ANA)
    coding.undo(held, ANA, session.id, done.act)
    assert now(held, made).state is InsightState.PUBLISHED
    assert review_dates.happened(held, ANA, "calendar", "redesigned", date(2026, 11, 1)) == 1
    after = now(held, made)
    kept = insight_states.step(held, ANA, made.id, InsightState.PUBLISHED, edition=after.edition)
    assert insight_history.undo(held, ANA, made.id, edition=kept.edition).state is InsightState.NEEDS_REVIEW
    with held.write() as unit:
        place = (session.study_id, session.id, session.text_id or 0, 0, 12)
        assert unit.proposals.add(made.id, place, Stance.CONTRADICTS, "by hand", clock.now)
        assert not unit.proposals.add(made.id, place, Stance.CONTRADICTS, "by hand", clock.now)
    [proposal] = insights.show(held, ANA, made.id).proposals
    assert proposal.quote == "What keeps y"
    assert insights.show(held, replace(ANA, study_ids=frozenset()), made.id).proposals == ()
    insight_evidence.decide(held, ANA, made.id, proposal.id, None)
    studies.bin_study(held, ANA, session.study_id)
    clock.forward(days=40)
    studies.purge(held)
    assert [one.evidence.quote for one in insights.show(held, ANA, made.id).view.evidence] == ["", ""]
    assert review_dates.sweep_insights(held) == 0
    assert FEAR not in str(insight_history.history(held, ANA, made.id))
