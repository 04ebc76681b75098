"""A document's paragraphs and tables to a transcript, whichever word processor wrote them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingest.readers.assembling import Piece, assemble
from ingest.readers.dating import day_in
from ingest.readers.grammars import Line, is_boilerplate
from ingest.readers.headers import Parsed, parse
from ingest.readers.tables import pieces_of_table
from ingest.readers.wordxml import Paragraph, Print, Table
from repository.domain.transcript import ReadingWarning, TimePrecision, Transcript

#: Blocks at the top in which a heading is the document's title.
_TOP = 6


def transcript_of(
    blocks: Sequence[Paragraph | Table], warnings: Sequence[ReadingWarning] = (), *, title: str = ""
) -> Transcript:
    """Read paragraphs and tables in their order; without a `title` the first heading is it."""
    heading = next((b.text for b in blocks[:_TOP] if isinstance(b, Paragraph) and b.heading and not _is_routine(b)), "")
    pieces: list[Piece] = []
    told = list(warnings)
    lines: list[Line] = []
    parts: list[Parsed] = []
    for block in [*blocks, None]:
        if isinstance(block, Paragraph):
            lines += lines_of_paragraph(block)
            continue
        if lines:
            parts.append(parse(lines))
            pieces += parts[-1].pieces
            told += parts[-1].warnings
            lines = []
        if isinstance(block, Table):
            rows, unused = pieces_of_table(block.rows)
            pieces += rows
            told += unused
    coarse = any(part.precision is TimePrecision.COARSE for part in parts)
    transcript = assemble(
        pieces,
        precision=TimePrecision.COARSE if coarse else TimePrecision.EXACT,
        roles={label: role for part in parts for label, role in part.roles.items()},
        recorder=next((part.recorder for part in parts if part.recorder), ""),
        warnings=told,
    )
    title = " ".join((title or heading).split())[:300]
    return replace(transcript, title=title, occurred_on=day_in(title))


def lines_of_paragraph(paragraph: Paragraph) -> list[Line]:
    """Give a paragraph's lines: soft breaks end a line, the paragraph's end is a gap."""
    lines = paragraph.text.split("\n")
    prints = paragraph.prints or (Print(),) * len(lines)
    shown = [(line, like) for line, like in zip(lines, prints, strict=True) if line.strip()]
    return [
        Line(
            line,
            None,
            gap=index == 0,
            note=paragraph.heading,
            strong=index == 0 and paragraph.bold,
            lead=like.lead,
            form=like.form,
        )
        for index, (line, like) in enumerate(shown)
    ]


def left_out(counts: Mapping[str, int]) -> list[ReadingWarning]:
    """Say how much was left out: `{"comment": 2, "footnote": 0}` is "Left out: 2 comments."."""
    parts = [f"{count} {what}{'s' if count > 1 else ''}" for what, count in counts.items() if count]
    return [ReadingWarning(f"Left out: {', '.join(parts)}.")] if parts else []


def _is_routine(paragraph: Paragraph) -> bool:
    return all(map(is_boilerplate, paragraph.text.split("\n")))
