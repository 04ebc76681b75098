"""Accepting files: nothing acknowledged is lost, the same bytes come once, a bad file harms nobody."""

import errno
import io
from pathlib import Path

import pytest

from ingest.intake import accept
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.job import JobState
from repository.errors import DiskFull, Forbidden, NotFound, Rejected, UnreadableSource
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_job, a_session, a_study, done


def test_the_original_is_kept_under_its_digest(workspace: Workspace) -> None:
    study = a_study(workspace)
    accepted = accept(workspace, LOCAL_ADMIN, study_id=study.id, name="C:\\Users\\me\\a b.txt", data=b"P1: yes")
    assert accepted.source.name == "a b.txt"
    assert workspace.originals.find(accepted.source.digest).read_bytes() == b"P1: yes"


def test_the_same_bytes_in_the_same_study_change_nothing(workspace: Workspace) -> None:
    study, other = a_study(workspace), a_study(workspace, "Another")
    first = accept(workspace, LOCAL_ADMIN, study_id=study.id, name="a.txt", data=INTERVIEW.encode())
    again = accept(workspace, LOCAL_ADMIN, study_id=study.id, name="b.txt", data=INTERVIEW.encode())
    elsewhere = accept(workspace, LOCAL_ADMIN, study_id=other.id, name="a.txt", data=INTERVIEW.encode())
    assert again.already_here and again.source.id == first.source.id and again.job_id is None
    assert not elsewhere.already_here


def test_an_empty_file_a_missing_study_and_a_reader_are_refused(workspace: Workspace) -> None:
    study = a_study(workspace)
    with pytest.raises(UnreadableSource, match=r"nothing\.txt: The file is empty"):
        accept(workspace, LOCAL_ADMIN, study_id=study.id, name="nothing.txt", data=b"")
    with pytest.raises(NotFound):
        accept(workspace, LOCAL_ADMIN, study_id=999, name="a.txt", data=b"x")
    with pytest.raises(Forbidden):
        accept(workspace, Viewer("r", PersonRole.READER), study_id=study.id, name="a.txt", data=b"x")


def test_a_file_above_the_limit_leaves_nothing_behind(workspace: Workspace) -> None:
    with pytest.raises(Rejected, match="larger than 1 MB"):
        workspace.originals.keep(io.BytesIO(b"x" * (2 << 20)), most=1 << 20)
    assert workspace.originals.digests() == set()
    assert not list(workspace.originals.folder.glob(".incoming-*"))


def test_a_full_disk_is_said_and_leaves_nothing_behind(workspace: Workspace) -> None:
    class Full(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError(errno.ENOSPC, "No space left on device")

    study = a_study(workspace)
    with pytest.raises(DiskFull, match="full"):
        accept(workspace, LOCAL_ADMIN, study_id=study.id, name="a.txt", data=Full())
    assert workspace.originals.digests() == set()


def test_a_file_goes_all_the_way(workspace: Workspace) -> None:
    study = a_study(workspace)
    session = a_session(workspace, study)
    with workspace.read() as unit:
        assert session.text_id is not None
        revision = unit.sessions.revision(session.text_id)
        segments = unit.segments.of_session(session.id)
    assert revision is not None
    assert len(revision.turns) == 6
    assert "P01:" not in revision.body  # labels are not part of the text
    assert "".join("".join(s.words.split()) for s in segments) == "".join(revision.body.split())
    assert all(s.words == revision.body[s.start : s.end] for s in segments)


def test_a_bad_file_is_refused_with_its_reason_while_the_rest_goes_on(workspace: Workspace) -> None:
    study = a_study(workspace)
    bad = accept(
        workspace, LOCAL_ADMIN, study_id=study.id, name="photo.txt", data=b"\x89PNG\r\n\x1a\n" + b"\0" * 99
    ).job_id
    assert bad is not None
    good = a_job(workspace, study)
    refused, read = done(workspace, bad, good)
    assert refused.state is JobState.FAILED and refused.error is not None
    assert "photo.txt" in refused.error.message and refused.error.hint
    assert read.state is JobState.DONE


def test_every_step_done_twice_is_done_once(workspace: Workspace) -> None:
    from repository.domain.source import Stage
    from repository.jobs import queue_ingest

    study = a_study(workspace)
    session = a_session(workspace, study)

    def everything() -> tuple[object, ...]:
        with workspace.read() as unit:
            return (
                unit.sessions.of_source(session.source_id),
                unit.segments.of_session(session.id),
                [(s.code_id, s.start, s.score) for s in unit.codings.pending(LOCAL_ADMIN)],
            )

    before = everything()
    with workspace.write() as unit:
        unit.sources.reached(session.source_id, Stage.RECEIVED)
        job = queue_ingest(unit, workspace, session.source_id)
    done(workspace, job)
    assert everything() == before


def test_a_failed_file_is_tried_again_when_it_comes_again(workspace: Workspace, tmp_path: Path) -> None:
    study = a_study(workspace)
    data = b"\x89PNG\r\n\x1a\n" + b"\0" * 99
    first = accept(workspace, LOCAL_ADMIN, study_id=study.id, name="photo.txt", data=data)
    assert first.job_id is not None
    done(workspace, first.job_id)
    again = accept(workspace, LOCAL_ADMIN, study_id=study.id, name="photo.txt", data=data)
    assert again.already_here and again.job_id == first.job_id
