"""Renaming, merging and roles move no word, reach search and counts, and are remembered for the study."""

import threading

import pytest
from flask.testing import FlaskClient

from ingest.worker import drain
from repository import speakers
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.study import Session
from repository.domain.transcript import Role, RoleSource
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
