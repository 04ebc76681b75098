"""HTML to paragraphs and tables: scripts, menus and what is hidden are not a page's words."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingest.readers.wordxml import Paragraph, Run, Table, paragraph_of

_NEVER_SHOWN = """
script style template svg math head select option button textarea iframe object audio video canvas datalist noscript
noframes map progress meter title
"""
_UNSEEN = frozenset(_NEVER_SHOWN.split())
_MENUS = frozenset({"nav", "footer", "aside", "menu"})
_MENU_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "menubar", "complementary"})
_MAIN = frozenset({"main", "article"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_OTHER_BLOCKS = """
p div section li ul ol dl dt dd blockquote pre figure figcaption header hr address details summary fieldset legend form
table thead tbody tfoot tr td th caption center body html hgroup search
"""
_BLOCKS = _HEADINGS | _MENUS | _MAIN | frozenset(_OTHER_BLOCKS.split())
_WITHOUT_END = "area base br col embed hr img input link meta source track wbr"
_VOID = frozenset(_WITHOUT_END.split())
_INLINE = frozenset({"b", "strong", "i", "em", "span", "font", "br"})
#: A tag or what is between two, and attributes, in HTML that was cleaned.
_TOKEN = re.compile(r"<(/?)([a-z0-9]+)((?:\"[^\"]*\"|[^\">])*)>|([^<]+)")
_ATTRIBUTE = re.compile(r"([a-z-]+)=\"([^\"]*)\"")
_TITLE = re.compile(r"<title\b[^<>]{0,200}>([^<]{0,500})<", re.I)
_NESTING = re.compile(
    r"<(/?)(?!(?:p|li|d[td]|t[drh]|tbody|thead|tfoot|col|colgroup|br|hr|img|input|meta|link|wbr|option|html|body|area|base|"
    r"source|track|embed|path|param)\b)[a-z]",
    re.I,
)
_NO_SHOW = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.I)
#: Style sheets say which classes are bold; Google Docs writes nothing else.
_BOLD_CLASS = re.compile(r"\.([\w-]{1,60})\s{0,5}\{[^{}]{0,1000}?font-weight\s*:\s*(?:bold|[6-9]00)", re.I)
_ITALIC_STYLE = re.compile(r"font-style\s*:\s*(?:italic|oblique)", re.I)
_ITALIC_CLASS = re.compile(r"\.([\w-]{1,60})\s{0,5}\{[^{}]{0,1000}?font-style\s*:\s*(?:italic|oblique)", re.I)
_PASSWORD = re.compile(r"<input\b[^<>]{0,500}\btype\s*=\s*[\"']?password", re.I)
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0]+")
#: Elements in each other, at most.
_MOST_DEPTH = 1_000
#: The share of a page's words in its main part, from which the rest is furniture.
_MOST = 0.4


@dataclass(slots=True)
class Page:
    """What is on a page: blocks in order, its title, and how many words of furniture were left out."""

    blocks: list[Paragraph | Table] = field(default_factory=list)
    title: str = ""
    left_out: int = 0
    password: bool = False


@dataclass(slots=True)
class _Open:
    """An element that is open: whether what is in it is seen, bold, italic, in a menu or in the main part."""

    tag: str
    unseen: bool = False
    bold: bool = False
    italic: bool = False
    menu: bool = False
    main: bool = False


def page_of(source: str) -> Page:
    """Read a page's words. Where it has a main part with most of them, that is taken, else all but menus."""
    if _depth_of(source) > _MOST_DEPTH:
        return Page()
    parser = _Parser(source)
    parser.feed(_cleaned(source))
    found = parser.found
    words = [_count(block) for block, _, _ in found]
    main = sum(n for n, (_, _, inside) in zip(words, found, strict=True) if inside)
    by_main = main > _MOST * sum(words)
    kept = [inside if by_main else not menu for _, menu, inside in found]
    if not any(kept):
        kept = [True] * len(found)
    return Page(
        [block for (block, _, _), keep in zip(found, kept, strict=True) if keep],
        " ".join(html.unescape(title.group(1)).split())[:300] if (title := _TITLE.search(source)) else "",
        sum(n for n, keep in zip(words, kept, strict=True) if not keep),
        _PASSWORD.search(source) is not None,
    )


def _depth_of(source: str) -> int:
    """Give how deep elements that need an end lie in each other: cleaning takes far longer the deeper they do."""
    depth = most = 0
    for found in _NESTING.finditer(source):
        depth = max(0, depth - 1) if found.group(1) else depth + 1
        most = max(most, depth)
    return most


def _cleaned(source: str) -> str:
    """Give well-formed HTML without scripts: what follows need not fear marks without an end."""
    import nh3

    return nh3.clean(
        source,
        tags=_BLOCKS | _INLINE,
        attributes={"*": {"id", "class", "style", "role", "hidden", "start", "colspan"}},
        clean_content_tags=set(_UNSEEN),
        link_rel=None,
    )


def _count(block: Paragraph | Table) -> int:
    if isinstance(block, Paragraph):
        return len(block.text.split())
    return sum(len(cell.split()) for row in block.rows for cell in row)


class _Parser:
    """Collects (block, in a menu, in the main part) from well-formed HTML."""

    def __init__(self, source: str) -> None:
        self.found: list[tuple[Paragraph | Table, bool, bool]] = []
        sheet = source[:200_000]
        self._bold_classes = set(_BOLD_CLASS.findall(sheet)) if "font-weight" in sheet else set()
        self._italic_classes = set(_ITALIC_CLASS.findall(sheet)) if "font-style" in sheet else set()
        self._open: list[_Open] = []
        self._runs: list[Run] = []
        self._heading = self._pre = False
        self._prefix = ""
        self._lists: list[int | None] = []
        self._spread = 0  # empty cells behind the open one, which is merged across them
        # of each open table: its rows, the cells of the last, and the paragraphs of the open cell
        self._tables: list[list[list[list[Paragraph]]]] = []

    def feed(self, cleaned: str) -> None:
        """Read what `_cleaned` gives."""
        for found in _TOKEN.finditer(cleaned):
            closes, tag, attributes, text = found.groups()
            if text is not None:
                self.handle_data(html.unescape(text) if "&" in text else text)
            elif closes:
                self.handle_endtag(tag)
            else:
                self.handle_starttag(tag, [(n, html.unescape(v)) for n, v in _ATTRIBUTE.findall(attributes)])
        self._end()
        while self._tables:
            self._end_table()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        if tag == "br":
            self._runs.append(Run("\n"))
            return
        if tag in _VOID:
            if tag == "hr":
                self._end()
            return
        if tag in _BLOCKS:
            self._end()
        self._open.append(self._opened(tag, dict(attrs)))
        self._begin(tag, dict(attrs))

    def _opened(self, tag: str, attributes: dict[str, str]) -> _Open:
        above = self._open[-1] if self._open else _Open("")
        style = attributes.get("style") or ""
        role = (attributes.get("role") or "").lower()
        unseen = tag in _UNSEEN or "hidden" in attributes or bool(_NO_SHOW.search(style))
        bold = tag in ("b", "strong", "th") or bool(_BOLD_STYLE.search(style))
        italic = tag in ("i", "em") or bool(_ITALIC_STYLE.search(style))
        for name in (attributes.get("class") or "").split():
            bold |= name in self._bold_classes
            italic |= name in self._italic_classes
        menu = tag in _MENUS or role in _MENU_ROLES or (tag == "header" and not above.main)
        name = attributes.get("id") or ""
        menu |= "breadcrumb" in name
        main = tag in _MAIN or role in ("main", "article") or name == "main-content"
        return _Open(
            tag,
            above.unseen or unseen,
            above.bold or bold,
            above.italic or italic,
            above.menu or menu,
            above.main or main,
        )

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _HEADINGS:
            self._heading = True
        elif tag == "pre":
            self._pre = True
        elif tag in ("ul", "ol"):
            start = attributes.get("start") or "1"
            self._lists.append((int(start) if start.isdecimal() and len(start) < 7 else 1) if tag == "ol" else None)
        elif tag == "li":
            count = self._lists[-1] if self._lists else None
            self._prefix = "- " if count is None else f"{count}. "
            if count is not None:
                self._lists[-1] = count + 1
        elif tag == "table":
            self._tables.append([])
        elif tag == "tr" and self._tables:
            self._tables[-1].append([])
        elif tag in ("td", "th") and self._tables:
            if not self._tables[-1]:
                self._tables[-1].append([])
            self._tables[-1][-1].append([])
            span = attributes.get("colspan") or "1"
            wide = min(int(span), 64) if span.isdecimal() and len(span) < 5 else 1
            self._spread = max(wide, 1) - 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end()
        depth = next((i for i in range(len(self._open) - 1, -1, -1) if self._open[i].tag == tag), None)
        if depth is not None:
            del self._open[depth:]
        if tag in _HEADINGS:
            self._heading = False
        elif tag == "pre":
            self._pre = False
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "li":
            self._prefix = ""
        elif tag in ("td", "th") and self._tables and self._tables[-1]:
            self._tables[-1][-1] += [[] for _ in range(self._spread)]
            self._spread = 0
        elif tag == "table" and self._tables:
            self._end_table()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].unseen:
            return
        if not self._pre:
            data = _BLANKS.sub(" ", data)
        inside = self._open[-1] if self._open else _Open("")
        self._runs.append(Run(data, inside.bold, inside.italic))

    def _end(self) -> None:
        """End a paragraph."""
        if self._runs and (words := _closed_up(self._runs)):
            mark = replace(next(run for run in words if run.text.strip()), text=self._prefix)
            self._add(paragraph_of([mark, *words], heading=self._heading))
            self._prefix = ""
        self._runs = []

    def _add(self, block: Paragraph | Table) -> None:
        row = self._tables[-1][-1] if self._tables and self._tables[-1] else None
        if row and isinstance(block, Paragraph):
            row[-1].append(block)
            return
        top = self._open[-1] if self._open else _Open("")
        self.found.append((block, top.menu, top.main))

    def _end_table(self) -> None:
        """Give a table; what is in it if it only frames a page, and in one line a row if it lies in another."""
        self._end()
        rows = [row for row in self._tables.pop() if row]
        if not rows:
            return
        if all(sum(bool(cell) for cell in row) < 2 for row in rows) or _frames(rows):
            for row in rows:
                for cell in row:
                    for paragraph in cell:
                        self._add(paragraph)
            return
        texts = tuple(tuple("\n".join(part.text for part in cell) for cell in row) for row in rows)
        if self._tables:
            for text in texts:
                self._add(Paragraph("\t".join(" ".join(cell.split()) for cell in text)))
        else:
            self._add(Table(texts))


def _closed_up(runs: Sequence[Run]) -> list[Run]:
    """Give the lines of a paragraph without blanks around them, blank lines and double blanks."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        for index, part in enumerate(run.text.split("\n")):
            if index:
                lines.append([])
            before = lines[-1][-1].text if lines[-1] else " "
            part = re.sub(" {2,}", " ", part)
            if part := part.lstrip() if not lines[-1] else part.removeprefix(" ") if before.endswith(" ") else part:
                lines[-1].append(Run(part, run.bold, run.italic))
    closed: list[Run] = []
    for line in lines:
        while line and not line[-1].text.strip():
            line.pop()
        if line:
            closed += [Run("\n")] if closed else []
            last = line[-1]
            closed += [*line[:-1], Run(last.text.rstrip(), last.bold, last.italic)]
    return closed


def _frames(rows: Sequence[Sequence[Sequence[Paragraph]]]) -> bool:
    """Say whether a table only places things on a page: few cells with many paragraphs."""
    return len(rows) <= 3 and any(len(cell) > 8 for row in rows for cell in row)
