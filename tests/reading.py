"""What tests of readers share: documents made on the spot, what every transcript must fulfil, one at a glance."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from ingest.readers.registry import read
from repository.domain.transcript import Transcript

TRANSCRIPTS = Path(__file__).parent / "data" / "transcripts"


def read_text(text: str | bytes, name: str = "p01.txt") -> Transcript:
    """Read a text as if it had been uploaded under a name; whatever comes of it keeps the rules."""
    transcript = read(text.encode() if isinstance(text, str) else text, name)
    assert_canonical(transcript)
    return transcript


def heard(transcript: Transcript) -> list[str]:
    """Give each turn as `Name@seconds: words`, `-` for nobody, without the time where there is none."""
    out = []
    for turn in transcript.turns:
        who = "-" if turn.speaker is None else transcript.speakers[turn.speaker].label
        at = "" if turn.start_ms is None else f"@{turn.start_ms / 1000:g}"
        out.append(f"{who}{at}: {transcript.words_of(turn)}")
    return out


def labels(transcript: Transcript) -> list[str]:
    """Give the speakers' labels in order."""
    return [speaker.label for speaker in transcript.speakers]


def assert_canonical(transcript: Transcript) -> None:
    """Check the rules of the canonical model (docs/explanation/reading.md) that hold for every file."""
    text = transcript.text
    assert not any(c in text for c in "\ufeff\r\x00\v\f\u2028\u2029"), "controls in the text"
    assert text.encode("utf-8").decode("utf-8") == text, "lone surrogates"
    end = 0
    for index, turn in enumerate(transcript.turns):
        assert turn.idx == index
        assert 0 <= turn.start < turn.end <= len(text)
        assert turn.start >= end, "turns overlap"
        assert not text[end : turn.start].strip(), "words between turns"
        words = transcript.words_of(turn)
        assert words == words.strip() != "", "blank edges or no words"
        assert "\n\n" not in words, "a blank line inside a turn"
        assert turn.speaker is None or 0 <= turn.speaker < len(transcript.speakers)
        assert turn.end_ms is None or (turn.start_ms is not None and turn.start_ms < turn.end_ms)
        assert (turn.start_ms is None) == (turn.time_precision.value == "none")
        end = turn.end
    assert not text[end:].strip(), "words behind the last turn"
    spoken = {turn.speaker for turn in transcript.turns}
    if spoken - {None}:  # notes may name the people they are about, and nobody speaks in them
        assert all(index in spoken for index in range(len(transcript.speakers))), "a speaker who says nothing"
    assert len({speaker.label for speaker in transcript.speakers}) == len(transcript.speakers)
    assert all(speaker.label == speaker.label.strip() != "" for speaker in transcript.speakers)
    times: list[int] = []
    before = (0, 0)
    for cue in transcript.cues:
        turn = transcript.turns[cue.turn]
        assert turn.start <= cue.start < cue.end <= turn.end, "a cue outside its turn"
        assert before <= (cue.turn, cue.start), "cues out of order"
        before = (cue.turn, cue.start)
        if cue.start_ms is not None:
            times.append(cue.start_ms)
        assert cue.confidence is None or 0 <= cue.confidence <= 1
    assert times == sorted(times), "times run backwards"


def docx_of(
    *paragraphs: str | tuple[str, ...], tables: Sequence[Sequence[Sequence[str]]] = (), body: str = ""
) -> bytes:
    """Make a Word document: `**Name:** x` is bold in front, `# ` a heading, LF a soft break; then tables, raw XML."""
    parts = []
    for paragraph in paragraphs:
        words = paragraph if isinstance(paragraph, str) else "".join(paragraph)
        style = '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>' if words.startswith("# ") else ""
        words = words.removeprefix("# ")
        runs = []
        for index, run in enumerate(words.split("**")):
            if run:
                bold = "<w:rPr><w:b/></w:rPr>" if index % 2 else ""
                lines = "<w:br/>".join(f'<w:t xml:space="preserve">{_escaped(line)}</w:t>' for line in run.split("\n"))
                runs.append(f"<w:r>{bold}{lines}</w:r>".replace("\t", "</w:t><w:tab/><w:t>"))
        parts.append(f"<w:p>{style}{''.join(runs)}</w:p>")
    for table in tables:
        rows = "".join(f"<w:tr>{''.join(_cell(cell) for cell in row)}</w:tr>" for row in table)
        parts.append(f"<w:tbl>{rows}</w:tbl>")
    return docx_with("".join(parts) + body)


def docx_with(body: str, *, head: str = "", entries: dict[str, bytes] | None = None) -> bytes:
    """Make a Word document of the XML of its body; `head` goes between declaration and root."""
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + head + "<w:document"
        ' xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<w:body>{body}<w:sectPr/></w:body></w:document>"
    )
    return zip_of({**DOCX_FRAME, "word/document.xml": document.encode(), **(entries or {})})


def zip_of(entries: dict[str, bytes]) -> bytes:
    """Make an archive."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


DOCX_FRAME = {
    "[Content_Types].xml": b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    b' Target="word/document.xml"/></Relationships>',
}


def _cell(words: str) -> str:
    span, _, words = words.rpartition("⇔")  # "3⇔Part two" is merged across three columns
    merged = f'<w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>' if span else ""
    return f"<w:tc>{merged}<w:p><w:r><w:t>{_escaped(words)}</w:t></w:r></w:p></w:tc>"


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")
