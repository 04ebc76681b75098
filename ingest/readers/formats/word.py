"""Word documents (.docx): Teams, Otter, Google Meet and Word's own transcripts, bold labels, tables."""

import re
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

from ingest.readers.archives import check_archive, entries
from ingest.readers.dating import day_in
from ingest.readers.documents import left_out, transcript_of
from ingest.readers.received import Received
from ingest.readers.wordxml import Paragraph, Table, blocks_of, bold_styles
from repository.domain.transcript import Transcript
from repository.errors import UnreadableSource

NAME = "word"
TITLE = "Word document"
VERSION = 3
NEEDS = ("docx",)
#: Teams' first line: title, start, "Meeting Recording" or "Meeting Transcript" in the language of the account.
_TEAMS = re.compile(r"(.{1,200}?)-(20\d{6})_\d{6}(?:UTC)?-[^\d\n]{3,60}")
_TEAMS_DATE = re.compile(r"[A-Z][a-z]{2,8} \d{1,2}, \d{4}, \d{1,2}:\d{2}.?[AP]M")


def recognise(received: Received) -> float:
    """Look into the archive for the document's part, whatever the file is called."""
    return 1.0 if any(name.lower() == "word/document.xml" for name in entries(received.data)) else 0.0


def read(received: Received) -> Transcript:
    """Read paragraphs and tables in order. Tracked deletions are dropped, insertions kept; comments are not speech."""
    found, dropped = _blocks(received.data)
    title, day, found = _teams_preamble(found)
    transcript = transcript_of(found, left_out(dropped), title=title)
    return replace(transcript, occurred_on=day or transcript.occurred_on)


def blocks(data: bytes) -> list[Paragraph | Table]:
    """Give a document's paragraphs and tables in order. Raises UnreadableSource."""
    return _blocks(data)[0]


def _blocks(data: bytes) -> tuple[list[Paragraph | Table], dict[str, int]]:
    _refuse_macros(entries(data))
    check_archive(data)
    body, bold = _body(data)
    return blocks_of(body, bold)


def _body(data: bytes) -> tuple[Any, frozenset[str]]:
    """Give the document's body and the styles that are bold."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import LxmlError

    try:
        document = docx.Document(BytesIO(data))
        return document.element.body, bold_styles(document.styles.element)
    except (LxmlError, PackageNotFoundError, KeyError, ValueError, AttributeError, TypeError, IndexError) as error:
        raise UnreadableSource(
            "The document is damaged.",
            slug="damaged-file",
            hint="Open it in Word, save it as a new .docx and add that.",
        ) from error


def _refuse_macros(names: Sequence[str]) -> None:
    if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        raise UnreadableSource(
            "The document contains macros (programs).",
            slug="macros",
            hint="Save it as .docx without macros and add that.",
        )


def _teams_preamble(blocks: list[Paragraph | Table]) -> tuple[str, Any, list[Paragraph | Table]]:
    """Take title and day from the lines Teams begins with."""
    first = blocks[0] if blocks else None
    if not isinstance(first, Paragraph) or not (found := _TEAMS.fullmatch(first.text.strip().split("\n")[0])):
        return "", None, blocks
    rest = first.text.strip().split("\n")[1:]
    kept: list[Paragraph | Table] = [Paragraph("\n".join(rest))] if rest else []
    kept += [
        b for i, b in enumerate(blocks[1:]) if not (i < 3 and isinstance(b, Paragraph) and _TEAMS_DATE.match(b.text))
    ]
    return found.group(1).strip(), day_in(found.group(2)), kept
