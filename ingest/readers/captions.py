"""Cues to pieces of speech: markup, voices, names in front of the text, repeats of rolling captions."""

import html
import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.readers.assembling import Piece, assemble, clean_label
from ingest.readers.cues import Block, in_time, split, drop_repeats
from ingest.readers.labels import LABEL, speakers_among
from repository.domain.transcript import Transcript

_TAG = re.compile(r"</?(?:c|b|i|u|s|v|rt|ruby|lang|font|span)(?:[.\s][^<>\n]{0,200})?/?>|<\d[\d:.,]{3,15}>|\{\\an?\d\}", re.I)
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,80})?(?:[ \t]+([^<>\n]{0,200}))?>")
_WORD_TIME = re.compile(r"<\d{1,3}:[\d:.,]{3,12}>")
_NAMED = re.compile(rf"(?P<label>{LABEL})\s?[:：](?:\s+|$)")
_UTTERANCE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{20,40}(?:/\d+)?(?=-\d+$)|.{1,60}/\d+(?=-\d+$)")


def read_captions(text: str) -> Transcript:
    """Read WebVTT or SRT text; every word of every cue is kept once."""
    found = split(text.split("\n"))
    marked = _WORD_TIME.search(text) is not None
    for block in found.blocks:
        block.lines = [_untagged(line) for line in block.lines]
    drop_repeats(found.blocks, marked=marked)
    blocks, warnings = in_time(found.blocks)
    voiced = any(_VOICE.search(line) for block in blocks for line in block.lines)
    pieces = [piece for block in blocks for piece in _voices(block)]
    if not voiced:
        pieces = _named(pieces)
    if all(piece.speaker is None for piece in pieces):
        pieces = _by_utterance(pieces)
    transcript = assemble(pieces, warnings=[*found.warnings, *warnings])
    language = found.facts.pop("language", "")[:2].lower()
    return replace(transcript, language=language if language.isalpha() else "", facts=found.facts)


def _untagged(line: str) -> str:
    """Strip markup but voices, which are looked at later."""
    if "<" not in line and "{" not in line:
        return line
    return _TAG.sub(lambda tag: tag.group() if _VOICE.fullmatch(tag.group()) else "", line)


def _voices(block: Block) -> list[Piece]:
    """Cut a cue's text where the voice changes; entities are decoded here, once."""
    words = " ".join(filter(None, (line.strip() for line in block.lines)))
    parts = _VOICE.split(words)
    pieces = []
    for index in range(0, len(parts), 2):
        label = html.unescape(parts[index - 1] or "") if index else ""
        said = html.unescape(parts[index]).strip()
        if said:
            pieces.append(
                Piece(
                    said,
                    label.strip() or None,
                    start_ms=block.start_ms,
                    end_ms=block.end_ms,
                    confidence=block.confidence,
                    ref=block.ref,
                    line=block.line,
                )
            )
    return pieces


def _named(pieces: Sequence[Piece]) -> list[Piece]:
    """Take `Name: ` in front of the text for the speaker where the file does that; a cue without goes on as before."""
    found = [_NAMED.match(piece.text[:120]) for piece in pieces]
    labels = [clean_label(match["label"]) for match in found if match]
    headed = len(labels) >= 0.9 * len(pieces)
    speakers = speakers_among(labels, uniform=len(labels) >= 0.5 * len(pieces), all_headed=headed and len(set(labels)) > 1)
    named = []
    speaker: str | None = None
    for piece, match in zip(pieces, found, strict=True):
        label = clean_label(match["label"]) if match else ""
        says_who = match is not None and label in speakers
        speaker = label if says_who else speaker
        if says_who or speaker:
            text = piece.text[match.end() :] if match and says_who else piece.text
            piece = replace(piece, speaker=speaker, text=text)
        named.append(piece)
    return named


def _by_utterance(pieces: Sequence[Piece]) -> list[Piece]:
    """Begin a turn with each utterance that the cue ids name (Teams, Stream), where nobody says who speaks."""
    out = []
    last = ""
    for piece in pieces:
        utterance = _UTTERANCE.match(piece.ref)
        name = utterance.group() if utterance else ""
        out.append(replace(piece, breaks=True) if name and name != last else piece)
        last = name
    return out
