"""Read files nobody vouches for in a child process: little memory, little time, no network."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from ingest.carrying import from_json
from repository.domain.transcript import Transcript
from repository.errors import Unavailable, UnreadableSource

#: Bytes the child may answer: the JSON of the largest text there is.
MOST_ANSWER = 256 << 20
#: Characters of a name that the child is told.
_NAME = 500
_CHUNK = 1 << 20
_READ = b'{"read":'
_BOOT = "import sys; sys.path[:] = {path!a}; from ingest.sandboxed import main; main({parent}, {memory}, {cpu}, {wall})"
_REASONS = {
    "parser-crashed": ("Reading the file failed.", "It may be damaged: export it again, or save it as plain text."),
    "took-too-long": ("Reading the file took too long.", "Export it again, or cut it into smaller files."),
    "needs-too-much-memory": ("Reading the file needs too much memory.", "Cut it into smaller files."),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may need while it is read: address space in MB, processor and wall clock time in seconds."""

    memory_mb: int = 1024
    cpu_seconds: int = 20
    seconds: int = 60


class _TooMuch(Exception):
    """The child answers without end."""


def read_untrusted(path: Path, name: str, *, limits: Limits = Limits()) -> Transcript:
    """Read the file at `path`, known as `name`, in a child process; raise UnreadableSource for whatever happens there.

    Safe in a threaded process: nothing runs between fork and exec, the child limits itself and dies with its parent.
    Raises Unavailable if the system starts no process just now.
    """
    with path.open("rb") as file:
        try:
            child = subprocess.Popen(
                [sys.executable, "-I", "-S", "-B", "-c", _boot(limits)],
                stdin=file,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"LC_ALL": "C.UTF-8", "CAIRN_NAME": ascii(name[-_NAME:])},  # not an argument, which `ps` shows
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable("The file cannot be read just now: no process could be started.") from error
    try:
        answer = _collect(child, time.monotonic() + limits.seconds)
    except _TooMuch:
        raise _failed("needs-too-much-memory", name) from None
    finally:
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()
    return _understand(answer, child.returncode, name)


def _boot(limits: Limits) -> str:
    here = str(Path(__file__).resolve().parents[1])
    return _BOOT.format(
        path=[here, *(entry for entry in sys.path if entry and entry != here)],
        parent=os.getpid(),
        memory=limits.memory_mb,
        cpu=limits.cpu_seconds,
        wall=limits.seconds + 1,
    )


def _collect(child: subprocess.Popen[bytes], deadline: float) -> bytes | None:
    """Give what the child writes before it ends, None if it goes on too long; raise _TooMuch if it says too much."""
    assert child.stdout is not None
    parts: list[bytes] = []
    size = 0
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                continue
            chunk = os.read(child.stdout.fileno(), _CHUNK)
            if not chunk:
                try:
                    child.wait(max(deadline - time.monotonic(), 1))
                except subprocess.TimeoutExpired:
                    return None
                return b"".join(parts)
            parts.append(chunk)
            size += len(chunk)
            if size > MOST_ANSWER:
                raise _TooMuch
    return None


def _understand(answer: bytes | None, code: int, name: str) -> Transcript:
    if answer is None or code in (-signal.SIGXCPU, -signal.SIGALRM):
        raise _failed("took-too-long", name)
    if code == -signal.SIGKILL:  # the system's own hand: out of memory, or beyond the hard limit of time
        raise _failed("needs-too-much-memory", name)
    try:
        if answer.startswith(_READ):
            return from_json(answer[len(_READ) : -1])
        refused = json.loads(answer)["refused"]
        if refused["slug"] in _REASONS:
            raise _failed(refused["slug"], name)
        error = UnreadableSource(refused["message"], hint=refused["hint"], slug=refused["slug"])
        error.file, error.line = name, refused["line"]  # the message names the file already
    except (ValueError, KeyError, TypeError):
        raise _failed("parser-crashed", name) from None
    raise error


def _failed(slug: str, name: str) -> UnreadableSource:
    message, hint = _REASONS[slug]
    return UnreadableSource(message, file=name, hint=hint, slug=slug)
