"""From what somebody wrote, or a file says, to a text with its turns, times and cues: values in, values out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlp.aligning import Alignment
from repository.domain.transcript import Cue, TimePrecision, Transcript, TurnKind
from repository.store.revisions import KeptText, KeptTurn

#: What stands between two turns (formats: canonical text).
BETWEEN = "\n\n"
#: Characters by which a turn is known in another text: its first and its last.
EDGE = 12
_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class EditedTurn:
    """A turn as somebody wrote it. `came_from` are the turns of the text it was made of (several: joined).

    `speaker` is a speaker's number, None for nobody.
    """

    words: str
    speaker: int | None
    came_from: tuple[int, ...] = ()


def normalised(words: str) -> str:
    """Give words as the canonical text keeps them: lines end in LF, no control characters, no blanks at the ends.

    >>> normalised(" two\\r\\nlines ")
    'two\\nlines'
    """
    lines = re.sub(r"\r\n?|[\v\f\u2028\u2029]", "\n", words)
    return _CONTROL.sub("", lines).strip()


def parts_of(words: str) -> list[str]:
    """Give the turns that words are: a blank line begins another.

    >>> parts_of("Did it?\\n\\n\\nYes.")
    ['Did it?', 'Yes.']
    """
    return [part for part in map(str.strip, _BLANK.split(normalised(words))) if part]


def as_turns(text: KeptText, turn: EditedTurn) -> list[EditedTurn]:
    """Give the turns that somebody's words are: those of the text to the letter where nothing was written, [] for none.

    A blank line begins another turn, but for those that were in the text before.
    """
    before = [text.words(text.turns[idx]) for idx in turn.came_from if 0 <= idx < len(text.turns)]
    if len(before) == 1 and normalised(turn.words) == normalised(before[0]):
        return [replace(turn, words=before[0])]
    return [replace(turn, words=words) for words in parts_of(turn.words)]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A turn of a text in the making; it came from turns [first, last] of a text, if any."""

    words: str
    turn: KeptTurn
    text: KeptText | None = None
    first: int = 0
    last: int = 0

    def gap(self, after: "_Piece") -> str:
        """Give what stands between a turn and this one: what stood there already, if they were neighbours."""
        if self.text and self.text is after.text and self.first == after.last + 1:
            return self.text.body[self.text.turns[after.last].end : self.text.turns[self.first].start]
        return BETWEEN


def edited(on: KeptText, made_from: KeptText, first: int, until: int, turns: Sequence[EditedTurn]) -> KeptText:
    """Put edited turns in the place of turns [first, until) of a text, with its times and cues as far as they hold."""
    made_from = on if made_from.id == on.id else made_from
    pieces = [_Piece(on.words(turn), turn, on, idx, idx) for idx, turn in enumerate(on.turns)]
    pieces[first:until] = [_piece(made_from, turns, place) for place in range(len(turns))]
    body = ""
    kept: list[KeptTurn] = []
    for place, piece in enumerate(pieces):
        body += piece.gap(pieces[place - 1]) if place else ""
        kept.append(replace(piece.turn, start=len(body), end=len(body) + len(piece.words)))
        body += piece.words
    made = replace(on, id=0, body=body, turns=tuple(kept), cues=())
    cues = _moved_cues(Alignment(on.body, body), on.cues, made.turns)
    return replace(made, turns=tuple(_begun(turn, idx, cues) for idx, turn in enumerate(made.turns)), cues=cues)


def _piece(text: KeptText, turns: Sequence[EditedTurn], place: int) -> _Piece:
    one = turns[place]
    came = [idx for idx in one.came_from if 0 <= idx < len(text.turns)]
    if not came:
        return _Piece(one.words, KeptTurn(one.speaker, TurnKind.SPEECH.value, 0, 0))
    first, last = text.turns[came[0]], text.turns[came[-1]]
    goes_on = place > 0 and turns[place - 1].came_from[-1:] == (came[0],)
    ends = not (place + 1 < len(turns) and turns[place + 1].came_from[:1] == (came[-1],))
    turn = replace(
        first,
        speaker_id=one.speaker,
        heard_as=first.heard_as if first.speaker_id == one.speaker else None,
        start_ms=None if goes_on else first.start_ms,
        end_ms=last.end_ms if ends else None,
        time_precision=TimePrecision.NONE.value if goes_on else first.time_precision,
    )
    return _Piece(one.words, turn, text, came[0], came[-1])


def _begun(turn: KeptTurn, idx: int, cues: Sequence[Cue]) -> KeptTurn:
    """Give a turn that a split left without a time the time of the first cue in it."""
    first = next((cue for cue in cues if cue.turn == idx and cue.start_ms is not None), None)
    if turn.start_ms is not None or first is None:
        return turn
    exact = TimePrecision.EXACT if first.start == turn.start else TimePrecision.INTERPOLATED
    return replace(turn, start_ms=first.start_ms, time_precision=exact.value)


def _moved_cues(alignment: Alignment, cues: Sequence[Cue], turns: Sequence[KeptTurn]) -> tuple[Cue, ...]:
    """Give the cues whose words are all still there, at their places; the others anchored words that are gone."""
    moved: list[Cue] = []
    idx = 0
    for cue in cues:
        place = alignment.place(cue.start, cue.end)
        while place and idx < len(turns) and turns[idx].end < place[1]:
            idx += 1
        if place and idx < len(turns) and turns[idx].start <= place[0]:
            moved.append(replace(cue, turn=idx, start=place[0], end=place[1]))
    return tuple(moved)


def kept(transcript: Transcript, source_id: int, whose: Sequence[tuple[int, int | None]]) -> KeptText:
    return KeptText(
        id=0,
        source_id=source_id,
        body=transcript.text,
        turns=tuple(
            KeptTurn(
                None if turn.speaker is None else whose[turn.speaker][0],
                turn.kind.value,
                turn.start,
                turn.end,
                turn.start_ms,
                turn.end_ms,
                turn.time_precision.value,
                None if turn.speaker is None else whose[turn.speaker][1],
            )
            for turn in transcript.turns
        ),
        cues=transcript.cues,
        reader=transcript.reader,
        reader_version=transcript.reader_version,
        encoding=transcript.encoding,
    )


def timed(old: KeptText, made: KeptText) -> KeptText:
    """Give a corrected file that has no times those of the old text, wherever the words are the same."""
    if made.cues or any(turn.start_ms is not None for turn in made.turns):
        return made
    alignment = Alignment(old.body, made.body)
    begins: dict[int, KeptTurn] = {}
    ends: dict[int, KeptTurn] = {}
    for turn in old.turns:
        first = alignment.place(turn.start, min(turn.end, turn.start + EDGE))
        last = alignment.place(max(turn.start, turn.end - EDGE), turn.end)
        begins |= {first[0]: turn} if first else {}
        ends |= {last[1]: turn} if last else {}
    turns = [
        replace(turn, start_ms=begins[turn.start].start_ms, time_precision=begins[turn.start].time_precision)
        if turn.start in begins
        else turn
        for turn in made.turns
    ]
    turns = [replace(turn, end_ms=ends[turn.end].end_ms) if turn.end in ends else turn for turn in turns]
    return replace(made, turns=tuple(turns), cues=_moved_cues(alignment, old.cues, made.turns))
