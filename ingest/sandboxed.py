"""The processes that read files nobody vouches for: one has the readers loaded and forks a limited child for each file.

The first only forks, so that loading is paid once; it never looks at a file. A child takes its file on standard input,
answers JSON on standard output, and ends.
"""

import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
from typing import Any

#: What prctl and unshare take on Linux (linux/prctl.h, linux/sched.h).
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER_AND_NEWNET = 0x10000000 | 0x40000000
#: What no reader does: talk to the network, start programs.
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "pty.")
#: Bytes of a request at most: a name of 500 characters, escaped, choices and limits. Smaller than a socket's buffer.
MOST_REQUEST = 16_384
#: What the first process says once a child has its file.
STARTED = b"."
#: What a child can be asked to do besides the tasks of ingest/exchange/receiving.py: read a file, unpack an archive.
READ, UNPACK = "read", "unpack"


def serve(channel: int) -> None:
    """Fork a child for each request on a Unix socket, until its other end is closed.

    A request is JSON {name, task, choices, memory_mb, cpu_seconds, seconds} with two descriptors: the file, and where the answer goes.
    """
    from ingest.readers.registry import readers

    for module in {module for reader in readers() for module in reader.NEEDS}:
        importlib.import_module(module)
    gc.freeze()  # what the children share is not copied for being looked at
    _leave_the_network()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are not waited for
    with socket.socket(fileno=channel) as requests:
        while True:
            request, descriptors, _, _ = socket.recv_fds(requests, MOST_REQUEST, 2)
            if not request:
                return
            if os.fork() == 0:
                try:
                    requests.close()
                    _watch(json.loads(request), *descriptors)
                finally:
                    os._exit(1)
            for descriptor in descriptors:
                os.close(descriptor)
            requests.sendall(STARTED)


def _watch(request: dict[str, Any], file: int, answer: int) -> None:
    """Start the child that reads, and write how it ended behind what it answered."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _die_with(os.getppid())
    os.dup2(file, 0)
    os.dup2(answer, 1)
    watcher, seconds = os.getpid(), request["seconds"]
    child = os.fork()
    if child == 0:
        try:
            _read(watcher, request)
        finally:
            os._exit(0)
    signal.alarm(seconds + 1)  # the child dies with this process
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.write(1, b"\n%d" % code)


def _read(parent: int, request: dict[str, Any]) -> None:
    """Read standard input as the file that the request names, within its limits; answer on standard output."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _limit(request["memory_mb"] << 20, request["cpu_seconds"], request["seconds"])
    _die_with(parent)
    sys.addaudithook(_forbid)
    files: list[tuple[str, bytes]] = []
    try:
        if request["task"] == UNPACK:
            answer, files = _unpack()
        elif request["task"] == READ:
            answer = _answer(request["name"], request["choices"])
        else:
            answer = _parsed(request["name"], request["task"])
    except MemoryError:
        answer, files = json.dumps({"refused": {"slug": "needs-too-much-memory"}}), []
    except BaseException:  # the words of the error may be a participant's: only that it happened goes out
        answer, files = json.dumps({"refused": {"slug": "parser-crashed"}}), []
    with os.fdopen(1, "wb", closefd=False) as out:
        out.write(answer.encode("ascii"))
        for _, part in files:
            out.write(part)


def _answer(name: str, chosen: Any) -> str:
    from ingest.carrying import to_json
    from ingest.readers.received import Choices
    from ingest.readers.registry import read
    from repository.errors import UnreadableSource

    try:
        with os.fdopen(0, "rb", closefd=False) as file:
            return '{"read":' + to_json(read(file.read(), name, Choices(**chosen))) + "}"
    except UnreadableSource as error:
        return _refusal(error)


def _parsed(name: str, task: str) -> str:
    """Answer with what another tool's file holds."""
    from ingest.exchange.receiving import PARSERS
    from repository.errors import UnreadableSource

    try:
        with os.fdopen(0, "rb", closefd=False) as file:
            return '{"parsed":' + json.dumps(PARSERS[task](file.read())) + "}"
    except UnreadableSource as error:
        return _refusal(UnreadableSource(error.message, file=name, line=error.line, hint=error.hint, slug=error.slug))


def _unpack() -> tuple[str, list[tuple[str, bytes]]]:
    """Answer with the names and sizes of an archive's files; their bytes follow."""
    from ingest.readers.archives import unpacked
    from repository.errors import UnreadableSource

    try:
        with os.fdopen(0, "rb", closefd=False) as file:
            files = unpacked(file.read())
    except UnreadableSource as error:
        return _refusal(error), []
    sizes = None if files is None else [[name, len(part)] for name, part in files]
    return json.dumps({"files": sizes}) + "\n", files or []


def _refusal(error: Any) -> str:
    return json.dumps(
        {"refused": {"message": error.message, "slug": error.slug, "hint": error.hint, "line": error.line}}
    )


def _limit(memory: int, cpu_seconds: int, seconds: int) -> None:
    for what, most in (
        (resource.RLIMIT_CORE, 0),  # a core dump would hold participants' words
        (resource.RLIMIT_FSIZE, 0),  # nothing is written to any file
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, 64),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):  # macOS knows no limit of address space
            continue
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    signal.alarm(seconds)


def _leave_the_network() -> None:
    """Leave the network where this is allowed; where it is not, Python code in the children has none."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).unshare(_CLONE_NEWUSER_AND_NEWNET)


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _forbid(event: str, arguments: object) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)
