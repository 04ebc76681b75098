"""What every reader promises, on every fixture: the canonical model's rules, and what is known about each file."""

import html
import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from ingest.carrying import from_json, to_json
from ingest.readers.registry import read, readers
from repository.domain.transcript import Role, Transcript, TurnKind
from repository.errors import UnreadableSource
from tests.reading import TRANSCRIPTS, assert_canonical, labels

I, P, U = Role.INTERVIEWER, Role.PARTICIPANT, Role.UNKNOWN  # noqa: E741


@dataclass(frozen=True)
class Expected:
    """What is known of a file: reader, turns, cues, people, first and last words, times of first and last turn."""

    file: str
    reader: str
    turns: int
    cues: int
    people: tuple[tuple[str, Role], ...]
    words: tuple[str, str]
    times: tuple[int, int] | None = None
    notes: int = 0


NOTION = "made/notion_page 1f2e3d4c5b6a79881f2e3d4c5b6a7988.md"
TEAMS = (("Dana O'Neil (Guest)", U), ("Pérez, Ana (EXT)", U))
READ = (
    Expected(
        "made/cp1252.txt", "plain", 2, 0, (("Interviewer", I), ("P1", P)), ("How’s the “export”?", "café – slow…")
    ),
    Expected(
        "made/fathom.txt",
        "plain",
        5,
        3,
        (("Dana O’Neil (Acme Corp)", U), ("Ana Pérez", U)),
        ("Discovery - January 29", "Thanks."),
        (0, 3_605_000),
        notes=2,
    ),
    Expected(
        "made/frontmatter.md", "markdown", 2, 0, (("Interviewer", I), ("P1", P)), ("How do you export?", "I copy.")
    ),
    Expected(NOTION, "markdown", 5, 0, (("Ana Pérez", P),), ("Interview P1", "💡 Insight"), notes=5),
    Expected(
        "made/otter.srt",
        "subrip",
        2,
        2,
        (("Dana O’Neil", U), ("Ana", U)),
        ("How do you export data?", "I copy: first to Excel, then to slides."),
        (0, 3000),
    ),
    Expected(
        "made/rev.txt",
        "plain",
        2,
        2,
        (("Speaker 1", U), ("Ana", U)),
        ("How do you export data?", "I copy everything.\nEvery [inaudible 00:00:09] week."),
        (0, 4000),
    ),
    Expected(
        "made/table_transcript.docx",
        "word",
        2,
        2,
        (("I", I), ("P1", P)),
        ("How did it go?", "Badly.\nVery badly."),
        (1000, 4000),
    ),
    Expected("made/teams_crlf_bom.vtt", "webvtt", 3, 4, TEAMS, ("Hello, I am", "Right."), (10_087, 21_000)),
    Expected("made/teams_modern.vtt", "webvtt", 3, 4, TEAMS, ("Hello, I am", "Right."), (10_087, 21_000)),
    Expected(
        "made/teams_modern.docx",
        "word",
        3,
        3,
        (("Dana O’Neil", I), ("Ana Pérez", P)),  # she started the transcription
        ("Thanks for joining. How do you export data?", "It takes an hour."),
        (3000, 3_615_000),
    ),
    Expected(
        "made/teams_reversed_overlap.vtt",
        "webvtt",
        2,
        2,
        (("A", U), ("B", U)),
        ("first in time", "second in time, first in file"),
        (1000, 5000),
    ),
    Expected("made/utf16le_nobom.txt", "plain", 2, 0, (("Interviewer", I), ("P1", P)), ("Hi", "café")),
    Expected(
        "made/word_transcribe.docx",
        "word",
        2,
        2,
        (("Speaker 1", U), ("Speaker 2", U)),
        ("Tell me about onboarding.", "It was hard."),
        (0, 4000),
    ),
    Expected("made/youtube_rolling.vtt", "webvtt", 1, 2, (), ("I'm about to show you", "to show you"), (120, 120)),
    Expected(
        "made/zoom_newchat.txt",
        "plain",
        3,
        3,
        (("Ana Pérez", U), ("Bo", U)),
        ("hello\nsecond line", 'Replying to "hello"\nyes'),
        (36_003_000, 36_062_000),
    ),
    Expected(
        "made/zoom_saved_caption.txt",
        "plain",
        2,
        2,
        (("Dana O’Neil", U), ("Ana Pérez", U)),
        ("How do you export data?", "I copy everything."),
        (36_003_000, 36_009_000),
    ),
    Expected(
        "real/2nd_anniversary.txt",
        "plain",
        541,
        540,
        (("Bantam", U), ("Rei", U), ("Dillitan", U)),
        ("The clap.", "six years in a movie. Goodbye everybody."),
        (17_000, 5_349_000),
    ),
    Expected(
        "real/buzzcast.srt",
        "subrip",
        34,
        488,
        (("Alban", U), ("Kevin", U), ("Travis", U), ("Tom", U), ("Dave", U)),
        ("It is so stinking nice to like, show up and record this show.", "a bunch of questions and hopefully will"),
        (0, 1_661_930),
    ),
    Expected("real/captions_with_bom.vtt", "webvtt", 1, 4, (), ("Caption text #1 Caption", "text #4"), (500, 500)),
    Expected("real/comments.vtt", "webvtt", 1, 3, (), ("- Ta en kopp varmt te.", "- Ta en kopp"), (135_000, 135_000)),
    Expected("real/cue_tags.vtt", "webvtt", 1, 3, (), ("When the moon", "That's amore"), (16_500, 16_500)),
    Expected(
        "real/google_meet_ppgc_02.md",
        "markdown",
        119,
        0,
        tuple(
            (name, U)
            for name in (
                "Jackson Lewis",
                "Harry Rook",
                "Sandeep Sreenath",
                "Pratik Patil",
                "Krishna Upadhyaya",
                "Mihailo Bjelic",
                "Vaibhav Jindal",
                "Paul O'Leary",
            )
        ),
        ("Polygon Protocol Governance Call (2023-04-20", "Thank you, everyone."),
        notes=3,
    ),
    Expected("real/invalid.vtt", "webvtt", 1, 7, (), ("Caption text #1", "Caption text #7"), (500, 500)),
    Expected("real/kde_express.vtt", "webvtt", 1, 22, (), ("Buenas, bienvenidas", "que es una web"), (0, 0)),
    Expected(
        "real/missing_caption_text.vtt", "webvtt", 1, 4, (), ("Caption text #1 Caption text #3", "#5"), (500, 500)
    ),
    Expected("real/missing_timeframe.srt", "subrip", 1, 5, (), ("Caption text #1 Caption text #2", "#5"), (500, 500)),
    Expected(
        "real/onedrive_2022.vtt",
        "webvtt",
        116,
        270,
        (),
        ("Recording.", "like not my non Asian friends."),
        (8710, 886_200),
    ),
    Expected(
        "real/otter_ladybug_46.md",
        "markdown",
        146,
        145,
        (("Emma", U), ("Kelly", U), ("Unknown Speaker", U), ("Ali", U)),
        ("Systems Design interviews are becoming", "everyone else feels the need to do it."),
        (0, 3_079_000),
    ),
    Expected(
        "real/otter_ladybug_60.md",
        "markdown",
        148,
        148,
        (("Ali", P), ("Kelly", P), ("Unknown Speaker", U), ("Emma", P), ("Sidney", I)),
        ("One of the new hottest technologies in the front end", "ladybug podcast and we'll see you next week."),
        (0, 2_529_000),
    ),
    Expected(
        "real/podcast_namespace.srt",
        "subrip",
        10,
        222,
        (("Travis", U), ("Sarah", U), ("Gilon", U)),
        ("When you first get started in podcasting", "thing to do is to batch your episodes."),
        (179, 691_490),
    ),
    Expected("real/sample.srt", "subrip", 1, 5, (), ("Caption text #1", "Caption text #5"), (500, 500)),
    Expected(
        "real/teams_2022.vtt",
        "webvtt",
        95,
        178,
        (("Hurst, Peter", U), ("Wright, Steve", U)),
        ("Yeah.", "OK."),
        (0, 761_480),
    ),
    Expected("real/teams_no_speakers.vtt", "webvtt", 3, 4, (), ("And more.", "OK. Is that going to?"), (3138, 8218)),
    Expected(
        "real/youtube_dl.vtt", "webvtt", 1, 3, (), ("yeah what this will", "happen is I'm telling"), (286_070, 286_070)
    ),
    Expected(
        "real/zoom_chat.txt",
        "plain",
        10,
        10,
        tuple((n, U) for n in ("Andrew Knight", "Ringo Starr", "George Harrison", "John Lennon", "Paul McCartney")),
        ("Hello Everyone - It’s great to see folks", "Fuselage"),
        (1_274_000, 2_209_000),
    ),
    Expected(
        "real/zoom_meeting001.vtt",
        "webvtt",
        31,
        300,
        (
            ("Andrew Knight", I),
            ("Paul McCartney", P),
            ("George Harrison", P),
            ("Ringo Starr", P),
            ("John Lennon", P),
        ),
        ("Okay, so we're recording. We're streaming", "everyone. See you in our next program."),
        (4859, 3_303_360),
    ),
)
REFUSED = {"real/no_captions.vtt": "There are no words in the file."}

#: Fixtures whose exact turns stand in the suites of their families (test_documents, test_tables, …).
THEIRS = sorted(
    {str(path.relative_to(TRANSCRIPTS)) for path in TRANSCRIPTS.glob("*/*")}
    - {expected.file for expected in READ}
    - set(REFUSED)
)

every_file = pytest.mark.parametrize("file", [expected.file for expected in READ])


@cache
def transcript_of(file: str) -> Transcript:
    path = TRANSCRIPTS / file
    return read(path.read_bytes(), path.name)


@pytest.mark.parametrize("file", THEIRS)
def test_the_families_keep_the_rules_too(file: str) -> None:
    assert_canonical(transcript_of(file))
    assert from_json(to_json(transcript_of(file))) == transcript_of(file)


def test_every_reader_has_fixtures_and_the_shape_of_a_reader() -> None:
    used = {transcript_of(file).reader for file in [*THEIRS, *(expected.file for expected in READ)]}
    assert {reader.NAME for reader in readers()} == used
    for reader in readers():
        assert isinstance(reader.VERSION, int) and reader.VERSION >= 1
        assert reader.TITLE and all(find_spec(module) for module in reader.NEEDS)
        assert reader.recognise.__doc__ and reader.read.__doc__


@every_file
def test_keeps_the_rules_of_the_canonical_model(file: str) -> None:
    assert_canonical(transcript_of(file))


@pytest.mark.parametrize("expected", READ, ids=lambda expected: expected.file)
def test_reads_what_is_known_of_the_file(expected: Expected) -> None:
    found = transcript_of(expected.file)
    first, last = found.words_of(found.turns[0]), found.words_of(found.turns[-1])
    times = [turn.start_ms for turn in found.turns if turn.start_ms is not None]
    assert (found.reader, len(found.turns), len(found.cues)) == (expected.reader, expected.turns, expected.cues)
    assert tuple((speaker.label, speaker.role) for speaker in found.speakers) == expected.people
    assert first.startswith(expected.words[0]) and last.endswith(expected.words[1])
    assert ((times[0], times[-1]) if times else None) == expected.times
    assert sum(turn.kind is TurnKind.NOTE for turn in found.turns) == expected.notes


@every_file
def test_the_same_bytes_give_the_same_text(file: str) -> None:
    path = TRANSCRIPTS / file
    assert read(path.read_bytes(), path.name) == transcript_of(file)


@every_file
def test_line_ends_and_byte_order_mark_change_nothing(file: str) -> None:
    path = TRANSCRIPTS / file
    if path.suffix == ".docx":
        data = path.read_bytes()
        assert read(data, "renamed.txt").text == transcript_of(file).text  # told by content
        return
    source = path.read_bytes()
    if transcript_of(file).encoding != "utf-8":
        encoding = transcript_of(file).encoding
        source = source.decode(encoding).encode()
    plain = source.decode("utf-8-sig").replace("\r\n", "\n")
    for twin in (plain, plain.replace("\n", "\r\n"), plain.replace("\n", "\r"), "\ufeff" + plain):
        assert read(twin.encode(), path.name).text == transcript_of(file).text
    for encoding in ("utf-16", "utf-16-be", "utf-32"):
        assert read(plain.encode(encoding), path.name).text == transcript_of(file).text


@every_file
def test_is_carried_through_json_unchanged(file: str) -> None:
    assert from_json(to_json(transcript_of(file))) == transcript_of(file)


@every_file
def test_every_character_that_was_said_is_there_once(file: str) -> None:
    found = transcript_of(file)
    said = re.sub(r"\s+", "", "".join(found.words_of(turn) for turn in found.turns))
    assert sorted(said) == sorted(re.sub(r"\s+", "", _said_in(TRANSCRIPTS / file, found)))


#: Lines in text fixtures that are not speech, and beginnings of lines that say who speaks.
_FURNITURE = {
    "made/fathom.txt": r"VIEW RECORDING.*|---|[\d:]+ - (?:Dana.*|Ana.*)",
    "made/frontmatter.md": r"(?s:\A---.*?\n---\n)|\*\*\w+:\*\*",
    NOTION: r"^(?:Created|Participants|Tags): .*|^# |^## |\*\*|</?aside>",
    "made/rev.txt": r"^(?:Speaker 1|Ana) \([\d:]+\):",
    "made/cp1252.txt": r"^\w+:",
    "made/utf16le_nobom.txt": r"^\w+:",
    "made/zoom_newchat.txt": r"^[\d: -]+ From .*:$",
    "made/zoom_saved_caption.txt": r"^\[.*\] [\d:]+$",
    "real/2nd_anniversary.txt": r"^(?:Bantam|Rei|Dillitan) \([\d:]+\):",
    "real/google_meet_ppgc_02.md": r"^# Transcript$|^#### \*\*This.*|^Meeting ended after.*|^#+ |^[A-Z][\w']+ [A-Z][\w']+:",
    "real/otter_ladybug_46.md": r"^\**(?:Emma|Kelly|Unknown Speaker|Ali)\** +[\d:]+|^Transcribed by.*",
    "real/otter_ladybug_60.md": r"^(?:Ali|Kelly|Unknown Speaker|Emma|Sidney)  [\d:]+|^Transcribed by.*",
    "real/zoom_chat.txt": r"^[\d:]+\t.*?:\t",
}


def _said_in(path: Path, found: Transcript) -> str:
    """Find a file's speech in the simplest way that works for it, unlike the readers do."""
    file = str(path.relative_to(TRANSCRIPTS))
    if path.suffix == ".docx":
        return {
            "table_transcript.docx": "How did it go? Badly. Very badly.",
            "teams_modern.docx": "Thanks for joining. How do you export data? I copy everything into Excel. It takes an hour.",
            "word_transcribe.docx": "Tell me about onboarding. It was hard.",
        }[path.name]
    source = (
        path.read_bytes().decode(found.encoding if found.encoding != "utf-8" else "utf-8-sig").replace("\r\n", "\n")
    )
    if path.suffix not in (".vtt", ".srt"):
        return re.sub(_FURNITURE[file], "", html.unescape(source.replace("\\_", "_")), flags=re.M)
    blocks = re.split(r"\n\s*\n", source)
    cues = [block.split("-->", 1)[1].partition("\n")[2] for block in blocks if "-->" in block]
    if path.name == "youtube_dl.vtt":
        return "yeah what this will happen is I'm telling"
    if path.name == "missing_timeframe.srt":
        cues.append("Caption text #2")
    if path.name.startswith("youtube"):  # each line comes up to three times
        cues = [
            *dict.fromkeys(line for cue in cues for line in re.sub(r"<[^>]*>", "", cue).split("\n") if line.strip())
        ]
    said = html.unescape(re.sub(r"<[^>]*>", "", "\n".join(cues)))
    names = "|".join(map(re.escape, labels(found))) or "(?!)"
    return re.sub(rf"^(?:{names}): ", "", said, flags=re.M)


@pytest.mark.parametrize(("file", "sentence"), REFUSED.items())
def test_refuses_what_it_cannot_read_and_says_what_it_is(file: str, sentence: str) -> None:
    path = TRANSCRIPTS / file
    with pytest.raises(UnreadableSource) as raised:
        read(path.read_bytes(), path.name)
    assert raised.value.message == f"{path.name}: {sentence}"
    assert raised.value.hint.endswith(".") and raised.value.file == path.name
