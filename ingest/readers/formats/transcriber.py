"""Transcriber (.trs): turns with synchronisation points, two people in a turn told apart by Who."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ingest.readers.assembling import Piece, assemble
from ingest.readers.received import Received
from ingest.readers.stated_roles import stated_role
from ingest.readers.timeline import broken_ends, distinct, left_out, ms_of, overlaps, sane
from ingest.readers.xml import attribute, name_of, root_of, tree_of, walk
from repository.domain.transcript import Role, Transcript

NAME = "transcriber"
TITLE = "Transcriber (.trs)"
VERSION = 1
NEEDS = ("lxml.etree",)
#: Elements inside a turn that are not speech.
_SIGNS = {"Event": "events", "Comment": "comments", "Background": "background sounds"}


def recognise(received: Received) -> float:
    """Know the root `Trans`."""
    return 0.97 if root_of(received.text) == "Trans" else 0.0


def read(received: Received) -> Transcript:
    """Read the turns; events, comments and background sounds are not speech."""
    root, warnings = tree_of(received)
    names, roles = _speakers(root)
    dropped: Counter[str] = Counter()
    pieces: list[Piece] = []
    broken = 0
    for turn in walk(root, "Turn"):
        for piece in _said(turn, names, dropped):
            start, end, fine = sane(piece.start_ms, piece.end_ms)
            broken += not fine
            pieces.append(replace(piece, start_ms=start, end_ms=end))
    transcript = assemble(
        pieces, roles=roles, warnings=[*warnings, *left_out(dropped), *broken_ends(broken), *overlaps(pieces)]
    )
    language = attribute(root, "lang")[:2].lower()
    episode = next(walk(root, "Episode"), None)
    stated = {name: attribute(root, name) for name in ("audio_filename", "scribe", "version_date")}
    return replace(
        transcript,
        title=attribute(episode, "program")[:300] if episode is not None else "",
        language=language if language.isalpha() and language.isascii() else "",
        facts={name: value[:300] for name, value in stated.items() if value},
    )


def _speakers(root: Any) -> tuple[dict[str, str], dict[str, Role]]:
    """Give each speaker's label by id, and the roles that labels state by themselves are left to the lexicon."""
    names = {
        identity: attribute(speaker, "name") or identity
        for speaker in walk(root, "Speaker")
        if (identity := attribute(speaker, "id"))
    }
    roles = {}
    labels = distinct(names)
    for speaker in walk(root, "Speaker"):
        role = stated_role(attribute(speaker, "role"))
        if role and attribute(speaker, "id") in labels:
            roles[labels[attribute(speaker, "id")]] = role
    return labels, roles


def _said(turn: Any, names: dict[str, str], dropped: Counter[str]) -> Iterator[Piece]:
    """Give a turn's pieces: one for each synchronisation point and each speaker after it."""
    ids = attribute(turn, "speaker").split()
    speakers: list[str | None] = [names.get(identity, identity) for identity in ids]
    alone = speakers[0] if len(speakers) == 1 else None
    ends_at = [ms_of(attribute(turn, "endTime"))]  # when each stretch between points ends, the last first
    for each in reversed([each for each in turn if name_of(each) == "Sync"]):
        sync = ms_of(attribute(each, "time"))
        ends_at.append(ends_at[-1] if sync is None else sync)
    time = ms_of(attribute(turn, "startTime"))
    speaker = alone
    words = [turn.text or ""]
    line = turn.sourceline

    def piece() -> Piece:
        return Piece(" ".join("".join(words).split()), speaker, start_ms=time, end_ms=ends_at[-1], line=line)

    for each in turn:
        name = name_of(each)
        if name == "Sync":
            yield piece()
            ends_at.pop()
            time, speaker, words, line = ms_of(attribute(each, "time")), alone, [], each.sourceline
        elif name == "Who":
            yield piece()
            number = attribute(each, "nb")
            place = int(number) - 1 if number.isdigit() and len(number) < 4 else -1
            speaker = speakers[place] if 0 <= place < len(speakers) else None
            words, line = [], each.sourceline
        elif name in _SIGNS:
            dropped[_SIGNS[name]] += 1
            words.append(" ")
        elif name:
            words.append("".join(each.itertext()))
        words.append(each.tail or "")
    yield piece()
