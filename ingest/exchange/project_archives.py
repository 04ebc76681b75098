"""A REFI-QDA project's archive: the one XML file and the texts inside it. Nothing outside the archive is ever opened."""

import re
import zipfile
from io import BytesIO
from pathlib import PurePosixPath

from ingest.readers.archives import BROKEN, MOST_BYTES, MOST_RATIO, SMALL, entries
from ingest.readers.decoding import decode
from repository.errors import UnreadableSource

MOST_ENTRIES = 20_000
_REMEDY = "Export the project again."
_INTERNAL = re.compile(r"(?:internal:/{0,3})?([^:]+)", re.I)


def is_project(data: bytes) -> bool:
    """Say whether bytes are an archive with a project in it, whatever its name."""
    return any(_is_xml(name) for name in entries(data))


def _is_xml(name: str) -> bool:
    return name.lower().endswith(".qde") and "/" not in name.replace("\\", "/")


class ProjectArchive:
    """The files of a project by their names without folders, whatever their case."""

    def __init__(self, data: bytes) -> None:
        """Look into an archive. Raises UnreadableSource."""
        try:
            self._archive = zipfile.ZipFile(BytesIO(data))
        except BROKEN as error:
            raise _damaged() from error
        files = [info for info in self._archive.infolist() if not info.is_dir() and info.external_attr >> 28 != 0xA]
        if len(files) > MOST_ENTRIES:
            raise UnreadableSource("The project has absurdly many files.", slug="archive-bomb", hint=_REMEDY)
        xml = [info for info in files if _is_xml(info.filename)]
        if len(xml) != 1:
            told = f"There are {len(xml)} projects (.qde) in this archive, and there must be one."
            raise UnreadableSource(told, slug="not-one-project", hint="Add one project at a time.")
        self._left = min(MOST_BYTES, max(SMALL, MOST_RATIO * len(data)))
        self.xml = self._read(xml[0])
        self._files = {self.base(info.filename): info for info in reversed(files)}

    @staticmethod
    def base(path: str) -> str:
        """Give the name without folders, in lower case."""
        return PurePosixPath(path.replace("\\", "/")).name.lower()

    def text(self, path: str) -> str | None:
        """Give a text inside the archive as it is in the file, None if there is none.

        Only `internal://` and bare names are looked for; what lies elsewhere on some machine is not.
        """
        found = _INTERNAL.fullmatch(path.strip())
        info = self._files.get(self.base(found.group(1))) if found and not path.startswith(("/", "\\")) else None
        return None if info is None else as_written(self._read(info))

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        if info.flag_bits & 1:
            raise UnreadableSource(
                "The project is protected with a password.", slug="encrypted", hint="Make one without."
            )
        try:
            with self._archive.open(info) as stream:
                part = stream.read(self._left + 1)
        except BROKEN as error:
            raise _damaged() from error
        self._left -= len(part)
        if self._left < 0:
            raise UnreadableSource("The project unpacks to far more than it should.", slug="archive-bomb", hint=_REMEDY)
        return part


def as_written(data: bytes) -> str | None:
    """Decode a text with its byte order mark and line ends, None if it is no text."""
    decoded = decode(data)
    if decoded is None:
        return None
    marked = (
        {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2]) if decoded.encoding == "utf-16" else None
    )
    raw = data.decode(marked or decoded.encoding, "replace")
    return re.sub("[\ud800-\udfff]", "\ufffd", raw)


def _damaged() -> UnreadableSource:
    return UnreadableSource("The project is damaged.", slug="damaged-file", hint=_REMEDY)
