"""Make the pages of the reference that follow from the code: commands, settings, errors. Run: python -m docs.generate

A test compares the pages with what this makes, so that a new command, setting or error cannot stay undocumented.
"""

import ast
import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from repository.errors import CairnError

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("nlp", "repository", "ingest", "web")
#: Columns of the help texts.
WIDTH = 88
SLUG = re.compile(r"[a-z]+(-[a-z]+)*")
NOTE = "<!-- Made by `python -m docs.generate`. Change the code, not this page. -->"


# Commands


def commands() -> str:
    """Write the help of every command, and the exit codes."""
    from web.cli.main import cairn
    from web.cli.output import EXIT_CODES

    top = click.Context(cairn, info_name="cairn", terminal_width=WIDTH, **cairn.context_settings)
    parts = [
        "# Commands",
        NOTE,
        "What each command prints with `--help`. Every command but `cairn` and `cairn index` themselves takes `--json`: "
        "it then prints one JSON document on standard output and nothing else there; progress and logs go to standard error. "
        'An error with `--json` is `{"error": {"slug", "message", "hint"}}`; its slugs are in [errors](errors.md).',
    ]
    for context in walk(top):
        parts += [f"## {context.command_path}", f"```text\n{context.get_help()}\n```"]
    rows = [["0", "done"], *([str(code), _codes_meaning(kind)] for kind, code in EXIT_CODES)]
    parts += [
        "## Exit codes",
        _table(("Code", "Means"), sorted(rows)),
        "`cairn add` ends with 3 if a file was refused or failed; the others are in. `cairn doctor` and `cairn index verify` "
        "end with 1 if something is wrong. A wrong option or argument ends with 2.",
    ]
    return _page(parts)


def walk(context: click.Context) -> Iterator[click.Context]:
    """Give the context of a command and of every command under it, hidden ones left out."""
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            if command is not None and not command.hidden:
                yield from walk(click.Context(command, info_name=name, parent=context, terminal_width=WIDTH))


def _codes_meaning(kind: type[CairnError]) -> str:
    return f"`{kind.__name__}`: {_first_line(kind.__doc__)}"


# Settings


def settings() -> str:
    """Write a table of each section's keys, with the defaults and meanings that config.toml gives."""
    from repository.settings import PREFIX, sections

    meanings = dict(_meanings((ROOT / "config.toml").read_text(encoding="utf-8")))
    parts = [
        "# Settings",
        NOTE,
        "Settings are read from `config.toml` in the folder you are in, from the file named with `cairn --config`, or from "
        "the file named in the environment variable `CAIRN_CONFIG`. Then the environment is read, which wins. Every key has "
        "a default; a file needs only what differs. An unknown key or a value of the wrong kind is an error (exit code 2) "
        "that names the file and the line. Relative paths start from the folder of the settings file. There is no mode "
        "switch: each key can be changed alone.",
    ]
    for name, kind in sections().items():
        default = kind()
        rows = [
            [
                f"`{key}`",
                f"`{_written(getattr(default, key))}`",
                f"`{PREFIX}{name.upper()}__{key.upper()}`",
                meanings[f"{name}.{key}"],
            ]
            for key in kind.__dataclass_fields__
        ]
        parts += [f"## [{name}]", _first_line(kind.__doc__)]
        parts.append(_table(("Key", "Default", "In the environment", "Meaning"), rows))
    return _page(parts)


def _meanings(source: str) -> Iterator[tuple[str, str]]:
    section = ""
    for line in source.splitlines():
        if line.startswith("["):
            section = line.strip("[] ")
        elif found := re.match(r"(\w+)\s*=.*?\s#\s*(.+)$", line):
            yield f"{section}.{found.group(1)}", found.group(2)


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)


# Errors


@dataclass(frozen=True, slots=True, order=True)
class Slug:
    """One way an error is told. `kind` is the name of its class, or of werkzeug's."""

    name: str
    kind: str
    says: str
    helps: str = ""


def errors() -> str:
    """Write what each error says, what helps, and what it is for HTTP and for a shell."""
    parts = [
        "# Errors",
        NOTE,
        "Each error has a slug for programs, a sentence for people, and a hint where there is a remedy. `…` stands for what "
        "differs each time. In a page the sentence and the hint are shown; the API answers `application/problem+json` "
        "(RFC 9457) with `type` `urn:cairn:SLUG`; a command prints both and ends with the exit code.",
        "Files are read by the worker, not while they are uploaded. So most `UnreadableSource` errors are not an HTTP answer: "
        "they are the reason why a file failed, on the page Jobs and in what `cairn add` prints (which then ends with 3). "
        "The worker tries a file again by itself only after `Unavailable`, its kinds, and errors nobody foresaw.",
        "A request that the web server itself refuses has the name of its HTTP status as slug, for example `not-found` or "
        "`method-not-allowed`.",
        "## By class",
        _table(("Class", "Slug", "HTTP", "Exit code", "Says by default"), _class_rows()),
        "## By slug",
        _table(
            ("Slug", "Says", "What helps", "Class", "HTTP", "Exit code"),
            ([f"`{s.name}`", s.says, s.helps, f"`{s.kind}`", *_numbers(s.kind)] for s in slugs()),
        ),
    ]
    return _page(parts)


def _class_rows() -> list[list[str]]:
    return [
        [f"`{kind.__name__}`", f"`{kind.slug}`", *_numbers(name), _first_line(kind.__doc__)]
        for name, kind in sorted(classes().items())
        if kind is not CairnError
    ]


def classes() -> dict[str, type[CairnError]]:
    """Give every class of error by its name."""
    for module in (
        "repository.workspace",
        "repository.codebook_rules",
        "repository.insight_rules",
        "repository.posting",
        "web.reporting.filling",
        "web.reporting.pdf",
    ):  # have one of their own
        importlib.import_module(module)
    found: dict[str, type[CairnError]] = {}
    waiting: list[type[CairnError]] = [CairnError]
    while waiting:
        kind = waiting.pop()
        found[kind.__name__] = kind
        waiting += kind.__subclasses__()
    return found


def slugs() -> list[Slug]:
    """Find every slug: those of classes, those given to an error where it is raised, and those in tables."""
    found = {
        Slug(kind.slug, name, _first_line(kind.__doc__), kind.hint)
        for name, kind in classes().items()
        if kind.slug != "error"
    }
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
            texts = {
                target.id: node.value
                for node in nodes
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant | ast.JoinedStr)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            for node in nodes:
                if isinstance(node, ast.Call):
                    found |= set(_of_call(node, texts))
    # What is said in other words each time says nothing here.
    return sorted(slug for slug in found | set(_of_tables()) if slug.says != "…")


def _of_call(call: ast.Call, texts: Mapping[str, ast.expr]) -> Iterator[Slug]:
    """Give the slug that a call gives to an error; `texts` are the module's texts by name."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    given = {word.arg: word.value for word in call.keywords if word.arg}
    known = classes().get(name)
    parts = [_words(part, texts) for part in call.args]
    if known is not None and "slug" in given:
        slug = _words(given["slug"], texts)
        says = (
            parts[0] if parts else _words(given["message"], texts) if "message" in given else _first_line(known.__doc__)
        )
        if SLUG.fullmatch(slug):
            yield Slug(slug, name, says, _words(given["hint"], texts) if "hint" in given else known.hint)
    elif name == "JobError" and len(parts) in (2, 3) and SLUG.fullmatch(parts[0]):
        yield Slug(parts[0], name, *parts[1:])
    elif name == "_answer" and len(parts) == 4 and SLUG.fullmatch(parts[1]):
        yield Slug(parts[1], "InternalServerError", *parts[2:])


def _of_tables() -> Iterator[Slug]:
    from ingest.readers.refusing import _SIGNATURES
    from ingest.sandbox import _REASONS
    from web.errors import SENTENCES

    for _, slug, says, helps in _SIGNATURES:
        yield Slug(slug, "UnreadableSource", says, helps)
    for slug, (says, helps) in _REASONS.items():
        yield Slug(slug, "UnreadableSource", says, helps)
    for kind, (slug, says, helps) in SENTENCES.items():
        yield Slug(slug, kind.__name__, says, helps)


def _words(node: ast.expr, texts: Mapping[str, ast.expr]) -> str:
    """Write a text as it stands in the code, what is put into it as "…"."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name) and node.id in texts:
        return _words(texts[node.id], {})
    if isinstance(node, ast.JoinedStr):
        return re.sub("…+", "…", "".join(_words(part, texts) for part in node.values))
    if isinstance(node, ast.FormattedValue):
        return _words(node.value, texts)
    return "…"


def _numbers(kind: str) -> tuple[str, str]:
    """Give HTTP status and exit code of a class by its name; "" where there is none."""
    from web.cli.output import EXIT_CODES
    from web.errors import SENTENCES, STATUS

    known = classes().get(kind)
    if known is None:
        theirs = {other.__name__: str(other.code or 400) for other in SENTENCES} | {"InternalServerError": "500"}
        return theirs.get(kind, ""), ""
    status = next((str(int(status)) for other, status in STATUS if issubclass(known, other)), "500")
    return status, next(str(code) for other, code in EXIT_CODES if issubclass(known, other))


# Markdown


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n")[0]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


#: Each page by its path below docs/.
PAGES: dict[str, Callable[[], str]] = {
    "reference/commands.md": commands,
    "reference/settings.md": settings,
    "reference/errors.md": errors,
}


def main() -> None:
    """Write the pages."""
    for name, make in PAGES.items():
        (ROOT / "docs" / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
