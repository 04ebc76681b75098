"""Tables whose origin can be told, reviews, tickets, transcripts among them; all others by headers and content."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.readers import surveys
from ingest.readers.columns import VOICED, folded, is_asked, measure, propose, use_of_head
from ingest.readers.delimited import Row
from ingest.readers.tabular import Layout, Table, has_header, head_at, laid_out, trimmed
from repository.domain.transcript import SessionKind

#: Words in headers of what somebody who listens writes down, not of what is said.
_NOTED = re.compile(
    r"\b(?:notes?|observations?|insights?|findings?|summary|description|recommendations?|pain ?points?|notiz(?:en)?|tasks?|hypothes[ei]s|themes?|what)\b",
    re.I,
)
_THREADS = frozenset({"ticket", "ticket id", "ticket number", "conversation id", "thread id", "thread", "conversation", "case number"}) | {
    "chat id", "case id", "tweet id", "ticket no", "conversation"
}  # fmt: skip
_SAID = re.compile(r"speaker|sprecher|locuteur|hablante|orador|relatore|falante|interlocut|tier", re.I)
#: Rows, and cells, that tell what a table is.
_TELLING, _CELLS = 5_000, 200_000
#: The share of different people among messages up to which somebody wrote again, and a day with its time.
_ANEW = 0.7
_MOMENT = re.compile(r"\d[T ,]{1,2}\d{1,2}:\d\d")
_QUESTIONS = re.compile(r"question|frage|prompt|pregunta|domanda", re.I)


def layout_of(rows: Sequence[Row]) -> Layout | None:
    """Tell how a table is laid out, the known tools first; None if it has no columns."""
    if not rows:
        return None
    rows = rows[: max(20, min(_TELLING, _CELLS // (len(rows[0].cells) or 1)))]
    head = head_at(rows)
    table = Table(trimmed(rows, head), rows, head + 1)
    above = tuple(cell.strip() for row in rows[:head] for cell in row.cells if cell.strip())
    for known in (
        surveys.qualtrics,
        surveys.survey_monkey,
        surveys.forms,
        _reviews,
        _tickets,
        _chat,
        _speech,
        surveys.score,
    ):
        if found := known(table):
            return replace(found, above=above)
    return replace(_unknown(table), above=above)


def _by_head(table: Table) -> list[str]:
    return propose(table.heads, table.columns(table.first))


def _reviews(table: Table) -> Layout | None:
    """Know reviews: stars, words, and a word about reviews, a title or a reply in the headers."""
    heads = table.squeezed
    joined = " ".join(heads)
    named = [use_of_head(head) for head in table.heads]
    if "rating" not in named or any("?" in head for head in table.heads) or ("speaker" in named and "start" in named):
        return None
    telling = "review" in joined or {"title", "text"} <= set(named) or "reply" in named
    uses = _by_head(table)
    if not telling or "text" not in uses:
        return None
    if "packagename" in heads and "reviewtext" in heads:
        shape = "Google Play reviews"
    elif re.search(r"territory|storefront|reviewernickname|appstore|developerresponse", joined):
        shape = "App Store reviews"
    else:
        shape = "Reviews"
    words = [i for i, use in enumerate(uses) if use == "text"]
    best = next((i for i in words if re.search(r"text|body|content|review$|comment", heads[i])), words[0])
    uses = ["" if use == "text" and i != best else use for i, use in enumerate(uses)]
    return laid_out(table, SessionKind.REVIEW, shape, 0.95 if "review" in joined else 0.88, uses)


def _tickets(table: Table) -> Layout | None:
    """Know tickets and chats: threads with messages, by whom or when."""
    named = [use_of_head(head) for head in table.heads]
    threads = [i for i, head in enumerate(table.heads) if folded(head) in _THREADS]
    asked = any(
        folded(head).startswith(("requester", "agent", "assignee", "customer", "user message")) for head in table.heads
    )
    if not (threads or asked) or "text" not in named or "end" in named:
        return None
    if not (asked or {"speaker", "role", "date", "start"} & set(named)):
        return None
    uses = _by_head(table)
    if "text" not in uses or not {"speaker", "role", "id", "reply"} & set(uses):
        return None
    if threads:
        uses = ["id" if i == threads[0] else "" if use == "id" else use for i, use in enumerate(uses)]
    joined = " ".join(table.squeezed)
    if "ticket" in joined:
        shape = "Support tickets"
    else:
        shape = "Chats with customers" if re.search(r"conversation|chat|thread", joined) else "Messages"
    return laid_out(table, SessionKind.TICKET, shape, 0.9 if threads else 0.75, uses)


def _chat(table: Table) -> Layout | None:
    """Know a chat: who wrote what at which moment, and people who write again."""
    named = [use_of_head(head) for head in table.heads]
    if not {"speaker", "text"} <= set(named) or "rating" in named or any(map(is_asked, table.heads)):
        return None
    uses = _by_head(table)
    columns = table.columns(table.first)
    if uses.count("text") != 1 or not {"speaker", "date"} <= set(uses) or _NOTED.search(_head_of(table, uses, "text")):
        return None
    people, moments = columns[uses.index("speaker")], columns[uses.index("date")]
    if measure(people).distinct > _ANEW or sum(_MOMENT.search(cell) is not None for cell in moments) < 0.8 * len(
        moments
    ):
        return None
    uses = [use if use in ("speaker", "text", "date", "role") else "" for use in uses]
    return laid_out(table, SessionKind.CHAT, "Chat (table)", 0.88, uses)


def _speech(table: Table) -> Layout | None:
    """Know a transcript: one column of words, with speakers or times beside it."""
    named = [use_of_head(head) for head in table.heads]
    if "text" not in named or not {"speaker", "start"} & set(named):
        return None
    uses = _by_head(table)
    if not {"speaker", "start"} & set(uses) or "text" not in uses or "rating" in uses:
        return None
    columns = table.columns(table.first)
    if "speaker" in uses:
        place = uses.index("speaker")
        found = measure(columns[place])
        strict = _SAID.search(table.heads[place]) is not None or "start" in uses
        if not strict and (found.distinct > 0.5 or _NOTED.search(_head_of(table, uses, "text"))):
            return None
    sure = 0.92 if {"speaker", "start"} <= set(uses) or _SAID.search(" ".join(table.heads)) else 0.86
    if table.squeezed == ["start", "end", "text"]:  # Whisper's own table has a reader of its own
        sure = 0.6
    return laid_out(table, SessionKind.INTERVIEW, "Transcript table", sure, uses)


def _head_of(table: Table, uses: Sequence[str], use: str) -> str:
    return " ".join(head for head, each in zip(table.heads, uses, strict=True) if each == use)


def _unknown(table: Table) -> Layout:
    """Lay out a table of unknown origin by its headers and its content."""
    first, heads = table.first, table.heads
    if not has_header(heads, table.rows[first - 1 :]):
        first, heads = first - 1, ("",) * len(heads)
        table = replace(table, heads=heads, first=first)
    columns = table.columns(first)
    uses = propose(heads, columns)
    squeezed = table.squeezed
    shape, sure = "Table", 0.55
    if {"notegroup", "text", "note"} <= set(squeezed):
        uses = [
            "text" if s == "text" else "title" if s == "note" else "date" if s == "created" else "" for s in squeezed
        ]
        shape, sure = "Dovetail highlights", 0.7
    elif uses.count("text") and any(use_of_head(head) for head in heads):
        sure = 0.65
    kind = kind_of(uses, heads, columns)
    return laid_out(table, kind, shape, sure, uses, first=first)


def kind_of(uses: Sequence[str], names: Sequence[str], columns: Sequence[Sequence[str]]) -> SessionKind:
    """Tell what a table holds by the uses of its columns: a talk, answers to questions, reviews, or notes."""
    texts = [name for name, use in zip(names, uses, strict=True) if use == "text"]
    if "reply" in uses or {"rating", "title"} <= set(uses):
        return SessionKind.REVIEW
    if len(texts) == 1 and {"start", "end"} & set(uses):
        return SessionKind.INTERVIEW
    if "speaker" in uses and len(texts) == 1 and not _NOTED.search(texts[0]):
        found = measure(columns[uses.index("speaker")])
        if found.distinct <= 0.5:
            return SessionKind.INTERVIEW
    asked = sum(map(is_asked, texts)) or any(_QUESTIONS.fullmatch(name) for name in names)
    if asked or (any(map(VOICED.search, texts)) and not any(map(_NOTED.search, texts))):
        return SessionKind.SURVEY_RESPONSE
    if {"id", "rating", "speaker"} & set(uses) and not any(map(_NOTED.search, texts)):
        return SessionKind.SURVEY_RESPONSE
    return SessionKind.NOTE
