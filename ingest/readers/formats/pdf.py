"""PDF documents with a text layer, read like the document they were printed from."""

import logging
import re
from collections import Counter
from io import BytesIO
from math import atan2, hypot, pi
from typing import Any

from ingest.readers.documents import transcript_of
from ingest.readers.page_rows import Run
from ingest.readers.received import Received
from ingest.readers.reflowing import blocks_of_pages
from repository.domain.transcript import ReadingWarning, Transcript
from repository.errors import UnreadableSource

NAME = "pdf"
TITLE = "PDF document"
VERSION = 1
NEEDS = ("pypdf",)
MOST_PAGES = 2_000
MOST_CHARACTERS = 20 << 20
_MARK = b"%PDF-"
#: Bytes before the mark that readers of PDF put up with.
_BEFORE = 1024
#: Letters that typesetters draw as one.
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00a0": " "}
)
_UNREADABLE = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
#: The share of such characters from which a text layer is no text.
_ODD = 0.3
_BOLD = re.compile(r"bold|black|heavy|semibd|demi", re.I)
_MONO = re.compile(r"cour|mono|consol|typewriter", re.I)
_AS_TEXT = "Save it as .docx or plain text and add that."


def recognise(received: Received) -> float:
    """Know the mark at the beginning."""
    if received.data[:_BEFORE].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(_MARK):
        return 1.0
    return 0.9 if not received.text and _MARK in received.data[:_BEFORE] else 0.0


def read(received: Received) -> Transcript:
    """Read the text layer: wrapped lines become paragraphs again; running heads and page numbers are left out."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    pages, heights, bare, broken = _pages(received.data)
    characters = sum(len(run.text) for runs in pages for run in runs)
    odd = sum(len(_UNREADABLE.findall(run.text)) for runs in pages for run in runs)
    if not characters:
        raise UnreadableSource(
            "The PDF has no text layer: its pages are pictures." if not broken else "The document is damaged.",
            slug="no-text-layer" if not broken else "damaged-file",
            hint="Run text recognition (OCR) on it, or add the transcript as .docx or plain text."
            if not broken
            else "Export it again.",
        )
    if odd > _ODD * characters:
        raise UnreadableSource(
            "The PDF's text layer does not say which letters it shows.", slug="no-text-layer", hint=_AS_TEXT
        )
    blocks, warnings = blocks_of_pages(pages, heights)
    warnings += _told(bare, "has no text layer") + _told(broken, "could not be read")
    return transcript_of(blocks, warnings)


def _pages(data: bytes) -> tuple[list[list[Run]], list[float], list[int], list[int]]:
    """Give each page's runs and height, the pages that are only pictures and those that cannot be read."""
    import pypdf

    try:
        reader = pypdf.PdfReader(BytesIO(data))
        _unlock(reader)
        count = len(reader.pages)
    except UnreadableSource:
        raise
    except _broken() as error:
        raise UnreadableSource("The document is damaged.", slug="damaged-file", hint="Export it again.") from error
    if count > MOST_PAGES:
        raise UnreadableSource(
            f"The PDF has more than {MOST_PAGES} pages.", slug="too-large", hint="Cut it into smaller files."
        )
    pages: list[list[Run]] = []
    heights: list[float] = []
    bare: list[int] = []
    broken: list[int] = []
    size = 0
    for number in range(count):
        runs: list[Run] = []
        height = 0.0
        try:
            page = reader.pages[number]
            height = float(page.mediabox.height)
            runs = _runs(page)
            if not runs and _has_pictures(page):
                bare.append(number + 1)
        except _broken():
            broken.append(number + 1)
        size += sum(len(run.text) for run in runs)
        if size > MOST_CHARACTERS:
            raise UnreadableSource(
                "The PDF has more than 20 million characters.", slug="too-large", hint="Cut it into smaller files."
            )
        pages.append(runs)
        heights.append(height)
    return pages, heights, bare, broken


def _unlock(reader: Any) -> None:
    """Open a PDF that only restricts what may be done with it; refuse one with a password."""
    from pypdf.errors import DependencyError

    if not reader.is_encrypted:
        return
    try:
        opened = bool(reader.decrypt(""))
    except (DependencyError, NotImplementedError):
        opened = False
    if not opened:
        raise UnreadableSource(
            "The document is protected with a password.", slug="encrypted", hint="Save a copy without one."
        )


def _broken() -> tuple[type[Exception], ...]:
    """Name what a damaged PDF makes pypdf raise."""
    from pypdf.errors import PyPdfError

    return (
        PyPdfError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, OSError,
        NotImplementedError, AssertionError, EOFError,
    )  # fmt: skip


def _runs(page: Any) -> list[Run]:
    """Give what is printed on a page in the direction of most of it: stamps across it are no text."""
    found: list[tuple[int, str, float, float, float, str]] = []

    def see(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if not text.strip():
            return
        across, up = tm[0] * cm[0] + tm[1] * cm[2], tm[0] * cm[1] + tm[1] * cm[3]
        tall = hypot(tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3])
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        turned = round(atan2(up, across) / (pi / 2) * 8) % 32
        name = str(font.get("/BaseFont", "")) if font else ""
        for index, line in enumerate(text.translate(_LIGATURES).strip("\n").split("\n")):
            height = abs(size * tall) or 1.0
            if line.strip():
                found.append((turned, line, x, y - index * 1.2 * height, height, name))

    page.extract_text(visitor_text=see)
    turns = Counter(run[0] for run in found for _ in range(1 + len(run[1]) // 10))
    main = turns.most_common(1)[0][0] if turns else 0
    out = []
    for turned, text, x, y, height, name in found:
        if turned == main:
            along, upward = {8: (y, -x), 16: (-x, -y), 24: (-y, x)}.get(turned, (x, y))
            out.append(Run(text, along, upward, height, _BOLD.search(name) is not None, _MONO.search(name) is not None))
    return out


def _has_pictures(page: Any) -> bool:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    return bool(objects)


def _told(numbers: list[int], what: str) -> list[ReadingWarning]:
    if not numbers:
        return []
    shown = ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")
    many = what.replace("has ", "have ")
    return [ReadingWarning(f"Page {shown} {what}." if len(numbers) == 1 else f"Pages {shown} {many}.")]
