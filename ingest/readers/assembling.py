"""Pieces of speech to the canonical text: the one place that makes turns, speakers and cues (docs/explanation/reading.md)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ingest.readers.decoding import normalise
from ingest.readers.roles import propose_roles
from ingest.readers.stamps import in_order
from repository.domain.transcript import (
    Cue,
    ReadingWarning,
    Role,
    SessionKind,
    Speaker,
    TimePrecision,
    Transcript,
    Turn,
    TurnKind,
)

#: Silence in ms after which the same speaker's next words are a new turn.
PAUSE = 30_000
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
_HYPHENATED = re.compile(r"[^\W\d_]-")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_VISIBLE = re.compile("[^\\s\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_GAPS = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something said or noted in one go. `breaks`: the source begins a paragraph here. `ref`: a cue's name there."""

    text: str
    speaker: str | None = None
    kind: TurnKind = TurnKind.SPEECH
    start_ms: int | None = None
    end_ms: int | None = None
    breaks: bool = False
    confidence: float | None = None
    ref: str = ""
    line: int | None = None


@lru_cache(4096)
def clean_label(label: str) -> str:
    """Give a speaker's label as written, but for outer blanks and controls of writing direction."""
    return " ".join(_BIDI.sub("", normalise(label)).split())


def assemble(
    pieces: Sequence[Piece],
    *,
    precision: TimePrecision = TimePrecision.EXACT,
    roles: dict[str, Role] | None = None,
    recorder: str = "",
    warnings: Sequence[ReadingWarning] = (),
) -> Transcript:
    """Make a transcript of pieces in their order; `roles` are what the file says about labels, `recorder` who recorded.

    A turn is one speaker's maximal run: a new one begins with another speaker or kind, a paragraph of the source, or
    after PAUSE of silence. Times that run backwards are dropped with a warning, as few as possible.
    """
    kept = [piece for piece in map(_clean, pieces) if _VISIBLE.search(piece.text)]
    ordered = in_order([piece.start_ms for piece in kept])
    backwards = [piece for piece, ok in zip(kept, ordered, strict=True) if piece.start_ms is not None and not ok]
    notes = list(warnings)
    if backwards:
        does = (
            "1 time runs backwards and was" if len(backwards) == 1 else f"{len(backwards)} times run backwards and were"
        )
        notes.append(ReadingWarning(f"{does} dropped; the words are kept.", backwards[0].line))
    labels: dict[str, int] = {}
    out: list[str] = []
    turns: list[Turn] = []
    cues: list[Cue] = []
    at = 0
    last: Piece | None = None
    heard: int | None = None  # when the running turn was last heard
    for piece, ok in zip(kept, ordered, strict=True):
        label = clean_label(piece.speaker or "")
        speaker = labels.setdefault(label, len(labels)) if label else None
        start = piece.start_ms if ok else None
        end = piece.end_ms if ok or piece.start_ms is None else None
        words = piece.text
        if last and not piece.breaks and _continues(turns[-1], speaker, piece.kind, start, heard):
            between = glue(last.text, words)
            out += (between, words)
            begins = at + len(between)
            at = begins + len(words)
            before = turns[-1]
            heard = max((t for t in (heard, start, end) if t is not None), default=None)
            began = start if before.start_ms is None else before.start_ms
            turns[-1] = _made(before.idx, speaker, piece.kind, before.start, at, began, heard, precision)
        else:
            if turns:
                out.append("\n\n")
                at += 2
            begins = at
            at += len(words)
            out.append(words)
            heard = max((t for t in (start, end) if t is not None), default=None)
            turns.append(_made(len(turns), speaker, piece.kind, begins, at, start, heard, precision))
        if start is not None or end is not None or piece.ref:
            cues.append(Cue(len(turns) - 1, begins, at, start, end, piece.confidence, piece.ref))
        last = piece
    text = "".join(out)
    speakers = propose_roles([Speaker(label) for label in labels], turns, text, roles or {}, recorder=recorder)
    return Transcript(text, tuple(turns), speakers, tuple(cues), _kind(turns), warnings=tuple(notes))


def _clean(piece: Piece) -> Piece:
    """Normalise what entities and XML can bring in after decoding; leave no blank line inside."""
    words = _GAPS.sub("\n", normalise(piece.text).strip())
    return piece if words == piece.text else replace(piece, text=words)


def _continues(turn: Turn, speaker: int | None, kind: TurnKind, start: int | None, heard: int | None) -> bool:
    if turn.speaker != speaker or turn.kind != kind:
        return False
    return start is None or heard is None or start - heard <= PAUSE


def _made(
    idx: int,
    speaker: int | None,
    kind: TurnKind,
    begins: int,
    ends: int,
    start_ms: int | None,
    heard: int | None,
    precision: TimePrecision,
) -> Turn:
    end_ms = heard if start_ms is not None and heard is not None and heard > start_ms else None
    return Turn(
        idx, speaker, kind, begins, ends, start_ms, end_ms, TimePrecision.NONE if start_ms is None else precision
    )


def glue(before: str, after: str) -> str:
    """Give what joins two cues or lines: nothing inside a hyphenated word and in scripts without spaces, else a space.

    >>> glue("a long-", "term plan"), glue("one", "two"), glue("no -", "wait"), glue("東京", "都")
    ('', ' ', ' ', '')
    """
    if _HYPHENATED.fullmatch(before[-2:]) and after[:1].islower():
        return ""
    return "" if _SPACELESS.match(before[-1:]) and _SPACELESS.match(after[:1]) else " "


def _kind(turns: Sequence[Turn]) -> SessionKind:
    kinds = {turn.kind for turn in turns}
    if kinds <= {TurnKind.NOTE}:
        return SessionKind.NOTE
    return SessionKind.CHAT if TurnKind.CHAT in kinds and TurnKind.SPEECH not in kinds else SessionKind.INTERVIEW
