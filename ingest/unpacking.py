"""An archive of files is its files: each is handed in by itself."""

import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePath
from shutil import copyfileobj
from typing import BinaryIO

from ingest.sandbox import unpack_untrusted
from repository.errors import UnreadableSource


def contents(name: str, data: BinaryIO | bytes) -> Iterator[tuple[str, BinaryIO]]:
    """Give a file as (name, stream), or each file in an archive of files.

    Raises UnreadableSource for an archive that is empty, damaged, encrypted or a bomb.
    """
    stream = BytesIO(data) if isinstance(data, bytes) else data
    head = stream.read(4)
    stream.seek(0)
    if not head.startswith(b"PK\x03\x04"):
        yield name, stream
        return
    with tempfile.NamedTemporaryFile(prefix="cairn-") as aside:
        copyfileobj(stream, aside)
        aside.flush()
        stream.seek(0)
        files = unpack_untrusted(Path(aside.name), name)
    if files is None:
        yield name, stream
        return
    if not files:
        raise UnreadableSource("There is no file in the archive.", file=name, slug="empty-file", hint="Make it again.")
    for inner, part in files:
        yield PurePath(inner.replace("\\", "/")).name, BytesIO(part)
