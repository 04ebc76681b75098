"""What needs hands: every number equals a query written here, and counts only what the viewer may see."""

import random
import sqlite3
from dataclasses import replace
from datetime import date, timedelta

import pytest

from nlp.likeness import alike, signature, similar
from repository import (
    agreeing,
    gaps,
    insight_states,
    insights,
    planning,
    plans,
    reusing,
    reviewing,
    stewarding,
    studies,
)
from repository.attaching import Spot as Words
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.insight import InsightFacts, InsightState, LinkKind
from repository.domain.plan import Choice, PlanFacts, QuestionFound, Spot, Verdict
from repository.domain.stewardship import Need, NeedKind
from repository.domain.study import Session, StudyState
from repository.errors import Conflict, Forbidden, NotFound, Rejected
from repository.plan_checking import material
from repository.settings import PlanningSettings
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_job, a_session, a_study, done
from tests.conftest import Clock

K = NeedKind
READER = Viewer("Rea", PersonRole.READER)
FEAR = "I was afraid it would overwrite the appointments we already have."
LONG_TALK = "\n".join(
    f"{'Interviewer' if n % 2 == 0 else 'P09'}: sentence number {n} is about moving appointment {n * 7} to another day"
    for n in range(40)
)


def found(workspace: Workspace, kind: NeedKind, viewer: Viewer = LOCAL_ADMIN) -> list[Need]:
    return list(stewarding.heap(workspace, viewer, kind).needs)


def asked(workspace: Workspace, query: str) -> list[tuple[object, ...]]:
    stored = sqlite3.connect(workspace.folder / "cairn.db")
    rows = stored.execute(query).fetchall()
    stored.close()
    return rows


def published(workspace: Workspace, session: Session, **facts: object) -> int:
    start = next(body for [body] in asked(workspace, f"SELECT body FROM text WHERE id = {session.text_id}"))
    at = str(start).index(FEAR)
    told = InsightFacts("Practices fear for their appointments", **facts)  # type: ignore[arg-type]
    made = insights.create(workspace, LOCAL_ADMIN, told, first=Words(session.id, at, at + len(FEAR)))
    for state in (InsightState.REVIEWED, InsightState.PUBLISHED):
        made = insight_states.step(workspace, LOCAL_ADMIN, made.id, state, edition=made.edition)
    return made.id


def test_an_empty_repository_is_in_order_but_for_its_codebook(workspace: Workspace) -> None:
    lists = {heap.kind: heap for heap in stewarding.heaps(workspace, LOCAL_ADMIN)}
    assert list(lists) == list(NeedKind)
    assert {kind for kind, heap in lists.items() if heap.needs} <= {K.DRIFT}
    assert not any(heap.hindered for heap in lists.values())
    assert stewarding.pressing(workspace, LOCAL_ADMIN) == 0


def test_an_insight_whose_day_has_come_and_one_whose_words_are_gone(workspace: Workspace, clock: Clock) -> None:
    session = a_session(workspace, a_study(workspace))
    number = published(workspace, session, owner="Dana", review_on=date(2026, 12, 1))
    assert found(workspace, K.REVIEW) == []
    clock.forward(days=9)
    [need] = found(workspace, K.REVIEW)
    assert (need.subject, need.owner, need.since.date()) == ((number,), "Dana", date(2026, 12, 1))  # type: ignore[union-attr]
    assert "1 December 2026" in need.why
    studies.bin_session(workspace, LOCAL_ADMIN, session.id)
    [gone] = found(workspace, K.EVIDENCE_MISSING)
    assert gone.subject == (number,) and "1 of its pieces of evidence is gone" in gone.why
    assert found(workspace, K.REVIEW) == []
    assert stewarding.pressing(workspace, LOCAL_ADMIN) == 1


def test_drafts_are_nobodys_business_but_the_writers(workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace))
    number = published(workspace, session)
    insight = insights.show(workspace, LOCAL_ADMIN, number).view.insight
    insight_states.step(workspace, LOCAL_ADMIN, number, InsightState.NEEDS_REVIEW, edition=insight.edition, why="x")
    assert len(found(workspace, K.REVIEW, READER)) == stewarding.pressing(workspace, READER) == 1


def test_files_that_failed_or_wait_are_listed_where_they_may_be_seen(workspace: Workspace, clock: Clock) -> None:
    study, other = a_study(workspace, owner="Dana"), a_study(workspace, "Elsewhere")
    [bad] = done(workspace, a_job(workspace, study, "%PDF-1.4 broken", name="bad.pdf"))
    waits = a_job(workspace, other, name="late.txt")
    assert [need.what for need in found(workspace, K.SOURCES)] == ["bad.pdf"]
    clock.forward(hours=2)
    [failed, stuck] = found(workspace, K.SOURCES)
    assert (failed.owner, failed.subject[1], stuck.what, stuck.subject[1]) == ("Dana", bad.id, "late.txt", 0)
    assert waits and [need.what for need in found(workspace, K.SOURCES, seeing(study.id))] == ["bad.pdf"]
    assert stewarding.pressing(workspace, seeing(other.id)) == 0
    assert stewarding.pressing(workspace, seeing(study.id)) == 1


def seeing(*study_ids: int) -> Viewer:
    return replace(LOCAL_ADMIN, study_ids=frozenset(study_ids))


def test_consent_that_is_missing_or_forbids_quotes(workspace: Workspace) -> None:
    study = a_study(workspace)
    one, two = a_session(workspace, study), a_session(workspace, study, INTERVIEW + "P01: More.\n", name="b.txt")
    published(workspace, two)
    assert len(found(workspace, K.NO_CONSENT)) == 2 and found(workspace, K.NO_QUOTING) == []
    assert "1 piece of evidence is from it" in found(workspace, K.NO_CONSENT)[0].why  # first, for it matters most
    assert stewarding.state_consent(workspace, LOCAL_ADMIN, one.id, " Notes only,\nmay not be quoted ") == 1
    [forbidden] = found(workspace, K.NO_QUOTING)
    assert forbidden.subject[0] == one.id and "may not be quoted" in forbidden.why
    [silent] = found(workspace, K.NO_CONSENT)
    assert silent.subject[0] == two.id
    assert stewarding.state_consent(workspace, LOCAL_ADMIN, two.id, "internal", whole_study=True) == 1
    assert found(workspace, K.NO_CONSENT) == []
    assert [row[0] for row in asked(workspace, "SELECT consent FROM session ORDER BY id")] == [
        "Notes only, may not be quoted",
        "internal",
    ]


def test_consent_is_stated_by_those_who_may_and_with_words(workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace))
    with pytest.raises(Rejected):
        stewarding.state_consent(workspace, LOCAL_ADMIN, session.id, " \0 ")
    with pytest.raises(Forbidden):
        stewarding.state_consent(workspace, READER, session.id, "internal")
    with pytest.raises(NotFound):
        stewarding.state_consent(workspace, seeing(99), session.id, "internal")


def test_consent_for_a_whole_study_leaves_other_studies_and_what_is_stated(workspace: Workspace) -> None:
    study, other = a_study(workspace), a_study(workspace, "Elsewhere")
    rows = [a_session(workspace, study, f"{INTERVIEW}P01: {n}.\n", name=f"{n}.txt") for n in range(3)]
    a_session(workspace, other, INTERVIEW + "P01: else.\n")
    stewarding.state_consent(workspace, LOCAL_ADMIN, rows[0].id, "press")
    assert stewarding.state_consent(workspace, LOCAL_ADMIN, rows[1].id, "internal", whole_study=True) == 2
    counts = asked(workspace, "SELECT consent, count(*) FROM session GROUP BY consent ORDER BY consent")
    assert counts == [("", 1), ("internal", 2), ("press", 1)]


@pytest.mark.parametrize("whole_study", [False, True])
def test_a_consent_that_somebody_stated_meanwhile_stays(workspace: Workspace, whole_study: bool) -> None:
    study = a_study(workspace)
    one, silent = a_session(workspace, study), a_session(workspace, study, f"{INTERVIEW}P01: More.\n", name="b.txt")
    stewarding.state_consent(workspace, LOCAL_ADMIN, one.id, "may not be quoted")
    with pytest.raises(Conflict):
        stewarding.state_consent(workspace, LOCAL_ADMIN, one.id, "press", whole_study=whole_study)
    counts = asked(workspace, f"SELECT id, consent FROM session WHERE id IN ({one.id}, {silent.id}) ORDER BY id")
    assert counts == [(one.id, "may not be quoted"), (silent.id, "")]


def test_transcripts_that_look_alike_are_told_once_and_can_be_right(workspace: Workspace) -> None:
    study = a_study(workspace)
    one = a_session(workspace, study, LONG_TALK, name="a.txt")
    two = a_session(workspace, study, LONG_TALK.replace("number 4 is", "number four is"), name="b.txt")
    a_session(workspace, study, INTERVIEW, name="c.txt")
    [need] = found(workspace, K.DUPLICATES)
    assert need.subject == (one.id, two.id) and need.why.startswith("About 9")
    with pytest.raises(Forbidden):
        stewarding.set_aside(workspace, READER, K.DUPLICATES, need.key)
    stewarding.set_aside(workspace, LOCAL_ADMIN, K.DUPLICATES, need.key)
    heap = stewarding.heap(workspace, LOCAL_ADMIN, K.DUPLICATES)
    assert heap.needs == () and [one.set_aside_by for one in heap.set_aside] == ["you"]
    stewarding.put_back(workspace, LOCAL_ADMIN, K.DUPLICATES, need.key)
    assert len(found(workspace, K.DUPLICATES)) == 1
    studies.bin_session(workspace, LOCAL_ADMIN, one.id)
    assert found(workspace, K.DUPLICATES) == []
    with pytest.raises(NotFound):
        stewarding.set_aside(workspace, LOCAL_ADMIN, K.DUPLICATES, need.key)


def test_texts_alike_are_found_as_by_comparing_each_with_each() -> None:
    chance, words = random.Random(1), [str(n) for n in range(2_000)]
    texts = [" ".join(chance.choices(words, k=200)) for _ in range(60)]
    for n in range(40):  # changed here and there, so that from half to all of the runs are the same
        changed = texts[n].split()
        for _ in range(n // 4):
            changed[chance.randrange(200)] = "changed"
        texts.append(" ".join(changed))
    signatures = [*map(signature, texts), b"", b""]
    found_ = {later: (earlier, share) for earlier, later, share in alike(signatures, 0.6)}
    for later, own in enumerate(signatures):
        shares = similar(own, signatures[:later])
        if len(shares) and shares.max() >= 0.6:
            assert found_.pop(later) == (int(shares.argmax()), float(shares.max()))
    assert found_ == {}


def test_what_must_be_mended_is_not_set_aside(workspace: Workspace) -> None:
    with pytest.raises(Rejected):
        stewarding.set_aside(workspace, LOCAL_ADMIN, K.SUGGESTIONS, "anything")


def test_speakers_who_are_nobody_are_counted_and_interviewers_are_not(workspace: Workspace) -> None:
    study = a_study(workspace)
    a_session(workspace, study)
    a_session(
        workspace, study, "P02: We print it.\nP03: We do not.\nP02: Every day.\nP03: Never at all.\n", name="b.txt"
    )
    needs = {need.what: need.number for need in found(workspace, K.UNLINKED)}
    counted = asked(
        workspace,
        "SELECT s.title, count(*) FROM speaker p JOIN session s ON s.id = p.session_id "
        "WHERE p.participant_id IS NULL AND p.role <> 'interviewer' GROUP BY s.id",
    )
    assert needs == dict(counted) and sum(needs.values()) == 3
    with workspace.write() as unit:
        number = unit.people.add_participant("P01", "", None)
    stored = sqlite3.connect(workspace.folder / "cairn.db")
    stored.execute("UPDATE speaker SET participant_id = ? WHERE label = 'P01'", (number,))
    stored.commit()
    stored.close()
    assert [need.number for need in found(workspace, K.UNLINKED)] == [2]


def test_suggestions_are_counted_as_the_queue_counts_them(workspace: Workspace) -> None:
    plenty = replace(workspace.settings.suggesting, threshold=0.001, per_passage=8)
    workspace.settings = replace(workspace.settings, suggesting=plenty)
    study, other = a_study(workspace), a_study(workspace, "Elsewhere")
    a_session(workspace, study)
    a_session(workspace, other, INTERVIEW + "P01: It crashed and lost our data, we do not trust it.\n", name="b.txt")
    for viewer in (LOCAL_ADMIN, seeing(study.id), seeing(other.id), seeing()):
        queue = reviewing.queue(workspace, viewer, reviewing.ReviewFilter())
        needs = found(workspace, K.SUGGESTIONS, viewer)
        assert sum(need.number for need in needs) == queue.total
        assert all(need.since for need in needs)
    assert found(workspace, K.SUGGESTIONS)


def checked(workspace: Workspace, plan_id: int, session: Session) -> None:
    """Keep a check that found one quote."""
    assert session.text_id is not None
    quote = Spot(session.text_id, 10, 20, session.id, session.study_id, 0.9)
    with workspace.write() as unit:
        question = unit.plans.all()[0].facts.questions[0]
        found_ = [QuestionFound(question, 0.9, quotes=(quote,))]
        unit.plans.keep_check(plan_id, "you", workspace.clock(), material(workspace, LOCAL_ADMIN), found_)


def test_plans_ahead_whose_check_is_old_or_stands_on_what_is_gone(workspace: Workspace, clock: Clock) -> None:
    session = a_session(workspace, a_study(workspace))
    asked_ = "What keeps practices from connecting their calendar?"
    made = plans.create(workspace, LOCAL_ADMIN, PlanFacts("Linking", questions=(asked_,), owner="Dana"))
    [never] = found(workspace, K.PLANS)
    assert never.why == "It has never been checked." and never.owner == "Dana"
    checked(workspace, made.id, session)
    assert found(workspace, K.PLANS) == []
    clock.forward(days=PlanningSettings().check_days + 1)
    [old] = found(workspace, K.PLANS)
    assert "days old" in old.why
    checked(workspace, made.id, session)
    a_session(workspace, a_study(workspace, "Elsewhere"), INTERVIEW + "P01: Else.\n")
    [new] = found(workspace, K.PLANS)
    assert "new material" in new.why
    studies.bin_session(workspace, LOCAL_ADMIN, session.id)
    [gone] = found(workspace, K.PLANS)
    assert gone.why == "1 quote it stands on is gone or has changed."
    assert found(workspace, K.PLANS, seeing())[0].why != gone.why  # what one may not see cannot be missed
    study = a_study(workspace, "Over", state=StudyState.DONE)
    plans.attach(workspace, LOCAL_ADMIN, made.id, study.id)
    assert found(workspace, K.PLANS) == []


def test_blind_codings_are_forgotten_after_two_weeks(workspace: Workspace, clock: Clock) -> None:
    study = a_study(workspace)
    a_session(workspace, study)
    agreeing.assign(workspace, LOCAL_ADMIN, "Ana", study_id=study.id, number=1, blind=True)
    clock.forward(days=13)
    assert found(workspace, K.BLIND) == []
    clock.forward(days=2)
    [need] = found(workspace, K.BLIND)
    assert need.owner == "Ana" and need.since == clock() - timedelta(days=15)
    assert found(workspace, K.BLIND, seeing()) == []


def test_gaps_are_listed_most_asked_first(workspace: Workspace) -> None:
    with workspace.write() as unit:
        for words in ("loyalty points", "refunds", "refunds"):
            gaps.note(unit, workspace, words, gaps.SEARCH)
    assert [(need.what, need.owner) for need in found(workspace, K.GAPS)] == [("refunds", ""), ("loyalty points", "")]


def test_no_need_holds_a_participants_word(workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace))
    published(workspace, session, review_on=date(2026, 11, 1))
    studies.bin_session(workspace, LOCAL_ADMIN, session.id)
    said = repr(stewarding.heaps(workspace, LOCAL_ADMIN))
    assert "afraid" not in said and "Petra" not in said


# Reuse


def test_weeks_begin_on_mondays_and_none_is_left_out(workspace: Workspace) -> None:
    with workspace.write() as unit:
        for day, hit in ((date(2026, 11, 22), True), (date(2026, 11, 23), False), (date(2026, 11, 16), True)):
            gaps.tally(unit, gaps.SEARCH, hit, day)
        gaps.tally(unit, gaps.ASK, True, date(2026, 1, 1))
    reuse = reusing.reuse(workspace, LOCAL_ADMIN, weeks=3)
    assert [(week.monday, week.asked) for week in reuse.weeks] == [
        (date(2026, 11, 9), {}),
        (date(2026, 11, 16), {"search": (2, 0)}),
        (date(2026, 11, 23), {"search": (0, 1)}),
    ]
    assert reuse.asked("search") == (2, 1) and reuse.asked("ask") == (0, 0)


def test_reuse_is_counted_from_decisions_that_stand_only(workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace))
    number = published(workspace, session)
    insights.link(workspace, LOCAL_ADMIN, number, LinkKind.DECISION, "We build it", "")
    question = "Do practices fear for their appointments?"
    plan = plans.create(workspace, LOCAL_ADMIN, PlanFacts("Fear", questions=(question,)))
    assert (reusing.reuse(workspace, LOCAL_ADMIN).checked, reusing.reuse(workspace, LOCAL_ADMIN).plans) == (0, 1)
    check = planning.check_plan(workspace, LOCAL_ADMIN, plan.id)
    assert check.found[0].insights == (number,)
    before = reusing.reuse(workspace, LOCAL_ADMIN)
    assert (before.reused, before.linked, before.insights, before.avoided.studies) == (0, 1, 1, 0)
    decided = plans.decide(workspace, LOCAL_ADMIN, plan.id, question, Choice.REUSE, Verdict.ANSWERED)
    after = reusing.reuse(workspace, LOCAL_ADMIN)
    assert (after.reused, after.avoided.reused, after.avoided.studies, after.checked) == (1, 1, 1, 1)
    assert after.links[LinkKind.DECISION] == 1 and after.weeks[-1].checks == 1
    plans.undo_decision(workspace, LOCAL_ADMIN, plan.id, decided.id)
    assert reusing.reuse(workspace, LOCAL_ADMIN).reused == 0
