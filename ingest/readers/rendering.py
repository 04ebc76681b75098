"""Markdown source to plain lines: rendered by `markdown`, cleaned by `nh3`, then read off the HTML.

python-markdown is quadratic on hostile input, so it sees one block at a time, and a block with the
marks of an attack is kept as written.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from ingest.readers.grammars import Line
from ingest.readers.wordxml import Run, prints_of

#: Characters of a block that is rendered; marks of one kind left open in it; marks in a row.
_LONGEST, _OPEN = 20_000, 20
_ROW = re.compile(r"(?:[\[\]<>*_`!()&\\~#+|-]\s?){20}")
_SHOWN = (
    "p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong b i u del br hr table thead tbody tr th td div aside"
)
_TAGS = frozenset(_SHOWN.split())
_HIDDEN = "a|img|span|sup|sub|mark|kbd|script|style|details|summary|iframe|svg|form|input"
#: Angle brackets that begin no HTML of a note are words: "I copy <everything>".
_NO_TAG = re.compile(rf"<(?!/?(?:{_HIDDEN}|{'|'.join(sorted(_TAGS))})\b|!--|https?://|mailto:)", re.I)
_KEPT = "\x10"  # stands for such a bracket; the text has no control characters
_FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_ORDERED = re.compile(r"\s{0,3}(\d{1,9})[.)]\s")
#: What makes Markdown of a block; without any of it the lines are what they are.
_MARKED = re.compile(r"[*_`\[\]<>&\\!#|~]|^\s*(?:[-+]|\d{1,9}[.)])\s|^\s*[-=]{2,}\s*$", re.M)
_BOLD_FIRST = re.compile(r"\s{0,3}\*\*(\w[^*\n]{0,78}[\w:.)])\*\*")
#: `[P1]: Yes` is a label and what it says; only an address makes it the target of links, which Markdown hides.
_NO_TARGET = re.compile(r"^(\s{0,3})\[(?=[^\]\n]{1,200}\]:(?!\s*<?(?:[a-z]{2,10}:|/|\.|#|www\.)\S))", re.M | re.I)
_INVISIBLE = re.compile(
    r"<!--.{0,5000}?-->|<(script|style)\b.{0,20000}?</\1\s*>"
    r"|!\[[^\]\n]{0,500}\]\([^)\n]{0,2000}\)|^\s{0,3}\[[^\]\n]{1,200}\]:\s[^\n]{0,2000}$",
    re.S | re.M | re.I,
)


def lines_of_markdown(source: str, first: int = 1) -> list[Line]:
    """Give the plain lines of Markdown source whose first line has the number `first`: headings are notes."""
    import markdown
    import nh3

    renderer = markdown.Markdown(extensions=["tables"])
    lines: list[Line] = []
    for number, block, fenced in _blocks(source.split("\n"), first):
        if fenced or not _MARKED.search(block) or not _is_tame(block):
            lines += _as_written(block, number)
            continue
        if bold := _with_bold_names(block, number):
            lines += bold
            continue
        block = _NO_TARGET.sub(r"\1\\[", block)
        try:
            dirty = renderer.reset().convert(_NO_TAG.sub(_KEPT, block))
        except RecursionError:
            dirty = ""
        listing = _Listing(number)
        listing.feed(nh3.clean(dirty, tags=set(_TAGS), attributes={"ol": {"start"}}, link_rel=None))
        listing.close()
        lines += listing.lines or ([] if _is_empty(block) else _as_written(block, number))
    return lines


def _as_written(block: str, number: int) -> list[Line]:
    shown = [(number + i, line) for i, line in enumerate(block.split("\n")) if line.strip()]
    return [Line(line.strip(), at, gap=index == 0) for index, (at, line) in enumerate(shown)]


def _with_bold_names(block: str, number: int) -> list[Line]:
    """Give the lines of a block in which nothing is marked but bold names at their beginnings; else none."""
    lines = []
    for index, line in enumerate(block.split("\n")):
        name = _BOLD_FIRST.match(line)
        words = name.group(1) + line[name.end() :] if name else line
        if _MARKED.search(words):
            return []
        lead = len(name.group(1)) if name else 0
        whole = "bold" if name and not line[name.end() :].strip() else ""
        lines.append(Line(words.strip(), number + index, index == 0, strong=name is not None, lead=lead, form=whole))
    return lines


def _is_empty(block: str) -> bool:
    """Say whether a block shows nothing: comments, pictures, rules, link targets."""
    return not any(c.isalnum() for c in re.sub(r"<[^<>\n]{0,500}>", "", _INVISIBLE.sub("", block)))


def _blocks(lines: list[str], first: int) -> Iterator[tuple[int, str, bool]]:
    """Give (line number, text, whether fenced) of each run of lines between blank ones; list items keep together."""
    run: list[str] = []
    began = first
    fence = ""
    for number, line in enumerate(lines, first):
        mark = _FENCE.match(line)
        if fence or mark:
            if run and not fence:
                yield began, "\n".join(run), False
                run = []
            closes = bool(fence and mark and mark.group(1).startswith(fence))
            if fence and not closes:
                run.append(line)
                continue
            if run:
                yield began, "\n".join(run), True
            run, began = [], number + 1
            fence = "" if fence else (mark.group(1) if mark else "")
            continue
        if not line.strip():
            if run:
                yield began, "\n".join(run), False
            run = []
            continue
        if not run:
            began = number
            line = line.lstrip() if not _ITEM.match(line) else line.strip()  # indented: goes on in a list, no code
        run.append(line)
    if run:
        yield began, "\n".join(run), bool(fence)


def _is_tame(block: str) -> bool:
    if len(block) > _LONGEST or _ROW.search(block):
        return False
    return all(abs(block.count(a) - block.count(b)) <= _OPEN for a, b in ("[]", "()", "<>")) and block.count("<") <= 200


class _Listing(HTMLParser):
    """Reads lines off clean HTML. Numbers are those of the source, as far as line ends survive."""

    def __init__(self, number: int) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self._number = number
        self._runs: list[Run] = []
        self._bold = self._italic = 0  # such elements that are open
        self._gap, self._note, self._strong = True, False, False
        self._lists: list[int | None] = []
        self._prefix = ""
        self._at_start = True
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("strong", "b"):
            self._strong |= self._at_start
            self._bold += 1
        elif tag in ("em", "i"):
            self._italic += 1
        elif tag in ("ul", "ol"):
            self._end_line()
            start = dict(attrs).get("start") or "1"
            self._lists.append(int(start) if tag == "ol" and start.isdigit() else 1 if tag == "ol" else None)
        elif tag == "li":
            self._end_line(paragraph=True)
            count = self._lists[-1] if self._lists else None
            self._prefix = "- " if count is None else f"{count}. "
            if count is not None:
                self._lists[-1] = count + 1
        elif tag in ("td", "th"):
            if self._cells:
                self._runs.append(Run(" | "))
            self._cells += 1
        elif tag == "br":
            self._end_line()
        elif tag not in ("u", "del", "code"):
            self._end_line(paragraph=True)
            self._note = tag[0] == "h" and tag[1:].isdigit()
            self._cells = 0

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        self._bold -= tag in ("strong", "b") and self._bold > 0
        self._italic -= tag in ("em", "i") and self._italic > 0
        if tag not in ("em", "i", "u", "del", "code", "strong", "b", "td", "th", "br"):
            self._end_line(paragraph=True)
            self._note = False

    def handle_data(self, data: str) -> None:
        if self._cells and not data.strip():  # between cells
            self._number += data.count("\n")
            return
        for index, part in enumerate(data.split("\n")):
            if index:
                self._end_line()
                self._number += 1
            if part.strip():
                self._at_start = False
            self._runs.append(Run(part, self._bold > 0, self._italic > 0))

    def close(self) -> None:
        super().close()
        self._end_line()

    def _end_line(self, *, paragraph: bool = False) -> None:
        text = "".join(run.text for run in self._runs)
        if words := text.replace(_KEPT, "<").strip():
            like = prints_of(self._runs)[0]
            begins = len(self._prefix) - (len(text) - len(text.lstrip()))
            lead = max(like.lead + begins, 0) if like.lead else 0
            shown = Line(self._prefix + words, self._number, self._gap, self._note, self._strong, lead, like.form)
            self.lines.append(shown)
            self._gap = False
            self._prefix = ""
        self._gap |= paragraph
        self._runs.clear()
        self._strong, self._at_start = False, True
