"""Corrected transcripts: each correction is a new revision of the text, and highlights are carried over to it.

Nothing is overwritten: every revision stays, and any of them can be made the newest again.
"""

from dataclasses import dataclass, replace

from nlp.aligning import equal_runs
from repository.carrying_over import Counts, carry_over
from repository.domain.access import Viewer
from repository.domain.source import Stage
from repository.domain.study import Session
from repository.domain.transcript import Speaker, Transcript
from repository.editing import EditedTurn, as_turns, edited, kept, timed
from repository.errors import Conflict, Forbidden, NotFound, Outdated, Rejected
from repository.jobs import queue_ingest
from repository.store.revisions import KeptText, TextRow
from repository.store.speakers import SpeakerRow
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Longest note and longest label of a speaker, in characters.
NOTE, LABEL = 500, 120


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody made of turns [first, until) of the text `on`; `came_from` in `turns` counts in the text `made_from`.

    The two differ where somebody else saved a version meanwhile and the edit was put onto that one. `new_speakers` are
    labels of people who were not there before: turns call the first of them speaker -1, the second -2.
    """

    on: int
    first: int
    until: int
    turns: tuple[EditedTurn, ...]
    made_from: int
    new_speakers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Revised:
    """A new revision, and what became of the highlights."""

    text_id: int
    revision: int
    counts: Counts
    job_id: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A transcript to be edited: its text, its speakers, and its history's newest row."""

    session: Session
    text: KeptText
    speakers: tuple[SpeakerRow, ...]
    newest: TextRow


def draft(workspace: Workspace, viewer: Viewer, session_id: int, text_id: int | None = None) -> Draft:
    """Show a transcript to edit, or one of its older texts. Raises Forbidden, NotFound."""
    with workspace.read() as unit:
        session = writable(unit, viewer, session_id)
        text = unit.revisions.text(session_id, text_id or session.text_id or 0)
        if text is None:
            raise NotFound("There is no such version.")
        return Draft(session, text, tuple(unit.speakers.of_session(session_id)), unit.revisions.history(session_id)[0])


def edit(workspace: Workspace, viewer: Viewer, session_id: int, change: Edit, *, note: str = "") -> Revised | None:
    """Make what somebody wrote the newest revision; None if nothing differs.

    Raises Forbidden, NotFound, Rejected (no words left, unknown speaker), Outdated (then nothing is changed).
    """
    with workspace.write() as unit:
        session = _current(unit, viewer, session_id, change.on)
        on, made_from = (unit.revisions.text(session_id, i) for i in (change.on, change.made_from))
        if on is None or made_from is None:
            raise NotFound("There is no such version.")
        new = [unit.revisions.heard(session_id, [Speaker(label)])[0][0] for label in change.new_speakers]
        who = {row.id: row.id for row in unit.speakers.of_session(session_id)}
        who |= {-place: number for place, number in enumerate(new, 1)}
        if any(turn.speaker is not None and turn.speaker not in who for turn in change.turns):
            raise Rejected("There is no such speaker in this transcript.", slug="no-such-speaker")
        said = [turn if turn.speaker is None else replace(turn, speaker=who[turn.speaker]) for turn in change.turns]
        turns = [one for turn in said for one in as_turns(made_from, turn)]
        made = edited(on, made_from, change.first, change.until, turns)
        revised = _keep(unit, workspace, viewer, session, on, made, note)
    return _ring(workspace, revised)


def restore(workspace: Workspace, viewer: Viewer, session_id: int, text_id: int, *, on: int) -> Revised | None:
    """Make an older revision the newest again; None if it is what stands there. Raises Forbidden, NotFound, Outdated."""
    with workspace.write() as unit:
        session = _current(unit, viewer, session_id, on)
        now, old = (unit.revisions.text(session_id, i) for i in (on, text_id))
        number = next((row.revision for row in unit.revisions.history(session_id) if row.id == text_id), None)
        if now is None or old is None or number is None:
            raise NotFound("There is no such version.")
        revised = _keep(unit, workspace, viewer, session, now, old, f"Version {number} restored")
    return _ring(workspace, revised)


def replace_by(
    workspace: Workspace,
    viewer: Viewer,
    session_id: int,
    transcript: Transcript,
    source_id: int,
    *,
    on: int,
    note: str = "",
) -> Revised | None:
    """Make what was read from a corrected file the newest revision; speakers are known again by their labels.

    Raises Forbidden, NotFound, Outdated, Conflict (the file is another transcript's).
    """
    with workspace.write() as unit:
        revised = replaced(unit, workspace, viewer, session_id, transcript, source_id, on=on, note=note)
    return _ring(workspace, revised)


def replaced(
    unit: Unit,
    workspace: Workspace,
    viewer: Viewer,
    session_id: int,
    transcript: Transcript,
    source_id: int,
    *,
    on: int,
    note: str = "",
) -> Revised | None:
    """Do what `replace_by` does within a transaction."""
    session = _current(unit, viewer, session_id, on)
    old, source = unit.revisions.text(session_id, on), unit.sources.get(source_id)
    if old is None or source is None:
        raise NotFound("There is no such file any more.")
    waits = source.held and source.choices.get("corrects") == session_id
    if not waits and source_id not in unit.revisions.sources_of(session_id):
        raise Conflict("This file is in the study already, as another transcript.", hint="Choose another file.")
    whose = unit.revisions.heard(session_id, transcript.speakers)
    made = replace(timed(old, kept(transcript, old.source_id, whose)), source_id=source_id)
    if _same(old, made):
        return None
    if waits:  # it is no session of its own: nothing is left to do
        day, consent = session.occurred_on, session.consent
        unit.sources.decide(source_id, occurred_on=day, consent=consent, choices=source.choices, held=False)
        unit.sources.reached(source_id, Stage.SUGGESTED)
    return _keep(unit, workspace, viewer, session, old, made, note or f"From {source.name}")


def rebased(workspace: Workspace, viewer: Viewer, session_id: int, change: Edit) -> Edit:
    """Put an edit onto the newest text: the same turns of it, wherever they are now."""
    newest = draft(workspace, viewer, session_id).text
    old = draft(workspace, viewer, session_id, change.on).text
    runs = equal_runs([old.words(turn) for turn in old.turns], [newest.words(turn) for turn in newest.turns])
    where = {run.old + i: run.new + i for run in runs for i in range(run.length)}
    before = [where[i] for i in range(change.first) if i in where]
    after = [where[i] for i in range(change.until, len(old.turns)) if i in where]
    first, until = (before[-1] + 1 if before else 0), (after[0] if after else len(newest.turns))
    return replace(change, on=newest.id, first=first, until=until)


def seen(unit: Unit, viewer: Viewer, session_id: int) -> Session:
    """Give a session that was read. Raises NotFound."""
    session = unit.sessions.get(viewer, session_id)
    if session is None or session.text_id is None:
        raise NotFound("There is no such transcript.")
    return session


def writable(unit: Unit, viewer: Viewer, session_id: int) -> Session:
    """Give a session whose text may be corrected. Raises Forbidden, NotFound."""
    if not viewer.may_write:
        raise Forbidden("Readers cannot correct transcripts.")
    return seen(unit, viewer, session_id)


def _current(unit: Unit, viewer: Viewer, session_id: int, on: int) -> Session:
    """Give the session if this is still its text. Raises Outdated with who was quicker."""
    session = writable(unit, viewer, session_id)
    if unit.revisions.lock(session_id) != on:
        by = unit.revisions.history(session_id)[0].created_by
        raise Outdated(f"{Outdated.__doc__} It was {by}." if by and by != viewer.person else "")
    return session


def _keep(
    unit: Unit, workspace: Workspace, viewer: Viewer, session: Session, old: KeptText, made: KeptText, note: str
) -> Revised | None:
    """Make a text the session's newest, carry the highlights over, and have its passages found anew."""
    if not made.turns:
        raise Rejected("Nothing would be left of the transcript.", hint="To delete it, use Delete.", slug="no-words")
    if _same(old, made):
        return None
    now = workspace.clock()
    text_id = unit.revisions.add(session.id, made, by=viewer.person, note=" ".join(note.split())[:NOTE], now=now)
    counts = carry_over(unit, text_id, now)
    unit.revisions.drop_pending(session.id, text_id)
    unit.sources.reached(session.source_id, Stage.READ)
    job_id = queue_ingest(unit, workspace, session.source_id)
    return Revised(text_id, unit.revisions.history(session.id)[0].revision, counts, job_id)


def _same(old: KeptText, made: KeptText) -> bool:
    return (made.body, made.turns) == (old.body, old.turns)


def _ring(workspace: Workspace, revised: Revised | None) -> Revised | None:
    """Wake a worker, once what it shall work on is kept."""
    if revised:
        workspace.bell.ring(revised.job_id)
    return revised
