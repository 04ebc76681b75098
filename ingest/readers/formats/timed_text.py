"""TTML and DFXP: broadcasters' subtitles, and Apple's transcripts of podcasts with a time for each word."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ingest.readers.assembling import Piece, assemble
from ingest.readers.received import Received
from ingest.readers.timeline import broken_ends, distinct, in_time, left_out, ms_of, named, sane, told
from ingest.readers.xml import attribute, attributes, name_of, root_of, streamed, tree_of, walk, words_in
from repository.domain.transcript import ReadingWarning, Transcript

NAME = "ttml"
TITLE = "TTML subtitles"
VERSION = 1
NEEDS = ("lxml.etree",)
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2})(?:[.,](\d{1,12})|:(\d{1,4})(?:\.\d{1,4})?)?")
_OFFSET = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)(h|ms|m|s|f|t)?")
_UNITS = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_NUMBER = re.compile(r"\d{1,9}")
#: Elements inside a line that nobody speaks.
_ASIDE = frozenset({"metadata", "title", "desc", "copyright", "agent", "set", "animate"})
#: Roles of spans that say again what was said.
_AGAIN = frozenset({"x-translation", "x-roman"})
_APPLE = "apple.com"
_CLOSING = re.compile(r"[.,;:!?…)\]}’”%'\"]")
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
_BLANKS = re.compile(r"\s+")


@dataclass(slots=True)
class _Rates:
    """How many frames and ticks a second has."""

    frames: Fraction
    ticks: Fraction


@dataclass(frozen=True, slots=True)
class _Around:
    """What holds for everything inside an element: its times, who speaks, and what times inside count from."""

    begin: int | None = None
    end: int | None = None
    agent: str = ""
    base: int = 0


def recognise(received: Received) -> float:
    """Know the root `tt` that is TTML's by namespace or by what is in it."""
    if root_of(received.text) != "tt":
        return 0.0
    head = received.text[:8_000]
    return 0.95 if "ttml" in head or "ttaf1" in head or "<body" in received.text else 0.0


def read(received: Received) -> Transcript:
    """Read the paragraphs in order of time; `ttm:agent` says who speaks."""
    reader = _Reader()
    pieces = list(reader.pieces(streamed(received, "{*}head", "{*}p")))
    if reader.warnings:  # a broken file: what has no end is only in a tree
        root, warnings = tree_of(received)
        reader = _Reader(warnings)
        pieces = list(reader.pieces(walk(root, "head", "p")))
    ordered, overlap = in_time(pieces)
    transcript = assemble(
        named(ordered),
        warnings=[
            *reader.warnings,
            *told(
                reader.odd, "A time cannot be read; the words are kept.", "{} times cannot be read; the words are kept."
            ),
            *broken_ends(reader.broken),
            *left_out(reader.dropped),
            *overlap,
        ],
    )
    return replace(
        transcript,
        title=reader.title[:300],
        language=reader.language if reader.language.isalpha() and reader.language.isascii() else "",
        shape="Apple Podcasts transcript (TTML)" if reader.apple and reader.podcast else "",
    )


class _Reader:
    """Reads one file: its rates and agents, then paragraph by paragraph; notes what was dropped on the way."""

    def __init__(self, warnings: Iterable[ReadingWarning] = ()) -> None:
        self.apple = self.podcast = False
        self.rates = _Rates(Fraction(30), Fraction(1))
        self.agents: dict[str, str] = {}
        self.title = self.language = ""
        self.odd = self.broken = 0
        self.dropped: Counter[str] = Counter()
        self.warnings = list(warnings)
        self._root: Any = None
        self._parent: tuple[Any, _Around] = (None, _Around())  # of the paragraph before, and what holds in it

    def pieces(self, elements: Iterable[Any]) -> Iterator[Piece]:
        """Give the pieces of the head and the paragraphs in order; each may be forgotten when the next is asked for."""
        for each in elements:
            if isinstance(each, ReadingWarning):
                self.warnings.append(each)
                continue
            if self._root is None:
                self._begin(each.getroottree().getroot())
            if name_of(each) == "head":
                self.agents = _agents(each)
                self.title = next((words_in(title) for title in walk(each, "title")), "")
            elif not any(name_of(above) == "p" for above in each.iterancestors()):
                yield from self.paragraph(each, self.inside(each, self._around(each)))

    def _begin(self, root: Any) -> None:
        spaces = " ".join(uri for uri in root.nsmap.values() if uri)
        self._root = root
        self.apple = _APPLE in spaces
        self.podcast = "podcasts.apple.com" in spaces or "ttml-extensions" in spaces or "podcasts" in root.nsmap
        self.rates = _rates(root)
        self.language = attribute(root, "lang")[:2].lower()

    def _around(self, element: Any) -> _Around:
        """Give what the body and the divisions round a paragraph say for all that is in them."""
        parent = element.getparent()
        if parent is not self._parent[0]:
            around = _Around()
            for above in reversed([each for each in element.iterancestors() if name_of(each) in ("body", "div")]):
                around = self.inside(above, around)
            self._parent = (parent, around)
        return self._parent[1]

    def inside(self, element: Any, around: _Around) -> _Around:
        """Add an element's own times and agent to those round it."""
        if not element.keys():
            return around
        agent = attribute(element, "agent") or around.agent
        written = [attribute(element, name) for name in ("begin", "end", "dur")]
        if not any(written):
            return replace(around, agent=agent)
        begin, end, lasts = (self.time(each) for each in written)
        base = 0 if self.apple else around.base
        if base and around.end is not None and begin is not None and begin >= base and begin + base >= around.end:
            base = 0  # counted from the beginning of the file, whatever the standard says
        begin = begin + base if begin is not None else around.begin
        if end is not None:
            end += base
        elif lasts is not None and begin is not None:
            end = begin + lasts
        begin, end, fine = sane(begin, end)
        self.broken += not fine
        return _Around(begin, end if end is not None or not fine else around.end, agent, begin or 0)

    def paragraph(self, element: Any, around: _Around) -> Iterator[Piece]:
        """Give a paragraph's pieces: one, or one for each sentence, each span with times of its own, each speaker."""
        parts: list[tuple[_Around, list[str]]] = [(around, [element.text or ""])]
        for child in element:
            here = self.inside(child, around) if name_of(child) == "span" else around
            apart = here.agent != around.agent or attribute(child, "unit") == "sentence"
            apart = apart or (around.begin is None and here.begin is not None and attribute(child, "unit") != "word")
            said = self.said(child)
            if apart and said:
                if around.begin is None and here.begin is None:
                    here = replace(here, begin=self.first(child), end=self.last(child))
                elif here.begin == around.begin and not attribute(child, "begin"):
                    first = self.first(child)
                    here = replace(here, begin=first, end=self.last(child)) if first is not None else here
                parts += [(here, said), (around, [child.tail or ""])]
            else:
                parts[-1][1].extend([*said, child.tail or ""])
        filled = [(here, words) for here, parts_of in parts if (words := _joined(parts_of))]
        timed = around.begin is not None or len(filled) > 1
        for here, words in filled:
            if not timed and here.begin is None:
                here = replace(here, begin=self.first(element), end=self.last(element))
            label = ", ".join(self.agents.get(each, each) for each in here.agent.replace("#", " ").split())
            yield Piece(words, label or None, start_ms=here.begin, end_ms=here.end, line=element.sourceline)

    def said(self, element: Any) -> list[str]:
        """Give the words in an element of a paragraph, with LF for line ends and NUL where a word begins unspaced."""
        out: list[str] = []
        stack: list[tuple[Any, bool]] = [(element, False)]
        while stack:
            each, over = stack.pop()
            if over:
                out.append(each.tail or "")
                continue
            if each is not element:
                stack.append((each, True))
            name, about = name_of(each), attributes(each)
            role = about.get("role", "")
            if name == "br":
                out.append("\n")
            elif name in _ASIDE or role in _AGAIN or about.get("ruby") in ("text", "textContainer", "delimiter"):
                self.dropped[role.removeprefix("x-") if role in _AGAIN else name] += name != "metadata"
            else:
                out += ["\0" if about.get("unit") == "word" else "", each.text or ""]
                stack += [(child, False) for child in reversed(each)]
        return out

    def first(self, element: Any) -> int | None:
        """Give the time of the first span in an element that has one."""
        return next((t for e in walk(element, "span") if (t := self.time(attribute(e, "begin"))) is not None), None)

    def last(self, element: Any) -> int | None:
        """Give the latest end of a span in an element."""
        return max(
            (t for e in walk(element, "span") if (t := self.time(attribute(e, "end"))) is not None), default=None
        )

    def time(self, written: str) -> int | None:
        """Give a time expression's milliseconds: clock, frames, ticks, or a number with a unit."""
        if not written:
            return None
        if found := _CLOCK.fullmatch(written):
            hours, minutes, seconds, fraction, frames = found.groups()
            ms = ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000
            if fraction:
                ms += (int(fraction[:4].ljust(4, "0")) + 5) // 10
            elif frames:
                ms += round(int(frames) * 1000 / self.rates.frames)
            return ms
        if found := _OFFSET.fullmatch(written):
            number, unit = found.group(1), found.group(2) or "s"
            if unit in ("f", "t"):
                return round(Fraction(number) * 1000 / (self.rates.frames if unit == "f" else self.rates.ticks))
            return ms_of(number, _UNITS[unit])
        self.odd += 1
        return None


def _joined(parts: list[str]) -> str:
    """Join the parts of a line; words that Apple sets side by side without blanks get one between."""
    out: list[str] = []
    for part in parts:
        if part == "\0":
            before = next((each[-1] for each in reversed(out) if each), " ")
            out.append("" if before.isspace() or _SPACELESS.match(before) else "\0")
        elif part:
            if out and out[-1] == "\0":
                out[-1] = "" if _CLOSING.fullmatch(part[:1]) and len(part) == 1 else " "
            out.append(part if part == "\n" or part.isalnum() else _BLANKS.sub(" ", part))
    words = "".join("" if part == "\0" else part for part in out)
    return "\n".join(line for line in (" ".join(line.split()) for line in words.split("\n")) if line)


def _rates(root: Any) -> _Rates:
    """Give frames and ticks a second as the parameters on the root state them."""
    stated = attribute(root, "frameRate")
    frames = Fraction(int(stated)) if _NUMBER.fullmatch(stated) and int(stated) else Fraction(30)
    multiplier = [
        int(part) for part in re.split(r"[\s:]+", attribute(root, "frameRateMultiplier")) if _NUMBER.fullmatch(part)
    ]
    if len(multiplier) == 2 and all(multiplier):
        frames *= Fraction(multiplier[0], multiplier[1])
    ticks = attribute(root, "tickRate")
    if _NUMBER.fullmatch(ticks) and int(ticks):
        return _Rates(frames, Fraction(int(ticks)))
    return _Rates(frames, frames if stated else Fraction(1))


def _agents(head: Any) -> dict[str, str]:
    """Give each agent's name by its id: the name that the head gives, else the id."""
    names: dict[str, str] = {}
    for agent in walk(head, "agent"):
        identity = attribute(agent, "id")
        name = next((words for each in walk(agent, "name") if (words := words_in(each))), "")
        if identity:
            names[identity] = name or identity
    return distinct(names)
