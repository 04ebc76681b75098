"""Subtitles of SubStation Alpha (.ass, .ssa) and MicroDVD (.sub)."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from ingest.readers.assembling import Piece, assemble
from ingest.readers.received import Received
from ingest.readers.stamps import parse_stamp
from ingest.readers.timeline import broken_ends, in_time, left_out, named, sane
from repository.domain.transcript import ReadingWarning, Transcript

NAME = "substation"
TITLE = "Subtitles (ASS, SSA)"
VERSION = 1
NEEDS: tuple[str, ...] = ()
_SECTION = re.compile(r"\s{0,20}\[(?:Script Info|V4\+? Styles|Events)\]", re.I)
_OVERRIDE = re.compile(r"\{[^{}\n]{0,2000}\}")
_DRAWING = re.compile(r"\{[^{}\n]{0,500}?\\p[1-9][^{}\n]{0,500}\}")
_FRAMES = re.compile(r"\{(\d{1,8})\}\{(\d{0,8})\}(.*)")
_STYLE = re.compile(r"\{[a-zA-Z]:[^{}\n]{0,80}\}")
_RATE = re.compile(r"\d{1,3}(?:\.\d{1,6})?")
#: Columns where the file does not say which there are.
_USUAL = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")


def recognise(received: Received) -> float:
    """Know the first section's name, or frames in braces."""
    if _SECTION.match(received.text[:400].lstrip("\ufeff")):
        return 0.95
    lines = [line for line in received.text[:4_000].split("\n")[:20] if line.strip()]
    return 0.95 if len(lines) > 1 and all(_FRAMES.match(line) for line in lines[:-1]) else 0.0


def read(received: Received) -> Transcript:
    """Read the subtitles in order of time."""
    if _SECTION.match(received.text[:400].lstrip("\ufeff")):
        return _read_events(received.text)
    return _read_frames(received.text)


def _read_events(text: str) -> Transcript:
    """Read lines of dialogue; the column Name says who speaks. Drawings, comments and doubled layers are left out."""
    columns: Sequence[str] = _USUAL
    pieces: list[Piece] = []
    seen: set[tuple[str, ...]] = set()
    dropped: Counter[str] = Counter()
    broken, title, section = 0, "", ""
    for number, line in enumerate(text.split("\n"), 1):
        key, _, rest = line.strip().partition(":")
        if line.strip().startswith("[") and line.strip().endswith("]"):
            section = line.strip().casefold()
        elif key == "Title" and not title:
            title = rest.strip()
        elif key == "Format" and section != "[fonts]" and "text" in rest.casefold():
            columns = [name.strip().casefold() for name in rest.split(",")]
        elif key == "Comment":
            dropped["comments"] += 1
        elif key == "Dialogue":
            cells = dict(zip(columns, rest.lstrip().split(",", len(columns) - 1), strict=False))
            words = cells.get("text", "")
            if _DRAWING.search(words[:4_000]):
                dropped["drawings"] += 1
                continue
            words = _plain(words)
            who = cells.get("name", cells.get("actor", "")).strip()
            same = (cells.get("start", ""), cells.get("end", ""), who, words)
            if same in seen:
                dropped["doubled layers"] += 1
                continue
            seen.add(same)
            start, end, fine = sane(parse_stamp(cells.get("start", "")), parse_stamp(cells.get("end", "")))
            broken += not fine
            pieces.append(Piece(words, who or None, start_ms=start, end_ms=end, line=number))
    ordered, warnings = in_time(pieces)
    transcript = assemble(named(ordered), warnings=[*left_out(dropped), *broken_ends(broken), *warnings])
    return replace(transcript, title="" if title.casefold() in ("untitled", "default aegisub file") else title[:300])


def _plain(words: str) -> str:
    """Strip override codes; `\\N` and `\\n` are line ends, `\\h` is a blank."""
    return _OVERRIDE.sub("", words).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")


def _read_frames(text: str) -> Transcript:
    """Read MicroDVD; its frames are times only where the file states their rate in the first line."""
    pieces: list[Piece] = []
    rate: Fraction | None = None
    for number, line in enumerate(text.split("\n"), 1):
        found = _FRAMES.match(line)
        if found is None:
            pieces.append(Piece(line, line=number))
            continue
        first, last, words = found.groups()
        if not pieces and first in ("0", "1") and _RATE.fullmatch(words.strip()):
            rate = Fraction(words.strip()) or None
            continue
        times = [round(int(frame) * 1000 / rate) if rate and frame else None for frame in (first, last)]
        start, end, _ = sane(times[0], times[1])
        lines = [part.strip().lstrip("/") for part in _STYLE.sub("", words).split("|")]
        pieces.append(Piece("\n".join(lines), start_ms=start, end_ms=end, line=number))
    ordered, warnings = in_time(pieces)
    if rate is None:
        warnings = [
            ReadingWarning("The file counts frames and does not say how many a second has: no times are known.", 1)
        ]
    return replace(assemble(named(ordered), warnings=warnings), shape="MicroDVD subtitles")
