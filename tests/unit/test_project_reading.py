"""Projects of other tools: every dialect is the same project, every defect costs only itself and is listed, nothing else is opened."""

import json
import random
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.exchange import projects
from ingest.exchange.calibrating import Counting, Positions
from ingest.exchange.project_reading import NOBODY, read_project
from ingest.exchange.projects import Project
from ingest.readers.decoding import normalise
from ingest.readers.registry import read
from repository.errors import UnreadableSource
from tests.reading import zip_of
from tests.refi import DIALECTS, REFI, Dialect, Mark, Seed, guid, without_names, written, xml_of

P1 = """Interviewer: How did onboarding go? 🙂
P1: Honestly—it was “fine”. I couldn’t find the café (cafe\u0301) setting.

Interviewer: & then <what> happened?
P1: 👨‍👩‍👧 We gave up. 中文 العربية end.
P1: And the price 💸💸 was too high for our team.
"""
P2 = "Moderator: What costs time?\nDana: Copying every number by hand.\nDana: Then checking it 🧮 twice a week.\n"


def at(text: str, words: str, *codes: str, **more: object) -> Mark:
    start = text.index(words)
    return Mark(start, start + len(words), codes, **more)  # type: ignore[arg-type]


SEED = Seed(
    texts={
        "Interview P1": (
            P1,
            [
                at(P1, "I couldn’t find the café (cafe\u0301) setting", "Navigation/Findability", comment="memo on s1"),
                at(P1, "find the café (cafe\u0301) setting.\n\nInterviewer: & then", "Pain", "Navigation/Findability"),
                at(P1, "👨‍👩‍👧", "Emoji 🙂 \"q\" 's'", coder="Bob & Co"),
                at(P1, "We gave up. 中文", "Pain/Other"),
                at(P1, "the price 💸💸 was too high", "Pain"),
                at(P1, "the price 💸💸 was too high", "Pain", coder="Bob & Co"),
                at(P1, "P1: And the price 💸💸 was too high for our team.", name="a remark of mine, not the words"),
            ],
        ),
        "Interview P2": (
            P2,
            [at(P2, "Copying every number by hand.", "Pain"), at(P2, "🧮 twice a week", "Navigation/Other")],
        ),
    },
    codes={
        "Navigation": "",
        "Navigation/Findability": "Navigation",
        "Navigation/Other": "Navigation",
        "Pain": "",
        "Pain/Other": "Pain",
        "Emoji 🙂 \"q\" 's'": "",
    },
)


def plain(project: Project) -> Project:
    """Give a project without what differs by design: where it is from."""
    return replace(project, origin="")


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_every_dialect_is_the_same_project(dialect: Dialect) -> None:
    found = read_project(written(SEED, dialect))
    assert plain(found) == plain(read_project(written(SEED)))
    assert found.remarks == () and all(text.remarks == () for text in found.texts)
    for text, (body, marks) in zip(found.texts, SEED.texts.values(), strict=True):
        assert text.text == body
        assert [body[mark.start : mark.end] for mark in text.marks] == [body[m.start : m.end] for m in marks]
    assert found.codings == 9


@pytest.mark.parametrize("name", ["plain", "QualCoder on Windows", "the end belongs to it", "NVivo for Windows"])
def test_without_names_the_ends_of_words_tell_how_positions_count(name: str) -> None:
    found = read_project(written(SEED, without_names(DIALECTS[name])))
    assert plain(found) == plain(read_project(written(SEED, without_names(DIALECTS["plain"]))))


def test_names_cut_by_the_program_still_tell() -> None:
    cut = [
        replace(mark, name=" ".join(P1[mark.start : mark.end].split())[:12] + "…")
        for mark in SEED.texts["Interview P1"][1]
    ]
    seed = replace(SEED, texts={"Interview P1": (P1, cut)})
    found = read_project(written(seed, DIALECTS["the mark counted"]))
    assert [m.start for m in found.texts[0].marks] == [m.start for m in cut]


def test_positions_that_nothing_explains_are_said_to_be_uncertain() -> None:
    marks = [Mark(start, start + 7, ("Pain",), name="x") for start in range(1, 60, 9)]
    [text] = read_project(written(replace(SEED, texts={"P2": (P2, marks)}))).texts
    assert len(text.marks) == len(marks) and "uncertain" in text.remarks[0]


@example(seed=4551, dialect=DIALECTS["UTF-16 units"])
@given(seed=st.integers(0, 10_000), dialect=st.sampled_from(list(DIALECTS.values())))
@settings(max_examples=150, deadline=None)
def test_any_project_in_any_dialect_keeps_every_quote(seed: int, dialect: Dialect) -> None:
    dice = random.Random(seed)
    words = [
        "I",
        "we",
        "gave",
        "up",
        "café",
        "🙂",
        "👨‍👩‍👧",
        "中文",
        "<b>",
        "&amp;",
        '"q"',
        "end.",
        "why?",
        "price",
        "𝒳",
        "e\u0301",
    ]
    texts = {}
    codes = {"A": "", "A/B": "A", "A/B/C": "A/B", "A/B/C/D": "A/B/C", "A/B/C/D/E": "A/B/C/D", "F & G": ""}
    for number in range(dice.randint(1, 4)):
        lines = [" ".join(dice.choices(words, k=dice.randint(2, 9))) for _ in range(dice.randint(2, 12))]
        body = f"Text {number} here.\n" + "\n".join(f"P{dice.randint(1, 2)}: {line}" for line in lines) + "\n"
        starts = [i for i in range(len(body)) if (i == 0 or body[i - 1] in " \n") and not body[i].isspace()]
        ends = [
            i for i in range(1, len(body) + 1) if (i == len(body) or body[i] in " \n") and not body[i - 1].isspace()
        ]
        marks = []
        for _ in range(dice.randint(0, 12)):
            start = dice.choice(starts)
            end = dice.choice([end for end in ends if end > start][:20])
            chosen = tuple(dice.sample(list(codes), dice.randint(0, 3)))
            marks.append(Mark(start, end, chosen, coder=dice.choice(["Ana", "Bob & Co"])))
        texts[f"T{number}"] = (body, marks)
    found = read_project(written(Seed(texts, codes), dialect))
    for text, (body, marks) in zip(found.texts, texts.values(), strict=True):
        assert text.text == body
        assert [(m.start, m.end, m.coder, len(m.codings)) for m in text.marks] == [
            (m.start, m.end, m.coder, len(m.codes)) for m in marks
        ]
    assert projects.from_values(json.loads(json.dumps(projects.to_values(found)))) == found


@given(
    st.text(st.sampled_from("ab \r\n\ufeff🙂\x00\U0001d4b3"), max_size=30), st.booleans(), st.booleans(), st.booleans()
)
@settings(max_examples=300, deadline=None)
def test_positions_count_as_they_say(raw: str, mark: bool, lines: bool, utf16: bool) -> None:
    theirs = ours = 0
    places: list[tuple[int, int]] = []
    for index, char in enumerate(raw):
        places.append((theirs, ours))
        if char == "\ufeff":
            theirs += mark if index == 0 else 1
        elif char == "\r" and raw[index + 1 : index + 2] == "\n":
            theirs += lines
        elif char == "\n":
            theirs, ours = theirs + 1 + (lines and raw[index - 1 : index] != "\r"), ours + 1
        elif char == "\x00":
            theirs += 1
        else:
            theirs, ours = theirs + (2 if utf16 and char > "\uffff" else 1), ours + 1
    counted = mark and not raw.startswith("\ufeff")
    positions = Positions(raw, Counting(mark, lines, utf16, False))
    assert ours == len(normalise(raw)) and positions.total == theirs + counted
    for at_theirs, at_ours in [*places, (theirs, ours)]:
        assert positions.span(at_theirs + counted, at_theirs + counted) == (at_ours, at_ours)


# Defects


def remarks_of(project: Project) -> str:
    return "\n".join([*project.remarks, *(remark for text in project.texts for remark in text.remarks)])


def one(
    mark: Mark, *, edit: tuple[str, str] = ("", ""), tail: str = "", codes: dict[str, str] | None = None
) -> Project:
    """Read a project of one text with one mark, its XML changed at one place."""
    seed = Seed({"P2": (P2, [mark])}, codes or {"Pain": ""})
    xml = xml_of(seed, tail=tail)
    assert not edit[0] or edit[0] in xml
    return read_project(
        zip_of({"p.qde": xml.replace(*edit).encode(), f"sources/{guid(('text', 'P2'))}.txt": P2.encode()})
    )


WHOLE = at(P2, "Copying every number by hand.", "Pain")
SELECTION, CODING = guid(("P2", 0)), guid((("P2", 0), "Pain"))


def test_a_coding_with_a_code_that_is_not_there() -> None:
    found = one(
        WHOLE, edit=(f'<CodeRef targetGUID="{guid(("code", "Pain"))}"/>', f'<CodeRef targetGUID="{guid("none")}"/>')
    )
    assert len(found.texts[0].marks) == 1 and found.codings == 0
    assert CODING in remarks_of(found) and guid("none") in remarks_of(found)


def test_two_codes_with_one_guid_and_two_with_one_name() -> None:
    key = guid(("code", "Pain"))
    twin = f'<Code guid="{key}" name="Other" isCodable="true"/><Code guid="{guid("x")}" name="pain" isCodable="true"/></Codes>'
    found = one(WHOLE, edit=("</Codes>", twin))
    assert [code.name for code in found.codes] == ["Pain", "Other", "pain (2)"]
    assert found.texts[0].marks[0].codings[0].code == key
    assert key in remarks_of(found) and guid("x") in remarks_of(found)


@pytest.mark.parametrize(
    ("mark", "words", "told"),
    [
        (replace(WHOLE, end=len(P2) + 50), P2[WHOLE.start :], "cut"),
        (Mark(len(P2) + 5, len(P2) + 9, ("Pain",), name="nowhere"), None, "outside the text"),
        (Mark(900, 940, ("Pain",), name="checking it 🧮 twice"), "checking it 🧮 twice", "found again"),
        (replace(WHOLE, end=WHOLE.start, name=""), None, "no words"),
        (Mark(WHOLE.end, WHOLE.start, ("Pain",)), "Copying every number by hand.", "swapped"),
    ],
    ids=["beyond the end", "outside", "outside, but with words", "no length", "backwards"],
)
def test_selections_that_are_not_sound(mark: Mark, words: str | None, told: str) -> None:
    good = replace(WHOLE, codes=("Pain",), coder="Bob & Co")
    seed = Seed({"P2": (P2, [mark, good, at(P2, "twice a week", "Pain")])}, {"Pain": ""})
    xml = xml_of(seed)
    if mark.end > len(P2):  # the writer counts within the text
        xml = xml.replace(
            f'startPosition="{min(mark.start, len(P2))}" endPosition="{len(P2)}"',
            f'startPosition="{mark.start}" endPosition="{mark.end}"',
            1,
        )
    found = read_project(zip_of({"p.qde": xml.encode(), f"{guid(('text', 'P2'))}.txt": P2.encode()}))
    assert [P2[m.start : m.end] for m in found.texts[0].marks] == [
        *([words] if words else []),
        "Copying every number by hand.",
        "twice a week",
    ]
    assert told in remarks_of(found) and SELECTION in remarks_of(found)
    assert words or CODING in remarks_of(found)


def test_a_text_that_is_not_in_the_archive_and_none_is_taken_from_the_machine() -> None:
    for path in (
        "absolute:///etc/passwd",
        "relative:///../../etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "internal://gone.txt",
    ):
        found = one(WHOLE, edit=(f"internal://{guid(('text', 'P2'))}.txt", path))
        assert found.texts == () and CODING in remarks_of(found) and "root:" not in remarks_of(found)


def test_nobody_did_it() -> None:
    xml = xml_of(Seed({"P2": (P2, [WHOLE])}, {"Pain": ""}))
    xml = xml.replace(f'creatingUser="{guid(("user", "Ana"))}"', 'creatingUser=""')
    found = read_project(zip_of({"p.qde": xml.encode(), f"{guid(('text', 'P2'))}.txt": P2.encode()}))
    [mark] = found.texts[0].marks
    assert mark.coder == mark.codings[0].coder == NOBODY and CODING in remarks_of(found)


def test_sources_of_one_name_and_empty_containers() -> None:
    more = f'<TextSource guid="{guid("t2")}" name="P2"><PlainTextContent>Other words.</PlainTextContent></TextSource></Sources>'
    found = one(WHOLE, edit=("</Sources>", more), tail="<Sets/><Notes/><Links/><Cases/>")
    assert [text.name for text in found.texts] == ["P2", "P2 (2)"] and guid("t2") in remarks_of(found)


def test_notes_and_links_become_comments_and_the_rest_is_listed() -> None:
    note, loose, case = guid("note"), guid("loose"), guid("case")
    tail = (
        f'<Cases><Case guid="{case}" name="P2"/></Cases>'
        f'<Notes><Note guid="{note}" name="n"><PlainTextContent>A memo.</PlainTextContent></Note><Note guid="{loose}" name="l"/></Notes>'
        f'<Links><Link guid="{guid("l")}" name="on" originGUID="{note}" targetGUID="{SELECTION}"/></Links>'
    )
    found = one(replace(WHOLE, comment="Said twice."), tail=tail)
    assert found.texts[0].marks[0].comment == "Said twice.\n\nA memo."
    assert case in remarks_of(found) and loose in remarks_of(found) and note not in remarks_of(found)


@pytest.mark.parametrize(
    "broken", ["<Project><Users></Project>", '<Project name="a & b"/>', "<Project>\n<a b=1/></Project>", "", "x"]
)
def test_what_is_not_well_formed_is_refused_with_its_place(broken: str) -> None:
    with pytest.raises(UnreadableSource) as raised:
        read_project(zip_of({"p.qde": broken.encode()}))
    assert raised.value.slug == "not-well-formed" and raised.value.line and "column" in raised.value.message
    assert raised.value.hint


def test_entities_are_refused() -> None:
    bomb = '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/passwd">]><Project name="&x;"/>'
    with pytest.raises(UnreadableSource, match="document type"):
        read_project(zip_of({"p.qde": bomb.encode()}))


def test_archives_that_are_not_one_project() -> None:
    with pytest.raises(UnreadableSource, match="There are 2 projects"):
        read_project(zip_of({"a.qde": b"<Project/>", "b.qde": b"<Project/>"}))
    with pytest.raises(UnreadableSource, match="damaged"):
        read_project(written(SEED)[:300])
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.qde", b" " * (30 << 20))
    with pytest.raises(UnreadableSource, match="far more than it should"):
        read_project(bomb.getvalue())


def test_the_projects_that_others_made() -> None:
    seeds = [read_project(path.read_bytes()) for path in sorted(REFI.glob("seed-*.qdpx"))]
    first = [[(mark.start, mark.end, mark.comment, mark.codings) for mark in seed.texts[0].marks] for seed in seeds]
    assert len(seeds) == 4 and all(marks == first[0] for marks in first)
    atlas = read_project((REFI / "skyloom_TestProject.qdpx").read_bytes())
    assert len(atlas.codes) == 14 and atlas.texts == ()
    listed = remarks_of(atlas)
    assert all(
        key in listed for key in ("445a6aec-1400-4502-919d-0867832ff211", "7532038c-670e-471b-aa89-a1098e9a4e33")
    )


def test_a_project_can_be_looked_at_like_any_file() -> None:
    found = read(written(SEED, DIALECTS["ATLAS.ti"]), "Trial.qdpx")
    assert found.shape == "REFI-QDA project: 2 texts, 6 codes, 9 codings" and found.reader == "refi_project"
    assert {speaker.label for speaker in found.speakers} == {"Interviewer", "P1", "Moderator", "Dana"}
    assert "We gave up." in found.text
