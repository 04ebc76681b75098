"""Looking into ZIP files without trusting them: all is counted while it is unpacked, nothing touches the disk."""

import lzma
import re
import struct
import zipfile
import zlib
from io import BytesIO
from xml.parsers import expat

from repository.errors import UnreadableSource

MOST_ENTRIES = 5_000
MOST_BYTES = 200 << 20
#: Largest XML part: its tree needs about ten times that in memory.
MOST_XML = 40 << 20
MOST_RATIO = 200
#: Below this size unpacked, the ratio is nobody's worry.
SMALL = 2 << 20
MOST_DEPTH = 200
MOST_ELEMENTS = 3_000_000
#: Large, since a token across many small pieces is scanned again with each.
_CHUNK = 1 << 20
#: Byte order marks, blanks and the NULs of UTF-16.
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\0\t\n\r "
#: What a damaged archive makes zipfile raise (a NotImplementedError is a RuntimeError).
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, ValueError, OSError, EOFError, RuntimeError)
_REMEDY = "Open the document in Word, save it as a new .docx and add that."


def entries(data: bytes) -> list[str]:
    """List an archive's entries, nothing if it is no archive."""
    if not data.startswith(b"PK") or data.count(b"PK\x01\x02") > 10 * MOST_ENTRIES:
        return []
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return archive.namelist()
    except BROKEN:
        return []


def entry(data: bytes, name: str, most: int) -> bytes:
    """Give the first `most` bytes of an archive's entry, b"" if there is none or it cannot be read."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive, archive.open(name) as stream:
            return stream.read(most)
    except (*BROKEN, KeyError):
        return b""


#: Entries by which an archive is one document, or a project, and not a folder of files.
_DOCUMENT = re.compile(
    r"word/document\.xml|xl/workbook\.|ppt/presentation\.|mimetype$|META-INF/|Index/.*\.iwa$|[^/]*\.qde$", re.I
)
#: What programs put into archives beside the files: nobody's transcript.
_CLUTTER = re.compile(r"(?:^|/)(?:__MACOSX/|\.(?!\.?/)|Thumbs\.db$|desktop\.ini$)", re.I)


def unpacked(data: bytes, *, deep: int = 2) -> list[tuple[str, bytes]] | None:
    """Give the files in an archive of files as (name, bytes), those of archives within it too; None if it is none.

    Names are only names: nothing is written. Links and folders are passed over. Raises UnreadableSource as
    `check_archive` does; everything together may be MOST_BYTES.
    """
    names = entries(data)
    if not names or any(map(_DOCUMENT.match, names)):
        return None
    found: list[tuple[str, bytes]] = []
    total = 0
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir() and not _CLUTTER.search(info.filename)]
            if len(infos) > MOST_ENTRIES:
                raise _bomb("archive")
            for info in infos:
                if info.external_attr >> 28 == 0xA:  # a symbolic link
                    continue
                if info.flag_bits & 1:
                    raise UnreadableSource(
                        "The archive is protected with a password.", slug="encrypted", hint="Make one without."
                    )
                with archive.open(info) as stream:
                    part = stream.read(MOST_BYTES - total + 1)
                total += len(part)
                if total > MOST_BYTES or total > max(SMALL, MOST_RATIO * len(data)):
                    raise _bomb("archive")
                inner = unpacked(part, deep=deep - 1) if deep > 1 and part.startswith(b"PK\x03\x04") else None
                found += [(info.filename, part)] if inner is None else inner
    except BROKEN as error:
        raise UnreadableSource("The archive is damaged.", slug="damaged-file", hint="Make it again.") from error
    return found


def check_archive(data: bytes) -> None:
    """Refuse an archive that is damaged, encrypted or a bomb, and XML in it with a DTD or of absurd depth.

    Sizes are counted, never taken from the headers (ASVS 5.2.3). Whatever passes unpacks to at most MOST_BYTES.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            infos = archive.infolist()
            if len(infos) > MOST_ENTRIES:
                raise _bomb()
            total = 0
            for info in infos:
                if info.flag_bits & 1:
                    raise UnreadableSource(
                        "The document is protected with a password.", slug="encrypted", hint="Save a copy without one."
                    )
                total += _unpack(archive, info, MOST_BYTES - total)
                if total > max(SMALL, MOST_RATIO * len(data)):
                    raise _bomb()
    except BROKEN as error:
        raise UnreadableSource("The document is damaged.", slug="damaged-file", hint="Export it again.") from error


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> int:
    watch: _XmlWatch | None = None
    size = 0
    with archive.open(info) as stream:
        while chunk := stream.read(_CHUNK):
            if not size and _is_xml(info.filename, chunk):
                watch = _XmlWatch()
            size += len(chunk)
            if size > (min(most, MOST_XML) if watch else most):
                raise _bomb()
            if watch:
                watch.feed(chunk)
    return size


def _is_xml(name: str, start: bytes) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml")) or start.lstrip(_BEFORE_XML).startswith(b"<")


class _XmlWatch:
    """Counts depth and elements of XML as it streams by; refuses a DTD. Broken XML is the reader's business."""

    def __init__(self) -> None:
        self._parser: expat.XMLParserType | None = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._depth = self._elements = 0

    def feed(self, chunk: bytes) -> None:
        if self._parser is None:
            return
        try:
            self._parser.Parse(chunk, False)
        except (expat.ExpatError, LookupError, ValueError):
            self._parser = None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MOST_DEPTH or self._elements > MOST_ELEMENTS:
            raise _bomb()

    def _end(self, name: str) -> None:
        self._depth -= 1

    def _doctype(self, *details: object) -> None:
        raise UnreadableSource(
            "The document declares XML entities, which no word processor writes.", slug="unsafe-xml", hint=_REMEDY
        )


def _bomb(what: str = "document") -> UnreadableSource:
    remedy = _REMEDY if what == "document" else "Unpack it and add the files by themselves."
    return UnreadableSource(f"The {what} unpacks to far more than it should.", slug="archive-bomb", hint=remedy)
