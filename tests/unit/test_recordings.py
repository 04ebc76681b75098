"""Recordings: what is said in them, when, how it is played, and what becomes of them. The speech is espeak-ng's."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from flask.testing import FlaskClient
from huggingface_hub import constants
from numpy.typing import NDArray
from werkzeug.test import TestResponse

from ingest import recordings
from ingest.intake import accept
from ingest.media import media_of, recognise_media
from ingest.recordings import pieces
from ingest.soundtrack import SoundLimits, soundtrack
from nlp.errors import ModelUnavailable
from nlp.transcribing import Phrase, Word, blocks, find_model, load_transcriber
from repository import reading, studies
from repository.domain.access import LOCAL_ADMIN
from repository.domain.job import Job
from repository.domain.source import DROPPED, KEPT, Source, Stage
from repository.domain.study import Study
from repository.health import examine
from repository.jobs import Stopping, queue_ingest
from repository.settings import AudioSettings, Settings
from repository.workspace import Workspace
from tests.builders import a_session, a_study, done
from web.app import create_app

RATE = 16_000
FIRST = "We connected the calendar on a Friday, and the reminders went out twice that weekend."
SECOND = "Nobody could tell me what happens to the appointments that we already have."
#: Seconds of silence before the first, between the two, and after the second.
BEFORE, BETWEEN, AFTER = 1.0, 4.0, 1.0


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, audio=AudioSettings(model="tiny.en", beam_size=1))


def spoken(words: str, folder: Path) -> NDArray[np.int16]:
    """Say words, as mono samples at RATE; Debian has espeak-ng in a package of that name."""
    path = folder / "said.wav"
    subprocess.run(["espeak-ng", "-v", "en-us", "-s", "140", "-w", path, words], check=True)
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(str(path)) as container:
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray()[0] for frame in (*frames, *resampler.resample(None))])


def silence(seconds: float) -> NDArray[np.int16]:
    return np.zeros(int(seconds * RATE), np.int16)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> tuple[NDArray[np.int16], float]:
    """Two sentences with a pause between them, and the second at which the second one begins."""
    folder = tmp_path_factory.mktemp("speech")
    first, second = spoken(FIRST, folder), spoken(SECOND, folder)
    samples = np.concatenate([silence(BEFORE), first, silence(BETWEEN), second, silence(AFTER)])
    return samples, BEFORE + len(first) / RATE + BETWEEN


def encoded(
    samples: NDArray[np.int16], container: str, codec: str, *, rate: int = RATE, jump: float = 0.0, film: bool = False
) -> bytes:
    """Give the bytes of a recording; its second half comes `jump` seconds late, with nothing before it."""
    out = BytesIO()
    with av.open(out, "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=rate)
        stream.layout = "mono"
        picture: Any = file.add_stream("mpeg4", rate=5) if film else None
        if picture:
            picture.width = picture.height = 64
            picture.pix_fmt = "yuv420p"
            for number in range(10):
                frame = av.VideoFrame(64, 64, "yuv420p")
                frame.pts = number
                file.mux(picture.encode(frame))
            file.mux(picture.encode(None))
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=rate, frame_size=1024)
        whole = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        whole.sample_rate = RATE
        at = 0
        for part in (*resampler.resample(whole), *resampler.resample(None)):
            part.pts = at + (int(jump * rate) if at > len(samples) / RATE * rate / 2 else 0)
            at += part.samples
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return out.getvalue()


@pytest.fixture(scope="module")
def wav(talk: tuple[NDArray[np.int16], float]) -> bytes:
    return encoded(talk[0], "wav", "pcm_s16le")


def brought(workspace: Workspace, study: Study, data: bytes, name: str) -> tuple[Job, Source]:
    """Add a file and do its job."""
    accepted = accept(workspace, LOCAL_ADMIN, study_id=study.id, name=name, data=data)
    assert accepted.job_id is not None
    [job] = done(workspace, accepted.job_id)
    with workspace.read() as unit:
        source = unit.sources.get(accepted.source.id)
    assert source
    return job, source


def session_of(workspace: Workspace, source: Source) -> int:
    with workspace.read() as unit:
        [session] = unit.sessions.of_source(source.id)
    return session.id


def error_rate(heard: str, said: str) -> float:
    """Give the word error rate: how many words must be changed, as a share of those that were said."""
    ours, theirs = (re.findall(r"[a-z]+", text.lower()) for text in (said, heard))
    row = list(range(len(theirs) + 1))
    for i, word in enumerate(ours, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(theirs, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1] / len(ours)


# From the recording to the transcript


def test_two_sentences_become_two_turns_at_their_times(
    workspace: Workspace, wav: bytes, talk: tuple[NDArray[np.int16], float]
) -> None:
    job, source = brought(workspace, a_study(workspace), wav, "2026-03-11 P01.wav")
    assert job.error is None and source.stage is Stage.SUGGESTED
    view = reading.transcript(workspace, LOCAL_ADMIN, session_of(workspace, source))
    assert error_rate(view.text, f"{FIRST} {SECOND}") < 0.25
    first, second = view.turns
    assert error_rate(first.words, FIRST) < 0.25 and error_rate(second.words, SECOND) < 0.25
    assert first.start_ms == pytest.approx(BEFORE * 1000, abs=700)
    assert second.start_ms == pytest.approx(talk[1] * 1000, abs=700)
    assert first.speaker == "" and view.session.language == "en"
    assert str(view.session.occurred_on) == "2026-03-11"
    assert "tiny.en" in view.warnings[0] and "check names" in view.warnings[0]


@pytest.mark.parametrize(
    ("name", "container", "codec", "rate"),
    [("p01.mp4", "mp4", "aac", 44_100), ("p01.m4a", "ipod", "aac", 16_000), ("p01.webm", "webm", "libopus", 48_000)],
)
def test_what_phones_and_meetings_record(
    workspace: Workspace, talk: tuple[NDArray[np.int16], float], name: str, container: str, codec: str, rate: int
) -> None:
    data = encoded(talk[0], container, codec, rate=rate, film=name.endswith(".mp4"))
    job, source = brought(workspace, a_study(workspace), data, name)
    assert job.error is None
    view = reading.transcript(workspace, LOCAL_ADMIN, session_of(workspace, source))
    assert error_rate(view.text, f"{FIRST} {SECOND}") < 0.25
    assert view.turns[1].start_ms == pytest.approx(talk[1] * 1000, abs=700)


def test_progress_rises_and_the_transcript_says_what_it_is(workspace: Workspace, wav: bytes) -> None:
    accepted = accept(workspace, LOCAL_ADMIN, study_id=a_study(workspace).id, name="p01.wav", data=wav)
    media = media_of(workspace.originals.find(accepted.source.digest), "p01.wav")
    assert media
    seen: list[float] = []
    transcript = recordings.transcribe(workspace, accepted.source, media, seen.append)
    assert seen == sorted(seen) and seen[0] == 0.0 and 0.8 < seen[-1] <= 1.0 and len(set(seen)) >= 3
    assert transcript.shape == "Recording (transcribed by tiny.en)" and transcript.reader == "whisper"
    assert all(cue.end_ms and cue.start_ms is not None and cue.start_ms < cue.end_ms for cue in transcript.cues)
    assert all(0 < (cue.confidence or 0) <= 1 for cue in transcript.cues)


def test_whoever_is_told_to_stop_stops(workspace: Workspace, wav: bytes) -> None:
    accepted = accept(workspace, LOCAL_ADMIN, study_id=a_study(workspace).id, name="p01.wav", data=wav)
    media = media_of(workspace.originals.find(accepted.source.digest), "p01.wav")
    assert media

    def report(fraction: float) -> None:
        if fraction > 0:
            raise Stopping

    with pytest.raises(Stopping):
        recordings.transcribe(workspace, accepted.source, media, report)


# What is not transcribed


def refusal(workspace: Workspace, data: bytes, name: str) -> tuple[str, str, str]:
    job, source = brought(workspace, a_study(workspace), data, name)
    assert job.error and job.attempts <= 1 and source.stage is Stage.RECEIVED and source.recording == ""
    return job.error.slug, job.error.message, job.error.hint


def test_without_the_extra_the_remedy_is_named(
    workspace: Workspace, wav: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    slug, message, hint = refusal(workspace, wav, "p01.wav")
    assert slug == "no-audio-extra" and message.startswith("p01.wav: This is a recording")
    assert "pip install 'cairn-research[audio]'" in hint


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("p01.mp3", b"ID3\x04\0\0\0\0\0\0" + bytes(range(256)) * 8),
        ("p01.ogg", b"OggS\0" + bytes(range(256)) * 8),
        ("p01.mp4", b"\0\0\0\x18ftypisom" + bytes(500)),
        ("p01.webm", b"\x1aE\xdf\xa3" + bytes(range(256))),
        # What FFmpeg would take for a list of other files, were it left to guess.
        ("p01.mp3", b"ID3\x04\0\0\0\0\0\0#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
    ],
)
def test_a_broken_recording(workspace: Workspace, name: str, data: bytes) -> None:
    slug, message, _ = refusal(workspace, data, name)
    assert slug == "damaged-file" and message == f"{name}: The recording is damaged or incomplete."


def test_a_recording_with_damaged_parts_is_transcribed_with_a_remark(
    workspace: Workspace, talk: tuple[NDArray[np.int16], float]
) -> None:
    data = bytearray(encoded(talk[0], "mp3", "libmp3lame"))
    middle = int(len(data) * 0.5)  # it is silent there
    data[middle : middle + 2_000] = np.random.default_rng(1).bytes(2_000)
    job, source = brought(workspace, a_study(workspace), bytes(data), "p01.mp3")
    assert job.error is None and "damaged" in source.warnings[-1]


@pytest.mark.parametrize("loudness", [0, 300])
def test_silence_and_noise_hold_no_speech(workspace: Workspace, loudness: int) -> None:
    noise = np.random.default_rng(0).normal(0, loudness, 12 * RATE).astype(np.int16)
    slug, message, _ = refusal(workspace, encoded(noise, "wav", "pcm_s16le"), "p01.wav")
    assert slug == "no-speech" and message == "p01.wav: No speech was heard in the recording."


def test_a_film_without_sound(workspace: Workspace) -> None:
    out = BytesIO()
    with av.open(out, "w", format="mp4") as file:
        picture: Any = file.add_stream("mpeg4", rate=5)
        picture.width = picture.height = 64
        picture.pix_fmt = "yuv420p"
        file.mux(picture.encode(av.VideoFrame(64, 64, "yuv420p")))
        file.mux(picture.encode(None))
    assert refusal(workspace, out.getvalue(), "p01.mp4")[:2] == (
        "no-speech",
        "p01.mp4: There is no sound in this file.",
    )


def test_a_recording_that_is_too_long(settings: Settings, workspace: Workspace, wav: bytes) -> None:
    workspace.settings = replace(settings, audio=replace(settings.audio, max_minutes=1))
    hours = encoded(silence(61), "flac", "flac")
    slug, _, hint = refusal(workspace, hours, "p01.flac")
    assert slug == "too-long" and "max_minutes" in hint


# Kept or dropped


def test_a_kept_recording(workspace: Workspace, wav: bytes) -> None:
    _, source = brought(workspace, a_study(workspace), wav, "p01.wav")
    assert source.recording == KEPT and workspace.originals.find(source.digest).read_bytes() == wav


def test_a_dropped_recording_is_gone_and_nothing_misses_it(
    settings: Settings, workspace: Workspace, wav: bytes
) -> None:
    workspace.settings = replace(settings, audio=replace(settings.audio, keep_recording=False))
    study = a_study(workspace)
    _, source = brought(workspace, study, wav, "p01.wav")
    assert source.recording == DROPPED and not workspace.originals.digests()
    [finding] = [finding for finding in examine(workspace) if finding.what == "Originals"]
    assert finding.good
    # Working through it again, as after a change of model, reads nothing and loses nothing.
    text = reading.transcript(workspace, LOCAL_ADMIN, session_of(workspace, source)).text
    with workspace.write() as unit:
        unit.sources.reached(source.id, Stage.RECEIVED)
        job_id = queue_ingest(unit, workspace, source.id)
    [job] = done(workspace, job_id)
    assert job.error is None
    assert reading.transcript(workspace, LOCAL_ADMIN, session_of(workspace, source)).text == text


def test_a_recording_is_dropped_only_when_no_study_needs_it(
    settings: Settings, workspace: Workspace, wav: bytes
) -> None:
    other = accept(workspace, LOCAL_ADMIN, study_id=a_study(workspace, "Other").id, name="p01.wav", data=wav)
    workspace.settings = replace(settings, audio=replace(settings.audio, keep_recording=False))
    accepted = accept(workspace, LOCAL_ADMIN, study_id=a_study(workspace).id, name="p01.wav", data=wav)
    with workspace.write() as unit:
        unit.sources.note_recording(accepted.source.id, DROPPED)
    recordings.drop(workspace, accepted.source)
    assert workspace.originals.path(other.source.digest).is_file()
    with workspace.write() as unit:
        unit.sources.note_recording(other.source.id, DROPPED)
    recordings.drop(workspace, other.source)
    assert not workspace.originals.digests()


# Kinds, sound, turns


@pytest.mark.parametrize(
    ("head", "name", "mimetype"),
    [
        (b"RIFF\x24\x08\0\0WAVEfmt ", "a.wav", "audio/wav"),
        (b"ID3\x03\0", "a.mp3", "audio/mpeg"),
        (b"\xff\xfb\x90\x44", "a", "audio/mpeg"),
        (b"\xff\xf3\x84\xc4", "a.mp3", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "a.aac", "audio/aac"),
        (b"fLaC\0\0\0\x22", "a.flac", "audio/flac"),
        (b"OggS\0\x02" + bytes(22) + b"OpusHead", "a.opus", "audio/ogg"),
        (b"OggS\0\x02" + bytes(23) + b"theora", "a.ogv", "video/ogg"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", "a", "audio/mp4"),
        (b"\0\0\0\x20ftypisom", "a.m4a", "audio/mp4"),
        (b"\0\0\0\x20ftypmp42", "a.mp4", "video/mp4"),
        (b"\0\0\0\x14ftypqt  ", "a.mov", "video/quicktime"),
        (b"\0\0\x08\0moov", "a.mov", "video/quicktime"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "a.webm", "video/webm"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "a.weba", "audio/webm"),
        (b"\x1aE\xdf\xa3\xa3B\x86\x81\x01B\x82\x88matroska", "a.mkv", "video/x-matroska"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", "a.wma", "audio/x-ms-wma"),
        (b"RIFF\x24\x08\0\0AVI LIST", "a.avi", "video/x-msvideo"),
        (b"#!AMR\n", "a.amr", "audio/amr"),
        (b"FORM\0\0\x10\0AIFF", "a.aiff", "audio/aiff"),
    ],
)
def test_a_recording_is_known_by_its_first_bytes(head: bytes, name: str, mimetype: str) -> None:
    media = recognise_media(head, name)
    assert media and media.mimetype == mimetype and media.is_video == mimetype.startswith("video/")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"RIFF",
        b"RIFF\x24\x08\0\0WEBPVP8 ",
        b"\0\0\0\x18ftypheic",
        b"ID3 tags, and what they are for",
        b"OggS is what P01 called it",
        b"FORM AND FUNCTION",
        "P01: fünf".encode("utf-16"),
        b"\xff\xff\xff\xff\xff",
        b"PK\x03\x04",
        b"The moov was fine.",
    ],
)
@pytest.mark.parametrize("name", ["p01.txt", "p01.mp3", "p01.mov"])
def test_words_and_pictures_are_no_recordings(head: bytes, name: str) -> None:
    assert recognise_media(head, name) is None


def heard(path: Path, data: bytes, look: Callable[[], None] = lambda: None) -> NDArray[np.float32]:
    path.write_bytes(data)
    media = media_of(path, path.name)
    assert media
    with soundtrack(path, path.name, media, folder=path.parent, limits=SoundLimits(512, 5), look=look) as sound:
        assert [other for other in path.parent.iterdir() if other != path] == []  # the samples have no name
        return np.array(sound.samples)


def test_silence_that_a_recorder_left_out_is_put_back(tmp_path: Path, talk: tuple[NDArray[np.int16], float]) -> None:
    """The player counts it, so the words would come too early."""
    plain = heard(tmp_path / "p01.mkv", encoded(talk[0], "matroska", "pcm_s16le"))
    late = heard(tmp_path / "p01.mkv", encoded(talk[0], "matroska", "pcm_s16le", jump=5.0))
    assert len(plain) == pytest.approx(len(talk[0]), abs=RATE / 10)
    assert len(late) - len(plain) == pytest.approx(5 * RATE, abs=RATE / 10)
    assert np.abs(plain - talk[0][: len(plain)] / 32768).max() < 0.01


def test_a_child_ends_when_nobody_wants_its_answer(tmp_path: Path) -> None:
    def look() -> None:
        raise Stopping

    with pytest.raises(Stopping):
        heard(tmp_path / "p01.flac", encoded(silence(200), "flac", "flac"), look)


def test_blocks_are_cut_where_it_is_quiet() -> None:
    samples = np.full(30 * RATE, 0.5, np.float32)
    samples[8 * RATE : 9 * RATE] = 0.0
    found = list(blocks(samples, most=10 * RATE))
    assert found[0][0] == 0 and found[-1][1] == len(samples)
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert all(0 < end - start <= 10 * RATE for start, end in found)
    assert 8 * RATE <= found[0][1] <= 9 * RATE
    assert list(blocks(samples[:0])) == []


def test_a_long_recording_is_heard_in_blocks(
    talk: tuple[NDArray[np.int16], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlp.transcribing.SEARCH", 6)
    monkeypatch.setattr(blocks, "__defaults__", (12 * RATE,))
    whole = (talk[0] / 32768).astype(np.float32)
    seen: list[float] = []
    speech = load_transcriber(model="tiny.en").transcribe(whole, seen.append)
    starts = [phrase.words[0].start for phrase in speech.phrases]
    assert starts == [pytest.approx(BEFORE, abs=0.7), pytest.approx(talk[1], abs=0.7)]
    assert seen == sorted(seen)


def phrase(words: str, start: float, *, each: float = 0.5) -> Phrase:
    return Phrase(
        tuple(Word(f" {word}", start + i * each, start + (i + 1) * each, 0.9) for i, word in enumerate(words.split()))
    )


def test_turns_begin_after_pauses_and_when_they_become_long() -> None:
    made = list(
        pieces(
            [
                phrase("One two.", 0),
                phrase("Three", 1.2),
                phrase("four.", 5),
                *(phrase("On.", 5.5 + i) for i in range(70)),
            ]
        )
    )
    assert [(piece.text, piece.breaks) for piece in made[:4]] == [
        ("One two.", True),
        ("Three", False),
        ("four.", True),
        ("On.", False),
    ]
    [long] = [piece for piece in made[4:] if piece.breaks]
    assert long.start_ms == 65_500
    split = phrase("Yes.", 0).words + phrase("So then.", 3).words
    assert [(piece.text, piece.start_ms, piece.breaks) for piece in pieces([Phrase(split)])] == [
        ("Yes.", 0, True),
        ("So then.", 3_000, True),
    ]


# Models


def test_a_model_that_is_not_here_is_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    with pytest.raises(ModelUnavailable, match="allow_download"):
        find_model("base")
    with pytest.raises(ModelUnavailable, match="no Whisper model"):
        find_model("bass")
    (tmp_path / "model.bin").write_bytes(b"x")
    with pytest.raises(ModelUnavailable, match=r"tokenizer\.json"):
        find_model(str(tmp_path))
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    assert find_model(str(tmp_path)) == tmp_path
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        load_transcriber(model=str(tmp_path))


def test_a_missing_model_is_said_on_the_job(
    settings: Settings, workspace: Workspace, wav: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    workspace.settings = replace(settings, audio=replace(settings.audio, model="base"))
    job, source = brought(workspace, a_study(workspace), wav, "p01.wav")
    assert job.error and job.error.slug == "model-missing" and "[audio] allow_download" in job.error.message
    assert source.stage is Stage.RECEIVED and workspace.originals.path(source.digest).is_file()


# Played


@pytest.fixture
def played(workspace: Workspace, wav: bytes) -> Iterator[tuple[FlaskClient, str, int]]:
    _, source = brought(workspace, a_study(workspace), wav, "p01.wav")
    session_id = session_of(workspace, source)
    yield create_app(workspace).test_client(), f"/transcripts/{session_id}/recording", session_id


def got(client: FlaskClient, address: str, headers: dict[str, str] | None = None) -> TestResponse:
    """Get an answer to the end, and close the file it came from."""
    with client.get(address, headers=headers) as answer:
        answer.get_data()
    return answer


def test_a_player_gets_the_parts_it_asks_for(played: tuple[FlaskClient, str, int], wav: bytes) -> None:
    client, address, _ = played
    whole = got(client, address)
    assert whole.status_code == 200 and whole.data == wav and whole.headers["Accept-Ranges"] == "bytes"
    part = got(client, address, {"Range": "bytes=100-199"})
    assert part.status_code == 206 and part.data == wav[100:200]
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(wav)}"
    assert got(client, address, {"Range": "bytes=-50"}).data == wav[-50:]
    assert got(client, address, {"Range": f"bytes={len(wav)}-"}).status_code == 416
    for answer in (whole, part):
        assert answer.mimetype == "audio/wav"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "no-store" in answer.headers["Cache-Control"]


def test_the_player_knows_the_times(
    played: tuple[FlaskClient, str, int], workspace: Workspace, talk: tuple[NDArray[np.int16], float]
) -> None:
    client, address, session_id = played
    times = got(client, f"{address}/times").json
    view = reading.transcript(workspace, LOCAL_ADMIN, session_id)
    assert times and [turn["idx"] for turn in times] == [0, 1]
    assert times[1]["start_ms"] == pytest.approx(talk[1] * 1000, abs=700)
    for turn, row in zip(times, view.turns, strict=True):
        assert turn["start_ms"] < turn["end_ms"]
        assert " ".join(row.words[cue["start"] : cue["end"]] for cue in turn["cues"]) == row.words


def test_nothing_is_played_of_what_is_no_recording_or_was_dropped_or_lies_in_the_bin(
    played: tuple[FlaskClient, str, int], workspace: Workspace
) -> None:
    client, address, session_id = played
    text = a_session(workspace, a_study(workspace, "Text"))
    assert got(client, f"/transcripts/{text.id}/recording").status_code == 404
    assert got(client, f"/transcripts/{text.id}/recording/times").status_code == 404
    source = reading.transcript(workspace, LOCAL_ADMIN, session_id).source
    with workspace.write() as unit:
        unit.sources.note_recording(source.id, DROPPED)
    assert got(client, address).status_code == 404
    with workspace.write() as unit:
        unit.sources.note_recording(source.id, KEPT)
    assert got(client, address).status_code == 200
    studies.bin_session(workspace, LOCAL_ADMIN, session_id)
    assert got(client, address).status_code == 404 and got(client, f"{address}/times").status_code == 404


def test_the_player_stands_where_there_is_something_to_play(
    played: tuple[FlaskClient, str, int], workspace: Workspace
) -> None:
    client, address, session_id = played
    player = client.application.jinja_env.get_template("recordings/player.html")
    view = reading.transcript(workspace, LOCAL_ADMIN, session_id)
    with client.application.test_request_context():
        shown = player.render(view=view)
        assert f'<audio controls preload="metadata" src="{address}"' in shown and "player.js" in shown
        assert player.render(view=replace(view, source=replace(view.source, recording=DROPPED))).strip() == ""
