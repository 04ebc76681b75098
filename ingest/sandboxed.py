"""The limited child process itself: takes a file on standard input, answers JSON on standard output, and ends.

Nothing but the standard library is imported before the limits are in force.
"""

import ast
import json
import os
import resource
import signal
import sys

#: What prctl and unshare take on Linux (linux/prctl.h, linux/sched.h).
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER_AND_NEWNET = 0x10000000 | 0x40000000
#: What no reader does: talk to the network, start programs.
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "pty.")


def main(parent: int, memory_mb: int, cpu_seconds: int, seconds: int) -> None:
    """Read standard input as the file that CAIRN_NAME names, within the limits; end with the process `parent`."""
    _limit(memory_mb << 20, cpu_seconds, seconds)
    _let_go(parent)
    try:
        answer = _answer(ast.literal_eval(os.environ["CAIRN_NAME"]))
    except MemoryError:
        answer = json.dumps({"refused": {"slug": "needs-too-much-memory"}})
    except BaseException:  # the words of the error may be a participant's: only that it happened goes out
        answer = json.dumps({"refused": {"slug": "parser-crashed"}})
    with os.fdopen(1, "wb", closefd=False) as out:
        out.write(answer.encode("ascii"))


def _answer(name: str) -> str:
    from ingest.carrying import to_json
    from ingest.readers.registry import read
    from repository.errors import UnreadableSource

    try:
        with os.fdopen(0, "rb", closefd=False) as file:
            return '{"read":' + to_json(read(file.read(), name)) + "}"
    except UnreadableSource as error:
        facts = {"message": error.message, "slug": error.slug, "hint": error.hint, "line": error.line}
        return json.dumps({"refused": facts})


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


def _let_go(parent: int) -> None:
    """Die with the parent, and leave the network where this is allowed; where it is not, Python code has none."""
    if sys.platform == "linux":
        import ctypes

        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.unshare(_CLONE_NEWUSER_AND_NEWNET)
    sys.addaudithook(_forbid)
    if os.getppid() != parent:
        raise SystemExit(1)


def _forbid(event: str, arguments: object) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)
