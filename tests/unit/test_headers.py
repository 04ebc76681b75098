"""Who speaks in plain text: every habit of marking it, and what only looks like one."""

import pytest

from ingest.readers.headers import lines_of, parse
from repository.domain.transcript import Role, SessionKind, TimePrecision, TurnKind
from tests.reading import heard, labels, read_text

SAID = ("Tell me about the calendar.", "It is slow.", "Why is that?", "Nobody knows, and I phoned them twice.")
TIMES = ("0:00:03", "0:00:09", "0:01:15", "1:01:20")
SHORT = ("0:03", "0:09", "1:15", "1:01:20")
TIMED = [3, 9, 75, 3680]

#: habit → (one turn of it, whether it gives times); {n} name, {t} time h:mm:ss, {s} the same short, {x} words
HABITS = {
    "name: text": ("{n}: {x}\n", False),
    "name: text, paragraphs": ("{n}: {x}\n\n", False),
    "name: tab": ("{n}:\t{x}\n", False),
    "name tab": ("{n}\t{x}\n", False),
    "name colon below": ("{n}:\n{x}\n\n", False),
    "full-width colon": ("{n}：{x}\n", False),
    "name above": ("{n}\n{x}\n\n", False),
    "in brackets": ("[{n}]: {x}\n", False),
    "in brackets without colon": ("[{n}] {x}\n", False),
    "name and blanks": ("{n}    {x}\n", False),
    "dash": ("{n} – {x}\n", False),
    "quoted": ("> {n}: {x}\n", False),
    "broadcast": (">> {n}: {x}\n", False),
    "bold in plain text": ("**{n}:** {x}\n", False),
    "bold before colon": ("**{n}**: {x}\n", False),
    "otter": ("{n}  {s}\n{x}\n\n", True),
    "otter, blanks behind": ("{n}  {s}  \n{x}\n\n", True),
    "rev": ("{n} ({t}):\n{x}\n\n", True),
    "rev, colon first": ("{n}: ({t})\n{x}\n\n", True),
    "name (time): text": ("{n} ({t}): {x}\n\n", True),
    "name [time] text": ("{n} [{t}] {x}\n", True),
    "name: [time] text": ("{n}: [{t}] {x}\n", True),
    "name time: text": ("{n} {t}: {x}\n", True),
    "[time] name: text": ("[{t}] {n}: {x}\n", True),
    "[time]name: text": ("[{t}]{n}: {x}\n", True),
    "(time) name: text": ("({t}) {n}: {x}\n", True),
    "time name: text": ("{t} {n}: {x}\n", True),
    "time tab name tab": ("{t}\t{n}\t{x}\n", True),
    "word": ("{t} {n}\n{x}\n\n", True),
    "word without gaps": ("{t} {n}\n{x}\n", True),
    "happy scribe": ("[{t}] - {n}\n{x}\n\n", True),
    "fathom": ("{t} - {n}\n  {x}\n\n", True),
    "fathom, new": ("@{s} - {n}\n{x}\n\n", True),
    "zoom saved captions": ("[{n}] {t}\n{x}\n\n", True),
    "name | time": ("{n} | {s}\n{x}\n\n", True),
    "name, time": ("{n}, {s}\n{x}\n\n", True),
    "name - time": ("{n} - {s}\n{x}\n\n", True),
    "range first": ("[{t} --> {t}] {n}: {x}\n", True),
    "range behind": ("{n} [{t} - {t}]\n{x}\n\n", True),
    "with frames": ("{t}:12 {n}: {x}\n", True),
    "time, name, text": ("{t}\n{n}\n{x}\n\n", True),
    "name, time below": ("{n}\n{t}\n{x}\n\n", True),
    "teams classic": ("{t} --> {t}\n{n}\n{x}\n\n", True),
}
#: Names that people and programs have.
NAMES = [
    ("Dana", "Ana"),
    ("Dana O’Neil", "Ana Pérez"),
    ("O'Neil, Dana (Guest) [EXT]", "Pérez, Ana (EXT)"),
    ("Dr. J. Smith", "Ms. Ana María López-García"),
    ("iPhone (2)", "Galaxy S21"),
    ("Unknown Speaker", "Speaker 2"),
    ("SPEAKER_00", "SPEAKER_01"),
    ("spk_0", "spk_1"),
    ("Speaker A", "Speaker B"),
    ("田中", "佐藤 花子"),
    ("سارة", "محمد"),
    ("Dana 🦊", "ana p"),
    ("Ahmad Bitar | Nethermind", "Ben"),
    ("dana@acme.test", "Ana"),
    ("INTERVIEWER", "RESPONDENT"),
    ("I", "P"),
    ("+44 7700 900123", "14*******23"),
    ("I1", "B2"),
    ("Interviewerin", "Befragte 1"),
    ("Moderator", "P1/female/34"),
    ("Dr. Maximiliane Alexandra von und zu Hohenstein-Bartenfels", "Ana"),
]


def written(habit: str, first: str, second: str) -> str:
    """Write the conversation in a habit."""
    turns = [habit.format(n=(first, second)[i % 2], t=TIMES[i], s=SHORT[i], x=SAID[i]) for i in range(4)]
    return "".join(turns)


@pytest.mark.parametrize(("habit", "timed"), HABITS.values(), ids=HABITS)
@pytest.mark.parametrize(("first", "second"), [("Dana O’Neil", "Ana"), ("Interviewer", "P07")])
def test_every_habit_of_marking_who_speaks(habit: str, timed: bool, first: str, second: str) -> None:
    found = read_text(written(habit, first, second))
    assert labels(found) == [first, second]
    assert [found.words_of(turn) for turn in found.turns] == list(SAID)
    assert {turn.kind for turn in found.turns} == {TurnKind.SPEECH}
    assert [turn.start_ms for turn in found.turns] == ([1000 * at for at in TIMED] if timed else [None] * 4)
    assert {turn.time_precision for turn in found.turns} == {TimePrecision.EXACT if timed else TimePrecision.NONE}


@pytest.mark.parametrize(("first", "second"), NAMES)
@pytest.mark.parametrize("habit", ["{n}: {x}\n", "{n}  {s}\n{x}\n\n", "{t} {n}\n{x}\n\n", "{n} ({t}):\n{x}\n\n"])
def test_names_are_kept_as_they_are(habit: str, first: str, second: str) -> None:
    found = read_text(written(habit, first, second))
    assert labels(found) == [first, second]
    assert [found.words_of(turn) for turn in found.turns] == list(SAID)


def test_a_name_with_a_colon_beside_a_time() -> None:
    assert labels(read_text(written("{n}  {s}\n{x}\n\n", "Dept: Sales", "Ana"))) == ["Dept: Sales", "Ana"]


def test_controls_of_direction_are_taken_from_names() -> None:
    assert labels(read_text(written("{n}: {x}\n", "\u202bسارة\u202c", "\u200eAna"))) == ["سارة", "Ana"]


@pytest.mark.parametrize(
    "notes",
    [
        "Note: he was late\nPain: exports\nPain: imports\nGoal: speed\n",
        "Interview with P7\nDate: 2025-01-02\nDuration: 30 min\n\nShe said: the export is slow. They asked: why?\n",
        "https://x.test/a\nhttps://x.test/b\nhttp://y.test\n",
        "10:30 start of the session\nand then we began\n10:45 she finds the button and wonders aloud\nquite a while\n",
        "Pros: fast\nCons: ugly\n\nPros: cheap\nCons: slow\n",
        "P1\n- liked it\n- slow\n\nP2\n- did not\n- quick\n\nP3\n- no view\n",
        "CONTEXT\nFirst review\n\nPROCESS\nReads all of it\n\nRESULTS\nNone\n",
        "One thing is certain: it is slow.\nAnother: it is ugly.\nAnd then there is this: it breaks.\n",
        "Likes\nthe colour\n\nDislikes\nthe size\n\nLikes\nthe price\n\nDislikes\nthe weight\n",
        "[laughs] That was it.\n[laughs] And that.\n[sighs] So.\n[sighs] Well.\n",
        "Yes\t5\nNo\t7\nMaybe\t2\n",
        "P1\nTools: Excel\nTeam: four people\n\nP2\nTools: Word\nTeam: nobody\n\nP3\nTools: none\nTeam: two\n",
        "Onboarding: It was slow for them.\n\nPayment: They liked it a lot.\n\nHelp: Nobody found it.\n\nExit: Easy.\n",
    ],
)
def test_notes_stay_notes(notes: str) -> None:
    found = read_text(notes)
    assert labels(found) == [] and found.kind is SessionKind.NOTE
    assert "".join(found.text.split()) == "".join(notes.split())


@pytest.mark.parametrize("lead", ["- ", "* ", "• ", "12. ", "3) "])
def test_items_of_a_list_are_turns_only_of_known_labels(lead: str) -> None:
    assert labels(read_text(written(lead + "{n}: {x}\n", "Interviewer", "P07"))) == ["Interviewer", "P07"]
    assert labels(read_text(written(lead + "{n}: {x}\n", "Tools", "Places"))) == []


def test_words_with_a_colon_are_not_a_speaker() -> None:
    found = read_text(
        "Dana: One thing: speed.\nNote: 3 things\n10:30 was the time\nhttps://x.test\nAna: So: what?\nDana: This: that.\nAna: Ok.\n"
    )
    assert heard(found) == [
        "Dana: One thing: speed.\nNote: 3 things\n10:30 was the time\nhttps://x.test",
        "Ana: So: what?",
        "Dana: This: that.",
        "Ana: Ok.",
    ]


def test_otter_with_everything_round_it() -> None:
    found = read_text(
        "Calendar talk\nMon, Mar 3, 2025 10:00AM • 34:12\n\nSUMMARY KEYWORDS\ncalendar, slow\n\nSPEAKERS\nDana, Ana\n\n"
        "Dana  00:03\nTell me.\n\nAna  00:09\nMeet me at  10:30\nor later.\n\n  01:15\nSomeone.\n\n"
        "Unknown Speaker  1:00:15\nBye.\n\nTranscribed by https://otter.ai\n"
    )
    assert heard(found)[3:] == [
        "Dana@3: Tell me.",
        "Ana@9: Meet me at  10:30\nor later.",
        "-@75: Someone.",
        "Unknown Speaker@3615: Bye.",
    ]
    assert [turn.kind for turn in found.turns[:3]] == [TurnKind.NOTE] * 3
    assert [w.message for w in found.warnings] == ["1 line written by the recorder was left out."]


def test_otter_without_names_is_speech_with_times() -> None:
    found = read_text("0:03\nTell me.\n\n0:09\nIt is slow.\n\n1:00:15\nWhy?\n")
    assert heard(found) == ["-@3: Tell me. It is slow.", "-@3615: Why?"]
    assert [cue.start_ms for cue in found.cues] == [3000, 9000, 3_615_000]


def test_otter_with_one_blank_as_pdf_leaves_it() -> None:
    found = read_text("Dana 0:03\nTell me.\nAna 0:09\nIt is slow.\nDana 0:15\nWhy?\n")
    assert heard(found) == ["Dana@3: Tell me.", "Ana@9: It is slow.", "Dana@15: Why?"]


def test_google_meet() -> None:
    found = read_text(
        "Call (2023-04-20 16:04 GMT+1) - Transcript\nAttendees\nDana, Ana, Ana's Presentation, Fireflies.ai Notetaker\n"
        "Transcript\nDana: Hello.\nDana: Are you there?\nAna: \nAna: Yes.\n\n00:05:00\n\nDana: Good.\nAna: Right.\n"
        "Transcription ended after 00:07:12\n\nThis editable transcript was computer generated and might contain errors. "
        "People can also change the text after it was created.\n"
    )
    assert heard(found)[1:] == ["Dana: Hello.", "Dana: Are you there?", "Ana: Yes.", "Dana@300: Good.", "Ana: Right."]
    assert found.turns[4].time_precision is TimePrecision.COARSE


def test_google_notes_before_the_transcript() -> None:
    found = read_text(
        "📝 Notes\nMar 3, 2025\nCall\n\nSummary\nThe team talked at length about the calendar.\nMuch was said.\n\nNext steps\n"
        "Dana will send it.\nAna will wait.\n\n📖 Transcript\nMar 3, 2025\n\nDana: Hello.\nAna: Hi.\nDana: Good.\nAna: Bye.\n"
    )
    assert heard(found)[-4:] == ["Dana: Hello.", "Ana: Hi.", "Dana: Good.", "Ana: Bye."]
    assert {turn.kind for turn in found.turns[:-4]} == {TurnKind.NOTE}


def test_a_form_at_the_top_is_not_spoken_and_states_roles() -> None:
    found = read_text(
        "Interview with Ana\nDate: 3 March 2025\nInterviewer: Dana\nParticipants: P7, Kai\nLocation: Zoom\n\n"
        "Dana: Tell me.\nP7: It is slow.\nKai: It is.\nDana: Why?\nP7: No idea.\nKai: None.\n"
    )
    assert [(s.label, s.role, s.role_source.value) for s in found.speakers] == [
        ("Dana", Role.INTERVIEWER, "file"),
        ("P7", Role.PARTICIPANT, "file"),
        ("Kai", Role.PARTICIPANT, "file"),
    ]
    assert found.turns[0].kind is TurnKind.NOTE and "Interviewer: Dana" in found.words_of(found.turns[0])


def test_first_words_are_not_taken_for_a_form() -> None:
    assert heard(read_text("Interviewer: Hello Ana\nP7: Hi\nInterviewer: So\nNote: phone rings\nP7: Yes\n"))[:2] == [
        "Interviewer: Hello Ana",
        "P7: Hi",
    ]


def test_zoom_chat_messages_keep_their_lines_together() -> None:
    found = read_text('10:00:03\tDana:\tReplying to "Gm"\n\nhello\nsecond line\n10:00:40\tAna | Acme:\tyes: no\n')
    assert heard(found) == ['Dana@36003: Replying to "Gm"\nhello\nsecond line', "Ana | Acme@36040: yes: no"]
    assert found.kind is SessionKind.CHAT


@pytest.mark.parametrize(
    "line",
    ["[03/11/25, 10:32:0{i}] {n}: {x}", "\u200e[2025-11-03, 10:3{i}:00] {n}: {x}", "03.11.25, 10:3{i} - {n}: {x}"],
)
def test_messages_from_a_phone(line: str) -> None:
    found = read_text("\n".join(line.format(i=i, n=("Dana", "Ana")[i % 2], x=SAID[i]) for i in range(4)))
    assert labels(found) == ["Dana", "Ana"] and found.kind is SessionKind.CHAT


def test_old_zoom_chat() -> None:
    found = read_text("10:00:03\t From Dana O’Neil : Hi there\n10:00:09\t From  Ana to  Bo(Privately) : yes\n")
    assert heard(found) == ["Dana O’Neil@36003: Hi there", "Ana@36009: yes"]


@pytest.mark.parametrize(
    "text",
    [
        "I: Tell me. #00:00:09-1#\n\nB: It is slow. #00:01:15-4#\n\nI: Why? #00:01:20-0#\n\nB: Nobody knows.\n",
        "I: Tell me.\n#00:00:09-1# B: It is slow.\n#00:01:15-4# I: Why?\n#00:01:20# B: Nobody knows.\n",
    ],
)
def test_times_as_f4_and_maxqda_write_them(text: str) -> None:
    found = read_text(text)
    assert heard(found) == ["I: Tell me.", "B@9.1: It is slow.", "I@75.4: Why?", "B@80: Nobody knows."]
    assert [speaker.role for speaker in found.speakers] == [Role.INTERVIEWER, Role.PARTICIPANT]


def test_hash_signs_that_are_no_times() -> None:
    assert "#00:01:15-2# in" in read_text("I: So #00:01:15-2# in it.\nP: #1 and #00:02:15-2# too.\nI: #2.\n").text


@pytest.mark.parametrize(
    "started", ["hat die Transkription gestartet", "a démarré la transcription", "inició la transcripción"]
)
def test_who_started_the_recording_in_other_languages(started: str) -> None:
    found = read_text(f"Dana {started}\n\n" + written("{n}   {s}\n{x}\n\n", "Dana", "Ana"))
    assert found.speakers[0].role_source.value == "hint" and len(found.turns) == 4


def test_times_of_day() -> None:
    found = read_text("Dana  10:59 AM\nHi.\n\nAna  12:01 PM\nYes.\n\nDana  1:02:03 PM\nBye.\n")
    assert [turn.start_ms for turn in found.turns] == [39_540_000, 43_260_000, 46_923_000]


def test_times_that_run_backwards_are_dropped_and_told() -> None:
    found = read_text("Dana  11:58 PM\nHi.\n\nAna  11:59 PM\nYes.\n\nDana  12:01 AM\nBye.\n")
    assert [turn.start_ms is None for turn in found.turns] == [False, False, True]
    assert [w.message for w in found.warnings] == ["1 time runs backwards and was dropped; the words are kept."]


def test_a_mistyped_time_costs_the_time_only() -> None:
    found = read_text(written("{n} ({t}): {x}\n", "Dana", "Ana").replace("(0:01:15)", "(00:22:451)"))
    assert heard(found)[2] == "Dana: Why is that?"
    assert [w.message for w in found.warnings] == ["1 line has a time that cannot be read."]


def test_some_turns_with_a_time_and_some_without() -> None:
    found = read_text("Interviewer: [00:00:03] Tell me.\nP1: It is.\nInterviewer: [00:01:15] Why?\nP1: So.\n")
    assert heard(found) == ["Interviewer@3: Tell me.", "P1: It is.", "Interviewer@75: Why?", "P1: So."]


def test_a_label_without_a_blank_is_believed_of_known_labels_only() -> None:
    assert heard(read_text("I: Tell me.\nP1:It is.\nI: Why?\nP1: So.\nDana:not she\n"))[1] == "P1: It is."
    assert labels(read_text("Dana: A.\nAna:B.\nDana: C.\nAna: D.\n")) == ["Dana", "Ana"]


def test_paragraphs_of_one_turn() -> None:
    found = read_text("Interviewer: Tell me.\n\nP1: One paragraph.\n\nAnother one.\n\nInterviewer: Why?\n\nP1: So.\n")
    assert heard(found)[1:3] == ["P1: One paragraph.", "P1: Another one."]


def test_who_started_the_recording_is_a_hint() -> None:
    text = written("{n}   {s}\n{x}\n\n", "Dana O’Neil", "Ana") + "Dana O’Neil stopped transcription\n"
    found = read_text("Dana O’Neil started transcription\n\n" + text)
    assert [(s.role, s.role_source.value) for s in found.speakers] == [
        (Role.INTERVIEWER, "hint"),
        (Role.PARTICIPANT, "heuristic"),
    ]


def test_what_people_say_is_not_taken_for_the_recorder() -> None:
    found = read_text("I: Hello.\nWe started recording\nP: Yes.\nI: Good.\n")
    assert heard(found)[0] == "I: Hello.\nWe started recording"


def test_fathom_asides_are_notes() -> None:
    found = read_text(
        "0:00 - Dana\n  Hi.\n  ACTION ITEM: Send it\n  And so.\n\n0:09 - Ana\n  Yes.\n\n0:12 - Dana\n  Bye.\n"
    )
    assert heard(found)[:3] == ["Dana@0: Hi.", "-: ACTION ITEM: Send it", "Dana: And so."]


def test_only_one_speaker() -> None:
    assert heard(read_text("P07: I open it.\nP07: I see nothing.\nP07: I close it.\n"))[0] == "P07: I open it."


def test_a_file_without_a_final_line_end_and_with_one_line() -> None:
    assert heard(read_text("P07: I open it.")) == ["P07: I open it."]
    assert heard(read_text("Just one line")) == ["-: Just one line"]


def test_says_how_much_a_habit_explains() -> None:
    parsed = parse(lines_of("Some words before\nthat go on\n\nDana: A.\nAna: B.\nDana: C.\nAna: D.\n"))
    assert parsed.habit == "name" and 0.6 < parsed.confidence < 0.7
    assert parse(lines_of("Only notes\n")).confidence == 0
