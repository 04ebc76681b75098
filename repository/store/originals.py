"""Files as received, under their SHA-256 digest. Durable before anybody is told that they were accepted."""

import errno
import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from repository.errors import DiskFull, NotFound, Rejected

BLOCK = 1 << 20


class Originals:
    """A folder of immutable files named by what they hold."""

    def __init__(self, folder: Path, *, min_free_mb: int = 0) -> None:
        """Keep files below `folder`, and refuse new ones while the disk has less than `min_free_mb` left."""
        self.folder = folder
        self._min_free = min_free_mb << 20

    def keep(self, data: BinaryIO, *, most: int) -> tuple[str, int]:
        """Copy a stream to the disk and sync it; give (digest, size). An empty one leaves nothing.

        Raises Rejected above `most` bytes and DiskFull when there is no room; nothing is left behind then.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.folder).free < self._min_free:
            raise DiskFull("The disk is nearly full, so new files are refused. Nothing that was accepted is lost.")
        sha, size = hashlib.sha256(), 0
        handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=".incoming-")
        try:
            with os.fdopen(handle, "wb") as out:
                while block := data.read(BLOCK):
                    size += len(block)
                    if size > most:
                        raise Rejected(
                            f"The file is larger than {most >> 20} MB.",
                            hint="Split it, or raise [ingest] max_file_mb.",
                            slug="too-large",
                        )
                    sha.update(block)
                    out.write(block)
                out.flush()
                os.fsync(out.fileno())
            if size == 0:
                return sha.hexdigest(), 0  # nothing to keep
            place = self.path(sha.hexdigest())
            place.parent.mkdir(exist_ok=True)
            Path(temporary).replace(place)
            for folder in (place.parent, self.folder):
                _sync(folder)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull() from error
            raise
        finally:
            Path(temporary).unlink(missing_ok=True)
        return sha.hexdigest(), size

    def path(self, digest: str) -> Path:
        """Give where a digest's file lies, or would lie."""
        return self.folder / digest[:2] / digest

    def find(self, digest: str) -> Path:
        """Give where a file lies. Raises NotFound if it is gone."""
        path = self.path(digest)
        if not path.is_file():
            raise NotFound("The original of this file is missing.", hint="Run: cairn doctor")
        return path

    def digests(self) -> set[str]:
        """Give the digest of every file kept."""
        return {path.name for path in self.folder.glob("??/*")} if self.folder.is_dir() else set()

    def remove(self, digest: str) -> None:
        """Remove a file nobody needs any more."""
        self.path(digest).unlink(missing_ok=True)

    def clear_incoming(self) -> None:
        """Remove what uploads left that were cut off by a kill."""
        for path in self.folder.glob(".incoming-*"):
            path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make a new directory entry durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
