"""Transcripts laid out as tables: speaker, time, text in columns."""

from collections.abc import Sequence

from ingest.readers.assembling import Piece
from ingest.readers.labels import is_known, is_possible
from ingest.readers.stamps import parse_stamp
from repository.domain.transcript import TurnKind

_SPEAKER = frozenset("speaker name who participant person sprecher sprecherin locuteur hablante orador relatore falante".split())
_TIME = frozenset("time timestamp timecode start begin timespan timestamps zeit heure hora ora tempo from".split())
_TEXT = frozenset("text content transcript utterance speech said comment body message texte texto testo verbatim".split())
#: The share of rows whose cell must look like a time or a label where there is no header row.
_MOST = 0.8


def pieces_of_table(rows: Sequence[Sequence[str]]) -> list[Piece]:
    """Make turns of a table's rows if its columns can be told, by the header row or by what is in them; else notes."""
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return []
    columns = _by_header(filled[0])
    body = filled[1:] if columns else filled
    columns = columns or _by_content(filled)
    if columns is None:
        return [
            Piece(" | ".join(filter(None, (" ".join(cell.split()) for cell in row))), kind=TurnKind.NOTE, breaks=True)
            for row in filled
        ]
    speaker, time, text = columns
    pieces = []
    last: str | None = None
    for row in body:
        label = _cell(row, speaker).rstrip(":") or last
        last = label
        words = _cell(row, text)
        pieces.append(Piece(words, label, start_ms=parse_stamp(_cell(row, time).strip("[]()")), breaks=True))
    return pieces


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _by_header(row: Sequence[str]) -> tuple[int | None, int | None, int] | None:
    found: dict[str, int] = {}
    for index, cell in enumerate(row):
        word = cell.strip().casefold()
        for name, words in (("speaker", _SPEAKER), ("time", _TIME), ("text", _TEXT)):
            if word in words:
                found.setdefault(name, index)
    if "text" not in found or len(found) < 2:
        return None
    return found.get("speaker"), found.get("time"), found["text"]


def _by_content(rows: Sequence[Sequence[str]]) -> tuple[int | None, int | None, int] | None:
    """Tell columns without a header: times; labels that repeat or are known; the longest is the text."""
    width = max(len(row) for row in rows)
    if not 2 <= width <= 4 or len(rows) < 2:
        return None
    cells = [[_cell(row, column) for row in rows] for column in range(width)]
    text = max(range(width), key=lambda column: sum(map(len, cells[column])))
    time = next((c for c in range(width) if c != text and _are_times(cells[c])), None)
    speaker = next((c for c in range(width) if c not in (text, time) and _are_labels(cells[c])), None)
    return (speaker, time, text) if speaker is not None else None


def _are_times(cells: Sequence[str]) -> bool:
    return sum(parse_stamp(cell.strip("[]()")) is not None for cell in cells) >= _MOST * len(cells)


def _are_labels(cells: Sequence[str]) -> bool:
    labels = [cell.rstrip(":") for cell in cells if cell]
    if len(labels) < _MOST * len(cells) or not all(len(label) <= 60 and is_possible(label) or is_known(label) for label in labels):
        return False
    return all(map(is_known, labels)) or len(set(labels)) <= len(labels) / 2
