"""Searches that are kept: by name, for their owner alone, and told of when newly read material has quotes for them."""

from dataclasses import replace

import pytest

from repository import saved_searches
from repository.domain.access import LOCAL_ADMIN
from repository.domain.transcript import Role
from repository.errors import Conflict, NotFound, Rejected
from repository.following import tell_followers
from repository.querying import Query, asked_of, query_of
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_session, a_study
from tests.conftest import Clock

ANA = replace(LOCAL_ADMIN, person="Ana")


def notices(workspace: Workspace, person: str = LOCAL_ADMIN.person) -> list[str]:
    with workspace.read() as unit:
        return [one.told for one in unit.notices.of(person, 50)]


def fresh(workspace: Workspace, search_id: int) -> str:
    [shown] = [one for one in saved_searches.saved(workspace, LOCAL_ADMIN) if one.search.id == search_id]
    return "\n".join(one.quote for one in shown.fresh)


def test_a_search_is_kept_as_it_was_asked(workspace: Workspace) -> None:
    query = Query("invoices -seat", studies=(3,), roles=(Role.PARTICIPANT,), quarters=("2026-Q1",), literally=True)
    search = saved_searches.save(workspace, LOCAL_ADMIN, "  Invoices\n", query)
    assert search.name == "Invoices" and query_of(search.asked) == query
    assert saved_searches.one(workspace, LOCAL_ADMIN, search.id).asked == asked_of(query)


def test_names_are_their_owners_and_are_given_once(workspace: Workspace) -> None:
    mine = saved_searches.save(workspace, LOCAL_ADMIN, "Invoices", Query("invoices"))
    saved_searches.save(workspace, ANA, "Invoices", Query("invoices"))
    with pytest.raises(Conflict):
        saved_searches.save(workspace, LOCAL_ADMIN, "invoices", Query("other"))
    for nothing in (Query(""), Query("  ")):
        with pytest.raises(Rejected):
            saved_searches.save(workspace, LOCAL_ADMIN, "Nothing", nothing)
    with pytest.raises(Rejected):
        saved_searches.rename(workspace, LOCAL_ADMIN, mine.id, " \0 ")
    with pytest.raises(NotFound):
        saved_searches.one(workspace, ANA, mine.id)
    other = saved_searches.save(workspace, LOCAL_ADMIN, "Prices", Query("prices"))
    with pytest.raises(Conflict):
        saved_searches.rename(workspace, LOCAL_ADMIN, other.id, "INVOICES")
    saved_searches.rename(workspace, LOCAL_ADMIN, mine.id, "invoices")
    assert [one.search.name for one in saved_searches.saved(workspace, LOCAL_ADMIN)] == ["invoices", "Prices"]


def test_what_is_deleted_can_be_brought_back_until_its_name_is_given_again(workspace: Workspace, clock: Clock) -> None:
    search = saved_searches.save(workspace, LOCAL_ADMIN, "Invoices", Query("invoices"))
    saved_searches.delete(workspace, LOCAL_ADMIN, search.id)
    assert saved_searches.saved(workspace, LOCAL_ADMIN) == []
    with pytest.raises(NotFound):
        saved_searches.follow(workspace, LOCAL_ADMIN, search.id, True)
    saved_searches.restore(workspace, LOCAL_ADMIN, search.id)
    assert [one.search.id for one in saved_searches.saved(workspace, LOCAL_ADMIN)] == [search.id]
    saved_searches.delete(workspace, LOCAL_ADMIN, search.id)
    saved_searches.save(workspace, LOCAL_ADMIN, "Invoices", Query("bills"))
    with pytest.raises(NotFound):
        saved_searches.restore(workspace, LOCAL_ADMIN, search.id)


def test_new_material_is_told_to_whoever_follows_a_search_and_to_nobody_twice(
    workspace: Workspace, clock: Clock
) -> None:
    study = a_study(workspace)
    a_session(workspace, study, "P00: The calendar was there before anybody followed anything at all.\n", name="0.txt")
    clock.forward(minutes=1)
    searches = {
        name: saved_searches.save(workspace, LOCAL_ADMIN, name, Query(text), followed=name != "unfollowed").id
        for name, text in {
            "words": "afraid of appointments being overwritten",
            "phrase": '"it only reads"',
            "elsewhere": "calendar study:pricing-of-nothing",
            "earlier": "calendar before:2020",
            "excluded": "calendar -weekend -appointments",
            "nothing": "kubernetes clusters",
            "one": "speaker:P01",
            "unfollowed": "calendar",
        }.items()
    }
    clock.forward(minutes=1)
    session = a_session(workspace, study)
    told = notices(workspace)
    assert sorted(told) == [
        "Your search “one” has 2 new quotes.",
        "Your search “phrase” has a new quote.",
        "Your search “words” has a new quote.",
    ]
    assert not any(word in "".join(told) for word in INTERVIEW.split() if len(word) > 7)
    assert "Petra told me it only reads" in fresh(workspace, searches["phrase"])
    assert "before anybody" not in fresh(workspace, searches["words"])
    assert tell_followers(workspace, session.source_id) == 0
    clock.forward(minutes=1)
    saved_searches.looked(workspace, LOCAL_ADMIN, searches["phrase"])
    assert tell_followers(workspace, session.source_id) == 0 and fresh(workspace, searches["phrase"]) == ""
    assert len(notices(workspace)) == 3


def test_news_are_told_though_it_was_looked_at_between_reading_and_telling(
    workspace: Workspace, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = a_study(workspace)
    search = saved_searches.save(workspace, LOCAL_ADMIN, "Only reads", Query('"it only reads"'), followed=True)
    clock.forward(minutes=1)

    def look_first(workspace: Workspace, source_id: int) -> int:
        clock.forward(minutes=1)  # it has been read; now somebody presses "seen", and only then it is told
        saved_searches.looked(workspace, LOCAL_ADMIN, search.id)
        return tell_followers(workspace, source_id)

    monkeypatch.setattr("ingest.pipeline.tell_followers", look_first)
    session = a_session(workspace, study)
    assert notices(workspace) == ["Your search “Only reads” has a new quote."]
    assert "it only reads" in fresh(workspace, search.id)
    look_first(workspace, session.source_id)  # as when a model changes and all is embedded anew
    assert len(notices(workspace)) == 1 and fresh(workspace, search.id) == ""


def test_what_is_there_already_when_somebody_begins_to_follow_is_no_news(workspace: Workspace, clock: Clock) -> None:
    search = saved_searches.save(workspace, LOCAL_ADMIN, "Only reads", Query('"it only reads"'))
    clock.forward(minutes=1)
    session = a_session(workspace, a_study(workspace))
    saved_searches.follow(workspace, LOCAL_ADMIN, search.id, True)
    assert tell_followers(workspace, session.source_id) == 0 and notices(workspace) == []


def test_what_is_meant_is_told_of_even_in_other_words(workspace: Workspace, clock: Clock) -> None:
    near = "I was afraid it would overwrite the appointments we already have"
    saved_searches.save(workspace, LOCAL_ADMIN, "Near", Query(near), followed=True)
    clock.forward(minutes=1)
    a_session(workspace, a_study(workspace))
    assert notices(workspace) == ["Your search “Near” has a new quote."]


def test_a_search_whose_theme_is_gone_harms_no_upload(workspace: Workspace, clock: Clock) -> None:
    saved_searches.save(workspace, LOCAL_ADMIN, "Gone", Query("calendar", themes=("no-such-theme",)), followed=True)
    clock.forward(minutes=1)
    a_session(workspace, a_study(workspace))
    assert notices(workspace) == []
