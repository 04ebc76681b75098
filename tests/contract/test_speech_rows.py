"""JSON of meeting tools and recognisers that have no reader of their own, and what they write besides: turns, roles, times."""

import json
from datetime import date

import pytest

from ingest.readers.registry import read
from repository.domain.transcript import Role, SessionKind, Transcript
from tests.reading import TRANSCRIPTS, assert_canonical, heard, read_text

Q, A = "How do you export?", "I copy everything."


def file(name: str) -> Transcript:
    """Read a fixture."""
    path = TRANSCRIPTS / "made" / name
    found = read(path.read_bytes(), path.name)
    assert_canonical(found)
    return found


def of(data: object) -> Transcript:
    """Read what is written as JSON."""
    return read_text(json.dumps(data), "a.json")


@pytest.mark.parametrize(
    ("name", "turns", "end"),
    [
        ("sonix.json", [f"Dana@0.1: {Q}", f"Ana@3.1: {A}"], 4500),
        ("trint.json", [f"Dana@0.1: {Q}", f"Ana@4: {A}"], 5300),
        ("grain.json", [f"Dana@0.5: {Q}", f"Ana@3.1: {A}"], 4400),
        ("tldv.json", [f"Dana@1: {Q}", f"Ana@4: {A}"], 6000),
        ("zoom_timeline.json", [f"Dana@1.5: {Q}", f"Ana@9.2: {A}"], 11_000),
        ("pyannote.json", [f"SPEAKER_00@0.5: {Q}", f"SPEAKER_01@4.5: {A}"], 5900),
        ("whisper_diarization.json", [f"speaker_0@0.5: {Q}", f"speaker_1@4.5: {A}"], 5900),
        ("readai.json", [f"Dana@36000.5: {Q}", f"Ana@36004: {A}"], 36_006_000),
        ("webex_snippets.json", [f"Dana@1: {Q}", f"Ana@4: {A}"], 5500),
        ("amberscript.json", [f"Dana@0.5: {Q}", f"Ana@4.5: {A}"], 5900),
        ("recall.json", [f"Dana@0.5: {Q}", f"Ana@4.5: {A}"], 5900),
        ("symbl.json", [f"Dana@5.9: {Q}", f"Ana@15.9: {A}"], 20_900),
        ("gladia.json", [f"Speaker 0@0.5: {Q}", f"Speaker 1@3.5: {A}"], 4900),
        ("elevenlabs_channels.json", ["speaker_0@0.1: How so?", "speaker_1@1.1: Well then."], 1700),
        ("connect_chat.json", [f"Dana@36005: {Q}", f"Ana@36025: {A}"], None),
        ("healthscribe.json", [f"CLINICIAN_0@0.5: {Q}", f"PATIENT_1@3.5: {A}"], 4500),
        ("azure_conversation.json", [f"Guest-1@0.18: {Q}", f"Guest-2@6.18: {A}"], 9390),
        ("oracle.json", ["Speaker 0@0.5: How so?", "Speaker 1@1.8: Well"], 1900),
        ("nemo.json", ["speaker_0@0.1: how so", "speaker_1@1.1: well"], 1300),
        ("insights.json", [f"AGENT@1: {Q}", f"CUSTOMER@4: {A}"], None),
        ("teams_metadata.vtt", [f"Dana@16.246: {Q}", f"Ana@18: {A}"], 19_500),
    ],
)
def test_what_services_export_exactly(name: str, turns: list[str], end: int | None) -> None:
    found = file(name)
    assert (heard(found), found.cues[-1].end_ms) == (turns, end)


@pytest.mark.parametrize("name", ["connect_chat.json", "healthscribe.json", "insights.json"])
def test_roles_that_files_state(name: str) -> None:
    assert [speaker.role for speaker in file(name).speakers] == [Role.INTERVIEWER, Role.PARTICIPANT]


def test_what_else_they_say() -> None:
    assert (file("readai.json").title, file("readai.json").occurred_on) == ("Session 3", date(2026, 3, 4))
    assert (file("connect_chat.json").kind, file("connect_chat.json").occurred_on) == (
        SessionKind.CHAT,
        date(2026, 3, 4),
    )
    assert [file(name).language for name in ("gladia.json", "recall.json", "elevenlabs_channels.json")] == ["en"] * 3


def test_a_list_of_words_is_joined_and_sentences_are_preferred() -> None:
    words = [
        {"word": word, "start": n, "end": n + 0.5, "score": 0.5, "speaker": f"SPEAKER_0{n // 4}"}
        for n, word in enumerate(f"{Q} {A}".split())
    ]
    assert heard(of({"word_segments": words})) == [f"SPEAKER_00@0: {Q}", f"SPEAKER_01@4: {A}"]
    assert len(of({"word_segments": words}).cues) == 2
    both = {"words": words, "spokenSegments": [{"speaker": "Ana", "text": f"{Q} {A}", "start": 0.5, "end": 9}]}
    assert heard(of({"output": both})) == [f"Ana@0.5: {Q} {A}"]


def test_who_speaks_at_a_time_is_told_apart_from_the_words() -> None:
    spans = [{"start": 0, "end": 3, "speaker": "S0"}, {"start": 4, "end": 6, "speaker": "S1"}]
    segments = [{"start": 0.5, "end": 2.5, "text": Q}, {"start": 4.5, "end": 5.5, "text": A}]
    assert heard(of({"segments": segments, "diarization": spans})) == [f"S0@0.5: {Q}", f"S1@4.5: {A}"]
    assert heard(of({"segments": segments, "diarization": []})) == [f"-@0.5: {Q} {A}"]
    named = [{**row, "speaker": "Ana"} for row in segments]
    assert heard(of({"segments": named, "diarization": spans})) == [f"Ana@0.5: {Q} {A}"]


def test_moments_have_ends_and_rows_of_other_types_are_left_out() -> None:
    rows = [
        {"speakerName": "Dana", "spokenText": Q, "startDateTime": "2026-03-04T10:00:05.0136254Z",
         "endDateTime": "2026-03-04T10:00:07Z"},
        {"speakerName": "Ana", "spokenText": A, "startDateTime": "2026-03-04T10:00:08Z", "endDateTime": "2026-03-04T10:00:08Z"},
    ]  # fmt: skip
    found = of(rows)
    assert [cue.start_ms for cue in found.cues] == [36_005_014, 36_008_000]
    assert [cue.end_ms for cue in found.cues] == [36_007_000, 36_008_000]
    lines = [
        {"type": "transcript", "name": "Dana", "content": Q, "time": 5},
        {"type": "moment", "name": "Dana", "content": "greeting", "time": 5},
    ]
    assert heard(of({"lines": lines})) == [f"Dana@5: {Q}"]
    assert [warning.message for warning in of({"lines": lines}).warnings] == ["Left out: moment (1)."]


def test_microphone_and_computer_are_two_and_other_sources_nobody() -> None:
    rows = [{"source": source, "text": text, "start": 3} for source, text in (("microphone", Q), ("system", A))]
    assert heard(of(rows)) == [f"microphone@3: {Q}", f"system@3: {A}"]
    assert heard(of([{**row, "source": "zoom"} for row in rows])) == [f"-@3: {Q} {A}"]


def test_the_other_ways_of_recognisers() -> None:
    best = {
        "text": "how so",
        "result": [{"word": "how", "start": 0.5, "end": 0.8}, {"word": "so", "start": 1, "end": 2}],
    }
    assert heard(of({"alternatives": [best, {"text": "house oh"}]})) == ["-@0.5: how so"]
    message = {
        "type": "Results",
        "channel": {"alternatives": [{"words": [{"word": "how", "start": 0.5, "end": 1, "speaker": 1}]}]},
    }
    assert heard(of([{**message, "is_final": False}, {**message, "is_final": True}])) == ["Speaker 1@0.5: how"]
    elements = [{"type": "text", "value": "How", "start": 0.5}, {"type": "text", "value": "so"}, {"type": "punct", "value": "?"}]  # fmt: skip
    assert heard(of({"monologues": [{"speaker_id": 2, "elements": elements}]})) == ["Speaker 2@0.5: How so?"]
    video = {"annotationResults": [{"speechTranscriptions": [{"alternatives": [{"transcript": "How so?"}]}]}]}
    assert heard(of(video)) == ["-: How so?"]


def test_struck_out_words_and_speakers_that_are_not_listed_stay() -> None:
    words = [{"para": "0", "time": 0, "duration": 9, "name": "Well", "speaker": 7, "strike": "true"}]
    assert heard(of({"words": words, "speakers": []})) == ["Speaker 7@0: Well"]


def test_a_cue_that_only_looks_like_an_object_is_kept() -> None:
    assert (
        read_text('WEBVTT\n\n00:01.000 --> 00:02.000\n{"spokenText": never\n', "a.vtt").text == '{"spokenText": never'
    )
