"""Praat TextGrids: the long, the short and the chronological text format."""

import re
from collections.abc import Iterator

from ingest.readers.assembling import assemble
from ingest.readers.received import Received
from ingest.readers.tiers import Annotation, Tier, choose
from ingest.readers.timeline import in_time, ms_of, sane
from repository.domain.transcript import ReadingWarning, Transcript
from repository.errors import UnreadableSource

NAME = "textgrid"
TITLE = "Praat TextGrid"
VERSION = 1
NEEDS: tuple[str, ...] = ()
_FIRST = re.compile(r"\s*File type\s*=\s*\"ooTextFile[^\"\n]{0,20}\"\s*\n\s*(?:Object class\s*=\s*)?\"TextGrid\"", re.I)
_CHRONOLOGICAL = '"Praat chronological TextGrid text file"'
_KEYED = re.compile(r"\s*(xmin|xmax|number|time|text|mark|class|name)\s*=\s*(.*)$")
_LONG = re.compile(r"^\s*(?:item\s*\[|xmin\s*=)", re.M)
#: What may follow a label in the long format.
_NEXT = re.compile(r"\s*(?:(?:intervals|points|item)\s*[\[:]|(?:xmin|xmax|number|time|class|name|text|mark)\s*=|$)")
#: Free-standing strings and numbers; all else is comment, as Praat reads it.
_TOKEN = re.compile(
    r"\"([^\"]*(?:\"\"[^\"]*)*)(?:\"|\Z)|(?<!\S)(-?\d[\d.]{0,30}(?:[eE][+-]?\d{1,3})?)(?!\S)|![^\n]*|[^\s\"!]+"
)
_CLASSES = ("IntervalTier", "TextTier", "PointTier")


def recognise(received: Received) -> float:
    """Know the first lines."""
    head = received.text[:300].lstrip("\ufeff \n")
    return 0.97 if _FIRST.match(head) or head.startswith(_CHRONOLOGICAL) else 0.0


def read(received: Received) -> Transcript:
    """Read the tiers that are speech; empty intervals and marks of silence are not."""
    text = received.text.lstrip("\ufeff \n")
    if text.startswith(_CHRONOLOGICAL):
        tiers, whole = _chronological(text)
    elif _LONG.search(text[:2_000]):
        tiers, whole = _long(text)
    else:
        tiers, whole = _short(text)
    if not tiers:
        raise UnreadableSource(
            "The TextGrid has no tiers.", slug="damaged-file", hint="Save it again in Praat, as a text file."
        )
    for tier in tiers:
        for each in tier.annotations:
            each.words = " ".join(each.words.split())
            each.start_ms, each.end_ms, _ = sane(each.start_ms, each.end_ms)
    chosen = choose(tiers)
    ordered, overlap = in_time(chosen.pieces)
    cut = [] if whole else [ReadingWarning("The TextGrid ends before it should; what is there was read.")]
    return assemble(ordered, warnings=[*chosen.warnings, *cut, *overlap])


def _long(text: str) -> tuple[list[Tier], bool]:
    """Read `key = value` lines. A label goes on over lines until one ends with a quotation mark and a key follows."""
    tiers: list[Tier] = []
    lines = text.split("\n")
    at, whole = 0, True
    while at < len(lines):
        number, found = at + 1, _KEYED.match(lines[at])
        at += 1
        if found is None:
            continue
        key, value = found.group(1), found.group(2).strip()
        if value.startswith('"'):
            parts = [value]
            while at < len(lines) and not _is_closed(parts, lines[at]):
                parts.append(lines[at].rstrip())
                at += 1
            value = "\n".join(parts)
            whole = whole and len(value) > 1 and value.endswith('"')
            value = value[1:].removesuffix('"').replace('""', '"')
        if key == "class":
            tiers.append(Tier("", points=value != "IntervalTier"))
        elif not tiers:
            continue
        elif key == "name":
            tiers[-1].name = value.strip()
        elif key in ("xmin", "number", "time"):
            tiers[-1].annotations.append(Annotation("", ms_of(value), line=number))
        elif key == "xmax" and tiers[-1].annotations:
            tiers[-1].annotations[-1].end_ms = ms_of(value)
        elif key in ("text", "mark") and tiers[-1].annotations:
            tiers[-1].annotations[-1].words = value
    return tiers, whole


def _is_closed(parts: list[str], following: str) -> bool:
    ends = parts[-1].endswith('"') and (len(parts) > 1 or len(parts[0]) > 1)
    return ends and _NEXT.match(following) is not None


def _short(text: str) -> tuple[list[Tier], bool]:
    """Read strings and numbers alone, in their order."""
    tokens = _tokens(text)
    tiers: list[Tier] = []
    whole = True
    try:
        for token, _ in tokens:
            if token not in _CLASSES:
                continue
            tier = Tier(next(tokens)[0].strip(), points=token != "IntervalTier")
            tiers.append(tier)
            next(tokens), next(tokens)
            count = next(tokens)[0]
            for _ in range(int(count) if count.isdigit() and len(count) < 8 else 0):
                start, line = next(tokens)
                end = next(tokens)[0] if not tier.points else ""
                words = next(tokens)[0]
                tier.annotations.append(Annotation(words, ms_of(start), ms_of(end), line=line))
    except StopIteration:
        whole = False
    return tiers, whole and text.count('"') % 2 == 0


def _chronological(text: str) -> tuple[list[Tier], bool]:
    """Read a header of tiers, then a tier's number, times and words for each annotation."""
    tokens = _tokens(text)
    tiers: list[Tier] = []
    try:
        next(tokens), next(tokens), next(tokens)
        count = next(tokens)[0]
        for _ in range(min(int(count) if count.isdigit() else 0, 10_000)):
            points = next(tokens)[0] != "IntervalTier"
            tiers.append(Tier(next(tokens)[0].strip(), points=points))
            next(tokens), next(tokens)
        for number, line in tokens:
            place = int(number) - 1 if number.isdigit() and len(number) < 6 else -1
            if not 0 <= place < len(tiers):
                return tiers, False
            start = next(tokens)[0]
            end = next(tokens)[0] if not tiers[place].points else ""
            tiers[place].annotations.append(Annotation(next(tokens)[0], ms_of(start), ms_of(end), line=line))
    except StopIteration:
        return tiers, False
    return tiers, True


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """Give strings and numbers with the line they begin on."""
    line, at = 1, 0
    for found in _TOKEN.finditer(text):
        line, at = line + text.count("\n", at, found.start()), found.start()
        words, number = found.groups()
        if words is not None:
            yield words.replace('""', '"'), line
        elif number is not None:
            yield number, line
