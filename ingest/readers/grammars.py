"""How tools and people mark who speaks in plain lines: one pattern for each habit, the most telling first."""

import re
from dataclasses import dataclass

from ingest.readers.labels import LABEL
from ingest.readers.stamps import STAMP
from repository.domain.transcript import TurnKind


@dataclass(frozen=True, slots=True)
class Line:
    """One non-blank line. `gap`: a blank line or paragraph end before it; `note`: a heading; `strong`: begins in bold."""

    text: str
    number: int | None = None
    gap: bool = False
    note: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Grammar:
    """A habit. `labelled`: it names speakers; `timed`: it gives times; `below`: the words begin on the next line.

    `certain`: nothing but a header looks like this, whatever the label.
    """

    name: str
    pattern: re.Pattern[str]
    labelled: bool = True
    timed: bool = True
    below: bool = False
    certain: bool = False
    kind: TurnKind = TurnKind.SPEECH


def _grammar(name: str, pattern: str, **what: bool) -> Grammar:
    chat = what.pop("chat", False)
    return Grammar(name, re.compile(pattern), kind=TurnKind.CHAT if chat else TurnKind.SPEECH, **what)


_TIME = rf"(?P<time>{STAMP})(?:\s?(?:-->|-|–)\s?(?P<end>{STAMP}))?"
_BOXED = rf"[\[(]?{_TIME}[\])]?"
_WHO = rf"(?P<label>{LABEL})"
_THEN = r"(?:\s+|$)"

GRAMMARS: tuple[Grammar, ...] = (
    _grammar("zoom-chat", rf"(?P<time>{STAMP})\t(?P<label>[^\t\n]{{1,80}}):(?:\t|$)", chat=True, certain=True),
    _grammar(
        "zoom-chat-from",
        rf"(?:\d{{4}}-\d\d-\d\d )?(?P<time>{STAMP})\s+From\s+(?P<label>[^\n]{{1,80}}?)\s+to\s+[^\n]{{1,120}}?:{_THEN}",
        chat=True,
        certain=True,
    ),
    _grammar("captions", rf"\[(?P<label>[^\[\]\n]{{1,80}})\]\s{{1,4}}{_TIME}\s*$", below=True, certain=True),
    _grammar("name-then-time", rf"{_WHO}\s?[\[(]{_TIME}[\])]\s?:?{_THEN}"),
    _grammar("time-then-name", rf"{_BOXED}\s*[-–]?\s*{_WHO}\s?[:：]{_THEN}"),
    _grammar("name-time", rf"(?:{_WHO}\s+)?{_TIME}\s*$", below=True),
    _grammar("time-name", rf"{_BOXED}\s*[-–]?\s+{_WHO}\s*$", below=True),
    _grammar("name", rf"{_WHO}\s?[:：](?:\s+|$|(?=[\u3000-\u9fff]))", timed=False),
    _grammar("time", rf"{_BOXED}\s*[-–]?\s+(?=\S)", labelled=False),
    _grammar("time-above", rf"{_BOXED}\s*$", labelled=False, below=True),
)

#: Lines that a recorder or transcription service writes round the speech.
BOILERPLATE = re.compile(
    r"(?:\S[^\n]{0,80} (?:started|stopped) (?:the )?(?:transcription|recording)\.?"
    r"|(?:Meeting|Transcription) ended after [\d:]+.{0,10}"
    r"|This editable transcript was computer generated.{0,200}"
    r"|Transcri(?:bed|ption)(?: is provided)? by https?://\S{1,40}"
    r"|VIEW RECORDING - .{0,200}|\d{1,3}m \d{1,2}s|(?:\d{1,2}h )?\d{1,3}m(?: \d{1,2}s)?"
    r"|Audio file|Transcript|[^\s]{1,120}\.(?:wav|mp3|m4a|mp4|mov|webm)|[-_=*]{3,})\s*",
    re.I,
)
#: Lines inside a turn that are the recorder's, not the speaker's.
ASIDE = re.compile(r"\s*ACTION ITEM: ")
