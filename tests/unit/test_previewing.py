"""Look before it counts: previews, choices, rosters, near-duplicates; and nothing is lost or added by itself."""

import html
import io
import re
import zipfile

import pytest
from flask.testing import FlaskClient

from ingest import previewing
from ingest.intake import accept
from ingest.readers.received import Choices
from repository import participants
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.source import Source
from repository.domain.transcript import KnownSpeaker, Role, RoleSource
from repository.errors import Conflict, Forbidden, NotFound
from repository.search import Query, search
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_session, a_study, done
from tests.conftest import Clock
from tests.unit.test_web import token
from web.pages.uploading import AT_ONCE

TABLE = "Who,Said,Mood\nAna,The export takes an hour of my Monday.,3\nBen,I gave up on the export long ago.,1\n"


def hold(workspace: Workspace, study_id: int, data: str | bytes = INTERVIEW, name: str = "p01.txt") -> Source:
    data = data.encode() if isinstance(data, str) else data
    return accept(workspace, LOCAL_ADMIN, study_id=study_id, name=name, data=data, held=True).source


def say_yes(workspace: Workspace, source: Source, **people: KnownSpeaker) -> None:
    job = previewing.confirm(
        workspace, LOCAL_ADMIN, source.id, occurred_on=None, consent="", choices=Choices(), people=people
    )
    [ended] = done(workspace, job)
    assert ended.error is None


def test_a_file_waits_until_somebody_says_yes(workspace: Workspace) -> None:
    study = a_study(workspace)
    source = hold(workspace, study.id)
    with workspace.read() as unit:
        assert unit.jobs.of_source(source.id) is None
    [preview] = previewing.waiting(workspace, LOCAL_ADMIN)
    assert (preview.shape, preview.turns, preview.problem) == ("Plain text with speakers", 6, "")
    assert [(p.raw_label, p.role, p.turns) for p in preview.speakers] == [
        ("Interviewer", Role.INTERVIEWER, 3),
        ("P01", Role.PARTICIPANT, 3),
    ]
    assert preview.first[0][:2] == ("Interviewer", "What keeps you from connecting your calendar?")
    say_yes(workspace, source)
    assert previewing.waiting(workspace, LOCAL_ADMIN) == ()
    assert search(workspace, LOCAL_ADMIN, Query("calendar overwrite")).count > 0
    with pytest.raises(NotFound):
        say_yes(workspace, source)


def test_the_same_bytes_wait_once_and_adding_them_otherwise_ends_the_waiting(workspace: Workspace) -> None:
    study = a_study(workspace)
    first, again = hold(workspace, study.id), hold(workspace, study.id)
    assert first.id == again.id and previewing.count(workspace, LOCAL_ADMIN) == 1
    accepted = accept(workspace, LOCAL_ADMIN, study_id=study.id, name="p01.txt", data=INTERVIEW.encode())
    assert accepted.job_id is not None and previewing.count(workspace, LOCAL_ADMIN) == 0


def test_who_was_named_once_is_known_in_the_next_file(workspace: Workspace) -> None:
    study = a_study(workspace)
    source = hold(workspace, study.id, "Dana: What do you do?\nMerle: I count.\nDana: And then?\nMerle: I go home.\n")
    say_yes(
        workspace,
        source,
        Dana=KnownSpeaker("Dana (us)", Role.INTERVIEWER, None, RoleSource.PERSON),
        Merle=KnownSpeaker("P07", Role.PARTICIPANT, None, RoleSource.PERSON),
    )
    with workspace.read() as unit:
        [session] = unit.sessions.of_source(source.id)
        assert [(s.label, s.role, s.role_source) for s in unit.speakers.of_session(session.id)] == [
            ("Dana (us)", Role.INTERVIEWER, RoleSource.PERSON),
            ("P07", Role.PARTICIPANT, RoleSource.PERSON),
        ]
        revision = unit.sessions.revision(session.text_id or 0)
    assert revision is not None and "Dana" not in revision.body  # labels are not in the text
    hold(workspace, study.id, "Dana: And you?\nJo: Me too.\nDana: How so?\nJo: By phone.\n", "p08.txt")
    [preview] = previewing.waiting(workspace, LOCAL_ADMIN)
    assert next((p.label, p.role, p.role_source) for p in preview.speakers) == (
        "Dana (us)",
        Role.INTERVIEWER,
        RoleSource.ROSTER,
    )


def test_generic_labels_are_nobody_in_the_next_file(workspace: Workspace) -> None:
    study = a_study(workspace)
    source = hold(workspace, study.id, "Speaker 1: What do you do?\nSpeaker 2: I count.\nSpeaker 1: And then?\n")
    say_yes(workspace, source, **{"Speaker 1": KnownSpeaker("Dana", Role.INTERVIEWER, None, RoleSource.PERSON)})
    hold(workspace, study.id, "Speaker 1: I sell.\nSpeaker 2: What?\nSpeaker 1: Shoes.\n", "b.txt")
    [preview] = previewing.waiting(workspace, LOCAL_ADMIN)
    assert preview.speakers[0].label == "Speaker 1"


def test_two_labels_given_one_name_are_one_person(workspace: Workspace) -> None:
    study = a_study(workspace)
    source = hold(workspace, study.id, "Dana: One?\nD. Osei: Two?\nP1: Three.\nDana: Four?\nD. Osei: Five?\nP1: Six.\n")
    one = KnownSpeaker("Dana", Role.INTERVIEWER, None, RoleSource.PERSON)
    say_yes(workspace, source, **{"Dana": one, "D. Osei": one})
    with workspace.read() as unit:
        [session] = unit.sessions.of_source(source.id)
        rows = unit.speakers.of_session(session.id)
    assert [(row.label, row.turns, [raw for _, raw in row.merged]) for row in rows] == [
        ("Dana", 4, ["D. Osei"]),
        ("P1", 2, []),
    ]


def test_a_columns_use_is_said_once_for_a_study(workspace: Workspace) -> None:
    study = a_study(workspace)
    source = hold(workspace, study.id, TABLE, "notes.csv")
    uses = {"Who": "speaker", "Said": "text", "Mood": ""}
    given = {"occurred_on": None, "consent": "", "choices": Choices(columns=uses), "people": {}}
    previewing.choose(workspace, LOCAL_ADMIN, source.id, **given)  # type: ignore[arg-type]
    [preview] = previewing.waiting(workspace, LOCAL_ADMIN)
    assert {column.name: column.use for column in preview.columns} == uses
    assert [p.raw_label for p in preview.speakers] == ["Ana", "Ben"]
    job = previewing.confirm(workspace, LOCAL_ADMIN, source.id, **given)  # type: ignore[arg-type]
    done(workspace, job)
    later = hold(workspace, study.id, TABLE.replace("Monday", "Tuesday"), "later.csv")
    assert later.choices["columns"] == uses
    elsewhere = hold(workspace, a_study(workspace, "Another").id, TABLE, "notes.csv")
    assert not elsewhere.choices


def test_a_nearly_identical_text_is_told_with_the_difference(workspace: Workspace) -> None:
    study = a_study(workspace)
    session = a_session(workspace, study)
    changed = INTERVIEW.replace("Petra", "Peter")
    source = hold(workspace, study.id, changed, "corrected.txt")
    hold(workspace, study.id, "P1: Something else altogether was said here.\nP2: Indeed, and nobody minds.\n", "b.txt")
    near, other = previewing.waiting(workspace, LOCAL_ADMIN)
    assert [n.session_id for n in near.near] == [session.id] and 0.6 < near.near[0].share < 1
    assert other.near == ()
    _, _, changes = previewing.differences(workspace, LOCAL_ADMIN, source.id, session.id)
    assert [(change.gone, change.new) for change in changes] == [("Petra", "Peter")]
    stranger = Viewer("x", PersonRole.RESEARCHER, frozenset())
    assert previewing.waiting(workspace, stranger) == ()
    with pytest.raises(NotFound):
        previewing.differences(workspace, stranger, source.id, session.id)


def test_what_cannot_be_read_says_so_and_is_kept_until_it_is_let_go(workspace: Workspace) -> None:
    study = a_study(workspace)
    source = hold(workspace, study.id, b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "photo.txt")
    [preview] = previewing.waiting(workspace, LOCAL_ADMIN)
    assert "photo.txt" in preview.problem and preview.remedy and preview.unsure
    reader = Viewer("r", PersonRole.READER, None)
    with pytest.raises(Forbidden):
        previewing.discard(workspace, reader, source.id)
    assert previewing.discard(workspace, LOCAL_ADMIN, source.id) == "photo.txt"
    assert workspace.originals.digests() == set()
    with pytest.raises(NotFound):
        previewing.discard(workspace, LOCAL_ADMIN, source.id)


def test_a_file_nobody_decides_on_is_forgotten_but_never_one_that_was_added(workspace: Workspace, clock: Clock) -> None:
    study = a_study(workspace)
    a_session(workspace, study)
    hold(workspace, study.id, "P1: a word\nP2: another\n", "b.txt")
    clock.forward(days=6)
    assert previewing.forget(workspace) == 0
    clock.forward(days=2)
    assert previewing.forget(workspace) == 1
    assert previewing.count(workspace, LOCAL_ADMIN) == 0 and len(workspace.originals.digests()) == 1


def archive(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for name, data in files.items():
            out.writestr(name, data)
    return made.getvalue()


def test_the_page_takes_files_and_archives_and_adds_what_is_chosen(client: FlaskClient, workspace: Workspace) -> None:
    study = a_study(workspace)
    packed = archive(**{"a/p02.txt": INTERVIEW.replace("P01", "P02").encode(), "__MACOSX/._p02.txt": b"x"})
    files = [(io.BytesIO(INTERVIEW.encode()), "p01.txt"), (io.BytesIO(packed), "all.zip")]
    form = {"study": str(study.id), "consent": "internal", "files": files, "csrf_token": token(client)}
    answer = client.post("/upload", data=form, content_type="multipart/form-data")
    assert answer.headers["Location"] == f"/upload/preview?study={study.id}"
    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "p02.txt" in page and "__MACOSX" not in page and "Add 2 files" in page
    one, two = (preview.source for preview in previewing.waiting(workspace, LOCAL_ADMIN))
    form = {
        "csrf_token": token(client),
        "study": str(study.id),
        "act": f"add-{two.id}",
        "source": [str(one.id), str(two.id)],
        f"f{two.id}-date": "2026-03-17",
        f"f{two.id}-consent": "public",
        f"f{two.id}-s0-raw": "Interviewer",
        f"f{two.id}-s0-label": "Dana",
        f"f{two.id}-s0-role": "interviewer",
    }
    assert f"source={two.id}" in client.post("/upload/preview", data=form).headers["Location"]
    with workspace.read() as unit:
        kept = unit.sources.get(two.id)
        assert kept is not None and not kept.held and str(kept.occurred_on) == "2026-03-17"
        assert kept.consent == "public" and kept.choices["speakers"]["Interviewer"]["label"] == "Dana"
    assert previewing.count(workspace, LOCAL_ADMIN) == 1
    form = {"csrf_token": token(client), "study": str(study.id), "act": f"discard-{one.id}"}
    assert client.post("/upload/preview", data=form).status_code == 303
    assert previewing.count(workspace, LOCAL_ADMIN) == 0
    empty = client.get("/upload/preview").get_data(as_text=True)
    assert "No file waits for you." in empty


def fields_of(source: Source, **given: str) -> dict[str, str]:
    """Give what the form says about a file with P01 as its only speaker."""
    said = {"s0-raw": "P01", "s0-label": "P01", "s0-role": "participant", **given}
    return {f"f{source.id}-{name.replace('__', '-')}": value for name, value in said.items()}


def test_a_participant_is_made_where_a_new_label_is_written(client: FlaskClient, workspace: Workspace) -> None:
    study = a_study(workspace)
    one, two = hold(workspace, study.id), hold(workspace, study.id, INTERVIEW.replace("Petra", "Pia"), "b.txt")
    assert 'name="f1-s0-participant"' in client.get("/upload/preview").get_data(as_text=True)  # with none to choose
    form = {"csrf_token": token(client), "act": "look", "source": [str(one.id), str(two.id)]}
    facts = {"account": "Acme", "cohort": "trial", "occupation": "nurse"}
    form |= fields_of(one, **{"s0-participant": "P07", **facts})
    form |= fields_of(two, **{"s0-participant": " p07", "account": "Another"})
    assert client.post("/upload/preview", data=form).status_code == 303
    register = participants.register(workspace)
    [made] = register.participants
    assert (made.label, made.role) == ("P07", "nurse")
    assert made.account is not None and (made.account.name, made.account.cohort) == ("Acme", "trial")
    assert register.unused == ()  # the files that wait name it
    page = client.get("/upload/preview").get_data(as_text=True)
    assert "P07 is a participant now." in page and page.count('value="P07"') == 3  # both files, and the list
    say_yes(workspace, one, P01=KnownSpeaker("P01", Role.PARTICIPANT, made.id, RoleSource.PERSON))
    previewing.discard(workspace, LOCAL_ADMIN, two.id)
    assert participants.register(workspace).unused == ()
    with pytest.raises(Conflict):
        participants.remove(workspace, LOCAL_ADMIN, made.id)


def test_a_participant_nobody_is_can_be_removed_from_the_preview(client: FlaskClient, workspace: Workspace) -> None:
    source = hold(workspace, a_study(workspace).id)
    form = {"csrf_token": token(client), "act": "look", "source": str(source.id)}
    client.post("/upload/preview", data=form | fields_of(source, **{"s0-participant": "P70"}))
    client.post("/upload/preview", data=form | fields_of(source, **{"s0-participant": ""}))
    page = client.get("/upload/preview").get_data(as_text=True)
    assert "1 participant whom nobody" in page
    [made] = participants.register(workspace).unused
    address = f"/upload/participants/{made.id}/remove"
    assert client.post(address, data={"csrf_token": token(client)}).status_code == 303
    assert participants.register(workspace).participants == ()


def test_nothing_is_added_if_one_file_of_many_is_not_understood(client: FlaskClient, workspace: Workspace) -> None:
    study = a_study(workspace)
    one, two = hold(workspace, study.id), hold(workspace, study.id, INTERVIEW.replace("Petra", "Pia"), "b.txt")
    form = {"csrf_token": token(client), "act": "add", "source": [str(one.id), str(two.id)]}
    form |= fields_of(one) | fields_of(two, **{"s0-role": "king"})
    assert client.post("/upload/preview", data=form).status_code == 422
    assert previewing.count(workspace, LOCAL_ADMIN) == 2


def days(workspace: Workspace) -> dict[str, tuple[str, str]]:
    found = previewing.waiting(workspace, LOCAL_ADMIN)
    return {one.source.name: (str(one.occurred_on), one.day_from) for one in found}


def test_what_a_file_says_of_its_date_comes_before_the_date_for_all(client: FlaskClient, workspace: Workspace) -> None:
    study = a_study(workspace)
    noise = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\0" * 64
    files = {"2026-02-03 P01.txt": INTERVIEW.encode(), "P02.txt": INTERVIEW.replace("Petra", "Pia").encode()}
    files |= {"P03.txt": INTERVIEW.replace("Petra", "Pim").encode(), "call.wav": noise}
    form = {"study": str(study.id), "occurred_on": "2026-03-01", "csrf_token": token(client)}
    upload = {**form, "files": [(io.BytesIO(data), name) for name, data in files.items()]}
    client.post("/upload", data=upload, content_type="multipart/form-data")
    proposed = {
        "2026-02-03 P01.txt": ("2026-02-03", "file"),
        "P02.txt": ("2026-03-01", "form"),
        "P03.txt": ("2026-03-01", "form"),
        "call.wav": ("2026-03-01", "form"),
    }
    assert days(workspace) == proposed
    held = {one.source.name: one.source for one in previewing.waiting(workspace, LOCAL_ADMIN)}
    page = client.get("/upload/preview").get_data(as_text=True)
    assert "as the file says" in page and "as said for all files" in page
    form = {"csrf_token": token(client), "act": "look", "source": [str(source.id) for source in held.values()]}
    form |= {f"f{held[name].id}-date": day for name, (day, _) in proposed.items()}
    client.post("/upload/preview", data=form)  # what was only proposed is no word of a person
    assert days(workspace) == proposed
    form[f"f{held['2026-02-03 P01.txt'].id}-date"] = "2026-02-04"
    form[f"f{held['P02.txt'].id}-date"] = "2026-03-02"
    client.post("/upload/preview", data=form)
    set_by_hand = {"2026-02-03 P01.txt": ("2026-02-04", "person"), "P02.txt": ("2026-03-02", "person")}
    assert days(workspace) == proposed | set_by_hand
    text = [held[name] for name in set_by_hand]
    form |= {"act": "add", "source": [str(source.id) for source in text]}
    client.post("/upload/preview", data=form)
    with workspace.read() as unit:
        due = unit.jobs.due(workspace.clock())
    done(workspace, *due)
    with workspace.read() as unit:
        kept = [str(unit.sessions.of_source(source.id)[0].occurred_on) for source in text]
    assert kept == ["2026-02-04", "2026-03-02"]


def test_a_near_duplicate_is_made_a_correction(client: FlaskClient, workspace: Workspace) -> None:
    study = a_study(workspace)
    session = a_session(workspace, study)
    source = hold(workspace, study.id, INTERVIEW.replace("Petra", "Peter"), "corrected.txt")
    page = client.get("/upload/preview").get_data(as_text=True)
    act = f"correct-{source.id}-{session.id}"
    assert f'value="{act}"' in page
    answer = client.post("/upload/preview", data={"csrf_token": token(client), "act": act, "source": str(source.id)})
    assert answer.location == f"/transcripts/{session.id}/corrected/{source.id}"
    page = client.get("/upload/preview").get_data(as_text=True)
    assert answer.location in page and 'value="add"' not in page and f'name="f{source.id}-date"' not in page
    form = {"csrf_token": token(client), "act": "add", "source": str(source.id)}
    client.post("/upload/preview", data=form)  # it is decided about there, not here
    assert previewing.count(workspace, LOCAL_ADMIN) == 1


def test_many_files_are_read_part_by_part_and_all_at_once_for_browsers_without_scripts(
    client: FlaskClient, workspace: Workspace
) -> None:
    study = a_study(workspace)
    sources = [hold(workspace, study.id, INTERVIEW.replace("P01", f"P{n}"), f"p{n}.txt") for n in range(AT_ONCE + 2)]
    first = client.get(f"/upload/preview?study={study.id}").get_data(as_text=True)
    assert f"p{AT_ONCE - 1}.txt" in first and f"p{AT_ONCE}.txt" not in first
    assert f"{AT_ONCE} of {len(sources)} read" in first and 'value="add"' not in first
    assert (
        f'<noscript><meta http-equiv="refresh" content="0; url=/upload/preview?study={study.id}&amp;whole=1">' in first
    )
    [following] = re.findall(r'hx-get="([^"]+)"', first)
    rest = client.get(html.unescape(following)).get_data(as_text=True)
    assert f"p{AT_ONCE + 1}.txt" in rest and "p0.txt" not in rest and "hx-get" not in rest
    assert 'hx-swap-oob="true"' in rest and f"Add {len(sources)} files" in rest and "<html" not in rest
    whole = client.get(f"/upload/preview?study={study.id}&whole=1").get_data(as_text=True)
    assert whole.count('name="source"') == len(sources) and "hx-get" not in whole
