"""Reports as files: each format says what the others say, and none does what somebody's words would have it do."""

import csv
import logging
import re
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import docx
import pptx
import pytest
from click.testing import CliRunner
from lxml import etree
from lxml import html as lxml_html
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from repository import coding, report_keeping
from repository.domain.access import LOCAL_ADMIN
from repository.domain.report import ReportScope, Template
from repository.report_counting import share
from repository.report_reading import read_quotes
from repository.reporting import compile_report
from repository.settings import Settings
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from web.cli.main import cairn
from web.reporting import drawing, filling, formats, html, parts, pdf, picturing, plain_text, sheets, slide_fitting
from web.reporting.blocks import Block, Cell, Document, Heading, Picture, Points, Quoted, Rows, Words

EVIL = '<script>alert(1)</script> & "Sons" ]]>'
FORMULA = "=cmd|' /C calc'!A0"
LONG = " ".join(f"Sentence {number} of what somebody told us at length." for number in range(80))
EMOJI = "It is fine 🙂👩‍👩‍👧 really"
HEBREW, ARABIC = "זה לא עובד בכלל", "لا يعمل على الإطلاق"
SAID = (
    "I phoned them twice.",
    "No.",
    LONG,
    EMOJI,
    HEBREW,
    ARABIC,
    FORMULA,
    "a\x00b\x0bc\ud800d",
    "one\ntwo",
    "**bold** #1 | x",
)
CLEAN = {"a\x00b\x0bc\ud800d": "ab\ncd"}
LINK = "https://cairn.example/transcripts/7?from=1&to=9#found"


def quoted(words: str, number: int = 1, **more: Any) -> Quoted:
    return Quoted(words, f"— P{number:02}, “{EVIL}”, 3 May 2026", LINK, (1, 1, number, number + 1), **more)


TABLE = Rows(
    "themes",
    "Themes: by [participant] / account, and a name that is very long",
    ("Theme", "Participants", "Share (95 %)", "Accounts", "Share (95 %)", "Quotes"),
    (
        (Cell(EVIL, address=LINK), Cell("3 of 10", 3, LINK), Cell("30 %"), Cell("2 of 5", 2), Cell("40 %"), Cell("1,204", 1204)),
        (Cell(FORMULA, address="javascript:alert(1)"), Cell("1 of 10", 1), Cell("10 %"), Cell("1 of 5", 1), Cell("20 %"), Cell("7", 7)),
    ),
)  # fmt: skip
COVERAGE = Rows("coverage", "Who was heard", ("Cohort", "Participants"), ((Cell("hospital"), Cell("5 of 10", 5)),))


def pictures() -> tuple[Picture, Picture]:
    both = [(EVIL, share(3, 10), LINK), ("Trust", share(1, 10), "")]
    bars = Picture("themes", "Share by theme", f"{EVIL} 3 of 10; Trust 1 of 10.", drawing.bars(both), TABLE)
    heard = Picture("coverage", "Heard", "hospital 5 of 10.", drawing.bars([("hospital", share(5, 10), "")]), COVERAGE)
    return bars, heard


@pytest.fixture(scope="module")
def told() -> Document:
    blocks: tuple[Block, ...] = (
        Heading(1, f"Q3 {EVIL}"),
        Words("What customers said."),
        Heading(2, "In short", "part-1"),
        Points((f"{EVIL}: 3 of 10", FORMULA)),
        *pictures(),
        TABLE,
        Heading(2, "Trust", "part-2"),
        Words("3 of 10 participants speak of trust.", strong=True),
        Words("A remark.", quiet=True),
        Heading(3, "Beneath", "part-3"),
        *(quoted(words, number) for number, words in enumerate(SAID)),
        quoted("I never saw that.", 50, stance="contradicts"),
        Quoted("", "", "", (1, 1, 1, 2), removed=True),
    )
    return Document(f"Q3 {EVIL}", "What customers said.", "2026-11-23T09:00:00+00:00", blocks)


@pytest.fixture(scope="module")
def made(told: Document) -> dict[str, bytes]:
    return {key: one.render(told) for key, one in formats.FORMATS.items()}


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b-\u200f\u202a-\u202e\u2066-\u2069]+", "", text)


def html_text(data: bytes) -> str:
    tree = lxml_html.fromstring(data.decode())
    for gone in tree.xpath("//style | //head//title | //*[local-name()='svg']"):
        gone.getparent().remove(gone)
    return "\n".join(tree.itertext())


def pdf_text(data: bytes) -> str:
    """Give the words of each page without what stands at its foot."""
    reader = PdfReader(BytesIO(data))
    title = str(reader.metadata.title) if reader.metadata else ""
    return "\n".join(
        page.extract_text().replace(f"{title} {number}", "") for number, page in enumerate(reader.pages, 1)
    )


def docx_text(data: bytes) -> str:
    body = docx.Document(BytesIO(data)).element.body
    return "\n".join("".join(one.itertext()) for one in body.iter("{*}t"))


def slides(data: bytes) -> list[Any]:
    return list(pptx.Presentation(BytesIO(data)).slides)


def slide_text(slide: Any) -> str:
    return "\n".join("".join(one.itertext()) for one in slide._element.iter("{*}t"))


def pptx_text(data: bytes) -> str:
    return "\n".join(map(slide_text, slides(data)))


def xlsx(data: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def csvs(data: bytes) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(BytesIO(data)) as files:
        return {
            name: list(csv.reader(StringIO(files.read(name).decode("utf-8-sig"), newline="")))
            for name in files.namelist()
        }


READ: dict[str, Callable[[bytes], str]] = {"html": html_text, "pdf": pdf_text, "docx": docx_text, "pptx": pptx_text}


# The same in each


@pytest.mark.parametrize("key", READ)
def test_every_quote_and_every_number_is_in_each_format(made: dict[str, bytes], key: str) -> None:
    text = squeezed(READ[key](made[key]))
    for words in SAID:
        if not (key == "pptx" and words == LONG):  # over several slides, each with its source: see below
            assert squeezed(CLEAN.get(words, words)) in text, words
    for cell in (cell for table in (TABLE, COVERAGE) for row in table.rows for cell in row):
        assert squeezed(cell.text) in text, cell
    assert text.count("[removed]") == 1 and "Speaksagainst" in text
    assert squeezed(EVIL) in text


def test_a_long_quote_is_whole_in_each_format(made: dict[str, bytes]) -> None:
    for key, read in READ.items():
        text = squeezed(read(made[key]))
        for sentence in re.findall(r"[^.]+\.", LONG):
            assert squeezed(sentence) in text, (key, sentence)


def test_numbers_of_a_compiled_report_are_in_each_format(workspace: Workspace) -> None:
    document = compiled(workspace)
    seen = html_text(html.render(document))
    numbers = set(re.findall(r"\d[\d,.]*", seen))
    assert len(numbers) > 5 and "I was afraid" in seen and "1 of 1 participants" in seen
    for key, read in READ.items():
        text = read(formats.FORMATS[key].render(document))
        assert numbers <= set(re.findall(r"\d[\d,.]*", text)), key


def test_every_format_draws_the_same_specifications(told: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = sorted(
        picturing.digest(one.specification) for one in parts.cleaned(told).blocks if isinstance(one, Picture)
    )
    for key in READ:
        drawn: list[str] = []

        def noted(draw: Callable[..., Any], drawn: list[str] = drawn) -> Callable[..., Any]:
            def note(specification: Any) -> Any:
                drawn.append(picturing.digest(specification))
                return draw(specification)

            return note

        with monkeypatch.context() as patch:
            patch.setattr(picturing, "svg", noted(picturing.svg))
            patch.setattr(picturing, "png", noted(picturing.png))
            formats.FORMATS[key].render(told)
        assert sorted(drawn) == wanted, key


@pytest.mark.parametrize("key", formats.FORMATS)
def test_the_same_document_gives_the_same_bytes(told: Document, made: dict[str, bytes], key: str) -> None:
    assert formats.FORMATS[key].render(told) == made[key]
    later = replace(told, as_of="2026-12-01T00:00:00+00:00")
    if key != "csv":  # a table does not say when it was made
        assert formats.FORMATS[key].render(later) != made[key]


@pytest.mark.parametrize("key", formats.FORMATS)
def test_a_document_of_nothing_is_a_file(key: str) -> None:
    assert formats.FORMATS[key].render(Document("Empty", "", "never"))
    bare = Document(
        "Bare", "", "2026-11-23", (Heading(2, "Trust", "part-1"), Quoted("", "", "", (1, 1, 1, 2), removed=True))
    )
    assert formats.FORMATS[key].render(bare)


@pytest.mark.parametrize("template", Template)
@pytest.mark.parametrize("empty", [False, True])
def test_every_template_is_a_file_in_each_format(workspace: Workspace, template: Template, empty: bool) -> None:
    scope = ReportScope(until=date(1990, 1, 1)) if empty else ReportScope()
    document = compiled(workspace, template, scope)
    for key, one in formats.FORMATS.items():
        assert len(one.render(document)) > 100, key


# HTML


def test_html_runs_nothing_and_loads_nothing(made: dict[str, bytes]) -> None:
    page = made["html"].decode()
    tree = lxml_html.fromstring(page)
    assert not tree.xpath("//script | //iframe | //object | //link | //img[not(starts-with(@src, 'data:'))]")
    assert not [name for one in tree.iter() for name in one.attrib if name.lower().startswith("on")]
    assert all(one.startswith(("https://cairn.example", "#")) for one in re.findall(r'href="([^"]*)"', page))
    assert page.count("xlink:href") == 1, "a bar leads to what it counts, one that counts nothing nowhere"
    assert "default-src 'none'" in page and "javascript:" not in page
    assert not re.search(r"url\(|@import", tree.xpath("string(//style)"))


def test_html_has_an_outline_names_for_charts_and_directions(made: dict[str, bytes]) -> None:
    tree = lxml_html.fromstring(made["html"].decode())
    assert [one.text for one in tree.xpath("//main//h2")] == ["In short", "Trust"]
    assert tree.xpath("//nav//a/@href") == ["#part-1", "#part-2"]
    charts = tree.xpath("//figure[@class='chart']/*[local-name()='svg']")
    assert [chart.get("aria-label") for chart in charts] == [f"{one.title}. {one.told}" for one in pictures()]
    assert len(tree.xpath("//table")) == 2, "the table that stands by itself is not said again beneath its chart"
    assert set(tree.xpath("//blockquote/p/@dir")) == {"auto"}
    assert tree.xpath("//th[@scope='col']")


# PDF


def test_pdf_has_links_dates_and_a_title(told: Document, made: dict[str, bytes]) -> None:
    reader = PdfReader(BytesIO(made["pdf"]))
    assert reader.metadata and reader.metadata.title == told.title
    assert reader.metadata.creation_date and reader.metadata.creation_date.isoformat().startswith("2026-11-23T09:00")
    links = {
        str(note["/A"]["/URI"])
        for page in reader.pages
        for one in page.get("/Annots", ())
        if "/A" in (note := one.get_object()) and "/URI" in note["/A"]
    }
    assert links == {LINK}
    assert "/StructTreeRoot" in reader.trailer["/Root"], "it can be read aloud"


def test_pdf_fetches_nothing(told: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    import urllib.request

    def refuse(*rest: Any, **more: Any) -> Any:
        raise AssertionError("fetched")

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse, raising=True)
    page = html.page(told, printed=True).replace(
        "<main>", "<main><img src='https://elsewhere.example/a.png'><img src='file:///etc/passwd'>"
    )
    monkeypatch.setattr(html, "page", lambda document, printed: re.sub(r"<img src=\"data:[^>]*>", "", page))
    assert pdf.render(told).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("error", "says"), [(ImportError("no"), "cairn-research[pdf]"), (OSError("no pango"), "Pango")]
)
def test_what_pdf_lacks_is_named(told: Document, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str) -> None:
    class Missing:
        def find_spec(self, name: str, *rest: Any) -> None:
            if name == "weasyprint":
                raise error

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(pdf.NoPdf) as caught:
        pdf.render(told)
    assert says in str(caught.value) and "cairn-research[pdf]" in str(caught.value)


def test_pdf_logs_no_words(told: Document, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        pdf.render(told)
    assert "phoned" not in caplog.text and "alert" not in caplog.text


# Word


def test_word_has_headings_links_quotes_and_pictures(made: dict[str, bytes]) -> None:
    file = docx.Document(BytesIO(made["docx"]))
    styles: dict[str, list[str]] = {}
    for paragraph in file.paragraphs:
        styles.setdefault(paragraph.style.name if paragraph.style else "", []).append(paragraph.text)
    assert styles["Heading 1"] == ["In short", "Trust"] and styles["Heading 2"] == ["Beneath"]
    assert styles["toc 1"] == ["In short", "Trust"]
    assert styles["Quote"] == [CLEAN.get(words, words) for words in SAID]
    assert styles["Quote Against"] == ["I never saw that."]
    links = [link.address for paragraph in file.paragraphs for link in paragraph.hyperlinks if link.address]
    assert set(links) == {LINK.partition("#")[0]} or set(links) == {LINK}
    told = [one.get("descr") for one in file.element.body.iter("{*}docPr")]
    assert told == [f"{one.title}. {one.told}" for one in pictures()]


def test_word_repeats_the_heading_of_a_table(made: dict[str, bytes]) -> None:
    tables = docx.Document(BytesIO(made["docx"])).tables
    assert [len(table.rows) for table in tables] == [2, 3]
    for table in tables:
        assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
        assert sum(int(one.get(next(iter(one.attrib)))) for one in table._tbl.tblGrid) < 9_500


def test_word_and_slides_run_from_the_right_where_words_do(made: dict[str, bytes]) -> None:
    file = docx.Document(BytesIO(made["docx"]))
    for words in (HEBREW, ARABIC):
        [paragraph] = [one for one in file.paragraphs if one.text == words]
        assert paragraph._p.xpath("./w:pPr/w:bidi") and paragraph._p.xpath("./w:r/w:rPr/w:rtl")
        [found] = [
            p
            for slide in slides(made["pptx"])
            for p in slide._element.iter("{*}p")
            if "".join(one.text for one in p.iter("{*}t")) == words
        ]
        assert found.find("{*}pPr").get("rtl") == "1"
    [plain] = [one for one in file.paragraphs if one.text == "No."]
    assert not plain._p.xpath("./w:pPr/w:bidi")


@pytest.mark.parametrize("key", ["docx", "pptx", "xlsx"])
def test_office_files_hold_xml_that_can_be_read(made: dict[str, bytes], key: str) -> None:
    with zipfile.ZipFile(BytesIO(made[key])) as files:
        assert files.testzip() is None
        assert len(set(files.namelist())) == len(files.namelist())
        for name in files.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(files.read(name))
        assert {entry.date_time[0] for entry in files.infolist()} == {1980}


# Slides


def test_a_theme_is_a_slide_whose_title_is_the_finding(made: dict[str, bytes]) -> None:
    titles = [slide.shapes.title.text for slide in slides(made["pptx"])]
    assert titles[0].startswith("Q3 ")
    assert "3 of 10 participants speak of trust." in titles
    assert all(titles)
    first = next(
        slide for slide in slides(made["pptx"]) if slide.shapes.title.text == "3 of 10 participants speak of trust."
    )
    assert "I phoned them twice." in slide_text(first) and "P00" in slide_text(first)


def test_everything_on_a_slide_is_within_it(made: dict[str, bytes]) -> None:
    for slide in slides(made["pptx"]):
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= 12_192_000 + 1_000, shape.name
            assert shape.top >= 0 and shape.top + shape.height <= 6_858_000, (shape.name, slide.shapes.title.text)


def test_slides_say_what_their_charts_show(made: dict[str, bytes]) -> None:
    told = [
        one.get("descr")
        for slide in slides(made["pptx"])
        for one in slide._element.iter("{*}cNvPr")
        if one.get("descr")
    ]
    assert told == [f"{one.title}. {one.told}" for one in pictures()]


def test_pieces_of_a_quote_are_the_quote() -> None:
    for words in (LONG, "w" * 4_000, "長い言葉" * 900, HEBREW * 200):
        found = slide_fitting.pieces(words, 16, 11, 4.8, of=None, beneath=0.3)
        assert len(found) > 1 and {one.count for one in found} == {len(found)}
        assert squeezed("".join(one.words for one in found)) == squeezed(words)
        assert all(one.high <= 4.8 for one in found)


# Markdown


def test_markdown_keeps_words_words(made: dict[str, bytes]) -> None:
    import markdown

    text = made["md"].decode()
    tree = lxml_html.fromstring(markdown.markdown(text, extensions=["tables"]))
    assert not tree.xpath("//script | //b | //strong[contains(., 'bold')]")
    assert len(tree.xpath("//table")) == 2 and len(tree.xpath("//h1")) == 1
    shown = squeezed(unescape(tree.text_content()))
    for words in SAID:
        assert squeezed(CLEAN.get(words, words)) in shown, words
    assert set(tree.xpath("//a/@href")) == {LINK}
    assert plain_text.escaped("1. no list") == "1\\. no list"


# Spreadsheets


def test_no_cell_is_a_formula(made: dict[str, bytes]) -> None:
    texts = [
        cell for rows in (*xlsx(made["xlsx"]).values(), *csvs(made["csv"]).values()) for row in rows for cell in row
    ]
    assert f"'{FORMULA}" in texts
    assert not [cell for cell in texts if isinstance(cell, str) and re.match(r"\s*[=+\-@\t\r]", cell)]
    with zipfile.ZipFile(BytesIO(made["xlsx"])) as files:
        assert not any(b"<f>" in files.read(name) for name in files.namelist())


@pytest.mark.parametrize("words", ["=1", "+1", "-1", "@x", "\t=1", " =1", "\r\n=1", "＝1", "\ufeff=1", "|x", "%x"])
def test_what_begins_like_a_formula_is_words(words: str) -> None:
    assert sheets.safe(words) == f"'{words}"


def test_sheets_hold_every_table_and_every_quote(made: dict[str, bytes]) -> None:
    book, files = xlsx(made["xlsx"]), csvs(made["csv"])
    assert list(files) == ["coverage.csv", "themes.csv", "quotes.csv"] or list(files) == [
        "themes.csv",
        "coverage.csv",
        "quotes.csv",
    ]
    assert len(book) == 3 and all(len(name) <= 31 for name in book)
    themes = next(rows for name, rows in book.items() if name.startswith("Themes"))
    assert themes[0] == [
        "Theme",
        "Participants",
        "Participants, number",
        "Share (95 %)",
        "Accounts",
        "Accounts, number",
        "Accounts: Share (95 %)",
        "Quotes",
    ]
    assert themes[1][1:] == ["3 of 10", 3, "30 %", "2 of 5", 2, "40 %", 1204]
    assert files["themes.csv"][1] == [str(int(one) if isinstance(one, float) else one) for one in themes[1]]
    spoken = [row[1] for row in files["quotes.csv"][1:]]
    assert spoken == [sheets.safe(CLEAN.get(words, words)) for words in SAID] + ["I never saw that.", "[removed]"]
    assert [row[1] for row in book["Quotes"][1:]] == spoken
    assert files["quotes.csv"][1][4] == LINK


# The command


def compiled(workspace: Workspace, template: Template = Template.THEMES, scope: ReportScope | None = None) -> Document:
    kept = kept_report(workspace)
    contents = compile_report(workspace, LOCAL_ADMIN, "Quarter", template, scope or ReportScope())

    class Nowhere:
        def rows(self, theme: str, **more: Any) -> str:
            return f"https://cairn.example/reports/{kept}/rows?theme={theme}"

        def page(self, path: str) -> str:
            return f"https://cairn.example{path}"

        def quote(self, place: Any) -> str:
            return f"https://cairn.example/transcripts/{place.session_id}"

    return filling.document(contents, read_quotes(workspace, LOCAL_ADMIN, contents), Nowhere())


def kept_report(workspace: Workspace) -> int:
    """Keep a report of a study in which one participant speaks of one theme."""
    if not report_keeping.reports(workspace, LOCAL_ADMIN):
        session = a_session(workspace, a_study(workspace, title=f"Calendars {EVIL}"))
        with workspace.read() as unit:
            text = unit.sessions.revision(session.text_id or 0)
        assert text is not None
        start = text.body.index("I was afraid")
        slugs = ["trust-and-privacy"]
        span = {"text_id": session.text_id or 0, "start": start, "end": start + 40}
        coding.highlight(workspace, LOCAL_ADMIN, session.id, **span, code_slugs=slugs)
        report_keeping.keep(workspace, LOCAL_ADMIN, "Quarter", Template.THEMES, ReportScope())
    return report_keeping.reports(workspace, LOCAL_ADMIN)[0].report.id


@pytest.fixture
def run(
    workspace: Workspace, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Any]:
    number = kept_report(workspace)
    report_keeping.freeze(workspace, LOCAL_ADMIN, number, "first")
    monkeypatch.setenv("CAIRN_STORAGE__FOLDER", str(settings.folder))
    monkeypatch.setenv("CAIRN_STORAGE__MIN_FREE_MB", "1")
    monkeypatch.setenv("CAIRN_EMBEDDING__BACKEND", "hashing")
    monkeypatch.setenv("CAIRN_INDEX__KIND", "exact")
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(cairn, ["report", *words])


def test_the_command_writes_each_format(run: Callable[..., Any], tmp_path: Path) -> None:
    for key, one in formats.FORMATS.items():
        done = run("quarter", "--format", key, "--out", f"made.{one.ending}")
        assert done.exit_code == 0, (key, done.output)
        assert (tmp_path / f"made.{one.ending}").stat().st_size > 100
    assert "Compiling" in done.stderr
    assert sorted(path.suffix for path in tmp_path.glob("*made*")) == sorted(
        f".{one.ending}" for one in formats.FORMATS.values()
    )


def test_the_command_writes_a_version_the_same_each_time(run: Callable[..., Any], tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        assert run("Quarter", "--version", "1", "--out", name, "--site", "https://cairn.example").exit_code == 0
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert page == (tmp_path / "b.html").read_text(encoding="utf-8")
    assert "https://cairn.example/studies/1" in page


def test_the_command_lists(run: Callable[..., Any]) -> None:
    assert "Quarter" in run("list").output
    assert '"name": "Quarter"' in run("--json").output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nope", "--out", "a.html"], 4),
        (["Quarter", "--version", "9"], 4),
        (["Quarter", "--out", "a.foo"], 3),
        (["Quarter", "--format", "foo"], 3),
        (["Quarter", "--out", "no/such/folder/a.html"], 3),
    ],
)
def test_the_command_says_what_is_wrong(run: Callable[..., Any], tmp_path: Path, words: list[str], code: int) -> None:
    done = run(*words)
    assert done.exit_code == code and "Error: " in done.stderr, done.output
    assert not list(tmp_path.glob("*.html"))


def test_what_is_interrupted_leaves_the_file_that_was_there(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.html").write_text("before", encoding="utf-8")

    def interrupted(document: Document) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setitem(formats.FORMATS, "html", replace(formats.FORMATS["html"], render=interrupted))
    assert run("Quarter", "--out", "a.html").exit_code != 0
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.html"]
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == "before"
