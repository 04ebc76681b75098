"""Settings: config.toml documents every key, and a slip of the pen is named with its line."""

import tomllib
from pathlib import Path

import pytest

from repository.errors import SettingsError
from repository.settings import Settings, keys, load, sections

CONFIG = Path(__file__).parents[2] / "config.toml"


def test_config_toml_lists_every_key_with_its_default_and_its_meaning() -> None:
    table = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    assert sorted(f"{section}.{key}" for section in table for key in table[section]) == sorted(keys())
    for section in table:
        assert table[section] == {key: getattr(getattr(Settings(), section), key) for key in table[section]}
    for line in CONFIG.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            assert len(line.partition("#")[2].split()) >= 4, f"no meaning is given: {line}"


def test_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[server]\nport = 9000\nworker = true\n[storage]\nfolder = "here"\n')
    settings = load(file, {"CAIRN_SERVER__PORT": "9001", "CAIRN_SERVER__WORKER": "false", "HOME": "/root"})
    assert (settings.server.port, settings.server.worker) == (9001, False)
    assert settings.folder == tmp_path / "here"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[server]\nprot = 1\n", r'line 2: there is no key in \[server\] "prot".*Did you mean "port"'),
        ("[sever]\nport = 1\n", r'line 1: there is no section "sever".*Did you mean "server"'),
        ("[server]\n\nport = 'many'\n", 'line 3: "port" must be a whole number'),
        ("[server]\nport = 8.5\n", 'line 2: "port" must be a whole number'),
        ("[server]\nworker = 1\n", 'line 2: "worker" must be true or false'),
        ("port = 1\n", 'line 1: "port" stands outside a section'),
        ("[server\n", "not valid TOML"),
    ],
)
def test_a_slip_is_named_with_file_line_and_remedy(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=told):
        load(file, {})


def test_a_wrong_environment_variable_is_named() -> None:
    with pytest.raises(SettingsError, match="CAIRN_SERVER__PROT"):
        load(None, {"CAIRN_SERVER__PROT": "1"})


def test_a_settings_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load(tmp_path / "none.toml", {})


def test_every_section_is_made_of_plain_values() -> None:
    for kind in sections().values():
        assert all(isinstance(value, str | int | float | bool) for value in vars_of(kind()).values())


def vars_of(section: object) -> dict[str, object]:
    return {name: getattr(section, name) for name in section.__slots__}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"CAIRN_STORAGE_FOLDER": "/x"}, "CAIRN_STORAGE__FOLDER"),
        ({"CAIRN_INDEX__KIND": "exakt"}, "chroma, exact"),
        ({"CAIRN_SEGMENTING__WORDS": "0"}, "at least 10"),
        ({"CAIRN_EMBEDDING__BACKEND": "cuda"}, "hashing"),
    ],
)
def test_values_that_mean_nothing_are_refused(environment: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load(environment=environment)
    assert words in str(raised.value)
