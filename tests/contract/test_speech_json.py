"""JSON from speech recognisers and meeting tools: each dialect with its turns, speakers, roles and times, exactly."""

import json
import time
from datetime import date
from typing import Any

import pytest

from ingest.readers.registry import read, recognise
from repository.domain.transcript import Role, RoleSource, Transcript, TurnKind
from repository.errors import UnreadableSource
from tests.reading import TRANSCRIPTS, assert_canonical, heard, labels, read_text


def of(data: object, name: str = "a.json") -> Transcript:
    """Read what is written as JSON."""
    found = read_text(json.dumps(data), name)
    assert found.reader == "speech_json"
    return found


def file(name: str) -> Transcript:
    """Read a fixture."""
    path = TRANSCRIPTS / name
    found = read(path.read_bytes(), path.name)
    assert_canonical(found)
    assert found.reader == "speech_json"
    return found


def words(text: str, **about: object) -> list[dict[str, Any]]:
    """Make words of a second each, with the keys that most recognisers use."""
    return [{"word": word, "start": n, "end": n + 0.5, **about} for n, word in enumerate(text.split())]


QUESTION, ANSWER = "How do you export data?", "I copy everything."


@pytest.mark.parametrize(
    ("name", "shape", "turns"),
    [
        (
            "made/whisperx.json",
            "WhisperX JSON",
            [f"SPEAKER_00@0.3: {QUESTION}", f"SPEAKER_01@2.1: {ANSWER}", "-@4: OK."],
        ),
        ("made/whispercpp.json", "whisper.cpp JSON", [f"Speaker 0@0: {QUESTION}", f"-@5: {ANSWER}"]),
        ("made/openai_diarized.json", "OpenAI diarized transcript (JSON)", [f"A@0: {QUESTION}", "B@2: I copy."]),
        ("made/azure_batch.json", "Azure Speech JSON", ["Speaker 1@0.76: Hello world.", "Speaker 2@3723.5: Bye."]),
        ("made/rev.json", "Rev JSON", ["Dana@0.75: Hi, Ana.", "Speaker 1@2: Hello."]),
        ("made/fireflies.json", "Fireflies JSON", [f"Dana@0.32: {QUESTION}", f"Ana@2.4: {ANSWER}"]),
        ("made/fireflies_export.json", "Fireflies JSON", [f"Dana@0: {QUESTION}", f"Ana@2: {ANSWER}"]),
        (
            "made/gong_transcript.json",
            "Gong JSON",
            [f"6432345678555530067@460.23: {QUESTION}", f"1234@462.5: {ANSWER} Every week."],
        ),
        ("made/youtube.json3", "YouTube captions (json3)", ["-@0.12: I’m about"]),
        (
            "real/podcast_namespace.json",
            "Podcast transcript (JSON)",
            ["Darth Vader@0.5: I am your father.", "Luke@2.75: Nooooo"],
        ),
    ],
)
def test_small_files_exactly(name: str, shape: str, turns: list[str]) -> None:
    found = file(name)
    assert (found.shape, heard(found)) == (shape, turns)


def test_deepgram() -> None:
    found = file("real/deepgram_speakers.json")
    assert labels(found) == ["Speaker 0", "Speaker 1", "Speaker 2"]
    assert [turn.start_ms for turn in found.turns] == [3040, 17660, 24875, 28955, 64300, 81760, 142400, 154230]
    assert len(found.cues) == 22 and found.cues[0].confidence == 0.7863548
    source = json.loads((TRANSCRIPTS / "real/deepgram_speakers.json").read_text())
    assert found.text.split() == source["results"]["channels"][0]["alternatives"][0]["transcript"].split()
    del source["results"]["utterances"]
    assert of(source).text.split() == found.text.split()
    del source["results"]["channels"][0]["alternatives"][0]["words"]
    assert of(source).text.split() == found.text.split()


def test_deepgram_with_several_channels_and_with_paragraphs() -> None:
    two = [{"alternatives": [{"transcript": w, "words": words(w)}]} for w in ("one two", "three")]
    found = of({"metadata": {}, "results": {"channels": two}})
    assert heard(found) == ["Channel 0@0: one two", "Channel 1@0: three"]
    best = {
        "transcript": "One. Two.",
        "words": [
            {"word": "one", "punctuated_word": "One.", "start": 0.1, "end": 0.2},
            {"word": "two", "punctuated_word": "Two.", "start": 0.3, "end": 0.4},
        ],
        "paragraphs": {"paragraphs": [{"start": 0.1, "sentences": []}, {"start": 0.3, "sentences": []}]},
    }
    assert heard(of({"results": {"channels": [{"alternatives": [best]}]}})) == ["-@0.1: One.", "-@0.3: Two."]


def test_assemblyai_without_utterances() -> None:
    found = file("real/assemblyai_no_utterances.json")
    source = json.loads((TRANSCRIPTS / "real/assemblyai_no_utterances.json").read_text())
    assert (found.shape, found.language, labels(found)) == ("AssemblyAI JSON", "en", ["A"])
    assert (found.text, found.turns[0].start_ms, found.turns[0].end_ms) == (source["text"], 170, 25140)
    del source["words"]
    assert of(source).text == source["text"]


def test_assemblyai_with_utterances() -> None:
    said = [
        {"speaker": "A", "start": 10, "end": 900, "text": "How so?", "confidence": 0.9, "words": []},
        {"speaker": "B", "start": 1000, "end": 2500, "text": "Well. So.", "words": [
            {"text": "Well.", "start": 1000, "end": 1200, "confidence": 0.5},
            {"text": "So.", "start": 1300, "end": 2500, "confidence": 0.7}]},
    ]  # fmt: skip
    found = of({"id": "x", "text": "How so? Well. So.", "words": [], "utterances": said, "audio_duration": 3})
    assert heard(found) == ["A@0.01: How so?", "B@1: Well. So."]
    assert [(cue.start_ms, cue.end_ms, cue.confidence) for cue in found.cues] == [
        (10, 900, 0.9),
        (1000, 1200, 0.5),
        (1300, 2500, 0.7),
    ]


def test_nine_speakers_named_by_letters_are_no_interviewer() -> None:
    segments = [
        {"start": n, "end": n + 1, "text": "hello there", "speaker": letter} for n, letter in enumerate("ABCDEFGHI")
    ]
    assert {speaker.role for speaker in of({"segments": segments}).speakers} == {Role.UNKNOWN}


def test_amazon_call_analytics_states_roles() -> None:
    found = file("real/aws_call_analytics.json")
    assert [(s.label, s.role, s.role_source) for s in found.speakers] == [
        ("AGENT", Role.INTERVIEWER, RoleSource.FILE),
        ("CUSTOMER", Role.PARTICIPANT, RoleSource.FILE),
    ]
    source = json.loads((TRANSCRIPTS / "real/aws_call_analytics.json").read_text())
    assert len(found.turns) == len(found.cues) == len(source["Transcript"]) == 37
    assert [c.start_ms for c in found.cues] == sorted(row["BeginOffsetMillis"] for row in source["Transcript"])
    assert sorted(found.text.split()) == sorted(w for row in source["Transcript"] for w in row["Content"].split())


def _item(word: str, start: str = "", **about: object) -> dict[str, object]:
    mark = not start
    times = {} if mark else {"start_time": start, "end_time": f"{float(start) + 0.3:.2f}"}
    kind = "punctuation" if mark else "pronunciation"
    return {**times, "alternatives": [{"confidence": "0.9", "content": word}], "type": kind, **about}


AMAZON_ITEMS = [
    _item("How", "0.04"),
    _item("so", "0.5"),
    _item("?"),
    _item("Well", "1.5"),
    _item(","),
    _item("so", "2.0"),
    _item("."),
]


def test_amazon_transcribe_in_each_of_its_ways() -> None:
    expected = ["spk_0@0.04: How so?", "spk_1@1.5: Well, so."]
    segments = [
        {"start_time": "0.04", "end_time": "1.0", "speaker_label": "spk_0", "items": [
            {"start_time": "0.04", "end_time": "0.34", "speaker_label": "spk_0"},
            {"start_time": "0.5", "end_time": "0.80", "speaker_label": "spk_0"}]},
        {"start_time": "1.5", "end_time": "2.4", "speaker_label": "spk_1", "items": []},
    ]  # fmt: skip
    old = {
        "transcripts": [{"transcript": "How so? Well, so."}],
        "items": AMAZON_ITEMS,
        "speaker_labels": {"segments": segments},
    }
    assert heard(of({"jobName": "j", "results": old, "status": "COMPLETED"})) == expected
    new_items = [{**item, "speaker_label": f"spk_{int(n > 2)}"} for n, item in enumerate(AMAZON_ITEMS)]
    assert heard(of({"jobName": "j", "results": {"transcripts": [], "items": new_items}})) == expected
    audio = [
        {
            "id": 0,
            "transcript": "How so?",
            "start_time": "0.04",
            "end_time": "1.0",
            "speaker_label": "spk_0",
            "items": [0, 1, 2],
        },
        {
            "id": 1,
            "transcript": "Well, so.",
            "start_time": "1.5",
            "end_time": "2.4",
            "speaker_label": "spk_1",
            "items": [3],
        },
    ]
    assert heard(of({"results": {"transcripts": [], "audio_segments": audio}})) == expected
    assert heard(of({"results": {"transcripts": [], "items": AMAZON_ITEMS, "audio_segments": audio}})) == expected
    channels = [
        {"channel_label": f"ch_{n}", "items": items} for n, items in enumerate((AMAZON_ITEMS[:3], AMAZON_ITEMS[3:]))
    ]
    by_channel = {"transcripts": [], "items": AMAZON_ITEMS, "channel_labels": {"channels": channels}}
    assert heard(of({"jobName": "j", "results": by_channel})) == ["ch_0@0.04: How so?", "ch_1@1.5: Well, so."]
    assert heard(of({"jobName": "j", "results": {"transcripts": [{"transcript": "How so?"}]}})) == ["-: How so?"]


def test_google_repeats_all_words_in_its_last_result() -> None:
    def word(text: str, start: str, **tag: object) -> dict[str, object]:
        return {"word": text, "startTime": start, "endTime": start, **tag}

    first = [word("How", "0s"), word("so?", "0.500s")]
    second = [word("Well.", "1.300s")]
    tagged = [
        word("How", "0s", speakerTag=1),
        word("so?", "0.500s", speakerTag=1),
        word("Well.", "1.300s", speakerTag=2),
    ]
    results = [
        {"alternatives": [{"transcript": " ".join(str(w["word"]) for w in part), "words": part}]}
        for part in (first, second)
    ]
    both = {"results": [*results, {"alternatives": [{"words": tagged}]}]}
    assert heard(of(both)) == ["Speaker 1@0: How so?", "Speaker 2@1.3: Well."]
    assert heard(of({"name": "1", "done": True, "response": both})) == heard(of(both))
    assert heard(of({"results": results})) == ["-@0: How so? Well."]


def test_google_repeats_words_of_results_that_have_none() -> None:
    tagged = [{"word": word, "speakerTag": n} for n, word in ((1, "How"), (1, "so?"), (2, "Well."))]
    results = [{"alternatives": [{"transcript": "How so?"}]}, {"alternatives": [{"transcript": " Well."}]}]
    assert heard(of({"results": [*results, {"alternatives": [{"words": tagged}]}]})) == [
        "Speaker 1: How so?",
        "Speaker 2: Well.",
    ]


def test_google_version_two() -> None:
    parts = [
        {"transcript": "How so?", "words": [
            {"word": "How", "endOffset": "0.200s", "speakerLabel": "1"},
            {"word": "so?", "startOffset": "0.300s", "endOffset": "0.500s", "speakerLabel": "1"}]},
        {"transcript": "Well.", "words": [{"word": "Well.", "startOffset": "1s", "endOffset": "1.400s", "speakerLabel": "2"}]},
    ]  # fmt: skip
    results = [{"alternatives": [part], "languageCode": "en-us"} for part in parts]
    expected = ["Speaker 1@0: How so?", "Speaker 2@1: Well."]
    for data in ({"results": results}, {"results": {"gs://b/a.wav": {"transcript": {"results": results}}}}):
        assert heard(of(data)) == expected and of(data).language == "en"
    snake = {"alternatives": [{"transcript": "a b", "words": [
        {"word": "a", "start_time": {"seconds": 1, "nanos": 500000000}, "end_time": {"seconds": 2}, "speaker_tag": 3}]}]}  # fmt: skip
    assert heard(of({"results": [snake]})) == ["Speaker 3@1.5: a"]


def test_azure_channels_and_fast_transcription() -> None:
    phrases = [
        {
            "channel": 0,
            "offset": "PT0.5S",
            "duration": "PT1S",
            "nBest": [{"display": "How so?"}, {"display": "House, oh."}],
        },
        {"channel": 0, "offset": "PT9S", "duration": "PT1S", "nBest": [{"display": "Fine."}]},
        {"channel": 1, "offset": "PT2S", "duration": "PT1S", "nBest": [{"display": "Well."}]},
    ]
    assert heard(of({"recognizedPhrases": phrases})) == [
        "Channel 0@0.5: How so?",
        "Channel 1@2: Well.",
        "Channel 0@9: Fine.",
    ]
    fast = [
        {
            "speaker": 1,
            "offsetMilliseconds": 80,
            "durationMilliseconds": 900,
            "text": "Hi.",
            "locale": "de-DE",
            "words": [],
        }
    ]
    found = of({"durationMilliseconds": 5, "combinedPhrases": [{"text": "Hi."}], "phrases": fast})
    assert (heard(found), found.language) == (["Speaker 1@0.08: Hi."], "de")


def test_rev_with_stamps_and_display_names() -> None:
    elements = [
        {"type": "text", "value": "the", "timestamp": "00:00:01,230", "end_timestamp": "00:00:01,500"},
        {"type": "punct", "value": "- "},
        {"type": "text", "value": "the", "timestamp": "00:00:02,000"},
        {"type": "punct", "value": " "},
        {"type": "unknown", "value": "<crosstalk>"},
        {"type": "punct", "value": "."},
    ]
    data = {"monologues": [{"speaker": 3, "speaker_info": {"id": 3, "display_name": "Ana"}, "elements": elements}]}
    assert heard(of(data)) == ["Ana@1.23: the- the <crosstalk>."]


def test_speechmatics_new_and_old() -> None:
    def row(kind: str, text: str, start: float, speaker: str, **about: object) -> dict[str, object]:
        best = {"content": text, "confidence": 1.0, "language": "en", "speaker": speaker}
        return {"type": kind, "start_time": start, "end_time": start + 0.2, "alternatives": [best], **about}

    results = [
        row("word", "How", 0.1, "S1"),
        row("word", "so", 0.4, "S1"),
        row("punctuation", "?", 0.6, "S1", attaches_to="previous", is_eos=True),
        row("punctuation", "«", 1.0, "S2", attaches_to="next"),
        row("word", "Well", 1.0, "S2"),
        row("punctuation", "»", 1.2, "S2", attaches_to="previous"),
    ]
    found = of(
        {"format": "2.9", "job": {}, "metadata": {"transcription_config": {"language": "en"}}, "results": results}
    )
    assert (heard(found), found.language) == (["S1@0.1: How so?", "S2@1: «Well»"], "en")
    old = {
        "job": {"lang": "en"},
        "speakers": [{"name": "M1", "time": "0.10", "duration": "1"}, {"name": "F2", "time": "1.50", "duration": "1"}],
        "words": [
            {"name": "How", "time": "0.10", "duration": "0.20", "confidence": "1.000"},
            {"name": "?", "time": "1.60", "duration": "0.10", "confidence": None},
            {"name": "Well", "time": "1.50", "duration": "0.20", "confidence": "0.5"},
        ],
    }
    assert heard(of(old)) == ["M1@0.1: How?", "F2@1.5: Well"]


def test_watson() -> None:
    stamps = [["how", 0.1, 0.3], ["so", 0.3, 0.5], ["well", 1.0, 1.4]]
    results = [
        {"final": True, "alternatives": [{"transcript": "how so ", "timestamps": stamps[:2], "confidence": 0.9}]},
        {"final": False, "alternatives": [{"transcript": "wel "}]},
        {"final": True, "alternatives": [{"transcript": "well ", "timestamps": stamps[2:]}]},
    ]
    who = [{"from": start, "to": end, "speaker": int(start >= 1)} for _, start, end in stamps]
    assert heard(of({"result_index": 0, "results": results, "speaker_labels": who})) == [
        "Speaker 0@0.1: how so",
        "Speaker 1@1: well",
    ]
    assert heard(of({"results": results})) == ["-@0.1: how so well"]


def test_kaldi_and_paper_edit() -> None:
    spoken = [
        {"word": w.lower().strip("."), "punct": w, "start": n, "end": n + 0.5}
        for n, w in enumerate(["How", "so.", "Well."])
    ]
    segments = [
        {"start": 0, "duration": 1.8, "speaker": {"@id": "S0"}},
        {"start": 1.8, "duration": 1, "speaker": {"@id": "S1"}},
    ]
    kaldi = {"retval": {"punct": "", "words": spoken, "segmentation": {"segments": segments}}}
    assert heard(of(kaldi)) == ["S0@0: How so.", "S1@2: Well."]
    found = file("real/paper_edit.json")
    source = json.loads((TRANSCRIPTS / "real/paper_edit.json").read_text())
    assert len(found.turns) == len(source["paragraphs"]) == 44
    assert [t.start_ms for t in found.turns] == [round(p["start"] * 1000) for p in source["paragraphs"]]
    assert found.text.split() == [w["text"] for w in source["words"]]


def test_other_editors() -> None:
    draft = {
        "blocks": [{"text": "How so?", "data": {"speaker": "Dana", "start": 1.5, "words": []}, "entityRanges": []}],
        "entityMap": {},
    }
    assert heard(of(draft)) == ["Dana@1.5: How so?"]
    slate = [{"speaker": "Ana", "start": 2.0, "type": "timedText", "children": [{"text": "Well.", "words": []}]}]
    assert heard(of(slate)) == ["Ana@2: Well."]
    happy = [{"speaker": "Ana", "words": [
        {"text": "Well", "type": "text", "data_start": 0.5, "data_end": 0.9},
        {"text": ".", "type": "punctuation", "data_start": 0.9, "data_end": 0.9}]}]  # fmt: skip
    assert heard(of(happy)) == ["Ana@0.5: Well."]
    typed = '<p><span class="timestamp" data-timestamp="3.2">00:03</span>Interviewer: How&nbsp;so?</p><p>P1: Well &amp; good.</p>'
    found = of({"text": typed, "media": "a.mp3", "media-time": 12.1}, "a.otr")
    assert labels(found) == ["Interviewer", "P1"] and "Well & good." in found.text and "00:03" not in found.text


def test_gong_with_the_parties_of_the_call() -> None:
    said = [
        {"speakerId": "1", "topic": "Intro", "sentences": [{"start": 0, "end": 900, "text": "How so?"}]},
        {"speakerId": "2", "topic": None, "sentences": [{"start": 1000, "end": 1900, "text": "Well."}]},
        {"speakerId": "3", "topic": None, "sentences": [{"start": 2000, "end": 2900, "text": "Hm."}]},
    ]
    parties = [
        {"speakerId": "1", "name": "Dana", "affiliation": "Internal"},
        {"speakerId": "2", "name": "Ana", "affiliation": "External"},
    ]
    call = {"metaData": {"id": "7", "title": "Discovery", "started": "2026-02-03T10:00:00-05:00"}, "parties": parties}
    found = of({"callTranscripts": [{"callId": "7", "transcript": said}], "calls": [call]})
    assert heard(found) == ["Dana@0: How so?", "Ana@1: Well.", "3@2: Hm."]
    assert [speaker.role for speaker in found.speakers][:2] == [Role.INTERVIEWER, Role.PARTICIPANT]
    assert (found.title, found.occurred_on) == ("Discovery", date(2026, 2, 3))


def test_fathom_and_otter_and_microsoft() -> None:
    said = [
        {
            "speaker": {"display_name": "Dana", "matched_calendar_invitee_email": "d@a.test"},
            "text": "How so?",
            "timestamp": "00:00:05",
        },
        {"speaker": {"display_name": "Ana"}, "text": "Well.", "timestamp": "01:00:09"},
    ]
    who = [
        {"name": "Dana", "is_external": False},
        {"name": "Ana P.", "matched_speaker_display_name": "Ana", "is_external": True},
    ]
    found = of({"items": [{"title": "Call", "transcript": said, "calendar_invitees": who}]})
    assert heard(found) == ["Dana@5: How so?", "Ana@3609: Well."]
    assert [s.role for s in found.speakers] == [Role.INTERVIEWER, Role.PARTICIPANT] and found.title == "Call"
    assert heard(of({"transcript": said})) == heard(found)
    speech = {"title": "T", "speakers": [{"id": 9, "speaker_name": "Ana"}], "transcripts": [
        {"start_offset": 16000, "end_offset": 32000, "speaker_id": 9, "transcript": "Well."}]}  # fmt: skip
    assert heard(of({"speech": speech, "status": "OK"})) == ["Ana@1: Well."]
    entry = {
        "id": "x",
        "text": "Well.",
        "startOffset": "00:00:03.3870000",
        "endOffset": "00:00:04",
        "speakerDisplayName": "Ana",
    }
    assert heard(of({"version": "1.0", "type": "Transcript", "entries": [entry], "events": []})) == ["Ana@3.387: Well."]
    insights = {"transcript": [{"text": "Hi.", "speakerId": 1, "instances": [{"start": "0:00:01.3", "end": "0:00:02"}]}],
                "speakers": [{"id": 1, "name": "Ana"}]}  # fmt: skip
    assert heard(of({"videos": [{"insights": insights}]})) == ["Ana@1.3: Hi."]


def test_fireflies_without_names_takes_them_from_the_speakers() -> None:
    rows = [
        {
            "index": 0,
            "speaker_name": None,
            "speaker_id": 4,
            "text": "Hi.",
            "raw_text": "hi",
            "start_time": "0.5",
            "end_time": 1,
        }
    ]
    assert heard(of({"sentences": rows, "speakers": [{"id": 4, "name": "Ana"}]})) == ["Ana@0.5: Hi."]
    assert heard(of({"sentences": rows, "speakers": None})) == ["Speaker 4@0.5: Hi."]


def test_words_that_carry_their_own_spaces() -> None:
    eleven = [
        {"text": "How", "start": 0.1, "end": 0.3, "type": "word", "speaker_id": "speaker_0"},
        {"text": " ", "start": 0.3, "end": 0.4, "type": "spacing", "speaker_id": "speaker_0"},
        {"text": "so?", "start": 0.4, "end": 0.6, "type": "word", "speaker_id": "speaker_0"},
        {"text": " ", "type": "spacing", "speaker_id": "speaker_1"},
        {"text": "(laughter)", "start": 1.0, "end": 1.5, "type": "audio_event", "speaker_id": "speaker_1"},
    ]
    found = of({"language_code": "eng", "language_probability": 0.9, "text": "How so? (laughter)", "words": eleven})
    assert (heard(found), found.language) == (["speaker_0@0.1: How so?", "speaker_1@1: (laughter)"], "en")
    parts = [("How", 100), (" ex", 200), ("port", 250), ("?", 300)]
    tokens = [{"text": text, "start_ms": at, "end_ms": at + 40, "speaker": "1"} for text, at in parts]
    assert heard(of({"tokens": tokens})) == ["Speaker 1@0.1: How export?"]


def test_vosk() -> None:
    spoken = [
        {"conf": 0.5, "start": 0.25, "end": 0.5, "word": "so"},
        {"conf": 1.0, "start": 0.5, "end": 1, "word": "what"},
    ]
    one = {"result": spoken, "text": "so what"}
    assert heard(of(one)) == ["-@0.25: so what"] and of(one).cues[0].confidence == 0.75
    assert of([one, {"text": ""}, {"text": "never mind"}]).text == "so what never mind"


# Whisper's family


def test_whisper_leaves_out_marks_and_says_so() -> None:
    texts = [" [BLANK_AUDIO]", " Hola.", " [Música]", " ♪♪", " [Music]", " (laughs)", " I said [Music] once."]
    found = of(
        {
            "text": "x",
            "segments": [{"id": n, "start": n, "end": n + 1, "text": t} for n, t in enumerate(texts)],
            "language": "spanish",
        }
    )
    assert (found.text, found.language) == ("Hola. (laughs) I said [Music] once.", "es")
    assert found.warnings[0].message == "Left out: [BLANK_AUDIO] (1), [Música] (1), ♪♪ (1), [Music] (1)."


def test_whisper_in_its_other_ways() -> None:
    plain = {"text": " How so? Well.", "task": "transcribe", "language": "english", "duration": 3.5}
    assert heard(of(plain)) == ["-: How so? Well."]
    timed = {**plain, "words": [{"word": w, "start": n, "end": n + 1} for n, w in enumerate(("How", "so", "Well"))]}
    assert heard(of(timed)) == ["-@0: How so? Well."] and len(of(timed).cues) == 2
    pipeline = {
        "text": " Hi.",
        "chunks": [{"timestamp": [0.0, 2.5], "text": " Hi."}, {"timestamp": [2.5, None], "text": " Bye."}],
    }
    assert heard(of(pipeline)) == ["-@0: Hi. Bye."]
    fast = {
        "speakers": [{"speaker": "SPEAKER_00", "text": "Hi.", "timestamp": [1.0, 2.0]}],
        "chunks": [{"timestamp": [0, 1], "text": "x"}],
    }
    assert heard(of(fast)) == ["SPEAKER_00@1: Hi."]
    listed = [
        [1, 0, 0.0, 2.5, " How so?", [50364], -0.2, 1.1, 0.0, None],
        [2, 250, 2.5, 4.0, " Well.", [1], -0.2, 1.1, 0.0, None],
    ]
    assert heard(of(listed)) == ["-@0: How so? Well."]
    objects = [{"id": 1, "seek": 0, "start": 0.0, "end": 2.5, "text": " How so?", "tokens": [1]}]
    assert heard(of(objects)) == ["-@0: How so?"]
    assert heard(of({"output": {"segments": objects}})) == ["-@0: How so?"]
    late = {"segments": [{"start": 0.0, "end": 30.0, "text": " you"}, {"start": 4000.0, "end": 4002.0, "text": " Hi."}]}
    assert [turn.start_ms for turn in of(late).turns] == [0, 4_000_000]  # slow speech, but seconds


def test_whisper_cpp_of_one_token_a_segment_and_turns() -> None:
    parts = [(" How", 0), (" ex", 100), ("port", 200), ("?", 300), (" Well.", 400)]
    rows = [{"offsets": {"from": at, "to": at + 100}, "text": text} for text, at in parts]
    rows[3]["speaker_turn_next"] = True
    found = of({"systeminfo": "", "transcription": rows, "result": {"language": "de"}})
    assert (heard(found), found.language) == (["-@0: How export?", "-@0.4: Well."], "de")


def test_words_without_times_and_speakers_in_words_alone() -> None:
    spoken = [
        {"word": "In", "start": 1.0, "end": 1.2, "speaker": "SPEAKER_00"},
        {"word": "2026"},
        {"word": "well", "start": 2, "end": 3},
    ]
    segment = {"start": 1.0, "end": 3.0, "text": " In 2026 well", "words": spoken}
    assert heard(of({"segments": [segment]}))[0] == "SPEAKER_00@1: In"
    assert of({"segments": [{**segment, "speaker": "SPEAKER_01"}]}).text == "In 2026 well"


# The rest


@pytest.mark.parametrize(
    ("rows", "turns"),
    [
        ([{"speaker": "Ana", "text": "Hello there."}, {"speaker": "Bo", "text": "Hi you."}], ["Ana: Hello there.", "Bo: Hi you."]),
        ([{"Speaker Name": "Ana", "Sentence": "Hello there.", "Start Time": "00:01:02.5"}], ["Ana@62.5: Hello there."]),
        ([{"name": "Ana", "content": "Hello there.", "start_ms": 1500}], ["Ana@1.5: Hello there."]),
        ([{"speaker": 0, "text": "a b"}, {"speaker": "0", "text": "c d"}], ["Speaker 0: a b c d"]),
        (
            [{"speaker": "A", "text": "One two three.", "start": 1000, "end": 2500}, {"speaker": "B", "text": "Four.", "start": 3000}],
            ["A@1: One two three.", "B@3: Four."],
        ),
        ([{"speaker": "A", "text": "One two.", "start": 5}, {"speaker": "B", "text": "Three.", "start": 12}], ["A@5: One two.", "B@12: Three."]),
        ([{"text": "it's a test", "start": 1.5, "duration": 2.0}], ["-@1.5: it's a test"]),
        ([{"role": "interviewer", "content": "How so?"}, {"role": "participant", "content": "Well, you see."}],
         ["interviewer: How so?", "participant: Well, you see."]),
        ([{"participant": {"id": 1, "name": "Ana"}, "words": [
            {"text": "Hi", "start_timestamp": {"relative": 1.5}}, {"text": "you.", "start_timestamp": {"relative": 2}}]}], ["Ana@1.5: Hi you."]),
        ([{"speaker": "Ana", "start": 0.5, "words": [{"text": "Hi", "start": 0.5, "duration": 0.25, "type": "word"},
            {"text": ".", "start": 0.75, "duration": 0, "type": "punctuation"}]}], ["Ana@0.5: Hi."]),
        ([{"speaker": "Ana", "words": [{"value": w, "time": 500 * n, "duration": 400} for n, w in enumerate(["so", "it", "was", "long"])]}],
         ["Ana@0: so it was long"]),
        (["Interviewer: How do you export?", "P1: I copy all.", "Interviewer: Why so?"],
         ["Interviewer: How do you export?", "P1: I copy all.", "Interviewer: Why so?"]),
    ],
)  # fmt: skip
def test_lists_that_nobody_knows(rows: list[object], turns: list[str]) -> None:
    assert heard(of(rows)) == turns
    wrapped = of({"id": 3, "title": "T", "data": {"transcript": rows}})
    assert (heard(wrapped), wrapped.text) == (turns, of(rows).text)


def test_people_are_listed_beside_the_rows() -> None:
    data = {
        "title": "Call",
        "language": "de",
        "speakers": [{"id": "s1", "name": "Dana", "role": "Moderator"}, {"id": "s2", "name": "Ana"}],
        "paragraphs": [
            {"speaker": "s1", "start": 0.5, "text": "How so?"},
            {"speaker": "s2", "start": 2.5, "words": [{"text": "Well", "start": 2.5, "end": 2.8}, {"text": "then.", "start": 3.0, "end": 3.2}]},
        ],
    }  # fmt: skip
    found = of(data)
    assert heard(found) == ["Dana@0.5: How so?", "Ana@2.5: Well then."]
    assert (found.title, found.language, found.speakers[0].role) == ("Call", "de", Role.INTERVIEWER)


def test_rows_in_an_object_paragraphs_and_names_in_front_of_the_words() -> None:
    rows = {"0": {"speaker": "Ana", "text": "Hello there."}, "1": {"speaker": "Bo", "text": "Hi you."}}
    assert heard(of(rows)) == ["Ana: Hello there.", "Bo: Hi you."]
    paragraphs = [{"text": f"Number {n} is here.", "start": 4000 * n, "end": 4000 * n + 900} for n in (1, 2)]
    assert heard(of({"paragraphs": paragraphs, "id": "x"})) == ["-@4: Number 1 is here.", "-@8: Number 2 is here."]
    segments = [{"start": n, "end": n + 1, "text": text} for n, text in enumerate(("I: How so?", "P1: Well.\nYes."))]
    assert heard(of({"segments": segments})) == ["I@0: How so?", "P1@1: Well. Yes."]


def test_moments_count_from_midnight() -> None:
    rows = [
        {"participant": "p/1", "name": "e/1", "text": "How so?", "startTime": "2026-03-04T10:00:05Z"},
        {"participant": "p/2", "name": "e/2", "text": "Well, so.", "startTime": "2026-03-04T10:00:07.500Z"},
    ]
    found = of({"transcriptEntries": rows})
    assert (heard(found), found.occurred_on) == (["p/1@36005: How so?", "p/2@36007.5: Well, so."], date(2026, 3, 4))


def test_json_lines() -> None:
    lines = [json.dumps({"speaker": f"P{n % 2 + 1}", "text": f"words number {n}", "start": n + 0.5}) for n in range(20)]
    found = read_text("\n".join(lines) + "\n", "a.jsonl")
    assert len(found.turns) == 20 and heard(found)[1] == "P2@1.5: words number 1"
    torn = read_text("\n".join(lines) + '\n{"speaker": "P1", "te', "a.jsonl")
    assert (torn.turns[-1].kind, heard(torn)[-1]) == (TurnKind.NOTE, '-: {"speaker": "P1", "te')


def test_nan_huge_and_wrong_values() -> None:
    text = (
        '{"segments": [{"start": NaN, "end": Infinity, "text": " one", "speaker": null},'
        '{"start": "1.5", "end": "2", "text": " two", "speaker": NaN}, {"start": -1, "end": 1e999, "text": " three"},'
        '{"start": '
        + "9"
        * 5000
        + ', "text": " four"}, {"start": true, "end": [], "text": " five", "words": {"a": 1}},'
        '{"start": 3, "end": 2, "text": 6}, 7, null, {"text": null, "start": 4}, {"start": 5, "text": " se\\u0000v\\ud800en"}]}'
    )
    for twin in (text, "\ufeff" + text, "\n  " + text.replace("},", "},\r\n")):
        found = read_text(twin, "a.json")
        assert found.text == "one two three four five 6 sev\ufffden"
        assert [cue.start_ms for cue in found.cues] == [1500, 3000, 5000]


def test_overlaps_are_sorted_and_two_recordings_are_not_mixed() -> None:
    rows = [
        {"start": s, "end": s + 2, "text": f"from {s}", "speaker": w} for s, w in ((0.5, "A"), (5.5, "B"), (4.5, "A"))
    ]
    assert heard(of({"segments": rows})) == ["A@0.5: from 0.5 from 4.5", "B@5.5: from 5.5"]
    rows = [
        {"start": s, "end": s + 2, "text": f"from {s}", "speaker": w} for s, w in ((0.5, "A"), (900.5, "B"), (0.5, "A"))
    ]
    assert of({"segments": rows}).text == "from 0.5\n\nfrom 900.5\n\nfrom 0.5"


@pytest.mark.parametrize(
    "data",
    [
        {"name": "cairn", "version": "1.0", "dependencies": {"a": "^1"}},
        [{"id": 1, "price": 3.5}, {"id": 2, "price": 4}],
        {"type": "FeatureCollection", "features": [{"geometry": {"coordinates": [1, 2]}}]},
        ["a", "b"],
        {"a": {"b": {"c": []}}},
        {},
        [],
        {"segments": [], "text": ""},
        [{"name": "ok", "text": "OK"}, {"name": "no", "text": "No"}],
        {"cells": [{"cell_type": "code", "source": ["import x"]}], "nbformat": 4},
    ],
)
def test_json_that_is_no_transcript_is_nobodys(data: object) -> None:
    assert "speech_json" not in [reader.NAME for reader, _ in recognise(json.dumps(data).encode(), "a.json")]
    with pytest.raises(UnreadableSource, match="JSON"):
        read(json.dumps(data).encode(), "a.json")


@pytest.mark.parametrize(
    "text", ["[00:03] Ana: Hi.\n[00:05] Bo: Hi.\n", '["Dana"]: Hi.\n["Ana"]: So.\n', "{\\rtf1 x}", "[[laughs]]\n"]
)
def test_brackets_are_not_json(text: str) -> None:
    assert "speech_json" not in [reader.NAME for reader, _ in recognise(text.encode(), "a.txt")]


def test_a_file_that_was_cut_off() -> None:
    whole = json.dumps({"segments": [{"start": 0, "end": 1, "text": " one"}]}, indent=1)
    with pytest.raises(UnreadableSource) as raised:
        read(whole[:-20].encode(), "a.json")
    assert raised.value.slug == "damaged-file" and raised.value.line


@pytest.mark.parametrize(
    "bomb", ["[" * 100_000, '{"segments":' * 100_000, '{"data":' * 900 + "[]" + "}" * 900, "[[]," * 50_000]
)
def test_nesting_without_end(bomb: str) -> None:
    with pytest.raises(UnreadableSource):
        read(bomb.encode(), "a.json")


def test_every_dialect_bears_wrong_types_everywhere() -> None:
    """Put something else in place of every value of every fixture: a transcript or a refusal comes of it."""
    for path in sorted((TRANSCRIPTS / "made").glob("*.json*")):
        source = json.loads(path.read_text())
        for spoiled in _spoiled(source):
            try:
                assert_canonical(read(json.dumps(spoiled).encode(), path.name))
            except UnreadableSource:
                continue


def _spoiled(value: Any) -> list[Any]:
    out: list[Any] = [None, 3, "x", [], {}, [["x"]], {"x": "y"}]
    if isinstance(value, dict):
        out += [{**value, key: other} for key, inner in value.items() for other in _spoiled(inner)]
    if isinstance(value, list):
        out += [[*value[:n], other, *value[n + 1 :]] for n, inner in enumerate(value[:2]) for other in _spoiled(inner)]
    return out


def test_twenty_thousand_segments_in_time() -> None:
    rows = [
        {"start": n * 1.5, "end": n * 1.5 + 1, "text": f" We copy {n}.", "speaker": f"SPEAKER_{n % 3:02}"}
        for n in range(20_000)
    ]
    data = json.dumps({"segments": rows}).encode()
    began = time.process_time()
    assert len(read(data, "a.json").turns) == 20_000
    assert time.process_time() - began < 2
