"""What the limited child process makes of a plan's file: the text that somebody would have pasted."""

from collections.abc import Sequence
from typing import Any

from ingest.readers.decoding import decode
from ingest.readers.formats import word
from ingest.readers.received import Received
from ingest.readers.registry import read
from ingest.readers.wordxml import Paragraph, Table

PLAN = "plan"


def parsed_plan(data: bytes) -> dict[str, Any]:
    """Give {"text": …} of a plan's file. Raises UnreadableSource."""
    if word.recognise(Received(data, "plan.docx")):
        return {"text": _of_blocks(word.blocks(data))}
    decoded = decode(data) if data[:5] not in (b"%PDF-", b"{\\rtf") and data[:2] != b"PK" else None
    if decoded is not None and not decoded.text.lstrip()[:300].casefold().startswith(("<!doctype html", "<html")):
        return {"text": decoded.text}
    return {"text": read(data, "").text}


def _of_blocks(blocks: Sequence[Paragraph | Table]) -> str:
    """Write paragraphs and tables as Markdown does, so that there is one way to read a plan."""
    parts = []
    for block in blocks:
        if isinstance(block, Table):
            rows = [
                "| " + " | ".join(" ".join(cell.split()).replace("|", "/") for cell in row) + " |" for row in block.rows
            ]
            parts.append("\n".join(rows))
        elif block.heading:
            parts.append("## " + " ".join(block.text.split()))
        else:
            parts.append(block.text.strip())
    return "\n\n".join(parts)
