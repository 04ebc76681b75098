"""Written conversations: what chat programs, help desks and app stores export, as lines, tables and JSON."""

import json
from datetime import date

import pytest

from repository.domain.transcript import Role, SessionKind, Transcript
from tests.reading import heard, read_text

ANDROID = """12/03/2026, 09:14 - Messages and calls are end-to-end encrypted. No one outside of this chat can read them.
12/03/2026, 09:14 - Priya Nair created group "Diary: groceries"
12/03/2026, 09:15 - Priya Nair: one photo a day, please
12/03/2026, 09:16 - +44 7700 900123: ok
and one more thing:
can I send two?
12/03/2026, 09:17 - Priya Nair: <Media omitted>
13/03/2026, 19:20 - Ravi Menon: bought: milk, eggs
14/03/2026, 07:20 - Ravi Menon left
"""
IPHONE = (
    "\u200e[9/22/26, 10:15:32\u202fAM] Support: \u200eMessages and calls are end-to-end encrypted.\n"
    "[9/22/26, 10:15:40\u202fAM] Sofia: The payment system is down!\n"
    "[9/22/26, 10:17:02\u202fAM] Support: Which country?\n"
    "\u200e[9/22/26, 10:18:02\u202fAM] Sofia: \u200eimage omitted\n"
    "[9/22/26, 1:17:02\u202fPM] Sofia: Spain\n"
)
TELEGRAM = """Aina, [20/08/2026 09:13]
Hi, two please

Kak Long, [20/08/2026 09:15]
Your address?

Aina, [20/08/2026 09:16]
Duta 5
"""
DISCORD = """==============================================================
Guild: Beta
Channel: feedback
==============================================================

[4/22/2024 10:11 AM] frodo
The map does not load
since the update

[4/22/2024 10:12 AM] mod_anna
Which model?

{Reactions}
👍 (2)

[4/22/2024 10:14 AM] frodo
Pixel 4a

{Attachments}
https://cdn.example.org/a.png

==============================================================
Exported 3 message(s)
==============================================================
"""


def said(found: Transcript) -> list[str]:
    return [line for line in heard(found) if not line.startswith("-")]


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        (
            ANDROID,
            date(2026, 3, 12),
            [
                "Priya Nair: one photo a day, please",
                "+44 7700 900123: ok⏎and one more thing:⏎can I send two?",
                "Ravi Menon: bought: milk, eggs",
            ],
        ),
        (
            IPHONE,
            date(2026, 9, 22),
            ["Sofia: The payment system is down!", "Support: Which country?", "Sofia: Spain"],
        ),
        (TELEGRAM, date(2026, 8, 20), ["Aina: Hi, two please", "Kak Long: Your address?", "Aina: Duta 5"]),
        (
            DISCORD,
            date(2024, 4, 22),
            ["frodo: The map does not load⏎since the update", "mod_anna: Which model?", "frodo: Pixel 4a"],
        ),
    ],
)
def test_chats_in_lines(text: str, day: date, expected: list[str]) -> None:
    found = read_text(text, "chat.txt")
    assert [line.replace("\n", "⏎") for line in said(found)] == expected
    assert (found.kind, found.occurred_on) == (SessionKind.CHAT, day)


SLACK = [
    {"type": "message", "user": "U1", "ts": "1600000000.000200", "text": "Hey <@U2>, <https://x.org|the log> &lt;3",
     "user_profile": {"real_name": "Dana Cole"}},
    {"type": "message", "subtype": "channel_join", "user": "U2", "ts": "1600000001.000200", "text": "<@U2> has joined"},
    {"type": "message", "user": "U2", "ts": "1600000060.000200", "text": "Thanks", "user_profile": {"display_name": "sam"}},
]  # fmt: skip
DISCORD_JSON = {
    "channel": {"name": "feedback"},
    "messages": [
        {"type": "Default", "timestamp": "2024-04-02T10:11:12+00:00", "content": "It crashes", "author": {"name": "f", "nickname": "Frodo"}},
        {"type": "GuildMemberJoin", "timestamp": "2024-04-02T10:11:12+00:00", "content": "Joined.", "author": {"name": "x"}},
        {"type": "Reply", "timestamp": "2024-04-03T10:11:12+00:00", "content": "Where?", "author": {"name": "mod"}},
    ],
}  # fmt: skip
TELEGRAM_JSON = {
    "name": "Diary P3",
    "messages": [
        {"type": "service", "date": "2026-08-20T09:12:00", "actor": "Aina", "action": "phone_call"},
        {"type": "message", "date": "2026-08-20T09:13:00", "from": "Aina", "text": ["See ", {"type": "link", "text": "x.org"}]},
        {"type": "message", "date": "2026-08-20T09:14:00", "from": "Kim", "text": "Thanks"},
    ],
}  # fmt: skip
ZENDESK = {
    "tickets": [
        {"subject": "Export", "requester": {"id": 1}, "comments": [
            {"author_id": 1, "author": {"name": "Ana", "role": "end-user"}, "body": "It fails.", "public": True, "created_at": "2024-03-05T10:00:00Z"},
            {"author_id": 2, "author": {"name": "Kim", "role": "agent"}, "body": "Which browser?", "public": True, "created_at": "2024-03-05T11:00:00Z"},
            {"author_id": 2, "author": {"name": "Kim", "role": "agent"}, "body": "known bug", "public": False, "created_at": "2024-03-05T11:00:00Z"},
        ]},
    ]
}  # fmt: skip
INTERCOM = {
    "created_at": 1539897198,
    "source": {"subject": "", "body": "<p>Where is the <b>invoice</b>?</p>", "author": {"type": "user", "name": "Ana"}},
    "conversation_parts": {"conversation_parts": [
        {"part_type": "assignment", "body": None, "author": {"type": "bot", "name": "Bot"}, "created_at": 1539897200},
        {"part_type": "comment", "body": "<p>Which month?</p>", "author": {"type": "admin", "name": "Kim"}, "created_at": 1539897200},
        {"part_type": "note", "body": "<p>angry</p>", "author": {"type": "admin", "name": "Kim"}, "created_at": 1539897200},
    ]},
}  # fmt: skip
REVIEWS = [
    {
        "userName": "Hiker",
        "content": "It crashes.",
        "score": 2,
        "at": "2024-03-05 10:11:12",
        "replyContent": "Which phone?",
    },
    {"userName": "Maria", "content": "Best app.", "score": 5, "at": "2024-03-07 10:11:12", "replyContent": None},
]
ASKED = Role.INTERVIEWER
TOLD = Role.PARTICIPANT


@pytest.mark.parametrize(
    ("data", "kind", "day", "expected", "roles"),
    [
        (SLACK, SessionKind.CHAT, date(2020, 9, 13), ["Dana Cole: Hey @sam, the log <3", "sam: Thanks"], [Role.UNKNOWN, Role.UNKNOWN]),
        (DISCORD_JSON, SessionKind.CHAT, date(2024, 4, 2), ["Frodo: It crashes", "mod: Where?"], None),
        (TELEGRAM_JSON, SessionKind.CHAT, date(2026, 8, 20), ["Aina: See x.org", "Kim: Thanks"], [Role.UNKNOWN, Role.UNKNOWN]),
        (ZENDESK, SessionKind.TICKET, date(2024, 3, 5), ["Ana: Export It fails.", "Kim: Which browser?"], [TOLD, ASKED]),
        (INTERCOM, SessionKind.TICKET, date(2018, 10, 18), ["Ana: Where is the invoice?", "Kim: Which month?"], [TOLD, ASKED]),
        (REVIEWS, SessionKind.REVIEW, date(2024, 3, 5), ["Hiker: 2 ★ It crashes.", "Developer: Which phone?", "Maria: 5 ★ Best app."], [TOLD, ASKED, TOLD]),
    ],
    ids=["slack", "discord", "telegram", "zendesk", "intercom", "reviews"],
)  # fmt: skip
def test_conversations_in_json(
    data: object, kind: SessionKind, day: date, expected: list[str], roles: list[Role] | None
) -> None:
    found = read_text(json.dumps(data), "a.json")
    assert [" ".join(line.split()) for line in said(found)] == expected
    assert (found.kind, found.occurred_on) == (kind, day)
    assert roles is None or [speaker.role for speaker in found.speakers] == roles


def test_what_only_the_team_sees_is_a_note() -> None:
    assert [line for line in heard(read_text(json.dumps(ZENDESK), "a.json")) if line.startswith("-")] == [
        "-: known bug"
    ]


def test_a_table_of_messages_is_a_chat() -> None:
    rows = "Author,Date,Content\nfrodo,2024-04-02T10:11:12,It crashes\nanna,2024-04-02T10:12:12,Where?\nfrodo,2024-04-02T10:14:12,The map\n"
    found = read_text(rows, "a.csv")
    assert heard(found) == ["frodo: It crashes", "anna: Where?", "frodo: The map"]
    assert (found.kind, found.occurred_on) == (SessionKind.CHAT, date(2024, 4, 2))
