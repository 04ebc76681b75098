"""Pages of themes: counts of machine and people apart, and only of what the viewer may see."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from repository import codebook_changes as changes
from repository import coding, studies
from repository.counting import By, Count
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.coding import Code, CodeFacts, CodeMode, Reason, Suggestion
from repository.domain.study import Session
from repository.errors import NotFound
from repository.store import tables as t
from repository.store.segments import Segment
from repository.theming import Asked, Show, ThemeCard, colours, theme, themes
from repository.voices import Narrowed
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.unit.test_suggesting import TOLD

NOBODY = Viewer("bo", PersonRole.READER, frozenset())


@pytest.fixture
def two(workspace: Workspace) -> Iterator[tuple[Session, Session]]:
    """Two studies with the same words said by different people in different months."""
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, threshold=0.05))
    one = a_session(workspace, a_study(workspace, "One"), TOLD, on=date(2026, 3, 1))
    other = a_session(
        workspace, a_study(workspace, "Two"), TOLD.replace("P01", "P02"), name="p02.txt", on=date(2026, 4, 1)
    )
    yield one, other


def code_by_hand(workspace: Workspace, session: Session, slug: str) -> None:
    with workspace.write() as unit:
        code = next(code for code in unit.codes.all() if code.facts.slug == slug)
        assert session.text_id is not None
        segment = unit.segments.of_session(session.id)[0]
        mark = unit.codings.highlight(
            session_id=session.id,
            text_id=session.text_id,
            start=segment.start,
            end=segment.end,
            by="ana",
            now=workspace.clock(),
        )
        unit.codings.code(highlight_id=mark.id, code_id=code.id, coder="ana", now=workspace.clock())


def card(workspace: Workspace, viewer: Viewer, slug: str) -> ThemeCard:
    return next(card for card in themes(workspace, viewer) if card.code.facts.slug == slug)


def test_counts_are_those_of_the_rows_behind_them(workspace: Workspace, two: tuple[Session, Session]) -> None:
    with workspace.read() as unit:
        pending = unit.codings.pending(LOCAL_ADMIN)
    for shown in themes(workspace, LOCAL_ADMIN):
        ids = {shown.code.id, *(count.code.id for count in shown.codes)}
        mine = [s for s in pending if s.code_id in ids]
        assert shown.suggested == len(mine)
        assert shown.sessions == len({s.session_id for s in mine})
        assert shown.participants == len({s.session_id for s in mine})  # one participant a session here
        assert sum(count.suggested for count in shown.codes) == shown.suggested
        assert shown.coded == 0
    assert sum(shown.suggested for shown in themes(workspace, LOCAL_ADMIN)) == len(pending)


def test_a_viewer_counts_only_what_they_may_see(workspace: Workspace, two: tuple[Session, Session]) -> None:
    one, other = two
    code_by_hand(workspace, other, "double-work")
    viewer = Viewer("ana", PersonRole.READER, frozenset({one.study_id}))
    seen, everything = card(workspace, viewer, "everyday-workflow"), card(workspace, LOCAL_ADMIN, "everyday-workflow")
    assert (seen.sessions, seen.participants, seen.coded) == (1, 1, 0)
    assert (everything.sessions, everything.participants, everything.coded) == (2, 2, 1)
    assert seen.suggested < everything.suggested
    page = theme(workspace, viewer, "everyday-workflow")
    assert {quote.study_id for quote in page.quotes.rows} == {one.study_id}
    assert [(row.name, row.participants.either, row.participants.of) for row in page.prevalence.studies] == [
        ("One", 1, 1)
    ]
    assert [(row.key, row.participants.either) for row in page.prevalence.periods] == [("2026-03", 1)]
    empty = card(workspace, NOBODY, "everyday-workflow")
    assert (empty.suggested, empty.coded, empty.sessions, empty.participants) == (0, 0, 0, 0)
    assert theme(workspace, NOBODY, "everyday-workflow").quotes.rows == ()


def test_what_lies_in_the_bin_is_not_counted(workspace: Workspace, two: tuple[Session, Session]) -> None:
    studies.bin_session(workspace, LOCAL_ADMIN, two[0].id)
    assert card(workspace, LOCAL_ADMIN, "everyday-workflow").sessions == 1
    assert {quote.session_id for quote in theme(workspace, LOCAL_ADMIN, "workaround").quotes.rows} == {two[1].id}


def test_people_come_before_the_machine_and_are_counted_apart(
    workspace: Workspace, two: tuple[Session, Session]
) -> None:
    before = card(workspace, LOCAL_ADMIN, "everyday-workflow")
    code_by_hand(workspace, two[0], "double-work")
    after = card(workspace, LOCAL_ADMIN, "everyday-workflow")
    assert (after.coded, after.suggested) == (1, before.suggested)
    page = theme(workspace, LOCAL_ADMIN, "everyday-workflow")
    first, *others = page.quotes.rows
    assert (first.marks[0].suggested, first.marks[0].coder) == (False, "ana")
    assert all(mark.suggested for quote in others for mark in quote.marks)
    assert page.path[0].facts.name == "Everyday workflow"
    people = theme(workspace, LOCAL_ADMIN, "everyday-workflow", Asked(by=By.PEOPLE))
    machine = theme(workspace, LOCAL_ADMIN, "everyday-workflow", Asked(by=By.MACHINE))
    assert (people.coded, people.suggested) == (machine.coded, machine.suggested) == (page.coded, page.suggested)
    assert {mark.suggested for quote in people.quotes.rows for mark in quote.marks} == {False}
    assert {mark.suggested for quote in machine.quotes.rows for mark in quote.marks} == {True}
    assert [
        sum(row.participants.shown(view.prevalence.by) for row in view.prevalence.periods) for view in (people, page)
    ] == [1, 2]


def test_a_quote_is_a_slice_of_its_text_and_can_be_cited(workspace: Workspace, two: tuple[Session, Session]) -> None:
    for quote in theme(workspace, LOCAL_ADMIN, "everyday-workflow").quotes.rows:
        with workspace.read() as unit:
            session = unit.sessions.get(LOCAL_ADMIN, quote.session_id)
            assert session is not None and session.text_id is not None
            revision = unit.sessions.revision(session.text_id)
        assert revision is not None and revision.body[quote.start : quote.end] == quote.quote
        assert quote.speaker in quote.citation and quote.study_title in quote.citation


def test_an_unknown_theme_is_not_found_and_colours_are_the_themes(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        theme(workspace, LOCAL_ADMIN, "no-such-theme")
    assert all(colour.startswith("#") for _, colour in colours(workspace, LOCAL_ADMIN))


def test_a_theme_counts_who_says_it_and_not_everybody_in_the_room(workspace: Workspace) -> None:
    text = "Interviewer: And the price?\nP1: The invoice is too high.\nP2: I never saw one.\nP3: Nor did I.\n"
    session = a_session(workspace, a_study(workspace), text, name="room.txt")
    assert session.text_id is not None
    with workspace.write() as unit:
        revision = unit.sessions.revision(session.text_id)
        assert revision is not None
        start = revision.body.index("The invoice")
        mark = unit.codings.highlight(
            session_id=session.id,
            text_id=session.text_id,
            start=start,
            end=start + 11,
            by="Idris",
            now=workspace.clock(),
        )
        [code] = [c for c in unit.codes.all() if c.facts.slug == "quick-first-success"]
        unit.codings.replace_pending([], session_ids=[session.id])
        unit.codings.code(highlight_id=mark.id, code_id=code.id, coder="Idris", now=workspace.clock())
    view = theme(workspace, LOCAL_ADMIN, "quick-first-success")
    assert (view.prevalence.participants, view.sessions, view.coded) == (Count(1, 0, 1, 3), 1, 1)


# One talkative person never makes a theme

TALKER = "Interviewer: And?\n" + "".join(
    f"P1: The invoice {n} is wrong, it is never right.\nInterviewer: Go on.\n" for n in range(6)
)


def coded(workspace: Workspace, session: Session, words: str, slug: str, by: Viewer = LOCAL_ADMIN) -> int:
    with workspace.read() as unit:
        assert session.text_id is not None
        revision = unit.sessions.revision(session.text_id)
    assert revision is not None
    start = revision.body.index(words)
    done = coding.highlight(
        workspace, by, session.id, text_id=revision.id, start=start, end=start + len(words), code_slugs=[slug]
    )
    assert done.highlight_id is not None
    return done.highlight_id


@pytest.fixture
def crowd(workspace: Workspace) -> list[Session]:
    """A talker with six codings and two others with one each, of two accounts; nothing suggested."""
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, enabled=False))
    study = a_study(workspace, "Invoices", cohort="all clinics")
    texts = [TALKER, "P2: I like the invoice as it is.\n", "P3: The invoice came late, for me.\n"]
    sessions = [
        a_session(workspace, study, text, name=f"s{n}.txt", on=date(2026, 1 + n, 5)) for n, text in enumerate(texts)
    ]
    with workspace.write() as unit:
        north, south = unit.people.add_account("n", "North", "hospital"), unit.people.add_account("s", "South", "")
        for session, label, account in zip(sessions, ("P1", "P2", "P3"), (north, north, south), strict=True):
            unit.people.link(session.id, label, unit.people.add_participant(label, "", account))
    for n in range(6):
        coded(workspace, sessions[0], f"The invoice {n} is wrong", "price-unfair-or-too-high")
    coded(workspace, sessions[1], "I like the invoice", "price-unfair-or-too-high")
    coded(workspace, sessions[2], "The invoice came late", "price-unfair-or-too-high")
    return sessions


def test_people_and_accounts_are_counted_and_not_their_quotes(workspace: Workspace, crowd: list[Session]) -> None:
    view = theme(workspace, LOCAL_ADMIN, "pricing-and-value")
    found = view.prevalence
    assert view.coded == 8 and (found.participants.coded, found.participants.of) == (3, 3)
    assert (found.accounts.coded, found.accounts.of) == (2, 2)
    # South has no cohort of its own: the study's stands in.
    assert {(row.name, row.participants.coded, row.accounts.coded) for row in found.cohorts} == {
        ("hospital", 2, 1),
        ("all clinics", 1, 1),
    }
    assert [(row.name, row.participants.coded) for row in found.by_account] == [("North", 2), ("South", 1)]
    assert [(row.key, row.participants.coded, row.participants.of) for row in found.periods] == [
        ("2026-01", 1, 1),
        ("2026-02", 1, 1),
        ("2026-03", 1, 1),
    ]
    assert [(row.label, row.coded) for row in view.people] == [("P1", 6), ("P2", 1), ("P3", 1)]


def test_quotes_take_turns_and_the_newest_come_first(workspace: Workspace, crowd: list[Session]) -> None:
    for show in (Show.STRONGEST, Show.NEWEST):
        said = Counter(
            quote.speaker for quote in theme(workspace, LOCAL_ADMIN, "pricing-and-value", Asked(show=show)).quotes.rows
        )
        assert said == {"P1": 2, "P2": 1, "P3": 1}
    newest = theme(workspace, LOCAL_ADMIN, "pricing-and-value", Asked(show=Show.NEWEST)).quotes.rows
    assert [quote.speaker for quote in newest] == ["P3", "P2", "P1", "P1"]
    everything = theme(workspace, LOCAL_ADMIN, "pricing-and-value", Asked(show=Show.ALL))
    assert (everything.quotes.total, everything.quotes.coded) == (8, 8)


@pytest.mark.parametrize(
    ("narrowed", "number"),
    [
        (Narrowed(cohort="hospital"), 7),
        (Narrowed(period="2026-Q1"), 8),
        (Narrowed(period="2026-03"), 1),
        (Narrowed(account="0"), 0),
        (Narrowed(study=99), 0),
    ],
)
def test_each_count_leads_to_its_rows(
    workspace: Workspace, crowd: list[Session], narrowed: Narrowed, number: int
) -> None:
    found = theme(workspace, LOCAL_ADMIN, "pricing-and-value", Asked(show=Show.ALL, narrowed=narrowed)).quotes
    assert (found.total, found.coded) == (number, number)


def test_a_participants_row_leads_to_their_quotes(workspace: Workspace, crowd: list[Session]) -> None:
    for row in theme(workspace, LOCAL_ADMIN, "pricing-and-value").people:
        asked = Asked(show=Show.ALL, narrowed=Narrowed(participant=row.key))
        assert theme(workspace, LOCAL_ADMIN, "pricing-and-value", asked).quotes.coded == row.coded


def test_lost_highlights_count_nowhere(workspace: Workspace, crowd: list[Session]) -> None:
    with workspace.write() as unit:
        found = unit.prevalence.mentions(LOCAL_ADMIN, [code.id for code in unit.codes.all()])
        mine = next(mention for mention in found if mention.session_id == crowd[2].id)
        unit._sql.execute(  # what a correction does to a highlight whose words are gone
            sa.update(t.highlight).where(t.highlight.c.text_id == mine.text_id).values(lost_at=workspace.clock())
        )
    view = theme(workspace, LOCAL_ADMIN, "pricing-and-value", Asked(show=Show.ALL))
    assert (view.coded, view.prevalence.participants.coded, view.quotes.total) == (7, 2, 7)
    assert {row.label for row in view.people} == {"P1", "P2"}


def test_codes_on_common_words_and_of_the_same_people_stand_beside(workspace: Workspace, crowd: list[Session]) -> None:
    coded(workspace, crowd[1], "like the invoice", "bill-or-plan-not-understood")  # under the same theme: no company
    coded(workspace, crowd[1], "the invoice as it is", "workaround")
    coded(workspace, crowd[0], "Go on.", "double-work")  # said by the interviewer
    coded(workspace, crowd[0], "never right", "figures-not-believed")
    view = theme(workspace, LOCAL_ADMIN, "pricing-and-value")
    assert [(row.code.facts.slug, row.on_words, row.at_all) for row in view.beside] == [
        ("workaround", 1, 1),
        ("figures-not-believed", 0, 1),
    ]


def test_what_denies_or_was_turned_down_may_contradict(workspace: Workspace, crowd: list[Session]) -> None:
    code = changes.create(
        workspace, LOCAL_ADMIN, CodeFacts("", "Invoice trouble", "", cues=("wrong",), mode=CodeMode.MANUAL)
    ).slug
    for n in range(3):
        coded(workspace, crowd[0], f"The invoice {n} is wrong", code)
    study = a_study(workspace, "More")
    other = a_session(
        workspace, study, "Interviewer: Not an invoice then?\nP9: No invoice of mine was wrong, ever.\n", name="o.txt"
    )
    coded(workspace, other, "No invoice of mine was wrong", code)
    asked = Asked(show=Show.CONTRADICTING)
    [against] = theme(workspace, LOCAL_ADMIN, code, asked).quotes.rows
    assert against.speaker == "P9" and "“No invoice”" in against.why and "1 of the 4" in against.why
    assert against.quote[slice(*against.spot)] == "No invoice"
    with workspace.write() as unit:
        segment = unit.segments.of_session(crowd[1].id)[0]
        kept = {c.facts.slug: c for c in unit.codes.all()}[code]
        unit.codings.replace_pending([suggested(segment, kept)], session_ids=[crowd[1].id])
        [open_one] = unit.codings.pending(LOCAL_ADMIN, code_ids=[kept.id])
    coding.reject(workspace, Viewer("Bo", PersonRole.RESEARCHER), crowd[1].id, open_one.id)
    found = theme(workspace, LOCAL_ADMIN, code, asked).quotes.rows
    assert [quote.speaker for quote in found] == ["P9", "P2"] and found[1].why.startswith("Bo turned down")
    assert theme(workspace, LOCAL_ADMIN, code, Asked(show=Show.CONTRADICTING, by=By.MACHINE)).quotes.rows == ()


def suggested(segment: Segment, code: Code) -> Suggestion:
    where = (segment.study_id, segment.session_id, segment.text_id, segment.start, segment.end)
    return Suggestion(0, *where, code.id, code.version, segment.words_sha, 0.7, Reason(), "machine:test")


def test_words_nearer_to_a_counter_example_may_contradict(workspace: Workspace, crowd: list[Session]) -> None:
    facts = CodeFacts(
        "",
        "Late post",
        "Letters reach us too late.",
        examples=("It came late, for me.",),
        counter_examples=("I like the invoice as it is.",),
    )
    code = changes.create(workspace, LOCAL_ADMIN, facts).slug
    coded(workspace, crowd[1], "I like the invoice as it is", code)
    coded(workspace, crowd[2], "The invoice came late", code)
    [against] = theme(workspace, LOCAL_ADMIN, code, Asked(show=Show.CONTRADICTING)).quotes.rows
    assert against.speaker == "P2" and "“I like the invoice as it is.”" in against.why


def test_codes_at_any_depth_count_for_those_above(workspace: Workspace, crowd: list[Session]) -> None:
    make = lambda name, parent: changes.create(workspace, LOCAL_ADMIN, CodeFacts("", name, "", parent=parent)).slug  # noqa: E731
    deep = make("Deepest", make("Deeper", "workaround"))
    coded(workspace, crowd[1], "I like", deep)
    below = theme(workspace, LOCAL_ADMIN, "everyday-workflow").below
    found = {row.code.facts.slug: (row.depth, row.coded, row.participants.coded) for row in below}
    assert found["workaround"] == (1, 1, 1) and found["deeper"] == (2, 1, 1) and found["deepest"] == (3, 1, 1)
    assert [card.code.facts.slug for card in themes(workspace, LOCAL_ADMIN, "DEEPÉR")] == ["everyday-workflow"]


def test_a_theme_is_found_by_its_other_names(workspace: Workspace) -> None:
    with workspace.read() as unit:
        facts = next(code.facts for code in unit.codes.all() if code.facts.slug == "workaround")
    changes.edit(workspace, LOCAL_ADMIN, "workaround", replace(facts, aliases=("Kludge",)))
    [found] = themes(workspace, LOCAL_ADMIN, "klud")
    assert [row.code.facts.slug for row in found.codes] == ["workaround"]
    assert themes(workspace, LOCAL_ADMIN, "nothing is called so") == ()


def test_a_page_asks_the_same_number_of_questions_however_much_there_is(
    workspace: Workspace, crowd: list[Session]
) -> None:
    def questions() -> int:
        asked: list[str] = []
        engine = workspace.database.engine
        note = lambda *args: asked.append(args[2])  # noqa: E731
        sa.event.listen(engine, "before_cursor_execute", note)
        theme(workspace, LOCAL_ADMIN, "pricing-and-value", Asked(show=Show.ALL))
        themes(workspace, LOCAL_ADMIN)
        sa.event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    before = questions()
    for n in range(12):
        session = a_session(
            workspace, a_study(workspace, f"S{n}"), f"P{n}: The invoice came late, for me.\n", name=f"m{n}.txt"
        )
        coded(workspace, session, "The invoice came", "price-unfair-or-too-high")
    assert questions() == before
