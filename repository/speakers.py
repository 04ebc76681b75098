"""Who speaks: names, roles, merging, participants, and the roster a study remembers. None of it moves an offset."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nlp.words import WORD
from repository.domain.access import Viewer
from repository.domain.source import Source, Stage
from repository.domain.study import Session
from repository.domain.transcript import KnownSpeaker, Role, RoleSource
from repository.errors import Conflict, Forbidden, NotFound, Rejected
from repository.jobs import queue_ingest
from repository.store.speakers import SpeakerRow
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Longest label kept of a speaker.
LABEL = 120
#: Labels that programs give to whoever speaks: they are somebody else in the next file.
_GENERIC = frozenset(("speaker", "spk", "sprecher", "orador", "locuteur", "person", "voice", "unknown", "me", "you"))


@dataclass(frozen=True, slots=True)
class People:
    """What the page about a session's speakers shows; `participants` are those that can be chosen, by number."""

    session: Session
    speakers: tuple[SpeakerRow, ...]
    participants: dict[int, str]


def is_generic(label: str) -> bool:
    """Say whether a label tells nobody apart beyond its file.

    >>> [is_generic(label) for label in ("Speaker 2", "A", "SPEAKER_00", "P07", "Dana O'Neil")]
    [True, True, True, False, False]
    """
    words = [word for word in WORD.findall(label.casefold().replace("_", " ")) if not word.isdecimal()]
    return not words or words[0] in _GENERIC or (len(words) == 1 and len(words[0]) == 1 and len(label) == 1)


def known(unit: Unit, source: Source) -> dict[str, KnownSpeaker]:
    """Give who the labels of a file are: what was chosen for the file itself, then what the study remembers."""
    roster = {raw: who for raw, who in unit.roster.of_study(source.study_id).items() if not is_generic(raw)}
    return roster | chosen(source.choices)


def chosen(choices: Mapping[str, Any]) -> dict[str, KnownSpeaker]:
    """Read who people said the labels of a file are."""
    return {
        raw: KnownSpeaker(who["label"], Role(who["role"]), who.get("participant_id"), RoleSource.PERSON)
        for raw, who in choices.get("speakers", {}).items()
    }


def written(speakers: Mapping[str, KnownSpeaker]) -> dict[str, dict[str, Any]]:
    """Write the same for `Source.choices`."""
    return {
        raw: {"label": who.label, "role": who.role.value, "participant_id": who.participant_id}
        for raw, who in speakers.items()
    }


def cleaned(label: str) -> str:
    """Give a label as it is kept. Raises Rejected if nothing is left."""
    found = " ".join(label.replace("\0", " ").split())[:LABEL]
    if not found:
        raise Rejected("A speaker needs a name.", hint="Write the label from the file, or P01.", slug="no-label")
    return found


def people(workspace: Workspace, viewer: Viewer, session_id: int) -> People:
    """Show who speaks in a session. Raises NotFound."""
    with workspace.read() as unit:
        session = _session(unit, viewer, session_id)
        return People(session, tuple(unit.speakers.of_session(session_id)), unit.people.labels())


def participants(workspace: Workspace) -> dict[int, str]:
    """Give the label of every participant by number."""
    with workspace.read() as unit:
        return unit.people.labels()


def change(
    workspace: Workspace,
    viewer: Viewer,
    session_id: int,
    speaker_id: int,
    *,
    label: str,
    role: Role,
    participant_id: int | None = None,
) -> None:
    """Rename a speaker, set the role, link a participant; the study remembers it for its next file.

    Raises NotFound, Conflict (another speaker has that label: merge them), Rejected (no label).
    """
    who = KnownSpeaker(cleaned(label), role, participant_id)
    with workspace.write() as unit:
        session = _writable(unit, viewer, session_id)
        rows = {row.id: row for row in unit.speakers.of_session(session_id)}
        if speaker_id not in rows or (participant_id is not None and participant_id not in unit.people.labels()):
            raise NotFound("There is no such speaker or participant.")
        if any(row.label == who.label for row in rows.values() if row.id != speaker_id):
            raise Conflict(f"Another speaker is called “{who.label}”.", hint="If they are the same person, merge them.")
        unit.speakers.change(speaker_id, label=who.label, role=role, participant_id=participant_id)
        if not is_generic(rows[speaker_id].raw_label):
            unit.roster.keep(session.study_id, {rows[speaker_id].raw_label: who})
        job_id = _again(unit, workspace, session)
    workspace.bell.ring(job_id)


def merge(workspace: Workspace, viewer: Viewer, session_id: int, speaker_id: int, into: int) -> None:
    """Say that two labels are one person: the turns of the one become the other's. Raises NotFound, Rejected."""
    with workspace.write() as unit:
        session = _writable(unit, viewer, session_id)
        rows = {row.id: row for row in unit.speakers.of_session(session_id)}
        if speaker_id not in rows or into not in rows:
            raise NotFound("There is no such speaker.")
        if speaker_id == into:
            raise Rejected("A speaker cannot be merged into themselves.", slug="same-speaker")
        unit.speakers.merge(session_id, speaker_id, into)
        if not is_generic(rows[speaker_id].raw_label):
            other = rows[into]
            unit.roster.keep(
                session.study_id,
                {rows[speaker_id].raw_label: KnownSpeaker(other.label, other.role, other.participant_id)},
            )
        job_id = _again(unit, workspace, session)
    workspace.bell.ring(job_id)


def part(workspace: Workspace, viewer: Viewer, session_id: int, speaker_id: int) -> None:
    """Take a merge back: the turns that the file gives to this label are its own again. Raises NotFound."""
    with workspace.write() as unit:
        session = _writable(unit, viewer, session_id)
        merged = {number: raw for row in unit.speakers.of_session(session_id) for number, raw in row.merged}
        if speaker_id not in merged:
            raise NotFound("There is no such merge.")
        taken = {row.label for row in unit.speakers.of_session(session_id)}
        raw = merged[speaker_id]
        unit.speakers.part(session_id, speaker_id, raw if raw not in taken else f"{raw} (2)")
        job_id = _again(unit, workspace, session)
    workspace.bell.ring(job_id)


def _session(unit: Unit, viewer: Viewer, session_id: int) -> Session:
    session = unit.sessions.get(viewer, session_id)
    if session is None or session.text_id is None:
        raise NotFound("There is no such transcript.")
    return session


def _writable(unit: Unit, viewer: Viewer, session_id: int) -> Session:
    if not viewer.may_write:
        raise Forbidden("Readers cannot change who speaks.")
    return _session(unit, viewer, session_id)


def _again(unit: Unit, workspace: Workspace, session: Session) -> int:
    """Have the passages found anew: roles decide which questions stay with their answers, and labels are searched."""
    unit.sources.reached(session.source_id, Stage.READ)
    return queue_ingest(unit, workspace, session.source_id)
