"""Find who speaks in plain lines: try every habit on the whole file, keep the one that explains it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.readers.assembling import Piece, clean_label
from ingest.readers.grammars import ASIDE, BOILERPLATE, GRAMMARS, Grammar, Line
from ingest.readers.labels import is_known, is_name_like, is_possible, speakers_among
from ingest.readers.stamps import STAMP, parse_stamp
from repository.domain.transcript import ReadingWarning, TimePrecision, TurnKind

#: A habit is believed from this many headers on, if they explain this share of the lines (formats.md 2.1).
_FEWEST, _SHARE = 3, 0.6
#: How much less a more telling habit may explain than the best one.
_NEARLY = 0.1
#: Characters of a line in which a header can lie.
_HEAD = 300
_LONE_TIME = re.compile(rf"\s*[\[(]?({STAMP})[\])]?\s*")
_ANY_TIME = re.compile(r"\d:\d\d")
_TIMED = re.compile(rf"\s*[\[(]?{STAMP}")
_BULLET = re.compile(r"\s*(?:[-*•–·▪◦]|\d{1,3}[.)])\s+\S")


@dataclass(frozen=True, slots=True)
class Header:
    """Where a line says who speaks: the words begin at `rest` of that line."""

    label: str | None
    start_ms: int | None
    end_ms: int | None
    rest: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """The pieces of some lines. `confidence` is the share of lines that the habit explains, 0 where none was found."""

    pieces: tuple[Piece, ...]
    confidence: float
    precision: TimePrecision = TimePrecision.NONE
    warnings: tuple[ReadingWarning, ...] = ()
    habit: str = ""


def lines_of(text: str) -> list[Line]:
    """Give the non-blank lines of a text, numbered from 1."""
    out: list[Line] = []
    gap = True
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            out.append(Line(line, number, gap))
        gap = not line.strip()
    return out


def parse(lines: Sequence[Line]) -> Parsed:
    """Make pieces of lines: turns where a habit of marking speakers explains the file, else notes by paragraph."""
    heads = _heads(lines)
    found = [(grammar, *_headers(grammar, lines, heads)) for grammar in GRAMMARS]
    best = max((share for _, _, share in found), default=0.0)
    if best == 0.0:
        return Parsed(tuple(_notes(lines)), 0.0)
    grammar, headers, share = next(each for each in found if each[2] >= best - _NEARLY and each[2] > 0)
    return _spoken(lines, grammar, headers, share)


def _heads(lines: Sequence[Line]) -> list[tuple[int, str, bool]]:
    """Give (index, beginning, whether it has a time) of each line in which a header can be: all of them have a colon."""
    heads = []
    for index, line in enumerate(lines):
        head = line.text.lstrip()[:_HEAD]
        if not line.note and (":" in head or "：" in head):
            heads.append((index, head, _ANY_TIME.search(head) is not None))
    return heads


def _headers(
    grammar: Grammar, lines: Sequence[Line], heads: Sequence[tuple[int, str, bool]]
) -> tuple[dict[int, Header], float]:
    """Give the headers that a habit finds, by line, and the share of lines it explains; 0 if it is not to be believed."""
    every: dict[int, Header] = {}
    for index, head, timed in heads:
        if (grammar.timed and not timed) or not (found := grammar.pattern.match(head)):
            continue
        line = lines[index]
        group = found.groupdict()
        label = clean_label(group["label"].strip("*_ ")) if group.get("label") else None
        if label is None and grammar.labelled and not (line.gap and _has_words_below(lines, index)):
            continue
        start = parse_stamp(group["time"]) if group.get("time") else None
        end = parse_stamp(group["end"]) if group.get("end") else None
        indent = len(line.text) - len(line.text.lstrip())
        every[index] = Header(label, start, end, indent + found.end())
    if grammar.labelled and not grammar.certain:
        speakers = _speakers(grammar, lines, every)
        every = {i: h for i, h in every.items() if h.label in speakers or (h.label is None and speakers)}
    return every, _explained(grammar, lines, every)


def _speakers(grammar: Grammar, lines: Sequence[Line], every: dict[int, Header]) -> set[str]:
    labels = [h.label for h in every.values() if h.label]
    trusted = {h.label for i, h in every.items() if h.label and lines[i].strong and is_possible(h.label)}
    sure = speakers_among(labels, trusted=trusted, uniform=False, all_headed=False)
    headed = [i for i, h in every.items() if h.label in sure]
    spaced = sum(lines[i].gap for i in headed)
    by_gap = spaced >= 0.9 * len(headed)
    placed = [h.label for i, h in every.items() if h.label and (h.label in sure or lines[i].gap or not by_gap)]
    countable = sum(not line.note for line in lines)
    all_headed = len(every) >= 0.9 * countable and len(set(labels)) > 1
    uniform = grammar.timed or (len(headed) > 1 and by_gap)
    return speakers_among(placed, trusted=trusted, uniform=uniform, all_headed=all_headed)


def _has_words_below(lines: Sequence[Line], index: int) -> bool:
    return index + 1 < len(lines) and not lines[index + 1].gap


def _explained(grammar: Grammar, lines: Sequence[Line], headers: dict[int, Header]) -> float:
    if not headers:
        return 0.0
    if grammar.labelled and grammar.timed:  # a file of timed lines does not name speakers in the few that are short
        timed = sum(_TIMED.match(line.text[:_HEAD]) is not None for line in lines)
        if len(headers) < _SHARE * timed:
            return 0.0
    total = sum(not line.note and not BOILERPLATE.fullmatch(line.text[:_HEAD]) for line in lines)
    near = 0
    inside = empty = False  # empty: only a header came so far, its words may follow after a gap
    for index, line in enumerate(lines):
        header = headers.get(index)
        inside = not line.note and (header is not None or (inside and (empty or not line.gap)))
        empty = header is not None and not line.text[header.rest :].strip()
        near += inside
    under = sum(not line.note for line in lines[min(headers) :])
    explained = min(1.0, (under if _is_sure(grammar, lines, headers) else near) / max(total, 1))
    if explained < _SHARE:
        return 0.0
    labels = {h.label for h in headers.values()}
    known = all(label and is_known(label) for label in labels)
    few = grammar.labelled and (known or (near >= total and len(labels) > 1))
    return explained if few or len(headers) >= _FEWEST else 0.0


def _is_sure(grammar: Grammar, lines: Sequence[Line], headers: dict[int, Header]) -> bool:
    """Say whether paragraphs without a header may be taken as the speaker's going on."""
    if len(headers) < _FEWEST:
        return False
    marked = sum(lines[i].strong or bool(h.label and is_known(h.label)) for i, h in headers.items())
    if grammar.timed and grammar.labelled or marked >= 0.5 * len(headers):
        return True
    counts = Counter(h.label for h in headers.values())
    return len(counts) > 1 and all(label and is_name_like(label) and n >= _FEWEST for label, n in counts.items())


def _notes(lines: Sequence[Line]) -> list[Piece]:
    """Make a note of each paragraph; a heading and each item of a list stand alone."""
    pieces: list[Piece] = []
    bodies: list[list[str]] = []
    after_note, deep = False, 0
    for line in lines:
        indent = len(line.text) - len(line.text.lstrip())
        starts = line.gap or line.note or after_note or indent < deep or _BULLET.match(line.text[:_HEAD])
        if starts or not pieces:
            pieces.append(Piece("", kind=TurnKind.NOTE, breaks=True, line=line.number))
            bodies.append([])
        bodies[-1].append(line.text)
        after_note, deep = line.note, indent
    return _filled(pieces, bodies)


def _spoken(lines: Sequence[Line], grammar: Grammar, headers: dict[int, Header], share: float) -> Parsed:
    pieces: list[Piece] = []
    bodies: list[list[str]] = []  # the lines of each piece, joined at the end: linear
    speaking: Header | None = None
    clock: int | None = None  # a time on a line of its own, for the next words
    left_out: list[int | None] = []

    def begin(text: str, line: Line, *, kind: TurnKind, header: Header | None, timed: bool) -> None:
        nonlocal clock
        label = header.label if header else None
        start, end = (header.start_ms, header.end_ms) if header and timed else (None, None)
        if start is None and clock is not None:
            start, clock = clock, None
        breaks = grammar.labelled or kind is TurnKind.NOTE  # times alone cut lines anywhere, even inside a sentence
        pieces.append(Piece("", label, kind, start, end, breaks=breaks, line=line.number))
        bodies.append([text])

    fresh = True  # the next line begins a piece
    for index, line in enumerate(lines):
        header = headers.get(index)
        lone = _LONE_TIME.fullmatch(line.text[:_HEAD]) if not grammar.timed else None
        if header:
            speaking = header
            begin(line.text[header.rest :], line, kind=grammar.kind, header=header, timed=True)
            fresh = False
        elif lone:
            clock, fresh = parse_stamp(lone.group(1)), True
        elif BOILERPLATE.fullmatch(line.text[:_HEAD]):
            left_out.append(line.number)
            fresh = True
        elif line.note or ASIDE.match(line.text[:_HEAD]):
            begin(line.text, line, kind=TurnKind.NOTE, header=None, timed=False)
            speaking, fresh = (None if line.note else speaking), True
        elif fresh or line.gap:
            above = speaking is not None and bodies and bodies[-1] == [""]  # only the header came so far
            if above:
                bodies[-1].append(line.text)
            else:
                kind = grammar.kind if speaking else TurnKind.NOTE
                begin(line.text, line, kind=kind, header=speaking, timed=False)
            fresh = False
        else:
            bodies[-1].append(line.text)
    warnings = []
    if left_out:
        warnings.append(ReadingWarning(f"{len(left_out)} lines written by the recorder were left out.", left_out[0]))
    precision = TimePrecision.EXACT if grammar.timed else TimePrecision.COARSE
    return Parsed(tuple(_filled(pieces, bodies)), share, precision, tuple(warnings), grammar.name)


def _filled(pieces: Sequence[Piece], bodies: Sequence[Sequence[str]]) -> list[Piece]:
    texts = ("\n".join(filter(None, (part.strip() for part in body))) for body in bodies)
    return [replace(piece, text=text) for piece, text in zip(pieces, texts, strict=True)]
