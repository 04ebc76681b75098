"""Coding by hand: what is kept is just what was chosen, everything can be undone, and nothing of others is touched."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from repository import choosing, codebook_changes, coding, reading
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.coding import SuggestionState
from repository.domain.offsets import from_utf16, to_utf16, widened
from repository.domain.source import Stage
from repository.domain.study import Session
from repository.errors import Conflict, Forbidden, NotFound, Rejected
from repository.jobs import queue_ingest
from repository.reading import HighlightView
from repository.store import tables as t
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_session, a_study, done
from tests.unit.test_suggesting import TOLD

ANA, BO = Viewer("ana", PersonRole.RESEARCHER), Viewer("bo", PersonRole.RESEARCHER)
ODD = "a😀b👩🏽‍⚕️c é שָׁלוֹם 🇩🇪 e\u0301"


@pytest.fixture
def session(workspace: Workspace) -> Iterator[Session]:
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, threshold=0.001))
    yield a_session(workspace, a_study(workspace), TOLD + INTERVIEW)


def marks(workspace: Workspace, session: Session) -> list[HighlightView]:
    return list(reading.transcript(workspace, LOCAL_ADMIN, session.id).highlights)


def place(workspace: Workspace, session: Session, words: str) -> dict[str, int]:
    text = reading.transcript(workspace, LOCAL_ADMIN, session.id).text
    assert session.text_id is not None
    return {"text_id": session.text_id, "start": text.index(words), "end": text.index(words) + len(words)}


def put(workspace: Workspace, session: Session, words: str, *slugs: str, by: Viewer = ANA, comment: str = "") -> int:
    span = place(workspace, session, words)
    made = coding.highlight(workspace, by, session.id, **span, code_slugs=slugs, comment=comment)
    assert made.highlight_id is not None
    return made.highlight_id


def rows(workspace: Workspace) -> dict[str, list[Any]]:
    """Every row that coding can change, ids and times included."""
    with workspace.database.read() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(table.c.id))]
            for table in (t.highlight, t.coding, t.suggestion)
        }


# Places


@pytest.mark.parametrize(
    ("text", "units", "expected"),
    [
        ("abc", (1, 2), "b"),
        ("a😀b", (1, 3), "😀"),
        ("a😀b", (2, 3), "😀"),  # from inside the pair: the whole character
        ("a😀b", (3, 4), "b"),
        ("👩🏽‍⚕️ok", (0, 7), "👩🏽‍⚕️"),
        ("e\u0301t", (0, 2), "e\u0301"),
        ("שלום 😀 עולם", (5, 7), "😀"),
        ("", (0, 0), ""),
    ],
)
def test_a_browsers_offsets_are_turned_into_characters(text: str, units: tuple[int, int], expected: str) -> None:
    start, end = from_utf16(text, *units)
    assert text[start:end] == expected


@given(st.text(st.sampled_from(ODD), max_size=40), st.data())
def test_offsets_go_to_the_browser_and_back(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    units = [len(text[:at].encode("utf-16-le")) // 2 for at in (start, end)]
    assert to_utf16(text, [start, end]) == units
    assert from_utf16(text, units[0], units[1]) == (start, end)


@pytest.mark.parametrize("units", [(0, 5), (-1, 2), (3, 2), (9, 9)])
def test_offsets_outside_the_text_are_refused(units: tuple[int, int]) -> None:
    with pytest.raises(Rejected):
        from_utf16("a😀b", *units)


@pytest.mark.parametrize("whole", ["👩🏽‍⚕️", "e\u0301", "🇩🇪", "שָׁ", "각", "🏴\U000e0067\U000e0062\U000e007f"])
def test_nothing_people_see_as_one_character_is_cut(whole: str) -> None:
    text = f"x{whole}y"
    for at in range(1, len(whole)):
        assert widened(text, 1 + at, 1 + at) == (1, 1 + len(whole))
    assert widened(text, 1, 1 + len(whole)) == (1, 1 + len(whole))
    assert widened("🇩🇪🇫🇷", 2, 3) == (2, 4)


# Highlighting and coding


def test_a_highlight_keeps_its_words_its_codes_and_who_and_when(workspace: Workspace, session: Session) -> None:
    made = put(workspace, session, " my workaround, ", "workaround", "workaround", comment=" Nice. ")
    [mark] = marks(workspace, session)
    assert (mark.id, mark.quote, mark.comment, mark.by) == (made, "my workaround,", "Nice.", "ana")
    assert mark.at == workspace.clock()
    [code] = mark.codings
    assert (code.code_slug, code.coder, code.theme_name) == ("workaround", "ana", "Everyday workflow")
    with workspace.read() as unit:
        kept = unit.codings.mark(session.id, made)
    assert kept and kept.highlight.prefix.endswith("that is ") and kept.highlight.suffix.startswith(" a trick")


def test_the_same_words_are_highlighted_once_by_each_person(workspace: Workspace, session: Session) -> None:
    one = put(workspace, session, "a trick", "workaround")
    assert put(workspace, session, "a trick", "workaround") == one
    other = put(workspace, session, "a trick", "workaround", by=BO)
    assert other != one and len(marks(workspace, session)) == 2
    again = coding.code(workspace, ANA, session.id, one, ["workaround"])
    assert again.act is None and again.told == "That was so already."


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 5), (5, 3), (-3, 4), (0, 99_999)])
def test_no_words_and_words_outside_are_refused(workspace: Workspace, session: Session, start: int, end: int) -> None:
    assert session.text_id is not None
    with pytest.raises(Rejected):
        coding.highlight(workspace, ANA, session.id, text_id=session.text_id, start=start, end=end)
    assert marks(workspace, session) == []


def test_blanks_alone_are_no_words(workspace: Workspace, session: Session) -> None:
    text = reading.transcript(workspace, LOCAL_ADMIN, session.id).text
    assert session.text_id is not None
    at = text.index("\n\n")
    with pytest.raises(Rejected):
        coding.highlight(workspace, ANA, session.id, text_id=session.text_id, start=at, end=at + 2)


def every_act(workspace: Workspace, session: Session, viewer: Viewer, mark: int, code: int, offer: int) -> Any:
    span = {"text_id": session.text_id or 0, "start": 3, "end": 9}
    acts: list[Callable[[], object]] = [
        lambda: coding.chosen(workspace, viewer, session.id, **span),
        lambda: coding.highlight(workspace, viewer, session.id, **span),
        lambda: coding.code(workspace, viewer, session.id, mark, ["workaround"]),
        lambda: coding.uncode(workspace, viewer, session.id, mark, code),
        lambda: coding.comment(workspace, viewer, session.id, mark, "x"),
        lambda: coding.move(workspace, viewer, session.id, mark, **span),
        lambda: coding.split(workspace, viewer, session.id, mark, text_id=session.text_id or 0, at=5),
        lambda: coding.delete(workspace, viewer, session.id, mark),
        lambda: coding.accept(workspace, viewer, session.id, offer),
        lambda: coding.reject(workspace, viewer, session.id, offer),
        lambda: coding.undo(workspace, viewer, session.id),
    ]
    return acts


def test_readers_change_nothing_and_strangers_find_nothing(workspace: Workspace, session: Session) -> None:
    mark = put(workspace, session, "by hand in Excel", "workaround")
    code = marks(workspace, session)[0].codings[0].id
    offer = reading.transcript(workspace, LOCAL_ADMIN, session.id).suggestions[0].id
    before = rows(workspace)
    for act in every_act(workspace, session, Viewer("ana", PersonRole.READER), mark, code, offer)[1:]:
        with pytest.raises(Forbidden):
            act()
    for act in every_act(workspace, session, replace(ANA, study_ids=frozenset()), mark, code, offer):
        with pytest.raises(NotFound):
            act()
    assert rows(workspace) == before


def test_what_is_somebody_elses_is_left_alone_but_may_be_coded_as_well(workspace: Workspace, session: Session) -> None:
    mark = put(workspace, session, "by hand in Excel", "workaround")
    code = marks(workspace, session)[0].codings[0].id
    offer = reading.transcript(workspace, LOCAL_ADMIN, session.id).suggestions[0].id
    for act in every_act(workspace, session, BO, mark, code, offer)[3:8]:
        with pytest.raises(Forbidden):
            act()
    coding.code(workspace, BO, session.id, mark, ["workaround"])
    assert [c.coder for c in marks(workspace, session)[0].codings] == ["ana", "bo"]
    with pytest.raises(Forbidden):  # bo's code would go with it
        coding.delete(workspace, ANA, session.id, mark)
    coding.delete(workspace, LOCAL_ADMIN, session.id, mark)
    assert marks(workspace, session) == []


def test_a_text_that_was_corrected_meanwhile_is_not_coded_blindly(workspace: Workspace, session: Session) -> None:
    mark = put(workspace, session, "by hand in Excel", "workaround")
    old = session.text_id or 0
    span = {"text_id": old + 1, "start": 3, "end": 9}
    for act in (
        lambda: coding.chosen(workspace, ANA, session.id, **span),
        lambda: coding.highlight(workspace, ANA, session.id, **span),
        lambda: coding.move(workspace, ANA, session.id, mark, **span),
        lambda: coding.split(workspace, ANA, session.id, mark, text_id=old + 1, at=5),
    ):
        with pytest.raises(Conflict):
            act()


def test_a_lost_highlight_is_not_drawn_and_stays(workspace: Workspace, session: Session) -> None:
    mark = put(workspace, session, "by hand in Excel", "workaround")
    with workspace.database.write() as connection:
        connection.execute(sa.update(t.highlight).where(t.highlight.c.id == mark).values(lost_at=workspace.clock()))
    assert marks(workspace, session) == []
    with pytest.raises(Conflict):
        coding.move(workspace, ANA, session.id, mark, **place(workspace, session, "a trick"))
    assert len(rows(workspace)["highlight"]) == 1


def test_a_highlight_moves_to_other_words_and_splits(workspace: Workspace, session: Session) -> None:
    mark = put(workspace, session, "a trick with a fake entry", "workaround", comment="Look")
    put(workspace, session, "by hand")
    coding.code(workspace, BO, session.id, mark, ["workaround"])
    coding.move(
        workspace, ANA, session.id, mark, **place(workspace, session, "a trick with a fake entry, and I keep it")
    )
    text = reading.transcript(workspace, LOCAL_ADMIN, session.id).text
    coding.split(workspace, ANA, session.id, mark, text_id=session.text_id or 0, at=text.index("and I keep"))
    first, second, _ = marks(workspace, session)
    assert (first.quote, second.quote) == ("a trick with a fake entry,", "and I keep it")
    assert (first.comment, second.comment) == ("Look", "")
    assert [c.coder for c in first.codings] == [c.coder for c in second.codings] == ["ana", "bo"]
    for at in (first.start, first.end, 0):
        with pytest.raises(Rejected):
            coding.split(workspace, ANA, session.id, mark, text_id=session.text_id or 0, at=at)
    with pytest.raises(Conflict):
        coding.move(workspace, ANA, session.id, mark, **place(workspace, session, "by hand"))


# Suggestions


def again(workspace: Workspace, session: Session) -> None:
    with workspace.write() as unit:
        unit.sources.reached(session.source_id, Stage.RECEIVED)
        job = queue_ingest(unit, workspace, session.source_id)
    done(workspace, job)


def test_an_accepted_suggestion_is_a_coding_and_a_rejected_one_does_not_return(
    workspace: Workspace, session: Session
) -> None:
    first, second = reading.transcript(workspace, LOCAL_ADMIN, session.id).suggestions[:2]
    coding.accept(workspace, ANA, session.id, first.id)
    coding.reject(workspace, ANA, session.id, second.id)
    [mark] = marks(workspace, session)
    assert (mark.start, mark.end, mark.codings[0].code_slug) == (first.start, first.end, first.code_slug)
    again(workspace, session)
    with workspace.read() as unit:
        kept = {s: unit.codings.suggestion(session.id, s) for s in (first.id, second.id)}
    assert kept[first.id] and kept[first.id].state is SuggestionState.ACCEPTED and kept[first.id].score == first.score
    open_now = reading.transcript(workspace, LOCAL_ADMIN, session.id).suggestions
    decided = {(s.start, s.end, s.code_slug) for s in (first, second)}
    assert not decided & {(s.start, s.end, s.code_slug) for s in open_now}
    for act in (coding.accept, coding.reject):
        with pytest.raises(Conflict):
            act(workspace, ANA, session.id, first.id)


# Undoing


def test_undoing_puts_back_the_very_same_rows_one_act_after_another(workspace: Workspace, session: Session) -> None:
    offers = reading.transcript(workspace, LOCAL_ADMIN, session.id).suggestions
    seen = [rows(workspace)]
    mark = put(workspace, session, "a trick with a fake entry", "workaround", comment="Look")
    seen.append(rows(workspace))
    text = reading.transcript(workspace, LOCAL_ADMIN, session.id).text
    slugs = [code.slug for code in choosing.matches(workspace, ANA, "", limit=5)]
    for act in (
        lambda: coding.code(workspace, ANA, session.id, mark, slugs[1:3]),
        lambda: coding.uncode(workspace, ANA, session.id, mark, marks(workspace, session)[0].codings[0].id),
        lambda: coding.comment(workspace, ANA, session.id, mark, ""),
        lambda: coding.split(workspace, ANA, session.id, mark, text_id=session.text_id or 0, at=text.index("with a")),
        lambda: coding.move(workspace, ANA, session.id, mark, **place(workspace, session, "by hand in Excel")),
        lambda: coding.accept(workspace, ANA, session.id, offers[0].id),
        lambda: coding.reject(workspace, ANA, session.id, offers[1].id),
        lambda: coding.delete(workspace, ANA, session.id, mark),
    ):
        assert act().act is not None
        seen.append(rows(workspace))
    while len(seen) > 1:
        assert rows(workspace) == seen.pop()
        assert coding.undo(workspace, ANA, session.id).told.startswith("Undone: ")
        assert rows(workspace) == seen[-1]
    with pytest.raises(NotFound):
        coding.undo(workspace, ANA, session.id)


def test_only_ones_own_acts_are_undone_and_each_once(workspace: Workspace, session: Session) -> None:
    put(workspace, session, "a trick", "workaround")
    with pytest.raises(NotFound):
        coding.undo(workspace, BO, session.id)
    with workspace.read() as unit:
        act = unit.acts.last(session.id, "ana", coding.KINDS)
    assert act
    with pytest.raises(Forbidden):
        coding.undo(workspace, BO, session.id, act.id)
    coding.undo(workspace, ANA, session.id, act.id)
    with pytest.raises(Conflict):
        coding.undo(workspace, ANA, session.id, act.id)


def test_what_somebody_changed_since_is_not_undone(workspace: Workspace, session: Session) -> None:
    mark = put(workspace, session, "a trick", "workaround")
    coding.code(workspace, BO, session.id, mark, ["workaround"])
    before = rows(workspace)
    with pytest.raises(Conflict):
        coding.undo(workspace, ANA, session.id)
    assert rows(workspace) == before


def test_an_act_says_nothing_of_what_was_said(workspace: Workspace, session: Session) -> None:
    mark = put(workspace, session, "a trick with a fake entry", "workaround", comment="Secret remark")
    coding.comment(workspace, ANA, session.id, mark, "Another")
    with workspace.database.read() as connection:
        told = " ".join(connection.scalars(sa.select(t.act.c.told)))
    assert "trick" not in told and "remark" not in told and "Another" not in told


# Codes to choose from


def test_a_code_is_found_by_parts_of_its_name_or_its_themes(workspace: Workspace) -> None:
    def found(typed: str) -> list[str]:
        return [match.name for match in choosing.matches(workspace, ANA, typed)]

    assert found("workar")[0] == "Workaround" or "orkaround" in found("workar")[0]
    everyday = choosing.matches(workspace, ANA, "everyd")
    assert everyday and everyday[0].theme_name == "Everyday workflow" and everyday[-1].name == "Everyday workflow"
    assert found("everyd workar")[0] == found("workar")[0]
    assert found("WÓRKAR") == found("workar")
    assert found("xyzzy") == []
    assert len(found("")) == choosing.OFFERED


def test_codes_used_last_come_first(workspace: Workspace, session: Session) -> None:
    put(workspace, session, "a trick", "workaround")
    assert choosing.matches(workspace, ANA, "")[0].slug == "workaround"


def test_a_new_code_is_made_under_a_theme_or_as_one(workspace: Workspace, session: Session) -> None:
    slug = codebook_changes.ensure(workspace, ANA, "  Fake   entries ", "everyday-workflow")
    assert slug == "fake-entries"
    assert codebook_changes.ensure(workspace, ANA, "fake entries", "everyday-workflow") == slug
    assert codebook_changes.ensure(workspace, ANA, "Fake entries") == "fake-entries-2"
    assert codebook_changes.ensure(workspace, ANA, "信頼") == "信頼"
    put(workspace, session, "a fake entry", slug)
    assert marks(workspace, session)[0].codings[0].theme_name == "Everyday workflow"
    with workspace.read() as unit:
        made = next(code for code in unit.codes.all() if code.facts.slug == slug)
    assert (made.facts.mode.value, made.facts.definition) == ("manual", "")
    for name, under, error in (("", "", Rejected), ("x", "nowhere", NotFound)):
        with pytest.raises(error):
            codebook_changes.ensure(workspace, ANA, name, under)
    with pytest.raises(Forbidden):
        codebook_changes.ensure(workspace, Viewer("r", PersonRole.READER), "x")
