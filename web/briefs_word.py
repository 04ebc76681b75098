"""A plan's brief as a Word document."""

import re
from io import BytesIO
from typing import Any

from web.briefs import Brief, BriefQuote

#: What XML 1.0 has no place for.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_word(told: Brief) -> bytes:
    """Write a brief as .docx. Words are text and nothing else: no fields, no formulas."""
    import docx

    document = docx.Document()
    document.core_properties.title = _clean(told.title)[:255]
    document.core_properties.author = "Cairn"
    document.add_heading(_clean(told.title), 0)
    document.add_paragraph(f"{told.told} {told.link}")
    for name, value in told.facts:
        _named(document, name, value)
    if told.questions:
        table = document.add_table(1, 3, style="Light Grid Accent 1")
        for cell, words in zip(table.rows[0].cells, ("", "Question", "Verdict"), strict=True):
            cell.text = words
        for number, one in enumerate(told.questions, 1):
            for cell, words in zip(table.add_row().cells, (str(number), one.heading, one.verdict), strict=True):
                cell.text = _clean(words)
    for number, one in enumerate(told.questions, 1):
        document.add_heading(_clean(f"{number}. {one.heading}"), 1)
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{one.verdict.capitalize()}. ").bold = True
        paragraph.add_run(_clean(" ".join(one.reasons)))
        for quote in one.quotes:
            _quote(document, quote)
        if one.near:
            document.add_paragraph("Close, but not this:")
        for quote in one.near:
            document.add_paragraph().add_run(_clean(quote.differs)).italic = True
            _quote(document, quote)
        for name, value in one.lines:
            _named(document, name, value)
    for heading, rows in (
        ("Not checked yet", told.unchecked),
        ("Who else is at it", told.beside),
        ("Accounts", told.pressure),
    ):
        if rows:
            document.add_heading(heading, 1)
        for row in rows:
            document.add_paragraph(_clean(row), style="List Bullet")
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _named(document: Any, name: str, value: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(f"{name}: ").bold = True
    paragraph.add_run(_clean(value))


def _quote(document: Any, quote: BriefQuote) -> None:
    document.add_paragraph(_clean(quote.words), style="Intense Quote")
    document.add_paragraph(_clean(f"{quote.citation} {quote.link}"))


def _clean(words: str) -> str:
    return _NO_XML.sub("\ufffd", words)
