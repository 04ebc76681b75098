"""Studies and the bin: thirty days to change one's mind, then nothing is left."""

import pytest

from repository import studies
from repository.domain.access import LOCAL_ADMIN
from repository.domain.study import StudyFacts
from repository.errors import Conflict, NotFound, Rejected
from repository.reading import study as study_page
from repository.workspace import Workspace
from tests.builders import a_session, a_study


def test_a_title_is_needed_and_taken_once(workspace: Workspace) -> None:
    a_study(workspace, "Reminders")
    with pytest.raises(Conflict, match="reminders"):
        a_study(workspace, "reminders")
    with pytest.raises(Rejected):
        a_study(workspace, "  ")


def test_a_study_is_found_by_title_or_number_and_a_missing_one_names_those_there_are(workspace: Workspace) -> None:
    made = a_study(workspace, "Reminders")
    assert studies.find(workspace, LOCAL_ADMIN, "REMINDERS").id == made.id
    assert studies.find(workspace, LOCAL_ADMIN, str(made.id)).id == made.id
    with pytest.raises(NotFound) as error:
        studies.find(workspace, LOCAL_ADMIN, "Calendars")
    assert "Reminders" in error.value.hint


def test_a_change_is_seen(workspace: Workspace) -> None:
    made = a_study(workspace, "Reminders")
    changed = studies.update(
        workspace, LOCAL_ADMIN, made.id, StudyFacts("Reminders", owner="Maren", questions=("Why?",))
    )
    assert changed.facts.owner == "Maren" and changed.facts.questions == ("Why?",)


def test_a_session_comes_back_from_the_bin_as_it_was(workspace: Workspace) -> None:
    study = a_study(workspace)
    session = a_session(workspace, study)
    before = study_page(workspace, LOCAL_ADMIN, study.id)
    studies.bin_session(workspace, LOCAL_ADMIN, session.id)
    assert study_page(workspace, LOCAL_ADMIN, study.id).sessions == ()
    [row] = studies.binned(workspace, LOCAL_ADMIN).sessions
    assert str(row.gone_on) == "2026-12-23"
    studies.restore_session(workspace, LOCAL_ADMIN, session.id)
    assert study_page(workspace, LOCAL_ADMIN, study.id).sessions == before.sessions


def test_nothing_is_removed_before_its_days_are_over_and_everything_after(workspace: Workspace, clock) -> None:  # type: ignore[no-untyped-def]
    kept, gone = a_study(workspace, "Kept"), a_study(workspace, "Gone")
    session = a_session(workspace, kept)
    a_session(workspace, gone, "P1: A phrase that nobody else ever said, about marmalade.\nP2: Yes.\nP1: No.\n")
    with workspace.read() as unit:
        [source] = unit.sources.of_studies([gone.id])
    studies.bin_study(workspace, LOCAL_ADMIN, gone.id)
    clock.forward(days=29)
    assert studies.purge(workspace) == 0
    clock.forward(days=2)
    assert studies.purge(workspace) == 1
    with workspace.read() as unit:
        assert unit.sources.digests() == workspace.originals.digests()
        assert unit.fulltext.search("marmalade", 5) == []
        assert unit.vectors.orphans() == 0
        assert unit.sessions.get(LOCAL_ADMIN, session.id) is not None
        assert unit.segments.tombstones() != []  # the index still has to follow
    assert not workspace.originals.path(source.digest).exists()


def test_bytes_that_another_study_needs_stay(workspace: Workspace, clock) -> None:  # type: ignore[no-untyped-def]
    one, two = a_study(workspace, "One"), a_study(workspace, "Two")
    a_session(workspace, one)
    session = a_session(workspace, two)
    studies.bin_study(workspace, LOCAL_ADMIN, one.id)
    clock.forward(days=31)
    studies.purge(workspace)
    with workspace.read() as unit:
        source = unit.sources.of_session(LOCAL_ADMIN, session.id)
        assert source is not None and workspace.originals.find(source.digest)
        assert len(unit.segments.of_session(session.id)) == unit.segments.count() > 0


def test_what_is_taken_out_of_the_bin_while_it_is_emptied_stays(workspace: Workspace, clock, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    study = a_study(workspace)
    session = a_session(workspace, study)
    studies.bin_study(workspace, LOCAL_ADMIN, study.id)
    clock.forward(days=31)
    really = type(workspace).write
    restored = []

    def restore_first(self):  # type: ignore[no-untyped-def]
        if not restored:
            restored.append(True)
            studies.restore_study(workspace, LOCAL_ADMIN, study.id)
        return really(self)

    monkeypatch.setattr(type(workspace), "write", restore_first)
    studies.purge(workspace)
    with workspace.read() as unit:
        assert unit.sessions.get(LOCAL_ADMIN, session.id) is not None
        source = unit.sources.of_session(LOCAL_ADMIN, session.id)
    assert source is not None and workspace.originals.find(source.digest)


def test_titles_are_the_same_whatever_their_case_in_any_alphabet(workspace: Workspace) -> None:
    study = a_study(workspace, "Über uns")
    assert studies.find(workspace, LOCAL_ADMIN, "über UNS").id == study.id
    assert studies.find_or_create(workspace, LOCAL_ADMIN, "ÜBER  uns").id == study.id
    with pytest.raises(Conflict):
        a_study(workspace, "ÜBER UNS")


def test_the_newest_study_comes_first_with_or_without_a_start(workspace: Workspace) -> None:
    from datetime import date

    a_study(workspace, "Old", started_on=date(2020, 1, 1))
    a_study(workspace, "Made today")
    a_study(workspace, "Planned", started_on=date(2027, 1, 1))
    with workspace.read() as unit:
        assert [study.title for study in unit.studies.all(LOCAL_ADMIN)] == ["Planned", "Made today", "Old"]


def test_purged_words_are_nowhere_in_the_database_file(workspace: Workspace, clock) -> None:  # type: ignore[no-untyped-def]
    import sqlite3

    study = a_study(workspace)
    a_session(workspace, study, "P1: Nobody else ever said quidditchery here.\nP2: Yes.\nP1: No.\n")
    a_session(workspace, a_study(workspace, "Kept"))
    studies.bin_study(workspace, LOCAL_ADMIN, study.id)
    clock.forward(days=31)
    studies.purge(workspace)
    path = workspace.folder / "cairn.db"
    workspace.database.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert b"quidditcheri" not in path.read_bytes()  # the stem, as the full-text index keeps it
