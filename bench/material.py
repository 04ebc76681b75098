"""Texts and their real vectors for measuring at any size: sentences of the demonstration, put together anew.

A passage's vector is that of two sentences, really embedded by the default model, each passage's own; nothing is
jittered. Its words are these two sentences and eight more, so that keyword search meets passages of the usual length.
What was embedded is kept under `bench/results/cache`, which git ignores: the first run at 100,000 takes minutes.
"""

import hashlib
import random
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from ingest.demonstration import FOLDER
from ingest.readers.registry import read
from nlp.embedding import Embedder, Vectors
from nlp.language import sentence_spans

CACHE = Path(__file__).parent / "results" / "cache"
#: Sentences that are embedded, and sentences that are only words.
CORE, REST = 2, 8
#: Texts embedded between two writes to the cache.
BLOCK = 2_000

QUESTIONS = (
    "why do people not connect their calendar?",
    "reminders that come twice",
    "how do front desks fill a cancelled slot",
    "patients who cannot use the phone",
    "price per seat is too high",
    "waiting for IT security approval",
    "what happens on Monday morning",
    "spreadsheet kept beside the system",
    "screen reader cannot find the button",
    "training for new staff",
    "afraid of losing appointments",
    "who decides to buy",
    "paper forms in the waiting room",
    "text messages cost money",
    "moving old records over",
    "doctor has no time to type",
    "double booking after the update",
    "support did not call back",
    "language barriers at the desk",
    "elderly patients and log-in codes",
    "no shows on Fridays",
    "consent form before the first visit",
    "too many clicks to change a slot",
    "works on my phone but not on the clinic's computer",
    "the report does not match our own numbers",
)


@cache
def sentences() -> tuple[str, ...]:
    """Give the demonstration's distinct sentences of four words and more, in a fixed order."""
    found: dict[str, None] = {}
    for path in sorted((FOLDER / "files").rglob("*")):
        if path.is_file():
            text = read(path.read_bytes(), path.name).text
            found |= dict.fromkeys(text[start:end] for start, end in sentence_spans([text])[0])
    return tuple(sentence for sentence in found if len(sentence.split()) >= 4)


def cores(n: int) -> Iterator[str]:
    """Give n distinct texts of two sentences."""
    chance, seen = random.Random(1), set()
    while len(seen) < n:
        pair = tuple(chance.sample(range(len(sentences())), CORE))
        if pair not in seen:
            seen.add(pair)
            yield " ".join(sentences()[i] for i in pair)


def passages(n: int) -> Iterator[str]:
    """Give the words of n passages, about a hundred each, beginning with their core."""
    chance = random.Random(2)
    for core in cores(n):
        yield core + " " + " ".join(chance.choices(sentences(), k=REST))


def questions(n: int) -> list[str]:
    """Give n distinct questions as people type them: those above, then some words of a sentence."""
    chance, made = random.Random(3), dict.fromkeys(QUESTIONS)
    while len(made) < n:
        words = chance.choice(sentences()).split()
        start = chance.randrange(max(1, len(words) - 6))
        made[" ".join(words[start : start + chance.randint(2, 7)])] = None
    return list(made)[:n]


def vectors(n: int, embedder: Embedder) -> Vectors:
    """Give the vectors (n, d) of the first n cores, embedding what no run before has embedded."""
    sha = hashlib.sha256("\n".join(sentences()).encode()).hexdigest()[:12]
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / f"{embedder.fingerprint}-{sha}.f32"
    row = 4 * embedder.dimension
    done = path.stat().st_size // row if path.is_file() else 0
    if done < n:
        with path.open("ab") as out:
            out.truncate(done * row)
            waiting = list(cores(n))[done:]
            for at in range(0, len(waiting), BLOCK):
                out.write(np.asarray(embedder.embed(waiting[at : at + BLOCK]), "<f4").tobytes())
                out.flush()
                print(f"\rembedding, once: {done + at:,} of {n:,}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
    return np.fromfile(path, "<f4", n * embedder.dimension).reshape(n, embedder.dimension)
