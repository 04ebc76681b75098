"""Codebooks as files: what goes out comes in again just so, the schema holds, and what cannot be read is told by its place."""

import csv
import json
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ingest.exchange import code_lists
from ingest.exchange.code_lists import CodeList
from ingest.exchange.codebook_csv import path_of, read_csv, steps_of, written_csv
from ingest.exchange.codebook_files import exported_csv, exported_qdc, import_file
from ingest.exchange.codebook_qdc import guid_of, read_qdc, written_qdc
from ingest.exchange.descriptions import understood, written
from repository import codebook_changes as changes
from repository import codebook_history
from repository.codebook import Codebook, folded, seen
from repository.codebook_importing import import_codes
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.coding import Code, CodeFacts, CodeMode
from repository.errors import Forbidden, NotFound, Rejected, UnreadableSource
from repository.workspace import Workspace
from tests.builders import a_study
from tests.refi import REFI, Seed
from tests.refi import written as project
from tests.unit.test_cli import run, said  # noqa: F401

BEN = Viewer("Ben", PersonRole.RESEARCHER)
SCHEMA = etree.XMLSchema(etree.parse(REFI / "Codebook.xsd"))
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff"),
    max_size=30,
)
LINES = st.lists(
    st.one_of(
        WORDS,
        st.sampled_from(
            ["Use when:", "Use when: x", "\\Cues:", "- x", "=1+1", "Examples:", "Mode: auto", "a;b", "'=x", "A > B"]
        ),
    ),
    max_size=4,
).map(lambda lines: "\n".join(lines).strip())
ITEM = (
    st.one_of(WORDS, st.sampled_from(["a; b", "=1", "'-x", "Cues:"]))
    .map(lambda words: " ".join(words.split()))
    .filter(lambda w: w.strip(" -"))
)
ITEMS = st.lists(ITEM, max_size=3, unique=True).map(tuple)


@st.composite
def codebooks(draw: st.DrawFn) -> Codebook:
    """Draw codebooks of up to 12 codes with every field that can go out."""
    codes: list[Code] = []
    used: set[tuple[int | None, str]] = set()
    for number in range(draw(st.integers(1, 12))):
        parent = draw(st.sampled_from([None, *codes])) if codes else None
        name = " ".join(
            draw(st.one_of(WORDS, st.sampled_from(["A > B", "=SUM(A1)", "@x", "-", "'+", "Nodes"]))).split()
        )
        if not name or (key := (parent.id if parent else None, folded(name))) in used:
            name = f"Code {number}"
            key = (parent.id if parent else None, folded(name))
        used.add(key)
        facts = CodeFacts(
            slug=f"code-{number}",
            name=name,
            definition=draw(LINES),
            use_when=draw(LINES),
            not_when=draw(LINES),
            examples=draw(ITEMS),
            counter_examples=draw(ITEMS),
            cues=draw(ITEMS),
            aliases=draw(ITEMS),
            mode=draw(st.sampled_from(list(CodeMode))),
            colour=draw(st.sampled_from(["", "#1B9E77", "#00ff00"])),
            owner=draw(st.sampled_from(["", "Ana", "=Ben"])),
            parent=parent.facts.slug if parent else "",
        )
        codes.append(Code(number, facts, parent.id if parent else None, 1))
    return Codebook(in_order(codes))


def in_order(codes: list[Code]) -> list[Code]:
    """Put codes each before those under it, as the store does."""
    out: list[Code] = []
    waiting = [code for code in codes if code.parent_id is None][::-1]
    while waiting:
        out.append(waiting.pop())
        waiting += [code for code in codes if code.parent_id == out[-1].id][::-1]
    return out


def paths(facts: CodeList | Codebook) -> dict[tuple[str, ...], CodeFacts]:
    """Give codes by the names on the way to them, without what tells them apart in one file only."""
    codes = facts.codes if isinstance(facts, CodeList) else tuple(code.facts for code in facts.codes)
    by_slug = {code.slug: code for code in codes}
    found = {}
    for code in codes:
        path, at = [code.name], code
        while at.parent:
            at = by_slug[at.parent]
            path.insert(0, at.name)
        found[tuple(path)] = replace(code, slug="", parent="")
    return found


@given(codebooks())
@settings(max_examples=200, deadline=None)
def test_a_table_comes_back_whole(codebook: Codebook) -> None:
    found = read_csv(written_csv(codebook).encode("utf-8-sig"))
    assert paths(found) == paths(codebook) and found.remarks == ()
    assert code_lists.from_values(json.loads(json.dumps(code_lists.to_values(found)))) == found


@given(codebooks())
@settings(max_examples=200, deadline=None)
def test_refi_comes_back_whole_and_fits_the_schema(codebook: Codebook) -> None:
    data = written_qdc(codebook)
    SCHEMA.assertValid(etree.fromstring(data))
    found = read_qdc(data)
    assert paths(found) == paths(codebook) and found.remarks == ()
    assert [code.slug for code in found.codes] == [guid_of(code.facts.slug) for code in codebook.codes]


@given(codebooks())
@settings(max_examples=50, deadline=None)
def test_no_cell_is_a_formula(codebook: Codebook) -> None:
    for row in csv.reader(StringIO(written_csv(codebook))):
        assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


@given(LINES, LINES, ITEMS)
def test_descriptions_are_taken_apart_as_they_were(definition: str, use: str, items: tuple[str, ...]) -> None:
    facts = CodeFacts("", "x", definition, use_when=use, examples=items, aliases=items)
    assert understood(CodeFacts("", "x", ""), written(facts)) == facts


def test_what_xml_forbids_is_left_out() -> None:
    codebook = Codebook([Code(1, CodeFacts("a", "A\x01", "x\x00y\ufffe"), None, 1)])
    SCHEMA.assertValid(etree.fromstring(written_qdc(codebook)))
    assert read_qdc(written_qdc(codebook)).codes[0].definition == "xy"
    with pytest.raises(Rejected, match="no codes"):
        written_qdc(Codebook([]))


# Tables of others


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_tables_from_spreadsheets(encoding: str, separator: str) -> None:
    rows = [
        ["DESCRIPTION", "Colour", "Parent Path", "Name", "Weight", "Use When", "cues"],
        ["Was kostet es – “zu viel”", "#0f0", "", "Größe; Preis", "3", "", "teuer; Geld"],
        ["", "red", "Größe; Preis", "Zu teuer", "1", "sie klagen,\nlaut", ""],
        ["", "", "Nicht da > Auch nicht", "Kind", "", "", ""],
    ]
    out = StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    found = read_csv(out.getvalue().encode(encoding))
    assert list(paths(found)) == [
        ("Größe; Preis",),
        ("Größe; Preis", "Zu teuer"),
        ("Nicht da",),
        ("Nicht da", "Auch nicht"),
        ("Nicht da", "Auch nicht", "Kind"),
    ]
    price = found.codes[0]
    assert (price.definition, price.colour, price.cues) == ("Was kostet es – “zu viel”", "#00ff00", ("teuer", "Geld"))
    assert found.codes[1].use_when == "sie klagen,\nlaut"
    told = "\n".join(found.remarks)
    assert "Weight" in told and "“red” is no colour" in told and "Line 3" in told


def test_parents_by_name_in_any_order() -> None:
    found = read_csv(b"name,parent\nChild,Middle\nMiddle,Top\nTop,\nOther,Nowhere\n")
    assert set(paths(found)) == {
        ("Top",),
        ("Top", "Middle"),
        ("Top", "Middle", "Child"),
        ("Nowhere",),
        ("Nowhere", "Other"),
    }
    slugs = [code.slug for code in found.codes]
    assert all(not code.parent or code.parent in slugs[: slugs.index(code.slug)] for code in found.codes)


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"name,parent\na,b\nb,a\n", 2, "stands under itself"),
        (b"what,ever\n1,2\n", 1, "no column “name”"),
        (b"name\n\n\n", None, "no codes in the table"),
        (b"", None, "no table"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), None, "no table"),
    ],
    ids=["a cycle", "no name", "no rows", "empty", "a picture"],
)
def test_tables_that_are_none(data: bytes, line: int | None, words: str) -> None:
    with pytest.raises(UnreadableSource, match=words) as raised:
        read_csv(data)
    assert raised.value.hint and (line is None or raised.value.line == line)


def test_a_code_that_is_there_twice_is_said() -> None:
    found = read_csv(b"name,definition\nPain,first\n pain ,second\n,lost\n")
    assert [code.definition for code in found.codes] == ["first"]
    assert "Line 3" in found.remarks[1] and "Line 4" in found.remarks[0]


@given(
    st.lists(
        st.text("a>\\ ", min_size=1, max_size=5)
        .map(lambda w: " ".join(w.split()))
        .filter(lambda w: w and not w.endswith("\\")),
        min_size=1,
        max_size=4,
    )
)
def test_paths_come_back(names: list[str]) -> None:
    assert steps_of(path_of(names)) == tuple(names)


# REFI-QDA of others


def test_dialects_of_other_programs() -> None:
    code = '<{p}Code guid="{g}" name="Pain" isCodable="true" color="#F00"><{p}Description>It hurts.</{p}Description></{p}Code>'
    for space, prefix, key in (
        ("0:4", "", "{AAAAAAAA-0000-4000-8000-000000000000}"),
        ("1:0", "q:", "aaaaaaaa-0000-4000-8000-000000000000"),
    ):
        inside = code.format(p=prefix, g=key)
        nodes = f'<{prefix}Code guid="b" name="Nodes" isCodable="false">{inside}</{prefix}Code>'
        name = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
        data = f'\ufeff<?xml version="1.0"?><{prefix}CodeBook {name}="urn:QDA-XML:codebook:{space}"><{prefix}Codes>{nodes}</{prefix}Codes><{prefix}Sets/></{prefix}CodeBook>'
        [found] = read_qdc(data.encode()).codes
        assert (found.name, found.definition, found.colour, found.slug) == (
            "Pain",
            "It hurts.",
            "#FF0000",
            "aaaaaaaa-0000-4000-8000-000000000000",
        )


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        ("<CodeBook>\n<Codes>\n<Code></Codes>", 3, "mismatched tag"),
        ("<CodeBook>\n<Codes>\n<Code guid='x'/></Codes></CodeBook>", 3, "no name"),
        ("<Project/>", 1, "no codebook"),
        ("<CodeBook><Codes/></CodeBook>", 1, "no codes"),
        ("<!DOCTYPE x [<!ENTITY e 'x'>]>\n<CodeBook/>", 1, "document type"),
    ],
)
def test_an_invalid_file_tells_line_column_and_remedy(workspace: Workspace, data: str, line: int, words: str) -> None:
    before = exported_csv(workspace, LOCAL_ADMIN)
    with pytest.raises(UnreadableSource, match=words) as raised:
        import_file(workspace, BEN, "../codes.qdc", data.encode())
    assert (
        raised.value.line == line and raised.value.hint and raised.value.message.startswith(f"codes.qdc, line {line}: ")
    )
    assert "column" in raised.value.message or "DOCTYPE" in data
    assert exported_csv(workspace, LOCAL_ADMIN) == before, "nothing was half imported"


# Into the codebook


def book(workspace: Workspace) -> Codebook:
    with workspace.read() as unit:
        return seen(unit, LOCAL_ADMIN)


def test_what_is_missing_is_added_in_one_act_that_is_undone(workspace: Workspace) -> None:
    before = paths(book(workspace))
    first = book(workspace).themes[0]
    table = f"name,parent,definition\n{first.facts.name},,Something else entirely\nBrand new,{first.facts.name},Its meaning\n".encode()
    found = import_file(workspace, BEN, "mine.csv", table).imported
    assert found.added == ("Brand new",) and found.present == (first.facts.name,)
    assert [(one.slug, one.fields) for one in found.differing] == [(first.facts.slug, ("definition",))]
    assert book(workspace).named(first.facts.slug).facts.definition == first.facts.definition, "shown, not overwritten"
    assert found.change.told == "Imported 1 code." and found.change.act
    again = import_file(workspace, BEN, "mine.csv", table).imported
    assert again.added == () and again.change.act is None
    codebook_history.undo(workspace, BEN, found.change.act)
    assert paths(book(workspace)) == before


def test_the_codebook_goes_out_and_into_an_empty_one(workspace: Workspace, tmp_path: Path) -> None:
    for data in (exported_csv(workspace, LOCAL_ADMIN), exported_qdc(workspace, LOCAL_ADMIN)):
        found = import_file(workspace, BEN, "x", data).imported
        assert found.added == () and found.differing == () and len(found.present) == len(book(workspace).codes)


def test_codes_for_one_study_do_not_become_anothers(workspace: Workspace) -> None:
    one, two = a_study(workspace, "One"), a_study(workspace, "Two")
    table = b"name,parent\nOnly here,\nBelow,Only here\n"
    for study in (one, two):
        found = import_file(workspace, BEN, "x.csv", table, study_id=study.id).imported
        assert found.added == ("Only here", "Below")
    assert sorted(c.facts.study_id or 0 for c in book(workspace).codes if c.facts.name == "Below") == [one.id, two.id]
    assert import_file(workspace, BEN, "x.csv", table).imported.added == (), "seen, so not made a third time"
    with pytest.raises(NotFound):
        import_file(workspace, BEN, "x.csv", table, study_id=99)


def test_readers_import_nothing_and_a_name_that_cannot_be_kept_takes_nothing_with_it(workspace: Workspace) -> None:
    with pytest.raises(Forbidden):
        import_file(workspace, Viewer("R", PersonRole.READER), "x.csv", b"name\nx\n")
    before = paths(book(workspace))
    with pytest.raises(Rejected):
        import_codes(workspace, BEN, [CodeFacts("a", "Fine", ""), CodeFacts("b", "x" * 300, "")])
    assert paths(book(workspace)) == before
    found = import_file(workspace, BEN, "x.csv", b"name\n" + b"x" * 300)
    assert found.imported.added[0].endswith("…") and "was cut" in found.remarks[0]


def test_two_thousand_codes(workspace: Workspace) -> None:
    table = "name,parent\n" + "".join(f"C{n},{'' if n < 100 else f'C{n % 100}'}\n" for n in range(2_000))
    assert len(import_file(workspace, BEN, "x.csv", table.encode()).imported.added) == 2_000


# Pages and commands


def test_the_pages(client: FlaskClient, workspace: Workspace) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = False
    table, refi = client.get("/codebook/export.csv"), client.get("/codebook/export.qdc")
    assert table.data.startswith(b"\xef\xbb\xbfname,parent,") and "attachment" in table.headers["Content-Disposition"]
    SCHEMA.assertValid(etree.fromstring(refi.data))
    assert refi.data == client.get("/codebook/export.qdc").data
    page = client.get("/codebook/import")
    assert page.status_code == 200 and 'name="file"' in page.text
    sent = client.post("/codebook/import", data={"file": (BytesIO(b"name,odd\nNew one,1\n"), "c.csv")})
    assert sent.status_code == 200 and "Imported 1 code." in sent.text and "odd" in sent.text and "New one" in sent.text
    bad = client.post("/codebook/import", data={"file": (BytesIO(b"<CodeBook>\n<Codes>"), "c.qdc")})
    assert bad.status_code == 422 and "line 2" in bad.text and "Export it again" in bad.text
    assert client.post("/codebook/import").status_code == 422
    odd = changes.create(workspace, BEN, CodeFacts("", "<script>", "x"))
    assert (
        odd.slug
        and "<script>"
        not in client.post("/codebook/import", data={"file": (BytesIO(b"name\n<script>\n"), "c.csv")})
        .text.partition("<main")[2]
        .partition("</main>")[0]
    )


def test_the_commands(run: Any, tmp_path: Path) -> None:  # noqa: F811
    assert run("codebook", "export", str(tmp_path / "book.csv")).exit_code == 2, "there is no repository yet"
    (tmp_path / "one.csv").write_text("name\nSomething new\n")
    assert run("codebook", "import", str(tmp_path / "one.csv")).exit_code == 0
    for name in ("book.csv", "book.qdc"):
        assert run("codebook", "export", str(tmp_path / name)).exit_code == 0
        again = said(run("codebook", "import", str(tmp_path / name), "--json"))
        assert again["added"] == [] and again["present"] and again["differing"] == [] and again["remarks"] == []
    assert run("codebook", "export", str(tmp_path / "book.txt")).exit_code == 3
    assert run("codebook", "import", str(tmp_path / "none.csv")).exit_code == 4
    (tmp_path / "broken").write_bytes(b"<CodeBook>\n<Codes>\n")
    bad = run("codebook", "import", str(tmp_path / "broken"))
    assert bad.exit_code == 3 and "broken, line 3" in bad.stderr and "column" in bad.stderr
    (tmp_path / "p.qdpx").write_bytes(project(Seed({}, {"Money": "", "Price": "Money"})))
    assert "Imported 2 codes." in run("codebook", "import", str(tmp_path / "p.qdpx")).stdout
