"""WebVTT and SRT: cues, voices and names, and everything that can be wrong with a time."""

from itertools import pairwise

import pytest

from repository.domain.transcript import Role
from tests.reading import heard, labels, read_text

SAID = ("Tell me about the calendar.", "It is slow.", "Why is that?", "Nobody knows, and I phoned them twice.")


def vtt(*cues: str, head: str = "WEBVTT\n\n") -> str:
    """Write cues of a second each, from second 1 on; `{n}` in them is done by nobody."""
    return head + "".join(f"00:00:0{i}.000 --> 00:00:0{i}.900\n{cue}\n\n" for i, cue in enumerate(cues, 1))


def srt(*cues: str) -> str:
    """Write the same as SRT."""
    return "".join(f"{i}\n00:00:0{i},000 --> 00:00:0{i},900\n{cue}\n\n" for i, cue in enumerate(cues, 1))


@pytest.mark.parametrize(
    "way",
    [
        "{n}: {x}",
        "{n}:\n{x}",
        "<v {n}>{x}</v>",
        "<v {n}>{x}",
        "<v.loud.first {n}>{x}</v>",
        "<v {n}>{n}: {x}</v>",
        "[{n}]: {x}",
        "[{n}] {x}",
        "({n}) {x}",
        ">> {n}: {x}",
        "&gt;&gt; {n}: {x}",
        "- {n}: {x}",
        "<b>{n}:</b> {x}",
        "{n}： {x}",
        "{{\\an8}}{n}: {x}",
    ],
)
@pytest.mark.parametrize(
    "names", [("Dana O’Neil", "Ana"), ("Speaker 1", "Speaker 2"), ("O'Neil, Dana (Guest)", "iPhone (2)")]
)
def test_every_way_of_saying_who_speaks(way: str, names: tuple[str, str]) -> None:
    if way[0] == "(" and "(" in names[0]:
        names = ("Dana", "Ana")
    cues = [way.format(n=names[i % 2], x=x) for i, x in enumerate(SAID)]
    for found in (read_text(vtt(*cues), "a.vtt"), read_text(srt(*cues), "a.srt")):
        assert heard(found) == [f"{names[i % 2]}@{i + 1}: {x}" for i, x in enumerate(SAID)]


def test_webex_names_the_speaker_in_the_cues_name() -> None:
    cues = "".join(
        f'{i + 1} "{("Dana", "Ana")[i % 2]}" (34546543{i % 2})\n00:00:0{i}.000 --> 00:00:0{i}.900\n{x}\n\n'
        for i, x in enumerate(SAID)
    )
    assert labels(read_text("WEBVTT\n\n" + cues, "a.vtt")) == ["Dana", "Ana"]


def test_a_cue_without_a_name_goes_on_as_before() -> None:
    found = read_text(
        vtt(
            "Dana: See https://x.test at 10:30",
            "Note: 3 things",
            "10:30 works",
            "Ana: Ok: fine",
            "https://y.test",
            "Dana: Bye",
        )
    )
    assert heard(found) == [
        "Dana@1: See https://x.test at 10:30 Note: 3 things 10:30 works",
        "Ana@4: Ok: fine https://y.test",
        "Dana@6: Bye",
    ]


def test_sounds_in_brackets_are_not_names() -> None:
    assert labels(read_text(vtt("[Music]", "Hello there.", "[Applause] Thank you.", "[Music]"), "a.vtt")) == []
    assert labels(read_text(vtt(*["[laughs] Yes.", "[sighs] No."] * 4), "a.vtt")) == []


def test_voices() -> None:
    found = read_text(
        vtt(
            "<v Ana>Hi &amp; hello</v> <v Bo &amp; Co>Yes &lt;b&gt; &amp;lt;</v>",
            "<v >nobody</v>",
            "<v Ana>never closed",
            "<v\tAna>and a tab</v>",
            "before <v Bo & Co>and inside",
        ),
        "a.vtt",
    )
    assert heard(found) == [
        "Ana@1: Hi & hello",
        "Bo & Co@1: Yes <b> &lt;",
        "-@2: nobody",
        "Ana@3: never closed and a tab",
        "-@5: before",
        "Bo & Co@5: and inside",
    ]


def test_two_people_in_one_cue() -> None:
    found = read_text(vtt("Dana: Hi.\nHow is it?\nAna: Slow.", "- Dana: Why?\n- Ana: No idea."), "a.vtt")
    assert heard(found) == ["Dana@1: Hi. How is it?", "Ana@1: Slow.", "Dana@2: Why?", "Ana@2: No idea."]


def test_a_change_of_speaker_without_a_name() -> None:
    found = read_text(vtt("&gt;&gt; Hello.", "and more", ">> Hi there.", ">> So."), "a.vtt")
    assert heard(found) == ["-@1: Hello. and more", "-@3: Hi there.", "-@4: So."]


def test_teams_utterances_out_of_order() -> None:
    guid = "9c1c2a9e-0f0d-4a58-8a4f-5d6f3b2a1c00"
    found = read_text(
        f"WEBVTT\n\n{guid}/33-0\n00:00:05.000 --> 00:00:07.000\n<v Bo>second</v>\n\n"
        f"{guid}/32-0\n00:00:01.000 --> 00:00:03.000\n<v Ana>first</v>\n\n"
        f"{guid}/32-1\n00:00:03.000 --> 00:00:06.000\n<v Ana>and more</v>\n",
        "a.vtt",
    )
    assert heard(found) == ["Ana@1: first and more", "Bo@5: second"]
    assert [w.message for w in found.warnings] == [
        "1 cue was out of order; all are sorted by time.",
        "1 cue overlaps the one before: people spoke at the same time.",
    ]


def test_utterances_part_turns_where_nobody_is_named() -> None:
    guid = "9c1c2a9e-0f0d-4a58-8a4f-5d6f3b2a1c00"
    cues = [("32-0", "one"), ("32-1", "two"), ("33-0", "three")]
    found = read_text(
        "WEBVTT\n\n"
        + "".join(f"{guid}/{n}\n00:00:0{i}.000 --> 00:00:0{i}.900\n{x}\n\n" for i, (n, x) in enumerate(cues))
    )
    assert heard(found) == ["-@0: one two", "-@2: three"]


def test_what_is_not_speech_is_not_read() -> None:
    found = read_text(
        "WEBVTT - Interview 4\nKind: captions\nLanguage: en-GB\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\n"
        "STYLE\n::cue { color: red }\n\nREGION\nid:x\n\nNOTE\na comment\nof two lines\n\nNOTE Confidence: 0.5\n\n"
        '00:01.000 --> 00:02.000 align:start position:0%\n<v Dana>Hi.</v>\n\nNOTE duration:"00:01:00"\n\n'
        "00:02.000 --> 00:03.000\n<v Ana>NOTE that\n\nthis goes on after a blank line</v>\n",
        "a.vtt",
    )
    assert heard(found) == ["Dana@1: Hi.", "Ana@2: NOTE that this goes on after a blank line"]
    assert found.language == "en" and found.cues[0].confidence == 0.5 and found.cues[1].confidence is None
    assert found.facts["kind"] == "captions"


@pytest.mark.parametrize(
    ("times", "start", "end"),
    [
        ("00:01.000 --> 00:02.500", 1000, 2500),
        ("00:05,000 --> 00:06,000", 5000, 6000),
        ("1:00:15.2 --> 1:00:16", 3_615_200, 3_616_000),
        ("100:00:00.000 --> 100:00:01.000", 360_000_000, 360_001_000),
        ("75:10.000 --> 75:11.000", 4_510_000, 4_511_000),
        ("00:01.000 -> 00:02.000", 1000, 2000),
        ("00:01.000 → 00:02.000", 1000, 2000),
        ("00:01.000-->00:02.000", 1000, 2000),
        ("00:09.000 --> 00:02.000", 9000, None),
        ("00:09.000 -->", 9000, None),
        ("00:61.000 --> 00:62.000", None, None),
        ("00:1x.000 --> 00:02.000", None, 2000),
        ("-0:-6.-820 --> 0:0:8.970", None, 8970),
        ("00:00:01:12 --> 00:00:02:00", 1000, 2000),
    ],
)
def test_times_well_and_badly_written(times: str, start: int | None, end: int | None) -> None:
    found = read_text(f"WEBVTT\n\n1\n{times}\nDana: all words\nare kept\n", "a.vtt")
    assert found.text.endswith("all words are kept")
    assert (found.cues[0].start_ms, found.cues[0].end_ms) == (start, end)
    assert len(found.warnings) == (start is None or end is None)


def test_times_that_are_not_padded() -> None:
    found = read_text(
        "WEBVTT\n\n0:0:9.70 --> 0:0:10.200\n<v A>a</v>\n\n0:10:51.70 --> 0:10:51.690\n<v B>b</v>\n", "a.vtt"
    )
    assert [cue.start_ms for cue in found.cues] == [9070, 651_070] and found.warnings == ()


def test_a_hundred_broken_times_are_told_in_twenty_sentences() -> None:
    found = read_text("WEBVTT\n\n" + "".join(f"00:99.000 --> 00:99.500\nword {i}\n\n" for i in range(100)), "a.vtt")
    assert len(found.warnings) == 21 and found.warnings[-1].message == "80 more cues have broken times."
    assert "word 99" in found.text


def test_numbers_without_blank_lines() -> None:
    found = read_text(
        "1\n00:00:01,000 --> 00:00:02,000\nDana: one\n2\n00:00:02,000 --> 00:00:03,000\nAna: two\n2 of them\n"
        "3\n00:00:03,000 --> 00:00:04,000\nDana: three",
        "a.srt",
    )
    assert heard(found) == ["Dana@1: one", "Ana@2: two 2 of them", "Dana@3: three"]


def test_a_number_that_is_spoken() -> None:
    found = read_text(
        "1\n00:00:01,000 --> 00:00:02,000\nHow many?\n\n2\n00:00:02,000 --> 00:00:03,000\n14\n\n", "a.srt"
    )
    assert found.text == "How many? 14"


@pytest.mark.parametrize("name", ["a.srt", "a.vtt", "a.txt", "a"])
def test_srt_without_numbers_or_under_another_name(name: str) -> None:
    found = read_text("00:00:01,000 --> 00:00:02,000\nDana: Hi.\n\n00:00:02,000 --> 00:00:03,000\nAna: Ho.\n", name)
    assert found.reader == "subrip" and heard(found) == ["Dana@1: Hi.", "Ana@2: Ho."]


@pytest.mark.parametrize("name", ["a.srt", "a.txt", "a.md"])
def test_webvtt_under_another_name_and_without_its_first_line(name: str) -> None:
    assert read_text(vtt("Dana: Hi.", "Ana: Ho."), name).reader == "webvtt"
    assert read_text(vtt("Dana: Hi.", "Ana: Ho.", head=""), name).reader == "webvtt"


def test_rolling_captions_keep_each_word_once() -> None:
    lines = ["I was afraid", "it would overwrite", "what we had", "before then"]
    cues = [lines[0], *(f"{a}\n{b}" for a, b in pairwise(lines))]
    assert read_text(vtt(*cues), "a.vtt").text == " ".join(lines)


def test_people_do_say_the_same_thing_twice() -> None:
    assert read_text(vtt("Yes.", "Yes.", "No, well.", "So?", "I see.", "Yes."), "a.vtt").text.count("Yes.") == 3


def test_two_recordings_in_one_file_are_not_mixed_up() -> None:
    first = "".join(f"00:0{m}:00.000 --> 00:0{m}:01.000\nDana: first {m}\n\n" for m in range(9))
    second = "".join(f"00:0{m}:30.000 --> 00:0{m}:31.000\nAna: second {m}\n\n" for m in range(5))
    found = read_text("WEBVTT\n\n" + first + second, "a.vtt")
    assert [words.split(": ")[1] for words in heard(found)] == [
        *(f"first {m}" for m in range(9)),
        "second 0 second 1 second 2 second 3 second 4",
    ]
    assert "5 times run backwards and were dropped; the words are kept." in [w.message for w in found.warnings]


def test_a_long_silence_begins_a_new_turn() -> None:
    found = read_text(
        "WEBVTT\n\n00:01.000 --> 00:02.000\nDana: a\n\n00:40.000 --> 00:41.000\nDana: b\n\n01:00.000 --> 01:01.000\nDana: c\n"
    )
    assert heard(found) == ["Dana@1: a", "Dana@40: b c"]


def test_cues_join_without_a_blank_where_none_belongs() -> None:
    assert read_text(vtt("a long-", "term plan", "東京", "都"), "a.vtt").text == "a long-term plan 東京都"


@pytest.mark.parametrize(
    "silly", ["<c.yellow.bg_blue>a</c> <i>b</i> <00:00:01.500>c <ruby>d<rt>e</rt></ruby>", "a {b} c d e"]
)
def test_markup_goes_and_words_stay(silly: str) -> None:
    words = read_text(vtt(silly), "a.vtt").text
    assert "<" not in words and words.replace("{", "").replace("}", "").split() in (
        ["a", "b", "c", "de"],
        ["a", "b", "c", "d", "e"],
    )


def test_angle_brackets_that_are_words() -> None:
    assert (
        read_text(vtt("Dana: I copy <everything> &lt;here&gt; 3 < 4"), "a.vtt").text
        == "I copy <everything> <here> 3 < 4"
    )


def test_who_asks_is_the_interviewer() -> None:
    asked = [
        "Dana: What is it like?",
        "Ana: It is slow, and I had to phone them twice about it.",
        "Dana: And then?",
        "Ana: Nothing.",
    ]
    found = read_text(vtt(*asked, "Dana: Why?", "Ana: Nobody knows, since nobody there ever told us a thing."), "a.vtt")
    assert [speaker.role for speaker in found.speakers] == [Role.INTERVIEWER, Role.PARTICIPANT]
