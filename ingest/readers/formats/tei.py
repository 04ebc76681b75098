"""TEI transcriptions of speech: `<u who start>` with a timeline, ISO 24624's annotation blocks, people with roles."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ingest.readers.assembling import Piece, assemble
from ingest.readers.dating import day_in
from ingest.readers.received import Received
from ingest.readers.stamps import parse_stamp
from ingest.readers.stated_roles import stated_role
from ingest.readers.timeline import broken_ends, distinct, left_out, ms_of, overlaps, sane
from ingest.readers.xml import attribute, name_of, root_of, tree_of, walk, words_in
from repository.domain.transcript import Role, Transcript

NAME = "tei"
TITLE = "TEI transcription"
VERSION = 1
NEEDS = ("lxml.etree",)
_ROOTS = frozenset({"TEI", "TEI.2", "teiCorpus", "tei"})
_SPOKEN = re.compile(r"<(?:[\w.-]{1,40}:)?u[\s>/]")
#: Elements inside an utterance that nobody speaks.
_UNSPOKEN = """
pause vocal incident kinesic event shift note desc gap spanGrp span writing figure media corr reg expan fs interp
interpGrp linkGrp trailer head
"""
_SIGNS = frozenset(_UNSPOKEN.split())
_UNITS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000}
_DURATION = re.compile(r"PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,7}(?:\.\d{1,9})?)S)?")
_TIME_OF_DAY = re.compile(
    r"(?:\d{4}-\d\d-\d\dT)?(\d{1,2}:\d\d:\d\d(?:[.,]\d{1,3})?)\d{0,9}(?:Z|[+-]\d\d:?\d\d|\s?[A-Z]{2,4})?"
)
_UNSPACED = re.compile(r"\s+([.,;:!?…)\]}])")


def recognise(received: Received) -> float:
    """Know TEI by its root, and that there are utterances in it."""
    if root_of(received.text) not in _ROOTS:
        return 0.0
    return 0.95 if _SPOKEN.search(received.text) else 0.0


def read(received: Received) -> Transcript:
    """Read the utterances in the order of the file; pauses, sounds and notes are not speech."""
    root, warnings = tree_of(received)
    times = _timeline(root)
    names, roles = _people(root)
    dropped: Counter[str] = Counter()
    pieces: list[Piece] = []
    broken = 0
    for utterance in walk(root, "u"):
        for piece in _said(utterance, times, dropped):
            start, end, fine = sane(piece.start_ms, piece.end_ms)
            broken += not fine
            label = ", ".join(names.get(who, who) for who in (piece.speaker or "").replace("#", " ").split())
            pieces.append(replace(piece, speaker=label or None, start_ms=start, end_ms=end))
    header = next((each for each in walk(root, "teiHeader")), None)
    title = next((words_in(each) for each in walk(header, "title")), "") if header is not None else ""
    language, day = _language(root), _day(header)
    del root, header  # the tree is large, and all is read
    transcript = assemble(
        pieces,
        roles=roles,
        warnings=[*warnings, *left_out(dropped), *broken_ends(broken), *overlaps(pieces)],
    )
    return replace(transcript, title=title[:300], language=language, occurred_on=day)


def _said(utterance: Any, times: dict[str, int | None], dropped: Counter[str]) -> Iterator[Piece]:
    """Give an utterance's pieces: anchors on the timeline cut it."""
    block = utterance.getparent()
    block = block if block is not None and name_of(block) in ("annotationBlock", "annotatedU") else utterance
    who = attribute(utterance, "who") or attribute(block, "who")
    begins, ends = (
        times.get((attribute(utterance, name) or attribute(block, name)).lstrip("#")) for name in ("start", "end")
    )
    words: list[str] = []
    line = utterance.sourceline
    start = begins
    for text, at in _texts(utterance, dropped):
        if at is None:
            words.append(text)
        elif (time := times.get(at)) is not None and time != start:
            if _joined(words):
                yield Piece(_joined(words), who, start_ms=start, end_ms=time, line=line)
                words = []
            start = time
    yield Piece(_joined(words), who, start_ms=start, end_ms=ends, line=line)


def _texts(utterance: Any, dropped: Counter[str]) -> Iterator[tuple[str, str | None]]:
    """Give the words and the anchors (by the name of their place on the timeline) of an utterance in order."""
    yield utterance.text or "", None
    stack: list[tuple[Any, bool]] = [(child, False) for child in reversed(utterance)]
    while stack:
        each, over = stack.pop()
        name = name_of(each)
        if over:
            yield (" " if name in ("w", "seg", "s", "p") else "") + (each.tail or ""), None
            continue
        stack.append((each, True))
        if name == "anchor":
            yield "", attribute(each, "synch").lstrip("#")
        elif name in _SIGNS:
            dropped[name] += name not in ("spanGrp", "span")
            yield " ", None
        elif name:
            joined = attribute(each, "join") in ("left", "both") or name == "pc"
            yield (" " if name == "w" and not joined else "") + (each.text or ""), None
            stack += [(child, False) for child in reversed(each)]


def _joined(words: list[str]) -> str:
    return _UNSPACED.sub(r"\1", " ".join("".join(words).split()))


def _timeline(root: Any) -> dict[str, int | None]:
    """Give each point's milliseconds; points are counted from another one or from the beginning."""
    whens: dict[str, tuple[int | None, str]] = {}
    absolute: dict[str, int] = {}
    for timeline in walk(root, "timeline"):
        scale = _UNITS.get(attribute(timeline, "unit") or "s", 1000)
        origin = attribute(timeline, "origin").lstrip("#")
        for when in walk(timeline, "when"):
            identity = attribute(when, "id")
            written = attribute(when, "interval")
            interval = _interval(written, _UNITS.get(attribute(when, "unit"), scale)) if written else None
            since = attribute(when, "since").lstrip("#")
            if interval is not None and interval >= 0:
                whens.setdefault(identity, (interval, since))
            else:
                day = _TIME_OF_DAY.fullmatch(attribute(when, "absolute"))
                clock = parse_stamp(day.group(1)) if day else None
                if clock is not None:
                    absolute[identity] = clock
                first = identity == origin or not whens
                whens.setdefault(identity, (0 if first else None, ""))
    if len(absolute) > 1:
        first_clock = min(absolute.values())
        whens |= {identity: (clock - first_clock, "") for identity, clock in absolute.items()}
    return _resolved(whens)


def _resolved(whens: dict[str, tuple[int | None, str]]) -> dict[str, int | None]:
    """Add up the intervals along chains of points, without recursion; a circle has no times."""
    times: dict[str, int | None] = {}
    for identity in whens:
        chain: list[str] = []
        seen: set[str] = set()
        place = identity
        while place in whens and place not in times and place not in seen:
            seen.add(place)
            chain.append(place)
            place = whens[place][1]
        circle = place in seen
        base = times.get(place, 0) if not circle else None
        for each in reversed(chain):
            interval = whens[each][0]
            base = base + interval if base is not None and interval is not None else None
            times[each] = base
    return times


def _interval(written: str, scale: int) -> int | None:
    if found := _DURATION.fullmatch(written):
        hours, minutes, seconds = found.groups()
        return (int(hours or 0) * 60 + int(minutes or 0)) * 60_000 + (ms_of(seconds or "0") or 0)
    return ms_of(written, scale)


def _people(root: Any) -> tuple[dict[str, str], dict[str, Role]]:
    """Give each person's label by id (their name where they have one), and the roles that the header states."""
    names: dict[str, str] = {}
    stated: dict[str, Role] = {}
    for person in walk(root, "person", "personGrp"):
        other = next((attribute(each, "type") for each in walk(person, "alt")), "")  # TEI-CORPO
        identity = attribute(person, "id") or other
        if not identity:
            continue
        called = [e for e in walk(person, "persName", "name") if name_of(e) == "persName" or e.getparent() is person]
        names[identity] = next((words for each in called if (words := _name(each))), "") or identity
        role = stated_role(attribute(person, "role"))
        if role:
            stated[identity] = role
    labels = distinct(names)
    return labels, {labels[identity]: role for identity, role in stated.items()}


def _name(element: Any) -> str:
    """Give a person's name; an abbreviation beside the parts of a name is not part of it."""
    return words_in(element, frozenset({"abbr", "idno"})) or words_in(element)


def _language(root: Any) -> str:
    text = next(walk(root, "text"), None)
    stated = (attribute(text, "lang") if text is not None else "") or attribute(root, "lang")
    found = re.fullmatch(r"([a-z]{2})(?:-.{1,20})?", stated.lower())
    return found.group(1) if found else ""


def _day(header: Any) -> Any:
    """Give the day of the recording."""
    for recording in walk(header, "recording", "recordingStmt", "settingDesc") if header is not None else ():
        for each in walk(recording, "date"):
            found = day_in(attribute(each, "when") or words_in(each))
            if found:
                return found
    return None
