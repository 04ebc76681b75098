"""What to say about a file that no reader wants: what it is, and what to do instead."""

import json
import re

from ingest.readers.received import Received
from repository.errors import UnreadableSource

_READ = "Cairn reads text with speaker labels, Markdown, WebVTT, SRT and Word (.docx)."
_AS_TEXT = "Save it as .docx or plain text and add that."
_MEDIA = "Add its transcript instead (WebVTT, SRT, Word or plain text)."

#: First bytes → (slug, what it is, what to do). Legacy Office files and archives are looked into below.
_SIGNATURES: tuple[tuple[bytes, str, str, str], ...] = (
    (b"%PDF-", "unknown-format", "This is a PDF, which cannot be read yet.", _AS_TEXT),
    (b"{\\rtf", "unknown-format", "This is an RTF document, which cannot be read yet.", _AS_TEXT),
    (b"SQLite format 3\0", "unknown-format", "This is a database, not a transcript.", "Export a transcript from it."),
    (b"\x89PNG", "not-text", "This is a picture (PNG).", _MEDIA),
    (b"\xff\xd8\xff", "not-text", "This is a picture (JPEG).", _MEDIA),
    (b"GIF8", "not-text", "This is a picture (GIF).", _MEDIA),
    (b"MZ", "not-text", "This is a Windows program.", "Check which file you meant to add."),
    (b"\x7fELF", "not-text", "This is a program.", "Check which file you meant to add."),
    (b"\x1f\x8b", "unknown-format", "This is a compressed file (gzip).", "Unpack it and add what is inside."),
    (b"7z\xbc\xaf", "unknown-format", "This is an archive (7z).", "Unpack it and add what is inside."),
    (b"Rar!", "unknown-format", "This is an archive (RAR).", "Unpack it and add what is inside."),
    (b"ID3", "not-text", "This is a sound recording.", _MEDIA),
    (b"OggS", "not-text", "This is a sound recording.", _MEDIA),
    (b"RIFF", "not-text", "This is a recording or a picture.", _MEDIA),
    (b"\x1aE\xdf\xa3", "not-text", "This is a video.", _MEDIA),
    (b"PK\x03\x04", "unknown-format", "This is an archive, not a Word document.", "Unpack it and add what is inside."),
    (b"PK\x05\x06", "empty-file", "This archive is empty.", "Export the transcript again."),
)
_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WEB_PAGE = re.compile(r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,500}>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I)
_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{"\]])')
#: Only the beginning is compared with these patterns.
_HEAD = 2_000


def refuse_if_known(received: Received) -> None:
    """Raise UnreadableSource if the bytes are of a kind that is known but not read."""
    data = received.data
    if data.startswith(_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise UnreadableSource(
                "The document is protected with a password.", slug="encrypted", hint="Save a copy without one."
            )
        raise UnreadableSource(
            "This is an old Office file (.doc, .xls or .msg).", slug="old-office", hint="Save it as .docx and add that."
        )
    if data[4:8] == b"ftyp":
        raise UnreadableSource("This is a recording.", slug="not-text", hint=_MEDIA)
    if data.startswith(b"PK") and b"word/" in data:
        raise UnreadableSource("The document is damaged or incomplete.", slug="damaged-file", hint="Export it again.")
    for signature, slug, what, remedy in _SIGNATURES:
        if data.startswith(signature) and (not received.text or signature in (b"%PDF-", b"{\\rtf")):
            raise UnreadableSource(what, slug=slug, hint=remedy)
    if not received.text:
        raise UnreadableSource(
            "This is not text in any encoding that could be told.",
            slug="not-text",
            hint=f"Open it in the program that made it and save it as text (UTF-8). {_READ}",
        )
    _refuse_text(received)


def _refuse_text(received: Received) -> None:
    head = received.text[:_HEAD]
    if _WEB_PAGE.match(head):
        raise UnreadableSource(
            "This is a web page, perhaps the login page of the site where the transcript lies.",
            slug="web-page",
            hint="Sign in there in a browser, download the transcript and add that file.",
        )
    if head.lstrip().startswith(("<?xml", "<!DOCTYPE")):
        raise UnreadableSource("This is XML, which cannot be read yet.", slug="unknown-format", hint=_READ)
    if _JSON.match(head) and (received.extension in ("json", "json3", "jsonl") or _is_json(received.text)):
        raise UnreadableSource(
            "This is JSON, which cannot be read yet.", slug="unknown-format", hint=f"Export it as WebVTT or text. {_READ}"
        )
    if received.extension in ("csv", "tsv"):
        raise UnreadableSource(
            "Tables cannot be read yet.", slug="unknown-format", hint=f"Save the answers as text. {_READ}"
        )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
