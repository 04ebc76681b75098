"""The query language, from what is typed to what is found: operators, exclusions, phrases, slips, other names, facets."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository import codebook_changes, correcting, studies
from repository.codebook import seen
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.coding import CodeFacts
from repository.querying import parse
from repository.search import Query, Results, search
from repository.store.facts import PASSAGES
from repository.store.vocabulary import VocabularyStore
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_session, a_study

PRICES = """Interviewer: What do you think of the price?
P09: Per seat is unfair to us. The text message charges surprised us on the invoice.
Interviewer: Would you pay for the whole practice?
P09: Perhaps. I don’t know: “per practice” sounds fair, and the zebras agree.
"""
LONG = "That is how it has been for as long as I work here, and nobody ever asked me whether I like it. " * 7
GROUP = f"""Moderator: How do you remind patients?
Ann: We phone every single patient on the day before, which takes our receptionist two hours. {LONG}
Moderator: And you, how do you remind patients?
Ben: The letters go out by post, because our older patients never read electronic mail anyway. {LONG}
"""


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    calendars = a_study(
        workspace, "Calendars in the trial", method="interview", cohort="small", product_area="calendar"
    )
    a_session(workspace, calendars, INTERVIEW, on=date(2025, 3, 11))
    pricing = a_study(workspace, "Pricing", method="interview", cohort="enterprise", product_area="billing")
    a_session(workspace, pricing, PRICES, name="p09.txt", on=date(2026, 2, 1))
    a_session(workspace, pricing, GROUP, name="group.txt")
    with workspace.write() as unit:
        account = unit.people.add_account("hill", "Hill Road Surgery", "enterprise")
        participant = unit.people.add_participant("P77", "", account)
        group = next(s for s in unit.sessions.of_source(3))
        unit.people.link(group.id, "Ann", participant)
    return workspace


def found(workspace: Workspace, text: str, viewer: Viewer = LOCAL_ADMIN, **filters: object) -> Results:
    return search(workspace, viewer, Query(text, **filters))  # type: ignore[arg-type]


def quotes(results: Results) -> str:
    return "\n".join(hit.quote for group in results.groups for hit in group.hits)


def reader(workspace: Workspace, *titles: str) -> Viewer:
    return Viewer("ana", PersonRole.READER, frozenset(studies.find(workspace, LOCAL_ADMIN, t).id for t in titles))


def test_a_phrase_is_found_whatever_its_case_quotation_marks_and_punctuation(filled: Workspace) -> None:
    for phrase in ('"I don\'t know"', "“i DON’T know”", '"don\'t know, per practice"', '"text-message charges"'):
        assert found(filled, phrase).count == 1, phrase
    assert found(filled, '"know don\'t"').count == 0
    assert found(filled, '"I do"').count == 0


def test_a_phrase_is_found_whether_or_not_the_other_words_are_there(filled: Workspace) -> None:
    filled.neighbours = None
    assert "text message charges" in quotes(found(filled, 'giraffe "text message charges"'))


def test_every_phrase_is_marked_just_so(filled: Workspace) -> None:
    hit = found(filled, '"text message charges"').groups[0].hits[0]
    assert [hit.quote[a:b] for a, b in hit.marks] == ["text message charges"]
    assert "says “text message charges”" in hit.why


def test_words_and_phrases_are_left_out(filled: Workspace) -> None:
    assert "zebras" in quotes(found(filled, "price practice invoice"))
    assert "zebra" not in quotes(found(filled, "price practice invoice -zebra"))
    assert "text message" not in quotes(found(filled, 'price practice invoice -"message charges"'))
    assert found(filled, 'price invoice -"charges message"').count == found(filled, "price invoice").count


NARROWING = [
    ("study:pricing", "invoice", "calendar"),
    ("study:1", "calendar", "invoice"),
    ('study:"in the TRIAL"', "calendar", "invoice"),
    ("speaker:p09", "invoice", "phone every"),
    ("speaker:P77", "phone every", "letters go out"),
    ("account:hill", "phone every", "letters go out"),
    ('account:"Hill Road Surgery"', "phone every", "invoice"),
    ("cohort:enter", "invoice", "calendar"),
    ("cohort:small", "calendar", "invoice"),
    ("area:billing", "invoice", "calendar"),
    ("method:interview area:calendar", "calendar", "invoice"),
    ("before:2026", "calendar", "invoice"),
    ("before:2025-03-12", "calendar", "invoice"),
    ("after:2025-12", "invoice", "calendar"),
    ("on:2026-02-01", "invoice", "calendar"),
    ("on:2025-Q1", "calendar", "invoice"),
    ("role:participant on:2026", "invoice", "calendar"),
]


def test_an_operator_narrows_and_says_how(filled: Workspace) -> None:
    for operator, holds, lacks in NARROWING:
        for text in (f"{operator} patients calendar invoice price remind", operator):
            results = found(filled, text)
            assert results.notes == () and results.understood
            assert holds in quotes(results) and lacks not in quotes(results), text


def test_what_a_time_was_taken_for_is_said_to_the_day(filled: Workspace) -> None:
    results = found(filled, "calendar after:2025-02 before:2025-04 on:2025-03")
    assert results.understood == ("before 2025-04-01", "after 2025-02-28", "on 2025-03-01 to 2025-03-31")


def test_operators_alone_list_the_newest_first_and_say_so(filled: Workspace) -> None:
    results = found(filled, "method:interview")
    assert results.listed and [group.session_title for group in results.groups] == ["p09", "p01", "group"]
    assert found(filled, "-zebra").count > 0 and "zebra" not in quotes(found(filled, "-zebra"))


NOT_UNDERSTOOD = [
    ("colour:red invoice", "“colour:” is none of speaker:, study:,"),
    ("before:soon invoice", "“before:soon” is no day, month or year such as 2026-03-17"),
    ("before:2026-02-31 invoice", "is no day"),
    ("after:9999-12-31 invoice", "is no day"),
    ("speaker:nobody invoice", "No speaker is called “nobody”"),
    ("theme:nothing-like-it invoice", "No theme or code is called “nothing-like-it”"),
    ("study:99 invoice", "No study is called “99”"),
    ("role:chef invoice", "No role is called “chef”"),
    ("account:nowhere invoice", "No account is called “nowhere”"),
    ("-speaker:P09 invoice", "Only words and phrases can be left out"),
    ("speaker: P09 invoice", "Write what follows “speaker:” right behind it"),
    ('"invoice', "A quotation mark has no partner"),
    ("invoice " + "x" * 10_000, "Only the first 1,000 characters were looked at."),
]


def test_what_is_not_understood_is_noted_and_the_rest_searched(filled: Workspace) -> None:
    for text, note in NOT_UNDERSTOOD:
        results = found(filled, text)
        assert note in " ".join(results.notes), text
        assert "invoice" in quotes(results), text


NOTHING_ASKED = [
    ("what did they say about it", "too common"),
    ("🙂 🙂", "no word"),
    ("?!", "no word"),
    ("-", ""),
    ("\0", ""),
    ('"" “”', ""),
    ("speaker:nobody", "No speaker"),
]


def test_what_asks_for_nothing_finds_nothing_and_says_why(filled: Workspace) -> None:
    for text, note in NOTHING_ASKED:
        results = found(filled, text)
        assert results.count == 0 and note in " ".join(results.notes), text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from([*"ab \"“”'-:*()^{}\\\0🙂\n7ß", "speaker:", "before:", " -", " AND "]), max_size=30).map(
        "".join
    )
)
def test_whatever_is_typed_is_answered(filled: Workspace, text: str) -> None:
    parse(text)
    assert found(filled, text).count >= 0


def test_a_theme_is_meant_by_any_of_its_names_past_and_present(filled: Workspace) -> None:
    with filled.read() as unit:
        book = seen(unit, LOCAL_ADMIN)
    code = next(code for code in book.codes if not code.is_theme)
    facts = replace(code.facts, name="Zebra business", aliases=("stripes",))
    codebook_changes.edit(filled, LOCAL_ADMIN, code.facts.slug, facts, edition=code.edition)
    for name in (code.facts.slug, '"zebra business"', "stripes", f'"{code.facts.name}"'):
        assert "theme “Zebra business”" in found(filled, f"theme:{name} invoice").understood, name


def test_a_misspelt_word_is_taken_for_one_that_is_said_and_can_be_searched_for_all_the_same(filled: Workspace) -> None:
    results = found(filled, "invoise")
    assert [(one.typed, one.used) for one in results.corrections] == [("invoise", "invoice")]
    assert "invoice" in quotes(results)
    assert found(filled, "invoise", literally=True).corrections == ()
    assert [one.used for one in found(filled, "calender appointmants").corrections] == ["calendar", "appointments"]
    for right in ("invoices", "P09", "seat", "surprise", "xyzzyplugh", '"invoise"', "-invoise price"):
        assert found(filled, right).corrections == (), right


def test_while_one_search_learns_the_words_anew_the_others_go_on_with_those_known(
    filled: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = "invoise"
    assert found(filled, asked).corrections
    learning, go_on, learnt = threading.Event(), threading.Event(), []
    really = VocabularyStore.terms

    def slowly(store: VocabularyStore) -> list[str]:
        learnt.append(threading.current_thread().name)
        learning.set()
        if learnt[-1] == "vocabulary":
            go_on.wait(10)
        return really(store)

    monkeypatch.setattr(correcting, "FEW", 0)
    monkeypatch.setattr(VocabularyStore, "terms", slowly)
    with filled.write() as unit:
        unit.facts.bump(PASSAGES)
    assert found(filled, asked).corrections  # not kept waiting, though there are new passages
    assert learning.wait(30)
    for _ in range(3):
        assert found(filled, asked).corrections
    assert learnt == ["vocabulary"]
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "vocabulary":
            thread.join()
    assert found(filled, asked).corrections and learnt == ["vocabulary"]  # it was learnt, once
    with filled.write() as unit:
        unit.facts.bump(PASSAGES)
    assert found(filled, asked).corrections
    for thread in threading.enumerate():
        if thread.name == "vocabulary":
            thread.join()
    assert learnt == ["vocabulary"] * 2  # and the turn was given back


def test_a_question_that_names_a_code_is_looked_for_by_its_other_names(filled: Workspace) -> None:
    codebook_changes.create(filled, LOCAL_ADMIN, CodeFacts("", "Striped horses", "", aliases=("zebra",)))
    results = found(filled, "striped horse")
    assert results.also[0].names == ("zebra",)
    hit = next(hit for group in results.groups for hit in group.hits if "zebras" in hit.quote)
    assert "“zebras”, another name for it" in hit.why


def test_facets_count_all_hits_and_what_is_ticked_stays(filled: Workspace) -> None:
    everything = found(filled, "price invoice calendar patients")
    facets = everything.facets
    assert dict(facets.cohorts).keys() == {"small", "enterprise"} and ("Hill Road Surgery", 1) in facets.accounts
    assert dict(facets.methods) == {"interview": everything.count}
    assert [name for name, _ in facets.quarters] == ["2026-Q1", "2025-Q1"]
    for name, rows in (("areas", facets.areas), ("cohorts", facets.cohorts), ("quarters", facets.quarters)):
        for value, count in rows:
            assert found(filled, "price invoice calendar patients", **{name: (value,)}).count == count, value
    both = found(filled, "price invoice calendar patients", quarters=("2026-Q1", "2025-Q1"))
    assert both.count == sum(count for _, count in facets.quarters)
    assert found(filled, "price calendar", areas=("billing",), cohorts=("small",)).count == 0
    assert found(filled, "patients", accounts=("Hill Road Surgery",)).count == 1


def test_studies_are_found_by_what_is_written_of_them(filled: Workspace) -> None:
    a_study(filled, "Onboarding", questions=("Which zebra crossings annoy drivers?",), owner="Maxine")
    [study] = found(filled, "zebra crossings").studies
    assert study.study.title == "Onboarding" and "its questions say “crossings”, “zebra”" in study.why
    assert [one.study.title for one in found(filled, "Maxine").studies] == ["Onboarding"]
    assert found(filled, "zebra crossings study:pricing").studies == ()


def test_nothing_tells_of_a_study_that_may_not_be_seen(filled: Workspace) -> None:
    viewer = reader(filled, "Calendars in the trial")
    results = found(filled, "price invoice calendar patients", viewer)
    facets = results.facets
    assert [title for _, title, _ in facets.studies] == ["Calendars in the trial"]
    assert [v for v, _ in (*facets.cohorts, *facets.areas, *facets.quarters)] == ["small", "calendar", "2025-Q1"]
    assert facets.accounts == ()
    # Words of others are no corrections; to whoever sees them they are.
    assert found(filled, "zebrs", viewer).corrections == () and found(filled, "zebrs").corrections
    assert found(filled, "pricing", viewer).studies == ()
    # What is hidden is as what is not there.
    for hidden, nothing in (
        ("study:pricing", "study:nothing"),
        ("speaker:P09", "speaker:P98"),
        ("account:hill", "account:x"),
    ):
        told, empty = (found(filled, f"{text} calendar", viewer) for text in (hidden, nothing))
        assert [note.replace(nothing.split(":")[1], "") for note in empty.notes] == [
            note.replace(hidden.split(":")[1], "") for note in told.notes
        ]
    assert "invoice" not in quotes(found(filled, "cohort:enterprise", viewer))
    with filled.write() as unit:
        hidden_study = studies.find(filled, LOCAL_ADMIN, "Pricing").id
        unit.codes.add_missing([CodeFacts("hush", "Hush", "", aliases=("calendar",), study_id=hidden_study)])
    assert found(filled, "calendar", viewer).also == () and found(filled, "calendar").also
    assert found(filled, "theme:hush calendar", viewer).notes


def test_what_nothing_answers_is_called_weak(filled: Workspace) -> None:
    results = found(filled, "kubernetes clusters", literally=True)
    assert not results.found and (results.weak or results.count == 0)
    assert found(filled, "invoice").found
