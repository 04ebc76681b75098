"""A document as Markdown that any reader of it shows alike; what people wrote and said stays words, whatever its signs."""

import re
from collections.abc import Iterator

from web.reporting.blocks import Block, Document, Heading, Picture, Points, Quoted, Rows, Words
from web.reporting.parts import AGAINST, REMOVED, WHY_REMOVED, Layout, day, laid_out, numeric

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", "|": "&#124;", "~": "&#126;"})


def render(document: Document) -> bytes:
    """Write a document as Markdown, UTF-8."""
    layout = laid_out(document)
    lines = [f"# {escaped(layout.title)}", ""]
    if layout.subtitle:
        lines += [escaped(layout.subtitle), ""]
    if day(layout.as_of) not in layout.subtitle:
        lines += [f"As of {day(layout.as_of)}.", ""]
    for part in layout.parts:
        if part.heading:
            lines += [f"## {escaped(part.heading.text)}", ""]
        for one in part.blocks:
            lines += [*_block(one, layout), ""]
    return ("\n".join(lines).rstrip() + "\n").encode()


def escaped(words: str) -> str:
    r"""Keep words from being taken for Markdown or HTML, on one line.

    >>> escaped("# 1 <b>|*")
    '\\# 1 &lt;b>&#124;\\*'
    """
    return _kept(" ".join(words.split()))


def _kept(line: str) -> str:
    """Escape what every reader of Markdown knows to be escaped; for the rest write what HTML calls it."""
    line = re.sub(r"([\\`*_\[\]])", r"\\\1", line.translate(_ENTITIES))
    return re.sub(r"^(\s*)([#>+=-]|\d+(?=[.)]))", _marked, line)


def _marked(found: re.Match[str]) -> str:
    """Put a backslash before what would begin a heading, a list or a quote; after the number of a numbered list."""
    blank, sign = found.groups()
    return f"{blank}&#61;" if sign == "=" else f"{blank}{sign}\\" if sign.isdigit() else f"{blank}\\{sign}"


def _block(one: Block, layout: Layout) -> Iterator[str]:
    match one:
        case Heading():
            yield f"### {escaped(one.text)}"
        case Words():
            yield f"**{escaped(one.text)}**" if one.strong else escaped(one.text)
        case Points():
            yield from (f"- {escaped(item)}" for item in one.items)
        case Quoted():
            yield from _quote(one)
        case Rows():
            yield from _table(one)
        case Picture():
            yield f"*{escaped(one.title)}.* {escaped(one.told)}"
            if rows := layout.table_of(one):
                yield ""
                yield from _table(rows)


def _quote(one: Quoted) -> Iterator[str]:
    if one.removed:
        yield f"> *{escaped(REMOVED)} {WHY_REMOVED}*"
        return
    yield from (f"> {_kept(line)}".rstrip() for line in one.words.split("\n"))
    yield ">"
    stance = f"**{AGAINST}** " if one.stance else ""
    yield f"> {stance}{_linked(one.citation, one.address)}"


def _table(one: Rows) -> Iterator[str]:
    yield f"**{escaped(one.title)}**"
    yield ""
    yield f"| {' | '.join(map(escaped, one.columns))} |"
    yield f"|{'|'.join('---:' if numeric(one, column) else '---' for column in range(len(one.columns)))}|"
    for row in one.rows:
        yield f"| {' | '.join(_linked(cell.text, cell.address) for cell in row)} |"


def _linked(words: str, address: str) -> str:
    if not (words and address):
        return escaped(words)
    where = re.sub(r"[<>|\s]", "", address)
    return f"[{escaped(words)}](<{where}>)"
