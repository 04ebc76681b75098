"""E-mail (.eml), and web pages saved as one: Confluence's .doc, browsers' .mhtml."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from email.message import EmailMessage
from typing import cast

from ingest.readers.assembling import Piece, assemble
from ingest.readers.decoding import decode, normalise
from ingest.readers.formats.web_page import transcript_of_page
from ingest.readers.received import Received
from ingest.readers.webpages import page_of
from ingest.readers.wordxml import Paragraph
from repository.domain.transcript import ReadingWarning, SessionKind, Transcript, TurnKind
from repository.errors import UnreadableSource

NAME = "mail"
TITLE = "E-mail"
VERSION = 1
NEEDS = ("email.parser", "email.policy", "nh3")
_FIELD = re.compile(r"([A-Za-z][\w-]{1,60}):")
#: Header fields that only messages have.
_FIELDS = """
received return-path message-id mime-version content-type delivered-to x-mailer in-reply-to references dkim-signature
"""
_TELLING = frozenset(_FIELDS.split())
_COMMON = frozenset({"from", "to", "date", "subject", "cc"})
#: Bytes in which headers are sought, and messages in messages that are followed.
_HEAD, _MOST_MESSAGES = 20_000, 50
_ADDRESS = re.compile(r"[^\n]{0,200}?(?:<[^<>\n]{3,200}@[^<>\n]{1,200}>|\d{4})")
#: How programs begin the message that is answered.
_WROTE = re.compile(
    r"(?:On\b.{5,300}\bwrote|Am\b.{5,300}\bschrieb.{0,100}|Le\b.{5,300}\ba écrit|El\b.{5,300}\bescribió|"
    r"Il\b.{5,300}\bha scritto|Em\b.{5,300}\bescreveu|Op\b.{5,300}\bschreef.{0,100}|.{3,200}<\S{3,200}@\S{3,200}> (?:wrote|schrieb))\s?:\s*$",
    re.I,
)
_ORIGINAL = re.compile(
    r"\s*(?:-{2,}\s?(?:Original Message|Original-Nachricht|Ursprüngliche Nachricht|Message d'origine|Mensaje original|"
    r"Messaggio originale|Forwarded message|Weitergeleitete Nachricht|Message transféré|Mensaje reenviado)\s?-{2,}"
    r"|Begin forwarded message:|_{20,})\s*$",
    re.I,
)
_HISTORY_FIELD = re.compile(r"\s*\*?(?:From|Von|De|Da|Van|Från)\s?:\*?\s\S", re.I)
_HISTORY_NEXT = re.compile(
    r"\s*\*?(?:Sent|Date|To|Subject|Cc|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Enviado|Para|Asunto|Inviato|A|Oggetto|"
    r"Verzonden|Aan|Onderwerp)\s?:\*?\s",
    re.I,
)
_MARKS = re.compile(r"((?:>[ \t]?)+)")


@dataclass(frozen=True, slots=True)
class _Part:
    """Some lines of a message: its author's own words, or history."""

    text: str
    kind: TurnKind
    line: int | None = None


def recognise(received: Received) -> float:
    """Know the header fields that only messages have; a form with From and Date is none."""
    head = (received.text or received.data[:_HEAD].decode("latin-1"))[:_HEAD].lstrip("\ufeff\n\r ")
    if head.startswith("From ") and "\n" in head:  # a mailbox's mark
        head = head.split("\n", 1)[1]
    names = set()
    for index, line in enumerate(head.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if not line.strip():
            break
        found = _FIELD.match(line)
        if found is None:
            if index == 0 or line[0] not in " \t":
                return 0.0
        else:
            names.add(found.group(1).casefold())
    if names & _TELLING and len(names & (_TELLING | _COMMON)) >= 3:
        return 0.97
    return 0.9 if received.extension == "eml" and "from" in names and len(names & _COMMON) >= 2 else 0.0


def read(received: Received) -> Transcript:
    """Read each message as one turn; the messages it answers are kept as notes."""
    message = _message(received)
    if (page := _saved_page(message)) is not None:
        return page
    pieces: list[Piece] = []
    files: list[str] = []
    hidden = _read_message(message, pieces, files)
    warnings = []
    if hidden:
        warnings.append(ReadingWarning("The history that the message answers is kept as notes, not as speech."))
    if files:
        named = ", ".join(f"“{name[:80]}”" for name in files[:20]) + (" …" if len(files) > 20 else "")
        warnings.append(ReadingWarning(f"Attachments are not read: {named}."))
    facts = {name: _header(message, name) for name in ("From", "To", "Cc", "Date", "Subject")}
    transcript = assemble(pieces, warnings=warnings)
    return replace(
        transcript,
        kind=SessionKind.EMAIL,
        title=facts["Subject"][:300],
        occurred_on=_day(message),
        facts={name: value for name, value in facts.items() if value},
    )


def _message(received: Received) -> EmailMessage:
    from email import policy
    from email.parser import BytesParser

    data = received.data
    if (received.text and received.encoding not in ("", "utf-8", "cp1252")) or data.startswith(b"\xef\xbb\xbf"):
        data = received.text.encode()
    data = data.lstrip(b"\r\n ")
    if b"\n" not in data:  # line ends of old Macs
        data = data.replace(b"\r", b"\n")
    try:
        return BytesParser(policy=policy.default).parsebytes(data)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableSource("The message is damaged.", slug="damaged-file", hint="Save it again.") from error


def _header(message: EmailMessage, name: str) -> str:
    """Give a header's value decoded; "" if there is none or it is broken beyond reading."""
    try:
        value = message[name]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ""
    return " ".join(normalise(str(value)).split())[:2000] if value is not None else ""


def _author(message: EmailMessage) -> str:
    """Give who wrote a message: the name, else the address."""
    from email.utils import parseaddr

    name, address = parseaddr(_header(message, "From"))
    return (name or address or _header(message, "From"))[:200]


def _day(message: EmailMessage) -> date | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(_header(message, "Date")).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _saved_page(message: EmailMessage) -> Transcript | None:
    """Read a page that is packed as a message: nobody sent it."""
    saved = message.get_content_type() == "multipart/related" and (
        not _header(message, "To") or _header(message, "Snapshot-Content-Location")
    )
    by_nobody = not _header(message, "From") or "saved by" in _header(message, "From").casefold()
    if not (saved and by_nobody) and not (by_nobody and "confluence" in _header(message, "Subject").casefold()):
        return None
    for part in _parts(message):
        if part.get_content_type() == "text/html":
            transcript = transcript_of_page(_words(part))
            confluence = "confluence" in _header(message, "Subject").casefold()
            shape = "Confluence page (.doc)" if confluence else "Web page (.mhtml)"
            return replace(transcript, shape=shape)
    return None


def _read_message(message: EmailMessage, pieces: list[Piece], files: list[str]) -> bool:
    """Add a message's pieces and those of messages attached to it; say whether there was history."""
    hidden = False
    waiting = [message]
    for _ in range(_MOST_MESSAGES):
        if not waiting:
            break
        current = waiting.pop(0)
        plain: list[str] = []
        pages: list[str] = []
        for part in _parts(current):
            if part.get_content_type() == "message/rfc822":
                waiting += [
                    cast(EmailMessage, inner) for inner in part.get_payload() if hasattr(inner, "get_content_type")
                ]
            elif (name := _filename(part)) or part.get_content_maintype() != "text":
                if name or part.get_content_disposition() == "attachment":
                    files.append(name or part.get_content_type())
            elif part.get_content_type() == "text/plain":
                plain.append(_words(part))
            elif part.get_content_type() == "text/html":
                pages.append(_words(part))
        body = "\n\n".join(plain) if any(words.strip() for words in plain) else "\n\n".join(map(_of_html, pages))
        author = _author(current)
        for found in _split(body):
            own = found.kind is TurnKind.SPEECH
            hidden |= not own
            pieces.append(Piece(found.text, author if own else None, found.kind, breaks=True))
    return hidden


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """Give the leaves of a message, not those of messages attached to it, without recursion."""
    waiting: list[EmailMessage] = [message]
    while waiting:
        part = waiting.pop(0)
        inner = part.get_payload()
        if part.is_multipart() and isinstance(inner, list) and (part.get_content_type() != "message/rfc822"):
            waiting = [cast(EmailMessage, each) for each in inner] + waiting
        else:
            yield part


def _filename(part: EmailMessage) -> str:
    try:
        return " ".join((part.get_filename() or "").split())
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def _words(part: EmailMessage) -> str:
    """Decode a part; what calls itself Latin-1 is cp1252, as everywhere."""
    try:
        data = part.get_payload(decode=True)
        charset = (part.get_content_charset() or "").lower()
        flowed = str(part.get_param("format") or "").lower() == "flowed"
        joined = str(part.get_param("delsp") or "").lower() == "yes"
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    if not isinstance(data, bytes):
        return ""
    if charset in ("iso-8859-1", "latin-1", "us-ascii", "ascii", "iso8859-1", "windows-1252", ""):
        charset = ""
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    else:
        found = decode(data, charset) or decode(data)
        text = found.text if found else data.decode("latin-1")
    text = normalise(text)
    return _unflowed(text, joined) if flowed else text


def _unflowed(text: str, joined: bool) -> str:
    """Join the lines of format=flowed: one that ends in a blank goes on, at the same depth of quoting."""
    out: list[str] = []
    depth, open_line = 0, False
    for line in text.split("\n"):
        level = len(line) - len(line.lstrip(">"))
        words = line[level:].removeprefix(" ")
        goes_on = words.endswith(" ") and words != "-- "
        if open_line and level == depth:
            out[-1] += words
        else:
            out.append(">" * level + (" " if level else "") + words)
        if goes_on and joined:
            out[-1] = out[-1][:-1]
        depth, open_line = level, goes_on
    return "\n".join(out)


def _of_html(source: str) -> str:
    """Give the text of a message in HTML; Gmail and others mark history by quotations."""
    marked = re.sub(r"<blockquote\b[^<>]{0,500}>", "<p>\x10[</p>", source, flags=re.I)
    marked = re.sub(r"</blockquote\s*>", "<p>\x10]</p>", marked, flags=re.I)
    lines: list[str] = []
    depth = 0
    for block in page_of(marked).blocks:
        text = block.text if isinstance(block, Paragraph) else "\n".join(" | ".join(row) for row in block.rows)
        if text in ("\x10[", "\x10]"):
            depth = max(0, depth + (1 if text.endswith("[") else -1))
            continue
        mark = "> " * min(depth, 20)
        lines += [*(mark + line for line in text.replace("\x10", "").split("\n")), mark.rstrip()]
    return "\n".join(lines)


def _split(body: str) -> list[_Part]:
    """Cut a body into its author's words and the messages of its history, one part each."""
    parts: list[_Part] = []
    lines: list[str] = []
    depth = 0
    history = signature = False  # once an original message began, all that follows is history

    def end() -> None:
        nonlocal lines
        text = "\n".join(line.rstrip() for line in lines).strip("\n")
        if text.strip():
            parts.append(_Part(text, TurnKind.NOTE if depth or history or signature else TurnKind.SPEECH))
        lines = []

    source = body.split("\n")
    index = 0
    while index < len(source):
        line = source[index]
        marks = _MARKS.match(line)
        level = marks.group(1).count(">") if marks else 0
        words = line[marks.end() :] if marks else line
        if not words.strip() and level != depth:  # a blank line belongs to what is round it
            lines.append("")
            index += 1
            continue
        introduced = _introduction(source, index, level)
        if introduced:
            end()
            deeper = _level(source, index + introduced)
            if deeper <= level:  # history that is not marked
                history = True
            depth = max(deeper, level)
            lines = [_bare(each) for each in source[index : index + introduced]]
            index += introduced
            continue
        if level != depth:
            end()
            depth, signature = level, False
        if words.rstrip() == "--" and not history and words.startswith("-- "):
            end()
            signature = True
        lines.append(words)
        index += 1
    end()
    return parts


def _introduction(source: list[str], index: int, level: int) -> int:
    """Count the lines with which an answered message begins here, 0 if none does."""
    line = _bare(source[index])
    if not line.strip():
        return 0
    if _ORIGINAL.match(line):
        return 1 + _fields(source, index + 1)
    if _HISTORY_FIELD.match(line) and (count := _fields(source, index)) >= 2:
        return count
    if _WROTE.match(line):
        return 1
    if index + 1 < len(source) and _level(source, index + 1) in (level, level + 1) and len(line) < 200:
        both = f"{line.rstrip()} {_bare(source[index + 1]).strip()}"
        if line.lstrip()[:3] in ("On ", "Am ", "Le ", "El ", "Il ", "Em ", "Op ") and _WROTE.match(both):
            return 2
    return 0


def _fields(source: list[str], index: int) -> int:
    """Count the lines from here on that repeat the header of a message."""
    count = 0
    while index + count < len(source) and count < 12:
        line = _bare(source[index + count])
        if _HISTORY_FIELD.match(line) or _HISTORY_NEXT.match(line) or (not line.strip() and count == 0):
            count += 1
        else:
            break
    return count


def _bare(line: str) -> str:
    marks = _MARKS.match(line)
    return line[marks.end() :] if marks else line


def _level(source: list[str], index: int) -> int:
    """Give how deep the next line with words is quoted."""
    for line in source[index : index + 5]:
        marks = _MARKS.match(line)
        if _bare(line).strip():
            return marks.group(1).count(">") if marks else 0
    return 0
