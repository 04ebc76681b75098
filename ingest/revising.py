"""A corrected file for a transcript that is here already: kept, looked at, and made the newest revision on a yes.

It waits as uploads do (`previewing`), marked with the session that it corrects; what nobody says yes to is forgotten.
"""

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any, BinaryIO

from ingest import previewing
from ingest.exchange.bringing_in import READER
from ingest.intake import NAME
from ingest.media import media_of
from ingest.previewing import Preview, transcript_of
from ingest.readers.received import Choices
from repository import revising
from repository.domain.access import Viewer
from repository.domain.source import Source
from repository.domain.study import Session
from repository.domain.transcript import KnownSpeaker, RoleSource, Transcript
from repository.errors import CairnError, Conflict, NotFound, Rejected, UnreadableSource
from repository.rehearsing import Effect, rehearse
from repository.revising import Revised
from repository.store.unit import Unit
from repository.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected file before it counts. `effect` None: nothing differs; `new` are labels of people new to the session.

    `had_speakers` says that somebody speaks in the newest version, `changeable` that the file can be read otherwise.
    """

    session: Session
    preview: Preview
    effect: Effect | None
    new: frozenset[str]
    had_speakers: bool
    changeable: bool


def hand_in(workspace: Workspace, viewer: Viewer, session_id: int, *, name: str, data: BinaryIO) -> Source:
    """Keep a corrected file until somebody has looked at what it changes.

    A file that waits under Upload already waits here from now on. Raises Forbidden, NotFound, UnreadableSource, Rejected
    (too large, a recording, a project), Conflict (another transcript's file), DiskFull. Of a file that is refused nothing
    is kept.
    """
    session = revising.draft(workspace, viewer, session_id).session  # may this person, and is it there?
    known_as = PurePath(name.replace("\\", "/")).name.replace("\x00", "")[-NAME:] or "unnamed"
    digest, size = workspace.originals.keep(data, most=workspace.settings.ingest.max_file_mb << 20)
    if size == 0:
        raise UnreadableSource("The file is empty.", file=known_as, hint="Export it again.", slug="empty-file")
    with workspace.write() as unit:
        known = unit.sources.with_digest(session.study_id, digest)
        _may_correct(unit, known, session_id)
        source = known or unit.sources.add(
            study_id=session.study_id,
            digest=digest,
            name=known_as,
            size=size,
            occurred_on=session.occurred_on,
            consent=session.consent,
            now=workspace.clock(),
            held=True,
        )
    try:
        _read(workspace, source)
    except CairnError:
        if known is None:
            previewing.remove(workspace, [source])
        raise
    _mark(workspace, session_id, source.id)
    return source


def take_over(workspace: Workspace, viewer: Viewer, session_id: int, source_id: int) -> None:
    """Let a file that waits under Upload be a correction of a transcript of the same study. Raises NotFound, Conflict."""
    session = revising.draft(workspace, viewer, session_id).session
    with workspace.read() as unit:
        source = next((one for one in unit.sources.held(viewer, session.study_id) if one.id == source_id), None)
        if source is None:
            raise NotFound("There is no such file waiting in the study of this transcript.")
        _may_correct(unit, source, session_id)
    _read(workspace, source)
    _mark(workspace, session_id, source_id)


def waiting(workspace: Workspace, viewer: Viewer, session_id: int) -> tuple[Source, ...]:
    """List the corrected files of a session that wait for a yes."""
    with workspace.read() as unit:
        return tuple(one for one in unit.sources.held(viewer) if previewing.corrects(one) == session_id)


def look(workspace: Workspace, viewer: Viewer, session_id: int, source_id: int) -> Correction:
    """Show what a corrected file is recognised as, and what it would change. Raises Forbidden, NotFound, Conflict."""
    draft = revising.draft(workspace, viewer, session_id)
    source = waits(workspace, viewer, session_id, source_id)
    transcript = _read(workspace, source)
    known = {
        raw: KnownSpeaker(who.label, who.role, who.participant_id, RoleSource.PERSON)
        for who in draft.speakers
        for raw in (who.label, who.raw_label, *(label for _, label in who.merged))
    }
    preview, _ = previewing.preview_of(workspace, source, known, {})
    effect = rehearse(workspace, viewer, session_id, transcript, source_id, on=draft.text.id)
    new = frozenset(speaker.label for speaker in transcript.speakers if speaker.label not in known)
    had_speakers = any(turn.speaker_id is not None for turn in draft.text.turns)
    return Correction(draft.session, preview, effect, new, had_speakers, source.held)


def read_as(workspace: Workspace, viewer: Viewer, session_id: int, source_id: int, choices: Choices) -> None:
    """Keep how the file is to be read; `look` then reads it so. Raises Forbidden, NotFound, UnreadableSource."""
    source = waits(workspace, viewer, session_id, source_id)
    if not source.held:
        raise Conflict(
            "This file was read before, and stays as it was read.", hint="Add it again to read it otherwise."
        )
    chosen: dict[str, Any] = {"reader": choices.reader, "encoding": choices.encoding, "columns": dict(choices.columns)}
    after = replace(source, choices={**source.choices, **chosen})
    _read(workspace, after)
    with workspace.write() as unit:
        _note(unit, after)


def keep(
    workspace: Workspace, viewer: Viewer, session_id: int, source_id: int, *, on: int, note: str = ""
) -> Revised | None:
    """Make a corrected file a session's newest revision; None if nothing differs, and then it is let go.

    Raises Forbidden, NotFound, Conflict (another transcript's file), Outdated.
    """
    source = waits(workspace, viewer, session_id, source_id)
    transcript = _read(workspace, source)
    revised = revising.replace_by(workspace, viewer, session_id, transcript, source_id, on=on, note=note)
    if revised is None:
        previewing.remove(workspace, [source])
    return revised


def discard(workspace: Workspace, viewer: Viewer, session_id: int, source_id: int) -> str:
    """Let a corrected file go; give its name. Raises Forbidden, NotFound."""
    source = waits(workspace, viewer, session_id, source_id)
    previewing.remove(workspace, [source])
    return source.name


def waits(workspace: Workspace, viewer: Viewer, session_id: int, source_id: int) -> Source:
    """Give a file that corrects a session, or did. Raises Forbidden, NotFound."""
    revising.draft(workspace, viewer, session_id)
    with workspace.read() as unit:
        source = unit.sources.get(source_id)
        own = source is not None and source_id in unit.revisions.sources_of(session_id)
    if source is None or not (own or (source.held and previewing.corrects(source) == session_id)):
        raise NotFound("There is no such file waiting.", hint="Perhaps somebody decided already: see the history.")
    return source


def _may_correct(unit: Unit, source: Source | None, session_id: int) -> None:
    """Raise Conflict if a file is another transcript's."""
    if source is None or source.id in unit.revisions.sources_of(session_id):
        return
    if not source.held:
        raise Conflict("This file is in the study already, as another transcript.", hint="Choose another file.")
    if previewing.corrects(source) not in (None, session_id):
        raise Conflict("This file waits as a correction of another transcript.", hint="Decide about it there first.")


def _mark(workspace: Workspace, session_id: int, source_id: int) -> None:
    with workspace.write() as unit:
        source = unit.sources.get(source_id)
        if source is not None and source.held:
            _note(unit, replace(source, choices={**source.choices, "corrects": session_id}))


def _note(unit: Unit, source: Source) -> None:
    """Keep what is chosen for a file that goes on waiting."""
    day, consent = source.occurred_on, source.consent
    unit.sources.decide(source.id, occurred_on=day, consent=consent, choices=source.choices, held=True)


def _read(workspace: Workspace, source: Source) -> Transcript:
    """Read a corrected file. Raises UnreadableSource, Rejected (nothing that could correct a text)."""
    if media_of(workspace.originals.find(source.digest), source.name):
        raise Rejected("A recording corrects no transcript.", hint="Add it under Upload, as one of its own.")
    found = transcript_of(workspace, source)
    if isinstance(found, CairnError):
        raise found
    if found.reader == READER:
        raise Rejected("A project of another tool corrects no transcript.", hint="Add it under Upload.")
    return found
