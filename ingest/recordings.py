"""Recordings to transcripts: the sound is decoded in a limited child, written down by Whisper, and cut into turns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.media import Media
from ingest.readers.assembling import Piece, assemble
from ingest.readers.dating import day_in
from ingest.soundtrack import SoundLimits, soundtrack
from nlp.errors import ModelUnavailable
from nlp.transcribing import Phrase, Word, is_installed, load_transcriber
from repository.domain.source import DROPPED, KEPT, Source
from repository.domain.transcript import ReadingWarning, Transcript
from repository.errors import UnreadableSource
from repository.workspace import ModelMissing, Workspace

READER, VERSION = "whisper", 1
#: What is said, and to be done, where the libraries are missing.
NO_EXTRA = "This is a recording, and what transcribes recordings is not installed."
INSTALL = (
    "Run: pip install 'cairn-research[audio]', and start Cairn again. "
    "Or add the recording's transcript (WebVTT, SRT, Word or plain text)."
)
#: Silence in seconds after which a new turn begins. Whisper does not tell who speaks, so turns are what pauses make.
PAUSE = 1.0
#: Seconds after which a turn ends with the next sentence: nobody reads a page without a break.
LONG = 60.0
_ENDS = tuple(".?!…。？！")
#: Address space in MB that FFmpeg's libraries need, whatever else is read.
_LEAST_MEMORY = 512


def transcribe(workspace: Workspace, source: Source, media: Media, report: Callable[[float], None]) -> Transcript:
    """Write down what is said in a source's original; `report` is told how far it has come and may raise.

    Raises UnreadableSource (damaged, too long, nobody speaks, the extra is missing), ModelMissing, DiskFull.
    """
    settings = workspace.settings.audio
    if not is_installed():
        raise UnreadableSource(NO_EXTRA, file=source.name, hint=INSTALL, slug="no-audio-extra")
    try:
        transcriber = load_transcriber(
            model=settings.model,
            threads=workspace.settings.embedding.threads,
            allow_download=settings.allow_download,
        )
    except ModelUnavailable as error:
        raise ModelMissing(str(error), hint="The how-to guide on recordings says where models come from.") from error
    limits = SoundLimits(max(_LEAST_MEMORY, workspace.settings.ingest.read_memory_mb), settings.max_minutes)
    with soundtrack(
        workspace.originals.find(source.digest),
        source.name,
        media,
        folder=workspace.folder,
        limits=limits,
        look=lambda: report(0.0),
    ) as sound:
        speech = transcriber.transcribe(sound.samples, report, language=settings.language, beam_size=settings.beam_size)
        damaged = sound.damaged
    if not speech.phrases:
        raise UnreadableSource(
            "No speech was heard in the recording.",
            file=source.name,
            hint="Check which file you meant to add, and that people can be heard.",
            slug="no-speech",
        )
    warnings = [
        ReadingWarning(
            f"A machine ({transcriber.name}) wrote this down: check names, numbers and what you quote. "
            "It does not tell who speaks; turns begin where somebody paused."
        )
    ]
    if damaged:
        warnings.append(ReadingWarning("Parts of the recording are damaged and are missing here."))
    return replace(
        assemble(list(pieces(speech.phrases)), warnings=warnings),
        language=speech.language,
        occurred_on=day_in(source.name),
        shape=f"Recording (transcribed by {transcriber.name})",
        reader=READER,
        reader_version=VERSION,
    )


def pieces(phrases: Sequence[Phrase]) -> Iterator[Piece]:
    """Give a cue for each phrase, cut where it pauses; a turn begins after a pause, or when one has become long."""
    parts = [part for phrase in phrases for part in _unbroken(phrase.words)]
    begins, before = 0.0, parts[0][:0]
    for part in parts:
        text = "".join(word.text for word in part).strip()
        breaks = not before or part[0].start - before[-1].end >= PAUSE
        if before and not breaks:
            breaks = part[0].start - begins >= LONG and before[-1].text.rstrip().endswith(_ENDS)
        if breaks:
            begins = part[0].start
        confidence = sum(word.confidence for word in part) / len(part)
        start, end = round(part[0].start * 1000), round(part[-1].end * 1000)
        yield Piece(text, start_ms=start, end_ms=end, breaks=breaks, confidence=round(confidence, 3))
        before = part


def _unbroken(words: tuple[Word, ...]) -> Iterator[tuple[Word, ...]]:
    cuts = [at for at, (word, after) in enumerate(pairwise(words), 1) if after.start - word.end >= PAUSE]
    for start, end in pairwise([0, *cuts, len(words)]):
        yield words[start:end]


def fate(workspace: Workspace) -> str:
    """Say what becomes of a recording once it is transcribed, as set."""
    return KEPT if workspace.settings.audio.keep_recording else DROPPED


def drop(workspace: Workspace, source: Source) -> None:
    """Remove the bytes of a recording that is marked as dropped, unless another study still needs them."""
    with workspace.write() as unit:  # under the lock: an upload of the same bytes comes before this, or after
        if source.digest not in unit.sources.digests():
            workspace.originals.remove(source.digest)
