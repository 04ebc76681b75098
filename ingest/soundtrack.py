"""The sound of a recording nobody vouches for, decoded in a child process: little memory, little time, no network.

The samples come back in a file without a name, which is gone with whoever has it open, even if that is killed.
"""

import errno
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ingest.media import Media
from repository.errors import DiskFull, Unavailable, UnreadableSource

#: Samples per second that are asked for; mono, little-endian float32, -1..1.
RATE = 16_000
_WIDTH = 4
#: Seconds of silence that a recording's own times may ask for in one go, and from where on they are believed.
_MOST_GAP, _LEAST_GAP = 3_600, 0.1
#: Seconds between two looks at the child.
_PATIENCE = 0.1
#: What PR_SET_PDEATHSIG and unshare take on Linux (linux/prctl.h, linux/sched.h).
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER_AND_NEWNET = 0x10000000 | 0x40000000
_BOOT = "import sys; sys.path[:] = {path!a}; from ingest.soundtrack import decode; decode({arguments})"

#: How a child ends: all is there, or parts are missing, or why there is nothing.
_WHOLE, _DAMAGED, _UNREADABLE, _SILENT, _TOO_LONG, _MEMORY, _DISK = 0, 10, 11, 12, 13, 14, 15


@dataclass(frozen=True, slots=True)
class SoundLimits:
    """What decoding may need: address space in MB, and minutes of sound, from which its time follows."""

    memory_mb: int = 1024
    minutes: int = 240

    @property
    def cpu_seconds(self) -> int:
        """Give the processor time in seconds: a minute of sound takes a tenth of one, more on slow machines."""
        return 60 + self.minutes


@dataclass(frozen=True, slots=True)
class Soundtrack:
    """A recording's sound: mono samples, RATE a second; `damaged` says that parts could not be decoded."""

    samples: NDArray[np.float32]
    damaged: bool

    @property
    def seconds(self) -> float:
        """Give the length."""
        return len(self.samples) / RATE


@contextmanager
def soundtrack(
    path: Path, name: str, media: Media, *, folder: Path, limits: SoundLimits, look: Callable[[], None]
) -> Iterator[Soundtrack]:
    """Decode the file at `path`, known as `name`; its samples lie in a nameless file below `folder` while the block runs.

    `look` is called all the while and may raise, which ends the child. Raises UnreadableSource, DiskFull.
    """
    with tempfile.TemporaryFile(dir=folder) as out, path.open("rb") as file:
        code = _run(file, out, media, limits, look)
        if code not in (_WHOLE, _DAMAGED):
            raise _failed(code, name)
        size = os.fstat(out.fileno()).st_size // _WIDTH
        if not size:
            raise _failed(_SILENT, name)
        yield Soundtrack(np.memmap(out, "<f4", "r", shape=(size,)), damaged=code == _DAMAGED)


def _run(file: BinaryIO, out: Any, media: Media, limits: SoundLimits, look: Callable[[], None]) -> int:
    """Run the child and give its exit code; the negative number of a signal if one ended it."""
    here = str(Path(__file__).resolve().parents[1])
    path = [here, *(entry for entry in sys.path if entry and entry != here)]
    facts = (media.container, limits.memory_mb, limits.minutes, limits.cpu_seconds, os.getpid())
    boot = _BOOT.format(path=path, arguments=", ".join(map(repr, facts)))
    try:
        child = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", "-c", boot],
            stdin=file,
            stdout=out,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},  # a thread would reserve address space
            start_new_session=True,
        )
    except OSError as error:
        raise Unavailable("The recording cannot be read just now: no process could be started.") from error
    ends = time.monotonic() + 4 * limits.cpu_seconds  # others want the processor, too
    try:
        while True:
            try:
                return child.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                look()
                if time.monotonic() > ends:
                    return -signal.SIGXCPU
    finally:
        child.kill()
        child.wait()


def _failed(code: int, name: str) -> UnreadableSource | DiskFull:
    if code == _DISK:
        return DiskFull()
    if code == _SILENT:
        return UnreadableSource(
            "There is no sound in this file.", file=name, hint="Check which file you meant to add.", slug="no-speech"
        )
    if code == _TOO_LONG:
        return UnreadableSource(
            "The recording is too long.",
            file=name,
            hint="Cut it into parts, or raise [audio] max_minutes.",
            slug="too-long",
        )
    if code in (-signal.SIGXCPU, -signal.SIGALRM):
        return UnreadableSource(
            "Reading the recording took too long.", file=name, hint="Save it as MP3 and add that.", slug="took-too-long"
        )
    if code in (_MEMORY, -signal.SIGKILL):  # the system's own hand: out of memory
        return UnreadableSource(
            "Reading the recording needs too much memory.",
            file=name,
            hint="Save it as MP3 and add that.",
            slug="needs-too-much-memory",
        )
    return UnreadableSource(
        "The recording is damaged or incomplete.",
        file=name,
        hint="Export it again, or save it as MP3.",
        slug="damaged-file",
    )


# In the child


def decode(container: str, memory_mb: int, minutes: int, cpu_seconds: int, parent: int) -> None:
    """Decode standard input to samples on standard output, and end the process with how it went."""
    _confine(memory_mb << 20, cpu_seconds, minutes * 60 * RATE * _WIDTH, parent)
    try:
        code = _decode(container)
    except MemoryError:
        code = _MEMORY
    except BaseException:  # nothing of the file goes out but how it went
        code = _UNREADABLE
    os._exit(code)


def _decode(name: str) -> int:
    import av

    with (
        os.fdopen(0, "rb", closefd=False) as file,
        os.fdopen(1, "wb", closefd=False) as out,
        _open(file, name) as container,
    ):
        if not container.streams.audio:
            return _SILENT
        stream = container.streams.audio[0]
        stream.codec_context.thread_count = 1
        began = (container.start_time or 0) / av.time_base
        resampler = _resampler()
        written, damaged = 0, False
        for frame in _frames(container.demux(stream)):
            if frame is None:
                damaged = True
                continue
            gap = 0.0 if frame.time is None else frame.time - began - written / RATE
            frame.pts = None  # or the resampler would insist on them
            try:
                parts = resampler.resample(frame)
            except ValueError:  # from here on it is stereo, or sampled otherwise
                resampler = _resampler()
                parts = resampler.resample(frame)
            if _LEAST_GAP < gap < _MOST_GAP:  # recorders leave silence out; players do not
                written += _write(out, bytes(int(gap * RATE) * _WIDTH))
            written += sum(_write(out, bytes(part.planes[0])[: part.samples * _WIDTH]) for part in parts)
        written += sum(_write(out, bytes(part.planes[0])[: part.samples * _WIDTH]) for part in resampler.resample(None))
        _write(out, b"")
    return _WHOLE if not damaged else _DAMAGED if written else _UNREADABLE


def _open(file: BinaryIO, name: str) -> Any:
    import av

    av.logging.set_level(None)
    # FFmpeg must not guess the container: some are lists of other files, on this machine or elsewhere.
    return av.open(file, format=name, metadata_errors="ignore")


def _resampler() -> Any:
    import av

    return av.AudioResampler(format="flt", layout="mono", rate=RATE)


def _frames(packets: Iterator[Any]) -> Iterator[Any]:
    """Give each frame of sound, None in place of what is damaged."""
    import av

    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.FFmpegError:
            yield None
            return
        try:
            yield from packet.decode()
        except av.FFmpegError:
            yield None


def _write(out: BinaryIO, samples: bytes) -> int:
    """Write samples, at once if there are none, and count them."""
    try:
        out.write(samples) if samples else out.flush()
    except OSError as error:
        os._exit(_TOO_LONG if error.errno == errno.EFBIG else _DISK)
    return len(samples) // _WIDTH


def _confine(memory: int, cpu_seconds: int, most_bytes: int, parent: int) -> None:
    for what, most in (
        (resource.RLIMIT_CORE, 0),  # a core dump would hold participants' voices
        (resource.RLIMIT_FSIZE, most_bytes),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, 64),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):  # macOS knows no limit of address space
            continue
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    if sys.platform == "linux":
        import ctypes

        system = ctypes.CDLL(None)
        system.unshare(_CLONE_NEWUSER_AND_NEWNET)  # where this is allowed
        system.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
