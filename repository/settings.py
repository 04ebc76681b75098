"""Settings: one reader of config.toml and the environment. Every key stands in config.toml with its meaning."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

from repository.errors import SettingsError

PREFIX = "CAIRN_"
#: What a key may say, and the least a number may be where that is not 0.
CHOICES = {"backend": ("auto", "onnx", "torch", "hashing"), "kind": ("chroma", "exact")}
LEAST: dict[str, float] = {
    "words": 10,
    "threads": 0,
    "attempts": 1,
    "lease_seconds": 3,
    "sweep_seconds": 1,
    "check_seconds": 0.01,
    "probe_seconds": 0.1,
    "sync_threshold": 1_000,
    "max_file_mb": 1,
    "read_memory_mb": 128,
    "read_cpu_seconds": 1,
    "read_seconds": 1,
    "per_passage": 1,
    "max_minutes": 1,
    "beam_size": 1,
    "review_months": 1,
    "every_days": 1,
}


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """Where everything is kept."""

    folder: str = "data"
    database_url: str = ""
    min_free_mb: int = 256


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The web process."""

    host: str = "127.0.0.1"
    port: int = 8321
    threads: int = 8
    worker: bool = True


@dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """The model that turns passages into vectors."""

    model: str = "all-MiniLM-L6-v2"
    backend: str = "auto"
    threads: int = 0
    allow_download: bool = False


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """The vector index, derived from SQL."""

    kind: str = "chroma"
    probe_seconds: float = 10.0
    sync_threshold: int = 1_000_000
    exact_below: int = 5_000
    check_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """The bell that wakes workers."""

    url: str = ""


@dataclass(frozen=True, slots=True)
class JobSettings:
    """Leases and attempts."""

    lease_seconds: int = 60
    attempts: int = 3
    sweep_seconds: int = 5


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """Limits on files, and on the child process that reads them."""

    max_file_mb: int = 100
    read_memory_mb: int = 1024
    read_cpu_seconds: int = 20
    read_seconds: int = 60


@dataclass(frozen=True, slots=True)
class AudioSettings:
    """Transcribing recordings; needs the extra for audio."""

    model: str = "tiny.en"
    language: str = ""
    allow_download: bool = False
    keep_recording: bool = True
    max_minutes: int = 240
    beam_size: int = 5


@dataclass(frozen=True, slots=True)
class SegmentingSettings:
    """How long a passage is."""

    words: int = 150


@dataclass(frozen=True, slots=True)
class SuggestingSettings:
    """Auto-tagging."""

    enabled: bool = True
    per_passage: int = 3
    threshold: float = 0.1
    auto_precision: float = 0.8


@dataclass(frozen=True, slots=True)
class PlanningSettings:
    """Checks of plans before a study begins to recruit."""

    check_days: int = 30
    gate: bool = False


@dataclass(frozen=True, slots=True)
class BinSettings:
    """How long deleted things can be brought back."""

    days: int = 30


@dataclass(frozen=True, slots=True)
class InsightSettings:
    """When what is known is looked at again."""

    review_months: int = 12


@dataclass(frozen=True, slots=True)
class AskingSettings:
    """Rephrasing of answers by a language model, off unless a URL is named."""

    rephrase_url: str = ""
    rephrase_model: str = ""
    rephrase_key_env: str = ""
    rephrase_seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """A digest of what needs hands, by mail or to a web address; off unless one is named."""

    every_days: int = 7
    to: str = ""
    sender: str = ""
    smtp_url: str = ""
    webhook_url: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. `base` is the folder relative paths start from."""

    storage: StorageSettings = field(default_factory=StorageSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    embedding: EmbeddingSettings = field(default_factory=EmbeddingSettings)
    index: IndexSettings = field(default_factory=IndexSettings)
    queue: QueueSettings = field(default_factory=QueueSettings)
    jobs: JobSettings = field(default_factory=JobSettings)
    ingest: IngestSettings = field(default_factory=IngestSettings)
    audio: AudioSettings = field(default_factory=AudioSettings)
    segmenting: SegmentingSettings = field(default_factory=SegmentingSettings)
    suggesting: SuggestingSettings = field(default_factory=SuggestingSettings)
    planning: PlanningSettings = field(default_factory=PlanningSettings)
    bin: BinSettings = field(default_factory=BinSettings)
    insights: InsightSettings = field(default_factory=InsightSettings)
    asking: AskingSettings = field(default_factory=AskingSettings)
    digest: DigestSettings = field(default_factory=DigestSettings)
    base: Path = field(default_factory=Path.cwd)

    @property
    def folder(self) -> Path:
        """Give the storage folder as an absolute path."""
        return (self.base / Path(self.storage.folder).expanduser()).resolve()


def sections() -> dict[str, type[Any]]:
    """Give the dataclass of each section by its name in config.toml."""
    return {name: kind for name, kind in get_type_hints(Settings).items() if name != "base"}


def load(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read `path` (default: $CAIRN_CONFIG, else ./config.toml if there is one), then the environment.

    Raises SettingsError naming the file and line of an unknown key or a value of the wrong kind.
    """
    environment = os.environ if environment is None else environment
    named = path or (Path(environment["CAIRN_CONFIG"]) if environment.get("CAIRN_CONFIG") else None)
    file = named or Path("config.toml")
    if named and not named.is_file():
        raise SettingsError(f"The settings file {named} does not exist.", hint="Check --config and CAIRN_CONFIG.")
    source = file.read_text(encoding="utf-8") if file.is_file() else ""
    try:
        table = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not valid TOML: {error}.", hint="Put text values in quotes.") from error
    values = {(s, k): (v, _place(file, source, s, k)) for s, k, v in _flatten(file, source, table)}
    for name, value in environment.items():
        if name.startswith(PREFIX) and name != "CAIRN_CONFIG":
            if "__" not in name:
                hint = f"Write CAIRN_SECTION__KEY, for example {_with_two(name)}."
                raise SettingsError(f"The environment variable {name} means nothing to Cairn.", hint=hint)
            section, _, key = name.removeprefix(PREFIX).lower().partition("__")
            values[section, key] = (value, f"environment variable {name}")
    settings = Settings(base=file.resolve().parent if file.is_file() else Path.cwd())
    for (section, key), (value, place) in values.items():
        settings = _with(settings, section, key, value, place)
    return settings


def _with_two(name: str) -> str:
    """Give the variable that was probably meant: CAIRN_STORAGE_FOLDER is CAIRN_STORAGE__FOLDER."""
    section, _, key = name.removeprefix(PREFIX).partition("_")
    return f"{PREFIX}{section}__{key}" if section.lower() in sections() and key else "CAIRN_STORAGE__FOLDER=/srv/cairn"


def _flatten(file: Path, source: str, table: dict[str, Any]) -> list[tuple[str, str, Any]]:
    found = []
    for section, keys in table.items():
        if not isinstance(keys, dict):
            raise SettingsError(
                f'{_place(file, source, "", section)}: "{section}" stands outside a section.',
                hint="Write [section] first.",
            )
        if section not in sections():
            raise _unknown(_place(file, source, section, ""), "section", section, list(sections()))
        found += [(section, key, value) for key, value in keys.items()]
    return found


def _place(file: Path, source: str, section: str, key: str) -> str:
    current = ""
    for number, line in enumerate(source.splitlines(), 1):
        text = line.strip()
        if text.startswith("["):
            current = text.strip("[] ").split("]")[0].strip()
            if current == section and not key:
                return f"{file}, line {number}"
        elif current == section and key and text.split("=")[0].strip().strip('"') == key:
            return f"{file}, line {number}"
    return str(file)


def _unknown(place: str, what: str, name: str, known: list[str]) -> SettingsError:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(known)}."
    return SettingsError(f'{place}: there is no {what} "{name}".', hint=hint)


def _with(settings: Settings, section: str, key: str, value: Any, place: str) -> Settings:
    if section not in sections():
        raise _unknown(place, "section", section, list(sections()))
    kinds = get_type_hints(sections()[section])
    if key not in kinds:
        raise _unknown(place, f"key in [{section}]", key, list(kinds))
    part = replace(getattr(settings, section), **{key: _typed(value, kinds[key], place, key)})
    return replace(settings, **{section: part})


def _typed(value: Any, kind: type[Any], place: str, key: str) -> Any:
    try:
        if kind is bool and isinstance(value, str):
            return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[value.lower()]
        if kind in (int, float) and not isinstance(value, bool) and not (kind is int and isinstance(value, float)):
            return _bounded(kind(value), place, key)
        if isinstance(value, kind):
            return _bounded(value, place, key)
    except (KeyError, ValueError):
        pass
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "text in quotes"}
    raise SettingsError(f'{place}: "{key}" must be {names[kind]}, not {value!r}.')


def _bounded(value: Any, place: str, key: str) -> Any:
    if key in CHOICES and value not in CHOICES[key]:
        raise SettingsError(f'{place}: "{key}" must be one of {", ".join(CHOICES[key])}, not {value!r}.')
    least = LEAST.get(key, 0)
    if isinstance(value, int | float) and not isinstance(value, bool) and value < least:
        raise SettingsError(f'{place}: "{key}" must be at least {least}, not {value}.')
    return value


def keys() -> list[str]:
    """List every setting as section.key."""
    return [f"{name}.{part.name}" for name, kind in sections().items() for part in fields(kind)]
