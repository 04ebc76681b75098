"""Renaming, merging and roles move no word, reach search and counts, and are remembered for the study."""

import re
import threading

import pytest
from flask.testing import FlaskClient

from ingest.worker import drain
from repository import participants, speakers
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.study import Session
from repository.domain.transcript import KnownSpeaker, Role, RoleSource
from repository.errors import Conflict, Forbidden, NotFound, Rejected
from repository.recall import Recall
from repository.search import Query, search
from repository.workspace import Workspace
from tests.builders import a_session, a_study, done
from tests.unit.test_web import token

TALK = "Dana: What do you do?\nMerle: I count the slots.\nM. Voss: I count them twice.\nDana: And then?\nMerle: Home.\n"


@pytest.fixture
def session(workspace: Workspace) -> Session:
    return a_session(workspace, a_study(workspace), TALK)


def rows(workspace: Workspace, session: Session) -> dict[str, speakers.SpeakerRow]:
    return {row.label: row for row in speakers.people(workspace, LOCAL_ADMIN, session.id).speakers}


def again(workspace: Workspace) -> None:
    with workspace.read() as unit:
        due = unit.jobs.due(workspace.clock())
    done(workspace, *due)


def body(workspace: Workspace, session: Session) -> str:
    with workspace.read() as unit:
        revision = unit.sessions.revision(session.text_id or 0)
    assert revision is not None
    return revision.body


def test_a_new_name_is_shown_found_and_remembered_and_no_word_moves(workspace: Workspace, session: Session) -> None:
    before = body(workspace, session)
    merle = rows(workspace, session)["Merle"]
    speakers.change(workspace, LOCAL_ADMIN, session.id, merle.id, label=" P07 ", role=Role.PARTICIPANT)
    again(workspace)
    assert body(workspace, session) == before
    changed = rows(workspace, session)["P07"]
    assert (changed.raw_label, changed.role_source, changed.turns) == ("Merle", RoleSource.PERSON, 2)
    assert {hit.speaker for group in search(workspace, LOCAL_ADMIN, Query("count")).groups for hit in group.hits}
    assert search(workspace, LOCAL_ADMIN, Query("P07")).count > 0
    assert search(workspace, LOCAL_ADMIN, Query("Merle")).count == 0
    with workspace.read() as unit:
        assert unit.roster.of_study(session.study_id)["Merle"].label == "P07"
    later = a_session(workspace, a_study(workspace, "Else"), TALK)
    assert "Merle" in rows(workspace, later)  # another study knows nothing of it


def test_a_new_role_reaches_the_filter_of_a_running_search(workspace: Workspace, session: Session) -> None:
    def found(role: Role) -> int:
        return search(workspace, LOCAL_ADMIN, Query("home", roles=(role,))).count

    assert found(Role.OTHER) == 0
    recall = workspace.neighbours
    assert isinstance(recall, Recall)
    for label in ("Merle", "M. Voss", "Dana"):
        own = rows(workspace, session)[label]
        speakers.change(workspace, LOCAL_ADMIN, session.id, own.id, label=label, role=Role.OTHER)
    with workspace.read() as unit:
        due = unit.jobs.due(workspace.clock())
    drain(workspace, due, threading.Event())
    recall.refresh()
    assert found(Role.OTHER) > 0 and found(Role.UNKNOWN) == 0
    near = recall.nearest(workspace.embedder().embed(["home"])[0], 9, sessions=[session.id], roles=[Role.OTHER])
    assert near and not recall.nearest(
        workspace.embedder().embed(["home"])[0], 9, sessions=[session.id], roles=[Role.PARTICIPANT]
    )


def test_two_labels_of_one_person_are_merged_and_parted(workspace: Workspace, session: Session) -> None:
    before = body(workspace, session)
    own = rows(workspace, session)
    speakers.merge(workspace, LOCAL_ADMIN, session.id, own["M. Voss"].id, own["Merle"].id)
    again(workspace)
    merged = rows(workspace, session)
    assert set(merged) == {"Dana", "Merle"} and merged["Merle"].turns == 3
    assert [raw for _, raw in merged["Merle"].merged] == ["M. Voss"]
    assert body(workspace, session) == before
    speakers.part(workspace, LOCAL_ADMIN, session.id, own["M. Voss"].id)
    again(workspace)
    assert {label: row.turns for label, row in rows(workspace, session).items()} == {
        "Dana": 2,
        "Merle": 2,
        "M. Voss": 1,
    }


def test_a_chain_of_merges_comes_apart_as_the_file_says(workspace: Workspace, session: Session) -> None:
    own = rows(workspace, session)
    speakers.merge(workspace, LOCAL_ADMIN, session.id, own["M. Voss"].id, own["Merle"].id)
    speakers.merge(workspace, LOCAL_ADMIN, session.id, own["Merle"].id, own["Dana"].id)
    assert rows(workspace, session)["Dana"].turns == 5
    speakers.part(workspace, LOCAL_ADMIN, session.id, own["Merle"].id)
    assert {label: row.turns for label, row in rows(workspace, session).items()} == {"Dana": 3, "Merle": 2}


def test_what_is_not_possible_is_refused(workspace: Workspace, session: Session) -> None:
    own = rows(workspace, session)
    merle = own["Merle"].id
    with pytest.raises(Conflict, match="Another speaker is called"):
        speakers.change(workspace, LOCAL_ADMIN, session.id, merle, label="Dana", role=Role.OTHER)
    with pytest.raises(Rejected):
        speakers.change(workspace, LOCAL_ADMIN, session.id, merle, label=" \0 ", role=Role.OTHER)
    with pytest.raises(Rejected, match="those of a participant"):
        about = participants.About("Acme")
        speakers.change(workspace, LOCAL_ADMIN, session.id, merle, label="Merle", role=Role.OTHER, about=about)
    with pytest.raises(Rejected):
        speakers.merge(workspace, LOCAL_ADMIN, session.id, merle, merle)
    for act in (
        lambda: speakers.merge(workspace, LOCAL_ADMIN, session.id, 999, merle),
        lambda: speakers.part(workspace, LOCAL_ADMIN, session.id, merle),
        lambda: speakers.change(workspace, LOCAL_ADMIN, 999, merle, label="x", role=Role.OTHER),
        lambda: speakers.people(workspace, Viewer("v", PersonRole.READER, frozenset()), session.id),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Forbidden):
        speakers.change(workspace, Viewer("r", PersonRole.READER, None), session.id, merle, label="x", role=Role.OTHER)


def undo(workspace: Workspace, session: Session, told: speakers.Told) -> speakers.Told:
    assert told.act is not None
    return speakers.undo(workspace, LOCAL_ADMIN, session.id, told.act)


def turns(workspace: Workspace, session: Session) -> dict[str, int]:
    return {label: row.turns for label, row in rows(workspace, session).items()}


def test_a_merge_is_undone_also_in_a_chain(workspace: Workspace, session: Session) -> None:
    own, before = rows(workspace, session), turns(workspace, session)
    with workspace.read() as unit:
        roster = unit.roster.of_study(session.study_id)
    first = speakers.merge(workspace, LOCAL_ADMIN, session.id, own["M. Voss"].id, own["Merle"].id)
    second = speakers.merge(workspace, LOCAL_ADMIN, session.id, own["Merle"].id, own["Dana"].id)
    assert turns(workspace, session) == {"Dana": 5}
    with pytest.raises(Conflict, match="changed since"):
        undo(workspace, session, first)
    assert "Undone" in undo(workspace, session, second).told
    assert turns(workspace, session) == {"Dana": 2, "Merle": 3}
    assert [raw for _, raw in rows(workspace, session)["Merle"].merged] == ["M. Voss"]
    undo(workspace, session, first)
    assert turns(workspace, session) == before
    with pytest.raises(Conflict, match="already"):
        undo(workspace, session, first)
    with workspace.read() as unit:
        assert unit.roster.of_study(session.study_id) == roster
        assert unit.acts.last(session.id, LOCAL_ADMIN.person, speakers.KINDS) is None


def test_a_change_is_undone_and_takes_the_new_participant_with_it(workspace: Workspace, session: Session) -> None:
    merle = rows(workspace, session)["Merle"]
    change = {"label": "Merle", "role": Role.PARTICIPANT}
    told = speakers.change(workspace, LOCAL_ADMIN, session.id, merle.id, participant="P07", **change)
    assert told.told == "Kept, and P07 is a participant now."
    for viewer, error in (
        (Viewer("r", PersonRole.READER, None), Forbidden),
        (Viewer("other", PersonRole.RESEARCHER, None), Forbidden),
        (Viewer("s", PersonRole.RESEARCHER, frozenset()), NotFound),
    ):
        with pytest.raises(error):
            speakers.undo(workspace, viewer, session.id, told.act or 0)
    undo(workspace, session, told)
    assert rows(workspace, session)["Merle"] == merle
    assert participants.register(workspace) == participants.Register((), (), ())
    with workspace.read() as unit:
        assert "Merle" not in unit.roster.of_study(session.study_id)


def test_a_participant_is_made_by_label_once_whatever_the_case(workspace: Workspace, session: Session) -> None:
    own = rows(workspace, session)
    about = participants.About(" Acme  Care ", "trial", "nurse")
    for label, typed in (("Merle", " P07 "), ("M. Voss", "p07")):
        change = {"label": label, "role": Role.PARTICIPANT, "participant": typed, "about": about}
        speakers.change(workspace, LOCAL_ADMIN, session.id, own[label].id, **change)
    [made] = participants.register(workspace).participants
    assert made.account is not None
    assert (made.label, made.role, made.account.name, made.account.cohort) == ("P07", "nurse", "Acme Care", "trial")
    assert {row.participant_id for row in rows(workspace, session).values()} == {None, made.id}


def test_what_is_said_of_a_participant_fills_gaps_and_contradicts_nothing(workspace: Workspace) -> None:
    def enter(label: str, *about: str) -> int:
        return participants.enter(workspace, LOCAL_ADMIN, label, participants.About(*about))[0]

    number = enter("P1")
    assert enter("p1", "Acme", "", "nurse") == enter("P1", "", "trial") == number
    assert enter("P2", "ACME", "trial") != number
    one, two = participants.register(workspace).participants
    assert one.account == two.account and one.account is not None and one.account.cohort == "trial"
    for label, *about in (
        ("P1", "Other"),
        ("P1", "Acme", "paying"),
        ("P1", "", "", "doctor"),
        ("P3", "Acme", "paying"),
    ):
        with pytest.raises(Conflict):
            enter(label, *about)
    with pytest.raises(Rejected):
        enter("P3", "", "trial")
    with pytest.raises(Rejected):
        enter(" ")
    with pytest.raises(Forbidden):
        participants.enter(workspace, Viewer("r", PersonRole.READER, None), "P9")
    assert len(participants.register(workspace).participants) == 2


def test_only_a_participant_nobody_is_can_be_removed_and_no_turn_goes_with_it(
    workspace: Workspace, session: Session
) -> None:
    before, merle = turns(workspace, session), rows(workspace, session)["Merle"]
    change = {"label": "Merle", "role": Role.PARTICIPANT}
    speakers.change(workspace, LOCAL_ADMIN, session.id, merle.id, participant="P07", **change)
    [made] = participants.register(workspace).participants
    with pytest.raises(Conflict):
        participants.remove(workspace, LOCAL_ADMIN, made.id)
    with workspace.write() as unit:  # another label that the study knew as the same person
        unit.roster.keep(session.study_id, {"Mer": KnownSpeaker("Mer", Role.PARTICIPANT, made.id)})
    speakers.change(workspace, LOCAL_ADMIN, session.id, merle.id, **change)
    assert [one.label for one in participants.register(workspace).unused] == ["P07"]
    with pytest.raises(Forbidden):
        participants.remove(workspace, Viewer("r", PersonRole.READER, None), made.id)
    assert participants.remove(workspace, LOCAL_ADMIN, made.id) == "P07"
    with pytest.raises(NotFound):
        participants.remove(workspace, LOCAL_ADMIN, made.id)
    assert turns(workspace, session) == before
    with workspace.read() as unit:
        assert unit.roster.of_study(session.study_id)["Mer"].participant_id is None


def test_the_page(client: FlaskClient, workspace: Workspace, session: Session) -> None:
    own = rows(workspace, session)
    page = client.get(f"/transcripts/{session.id}/speakers").get_data(as_text=True)
    assert "M. Voss" in page and "The same person as" in page
    address = f"/transcripts/{session.id}/speakers/{own['M. Voss'].id}"
    form = {"csrf_token": token(client), "label": "P08", "role": "participant"}
    assert client.post(address, data=form).status_code == 303
    assert rows(workspace, session)["P08"].role is Role.PARTICIPANT
    form = {"csrf_token": token(client), "same_as": str(own["Merle"].id)}
    assert client.post(address, data=form).status_code == 303
    assert "Also called “M. Voss”" in client.get(f"/transcripts/{session.id}/speakers").get_data(as_text=True)
    assert client.post(f"{address}/part", data={"csrf_token": token(client)}).status_code == 303
    assert "M. Voss" in rows(workspace, session)
    assert client.post(address, data={"csrf_token": token(client), "label": "x", "role": "king"}).status_code == 422


def test_the_page_makes_participants_and_undoes(client: FlaskClient, workspace: Workspace, session: Session) -> None:
    base, merle = f"/transcripts/{session.id}/speakers", rows(workspace, session)["Merle"]

    def send(address: str, **form: str) -> str:
        assert client.post(address, data={"csrf_token": token(client), **form}).status_code == 303
        return client.get(base).get_data(as_text=True)

    facts = {"account": "Acme", "cohort": "trial", "role_of": "nurse"}
    page = send(f"{base}/{merle.id}", label="Merle", role="participant", participant="P07", **facts)
    assert "P07 is a participant now." in page and '<option value="P07">Acme</option>' in page
    assert "nurse · Acme · trial" in page
    way_back = re.search(r'action="([^"]+/acts/\d+/undo)"', page)
    assert way_back
    page = send(way_back[1])
    assert "Undone:" in page and '<option value="P07">' not in page
    page = send(f"{base}/{merle.id}", same_as=str(rows(workspace, session)["Dana"].id))
    way_back = re.search(r'action="([^"]+/acts/\d+/undo)"', page)
    assert way_back and "They are one person now." in page
    assert "Also called" not in send(way_back[1])
    participants.enter(workspace, LOCAL_ADMIN, "P99")
    page = client.get(base).get_data(as_text=True)
    remove = re.search(r'action="([^"]+/participants/\d+/remove)"', page)
    assert remove and "P99" in page
    assert "P99 is not in the register any more." in send(remove[1])
