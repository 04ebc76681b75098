"""Who speaks: names, roles, merging, participants, and the roster a study remembers. None of it moves an offset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlp.words import WORD
from repository.domain.access import PersonRole, Viewer
from repository.domain.source import Source, Stage
from repository.domain.study import Session
from repository.domain.transcript import KnownSpeaker, Role, RoleSource
from repository.errors import Conflict, Forbidden, NotFound, Rejected
from repository.jobs import queue_ingest
from repository.participants import NOTHING_SAID, About, Register, entered, register
from repository.store.acts import Image
from repository.store.speakers import SpeakerRow
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Longest label kept of a speaker.
LABEL = 120
#: What can be undone here.
KINDS = ("speaker.change", "speaker.merge")
#: Labels that programs give to whoever speaks: they are somebody else in the next file.
_GENERIC = frozenset(("speaker", "spk", "sprecher", "orador", "locuteur", "person", "voice", "unknown", "me", "you"))


@dataclass(frozen=True, slots=True)
class People:
    """What the page about a session's speakers shows."""

    session: Session
    speakers: tuple[SpeakerRow, ...]
    register: Register


@dataclass(frozen=True, slots=True)
class Told:
    """What was done, in words; `act` undoes it, None if it is an undoing or has its own way back."""

    told: str
    act: int | None


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
        speaking = tuple(unit.speakers.of_session(session_id))
    return People(session, speaking, register(workspace))


def change(
    workspace: Workspace,
    viewer: Viewer,
    session_id: int,
    speaker_id: int,
    *,
    label: str,
    role: Role,
    participant: str = "",
    about: About = NOTHING_SAID,
) -> Told:
    """Rename a speaker, set the role, say which participant it is; the study remembers it for its next file.

    A participant of a new label is made. Raises Forbidden, NotFound, Rejected (no label), Conflict (another speaker has
    that label: merge them; or what is said `about` the participant contradicts what is known).
    """
    with workspace.write() as unit:
        session = _writable(unit, viewer, session_id)
        rows = {row.id: row for row in unit.speakers.of_session(session_id)}
        if speaker_id not in rows:
            raise NotFound("There is no such speaker.")
        label, raw = cleaned(label), rows[speaker_id].raw_label
        if any(row.label == label for row in rows.values() if row.id != speaker_id):
            raise Conflict(f"Another speaker is called “{label}”.", hint="If they are the same person, merge them.")
        if about != NOTHING_SAID and not participant.strip():
            raise Rejected("Account, cohort and occupation are those of a participant.", hint="Name the participant.")
        before = _image(unit, session, raw, [speaker_id])
        number, new = entered(unit, participant, about) if participant.strip() else (None, False)
        unit.speakers.change(speaker_id, label=label, role=role, participant_id=number)
        if not is_generic(raw):
            unit.roster.keep(session.study_id, {raw: KnownSpeaker(label, role, number)})
        told = f"Kept, and {unit.people.labels()[number]} is a participant now." if number and new else "Kept."
        made = [{"id": number}] if new else []
        done = _noted(unit, workspace, viewer, session, "speaker.change", told, before, made)
    return _ring(workspace, done)


def merge(workspace: Workspace, viewer: Viewer, session_id: int, speaker_id: int, into: int) -> Told:
    """Say that two labels are one person: the turns of the one become the other's. Raises NotFound, Rejected."""
    with workspace.write() as unit:
        session = _writable(unit, viewer, session_id)
        rows = {row.id: row for row in unit.speakers.of_session(session_id)}
        if speaker_id not in rows or into not in rows:
            raise NotFound("There is no such speaker.")
        if speaker_id == into:
            raise Rejected("A speaker cannot be merged into themselves.", slug="same-speaker")
        raw, other = rows[speaker_id].raw_label, rows[into]
        before = _image(unit, session, raw, [speaker_id, *(number for number, _ in rows[speaker_id].merged)])
        unit.speakers.merge(session_id, speaker_id, into)
        if not is_generic(raw):
            unit.roster.keep(session.study_id, {raw: KnownSpeaker(other.label, other.role, other.participant_id)})
        done = _noted(unit, workspace, viewer, session, "speaker.merge", "They are one person now.", before)
    return _ring(workspace, done)


def part(workspace: Workspace, viewer: Viewer, session_id: int, speaker_id: int) -> Told:
    """Take a merge back: the turns that the file gives to this label are its own again. Raises NotFound."""
    with workspace.write() as unit:
        session = _writable(unit, viewer, session_id)
        speaking = unit.speakers.of_session(session_id)
        merged = {number: raw for row in speaking for number, raw in row.merged}
        if speaker_id not in merged:
            raise NotFound("There is no such merge.")
        taken, raw = {row.label for row in speaking}, merged[speaker_id]
        unit.speakers.part(session_id, speaker_id, raw if raw not in taken else f"{raw} (2)")
        done = _again(unit, workspace, session), Told("They are two people again.", None)
    return _ring(workspace, done)


def undo(workspace: Workspace, viewer: Viewer, session_id: int, act_id: int) -> Told:
    """Undo a change or a merge. Raises Forbidden, NotFound, Conflict (undone already, or changed since)."""
    with workspace.write() as unit:
        session = _writable(unit, viewer, session_id)
        act = unit.acts.get(session_id, act_id)
        if act is None or act.kind not in KINDS:
            raise NotFound("There is nothing to undo here.")
        if act.by != viewer.person and viewer.role not in (PersonRole.OPS, PersonRole.ADMIN):
            raise Forbidden(f"{act.by} did this.")
        if act.undone_at is not None:
            raise Conflict("This was undone already.")
        before, after = act.before, act.after
        if unit.speakers.image([row["id"] for row in after["speaker"]]) != after["speaker"]:
            raise Conflict("This has been changed since.", hint="Change it by hand below.")
        registered = unit.people.labels()
        if any(row["participant_id"] not in (None, *registered) for row in before["speaker"]):
            raise Conflict("The participant was removed since.", hint="Change it by hand below.")
        unit.speakers.put_back(session_id, before["speaker"])
        [raw] = [row["raw_label"] for row in before["speaker"] if row["merged_into"] is None]
        if unit.roster.image(session.study_id, raw) == after["roster"]:
            unit.roster.put_back(session.study_id, raw, before["roster"])
        for made in after["participant"]:
            if made["id"] in registered and made["id"] not in unit.people.linked():
                unit.people.remove(made["id"])
        unit.acts.mark_undone(act, workspace.clock())
        done = _again(unit, workspace, session), Told(f"Undone: {act.told}", None)
    return _ring(workspace, done)


def _session(unit: Unit, viewer: Viewer, session_id: int) -> Session:
    session = unit.sessions.get(viewer, session_id)
    if session is None or session.text_id is None:
        raise NotFound("There is no such transcript.")
    return session


def _writable(unit: Unit, viewer: Viewer, session_id: int) -> Session:
    if not viewer.may_write:
        raise Forbidden("Readers cannot change who speaks.")
    return _session(unit, viewer, session_id)


def _image(unit: Unit, session: Session, raw: str, speaker_ids: Sequence[int]) -> Image:
    """Give the rows of a speaker (with those merged into it) and what the study knows of the label, as they are."""
    return {"speaker": unit.speakers.image(speaker_ids), "roster": unit.roster.image(session.study_id, raw)}


def _noted(
    unit: Unit,
    workspace: Workspace,
    viewer: Viewer,
    session: Session,
    kind: str,
    told: str,
    before: Image,
    made: Sequence[dict[str, Any]] = (),
) -> tuple[int, Told]:
    """Note what was done and what undoes it; `made` are participants that are new with it. Give the job as well."""
    rows = before["speaker"]
    [raw] = [row["raw_label"] for row in rows if row["merged_into"] is None]
    after = _image(unit, session, raw, [row["id"] for row in rows]) | {"participant": list(made)}
    now = workspace.clock()
    act = unit.acts.add(
        session_id=session.id, by=viewer.person, at=now, kind=kind, told=told, before=before, after=after
    )
    return _again(unit, workspace, session), Told(told, act.id)


def _ring(workspace: Workspace, done: tuple[int, Told]) -> Told:
    """Wake a worker, once what it shall work on is kept."""
    job_id, told = done
    workspace.bell.ring(job_id)
    return told


def _again(unit: Unit, workspace: Workspace, session: Session) -> int:
    """Have the passages found anew: roles decide which questions stay with their answers, and labels are searched."""
    unit.sources.reached(session.source_id, Stage.READ)
    return queue_ingest(unit, workspace, session.source_id)
