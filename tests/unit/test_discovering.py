"""Discovery: candidates whose numbers and members hold still, what is decided about them, and the way back from it."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from numpy.typing import NDArray

from ingest.pipeline import STEPS, TASKS
from ingest.worker import drain
from nlp.hashing import HashingEmbedder
from repository import adopting, discovering, exploring, mapping, regrouping
from repository.candidate_rules import Adopted
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.candidate import Candidate, CandidateState
from repository.domain.coding import CodeFacts
from repository.domain.job import JobState
from repository.domain.study import Study
from repository.domain.transcript import Role, Speaker, Transcript, Turn, TurnKind
from repository.errors import Conflict, Forbidden, NotFound, Rejected
from repository.jobs import DISCOVER, holder_name, run
from repository.mapping import COVERED, PILE, MapFilter
from repository.store import tables as t
from repository.store.discovery import Wanted
from repository.store.segments import Segment, segment_id, words_sha
from repository.workspace import Workspace
from tests.builders import a_study

TOPICS = ("invoice", "calendar", "reminder", "printer", "password", "waiting")
READER = Viewer("ria", PersonRole.READER)
#: Everything that acts on candidates may change.
TABLES = (t.candidate, t.member, t.highlight, t.coding, t.code, t.suggestion)


class Planted:
    """Vectors around a centre for each topic, so that who belongs together is known."""

    fingerprint, dimension, max_tokens, name = "planted-1", 48, 1_000, "planted"

    def embed(self, texts: list[str], *, progress: Any = None) -> NDArray[np.float32]:
        middle = np.random.default_rng(7).normal(size=(len(TOPICS), self.dimension))
        rows = []
        for text in texts:
            topic = next((n for n, word in enumerate(TOPICS) if word in text), -1)
            noise = np.random.default_rng(int(words_sha(text)[:8], 16)).normal(size=self.dimension)
            rows.append(noise if topic < 0 else middle[topic] + noise * 0.35)
        found = np.array(rows, np.float32)
        unit: NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    workspace._embedder = Planted()  # type: ignore[assignment]
    return workspace


def a_talk(workspace: Workspace, study: Study, texts: list[str], *, name: str, role: Role = Role.PARTICIPANT) -> None:
    """Keep a session in which somebody says these passages, one a turn, with their vectors."""
    body, turns = "", []
    for n, text in enumerate(texts):
        turns.append(Turn(n, 0, TurnKind.SPEECH, len(body), len(body) + len(text)))
        body += text + "\n"
    embedder, now = workspace.embedder(), workspace.clock()
    with workspace.write() as unit:
        source = unit.sources.add(
            study_id=study.id, digest=words_sha(body), name=name, size=1, occurred_on=None, consent="", now=now
        )
        transcript = Transcript(body, tuple(turns), (Speaker(name, role),))
        text_id = unit.sessions.keep_transcript(source, transcript, "en", now)
        [session] = unit.sessions.of_source(source.id)
        rows = [
            Segment(
                id=segment_id(text_id, turn.start, turn.end),
                study_id=study.id,
                session_id=session.id,
                text_id=text_id,
                start=turn.start,
                end=turn.end,
                first_turn=turn.idx,
                last_turn=turn.idx,
                role=role,
                words=text,
                words_sha=words_sha(text),
            )
            for turn, text in zip(turns, texts, strict=True)
        ]
        unit.segments.replace(session.id, rows)
        vectors = np.asarray(embedder.embed(texts), "<f4")
        told = {words_sha(text): vector.tobytes() for text, vector in zip(texts, vectors, strict=True)}
        unit.vectors.add(embedder.fingerprint, told)


def said(person: str, topics: tuple[str, ...], each: int = 2) -> list[str]:
    return [f"{person} tells how the {topic} went, time {n} for {person}." for topic in topics for n in range(each)]


def look(workspace: Workspace) -> discovering.Run:
    """Let the task run to its end as a worker does."""
    discovering.start(workspace, LOCAL_ADMIN)
    with workspace.read() as unit:
        job = unit.jobs.on_everything(DISCOVER)
    assert job is not None and run(workspace, job.id, STEPS, threading.Event(), holder_name(), tasks=TASKS)
    job, found = discovering.state(workspace)
    assert job is not None and job.state is JobState.DONE, job
    assert found is not None
    return found


def held(workspace: Workspace) -> dict[str, int]:
    """Give the candidate of all words that have one."""
    with workspace.read() as unit:
        return {m.words_sha: m.candidate_id for m in unit.candidates.members() if not m.turned_away}


def opened(workspace: Workspace) -> list[Candidate]:
    with workspace.read() as unit:
        return unit.candidates.all([CandidateState.OPEN])


def tables(workspace: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    """Give all rows of what acts may change."""
    with workspace.read() as unit:
        sql = unit.codings._sql
        return {x.name: sorted(map(tuple, sql.execute(sa.select(x))), key=repr) for x in TABLES}


def passages_in(workspace: Workspace, candidate_id: int) -> list[int]:
    with workspace.read() as unit:
        return unit.discovery.of_candidates(LOCAL_ADMIN, Wanted(), [candidate_id]).get(candidate_id, [])


def segments(workspace: Workspace, ids: list[int]) -> list[Segment]:
    with workspace.read() as unit:
        return unit.segments.some(ids)


@pytest.fixture
def study(workspace: Workspace) -> Study:
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, enabled=False))
    study = a_study(workspace)
    for n in range(8):
        a_talk(workspace, study, said(f"P{n:02}", TOPICS[:4]), name=f"P{n:02}")
    return study


def test_what_belongs_together_becomes_a_candidate_named_by_its_words(workspace: Workspace, study: Study) -> None:
    found = look(workspace)
    assert (found.passages, found.loose) == (64, 64) and len(found.proposed) == 4
    view = exploring.discovery(workspace, LOCAL_ADMIN, MapFilter())
    assert {card.candidate.name.split(",")[0] for card in view.cards} >= {"invoice", "calendar"}
    for card in view.cards:
        assert not any("P0" in term for term in card.candidate.terms)
        assert (card.participants, card.studies, card.is_new) == (8, 1, True) and card.passages >= 8
        assert len({quote.speaker for quote in card.quotes}) == exploring.QUOTES
    assert view.pile + sum(card.passages for card in view.cards) == view.passages == 64
    placed = mapping.points(workspace, LOCAL_ADMIN, MapFilter())
    assert len(placed.points) == placed.total == 64 and {point.of for point in placed.points} >= set(found.proposed)
    assert all(0 <= point.x <= 1 and 0 <= point.y <= 1 for point in placed.points)


def test_the_same_material_gives_the_same_rows(workspace: Workspace, study: Study) -> None:
    look(workspace)
    before = tables(workspace)
    with workspace.write() as unit:
        sql = unit.codings._sql
        first = sorted(map(tuple, sql.execute(sa.select(t.spot))))
        for table in (t.member, t.candidate, t.spot):
            sql.execute(sa.delete(table))
        sql.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'candidate'"))
    look(workspace)
    assert tables(workspace) == before
    with workspace.read() as unit:
        assert sorted(map(tuple, unit.codings._sql.execute(sa.select(t.spot)))) == first


def test_a_third_more_data_leaves_numbers_and_members_as_they_were(workspace: Workspace, study: Study) -> None:
    look(workspace)
    before, names = held(workspace), {one.id: one.name for one in opened(workspace)}
    with workspace.read() as unit:
        spots = unit.candidates.spots(Planted.fingerprint)
    for n in range(8, 11):
        a_talk(workspace, study, said(f"P{n:02}", TOPICS[:4]), name=f"P{n:02}")
    a_talk(workspace, study, said("P11", TOPICS[4:5], 10), name="P11")
    found = look(workspace)
    after = held(workspace)
    assert all(after[sha] == candidate_id for sha, candidate_id in before.items())
    assert {one.id: one.name for one in opened(workspace)}.items() >= names.items()
    assert sum(found.joined.values()) >= 20, "what is new joins what is there"
    assert len(found.proposed) == 1, "and what is of another kind is proposed"
    [fresh] = found.proposed
    topic = {s.words.split("the ")[1].split(" ")[0] for s in segments(workspace, passages_in(workspace, fresh))}
    assert topic == {"password"} and fresh > max(names)
    with workspace.read() as unit:
        assert unit.candidates.spots(Planted.fingerprint).items() >= spots.items(), "the map holds still"


@pytest.mark.parametrize("count", [0, 1, 5])
def test_little_material_is_no_error(workspace: Workspace, count: int) -> None:
    study = a_study(workspace)
    if count:
        a_talk(workspace, study, said("P01", TOPICS, 1)[:count], name="P01")
    found = look(workspace)
    assert (found.loose, found.pile, found.proposed) == (count, count, ())
    assert exploring.discovery(workspace, LOCAL_ADMIN, MapFilter()).pile == count
    assert len(mapping.points(workspace, LOCAL_ADMIN, MapFilter()).points) == count
    assert len(mapping.pile(workspace, LOCAL_ADMIN, MapFilter()).rows) == count


def test_six_passages_are_grouped_and_the_same_words_are_one(workspace: Workspace) -> None:
    study = a_study(workspace)
    a_talk(workspace, study, said("P01", TOPICS[:2], 3), name="P01")
    assert look(workspace).proposed
    words = said("P01", TOPICS[:1], 1)
    a_talk(workspace, study, words * 3 + ["Yes."] * 4, name="P02")
    look(workspace)
    counted = exploring.discovery(workspace, LOCAL_ADMIN, MapFilter())
    [card] = [card for card in counted.cards if card.candidate.id == held(workspace)[words_sha(words[0])]]
    assert card.participants == 2 and card.passages >= 4
    assert len(mapping.points(workspace, LOCAL_ADMIN, MapFilter()).points) == 13


def test_only_what_participants_said_and_no_code_covers_is_grouped(workspace: Workspace, study: Study) -> None:
    a_talk(workspace, study, [f"What about the waiting, {n}?" for n in range(10)], name="I", role=Role.INTERVIEWER)
    with workspace.read() as unit:
        ids = unit.discovery.pile(LOCAL_ADMIN, Wanted())
    assert len(ids) == 64
    coded, suggested, rejected = segments(workspace, ids[:3])
    regrouping.code(workspace, LOCAL_ADMIN, [coded.id], ["workaround"])
    with workspace.write() as unit:
        sql = unit.codings._sql
        code_id = sql.scalar(sa.select(t.code.c.id).where(t.code.c.slug == "workaround"))
        for segment, state in ((suggested, "pending"), (rejected, "rejected")):
            row: dict[str, Any] = {
                "study_id": study.id,
                "session_id": segment.session_id,
                "text_id": segment.text_id,
                "score": 0.9,
            }
            row |= {
                "start": segment.start,
                "end": segment.end,
                "code_id": code_id,
                "code_version": 1,
                "coder": "machine",
            }
            row |= {"words_sha": segment.words_sha, "reason": {"cues": [], "nearest": ""}, "state": state}
            sql.execute(sa.insert(t.suggestion).values(**row))
    assert look(workspace).loose == 62
    points = {point.id: point.of for point in mapping.points(workspace, LOCAL_ADMIN, MapFilter()).points}
    assert points[str(coded.id)] == points[str(suggested.id)] == COVERED != points[str(rejected.id)]


# What people decide


def first(workspace: Workspace) -> int:
    look(workspace)
    return opened(workspace)[0].id


def test_accepting_makes_a_code_with_examples_and_undoing_leaves_nothing(workspace: Workspace, study: Study) -> None:
    number = first(workspace)
    before, ids = tables(workspace), passages_in(workspace, number)
    facts = CodeFacts("", "Invoices go astray", "What people say about invoices.", cues=("invoice",))
    done = adopting.accept(workspace, LOCAL_ADMIN, number, facts, ids[:3])
    with workspace.read() as unit:
        candidate = unit.candidates.get(number)
        code = next(code for code in unit.codes.all() if code.facts.slug == done.slug)
        codings = unit.codings.codings(LOCAL_ADMIN, code_ids=[code.id])
        examples = unit.examples.latest([code.id], 10)
    assert candidate is not None and (candidate.state, candidate.code_id) == (CandidateState.ACCEPTED, code.id)
    assert code.is_theme and {mark.quote for mark, _, _ in codings} == {s.words for s in segments(workspace, ids[:3])}
    assert len(examples) == 3 and all(example.accepted for example in examples)
    again = look(workspace)
    assert again.proposed == () and number not in {one.id for one in opened(workspace)}, (
        "what is left is not proposed anew"
    )
    assert done.act is not None
    adopting.undo(workspace, LOCAL_ADMIN, done.act)
    assert tables(workspace) == before


def test_a_code_under_a_theme_and_a_name_that_is_taken(workspace: Workspace, study: Study) -> None:
    number = first(workspace)
    before, ids = tables(workspace), passages_in(workspace, number)
    with workspace.read() as unit:
        theme = next(code for code in unit.codes.all() if code.is_theme)
    done = adopting.accept(workspace, LOCAL_ADMIN, number, CodeFacts("", "Fresh", "", parent=theme.facts.slug), ids)
    other = opened(workspace)[0].id
    with pytest.raises(Conflict, match="already"):
        facts = CodeFacts("", "fresh", "", parent=theme.facts.slug)
        adopting.accept(workspace, LOCAL_ADMIN, other, facts, passages_in(workspace, other))
    with pytest.raises(Conflict, match="accepted"):
        adopting.dismiss(workspace, LOCAL_ADMIN, number)
    assert done.act is not None
    adopting.undo(workspace, LOCAL_ADMIN, done.act)
    assert tables(workspace) == before
    with pytest.raises(Conflict, match="already"):
        adopting.undo(workspace, LOCAL_ADMIN, done.act)


def test_a_code_that_is_used_since_is_not_undone_away(workspace: Workspace, study: Study) -> None:
    number = first(workspace)
    ids = passages_in(workspace, number)
    done = adopting.accept(workspace, LOCAL_ADMIN, number, CodeFacts("", "Fresh", ""), ids[:2])
    regrouping.code(workspace, LOCAL_ADMIN, ids[2:3], [done.slug])
    before = tables(workspace)
    assert done.act is not None
    with pytest.raises(Conflict, match="changed since"):
        adopting.undo(workspace, LOCAL_ADMIN, done.act)
    assert tables(workspace) == before


def test_every_act_is_undone_exactly(workspace: Workspace, study: Study) -> None:
    look(workspace)
    a, b, c, *_ = [one.id for one in opened(workspace)]
    some = passages_in(workspace, a)[:3]
    with workspace.read() as unit:
        everything = unit.discovery.seen(LOCAL_ADMIN, passages_in(workspace, a) + passages_in(workspace, b))
    acts: list[Callable[[], Adopted]] = [
        lambda: adopting.rename(workspace, LOCAL_ADMIN, a, "  My own   name "),
        lambda: adopting.dismiss(workspace, LOCAL_ADMIN, a, why="No theme"),
        lambda: adopting.merge(workspace, LOCAL_ADMIN, a, b),
        lambda: adopting.merge_into_code(workspace, LOCAL_ADMIN, a, "workaround", some),
        lambda: adopting.split(workspace, LOCAL_ADMIN, a),
        lambda: regrouping.move(workspace, LOCAL_ADMIN, some, c),
        lambda: regrouping.move(workspace, LOCAL_ADMIN, some, None),
        lambda: regrouping.make(workspace, LOCAL_ADMIN, everything[:5], "Chosen by hand"),
        lambda: regrouping.make(workspace, LOCAL_ADMIN, everything[:1]),
        lambda: regrouping.code(workspace, LOCAL_ADMIN, some, ["workaround"]),
    ]
    states = []
    done = []
    for act in acts:  # each alone
        before = tables(workspace)
        one = act()
        assert tables(workspace) != before and one.act is not None, one
        adopting.undo(workspace, LOCAL_ADMIN, one.act)
        assert tables(workspace) == before, one
    for act in (acts[0], acts[5], acts[7], acts[9], acts[2]):  # one upon the other
        states.append(tables(workspace))
        done.append(act())
    for state, one in zip(reversed(states), reversed(done), strict=True):
        assert one.act is not None
        adopting.undo(workspace, LOCAL_ADMIN, one.act)
        assert tables(workspace) == state, one
    with workspace.read() as unit:
        kept = str(unit.codings._sql.execute(sa.select(t.act.c.told, t.act.c.inverse)).all())
    assert "tells how" not in kept, "nothing that participants said is kept with acts"


def test_undoing_is_refused_where_somebody_went_on_but_not_where_the_machine_did(
    workspace: Workspace, study: Study
) -> None:
    look(workspace)
    a, b, *_ = [one.id for one in opened(workspace)]
    renamed = adopting.rename(workspace, LOCAL_ADMIN, a, "One")
    adopting.rename(workspace, LOCAL_ADMIN, a, "Two")
    assert renamed.act is not None
    with pytest.raises(Conflict, match="changed since"):
        adopting.undo(workspace, LOCAL_ADMIN, renamed.act)
    merged = adopting.merge(workspace, LOCAL_ADMIN, a, b)
    a_talk(workspace, study, said("P30", TOPICS[:4], 4), name="P30")
    look(workspace)
    assert merged.act is not None
    adopting.undo(workspace, LOCAL_ADMIN, merged.act)
    assert {one.id for one in opened(workspace)} >= {a, b} and passages_in(workspace, a)


def test_what_was_dismissed_is_not_proposed_again(workspace: Workspace, study: Study) -> None:
    number = first(workspace)
    words = {s.words.split("the ")[1].split(" ")[0] for s in segments(workspace, passages_in(workspace, number))}
    adopting.dismiss(workspace, LOCAL_ADMIN, number)
    for n in range(40, 46):
        a_talk(workspace, study, said(f"P{n}", tuple(words), 6), name=f"P{n}")
        assert look(workspace).proposed == ()
    view = exploring.discovery(workspace, LOCAL_ADMIN, MapFilter(state=CandidateState.DISMISSED))
    assert [card.candidate.id for card in view.cards] == [number] and view.cards[0].passages > 40
    assert number not in {one.id for one in opened(workspace)}


def test_what_was_taken_out_does_not_come_back_and_what_was_put_in_stays(workspace: Workspace, study: Study) -> None:
    look(workspace)
    a, b, *_ = [one.id for one in opened(workspace)]
    out, over, *_ = segments(workspace, passages_in(workspace, a))
    regrouping.move(workspace, LOCAL_ADMIN, [out.id], None)
    regrouping.move(workspace, LOCAL_ADMIN, [over.id], b)
    look(workspace)
    now = held(workspace)
    assert now.get(out.words_sha) != a and now[over.words_sha] == b


def test_a_name_given_by_a_person_stays_and_a_split_keeps_the_number(workspace: Workspace, study: Study) -> None:
    look(workspace)
    a, b, *_ = [one.id for one in opened(workspace)]
    adopting.merge(workspace, LOCAL_ADMIN, b, a)
    adopting.rename(workspace, LOCAL_ADMIN, a, "Money and time")
    count = len(passages_in(workspace, a))
    adopting.split(workspace, LOCAL_ADMIN, a)
    numbers = {one.id: one.name for one in opened(workspace)}
    assert numbers[a] == "Money and time" and max(numbers) > 4
    fresh = [i for i in numbers if i > 4]
    assert sum(len(passages_in(workspace, i)) for i in (a, *fresh)) == count
    look(workspace)
    assert {one.id: one.name for one in opened(workspace)} == numbers


def test_a_candidate_of_which_nothing_is_left_is_gone_and_may_return(workspace: Workspace, study: Study) -> None:
    number = first(workspace)
    done = regrouping.code(workspace, LOCAL_ADMIN, passages_in(workspace, number), ["workaround"])
    assert look(workspace).gone == (number,)
    with workspace.read() as unit:
        candidate = unit.candidates.get(number)
    assert candidate is not None and candidate.state is CandidateState.GONE
    assert done.act is not None
    adopting.undo(workspace, LOCAL_ADMIN, done.act)
    look(workspace)
    assert number in {one.id for one in opened(workspace)}
    with workspace.write() as unit:
        unit.codings._sql.execute(sa.delete(t.segment))
    look(workspace)
    assert held(workspace) == {} and opened(workspace) == []


# Who sees what


def test_a_viewer_sees_and_counts_only_their_studies(workspace: Workspace, study: Study) -> None:
    other = a_study(workspace, "Elsewhere")
    a_talk(workspace, other, said("P50", TOPICS[:1], 3) + said("P50", TOPICS[5:], 12), name="P50")
    look(workspace)
    viewer = Viewer("ana", PersonRole.RESEARCHER, frozenset({study.id}))
    mine, everybody = (exploring.discovery(workspace, who, MapFilter()) for who in (viewer, LOCAL_ADMIN))
    hidden = {c.candidate.id for c in everybody.cards} - {c.candidate.id for c in mine.cards}
    assert len(hidden) == 1 and mine.passages == 64 and all(card.studies == 1 for card in mine.cards)
    assert {quote.study_id for card in mine.cards for quote in card.quotes} == {study.id}
    [secret] = hidden
    assert secret not in {one.id for one in mine.open}
    with pytest.raises(NotFound):
        exploring.candidate(workspace, viewer, secret)
    ids = passages_in(workspace, secret)
    assert mapping.passages(workspace, viewer, ids[:5]) == ()
    assert not {point.id for point in mapping.points(workspace, viewer, MapFilter()).points} & {str(i) for i in ids}
    with pytest.raises(NotFound):
        regrouping.code(workspace, viewer, ids, ["workaround"])
    with pytest.raises(NotFound):
        regrouping.make(workspace, viewer, ids)
    narrowed = exploring.discovery(workspace, LOCAL_ADMIN, MapFilter(Wanted(study_id=other.id)))
    assert narrowed.passages == 15 and all(card.participants == 1 for card in narrowed.cards)


def test_readers_decide_nothing(workspace: Workspace, study: Study) -> None:
    number = first(workspace)
    ids = passages_in(workspace, number)
    acts: list[Callable[[], object]] = [
        lambda: discovering.start(workspace, READER),
        lambda: adopting.rename(workspace, READER, number, "x"),
        lambda: adopting.dismiss(workspace, READER, number),
        lambda: adopting.split(workspace, READER, number),
        lambda: adopting.accept(workspace, READER, number, CodeFacts("", "x", ""), ids),
        lambda: regrouping.code(workspace, READER, ids, ["workaround"]),
        lambda: regrouping.make(workspace, READER, ids),
        lambda: adopting.undo(workspace, READER, 1),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()
    assert exploring.discovery(workspace, READER, MapFilter()).cards


def test_the_filter_narrows_by_words_and_cohort(workspace: Workspace, study: Study) -> None:
    look(workspace)
    found = exploring.discovery(workspace, LOCAL_ADMIN, MapFilter(Wanted(words="INVOICE")))
    assert found.passages == 16 and {card.participants for card in found.cards} == {8}
    assert exploring.discovery(workspace, LOCAL_ADMIN, MapFilter(Wanted(words="100%"))).passages == 0
    with workspace.write() as unit:
        sql = unit.codings._sql
        account = unit.people.add_account("a", "A", "large")
        person = unit.people.add_participant("PX", "nurse", account)
        speaker = sql.scalar(sa.select(sa.func.max(t.speaker.c.id)))
        sql.execute(sa.update(t.speaker).where(t.speaker.c.id == speaker).values(participant_id=person))
    for wanted in (Wanted(cohort="large"), Wanted(role="nurse")):
        found = exploring.discovery(workspace, LOCAL_ADMIN, MapFilter(wanted))
        assert found.passages == 8 and all((card.participants, card.accounts) == (1, 1) for card in found.cards)
    assert "large" in found.cohorts and "nurse" in found.roles


def test_the_pile_names_what_is_nearest(workspace: Workspace, study: Study) -> None:
    a_talk(workspace, study, [f"Something else entirely, number {n}" for n in range(6)], name="P70")
    look(workspace)
    number = opened(workspace)[0].id
    chosen = segments(workspace, passages_in(workspace, number))[0]
    regrouping.move(workspace, LOCAL_ADMIN, [chosen.id], None)
    view = mapping.pile(workspace, LOCAL_ADMIN, MapFilter())
    [row] = [row for row in view.rows if row.passage.id == chosen.id]
    assert row.candidates[0].id == number and row.code is not None
    points = {point.id: point.of for point in mapping.points(workspace, LOCAL_ADMIN, MapFilter()).points}
    assert points[str(chosen.id)] == PILE and view.total == sum(of == PILE for of in points.values())


def test_bad_input_is_refused(workspace: Workspace, study: Study) -> None:
    number = first(workspace)
    ids = passages_in(workspace, number)
    for name in ("", " " * 9, "x" * 201):
        with pytest.raises(Rejected):
            adopting.rename(workspace, LOCAL_ADMIN, number, name)
    with pytest.raises(Rejected):
        adopting.merge(workspace, LOCAL_ADMIN, number, number)
    with pytest.raises(Rejected):
        regrouping.code(workspace, LOCAL_ADMIN, [], ["workaround"])
    with pytest.raises(Rejected):
        regrouping.move(workspace, LOCAL_ADMIN, range(1, 3_000), None)
    acts: list[Callable[[], object]] = [
        lambda: adopting.dismiss(workspace, LOCAL_ADMIN, 999),
        lambda: regrouping.code(workspace, LOCAL_ADMIN, ids, ["no-such"]),
        lambda: regrouping.make(workspace, LOCAL_ADMIN, [1, 2]),
        lambda: adopting.undo(workspace, LOCAL_ADMIN, 999),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()
    other = opened(workspace)[1].id
    with pytest.raises(Conflict):
        adopting.accept(workspace, LOCAL_ADMIN, number, CodeFacts("", "x", ""), passages_in(workspace, other))


# The work


def test_it_begins_by_itself_when_enough_is_new(workspace: Workspace, study: Study) -> None:
    def grown() -> bool:
        return discovering.start_if_grown(workspace)

    assert grown() and not grown(), "queued once"
    drain(workspace, [], threading.Event())
    job, found = discovering.state(workspace)
    assert job is not None and job.state is JobState.DONE and found is not None and not grown()
    a_talk(workspace, study, said("P80", TOPICS[:1], 6), name="P80")
    assert not grown(), "6 more than 64 is less than a tenth"
    a_talk(workspace, study, said("P81", TOPICS[:1], 6), name="P81")
    assert grown()


def test_another_model_keeps_the_candidates(workspace: Workspace, study: Study) -> None:
    look(workspace)
    before, numbers = held(workspace), [one.id for one in opened(workspace)]
    other = HashingEmbedder(64)
    workspace._embedder = other
    with workspace.write() as unit:
        rows = unit.discovery.words(before.keys())
        shas = sorted(rows)
        vectors = np.asarray(other.embed([rows[sha] for sha in shas]), "<f4")
        unit.vectors.add(other.fingerprint, {sha: v.tobytes() for sha, v in zip(shas, vectors, strict=True)})
    look(workspace)
    assert held(workspace).items() >= before.items() and {one.id for one in opened(workspace)} >= set(numbers)
    with workspace.read() as unit:
        assert unit.candidates.centres(numbers, other.fingerprint).keys() == set(numbers)
    assert exploring.discovery(workspace, LOCAL_ADMIN, MapFilter()).cards[0].quotes
