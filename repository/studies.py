"""Studies: make, change, find; put studies and sessions into the bin and take them out again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from repository.domain.access import Viewer
from repository.domain.study import Study, StudyFacts
from repository.errors import Conflict, Forbidden, NotFound, Rejected
from repository.evidence_keeping import settle
from repository.plan_gate import admit, advice
from repository.store.facts import PASSAGES
from repository.store.unit import Unit
from repository.workspace import Workspace


def create(workspace: Workspace, viewer: Viewer, facts: StudyFacts) -> Study:
    """Make a study. Raises Rejected without a title, Conflict if the title is taken."""
    _check(viewer, facts)
    with workspace.write() as unit:
        if unit.studies.named(viewer, facts.title):
            raise Conflict(f"There is a study “{facts.title}” already.", hint="Add to it, or choose another title.")
        admit(workspace, unit, facts)
        return unit.studies.add(facts, workspace.clock())


def find_or_create(workspace: Workspace, viewer: Viewer, title: str) -> Study:
    """Give the study of this title, or make it."""
    facts = StudyFacts(" ".join(title.split())[:200])
    _check(viewer, facts)
    with workspace.write() as unit:
        named = unit.studies.named(viewer, facts.title)
        return named[0] if named else unit.studies.add(facts, workspace.clock())


def update(workspace: Workspace, viewer: Viewer, study_id: int, facts: StudyFacts) -> Study:
    """Change what is said about a study."""
    _check(viewer, facts)
    with workspace.write() as unit:
        before = _get(unit, viewer, study_id)
        admit(workspace, unit, facts, study_id=study_id, before=before.facts)
        if any(other.id != study_id for other in unit.studies.named(viewer, facts.title)):
            raise Conflict(f"There is a study “{facts.title}” already.", hint="Choose another title.")
        unit.studies.change(study_id, facts)
        return _get(unit, viewer, study_id)


def find(workspace: Workspace, viewer: Viewer, name_or_number: str) -> Study:
    """Find a study by number or title. Raises NotFound, Conflict if several have the title."""
    wanted = name_or_number.strip()
    with workspace.read() as unit:
        named = unit.studies.named(viewer, wanted)
        if len(named) == 1:
            return named[0]
        if len(named) > 1:
            numbers = ", ".join(str(study.id) for study in named)
            raise Conflict(f"Several studies are called “{wanted}”.", hint=f"Use a number: {numbers}.")
        study = unit.studies.get(viewer, int(wanted)) if wanted.isdecimal() else None
        if study is None:
            known = ", ".join(f"“{study.title}”" for study in unit.studies.all(viewer)[:5])
            raise NotFound(
                f"There is no study “{wanted}”.", hint=f"Studies here: {known}." if known else "Make one first."
            )
        return study


def advice_before_recruiting(workspace: Workspace, viewer: Viewer, study_id: int) -> str:
    """Say what a study lacks before it recruits; "" if nothing."""
    with workspace.read() as unit:
        _get(unit, viewer, study_id)
        return advice(workspace, unit, study_id)


def titles(workspace: Workspace, viewer: Viewer) -> dict[int, str]:
    """Give the title of each study, newest first."""
    with workspace.read() as unit:
        return {study.id: study.title for study in unit.studies.all(viewer)}


def _check(viewer: Viewer, facts: StudyFacts) -> None:
    if not viewer.may_write:
        raise Forbidden("Readers cannot change studies.")
    if not facts.title.strip():
        raise Rejected("A study needs a title.", slug="no-title")


def _get(unit: Unit, viewer: Viewer, study_id: int, *, binned: bool = False) -> Study:
    study = unit.studies.get(viewer, study_id, binned=binned)
    if study is None:
        raise NotFound("There is no such study.")
    return study


# The bin: nothing is removed before its days are over.


@dataclass(frozen=True, slots=True)
class BinRow:
    """Something in the bin, and the day it goes for good."""

    id: int
    title: str
    what_it_holds: str
    deleted_at: datetime
    gone_on: date


@dataclass(frozen=True, slots=True)
class Binned:
    """What lies in the bin."""

    studies: tuple[BinRow, ...]
    sessions: tuple[BinRow, ...]


def bin_study(workspace: Workspace, viewer: Viewer, study_id: int) -> None:
    """Put a study with all its sessions into the bin: gone from every page and search at once."""
    _may_delete(viewer)
    with workspace.write() as unit:
        _get(unit, viewer, study_id)
        unit.studies.set_deleted(study_id, workspace.clock())
        settle(unit, workspace.clock(), studies=[study_id])


def restore_study(workspace: Workspace, viewer: Viewer, study_id: int) -> None:
    """Take a study out of the bin, as it was."""
    _may_delete(viewer)
    with workspace.write() as unit:
        study = _get(unit, viewer, study_id, binned=True)
        if unit.studies.named(viewer, study.title):
            raise Conflict(f"There is another study “{study.title}” now.", hint="Rename that one first.")
        unit.studies.set_deleted(study_id, None)
        settle(unit, workspace.clock(), studies=[study_id])


def bin_session(workspace: Workspace, viewer: Viewer, session_id: int) -> None:
    """Put a session into the bin."""
    _may_delete(viewer)
    with workspace.write() as unit:
        if unit.sessions.get(viewer, session_id) is None:
            raise NotFound("There is no such transcript.")
        unit.sessions.set_deleted(session_id, workspace.clock())
        settle(unit, workspace.clock(), sessions=[session_id])


def restore_session(workspace: Workspace, viewer: Viewer, session_id: int) -> None:
    """Take a session out of the bin."""
    _may_delete(viewer)
    with workspace.write() as unit:
        if not any(session.id == session_id for session in unit.sessions.binned(viewer)):
            raise NotFound("There is no such transcript in the bin.")
        unit.sessions.set_deleted(session_id, None)
        settle(unit, workspace.clock(), sessions=[session_id])


def _may_delete(viewer: Viewer) -> None:
    if not viewer.may_write:
        raise Forbidden("Readers cannot delete or restore.")


def binned(workspace: Workspace, viewer: Viewer) -> Binned:
    """List what can still be brought back."""
    days = timedelta(days=workspace.settings.bin.days)

    def row(id: int, title: str, holds: str, at: datetime | None) -> BinRow:
        assert at is not None
        return BinRow(id, title, holds, at, (at + days).date())

    with workspace.read() as unit:
        studies = unit.studies.all(viewer, binned=True)
        held = {study.id: len(unit.sessions.all_of_study(study.id)) for study in studies}
        sessions = unit.sessions.binned(viewer)
        titles = {study.id: study.title for study in unit.studies.all(viewer)}
    return Binned(
        tuple(row(s.id, s.title, _count(held[s.id], "transcript"), s.deleted_at) for s in studies),
        tuple(row(s.id, s.title, f"from “{titles[s.study_id]}”", s.deleted_at) for s in sessions),
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def purge(workspace: Workspace) -> int:
    """Remove what has lain in the bin too long, with its originals and vectors; count files. Run by the sweeper."""
    before = workspace.clock() - timedelta(days=workspace.settings.bin.days)
    with workspace.read() as unit:
        if not unit.studies.deleted_before(before) and not unit.sessions.deleted_before(before):
            return 0
    with workspace.write() as unit:
        # Looked at again under the lock: somebody may have taken them out of the bin meanwhile.
        old_studies, old_sessions = unit.studies.deleted_before(before), unit.sessions.deleted_before(before)
        gone = {source.digest for source in unit.sources.of_studies(old_studies)}
        for study_id in old_studies:
            unit.codes.remove_of_study(study_id)
            unit.studies.remove(study_id)
        for session in old_sessions:
            held = {session.source_id, *unit.revisions.sources_of(session.id)}  # corrected files, too
            unit.sessions.remove(session.id)
            for source in map(unit.sources.get, held):
                if source and not unit.sessions.of_source(source.id):
                    unit.sources.remove(source.id)
                    gone.add(source.digest)
        settle(unit, workspace.clock(), studies=old_studies)
        settle(unit, workspace.clock(), sessions=[session.id for session in old_sessions])
        unit.proposals.forget_gone()
        unit.facts.bump(PASSAGES)
        unit.upkeep.forget_words()
    with workspace.write() as unit:
        # After the rows are gone for good, and under the lock again: an upload of the same bytes commits before this,
        # and is seen, or after it, and looks. What a kill leaves here belongs to nothing, and `doctor --fix` removes it.
        for digest in gone - unit.sources.digests():
            workspace.originals.remove(digest)
    return len(gone)
