"""Saved web pages and HTML exports: Confluence, Dovetail, Google Docs, Word."""

import re
from dataclasses import replace

from ingest.readers.documents import transcript_of
from ingest.readers.received import Received
from ingest.readers.webpages import Page, page_of
from ingest.readers.wordxml import Paragraph
from repository.domain.transcript import ReadingWarning, Transcript

NAME = "web-page"
TITLE = "Web page (HTML)"
VERSION = 2
NEEDS = ("nh3",)
_BEGINS = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,2000}>\s*){0,3}<(?:!doctype\s+html|html|head|body|meta|title)\b", re.I
)
_PART = re.compile(
    r"\s*<(?:!--|p|div|h[1-6]|table|ul|ol|dl|article|main|section|span|b|strong|cite|blockquote)\b", re.I
)
_HEAD = 4_000
#: Characters that are looked at first for words.
_ENOUGH = 300_000
#: Words that a page must have to be somebody's; from how many on it is no error message, whatever it says.
_FEWEST, _MANY = 12, 150
#: Words of a page that are asked for where nothing on it looks like an interview or a document.
_PLENTY = 40
_REFUSAL = re.compile(
    r"\b(?:[45]\d\d (?:error|-|–)|error [45]\d\d|(?:404|403|401|500|502|503)\b.{0,30}(?:not found|forbidden|unauthori[sz]ed|error|"
    r"gateway|unavailable)|page not found|access denied|forbidden|sign ?in|log ?in|log ?on|anmelden|anmeldung|connexion|"
    r"se connecter|iniciar sesión|accedi|session (?:has )?expired|enable javascript|javascript is (?:disabled|required)|"
    r"just a moment|verify you are human|captcha|unsupported browser|too many requests)\b",
    re.I,
)
_LABEL = re.compile(r"^[^\W\d_][^:\n]{0,40}:(?:\s|$)", re.M)


def recognise(received: Received) -> float:
    """Know a page with words of its own; a login page, an error message or an empty shell is nobody's transcript."""
    head = received.text[:_HEAD]
    whole = _BEGINS.match(head) is not None
    named = received.extension in ("html", "htm", "xhtml") and _PART.match(head) is not None
    if not (whole or named):
        return 0.0
    if len(received.text) > _ENOUGH and has_words(page_of(received.text[:_ENOUGH])):
        return 0.95
    return 0.95 if has_words(page_of(received.text)) else 0.0


def read(received: Received) -> Transcript:
    """Read the words of the page's main part."""
    return transcript_of_page(received.text)


def transcript_of_page(source: str, *, title: str = "") -> Transcript:
    """Make a transcript of a page."""
    page = page_of(source)
    warnings = []
    if page.left_out:
        words = "1 word" if page.left_out == 1 else f"{page.left_out} words"
        warnings.append(ReadingWarning(f"Left out: menus and other furniture of the page ({words})."))
    transcript = transcript_of(page.blocks, warnings, title=title)
    return transcript if transcript.title else replace(transcript, title=page.title)


def has_words(page: Page) -> bool:
    """Say whether a page has words of its own."""
    text = "\n".join(
        block.text if isinstance(block, Paragraph) else "\n".join(": ".join(row) for row in block.rows)
        for block in page.blocks
    )
    words = len(text.split())
    if page.password or words < _FEWEST:
        return False
    labels = len(_LABEL.findall(text))
    if words < _MANY and labels < 3 and _REFUSAL.search(f"{page.title}\n{text}"):
        return False
    printed = [like for block in page.blocks if isinstance(block, Paragraph) for like in block.prints]
    structured = max(labels, sum(like.lead > 0 or bool(like.form) for like in printed)) >= 2
    structured = structured or any(not isinstance(block, Paragraph) or block.heading for block in page.blocks)
    return words >= _PLENTY or structured
