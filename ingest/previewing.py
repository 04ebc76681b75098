"""Look before it counts: what each file is recognised as, who speaks, what is odd; then yes, or away with it.

A file that waits for a yes is kept already (nothing is lost when the browser is closed), but no job reads it.
"""

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Lock
from typing import Any

from ingest.media import media_of
from ingest.near_duplicates import Change, Near, changes, nearest
from ingest.pipeline import choices_of, limits_of
from ingest.readers.received import Choices
from ingest.recordings import INSTALL, NO_EXTRA
from ingest.sandbox import read_untrusted
from nlp.likeness import signature
from nlp.transcribing import is_installed
from repository import speakers
from repository.domain.access import Viewer
from repository.domain.source import Source
from repository.domain.transcript import KnownSpeaker, Role, RoleSource, Transcript
from repository.errors import CairnError, Forbidden, NotFound
from repository.jobs import queue_ingest
from repository.workspace import Workspace

#: Turns shown of a file, and characters of each.
TURNS, CHARACTERS = 6, 280
#: Confidence below which other readers are offered.
SURE = 0.8
#: Days a file waits for a yes before it is removed.
PATIENCE = timedelta(days=7)
#: Previews remembered by a process.
REMEMBERED = 600


@dataclass(frozen=True, slots=True)
class Proposed:
    """A speaker as proposed: by the label in the file, the label to show, the role, and where the role is from."""

    raw_label: str
    label: str
    role: Role
    role_source: RoleSource
    turns: int
    participant: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """A file that waits. Of a refused one `problem` says why and `remedy` what helps; then there is no transcript.

    `day_from` says where the date is from: the "file", the "form" for all files, or a "person" who looked at this one.
    `corrects` is the session that the file shall be a newer version of: then it is looked at there.
    """

    source: Source
    shape: str = ""
    confidence: float = 0.0
    encoding: str = ""
    encoding_guessed: bool = False
    kind: str = ""
    title: str = ""
    occurred_on: date | None = None
    day_from: str = ""
    turns: int = 0
    first: tuple[tuple[str, str, int | None], ...] = ()
    speakers: tuple[Proposed, ...] = ()
    warnings: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, str], ...] = ()
    columns: tuple[Any, ...] = ()
    near: tuple[Near, ...] = ()
    problem: str = ""
    remedy: str = ""
    corrects: int | None = None

    @property
    def unsure(self) -> bool:
        """Say whether a person should look closely."""
        return bool(self.problem or self.near or self.encoding_guessed or self.confidence < SURE)


_read: OrderedDict[tuple[str, str, str], Transcript | CairnError] = OrderedDict()
_turn = Lock()


def waiting(workspace: Workspace, viewer: Viewer, study_id: int | None = None) -> tuple[Preview, ...]:
    """Preview the files that wait for a yes; with `study_id`, those of one study."""
    return previews(workspace, viewer, held(workspace, viewer, study_id))


def held(workspace: Workspace, viewer: Viewer, study_id: int | None = None) -> Sequence[Source]:
    """List the files that wait for a yes, always in the same order; nothing is read."""
    with workspace.read() as unit:
        return unit.sources.held(viewer, study_id)


def previews(workspace: Workspace, viewer: Viewer, sources: Sequence[Source]) -> tuple[Preview, ...]:
    """Read files that wait, as `held` lists them, and say what each is recognised as."""
    with workspace.read() as unit:
        known = {source.id: speakers.known(unit, source) for source in sources}
        sessions, participants = dict(unit.likeness.seen(viewer)), unit.people.labels()
        corrected = {s.id for s in unit.sessions.some(viewer, [i for i in map(corrects, sources) if i])}
    found_out = [
        (Preview(source, corrects=corrects(source)), b"")
        if corrects(source) in corrected
        else preview_of(workspace, source, known[source.id], participants)
        for source in sources
    ]
    near = {preview.source.id: nearest(own, list(sessions), list(sessions.values())) for preview, own in found_out}
    with workspace.read() as unit:
        found = {s.id: s for s in unit.sessions.some(viewer, {i for row in near.values() for i, _ in row})}
        titles = {study.id: study.title for study in unit.studies.all(viewer)}
    return tuple(
        replace(
            preview,
            near=tuple(
                Near(i, found[i].title, titles[found[i].study_id], share)
                for i, share in near.get(preview.source.id, ())
                if i in found
            ),
        )
        for preview, _ in found_out
    )


def count(workspace: Workspace, viewer: Viewer, study_id: int | None = None) -> int:
    """Count the files that wait for a yes."""
    return len(held(workspace, viewer, study_id))


def confirm(
    workspace: Workspace,
    viewer: Viewer,
    source_id: int,
    *,
    occurred_on: date | None,
    consent: str,
    choices: Choices,
    people: Mapping[str, KnownSpeaker],
    dated: bool = False,
) -> int:
    """Say yes: the file is read with these choices, and the study remembers who is who. Give the job.

    `dated` says that a person set the date of this very file, which then wins over what the file says.

    Raises NotFound, Forbidden.
    """
    with workspace.write() as unit:
        source = _mine(unit.sources.held(viewer), viewer, source_id)
        written = _written(choices, people, dated)
        unit.sources.decide(source_id, occurred_on=occurred_on, consent=consent, choices=written, held=False)
        unit.roster.keep(source.study_id, {raw: who for raw, who in people.items() if not speakers.is_generic(raw)})
        job_id = queue_ingest(unit, workspace, source_id)
    workspace.bell.ring(job_id)
    return job_id


def choose(
    workspace: Workspace,
    viewer: Viewer,
    source_id: int,
    *,
    occurred_on: date | None,
    consent: str,
    choices: Choices,
    people: Mapping[str, KnownSpeaker],
    dated: bool = False,
) -> None:
    """Keep what was chosen, and go on waiting: the next preview reads the file so. Raises NotFound, Forbidden.

    The date counts only where it is `dated`, by a person: read otherwise, the file may say another.
    """
    with workspace.write() as unit:
        source = _mine(unit.sources.held(viewer), viewer, source_id)
        day = occurred_on if dated else source.occurred_on
        written = _written(choices, people, dated)
        unit.sources.decide(source.id, occurred_on=day, consent=consent, choices=written, held=True)


def discard(workspace: Workspace, viewer: Viewer, source_id: int) -> str:
    """Let a file go that nobody said yes to; give its name. Raises NotFound, Forbidden."""
    with workspace.read() as unit:
        source = _mine(unit.sources.held(viewer), viewer, source_id)
    remove(workspace, [source])
    return source.name


def forget(workspace: Workspace) -> int:
    """Remove the files that have waited too long; count them. Run by the sweeper."""
    with workspace.read() as unit:
        old = unit.sources.held_before(workspace.clock() - PATIENCE)
    remove(workspace, old)
    return len(old)


def remove(workspace: Workspace, sources: Sequence[Source]) -> None:
    """Remove files that still wait, and their bytes if nothing else has them."""
    for source in sources:
        with workspace.write() as unit:
            still = unit.sources.get(source.id)
            if still is not None and still.held:
                unit.sources.remove(source.id)
        with workspace.write() as unit:  # under the lock: an upload of the same bytes is seen, or looks itself
            if source.digest not in unit.sources.digests():
                workspace.originals.remove(source.digest)


def _mine(held: Sequence[Source], viewer: Viewer, source_id: int) -> Source:
    if not viewer.may_write:
        raise Forbidden("Readers cannot add files.")
    for source in held:
        if source.id == source_id:
            return source
    raise NotFound("There is no such file waiting.", hint="Perhaps somebody else decided already: see the study.")


def corrects(source: Source) -> int | None:
    """Give the session that a file which waits shall be a newer version of."""
    return source.choices.get("corrects")


def _written(choices: Choices, people: Mapping[str, KnownSpeaker], dated: bool) -> dict[str, Any]:
    return {
        **({"dated": True} if dated else {}),
        "reader": choices.reader,
        "encoding": choices.encoding,
        "columns": dict(choices.columns),
        "speakers": speakers.written(people),
    }


def _day(source: Source, said: date | None) -> tuple[date | None, str]:
    """Give the date to propose, and where it is from: what the file says comes before what was said of all files."""
    if source.choices.get("dated"):
        return source.occurred_on, "person"
    if said:
        return said, "file"
    return source.occurred_on, "form" if source.occurred_on else ""


def preview_of(
    workspace: Workspace, source: Source, known: Mapping[str, KnownSpeaker], participants: Mapping[int, str]
) -> tuple[Preview, bytes]:
    """Give the preview of a file with the signature of its text."""
    media = media_of(workspace.originals.find(source.digest), source.name)
    day, day_from = _day(source, None)
    bare = Preview(source, occurred_on=day, day_from=day_from)
    if media and not is_installed():
        return replace(bare, problem=NO_EXTRA, remedy=INSTALL), b""
    if media:
        return replace(bare, shape="A recording; its words are written down when you add it", confidence=1.0), b""
    transcript = transcript_of(workspace, source)
    if isinstance(transcript, CairnError):
        return replace(bare, problem=transcript.message, remedy=transcript.hint), b""
    day, day_from = _day(source, transcript.occurred_on)
    turns = Counter(turn.speaker for turn in transcript.turns)
    people = []
    registered = {label.casefold(): label for label in participants.values()}
    for place, speaker in enumerate(transcript.speakers):
        who = known.get(speaker.label)
        own = registered.get(speaker.label.casefold(), "")
        people.append(
            Proposed(
                speaker.label,
                who.label if who else speaker.label,
                who.role if who else speaker.role,
                who.source if who else speaker.role_source,
                turns[place],
                own if who is None or who.participant_id is None else participants.get(who.participant_id, ""),
            )
        )
    labels = [person.label for person in people]
    titles = reader_titles()
    return Preview(
        source,
        shape=transcript.shape,
        confidence=transcript.confidence,
        encoding=transcript.encoding,
        encoding_guessed=transcript.encoding_guessed,
        kind=transcript.kind.value,
        title=transcript.title,
        occurred_on=day,
        day_from=day_from,
        turns=len(transcript.turns),
        first=tuple(
            (
                "" if turn.speaker is None else labels[turn.speaker],
                transcript.text[turn.start : min(turn.end, turn.start + CHARACTERS)],
                turn.start_ms,
            )
            for turn in transcript.turns[:TURNS]
        ),
        speakers=tuple(people),
        warnings=tuple(f"Line {w.line}: {w.message}" if w.line else w.message for w in transcript.warnings),
        alternatives=tuple((name, titles[name]) for name, _ in transcript.alternatives if name in titles),
        columns=transcript.columns,
    ), signature(transcript.text)


def differences(
    workspace: Workspace, viewer: Viewer, source_id: int, session_id: int
) -> tuple[Preview, Near, tuple[Change, ...]]:
    """Compare a file that waits with a transcript it is nearly the same as. Raises NotFound."""
    preview = next((one for one in waiting(workspace, viewer) if one.source.id == source_id), None)
    near = next((one for one in preview.near if one.session_id == session_id), None) if preview else None
    transcript = transcript_of(workspace, preview.source) if preview else None
    with workspace.read() as unit:
        session = unit.sessions.get(viewer, session_id)
        revision = unit.sessions.revision(session.text_id) if session and session.text_id else None
    if preview is None or near is None or revision is None or not isinstance(transcript, Transcript):
        raise NotFound("There is nothing to compare.")
    return preview, near, tuple(changes(revision.body.split(), transcript.text.split()))


def reader_titles() -> dict[str, str]:
    """Give what people call each reader's format, by the reader's name."""
    from ingest.readers.registry import readers

    return {reader.NAME: reader.TITLE for reader in readers()}


def transcript_of(workspace: Workspace, source: Source) -> Transcript | CairnError:
    """Read a file as it was chosen to be read, or give why it cannot be read; a process reads it once."""
    choices = choices_of(source)
    key = (source.digest, source.name, repr(choices))
    with _turn:
        if key in _read:
            _read.move_to_end(key)
            return _read[key]
    try:
        found: Transcript | CairnError = read_untrusted(
            workspace.originals.find(source.digest), source.name, choices=choices, limits=limits_of(workspace)
        )
    except CairnError as error:
        found = error
    with _turn:
        _read[key] = found
        if len(_read) > REMEMBERED:
            _read.popitem(last=False)
    return found
