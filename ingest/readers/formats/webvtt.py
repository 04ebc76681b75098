"""WebVTT: Zoom, Teams (current and classic), OneDrive and Stream, YouTube, Whisper."""

import re
from dataclasses import replace

from ingest.readers.captions import read_captions
from ingest.readers.received import Received
from repository.domain.transcript import Transcript

NAME = "webvtt"
TITLE = "WebVTT captions"
VERSION = 2
NEEDS: tuple[str, ...] = ()
_FIRST_CUE = re.compile(r"\s*(?:[^\n]{0,100}\n)?\d[\d:]{3,12}\.\d{1,3}\s*-->\s*\d")

#: Where a file shows which program wrote it.
_HEAD = 4_000
_NUMBERED = re.compile(r"^\d{1,6}\n\d\d:\d\d:\d\d\.\d{3} --> [^\n]{12,40}\n[^\n:<]{1,80}: ", re.M)
_SHAPES = (
    (
        re.compile(r"^NOTE (?:duration|Confidence|language|recognizability):", re.M),
        "Microsoft Stream captions (WebVTT)",
    ),
    (re.compile(r"<v[ .][^>\n]{0,200}>"), "Teams transcript (WebVTT)"),
    (re.compile(r"<\d\d:\d\d:\d\d\.\d{3}><c>"), "YouTube captions (WebVTT)"),
)


def recognise(received: Received) -> float:
    """Know the first line; or, without it, a first cue whose times have a point."""
    if received.text.startswith("WEBVTT"):
        return 1.0
    return 0.8 if _FIRST_CUE.match(received.text) else 0.0


def read(received: Received) -> Transcript:
    """Read the cues."""
    transcript = read_captions(received.text)
    return replace(transcript, shape=_shape(received.text[:_HEAD], spoken=bool(transcript.speakers)))


def _shape(head: str, *, spoken: bool) -> str:
    for pattern, shape in _SHAPES:
        if pattern.search(head):
            return shape
    return "Zoom transcript (WebVTT)" if spoken and _NUMBERED.search(head) else TITLE
