"""Keep what was read from a file as its session's text, with everything that follows from the words alone."""

from dataclasses import replace

from nlp.language import detect_language
from nlp.likeness import signature
from repository import speakers
from repository.carrying_over import carry_over
from repository.domain.source import Source, Stage
from repository.domain.transcript import Transcript
from repository.store.segments import words_sha
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Characters from which a text's language is told.
SAMPLE = 4_000


def language_of(transcript: Transcript) -> str:
    """Give a transcript's language, as the file says or as it looks."""
    return transcript.language or detect_language(transcript.text[:SAMPLE])[0]


def keep(
    unit: Unit,
    workspace: Workspace,
    source: Source,
    transcript: Transcript,
    language: str,
    remarks: tuple[str, ...] = (),
) -> None:
    """Keep text, turns, speakers and cues, carry highlights over, and say that the source is read."""
    warnings = [f"Line {w.line}: {w.message}" if w.line else w.message for w in transcript.warnings]
    if transcript.encoding_guessed:
        warnings.insert(0, f"The encoding was guessed ({transcript.encoding}); check accents and quotation marks.")
    if source.choices.get("dated"):  # a person has said, or taken away, when it was
        transcript = replace(transcript, occurred_on=None)
    now = workspace.clock()
    text_id = unit.sessions.keep_transcript(source, transcript, language, now, speakers.known(unit, source))
    carry_over(unit, text_id, now)
    [session] = unit.sessions.of_source(source.id)
    unit.likeness.keep(session.id, words_sha(transcript.text), signature(transcript.text))
    unit.sources.reached(source.id, Stage.READ, [*remarks, *warnings])
