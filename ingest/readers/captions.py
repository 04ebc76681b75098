"""Cues to pieces of speech: markup, voices, names in front of the text, repeats of rolling captions."""

import html
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.readers.assembling import Piece, assemble, clean_label, glue
from ingest.readers.cues import Block, drop_repeats, in_time, split
from ingest.readers.grammars import IN_BRACKETS, NAMED
from ingest.readers.labels import is_known, is_possible, speakers_among
from repository.domain.transcript import Transcript

TAG = re.compile(
    r"</?(?:c|b|i|u|s|v|rt|ruby|lang|font|span)(?:[.\s][^<>\n]{0,200})?/?>|<\d[\d:.,]{3,15}>|\{\\[a-z]{1,4}\d{0,2}\}",
    re.I,
)
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,80})?(?:[ \t]+([^<>\n]{0,200}))?>")
_WORD_TIME = re.compile(r"<\d{1,3}:[\d:.,]{3,12}>")
_NAMED = re.compile(NAMED)
_IN_BRACKETS = re.compile(IN_BRACKETS)
#: Broadcasters' mark of another speaker.
_CHANGE = re.compile(r"(?:>>|»)+:?\s*")
#: Webex names the speaker in the cue's name: `12 "Ana Pérez" (1234567)`.
_IN_REF = re.compile(r"\d{1,9} \"([^\"\n]{1,80})\"(?: \(\d*\))?")
_UTTERANCE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{20,40}(?:/\d+)?(?=-\d+$)|.{1,60}/\d+(?=-\d+$)")
#: The share of cues in brackets from which brackets hold names.
_MOST = 0.8


def read_captions(text: str) -> Transcript:
    """Read WebVTT or SRT text; every word of every cue is kept once."""
    found = split(text.split("\n"))
    marked = _WORD_TIME.search(text) is not None
    for block in found.blocks:
        block.lines = [_untagged(line) for line in block.lines]
    drop_repeats(found.blocks, marked=marked)
    blocks, warnings = in_time(found.blocks)
    pieces = [piece for block in blocks for piece in _voices(block)]
    if not any(piece.speaker for piece in pieces):
        pieces = changing(named(pieces))
    if not any(piece.speaker for piece in pieces):
        pieces = _by_utterance(pieces)
    pieces = [replace(piece, text=_flat(piece.text)) if "\n" in piece.text else piece for piece in pieces]
    transcript = assemble(pieces, warnings=[*found.warnings, *warnings])
    language = found.facts.pop("language", "")[:2].lower()
    return replace(transcript, language=language if language.isalpha() else "", facts=found.facts)


def _untagged(line: str) -> str:
    """Strip markup but voices, which are looked at later."""
    if "<" not in line and "{" not in line:
        return line
    return TAG.sub(lambda tag: tag.group() if _VOICE.fullmatch(tag.group()) else "", line)


def _voices(block: Block) -> list[Piece]:
    """Cut a cue's text where the voice changes; entities are decoded here, once. Lines are still apart."""
    words = "\n".join(filter(None, (line.strip() for line in block.lines)))
    named = _IN_REF.fullmatch(block.ref)
    parts = _stated(words) or _VOICE.split(words)
    pieces = []
    for index in range(0, len(parts), 2):
        label = html.unescape(parts[index - 1] or "").strip() if index else named.group(1) if named else ""
        said = html.unescape(parts[index]).strip()
        if label and said.startswith(label + ":"):  # named twice
            said = said[len(label) + 1 :].strip()
        if said:
            pieces.append(
                Piece(
                    said,
                    label or None,
                    start_ms=block.start_ms,
                    end_ms=block.end_ms,
                    confidence=block.confidence,
                    ref=block.ref,
                    line=block.line,
                )
            )
    return pieces


def _stated(words: str) -> list[str]:
    """Give what Microsoft's interface writes in cues, an object with name and text, as a voice is split; [] if it is none."""
    if not (words.startswith("{") and '"spokenText"' in words):
        return []
    try:
        stated = json.loads(words)
    except (ValueError, RecursionError):
        return []
    return ["", html.escape(str(stated.get("speakerName") or "")), html.escape(str(stated.get("spokenText") or ""))]


def _flat(words: str) -> str:
    lines = words.split("\n")
    return lines[0] + "".join(glue(before, line) + line for before, line in pairwise(lines))


def _by_line(pieces: Sequence[Piece], label: re.Pattern[str] = _NAMED) -> list[Piece]:
    """Cut cues before each line but the first that begins with a label: two people in one cue."""
    out = []
    for piece in pieces:
        lines = piece.text.split("\n")
        starts = [0, *(index for index in range(1, len(lines)) if label.match(lines[index][:120]))]
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            out.append(replace(piece, text="\n".join(lines[start:end])) if len(starts) > 1 else piece)
    return out


def named(pieces: Sequence[Piece]) -> list[Piece]:
    """Take `Name: ` in front of the text for the speaker where the file does that; a cue without goes on as before."""
    cues, pieces = pieces, _by_line(pieces)
    found = [_NAMED.match(piece.text[:120]) for piece in pieces]
    labels = [clean_label(match["label"]) for match in found if match]
    if len(labels) < len(pieces) / 2:
        parts = _by_line(cues, _IN_BRACKETS)
        boxed = [_IN_BRACKETS.match(piece.text[:120]) for piece in parts]
        if _are_names([clean_label(match["label"]) for match in boxed if match], len(parts)):
            pieces, found, labels = parts, boxed, [clean_label(match["label"]) for match in boxed if match]
    headed = len(labels) >= 0.9 * len(pieces)
    speakers = speakers_among(
        labels, uniform=len(labels) >= 0.5 * len(pieces), all_headed=headed and len(set(labels)) > 1
    )
    named = []
    speaker: str | None = None
    for piece, match in zip(pieces, found, strict=True):
        label = clean_label(match["label"]) if match else ""
        says_who = match is not None and label in speakers
        speaker = label if says_who else speaker
        other = _CHANGE.match(piece.text) if speaker and not says_who else None
        if other:  # somebody else, whom nobody names
            speaker, piece = None, replace(piece, text=piece.text[other.end() :], breaks=True)
        if says_who or speaker:
            text = piece.text[match.end() :] if match and says_who else piece.text
            piece = replace(piece, speaker=speaker, text=text)
        named.append(piece)
    return named


def _are_names(labels: Sequence[str], cues: int) -> bool:
    """Say whether words in brackets are names: known ones, or most cues begin with them and they come again."""
    if not labels or not all(map(is_possible, labels)):
        return False
    return all(map(is_known, labels)) or (len(labels) >= _MOST * cues and len(labels) >= 2 * len(set(labels)) > 2)


def changing(pieces: Sequence[Piece]) -> list[Piece]:
    """Begin a turn at each `>>` where the file marks another speaker so, be it with a name or without."""
    marks = [_CHANGE.match(piece.text) for piece in pieces]
    if sum(mark is not None for mark in marks) < 2:
        return list(pieces)
    return [
        replace(piece, text=piece.text[mark.end() :], breaks=True) if mark and not piece.speaker else piece
        for piece, mark in zip(pieces, marks, strict=True)
    ]


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
