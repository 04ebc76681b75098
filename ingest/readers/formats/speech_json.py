"""JSON from speech recognisers and meeting tools: Whisper, Deepgram, Amazon, Google, Fireflies, Gong and many more."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ingest.readers import cloud_recognisers as cloud
from ingest.readers import conversations, editors, meetings, recognisers, speech_rows, whisper
from ingest.readers.assembling import assemble
from ingest.readers.json_values import BrokenJson, at, begins_like_json, first, language_of, parsed
from ingest.readers.received import Received
from ingest.readers.spoken_words import Heard
from repository.domain.transcript import Transcript
from repository.errors import UnreadableSource

NAME = "speech_json"
TITLE = "Transcript (JSON)"
VERSION = 2
NEEDS: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one tool's JSON is known, and what is heard in it."""

    fits: Callable[[object], bool]
    hear: Callable[[object], Heard]


#: The most telling first.
DIALECTS = (
    Dialect(meetings.is_gong, meetings.hear_gong),
    Dialect(meetings.is_fireflies, meetings.hear_fireflies),
    Dialect(meetings.is_fathom, meetings.hear_fathom),
    Dialect(meetings.is_otter, meetings.hear_otter),
    Dialect(meetings.is_stream, meetings.hear_stream),
    Dialect(conversations.is_slack, conversations.hear_slack),
    Dialect(conversations.is_discord, conversations.hear_discord),
    Dialect(conversations.is_telegram, conversations.hear_telegram),
    Dialect(conversations.is_intercom, conversations.hear_intercom),
    Dialect(conversations.is_tickets, conversations.hear_tickets),
    Dialect(conversations.is_reviews, conversations.hear_reviews),
    Dialect(editors.is_podcast, editors.hear_podcast),
    Dialect(editors.is_otranscribe, editors.hear_otranscribe),
    Dialect(cloud.is_amazon_call, cloud.hear_amazon_call),
    Dialect(cloud.is_amazon, cloud.hear_amazon),
    Dialect(cloud.is_azure, cloud.hear_azure),
    Dialect(recognisers.is_rev, recognisers.hear_rev),
    Dialect(recognisers.is_deepgram, recognisers.hear_deepgram),
    Dialect(recognisers.is_youtube, recognisers.hear_youtube),
    Dialect(whisper.is_whisper_cpp, whisper.hear_whisper_cpp),
    Dialect(recognisers.is_assemblyai, recognisers.hear_assemblyai),
    Dialect(editors.is_hyperaudio, editors.hear_hyperaudio),
    Dialect(editors.is_kaldi, editors.hear_kaldi),
    Dialect(editors.is_paper_edit, editors.hear_paper_edit),
    Dialect(editors.is_draft, editors.hear_draft),
    Dialect(editors.is_happy_scribe, editors.hear_happy_scribe),
    Dialect(recognisers.is_speechmatics, recognisers.hear_speechmatics),
    Dialect(cloud.is_ibm, cloud.hear_ibm),
    Dialect(cloud.is_google, cloud.hear_google),
    Dialect(recognisers.is_vosk, recognisers.hear_vosk),
    Dialect(recognisers.is_tokens, recognisers.hear_tokens),
    Dialect(whisper.is_pipeline, whisper.hear_pipeline),
    Dialect(whisper.is_faster_whisper, whisper.hear_faster_whisper),
    Dialect(whisper.is_whisper, whisper.hear_whisper),
)
#: Where interfaces and automations put what a recogniser answered.
_WRAPPERS = ("data", "response", "result", "output", "body", "transcript", "transcription", "json", "payload")
#: Keys at the beginning of a file that no longer is JSON by which it is known all the same.
_TELLING = re.compile(
    r'"(?:segments|word_segments|utterances|monologues|callTranscripts|recognizedPhrases|sentences|transcription|wireMagic|'
    r'jobName|speaker|speaker_name|speaker_label|transcripts?|alternatives)"\s*:'
)
_HEAD = 4_000


def recognise(received: Received) -> float:
    """Know a dialect by its keys, or a list of objects that say something; JSON of another kind is nobody's."""
    if not begins_like_json(received.text):
        return 0.0
    try:
        data = parsed(received.text)
    except BrokenJson:
        return 0.86 if _TELLING.search(received.text[:_HEAD]) else 0.0
    return 0.97 if _dialect(data) else speech_rows.confidence(data)


def read(received: Received) -> Transcript:
    """Read the file in its dialect."""
    try:
        data = parsed(received.text)
    except BrokenJson as error:
        raise UnreadableSource(
            "The file is cut off or damaged: it is not valid JSON.",
            slug="damaged-file",
            line=error.line,
            hint="Download or export it again.",
        ) from error
    found = _dialect(data)
    heard = found[0].hear(found[1]) if found else speech_rows.hear_rows(data)
    transcript = assemble(
        heard.pieces,
        precision=heard.precision,
        roles=heard.roles,
        recorder=heard.recorder,
        warnings=heard.warnings,
    )
    return replace(
        transcript,
        shape=heard.shape,
        title=heard.title or meetings.title_of(data),
        language=heard.language
        or language_of(first(data, "language", "language_code") or at(data, "metadata", "language")),
        occurred_on=heard.occurred_on,
        kind=heard.kind or transcript.kind,
    )


def _dialect(data: object) -> tuple[Dialect, object] | None:
    """Give the dialect, and the part of the file that is in it."""
    for part in _parts(data):
        for dialect in DIALECTS:
            if dialect.fits(part):
                return dialect, part
    return None


def _parts(data: object) -> Iterator[object]:
    """Give the file and what it may be only a wrapper of, two deep."""
    outer = [data, *(data if isinstance(data, list) and len(data) == 1 else [])]
    inner = [part for value in outer for part in _wrapped(value)]
    yield from outer
    yield from inner
    for value in inner:
        yield from _wrapped(value)


def _wrapped(value: object) -> list[object]:
    return [inner for key in _WRAPPERS if (inner := at(value, key)) is not None and not isinstance(inner, str)]
