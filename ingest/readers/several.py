"""Several interviews in one file: headers of a kind that count on, each with its own date, or the clock begins again."""

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.readers.dating import day_in
from ingest.readers.grammars import HEAD, Line
from ingest.readers.stamps import STAMP, parse_stamp
from repository.domain.transcript import ReadingWarning

_HEADER = re.compile(
    r"[\s*_#=~—–-]{0,12}(?P<word>interview|session|participant|respondent|transcript|call|gespräch|sitzung|teilnehmer(?:in)?|transkript"
    r"|befragung|entretien|séance|participante?|entrevista|sesión|sessão|intervista|sessione|partecipante|deelnemer|gesprek)"
    r"(?:[ \t]+(?:with|mit|avec|con|com|met|no\.?|nr\.?|number|n°|#))?[ \t]*(?P<which>#?(?:[A-Z]{1,3}[-_ ]?)?\d{1,4}|[A-Z][\w .'’-]{1,40}?)"
    r"(?P<rest>(?:[\s,;:|(/–—-]{1,5}[^\n]{0,80})?)",
    re.I,
)
_TIME = re.compile(rf"(?<![\d:]){STAMP}(?![\d:])")
_DATED = re.compile(r"[\s*_]{0,6}(?:date|datum|fecha|data|recorded(?: on)?|when|started)[\s*_]{0,6}:", re.I)
_DAY = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b")
#: Characters of a header; lines below it in which its date stands; times looked for among a section's lines.
_LONGEST, _BELOW, _LINES = 120, 4, 40


def told_of_several(lines: Sequence[Line]) -> list[ReadingWarning]:
    """Warn if lines seem to be those of several interviews."""
    headers: dict[str, dict[int, str]] = {}
    for index, line in enumerate(lines):
        if (line.gap or line.note) and len(line.text) <= _LONGEST and (found := _HEADER.fullmatch(line.text.strip())):
            said = found["rest"].lstrip().startswith(":") and not line.note
            if not said and not line.text.rstrip(" *_").endswith(("?", "!", ".", ",")):
                headers.setdefault(found["word"].casefold(), {})[index] = found["which"].strip(" #").casefold()
    for places in headers.values():
        starts = sorted(places)
        if len(starts) < 2 or len(set(places.values())) < len(starts):
            continue
        ends = [*starts[1:], len(lines)]
        dated = sum(_is_dated(lines, start, end) for start, end in zip(starts, ends, strict=True))
        clocks = [_clock(lines[start:end]) for start, end in zip(starts, ends, strict=True)]
        again = sum(
            before is not None and after is not None and after[0] < before[1] for before, after in pairwise(clocks)
        )
        if dated == len(starts) or again == len(starts) - 1:
            number = lines[starts[1]].number
            told = f"This file seems to hold {len(starts)} interviews; they are read as one session. Add each as its own file."
            return [ReadingWarning(told, number)]
    return []


def _is_dated(lines: Sequence[Line], start: int, end: int) -> bool:
    near = [line.text[:HEAD] for line in lines[start : min(end, start + _BELOW)]]
    return any(day_in(words) or _DATED.match(words) or _DAY.search(words) for words in near)


def _clock(lines: Sequence[Line]) -> tuple[int, int] | None:
    """Give the first and last time that stand at lines' beginnings."""
    first = next((ms for line in lines[1:_LINES] if (ms := _time(line)) is not None), None)
    last = next((ms for line in reversed(lines[-_LINES:]) if (ms := _time(line)) is not None), None)
    return None if first is None or last is None else (first, last)


def _time(line: Line) -> int | None:
    found = _TIME.search(line.text[:_LONGEST])
    return parse_stamp(found.group(0)) if found else None
