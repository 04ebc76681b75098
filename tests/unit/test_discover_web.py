"""The pages of discovery over HTTP: cards, pile and candidate without scripts, JSON for the map, and each form."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from repository.domain.study import Study
from repository.workspace import Workspace
from tests.builders import a_study
from tests.unit.test_discovering import TOPICS, Planted, a_talk, look, opened, passages_in, said
from tests.unit.test_web import token


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    workspace._embedder = Planted()  # type: ignore[assignment]
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, enabled=False))
    return workspace


@pytest.fixture
def study(workspace: Workspace) -> Study:
    study = a_study(workspace)
    for n in range(4):
        a_talk(workspace, study, said(f"P{n:02}", TOPICS[:3], 3), name=f"P{n:02}")
    return study


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def post(client: FlaskClient, address: str, **form: object) -> tuple[int, str]:
    answer = client.post(address, data={"csrf_token": token(client), **form}, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


def undone(client: FlaskClient, html: str) -> str:
    [address] = re.findall(r'action="(/discover/acts/\d+/undo[^"]*)"', html)
    status, after = post(client, address)
    assert status == 200 and "Undone:" in after
    return after


def test_an_empty_repository_says_what_belongs_here(client: FlaskClient) -> None:
    assert "too little to group" in page(client, "/discover/")
    assert "The pile is empty" in page(client, "/discover/pile")
    assert client.get("/discover/points.json").json == {"points": [], "candidates": [], "total": 0, "state": "open"}


def test_a_run_is_started_followed_and_told(client: FlaskClient, workspace: Workspace, study: Study) -> None:
    assert "Nobody has looked yet" in page(client, "/discover/")
    status, html = post(client, "/discover/run")
    assert status == 200 and 'hx-get="/discover/run"' in html and "Waiting to look" in html
    look(workspace)
    told = page(client, "/discover/run")
    assert "new candidates" in told and "hx-get" not in told and "Show it" in told
    html = page(client, "/discover/")
    assert html.count('class="card candidate-card"') == len(opened(workspace)) and "Look again" in html
    assert '<span class="state in-flight">new</span>' in html


def test_every_act_has_its_form_and_its_way_back(client: FlaskClient, workspace: Workspace, study: Study) -> None:
    look(workspace)
    a, b, *_ = opened(workspace)
    status, html = post(client, f"/discover/{a.id}/rename", name="Bills")
    assert status == 200 and "Renamed “" in html and "Bills" in html
    undone(client, html)
    html = post(client, f"/discover/{a.id}/dismiss")[1]
    assert "will not be proposed again" in html and f'id="c{a.id}"' not in html
    assert f'id="c{a.id}"' in page(client, "/discover/?state=dismissed")
    undone(client, html)
    html = post(client, f"/discover/{a.id}/merge", into=b.id)[1]
    assert f"Merged “{a.name}” into “{b.name}”" in html
    undone(client, html)
    html = post(client, f"/discover/{a.id}/split")[1]
    assert re.search(r"Split “.*” into \d", html) or "too much alike" in html
    ids = passages_in(workspace, a.id)
    joined = ",".join(map(str, ids[:4]))
    html = post(client, "/discover/passages/make", passage=joined, new_name="Mine")[1]
    assert "of 4 passages" in html and "Mine" in html
    undone(client, html)
    html = post(client, "/discover/passages/move", passage=ids[:2], to="")[1]
    assert "Moved 2 passages to the pile" in html
    undone(client, html)
    html = post(client, "/discover/passages/code", passage=joined, code="Workaround")[1]
    assert "Coded 4 passages with “" in html
    undone(client, html)


def test_a_candidate_is_accepted_with_the_ticked_passages(
    client: FlaskClient, workspace: Workspace, study: Study
) -> None:
    look(workspace)
    number = opened(workspace)[0].id
    html = page(client, f"/discover/{number}")
    ticked = re.findall(r'name="passage" value="(\d+)" checked', html)
    assert len(ticked) == 3 and "What people say about" in html and html.count('class="pick-row"') > 5
    form = {"passage": ticked, "name": "Bills", "definition": "About bills.", "cues": "invoice, bill", "under": ""}
    status, html = post(client, f"/discover/{number}/accept", **form, code="Workaround")
    assert status == 422 and "Press Merge" in html
    status, html = post(client, f"/discover/{number}/accept", **form)
    assert status == 200 and "3 passages are its examples" in html
    assert "About bills." in page(client, "/themes/bills")
    assert "Now <a" in page(client, f"/discover/{number}") and "Bills" in page(client, "/discover/?state=accepted")
    undone(client, html)
    assert client.get("/themes/bills").status_code == 404
    html = post(client, f"/discover/{number}/merge", passage=ticked, code="Workaround")[1]
    assert "Merged “" in html and "are its examples" in html


def test_the_map_has_points_and_words(client: FlaskClient, workspace: Workspace, study: Study) -> None:
    look(workspace)
    found = client.get("/discover/points.json").json
    assert found and found["total"] == len(found["points"]) == 36
    assert {point[3] for point in found["points"]} - {0} == {one["id"] for one in found["candidates"]}
    number = found["points"][0][0]
    assert isinstance(number, str), "scripts have no numbers so long"
    answer = client.get(f"/discover/passages.json?passage={number},{found['points'][1][0]}").json
    assert answer and len(answer["passages"]) == 2
    one = next(one for one in answer["passages"] if one["id"] == number)
    assert "tells how" in one["quote"] and one["href"].startswith("/transcripts/") and one["speaker"]
    narrowed = client.get("/discover/points.json?q=invoice").json
    assert narrowed and narrowed["total"] == 12
    other = client.get("/discover/points.json?state=dismissed").json
    assert other and other["candidates"] == [] and {point[3] for point in other["points"]} <= {0, -2}


def test_the_api_lists_candidates(client: FlaskClient, workspace: Workspace, study: Study) -> None:
    look(workspace)
    answer = client.get("/api/candidates").json
    assert answer and answer["count"] == len(opened(workspace)) == len(answer["candidates"])
    first = answer["candidates"][0]
    assert first["participants"] == 4 and first["quotes"][0]["citation"].startswith("— P0")
    assert client.get("/api/candidates?state=odd").status_code == 422
    assert client.get("/api/candidates?study=x").status_code == 422


@pytest.mark.parametrize(
    ("address", "form", "status"),
    [
        ("/discover/999/rename", {"name": "x"}, 404),
        ("/discover/1/rename", {"name": " "}, 422),
        ("/discover/1/merge", {}, 422),
        ("/discover/1/merge", {"code": "nothing is called so"}, 422),
        ("/discover/1/accept", {"name": "", "passage": "1"}, 404),
        ("/discover/passages/code", {"passage": "x", "code": "Workaround"}, 422),
        ("/discover/passages/code", {"code": "Workaround"}, 422),
        ("/discover/passages/make", {"passage": "9" * 30}, 404),
        ("/discover/passages/move", {"passage": "1", "to": "999"}, 404),
        ("/discover/acts/1/undo", {}, 404),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    client: FlaskClient, workspace: Workspace, study: Study, address: str, form: dict[str, str], status: int
) -> None:
    look(workspace)
    found, html = post(client, address, **form)
    assert found == status and "<h1>" in html


@pytest.mark.parametrize("query", ["state=odd", "study=x", "page=x", "candidate=-"])
def test_an_odd_address_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/discover/?{query}").status_code == 422
    assert client.get("/discover/passages.json?passage=" + ",".join(map(str, range(40)))).status_code == 422
