"""Learning from decisions: in the background, of changed codes only, and never against what a person decided."""

import threading
import time
from dataclasses import replace

import pytest

from repository import codebook_changes, coding
from repository.codebook import seen
from repository.domain.access import LOCAL_ADMIN
from repository.domain.coding import CodeFacts, CodeMode, Suggestion, SuggestionState
from repository.domain.study import Session
from repository.jobs import LEARN
from repository.judging import judge
from repository.learning import follow_rules
from repository.store.facts import DECISIONS, LEARNED
from repository.workspace import Workspace
from tests.builders import a_session, a_study, done
from tests.unit.test_codebook_changes import ANA, put

SAID = [
    "The invoice came twice and the price was higher than the offer said.",
    "We pay for licences that nobody uses, it is too expensive.",
    "The price went up without a word, our budget is gone.",
    "I was charged for text messages that were never sent.",
    "The calendar shows last week's appointments after the sync.",
    "It syncs at night only, so mornings are wrong in the calendar.",
    "Two calendars, two truths, and the sync broke on Monday.",
    "I print the list because the calendar did not sync.",
    "The nurse at the desk is kind and knows everybody.",
    "We have lunch at twelve and then the phones ring.",
]


@pytest.fixture
def session(workspace: Workspace) -> Session:
    text = "\n".join(f"Interviewer: And then?\nP{n:02}: {said}" for n, said in enumerate(SAID))
    return a_session(workspace, a_study(workspace), text)


def learnt(workspace: Workspace) -> None:
    """Do the learning that waits."""
    with workspace.read() as unit:
        job = unit.jobs.on_everything(LEARN)
    assert job is not None
    done(workspace, job.id)
    with workspace.read() as unit:
        found = unit.jobs.get(job.id)
        assert found and found.error is None, found
        assert unit.facts.number(LEARNED) == unit.facts.number(DECISIONS)


def pending(workspace: Workspace) -> list[Suggestion]:
    with workspace.read() as unit:
        return unit.codings.pending(LOCAL_ADMIN)


def test_a_decision_is_learnt_in_the_background(workspace: Workspace, session: Session) -> None:
    slug = codebook_changes.create(workspace, ANA, CodeFacts("", "Money", "What it costs.")).slug
    learnt(workspace)
    before = judge(workspace)
    for words in ("price was higher", "licences that nobody uses", "price went up"):
        put(workspace, session, words, slug)
    learnt(workspace)
    after = judge(workspace)
    place = [code.facts.slug for code in after.codes].index(slug)
    changed = [code.facts.slug for code in after.codes if before.models.get(code.id) != after.models[code.id]]
    assert changed == [slug]
    vector = workspace.embedder().embed([SAID[3]])
    rise = [by.labeller.score([SAID[3]], vector)[0, place] for by in (before, after)]
    assert rise[1] != rise[0]


def test_scores_are_the_same_whether_learnt_or_read_anew(workspace: Workspace, session: Session) -> None:
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, threshold=0.02))
    slug = codebook_changes.create(workspace, ANA, CodeFacts("", "Sync", "The calendar does not sync.")).slug
    put(workspace, session, "mornings are wrong in the calendar", slug)
    learnt(workspace)
    from repository.suggesting import suggest

    incremental = {(s.start, s.code_id): s.score for s in pending(workspace)}
    suggest(workspace, session.source_id)
    assert {(s.start, s.code_id): s.score for s in pending(workspace)} == incremental and incremental


def test_a_code_that_may_not_be_suggested_any_more_is_not(workspace: Workspace, session: Session) -> None:
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, threshold=0.02))
    with workspace.write() as unit:
        from repository.jobs import queue_learning

        queue_learning(unit, workspace)
    learnt(workspace)
    chosen = pending(workspace)[0]
    with workspace.read() as unit:
        code = seen(unit, LOCAL_ADMIN).by_id[chosen.code_id]
    codebook_changes.edit(workspace, ANA, code.facts.slug, replace(code.facts, mode=CodeMode.MANUAL))
    learnt(workspace)
    assert code.id not in {s.code_id for s in pending(workspace)}
    codebook_changes.edit(workspace, ANA, code.facts.slug, code.facts)
    learnt(workspace)
    assert code.id in {s.code_id for s in pending(workspace)}


def test_what_a_person_decided_stays_and_does_not_return(workspace: Workspace, session: Session) -> None:
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, threshold=0.02))
    with workspace.write() as unit:
        from repository.jobs import queue_learning

        queue_learning(unit, workspace)
    learnt(workspace)
    no, yes = pending(workspace)[:2]
    coding.reject(workspace, ANA, session.id, no.id)
    coding.accept(workspace, ANA, session.id, yes.id)
    learnt(workspace)
    left = {(s.code_id, s.words_sha) for s in pending(workspace)}
    assert (no.code_id, no.words_sha) not in left and (yes.code_id, yes.words_sha) not in left
    with workspace.read() as unit:
        kept = [unit.codings.suggestion(session.id, one.id) for one in (no, yes)]
    assert [one.state for one in kept if one] == [SuggestionState.REJECTED, SuggestionState.ACCEPTED]
    assert kept[1] and (kept[1].score, kept[1].model) == (yes.score, yes.model) and kept[1].model


def test_decisions_while_it_learns_are_learnt_too(
    workspace: Workspace, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = codebook_changes.create(workspace, ANA, CodeFacts("", "Money", "What it costs.")).slug
    rounds: list[int] = []

    def slowly(workspace: Workspace) -> object:
        made = judge(workspace)
        if not rounds:
            put(workspace, session, "too expensive", slug)
        rounds.append(1)
        return made

    monkeypatch.setattr("repository.learning.judge", slowly)
    learnt(workspace)
    assert len(rounds) == 2


def test_a_studys_code_is_suggested_in_that_study_only(workspace: Workspace, session: Session) -> None:
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, threshold=0.01))
    other = a_session(workspace, a_study(workspace, "Another"), f"P1: {SAID[0]}", name="b.txt")
    facts = CodeFacts("", "Invoice", "The invoice came twice and the price was higher.", study_id=session.study_id)
    slug = codebook_changes.create(workspace, ANA, facts).slug
    learnt(workspace)
    with workspace.read() as unit:
        code = seen(unit, LOCAL_ADMIN).named(slug)
    where = {s.session_id for s in pending(workspace) if s.code_id == code.id}
    assert session.id in where and other.id not in where


def test_an_automatic_code_codes_by_itself_once_it_is_trusted(workspace: Workspace, session: Session) -> None:
    limits = replace(workspace.settings.suggesting, threshold=0.01, auto_precision=0.02)
    workspace.settings = replace(workspace.settings, suggesting=limits)
    a_session(workspace, a_study(workspace, "Another"), f"P1: {SAID[7]}", name="b.txt")
    facts = CodeFacts("", "Sync", "The calendar did not sync.", mode=CodeMode.AUTO)
    slug = codebook_changes.create(workspace, ANA, facts).slug
    learnt(workspace)
    with workspace.read() as unit:
        code = seen(unit, LOCAL_ADMIN).named(slug)
    states = {s.state for s in pending(workspace) if s.code_id == code.id}
    assert states == {SuggestionState.PENDING}, "by a definition alone it only suggests"
    for words in ("calendar shows", "after the sync", "syncs at night", "wrong in the calendar", "Two calendars"):
        put(workspace, session, words, slug)
    learnt(workspace)
    states = {s.state for s in pending(workspace) if s.code_id == code.id}
    assert SuggestionState.APPLIED in states


def test_what_was_made_by_other_rules_is_made_anew(workspace: Workspace, session: Session) -> None:
    follow_rules(workspace)
    learnt(workspace)
    before = len(pending(workspace))
    follow_rules(workspace)
    with workspace.read() as unit:
        assert unit.facts.number(LEARNED) == unit.facts.number(DECISIONS), "nothing changed"
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, threshold=0.001))
    follow_rules(workspace)
    learnt(workspace)
    assert len(pending(workspace)) > before


def test_a_worker_learns_within_seconds(workspace: Workspace, session: Session) -> None:
    from ingest.worker import work

    stop = threading.Event()
    worker = threading.Thread(target=work, args=(workspace, stop))
    worker.start()
    try:
        codebook_changes.create(workspace, ANA, CodeFacts("", "Money", "What it costs."))
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with workspace.read() as unit:
                if unit.facts.number(LEARNED) == unit.facts.number(DECISIONS) > 0:
                    break
            time.sleep(0.1)
        else:
            pytest.fail("nothing was learnt")
    finally:
        stop.set()
        worker.join()
