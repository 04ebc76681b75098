"""The repeatable steps from a kept file to suggested themes, and the table of their names.

Each step takes a source, reads only what the step before wrote and replaces its own output: running it twice is running
it once. Bringing vectors into the index is not among them: whoever owns the index follows SQL (repository/indexing.py).
"""

import numpy as np

from ingest import recordings
from ingest.exchange.bringing_in import READER, bring_in
from ingest.keeping import keep, language_of
from ingest.media import media_of
from ingest.readers.received import Choices
from ingest.sandbox import Limits, read_untrusted
from ingest.segmenting import Span, segment
from nlp.language import sentence_spans
from repository.discovering import discover
from repository.domain.source import DROPPED, Source, Stage
from repository.following import tell_followers
from repository.insight_challenging import challenge, challenge_coded
from repository.jobs import DISCOVER, LEARN, Step, Task, Work
from repository.learning import learn
from repository.store.segments import Segment, segment_id, words_sha
from repository.store.sessions import Revision
from repository.suggesting import suggest as suggest_codes
from repository.workspace import Workspace

#: Words embedded between two commits: what a kill can cost.
BATCH = 64


def read(workspace: Workspace, source: Source, work: Work) -> None:
    """Read the original in a limited child process, or transcribe it, and keep its text, turns, speakers and cues."""
    if source.recording == DROPPED:  # there is nothing left to read: what was heard stands
        with workspace.write() as unit:
            work.fence(unit)
            unit.sources.reached(source.id, Stage.READ)
        return
    path = workspace.originals.find(source.digest)
    media = media_of(path, source.name)
    fate = recordings.fate(workspace) if media else ""
    if media:
        transcript = recordings.transcribe(workspace, source, media, work.report)
    else:
        transcript = read_untrusted(path, source.name, choices=choices_of(source), limits=limits_of(workspace))
    if transcript.reader == READER:
        bring_in(workspace, source, path, limits_of(workspace), work)
        return
    language = language_of(transcript)
    with workspace.write() as unit:
        work.fence(unit)
        keep(unit, workspace, source, transcript, language)
        unit.sources.note_recording(source.id, fate)
    if fate == DROPPED:
        recordings.drop(workspace, source)


def limits_of(workspace: Workspace) -> Limits:
    """Give what a file may need while it is read."""
    limits = workspace.settings.ingest
    return Limits(limits.read_memory_mb, limits.read_cpu_seconds, limits.read_seconds)


def choices_of(source: Source) -> Choices:
    """Give what a person chose for the reading of a file."""
    chosen = source.choices
    return Choices(chosen.get("reader", ""), chosen.get("encoding", ""), chosen.get("columns", {}))


def cut(workspace: Workspace, source: Source, work: Work) -> None:
    """Cut the current text of each session into passages on sentence edges."""
    with workspace.read() as unit:
        revisions = [unit.sessions.revision(s.text_id) for s in unit.sessions.of_source(source.id) if s.text_id]
    cut_up: dict[int, list[Segment]] = {}
    for revision in revisions:
        assert revision is not None  # a session's text_id names a text
        spans = segment(
            revision.body,
            revision.turns,
            revision.speakers,
            sentence_spans,
            budget_words=workspace.settings.segmenting.words,
        )
        cut_up[revision.session_id] = [
            Segment(
                id=segment_id(revision.id, span.start, span.end),
                study_id=revision.study_id,
                session_id=revision.session_id,
                text_id=revision.id,
                start=span.start,
                end=span.end,
                first_turn=span.first_turn,
                last_turn=span.last_turn,
                role=span.role,
                words=revision.body[span.start : span.end],
                words_sha=words_sha(revision.body[span.start : span.end]),
                speakers=_labels(revision, span),
            )
            for span in spans
        ]
    with workspace.write() as unit:
        work.fence(unit)
        for session_id, segments in cut_up.items():
            unit.segments.replace(session_id, segments)
        unit.sources.reached(source.id, Stage.SEGMENTED)


def _labels(revision: Revision, span: Span) -> str:
    """Give the label of each turn's speaker: whoever speaks most often is named most often."""
    turns = revision.turns[span.first_turn : span.last_turn + 1]
    return " ".join(revision.speakers[turn.speaker].label for turn in turns if turn.speaker is not None)


def embed(workspace: Workspace, source: Source, work: Work) -> None:
    """Give every passage a vector; words that have one already are not embedded again."""
    embedder = workspace.embedder()
    with workspace.read() as unit:
        missing = unit.vectors.missing(embedder.fingerprint, source.id)
    shas = sorted(missing, key=lambda sha: len(missing[sha]))  # equal lengths together: least padding
    for at in range(0, len(shas), BATCH):
        work.report(at / len(shas))
        part = shas[at : at + BATCH]
        vectors = np.asarray(embedder.embed([missing[sha] for sha in part]), "<f4")
        with workspace.write() as unit:
            unit.vectors.add(embedder.fingerprint, {sha: v.tobytes() for sha, v in zip(part, vectors, strict=True)})
    with workspace.write() as unit:
        work.fence(unit)
        unit.sources.reached(source.id, Stage.EMBEDDED)


def suggest(workspace: Workspace, source: Source, work: Work) -> None:
    """Suggest codes for the passages; tell followers of searches what is new, and owners of insights what may contradict."""
    suggest_codes(workspace, source.id)
    tell_followers(workspace, source.id)
    challenge(workspace, source.id)
    with workspace.write() as unit:
        work.fence(unit)
        unit.sources.reached(source.id, Stage.SUGGESTED)


def follow(workspace: Workspace, work: Work) -> None:
    """Learn from what people decided, and look whether what they coded contradicts an insight."""
    learn(workspace, work)
    challenge_coded(workspace)


#: Each stage with the step that reaches it, in order.
STEPS: dict[Stage, Step] = {
    Stage.READ: read,
    Stage.SEGMENTED: cut,
    Stage.EMBEDDED: embed,
    Stage.SUGGESTED: suggest,
}

#: Work on everything, by the kind of its job.
TASKS: dict[str, Task] = {LEARN: follow, DISCOVER: discover}
