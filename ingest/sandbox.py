"""Read files nobody vouches for in a child process: little memory, little time, no network."""

import atexit
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from ingest.carrying import from_json
from ingest.readers.received import Choices
from ingest.sandboxed import MOST_REQUEST, READ, STARTED, UNPACK
from repository.domain.transcript import Transcript
from repository.errors import Unavailable, UnreadableSource

#: Bytes the child may answer: the JSON of the largest text there is.
MOST_ANSWER = 256 << 20
#: Characters of a name that the child is told.
_NAME = 500
_CHUNK = 1 << 20
#: Seconds until the readers are loaded, at most.
_PATIENCE = 60.0
_READ, _FILES, _PARSED = b'{"read":', b'{"files":', b'{"parsed":'
_BOOT = "import sys; sys.path[:] = {path!a}; from ingest.sandboxed import serve; serve({channel})"
_REASONS = {
    "parser-crashed": ("Reading the file failed.", "It may be damaged: export it again, or save it as plain text."),
    "took-too-long": ("Reading the file took too long.", "Export it again, or cut it into smaller files."),
    "needs-too-much-memory": ("Reading the file needs too much memory.", "Cut it into smaller files."),
}
#: Signals that end a child, as exit codes; SIGKILL is the system's own hand: out of memory.
_CODES = {
    "took-too-long": (b"%d" % -signal.SIGXCPU, b"%d" % -signal.SIGALRM),
    "needs-too-much-memory": (b"%d" % -signal.SIGKILL,),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may need while it is read: address space in MB, processor and wall clock time in seconds."""

    memory_mb: int = 1024
    cpu_seconds: int = 20
    seconds: int = 60


class _TooMuch(Exception):
    """The child answers without end."""


class _Host:
    """The process that has the readers loaded and forks a child a file: started when needed, and again if it is gone."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def begin(self, request: bytes, file: int, answer: int) -> None:
        """Have a child read a file and write its answer; raise Unavailable if no process can be started just now."""
        with self._turn:
            for _ in range(2):
                try:
                    channel = self._channel or self._start()
                    socket.send_fds(channel, [request], [file, answer])
                    if channel.recv(len(STARTED)) == STARTED:
                        return
                except OSError:  # it was killed, or cannot fork
                    pass
                self.close()
        raise Unavailable("The file cannot be read just now: no process could be started.")

    def warm(self) -> None:
        """Start the process, so that the first file does not wait for the readers to be loaded."""
        with self._turn, suppress(OSError):  # where none can be started, the first file says so
            if self._channel is None:
                self._start()

    def close(self) -> None:
        """End the process; the next file starts another."""
        if self._channel:
            self._channel.close()
            self._channel = None
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _start(self) -> socket.socket:
        here, there = socket.socketpair()
        here.settimeout(_PATIENCE)
        self._channel = here
        with there:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-B", "-c", _boot(there.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[there.fileno()],
                env={"LC_ALL": "C.UTF-8"},
                start_new_session=True,
            )
        return here


host = _Host()
atexit.register(host.close)


def read_untrusted(path: Path, name: str, *, choices: Choices = Choices(), limits: Limits = Limits()) -> Transcript:
    """Read the file at `path`, known as `name`, in a child process; raise UnreadableSource for whatever happens there.

    Raises Unavailable if the system starts no process just now.
    """
    answer = _asked(path, name, limits, READ, asdict(choices))
    try:
        if answer.startswith(_READ):
            return from_json(answer[len(_READ) : -1])
        raise _refused(answer, name)
    except (ValueError, KeyError, TypeError):
        raise _failed("parser-crashed", name) from None


def unpack_untrusted(path: Path, name: str, *, limits: Limits = Limits()) -> list[tuple[str, bytes]] | None:
    """Unpack an archive of files in a child process: (name, bytes) of each; None if the file is no such archive.

    Raises UnreadableSource and Unavailable as `read_untrusted` does.
    """
    head, _, body = _asked(path, name, limits, UNPACK).partition(b"\n")
    try:
        if not head.startswith(_FILES):
            raise _refused(head, name)
        sizes = json.loads(head)["files"]
        if sizes is None:
            return None
        ends = list(accumulate(size for _, size in sizes))
        return [(inner, body[end - size : end]) for (inner, size), end in zip(sizes, ends, strict=True)]
    except (ValueError, KeyError, TypeError):
        raise _failed("parser-crashed", name) from None


def parse_untrusted(path: Path, name: str, task: str, *, limits: Limits = Limits()) -> Any:
    """Give what a file of another tool holds, as JSON has it; `task` is one of ingest/exchange/receiving.py.

    Raises UnreadableSource and Unavailable as `read_untrusted` does.
    """
    answer = _asked(path, name, limits, task)
    try:
        if answer.startswith(_PARSED):
            return json.loads(answer)["parsed"]
        raise _refused(answer, name)
    except (ValueError, KeyError, TypeError):
        raise _failed("parser-crashed", name) from None


def _asked(path: Path, name: str, limits: Limits, task: str, choices: dict[str, Any] | None = None) -> bytes:
    """Give what a child answers about a file."""
    # The name goes with the request: an argument, or the environment, is shown to other users of the machine.
    request = json.dumps({"name": name[-_NAME:], "task": task, "choices": choices, **asdict(limits)}).encode("ascii")
    if len(request) > MOST_REQUEST:
        raise UnreadableSource(
            "The table has too many columns to choose from.", file=name, hint="Leave out those that hold no words."
        )
    ours, theirs = os.pipe()
    try:
        try:
            with path.open("rb") as file:
                host.begin(request, file.fileno(), theirs)
        finally:
            os.close(theirs)
        answered = _collect(ours, time.monotonic() + limits.seconds)
    except _TooMuch:
        raise _failed("needs-too-much-memory", name) from None
    finally:
        os.close(ours)  # whoever still writes gets a broken pipe
    answer, _, ended = (answered or b"").rpartition(b"\n")
    if answered is None or ended in _CODES["took-too-long"]:
        raise _failed("took-too-long", name)
    if ended in _CODES["needs-too-much-memory"]:
        raise _failed("needs-too-much-memory", name)
    return answer


def _boot(channel: int) -> str:
    here = str(Path(__file__).resolve().parents[1])
    return _BOOT.format(path=[here, *(entry for entry in sys.path if entry and entry != here)], channel=channel)


def _collect(answers: int, deadline: float) -> bytes | None:
    """Give what is written until all have closed it, None if that takes too long; raise _TooMuch if it is too much."""
    parts: list[bytes] = []
    size = 0
    with selectors.DefaultSelector() as selector:
        selector.register(answers, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                continue
            chunk = os.read(answers, _CHUNK)
            if not chunk:
                return b"".join(parts)
            parts.append(chunk)
            size += len(chunk)
            if size > MOST_ANSWER:
                raise _TooMuch
    return None


def _refused(answer: bytes, name: str) -> UnreadableSource:
    """Read a child's refusal. Raises ValueError, KeyError, TypeError if it is none."""
    refused = json.loads(answer)["refused"]
    if refused["slug"] in _REASONS:
        return _failed(refused["slug"], name)
    error = UnreadableSource(refused["message"], hint=refused["hint"], slug=refused["slug"])
    error.file, error.line = name, refused["line"]  # the message names the file already
    return error


def _failed(slug: str, name: str) -> UnreadableSource:
    message, hint = _REASONS[slug]
    return UnreadableSource(message, file=name, hint=hint, slug=slug)
