"""How long each format of a report takes, and how much memory: a document made up here, with every kind of block."""

import gc
import itertools
import subprocess
import sys
import time
from datetime import date

from bench.report import Row
from repository.domain.report import Share
from repository.report_counting import share
from web.reporting import drawing, formats
from web.reporting.blocks import Block, Cell, Document, Heading, Picture, Points, Quoted, Rows, Words

#: Quotes, and seconds that a format may take for them at most; ten times the quotes may take TIMES as long as they did.
QUOTES, THEMES, TIMES = 1_000, 40, 12
MOST = {"html": 3.0, "pdf": 15.0, "docx": 5.0, "pptx": 5.0}
MOST_MB = 1_000.0
SAID = (
    "I phoned them twice, and the second time somebody told me it only reads.",
    "We print the list every morning because nobody trusts the screen when the network is slow, and then somebody "
    "writes on the paper and forgets to type it in, so by noon there are two truths.",
    "No.",
    "If it sends one reminder twice, the patients call us, and then we are the ones who have to explain it, not you; "
    "I have had that on a Monday with forty people in the queue and one telephone that works.",
)
ROWS = "https://cairn.example/themes/one?by=people"
COHORTS = ("small practice", "group practice", "hospital")
PERIODS = ("Q1 2026", "Q2 2026", "Q3 2026", "Q4 2026")


def measure() -> tuple[list[Row], dict[str, object]]:
    """Write a report of 1,000 and of 10,000 quotes in each format, each in a process of its own."""
    rows = []
    for key in formats.FORMATS:
        small, small_mb = _alone(key, QUOTES)
        large, large_mb = _alone(key, QUOTES * 10)
        rows += [
            Row(f"{key}: {QUOTES:,} quotes", small, "s", most=MOST.get(key)),
            Row(f"{key}: {QUOTES * 10:,} quotes", large, "s", most=small * TIMES),
            Row(f"{key}: memory at {QUOTES * 10:,}", max(small_mb, large_mb), "MB", most=MOST_MB),
        ]
    return rows, {"quotes": QUOTES, "themes": THEMES}


def written(key: str, number: int) -> tuple[float, float]:
    """Write a document in a format; give the seconds it took and this process' memory at its highest, MB."""
    import resource

    document = a_document(number, THEMES)
    gc.collect()
    began = time.perf_counter()
    formats.FORMATS[key].render(document)
    return time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def a_document(quotes: int, themes: int) -> Document:
    """Make up a report with as many quotes, evenly over its themes."""
    names = [f"Theme {number}: what keeps people from it" for number in range(1, themes + 1)]
    shares = [share(1 + 7 * number % 60, 76) for number in range(themes)]
    table = Rows(
        "themes",
        "Themes by participant and by account",
        ("Theme", "Participants", "Share (95 %)", "Accounts", "Quotes", "Direction"),
        tuple(
            (
                Cell(name, address="https://cairn.example/themes/one"),
                Cell(f"{one.count} of {one.of}", one.count, ROWS),
                Cell("17 % (10–27 %)"),
                Cell("10 of 20", 10),
                Cell("25", 25),
                Cell("steady"),
            )
            for name, one in zip(names, shares, strict=True)
        ),
    )
    blocks: list[Block] = [
        Heading(1, "The quarter"),
        Words("What customers said."),
        Heading(2, "In short", "part-1"),
        Points(tuple(names[:5])),
        Heading(2, "How much of each", "part-2"),
        *_pictures(names, shares, table),
        table,
    ]
    for number, name in enumerate(names):
        blocks += [
            Heading(2, name, f"part-{number + 3}"),
            Words(f"{shares[number].count} of 76 participants speak of it.", strong=True),
        ]
        blocks += [_quote(number * 10_000 + n) for n in range(quotes // themes)]
    return Document("The quarter", "What customers said.", "2026-11-28T09:00:00+00:00", tuple(blocks))


def _pictures(names: list[str], shares: list[Share], table: Rows) -> list[Picture]:
    few, part = names[:25], shares[:25]
    specifications = (
        drawing.bars([(name, one, ROWS) for name, one in zip(few, part, strict=True)]),
        drawing.fields(few, COHORTS, [[one] * len(COHORTS) for one in part], [[ROWS] * len(COHORTS)] * len(few)),
        drawing.lines(PERIODS, [(name, [one] * len(PERIODS)) for name, one in zip(few[:12], part, strict=False)]),
        drawing.pairs(few, [(one, other, 2) for one, other in itertools.pairwise(few)]),
        drawing.bars([(cohort, share(20, 76), ROWS) for cohort in COHORTS]),
    )
    return [
        Picture(f"chart-{number}", f"Chart {number}", "What it shows.", one, table)
        for number, one in enumerate(specifications, 1)
    ]


def _quote(number: int) -> Quoted:
    on = date(2026, 1 + number % 12, 1 + number % 28)
    link = f"https://cairn.example/transcripts/{number}?from=10&to=90#found"
    stance = "contradicts" if number % 9 == 0 else ""
    return Quoted(
        SAID[number % 4], f"— P{number % 76:02}, “A day at the desk”, {on}", link, (number, 1, 10, 90), stance
    )


def _alone(key: str, number: int) -> tuple[float, float]:
    code = f"from bench.reporting import written; print(*written({key!r}, {number}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, memory = done.stdout.split()[-2:]
    return float(seconds), float(memory)
