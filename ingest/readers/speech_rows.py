"""A list of objects that each say something, from a tool nobody knows: which key holds the words, the speaker, the times."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from ingest.readers.assembling import Piece, clean_label
from ingest.readers.editors import hear_lines
from ingest.readers.json_values import (
    MILLISECONDS,
    SECONDS,
    Row,
    at,
    first,
    label_of,
    language_of,
    moment_of,
    number,
    rows,
    share_of,
    text_of,
    time_of,
)
from ingest.readers.meetings import day_at, name_of, people_in, roles_in, title_of
from ingest.readers.spoken_words import Heard, cut, ordered, pieces_of, without_marks
from ingest.readers.stated_roles import stated_role
from ingest.readers.timeline import named
from ingest.readers.word_rows import spelled, unit_of, words_in
from repository.domain.transcript import Role, TurnKind

#: Names of keys in lower case without `_`, `-` and blanks, the most telling first.
_TEXT_KEYS = (
    "text sentence body content transcript utterance message caption display transcription snippet speech dialogue line"
    " statement said words rawtext lexical"
)
_SPEAKER_KEYS = (
    "speakername speakerdisplayname speakerlabel speaker participantname personname participant displayname username author"
    " sender from name user who person speakerid speakernumber speakertag spk participantid participantrole role"
)
_START_KEYS = (
    "start starttime startms starttimems startmillis startseconds startsec startoffset startoffsetms starttimestamp begin"
    " begintime beginms beginoffsetmillis offset offsetms offsetseconds timestamp timestampms time timeseconds timems ts"
    " seconds datastart timecode in timein tstartms sentat createdat"
)
_END_KEYS = (
    "end endtime endms endtimems endmillis endseconds endsec endoffset endoffsetms endtimestamp finish stop endoffsetmillis"
    " dataend out timeout"
)
_TEXT, _SPEAKER = tuple(_TEXT_KEYS.split()), tuple(_SPEAKER_KEYS.split())
_START, _END = tuple(_START_KEYS.split()), tuple(_END_KEYS.split())
_LASTS = ("duration", "dur", "durationms", "durationseconds", "ddurationms", "length")
#: Where lists of what was said lie.
_LISTS_KEYS = (
    "segments utterances sentences turns monologues transcript transcripts transcription speaker_blocks blocks messages entries"
    " captions cues paragraphs chunks phrases lines conversation dialogue dialog transcriptEntries transcript_entries records"
    " results items data speech result response output payload body rows events meeting call recording"
    " interview session discussion content comments thread chat"
)
_LISTS = tuple(_LISTS_KEYS.split())
#: How deep and where at most lists are looked for.
_DEEP, _PLACES = 4, 200
_LOOKED_AT = 50
_MS = re.compile(r"(?:ms|millis|milliseconds)$")
_IN_SECONDS = re.compile(r"(?:sec|secs|seconds)$")


@lru_cache(4096)
def _folded(key: str) -> str:
    return re.sub(r"[\s_.-]", "", key[:60]).casefold()


def _row(row: Row) -> Row:
    return {_folded(key): value for key, value in row.items()}


def find(data: object) -> tuple[list[Row], list[object]]:
    """Give the list of objects that say something, and the objects round it, outermost first; [] if there is none."""
    waiting: list[tuple[object, list[object]]] = [(data, [])]
    best: tuple[int, list[Row], list[object]] = (0, [], [])
    for value, around in waiting:
        if isinstance(value, list):
            found = rows(value)
            if (sure := _says(found)) > best[0]:
                best = (sure, found, around)
            if len(found) == 1 and len(around) < _DEEP:
                waiting.append((found[0], around))
        elif isinstance(value, dict) and len(around) < _DEEP and len(waiting) < _PLACES:
            waiting += [(value[key], [*around, value]) for key in _LISTS if isinstance(value.get(key), list | dict)]
            if len(value) > 1 and all(key.isdecimal() for key in value):  # {"0": {...}, "1": {...}}
                waiting.append((list(value.values()), around))
    return best[1], best[2]


def _says(found: Sequence[Row]) -> int:
    """Say how far a list's objects say something: 3 with names, 2 with times, 1 only words, 0 not at all."""
    some = [_row(row) for row in found[:_LOOKED_AT]]
    texts = [words for row in some if (words := _words(row))]
    if not texts or 2 * len(texts) < len(some):
        return 0
    timed = sum(_start(row) is not None for row in some)
    named = sum(label_of(first(row, *_SPEAKER)) is not None for row in some)
    wordy = sum(" " in words or len(words) > 30 for words in texts)
    if 2 * named >= len(some) and (timed or wordy >= 0.3 * len(texts)):
        return 3
    if 2 * timed >= len(some):
        return 2
    return 1 if wordy >= 0.8 * len(texts) and len(some) > 1 else 0


def confidence(data: object) -> float:
    """Say how sure it is that this is speech."""
    found, _ = find(data)
    if found:
        return (0.0, 0.86, 0.88, 0.9)[_says(found)]
    return 0.86 if _texts(data) else 0.0


def _texts(data: object) -> list[str]:
    """Give the texts of a plain list of texts, or the lines of one text called a transcript."""
    for place in (data, *(at(data, key) for key in ("data", "result", "response", "output"))):
        for listed in (place, *(at(place, key) for key in ("transcript", "transcription", "lines", "texts", "text"))):
            if isinstance(listed, str) and place is not listed and listed.count(" ") > 2:
                return listed.split("\n")
            texts = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
            if isinstance(listed, list) and len(texts) == len(listed) and _is_wordy(texts):
                return texts
    return []


def _is_wordy(texts: Sequence[str]) -> bool:
    return sum(text.strip().count(" ") for text in texts) >= 2 * len(texts) > 0


def hear_rows(data: object) -> Heard:
    """Read the objects; what one of them does not say is left open."""
    found, around = find(data)
    if not found:
        return hear_lines(_texts(data), "Texts (JSON)")
    table = [_row(row) for row in found]
    unit = _unit(table)
    people = people_in(*around, data)
    roles = roles_in(*around, data)
    apart = bool(around) and len(rows(at(around[-1], "paragraphs"))) == len(found)
    pieces: list[Piece] = []
    for row in table:
        if "unread" in row and len(row) == 1:
            pieces.append(Piece(text_of(row["unread"]), kind=TurnKind.NOTE))
            continue
        speaker = _speaker(row, people)
        if speaker and (role := stated_role(text_of(first(row, "role", "participantrole", "speakerrole")))):
            roles.setdefault(clean_label(speaker), role)
        said = _pieces(row, speaker, unit)
        pieces += [replace(piece, breaks=piece.breaks or (apart and not index)) for index, piece in enumerate(said)]
    day = _from_midnight(table, pieces) if not any(piece.start_ms is not None for piece in pieces) else None
    pieces, left = without_marks(pieces)
    pieces, mixed = ordered(pieces if apart else named(pieces))
    places = [*reversed(around)]
    return Heard(
        pieces,
        "Transcript (JSON)" if any(piece.speaker for piece in pieces) else "Texts (JSON)",
        title=title_of(*places),
        language=language_of(next((first(place, "language", "language_code", "lang") for place in places), None)),
        occurred_on=day or _day(places),
        roles={**spelled(pieces), **_known(roles)},
        warnings=[*left, *mixed],
    )


def _known(roles: dict[str, Role]) -> dict[str, Role]:
    return {label: role for label, role in roles.items() if role is not Role.UNKNOWN}


def _day(places: Sequence[object]) -> date | None:
    keys = ("date", "started_at", "startedAt", "recorded_at", "meeting_date", "start_time", "startTime")
    return day_at(*(at(place, key) for place in places for key in keys))


def _words(row: Row) -> str:
    for key in _TEXT:
        value = row.get(key)
        if isinstance(value, str) and value.strip():
            return text_of(value)
        if isinstance(value, list):
            parts = [
                text_of(first(part, "text", "word", "content", "value") if isinstance(part, dict) else part)
                for part in value
            ]
            if any(part.strip() for part in parts):
                return "".join(parts) if any(part[:1] == " " for part in parts) else " ".join(filter(None, parts))
        if isinstance(value, dict) and (words := text_of(first(value, "text", "content", "body", "plain"))).strip():
            return words
    return ""


def _speaker(row: Row, people: dict[str, Row]) -> str | None:
    for key in _SPEAKER:
        value = row.get(key)
        if key == "from" and number(value) is not None:
            continue
        id_ = text_of(value if not isinstance(value, dict) else value.get("id"))
        listed = name_of(people[id_]) if id_ in people else ""
        if listed and (key != "name" or not isinstance(value, dict)):
            return listed
        if label := label_of(value):
            return label
    return None


def _start(row: Row) -> object:
    value = first(row, *_START)
    if isinstance(value, list):
        value = at(value, 0)
    return value if not isinstance(value, str) or time_of(value) is not None or moment_of(value) else None


def _unit(table: Sequence[Row]) -> float:
    """Tell seconds from milliseconds by the name of the key, by fractions, then by how fast the speech would be."""
    key = next((key for key in _START for row in table[:_LOOKED_AT] if row.get(key) not in (None, "")), "")
    if _MS.search(key):
        return MILLISECONDS
    if _IN_SECONDS.search(key):
        return SECONDS
    ends = [first(row, *_END) for row in table]
    times = [time for row, end in zip(table, ends, strict=True) for time in (_start(row), end) if time is not None]
    if not times:  # only words have them
        words = [word for row in table for word in rows(row.get("words"))]
        times = [time for word in words if (time := first(word, "start", "time", "start_time", "start_ms")) is not None]
    if any(isinstance(time, float) or (isinstance(time, str) and not time.strip().isdecimal()) for time in times):
        return SECONDS
    counts = [found for time in times if (found := number(time)) is not None]
    return unit_of(counts, sum(len(_words(row)) for row in table))


def _pieces(row: Row, speaker: str | None, unit: float) -> list[Piece]:
    value, last = first(row, *_START), first(row, *_END)
    if isinstance(value, list):
        value, last = at(value, 0), at(value, 1)
    start, end, lasts = time_of(value, unit), time_of(last, unit), time_of(first(row, *_LASTS), unit)
    if end is None and start is not None and lasts is not None:
        end = start + lasts
    if start is not None and end is not None and end < start:
        end = None
    words = words_in(row, unit)
    if words and not any(isinstance(row.get(key), str) for key in _TEXT):
        parts = pieces_of(replace(word, speaker=speaker or word.speaker) for word in words)
        if parts and parts[0].start_ms is None:
            parts[0] = replace(parts[0], start_ms=start, end_ms=end)
        return parts
    return cut(
        Piece(_words(row), speaker, start_ms=start, end_ms=end, confidence=share_of(row.get("confidence"))), words
    )


def _from_midnight(table: Sequence[Row], pieces: list[Piece]) -> date | None:
    """Give pieces whose times are moments their time since the first day's midnight; give that day."""
    moments = [moment_of(first(row, *_START)) for row in table]
    known = [moment for moment in moments if moment]
    if not known or len(pieces) != len(moments) or len({moment.tzinfo is None for moment in known}) > 1:
        return None
    midnight = min(known).replace(hour=0, minute=0, second=0, microsecond=0)
    for index, moment in enumerate(moments):
        if moment:
            ms = round((moment - midnight).total_seconds() * 1000)
            start = time_of(ms, MILLISECONDS)
            pieces[index] = Piece(pieces[index].text, pieces[index].speaker, pieces[index].kind, start_ms=start)
    return midnight.date()
