"""Word documents (.docx): Teams, Otter, Google Meet and Word's own transcripts, bold labels, tables."""

import re
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

from ingest.readers.archives import check_archive, entries
from ingest.readers.assembling import Piece, assemble
from ingest.readers.dating import day_in
from ingest.readers.grammars import Line, is_boilerplate
from ingest.readers.headers import Parsed, parse
from ingest.readers.received import Received
from ingest.readers.tables import pieces_of_table
from ingest.readers.wordxml import Paragraph, Table, blocks_of
from repository.domain.transcript import ReadingWarning, TimePrecision, Transcript
from repository.errors import UnreadableSource

NAME = "word"
TITLE = "Word document"
VERSION = 1
NEEDS = ("docx",)
#: Teams' first line: title, start, "Meeting Recording" or "Meeting Transcript" in the language of the account.
_TEAMS = re.compile(r"(.{1,200}?)-(20\d{6})_\d{6}(?:UTC)?-[^\d\n]{3,60}")
_TEAMS_DATE = re.compile(r"[A-Z][a-z]{2,8} \d{1,2}, \d{4}, \d{1,2}:\d{2}.?[AP]M")


def recognise(received: Received) -> float:
    """Look into the archive for the document's part, whatever the file is called."""
    return 1.0 if any(name.lower() == "word/document.xml" for name in entries(received.data)) else 0.0


def read(received: Received) -> Transcript:
    """Read paragraphs and tables in order. Tracked deletions are dropped, insertions kept; comments are not speech."""
    _refuse_macros(entries(received.data))
    check_archive(received.data)
    blocks, dropped = blocks_of(_body(received.data))
    title, day, blocks = _teams_preamble(blocks)
    heading = next((b.text for b in blocks[:6] if isinstance(b, Paragraph) and b.heading and not _is_routine(b)), "")
    pieces: list[Piece] = []
    left_out = [f"{count} {what}{'s' if count > 1 else ''}" for what, count in dropped.items() if count]
    warnings = [ReadingWarning(f"Left out: {', '.join(left_out)}.")] if left_out else []
    lines: list[Line] = []
    parts: list[Parsed] = []
    for block in [*blocks, None]:
        if isinstance(block, Paragraph):
            lines += _lines(block)
            continue
        if lines:
            parts.append(parse(lines))
            pieces += parts[-1].pieces
            warnings += parts[-1].warnings
            lines = []
        if isinstance(block, Table):
            rows, unused = pieces_of_table(block.rows)
            pieces += rows
            warnings += unused
    coarse = any(part.precision is TimePrecision.COARSE for part in parts)
    transcript = assemble(
        pieces,
        precision=TimePrecision.COARSE if coarse else TimePrecision.EXACT,
        roles={label: role for part in parts for label, role in part.roles.items()},
        recorder=next((part.recorder for part in parts if part.recorder), ""),
        warnings=warnings,
    )
    title = title or heading
    return replace(transcript, title=title[:300], occurred_on=day or day_in(title))


def _body(data: bytes) -> Any:
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import LxmlError

    try:
        return docx.Document(BytesIO(data)).element.body
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


def _is_routine(paragraph: Paragraph) -> bool:
    return all(map(is_boilerplate, paragraph.text.split("\n")))


def _lines(paragraph: Paragraph) -> list[Line]:
    """Give a paragraph's lines: soft breaks end a line, the paragraph's end is a gap."""
    lines = [line for line in paragraph.text.split("\n") if line.strip()]
    return [
        Line(line, None, gap=index == 0, note=paragraph.heading, strong=index == 0 and paragraph.bold)
        for index, line in enumerate(lines)
    ]


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
