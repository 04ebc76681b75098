"""JSON of unknown origin: parsed once a file, and its values taken without trusting that they are what they should be."""

import json
import math
import re
from datetime import UTC, datetime
from functools import lru_cache

from ingest.readers.decoding import normalise
from ingest.readers.stamps import parse_stamp

Row = dict[str, object]

_BEGINS = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])")
#: A number longer than this is no time and no name.
_DIGITS = 30
_NUMBER = re.compile(r"\s*([+-]?\d{1,15}(?:\.\d{0,20})?(?:[eE][+-]?\d{1,2})?)\s?s?\s*")
_ISO_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,12})?)S)?)?")
_ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_LONG_FRACTION = re.compile(r"([.,]\d{3})\d{1,12}$")
#: What the name of somebody who is an object is called.
_NAMES_KEYS = "name display_name displayName speaker_name speakerName full_name user_name username userName label"
_NAMES = tuple(_NAMES_KEYS.split())
#: A week in ms: no session is longer.
_LONGEST = 7 * 24 * 3_600_000
#: Milliseconds in a second, in itself, in a microsecond, and in Azure's ticks of 100 ns.
SECONDS, MILLISECONDS, MICROSECONDS, TICKS = 1000.0, 1.0, 1e-3, 1e-4
_NAMES_OF_LANGUAGES = """
english:en german:de french:fr spanish:es italian:it portuguese:pt dutch:nl polish:pl russian:ru
swedish:sv norwegian:no danish:da finnish:fi japanese:ja chinese:zh korean:ko turkish:tr arabic:ar hindi:hi
ukrainian:uk czech:cs greek:el hebrew:he hungarian:hu catalan:ca romanian:ro eng:en deu:de ger:de fra:fr fre:fr
spa:es ita:it por:pt nld:nl pol:pl rus:ru swe:sv nor:no dan:da fin:fi jpn:ja zho:zh kor:ko tur:tr
"""
_LANGUAGES = {name: code for name, _, code in (pair.partition(":") for pair in _NAMES_OF_LANGUAGES.split())}


class BrokenJson(ValueError):
    """The text begins like JSON and is none; `line` is where it stops being so."""

    def __init__(self, line: int | None) -> None:
        super().__init__("broken JSON")
        self.line = line


def begins_like_json(text: str) -> bool:
    """Say whether a text's first characters are those of an object or a list."""
    return _BEGINS.match(text[:200]) is not None


@lru_cache(1)
def parsed(text: str) -> object:
    """Parse a file's JSON, or JSON Lines as a list of their objects; raise BrokenJson if it is neither.

    The last parse is kept: recognising and reading need the same one. What is no JSON in JSON Lines is kept as a text.
    """
    if not begins_like_json(text):
        raise BrokenJson(1)
    try:
        return _loads(text)
    except json.JSONDecodeError as error:
        first, _, rest = text.strip().partition("\n")
        if first.startswith("{") and rest.strip():
            lines = _json_lines(text)
            if lines is not None:
                return lines
        raise BrokenJson(error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise BrokenJson(None) from error


def _loads(text: str) -> object:
    return json.loads(text, strict=False, parse_int=_int)


def _int(digits: str) -> int | float:
    return int(digits) if len(digits) <= _DIGITS else math.nan


def _json_lines(text: str) -> list[object] | None:
    """Give the objects of JSON Lines; None if more than one line in ten is none."""
    rows: list[object] = []
    bad = 0
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            value = _loads(line.strip().rstrip(","))
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            bad += 1
            value = {"_unread": line.strip()}
            if bad > 1 and 10 * bad > len(rows) + 10:
                return None
        rows.append(value)
    return rows if len(rows) > 1 and len(rows) > bad + 1 else None


def at(value: object, *path: str | int) -> object:
    """Give what lies at a path of keys and places; None if there is nothing."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and len(value) > step:
            value = value[step]
        else:
            return None
    return value


def rows(value: object) -> list[Row]:
    """Give a list's objects; [] if it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def first(row: object, *keys: str) -> object:
    """Give the first of these keys' values that holds something."""
    if isinstance(row, dict):
        for key in keys:
            value = row.get(key)
            if value is not None and value != "":
                return value
    return None


def text_of(value: object) -> str:
    """Give a text or a number as text, normalised; "" for everything else."""
    if isinstance(value, str):
        return normalise(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return f"{value:g}" if isinstance(value, float) and math.isfinite(value) else ""


def line_of(value: object) -> str:
    """Give a text on one line, at most 300 characters: a title, a name."""
    return " ".join(text_of(value).split())[:300]


def label_of(value: object) -> str | None:
    """Give a speaker's label: a name as written, a bare number as `Speaker 0`; None if nobody is named.

    >>> label_of(0), label_of("0"), label_of(1.0), label_of({"display_name": "Ana"}), label_of("?"), label_of(None)
    ('Speaker 0', 'Speaker 0', 'Speaker 1', 'Ana', None, None)
    """
    if isinstance(value, dict):
        value = first(value, *_NAMES, "email", "id", "@id")
        value = None if isinstance(value, dict) else value
    label = line_of(value)
    if label in ("", "?", "null", "None", "nan"):
        return None
    return f"Speaker {label}" if label.isdecimal() and len(label) < 6 else label


def number(value: object) -> float | None:
    """Give a number, also one written as text (`"0.04"`, `"1.300s"`); None if it is none or not finite."""
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value)
        value = float(found.group(1)) if found else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def time_of(value: object, unit: float = SECONDS) -> int | None:
    """Give a time in ms; `unit` is how many ms a bare number counts. None if it is none, negative or absurd.

    >>> time_of("1.300s"), time_of("PT1H2M3.5S"), time_of("00:00:03.3870000"), time_of(7600000.0, TICKS), time_of("0:05")
    (1300, 3723500, 3387, 760, 5000)
    >>> time_of({"seconds": "1", "nanos": 500000000}), time_of(float("nan")), time_of(-1), time_of(True)
    (1500, None, None, None)
    """
    if isinstance(value, dict):
        return _time_of_parts(value)
    found = number(value)
    ms = None if found is None else found * unit
    if ms is None and isinstance(value, str):
        ms = _written_time(value.strip())
    return round(ms) if ms is not None and 0 <= ms <= _LONGEST else None


def _time_of_parts(value: Row) -> int | None:
    """Give the time of protocol buffers' `{seconds, nanos}`, or of what a meeting bot calls `relative`."""
    if "relative" in value:
        found = number(value["relative"])
        return None if found is None or found < 0 else time_of(found)
    if not {"seconds", "nanos"} & set(value):
        return 0 if not value else None
    return time_of((number(value.get("seconds")) or 0.0) + (number(value.get("nanos")) or 0.0) / 1e9)


def _written_time(value: str) -> float | None:
    if value[:1] == "P" and len(value) > 1 and (found := _ISO_DURATION.fullmatch(value)):
        days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
        return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
    return parse_stamp(_LONG_FRACTION.sub(r"\1", value)) if ":" in value else None


def moment_of(value: object) -> datetime | None:
    """Give a date with a time of day: ISO 8601, or seconds or milliseconds since 1970."""
    if isinstance(value, dict):
        value = value.get("absolute")
    if isinstance(value, str) and _ISO_MOMENT.match(value):
        try:
            return datetime.fromisoformat(_LONG_FRACTION.sub(r"\1", value.strip()).replace("Z", "+00:00"))
        except ValueError:
            return None
    found = number(value)
    if found is None or not 1e9 <= found < 1e13 or 1e11 < found < 1e12:
        return None
    return datetime.fromtimestamp(found if found < 1e11 else found / 1000, UTC)


def share_of(value: object) -> float | None:
    """Give a confidence from 0 to 1; None if it is none."""
    found = number(value)
    return found if found is not None and 0 <= found <= 1 else None


def language_of(value: object) -> str:
    """Give a language's two letters, from its code or its English name; "" if it is not known.

    >>> language_of("en-US"), language_of("english"), language_of("xx-yy-zz"), language_of(3)
    ('en', 'en', 'xx', '')
    """
    code = value.strip().lower() if isinstance(value, str) else ""
    if code in _LANGUAGES:
        return _LANGUAGES[code]
    short = code[:2].isalpha() and code.isascii() and (len(code) == 2 or code[2:3] in ("-", "_"))
    return code[:2] if short else ""
