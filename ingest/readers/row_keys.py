"""An object that says something, from a tool nobody knows: which key holds the words, the speaker, the times."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from ingest.readers.json_values import (
    MICROSECONDS,
    MILLISECONDS,
    SECONDS,
    Row,
    at,
    first,
    label_of,
    moment_of,
    number,
    rows,
    text_of,
    time_of,
)
from ingest.readers.meetings import name_of
from ingest.readers.word_rows import unit_of

#: Names of keys in lower case without `_`, `-`, `.` and blanks, the most telling first.
_TEXT_KEYS = """
text sentence body content transcript utterance message caption display transcription snippet speech dialogue line statement said
words spokentext displaytext rawtext predtext lexical utt word token
"""
_SPEAKER_KEYS = """
speakername speakerdisplayname speakerlabel speaker participantname personname participant displayname username author sender from
name user users who person speakerid speakernumber speakertag speakerindex spk spkid participantid participantrole role
"""
_START_KEYS = """
timeoffset offsetmillisecond offsetmilliseconds start starttime startts startms starttimems startmillis starttimemillis startmilliseconds
startseconds startsec startoffset startoffsetms starttimestamp begin begintime beginms beginoffsetmillis timebegin audiobeginoffset
beginaudiotime uttstart offset offsetms offsetseconds timestamp timestampms timestamps time timeseconds timems ts seconds datastart
timecode in timein tstartms snippettime starttimestampusec startdatetime starttimestamputc absolutetime sentat createdat spokenat
"""
_END_KEYS = """
end endtime endts endms endtimems endmillis endtimemillis endmilliseconds endseconds endsec endoffset endoffsetms endtimestamp finish
stop endoffsetmillis timeend audioendoffset endaudiotime uttend dataend out timeout endtimestampusec enddatetime
"""
_LASTS_KEYS = "duration dur durationms durationmillisecond durationmilliseconds durationseconds ddurationms length"
_KEYS = {
    "text": _TEXT_KEYS.split(),
    "speaker": _SPEAKER_KEYS.split(),
    "start": _START_KEYS.split(),
    "end": _END_KEYS.split(),
    "lasts": _LASTS_KEYS.split(),
}
#: What holds both times of a row.
_BOTH = ("timing", "timerange", "range", "interval", "position", "time")
#: What the words of a row are called.
_WORD_LISTS = ("wordlist", "wordtimings", "tokens", "terms", "elements")
#: A microphone and what came out of the computer: who wears the headset, and the others.
_SOURCES = frozenset({"microphone", "mic", "system", "speaker"})
_UNITS = (
    (re.compile(r"(?:usec|micros)$"), MICROSECONDS),
    (re.compile(r"(?:ms|millis|milliseconds?)$"), MILLISECONDS),
    (re.compile(r"(?:sec|secs|seconds)$"), SECONDS),
)
#: Rows that tell the unit of times.
_LOOKED_AT = 2_000


@lru_cache(4096)
def folded(key: str) -> str:
    """Give a key as the lists above have it."""
    return re.sub(r"[\s_.-]", "", key[:60]).casefold()


def folded_row(row: Row) -> Row:
    """Give a row under folded keys; times that lie in an object of their own, and words of another name, where others have them."""
    out: Row = {folded(key): value for key, value in row.items()}
    for key in _BOTH:
        both = out.get(key)
        if isinstance(both, dict):
            out |= {"start": first(both, "start", "begin", "from"), "end": first(both, "end", "stop", "to")}
    if not isinstance(out.get("words"), str | list):
        listed = next((out[key] for key in _WORD_LISTS if rows(out.get(key))), None)
        out |= {"words": listed} if listed else {}
    return out


def keys_of(row: Row, use: str) -> tuple[str, ...]:
    """Give those of a row's keys that may hold its text, speaker, start, end or how long it lasts, the likelier first."""
    return _present(tuple(row), use)


@lru_cache(1024)
def _present(keys: tuple[str, ...], use: str) -> tuple[str, ...]:
    """Look once for all rows that have the same keys."""
    known = frozenset(keys)
    return tuple(key for key in _KEYS[use] if key in known)


def value_of(row: Row, use: str) -> object:
    """Give the first of these keys' values that holds something."""
    return first(row, *keys_of(row, use))


def said_in(row: Row) -> str:
    """Give what a row says; a text without any letter only if there is no other."""
    bare = ""
    for key in keys_of(row, "text"):
        words = _said(row.get(key))
        if any(map(str.isalnum, words)):
            return words
        bare = bare or words
    return bare


def _said(value: object) -> str:
    if isinstance(value, str):
        return text_of(value) if value.strip() else ""
    if isinstance(value, dict):
        words = text_of(first(value, "text", "content", "body", "plain"))
        return words if words.strip() else ""
    parts = [
        text_of(first(part, "text", "word", "content", "value", "token", "term") if isinstance(part, dict) else part)
        for part in (value if isinstance(value, list) else [])
    ]
    if not any(part.strip() for part in parts):
        return ""
    return "".join(parts) if any(part[:1] == " " for part in parts) else " ".join(filter(None, parts))


def speaker_of(row: Row, people: Mapping[str, Row]) -> str | None:
    """Give who says a row: the name that `people` have for an id, a name, several names, else the source of the sound."""
    for key in keys_of(row, "speaker"):
        value = row.get(key)
        if key == "from" and number(value) is not None:
            continue
        if isinstance(value, list):
            if names := list(dict.fromkeys(name for each in rows(value) if (name := label_of(each)))):
                return ", ".join(names)
            continue
        id_ = text_of(value if not isinstance(value, dict) else value.get("id"))
        listed = name_of(people[id_]) if id_ in people else ""
        if listed and (key != "name" or not isinstance(value, dict)):
            return listed
        if label := label_of(value):
            return label
    source = text_of(at(row, "speaker", "source") or row.get("source"))
    return source if source in _SOURCES else None


def start_of(row: Row) -> object:
    """Give the value that says when a row begins; None if it is no time."""
    value = value_of(row, "start")
    if isinstance(value, list):
        value = at(value, 0)
    return value if not isinstance(value, str) or time_of(value) is not None or moment_of(value) else None


def times_of(row: Row, unit: float) -> tuple[int | None, int | None]:
    """Give when a row begins and ends, in ms."""
    value, last = value_of(row, "start"), value_of(row, "end")
    if isinstance(value, list):
        last = at(value, 1) if len(value) == 2 else last
        value = at(value, 0)
    start, end, lasts = time_of(value, unit), time_of(last, unit), time_of(value_of(row, "lasts"), unit)
    if end is None and start is not None and lasts is not None:
        end = start + lasts
    return start, None if start is not None and end is not None and end < start else end


def unit_in(table: Sequence[Row]) -> float:
    """Tell seconds from milliseconds by the name of the key, by fractions, then by how fast the speech would be."""
    table = table[:_LOOKED_AT]
    held = {key for row in table for key in keys_of(row, "start") if row[key] not in (None, "")}
    key = next((key for key in _KEYS["start"] if key in held), "")
    for name, unit in _UNITS:
        if name.search(key):
            return unit
    ends = [value_of(row, "end") for row in table]
    times = [time for row, end in zip(table, ends, strict=True) for time in (start_of(row), end) if time is not None]
    if not times:  # only words have them
        words = [word for row in table for word in rows(row.get("words"))]
        times = [time for word in words if (time := first(word, "start", "time", "start_time", "start_ms")) is not None]
    if any(isinstance(time, float) or (isinstance(time, str) and not time.strip().isdecimal()) for time in times):
        return SECONDS
    counts = [found for time in times if (found := number(time)) is not None]
    return unit_of(counts, sum(len(said_in(row)) for row in table))
