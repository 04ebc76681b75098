"""The limits bite: whatever happens in the child, the parent gets a sentence, soon, and nothing is left over."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from ingest import sandbox
from ingest.carrying import from_json, to_json
from ingest.readers.registry import read
from ingest.sandbox import Limits, read_untrusted
from repository.errors import Unavailable, UnreadableSource
from tests.reading import TRANSCRIPTS, docx_of, docx_with

ROOT = Path(__file__).resolve().parents[2]
Hostile = Callable[[str], None]


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hostile]:
    """Put code in the reader's place: it runs in the real child, under the real limits."""

    def put(code: str) -> None:
        indented = code.replace("\n", "\n    ").replace("{", "{{").replace("}", "}}")
        boot = (
            "import sys; sys.path[:] = {path!a}\nimport ingest.sandboxed as child\n"
            f"def answer(name, chosen):\n    {indented}\n    return '{{{{}}}}'\nchild._answer = answer\n"
            "child.serve({channel})"
        )
        monkeypatch.setattr(sandbox, "_BOOT", boot)
        sandbox.host.close()

    yield put
    sandbox.host.close()


def slug_of(path: Path, *, limits: Limits = Limits(), name: str = "p01.txt") -> str:
    """Read a file that must be refused; give the slug. The message names the file and has a remedy."""
    with pytest.raises(UnreadableSource) as raised:
        read_untrusted(path, name, limits=limits)
    assert raised.value.message.startswith(f"{name}: ") and raised.value.hint and raised.value.file == name
    return raised.value.slug


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "upload"
    path.write_text("I: one\nP: two\n")
    return path


@pytest.mark.parametrize(
    "name", ["made/rev.txt", "made/teams_modern.docx", "real/zoom_meeting001.vtt", "made/frontmatter.md"]
)
def test_reads_as_without_a_child(name: str) -> None:
    path = TRANSCRIPTS / name
    assert read_untrusted(path, path.name) == read(path.read_bytes(), path.name)


@pytest.mark.parametrize(
    "name",
    [
        'it\'s "here".txt',
        "two\nlines\t.txt",
        "🦊 Fähre – 田中.txt",
        "'); import os; os.abort() #.txt",
        "{0} {name!r} %s \\x00.txt",
        "half \ud83d.txt",
        "nul \0.txt",
        "l" * 5_000 + ".txt",
        "",
    ],
)
def test_any_name_is_only_a_name(file: Path, name: str) -> None:
    assert read_untrusted(file, name).text == "one\n\ntwo"


def test_a_name_is_in_the_message(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"%PDF-1.4 \x00\x01\xff\xfe" * 50)
    assert slug_of(path, name='P07 "final" 🦊\n.pdf') == "damaged-file"


def test_the_name_is_not_shown_to_other_users(file: Path, hostile: Hostile) -> None:
    hostile("import time; time.sleep(30)")
    seen: list[str] = []

    def look() -> None:
        while not seen:
            for child in psutil.Process().children(recursive=True):
                seen.extend(child.cmdline())
                seen.extend(child.environ().values())

    import threading

    watcher = threading.Thread(target=look)
    watcher.start()
    assert slug_of(file, name="Ana Pérez.txt", limits=Limits(seconds=1)) == "took-too-long"
    watcher.join()
    assert seen and not any("Pérez" in argument or "P\\xe9rez" in argument for argument in seen)


def test_too_much_memory(file: Path, hostile: Hostile) -> None:
    hostile("hog = []\nwhile True: hog.append(bytearray(1 << 20))")
    began = time.monotonic()
    assert slug_of(file, limits=Limits(memory_mb=256)) == "needs-too-much-memory"
    assert time.monotonic() - began < 10


def test_an_endless_loop_ends_by_processor_time(file: Path, hostile: Hostile) -> None:
    hostile("while True: pass")
    began = time.monotonic()
    assert slug_of(file, limits=Limits(cpu_seconds=1, seconds=30)) == "took-too-long"
    assert time.monotonic() - began < 15


def test_a_child_that_waits_for_ever_ends_by_the_clock(file: Path, hostile: Hostile) -> None:
    hostile("import time; time.sleep(60)")
    began = time.monotonic()
    assert slug_of(file, limits=Limits(seconds=1)) == "took-too-long"
    assert time.monotonic() - began < 5


def test_a_child_that_closes_its_mouth_and_stays(file: Path, hostile: Hostile) -> None:
    hostile("import os, time; os.close(1); time.sleep(60)")
    began = time.monotonic()
    assert slug_of(file, limits=Limits(seconds=1)) == "took-too-long"
    assert time.monotonic() - began < 5


def test_an_answer_without_end(file: Path, hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "MOST_ANSWER", 8 << 20)
    hostile("import os\nwhile True: os.write(1, b'x' * 65536)")
    assert slug_of(file) == "needs-too-much-memory"


@pytest.mark.parametrize(
    "code",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "import os; os.abort()",
        "import os; os._exit(0)",
        "import os; os._exit(7)",
        "raise SystemExit",
        "raise ValueError('what Ana said')",
        "def f(): f()\nf()",
        "return 'no JSON'",
        "return '{}'",
        "return '[]'",
        "return '{\"read\":{}}'",
        "return '{\"read\":null}'",
        'return \'{"refused":{"slug":"x"}}\'',
        "return None",
        "import ctypes; ctypes.string_at(0)",
    ],
)
def test_a_child_that_crashes_or_talks_nonsense(file: Path, hostile: Hostile, code: str) -> None:
    hostile(code)
    assert slug_of(file) == "parser-crashed"


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('127.0.0.1', {port}), 2)",
        "import socket; socket.getaddrinfo('localhost', {port})",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:{port}/')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
    ],
)
def test_no_network_and_no_programs(file: Path, hostile: Hostile, code: str) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        hostile(
            f"try:\n    {code.format(port=server.getsockname()[1])}\n"
            'except OSError: return \'{"refused":{"slug":"took-too-long"}}\''
        )
        assert slug_of(file) == "took-too-long"  # that is: it raised, and nothing else happened
        with pytest.raises(TimeoutError):
            server.accept()


def test_files_cannot_be_written(file: Path, hostile: Hostile, tmp_path: Path) -> None:
    target = tmp_path / "out"
    hostile(f"with open({str(target)!r}, 'wb') as out: out.write(b'x' * 100)")
    assert slug_of(file) == "parser-crashed"
    assert not target.exists() or target.stat().st_size == 0


def test_nothing_is_left_over(file: Path, hostile: Hostile) -> None:
    sandbox.host.close()
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    descriptors = len([*Path("/proc/self/fd").iterdir()]) if sys.platform == "linux" else 0
    read_untrusted(file, "p01.txt")
    hostile("import os; os.abort()")
    slug_of(file)
    hostile("import time; time.sleep(60)")
    slug_of(file, limits=Limits(seconds=1))
    sandbox.host.close()
    left = [child for child in psutil.Process().children(recursive=True) if child.pid not in before]
    assert not psutil.wait_procs(left, timeout=3)[1]
    if sys.platform == "linux":
        assert len([*Path("/proc/self/fd").iterdir()]) == descriptors


def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from ingest import sandbox
sandbox._BOOT = "import sys; sys.path[:] = {{path!a}}; import time, ingest.sandboxed as c; " \\
    "c._answer = lambda name, chosen: time.sleep(60); c.serve({{channel}})"
sandbox.read_untrusted(Path({str(tmp_path)!r}) / "x", "x")
"""
    (tmp_path / "x").write_text("I: one")
    parent = subprocess.Popen([sys.executable, "-c", script])
    children: list[psutil.Process] = []
    deadline = time.monotonic() + 20
    while len(children) < 3 and time.monotonic() < deadline:  # the host, who watches, who reads
        children = psutil.Process(parent.pid).children(recursive=True)
        time.sleep(0.05)
    time.sleep(0.5)  # until the child has tied itself to its parent
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert len(children) == 3 and not alive


def test_a_host_that_was_killed_is_started_again(file: Path) -> None:
    read_untrusted(file, "p01.txt")
    assert sandbox.host._process is not None
    sandbox.host._process.kill()
    assert read_untrusted(file, "p01.txt").text == "one\n\ntwo"


def test_files_are_read_at_the_same_time(file: Path, hostile: Hostile) -> None:
    hostile('import time; time.sleep(1); return \'{"refused":{"slug":"took-too-long"}}\'')
    with ThreadPoolExecutor(4) as pool:
        began = time.monotonic()
        assert [*pool.map(slug_of, [file] * 4)] == ["took-too-long"] * 4
    assert time.monotonic() - began < 4


def test_when_no_process_can_be_started(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.host.close()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(Unavailable):
        read_untrusted(file, "p01.txt")


def test_a_bomb_is_refused_soon_and_with_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(docx_with("<w:p/>" * 10, entries={f"word/{n}.xml": b"<x/>" + b" " * (39 << 20) for n in range(4)}))
    began = time.monotonic()
    assert slug_of(path, name="p01.docx", limits=Limits(memory_mb=300)) == "archive-bomb"
    assert time.monotonic() - began < 10


def test_an_honest_file_needs_little(tmp_path: Path) -> None:
    path = tmp_path / "long.docx"
    path.write_bytes(docx_of(*[f"P{n % 2 + 1}: word number {n} of many" for n in range(2_000)]))
    assert len(read_untrusted(path, "long.docx", limits=Limits(memory_mb=300, cpu_seconds=10)).turns) == 2_000


@pytest.mark.parametrize("broken", ["", "null", "[]", "{}", '{"text": "x"}'])
def test_json_that_is_no_transcript(broken: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_json(broken)


def test_json_is_plain_ascii(file: Path) -> None:
    found = read("I: Käthe 🦊 \u2028 said\nP: “so”\n".encode(), "p01.txt")
    assert to_json(found).isascii() and from_json(to_json(found)) == found
