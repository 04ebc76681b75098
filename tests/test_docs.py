"""The documents say what the code does: every command, setting, error, endpoint and word, and nothing that is not there."""

import ast
import inspect
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask import Flask

from docs import generate
from repository.errors import CairnError
from repository.querying import FILTERS
from repository.settings import Settings, sections
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from web import inputs
from web.app import create_app
from web.cli.main import cairn

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PACKAGES = ("nlp", "repository", "ingest", "web")
FENCE = re.compile(r"^ {0,3}(`{3,})(\w*)[^\n]*\n(.*?)^ {0,3}\1 *$", re.M | re.S)


def documents() -> list[Path]:
    """Every document of the project; transcripts that happen to be Markdown are none."""
    return [
        *(path for path in sorted(ROOT.glob("*.md"))),
        *sorted(DOCS.rglob("*.md")),
        ROOT / "web" / "static" / "vendor" / "README.md",
        *sorted((ROOT / "tests" / "data").glob("*/README.md")),
    ]


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def called(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# The reference


@pytest.mark.parametrize("name", generate.PAGES)
def test_generated_pages_are_what_the_code_makes(name: str) -> None:
    assert text(name) == generate.PAGES[name](), "Run: python -m docs.generate"


def commands() -> list[click.Context]:
    return list(generate.walk(click.Context(cairn, info_name="cairn")))


def test_every_command_and_option_is_documented() -> None:
    page = text("reference/commands.md")
    for context in commands():
        heading = f"## {context.command_path}\n"
        assert heading in page
        section = page.partition(heading)[2].partition("\n## ")[0]
        for parameter in context.command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert parameter.help, f"{context.command_path} {parameter.opts[0]} says nothing of itself"
                assert all(re.search(rf"{re.escape(name)}\b", section) for name in parameter.opts), parameter.opts
        assert context.command.help


def test_every_command_that_does_something_speaks_json() -> None:
    for context in commands():
        if not isinstance(context.command, click.Group):
            assert any("--json" in parameter.opts for parameter in context.command.params), context.command_path


def test_every_setting_is_documented() -> None:
    page = text("reference/settings.md")
    for name, kind in sections().items():
        section = page.partition(f"## [{name}]\n")[2].partition("\n## ")[0]
        for field in fields(kind):
            assert f"| `{field.name}` |" in section
            assert f"`CAIRN_{name.upper()}__{field.name.upper()}`" in section


def test_config_toml_lists_exactly_the_settings_with_their_defaults_and_meanings() -> None:
    written = (ROOT / "config.toml").read_text(encoding="utf-8")
    table = tomllib.loads(written)
    assert list(table) == list(sections())
    for name, kind in sections().items():
        assert list(table[name]) == [field.name for field in fields(kind)], name
        assert table[name] == {key: getattr(getattr(Settings(), name), key) for key in table[name]}
        assert all(type(value) is type(getattr(kind(), key)) for key, value in table[name].items())
    for line in written.splitlines():
        if re.match(r"\w+ *=", line):
            assert re.search(r"\s# \S.*\w", line), f"no meaning is given: {line}"


def kinds(kind: type[CairnError] = CairnError) -> Iterator[type[CairnError]]:
    for below in kind.__subclasses__():
        yield below
        yield from kinds(below)


def test_every_error_slug_is_documented() -> None:
    listed = set(re.findall(r"^\| `([a-z-]+)` \|", text("reference/errors.md").partition("## By slug")[2], re.M))
    raised: set[str] = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "slug" and isinstance(node.value, ast.Constant):
                raised.add(str(node.value.value))
    raised |= {kind.slug for kind in kinds()}
    raised -= {"", CairnError.slug}
    assert raised <= listed, "Run: python -m docs.generate"
    assert {kind.__name__ for kind in kinds()} <= set(re.findall(r"^\| `(\w+)` \|", text("reference/errors.md"), re.M))


@pytest.fixture
def app(workspace: Workspace) -> Flask:
    a_session(workspace, a_study(workspace))
    return create_app(workspace)


def test_every_endpoint_is_documented_and_no_other(app: Flask) -> None:
    served = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert set(re.findall(r"^## ([A-Z]+ /\S+)$", text("reference/api.md"), re.M)) == served


def test_every_parameter_and_every_key_of_the_api_is_documented(app: Flask) -> None:
    asked = set(FILTERS) | set(re.findall(r"args\.get(?:list)?\(\"(\w+)\"", inspect.getsource(inputs.query)))
    search, _, status = text("reference/api.md").partition("## GET /api/status")
    parameters = set(
        re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (`.*?) \|", search.partition("```json")[0], re.M)))
    )
    assert parameters == asked and len(asked) > 5
    client = app.test_client()
    for page, address in ((search, "/api/search?q=calendar"), (status, "/api/status")):
        answer = client.get(address).json
        assert answer and (answer.get("hits") or answer.get("overview"))
        assert keys(answer) <= set(re.findall(r"`(\w+)`", page)) | set(re.findall(r'"(\w+)":', page)), address


def keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for below in value.values() for key in keys(below)}
    return {key for below in value for key in keys(below)} if isinstance(value, list) else set()


# Words


def classes(folder: str) -> set[str]:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / folder).rglob("*.py"))
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def test_every_class_of_the_domain_is_in_the_glossary_and_every_word_of_it_is_one() -> None:
    named = set(re.findall(r"`([A-Z]\w+)`", text("glossary.md")))
    assert {name for name in classes("repository/domain") if not name.startswith("_")} <= named
    assert named <= {name for package in PACKAGES for name in classes(package)}


def test_documents_use_the_words_of_the_glossary() -> None:
    for path in documents():
        if path == DOCS / "glossary.md":
            continue
        prose = FENCE.sub("", path.read_text(encoding="utf-8"))
        assert not re.search(r"\b(chunks?|snippets?|utterances?|respondents?|embeddings? vectors?)\b", prose, re.I), (
            called(path)
        )


# Links, paths and decisions


def anchor(heading: str) -> str:
    """Give a heading's anchor as GitHub does."""
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading)).strip().lower().replace(" ", "-")


@pytest.mark.parametrize("path", documents(), ids=called)
def test_links_lead_somewhere(path: Path) -> None:
    prose = FENCE.sub("", path.read_text(encoding="utf-8"))
    for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, fragment = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        assert there.exists(), f"{called(path)} links to {target}"
        if fragment and there.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", FENCE.sub("", there.read_text(encoding="utf-8")), re.M)
            assert fragment in {anchor(heading) for heading in headings}, f"{called(path)} links to {target}"


def test_documents_that_the_code_names_exist() -> None:
    for path in [*sources(), ROOT / "Makefile", ROOT / "pyproject.toml", *sorted((ROOT / "bench").rglob("*.py"))]:
        for name in re.findall(r"\bdocs/[\w/.-]+\.md\b", path.read_text(encoding="utf-8")):
            assert (ROOT / name).is_file(), f"{called(path)} names {name}"


def test_paths_that_documents_name_exist() -> None:
    for path in documents():
        for name in re.findall(
            r"`((?:nlp|repository|ingest|web|tests|docs|bench)/[\w/.-]+)`", path.read_text(encoding="utf-8")
        ):
            assert (ROOT / name).exists(), f"{called(path)} names {name}"


def test_extras_that_are_named_exist() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for path in [*documents(), *sources()]:
        for name in re.findall(r"cairn-research\[(\w+)\]", path.read_text(encoding="utf-8")):
            assert name in extras, f"{called(path)} names the extra {name}"


def test_every_document_is_reached_from_the_index() -> None:
    reached: set[Path] = set()
    waiting = [DOCS / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached or path.suffix != ".md" or not path.is_file():
            continue
        reached.add(path)
        targets = re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
        waiting += [(path.parent / target).resolve() for target in targets if "://" not in target]
    assert set(DOCS.rglob("*.md")) <= reached


def test_decisions_are_numbered_short_and_complete() -> None:
    records = sorted((DOCS / "decisions").glob("0*.md"))
    assert [record.name[:4] for record in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    for record in records:
        lines = record.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith(f"# {record.name[:4]}: ") and len(lines) <= 40, record.name
        assert [line for line in lines if line.startswith("## ")] == ["## Context", "## Decision", "## Consequences"]


def test_the_changelog_knows_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert version in changes and "## [Unreleased]" in changes


# Commands in documents


def typed() -> list[tuple[Path, str]]:
    """Every line of the console blocks that calls `cairn` or `make`."""
    found = []
    for path in documents():
        for _, language, body in FENCE.findall(path.read_text(encoding="utf-8")):
            lines = [line.strip().removeprefix("$ ") for line in body.splitlines()] if language == "console" else []
            found += [(path, line) for line in lines if re.match(r"(?:\w+=\S+ )*(?:cairn|make)\b", line)]
    return found


@pytest.mark.parametrize(
    ("path", "line"), typed(), ids=lambda value: called(value) if isinstance(value, Path) else value
)
def test_commands_in_documents_exist(path: Path, line: str) -> None:
    words = [word for word in shlex.split(line, comments=True) if not re.match(r"[A-Z_]+=", word)]
    if words[0] == "make":
        targets = re.findall(r"^(\w+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
        assert all(word in targets for word in words[1:]), line
        return
    context = click.Context(cairn, info_name="cairn")
    known = {name for parameter in cairn.params for name in parameter.opts}
    names: list[str] = []
    for word in words[1:]:
        command = context.command
        if word.startswith("-"):
            assert word.partition("=")[0] in known, line
        elif isinstance(command, click.Group):
            below = command.get_command(context, word)
            assert below is not None, line
            known |= {name for parameter in below.params for name in parameter.opts}
            context = click.Context(below, info_name=word, parent=context)
            names.append(word)
    shown = CliRunner().invoke(cairn, [*names, "--help"])
    assert shown.exit_code == 0 and "Usage: cairn" in shown.output


def test_the_readme_names_both_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in readme and "make test" in readme


def test_the_tutorial_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the tutorial's files, and run the commands of its block that is marked as tested."""
    tutorial = text("tutorial.md")
    folder = tmp_path / "interviews"
    folder.mkdir()
    step = tutorial.partition("## 5. ")[2].partition("\n## ")[0]
    names = re.findall(r"`([^`\n]+\.(?:txt|vtt|md))`", step)
    bodies = [body for _, language, body in FENCE.findall(step) if language == "text"]
    assert len(names) == len(bodies) == 3
    for name, body in zip(names, bodies, strict=True):
        (folder / name).write_text(body, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAIRN_STORAGE__MIN_FREE_MB", "1")
    monkeypatch.setenv("CAIRN_EMBEDDING__BACKEND", "hashing")  # the real model is for the journeys
    monkeypatch.setenv("CAIRN_INDEX__KIND", "exact")
    [block] = [body for _, _, body in FENCE.findall(tutorial.partition("<!-- tested -->")[2])][:1]
    said = []
    for line in block.splitlines():
        result = CliRunner().invoke(cairn, shlex.split(line.removeprefix("$ "))[1:], catch_exceptions=False)
        assert result.exit_code == 0, (line, result.output)
        said.append(result.stdout)
    assert "3 of 3 files" in said[0]
    assert "afraid it would overwrite" in said[2]
    assert "reminders went out twice" in said[3]


def test_the_example_reader_reads() -> None:
    """Run the reader that the how-to guide shows."""
    from ingest.readers.received import Received

    [code] = [body for _, language, body in FENCE.findall(text("how-to/write-a-reader.md")) if language == "python"]
    reader: dict[str, object] = {}
    exec(compile(code, "write-a-reader.md", "exec"), reader)
    captions = "0:00:01.000,0:00:04.000\nWhat happened?\n\n0:00:50.500,0:00:52.000\nIt rang\ntwice.\n"
    received = Received(captions.encode(), "talk.sbv", captions)
    assert reader["recognise"](received) > 0.5  # type: ignore[operator]
    transcript = reader["read"](received)  # type: ignore[operator]
    assert transcript.text == "What happened?\n\nIt rang twice."
    assert [turn.start_ms for turn in transcript.turns] == [1000, 50_500]
