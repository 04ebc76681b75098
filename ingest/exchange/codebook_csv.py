"""A codebook as a table: one row a code, for people and their spreadsheets."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import StringIO

from ingest.exchange.code_lists import CodeList, colour_of, name_of
from ingest.readers.decoding import decode
from repository.codebook import Codebook, folded
from repository.domain.coding import CodeFacts, CodeMode
from repository.errors import UnreadableSource

#: Each column with the headings by which others call it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("code", "code name", "tag", "theme", "label", "title"),
    "parent": ("parent path", "path", "parent code", "under", "category"),
    "definition": ("description", "meaning"),
    "use_when": ("when to use", "when", "inclusion", "inclusion criteria"),
    "not_when": ("when not to use", "when not", "exclusion", "exclusion criteria"),
    "examples": ("example", "quotes"),
    "counter_examples": ("counter example", "counterexamples", "counterexample"),
    "cues": ("cue", "keywords", "cue words"),
    "aliases": ("alias", "also called", "synonyms", "other names"),
    "mode": (),
    "colour": ("color",),
    "owner": (),
}
_MANY = ("examples", "counter_examples", "cues", "aliases")
_HEADINGS = {heading: column for column, others in COLUMNS.items() for heading in (column.replace("_", " "), *others)}
#: What a spreadsheet would take for a formula, and what was kept from being one.
_FORMULA, _SAFE = re.compile(r"'*[=+\-@\t\r]"), re.compile(r"''*[=+\-@\t\r]")
_STEP = re.compile(r"(?<!\\)\s*>\s*")
_REMEDY = "Compare it with a table that Cairn exported."
#: Characters of a cell at most; a field of the codebook has as many.
MOST_CELL = 200_000

Path = tuple[str, ...]


def written_csv(codebook: Codebook) -> str:
    """Write the codes in use: a row each, lists with a line for each item, parents as a path."""
    out = StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for code in codebook.codes:
        facts = code.facts
        cells = {name: str(getattr(facts, name, "")) for name in COLUMNS}
        cells |= {name: _joined(getattr(facts, name)) for name in _MANY}
        cells["mode"] = facts.mode.value
        cells["parent"] = path_of([above.facts.name for above in codebook.path(code)[:-1]])
        rows.writerow([safe(cell) for cell in cells.values()])
    return out.getvalue()


def safe(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula.

    >>> safe("=1+1"), restored(safe("=1+1")), restored(safe("'=1")), safe("plain")
    ("'=1+1", '=1+1', "'=1", 'plain')
    """
    return "'" + cell if _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """Give a cell as it was before `safe`."""
    return cell[1:] if _SAFE.match(cell) else cell


def path_of(names: Sequence[str]) -> str:
    r"""Write names as a path.

    >>> path_of(["Money", "a > b"]), steps_of(path_of(["Money", "a > b"]))
    ('Money > a \\> b', ('Money', 'a > b'))
    """
    return " > ".join(name.replace(">", r"\>") for name in names)


def steps_of(path: str) -> Path:
    """Read the names of a path."""
    return tuple(name for step in _STEP.split(path.strip()) if (name := " ".join(step.replace(r"\>", ">").split())))


def _joined(items: Sequence[str]) -> str:
    """Write a line for each item; one that would be cut at a semicolon gets a line end of its own."""
    return "\n".join(items) + ("\n" if len(items) == 1 and ";" in items[0] else "")


@dataclass(slots=True)
class _Row:
    """A row that is a code: where it stands in the file, under what, and which code it became."""

    line: int
    facts: CodeFacts
    parent: Path
    path: Path = ()
    visiting: bool = field(default=False)


def read_csv(data: bytes) -> CodeList:
    """Read a table of codes in whatever encoding, with whatever separator, columns in any order.

    Raises UnreadableSource with the line.
    """
    decoded = decode(data)
    if decoded is None or not decoded.text.strip():
        raise UnreadableSource("This is no table of codes.", slug="invalid-codebook", hint=_REMEDY)
    remarks = [f"The encoding was guessed ({decoded.encoding}); check accents."] if decoded.guessed else []
    rows = _rows(decoded.text)
    header = [_HEADINGS.get(_plain(cell), "") for cell in rows[0][1]]
    if "name" not in header:
        raise UnreadableSource("There is no column “name”.", line=rows[0][0], slug="invalid-codebook", hint=_REMEDY)
    unknown = [cell.strip() for cell, column in zip(rows[0][1], header, strict=True) if cell.strip() and not column]
    if unknown:
        remarks.append(f"Columns that Cairn does not know were left out: {', '.join(unknown)}.")
    codes: list[_Row] = []
    for line, cells in rows[1:]:
        values = {column: restored(cell) for column, cell in zip(header, cells, strict=False) if column}
        if len(cells) > len(header):
            remarks.append(f"Line {line} has more cells than there are columns; the rest was left out.")
        if values.get("name", "").strip():
            codes.append(_row(line, values, remarks))
        elif any(cell.strip() for cell in cells):
            remarks.append(f"Line {line} has no name and was left out.")
    if not codes:
        raise UnreadableSource("There are no codes in the table.", slug="invalid-codebook", hint=_REMEDY)
    return _in_order(codes, remarks)


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Give the rows that hold something with the lines where they begin, cut at whatever makes most known columns."""
    if text.lower().startswith("sep="):
        text = "\n" + text.partition("\n")[2]
    best: list[tuple[int, list[str]]] = []
    known = -1
    csv.field_size_limit(MOST_CELL)
    for separator in ",;\t|":
        reader = csv.reader(StringIO(text), delimiter=separator)
        begins, rows = 1, []
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    rows.append((begins, cells))
                begins = reader.line_num + 1
                if len(rows) == 1 and (count := sum(_plain(cell) in _HEADINGS for cell in rows[0][1])) <= known:
                    break
            else:
                known, best = count, rows
        except csv.Error as error:
            if separator == "|" and not best:
                what = f"The table is broken here ({error})."
                raise UnreadableSource(what, line=reader.line_num, slug="invalid-codebook", hint=_REMEDY) from error
    return best


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", restored(heading)).casefold().split())


def _row(line: int, values: Mapping[str, str], remarks: list[str]) -> _Row:
    name, wrong = name_of(values["name"])
    if wrong:
        remarks.append(f"Line {line}: the code {wrong}.")
    mode = values.get("mode", "").strip().lower()
    if mode and mode not in list(CodeMode):
        remarks.append(f"Line {line}: there is no mode “{mode}”; “{name}” is suggested.")
    colour = colour_of(values.get("colour", ""))
    if colour is None:
        remarks.append(f"Line {line}: “{values['colour'].strip()}” is no colour; write it as #2f7ed8.")
    facts = CodeFacts(
        slug="",
        name=name,
        definition=values.get("definition", "").strip(),
        use_when=values.get("use_when", "").strip(),
        not_when=values.get("not_when", "").strip(),
        examples=_items(values.get("examples", "")),
        counter_examples=_items(values.get("counter_examples", "")),
        cues=_items(values.get("cues", ""), semicolons=True),
        aliases=_items(values.get("aliases", ""), semicolons=True),
        mode=CodeMode(mode) if mode in list(CodeMode) else CodeMode.SUGGEST,
        colour=colour or "",
        owner=values.get("owner", "").strip(),
    )
    return _Row(line, facts, steps_of(values.get("parent", "")))


def _items(cell: str, *, semicolons: bool = False) -> tuple[str, ...]:
    parts = cell.split(";") if semicolons and "\n" not in cell else cell.split("\n")
    return tuple(item for part in parts if (item := part.strip()))


def _in_order(rows: Sequence[_Row], remarks: list[str]) -> CodeList:
    """Put parents before children; make those that are named and not there."""
    by_name: dict[str, list[_Row]] = {}
    for row in rows:
        by_name.setdefault(folded(row.facts.name), []).append(row)
    for row in rows:
        _place(row, by_name)
    made: dict[Path, CodeFacts] = {}
    given: dict[Path, CodeFacts] = {}
    for row in rows:
        key = _key(row.path)
        if key in given:
            remarks.append(
                f"Line {row.line}: there is a code “{path_of(row.path)}” above already; this one was left out."
            )
        else:
            given[key] = row.facts
    for row in rows:
        for depth in range(1, len(row.path) + 1):
            key, above = _key(row.path[:depth]), _key(row.path[: depth - 1])
            if key not in made:
                facts = given.get(key) or CodeFacts("", row.path[depth - 1], "")
                made[key] = replace(facts, slug=f"/{path_of(key)}", parent=f"/{path_of(above)}" if above else "")
    return CodeList(tuple(made.values()), tuple(remarks))


def _place(row: _Row, by_name: Mapping[str, list[_Row]]) -> Path:
    """Give the path of a row; a parent named without a path is the only row of that name, if there is one."""
    if row.path:
        return row.path
    if row.visiting:
        what = f"“{row.facts.name}” stands under itself."
        raise UnreadableSource(what, line=row.line, slug="invalid-codebook", hint="Give one of them another parent.")
    row.visiting = True
    above = row.parent
    if len(above) == 1:
        named = by_name.get(folded(above[0]), [])
        tops = [one for one in named if not one.parent]
        if not tops and len(named) == 1:
            above = _place(named[0], by_name)
    row.path = (*above, row.facts.name)
    return row.path


def _key(path: Path) -> Path:
    return tuple(folded(name) for name in path)
