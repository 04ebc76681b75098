"""A document's tables and quotes for spreadsheets: an Excel workbook, or CSV. Nothing in it is ever taken for a formula."""

import csv
import re
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any

from web.reporting.blocks import Document, Quoted, Rows
from web.reporting.packing import packed
from web.reporting.parts import AGAINST, REMOVED, cleaned, moment, quotes, tables

#: What a spreadsheet takes for the beginning of a formula, blanks before it or not.
_FORMULA = re.compile(r"[\s\ufeff]*[=+\-@＝＋－＠|%]|[\t\r\n]")
#: What no sheet may be called with, and how long its name may be; characters of a cell.
_NO_NAME = re.compile(r"[\[\]:*?/\\']")
NAME, CELL = 31, 32_767
QUOTES = ("Under", "Words", "Whose", "Stance", "Link")

Row = Sequence[str | float]


def workbook(document: Document) -> bytes:
    """Write an .xlsx: a sheet for each table, and one of the quotes. The same document gives the same bytes."""
    import xlsxwriter

    document = cleaned(document)
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    at = moment(document).replace(tzinfo=None)
    book.set_properties({"title": document.title[:255], "author": "Cairn", "created": at})
    look = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "words": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    taken: set[str] = set()
    for table in tables(document):
        _sheet(book, _named(table.title, taken), columns(table), rows(table), look)
    _sheet(book, _named("Quotes", taken), QUOTES, _quoted(document), look)
    book.close()
    return out.getvalue()


def csv_files(document: Document) -> bytes:
    """Write a ZIP with a CSV file for each table, and quotes.csv."""
    document = cleaned(document)
    files = [(f"{_file(table.name)}.csv", _csv(columns(table), rows(table))) for table in tables(document)]
    return packed([*files, ("quotes.csv", _csv(QUOTES, _quoted(document)))])


def safe(words: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula (OWASP, CSV Injection).

    >>> safe(" =1+1"), safe("a=1"), safe("- and then")
    ("' =1+1", 'a=1', "'- and then")
    """
    return f"'{words}" if _FORMULA.match(words) else words


def columns(table: Rows) -> list[str]:
    """Name a table's columns, each once: a second one of a name says what it belongs to.

    Where cells say more than their number ("3 of 10"), a column of the numbers follows.
    """
    names: list[str] = []
    for column, name in enumerate(table.columns):
        twice = name in table.columns[:column]
        names.append(f"{table.columns[column - 1]}: {name}" if twice else name)
        if _told(table, column):
            names.append(f"{names[-1]}, number")
    return [safe(name) for name in names]


def rows(table: Rows) -> list[list[str | float]]:
    """Give a table's rows: numbers as numbers, words that are no formulas."""
    told = [_told(table, column) for column in range(len(table.columns))]
    found = []
    for row in table.rows:
        cells: list[str | float] = []
        for cell, both in zip(row, told, strict=True):
            if both:
                cells += [safe(cell.text), "" if cell.number is None else cell.number]
            else:
                cells.append(safe(cell.text) if cell.number is None else cell.number)
        found.append(cells)
    return found


def _told(table: Rows, column: int) -> bool:
    """Say whether a column's cells say more than their number."""
    cells = [row[column] for row in table.rows]
    return any(cell.number is not None and cell.text != f"{cell.number:,}" for cell in cells)


def _quoted(document: Document) -> list[Row]:
    return [(safe(under), *_quote(one)) for under, one in quotes(document)]


def _quote(one: Quoted) -> tuple[str, str, str, str]:
    if one.removed:
        return REMOVED, "", "", ""
    return safe(one.words), safe(one.citation), AGAINST if one.stance else "", safe(one.address)


def _csv(names: Sequence[str], held: Sequence[Row]) -> bytes:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows(held)
    return out.getvalue().encode("utf-8-sig")  # Excel reads UTF-8 by this mark alone


def _sheet(book: Any, name: str, names: Sequence[str], held: Sequence[Row], look: dict[str, Any]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.write_row(0, 0, names, look["head"])
    for number, row in enumerate(held, 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, value[:CELL], look["words"])
            else:
                sheet.write_number(number, column, value, look["words"])
    for column, name in enumerate(names):
        longest = max([len(name), *(len(str(row[column])) for row in held)], default=0)
        sheet.set_column(column, column, min(70, max(8, longest + 2)))
    if held:
        sheet.autofilter(0, 0, len(held), len(names) - 1)


def _named(title: str, taken: set[str]) -> str:
    """Name a sheet: at most 31 characters, none that Excel refuses, none twice."""
    name = " ".join(_NO_NAME.sub(" ", title).split())[:NAME].strip() or "Table"
    number = 2
    while name.casefold() in taken or name.casefold() == "history":
        name = f"{name[: NAME - 4].rstrip()} {number}"
        number += 1
    taken.add(name.casefold())
    return name


def _file(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign == "-" else "-" for sign in name) or "table"
