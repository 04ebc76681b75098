"""Podcast transcripts as web pages: `<cite>` names who speaks, `<time>` says when, paragraphs follow."""

import re
from dataclasses import replace
from typing import Any

from ingest.readers.assembling import Piece, assemble
from ingest.readers.received import Received
from ingest.readers.stamps import parse_stamp
from ingest.readers.timeline import told
from ingest.readers.xml import name_of, words_in
from repository.domain.transcript import Transcript, TurnKind
from repository.errors import UnreadableSource

NAME = "podcast-page"
TITLE = "Podcast transcript (web page)"
VERSION = 1
NEEDS = ("lxml.etree",)
_CITED = re.compile(
    r"<cite\b[^<>]{0,200}>[^<]{0,200}</cite>\s{0,200}<time\b[^<>]{0,200}>\s{0,50}[\d:.]{3,12}\s{0,50}</time>", re.I
)
#: Where the first must be met.
_HEAD = 200_000
_SILENT = frozenset({"script", "style", "noscript", "template", "svg", "nav", "button", "select", "textarea", "iframe"})
_PARTS = "p div li blockquote h1 h2 h3 h4 h5 h6 section article td dd dt header footer main"
_BLOCKS = frozenset(_PARTS.split())
_HEADS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def recognise(received: Received) -> float:
    """Know a name in `<cite>` with a `<time>` behind it, in a page or a part of one."""
    head = received.text[:_HEAD]
    return 0.96 if "<" in head[:2_000] and _CITED.search(head) else 0.0


def read(received: Received) -> Transcript:
    """Read the paragraphs; those in front of the first name are notes."""
    from lxml import etree

    try:
        root = etree.fromstring(received.text.encode(), etree.HTMLParser(no_network=True, encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        raise UnreadableSource("The web page is damaged.", slug="damaged-file", hint="Download the transcript again.")
    page = _Page()
    page.read(root)
    transcript = assemble(
        page.pieces, warnings=told(page.odd, "A time cannot be read; the words are kept.", "{} times cannot be read.")
    )
    title = next((words_in(each) for each in root.iter("title", "h1") if words_in(each)), "")
    return replace(transcript, title=title[:300])


class _Page:
    """Goes through a page in order and keeps who speaks, since when, and the paragraph that is being filled."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.odd = 0
        self.speaker = ""
        self.time: int | None = None
        self.named = False
        self.words: list[str] = []
        self.line: int | None = None

    def read(self, root: Any) -> None:
        """Walk the tree without recursion."""
        stack: list[tuple[Any, bool]] = [(root, False)]
        while stack:
            each, over = stack.pop()
            name = name_of(each)
            if over:
                if name in _BLOCKS:
                    self.close(heading=name in _HEADS)
                self.words.append(each.tail or "")
                continue
            stack.append((each, True))
            if name == "cite":
                self.close()
                self.speaker, self.time, self.named = words_in(each).rstrip(":： "), None, True
            elif name == "time":
                self.close()
                self.time = parse_stamp(words_in(each).strip("[]()"))
                self.odd += self.time is None
            elif name and name not in _SILENT and name != "head":
                if name in _BLOCKS:
                    self.close()
                self.line = self.line or each.sourceline
                self.words.append("\n" if name == "br" else each.text or "")
                stack += [(child, False) for child in reversed(each)]
        self.close()

    def close(self, *, heading: bool = False) -> None:
        """End a paragraph; the time belongs to the first after it."""
        lines = (" ".join(line.split()) for line in "".join(self.words).replace("\r", "\n").split("\n"))
        words = " ".join(line for line in lines if line)
        if words:
            kind = TurnKind.SPEECH if self.named and not heading else TurnKind.NOTE
            who = self.speaker if kind is TurnKind.SPEECH else ""
            start = self.time if kind is TurnKind.SPEECH else None
            self.pieces.append(Piece(words, who or None, kind, start_ms=start, breaks=True, line=self.line))
            self.time = None if kind is TurnKind.SPEECH else self.time
        self.words, self.line = [], None
