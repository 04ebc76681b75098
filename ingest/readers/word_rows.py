"""Words, units of time and letters for speakers, as they are in the JSON of many recognisers."""

from collections.abc import Sequence

from ingest.readers.assembling import Piece
from ingest.readers.json_values import MILLISECONDS, SECONDS, at, first, label_of, rows, share_of, text_of, time_of
from ingest.readers.spoken_words import Word
from repository.domain.transcript import Role

_STARTS = ("start", "start_time", "startTime", "start_ms", "start_timestamp", "time", "ts")
_ENDS = ("end", "end_time", "endTime", "end_ms", "end_timestamp", "end_ts")
#: Letters that recognisers number speakers with and that mean a role elsewhere.
_LETTERS = frozenset("IPQR")


def words_in(row: object, unit: float = SECONDS) -> list[Word]:
    """Give the words of a segment, whatever the keys are called; marks are joined to the word before."""
    found: list[Word] = []
    for word in rows(at(row, "words")):
        start, end = time_of(first(word, *_STARTS), unit), time_of(first(word, *_ENDS), unit)
        lasts = time_of(word.get("duration"), unit)
        if end is None and start is not None and lasts is not None:
            end = start + lasts
        text = text_of(first(word, "punctuated_word", "punct", "word", "text", "value")).strip()
        speaker = label_of(first(word, "speaker", "speaker_id"))
        mark = bool(found) and word.get("type") in ("punctuation", "punct")
        found.append(Word(text, speaker, start, end, share_of(word.get("confidence")), mark))
    return found


def spelled(pieces: Sequence[Piece]) -> dict[str, Role]:
    """Say that speakers A, B … I have no role for their letter: nine speakers are no interviewer."""
    labels = {piece.speaker for piece in pieces if piece.speaker}
    if labels and all(len(label) == 1 and label.isupper() for label in labels):
        return {label: Role.UNKNOWN for label in labels if label in _LETTERS}
    return {}


def unit_of(counts: Sequence[float], letters: int) -> float:
    """Tell the unit of whole numbers from how fast the speech would be: a dozen letters a second, not one in eighty."""
    span = max(counts, default=0.0) - min(counts, default=0.0)
    return MILLISECONDS if span >= 1000 and letters < 0.5 * span else SECONDS
