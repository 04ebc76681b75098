"""What transcript editors write: the BBC's Kaldi and Digital Paper Edit, Trint, draft.js and slate, Happy Scribe, podcasts, oTranscribe."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser

from ingest.readers.assembling import Piece
from ingest.readers.headers import lines_of, parse
from ingest.readers.json_values import (
    MILLISECONDS,
    SECONDS,
    Row,
    at,
    first,
    label_of,
    number,
    rows,
    share_of,
    text_of,
    time_of,
)
from ingest.readers.spoken_words import Heard, Span, Word, cut, ordered, pieces_of, who
from ingest.readers.timeline import named
from ingest.readers.word_rows import words_in


def is_kaldi(data: object) -> bool:
    """Know the BBC's Kaldi: words with their punctuated form."""
    return any("punct" in row and "start" in row for row in _kaldi_words(data)[:3])


def _kaldi_words(data: object) -> list[Row]:
    return rows(at(data, "retval", "words")) or rows(at(data, "words"))


def hear_kaldi(data: object) -> Heard:
    """Read the words; who speaks is said of times."""
    inside = at(data, "retval") or data
    segments = rows(at(inside, "segmentation", "segments")) or rows(at(inside, "segments"))
    spans = []
    for row in segments:
        start, lasts = time_of(row.get("start")), time_of(row.get("duration"))
        if start is not None and lasts is not None:
            spans.append(Span(start, start + lasts, label_of(first(at(row, "speaker"), "@id") or row.get("speaker"))))
    spans.sort(key=lambda span: span.start_ms)
    words = words_in(inside)
    for word in words:
        word.speaker = who(spans, word.start_ms, word.end_ms)
    return Heard(pieces_of(words), "BBC Kaldi JSON")


def is_hyperaudio(data: object) -> bool:
    """Know Trint's and Hyperaudio's words, which say to which paragraph and speaker each belongs."""
    return any("name" in row and "time" in row and "para" in row for row in rows(at(data, "words"))[:3])


def hear_hyperaudio(data: object) -> Heard:
    """Read the words; times are milliseconds, speakers are counted from 0."""
    names = [label_of(row) for row in rows(at(data, "speakers"))]
    words: list[Word] = []
    last: object = None
    for row in rows(at(data, "words")):
        start, lasts = time_of(row.get("time"), MILLISECONDS), time_of(row.get("duration"), MILLISECONDS)
        place = number(row.get("speaker"))
        known = place is not None and place.is_integer() and 0 <= place < len(names)
        speaker = (names[int(place)] if known and place is not None else None) or label_of(row.get("speaker"))
        end = start + lasts if start is not None and lasts is not None else None
        sure = share_of(number(row.get("confidence")))
        words.append(
            Word(text_of(row.get("name")), speaker, start, end, sure, breaks=bool(words) and row.get("para") != last)
        )
        last = row.get("para")
    pieces, mixed = ordered(pieces_of(words))
    return Heard(pieces, "Trint JSON", warnings=mixed)


def is_paper_edit(data: object) -> bool:
    """Know Digital Paper Edit: words, and paragraphs with speakers and times but without text."""
    paragraphs = rows(at(data, "paragraphs"))[:3]
    return bool(rows(at(data, "words"))) and any("speaker" in row and "start" in row for row in paragraphs)


def hear_paper_edit(data: object) -> Heard:
    """Read the words of each paragraph: those that begin before the next one."""
    paragraphs = []
    for row in rows(at(data, "paragraphs")):
        start, end = time_of(row.get("start")), time_of(row.get("end"))
        if start is not None:
            paragraphs.append(Span(start, end if end is not None else start, label_of(row.get("speaker"))))
    paragraphs.sort(key=lambda span: span.start_ms)
    place = -1
    words: list[Word] = []
    for word in words_in(data):
        begins = place
        while (
            place + 1 < len(paragraphs)
            and word.start_ms is not None
            and paragraphs[place + 1].start_ms <= word.start_ms
        ):
            place += 1
        words.append(replace(word, speaker=paragraphs[place].speaker if place >= 0 else None, breaks=place != begins))
    return Heard(pieces_of(words), "Digital Paper Edit JSON")


def is_draft(data: object) -> bool:
    """Know the state of a draft.js editor, and the lines of a slate editor."""
    return any("text" in row and isinstance(row.get("data"), dict) for row in rows(at(data, "blocks"))[:3]) or any(
        row.get("type") == "timedText" and rows(row.get("children")) for row in rows(data)[:3]
    )


def hear_draft(data: object) -> Heard:
    """Read each block: a paragraph by one speaker."""
    pieces: list[Piece] = []
    for block in rows(at(data, "blocks")) or rows(data):
        about = at(block, "data") or block
        parts = rows(block.get("children"))
        text = text_of(block.get("text")) or "".join(text_of(part.get("text")) for part in parts)
        words = words_in(about) or [word for part in parts for word in words_in(part)]
        start = time_of(first(about, "start"))
        start = start if start is not None else (words[0].start_ms if words else None)
        whole = Piece(text, label_of(first(about, "speaker")), start_ms=start, breaks=True)
        pieces += cut(whole, words)
    return Heard(pieces, "Transcript editor JSON")


def is_happy_scribe(data: object) -> bool:
    """Know Happy Scribe: paragraphs of words with `data_start`."""
    return any("data_start" in word for row in rows(data)[:3] for word in rows(row.get("words"))[:3])


def hear_happy_scribe(data: object) -> Heard:
    """Read the words of each paragraph."""
    words: list[Word] = []
    for row in rows(data):
        speaker = label_of(first(row, "speaker", "speaker_number"))
        for index, word in enumerate(rows(row.get("words"))):
            start, end = time_of(word.get("data_start")), time_of(word.get("data_end"))
            text = text_of(word.get("text")).strip()
            mark = word.get("type") == "punctuation" and index > 0
            words.append(Word(text, speaker, start, end, share_of(word.get("confidence")), mark, breaks=index == 0))
    pieces, mixed = ordered(pieces_of(words))
    return Heard(pieces, "Happy Scribe JSON", warnings=mixed)


# Podcasts


def is_podcast(data: object) -> bool:
    """Know the podcast namespace's segments: `startTime` and `body`."""
    return any("body" in row and "startTime" in row for row in rows(at(data, "segments"))[:3])


def hear_podcast(data: object) -> Heard:
    """Read the segments; times are seconds."""
    pieces = []
    for row in rows(at(data, "segments")):
        start, end = time_of(row.get("startTime"), SECONDS), time_of(row.get("endTime"), SECONDS)
        pieces.append(Piece(text_of(row.get("body")), label_of(row.get("speaker")), start_ms=start, end_ms=end))
    pieces, mixed = ordered(named(pieces))
    return Heard(pieces, "Podcast transcript (JSON)", warnings=mixed)


# oTranscribe


class _Typed(HTMLParser):
    """The lines that somebody typed into an editor, with times as `[0:12]`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._in_stamp = False

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Begin a line, or a time."""
        about: Mapping[str, str | None] = dict(attrs)
        self._in_stamp = tag == "span" and "timestamp" in (about.get("class") or "")
        if self._in_stamp:
            seconds = number(about.get("data-timestamp"))
            self.out.append(f"[{_stamp(seconds)}] " if seconds is not None else "")
        elif tag in ("p", "div", "br", "li"):
            self.out.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a line, or a time."""
        self._in_stamp = False if tag == "span" else self._in_stamp
        if tag in ("p", "div", "li"):
            self.out.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep the words; a time's own digits were said already."""
        if not self._in_stamp:
            self.out.append(data)


def _stamp(seconds: float) -> str:
    ms = round(max(seconds, 0) * 1000)
    return f"{ms // 3_600_000}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def is_otranscribe(data: object) -> bool:
    """Know oTranscribe's file (.otr): what was typed, as HTML, and the recording's name."""
    return isinstance(at(data, "text"), str) and isinstance(data, dict) and {"media", "media-time"} <= set(data)


def hear_otranscribe(data: object) -> Heard:
    """Read the lines like those of a plain text."""
    typed = _Typed()
    typed.feed(text_of(at(data, "text")))
    typed.close()
    return hear_lines("".join(typed.out).replace("\u00a0", " ").split("\n"), "oTranscribe (.otr)")


def hear_lines(lines: Iterable[str], shape: str) -> Heard:
    """Read lines like those of a plain text: with speakers in front, or notes."""
    tidy = (re.sub(r"[ \t]{2,}", " ", line).strip() for line in lines)
    parsed = parse(lines_of("\n\n".join(line for line in tidy if line)))
    return Heard(
        list(parsed.pieces),
        shape,
        roles=parsed.roles,
        recorder=parsed.recorder,
        precision=parsed.precision,
        warnings=list(parsed.warnings),
    )
