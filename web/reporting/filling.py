"""A report's contents put into a template, and what it says read back as blocks.

Templates are plain Jinja files that write a small Markdown: "# " and "## " headings, "- " points, "> " remarks, paragraphs,
and lines that ask for something: "::chart NAME", "::table NAME", "::quotes THEME". A team copies one into the folder
"templates" of its storage folder and changes it. Values stay words wherever they stand: no account's name makes a heading.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from repository.domain.report import Contents, Place, Template, ThemeFigures
from repository.errors import Rejected
from repository.report_reading import ReadQuote
from web.reporting.blocks import Block, Document, Heading, Picture, Points, Quoted, Rows, Words
from web.reporting.figures import PICTURES, TABLES, Address, of, percent, picture, spoken, table

TEMPLATES = Path(__file__).parent / "templates"
#: Stand around a value, so that it is told from what the template itself says; never in anybody's words.
OPEN, CLOSE = "\ue000", "\ue001"


class BadTemplate(Rejected):
    """The report's template cannot be filled."""

    slug = "bad-template"


def document(
    contents: Contents,
    quotes: Mapping[Place, ReadQuote],
    address: Address,
    *,
    folder: Path | None = None,
) -> Document:
    """Fill the template of a report; one of the same name in `folder` comes first. Raises BadTemplate."""
    name = file_name(contents.template)
    written = _filled(name, folder, contents)
    blocks = tuple(_blocks(name, written, contents, quotes, address))
    heading = next((one for one in blocks if isinstance(one, Heading) and one.level == 1), None)
    subtitle = next((one.text for one in blocks if isinstance(one, Words)), "")
    return Document(heading.text if heading else contents.title, subtitle, contents.as_of.isoformat(), blocks)


def file_name(template: Template) -> str:
    """Name the file of a template.

    >>> file_name(Template.THEMES)
    'theme-report.md.jinja'
    """
    return f"{template.value.replace(' ', '-')}.md.jinja"


def _filled(name: str, folder: Path | None, contents: Contents) -> str:
    from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    places = [FileSystemLoader(path) for path in (folder, TEMPLATES) if path]
    environment = SandboxedEnvironment(
        loader=ChoiceLoader(places),
        finalize=_value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.filters.update(day=_day, share=percent, of=of, finding=finding)
    try:
        return environment.get_template(name).render(r=contents, themes=spoken(contents))
    except (TemplateError, TypeError, AttributeError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f", line {line}" if line else ""
        raise BadTemplate(
            f"The template {name}{where} cannot be filled: {error}.",
            hint="Compare it with the one that came with Cairn.",
        ) from error


def _value(value: Any) -> str:
    """Write a value as words of one line, with its edges marked."""
    text = _day(value) if isinstance(value, date) else str(value)
    plain = " ".join(text.replace(OPEN, " ").replace(CLOSE, " ").split())
    return f"{OPEN}{plain}{CLOSE}" if plain else ""


def _day(value: date | datetime | None) -> str:
    return f"{value.day} {value:%B %Y}" if value else ""


def finding(theme: ThemeFigures) -> str:
    """Say in a line what was found of a theme: the title of its slide."""
    told = f"{of(theme.participants)} participants speak of {theme.name[:1].lower()}{theme.name[1:]}"
    if theme.direction in ("rising", "falling"):
        told += f", {'more' if theme.direction == 'rising' else 'fewer'} than half a year before"
    return told


@dataclass(frozen=True, slots=True)
class _Line:
    kind: str
    text: str


#: What begins a line of the template's own.
KINDS = re.compile(r"(#{1,3}) +|(- )|(> )|(::)(?=\w)|(\*\*)")


def _blocks(
    name: str, written: str, contents: Contents, quotes: Mapping[Place, ReadQuote], address: Address
) -> Iterator[Block]:
    number = 0
    for kind, text in _paragraphs(written):
        if kind.startswith("#"):
            number += 1
            yield Heading(len(kind), text, f"part-{number}")
        elif kind == "- ":
            yield Points(tuple(text.split("\n")))
        elif kind == "::":
            yield from _asked(name, text, contents, quotes, address)
        else:
            yield Words(text, strong=kind == "**", quiet=kind == "> ")


def _paragraphs(written: str) -> Iterator[tuple[str, str]]:
    """Give (how it begins, its words) of each paragraph; points that follow one another are one."""
    held: list[_Line] = []
    for line in [*written.split("\n"), ""]:
        found = KINDS.match(line)
        kind = next((group for group in found.groups() if group), "") if found else ""
        text = _words(
            line[found.end() if found else 0 :].removesuffix("**")
            if kind == "**"
            else line[found.end() if found else 0 :]
        )
        goes_on = bool(held) and (kind == held[0].kind if held and held[0].kind == "- " else not kind and bool(text))
        if held and not goes_on:
            yield held[0].kind, ("\n" if held[0].kind == "- " else " ").join(one.text for one in held)
            held = []
        if text:
            held.append(_Line(kind, text))
            if kind.startswith("#") or kind == "::":
                yield kind, held.pop().text


def _words(line: str) -> str:
    return " ".join(line.replace(OPEN, "").replace(CLOSE, "").split())


def _asked(
    name: str, asked: str, contents: Contents, quotes: Mapping[Place, ReadQuote], address: Address
) -> Iterator[Block]:
    what, _, which = asked.partition(" ")
    if what == "chart" and which in PICTURES:
        one: Picture | Rows = picture(contents, which, address)
        if _holds(one):
            yield one
    elif what == "table" and which in TABLES:
        one = table(contents, which, address)
        if _holds(one):
            yield one
    elif what == "quotes":
        theme = next((one for one in contents.themes if one.slug == which), None)
        for place in (*theme.places, *theme.against) if theme else ():
            yield _quoted(place, quotes, address)
    else:
        known = ", ".join([*(f"chart {key}" for key in PICTURES), *(f"table {key}" for key in TABLES), "quotes THEME"])
        raise BadTemplate(f"The template {name} asks for “{asked}”, which there is not.", hint=f"There is: {known}.")


def _holds(one: Picture | Rows) -> bool:
    rows = one.table if isinstance(one, Picture) else one
    return bool(rows.rows) and len(rows.columns) > 0


def _quoted(place: Place, quotes: Mapping[Place, ReadQuote], address: Address) -> Quoted:
    read = quotes.get(place)
    where = (place.session_id, place.text_id, place.start, place.end)
    if read is None or read.removed:
        return Quoted("", "", "", where, place.stance, removed=True)
    return Quoted(read.words, read.citation, address.quote(place), where, place.stance)
