"""Find who speaks in plain lines: try every habit on the whole file, keep the one that explains it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingest.readers.assembling import Piece, clean_label
from ingest.readers.emphasis import answered, bold_beginning, is_told_by_bold
from ingest.readers.grammars import GRAMMARS, HEAD, NAMED, Grammar, Line, is_boilerplate
from ingest.readers.labels import is_known, is_name_like, is_possible, speakers_among
from ingest.readers.layouts import SHORT, closed, marked, preamble, section, unnumbered, unstacked
from ingest.readers.several import told_of_several
from ingest.readers.speaking import Header, notes_of, pieces_of
from ingest.readers.stamps import STAMP, parse_stamp
from repository.domain.transcript import ReadingWarning, Role, TimePrecision

#: A habit is believed from this many headers on, if they explain this share of the lines.
_FEWEST, _SHARE = 3, 0.6
#: The share of paragraphs that a strict habit must head.
_NEARLY_ALL = 0.9
#: How much less a more telling habit may explain than the best one.
_NEARLY = 0.1
#: One of these is in a line's beginning that names a speaker, but for a name alone or in brackets.
_MARKS = (":", "\t", "：", " - ", " -- ", " – ", "— ", "; ", "   ")
_NAMED = re.compile(NAMED)
_ITEM = re.compile(r"(?:[-–—•*]|\d{1,4}[.)])\s")
#: What sentences end with.
_ENDS = tuple(".?!…。？！؟\"'”’»)]-–—,")
_ANY_TIME = re.compile(r"\d:\d\d")
_TIMED = re.compile(rf"\s*[\[(]?{STAMP}")
_LONE_TIME = re.compile(rf"\s*[\[(]?{STAMP}[\])]?\s*")
#: Characters of a line that is a time alone.
_CLOCK = 40
_TIME_NEXT = re.compile(rf"\s*[\[(]({STAMP})(?:\s?(?:-->|-|–)\s?({STAMP}))?[\])]\s?:?\s*")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The pieces of some lines. `confidence` is the share of lines that the habit explains, 0 where none was found.

    `roles` are those that a form at the top states, `recorder` is who switched the recording on.
    """

    pieces: tuple[Piece, ...]
    confidence: float
    precision: TimePrecision = TimePrecision.NONE
    warnings: tuple[ReadingWarning, ...] = ()
    habit: str = ""
    roles: dict[str, Role] = field(default_factory=dict)
    recorder: str = ""


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
    parsed = _parsed(marked(unstacked(closed(lines))))
    if not parsed.habit and (bare := unnumbered(lines)):
        numbered = _parsed(bare)
        parsed = numbered if numbered.habit else parsed
    several = told_of_several(lines)
    return replace(parsed, warnings=(*parsed.warnings, *several)) if several else parsed


def _parsed(lines: Sequence[Line]) -> Parsed:
    below = _below_notes(lines)
    for start in (0, *section(lines), *below):
        above, roles = preamble(lines[start:])
        if found := _best(lines, start + above):
            grammar, headers, share = found
            if start in below and len(headers) < _FEWEST:
                continue  # one quotation among notes
            spoken = pieces_of(lines[start:], grammar, {index - start: header for index, header in headers.items()})
            pieces = (*notes_of(lines[:start]), *spoken.pieces)
            return Parsed(pieces, share, spoken.precision, spoken.warnings, grammar.name, roles, spoken.recorder)
    if asked := answered(lines):
        return Parsed(asked.pieces, asked.share, warnings=asked.warnings, habit="print")
    return Parsed(tuple(notes_of(lines)), 0.0)


def _below_notes(lines: Sequence[Line]) -> list[int]:
    """Give where, after notes without a word that says so, somebody known by the label speaks first: "Interviewer: So"."""
    above, _ = preamble(lines)
    for index, line in enumerate(lines[above:], above):
        found = _NAMED.match(line.text[:HEAD].lstrip()) if ":" in line.text[:HEAD] and not line.note else None
        if found and is_known(found["label"].strip("*_ ")) and len(line.text) > found.end():
            return [index] if index else []
    return []


def _best(lines: Sequence[Line], start: int) -> tuple[Grammar, dict[int, Header], float] | None:
    """Choose the habit that explains the lines from `start` on."""
    heads = _heads(lines, start)
    found = [(grammar, *_headers(grammar, lines, heads, start)) for grammar in GRAMMARS]
    best = max(share for _, _, share in found)
    if best == 0.0:
        return None
    return next(each for each in found if each[2] >= best - _NEARLY and each[2] > 0)


def _heads(lines: Sequence[Line], start: int) -> list[tuple[int, str, bool]]:
    """Give (index, beginning, whether it has a time) of each line from `start` on in which a header can be."""
    heads = []
    for index in range(start, len(lines)):
        line = lines[index]
        head = line.text.lstrip()[:HEAD]
        alone = line.gap and len(head) <= SHORT  # a name, perhaps
        if alone or line.lead or head[:1] in "[(<" or "." in head[1:7] or any(mark in head for mark in _MARKS):
            heads.append((index, head, _ANY_TIME.search(head) is not None))
    return heads


def _headers(
    grammar: Grammar, lines: Sequence[Line], heads: Sequence[tuple[int, str, bool]], start: int
) -> tuple[dict[int, Header], float]:
    """Give the headers that a habit finds, by line, and the share of lines it explains; 0 if it is not believed."""
    every: dict[int, Header] = {}
    doubtful: dict[int, Header] = {}  # believed if the same label heads other lines
    for index, head, timed in heads:
        line = lines[index]
        if (grammar.timed and not timed) or (line.note and not grammar.below):
            continue
        if grammar.bold:
            found = grammar.pattern.fullmatch(bold_beginning(line)[:HEAD])
        else:
            found = grammar.pattern.match(head)
        if found is None:
            continue
        group = found.groupdict()
        label = clean_label(group["label"].strip("*_ ")) if group.get("label") else None
        bare = grammar.labelled and grammar.below and not grammar.certain and (label is None or not grammar.timed)
        if bare and not line.gap:
            continue
        if label and grammar.name == "name" and _ITEM.match(head) and not is_known(label):
            continue  # an item of a list: "- Tools: Excel"
        header = _header(label, group, line, head, found.end())
        apart = bare and not _has_words_below(lines, index)  # on the page before
        if apart and not label:
            continue
        if apart or (group.get("tight") and label and not is_known(label)):
            doubtful[index] = header
        else:
            every[index] = header
    if grammar.labelled and not grammar.certain:
        elsewhere = {header.label for header in every.values()}
        every |= {index: header for index, header in doubtful.items() if header.label in elsewhere}
        speakers = _speakers(grammar, lines, every, start)
        every = {i: h for i, h in every.items() if h.label in speakers or (h.label is None and speakers)}
    return every, _explained(grammar, lines, every, start)


def _header(label: str | None, group: dict[str, str | None], line: Line, head: str, end: int) -> Header:
    stamps = group.get("time"), group.get("end")
    if not stamps[0] and (time := _TIME_NEXT.match(head, end)):  # Interviewer: [00:03] Hello
        stamps, end = (time.group(1), time.group(2)), time.end()
    start_ms, end_ms = (parse_stamp(stamp) if stamp else None for stamp in stamps)
    return Header(label, start_ms, end_ms, len(line.text) - len(line.text.lstrip()) + end)


def _speakers(grammar: Grammar, lines: Sequence[Line], every: dict[int, Header], start: int) -> set[str]:
    labels = [h.label for h in every.values() if h.label]
    trusted = {h.label for i, h in every.items() if h.label and lines[i].strong and is_possible(h.label)}
    if grammar.strict:
        return {label for label, n in Counter(labels).items() if is_possible(label) and (n > 1 or is_known(label))}
    sure = speakers_among(labels, trusted=trusted, uniform=False, all_headed=False)
    headed = [i for i, h in every.items() if h.label in sure]
    headed = headed if len(headed) > 1 else list(every)
    spaced = sum(lines[i].gap for i in headed)
    by_gap = spaced >= 0.9 * len(headed)
    placed = [h.label for i, h in every.items() if h.label and (h.label in sure or lines[i].gap or not by_gap)]
    countable = sum(not line.note for line in lines[start:])
    all_headed = len(every) >= 0.9 * countable and len(set(labels)) > 1
    uniform = grammar.timed or (by_gap and sum(label in sure for label in labels) > 1)
    return speakers_among(placed, trusted=trusted, uniform=uniform, all_headed=all_headed)


def _has_words_below(lines: Sequence[Line], index: int) -> bool:
    return index + 1 < len(lines) and (not lines[index + 1].gap or lines[index].strong or lines[index].note)


def _explained(grammar: Grammar, lines: Sequence[Line], headers: dict[int, Header], start: int) -> float:
    if not headers:
        return 0.0
    if grammar.labelled and grammar.timed:  # a file of timed lines does not name speakers in the few that are short
        timed = sum(_TIMED.match(line.text[:HEAD]) is not None for line in lines[start:])
        if len(headers) < _SHARE * timed:
            return 0.0
    if grammar.strict and not (_is_known_above(grammar, headers) or _is_strictly(lines, headers)):
        return 0.0
    if len({header.label for header in headers.values()}) == 1 and all(lines[index].form for index in headers):
        return 0.0  # questions in bold: print tells who answers
    if grammar.bold and not is_told_by_bold(lines, {i: (h.label or "", h.rest) for i, h in headers.items()}):
        return 0.0
    if grammar.name == "name" and not _is_talk(lines, headers):
        return 0.0
    total = near = 0
    inside = empty = False  # empty: only a header came so far, its words may follow after a gap
    first = min(headers) if grammar.timed and grammar.labelled else start  # summaries may be longer than what was said
    for index in range(first, len(lines)):
        line, header = lines[index], headers.get(index)
        if header is None and not line.note and (is_boilerplate(line.text) or _is_clock(grammar, line)):
            continue
        total += header is not None or not line.note
        inside = header is not None or (not line.note and inside and (empty or not line.gap))
        empty = header is not None and not line.text[header.rest :].strip()
        near += inside
    under = sum(index in headers or not lines[index].note for index in range(min(headers), len(lines)))
    explained = min(1.0, (under if _is_sure(grammar, lines, headers) else near) / max(total, 1))
    if explained < _SHARE:
        return 0.0
    labels = {h.label for h in headers.values()}
    known = all(label and is_known(label) for label in labels)
    few = grammar.labelled and (known or (grammar.certain and len(headers) > 1) or (near >= total and len(labels) > 1))
    return explained if few or len(headers) >= _FEWEST else 0.0


def _is_clock(grammar: Grammar, line: Line) -> bool:
    """Say whether a line is a time alone, which is that of the next words."""
    return not grammar.timed and len(line.text) < _CLOCK and _LONE_TIME.fullmatch(line.text) is not None


def _is_talk(lines: Sequence[Line], headers: dict[int, Header]) -> bool:
    """Say whether what stands behind labels is talk: labels come again, and there are sentences, not a form's values."""
    counts = Counter(header.label for header in headers.values())
    again = sum(n for label, n in counts.items() if n > 1 or is_known(label or ""))
    if len(headers) > _FEWEST and again < 0.5 * len(headers):
        return False
    if all(is_known(label or "") for label in counts):
        return True
    said = [words for index, header in headers.items() if (words := lines[index].text[header.rest :].strip())]
    sentences = sum(words.endswith(_ENDS) for words in said)
    return sentences >= 0.3 * len(said) or sum(len(words.split()) for words in said) >= 6 * len(said)


def _is_known_above(grammar: Grammar, headers: dict[int, Header]) -> bool:
    """Say whether labels known by themselves stand alone above what is said, and come again."""
    counts = Counter(header.label or "" for header in headers.values())
    return grammar.below and len(counts) > 1 and min(counts.values()) > 1 and all(map(is_known, counts))


def _is_strictly(lines: Sequence[Line], headers: dict[int, Header]) -> bool:
    """Say whether nearly every paragraph is headed, by labels of which two or more come again."""
    counts = Counter(header.label for header in headers.values())
    again = sum(n > 1 for n in counts.values())
    if again < 2 or len(headers) < 2 * len(counts):
        return False
    first = min(headers)
    if all(lines[index].strong or lines[index].note for index in headers):
        return len(headers) >= _NEARLY_ALL * sum(line.strong or line.note for line in lines[first:])
    if len(headers) >= _NEARLY_ALL * (len(lines) - first):  # every line, without gaps between
        return True
    alone = {i + 1 for i, header in headers.items() if not lines[i].text[header.rest :].strip()}
    paragraphs = [
        i for i in range(first, len(lines)) if lines[i].gap and i not in alone and not is_boilerplate(lines[i].text)
    ]
    headed = sum(index in headers for index in paragraphs)
    return len(paragraphs) > 1 and headed >= _NEARLY_ALL * len(paragraphs)


def _is_sure(grammar: Grammar, lines: Sequence[Line], headers: dict[int, Header]) -> bool:
    """Say whether paragraphs without a header may be taken as the speaker's going on."""
    if grammar.certain or len(headers) < _FEWEST or grammar.strict:
        return grammar.certain or _is_known_above(grammar, headers)
    marked = sum(lines[i].strong or bool(h.label and is_known(h.label)) for i, h in headers.items())
    if (grammar.timed and grammar.labelled) or marked >= 0.5 * len(headers):
        return True
    counts = Counter(h.label for h in headers.values())
    return len(counts) > 1 and all(label and is_name_like(label) and n >= _FEWEST for label, n in counts.items())
