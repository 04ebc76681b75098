"""Who speaks, told by print: labels in bold without a colon, questions in bold or italics; and what only looks like it."""

import re
from collections.abc import Callable

import pytest

from ingest.readers.registry import read
from repository.domain.transcript import Role, SessionKind, Transcript
from tests.contract.test_documents import as_html, as_odt
from tests.reading import assert_canonical, docx_of, docx_with, heard, labels


def as_markdown(paragraphs: tuple[str, ...]) -> bytes:
    return "\n\n".join(paragraph.replace("\n", "  \n") for paragraph in paragraphs).encode()


def as_docx(paragraphs: tuple[str, ...]) -> bytes:
    return docx_of(*paragraphs)


WRITERS: dict[str, Callable[[tuple[str, ...]], bytes]] = {
    "docx": as_docx,
    "odt": as_odt,
    "html": as_html,
    "md": as_markdown,
}


def written(paragraphs: tuple[str, ...], kind: str) -> Transcript:
    found = read(WRITERS[kind](paragraphs), f"a.{kind}")
    assert_canonical(found)
    return found


@pytest.mark.parametrize("kind", WRITERS)
def test_known_labels_in_bold_without_a_colon(kind: str) -> None:
    source = (
        "# Visit",
        "**I** How do you export the numbers today?",
        "**P1** I copy the numbers.",
        "By hand.",
        "**I** Every month?",
        "**P1** Every month.\nOr so.",
    )
    found = written(source, kind)
    assert heard(found) == [
        "-: Visit",
        "I: How do you export the numbers today?",
        "P1: I copy the numbers.",
        "P1: By hand.",
        "I: Every month?",
        "P1: Every month.\nOr so.",
    ]
    assert [speaker.role for speaker in found.speakers] == [Role.INTERVIEWER, Role.PARTICIPANT]


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("way", ["**{}** ", "**{}.** ", "**{} –** ", "**{} **"])
def test_names_in_bold_without_a_colon(kind: str, way: str) -> None:
    said = ("How do you export?", "I copy the numbers. All of them.", "Every month?", "Every month, on the first.")
    names = ("Dana Roe", "Ana")
    source = tuple(way.format(names[i % 2]) + words for i, words in enumerate(said))
    if kind == "md" and way == "**{} **":
        source = tuple(re.sub(r" \*\*", "** ", words) for words in source)
    assert heard(written(source, kind)) == [f"{names[i % 2]}: {words}" for i, words in enumerate(said)]


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize(
    "source",
    [
        (
            "**Exports** are slow. Why?",
            "**Imports** are fast.",
            "**Exports** fail too, a lot.",
            "**Imports** never do it.",
        ),
        (
            "# P1",
            "**Tools** Excel, mostly. Why?",
            "**Team** Four people.",
            "# P2",
            "**Tools** Word.",
            "**Team** Nobody at all.",
        ),
        ("**P1** found the button. Why?", "**P2** did not.", "**P1** gave up at once.", "**P2** went on for a while."),
        (
            "# Task 1",
            "**P1** Found it.",
            "**P2** Lost it.",
            "# Task 2",
            "**P1** Fell asleep twice.",
            "**P2** Went on for long.",
        ),
        (
            "**Very important** She said so.",
            "Then we spoke about **exports**.",
            "**Never** do that.",
            "All is well that ends well.",
        ),
        (
            "**Onboarding** It was slow.",
            "**Payment** They liked it.",
            "**Help** Nobody found it?",
            "**Exit** Easy for all.",
        ),
    ],
)
def test_emphasis_and_topics_are_not_speakers(kind: str, source: tuple[str, ...]) -> None:
    found = written(source, kind)
    assert labels(found) == [] and found.kind is SessionKind.NOTE
    words = re.sub(r"\*\*|^# ", "", " ".join(source), flags=re.M).replace("# ", "")
    assert found.text.split() == words.split()


@pytest.mark.parametrize("kind", WRITERS)
def test_questions_in_bold_above_plain_answers(kind: str) -> None:
    source = (
        "# Visit",
        "Somewhere in Lisbon.",
        "**How do you export your numbers?**",
        "I copy all of them.",
        "**And how often do you do it?**",
        "Every month.",
        "I hate it.",
        "**What would you change?**",
        "Nothing, we are fine.\nReally.",
    )
    found = written(source, kind)
    assert heard(found)[1:] == [
        "-: Somewhere in Lisbon.",
        "Interviewer: How do you export your numbers?",
        "Participant: I copy all of them.",
        "Interviewer: And how often do you do it?",
        "Participant: Every month.",
        "Participant: I hate it.",
        "Interviewer: What would you change?",
        "Participant: Nothing, we are fine.\nReally.",
    ]
    assert [speaker.role for speaker in found.speakers] == [Role.INTERVIEWER, Role.PARTICIPANT]
    assert [(w.message, w.line) for w in found.warnings] == [
        (
            "Nobody is named: what is in bold was taken for the interviewer's questions, the rest for the answers. Check it.",
            5 if kind == "md" else None,
        )
    ]


@pytest.mark.parametrize("kind", WRITERS)
def test_a_question_and_its_answer_in_one_paragraph(kind: str) -> None:
    source = (
        "**How do you do it?**\nI copy it all.",
        "**How often do you?**\nMy boss asks weekly.",
        "**Would you pay?**\nI would.",
    )
    assert heard(written(source, kind)) == [
        "Interviewer: How do you do it?",
        "Participant: I copy it all.",
        "Interviewer: How often do you?",
        "Participant: My boss asks weekly.",
        "Interviewer: Would you pay?",
        "Participant: I would.",
    ]


@pytest.mark.parametrize("way", ["<p><em>{}</em></p><p>{}</p>", "<p>{}</p><p><i>{}</i></p>"])
def test_either_of_them_in_italics(way: str) -> None:
    talk = (("Wie machen Sie das?", "Ich kopiere alles."), ("Wie oft machen Sie es?", "Jeden Monat, wir alle."))
    talk = (*talk, ("Was würden Sie ändern?", "Nichts, mir gefällt es."))
    page = f"<html><body>{''.join(way.format(*each) for each in talk)}</body></html>"
    found = read(page.encode(), "a.html")
    assert heard(found) == [
        f"{who}: {words}" for each in talk for who, words in zip(("Interviewer", "Participant"), each, strict=True)
    ]
    assert ("not in italics" in found.warnings[0].message) == way.startswith("<p>{")


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize(
    "source",
    [
        (
            "# FAQ",
            "**How do they export?**",
            "They copy it all.",
            "**How often?**",
            "Every month.",
            "**What would change?**",
            "Nothing.",
        ),
        (
            "**How do you export?**",
            "- P1 copies",
            "**How often do you?**",
            "- I think weekly",
            "**Do you pay?**",
            "- My guess is no",
        ),
        (
            "**Goals**",
            "I want to know you better.",
            "**Method**",
            "I asked my colleagues.",
            "**Results**",
            "I know nothing, do you?",
        ),
        (
            "**How do you export?**",
            "**How often do you export?**",
            "**Why do you?**",
            "I copy it all by hand.",
            "I do.",
            "I do not know.",
        ),
    ],
)
def test_questions_of_a_researcher_are_notes(kind: str, source: tuple[str, ...]) -> None:
    assert labels(written(source, kind)) == []


def test_bold_comes_in_pieces_and_from_styles() -> None:
    def paragraph(label: str, words: str) -> str:
        return f"<w:p>{label}<w:r><w:t xml:space='preserve'> {words}</w:t></w:r></w:p>"

    one = "<w:r><w:rPr><w:b/></w:rPr><w:t>P</w:t></w:r><w:r><w:rPr><w:b w:val='1'/></w:rPr><w:t>1</w:t></w:r>"
    two = "<w:r><w:rPr><w:rStyle w:val='Loud'/></w:rPr><w:t>P2</w:t></w:r>"
    styles = (
        b'<?xml version="1.0"?><w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        b'<w:style w:type="character" w:styleId="Loud"><w:rPr><w:b/></w:rPr></w:style></w:styles>'
    )
    types = (
        b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        b'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
        b'"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName='
        b'"/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>'
    )
    relations = (
        b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        b'Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>'
        b"</Relationships>"
    )
    body = "".join(paragraph((one, two)[i % 2], words) for i, words in enumerate(("One.", "Two.", "Three.", "Four.")))
    parts = {"[Content_Types].xml": types, "word/styles.xml": styles, "word/_rels/document.xml.rels": relations}
    assert heard(read(docx_with(body, entries=parts), "a.docx")) == ["P1: One.", "P2: Two.", "P1: Three.", "P2: Four."]


def test_labels_behind_line_breaks_of_a_page() -> None:
    page = "<html><body><p><b>I</b> How do you export it?<br><b>P1</b> I copy it.<br><b>I</b> Why is that?<br><b>P1</b> I must.</p></body></html>"
    assert heard(read(page.encode(), "a.html")) == [
        "I: How do you export it?",
        "P1: I copy it.",
        "I: Why is that?",
        "P1: I must.",
    ]
