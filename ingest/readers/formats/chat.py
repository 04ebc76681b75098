"""CHAT (.cha) of TalkBank and CLAN: lines by speaker, roles in the header, times between control characters."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from ingest.readers.assembling import Piece, assemble
from ingest.readers.chat_codes import BULLET, INTERPOSED, spoken
from ingest.readers.decoding import decode, normalise
from ingest.readers.received import Received
from ingest.readers.stated_roles import stated_role
from ingest.readers.timeline import broken_ends, overlaps, sane, told
from repository.domain.transcript import ReadingWarning, Role, Transcript, TurnKind

NAME = "chat"
TITLE = "CHAT transcript (.cha)"
VERSION = 1
NEEDS: tuple[str, ...] = ()
_BEGIN = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*@(?:UTF8|Begin|Font:|PID:|Window:|ColorWords:|Languages:)")
_LINE = re.compile(r"([*%@])([^:\t\n]{1,60})(?::[ \t]*|\t|$)")
_TIME_TIER = re.compile(r"%(?:snd|mov|vid|tim):[^\n\d]{0,5}(?:\"[^\"\n]{0,200}\"_?)?(\d{1,10})_(\d{1,10})")
_KEPT = "\ue015"
_FACTS = {
    "Media": "media",
    "Location": "location",
    "Situation": "situation",
    "Participants": "participants",
    "Activities": "activities",
}
_CODES = """
eng:en deu:de fra:fr spa:es ita:it por:pt nld:nl dan:da swe:sv nor:no fin:fi pol:pl rus:ru tur:tr jpn:ja zho:zh yue:zh
cmn:zh kor:ko ara:ar heb:he ell:el cat:ca eus:eu cym:cy gle:ga est:et hun:hu ces:cs ron:ro hrv:hr srp:sr slv:sl isl:is
ind:id tha:th fas:fa
"""
_LANGUAGES = dict(code.split(":") for code in _CODES.split())
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(r"(\d{1,2})-([A-Z]{3})-(\d{4})", re.I)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with those that continue it: its mark (`*`, `%`, `@`, "" for none), its code and what follows."""

    mark: str
    code: str
    rest: str
    number: int


def recognise(received: Received) -> float:
    """Know the first header lines, in the bytes: control characters between times may make them look like no text."""
    head = received.data[:3_000].replace(b"\0", b"")
    if not _BEGIN.match(head):
        return 0.0
    telling = b"@Begin" in head or b"@Participants:" in head or (b"@UTF8" in head and b"\n*" in head)
    return 0.97 if telling else 0.0


def read(received: Received) -> Transcript:
    """Read the main lines; dependent tiers and comments are not speech."""
    lines = list(_lines(_text(received)))
    codes, roles = _people(lines)
    pieces: list[Piece] = []
    tiers: Counter[str] = Counter()
    silent = broken = 0
    for line in lines:
        if line.mark == "*":
            said = list(_said(line))
            silent += not any(piece.text for piece in said)
            pieces += said
        elif line.mark == "%":
            tiers[line.code] += 1
            found = _TIME_TIER.match(f"%{line.code}:{line.rest}"[:400].replace("\x15", ""))
            if found and pieces and pieces[-1].start_ms is None:
                pieces[-1] = replace(pieces[-1], start_ms=int(found.group(1)), end_ms=int(found.group(2)))
        elif not line.mark:
            pieces.append(Piece(line.rest, kind=TurnKind.NOTE, breaks=True, line=line.number))
    for place, piece in enumerate(pieces):
        start, end, fine = sane(piece.start_ms, piece.end_ms)
        broken += not fine
        pieces[place] = piece if fine else replace(piece, start_ms=start, end_ms=end)
    headers = {line.code: line.rest for line in reversed(lines) if line.mark == "@"}
    transcript = assemble(
        pieces,
        roles=roles,
        warnings=[
            *_left_out(tiers),
            *told(silent, "A line with codes alone was left out.", "{} lines with codes alone were left out."),
            *broken_ends(broken),
            *_unknown(pieces, codes),
            *overlaps(pieces),
        ],
    )
    return replace(
        transcript,
        language=_LANGUAGES.get(headers.get("Languages", headers.get("Language", ""))[:3].lower(), ""),
        occurred_on=_day(headers.get("Date", "")),
        facts={name: headers[code][:500] for code, name in _FACTS.items() if headers.get(code)},
    )


def _text(received: Received) -> str:
    """Decode again, since the text that was received has lost the control characters round the times."""
    encoding = received.encoding if received.text else ""
    if not encoding:
        found = decode(received.data.replace(b"\x15", b""), received.choices.encoding)
        encoding = found.encoding if found else "utf-8"
    text = received.data.decode(encoding, "replace").replace("\x15", _KEPT)
    return normalise(text).replace(_KEPT, "\x15")


def _lines(text: str) -> Iterator[_Line]:
    """Give the lines, with those that begin with a tab or a blank joined to the one they continue."""
    rows: list[str] = []
    first = 1

    def line() -> Iterator[_Line]:
        if rows:
            found = _LINE.match(rows[0])
            begins = found.end() if found else 0
            rest = " ".join([rows[0][begins:].strip(), *(row.strip() for row in rows[1:])]).strip()
            if found:
                yield _Line(found.group(1), found.group(2).strip(), rest, first)
            elif rest:
                yield _Line("", "", rest, first)

    for number, row in enumerate(text.split("\n"), 1):
        if row[:1] in ("\t", " ") and rows:
            rows.append(row)
        elif row.strip():
            yield from line()
            rows, first = [row], number
    yield from line()


def _said(line: _Line) -> Iterator[Piece]:
    """Give a main line's pieces: one for each time in it, and what others put in behind them."""
    at = 0
    words: list[str] = []
    times: list[tuple[int | None, int | None]] = []
    for bullet in BULLET.finditer(line.rest):
        words.append(line.rest[at : bullet.start()])
        times.append((int(bullet.group(1)), int(bullet.group(2))))
        at = bullet.end()
    rest = line.rest[at:]
    if spoken(rest) or not words:
        words.append(rest)
        times.append((None, None))
    for part, (start, end) in zip(words, times, strict=True):
        said = spoken(part)
        if said or len(words) == 1:
            yield Piece(said, line.code, start_ms=start, end_ms=end, line=line.number)
        for who, what in INTERPOSED.findall(part):
            yield Piece(spoken(what.replace("_", " ")), who, line=line.number)


def _people(lines: list[_Line]) -> tuple[set[str], dict[str, Role]]:
    """Give the codes that the header names, and the roles it states."""
    codes: set[str] = set()
    roles: dict[str, Role] = {}
    for line in lines:
        if line.mark == "@" and line.code == "Participants":
            for person in line.rest.split(","):
                parts = person.split()
                if parts:
                    codes.add(parts[0])
                    role = stated_role(parts[-1]) if len(parts) > 1 else None
                    if role:
                        roles[parts[0]] = role
        elif line.mark == "@" and line.code == "ID":
            fields = line.rest.split("|")
            role = stated_role(fields[7]) if len(fields) > 7 else None
            if role and fields[2]:
                roles.setdefault(fields[2], role)
    return codes, roles


def _left_out(tiers: Counter[str]) -> list[ReadingWarning]:
    if not tiers:
        return []
    names = ", ".join(f"%{name}" for name in sorted(tiers))[:300]
    return [ReadingWarning(f"Tiers that depend on others were left out: {names}.")]


def _unknown(pieces: list[Piece], codes: set[str]) -> list[ReadingWarning]:
    missing = {piece.speaker: piece.line for piece in reversed(pieces) if piece.speaker and piece.speaker not in codes}
    if not codes or not missing:
        return []
    names = ", ".join(sorted(name for name in missing if name))[:200]
    return [ReadingWarning(f"Not among the participants in the header: {names}.", min(filter(None, missing.values())))]


def _day(written: str) -> date | None:
    found = _DATE.match(written.strip())
    if found and found.group(2).lower() in _MONTHS:
        try:
            return date(int(found.group(3)), _MONTHS.index(found.group(2).lower()) + 1, int(found.group(1)))
        except ValueError:
            return None
    return None
