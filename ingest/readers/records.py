"""A table's rows, once the uses of its columns are known, to turns: answers, reviews, messages, speech, notes."""

import ast
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ingest.readers.assembling import Piece, assemble, clean_label
from ingest.readers.clocking import times_of
from ingest.readers.columns import VOICED, folded
from ingest.readers.dating import day_in
from ingest.readers.delimited import Row
from ingest.readers.exports import kind_of
from ingest.readers.markup import without_history, without_markup
from ingest.readers.summaries import facts_of, left_out, shown
from ingest.readers.tabular import Layout, Record, evened
from repository.domain.transcript import ReadingWarning, Role, SessionKind, Transcript, TurnKind

_WORDS = {
    Role.INTERVIEWER: """
agent admin administrator support staff operator employee teammate assistant team company brand representative rep helpdesk owner developer
out outbound moderator interviewer facilitator researcher
""",
    Role.PARTICIPANT: """
user customer end-user end_user enduser requester client lead contact visitor consumer guest in inbound human participant respondent interviewee
""",
    Role.OTHER: "bot system automation workflow note observer",
}
#: Who answers customers, who is one, and what is neither.
_ROLES = {word: role for role, words in _WORDS.items() for word in words.split()}
_PREVIEW = re.compile(r"(?:survey )?(?:preview|test)|.{0,20}vorschau|aperçu.{0,30}|vista previa.{0,30}|1", re.I)


class _Columns:
    """Finds a record's cells by the use of their columns."""

    def __init__(self, uses: Sequence[str]) -> None:
        self._places: dict[str, list[int]] = defaultdict(list)
        for index, use in enumerate(uses):
            self._places[use].append(index)

    def all(self, use: str) -> list[int]:
        return self._places.get(use, [])

    def one(self, record: Record, use: str) -> str:
        places = self._places.get(use)
        return " ".join(record.cells[places[0]].split()) if places else ""


def read_records(
    rows: Sequence[Row], layout: Layout, chosen: dict[str, str], warnings: Sequence[ReadingWarning]
) -> Transcript:
    """Read a table; `chosen` is what a person said about columns, by their names."""
    uses = [chosen.get(name, use) for name, use in zip(layout.names, layout.uses, strict=True)]
    records, ragged = evened(rows[layout.first :], len(uses), uses)
    told = [*warnings, *ragged]
    values = [[record.cells[i] for record in records] for i in range(len(uses))]
    changed = any(chosen.get(name, use) != use for name, use in zip(layout.names, layout.uses, strict=True))
    kind = kind_of(uses, layout.names, values) if changed and not _keeps(layout, uses) else layout.kind
    columns = _Columns(uses)
    if layout.shape.startswith("Qualtrics"):
        records, dropped = _without_previews(records, layout)
        told += dropped
    pieces, roles, more = _PIECES[kind](records, columns, layout)
    told += more
    whose = _labels(records, columns) if kind is SessionKind.SURVEY_RESPONSE else []
    answered = [[record.cells[i] for record in records] for i in range(len(uses))]
    facts = facts_of(answered, uses, layout, whose) if kind is not SessionKind.INTERVIEW else {}
    told += left_out(values, uses, layout, facts)
    if layout.above:
        pieces.insert(0, Piece("\n".join(layout.above), kind=TurnKind.NOTE, breaks=True))
    transcript = assemble(pieces, roles=roles, warnings=told)
    days = {day for i in columns.all("date")[:1] for cell in values[i] if cell.strip() and (day := day_in(cell))}
    return replace(
        transcript,
        kind=kind,
        title=(layout.above[0] if layout.above else "")[:300],
        occurred_on=min(days) if len(days) == 1 or (days and kind is SessionKind.CHAT) else None,
        shape=layout.shape,
        columns=shown(layout, uses, values),
        facts=facts,
    )


def _keeps(layout: Layout, uses: Sequence[str]) -> bool:
    """Say whether a known tool's table stays what it is, although a person changed the uses of columns."""
    return layout.confidence >= 0.85 and ("start" in uses) == (layout.kind is SessionKind.INTERVIEW)


def _without_previews(records: list[Record], layout: Layout) -> tuple[list[Record], list[ReadingWarning]]:
    """Drop what the makers of a survey typed to try it out; unless there is nothing else."""
    names = [folded(name) for name in layout.names]
    questions = [folded(question) for question in layout.questions]
    places = [
        i
        for i in range(len(names))
        if {names[i], questions[i]} & {"status", "distribution channel", "response type", "antworttyp"}
    ]
    tried = [r for r in records if any(_PREVIEW.fullmatch(r.cells[i].strip()) for i in places)]
    if not tried:
        return records, []
    if len(tried) == len(records):
        return records, [ReadingWarning("All answers are previews of the survey.", tried[0].line)]
    lines = {record.line for record in tried}
    were = "1 preview of the survey was" if len(tried) == 1 else f"{len(tried)} previews of the survey were"
    return [r for r in records if r.line not in lines], [ReadingWarning(f"{were} left out.", tried[0].line)]


def _labels(records: Sequence[Record], columns: _Columns) -> list[str]:
    """Name each record's author: as the table does, by an id, else by number; an address only if nothing else is there."""
    labels = []
    for record in records:
        name, number = columns.one(record, "speaker"), columns.one(record, "id")
        if "@" in name and number:
            name = ""
        labels.append(clean_label(name or number)[:200] or f"R{record.number}")
    return labels


_Made = tuple[list[Piece], dict[str, Role], list[ReadingWarning]]


def _answers(records: Sequence[Record], columns: _Columns, layout: Layout) -> _Made:
    """Give each answer in words after its question; a score stands with the question."""
    pieces: list[Piece] = []
    labels = _labels(records, columns)
    rating = columns.all("rating")[:1]
    texts = [(i, layout.questions[i]) for i in columns.all("text")]
    asked = columns.all("title")[:1]
    speaking: set[str] = set()
    for record, label in zip(records, labels, strict=True):
        score = next(
            (f" ({layout.questions[i]}: {record.cells[i].strip()})" for i in rating if record.cells[i].strip()), ""
        )
        for index, question in texts:
            words = record.cells[index].strip()
            if words:
                speaking.add(label)
                question = next((record.cells[i].strip() for i in asked if record.cells[i].strip()), question)
                pieces.append(Piece(question + score, None, TurnKind.QUESTION, breaks=True, line=record.line))
                pieces.append(Piece(words, label, TurnKind.ANSWER, breaks=True, line=record.line))
    silent = [r.line for r, label in zip(records, labels, strict=True) if label not in speaking]
    told = []
    if silent:
        who = "1 person" if len(silent) == 1 else f"{len(silent)} people"
        told.append(ReadingWarning(f"{who} answered nothing in words.", silent[0]))
    return pieces, dict.fromkeys(speaking, Role.PARTICIPANT), told


def _reviews(records: Sequence[Record], columns: _Columns, layout: Layout) -> _Made:
    """Give a turn for each review with its stars and title in front, and one for the reply."""
    pieces: list[Piece] = []
    roles: dict[str, Role] = {}
    bare: list[int] = []
    by_name = _Columns(["speaker" if i in columns.all("speaker") else "" for i in range(len(layout.names))])
    for record, label in zip(records, _labels(records, by_name), strict=True):
        title, words = columns.one(record, "title"), _texts(record, columns)
        reply = _reply("\n".join(record.cells[i].strip() for i in columns.all("reply")).strip())
        if not title and not words:
            bare.append(record.line)
        else:
            roles[label] = Role.PARTICIPANT
            if words.startswith(title):
                title = ""
            front = " ".join(filter(None, (_stars(columns.one(record, "rating")), title)))
            pieces.append(Piece("\n".join(filter(None, (front, words))), label, breaks=True, line=record.line))
        if reply:
            roles["Developer"] = Role.INTERVIEWER
            pieces.append(Piece(reply, "Developer", breaks=True, line=record.line))
    told = []
    if bare:
        have, were = ("1 review has", "was") if len(bare) == 1 else (f"{len(bare)} reviews have", "were")
        told.append(ReadingWarning(f"{have} no words, only stars, and {were} left out.", bare[0]))
    return pieces, roles, told


def _reply(cell: str) -> str:
    """Give a reply's words; some programs write the whole object."""
    if cell.startswith(("{'", '{"')) and len(cell) < 20_000:
        try:
            found = ast.literal_eval(cell)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            return cell
        body = found.get("body") if isinstance(found, dict) else None
        return body.strip() if isinstance(body, str) else cell
    return without_markup(cell)


def _stars(rating: str) -> str:
    return f"{rating} ★" if re.fullmatch(r"[0-5](?:[.,]\d{1,2})?", rating) else rating


def _texts(record: Record, columns: _Columns) -> str:
    return "\n".join(words for i in columns.all("text") if (words := without_markup(record.cells[i].strip())))


def _messages(records: Sequence[Record], columns: _Columns, layout: Layout) -> _Made:
    """Give a turn for each message: a thread's subject stands before its first, what is quoted is a note."""
    pieces: list[Piece] = []
    roles: dict[str, Role] = {}
    names = [layout.names[i] for i in columns.all("speaker")]
    asking = any(re.search(r"requester|customer|contact|visitor|client", name, re.I) for name in names)
    last = None
    for record in records:
        thread, title = columns.one(record, "id"), columns.one(record, "title")
        stated = _role(columns.one(record, "role"), _head(columns, layout, "role"))
        label = _writer(record, columns, stated)
        words = _texts(record, columns)
        fresh = thread != last or not thread
        last = thread
        said, quoted = without_history(words)
        if title and fresh and not said.startswith(title):
            said = "\n".join(filter(None, (title, said)))
        if said:
            role = stated or _role(label) or (Role.PARTICIPANT if asking or not names else None)
            if role:
                roles.setdefault(label, role)
            pieces.append(Piece(said, label, TurnKind.CHAT, breaks=True, line=record.line))
        if quoted:
            pieces.append(Piece(quoted, None, TurnKind.NOTE, breaks=True, line=record.line))
        for index in columns.all("reply"):
            if reply := without_markup(record.cells[index].strip()):
                roles["Agent"] = Role.INTERVIEWER
                pieces.append(Piece(reply, "Agent", TurnKind.CHAT, breaks=True, line=record.line))
    return pieces, roles, []


def _head(columns: _Columns, layout: Layout, use: str) -> str:
    return next((layout.names[i] for i in columns.all(use)), "")


def _writer(record: Record, columns: _Columns, stated: Role | None) -> str:
    name = clean_label(columns.one(record, "speaker"))[:200]
    role = columns.one(record, "role")
    if name:
        return name
    if columns.all("speaker"):
        return "Unknown"
    if role.casefold() in ("true", "false"):  # of a column like "Inbound"
        return "Customer" if stated is Role.PARTICIPANT else "Agent"
    return clean_label(role) or f"R{record.number}"


def _role(word: str, head: str = "") -> Role | None:
    """Give the role of somebody who writes to customers or is one; `head` is the column's, for true and false."""
    word = word.casefold().strip()
    if head and word in ("true", "false", "1", "0") and "inbound" in head.casefold():
        return Role.PARTICIPANT if word in ("true", "1") else Role.INTERVIEWER
    first = re.split(r"[\s(:/]", word, maxsplit=1)[0]
    return _ROLES.get(word) or _ROLES.get(first)


def _speech(records: Sequence[Record], columns: _Columns, layout: Layout) -> _Made:
    """Give what was said with its times; a row without a name goes on with the last."""
    starts, ends = times_of(
        [columns.one(record, "start") for record in records], [columns.one(record, "end") for record in records]
    )
    pieces: list[Piece] = []
    roles: dict[str, Role] = {}
    last: str | None = None
    whole = not (columns.all("start") and any(end is not None for end in ends))  # else rows cut anywhere, as cues do
    for record, start, end in zip(records, starts, ends, strict=True):
        words = "\n".join(cell for i in columns.all("text") if (cell := record.cells[i].strip()))
        role = columns.one(record, "role")
        label = columns.one(record, "speaker") or ("" if columns.all("speaker") else role)
        last = clean_label(label).rstrip(":： ") or last
        if last and (stated := _role(role)):
            roles.setdefault(last, stated)
        pieces.append(Piece(words, last, start_ms=start, end_ms=end, breaks=whole, line=record.line))
    return pieces, roles, []


def _notes(records: Sequence[Record], columns: _Columns, layout: Layout) -> _Made:
    """Give a note for each row: who or what it is about in front, each column under its name if there are several.

    What a column calls somebody's answer or quotation is theirs.
    """
    pieces: list[Piece] = []
    roles: dict[str, Role] = {}
    texts = columns.all("text")
    voiced = {i for i in texts if VOICED.search(layout.names[i]) and columns.all("speaker")}
    for record in records:
        front = [columns.one(record, use) for use in ("id", "speaker", "title") if columns.one(record, use)]
        cells = [(i, without_markup(record.cells[i].strip())) for i in texts]
        said = [words for i, words in cells if words and i in voiced and columns.one(record, "speaker")]
        parts = [
            f"{layout.names[i]}: {words}" if len(texts) > 1 else words
            for i, words in cells
            if words and (i not in voiced or not columns.one(record, "speaker"))
        ]
        if parts:
            words = "\n".join([" · ".join(front), *parts])
            pieces.append(Piece(words, kind=TurnKind.NOTE, breaks=True, line=record.line))
        for words in said:
            label = clean_label(columns.one(record, "speaker"))[:200]
            roles[label] = Role.PARTICIPANT
            pieces.append(Piece(words, label, breaks=True, line=record.line))
    return pieces, roles, []


_PIECES = {
    SessionKind.SURVEY_RESPONSE: _answers,
    SessionKind.REVIEW: _reviews,
    SessionKind.TICKET: _messages,
    SessionKind.CHAT: _messages,
    SessionKind.INTERVIEW: _speech,
    SessionKind.NOTE: _notes,
}
