"""Cut a transcript into passages: on sentence edges, to a budget of words, a short question with its answer."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from repository.domain.transcript import Role, Speaker, Turn, TurnKind

#: A question of at most so many words stays with the answer; with it a passage may exceed the budget by as much
#: (150 + 40 words are about MiniLM's 256 tokens).
QUESTION_WORDS = 40
#: From this share of the budget on, a passage ends before a new question or heading.
_ENOUGH = 1 / 3
#: Interviewer's turns up to this many words without a question mark are listening ("Mm-hm, right."), not asking.
_LISTENING = 3
_HEADING_WORDS = 12
#: What counts as a word, and where a sentence far over the budget may be cut; scripts without spaces by character.
_SPACELESS = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_SPACELESS}]|[^\s{_SPACELESS}]{{1,40}}")

SentenceSpans = Callable[[Sequence[str]], list[list[tuple[int, int]]]]


@dataclass(frozen=True, slots=True)
class Span:
    """A passage: characters [start, end) of the text, turns first_turn..last_turn."""

    start: int
    end: int
    first_turn: int
    last_turn: int
    role: Role


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never cut: a sentence, or a short question with the first sentence of its answer.

    `opens`: a question or heading begins here. `rest`: words from here to the end of the turn (of the answer).
    """

    start: int
    end: int
    first: Turn
    last: Turn
    words: int
    rest: int
    opens: bool = False
    starts_turn: bool = False


def segment(
    text: str,
    turns: Sequence[Turn],
    speakers: Sequence[Speaker],
    sentence_spans: SentenceSpans,
    *,
    budget_words: int = 150,
) -> list[Span]:
    """Cut a transcript into passages that hold every non-blank character of every turn exactly once, in order.

    A passage ends at a sentence's end near `budget_words`, never above the budget by more than QUESTION_WORDS; only a
    sentence longer than that is cut, at word edges. Small turns share a passage, unless a new question or heading opens
    when a third of the budget is there, or the kind of turn changes. `sentence_spans` is called once, with all turns.
    """
    spoken = [turn for turn in turns if text[turn.start : turn.end].strip()]
    sentences = sentence_spans([text[turn.start : turn.end] for turn in spoken])
    units: list[_Unit] = []
    for turn, spans in zip(spoken, sentences, strict=True):
        units += _units(text, turn, spans, budget_words + QUESTION_WORDS)
    asking = {turn.idx for turn in spoken if _asks(text, turn, speakers)}
    opening = asking | {turn.idx for turn in spoken if _is_heading(text, turn)}
    units = [replace(u, opens=u.starts_turn and u.first.idx in opening) for u in units]
    packs = _packs(list(_kept_together(text, units, asking, budget_words + QUESTION_WORDS)), budget_words)
    return [_span(text, pack, speakers) for pack in packs]


def _count(text: str, most: int | None = None) -> int:
    return sum(1 for _ in islice(_WORD.finditer(text), most))


def _units(text: str, turn: Turn, spans: Sequence[tuple[int, int]], most: int) -> list[_Unit]:
    """Give a turn's sentences; they are made to cover it whatever the splitter said, and cut where far too long."""
    length = turn.end - turn.start
    edges = sorted({0, length, *(start for start, _ in spans if 0 < start < length)})
    cut = [
        piece for start, end in pairwise(edges) for piece in _pieces(text, turn.start + start, turn.start + end, most)
    ]
    rest = sum(words for _, _, words in cut)
    units: list[_Unit] = []
    for start, end, words in cut:
        units.append(_Unit(start, end, turn, turn, words, rest, starts_turn=not units))
        rest -= words
    return units


def _pieces(text: str, start: int, end: int, most: int) -> Iterator[tuple[int, int, int]]:
    """Give (start, end, words) of a sentence without outer blanks, in equal parts at words if it has over `most`."""
    edges = [(found.start(), found.end()) for found in _WORD.finditer(text, start, end)]
    if not edges:
        return
    parts = -(-len(edges) // most)
    size = -(-len(edges) // parts)
    for at in range(0, len(edges), size):
        part = edges[at : at + size]
        yield part[0][0], part[-1][1], len(part)


def _asks(text: str, turn: Turn, speakers: Sequence[Speaker]) -> bool:
    """Say whether a turn is a short question: the interviewer's, or one with a question mark if roles are unknown."""
    words = text[turn.start : turn.end]
    if _count(words, QUESTION_WORDS + 1) > QUESTION_WORDS:
        return False
    if turn.kind is not TurnKind.SPEECH:
        return turn.kind is TurnKind.QUESTION
    marked = words.rstrip().endswith(("?", "？", "؟"))
    role = speakers[turn.speaker].role if turn.speaker is not None else Role.UNKNOWN
    if role is Role.INTERVIEWER:
        return marked or _count(words) > _LISTENING
    return role is Role.UNKNOWN and turn.speaker is not None and marked


def _is_heading(text: str, turn: Turn) -> bool:
    words = text[turn.start : turn.end].strip()
    if turn.kind is not TurnKind.NOTE or "\n" in words or words.endswith((".", "!", ",", ";", "…")):
        return False
    return words[:1].isalnum() and len(words) < 200 and _count(words) <= _HEADING_WORDS


def _kept_together(text: str, units: Sequence[_Unit], asking: set[int], most: int) -> Iterator[_Unit]:
    """Join each short question with the first sentence of what somebody else says next."""
    at = 0
    while at < len(units):
        unit = units[at]
        at += 1
        if unit.first.idx not in asking or not unit.starts_turn:
            yield unit
            continue
        while at < len(units) and units[at].first.idx == unit.first.idx:
            unit = replace(unit, end=units[at].end, words=unit.words + units[at].words)
            at += 1
        if at == len(units) or not _answers(units[at].first, unit.first, asking):
            yield unit
            continue
        answer = units[at]
        at += 1
        begin, *others = _pieces(text, answer.start, answer.end, most - unit.words)  # cut only if both are too long
        yield replace(unit, end=begin[1], last=answer.last, words=unit.words + begin[2], rest=unit.words + answer.rest)
        rest = answer.rest - begin[2]
        for start, end, words in others:
            yield _Unit(start, end, answer.first, answer.last, words, rest)
            rest -= words


def _answers(turn: Turn, question: Turn, asking: set[int]) -> bool:
    said_by_other = turn.speaker != question.speaker or question.kind is TurnKind.QUESTION
    return _family(turn) is _family(question) and said_by_other and turn.idx not in asking


def _family(turn: Turn) -> TurnKind:
    """Give a turn's kind; a form's question and its answer are of one."""
    return TurnKind.QUESTION if turn.kind is TurnKind.ANSWER else turn.kind


def _packs(units: Sequence[_Unit], budget: int) -> list[list[_Unit]]:
    """Pack units into passages; a turn longer than the budget is cut into parts of about equal length."""
    packs: list[list[_Unit]] = []
    words, target = 0, float(budget)
    for unit in units:
        if packs and not _must_end(packs[-1][-1], unit, words, target, budget):
            if unit.starts_turn:
                target = _target(words + unit.rest, budget)
            packs[-1].append(unit)
            words += unit.words
        else:
            target = _target(unit.rest, budget)
            packs.append([unit])
            words = unit.words
    return packs


def _target(words: int, budget: int) -> float:
    return words / -(-words // budget) if words > budget else budget


def _must_end(before: _Unit, unit: _Unit, words: int, target: float, budget: int) -> bool:
    if _family(before.last) is not _family(unit.first) or words + unit.words > budget + QUESTION_WORDS:
        return True
    if words >= target or unit.first.kind is TurnKind.QUESTION:  # the next answer may be somebody else's
        return True
    if unit.opens:
        return words >= _ENOUGH * budget
    return unit.starts_turn and words + unit.rest > budget and words >= _ENOUGH * budget


def _span(text: str, pack: Sequence[_Unit], speakers: Sequence[Speaker]) -> Span:
    start, end = pack[0].start, pack[-1].end
    by_idx = {turn.idx: turn for unit in pack for turn in (unit.first, unit.last)}
    said: dict[Role, int] = {}
    for turn in by_idx.values():
        role = speakers[turn.speaker].role if turn.speaker is not None else Role.UNKNOWN
        if turn.kind is TurnKind.QUESTION:
            role = Role.INTERVIEWER
        part = text[max(start, turn.start) : min(end, turn.end)]
        said[role] = said.get(role, 0) + _count(part)
    return Span(start, end, pack[0].first.idx, pack[-1].last.idx, _role(said))


def _role(said: dict[Role, int]) -> Role:
    """Give the role whose words are the bulk; the interviewer's question does not count beside an answer."""
    if set(said) == {Role.INTERVIEWER}:
        return Role.INTERVIEWER
    counted = {role: n - QUESTION_WORDS if role is Role.INTERVIEWER else n for role, n in said.items()}
    return max(counted, key=lambda role: (counted[role], role is Role.PARTICIPANT))
