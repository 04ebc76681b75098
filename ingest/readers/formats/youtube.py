"""YouTube's own captions: blocks (.sbv, as Google Meet's chat) and timed text in XML (srv1, srv2, srv3)."""

import html
import re
from dataclasses import replace
from typing import Any

from ingest.readers.assembling import Piece, assemble
from ingest.readers.captions import TAG
from ingest.readers.cues import Block, drop_repeats
from ingest.readers.received import Received
from ingest.readers.stamps import parse_stamp
from ingest.readers.timeline import broken_ends, in_time, ms_of, named, sane
from ingest.readers.xml import attribute, name_of, root_of, tree_of, walk
from repository.domain.transcript import ReadingWarning, Transcript, TurnKind

NAME = "youtube"
TITLE = "YouTube captions"
VERSION = 1
NEEDS = ("lxml.etree",)
_STAMP = r"\d{1,4}:\d{1,2}:\d{1,2}[.,]\d{1,3}"
_TIMES = re.compile(rf"({_STAMP})\s{{0,4}},\s{{0,4}}({_STAMP})\s*$")
_XML = re.compile(r"<(?:text|p)\s[^>]{0,200}?\b(?:start|t)=\"")
_BREAK = re.compile(r"\[br\]|<br\s{0,4}/?>", re.I)


def recognise(received: Received) -> float:
    """Know a first line of two times and nothing else, or the root of YouTube's XML."""
    first = received.text[:400].lstrip("\ufeff \t\n").partition("\n")[0]
    if _TIMES.match(first):
        return 0.95
    if root_of(received.text) in ("timedtext", "transcript") and _XML.search(received.text[:20_000]):
        return 0.95
    return 0.0


def read(received: Received) -> Transcript:
    """Read blocks or XML; each word once."""
    if root_of(received.text) in ("timedtext", "transcript"):
        return _read_xml(received)
    return _read_sbv(received.text)


def _read_sbv(text: str) -> Transcript:
    """Read blocks. Lines behind a blank one stay with their block: people type blank lines into chats."""
    blocks: list[Block] = []
    broken: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        if found := _TIMES.match(line.strip()):
            start, end, fine = sane(parse_stamp(found.group(1)), parse_stamp(found.group(2)))
            if not fine:
                broken.append(number)
            blocks.append(Block(start, end, line=number))
        elif line.strip():
            if not blocks:
                blocks.append(Block(None, None, line=number))
            blocks[-1].lines += [part for part in _BREAK.split(line.strip()) if part.strip()]
    drop_repeats(blocks, marked=False)
    pieces = named(_pieces(blocks))
    chat = bool(pieces) and all(p.start_ms == p.end_ms and p.speaker for p in pieces if p.start_ms is not None)
    if chat:
        pieces = [replace(piece, kind=TurnKind.CHAT, breaks=True) for piece in pieces]
    ordered, warnings = in_time(pieces)
    transcript = assemble(ordered, warnings=[*broken_ends(len(broken), broken[0] if broken else None), *warnings])
    return replace(transcript, shape="Google Meet chat (.sbv)" if chat else "YouTube captions (.sbv)")


def _pieces(blocks: list[Block]) -> list[Piece]:
    return [
        Piece("\n".join(block.lines), start_ms=block.start_ms, end_ms=block.end_ms, line=block.line) for block in blocks
    ]


def _read_xml(received: Received) -> Transcript:
    root, warnings = tree_of(received)
    blocks: list[Block] = []
    for cue in walk(root, "text", "p"):
        start, end = _times(cue)
        words = _words(cue)
        if attribute(cue, "append") == "1" and blocks and words.strip():  # srv2: the next word of a line
            blocks[-1].lines = [*blocks[-1].lines[:-1], (blocks[-1].lines or [""])[-1] + words]
            continue
        lines = [" ".join(line.split()) for line in _BREAK.sub("\n", words).split("\n")]
        blocks.append(Block(start, end, [line for line in lines if line], line=cue.sourceline or 0))
    blocks = [block for block in blocks if block.lines]
    drop_repeats(blocks, marked=False)
    ordered, _ = in_time(_pieces(blocks))  # lines stay on the screen while the next is spoken: no overlap of speech
    transcript = assemble(named(ordered), warnings=[*warnings, *_untimed(blocks)])
    return replace(transcript, shape=f"YouTube captions ({_flavour(root)})")


def _times(cue: Any) -> tuple[int | None, int | None]:
    """Give a cue's times: `start` and `dur` are seconds (srv1), `t` and `d` milliseconds."""
    if attribute(cue, "start"):
        start, lasts = ms_of(attribute(cue, "start")), ms_of(attribute(cue, "dur"))
    else:
        start, lasts = ms_of(attribute(cue, "t"), 1), ms_of(attribute(cue, "d"), 1)
    return start, (start + lasts if start is not None and lasts is not None else None)


def _words(cue: Any) -> str:
    """Give a cue's words; what XML escaped once more (`&amp;#39;`) is decoded, markup in it is dropped."""
    parts = [cue.text or ""]
    for part in cue.iter():
        if part is not cue:
            parts += ["\n" if name_of(part) == "br" else part.text or "", part.tail or ""]
    words = html.unescape("".join(parts))
    return TAG.sub("", words) if "<" in words else words


def _untimed(blocks: list[Block]) -> list[ReadingWarning]:
    untimed = sum(block.start_ms is None for block in blocks)
    return [ReadingWarning(f"Cues without a time that can be read: {untimed}.")] if untimed else []


def _flavour(root: Any) -> str:
    if name_of(root) == "transcript":
        return "srv1"
    return "srv3" if attribute(root, "format") == "3" or next(walk(root, "p"), None) is not None else "srv2"
