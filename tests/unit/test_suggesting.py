"""Suggestions: only of what participants said, with a reason, and never against what a person decided."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from repository import judging
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.coding import CodeMode, Suggestion, SuggestionState
from repository.domain.source import Stage
from repository.domain.study import Session
from repository.domain.transcript import Role
from repository.jobs import queue_ingest
from repository.store import tables as t
from repository.suggesting import suggest
from repository.workspace import Workspace
from tests.builders import a_session, a_study, done

TOLD = """Interviewer: How do you use it, and is there a spreadsheet, a workaround, a trick?
P01: There's a spreadsheet on the side, that is my workaround, a trick with a fake entry, and I keep it by hand in Excel.
Interviewer: And the price, the invoice, the licence fees?
P01: The invoice is too high. The price for each licence and the text message charges are over our budget this year.
"""


@pytest.fixture
def session(workspace: Workspace) -> Iterator[Session]:
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, threshold=0.05))
    yield a_session(workspace, a_study(workspace), TOLD)


def pending(workspace: Workspace) -> list[Suggestion]:
    with workspace.read() as unit:
        return unit.codings.pending(LOCAL_ADMIN)


def again(workspace: Workspace, session: Session) -> None:
    """Bring the source through all steps anew."""
    with workspace.write() as unit:
        unit.sources.reached(session.source_id, Stage.RECEIVED)
        job = queue_ingest(unit, workspace, session.source_id)
    done(workspace, job)


def decide(workspace: Workspace, suggestion: Suggestion, state: SuggestionState) -> None:
    with workspace.write() as unit:
        change = sa.update(t.suggestion).where(t.suggestion.c.id == suggestion.id).values(state=state.value)
        unit.codings._sql.execute(change)


def test_a_suggestion_says_what_and_why(workspace: Workspace, session: Session) -> None:
    found = pending(workspace)
    with workspace.read() as unit:
        codes = {code.id: code for code in unit.codes.all()}
        assert session.text_id is not None
        revision = unit.sessions.revision(session.text_id)
    assert revision is not None
    assert "workaround" in {codes[s.code_id].facts.slug for s in found}
    for suggestion in found:
        code = codes[suggestion.code_id]
        assert not code.is_theme and suggestion.code_version == code.version
        assert 0 <= suggestion.score <= 1
        words = revision.body[suggestion.start : suggestion.end].lower()
        assert all(cue.lower() in words for cue, _ in suggestion.reason.cues)
        assert len(suggestion.reason.cues) <= judging.CUES
        assert suggestion.reason.nearest in code.facts.examples
        assert suggestion.coder == f"machine:{workspace.embedder().fingerprint}"


def test_what_the_interviewer_said_alone_is_not_coded(workspace: Workspace, session: Session) -> None:
    alone = a_session(
        workspace,
        a_study(workspace, "Only questions"),
        "Interviewer: Is there a spreadsheet, a workaround, a trick by hand?\n" * 6,
    )
    with workspace.read() as unit:
        segments = unit.segments.of_session(alone.id)
        found = unit.codings.pending(LOCAL_ADMIN, session_ids=[alone.id])
    spans = {(segment.start, segment.end) for segment in segments if segment.role is Role.INTERVIEWER}
    assert not [s for s in found if (s.start, s.end) in spans]


def test_a_passage_has_few_and_none_below_the_threshold(workspace: Workspace, session: Session) -> None:
    counts: dict[tuple[int, int], int] = {}
    for suggestion in pending(workspace):
        counts[suggestion.start, suggestion.end] = counts.get((suggestion.start, suggestion.end), 0) + 1
        assert suggestion.score >= 0.05
    assert max(counts.values()) <= workspace.settings.suggesting.per_passage
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, threshold=0.999))
    assert suggest(workspace, session.source_id) == 0 and pending(workspace) == []


@pytest.mark.parametrize("decision", [SuggestionState.ACCEPTED, SuggestionState.REJECTED])
def test_what_a_person_decided_is_never_touched_and_never_suggested_again(
    workspace: Workspace, session: Session, decision: SuggestionState
) -> None:
    before = pending(workspace)
    chosen = before[0]
    decide(workspace, chosen, decision)
    for _ in range(2):
        again(workspace, session)
        with workspace.read() as unit:
            row = unit.codings._sql.execute(sa.select(t.suggestion).where(t.suggestion.c.id == chosen.id)).one()
        assert row.state == decision.value and row.score == chosen.score
        key = (chosen.code_id, chosen.words_sha)
        assert key not in {(s.code_id, s.words_sha) for s in pending(workspace)}
        assert {(s.code_id, s.start) for s in pending(workspace)} == {(s.code_id, s.start) for s in before[1:]}


def test_a_code_whose_meaning_changed_may_be_suggested_again(workspace: Workspace, session: Session) -> None:
    chosen = pending(workspace)[0]
    decide(workspace, chosen, SuggestionState.REJECTED)
    with workspace.write() as unit:
        unit.codings._sql.execute(sa.update(t.code).where(t.code.c.id == chosen.code_id).values(version=2))
    suggest(workspace, session.source_id)
    assert (chosen.code_id, 2) in {(s.code_id, s.code_version) for s in pending(workspace)}


def test_a_persons_codings_stay(workspace: Workspace, session: Session) -> None:
    chosen = pending(workspace)[0]
    with workspace.write() as unit:
        mark = unit.codings.highlight(
            session_id=session.id,
            text_id=chosen.text_id,
            start=chosen.start,
            end=chosen.end,
            by="ana",
            now=workspace.clock(),
        )
        unit.codings.code(highlight_id=mark.id, code_id=chosen.code_id, coder="ana", now=workspace.clock())
    with workspace.read() as unit:
        before = unit.codings.codings(LOCAL_ADMIN)
    again(workspace, session)
    with workspace.read() as unit:
        assert unit.codings.codings(LOCAL_ADMIN) == before


def test_manual_codes_and_themes_are_never_suggested_and_off_is_off(workspace: Workspace, session: Session) -> None:
    with workspace.write() as unit:
        unit.codings._sql.execute(sa.update(t.code).values(mode=CodeMode.MANUAL.value))
    assert suggest(workspace, session.source_id) == 0
    with workspace.write() as unit:
        unit.codings._sql.execute(sa.update(t.code).values(mode=CodeMode.SUGGEST.value))
    assert suggest(workspace, session.source_id) > 0
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, enabled=False))
    assert suggest(workspace, session.source_id) == 0
    assert pending(workspace) == []


def test_suggesting_twice_is_suggesting_once(workspace: Workspace, session: Session) -> None:
    def told() -> list[tuple[object, ...]]:
        return [(s.code_id, s.start, s.end, s.score, s.reason) for s in pending(workspace)]

    before = told()
    suggest(workspace, session.source_id)
    assert told() == before


def test_a_viewer_has_the_suggestions_of_their_studies(workspace: Workspace, session: Session) -> None:
    other = a_session(workspace, a_study(workspace, "Other"), TOLD.replace("P01", "P02"), name="p02.txt")
    viewer = Viewer("ana", PersonRole.READER, frozenset({session.study_id}))
    with workspace.read() as unit:
        mine = unit.codings.pending(viewer)
        assert {s.study_id for s in mine} == {session.study_id}
        assert unit.codings.pending(viewer, session_ids=[other.id]) == []
        assert unit.codings.pending(viewer, limit=1) == mine[:1]
