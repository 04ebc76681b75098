"""SRT subtitles."""

import re

from ingest.readers.captions import read_captions
from ingest.readers.received import Received
from repository.domain.transcript import Transcript

NAME = "subrip"
TITLE = "SRT subtitles"
VERSION = 1
NEEDS: tuple[str, ...] = ()
_FIRST_CUE = re.compile(r"\s*\d{1,9}[ \t]*\n+[ \t]*-?\d[\d:]{2,12}[,.]?\d{0,3}\s*-->")
_ANY_CUE = re.compile(r"^\d[\d:]{3,12},\d{1,3} --> \d", re.M)
#: Where a cue must be met to make an SRT of a file that begins otherwise.
_HEAD = 2_000


def recognise(received: Received) -> float:
    """Know a number, then times with an arrow; or times with a comma somewhere near the beginning."""
    if received.text.startswith("WEBVTT"):
        return 0.0
    if _FIRST_CUE.match(received.text):
        return 0.95
    return 0.7 if _ANY_CUE.search(received.text[:_HEAD]) else 0.0


def read(received: Received) -> Transcript:
    """Read the cues."""
    return read_captions(received.text)
