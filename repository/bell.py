"""The bell that wakes workers. huey carries a job's number and nothing else; losing a ring loses no work."""

import logging
import threading
from pathlib import Path
from typing import Any

from repository.errors import SettingsError

log = logging.getLogger(__name__)


class Bell:
    """Rings for jobs, over SQLite in the storage folder or Redis (Valkey). Safe to share between threads."""

    def __init__(self, url: str, folder: Path) -> None:
        """Connect at the first ring."""
        self._url, self._folder = url, folder
        self._huey: Any = None
        self._ring: Any = None
        self._opening = threading.Lock()

    def _queue(self) -> Any:
        with self._opening:
            if self._huey is None:
                huey = self._open()
                self._ring = huey.task(name="work")(_work)
                self._huey = huey
            return self._huey

    def _open(self) -> Any:
        import huey
        from huey.exceptions import ConfigurationError

        if not self._url:
            return huey.SqliteHuey("cairn", filename=str(self._folder / "queue.db"), results=False)
        if not self._url.startswith(("redis://", "rediss://")):
            raise SettingsError("[queue] url cannot be used.", hint='Leave it "" or use redis://host:6379/0.')
        try:
            return huey.RedisHuey("cairn", url=self._url, results=False)
        except ConfigurationError as error:
            raise SettingsError(
                "[queue] url names Redis, and the package that speaks to it is not installed.",
                hint='Run: pip install "cairn-research[redis]"',
            ) from error
        except ValueError as error:  # redis-py reads the URL
            raise SettingsError("[queue] url cannot be used.", hint="Use redis://host:6379/0.") from error

    def ring(self, job_id: int) -> None:
        """Say that there is work. Failing is no harm: the sweeper finds what nobody rang for."""
        try:
            self._queue()
            self._ring(job_id)
        except SettingsError:
            raise
        except Exception as error:
            log.warning("the bell could not be rung (%s); the sweeper will find job %s", type(error).__name__, job_id)

    def next(self) -> int | None:
        """Take the next ring, if there is one; over Redis, wait a second for it."""
        try:
            task = self._queue().dequeue()
            return None if task is None else int(task.args[0])
        except SettingsError:
            raise
        except Exception as error:  # a queue that is away, or something in it that is no ring
            log.warning("the bell cannot be heard (%s)", type(error).__name__)
            return None

    def waiting(self) -> int:
        """Count rings nobody has taken; 0 when they cannot be counted."""
        try:
            return int(self._queue().pending_count())
        except SettingsError:
            raise
        except Exception:
            return 0

    def close(self) -> None:
        """Let go of the connection; the next ring opens it again."""
        with self._opening:
            if self._huey is None:
                return
            storage = self._huey.storage
            try:
                storage.conn.close() if self._url else storage.close()
            except Exception:  # a server that went away: nothing to let go of
                pass


def _work(job_id: int) -> None:
    """Stand for the work in the queue; workers take the number and do it themselves (ingest/worker.py)."""
