"""The history of a transcript: its versions, what each changed, and how many highlights came to it in which way."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from nlp.aligning import Alignment, Block
from repository.carrying_over import Outcome
from repository.domain.access import Viewer
from repository.domain.study import Session
from repository.errors import NotFound
from repository.revising import seen
from repository.store.revisions import KeptText, TextRow
from repository.workspace import Workspace

#: Characters shown on each side of what differs.
AROUND = 160
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Version:
    """A revision with how many highlights came to it in which way."""

    row: TextRow
    moved: int
    found: int
    lost: int


@dataclass(frozen=True, slots=True)
class History:
    """A session's revisions, newest first; `to_look_at` counts highlights that wait for somebody."""

    session: Session
    versions: tuple[Version, ...]
    to_look_at: int


class Piece(NamedTuple):
    """Characters that stayed the "same", are "gone" or "new"."""

    what: str
    words: str


#: What differs at one place, with the words around it.
Change = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A revision beside the one before it (None: the first); `other_speakers` counts turns that somebody else says."""

    session: Session
    version: TextRow
    before: TextRow | None
    changes: tuple[Change, ...]
    other_speakers: int
    current: bool
    text_id: int
    body: str


def history(workspace: Workspace, viewer: Viewer, session_id: int) -> History:
    """List a session's revisions. Raises NotFound."""
    with workspace.read() as unit:
        session = seen(unit, viewer, session_id)
        rows, carried = unit.revisions.history(session_id), unit.revisions.carried(session_id)
        waiting = unit.revisions.to_look_at(session_id)
    ways = Counter((row.to_text_id, row.outcome) for row in carried)
    return History(session, tuple(Version(row, *(ways[row.id, way] for way in Outcome)) for row in rows), waiting)


def compared(workspace: Workspace, viewer: Viewer, session_id: int, text_id: int) -> Compared:
    """Show what a revision changed. Raises NotFound."""
    with workspace.read() as unit:
        session = seen(unit, viewer, session_id)
        rows = unit.revisions.history(session_id)
        at = next((place for place, row in enumerate(rows) if row.id == text_id), None)
        if at is None:
            raise NotFound("There is no such version.")
        before = rows[at + 1] if at + 1 < len(rows) else None
        new = unit.revisions.text(session_id, text_id)
        old = unit.revisions.text(session_id, before.id) if before else None
    assert new is not None and session.text_id is not None
    alignment = Alignment(old.body if old else new.body, new.body)
    others = other_speakers(old, new, alignment) if old else 0
    current = session.text_id == text_id
    return Compared(session, rows[at], before, tuple(changes(alignment)), others, current, session.text_id, new.body)


def changes(alignment: Alignment) -> list[Change]:
    """List what differs, in order; changes in one paragraph that stand near each other are one.

    >>> [change] = changes(Alignment("Hi.\\n\\nWe wait two days here.", "Hi.\\n\\nWe waited three days here."))
    >>> [tuple(piece) for piece in change]
    [('same', 'We '), ('gone', 'wait two'), ('new', 'waited three'), ('same', ' days here.')]
    """
    old, new = alignment.old, alignment.new
    equal = [b for b in alignment.blocks if _WORD.search(old[b.old : b.old + b.length])]
    found: list[list[Piece]] = []
    last = Block(0, 0, 0)
    goes_on = False
    for block in [*equal, Block(len(old), len(new), 0)]:
        a, b = last.old + last.length, last.new + last.length
        gone, came = old[a : block.old], new[b : block.new]
        if gone or came:
            if not goes_on:
                found.append([Piece("same", _end_of(old[max(last.old, a - AROUND) : a]))])
            same = old[block.old : block.old + block.length]
            goes_on = len(same) <= AROUND and "\n" not in same
            kept = same if goes_on else _begin_of(same[:AROUND])
            found[-1] += [Piece("gone", gone), Piece("new", came), Piece("same", kept)]
        last = block
    return [tuple(piece for piece in change if piece.words) for change in found]


def _end_of(words: str) -> str:
    """Leave out the paragraphs before the last, and the word that was cut."""
    *others, last = words.split("\n")
    return last if others or len(words) < AROUND else "…" + last[last.find(" ") :]


def _begin_of(words: str) -> str:
    first, *others = words.split("\n")
    return first if others or len(words) < AROUND else first[: first.rfind(" ") + 1] + "…"


def other_speakers(old: KeptText, new: KeptText, alignment: Alignment) -> int:
    """Count turns whose words begin as before, and that somebody else says."""
    said = {turn.start: turn.speaker_id for turn in new.turns}
    count = 0
    for turn in old.turns:
        place = alignment.place(turn.start, turn.start + 1)
        count += place is not None and place[0] in said and said[place[0]] != turn.speaker_id
    return count
