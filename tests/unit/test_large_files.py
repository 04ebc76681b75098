"""Large and lopsided files are read within the child's limits; time grows with size, not with its square."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from ingest.readers.registry import read
from ingest.sandbox import Limits, read_untrusted
from repository.errors import UnreadableSource

WORDS = "the calendar we use at work is slow and nobody told me that it would overwrite what we had "
MB = 1 << 20


def cues(count: int, way: str = "{n}: {x}") -> str:
    """Write WebVTT with so many cues of two people."""
    stamp = "{:02}:{:02}:{:02}.000".format
    return "WEBVTT\n\n" + "".join(
        f"{i}\n{stamp(i // 1200, i // 20 % 60, i * 3 % 60)} --> {stamp(i // 1200, i // 20 % 60, i * 3 % 60 + 2)}\n"
        + way.format(n=("Dana", "Ana")[i // 3 % 2], x=WORDS[i % 40 : i % 40 + 50], i=i)
        + "\n\n"
        for i in range(count)
    )


@pytest.mark.parametrize(
    ("content", "name", "turns"),
    [
        (WORDS * (10 * MB // len(WORDS)), "line.txt", 1),
        ("x" * (10 * MB), "unbroken.txt", 1),
        ("P1: " + WORDS * (10 * MB // len(WORDS)), "labelled.txt", 1),
        ("# T\n\n" + WORDS * (10 * MB // len(WORDS)), "line.md", 2),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n" + WORDS * (10 * MB // len(WORDS)), "cue.vtt", 1),
        (cues(100_000), "cues.vtt", 33_334),
    ],
    ids=["line", "unbroken", "labelled", "markdown", "one cue", "100,000 cues"],
)
def test_ten_megabytes_in_one_line_and_a_hundred_thousand_cues(
    tmp_path: Path, content: str, name: str, turns: int
) -> None:
    path = tmp_path / "upload"
    path.write_text(content)
    found = read_untrusted(path, name, limits=Limits(memory_mb=512, cpu_seconds=15, seconds=60))
    assert len(found.turns) == turns
    if name == "cues.vtt":
        assert len(found.cues) == 100_000


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda n: cues(n // 80), "a.vtt"),
        (lambda n: cues(n // 80, "<v Person {i}>{x}</v>"), "a.vtt"),
        (lambda n: "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<v " * (n // 3), "a.vtt"),
        (lambda n: "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<c.x" * (n // 4), "a.vtt"),
        (lambda n: "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "a\n" * (n // 2), "a.vtt"),
        (lambda n: "WEBVTT\n\n" + "00:00:01.000 --> 00:00:02.000\n" * (n // 30) + "a", "a.vtt"),
        (lambda n: "WEBVTT\n\n" + "--> " * (n // 4), "a.vtt"),
        (lambda n: "P1: a\nP2: b\n" * (n // 12), "a.txt"),
        (lambda n: "Dana  0:03\na\n\n" * (n // 15), "a.txt"),
        (lambda n: "0:03\nDana\na\n\n" * (n // 14), "a.txt"),
        (lambda n: "".join(f"Name {i}: a\n" for i in range(n // 14)), "a.txt"),
        (lambda n: "Transcript\n" * (n // 11), "a.txt"),
        (lambda n: "a: " * (n // 3), "a.txt"),
        (lambda n: "- " * (n // 2), "a.txt"),
        (lambda n: "[" * n, "a.txt"),
        (lambda n: "1:00 " * (n // 5), "a.txt"),
        (lambda n: "Interviewer: Dana\n" * (n // 18), "a.txt"),
        (lambda n: "a\n" * (n // 2), "a.txt"),
        (lambda n: "**P1:** a\n\n**P2:** b\n\n" * (n // 22), "a.md"),
        (lambda n: "- a\n" * (n // 4), "a.md"),
        (lambda n: "> a\n" * (n // 4), "a.md"),
        (lambda n: "*a* " * (n // 4), "a.md"),
        (lambda n: "---\n" + "a: b\n" * (n // 5), "a.md"),
        (lambda n: "a\xe9 " * (n // 3), "a.txt"),
    ],
)
def test_time_grows_with_size_and_not_with_its_square(make: Callable[[int], str], name: str) -> None:
    def seconds(size: int) -> float:
        data = make(size).encode("latin-1")
        began = time.process_time()
        with suppress(UnreadableSource):
            read(data, name)
        return time.process_time() - began

    small = max(seconds(20_000), 0.04)
    assert seconds(200_000) < 40 * small  # a square would be 100 times
