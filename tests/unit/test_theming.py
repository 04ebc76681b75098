"""Pages of themes: counts of machine and people apart, and only of what the viewer may see."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from repository import studies
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.study import Session
from repository.errors import NotFound
from repository.theming import ThemeCard, colours, theme, themes
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
    code_by_hand(workspace, other, "workaround")
    viewer = Viewer("ana", PersonRole.READER, frozenset({one.study_id}))
    seen, everything = card(workspace, viewer, "everyday-workflow"), card(workspace, LOCAL_ADMIN, "everyday-workflow")
    assert (seen.sessions, seen.participants, seen.coded) == (1, 1, 0)
    assert (everything.sessions, everything.participants, everything.coded) == (2, 2, 1)
    assert seen.suggested < everything.suggested
    page = theme(workspace, viewer, "workaround")
    assert {quote.study_id for quote in page.quotes} == {one.study_id}
    assert page.by_study == ((one.study_id, "One", 1),) and page.by_month == (("2026-03", 1),)
    empty = card(workspace, NOBODY, "everyday-workflow")
    assert (empty.suggested, empty.coded, empty.sessions, empty.participants) == (0, 0, 0, 0)
    assert theme(workspace, NOBODY, "workaround").quotes == ()


def test_what_lies_in_the_bin_is_not_counted(workspace: Workspace, two: tuple[Session, Session]) -> None:
    studies.bin_session(workspace, LOCAL_ADMIN, two[0].id)
    assert card(workspace, LOCAL_ADMIN, "everyday-workflow").sessions == 1
    assert {quote.session_id for quote in theme(workspace, LOCAL_ADMIN, "workaround").quotes} == {two[1].id}


def test_people_come_before_the_machine_and_are_counted_apart(
    workspace: Workspace, two: tuple[Session, Session]
) -> None:
    before = card(workspace, LOCAL_ADMIN, "everyday-workflow")
    code_by_hand(workspace, two[0], "workaround")
    after = card(workspace, LOCAL_ADMIN, "everyday-workflow")
    assert (after.coded, after.suggested) == (1, before.suggested)
    page = theme(workspace, LOCAL_ADMIN, "workaround")
    first = page.quotes[0]
    assert (first.suggested, first.coder, first.score) == (False, "ana", 1.0)
    assert all(quote.suggested for quote in page.quotes[1:])
    assert page.theme_name == "Everyday workflow"


def test_a_quote_is_a_slice_of_its_text_and_can_be_cited(workspace: Workspace, two: tuple[Session, Session]) -> None:
    for quote in theme(workspace, LOCAL_ADMIN, "everyday-workflow").quotes:
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
        unit.codings.replace_pending([session.id], [])
        unit.codings.code(highlight_id=mark.id, code_id=code.id, coder="Idris", now=workspace.clock())
    card = theme(workspace, LOCAL_ADMIN, "quick-first-success").card
    assert (card.participants, card.sessions, card.coded) == (1, 1, 1)
