"""Written conversations in JSON: Slack, Discord, Telegram, Zendesk, Intercom, reviews of the app stores."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ingest.readers.assembling import Piece, clean_label
from ingest.readers.json_values import Row, at, first, label_of, line_of, moment_of, number, rows, text_of
from ingest.readers.markup import without_markup
from ingest.readers.spoken_words import Heard
from repository.domain.transcript import ReadingWarning, Role, SessionKind, TurnKind

_TEAM = frozenset({"agent", "admin", "staff", "teammate", "operator"})
_CUSTOMERS = frozenset({"user", "end-user", "end_user", "lead", "contact", "customer", "requester"})
_MENTION = re.compile(r"<(?:@|#)([A-Z0-9]{2,20})(?:\|([^<>|]{1,80}))?>")
_LINK = re.compile(r"<(?:https?|mailto|tel):[^<>|]{1,2000}\|([^<>|]{1,300})>")
_BARE_LINK = re.compile(r"<((?:https?|mailto|tel):[^<>|]{1,2000})>")
#: Rows that tell what a list holds.
_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class _Message:
    """What somebody wrote. `first` of its thread; `inside`: a note that only the team sees."""

    who: str | None
    text: str
    at: object = None
    role: str = ""
    first: bool = False
    inside: bool = False


# Slack


def is_slack(data: object) -> bool:
    """Know a day of a Slack channel: messages whose time is their number."""
    some = _slack(data)[:_LOOKED_AT]
    stamped = [row for row in some if row.get("type") == "message" and re.fullmatch(r"\d{9,11}\.\d{6}", _ts(row))]
    return bool(some) and len(stamped) == len(some)


def _slack(data: object) -> list[Row]:
    return rows(data) or rows(at(data, "messages"))


def _ts(row: Row) -> str:
    return text_of(row.get("ts"))


def hear_slack(data: object) -> Heard:
    """Read the messages of people; who joined and what bots did is left out."""
    table = _slack(data)
    names = {text_of(row.get("user")): name for row in table if (name := _slack_name(row))}
    messages = [
        _Message(
            names.get(text_of(row.get("user"))) or _slack_name(row) or label_of(first(row, "username", "user")),
            _slack_text(text_of(row.get("text")), names),
            number(row.get("ts")),
        )
        for row in table
        if text_of(row.get("subtype")) in ("", "thread_broadcast", "file_share", "me_message")
    ]
    return _heard(messages, "Slack export", SessionKind.CHAT, left=len(table) - len(messages))


def _slack_name(row: Row) -> str:
    about = row.get("user_profile")
    return line_of(first(about, "real_name", "display_name", "name")) if isinstance(about, dict) else ""


def _slack_text(words: str, names: Mapping[str, str]) -> str:
    words = _MENTION.sub(lambda found: "@" + (names.get(found[1]) or found[2] or found[1]), words)
    words = _BARE_LINK.sub(r"\1", _LINK.sub(r"\1", words))
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


# Discord and Telegram


def is_discord(data: object) -> bool:
    """Know DiscordChatExporter's file: a channel and its messages."""
    some = rows(at(data, "messages"))[:_LOOKED_AT]
    return isinstance(at(data, "channel"), dict) and any("content" in row and "author" in row for row in some)


def hear_discord(data: object) -> Heard:
    """Read the messages under the names shown in the channel."""
    table = [row for row in rows(at(data, "messages")) if row.get("type") in (None, "Default", "Reply")]
    messages = [
        _Message(
            line_of(first(row.get("author"), "nickname", "name")) or None,
            text_of(row.get("content")),
            row.get("timestamp"),
        )
        for row in table
    ]
    title = line_of(at(data, "channel", "name"))
    return _heard(
        messages, "Discord export", SessionKind.CHAT, title=title, left=len(rows(at(data, "messages"))) - len(table)
    )


def is_telegram(data: object) -> bool:
    """Know Telegram's export: messages beside service messages, each with who it is from."""
    some = rows(at(data, "messages"))[:_LOOKED_AT]
    return bool(some) and all("date" in row and row.get("type") in ("message", "service") for row in some)


def hear_telegram(data: object) -> Heard:
    """Read the messages; their text may come in parts."""
    table = rows(at(data, "messages"))
    messages = [
        _Message(label_of(row.get("from")), _telegram_text(row.get("text")), row.get("date"))
        for row in table
        if row.get("type") == "message"
    ]
    title = line_of(at(data, "name"))
    return _heard(messages, "Telegram export", SessionKind.CHAT, title=title, left=len(table) - len(messages))


def _telegram_text(value: object) -> str:
    parts = value if isinstance(value, list) else [value]
    return "".join(text_of(part.get("text") if isinstance(part, dict) else part) for part in parts)


# Support


def is_tickets(data: object) -> bool:
    """Know tickets with comments, as Zendesk and others give them."""
    return any(rows(row.get("comments")) and _has_body(row) for row in _tickets(data)[:_LOOKED_AT])


def _tickets(data: object) -> list[Row]:
    found = rows(at(data, "tickets")) or rows(data)
    return found or rows([at(data, "ticket") or data])


def _has_body(row: Row) -> bool:
    told = rows(row.get("comments"))[0]
    return "body" in told and ("author_id" in told or "author" in told) and bool({"subject", "requester"} & set(row))


def hear_tickets(data: object) -> Heard:
    """Read each ticket's comments under its subject; what only the team sees is a note."""
    people = {text_of(row.get("id")): row for row in rows(at(data, "users"))}
    messages = []
    for ticket in _tickets(data):
        asking = text_of(at(ticket, "requester", "id") or ticket.get("requester_id"))
        subject = line_of(first(ticket, "subject", "raw_subject"))
        for index, row in enumerate(rows(ticket.get("comments"))):
            author = row.get("author")
            id_ = text_of(row.get("author_id") or at(author, "id"))
            person: Row = author if isinstance(author, dict) else people.get(id_, {})
            role = text_of(person.get("role")) or ("requester" if id_ and id_ == asking else "")
            words = text_of(first(row, "plain_body", "body", "html_body"))
            messages.append(
                _Message(
                    label_of(first(person, "name", "email"))
                    or (label_of(row.get("author")) or (f"Author {id_}" if id_ else None)),
                    f"{subject}\n{words}" if subject and not index else words,
                    row.get("created_at"),
                    role,
                    first=not index,
                    inside=row.get("public") is False,
                )
            )
    return _heard(messages, "Support tickets (JSON)", SessionKind.TICKET)


def is_intercom(data: object) -> bool:
    """Know Intercom's conversations by their parts."""
    return any(isinstance(at(row, "conversation_parts"), dict) for row in _intercom(data)[:_LOOKED_AT])


def _intercom(data: object) -> list[Row]:
    return rows(at(data, "conversations")) or rows(data) or rows([data])


def hear_intercom(data: object) -> Heard:
    """Read the first message and the parts that have words; notes of the team are notes."""
    messages = []
    left = 0
    for row in _intercom(data):
        parts = [
            first(row, "source", "conversation_message"),
            *rows(at(row, "conversation_parts", "conversation_parts")),
        ]
        for index, part in enumerate(rows(parts)):
            author = part.get("author")
            if not text_of(part.get("body")).strip():
                left += index > 0
                continue
            subject = line_of(part.get("subject"))
            body = without_markup(text_of(part.get("body")))
            messages.append(
                _Message(
                    label_of(first(author, "name", "email", "id")),
                    f"{subject}\n{body}" if subject else body,
                    part.get("created_at") or row.get("created_at"),
                    text_of(at(author, "type")),
                    first=not index,
                    inside=part.get("part_type") == "note",
                )
            )
    return _heard(messages, "Intercom conversations", SessionKind.TICKET, left=left)


# Reviews


def is_reviews(data: object) -> bool:
    """Know reviews by a score beside words, as those who collect them from the app stores write them."""
    some = _reviews(data)[:_LOOKED_AT]
    return bool(some) and all(number(_score(row)) is not None and _written(row) for row in some)


def _reviews(data: object) -> list[Row]:
    found = rows(at(data, "reviews")) or rows(data)
    return [row for row in found if _written(row)] if any(_score(row) is not None for row in found[:_LOOKED_AT]) else []


def _score(row: Row) -> object:
    return first(row, "score", "rating", "stars", "starRating", "star_rating")


def _written(row: Row) -> str:
    return text_of(first(row, "content", "text", "review", "body", "reviewText", "comment"))


def hear_reviews(data: object) -> Heard:
    """Read each review under its stars and title; the developer's reply is a turn of its own."""
    messages = []
    for row in _reviews(data):
        stars, title = text_of(_score(row)), line_of(first(row, "title", "reviewTitle"))
        head = " ".join(filter(None, (f"{stars} ★", title)))
        who = label_of(first(row, "userName", "user_name", "author", "reviewer", "user", "name")) or "Reviewer"
        when = first(row, "at", "date", "updated", "reviewedAt", "created_at")
        messages.append(_Message(who, f"{head}\n{_written(row)}", when, "user", first=True))
        reply = text_of(first(row, "replyContent", "developerReply", "reply", "replyText"))
        if reply.strip():
            messages.append(_Message("Developer", reply, when, "agent"))
    return _heard(messages, "Reviews (JSON)", SessionKind.REVIEW)


def _heard(messages: Sequence[_Message], shape: str, kind: SessionKind, *, title: str = "", left: int = 0) -> Heard:
    said = [message for message in messages if message.text.strip()]
    pieces = [
        Piece(
            message.text.strip(),
            message.who if not message.inside else None,
            TurnKind.NOTE if message.inside else TurnKind.SPEECH if kind is SessionKind.REVIEW else TurnKind.CHAT,
            breaks=message.first or kind is SessionKind.CHAT,
        )
        for message in said
    ]
    roles = {clean_label(m.who): role for m in said if m.who and not m.inside and (role := _role(m.role))}
    left += len(messages) - len(said)
    were = "1 entry without words was" if left == 1 else f"{left} entries without words were"
    warnings = [ReadingWarning(f"{were} left out.")] if left else []
    return Heard(
        pieces, shape, title=title, occurred_on=_day(m.at for m in said), roles=roles, warnings=warnings, kind=kind
    )


def _role(word: str) -> Role | None:
    folded = word.casefold()
    return Role.INTERVIEWER if folded in _TEAM else Role.PARTICIPANT if folded in _CUSTOMERS else None


def _day(moments: Iterable[object]) -> date | None:
    """Give the first day on which somebody wrote."""
    found = [moment.date() for value in moments if (moment := moment_of(value))]
    return min(found, default=None)
