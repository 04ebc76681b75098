"""What speech recognisers write: AssemblyAI, Deepgram, Rev, Speechmatics, YouTube, ElevenLabs, Soniox."""

from bisect import bisect_right

from ingest.readers.assembling import Piece
from ingest.readers.json_values import (
    MILLISECONDS,
    SECONDS,
    Row,
    at,
    first,
    label_of,
    language_of,
    line_of,
    rows,
    share_of,
    text_of,
    time_of,
)
from ingest.readers.spoken_words import Heard, Word, cut, ordered, pieces_of, without_marks
from ingest.readers.timeline import named
from ingest.readers.word_rows import spelled, words_in

# AssemblyAI and Deepgram


def is_assemblyai(data: object) -> bool:
    """Know AssemblyAI's answer: utterances, or words in ms, beside what it says of the recording."""
    if not isinstance(data, dict) or not ("utterances" in data or "words" in data):
        return False
    return "audio_duration" in data or "acoustic_model" in data or {"audio_url", "status"} <= set(data)


def hear_assemblyai(data: object) -> Heard:
    """Read utterances; without them words by speaker; without these the text."""
    pieces: list[Piece] = []
    for row in rows(at(data, "utterances")):
        text = text_of(row.get("text"))
        start, end = time_of(row.get("start"), MILLISECONDS), time_of(row.get("end"), MILLISECONDS)
        whole = Piece(
            text,
            label_of(first(row, "speaker", "channel")),
            start_ms=start,
            end_ms=end,
            confidence=share_of(row.get("confidence")),
        )
        pieces += cut(whole, words_in(row, MILLISECONDS))
    pieces = pieces or pieces_of(words_in(data, MILLISECONDS)) or [Piece(text_of(at(data, "text")))]
    pieces, mixed = ordered(pieces)
    language = language_of(at(data, "language_code"))
    return Heard(pieces, "AssemblyAI JSON", language=language, roles=spelled(pieces), warnings=mixed)


def is_deepgram(data: object) -> bool:
    """Know Deepgram's channels, and the messages of its live transcription."""
    return (
        bool(rows(at(data, "results", "channels")))
        or (bool(rows(at(data, "results", "utterances"))) and at(data, "metadata") is not None)
        or bool(_messages(data))
    )


def _messages(data: object) -> list[Row]:
    """Give the final messages of a live transcription."""
    found = [row for row in rows(data) if rows(at(row, "channel", "alternatives"))]
    return [row for row in found if row.get("is_final") is not False]


def hear_deepgram(data: object) -> Heard:
    """Read utterances, or each channel's words; several channels are several people."""
    if messages := _messages(data):
        words = [word for row in messages for word in words_in(_best(row.get("channel")))]
        pieces, mixed = ordered(pieces_of(words))
        return Heard(pieces, "Deepgram JSON", warnings=mixed)
    channels = rows(at(data, "results", "channels"))
    several = len(channels) > 1
    best = [_best(row) for row in channels]
    pieces = [piece for row in rows(at(data, "results", "utterances")) for piece in _part(row, several)]
    said = sum(len(piece.text) + 1 for piece in pieces)
    if said < 0.98 * sum(len(text_of(row.get("transcript"))) for row in best):
        pieces = [piece for index, row in enumerate(best) for piece in _channel(row, index if several else None)]
    pieces, mixed = ordered(pieces)
    language = language_of(first(channels[0], "detected_language")) if channels else ""
    return Heard(pieces, "Deepgram JSON", language=language, warnings=mixed)


def _best(row: object) -> Row:
    found = rows(at(row, "alternatives"))
    return found[0] if found else {}


def _part(row: Row, several: bool) -> list[Piece]:
    speaker = label_of(row.get("speaker"))
    if several:
        speaker = _in_channel(row.get("channel"), None) or speaker
    text = text_of(row.get("transcript"))
    start, end = time_of(row.get("start")), time_of(row.get("end"))
    return [Piece(text, speaker, start_ms=start, end_ms=end, confidence=share_of(row.get("confidence")))]


def _in_channel(channel: object, speaker: str | None) -> str | None:
    name = text_of(channel)
    return " ".join(filter(None, (f"Channel {name}" if name else None, speaker))) or None


def _channel(best: Row, channel: int | None) -> list[Piece]:
    """Read a channel's words; its paragraphs begin turns where nobody is named."""
    words = words_in(best)
    if not words:
        return [Piece(text_of(best.get("transcript")), _in_channel(channel, None))]
    speakers = {word.speaker for word in words} - {None}
    paragraphs = {time_of(row.get("start")) for row in rows(at(best, "paragraphs", "paragraphs"))} - {None}
    for word in words:
        if channel is not None:
            word.speaker = _in_channel(channel, word.speaker if len(speakers) > 1 else None)
        word.breaks = not speakers and channel is None and word.start_ms in paragraphs
    return pieces_of(words)


# YouTube


def is_youtube(data: object) -> bool:
    """Know YouTube's json3: events with segments of text."""
    events = rows(at(data, "events"))
    return isinstance(at(data, "wireMagic"), str) or any("tStartMs" in row and "segs" in row for row in events[:10])


def hear_youtube(data: object) -> Heard:
    """Read each event's text once; events that only scroll a line have none."""
    pieces = []
    for row in rows(at(data, "events")):
        text = "".join(text_of(part.get("utf8")) for part in rows(row.get("segs")))
        start, lasts = time_of(row.get("tStartMs"), MILLISECONDS), time_of(row.get("dDurationMs"), MILLISECONDS)
        if text.strip():
            end = start + lasts if start is not None and lasts is not None else None
            pieces.append(Piece(text, start_ms=start, end_ms=end))
    pieces, left = without_marks(pieces)
    return Heard(named(pieces), "YouTube captions (json3)", warnings=left)


def is_tokens(data: object) -> bool:
    """Know words that carry their own spaces: ElevenLabs' `spacing`, Soniox' parts of words."""
    return any(
        row.get("type") in ("spacing", "audio_event") or "start_ms" in row or "logprob" in row
        for tokens in _tokens(data)
        for row in tokens[:5]
    )


def _tokens(data: object) -> list[list[Row]]:
    """Give the words of the file, or of each of its channels."""
    found = [rows(at(each, "words")) for each in (data, *rows(at(data, "transcripts"))) if at(each, "language_code")]
    return [words for words in (*found, rows(at(data, "tokens"))) if words]


def hear_tokens(data: object) -> Heard:
    """Join the parts as they are, spaces included."""
    pieces, left = without_marks([piece for tokens in _tokens(data) for piece in pieces_of(_spaced(tokens))])
    pieces, mixed = ordered(pieces)
    shape = "Soniox JSON" if rows(at(data, "tokens")) else "ElevenLabs JSON"
    language = language_of(at(data, "language_code") or at(data, "transcripts", 0, "language_code"))
    return Heard(pieces, shape, language=language, warnings=[*left, *mixed])


def _spaced(tokens: list[Row]) -> list[Word]:
    """Give words of parts that carry their own spaces."""
    words: list[Word] = []
    open_ = False
    for row in tokens:
        text = text_of(first(row, "text", "token"))
        unit = MILLISECONDS if "start_ms" in row else SECONDS
        start, end = time_of(first(row, "start_ms", "start"), unit), time_of(first(row, "end_ms", "end"), unit)
        speaker = label_of(first(row, "speaker_id", "speaker"))
        if not text.strip() or (speaker is None and words and open_ and text[:1] != " "):
            speaker = words[-1].speaker if words else None
        joined = open_ and text[:1] not in (" ", "\n") and bool(words) and words[-1].speaker == speaker
        if text.strip():
            words.append(Word(text.strip(), speaker, start, end, share_of(row.get("confidence")), joined))
        open_ = bool(text.strip()) and text[-1:] not in (" ", "\n")
    return words


# Rev and Speechmatics


def is_rev(data: object) -> bool:
    """Know Rev's monologues."""
    return any("elements" in row for row in rows(at(data, "monologues"))[:3])


def hear_rev(data: object) -> Heard:
    """Join the elements as they are: the blanks between words are elements, too, in files that have any."""
    names = {text_of(row.get("id")): line_of(row.get("name")) for row in rows(at(data, "speakers"))}
    words: list[Word] = []
    monologues = rows(at(data, "monologues"))
    blanks = any(text_of(e.get("value")).endswith(" ") for each in monologues for e in rows(each.get("elements")))
    for monologue in monologues:
        id_ = text_of(monologue.get("speaker"))
        stated = line_of(at(monologue, "speaker_info", "display_name")) or line_of(monologue.get("speaker_name"))
        speaker = stated or names.get(id_) or label_of(first(monologue, "speaker", "speaker_id"))
        spaced = True
        for element in rows(monologue.get("elements")):
            value = text_of(element.get("value"))
            start = time_of(first(element, "ts", "timestamp", "start"))
            end = time_of(first(element, "end_ts", "end_timestamp", "end"))
            joined = not spaced and value[:1].strip() != "" if blanks else element.get("type") == "punct"
            if value.strip():
                words.append(Word(value.strip(), speaker, start, end, share_of(element.get("confidence")), joined))
            spaced = not value or not value[-1:].strip()
    pieces, mixed = ordered(pieces_of(words))
    return Heard(pieces, "Rev JSON", language=language_of(at(data, "language")), warnings=mixed)


def is_speechmatics(data: object) -> bool:
    """Know Speechmatics' results with a type for each, and the words and speakers of its first version."""
    if any("type" in row and "alternatives" in row and "start_time" in row for row in rows(at(data, "results"))[:3]):
        return True
    return any("name" in row and "time" in row and "duration" in row for row in rows(at(data, "words"))[:3])


def hear_speechmatics(data: object) -> Heard:
    """Read words, and punctuation joined to what it attaches to."""
    words = _speechmatics(data) or _speechmatics_v1(data)
    by_channel: dict[str | None, list[Word]] = {}
    for channel, word in words:
        by_channel.setdefault(channel, []).append(word)
    pieces, mixed = ordered([piece for each in by_channel.values() for piece in pieces_of(each)])
    language = first(at(data, "metadata", "transcription_config"), "language") or at(data, "job", "lang")
    return Heard(pieces, "Speechmatics JSON", language=language_of(language), warnings=mixed)


def _speechmatics(data: object) -> list[tuple[str | None, Word]]:
    solid = at(data, "metadata", "language_pack_info", "word_delimiter") == ""
    found: list[tuple[str | None, Word]] = []
    channels = {line_of(row.get("channel")) for row in rows(at(data, "results"))} - {""}
    opens = False
    for row in rows(at(data, "results")):
        best = at(row, "alternatives", 0)
        text = text_of(first(best, "content"))
        if not text.strip():
            continue
        channel = line_of(row.get("channel")) or None
        attaches = row.get("attaches_to") or ("previous" if row.get("type") == "punctuation" else "none")
        speaker = label_of(at(best, "speaker"))
        label = " ".join(filter(None, (channel, speaker))) if len(channels) > 1 else speaker or channel
        start, end = time_of(row.get("start_time")), time_of(row.get("end_time"))
        joined = solid or opens or attaches in ("previous", "both")
        found.append((channel, Word(text, label or None, start, end, share_of(at(best, "confidence")), joined)))
        opens = attaches in ("next", "both")
    return found


def _speechmatics_v1(data: object) -> list[tuple[str | None, Word]]:
    starts = sorted(
        (start, label_of(row.get("name")))
        for row in rows(at(data, "speakers"))
        if (start := time_of(row.get("time"))) is not None
    )
    found: list[tuple[str | None, Word]] = []
    for row in rows(at(data, "words")):
        text = text_of(row.get("name"))
        mark = not any(map(str.isalnum, text))
        start, lasts = time_of(row.get("time")), time_of(row.get("duration"))
        end = start + lasts if start is not None and lasts is not None else None
        place = bisect_right(starts, start, key=lambda each: each[0]) if start is not None else 0
        speaker = starts[place - 1][1] if place else None
        if mark and found:
            speaker = found[-1][1].speaker
        found.append((None, Word(text, speaker, start, end, share_of(row.get("confidence")), joined=mark)))
    return found


# Vosk


def is_vosk(data: object) -> bool:
    """Know Vosk: words as the `result`, alone, one answer after the other, or as the best of alternatives."""
    return any(
        "word" in word and "start" in word for row in _answers(data)[:50] for word in rows(row.get("result"))[:1]
    )


def _answers(data: object) -> list[Row]:
    found = rows(data) if isinstance(data, list) else rows(at(data, "segments")) or rows([data])
    return [best if isinstance(best := at(row, "alternatives", 0), dict) else row for row in found]


def hear_vosk(data: object) -> Heard:
    """Read each answer's words; they have no punctuation."""
    pieces: list[Piece] = []
    for row in _answers(data):
        words = [
            Word(text_of(w.get("word")), None, time_of(w.get("start")), time_of(w.get("end")), share_of(w.get("conf")))
            for w in rows(row.get("result"))
        ]
        pieces += pieces_of(words) or [Piece(text_of(row.get("text")))]
    pieces, mixed = ordered(pieces)
    return Heard(pieces, "Vosk JSON", warnings=mixed)
