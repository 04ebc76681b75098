"""TEI transcriptions of speech: `<u who start>` with a timeline, ISO 24624's annotation blocks, people with roles."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ingest.readers.assembling import Piece, assemble
from ingest.readers.dating import day_in
from ingest.readers.received import Received
from ingest.readers.stamps import parse_stamp
from ingest.readers.stated_roles import stated_role
from ingest.readers.timeline import broken_ends, distinct, left_out, ms_of, overlaps, sane
from ingest.readers.xml import attribute, name_of, root_of, streamed, walk, words_in
from repository.domain.transcript import ReadingWarning, Role, Transcript

NAME = "tei"
TITLE = "TEI transcription"
VERSION = 1
NEEDS = ("lxml.etree",)
_ROOTS = frozenset({"TEI", "TEI.2", "teiCorpus", "tei"})
#: Elements that are read as they end.
_PARTS = ("when", "person", "personGrp", "teiHeader", "u", "annotationBlock", "annotatedU", "text")
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
    """Read the utterances in the order of the file; pauses, sounds and notes are not speech.

    Elements are read as they end and let go: a tree would take many times the memory of the file.
    """
    document = _Document()
    for each in streamed(received, *(f"{{*}}{name}" for name in _PARTS)):
        document.take(each)
    if document.late:  # the timeline stands behind what is timed by it: once more, now that it is known
        document.begin_again()
        for each in streamed(received, *(f"{{*}}{name}" for name in _PARTS)):
            document.say(each)
    pieces, broken = document.labelled()
    transcript = assemble(
        pieces,
        roles=document.roles(),
        warnings=[*document.warnings, *left_out(document.dropped), *broken_ends(broken), *overlaps(pieces)],
    )
    return replace(transcript, title=document.title[:300], language=document.language, occurred_on=document.day)


@dataclass(slots=True)
class _Points:
    """The timeline: how many ms each point is after which other one; times of day, where it has these."""

    whens: dict[str, tuple[int | None, str]] = field(default_factory=dict)
    absolute: dict[str, int] = field(default_factory=dict)
    resolved: dict[str, int | None] = field(default_factory=dict)

    def add(self, when: Any) -> None:
        """Add a point; points are counted from another one or from the beginning."""
        timeline = next(when.iterancestors("{*}timeline"), None)
        if timeline is None:
            return
        self.resolved = {}
        scale = _UNITS.get(timeline.get("unit", "s"), 1000)
        identity, written = attribute(when, "id"), when.get("interval")
        interval = _interval(written, _UNITS.get(when.get("unit", ""), scale)) if written else None
        if interval is not None and interval >= 0:
            self.whens.setdefault(identity, (interval, when.get("since", "").lstrip("#")))
            return
        day = _TIME_OF_DAY.fullmatch(when.get("absolute", "").strip())
        clock = parse_stamp(day.group(1)) if day else None
        if clock is not None:
            self.absolute[identity] = clock
        first = identity == timeline.get("origin", "").lstrip("#") or not self.whens
        self.whens.setdefault(identity, (0 if first else None, ""))

    def times(self) -> dict[str, int | None]:
        """Give each point's milliseconds."""
        if not self.resolved and self.whens:
            if len(self.absolute) > 1:
                first = min(self.absolute.values())
                self.whens |= {identity: (clock - first, "") for identity, clock in self.absolute.items()}
            self.resolved = _resolved(self.whens)
        return self.resolved


@dataclass(slots=True)
class _Document:
    """What has been read so far. `late`: some of the timeline came behind the first utterance."""

    pieces: list[Piece] = field(default_factory=list)
    points: _Points = field(default_factory=_Points)
    people: dict[str, tuple[str, Role | None]] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)
    warnings: list[ReadingWarning] = field(default_factory=list)
    title: str = ""
    language: str = ""
    day: date | None = None
    late: bool = False

    def take(self, each: Any) -> None:
        """Take an element that has ended, or a remark on the file."""
        if isinstance(each, ReadingWarning):
            self.warnings.append(each)
            return
        name = name_of(each)
        if name == "when":
            self.late |= bool(self.pieces)
            self.points.add(each)
        elif name in ("person", "personGrp"):
            self.people |= _person(each)
        elif name == "teiHeader":
            self.title = self.title or next((words_in(title) for title in walk(each, "title")), "")
            self.day = self.day or _day(each)
        elif name == "text":
            self.language = self.language or _language(each)
        elif not self.late:
            self.say(each)

    def say(self, each: Any) -> None:
        """Take what is said in an utterance."""
        if not isinstance(each, ReadingWarning) and name_of(each) == "u":
            self.pieces += _said(each, self.points.times(), self.dropped)

    def begin_again(self) -> None:
        """Forget what was said."""
        self.pieces, self.dropped, self.late = [], Counter(), False

    def labels(self) -> dict[str, str]:
        """Give each person's label by id."""
        return distinct({identity: name for identity, (name, _) in self.people.items()})

    def labelled(self) -> tuple[list[Piece], int]:
        """Give the pieces with people's names, and how many end before they begin."""
        names = self.labels()
        broken = 0
        for index, piece in enumerate(self.pieces):
            start, end, fine = sane(piece.start_ms, piece.end_ms)
            broken += not fine
            label = ", ".join(names.get(who, who) for who in (piece.speaker or "").replace("#", " ").split())
            self.pieces[index] = replace(piece, speaker=label or None, start_ms=start, end_ms=end)
        return self.pieces, broken

    def roles(self) -> dict[str, Role]:
        """Give the roles that the header states, by label."""
        names = self.labels()
        return {names[identity]: role for identity, (_, role) in self.people.items() if role}


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


def _person(person: Any) -> dict[str, tuple[str, Role | None]]:
    """Give a person's name (their id where they have none) and the role that the header states, by id; {} without one."""
    other = next((attribute(each, "type") for each in walk(person, "alt")), "")  # TEI-CORPO
    identity = attribute(person, "id") or other
    if not identity:
        return {}
    called = [e for e in walk(person, "persName", "name") if name_of(e) == "persName" or e.getparent() is person]
    name = next((words for each in called if (words := _name(each))), "")
    return {identity: (name or identity, stated_role(attribute(person, "role")))}


def _name(element: Any) -> str:
    """Give a person's name; an abbreviation beside the parts of a name is not part of it."""
    return words_in(element, frozenset({"abbr", "idno"})) or words_in(element)


def _language(text: Any) -> str:
    stated = attribute(text, "lang") or attribute(text.getroottree().getroot(), "lang")
    found = re.fullmatch(r"([a-z]{2})(?:-.{1,20})?", stated.lower())
    return found.group(1) if found else ""


def _day(header: Any) -> date | None:
    """Give the day of the recording."""
    for recording in walk(header, "recording", "recordingStmt", "settingDesc"):
        for each in walk(recording, "date"):
            found = day_in(attribute(each, "when") or words_in(each))
            if found:
                return found
    return None
