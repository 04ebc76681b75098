"""A list of objects that each say something, from a tool nobody knows: where it is, and what is heard in it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from ingest.readers.assembling import Piece, clean_label
from ingest.readers.editors import hear_lines
from ingest.readers.json_values import (
    Row,
    at,
    first,
    language_of,
    line_of,
    moment_of,
    rows,
    share_of,
    text_of,
)
from ingest.readers.meetings import day_at, people_in, roles_in, title_of
from ingest.readers.row_keys import (
    folded,
    folded_row,
    keys_of,
    said_in,
    speaker_of,
    start_of,
    times_of,
    unit_in,
    value_of,
)
from ingest.readers.spoken_words import Heard, Word, cut, ordered, pieces_of, without_marks
from ingest.readers.stated_roles import stated_role
from ingest.readers.timeline import named, since_midnight
from ingest.readers.word_rows import cover, spelled, words_in
from repository.domain.transcript import ReadingWarning, Role, TurnKind

#: Where lists of what was said lie, and how other names of such lists end.
_LISTS_KEYS = (
    "segments utterances sentences turns monologues transcript transcripts transcription speaker_blocks blocks messages entries"
    " captions cues paragraphs chunks phrases lines conversation dialogue dialog transcriptEntries transcript_entries records"
    " results items data speech result response output payload body rows events meeting call recording script timeline"
    " interview session discussion content comments thread chat prediction snippets words word_segments tokens"
)
_LISTS = tuple(_LISTS_KEYS.split())
_ENDINGS = (
    "utterances",
    "segments",
    "sentences",
    "transcription",
    "transcriptions",
    "transcript",
    "entries",
    "messages",
)
#: How deep and where at most lists are looked for, how many rows tell what a list is, and how many keys an object.
_DEEP, _PLACES, _LOOKED_AT, _KEYS = 4, 200, 50, 200
#: Letters of a row up to which it is a word, the share of such rows that makes a list of words, and rows that tell it.
_SHORT, _MOST, _ENOUGH = 20, 0.9, 2_000
#: Who serves in a call, as services call them.
_SERVING = frozenset({"agent", "rep", "host"})


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
            waiting += [(value[key], [*around, value]) for key in _keys(value) if isinstance(value[key], list | dict)]
            if len(value) > 1 and all(key.isdecimal() for key in value):  # {"0": {...}, "1": {...}}
                waiting.append((list(value.values()), around))
    return best[1], best[2]


def _keys(value: Row) -> list[str]:
    """Give an object's keys under which there may be what was said, the most telling first."""
    known = [key for key in _LISTS if key in value]
    return [*known, *(key for key in [*value][:_KEYS] if key not in _LISTS and folded(key).endswith(_ENDINGS))]


def _says(found: Sequence[Row]) -> int:
    """Say how far a list's objects say something: 3 with names, 2 with times or single words, 1 only words, 0 nothing."""
    some = [folded_row(row) for row in found[:_LOOKED_AT]]
    texts = [words for row in some if (words := said_in(row))]
    if not texts or 2 * len(texts) < len(some):
        return 0
    timed = sum(start_of(row) is not None for row in some)
    named = sum(speaker_of(row, {}) is not None for row in some)
    wordy = sum(" " in words or len(words) > 30 for words in texts)
    if 2 * named >= len(some) and (wordy >= 0.3 * len(texts) or (timed and wordy)):
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
    table, told = _spoken([folded_row(row) for row in found])
    unit = unit_in(table)
    people = people_in(*around, data)
    roles = roles_in(*around, data)
    apart = bool(around) and len(rows(at(around[-1], "paragraphs"))) == len(found)
    pieces: list[Piece] = []
    words: list[Word] = []  # of rows that are single words
    single = _are_words(table)
    for row in table:
        if "unread" in row and len(row) == 1:
            pieces.append(Piece(text_of(row["unread"]), kind=TurnKind.NOTE))
            continue
        speaker = speaker_of(row, people)
        if speaker and (role := _role(text_of(first(row, "role", "participantrole", "speakerrole", "speakertype")))):
            roles.setdefault(clean_label(speaker), role)
        if single:
            words.append(_word(row, speaker, unit))
            continue
        said = _pieces(row, speaker, unit)
        pieces += [replace(piece, breaks=piece.breaks or (apart and not index)) for index, piece in enumerate(said)]
    pieces += pieces_of(words)
    day = None
    if not any(piece.start_ms is not None for piece in pieces):
        pieces, day = since_midnight(pieces, [_moments(row) for row in table])
    pieces, left = without_marks(pieces)
    pieces, mixed = ordered(pieces if apart else named(pieces))
    places = [*reversed(around)]
    return Heard(
        pieces,
        "Transcript (JSON)" if any(piece.speaker for piece in pieces) else "Texts (JSON)",
        title=title_of(*places),
        language=_language(places, table),
        occurred_on=day or _day(places),
        roles={**spelled(pieces), **_known(roles)},
        warnings=[*told, *left, *mixed],
    )


def _spoken(table: list[Row]) -> tuple[list[Row], list[ReadingWarning]]:
    """Leave out rows of another type where a type says that others are the transcript: moments, notices."""
    types = Counter(line_of(row.get("type")) for row in table)
    if "transcript" not in types or len(types) < 2:
        return table, []
    others = ", ".join(f"{name[:60] or 'no type'} ({count})" for name, count in types.items() if name != "transcript")
    return [row for row in table if row.get("type") == "transcript"], [ReadingWarning(f"Left out: {others[:500]}.")]


def _role(word: str) -> Role | None:
    return stated_role(word) or (Role.INTERVIEWER if word.casefold() in _SERVING else None)


def _known(roles: dict[str, Role]) -> dict[str, Role]:
    return {label: role for label, role in roles.items() if role is not Role.UNKNOWN}


def _language(places: Sequence[object], table: Sequence[Row]) -> str:
    """Give the language that the objects round the rows state, else the one that all rows do."""
    stated = next((first(place, "language", "language_code", "lang") for place in places), None)
    each = {language_of(first(row, "language", "languagecode", "spokenlanguage", "lang")) for row in table}
    return language_of(stated) or (each.pop() if len(each) == 1 else "")


def _day(places: Sequence[object]) -> date | None:
    keys = ("date", "started_at", "startedAt", "recorded_at", "meeting_date", "happenedAt", "start_time", "startTime")
    return day_at(*(at(place, key) for place in places for key in keys))


def _are_words(table: Sequence[Row]) -> bool:
    """Say whether each row is a word with its time, and not something said."""
    table = table[:: 1 + len(table) // _ENOUGH]
    texts = [said_in(row).strip() for row in table]
    short = sum(len(text) <= _SHORT and " " not in text for text in texts)
    timed = sum(start_of(row) is not None for row in table)
    spaced = sum(text.isascii() or text.isalpha() for text in texts)
    return len(table) > 2 and short >= _MOST * len(table) and 2 * timed >= len(table) and 2 * spaced >= len(table)


def _word(row: Row, speaker: str | None, unit: float) -> Word:
    start, end = times_of(row, unit)
    mark = line_of(row.get("type")).lower() in ("punctuation", "punct")
    return Word(said_in(row).strip(), speaker, start, end, share_of(row.get("confidence")), mark)


def _pieces(row: Row, speaker: str | None, unit: float) -> list[Piece]:
    start, end = times_of(row, unit)
    words = words_in(row, unit)
    text = said_in(row)
    bare = not any(isinstance(row.get(key), str) for key in keys_of(row, "text"))
    if words and (bare or (speaker is None and any(word.speaker for word in words) and cover(words, text))):
        parts = pieces_of(replace(word, speaker=speaker or word.speaker) for word in words)
        if parts and parts[0].start_ms is None:
            parts[0] = replace(parts[0], start_ms=start, end_ms=end)
        return parts
    whole = Piece(text, speaker, start_ms=start, end_ms=end, confidence=share_of(row.get("confidence")))
    return cut(whole, words)


def _moments(row: Row) -> tuple[datetime | None, datetime | None]:
    return moment_of(value_of(row, "start")), moment_of(value_of(row, "end"))
