"""Surveys of a few rows: headers say what columns are for, before statistics can."""

import pytest

from ingest.readers.columns import is_metadata, use_of_head
from ingest.readers.registry import read
from repository.domain.transcript import SessionKind, Transcript, TurnKind
from tests.reading import assert_canonical, heard


def survey(source: str, encoding: str = "utf-8") -> Transcript:
    found = read(source.encode(encoding), "answers.csv")
    assert_canonical(found)
    return found


def uses(found: Transcript) -> dict[str, str]:
    return {column.name: column.use for column in found.columns if column.use}


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_name_is_nobodys_question(rows: int) -> None:
    people = (("Ana Müller", "Nichts", "8"), ("Bernd", "Der Export dauert ewig", "3"), ("Cem Öz", "Speed", "10"))
    body = "".join(";".join(row) + "\r\n" for row in people[:rows])
    found = survey("Name;Was hat Sie gestört?;Bewertung 0-10\r\n" + body, "cp1252")
    assert (found.kind, found.encoding) == (SessionKind.SURVEY_RESPONSE, "cp1252")
    assert uses(found) == {"Name": "speaker", "Was hat Sie gestört?": "text", "Bewertung 0-10": "rating"}
    assert heard(found) == [
        turn
        for name, words, stars in people[:rows]
        for turn in (f"-: Was hat Sie gestört? (Bewertung 0-10: {stars})", f"{name}: {words}")
    ]


@pytest.mark.parametrize(
    ("head", "label"),
    [
        *(("Name", "Ana"), ("Participant", "Ana"), ("Respondent", "Ana"), ("Teilnehmer", "Ana"), ("Nom", "Ana")),
        *(("Nombre", "Ana"), ("Nom et prénom", "Ana"), ("Nome e cognome", "Ana"), ("Full name", "Ana"), ("Id", "Ana")),
        *(("E-Mail", "R1"), ("Company", "R1"), ("Account", "R1"), ("Org", "R1"), ("Clinic", "R1"), ("Klinik", "R1")),
        *(
            ("Abteilung", "R1"),
            ("Société", "R1"),
            ("Empresa", "R1"),
            ("Clinic name", "R1"),
            ("Timestamp", "R1"),
            ("Date", "R1"),
        ),
    ],
)
@pytest.mark.parametrize(
    "question", ["What annoyed you?", "Was hat Sie gestört?", "¿Qué le molestó?", "Qu'est-ce qui manque ?"]
)
def test_columns_that_are_about_the_person(head: str, label: str, question: str) -> None:
    about = {"E-Mail": ("ana@x.test", "bo@x.test"), "Timestamp": ("2026-01-02 10:00", "2026-01-03 11:00")}
    about |= {"Date": ("2026-01-02", "2026-01-03")}
    cells = about.get(head, ("Ana", "Bo") if label == "Ana" else ("Saint Mary and Sons", "North of England Ltd"))
    found = survey(f"{head},{question},NPS\n{cells[0]},Speed,9\n{cells[1]},Nothing at all,2\n")
    assert [name for name, use in uses(found).items() if use == "text"] == [question]
    assert [turn for turn in heard(found) if not turn.startswith("-")] == [
        f"{label}: Speed",
        f"{'Bo' if label == 'Ana' else 'R2'}: Nothing at all",
    ]


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("Would you pay for it?", ("Perhaps", "Yes")),
        ("How often do you export?", ("Mondays", "Fridays")),
        ("Which plan do you use?", ("Pro", "Free")),
        ("Wie zufrieden sind Sie?", ("Sehr", "Kaum")),
        ("Does it work?", ("Yes", "No")),
        ("Anything else?", ("No", "Yes")),
        ("What is your score?", ("7", "3")),
    ],
)
def test_what_is_chosen_is_no_answer_in_words(question: str, answers: tuple[str, str]) -> None:
    found = survey(f"Name,What annoyed you?,{question}\nAna,Speed,{answers[0]}\nBo,Nothing,{answers[1]}\n")
    assert uses(found) == {"Name": "speaker", "What annoyed you?": "text"}
    assert found.facts == {question: f"{answers[0]} (Ana); {answers[1]} (Bo)"}


def test_many_rows_still_tell_choices_from_answers() -> None:
    rows = "".join(f"P{n},{('Speed', 'Price')[n % 2]},I need it for task {n}\n" for n in range(20))
    assert uses(survey(f"Participant,What matters?,What for?\n{rows}")) == {
        "Participant": "speaker",
        "What for?": "text",
    }


def test_a_title_before_a_name_is_no_question() -> None:
    found = survey("Title,Name,What annoyed you?\nDr,Ana,Speed\nMs,Bo,Nothing\n")
    assert heard(found)[:2] == ["-: What annoyed you?", "Ana: Speed"]


@pytest.mark.parametrize(
    "head", ["Bewertung 0-10", "Score (1-5)", "NPS 0–10", "Rating [1 to 7]", "Note /20", "Valoración (0 a 10)"]
)
def test_a_scale_behind_a_rating(head: str) -> None:
    assert use_of_head(head) == "rating"


@pytest.mark.parametrize(
    "head",
    ["What happened in 2020-21?", "Notes", "Note", "Comment 1", "Company values?", "What does your clinic lack?"],
)
def test_no_rating_and_nothing_about_a_person(head: str) -> None:
    assert use_of_head(head) != "rating" and not is_metadata(head)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("Name;Rating;Bemerkung\nJörg;4;Ich finde es schön\nAnna;2;Der Preis stimmt\n", ["Jörg", "Anna"]),
        ("Name;Was ist gut;Was ist schlecht\nJörg Müller;alles;nichts\nAnna Schulz;Preis;Tempo\n", ["Jörg Müller", "Anna Schulz"]),
        ("Name des Befragten;Frage 1;Frage 2\nJörg;Ich finde es schön;nichts\nAnna;Preis;Tempo\n", ["Jörg", "Anna"]),
    ],
)  # fmt: skip
def test_a_name_is_the_participants_and_no_question(rows: str, expected: list[str]) -> None:
    found = read(rows.encode("cp1252"), "umfrage.csv")
    assert [speaker.label for speaker in found.speakers] == expected
    asked = [found.words_of(turn) for turn in found.turns if turn.kind is TurnKind.QUESTION]
    assert asked and not any(words.startswith("Name") for words in asked)
    answers = rows.count(";") - rows.splitlines()[0].count(";") - 2 * ("Rating" in rows)
    assert sum(turn.kind is TurnKind.ANSWER for turn in found.turns) == answers
