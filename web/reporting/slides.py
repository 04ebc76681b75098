"""A document as slides: one theme a slide, its title the finding, quotes beneath with where they stand, charts as pictures."""

from io import BytesIO
from typing import Any

from web.reporting import picturing
from web.reporting.blocks import Document, Heading, Picture, Points, Quoted, Rows, Words
from web.reporting.packing import repacked
from web.reporting.parts import AGAINST, REMOVED, WHY_REMOVED, Layout, Part, day, laid_out, numeric, widths
from web.reporting.slide_deck import BODY, Box, Deck, Line
from web.reporting.slide_fitting import Piece, heights, pages, pieces

#: Points of a quote, of where it stands, of other words, of a table; a long quote is set smaller.
QUOTE, SMALL, LONG, SOURCE, TEXT, TABLE = 20, 16, 320, 12, 18, 11
#: Inches between two things, between words and their source, and around a table's words.
GAP, NEAR, CELL = 0.28, 0.06, 0.14
#: Characters of a table's line.
ROOM = 140
#: Inches of words that may stand above a chart or table.
LEAD = 0.8


def render(document: Document) -> bytes:
    """Write a document as .pptx. The same document gives the same bytes."""
    layout = laid_out(document)
    deck = Deck(layout.title, layout.as_of)
    told = layout.subtitle
    deck.cover(layout.title, told if day(layout.as_of) in told else f"{told}\nAs of {day(layout.as_of)}".strip())
    for part in layout.parts:
        _part(deck, layout, part)
    out = BytesIO()
    deck.file.save(out)
    return repacked(out.getvalue())


def _part(deck: Deck, layout: Layout, part: Part) -> None:
    """Put a part onto as many slides as it needs: words and quotes together, each chart and table by itself."""
    name = part.heading.text if part.heading else layout.title
    title, kicker = (part.finding, name) if part.finding else (name, "")
    lines: list[Line] = []
    quotes: list[Quoted] = []
    shown = False
    for one in part.blocks:
        match one:
            case Words() if one.strong and one.text == title:
                pass
            case Words():
                lines.append(Line(one.text, quiet=one.quiet))
            case Heading():
                lines.append(Line(one.text, bold=True))
            case Points():
                lines += [Line(item, point=True) for item in one.items]
            case Quoted():
                quotes.append(one)
            case Picture() | Rows():
                lead = _lead(lines) if not quotes else None
                if lead is None:
                    shown |= _spoken(deck, title, kicker, lines, quotes)
                _shown(deck, layout, name, one, lead or [])
                lines, quotes, shown = [], [], True
    if lines or quotes or not shown:
        _spoken(deck, title, kicker, lines, quotes)


def _lead(lines: list[Line]) -> list[Line] | None:
    """Give words that are so short that they stand above the chart or table they lead to."""
    short = sum(heights(line.text, SOURCE + 2, BODY.wide) + GAP / 2 for line in lines) <= LEAD
    return lines if short else None


def _spoken(deck: Deck, title: str, kicker: str, lines: list[Line], quotes: list[Quoted]) -> bool:
    """Lay out words, then quotes; what does not fit goes on on the next slide. Say whether there was anything."""
    if not lines and not quotes:
        return False
    size = SOURCE + 2 if quotes else TEXT
    words = [one for line in lines for one in pieces(line.text, size, BODY.wide, BODY.high, of=line)]
    for smaller in (0, 2, 4):  # rather smaller letters than a slide with a single quote
        parts = [one for quote in quotes for one in _quoted(quote, smaller)]
        if len(pages([*words, *parts], BODY.high, GAP)) == 1:
            break
    else:
        parts = [one for quote in quotes for one in _quoted(quote, 0)]
    laid = pages([*words, *parts], BODY.high, GAP)
    for number, page in enumerate(laid):
        slide = deck.slide(title, kicker, goes_on=number > 0)
        spoken = [one for one in page if isinstance(one.of, Line)]
        top = _lines(deck, slide, spoken, size)
        for one in page:
            if isinstance(one.of, Quoted):
                _quote(deck, slide, one, top)
                top += one.high + GAP
    return True


def _lines(deck: Deck, slide: Any, held: list[Piece], size: float) -> float:
    """Write lines at the top of a slide; give where what is beneath them begins."""
    if not held:
        return BODY.top
    high = sum(one.high + GAP / 3 for one in held)
    deck.lines(slide, [(one.words, one.of) for one in held], BODY.top, high, size)
    return BODY.top + high + GAP / 2


def _quoted(quote: Quoted, smaller: float) -> list[Piece]:
    words = f"{REMOVED} {WHY_REMOVED}" if quote.removed else quote.words
    size = max(SMALL, (SMALL if len(words) > LONG or quote.removed else QUOTE) - smaller)
    beneath = 0.0 if quote.removed else NEAR + heights("x", SOURCE, BODY.wide)
    return pieces(words, size, BODY.wide - 0.3, BODY.high, of=quote, beneath=beneath)


def _quote(deck: Deck, slide: Any, piece: Piece, top: float) -> None:
    quote = piece.of
    if quote.removed:
        deck.quote(slide, piece.words, top, piece.high, piece.size, kind="removed")
        return
    deck.quote(slide, piece.words, top, piece.high, piece.size, kind="against" if quote.stance else "")
    which = f" ({piece.number} of {piece.count})" if piece.count > 1 else ""
    deck.source(
        slide,
        AGAINST if quote.stance else "",
        quote.citation,
        which,
        quote.address,
        top + piece.high - heights("x", SOURCE, BODY.wide),
        SOURCE,
    )


def _shown(deck: Deck, layout: Layout, name: str, one: Picture | Rows, lead: list[Line]) -> None:
    if isinstance(one, Rows):
        _table(deck, name, one, lead)
        return
    data = picturing.png(one.specification)
    slide = deck.slide(one.title, name)
    top = _lines(deck, slide, _pieces(lead), SOURCE + 2)
    box = Box(BODY.left, top, BODY.wide, BODY.top + BODY.high - top)
    deck.picture(slide, data, picturing.size(data), one.name, f"{one.title}. {one.told}", box)
    if rows := layout.table_of(one):
        _table(deck, name, rows, [])


def _table(deck: Deck, name: str, rows: Rows, lead: list[Line]) -> None:
    """Lay out a table, its heading again on each slide; what leads to it stands on the first."""
    wanted = widths(rows, ROOM)
    wide = [BODY.wide * one / sum(wanted) for one in wanted]
    right = [numeric(rows, column) for column in range(len(wide))]
    head = _high(rows.columns, wide)
    held = [Piece("", TABLE, _high([cell.text for cell in row], wide), row) for row in rows.rows]
    room = BODY.high - head - (LEAD if lead else 0)
    for number, page in enumerate(pages(held, room, 0)):
        slide = deck.slide(rows.title, name, goes_on=number > 0)
        top = _lines(deck, slide, _pieces(lead if number == 0 else []), SOURCE + 2)
        body = [[(cell.text, cell.address) for cell in one.of] for one in page]
        deck.table(slide, rows.columns, body, wide, right, [head, *(one.high for one in page)], TABLE, top)


def _pieces(lead: list[Line]) -> list[Piece]:
    size = SOURCE + 2
    return [one for line in lead for one in pieces(line.text, size, BODY.wide, BODY.high, of=line)]


def _high(texts: Any, wide: list[float]) -> float:
    return CELL + max(heights(text, TABLE, width - CELL) for text, width in zip(texts, wide, strict=True))
