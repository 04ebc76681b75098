"""ZIP archives whose bytes depend on what they hold alone."""

import zipfile
from collections.abc import Iterable
from io import BytesIO

#: The first day that a ZIP can hold: an archive does not say when it was made.
FIRST = (1980, 1, 1, 0, 0, 0)


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack files into a ZIP, in their order."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            entry = zipfile.ZipInfo(name, FIRST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()


def repacked(data: bytes) -> bytes:
    """Pack an archive's files again, without the time at which it was made."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return packed((name, archive.read(name)) for name in archive.namelist())
