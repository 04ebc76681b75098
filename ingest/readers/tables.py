"""Transcripts laid out as tables: speaker, time, text in columns."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.readers.assembling import Piece, clean_label
from ingest.readers.labels import is_known, is_possible
from ingest.readers.stamps import STAMP, parse_stamp
from repository.domain.transcript import ReadingWarning, TurnKind

_SPEAKERS = """
speaker speakers name who participant person role sprecher sprecherin locuteur hablante orador relatore falante persona
interlocuteur
"""
_TIMES = "time timestamp timestamps timecode start begin timespan from zeit zeitstempel heure hora ora tempo minutage"
_TEXTS = """
text content transcript transcription utterance speech said comment body message dialogue dialog spoken words texte
texto testo verbatim wortlaut äußerung propos
"""
#: What a header row calls each column.
_HEADS = {"speaker": frozenset(_SPEAKERS.split()), "time": frozenset(_TIMES.split()), "text": frozenset(_TEXTS.split())}
_NAME_AND_TIME = re.compile(rf"(?P<label>[^\n]{{1,80}}?)\s*[,(\[\n]?\s*(?P<time>{STAMP})[\])]?")
#: The share of rows whose cell must look like a time or a label where there is no header row.
_MOST = 0.8
#: Characters that a row's text has at least on average, where there is no header row.
_FORM = 12


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which column holds what; `both`: the speaker's column holds the time, too."""

    speaker: int | None
    time: int | None
    text: int
    both: bool = False


def pieces_of_table(rows: Sequence[Sequence[str]]) -> tuple[list[Piece], list[ReadingWarning]]:
    """Make turns of a table's rows if its columns can be told, by the header row or by what is in them; else notes."""
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return [], []
    columns = _by_header(filled[0])
    body = [row for row in filled[1:] if row != filled[0]] if columns else filled
    columns = columns or _by_content(filled)
    if columns is None:
        return [_note(row) for row in filled], []
    pieces = []
    last: str | None = None
    for row in body:
        words, who, time = _cell(row, columns.text), _cell(row, columns.speaker), _cell(row, columns.time)
        if columns.both and (found := _NAME_AND_TIME.fullmatch(who)):
            who, time = found["label"], found["time"]
        if not words and sum(bool(cell.strip()) for cell in row) == 1 and not is_known(who):
            pieces.append(_note(row))  # a heading across the columns
            continue
        last = clean_label(who).rstrip(":： ") or last
        pieces.append(Piece(words, last, start_ms=parse_stamp(time.strip("[]()")), breaks=True))
    return pieces, _left_out(filled[0], body, columns)


def _note(row: Sequence[str]) -> Piece:
    return Piece(" | ".join(filter(None, (" ".join(cell.split()) for cell in row))), kind=TurnKind.NOTE, breaks=True)


def _left_out(head: Sequence[str], body: Sequence[Sequence[str]], columns: _Columns) -> list[ReadingWarning]:
    """Name the columns that hold words but are not speech: somebody's notes or codes."""
    used = {columns.speaker, columns.time, columns.text}
    body = [row for row in body if _cell(row, columns.text)]
    others = [
        head[index].strip()[:40] or f"number {index + 1}"
        for index in range(len(head))
        if index not in used and any(any(c.isalpha() for c in _cell(row, index)) for row in body)
    ]
    return (
        [ReadingWarning(f"Columns of the table that are not speech were left out: {', '.join(others)}.")]
        if others
        else []
    )


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _by_header(row: Sequence[str]) -> _Columns | None:
    found: dict[str, int] = {}
    for index, cell in enumerate(row):
        word = cell.strip(" :*").casefold()
        for name, words in _HEADS.items():
            if word in words or (word.split() and word.split()[-1] in words and len(word.split()) < 3):
                found.setdefault(name, index)
                break
    if "text" not in found or len(found) < 2:
        return None
    return _Columns(found.get("speaker"), found.get("time"), found["text"])


def _by_content(rows: Sequence[Sequence[str]]) -> _Columns | None:
    """Tell columns without a header: times; labels that repeat or are known; the longest is the text."""
    width = max(len(row) for row in rows)
    if not 2 <= width <= 5 or len(rows) < 2:
        return None
    cells = [[_cell(row, column) for row in rows] for column in range(width)]
    text = max(range(width), key=lambda column: sum(map(len, cells[column])))
    if sum(map(len, cells[text])) < _FORM * len(rows):  # a form: Interviewer | Dana
        return None
    others = [column for column in range(width) if column != text]
    time = next((c for c in others if _are_times(cells[c])), None)
    for column in others:
        if column != time and _are_labels(cells[column]):
            return _Columns(column, time, text)
        split = [found["label"] for cell in cells[column] if (found := _NAME_AND_TIME.fullmatch(cell))]
        if len(split) >= _MOST * len(rows) and _are_labels(split):
            return _Columns(column, None, text, both=True)
    return None


def _are_times(cells: Sequence[str]) -> bool:
    return sum(parse_stamp(cell.strip("[]()")) is not None for cell in cells) >= _MOST * len(cells)


def _are_labels(cells: Sequence[str]) -> bool:
    labels = [cell.rstrip(":： ") for cell in cells if cell]
    fits = [(len(label) <= 60 and is_possible(label)) or is_known(label) for label in labels]
    if len(labels) < _MOST * len(cells) or sum(fits) < _MOST * len(labels):
        return False
    return sum(map(is_known, labels)) >= _MOST * len(labels) or len(Counter(labels)) <= len(labels) / 2
