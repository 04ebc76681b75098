"""What to say about a file that no reader wants: what it is, and what to do instead."""

import json
import re

from ingest.readers.archives import entries, entry
from ingest.readers.received import Received
from repository.errors import UnreadableSource

_READ = "Cairn reads text with speaker labels, captions, Word, PDF, tables and what recognisers of speech write (JSON)."
_AS_TEXT = "Save it as .docx or plain text and add that."
_AS_CAPTIONS = "Export it as WebVTT (.vtt) or SRT and add that."
_MEDIA = "Add its transcript instead (WebVTT, SRT, Word or plain text)."
_UNPACK = "Unpack it and add what is inside."
_PROGRAM = "Check which file you meant to add."
_RECORDING = "This is a recording, not a transcript."
_AUDIO = (
    "Upload it as a file of its own; that needs pip install 'cairn-research[audio]'. "
    "Or add its transcript (WebVTT, SRT, Word or plain text)."
)

#: First bytes → (slug, what it is, what to do). Legacy Office files and archives are looked into below.
_SIGNATURES: tuple[tuple[bytes, str, str, str], ...] = (
    (b"SQLite format 3\0", "unknown-format", "This is a database, not a transcript.", "Export a transcript from it."),
    (b"\x89PNG", "not-text", "This is a picture (PNG).", _MEDIA),
    (b"\xff\xd8\xff", "not-text", "This is a picture (JPEG).", _MEDIA),
    (b"GIF8", "not-text", "This is a picture (GIF).", _MEDIA),
    (b"MZ", "not-text", "This is a Windows program.", _PROGRAM),
    (b"\x7fELF", "not-text", "This is a program.", _PROGRAM),
    (b"\x1f\x8b", "unknown-format", "This is a compressed file (gzip).", _UNPACK),
    (b"7z\xbc\xaf", "unknown-format", "This is an archive (7z).", _UNPACK),
    (b"Rar!", "unknown-format", "This is an archive (RAR).", _UNPACK),
    (b"ID3", "not-text", _RECORDING, _AUDIO),
    (b"\xff\xfb", "not-text", _RECORDING, _AUDIO),
    (b"\xff\xf3", "not-text", _RECORDING, _AUDIO),
    (b"\xff\xf1", "not-text", _RECORDING, _AUDIO),
    (b"fLaC", "not-text", _RECORDING, _AUDIO),
    (b"OggS", "not-text", _RECORDING, _AUDIO),
    (b"RIFF", "not-text", "This is a recording or a picture.", _MEDIA),
    (b"\x1aE\xdf\xa3", "not-text", _RECORDING, _AUDIO),
    (b"PK\x05\x06", "empty-file", "This archive is empty.", "Export the transcript again."),
)
#: An entry that tells what an archive is → (what it is, what to do).
_ARCHIVES: tuple[tuple[str, str, str], ...] = (
    (
        r"ppt/presentation\.",
        "This is a PowerPoint presentation.",
        "Save its notes as .docx or plain text and add that.",
    ),
    (r"META-INF/container\.xml$", "This is an e-book (EPUB).", _AS_TEXT),
    (r"Index/(?:Document|Slide)\.?.*\.iwa$", "This is an Apple Pages document, which cannot be read.", _AS_TEXT),
)
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument"
_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WEB_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,500}>\s*){0,3}<(?:!doctype\s+html|html|head|body|meta|title)\b", re.I
)
_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{"\]\d-])')
_ROOT = re.compile(r"\s*(?:<!--[^>]{0,500}>\s*)?<([A-Za-z][\w:.-]{0,60})(?=[\s/>])")
#: Only the beginning is compared with these patterns.
_HEAD = 4_000


def refuse_if_known(received: Received) -> None:
    """Raise UnreadableSource if the bytes are of a kind that is known but not read."""
    data = received.data
    if data.startswith(_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise UnreadableSource(
                "The document is protected with a password.", slug="encrypted", hint="Save a copy without one."
            )
        raise UnreadableSource(
            "This is an old Office file (.doc, .xls or .msg).",
            slug="old-office",
            hint="Save it as .docx or .xlsx and add that.",
        )
    if data[4:8] == b"ftyp":
        raise UnreadableSource(_RECORDING, slug="not-text", hint=_AUDIO)
    if data.startswith(b"PK\x03\x04"):
        _refuse_archive(data)
    for signature, slug, what, remedy in _SIGNATURES:
        if data.startswith(signature) and not received.text:
            raise UnreadableSource(what, slug=slug, hint=remedy)
    if not received.text:
        raise UnreadableSource(
            "This is not text in any encoding that could be told.",
            slug="not-text",
            hint=f"Open it in the program that made it and save it as text (UTF-8). {_READ}",
        )
    _refuse_text(received)


def _refuse_archive(data: bytes) -> None:
    names = entries(data)
    kind = entry(data, "mimetype", 100) if "mimetype" in names else b""
    if kind.startswith(_OPEN_DOCUMENT):  # texts and tables are read: a drawing, a presentation
        raise UnreadableSource(
            "This is an OpenDocument file, but no text or table.", slug="unknown-format", hint=_AS_TEXT
        )
    for pattern, what, remedy in _ARCHIVES:
        if any(re.match(pattern, name) for name in names):
            raise UnreadableSource(what, slug="unknown-format", hint=remedy)
    if b"word/" in data:
        raise UnreadableSource("The document is damaged or incomplete.", slug="damaged-file", hint="Export it again.")
    raise UnreadableSource("This is an archive, not a Word document.", slug="unknown-format", hint=_UNPACK)


def _refuse_text(received: Received) -> None:
    head = received.text[:_HEAD].lstrip()
    if _WEB_PAGE.match(head):
        raise UnreadableSource(
            "This is a web page, perhaps the login page of the site where the transcript lies.",
            slug="web-page",
            hint="Sign in there in a browser, download the transcript and add that file.",
        )
    if head.startswith(("<?xml", "<!DOCTYPE")) or _is_one_element(received.text):
        raise UnreadableSource(
            "This is XML, but no transcript that Cairn knows.", slug="unknown-format", hint=f"{_AS_CAPTIONS} {_READ}"
        )
    if _JSON.match(head) and (received.extension in ("json", "json3", "jsonl", "otr") or _is_json(received.text)):
        raise UnreadableSource(
            "This is JSON, but no transcript that Cairn knows.", slug="unknown-format", hint=f"{_AS_CAPTIONS} {_READ}"
        )


def _is_one_element(text: str) -> bool:
    root = _ROOT.match(text[:_HEAD])
    return root is not None and text[-200:].rstrip().endswith(f"</{root.group(1)}>")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
