"""What stands round the turns: headers spread over two lines, times behind them, a form at the top, notes in front."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.readers.assembling import clean_label
from ingest.readers.grammars import HEAD, Line
from ingest.readers.labels import heads_notes, is_known, is_name_like, is_possible, speakers_among
from ingest.readers.roles import role_of_label
from ingest.readers.stamps import STAMP, UNPADDED, parse_stamp
from repository.domain.transcript import Role

#: Characters of a line that may be a name alone.
SHORT = 80
#: A time, or one of old Teams documents, which pad nothing.
_TIME = rf"(?:{STAMP}|\d{{1,3}}:\d{{1,2}}:\d{{1,2}}\.\d{{1,3}})"
_LONE_TIME = re.compile(rf"\s*[\[(]?({_TIME})(?:\s?(?:-->|-|–)\s?({_TIME}))?[\])]?\s*")
_MARK = re.compile(r"(?:\A\s*|(?<=\s))#(\d{1,2}:\d{2}:\d{2})(?:-(\d))?#(?=\s*\Z|\s)")
#: When a paragraph ends, and how long it took: Trint's and Sonix' `[00:00:04][3.2]`.
_CLOSES = re.compile(rf"(?<=\S)\s*\[{STAMP}\](?:\s?\[\d{{1,5}}\.\d\])?\s*$")
_TOTAL = re.compile(r"\s*\[\d{1,6}\.\d\]\s*")
_NUMBERED = re.compile(r"\s*(\d{1,5})(?:\s+|$)")
_FACT = re.compile(r"\s*([^:：\n]{1,40}?)\s?[:：]\s*(\S.{0,100})")
_SHORTENED = re.compile(r"(?<=\S)\s*\(([^()\s]{1,12})\)$")
_LISTED = re.compile(r"\s*[-*•]\s")
_NAMES = re.compile(r"\s*(?:,|;|&|\band\b)\s*")
_OPENS = re.compile(r"\s?(?:\([^()\n]{0,60}\)\s?)?(?:[:：\t]|\s[\[(]?\d{1,3}:\d\d)")
_SECTION = re.compile(r"(?:📖\s*)?(?:(?:full |interview )?transcript|transcription|transkript|verbatim)\s*:?\s*", re.I)
#: Lines at the top in which a form can lie; lone times that must have a name beside them.
_TOP, _MOST = 15, 0.8
#: Places at which a transcript is sought; each costs a look at all lines.
_SECTIONS = 3


def unstacked(lines: Sequence[Line]) -> Sequence[Line]:
    """Join headers of two lines, a time alone and a name alone in either order, to one: `Name  0:00:03.000`."""
    times = [index for index, line in enumerate(lines) if _is_time(line)]
    if len(times) < 2:
        return lines
    for step in (1, -1):  # the name below the time, or above
        names: dict[int, str] = {}
        for index in times:
            beside, words = index + step, index + max(step + 1, 1)
            if 0 <= beside < len(lines) and words < len(lines) and not _is_time(lines[words]):
                name = lines[beside]
                if len(name.text) <= SHORT and not _is_time(name) and (step == 1 or name.gap):
                    names[index] = clean_label(name.text).rstrip(" :：,-–")
        speakers = speakers_among(list(names.values()), uniform=True, all_headed=False)
        joined = {index: name for index, name in names.items() if name in speakers and is_possible(name)}
        if len(joined) >= _MOST * len(times) and len(set(joined.values())) < len(joined):
            return _joined(lines, joined, step)
    return lines


def _is_time(line: Line) -> bool:
    return _LONE_TIME.fullmatch(line.text[:HEAD]) is not None


def _joined(lines: Sequence[Line], names: dict[int, str], step: int) -> list[Line]:
    gone = {index + step for index in names}
    unpadded = any(UNPADDED.match(lines[index].text.lstrip(" [(")) for index in names)
    out = []
    for index, line in enumerate(lines):
        if index in names and (found := _LONE_TIME.fullmatch(line.text)):
            stamps = [_written(stamp, unpadded) for stamp in found.groups() if stamp]
            out.append(
                replace(line, text=f"{names[index]}  {' - '.join(stamps)}", gap=True, note=False, lead=0, form="")
            )
        elif index not in gone:
            out.append(line)
    return out


def _written(stamp: str, unpadded: bool) -> str:
    ms = parse_stamp(stamp, unpadded=unpadded)
    if ms is None:
        return stamp
    return f"{ms // 3_600_000}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def marked(lines: Sequence[Line]) -> Sequence[Line]:
    """Put the times that f4 and MAXQDA write at the end of a paragraph, or before it (`#00:01:15-2#`), on their own line."""
    found = [_MARK.search(line.text) if "#" in line.text else None for line in lines]
    if sum(mark is not None for mark in found) < 2:
        return lines
    out = []
    for line, mark in zip(lines, found, strict=True):
        if mark is None:
            out.append(line)
            continue
        before, behind = line.text[: mark.start()], line.text[mark.end() :]
        if before.strip() and behind.strip():  # in the middle of what is said
            out.append(line)
            continue
        time = replace(
            line, text=f"{mark.group(1)}.{mark.group(2) or 0}", gap=False, strong=False, note=False, lead=0, form=""
        )
        words = [
            replace(line, text=part, lead=line.lead if part is before else 0)
            for part in (before, behind)
            if part.strip()
        ]
        out += [*words, time] if before.strip() else [time, *words]
    return out


def closed(lines: Sequence[Line]) -> Sequence[Line]:
    """Drop the time at which each paragraph ends, where most lines that have a time in front have one behind, too."""
    ends = {index: found.start() for index, line in enumerate(lines) if (found := _CLOSES.search(line.text, 1))}
    opened = sum("[" in lines[index].text[:end] for index, end in ends.items())
    if opened < 3 or opened < _MOST * sum(line.text.count("[") > 0 and len(line.text) > SHORT / 4 for line in lines):
        return lines
    return [
        replace(line, text=line.text[: ends[index]]) if index in ends else line
        for index, line in enumerate(lines)
        if not _TOTAL.fullmatch(line.text)
    ]


def unnumbered(lines: Sequence[Line]) -> list[Line]:
    """Take the numbers off lines that are counted, `001 I: …`; [] if they are not."""
    found = [_NUMBERED.match(line.text) for line in lines]
    numbers = [int(match.group(1)) if match else -1 for match in found]
    follows = sum(after == before + 1 for before, after in pairwise(numbers))
    if len(lines) < 4 or follows < 0.9 * (len(lines) - 1):
        return []
    bare = [replace(line, text=line.text[match.end() :]) for line, match in zip(lines, found, strict=True) if match]
    return [line for line in bare if line.text.strip()]


def preamble(lines: Sequence[Line]) -> tuple[int, dict[str, Role]]:
    """Count the lines of a form at the top (`Date: …`, `Interviewer: Dana`) and give the roles it states.

    A line `Interviewer: Dana` is of the form, and not Dana's first words, if Dana speaks further down or the form has a
    line that can be nothing else.
    """
    roles: dict[str, Role] = {}
    ends = 0
    people: list[tuple[int, Role, str]] = []
    seen: set[str] = set()
    for index, line in enumerate(lines[:_TOP]):
        found = _FACT.fullmatch(line.text[:HEAD])
        if found is None or line.note:
            if seen:
                break
            continue  # a title
        label, value = found.group(1).strip("*_ -•"), found.group(2).strip("*_ ")
        if label in seen:  # a conversation
            return 0, {}
        seen.add(label)
        if (role := role_of_label(label)) is not Role.UNKNOWN and all(map(_is_person, _NAMES.split(value))):
            people.append((index, role, value))
            ends = index + 1 if ends == index > 0 and _LISTED.match(line.text) else ends
        elif (
            heads_notes(label)
            or heads_notes(label.split()[0] if label else "")
            or (ends == index > 0 and _LISTED.match(line.text))
        ):
            ends = index + 1
        else:
            break
    for index, role, value in people:
        named = [name for stated in _NAMES.split(value) for name in _called(clean_label(stated))]
        speaking = [name for name in named if _speaks(lines[index + 1 :], name)]
        if speaking or index < ends:
            roles.update(dict.fromkeys(speaking, role))
            ends = max(ends, index + 1)
    return ends, roles


def _called(name: str) -> list[str]:
    """Give a name, and what it is shortened to behind it: `Kim Lee (KL)`."""
    short = _SHORTENED.search(name)
    return [name, name[: short.start()].strip(), short.group(1)] if short else [name] if name else []


def _is_person(words: str) -> bool:
    return not words.endswith((".", "!", "?", "…")) and (is_name_like(words) or is_known(words))


def _speaks(lines: Sequence[Line], name: str) -> bool:
    for line in lines:
        begins = line.text.lstrip("*_ ")
        if begins.startswith(name) and _OPENS.match(begins[len(name) : len(name) + 80].lstrip("*_")):
            return True
    return False


def section(lines: Sequence[Line]) -> list[int]:
    """Give where, after notes, a line says that the transcript begins (Google's notes, Otter's summary): few places."""
    starts = []
    for index, line in enumerate(lines):
        if index and len(line.text) <= SHORT and _SECTION.fullmatch(line.text.strip("*_# ")):
            starts.append(index + 1)
            if len(starts) == _SECTIONS:
                break
    return starts
