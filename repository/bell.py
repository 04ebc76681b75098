"""The bell that wakes workers. huey carries a job's number and nothing else; losing a ring loses no work."""

import logging
from pathlib import Path
from typing import Any

from repository.errors import SettingsError

log = logging.getLogger(__name__)


class Bell:
    """Rings for jobs, over SQLite in the storage folder or Redis."""

    def __init__(self, url: str, folder: Path) -> None:
        """Connect at the first ring."""
        self._url, self._folder = url, folder
        self._huey: Any = None

    def _queue(self) -> Any:
        if self._huey is None:
            import huey

            if not self._url:
                self._huey = huey.SqliteHuey("cairn", filename=str(self._folder / "queue.db"), results=False)
            elif self._url.startswith(("redis://", "rediss://")):
                self._huey = huey.RedisHuey("cairn", url=self._url, results=False)
            else:
                raise SettingsError("[queue] url cannot be used.", hint='Leave it "" or use redis://host:6379/0.')
            self._ring = self._huey.task(name="work")(_work)
        return self._huey

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
        """Take the next ring, if there is one."""
        try:
            task = self._queue().dequeue()
        except SettingsError:
            raise
        except Exception as error:
            log.warning("the bell cannot be heard (%s)", type(error).__name__)
            return None
        return None if task is None else int(task.args[0])

    def waiting(self) -> int:
        """Count rings nobody has taken; 0 when they cannot be counted."""
        try:
            return int(self._queue().pending_count())
        except SettingsError:
            raise
        except Exception:
            return 0


def _work(job_id: int) -> None:
    """Stand for the work in the queue; workers take the number and do it themselves (ingest/worker.py)."""
