"""How tools and people mark who speaks in plain lines: one pattern for each habit, the most telling first."""

import re
from dataclasses import dataclass

from ingest.readers.labels import LABEL, LABEL_WITH_COLON, is_name_like
from ingest.readers.stamps import STAMP
from repository.domain.transcript import TurnKind


@dataclass(frozen=True, slots=True)
class Line:
    """One non-blank line. `gap`: a blank line or paragraph's end above; `note`: a heading; `strong`: begins in bold.

    `lead`: how many characters at its beginning are bold; `form`: "bold" or "italic" where all of it is.
    """

    text: str
    number: int | None = None
    gap: bool = False
    note: bool = False
    strong: bool = False
    lead: int = 0
    form: str = ""


@dataclass(frozen=True, slots=True)
class Grammar:
    """A habit. `labelled`: it names speakers; `timed`: it gives times; `below`: the words begin on the next line.

    `certain`: nothing but a header looks like this, whatever the label. `strict`: much else looks like this, so it must
    head nearly every paragraph, with labels that come again. `bold`: the header is what the line has in bold in front.
    """

    name: str
    pattern: re.Pattern[str]
    labelled: bool = True
    timed: bool = True
    below: bool = False
    certain: bool = False
    strict: bool = False
    bold: bool = False
    kind: TurnKind = TurnKind.SPEECH


def _grammar(name: str, pattern: str, **what: bool) -> Grammar:
    chat = what.pop("chat", False)
    return Grammar(name, re.compile(pattern), kind=TurnKind.CHAT if chat else TurnKind.SPEECH, **what)


_TIME = rf"(?P<time>{STAMP})(?:\s?(?:-->|-|–)\s?(?P<end>{STAMP}))?"
_BOXED = rf"@?[\[(]?{_TIME}[\])]?"
_IN_BOX = rf"[\[(](?:{_TIME}|\d{{1,3}}:[\d:.,]{{2,12}})[\])]"  # a mistyped time is still no words
_WHO = rf"(?P<label>{LABEL})"
_WHOEVER = rf"(?P<label>{LABEL_WITH_COLON})"
_THEN = r"(?:\s+|$)"
_TO_TIME = r"\s*[,|·–-]?\s+"
#: A colon and what must follow it; none is needed behind a full-width one. `tight`: "P1:yes", believed of known labels.
COLON = rf"\s?(?::{_THEN}|：\s*|:(?=[\u3000-\u9fff])|(?P<tight>:)(?=[^\W\d_]))"
#: A day as phones and chat programs write it: 12/03/2026, 9.3.24, 02-Apr-24.
_DAY = r"(?:\d{1,4}[./-]\d\d?[./-]\d{2,4}|\d\d?-[A-Z][a-z]{2}-\d{2,4})"
#: Marks of a list, a quotation or a change of speaker in captions, before a label.
LEAD = r"(?:[-–—•*>»#]{1,3}\s*|\d{1,4}[.)]\s+)?"
#: `Name:` or `[Name]:`.
NAMED = rf"{LEAD}(?:\[(?=[^\[\]\n]{{1,80}}\]\s?[:：]))?{_WHO}\]?{COLON}"
#: `[Name] text`, which also looks like `[laughs] text`.
IN_BRACKETS = (
    rf"{LEAD}(?:\[(?=[^\[\]\n]{{1,80}}\]\s)|\((?=[^()\n]{{1,80}}\)\s)|<(?=[^<>\n]{{1,80}}>\s))"
    r"(?P<label>[^\[\]<>\n:]{1,60}?)[\])>]\s+(?=\S)"
)

GRAMMARS: tuple[Grammar, ...] = (
    _grammar("zoom-chat", rf"(?P<time>{STAMP})\t(?P<label>[^\t\n]{{1,80}}):(?:\t|$)", chat=True, certain=True),
    _grammar(
        "zoom-chat-from",
        rf"(?:\d{{4}}-\d\d-\d\d )?(?P<time>{STAMP})\s+From\s+(?P<label>[^\n]{{1,80}}?)"
        rf"(?:\s+to\s+[^\n]{{1,120}}?)?\s?:{_THEN}",
        chat=True,
        certain=True,
    ),
    _grammar(
        "phone-chat",  # WhatsApp; the time of day begins again each day and is not taken
        rf"[\u200e\u200f]?\[?{_DAY},?\s{STAMP}\]?\s(?:[-–]\s)?(?P<label>[^:\"“\n]{{1,80}}):{_THEN}",
        timed=False,
        chat=True,
        certain=True,
    ),
    _grammar(  # Telegram
        "chat-day-behind",
        rf"(?P<label>[^,:\[\]\n]{{1,80}}),\s\[{_DAY},?\s{STAMP}\]\s*$",
        timed=False,
        below=True,
        chat=True,
        certain=True,
    ),
    _grammar(  # Discord
        "chat-day-before",
        rf"\[{_DAY},?\s{STAMP}\]\s(?P<label>[^:\[\]\n]{{1,80}})$",
        timed=False,
        below=True,
        chat=True,
        certain=True,
    ),
    _grammar(
        "zoom-chat-below",
        rf"From\s+(?P<label>[^\n]{{1,80}}?)\s+to\s+[^\n]{{1,120}}?:?\s+(?P<time>{STAMP})\s*$",
        below=True,
        chat=True,
        certain=True,
    ),
    _grammar("captions", rf"\[(?P<label>[^\[\]\n]{{1,80}})\]\s{{1,4}}\(?{_TIME}\)?\s*$", below=True, certain=True),
    _grammar("name-then-time", rf"{_WHO}\s?{_IN_BOX}\s?[:：]?{_THEN}"),
    _grammar("name-time-colon", rf"{_WHO}{_TO_TIME}{_TIME}\s?[:：]{_THEN}"),
    _grammar("time-then-name", rf"{_BOXED}\s*[-–]?\s*{_WHO}(?:{COLON}|\t+(?=\S))"),
    _grammar("name-time", rf"(?:{_WHOEVER}:?{_TO_TIME})?[\[(]?{_TIME}[\])]?\s*$", below=True),
    _grammar("time-name", rf"{_BOXED}(?:\s*[-–|]\s*$|(?:\s*[-–|]\s*|\s+){_WHOEVER}\s*$)", below=True),
    _grammar("time-then-number", rf"{_BOXED}\s+(?P<label>Speaker ?\d{{1,2}}|SPEAKER_\d\d)\s+(?=\S)"),
    _grammar("name", rf"(?:{_IN_BOX}\s*[-–]?\s*)?{NAMED}", timed=False),
    _grammar("time", rf"{_BOXED}(?:(?<=[\])])\s*|\s*[-–]?\s+)(?=\S)", labelled=False),
    _grammar("time-above", rf"{_BOXED}\s*$", labelled=False, below=True),
    _grammar("name-in-brackets", IN_BRACKETS, timed=False, strict=True),
    _grammar("name-tab", rf"{LEAD}{_WHO}(?:\t+|\s{{3,}})(?=\S)", timed=False, strict=True),
    _grammar("name-dash", rf"{_WHO}(?:\s[–-]{{1,2}}|\s?—|;)\s+(?=\S)", timed=False, strict=True),
    _grammar("letter-dot", r"(?P<label>[^\W\d_]{1,3}\d{0,3})\.\s+(?=\S)", timed=False, strict=True),
    _grammar("name-in-bold", rf"{LEAD}{_WHO}\s?[.,–—-]?", timed=False, strict=True, bold=True),
    _grammar("name-above", rf"{_WHO}\s*$", timed=False, below=True, strict=True),
)

_SWITCHED = (
    "(?:started|stopped) (?:the )?(?:transcription|recording)|hat die (?:Transkription|Aufzeichnung) (?:gestartet|beendet)"
    "|a (?:démarré|commencé|arrêté) (?:la transcription|l['’]enregistrement)"
    "|(?:ha )?(?:inició|detuvo|iniciado|detenido) la (?:transcripción|grabación)"
    "|(?:iniciou|parou|interrompeu) a (?:transcrição|gravação)|ha (?:avviato|interrotto) la (?:trascrizione|registrazione)"
)
_BOILERPLATE = re.compile(
    rf"(?:(?P<recorder>\S[^\n]{{0,80}}) (?:{_SWITCHED})\.?"
    r"|(?:Meeting|Transcription) ended after [\d:]+.{0,10}"
    r"|This editable transcript was computer generated.{0,200}"
    r"|Transcri(?:bed|ption)(?: is provided)? by https?://\S{1,40}|\(Transcribed by TurboScribe.{0,200}\)"
    r"|This transcript was exported on .{0,200}"
    r"|VIEW RECORDING - .{0,200}|Exported \d+ message\(s\)|\d{1,3}m \d{1,2}s|(?:\d{1,2}h )?\d{1,3}m(?: \d{1,2}s)?"
    r"|Audio file|Audiodatei|Fichier audio|Archivo de audio|Transcript|\[?End of (?:transcript|interview|recording|audio)\]?\.?|Transkript|Transcripción|\S{1,120}\.(?:wav|mp3|m4a|mp4|mov|webm)|[-_=*]{3,})\s*",
    re.I,
)
_PRONOUNS = frozenset({"i", "we", "you", "he", "she", "it", "they", "who", "someone", "somebody", "nobody"})
#: What a chat program writes in place of, or round, a message: notices, pictures, reactions.
_PLACEHOLDER = re.compile(
    r"\u200e.*|<[^<>]{1,40}(?:omitted|weggelassen|omis|omitidos?|omesso)>|<attached: .{1,200}>|null"
    r"|(?:this message was|you) deleted(?: this message)?\.?",
    re.I,
)
_NOTICE = re.compile(rf"[\u200e\u200f]?\[?{_DAY},?\s{STAMP}\]?\s[-–]?\s?\S")
_ATTACHED = re.compile(r"\{(?:Attachments|Reactions|Embed|Stickers)\}")
#: Characters of a line in which a header can lie.
HEAD = 300
#: Lines inside a turn that are the recorder's, not the speaker's.
ASIDE = re.compile(r"\s*ACTION ITEM: ")


def is_boilerplate(line: str) -> bool:
    """Say whether a recorder or transcription service wrote this line round the speech.

    >>> [is_boilerplate(x) for x in ("Ana Pérez started transcription", "We started recording", "36m 4s", "Right.")]
    [True, False, True, False]
    """
    found = _BOILERPLATE.fullmatch(line[:HEAD])
    return found is not None and (not found["recorder"] or _is_somebody(found["recorder"]))


def is_placeholder(words: str) -> bool:
    """Say whether a chat program wrote this where a message would be.

    >>> [is_placeholder(words) for words in ("<Media omitted>", "\u200eimage omitted", "I like it")]
    [True, True, False]
    """
    return _PLACEHOLDER.fullmatch(words.strip()) is not None


def is_notice(line: str) -> bool:
    """Say whether a line of a chat has a day and a time but is nobody's message: who joined, who left."""
    return _NOTICE.match(line[:HEAD]) is not None


def heads_attachments(line: str) -> bool:
    """Say whether a line announces what hangs on a message and is none: pictures, reactions."""
    return _ATTACHED.fullmatch(line.strip()) is not None


def recorder_in(line: str) -> str:
    """Give who started or stopped the recording according to this line, "" if it does not say."""
    found = _BOILERPLATE.fullmatch(line[:HEAD])
    return found["recorder"] if found and found["recorder"] and _is_somebody(found["recorder"]) else ""


def _is_somebody(words: str) -> bool:
    return is_name_like(words) and words.split()[0].casefold() not in _PRONOUNS
