"""Small parts of the readers: the examples in their docstrings, dates in names, times, archives, adding a reader."""

import doctest
import importlib
import pkgutil
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

import ingest.readers
from ingest.readers import registry
from ingest.readers.dating import day_in, day_of
from ingest.readers.received import Received
from ingest.readers.registry import read, recognise
from ingest.readers.stamps import in_order
from tests.reading import heard

MODULES = [module.name for module in pkgutil.walk_packages(ingest.readers.__path__, "ingest.readers.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    assert sum(len(test.examples) for name in MODULES for test in finder.find(importlib.import_module(name))) >= 8


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2025-03-11 P7.docx", date(2025, 3, 11)),
        ("GMT20211119-101500_Recording.vtt", date(2021, 11, 19)),
        ("2025_03_11.txt", date(2025, 3, 11)),
        ("2025.03.11 and 2025-03-11", date(2025, 3, 11)),
        ("2025-03-11 to 2025-03-12", None),
        ("2025-02-31", None),
        ("tel 020250311123", None),
        ("11.03.2025", None),
        ("", None),
    ],
)
def test_a_day_in_a_name(words: str, day: date | None) -> None:
    assert day_in(words) == day


def test_a_day_in_front_matter() -> None:
    assert day_of(datetime(2025, 3, 11, 9, 0)) == date(2025, 3, 11)  # noqa: DTZ001
    assert (day_of(date(2025, 3, 11)), day_of("2025-03-11"), day_of(7), day_of(None)) == (
        date(2025, 3, 11),
        date(2025, 3, 11),
        None,
        None,
    )


def test_times_in_order_drop_as_few_as_possible() -> None:
    assert in_order([]) == []
    assert in_order([None, None]) == [False, False]
    assert in_order([5, 5, 5]) == [True] * 3
    assert in_order([10, 20, 15, 16, 17, 30]) == [True, False, True, True, True, True]


@pytest.mark.parametrize(
    ("name", "extension"), [("a.TXT", "txt"), ("a.b.vtt", "vtt"), ("a", ""), (".md", "md"), ("a.", "")]
)
def test_extensions(name: str, extension: str) -> None:
    assert Received(b"", name).extension == extension


def test_the_most_confident_reader_comes_first() -> None:
    votes = recognise(b"WEBVTT\n\n00:01.000 --> 00:02.000\n**Dana:** Hi.\n", "notes.md")
    assert [reader.NAME for reader, _ in votes] == ["webvtt", "markdown", "plain"]
    assert [vote for _, vote in votes] == sorted((vote for _, vote in votes), reverse=True)


def test_a_new_reader_is_one_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shouting.py").write_text(
        '"""Shouting."""\n'
        "from ingest.readers.assembling import Piece, assemble\n"
        'NAME, TITLE, VERSION, NEEDS = "shouting", "Shouting", 1, ()\n'
        "def recognise(received):\n    return 1.0 if received.text.isupper() else 0.0\n"
        "def read(received):\n    return assemble([Piece(received.text.lower(), 'Everybody')])\n"
    )
    monkeypatch.setattr(registry.formats, "__path__", [*registry.formats.__path__, str(tmp_path)])
    registry.readers.cache_clear()
    try:
        found = read(b"HEAR ME", "a.txt")
    finally:
        monkeypatch.undo()
        registry.readers.cache_clear()
        sys.modules.pop("ingest.readers.formats.shouting", None)
    assert (found.reader, heard(found)) == ("shouting", ["Everybody: hear me"])
    assert "shouting" not in {reader.NAME for reader in registry.readers()}
