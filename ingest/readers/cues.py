"""WebVTT and SRT alike: blocks of times and text, read so that no word is lost whatever is broken."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ingest.readers.stamps import UNPADDED, parse_stamp
from repository.domain.transcript import ReadingWarning

_TIMING = re.compile(r"\s*([^\s<>]{1,40}?)\s*(?:-->|->|→|—>|–>)\s*([^\s<>]{1,40})?")
_LIKE_TIME = re.compile(r"-?\d+:-?\d")
_NOTE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_FACT = re.compile(r"(?:NOTE\s+)?(language|kind|duration|confidence)\s*:\s*\"?([^\"\n]{1,80})\"?\s*$", re.I)
_NUMBER = re.compile(r"\s*(\d{1,9})\s*$")
#: A fall of time in ms that is no mere disorder: another recording begins.
_RESTART = 120_000
#: Cues that must stay below the time fallen from.
_STAYS = 3
_TOLD = 20


@dataclass(slots=True)
class Block:
    """One cue as written: times in ms (None where missing or malformed), the lines of its text, its name and place."""

    start_ms: int | None
    end_ms: int | None
    lines: list[str] = field(default_factory=list)
    ref: str = ""
    line: int = 0
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Blocks:
    """The cues of a file in order, with what its header and notes state, and what was wrong."""

    blocks: list[Block]
    facts: dict[str, str]
    warnings: list[ReadingWarning]
    unpadded: bool = False


def split(lines: Sequence[str]) -> Blocks:
    """Split lines into cues.

    Text after a blank line inside a cue (Google Meet) stays with the cue. A number where the next cue's is expected,
    without times, begins a cue without times. Header, NOTE, STYLE and REGION blocks are not speech.
    """
    unpadded = any(UNPADDED.match(line) is not None for line in lines if _timing(line))
    found = Blocks([], {}, [], unpadded)
    at = _skip_header(lines, found)
    current: Block | None = None
    confidence: float | None = None
    while at < len(lines):
        line = lines[at]
        fresh = at == 0 or not lines[at - 1].strip()
        if not line.strip():
            at += 1
        elif times := _timing(line):
            current = _begun(times, "", at, found)
            current.confidence, confidence = confidence, None
            at += 1
        elif (fresh or _is_next_number(line, current)) and at + 1 < len(lines) and (times := _timing(lines[at + 1])):
            current = _begun(times, line.strip(), at + 1, found)
            current.confidence, confidence = confidence, None
            at += 2
        elif fresh and _NOTE.match(line):
            stated: dict[str, str] = {}
            at = _skip_block(lines, at, stated)
            confidence = _share(stated.pop("confidence", "")) or confidence
            found.facts.update(stated)
        elif fresh and _is_next_number(line, current):
            current = Block(None, None, ref=line.strip(), line=at + 1)
            found.blocks.append(current)
            found.warnings.append(ReadingWarning("A cue has no times; its words are kept.", at + 1))
            at += 1
        else:
            if current is None:
                current = Block(None, None, line=at + 1)
                found.blocks.append(current)
            current.lines.append(line)
            at += 1
    return replace(found, warnings=_few(found.warnings))


def _skip_header(lines: Sequence[str], found: Blocks) -> int:
    if not lines or not lines[0].startswith("WEBVTT"):
        return 0
    return _skip_block(lines, 0, found.facts)


def _skip_block(lines: Sequence[str], at: int, facts: dict[str, str]) -> int:
    """Pass a block that is not speech, up to a blank line or a cue that follows without one."""
    while at < len(lines) and lines[at].strip() and not _timing(lines[at]):
        if stated := _FACT.match(lines[at]):
            facts[stated.group(1).lower()] = stated.group(2).strip()
        at += 1
    return at


def _timing(line: str) -> tuple[str, str] | None:
    if ">" not in line and "→" not in line:
        return None
    found = _TIMING.match(line[:200])
    if found is None or not any(side and _LIKE_TIME.match(side) for side in found.groups()):
        return None
    return found.group(1), found.group(2) or ""


def _begun(times: tuple[str, str], ref: str, at: int, found: Blocks) -> Block:
    start, end = (parse_stamp(time, unpadded=found.unpadded) for time in times)
    if start is None or end is None:
        found.warnings.append(ReadingWarning("A time cannot be read; the words are kept.", at + 1))
    elif end < start:
        found.warnings.append(ReadingWarning("A cue ends before it begins; its end was dropped.", at + 1))
        end = None
    block = Block(start, end, ref=ref[:100], line=at + 1)
    found.blocks.append(block)
    return block


def _is_next_number(line: str, current: Block | None) -> bool:
    here, before = _NUMBER.match(line), _NUMBER.match(current.ref) if current else None
    return here is not None and before is not None and int(here.group(1)) == int(before.group(1)) + 1


def _share(written: str) -> float | None:
    try:
        return min(1.0, max(0.0, float(written))) if written else None
    except ValueError:
        return None


def _few(warnings: Sequence[ReadingWarning]) -> list[ReadingWarning]:
    """Keep the first warnings and say how many more there are."""
    if len(warnings) <= _TOLD:
        return list(warnings)
    return [*warnings[:_TOLD], ReadingWarning(f"{len(warnings) - _TOLD} more cues have broken times.")]


def drop_repeats(blocks: Sequence[Block], *, marked: bool) -> None:
    """Drop the lines with which rolling captions repeat the cue before.

    `marked`: the file times single words, as YouTube's automatic captions do. Without that, two fifths of the cues must
    repeat before anything is dropped: people do say the same thing twice.
    """
    lines = [[line.strip() for line in block.lines if line.strip()] for block in blocks]
    known = [0, *(_overlap(before, here) for before, here in pairwise(lines))]
    repeats = sum(count > 0 for count in known)
    if marked or repeats >= 0.4 * len(blocks):
        for block, here, count in zip(blocks, lines, known, strict=False):
            block.lines = here[count:]


def _overlap(before: Sequence[str], here: Sequence[str]) -> int:
    """Count the first lines of a cue that are the last ones of the cue before."""
    if not here or here[0] not in before:
        return 0
    for size in range(min(len(before), len(here), 4), 0, -1):
        if before[-size:] == here[:size]:
            return size
    return 0


def in_time(blocks: list[Block]) -> tuple[list[Block], list[ReadingWarning]]:
    """Sort cues by time; one without a time stays behind the one before it. Say what was out of order or overlaps.

    Where the times begin anew, because two recordings lie in one file, each part is sorted by itself.
    """
    times: list[int] = []
    for block in blocks:
        times.append(block.start_ms if block.start_ms is not None else (times[-1] if times else 0))
    parts = _parts(times)
    order = sorted(range(len(blocks)), key=lambda index: (parts[index], times[index]))
    warnings = []
    moved = sum(times[b] < times[a] and parts[a] == parts[b] for a, b in pairwise(range(len(blocks))))
    if moved:
        were = "1 cue was" if moved == 1 else f"{moved} cues were"
        warnings.append(ReadingWarning(f"{were} out of order; all are sorted by time."))
    ordered = [blocks[index] for index in order]
    overlap = sum(
        a.end_ms is not None and b.start_ms is not None and (a.start_ms or 0) <= b.start_ms < a.end_ms
        for a, b in pairwise(ordered)
    )
    if overlap:
        does = "1 cue overlaps" if overlap == 1 else f"{overlap} cues overlap"
        warnings.append(ReadingWarning(f"{does} the one before: people spoke at the same time."))
    return ordered, warnings


def _parts(times: Sequence[int]) -> list[int]:
    """Number the recordings in a file: another begins where times fall far and stay there."""
    part, highest = 0, 0
    parts = []
    for index, time in enumerate(times):
        if time < highest - _RESTART and all(later < highest for later in times[index : index + _STAYS]):
            part, highest = part + 1, 0
        highest = max(highest, time)
        parts.append(part)
    return parts
