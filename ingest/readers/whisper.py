"""Whisper and its kin: OpenAI, WhisperX, whisper.cpp, faster-whisper, whisper-timestamped, Hugging Face."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.readers.assembling import Piece
from ingest.readers.json_values import (
    MILLISECONDS,
    SECONDS,
    Row,
    at,
    first,
    label_of,
    language_of,
    number,
    rows,
    share_of,
    text_of,
    time_of,
)
from ingest.readers.spoken_words import Heard, Span, Word, ordered, pieces_of, who, without_marks
from ingest.readers.timeline import named
from ingest.readers.word_rows import cover, spans_in, spelled, unit_of, words_in

#: The share of segments that begin with a space from which one that does not goes on within a word.
_SPACED = 0.5
#: Marks that follow a word without a space.
_GOES_ON = tuple(".,?!;:'’%)-")


def is_whisper(data: object) -> bool:
    """Know Whisper's segments, WhisperX, whisper-timestamped, OpenAI's service, or its text alone."""
    segments = rows(at(data, "segments"))
    if segments:
        return any("text" in row and ("start" in row or "end" in row) for row in segments[:3])
    text = at(data, "text")
    plain = {
        "text",
        "language",
        "duration",
        "task",
        "usage",
        "words",
        "segments",
        "logprobs",
        "type",
        "language_probability",
        "word_count",
        "vtt",
        "diarization",
        "speaker_segments",
    }
    return isinstance(data, dict) and isinstance(text, str) and bool(text.strip()) and set(data) <= plain


def hear_whisper(data: object) -> Heard:
    """Read the segments; where there are none, the text, with times from the words if these are as many.

    Who speaks may be said apart from it, by times only.
    """
    segments = rows(at(data, "segments"))
    pieces = _segments(segments) if segments else []
    if not pieces:
        pieces = _timed_text(text_of(at(data, "text")), words_in(data))
    if not any(piece.speaker for piece in pieces) and (spans := spans_in(data)):
        pieces = _told_apart(segments, pieces, spans)
    pieces, left = without_marks(pieces)
    pieces, mixed = ordered(named(pieces))
    return Heard(
        pieces,
        _whisper_shape(data, segments),
        language=language_of(first(data, "language", "detected_language")),
        roles=spelled(pieces),
        warnings=[*left, *mixed],
    )


def _whisper_shape(data: object, segments: Sequence[Row]) -> str:
    row = segments[0] if segments else {}
    word = next(iter(rows(row.get("words"))), {})
    if row.get("type") == "transcript.text.segment":
        return "OpenAI diarized transcript (JSON)"
    if at(data, "word_segments") is not None or text_of(row.get("speaker")).startswith("SPEAKER_") or "score" in word:
        return "WhisperX JSON"
    if "text" in word and "confidence" in word:
        return "whisper-timestamped JSON"
    if not segments or "seek" in row or "tokens" in row or "avg_logprob" in row:
        return "Whisper JSON"
    return "Transcript segments (JSON)"


def _segments(segments: Sequence[Row]) -> list[Piece]:
    unit = _unit(segments)
    texts = [text_of(row.get("text")) for row in segments]
    spaced = sum(text[:1] == " " for text in texts[1:]) >= _SPACED * max(len(texts) - 1, 1)
    pieces: list[Piece] = []
    for row, text in zip(segments, texts, strict=True):
        words = words_in(row, unit)
        speaker = label_of(first(row, "speaker", "speaker_name", "speaker_label", "speaker_id"))
        start, end = time_of(row.get("start"), unit), time_of(row.get("end"), unit)
        if not text.strip() or (speaker is None and any(word.speaker for word in words) and cover(words, text)):
            pieces += pieces_of(words)
        elif pieces and spaced and _is_torn(pieces[-1], text, speaker):
            pieces[-1] = replace(pieces[-1], text=pieces[-1].text + text, end_ms=end or pieces[-1].end_ms)
        else:
            sure = share_of(row.get("confidence"))
            pieces.append(Piece(text.strip(" \t\n"), speaker, start_ms=start, end_ms=end, confidence=sure))
    return pieces


def _is_torn(before: Piece, text: str, speaker: str | None) -> bool:
    """Say whether a segment goes on within the word before: it begins with a letter or a mark where others have a space."""
    goes_on = text[:1].islower() or text[:1] in _GOES_ON
    return before.speaker == speaker and before.text[-1:].isalnum() and goes_on


def _told_apart(segments: Sequence[Row], pieces: Sequence[Piece], spans: Sequence[Span]) -> list[Piece]:
    """Name who says each word, where segments have words with times, else who says most of each piece."""
    words = [word for row in segments for word in words_in(row)]
    if words and all(cover(words_in(row), text_of(row.get("text"))) for row in segments):
        return pieces_of(replace(word, speaker=who(spans, word.start_ms, word.end_ms)) for word in words)
    return [replace(piece, speaker=who(spans, piece.start_ms, piece.end_ms)) for piece in pieces]


def _unit(segments: Sequence[Row]) -> float:
    """Tell milliseconds, whole numbers that would make very slow speech, from seconds."""
    times = [row.get("start") for row in segments] + [row.get("end") for row in segments]
    known = [time for time in times if time is not None]
    whole = [time for time in known if isinstance(time, int) or (isinstance(time, str) and time.isdecimal())]
    if not known or len(whole) < len(known):
        return SECONDS
    counts = [found for time in whole if (found := number(time)) is not None]
    return unit_of(counts, sum(len(text_of(row.get("text"))) for row in segments))


def _timed_text(text: str, words: Sequence[Word]) -> list[Piece]:
    """Give a text's pieces; its words have the times, but no punctuation."""
    tokens = text.split()
    if not tokens:
        return pieces_of(words)
    if len(tokens) == len(words):
        return pieces_of(replace(word, text=token) for word, token in zip(words, tokens, strict=True))
    starts = [word.start_ms for word in words if word.start_ms is not None]
    ends = [word.end_ms for word in words if word.end_ms is not None]
    return [Piece(text.strip(), start_ms=min(starts, default=None), end_ms=max(ends, default=None))]


def is_faster_whisper(data: object) -> bool:
    """Know faster-whisper's segments written as lists: id, seek, start, end, text, tokens …"""
    row = at(data, 0)
    if isinstance(data, list) and isinstance(row, list) and len(row) > 4:
        return isinstance(row[4], str) and number(row[2]) is not None and number(row[3]) is not None
    return False


def hear_faster_whisper(data: object) -> Heard:
    """Read them like Whisper's."""
    lists = [each for each in data if isinstance(each, list)] if isinstance(data, list) else []
    segments = [dict(zip(("id", "seek", "start", "end", "text"), each, strict=False)) for each in lists]
    return replace_shape(hear_whisper({"segments": segments}), "faster-whisper JSON")


def replace_shape(heard: Heard, shape: str) -> Heard:
    """Give the same with another shape."""
    return replace(heard, shape=shape)


def is_whisper_cpp(data: object) -> bool:
    """Know whisper.cpp's `transcription`."""
    return any("offsets" in row or "timestamps" in row for row in rows(at(data, "transcription"))[:3])


def hear_whisper_cpp(data: object) -> Heard:
    """Read whisper.cpp's segments; where it says that the speaker changes, a turn begins."""
    segments = []
    changes = []
    for row in rows(at(data, "transcription")):
        offsets, stamps = at(row, "offsets"), at(row, "timestamps")
        start, end = (
            first({"ms": time_of(at(offsets, key), MILLISECONDS), "at": time_of(at(stamps, key))}, "ms", "at")
            for key in ("from", "to")
        )
        segments.append({"start": start, "end": end, "text": row.get("text"), "speaker": row.get("speaker")})
        changes.append(row.get("speaker_turn_next") is True)
    heard = hear_whisper({"segments": _in_seconds(segments), "language": at(data, "result", "language")})
    after = {time_of(row["end"], MILLISECONDS) for row, change in zip(segments, changes, strict=True) if change}
    pieces = [heard.pieces[0]] if heard.pieces else []
    for before, piece in pairwise(heard.pieces):
        pieces.append(replace(piece, breaks=True) if before.end_ms is not None and before.end_ms in after else piece)
    heard.pieces = pieces
    return replace_shape(heard, "whisper.cpp JSON")


def _in_seconds(segments: Sequence[Row]) -> list[Row]:
    times = ("start", "end")
    return [
        {key: value / 1000 if key in times and isinstance(value, int) else value for key, value in row.items()}
        for row in segments
    ]


def is_pipeline(data: object) -> bool:
    """Know what Hugging Face's speech pipeline gives: `chunks` with a pair of times."""
    return any(isinstance(row.get("timestamp"), list) for row in _pipeline(data)[:3])


def _pipeline(data: object) -> list[Row]:
    return rows(at(data, "speakers")) or rows(at(data, "chunks")) or (rows(data) if isinstance(data, list) else [])


def hear_pipeline(data: object) -> Heard:
    """Read its parts; those with speakers where there are any."""
    segments: list[Row] = [
        {**row, "start": at(row, "timestamp", 0), "end": at(row, "timestamp", 1)} for row in _pipeline(data)
    ]
    return replace_shape(hear_whisper({"segments": segments}), "Whisper JSON (Hugging Face)")
