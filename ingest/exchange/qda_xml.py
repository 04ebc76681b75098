"""XML of other tools, read without trust: no DTD and no entities; what is not well-formed is refused with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from repository.errors import UnreadableSource

#: Bytes, elements and depth of a file at most.
MOST_BYTES, MOST_ELEMENTS, MOST_DEPTH = 40 << 20, 1_000_000, 200
#: How a REFI-QDA file of either kind begins, for those who only want to recognise one.
_ROOT = re.compile(r"<(?:[\w.-]{1,60}:)?(CodeBook|Project)[\s>/]")
_AGAIN = "Export it again from the program that made it; if somebody edited it by hand, mend this place."


@dataclass(slots=True)
class Node:
    """An element by its name without a namespace, with the place where it begins."""

    name: str
    attributes: dict[str, str]
    line: int
    column: int
    children: list["Node"] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def content(self) -> str:
        """Give the element's own text, just as it is."""
        return "".join(self.parts)

    def get(self, name: str) -> str:
        """Give an attribute without blanks round it, "" if there is none."""
        return self.attributes.get(name, "").strip()

    def all(self, *names: str) -> Iterator["Node"]:
        """Give the elements of these names right below."""
        return (child for child in self.children if child.name in names)

    def first(self, name: str) -> "Node | None":
        """Give the first element of a name right below."""
        return next(self.all(name), None)

    def text_of(self, name: str) -> str:
        """Give the text of the first element of a name right below, without blanks round it."""
        found = self.first(name)
        return found.content.strip() if found else ""

    def below(self, *names: str) -> Iterator["Node"]:
        """Give the elements of these names anywhere below, in the order of the file."""
        waiting = self.children[::-1]
        while waiting:
            node = waiting.pop()
            if node.name in names:
                yield node
            waiting += node.children[::-1]


def parse(data: bytes) -> Node:
    """Give the root element. Raises UnreadableSource with line and column."""
    if len(data) > MOST_BYTES:
        raise UnreadableSource("The XML is larger than 40 MB.", slug="too-large", hint="Export less at once.")
    builder = _Builder()
    try:
        builder.parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        line, column = getattr(error, "lineno", None), getattr(error, "offset", 0) + 1
        what = expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else "an unknown encoding"
        at = f" at column {column}" if line else ""
        raise UnreadableSource(
            f"This is not well-formed XML{at}: {what}.", line=line, slug="not-well-formed", hint=_AGAIN
        ) from error
    assert builder.root is not None  # expat refuses a document without an element
    return builder.root


def root_in(text: str) -> str:
    """Give "CodeBook" or "Project" if a text begins as a REFI-QDA file does, else "".

    >>> root_in('<?xml version="1.0"?>\\n<CodeBook xmlns="urn:QDA-XML:codebook:1.0">')
    'CodeBook'
    """
    found = _ROOT.search(text[:4_000]) if text.lstrip("\ufeff \t\r\n").startswith("<") else None
    return found.group(1) if found else ""


def local(name: str) -> str:
    """Give a name without its prefix."""
    return name.rpartition(":")[2]


class _Builder:
    """Builds the tree as the parser goes."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.root: Node | None = None
        self._open: list[Node] = []
        self._elements = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        line = self.parser.CurrentLineNumber
        if self._elements > MOST_ELEMENTS or len(self._open) >= MOST_DEPTH:
            raise UnreadableSource("The XML has absurdly many elements.", line=line, slug="unsafe-xml", hint=_AGAIN)
        own = {local(key): value for key, value in attributes.items() if not key.startswith("xmlns")}
        node = Node(local(name), own, line, self.parser.CurrentColumnNumber + 1)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def _end(self, name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1].parts.append(text)

    def _doctype(self, *details: object) -> None:
        raise UnreadableSource(
            "The XML declares a document type, which no program for qualitative work writes.",
            line=self.parser.CurrentLineNumber,
            slug="unsafe-xml",
            hint=_AGAIN,
        )
