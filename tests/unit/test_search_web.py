"""Home, results, saved searches and gaps as pages, as JSON and as a command."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from repository import insight_states
from repository.domain.insight import InsightState
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.unit.test_insights import ANA, published


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    study = a_study(workspace, "Calendars", method="interview", product_area="calendar", cohort="small")
    a_session(workspace, study, on=date(2025, 3, 11))
    return workspace


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


def post(client: FlaskClient, address: str, **form: object) -> tuple[int, str]:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/studies/new").get_data(as_text=True))
    assert token
    answer = client.post(address, data={**form, "csrf_token": token[1]}, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


def test_home_has_one_box_and_what_is_known_going_on_and_open(client: FlaskClient, filled: Workspace) -> None:
    client.get("/search?q=loyalty+points+dentists&literally=1")
    client.get("/search?q=loyalty+points+dentists")
    home = page(client, "/")
    assert home.count("What do you want to know?") == 2 and "before:2026-03" in home
    for part in ("Newest insights", "Studies in flight", "Asked, and not found", "Newest transcripts"):
        assert part in home
    assert "loyalty points dentists" in home


def test_results_say_what_was_understood_corrected_and_not_understood(client: FlaskClient, filled: Workspace) -> None:
    found = page(client, "/search?q=calender+area:calendar+colour:red")
    assert "Showing results for <strong>calendar</strong> instead of “calender”" in found
    assert "literally=1" in found and "area “calendar”" in found and "“colour:” is none of" in found
    both = page(client, "/search?q=calendars")
    assert both.index("What people said") < both.index("Studies about it")
    assert "Showing results" not in page(client, "/search?q=calender&literally=1")


def test_ticking_a_facet_keeps_the_rest(client: FlaskClient, filled: Workspace) -> None:
    found = page(client, "/search?q=calendar&cohort=small&since=2025-01-01")
    [address] = re.findall(r'href="(/search[^"]*area=calendar[^"]*)"', found)
    for kept in ("q=calendar", "cohort=small", "since=2025-01-01"):
        assert kept in address
    both = page(client, address.replace("&amp;", "&"))
    assert 'aria-label="Without the filter calendar"' in both and 'aria-current="true"' in both
    assert "Nothing was found" in page(client, "/search?q=calendar&cohort=large")


def test_filters_alone_list_the_newest(client: FlaskClient, filled: Workspace) -> None:
    assert "the newest first" in page(client, "/search?q=&method=interview")
    assert client.get("/search?q=").status_code == 302


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "%00",
        "-",
        '"',
        "the+of+and",
        "speaker:nobody",
        "%F0%9F%99%82",
        "before:x",
        "theme:%22",
        "a:b:c",
        "::",
    ],
)
def test_whatever_is_typed_is_answered(client: FlaskClient, filled: Workspace, text: str) -> None:
    assert client.get(f"/search?q={text}").status_code in (200, 302)
    assert client.get(f"/api/search?q={text}").status_code == 200


def test_a_saved_search_is_kept_opened_renamed_followed_deleted_and_brought_back(
    client: FlaskClient, filled: Workspace
) -> None:
    status, found = post(client, "/searches/", name="Fears", q="calendar", area="calendar", followed="1")
    assert status == 200 and "Saved as “Fears”. You will be told of new quotes." in found
    assert "calendar · area calendar" in re.sub(r"\s+", " ", page(client, "/searches/"))
    assert client.get("/searches/1").headers["Location"] == "/search?q=calendar&area=calendar"
    assert "Worries" in post(client, "/searches/1/rename", name="Worries")[1]
    assert "Follow no longer" not in post(client, "/searches/1/follow")[1]
    status, found = post(client, "/searches/1/delete")
    assert "“Worries” is deleted." in found and "/searches/1/restore" in found
    assert "Worries" in post(client, "/searches/1/restore")[1]
    assert post(client, "/searches/", name="worries", q="x")[0] == 409
    assert post(client, "/searches/", name="", q="x")[0] == 422
    assert post(client, "/searches/9/delete")[0] == 404


def test_new_quotes_are_shown_until_they_were_seen(client: FlaskClient, workspace: Workspace, clock: object) -> None:
    post(client, "/searches/", name="Reads", q='"it only reads"', followed="1")
    clock.forward(minutes=1)  # type: ignore[attr-defined]
    a_session(workspace, a_study(workspace))
    found = page(client, "/searches/")
    assert "1 new" in found and "it only reads" in found
    clock.forward(minutes=1)  # type: ignore[attr-defined]
    assert "Nothing new." in post(client, "/searches/1/looked")[1]


def test_only_questions_that_found_nothing_are_gaps_and_a_gap_is_settled_and_put_back(
    client: FlaskClient, filled: Workspace
) -> None:
    for text in ("calendar", "loyalty points dentists", "calendar before:2001", "speaker:P01"):
        client.get("/search", query_string={"q": text})
    client.get("/search?q=loyalty+points+dentists&limit=40")
    client.get("/search?q=loyalty+points+dentists&cohort=none")
    gaps = page(client, "/gaps/")
    assert gaps.count("<h2>") == 1 and "asked once in searches" in gaps
    assert re.sub(r"<[^>]+>", "", gaps).count("1 of 2 searches found nothing") == 1
    assert "No gap is open." in post(client, "/gaps/1/settle", why="Not ours.")[1]
    assert "Not ours." in page(client, "/gaps/?settled=1")
    assert "loyalty points dentists" in post(client, "/gaps/1/reopen")[1]
    assert post(client, "/gaps/1/settle", why=" ")[0] == 422


def test_the_json_has_everything_the_page_has(client: FlaskClient, filled: Workspace) -> None:
    found = client.get("/api/search?q=calender&area=calendar").json
    assert found and found["corrections"] == [{"typed": "calender", "used": "calendar"}]
    assert found["hits"] and found["insights"] == [] and found["studies"][0]["title"] == "Calendars"
    assert found["facets"]["cohort"] == [{"value": "small", "name": "small", "count": len(found["hits"])}]
    assert set(found["facets"]) == {"study", "theme", "role", "cohort", "account", "method", "area", "quarter"}


def test_what_is_superseded_is_nowhere_shown_as_what_is_known(client: FlaskClient, workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace, method="interview"))
    old = published(workspace, session)
    new = published(workspace, session, words="the second time Petra told me it only reads")
    insight_states.step(
        workspace, ANA, old.id, InsightState.SUPERSEDED, edition=old.edition, why="Newer.", successor=new.id
    )
    found = client.get("/api/search?q=practices+fear+appointments").json
    assert found and [one["id"] for one in found["insights"]] == [new.id]
    for address in ("/", "/search?q=practices+fear+appointments"):
        shown = page(client, address)
        assert f'href="/insights/{new.id}"' in shown and f'href="/insights/{old.id}"' not in shown
