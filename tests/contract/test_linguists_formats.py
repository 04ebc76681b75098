"""Linguists' formats and captions other than WebVTT and SRT: ELAN, Praat, CHAT, Transcriber, TEI, TTML, YouTube, LRC, …"""

from dataclasses import dataclass

import pytest

from ingest.readers.registry import read
from repository.domain.transcript import Role, RoleSource, Transcript, TurnKind
from repository.errors import UnreadableSource
from tests.reading import TRANSCRIPTS, assert_canonical, heard, labels, read_text

I, P, U = Role.INTERVIEWER, Role.PARTICIPANT, Role.UNKNOWN  # noqa: E741
Times = list[tuple[int | None, int | None]]


@dataclass(frozen=True)
class Golden:
    """A fixture and all that is in it: turns with their times, roles, the times of the cues, what it is called."""

    file: str
    reader: str
    shape: str
    heard: list[str]
    people: list[tuple[str, Role]]
    cues: Times
    warnings: tuple[str, ...] = ()


OVERLAP = "1 piece of speech overlaps another: people spoke at the same time."
GOLDEN = (
    Golden(
        "made/elan_interview.eaf",
        "elan",
        "ELAN (.eaf)",
        [
            "Interviewer@0.78: How do you export?",
            "P1@2.34: I copy it & paste it into Excel 📊",
            "Interviewer@5.9: Every week?",
        ],
        [("Interviewer", I), ("P1", P)],
        [(780, 2340), (2340, None), (None, 6100), (5900, 7000)],
        (
            "Tiers that depend on others were left out: german.",
            "Annotations without a time of their own: 1; their words are kept.",
            "Tiers that are not speech were left out: Gesture.",
        ),
    ),
    Golden(
        "made/elan_toolbox.eaf",
        "elan",
        "ELAN (.eaf)",
        ["Ana@0.1: kita ɬɨŋla mai"],
        [("Ana", U)],
        [(100, 900), (900, 1500)],
        ("Tiers that depend on others were left out: ref@Ana, ft@Ana.",),
    ),
    Golden(
        "made/praat_long_utf16.TextGrid",
        "textgrid",
        "Praat TextGrid",
        ['Interviewer@0: How do you "export"?', "P1@2: I copy", "Interviewer@5: Und Größe?"],
        [("Interviewer", I), ("P1", P)],
        [(0, 2000), (2000, 3235), (3235, 5000), (5000, 6500)],
        ("Tiers that are not speech were left out: P1 - phones, clicks.", "Marks of silence were left out: 1."),
    ),
    Golden(
        "made/chat_interview.cha",
        "chat",
        "CHAT transcript (.cha)",
        [
            "INV@0.125: how do you export the data?",
            "PAR@2.985: um I I copy it to everything into Excel because it's easy...",
            "MOT@8: no he doesn't know xxx.",
            "PAR: mhm",
            "MOT@10: every week.",
        ],
        [("INV", I), ("PAR", P), ("MOT", P)],
        [(125, 2475), (2985, 7195), (8000, 9000), (10_000, None)],
        (
            "Tiers that depend on others were left out: %com, %mor.",
            "A line with codes alone was left out.",
            "A cue ends before it begins; its end was dropped.",
        ),
    ),
    Golden(
        "made/transcriber.trs",
        "transcriber",
        "Transcriber (.trs)",
        ["interviewer@4.5: how do you export and", "José@9: café"],
        [("interviewer", I), ("José", P)],
        [(4500, 9000), (9000, 12_000), (9000, 12_000)],
        ("Left out: events (1).", OVERLAP),
    ),
    Golden(
        "made/tei_spoken.xml",
        "tei",
        "TEI transcription",
        ["INT@0: How do you export?", "P1@3.2: I copy."],
        [("INT", I), ("P1", P)],
        [(0, 3200), (3200, None)],
        ("Left out: pause (1), vocal (1).",),
    ),
    Golden(
        "made/tei_iso.xml",
        "tei",
        "TEI transcription",
        ["Dana@0: Wie exportieren Sie?", "A@1.5: Mit Excel, immer."],
        [("Dana", I), ("A", P)],
        [(0, 1500), (1500, 3750), (3750, 5000)],
        ("Left out: vocal (1).",),
    ),
    Golden(
        "made/exmaralda.exb",
        "exmaralda",
        "EXMARaLDA (.exb)",
        ["INT@0: Wie exportieren Sie das?", "Jörg@1.5: Mit Excel,", "INT@4.25: Aha.", "Jörg@4.25: immer."],
        [("INT", I), ("Jörg", P)],
        [(0, 1500), (1500, None), (1500, 4250), (4250, 5000), (4250, 5000)],
        ("Tiers that are not speech were left out: Jörg [en], [nn].", OVERLAP),
    ),
    Golden(
        "made/folker.flk",
        "exmaralda",
        "FOLKER transcription (.flk)",
        ["IN@0: wie exportieren sie das", "AP@1.25: mit excel ne"],
        [("IN", U), ("AP", U)],
        [(0, 1250), (1250, 3500)],
        ("Left out: breathe (1), pause (1), non-phonological (1).",),
    ),
    Golden(
        "made/apple_podcast.ttml",
        "ttml",
        "Apple Podcasts transcript (TTML)",
        ["SPEAKER_1@0.86: Welcome to WarTalk. I'm Ana.", "SPEAKER_2@108.737: Hello."],
        [("SPEAKER_1", U), ("SPEAKER_2", U)],
        [(860, 2000), (2500, 4100), (108_737, 110_000)],
    ),
    Golden(
        "made/dfxp_frames.dfxp",
        "ttml",
        "TTML subtitles",
        [
            "Dana O'Neil@1.4: How do you export data?",
            "Ana@4: I copy everything.",
            "Dana O'Neil@6: Really?",
            "Ana@6: Yes. Always.",
        ],
        [("Dana O'Neil", U), ("Ana", U)],
        [(1400, 3000), (4000, 5500), (6000, 7500), (6000, 7500)],
        ("A time cannot be read; the words are kept.", OVERLAP),
    ),
    Golden(
        "made/meet_chat.sbv",
        "youtube",
        "Google Meet chat (.sbv)",
        ["Ana Pérez@192: https://x.test/a:b", "Dana@240.5: thanks"],
        [("Ana Pérez", U), ("Dana", U)],
        [(192_000, 192_000), (240_500, 240_500)],
    ),
    Golden(
        "real/sample.sbv",
        "youtube",
        "YouTube captions (.sbv)",
        [
            "-@0.378: Caption text #1 Caption text #2 Caption text #3 (line 1) Caption text #3 (line 2) Caption text #4"
            " Caption text #5"
        ],
        [],
        [(378, 11_378), (11_378, 12_305), (13_489, 15_489), (15_489, 16_234), (17_484, None)],
        ("A cue ends before it begins; its end was dropped.",),
    ),
    Golden(
        "made/youtube.srv1.xml",
        "youtube",
        "YouTube captions (srv1)",
        ["-@1.5: Hello 'there' goodbye"],
        [],
        [(1500, 3500), (4000, 5500)],
    ),
    Golden(
        "made/youtube.srv3.xml",
        "youtube",
        "YouTube captions (srv3)",
        ["-@15.519: for years fans & 'friends'"],
        [],
        [(15_519, 19_760), (17_960, 22_920)],
    ),
    Golden(
        "made/lyrics.lrc",
        "lrc",
        "Timed lines (LRC)",
        ["-@0.5: repeated line", "P1@4: one line word repeated line"],
        [("P1", P)],
        [(500, None), (4000, None), (4600, None), (9500, None)],
        (
            "1 line has several times; it stands at each of them.",
            "The file shifts all times by -500 ms; that was done.",
        ),
    ),
    Golden(
        "made/whisper.tsv",
        "time-table",
        "Whisper table (start, end, text)",
        ['-@0: How do you "export"? I copy it, all of it. Yes.'],
        [],
        [(0, 2340), (2340, 6100), (6100, 6100)],
    ),
    Golden(
        "made/audacity_labels.txt",
        "time-table",
        "Audacity labels",
        ["Interviewer@0: How do you export?", "P1@2.34: I copy it. Yes."],
        [("Interviewer", I), ("P1", P)],
        [(0, 2340), (2340, 6100), (7500, None)],
    ),
    Golden(
        "made/subtitles.ass",
        "substation",
        "Subtitles (ASS, SSA)",
        ["Interviewer@0: How do you export?", "P1@2.34: I copy, then paste."],
        [("Interviewer", I), ("P1", P)],
        [(0, 2340), (2340, 6100)],
        ("Left out: comments (1), doubled layers (1), drawings (1).",),
    ),
)


def transcript_of(file: str) -> Transcript:
    path = TRANSCRIPTS / file
    found = read(path.read_bytes(), path.name)
    assert_canonical(found)
    return found


def times(found: Transcript) -> Times:
    return [(cue.start_ms, cue.end_ms) for cue in found.cues]


def remarks(found: Transcript) -> tuple[str, ...]:
    return tuple(warning.message for warning in found.warnings)


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden.file)
def test_reads_exactly_what_is_in_the_file(golden: Golden) -> None:
    found = transcript_of(golden.file)
    assert heard(found) == golden.heard
    assert [(speaker.label, speaker.role) for speaker in found.speakers] == golden.people
    assert times(found) == golden.cues
    assert (found.reader, found.shape, remarks(found)) == (golden.reader, golden.shape, golden.warnings)
    assert found.confidence >= 0.9


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden.file)
def test_is_told_by_its_content_under_any_name(golden: Golden) -> None:
    data = (TRANSCRIPTS / golden.file).read_bytes()
    for name in ("a.txt", "a.xml", "a.csv", "a.html"):
        assert read(data, name).text == transcript_of(golden.file).text


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden.file)
def test_line_ends_and_encodings_change_nothing(golden: Golden) -> None:
    found = transcript_of(golden.file)
    data = (TRANSCRIPTS / golden.file).read_bytes()
    encoding = "iso-8859-1" if golden.file.endswith(".trs") else found.encoding
    plain = data.decode("utf-8-sig" if encoding == "utf-8" else encoding).replace("\r\n", "\n")
    for twin in (plain.replace("\n", "\r\n"), "\ufeff" + plain):
        assert read(twin.encode(), "a.txt").text == found.text
    assert read(plain.encode("utf-16"), "a.txt").text == found.text


def test_the_real_short_textgrid() -> None:
    found = transcript_of("real/short_format.TextGrid")
    assert (len(found.turns), len(found.cues), found.speakers) == (1, 29, ())
    assert found.text.startswith("RIGHT THEN I'LL JUST PUT IT DOWN HERE NINE TEAS")
    assert times(found)[0] == (1_361_893, 1_362_163)  # 1361.8925: halves are rounded up
    assert remarks(found) == (
        "Tiers that are not speech were left out: phone, Errors.",
        "Marks of silence were left out: 16.",
    )


def test_the_real_chat_file() -> None:
    found = transcript_of("real/talkbank_test.cha")
    assert (len(found.turns), len(found.cues), found.language) == (1, 13, "en")
    assert found.speakers[0].role is P and found.speakers[0].role_source is RoleSource.FILE
    assert found.text.startswith("Hello. this is a test of wake-up. i'm going to read")
    assert "but um here's some retracing. so just for fun. um i like i like i like beans." in found.text
    assert (times(found)[0], times(found)[-1]) == ((125, 475), (25_085, 25_835))


def test_the_real_ttml_file() -> None:
    found = transcript_of("real/ttml_example.ttml")
    assert (len(found.turns), len(found.cues), found.title) == (1, 11, "Timed Text TTML Example")
    assert found.text.startswith("It seems a paradox, does it not, that the image formed on the Retina should be")
    assert times(found)[:2] == [(760, 3450), (5000, 10_000)]


def test_the_real_podcast_page() -> None:
    found = transcript_of("real/buzzcast.html")
    assert (found.reader, len(found.turns), len(found.cues)) == ("podcast-page", 34, 34)
    assert labels(found) == ["Alban", "Kevin", "Travis", "Tom", "Dave"]
    assert heard(found)[2] == "Alban@42: I never said that. The only reason we ever did video was because of you."
    assert found.turns[-1].start_ms is not None and found.encoding == "utf-8"


def test_a_part_of_a_podcast_page_with_several_paragraphs() -> None:
    found = read_text(
        "<h1>Episode 3</h1><p>Please excuse errors.</p><cite>Ana &amp; Bo:</cite><time>0:05</time><p>One<br>two.</p><p>Three.</p>"
        "<script>alert(1)</script><cite>Dana:</cite><time>1:02:03</time><p>Four.</p>",
        "a.html",
    )
    assert heard(found) == [
        "-: Episode 3",
        "-: Please excuse errors.",
        "Ana & Bo@5: One two.",
        "Ana & Bo: Three.",
        "Dana@3723: Four.",
    ]
    assert [turn.kind for turn in found.turns[:2]] == [TurnKind.NOTE] * 2 and found.title == "Episode 3"


@pytest.mark.parametrize("file", ["made/youtube_rolling.vtt", "real/youtube_dl.vtt"])
def test_rolling_captions_of_youtube_say_each_word_once(file: str) -> None:
    said = {
        "made/youtube_rolling.vtt": "I'm about to show you",
        "real/youtube_dl.vtt": "yeah what this will happen is I'm telling",
    }
    assert transcript_of(file).text == said[file]


# CHAT


def cha(*lines: str, participants: str = "PAR Participant, INV Investigator") -> str:
    return f"@UTF8\n@Begin\n@Languages:\tdeu\n@Participants:\t{participants}\n" + "\n".join(lines) + "\n@End\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("it's (.) &=ges:point the <the boy> [//] girl [* s:r] .", "it's the the boy girl."),
        ("&+w &-uh we go(ed) [: went] (1.5) home [+ gram] .", "w uh we goed home."),
        ("um she's like +\"/.", "um she's like..."),
        ("what is +..?", "what is?"),
        ("[- spa] no sé [=! laughs] .", "no sé."),
        ("hello [% waves] , mum !", "hello, mum!"),
        ("choo_choo@c train ↑ ⌈really⌉ .", "choo choo train really."),
        ("one [x 3] two 0to three [>] .", "one two three."),
        ("it cost ninety nine euros .", "it cost ninety nine euros."),
    ],
)
def test_codes_of_chat(line: str, said: str) -> None:
    assert heard(read_text(cha(f"*PAR:\t{line}"), "a.cha")) == [f"PAR: {said}"]


def test_chat_dense_with_times_that_does_not_look_like_text() -> None:
    data = cha(*(f"*PAR:\ta . \x15{n}_{n + 1}\x15" for n in range(500))).encode()
    found = read(data, "a.cha")
    assert (found.reader, len(found.cues), found.language) == ("chat", 500, "de")


def test_chat_with_old_times_unknown_people_and_lines_of_its_own() -> None:
    found = read_text(
        cha('*INV:\thello . \x15%snd:"p01"_100_900\x15', "*XYZ:\thi .", '%snd:\t"p01"_1000_2000', "stray words"),
        "a.cha",
    )
    assert heard(found) == ["INV@0.1: hello.", "XYZ@1: hi.", "-: stray words"]
    assert "Not among the participants in the header: XYZ." in remarks(found)


def test_chat_in_latin_1() -> None:
    found = read(cha("*PAR:\tça va très bien . \x15100_900\x15").encode("latin-1"), "a.cha")
    assert heard(found) == ["PAR@0.1: ça va très bien."] and found.encoding_guessed


# Tiers


def grid(*tiers: tuple[str, list[tuple[float, float, str]]]) -> str:
    out = ['File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n99\n<exists>\n' + str(len(tiers))]
    for name, intervals in tiers:
        out.append(f'"IntervalTier"\n"{name}"\n0\n99\n{len(intervals)}')
        out += [f'{start}\n{end}\n"{words}"' for start, end, words in intervals]
    return "\n".join(out) + "\n"


def test_aligned_words_and_phones_of_two_speakers() -> None:
    found = read_text(
        grid(
            ("Ana - words", [(0, 1, "hello"), (1, 2, ""), (2, 3, "there")]),
            ("Ana - phones", [(0, 1, "HH")]),
            ("Bo - words", [(1, 2, "yes")]),
            ("Bo - phones", [(1, 2, "Y")]),
        )
    )
    assert heard(found) == ["Ana@0: hello", "Bo@1: yes", "Ana@2: there"]


def test_sentences_win_over_words() -> None:
    found = read_text(grid(("word", [(0, 1, "hello"), (1, 2, "there")]), ("sentence", [(0, 2, "Hello there.")])))
    assert heard(found) == ["-@0: Hello there."]


def test_a_label_over_two_lines_and_with_bare_quotation_marks() -> None:
    text = (
        'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = 2\ntiers? <exists>\nsize = 1\nitem []:\n'
        '    item [1]:\n        class = "IntervalTier"\n        name = "P1"\n        xmin = 0\n        xmax = 2\n'
        "        intervals: size = 2\n        intervals [1]:\n            xmin = 0\n            xmax = 1\n"
        '            text = "she said "no"\nand left"\n        intervals [2]:\n            xmin = 1\n            xmax = 2\n'
        '            text = "Well."\n'
    )
    assert heard(read_text(text)) == ['P1@0: she said "no" and left Well.']


def test_a_textgrid_cut_off_keeps_what_is_there() -> None:
    found = read_text(grid(("P1", [(0, 1, "hello"), (1, 2, "there")]))[:-4])
    assert heard(found) == ["P1@0: hello the"]
    assert remarks(found) == ("The TextGrid ends before it should; what is there was read.",)


def test_a_chronological_textgrid() -> None:
    found = read_text(
        '"Praat chronological TextGrid text file"\n0 4   ! Time domain.\n2   ! Number of tiers.\n'
        '"IntervalTier" "Mary" 0 4\n"IntervalTier" "John" 0 4\n1 0 2\n"hi John"\n2 2 4\n"hi"\n'
    )
    assert heard(found) == ["Mary@0: hi John", "John@2: hi"]


def eaf(*tiers: str) -> str:
    slots = "".join(f'<TIME_SLOT TIME_SLOT_ID="ts{n}" TIME_VALUE="{n * 100}"/>' for n in range(20))
    return f"<ANNOTATION_DOCUMENT><TIME_ORDER>{slots}</TIME_ORDER>{''.join(tiers)}</ANNOTATION_DOCUMENT>"


def tier(head: str, *annotations: tuple[int, int, str]) -> str:
    return (
        f"<TIER {head}>"
        + "".join(
            f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{head[-4:-1]}{a}" TIME_SLOT_REF1="ts{a}" TIME_SLOT_REF2="ts{b}">'
            f"<ANNOTATION_VALUE>{words}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
            for a, b, words in annotations
        )
        + "</TIER>"
    )


def test_elan_with_the_default_tier_alone_names_nobody() -> None:
    assert heard(read_text(eaf(tier('TIER_ID="default"', (0, 1, "hello"))))) == ["-@0: hello"]


def test_elan_names_speakers_by_their_tiers_without_participants() -> None:
    found = read_text(eaf(tier('TIER_ID="Dana"', (0, 2, "hello")), tier('TIER_ID="Ana"', (1, 3, "hi"), (5, 4, "yes"))))
    assert heard(found) == ["Dana@0: hello", "Ana@0.1: hi yes"]
    assert remarks(found) == ("A cue ends before it begins; its end was dropped.", OVERLAP)


def test_elan_leaves_out_words_below_sentences() -> None:
    found = read_text(
        eaf(
            tier('TIER_ID="S1" PARTICIPANT="Ana"', (0, 4, "hello there")),
            tier('TIER_ID="w" PARENT_REF="S1" PARTICIPANT="Ana"', (0, 2, "hello"), (2, 4, "there")),
        )
    )
    assert found.text == "hello there"


def test_elan_with_speech_and_gestures_of_each_person() -> None:
    found = read_text(
        eaf(
            tier('TIER_ID="K-Spch"', (0, 2, "so you go left")),
            tier('TIER_ID="W-Spch" PARTICIPANT="Wim"', (2, 4, "yes")),
            tier('TIER_ID="K-RGU"', (0, 2, "preparation")),
            tier('TIER_ID="W-RGMe" PARTICIPANT="Wim"', (0, 2, "pointing")),
        )
    )
    assert heard(found) == ["K@0: so you go left", "Wim@0.2: yes"]
    assert remarks(found) == ("Tiers that are not speech were left out: K-RGU, W-RGMe.",)


# Captions and XML


def test_lrc_of_whisper_ends_lines_by_empty_times() -> None:
    found = read_text("[00:43.810]Hello.\r\n[00:47.850]\r\n\r\n[00:48.350]I'm here\r\n[00:54.570]\r\n", "a.lrc")
    assert times(found) == [(43_810, 47_850), (48_350, 54_570)]


def test_plain_transcripts_with_times_in_brackets_are_not_lyrics() -> None:
    text = "[00:00:03] Interviewer: How?\n[00:01:00] P1: So.\n[00:01:10] Interviewer: Why?\n"
    assert read_text(text, "a.md").reader != "lrc" and read_text(text).reader == "plain"


def test_lrc_with_hundredths_behind_a_colon() -> None:
    assert times(read_text("[ti:x]\n[00:01:75]one\n[00:02:10]two\n", "a.lrc")) == [(1750, None), (2100, None)]


def test_whisper_csv_and_a_table_with_speakers() -> None:
    found = read_text('start,end,text\n0,4000," And so, my ""friend"""\n4000,5000,yes\n', "a.csv")
    assert heard(found) == ['-@0: And so, my "friend" yes']
    found = read_text("start\tend\tspeaker\ttext\n0\t40\tSPEAKER_00\thi\n40\t90\tSPEAKER_01\tho\n", "a.tsv")
    assert heard(found) == ["SPEAKER_00@0: hi", "SPEAKER_01@0.04: ho"]


def test_sbv_keeps_lines_behind_a_blank_one_and_names_by_marks() -> None:
    found = read_text("0:00:01.000,0:00:02.000\n>> One[br]two\n\nthree\n\n0:00:02.000,0:00:03.000\n>> Four\n", "a.sbv")
    assert heard(found) == ["-@1: One two three", "-@2: Four"]


def test_srv2_joins_words_that_are_appended() -> None:
    found = read_text(
        '<timedtext><window t="0"/><text t="100" d="900" w="1">I</text><text t="300" d="700" w="1" append="1"> am</text>'
        '<text t="2000" d="5" w="1">here</text></timedtext>'
    )
    assert heard(found) == ["-@0.1: I am here"] and times(found) == [(100, 1000), (2000, 2005)]


def test_ttml_counts_times_inside_a_timed_division_from_its_beginning() -> None:
    text = '<tt xmlns="http://www.w3.org/ns/ttml"><body><div begin="10s" end="60s"><p begin="1s" end="2s">a</p></div></body></tt>'
    assert times(read_text(text)) == [(11_000, 12_000)]
    assert times(read_text(text.replace('begin="1s" end="2s"', 'begin="55s" end="57s"'))) == [(55_000, 57_000)]


def test_microdvd_has_times_only_with_a_rate() -> None:
    assert times(read_text("{1}{1}25.000\n{25}{50}{y:i}Hello|there\n{75}{100}Yes\n", "a.sub")) == [
        (1000, 2000),
        (3000, 4000),
    ]
    found = read_text("{25}{50}Hello|there\n{75}{100}Yes\n", "a.sub")
    assert heard(found) == ["-: Hello there Yes"] and "no times are known" in remarks(found)[0]


def test_transcriber_with_entities_of_html_bare_ampersands_and_no_speaker() -> None:
    found = read_text(
        '<?xml version="1.0"?>\n<!DOCTYPE Trans SYSTEM "trans-14.dtd">\n<Trans><Episode><Section><Turn startTime="0" endTime="2">'
        '<Sync time="0"/>\nR&D &eacute;t&eacute;&nbsp;<Comment desc="x"/>ok</Turn></Section></Episode></Trans>'
    )
    assert heard(found) == ["-@0: R&D été ok"]
    assert remarks(found)[0].startswith("The file is not well-formed XML") and found.warnings[0].line == 4


def test_transcriber_tells_people_of_one_name_apart() -> None:
    found = read_text(
        '<Trans><Speakers><Speaker id="s1" name="woman"/><Speaker id="s2" name="woman"/></Speakers><Episode><Section>'
        '<Turn speaker="s1" startTime="0" endTime="1"><Sync time="0"/>a</Turn><Turn speaker="s2" startTime="1" endTime="2">'
        '<Sync time="1"/>b</Turn></Section></Episode></Trans>'
    )
    assert labels(found) == ["woman (s1)", "woman (s2)"]


def test_a_circle_in_a_timeline_has_no_times() -> None:
    found = read_text(
        '<TEI><text><timeline><when xml:id="A" interval="1" since="#B"/><when xml:id="B" interval="1" since="#A"/></timeline>'
        '<u who="#x" start="#A">hi</u></text></TEI>'
    )
    assert heard(found) == ["x: hi"]


def test_tei_corpo_names_people_by_codes() -> None:
    found = read_text(
        '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><listPerson><person role="Target_Child"><persName>Lily</persName>'
        '<altGrp><alt type="CHI"/></altGrp></person><person role="Investigator"><altGrp><alt type="INV"/></altGrp></person>'
        '</listPerson></teiHeader><text><timeline unit="s"><when absolute="0" xml:id="T0"/><when interval="0.835" since="#T0"'
        ' xml:id="T1"/><when interval="3.665" since="#T0" xml:id="T2"/></timeline><body><annotationBlock end="#T1" start="#T0"'
        ' who="INV"><u><seg>you did ? </seg></u></annotationBlock><annotationBlock end="#T2" start="#T1" who="CHI"><u><seg>I did'
        ' . </seg></u><spanGrp type="mor"><span>pro|I</span></spanGrp></annotationBlock></body></text></TEI>'
    )
    assert heard(found) == ["INV@0: you did?", "Lily@0.835: I did."] and times(found) == [(0, 835), (835, 3665)]
    assert [speaker.role for speaker in found.speakers] == [I, P]


def test_tei_with_its_timeline_behind_or_among_the_utterances() -> None:
    one, two = (f'<u who="#{who}" start="#T{n}" end="#T{n + 1}">word {n} &amp; on</u>' for n, who in enumerate("ab", 1))
    points = ['<when xml:id="T0"/>', *(f'<when xml:id="T{n}" interval="{n}" since="#T0"/>' for n in range(1, 4))]
    person = '<teiHeader><person xml:id="a" role="interviewer"><persName>Ana</persName></person></teiHeader>'
    expected = ["Ana@1: word 1 & on", "b@2: word 2 & on"]
    for body in (
        f"<timeline>{''.join(points)}</timeline>{one}{two}",
        f"{one}{two}<timeline>{''.join(points)}</timeline>",
        f"{one}<timeline origin='#T0'>{points[1]}{points[0]}</timeline>{two}<timeline>{points[3]}{points[2]}</timeline>",
    ):
        found = read_text(f"<TEI>{person}<text xml:lang='en'><body>{body}</body></text></TEI>", "a.xml")
        assert (heard(found), found.language, found.speakers[0].role) == (expected, "en", I)


def test_tei_without_utterances_is_not_a_transcript() -> None:
    with pytest.raises(UnreadableSource):
        read(b"<TEI><text><body><p>A novel.</p></body></text></TEI>", "a.xml")


# What is hostile

XML = {golden.file for golden in GOLDEN if (TRANSCRIPTS / golden.file).read_bytes().lstrip()[:1] == b"<"}


@pytest.mark.parametrize("file", sorted(XML))
@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE x [<!ENTITY a "1234567890"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY % d SYSTEM "http://127.0.0.1:1/x.dtd"> %d;]>',
    ],
)
def test_entities_are_refused_before_a_parser_sees_them(file: str, head: str) -> None:
    data = (TRANSCRIPTS / file).read_bytes().decode("latin-1")
    data = data.replace("?>", "?>" + head, 1) if "<?xml" in data else head + data
    with pytest.raises(UnreadableSource) as raised:
        read(data.replace('<!DOCTYPE Trans SYSTEM "trans-14.dtd">', "").encode("latin-1"), "a.xml")
    assert raised.value.slug == "unsafe-xml"


@pytest.mark.parametrize("file", sorted(XML))
def test_a_dtd_outside_is_not_loaded(file: str) -> None:
    data = (TRANSCRIPTS / file).read_bytes().decode("latin-1").replace('<!DOCTYPE Trans SYSTEM "trans-14.dtd">', "")
    head = '<!DOCTYPE x PUBLIC "-//X" "http://127.0.0.1:1/x.dtd">'
    data = data.replace("?>", "?>" + head, 1) if "<?xml" in data else head + data
    assert read(data.encode("latin-1"), "a.xml").text == transcript_of(file).text


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden.file)
def test_files_cut_off_anywhere_are_read_or_refused(golden: Golden) -> None:
    data = (TRANSCRIPTS / golden.file).read_bytes()
    for share in (0.2, 0.5, 0.8, 0.95):
        try:
            assert_canonical(read(data[: int(len(data) * share)], "a.txt"))
        except UnreadableSource as error:
            assert error.hint and error.slug


def test_elements_without_end() -> None:
    deep = (
        '<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s">words '
        + "<span>" * 50_000
        + "</p></div></body></tt>"
    )
    found = read_text(deep)
    assert heard(found) == ["-@1: words"] and remarks(found)[0].startswith("The file is not well-formed XML")


def test_xml_with_nothing_in_it() -> None:
    for text in (
        "<Trans/>",
        "<ANNOTATION_DOCUMENT/>",
        "<basic-transcription/>",
        '<tt xmlns="http://www.w3.org/ns/ttml"/>',
    ):
        with pytest.raises(UnreadableSource) as raised:
            read(text.encode(), "a.xml")
        assert raised.value.slug == "no-words"
