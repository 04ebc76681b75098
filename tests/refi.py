"""REFI-QDA projects made on the spot, in the dialect of whatever program one likes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5
from xml.sax.saxutils import escape, quoteattr

from tests.reading import zip_of

REFI = Path(__file__).parent / "data" / "refi"


def guid(what: object) -> str:
    """Give the GUID of anything, the same each time."""
    return str(uuid5(NAMESPACE_OID, repr(what)))


@dataclass(frozen=True)
class Mark:
    """Characters of a text that somebody marked, with codes by name; `name` None: the words themselves."""

    start: int
    end: int
    codes: tuple[str, ...] = ()
    coder: str = "Ana"
    name: str | None = None
    comment: str = ""


@dataclass(frozen=True)
class Seed:
    """A project before it is written: texts by name with what is marked in them, codes with the one above."""

    texts: Mapping[str, tuple[str, Sequence[Mark]]]
    codes: Mapping[str, str]
    coders: tuple[str, ...] = ("Ana", "Bob & Co")


@dataclass(frozen=True)
class Dialect:
    """How a program writes a project (formats of §1.7)."""

    xml: str = "project.qde"
    folder: str = "sources/"
    space: str = "1.0"
    crlf: bool = False
    two_for_lines: bool = False
    mark: bool = False
    mark_counted: bool = False
    utf16_units: bool = False
    utf16_file: bool = False
    inclusive: bool = False
    braces: bool = False
    upper: bool = False
    inline: bool = False
    names: bool = True
    prefix: str = ""
    origin: str = "a test"


DIALECTS = {
    "plain": Dialect(),
    "ATLAS.ti": Dialect(xml="Trial.qde", crlf=True, upper=True),
    "NVivo for Windows": Dialect(folder="Sources/", crlf=True, two_for_lines=True, utf16_units=True, origin="NVivo"),
    "QualCoder": Dialect(mark=True),
    "QualCoder on Windows": Dialect(mark=True, crlf=True, folder="Sources/"),
    "the mark counted": Dialect(mark=True, mark_counted=True),
    "the end belongs to it": Dialect(inclusive=True),
    "Transana": Dialect(space="0:10"),
    "braces": Dialect(braces=True, upper=True),
    "inline": Dialect(inline=True),
    "UTF-16 units": Dialect(utf16_units=True),
    "a file in UTF-16": Dialect(utf16_file=True, mark=True),
    "everything in the root": Dialect(folder=""),
    "a prefix": Dialect(prefix="qda:"),
    "all at once": Dialect("ALL.QDE", "SOURCES/", "1:0", True, True, True, True, True, False, True, True, True),
}


def written(seed: Seed, dialect: Dialect = Dialect(), *, tail: str = "", files: Mapping[str, bytes] = {}) -> bytes:
    """Write a project; `tail` is XML behind the sources, `files` more files of the archive."""
    return zip_of({dialect.xml: xml_of(seed, dialect, tail).encode(), **_texts(seed, dialect), **files})


def xml_of(seed: Seed, dialect: Dialect = Dialect(), tail: str = "") -> str:
    """Write a project's XML."""

    def key(what: object) -> str:
        found = guid(what).upper() if dialect.upper else guid(what)
        return f"{{{found}}}" if dialect.braces else found

    def code(name: str) -> str:
        below = "".join(code(child) for child, parent in seed.codes.items() if parent == name)
        called = name.rpartition("/")[2]
        return f'<Code guid="{key(("code", name))}" name={quoteattr(called)} isCodable="true">{below}</Code>'

    def selection(text: str, mark: Mark, number: tuple[str, int]) -> str:
        start, end = _counted(text, mark.start, dialect), _counted(text, mark.end, dialect)
        if dialect.inclusive:
            end = _counted(text, mark.end - 1, dialect)
        words = mark.name if mark.name is not None else " ".join(text[mark.start : mark.end].split())
        name = f" name={quoteattr(words)}" if dialect.names else ""
        comment = f"<Description>{escape(mark.comment)}</Description>" if mark.comment else ""
        codings = "".join(
            f'<Coding guid="{key((number, code))}" creatingUser="{key(("user", mark.coder))}" creationDateTime="2026-01-02T03:04:05Z">'
            f'<CodeRef targetGUID="{key(("code", code))}"/></Coding>'
            for code in mark.codes
        )
        return (
            f'<PlainTextSelection guid="{key(number)}"{name} startPosition="{start}" endPosition="{end}"'
            f' creatingUser="{key(("user", mark.coder))}">{comment}{codings}</PlainTextSelection>'
        )

    def source(name: str, text: str, marks: Sequence[Mark]) -> str:
        path = "" if dialect.inline else f' plainTextPath="internal://{key(("text", name)).strip("{}")}.txt"'
        content = f"<PlainTextContent>{escape(text)}</PlainTextContent>" if dialect.inline else ""
        inside = "".join(selection(text, mark, (name, number)) for number, mark in enumerate(marks))
        return f'<TextSource guid="{key(("text", name))}" name={quoteattr(name)}{path}>{content}{inside}</TextSource>'

    users = "".join(f'<User guid="{key(("user", name))}" name={quoteattr(name)}/>' for name in seed.coders)
    codes = "".join(code(name) for name, parent in seed.codes.items() if not parent)
    sources = "".join(source(name, text, marks) for name, (text, marks) in seed.texts.items())
    body = f"<Users>{users}</Users><CodeBook><Codes>{codes}</Codes></CodeBook><Sources>{sources}</Sources>{tail}"
    if dialect.prefix:
        body = body.replace("</", "\0").replace("<", f"<{dialect.prefix}").replace("\0", f"</{dialect.prefix}")
    space = f"xmlns{':' if dialect.prefix else ''}{dialect.prefix.rstrip(':')}"
    root = f"{dialect.prefix}Project"
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<{root} {space}="urn:QDA-XML:project:{dialect.space}" name="Seed"'
        f' origin="{dialect.origin}">{body}</{root}>'
    )


def _texts(seed: Seed, dialect: Dialect) -> dict[str, bytes]:
    if dialect.inline:
        return {}
    found = {}
    for name, (text, _) in seed.texts.items():
        raw = text.replace("\n", "\r\n") if dialect.crlf else text
        key = guid(("text", name)).upper() if dialect.upper else guid(("text", name))
        raw = "\ufeff" + raw if dialect.mark else raw
        found[f"{dialect.folder}{key}.txt"] = raw.encode("utf-16-le" if dialect.utf16_file else "utf-8")
    return found


def _counted(text: str, offset: int, dialect: Dialect) -> int:
    before = text[:offset]
    count = len(before.encode("utf-16-le")) // 2 if dialect.utf16_units else len(before)
    return count + before.count("\n") * dialect.two_for_lines + dialect.mark_counted


def without_names(dialect: Dialect) -> Dialect:
    """Give a dialect whose selections do not hold their words."""
    return replace(dialect, names=False)


def said(found: object) -> str:
    """Write anything for comparing it."""
    return json.dumps(found, ensure_ascii=False, sort_keys=True, default=str)
