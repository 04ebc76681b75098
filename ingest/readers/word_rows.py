"""Words, spans of speakers, units of time and letters for speakers, as they are in the JSON of many recognisers."""

from collections.abc import Sequence

from ingest.readers.assembling import Piece
from ingest.readers.json_values import MILLISECONDS, SECONDS, at, first, label_of, rows, share_of, text_of, time_of
from ingest.readers.spoken_words import Span, Word
from repository.domain.transcript import Role

_STARTS = ("start", "start_time", "startTime", "start_ms", "start_timestamp", "time", "ts")
_ENDS = ("end", "end_time", "endTime", "end_ms", "end_timestamp", "end_ts")
_TEXTS = ("punctuated_word", "punct", "word", "text", "value", "content", "token", "term")
_SPEAKERS = ("speaker", "speaker_id", "speaker_label", "speakerLabel", "speakerIndex", "speaker_tag")
#: What the words of a row are called.
WORD_LISTS = ("words", "word_list", "wordList", "wordTimings", "tokens", "terms", "elements")
#: Where it is said who speaks when, without what is said.
_SPANS_KEYS = (
    "exclusive_diarization exclusiveDiarization diarization diarization_segments speaker_segments speaker_turns"
    " speaker_timeline speaker_labels speakers"
)
_SPANS = tuple(_SPANS_KEYS.split())
#: Letters that recognisers number speakers with and that mean a role elsewhere.
_LETTERS = frozenset("IPQR")


def words_in(row: object, unit: float = SECONDS) -> list[Word]:
    """Give the words of a segment, whatever the keys are called; marks are joined to the word before."""
    found: list[Word] = []
    for word in next((listed for key in WORD_LISTS if (listed := rows(at(row, key)))), []):
        start, end = time_of(first(word, *_STARTS), unit), time_of(first(word, *_ENDS), unit)
        lasts = time_of(first(word, "duration", "dur"), unit)
        if end is None and start is not None and lasts is not None:
            end = start + lasts
        text = text_of(first(word, *_TEXTS)).strip()
        mark = bool(found) and text_of(word.get("type")).lower() in ("punctuation", "punct")
        found.append(Word(text, label_of(first(word, *_SPEAKERS)), start, end, share_of(word.get("confidence")), mark))
    return found


def spans_in(data: object) -> list[Span]:
    """Give who speaks when, sorted, where a file says that apart from what is said."""
    for key in _SPANS:
        spans = []
        for row in rows(at(data, key)):
            start, end = time_of(first(row, *_STARTS)), time_of(first(row, *_ENDS))
            speaker = label_of(first(row, *_SPEAKERS, "label"))
            if start is not None and end is not None and speaker and not text_of(row.get("text")).strip():
                spans.append(Span(start, end, speaker))
        if spans:
            return sorted(spans, key=lambda span: span.start_ms)
    return []


def cover(words: Sequence[Word], text: str) -> bool:
    """Say whether words are a text's, blanks aside."""
    return "".join("".join(word.text for word in words).split()) == "".join(text.split())


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
