"""Documents: PDF, OpenDocument, rich text, web pages, e-mail. Twins of one interview give the same turns."""

import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from ingest.readers.documents import lines_of_paragraph
from ingest.readers.headers import parse
from ingest.readers.registry import read
from ingest.readers.wordxml import Paragraph
from repository.domain.transcript import Role, SessionKind, Transcript, TurnKind
from repository.errors import UnreadableSource
from tests.printing import Print, pdf_of, pdf_with, shown
from tests.reading import TRANSCRIPTS, assert_canonical, docx_of, heard, labels, read_text, zip_of

DEMONSTRATION = Path(__file__).parents[2] / "demo" / "files"
MADE = TRANSCRIPTS / "made"
INTERVIEW = (
    "# Interview P14, second visit",
    "**Interviewer:** How do you export the data that your colleagues ask you for at the end of every month?",
    "**P14:** I copy everything by hand into a spreadsheet, and then from the spreadsheet into the slides. It takes an hour, "
    "sometimes two, and I am never sure that I have not forgotten a row somewhere in the middle of it all.",
    "**Interviewer:** Every month?",
    "**P14:** Every month. The twenty-third, usually.\nOr the day after, if somebody is ill.",
    "**Interviewer:** And what happens when a number is wrong?",
    "**P14:** Nobody notices. That is the worst of it: nobody notices, and in the next meeting we decide on it, and I sit there "
    "and know it and I say nothing. I told the well-known story of the café once, and they laughed.",
    "**Interviewer:** Thank you.",
)
PRINTED = {
    "with space between": Print(head="Study of exports, 2026", number="Page {n} of {of}", bottom=600),
    "without space": Print(after=0, number="{n}", bottom=600),
    "first lines indented": Print(after=0, first=18, number="- {n} -", bottom=600),
    "hanging": Print(after=0, hanging=36, bottom=600),
    "words divided": Print(hyphenate=True, size=13, leading=16, bottom=560),
    "in two columns": Print(columns=2, size=9, leading=11, bottom=640, number="{n}"),
    "word by word": Print(by_word=True, bottom=600),
    "close": Print(size=12, leading=13, after=13),
}


def said(transcript: Transcript) -> list[tuple[str, str, int | None, str]]:
    """Give each turn with its words, whatever is between them."""
    return [
        (
            "" if turn.speaker is None else transcript.speakers[turn.speaker].label,
            turn.kind.value,
            turn.start_ms,
            " ".join(transcript.words_of(turn).split()),
        )
        for turn in transcript.turns
    ]


def read_as(data: bytes, name: str) -> Transcript:
    found = read(data, name)
    assert_canonical(found)
    return found


def warned(transcript: Transcript) -> list[str]:
    return [warning.message for warning in transcript.warnings]


def refused(data: bytes, name: str) -> tuple[str, str]:
    with pytest.raises(UnreadableSource) as raised:
        read(data, name)
    assert raised.value.hint.endswith(".")
    return raised.value.slug, raised.value.message.removeprefix(f"{name}: ")


def odt_of(body: str, *, styles: str = "", entries: dict[str, bytes] | None = None) -> bytes:
    """Make an OpenDocument text of the XML of its body and its automatic styles."""
    names = {"office": "office", "text": "text", "table": "table", "style": "style", "draw": "drawing"}
    spaces = "".join(f' xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for p, n in names.items())
    spaces += ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}><office:automatic-styles>'
        '<style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
        '<style:style style:name="Hid" style:family="text"><style:text-properties text:display="none"/></style:style>'
        f"{styles}</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>"
    )
    return zip_of(
        {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode(), **(entries or {})}
    )


def as_odt(paragraphs: tuple[str, ...]) -> bytes:
    parts = []
    for paragraph in paragraphs:
        words = paragraph.removeprefix("# ").replace("&", "&amp;").replace("\n", "<text:line-break/>")
        words = re.sub(r"\*\*(.*?)\*\*", r'<text:span text:style-name="B">\1</text:span>', words)
        tag = "text:h" if paragraph.startswith("# ") else "text:p"
        parts.append(f"<{tag}>{words}</{tag}>")
    return odt_of("".join(parts))


def as_rtf(paragraphs: tuple[str, ...]) -> bytes:
    parts = []
    for paragraph in paragraphs:
        words = re.sub(r"\*\*(.*?)\*\*", r"{\\b \1}", paragraph.removeprefix("# ")).replace("\n", "\\line ")
        words = words.replace("é", "\\'e9")
        style = "\\s1" if paragraph.startswith("# ") else ""
        parts.append(f"\\pard\\plain{style} {words}\\par\n")
    return (
        "{\\rtf1\\ansi\\ansicpg1252{\\stylesheet{\\s0 Normal;}{\\s1\\b heading 1;}}\n" + "".join(parts) + "}"
    ).encode()


def as_html(paragraphs: tuple[str, ...]) -> bytes:
    parts = []
    for paragraph in paragraphs:
        words = re.sub(r"\*\*(.*?)\*\*", r"<strong>\1</strong>", paragraph.removeprefix("# ")).replace("\n", "<br>")
        tag = "h1" if paragraph.startswith("# ") else "p"
        parts.append(f"<{tag}>{words}</{tag}>\n")
    return f"<!DOCTYPE html><html><body>{''.join(parts)}</body></html>".encode()


@pytest.mark.parametrize("how", PRINTED)
def test_a_pdf_gives_the_turns_of_its_twin(how: str) -> None:
    soft = PRINTED[how].after > 0  # else nothing tells a soft break from a paragraph's end
    paragraphs = [words if soft else words.replace("\n", " ") for words in INTERVIEW]
    found = read_as(pdf_of(paragraphs, PRINTED[how]), "interview.pdf")
    assert said(found) == said(read(docx_of(*INTERVIEW), "interview.docx"))
    assert found.title == "Interview P14, second visit"


@pytest.mark.parametrize(
    ("data", "name"),
    [(as_odt(INTERVIEW), "a.odt"), (as_rtf(INTERVIEW), "a.rtf"), (as_html(INTERVIEW), "a.html")],
)
def test_every_document_gives_the_turns_of_its_twin(data: bytes, name: str) -> None:
    found = read_as(data, name)
    assert heard(found) == heard(read(docx_of(*INTERVIEW), "interview.docx"))
    assert found.title == "Interview P14, second visit"
    assert [speaker.role for speaker in found.speakers] == [Role.INTERVIEWER, Role.PARTICIPANT]


def _paragraphs(path: Path) -> list[str]:
    return [part for part in path.read_text("utf-8-sig").split("\n\n") if part.strip()]


@pytest.mark.parametrize("path", sorted(DEMONSTRATION.glob("*/*.txt"))[::3], ids=lambda path: path.name[:14])
@pytest.mark.parametrize("how", ["with space between", "without space", "in two columns"])
def test_a_printed_interview_keeps_every_word_and_header(path: Path, how: str) -> None:
    twin = said(read(path.read_bytes(), path.name))
    found = said(read_as(pdf_of(_paragraphs(path), PRINTED[how]), "a.pdf"))
    assert [turn[:3] for turn in found] == [turn[:3] for turn in twin]
    words, expected = (" ".join(turn[3] for turn in turns).split() for turns in (found, twin))
    assert words == expected


def test_a_pdf_says_what_it_leaves_out() -> None:
    found = read_as(pdf_of(INTERVIEW, PRINTED["with space between"]), "a.pdf")
    assert warned(found) == ["Left out from the edges of pages: “Study of exports, …” (3 times), 3 page numbers."]
    assert "Page 1" not in found.text and "Study of exports" not in found.text


def test_a_pdf_with_otters_headers_and_single_blanks() -> None:
    words = (
        "Dana O'Neil 0:03\nHow do you export?",
        "Ana 0:34\nI meet them at 10:30 and copy.",
        "Dana O'Neil 1:02:03\nThanks.",
    )
    assert heard(read_as(pdf_of(words), "a.pdf")) == [
        "Dana O'Neil@3: How do you export?",
        "Ana@34: I meet them at 10:30 and copy.",
        "Dana O'Neil@3723: Thanks.",
    ]


def test_a_pdf_with_speakers_beside_their_words() -> None:
    rows = [
        ("Dana", "How do you export the data?"),
        ("Ana", "I copy everything by hand, and it"),
        ("", "takes an hour."),
    ]
    rows += [("Dana", "Every month, on the same day?"), ("Ana", "Every single month of the year.")]
    page = "".join(
        (shown(who, 72, 700 - 20 * n) if who else "") + shown(words, 160, 700 - 20 * n)
        for n, (who, words) in enumerate(rows)
    )
    assert heard(read_as(pdf_with([page]), "a.pdf")) == [
        "Dana: How do you export the data?",
        "Ana: I copy everything by hand, and it takes an hour.",
        "Dana: Every month, on the same day?",
        "Ana: Every single month of the year.",
    ]


def test_a_pdf_with_a_table() -> None:
    rows = [
        ("Speaker", "Time", "Text"),
        ("I", "00:01", "How did it go?"),
        ("P1", "00:04", "Badly, very badly."),
        ("I", "00:09", "Why?"),
    ]
    page = "".join(
        shown(cell, x, 700 - 30 * n) for n, row in enumerate(rows) for cell, x in zip(row, (72, 140, 210), strict=True)
    )
    found = read_as(pdf_with([page]), "a.pdf")
    assert heard(found) == ["I@1: How did it go?", "P1@4: Badly, very badly.", "I@9: Why?"]


def test_words_divided_at_a_lines_end() -> None:
    lines = ["Ana: It is a compli-", "cated and well-", "known prob\u00ad", "lem, 555-", "0184, I was going to-", "No."]
    found = read_as(pdf_with(["".join(shown(line, 72, 700 - 14 * n) for n, line in enumerate(lines))]), "a.pdf")
    assert (
        " ".join(found.text.split())
        == "Ana: It is a complicated and well-known problem, 555- 0184, I was going to- No."
    )


def test_ligatures_stamps_and_pages_without_words() -> None:
    slanted = "BT /F1 60 Tf 0.7 0.7 -0.7 0.7 200 200 Tm (CONFIDENTIAL) Tj ET\n"
    twice = shown("Thanks.", 72, 660)
    page = shown("Interviewer: Why? ", 72, 700) + shown(
        "P1: Because of the o\ufb03ce.".replace("\ufb03", "ffi"), 72, 680
    )
    found = read_as(pdf_with([page + twice + twice + slanted, ""]), "a.pdf")
    assert "CONFIDENTIAL" not in found.text and found.text.count("Thanks.") == 1 and "office" in found.text


def test_a_scanned_pdf() -> None:
    assert refused(pdf_with(["q 612 0 0 792 0 0 cm /Im1 Do Q"]), "scan.pdf") == (
        "no-text-layer",
        "The PDF has no text layer: its pages are pictures.",
    )


@pytest.mark.parametrize("password", ["", "secret"])
def test_an_encrypted_pdf(password: str) -> None:
    import pypdf

    writer = pypdf.PdfWriter(BytesIO(pdf_of(INTERVIEW)))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    if password:
        assert refused(out.getvalue(), "a.pdf") == ("encrypted", "The document is protected with a password.")
    else:
        assert len(read_as(out.getvalue(), "a.pdf").turns) == 8


@pytest.mark.parametrize("cut", [20, 300, -400])
def test_a_damaged_pdf_is_refused_or_read(cut: int) -> None:
    try:
        assert_canonical(read(pdf_of(INTERVIEW)[:cut], "a.pdf"))
    except UnreadableSource as error:
        assert error.slug in ("damaged-file", "no-text-layer")


def test_an_opendocument_with_everything_that_is_no_speech() -> None:
    body = (
        '<text:tracked-changes><text:changed-region text:id="c"><text:deletion><text:p>gone</text:p></text:deletion>'
        '</text:changed-region></text:tracked-changes><text:p><text:span text:style-name="B">I:</text:span><text:tab/>How'
        '<text:s text:c="2"/>is<text:soft-page-break/> it?<office:annotation><dc:creator>D</dc:creator><text:p>remark</text:p>'
        '</office:annotation></text:p><text:p>P1: Well<text:change text:change-id="c"/>, fine<text:note><text:note-body>'
        '<text:p>foot</text:p></text:note-body></text:note>.<text:line-break/>Really<text:span text:style-name="Hid"> no'
        "</text:span>.</text:p><text:list><text:list-item><text:p>I: Why\n   so?</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>Speaker</text:p></table:table-cell><table:table-cell>"
        "<text:p>Text</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>P1</text:p>"
        "</table:table-cell><table:table-cell><text:p>It works.</text:p><text:p>Mostly.</text:p></table:table-cell>"
        "</table:table-row></table:table>"
    )
    found = read_as(odt_of(body), "notes.txt")
    assert heard(found) == ["I: How  is it?", "P1: Well, fine.\nReally.", "I: Why so?", "P1: It works.\nMostly."]
    assert warned(found) == ["Left out: 1 tracked deletion, 1 comment, 1 footnote."]


def test_opendocuments_that_are_refused() -> None:
    macros = odt_of("<text:p>I: one</text:p>", entries={"Basic/Standard/Module1.xml": b"<x/>"})
    assert refused(macros, "a.odt")[0] == "macros"
    locked = odt_of("", entries={"META-INF/manifest.xml": b"<m><manifest:encryption-data/></m>"})
    assert refused(locked, "a.odt")[0] == "encrypted"
    assert refused(odt_of("<text:p>broken"), "a.odt")[0] == "damaged-file"
    bomb = odt_of("<text:p>x</text:p>", entries={"big.bin": b"0" * (64 << 20)})
    assert refused(bomb, "a.odt")[0] == "archive-bomb"
    flat = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><office:document x="opendocument.text"/>'
    assert refused(flat.encode(), "a.fodt")[0] in ("unsafe-xml", "unknown-format")


def test_rich_text_with_everything_that_is_no_speech() -> None:
    source = (
        r"{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0\fcharset0 A;}{\f1\fnil\fcharset204 B;}}{\info{\title hidden}}"
        r"{\header head\par}\pard\b Interviewer: \b0 How\rquote s the \ldblquote export\rdblquote ?\line Really?\par"
        r"\pard{\b P1:} caf\'e9 \u8211\'96 slow{\v unseen}{\deleted gone}\revised  kept{\footnote foot}{\*\annotation why}"
        r" \f1\'cf\'f0\f0 \u-10179?\u-8704?.\par{\pntext 1.\tab}Interviewer: {\field{\*\fldinst HYPERLINK x}{\fldrslt a link}}"
        r" and \{braces\}{\*\unknown nothing}.\par\trowd\pard\intbl Speaker\cell Text\cell\row\pard\intbl P1\cell Badly.\par "
        r"Very badly.\cell\row\pard\par}trailing"
    )
    found = read_as(source.encode(), "a.rtf")
    assert heard(found) == [
        "Interviewer: How’s the “export”?\nReally?",
        "P1: café – slow kept Пр😀.",
        "Interviewer: a link and {braces}.",
        "P1: Badly.\nVery badly.",
    ]
    assert warned(found) == ["Left out: 1 tracked deletion, 1 footnote, 1 comment."]


@pytest.mark.parametrize(
    "source",
    ["{\\rtf1 " + "{" * 50_000, "{\\rtf1 " + "\\u9999999999 x" * 9, "{\\rtf1\\bin99999999 I: x}", "{\\rtf1\\'}"],
)
def test_rich_text_that_is_broken(source: str) -> None:
    try:
        assert_canonical(read(source.encode(), "a.rtf"))
    except UnreadableSource as error:
        assert error.slug == "no-words"


PAGE = """<!DOCTYPE html><html><head><title>Research : Interview P12</title><style>p{color:red}</style></head><body>
<nav><ul><li><a href="/">Home</a></li></ul></nav><ol id="breadcrumbs"><li>Research</li></ol>
<div id="main-content"><h2>Notes</h2><ul><li><strong>Tools</strong>: Excel</li></ul>
<p><strong>Interviewer:</strong> How do you export&nbsp;data?</p><p><strong>P12:</strong> I copy &amp; paste.<br/>Every
week.</p><p><strong>Interviewer:</strong> Why?</p><p><b>P12:</b> Nobody told me otherwise.</p><script>alert("x")</script>
<table><tr><th>Speaker</th><th>Time</th><th>Text</th></tr><tr><td>Interviewer</td><td>00:01</td><td><p>And then?</p></td></tr>
<tr><td>P12</td><td>00:05</td><td><p>Then I</p><p>wait.</p></td></tr></table></div>
<div role="contentinfo">Document generated by Confluence</div></body></html>"""


@pytest.mark.parametrize("name", ["page.html", "p12.txt"])
def test_a_page_of_a_wiki(name: str) -> None:
    found = read_as(PAGE.encode(), name)
    assert heard(found) == [
        "-: Notes",
        "-: - Tools: Excel",
        "Interviewer: How do you export data?",
        "P12: I copy & paste.\nEvery week.",
        "Interviewer: Why?",
        "P12: Nobody told me otherwise.",
        "Interviewer@1: And then?",
        "P12@5: Then I\nwait.",
    ]
    assert warned(found) == ["Left out: menus and other furniture of the page (8 words)."]


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><form><h1>Sign in</h1><p>"
        + "Use your account to go on to the meeting. " * 30
        + "</p><input type=password></form></body></html>",
        "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1><p>The requested URL was not found on this "
        "server. Additionally, a 404 Not Found error was encountered while handling the request.</p></body></html>",
        '<!doctype html><html><body><noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div>'
        "<script>var words = 'a lot of words in a script are no words of the page, however many there may be';</script></body></html>",
        "<html><title>Just a moment...</title><body><h1>Checking your browser</h1><p>Verify you are human by completing the "
        "action below. The site needs to review the security of your connection before proceeding.</p></body></html>",
    ],
)
def test_a_page_that_is_nobodys_transcript(page: str) -> None:
    assert refused(page.encode(), "meeting.html")[0] == "web-page"


def test_a_page_of_google_docs_with_bold_by_class() -> None:
    turns = "".join(
        f'<p class="c3"><span class="c1">{who} </span><span>{words}</span></p>'
        for who, words in (
            ("Dana:", "How do you export data in this company nowadays?"),
            ("Ana:", "I copy everything to Excel, and then to slides."),
            ("Dana:", "Why?"),
            ("Ana:", "Nobody told me otherwise, honestly, in all of these years, and I never asked."),
        )
    )
    page = f"<html><head><style>.c1{{font-weight:700}}</style></head><body>{turns}</body></html>"
    assert labels(read_as(page.encode(), "a.html")) == ["Dana", "Ana"]


@pytest.mark.parametrize(
    "page", ["<div>" * 50_000 + "Interviewer: x", "<table><tr><td>" * 20_000, "<p " + "a=b " * 100_000, "<!--" * 50_000]
)
def test_pages_that_nest_without_end(page: str) -> None:
    try:
        assert_canonical(read(f"<html><body>{page}".encode(), "a.html"))
    except UnreadableSource as error:
        assert error.slug in ("web-page", "no-words", "unknown-format")


def test_an_email() -> None:
    found = read_as((MADE / "email.eml").read_bytes(), "email.eml")
    assert [(turn[0], turn[1], turn[3]) for turn in said(found)] == [
        ("Ana Pérez", "speech", "I can’t export café data."),
        ("", "note", "On Sun, Jan 4, 2026 Support wrote: How can we help?"),
    ]
    assert (found.kind, found.title, found.occurred_on) == (SessionKind.EMAIL, "Export problem –", date(2026, 1, 5))
    assert found.facts["From"] == "Ana Pérez <ana@x.test>"


MAIL = (
    'From: "Pérez, Ana" <ana@x.test>\nTo: Support <s@acme.test>\nSubject: Re: Export\nDate: Mon, 05 Jan 2026 10:00:00 +0100\n'
    "Message-ID: <5@x>\nMIME-Version: 1.0\n"
)


def test_a_thread_five_deep_is_a_turn_a_message() -> None:
    body = (
        "Fifth: still broken.\n\nReally.\n\n-- \nAna\n\nOn Sun, Jan 4, 2026 at 9:00 AM, Support <s@acme.test>\nwrote:\n\n"
        "> Fourth: try again.\n>\n> On Sat, Jan 3, 2026 Ana wrote:\n>> Third: it does not work.\n>>\n"
        ">> On Fri, Jan 2, 2026 Support wrote:\n>>> Second: how?\n>>>\n>>> On Thu, Jan 1, 2026 Ana wrote:\n>>>> First: help.\n"
    )
    found = read_as(f"{MAIL}Content-Type: text/plain; charset=utf-8\n\n{body}".encode(), "thread.eml")
    assert heard(found) == [
        "Pérez, Ana: Fifth: still broken.\nReally.",
        "-: --\nAna",
        "-: On Sun, Jan 4, 2026 at 9:00 AM, Support <s@acme.test>\nwrote:\nFourth: try again.",
        "-: On Sat, Jan 3, 2026 Ana wrote:\nThird: it does not work.",
        "-: On Fri, Jan 2, 2026 Support wrote:\nSecond: how?",
        "-: On Thu, Jan 1, 2026 Ana wrote:\nFirst: help.",
    ]
    assert [turn.kind for turn in found.turns] == [TurnKind.SPEECH, *[TurnKind.NOTE] * 5]


def test_an_email_in_html_with_history_and_an_attachment() -> None:
    body = (
        "Content-Type: multipart/mixed; boundary=q\n\n--q\nContent-Type: text/html; charset=utf-8\n\n<html><style>p{}</style><p>It "
        "<b>works</b> now.</p><script>alert(1)</script><img src=x><hr><p>From: Support<br>Sent: Sunday<br>To: Ana<br>Subject: "
        "Export</p><p>Try again.</p><blockquote><p>Older.</p></blockquote></html>\n--q\nContent-Type: application/pdf\n"
        'Content-Disposition: attachment; filename="shot.pdf"\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n--q--\n'
    )
    found = read_as((MAIL + body).encode(), "mail.txt")
    assert heard(found) == [
        "Pérez, Ana: It works now.",
        "-: From: Support\nSent: Sunday\nTo: Ana\nSubject: Export\nTry again.",
        "-: Older.",
    ]
    assert warned(found)[-1] == "Attachments are not read: “shot.pdf”."


def test_a_message_whose_lines_flow() -> None:
    body = "Content-Type: text/plain; charset=utf-8; format=flowed\n\nI copy all \nof it \nby hand.\nEvery week.\n> Why \n> so?\n"
    assert heard(read_as((MAIL + body).encode(), "a.eml")) == [
        "Pérez, Ana: I copy all of it by hand.\nEvery week.",
        "-: Why so?",
    ]


def test_a_form_with_from_and_date_is_no_message() -> None:
    found = read_text(
        "From: Ana\nDate: Monday\nSubject: Export\n\nInterviewer: Why?\n\nP1: Because.\n\nInterviewer: Oh.\n"
    )
    assert found.reader == "plain"


def test_a_page_that_confluence_packs_as_a_message() -> None:
    page = as_html(INTERVIEW).decode().replace("=", "=3D").replace("é", "=C3=A9")
    source = (
        "Date: Tue, 6 Jan 2026 10:00:00 +0000 (UTC)\nMessage-ID: <1@host>\nSubject: Exported From Confluence\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related; \n\tboundary="--b"\n\n----b\nContent-Type: text/html; charset=UTF-8\n'
        f"Content-Transfer-Encoding: quoted-printable\n\n{page}\n----b--\n"
    )
    found = read_as(source.encode(), "Interview.doc")
    assert heard(found) == heard(read(docx_of(*INTERVIEW), "interview.docx"))
    assert found.shape == "Confluence page (.doc)"


def test_paragraphs_are_parsed_as_in_word() -> None:
    lines = lines_of_paragraph(Paragraph("I: one\ntwo", bold=True))
    assert [(line.text, line.gap, line.strong) for line in lines] == [("I: one", True, True), ("two", False, False)]
    assert parse(lines).habit == "name"


TALK = (
    ("Dr. Ana Pérez", 3, "How do you export the data that your colleagues ask you for at the end of every month?"),
    ("Sam O'Neil", 9, "I copy everything by hand into a spreadsheet, and then from the spreadsheet into the slides. It takes an "
     "hour, sometimes two, and I am never sure that I have not forgotten a row somewhere in the middle of it all."),
    ("Dr. Ana Pérez", 35, "Every month?"),
    ("Sam O'Neil", 37, "Every month. At 10:30 on the twenty-third, usually. Note: not when I am ill."),
    ("Dr. Ana Pérez", 52, "And what happens when a number is wrong?"),
    ("Sam O'Neil", 75, "Nobody notices. That is the worst of it: nobody notices, and in the next meeting we decide on it, and I "
     "sit there and know it and I say nothing. I told the well-known story of the café once, and they laughed."),
    ("Dr. Ana Pérez", 3723, "Thank you."),
    ("Sam O'Neil", 3730, "You are welcome, it was interesting."),
)  # fmt: skip
LOOKS = {
    "names above": "{who}\n{words}",
    "bold names above": "**{who}**\n{words}",
    "roles above": "{role}\n{words}",
    "times in brackets": "[{at}] {who}: {words}",
    "times behind in round ones": "{who} ({at}):\n{words}",
    "times in front of names above": "{at} {who}\n{words}",
    "bold, then times": "**{who}** [{at}] {words}",
    "f4": "{letter}: {words} #{at}-2#",
    "otter": "{who}  {at}\n{words}",
}
FORMS: dict[str, Print | None] = {
    "txt": None,
    "docx": None,
    "running heads": Print(head="Study of exports, 2026", number="Page {n} of {of}", bottom=560),
    "no space": Print(after=0, number="{n}", bottom=560),
    "words divided": Print(hyphenate=True, size=13, leading=16, bottom=520, number="{n}/{of}"),
    "columns": Print(columns=2, size=9, leading=11, bottom=560, head="Transcript - confidential"),
    "word by word": Print(by_word=True, bottom=600),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("look", LOOKS)
def test_twins_of_every_look_say_the_same(look: str, form: str) -> None:
    paragraphs = ["# Interview with Sam, second visit"]
    for who, at, words in TALK:
        clock = f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}"
        asks = "Ana" in who
        role, letter = ("INTERVIEWER", "I") if asks else ("PARTICIPANT 3", "B")
        paragraphs.append(LOOKS[look].format(who=who, at=clock, words=words, role=role, letter=letter))
    if form == "txt":
        found = read_as("\n\n".join(paragraphs).replace("**", "").removeprefix("# ").encode(), "a.txt")
    elif form == "docx":
        found = read_as(docx_of(*paragraphs), "a.docx")
    else:
        found = read_as(pdf_of(paragraphs, FORMS[form] or Print()), "a.pdf")
    spoken = [turn for turn in said(found) if turn[0]]
    assert [turn[3] for turn in spoken] == [words for _, _, words in TALK]
    assert len({turn[0] for turn in spoken}) == 2
    if "{at}" in LOOKS[look] and look != "f4":  # which writes when a paragraph ends
        assert [turn[2] for turn in spoken if turn[2] is not None][-1] // 1000 == TALK[-1][1]
    assert [speaker.role for speaker in found.speakers] == [Role.INTERVIEWER, Role.PARTICIPANT]


def test_a_word_of_roman_letters_is_no_page_number() -> None:
    pages = [shown("I stay at home when I am", 72, 90), shown("ill.", 72, 740)]
    assert "ill." in read_as(pdf_with(pages), "a.pdf").text
