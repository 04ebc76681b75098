"""The shape of the code: who may import whom, how long a module may be, what nothing is called, what a page may hold."""

import ast
import doctest
import hashlib
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("nlp", "repository", "ingest", "web")
#: Lines a module may have.
MOST = 350
#: Modules that may be longer, and why. What is no longer too long must leave this list.
LONGER = {
    "repository/store/migrations/versions/0001_first.py": "Alembic writes a line for each column",
    "repository/store/tables.py": "one table after the other",
    "ingest/readers/formats/mail.py": "one message, from headers to its history",
}
#: Names of modules that name nothing.
NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "services", "service", "manager", "managers"}
#: What the glossary calls otherwise, as words within identifiers.
BANNED = {"chunk", "snippet", "excerpt", "utterance", "respondent", "nugget", "taxonomy", "annotation"}
#: Words that mean something else there, and why.
ALLOWED = {
    "ingest/readers/archives.py": {"chunk": "a block of bytes"},
    "ingest/sandbox.py": {"chunk": "a block of bytes"},
    "ingest/readers/captions.py": {"utterance": "the name Teams gives a cue"},
    "ingest/readers/tiers.py": {"annotation": "what ELAN and Praat call a stretch of a tier"},
    "ingest/readers/formats/elan.py": {"annotation": "what ELAN calls a stretch of a tier"},
    "ingest/readers/formats/tei.py": {"utterance": "what TEI calls <u>"},
    "ingest/readers/workbooks.py": {"chunk": "a block of bytes"},
}
#: The only speakers of a library: folders or files below which it may be imported.
SPEAKERS = {
    "sqlalchemy": ("repository/store",),
    "alembic": ("repository/store",),
    "chromadb": ("repository/index/chroma.py",),
    "spacy": ("nlp/language.py",),
    "sentence_transformers": ("nlp/embedding.py",),
    "torch": ("nlp/embedding.py", "nlp/onnx.py"),
    "transformers": ("nlp/onnx.py",),
    "onnxruntime": ("nlp/onnx.py",),
    "datasketch": ("nlp/likeness.py",),
    "krippendorff": ("nlp/agreement.py",),
    "rapidfuzz": ("nlp/spelling.py",),
    "sklearn": ("nlp",),
    "altair": ("web/charts.py", "web/reporting/drawing.py"),
    "vl_convert": ("web/charts.py", "web/reporting/picturing.py"),
    "weasyprint": ("web/reporting/pdf.py",),
    "pptx": ("web/reporting/slide_deck.py",),
    "xlsxwriter": ("web/reporting/sheets.py",),
    "faster_whisper": ("nlp/transcribing.py",),
    "av": ("ingest/soundtrack.py",),
    "pypdf": ("ingest/readers",),
    "python_calamine": ("ingest/readers",),
    "huggingface_hub": ("nlp/embedding.py", "nlp/transcribing.py"),
    "huey": ("repository/bell.py",),
    "pydantic": ("repository/store/plain.py",),
    "flask": ("web",),
    "werkzeug": ("web",),
    "click": ("web",),
    "waitress": ("web/cli/serving.py",),
    "markdown": ("ingest/readers", "web/rendering.py"),
    "nh3": ("ingest/readers", "web/rendering.py"),
    "docx": ("ingest/readers", "web/briefs_word.py", "web/reporting/word.py", "web/reporting/word_styles.py"),
}
#: Libraries that are only imported inside the function that needs them.
HEAVY = {
    "chromadb",
    "spacy",
    "sentence_transformers",
    "torch",
    "transformers",
    "onnxruntime",
    "huggingface_hub",
    "huey",
    "alembic",
    "markdown",
    "nh3",
    "docx",
    "datasketch",
    "krippendorff",
    "sklearn",
    "scipy",
    "altair",
    "vl_convert",
    "faster_whisper",
    "av",
    "pypdf",
    "python_calamine",
    "pydantic",
    "weasyprint",
    "pptx",
    "xlsxwriter",
}


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")) if "vendor" not in path.parts]


def called(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(node: ast.AST) -> list[str]:
    """Give the top-level names that an import statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.partition(".")[0]]
    return []


# Imports


def test_the_import_contracts_hold(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as l; l()"]
    done = subprocess.run(
        [*command, "--cache-dir", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("library", SPEAKERS)
def test_a_library_has_its_speaker(library: str) -> None:
    for path in modules(*PACKAGES):
        if any(library in imported(node) for node in ast.walk(tree(path))):
            assert called(path).startswith(SPEAKERS[library]), f"{called(path)} imports {library}"


def test_heavy_libraries_are_imported_where_they_are_needed() -> None:
    for path in modules(*PACKAGES):
        if "migrations" in path.parts:  # Alembic runs these, nobody imports them
            continue
        for node in tree(path).body:
            heavy = HEAVY & set(imported(node))
            assert not heavy, f"{called(path)} imports {heavy} for everybody"


def test_an_engine_is_made_in_one_place() -> None:
    makers = {called(path) for path in modules(*PACKAGES) if "create_engine" in path.read_text(encoding="utf-8")}
    assert makers == {"repository/store/database.py"}


def test_help_loads_nothing_heavy() -> None:
    """`cairn --help`, and the help of each command, must answer at once."""
    code = """
import sys
from click.testing import CliRunner
from web.cli.main import COMMANDS, cairn
for words in [[], *([name] for name in COMMANDS)]:
    assert CliRunner().invoke(cairn, [*words, "--help"]).exit_code == 0, words
heavy = "torch spacy chromadb sentence_transformers transformers onnxruntime numpy sqlalchemy flask huey".split()
print(*(name for name in heavy if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stdout + done.stderr


# Modules and names


def test_no_module_is_too_long() -> None:
    lengths = {
        called(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*PACKAGES, "docs", "bench")
    }
    long = {name for name, lines in lengths.items() if lines > MOST}
    assert long - set(LONGER) == set(), f"over {MOST} lines: a sign of two reasons to change"
    assert set(LONGER) - long == set(), "no exception is needed any more"


def test_no_module_has_a_name_that_names_nothing() -> None:
    for path in modules(*PACKAGES, "tests", "docs", "bench"):
        assert not NOTHING & {path.stem, *path.relative_to(ROOT).parts[:-1]}, called(path)


def test_an_init_holds_a_docstring_and_nothing_else() -> None:
    for path in modules(*PACKAGES, "docs", "bench"):
        if path.name == "__init__.py":
            body = tree(path).body
            assert len(body) == 1 and ast.get_docstring(tree(path)), called(path)


def test_every_module_says_what_it_is_for() -> None:
    for path in modules(*PACKAGES, "docs", "bench"):
        if "migrations" not in path.parts:
            assert ast.get_docstring(tree(path)), called(path)


def defined(module: ast.Module) -> Iterator[str]:
    """Give every name that a module defines: classes, functions, arguments, variables, attributes."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def test_names_are_those_of_the_glossary() -> None:
    used: dict[str, set[str]] = {}
    for path in modules(*PACKAGES, "bench"):
        for name in defined(tree(path)):
            words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
            found = {word for word in BANNED if word in words or word + "s" in words}
            if found:
                used.setdefault(called(path), set()).update(found)
    allowed = {name: set(words) for name, words in ALLOWED.items()}
    wrong = {name: words - allowed.get(name, set()) for name, words in used.items() if words - allowed.get(name, set())}
    assert not wrong, "see docs/glossary.md"
    stale = {name: words - used.get(name, set()) for name, words in allowed.items() if words - used.get(name, set())}
    assert not stale, "no exception is needed any more"


@pytest.mark.parametrize("path", [p for p in modules(*PACKAGES) if ">>> " in p.read_text(encoding="utf-8")], ids=called)
def test_examples_in_docstrings_hold(path: Path) -> None:
    module = importlib.import_module(called(path).removesuffix(".py").replace("/", "."))
    result = doctest.testmod(module)
    assert result.attempted and not result.failed


# Pages


class Markup(HTMLParser):
    """Notes what the content security policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or re.fullmatch(r"on[a-z]+|hx-on.*", name):
                self.faults.append(f"<{tag} {name}>")
            if re.match(r"\s*(?:https?:)?//|\s*(?:javascript|data):", value or "", re.I):
                self.faults.append(f"<{tag} {name}={value}>")


def templates() -> list[Path]:
    return sorted((ROOT / "web" / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", templates(), ids=called)
def test_templates_hold_no_style_script_or_handler_and_load_nothing_from_elsewhere(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    markup = Markup()
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", source, flags=re.S)
    markup.feed(re.sub(r"\{\{.*?\}\}", "value", bare, flags=re.S))
    assert not markup.faults
    assert not re.search(r"https?://", source)
    assert not re.search(r"<[^>]*\s(?:style|on[a-z]+)\s*=", source)
    assert not re.search(r"[^'\"\s]\s*\|\s*safe\b", source), "only a literal is safe"


def test_styles_and_scripts_of_our_own_load_nothing_from_elsewhere() -> None:
    for path in [*(ROOT / "web" / "static").glob("*.css"), *(ROOT / "web" / "static").glob("*.js")]:
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|@import|url\(\s*['\"]?(?!data:)|\beval\(|innerHTML|document\.write", source), (
            called(path)
        )


def test_vendored_files_are_those_that_are_named() -> None:
    folder = ROOT / "web" / "static" / "vendor"
    rows = re.findall(
        r"^\| (\S+) \|.*\| `([0-9a-f]{64})` \|$", (folder / "README.md").read_text(encoding="utf-8"), re.M
    )
    kept = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {name for name, _ in rows} == {name for name in kept if Path(name).name not in ("LICENSE", "README.md")}
    for name, digest in rows:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
        assert (folder / name).with_name("LICENSE").is_file(), name


# Files that tests read

LICENCES = re.compile(
    r"\b(?:MIT(?:-0)?|BSD-\d-Clause|Apache-2\.0|CC0(?:-1\.0)?|CC[ -]BY(?:[ -]SA)?[ -]4\.0|0BSD|ISC|Unlicense)\b"
)


def licensed(readme: str) -> Iterator[str]:
    """Give each file or folder/ that a README of test data names on a line, or a paragraph, with a licence."""
    for paragraph in re.split(r"\n\s*\n|(?<=\|)\n", readme):
        if LICENCES.search(paragraph):
            first = paragraph.split("|")[1] if paragraph.lstrip().startswith("|") else paragraph
            yield from (name.strip(" `") for name in re.split(r",\s|`", first) if name.strip(" `"))


@pytest.mark.parametrize("folder", sorted(p for p in (ROOT / "tests" / "data").glob("*") if p.is_dir()), ids=called)
def test_every_test_file_has_its_licence(folder: Path) -> None:
    named = set(licensed((folder / "README.md").read_text(encoding="utf-8")))
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        if path.is_file() and inside.as_posix() != "README.md" and not inside.name.startswith("."):
            folders = {f"{parent.as_posix()}/" for parent in inside.parents if parent != Path()}
            assert {inside.name, inside.as_posix()} & named or folders & named, (
                f"{called(path)} has no line with its licence"
            )
