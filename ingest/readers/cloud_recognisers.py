"""What speech services write that list each word: Amazon, Google, IBM, Azure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ingest.readers.assembling import Piece
from ingest.readers.json_values import (
    MILLISECONDS,
    TICKS,
    Row,
    at,
    first,
    label_of,
    language_of,
    moment_of,
    rows,
    share_of,
    text_of,
    time_of,
)
from ingest.readers.spoken_words import Heard, Span, Word, ordered, pieces_of, who
from ingest.readers.timeline import since_midnight
from repository.domain.transcript import Role, TurnKind

#: What services call the two sides of a call.
_SIDES = {
    "AGENT": Role.INTERVIEWER,
    "CLINICIAN": Role.INTERVIEWER,
    "CUSTOMER": Role.PARTICIPANT,
    "PATIENT": Role.PARTICIPANT,
}


# Amazon


def is_amazon(data: object) -> bool:
    """Know Amazon Transcribe's results."""
    results = at(data, "results")
    if not isinstance(results, dict):
        return False
    amazon = (
        "transcripts" in results or "audio_segments" in results or "jobName" in (data if isinstance(data, dict) else {})
    )
    return amazon and any(key in results for key in ("items", "transcripts", "audio_segments"))


def hear_amazon(data: object) -> Heard:
    """Read each channel's words, or all; who speaks is said of the word or of a time. Without words, segments or text."""
    results = at(data, "results")
    channels = rows(at(results, "channel_labels", "channels")) or [
        row for row in rows(at(results, "channel_labels")) if rows(row.get("items"))
    ]
    spans = _amazon_spans(results)
    pieces: list[Piece] = []
    for channel in channels:
        pieces += pieces_of(_amazon_words(rows(channel.get("items")), [], label_of(channel.get("channel_label"))))
    if not pieces:
        pieces = pieces_of(_amazon_words(rows(at(results, "items")), spans, None))
    if not pieces:
        pieces = [_amazon_segment(row) for row in rows(at(results, "audio_segments"))]
    pieces = pieces or [Piece(text_of(row.get("transcript"))) for row in rows(at(results, "transcripts"))]
    pieces, mixed = ordered(pieces)
    language = language_of(first(results, "language_code"))
    return Heard(pieces, "Amazon Transcribe JSON", language=language, roles=_sides(pieces), warnings=mixed)


def _amazon_words(items: Iterable[Row], spans: Sequence[Span], channel: str | None) -> list[Word]:
    words: list[Word] = []
    for item in items:
        text = text_of(first(item, "content") or at(item, "alternatives", 0, "content"))
        start, end = time_of(item.get("start_time")), time_of(item.get("end_time"))
        mark = item.get("type") == "punctuation"
        speaker = channel or label_of(item.get("speaker_label")) or (None if mark else who(spans, start, end))
        if speaker is None and mark and words:
            speaker = words[-1].speaker
        sure = share_of(at(item, "alternatives", 0, "confidence")) if not mark else None
        words.append(Word(text, speaker, start, end, sure, joined=mark))
    return words


def _amazon_spans(results: object) -> list[Span]:
    segments = rows(at(results, "speaker_labels", "segments")) or rows(at(results, "audio_segments"))
    spans: list[Span] = []
    for row in segments:
        label = label_of(row.get("speaker_label"))
        for part in rows(row.get("items")) or [row]:
            start, end = time_of(part.get("start_time")), time_of(part.get("end_time"))
            if start is not None and end is not None:
                spans.append(Span(start, end, label_of(part.get("speaker_label")) or label))
    return sorted(spans, key=lambda span: span.start_ms)


def _amazon_segment(row: Row) -> Piece:
    label = label_of(row.get("speaker_label"))
    return Piece(
        text_of(row.get("transcript")),
        label,
        start_ms=time_of(row.get("start_time")),
        end_ms=time_of(row.get("end_time")),
    )


def is_amazon_call(data: object) -> bool:
    """Know Amazon's call analytics, and its scribe for doctors."""
    return any("Content" in row for row in _calls(data)[:3])


def _calls(data: object) -> list[Row]:
    return rows(at(data, "Transcript")) or rows(at(data, "Conversation", "TranscriptSegments"))


def hear_amazon_call(data: object) -> Heard:
    """Read what each side said; the file states the roles."""
    pieces = []
    roles: dict[str, Role] = {}
    listed = {text_of(row.get("ParticipantId")): row for row in rows(at(data, "Participants"))}
    kind = TurnKind.CHAT if at(data, "Channel") == "CHAT" else TurnKind.SPEECH
    for row in _calls(data):
        person = listed.get(text_of(row.get("ParticipantId")), {})
        side = text_of(
            first(row, "ParticipantRole")
            or at(row, "ParticipantDetails", "ParticipantRole")
            or first(person, "ParticipantRole")
        )
        label = label_of(first({**person, **row}, "DisplayName") or side or row.get("ParticipantId"))
        if label and (role := _side(side or label)):
            roles[label] = role
        start, end = (
            time_of(row.get("BeginOffsetMillis"), MILLISECONDS),
            time_of(row.get("EndOffsetMillis"), MILLISECONDS),
        )
        if start is None:
            start, end = time_of(row.get("BeginAudioTime")), time_of(row.get("EndAudioTime"))
        pieces.append(Piece(text_of(row.get("Content")), label, kind, start_ms=start, end_ms=end))
    pieces, day = since_midnight(pieces, [(moment_of(row.get("AbsoluteTime")), None) for row in _calls(data)])
    pieces, mixed = ordered(pieces)
    language = language_of(first(data, "LanguageCode") or at(data, "Conversation", "LanguageCode"))
    shape = "Amazon Transcribe call analytics (JSON)"
    return Heard(pieces, shape, language=language, occurred_on=day, roles=roles, warnings=mixed)


def _sides(pieces: Sequence[Piece]) -> dict[str, Role]:
    labels = {piece.speaker for piece in pieces if piece.speaker}
    return {label: role for label in labels if (role := _side(label))}


def _side(label: str) -> Role | None:
    return _SIDES.get(label.upper().rstrip("_0123456789"))


# Google and IBM


def is_google(data: object) -> bool:
    """Know Google's results: alternatives with a transcript or words."""
    return any(
        "transcript" in best or (rows(best.get("words")) and "content" not in best)
        for row in _results(data)[:5]
        for best in rows(row.get("alternatives"))[:1]
    )


def _results(data: object) -> list[Row]:
    """Give results; of version 2's batches, those of every file; of its annotations of videos, the speech."""
    found = at(data, "results")
    for annotated in rows(at(data, "annotation_results")) + rows(at(data, "annotationResults")):
        if speech := rows(first(annotated, "speech_transcriptions", "speechTranscriptions")):
            return speech
    if isinstance(found, dict):
        files = [
            at(each, "transcript", "results") or at(each, "inlineResult", "transcript", "results")
            for each in found.values()
        ]
        return [row for each in files for row in rows(each)]
    return rows(found) or [row for each in rows(data) for row in rows(each.get("results"))]


def hear_google(data: object) -> Heard:
    """Read the words; the last result repeats all of them with who says them, then it alone is read."""
    results = _results(data)
    parts = [_google_words(row) for row in results]
    if _is_repeat(results, parts):
        pieces = pieces_of(parts[-1])
    else:
        pieces = []
        for row, words in zip(results, parts, strict=True):
            pieces += pieces_of(words) or [
                Piece(text_of(at(row, "alternatives", 0, "transcript")), _google_channel(row))
            ]
    pieces, mixed = ordered(pieces)
    language = language_of(next((first(row, "languageCode", "language_code") for row in results), None))
    return Heard(pieces, "Google Speech-to-Text JSON", language=language, warnings=mixed)


def _google_words(row: Row) -> list[Word]:
    channel = _google_channel(row)
    found: list[Word] = []
    for word in rows(at(row, "alternatives", 0, "words")):
        start = time_of(first(word, "startTime", "start_time", "startOffset", "start_offset"))
        end = time_of(first(word, "endTime", "end_time", "endOffset", "end_offset"))
        tag = first(word, "speakerLabel", "speaker_label", "speakerTag", "speaker_tag")
        speaker = None if tag in (0, "0") else label_of(tag)
        if start is None and end is not None and not found:
            start = 0  # zero is left out
        found.append(
            Word(text_of(word.get("word")), speaker or channel, start, end, share_of(word.get("confidence")) or None)
        )
    return found


def _google_channel(row: Row) -> str | None:
    channel = text_of(first(row, "channelTag", "channel_tag"))
    return f"Channel {channel}" if channel not in ("", "0") else None


def _is_repeat(results: Sequence[Row], parts: Sequence[Sequence[Word]]) -> bool:
    """Say whether the last result has the words of all before it, with who says them."""
    before: list[str] = []
    for row, words in zip(results[:-1], parts[:-1], strict=True):
        before += [word.text for word in words] or text_of(at(row, "alternatives", 0, "transcript")).split()
    last = [word.text.casefold() for word in parts[-1]] if parts else []
    if not before or len(last) < len(before) or not any(word.speaker for word in parts[-1]):
        return False
    folded = [text.casefold() for text in before]
    return last[: len(folded)] == folded or (len(last) < 1.1 * len(folded) and last[0] == folded[0])


def is_ibm(data: object) -> bool:
    """Know Watson: alternatives with time stamps, or labels of speakers beside results."""
    if any("speaker_labels" in each or "result_index" in each for each in _watson(data)):
        return True
    results = rows(at(data, "results"))
    return any(
        "final" in row or "timestamps" in best for row in results[:3] for best in rows(row.get("alternatives"))[:1]
    )


def _watson(data: object) -> list[Row]:
    answers = rows(data) if isinstance(data, list) else rows([data])
    return [row for row in answers if rows(row.get("results")) or rows(row.get("speaker_labels"))]


def hear_ibm(data: object) -> Heard:
    """Read final results word by word; who speaks is said of the word's beginning."""
    spans: list[Span] = []
    pieces: list[Piece] = []
    for row in [row for answer in _watson(data) for row in rows(answer.get("speaker_labels"))]:
        start, end = time_of(row.get("from")), time_of(row.get("to"))
        if start is not None and end is not None:
            spans.append(Span(start, end, label_of(row.get("speaker"))))
    spans.sort(key=lambda span: span.start_ms)
    for row in [row for answer in _watson(data) for row in rows(answer.get("results"))]:
        if row.get("final") is False:
            continue
        best = at(row, "alternatives", 0)
        text = text_of(at(best, "transcript"))
        words = _watson_words(at(best, "timestamps"), spans, text)
        sure = share_of(at(best, "confidence"))
        pieces += [replace(piece, confidence=sure) for piece in pieces_of(words)] or [Piece(text, confidence=sure)]
    pieces, mixed = ordered(pieces)
    return Heard(pieces, "IBM Watson JSON", warnings=mixed)


def _watson_words(stamps: object, spans: Sequence[Span], text: str) -> list[Word]:
    """Give the words; their spelling from the text, which smart formatting changes, where there are as many."""
    found: list[Word] = []
    for stamp in stamps if isinstance(stamps, list) else []:
        start, end = time_of(at(stamp, 1)), time_of(at(stamp, 2))
        found.append(Word(text_of(at(stamp, 0)), who(spans, start, end), start, end))
    tokens = text.split()
    if tokens and len(tokens) != len(found):
        speakers = {word.speaker for word in found}
        if len(speakers) == 1 and found:
            return [Word(text.strip(), found[0].speaker, found[0].start_ms, found[-1].end_ms)]
        return found
    return [replace(word, text=token) for word, token in zip(found, tokens, strict=True)] if tokens else found


# Azure


def is_azure(data: object) -> bool:
    """Know Azure's batches, old and new, its fast transcription, and what it says live."""
    if rows(at(data, "recognizedPhrases")) or rows(at(data, "AudioFileResults")) or _live(data):
        return True
    return any("offsetMilliseconds" in row for row in rows(at(data, "phrases"))[:3])


def hear_azure(data: object) -> Heard:
    """Read the best form of each phrase; several channels are several people."""
    phrases = rows(at(data, "recognizedPhrases")) or rows(at(data, "phrases")) or _live(data)
    for each in rows(at(data, "AudioFileResults")):
        phrases += rows(each.get("SegmentResults"))
    channels = {text_of(first(row, "channel", "ChannelNumber")) for row in phrases} - {""}
    pieces = [_phrase(row, len(channels) > 1) for row in phrases]
    pieces, mixed = ordered(pieces)
    language = language_of(next((first(row, "locale") for row in phrases), None))
    return Heard(pieces, "Azure Speech JSON", language=language, warnings=mixed)


def _live(data: object) -> list[Row]:
    answers = rows(data) if isinstance(data, list) else rows([data])
    return [row for row in answers if "RecognitionStatus" in row and ("DisplayText" in row or "NBest" in row)]


def _phrase(row: Row, several: bool) -> Piece:
    best = at(row, "nBest", 0) or at(row, "NBest", 0)
    text = text_of(
        first(best, "display", "Display", "displayText") or first(row, "text", "display", "DisplayText", "lexical")
    )
    text = text or text_of(first(best, "itn", "lexical", "Lexical"))
    start, lasts = _azure_time(row, "offset"), _azure_time(row, "duration")
    speaker = label_of(first(row, "speaker", "SpeakerId"))
    channel = text_of(first(row, "channel", "ChannelNumber")) if several else ""
    label = " ".join(filter(None, (f"Channel {channel}" if channel else None, speaker))) or None
    end = start + lasts if start is not None and lasts is not None else None
    sure = share_of(first(best, "confidence", "Confidence") or row.get("confidence"))
    return Piece(text, label, start_ms=start, end_ms=end, confidence=sure)


def _azure_time(row: Row, key: str) -> int | None:
    for name, unit in (
        (f"{key}InTicks", TICKS),
        (f"{key}Milliseconds", MILLISECONDS),
        (key, TICKS),
        (key.title(), TICKS),
    ):
        found = time_of(row.get(name), unit)
        if found is not None:
            return found
    return None
