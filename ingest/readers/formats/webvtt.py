"""WebVTT: Zoom, Teams (current and classic), OneDrive and Stream, YouTube, Whisper."""

import re

from ingest.readers.captions import read_captions
from ingest.readers.received import Received
from repository.domain.transcript import Transcript

NAME = "webvtt"
TITLE = "WebVTT captions"
VERSION = 1
NEEDS: tuple[str, ...] = ()
_FIRST_CUE = re.compile(r"\s*(?:[^\n]{0,100}\n)?\d[\d:]{3,12}\.\d{1,3}\s*-->\s*\d")


def recognise(received: Received) -> float:
    """Know the first line; or, without it, a first cue whose times have a point."""
    if received.text.startswith("WEBVTT"):
        return 1.0
    return 0.8 if _FIRST_CUE.match(received.text) else 0.0


def read(received: Received) -> Transcript:
    """Read the cues."""
    return read_captions(received.text)
