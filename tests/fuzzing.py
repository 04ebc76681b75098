"""Files damaged at random: `python -m tests.fuzzing 5000` reads so many and tells what came of them."""

import random
import sys
import time
import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path

from ingest.carrying import from_json, to_json
from ingest.readers.registry import read
from repository.errors import UnreadableSource
from tests.reading import TRANSCRIPTS, assert_canonical, zip_of

#: Larger fixtures are cut to this, so that each example is quick.
MOST = 20_000
SLOW = 2.0
_TOKENS = (
    b"\n\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"-->", b"00:00:01.000 --> 00:00:02.000\n", b"WEBVTT\n\n",
    b"<v ", b"<v Ana>", b"</v>", b"&amp;", b"&#0;", b"&#xFEFF;", b"&#13;", b"NOTE ", b"STYLE\n", b"P1: ", b"Interviewer: ", b": ",
    b"[", b"](", b"**", b"# ", b"- ", b"---\n", b"```\n", b"| ", b"0:03\n", b"99:99:99.999", b"1\n2\n3\n", b"\t", b"\xe2\x80\xae",
    b"\xe2\x80\xa8", b"<w:p>", b"</w:t>", b"<!DOCTYPE x>", b"PK\x03\x04", b"{", b'"', b"%PDF-", b"Transcript\n", b"Date: x\n",
)  # fmt: skip


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Damage a file in one to six places."""
    out = bytearray(data[:MOST] if not data.startswith(b"PK") else data)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(out) + 1)
        span = dice.choice((1, 1, 4, 30, 300, 3000))
        match dice.randrange(8):
            case 0:
                del out[at : at + span]
            case 1:
                out[at:at] = out[at : at + span] * dice.choice((1, 2, 50))
            case 2:
                out[at : at + span] = dice.randbytes(min(span, 30))
            case 3:
                out[at:at] = dice.choice(_TOKENS) * dice.choice((1, 1, 3, 200))
            case 4:
                out = out[:at] if dice.random() < 0.3 and at else out
            case 5:
                lines = bytes(out).split(b"\n")
                dice.shuffle(lines)
                out = bytearray(b"\n".join(lines))
            case 6 if len(out) > at:
                out[at] ^= 1 << dice.randrange(8)
            case _:
                other = dice.randrange(len(out) + 1)
                out[at:at] = out[other : other + span]
    return bytes(out)


def damaged(path: Path, dice: random.Random) -> bytes:
    """Damage a fixture; a document's text as often as its archive."""
    data = path.read_bytes()
    if path.suffix != ".docx" or dice.random() < 0.4:
        return mutated(data, dice)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    name = dice.choice([*entries, "word/document.xml", "word/document.xml"])
    return zip_of({**entries, name: mutated(entries[name], dice)})


def try_one(seed: int) -> str:
    """Read a damaged file; give what came of it. Anything but a transcript by the rules or a refusal raises."""
    dice = random.Random(seed)
    path = dice.choice(sorted(TRANSCRIPTS.glob("*/*.*")))
    data = damaged(path, dice)
    name = path.name if dice.random() < 0.8 else "a." + dice.choice(("txt", "md", "vtt", "srt", "docx", "csv"))
    began = time.process_time()
    try:
        found = read(data, name)
    except UnreadableSource as error:
        assert error.message and error.hint and error.slug
        outcome = error.slug
    else:
        assert_canonical(found)
        assert from_json(to_json(found)) == found
        outcome = "read as " + found.reader
    assert time.process_time() - began < SLOW, f"slow: {path.name}"
    return outcome


if __name__ == "__main__":
    first, last = (0, int(sys.argv[1])) if len(sys.argv) == 2 else (int(sys.argv[1]), int(sys.argv[2]))
    outcomes: Counter[str] = Counter()
    for seed in range(first, last):
        try:
            outcomes[try_one(seed)] += 1
        except Exception as error:
            outcomes[f"FAILED: {type(error).__name__}"] += 1
            print(seed, type(error).__name__, str(error)[:200], flush=True)
    print(outcomes.most_common())
