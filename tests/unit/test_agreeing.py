"""Coders side by side: counted over the same turns, blind where it was asked for, and equal to counting by hand."""

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from nlp.agreement import agreement
from repository import agreeing, reading
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.study import Session
from repository.errors import NotFound, Rejected
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.unit.test_codebook_changes import ANA, BEN, put
from tests.unit.test_web import token


@pytest.fixture
def session(workspace: Workspace) -> Session:
    return a_session(workspace, a_study(workspace))


def test_kappa_and_alpha_of_a_worked_example() -> None:
    # Ten units: both 4, only the first 1, only the second 2, neither 3. po = .7, pe = .5*.6 + .5*.4 = .5
    first = np.array([1] * 4 + [1] + [0] * 2 + [0] * 3, bool)
    second = np.array([1] * 4 + [0] + [1] * 2 + [0] * 3, bool)
    found = agreement(first, second)
    assert (found.both, found.only_first, found.only_second, found.neither) == (4, 1, 2, 3)
    assert found.kappa == pytest.approx(0.4) and found.share == pytest.approx(0.7)
    # Krippendorff: 20 values, 11 ones and 9 nought; Do = 6/20, De = 2*11*9/(20*19)
    assert found.alpha == pytest.approx(1 - (6 / 20) / (2 * 11 * 9 / (20 * 19)))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40))
def test_agreement_is_the_same_from_both_sides(pairs: list[tuple[bool, bool]]) -> None:
    first, second = (np.array([pair[side] for pair in pairs], bool) for side in (0, 1))
    one, other = agreement(first, second), agreement(second, first)
    assert (one.only_first, one.only_second) == (other.only_second, other.only_first)
    if one.kappa is None:
        assert other.kappa is None
    else:
        assert other.kappa == pytest.approx(one.kappa) and -1 <= one.kappa <= 1


def test_two_who_code_the_same_turn_agree_whatever_the_words(workspace: Workspace, session: Session) -> None:
    put(workspace, session, "afraid it would overwrite", "workaround", by=ANA)
    put(workspace, session, "appointments", "workaround", by=BEN)
    put(workspace, session, "phoned support twice", "hard-to-get-started", by=BEN)
    for coder in (ANA, BEN):
        agreeing.finish(workspace, coder, session.id)
    found = agreeing.compare(workspace, LOCAL_ADMIN, "Ana", "Ben")
    assert found.turns == 3 and [s.id for s in found.sessions] == [session.id]
    by_slug = {row.code.facts.slug: row.found for row in found.codes}
    assert (by_slug["workaround"].both, by_slug["workaround"].kappa) == (1, 1.0)
    assert (by_slug["hard-to-get-started"].only_second, by_slug["hard-to-get-started"].kappa) == (1, 0.0)
    [differs] = found.disagreements
    assert differs.first == () and len(differs.second) == 1 and "phoned support" in differs.words
    assert agreeing.lowest(workspace, LOCAL_ADMIN)[found.codes[0].code.id][0] == 0.0


def test_only_what_both_have_finished_counts(workspace: Workspace, session: Session) -> None:
    put(workspace, session, "afraid", "workaround", by=ANA)
    agreeing.finish(workspace, ANA, session.id)
    assert agreeing.compare(workspace, LOCAL_ADMIN, "Ana", "Ben").sessions == ()
    agreeing.finish(workspace, BEN, session.id)
    assert len(agreeing.compare(workspace, LOCAL_ADMIN, "Ana", "Ben").sessions) == 1
    agreeing.finish(workspace, BEN, session.id, done=False)
    assert agreeing.compare(workspace, LOCAL_ADMIN, "Ana", "Ben").sessions == ()
    stranger = Viewer("Zoe", PersonRole.RESEARCHER, frozenset())
    assert agreeing.compare(workspace, stranger, "Ana", agreeing.MACHINE).sessions == ()
    with pytest.raises(NotFound):
        agreeing.finish(workspace, stranger, session.id)


def test_who_codes_blind_sees_only_their_own_until_finished(workspace: Workspace, session: Session) -> None:
    put(workspace, session, "afraid", "workaround", by=ANA)
    agreeing.assign(workspace, ANA, "Ben", study_id=session.study_id, number=1, blind=True)
    assert reading.transcript(workspace, ANA, session.id).highlights
    seen = reading.transcript(workspace, BEN, session.id)
    assert seen.highlights == () and seen.suggestions == () and seen.assignment and seen.assignment.hides
    put(workspace, session, "overwrite", "workaround", by=BEN)
    assert [h.quote for h in reading.transcript(workspace, BEN, session.id).highlights] == ["overwrite"]
    agreeing.finish(workspace, BEN, session.id)
    assert len(reading.transcript(workspace, BEN, session.id).highlights) == 2
    with pytest.raises(Rejected, match="blind"):
        agreeing.finish(workspace, BEN, session.id, done=False)


def test_transcripts_are_given_by_chance_and_once(workspace: Workspace) -> None:
    study = a_study(workspace)
    made = [a_session(workspace, study, f"P0{n}: I said number {n} and then some.", name=f"{n}.txt") for n in range(4)]
    agreeing.finish(workspace, ANA, made[3].id)
    assert agreeing.assign(workspace, ANA, "Ben", study_id=study.id, number=2, blind=True, seed=1) == 2
    first = {given.session_id for given, _ in agreeing.assignments(workspace, ANA) if given.coder == "Ben"}
    assert made[3].id in first, "what can be compared comes first"
    assert agreeing.assign(workspace, ANA, "Ben", study_id=study.id, number=9, blind=True, seed=1) == 2
    with pytest.raises(NotFound):
        agreeing.assign(workspace, ANA, "Ben", study_id=study.id, number=1, blind=True)
    for coder, number in (("", 1), ("machine", 1), ("Eve", 0)):
        with pytest.raises(Rejected):
            agreeing.assign(workspace, ANA, coder, study_id=study.id, number=number, blind=True)


def test_the_page_compares_and_lets_two_people_code_at_one_browser(client: FlaskClient, session: Session) -> None:
    client.post("/agreement/me", data={"csrf_token": token(client), "name": " Ben  B. "})
    assert "You code as <strong>Ben B.</strong>" in client.get("/agreement").text
    client.post(f"/agreement/finish/{session.id}", data={"csrf_token": token(client), "done": "yes"})
    assert "You have finished coding this" in client.get(f"/transcripts/{session.id}").text
    page = client.get("/agreement?first=Ben+B.&second=machine").text
    assert "Cohen’s kappa" in page and "1 transcript" in page
    assert client.get("/agreement?first=x&second=x").status_code == 422
    assert client.post("/agreement/me", data={"csrf_token": token(client), "name": ""}).status_code == 422
