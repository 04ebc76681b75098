"""The pages, the API and the commands of insights: forms that lose nothing, words that cannot do anything, clear refusals."""

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from repository import insight_states, insights, studies
from repository.domain.insight import InsightFacts, InsightState
from repository.domain.study import Session
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.unit.test_codebook_web import get, post
from tests.unit.test_insights import ANA, FEAR, TWICE, now, published, spot
from tests.unit.test_web import token
from web.cli.main import cairn
from web.rendering import rendered


@pytest.fixture
def session(workspace: Workspace) -> Session:
    return a_session(workspace, a_study(workspace, method="interview"))


def test_from_words_to_a_published_insight_and_back(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    place = spot(workspace, session, FEAR)
    where = f"session={session.id}&from={place.start}&to={place.end}"
    assert FEAR in get(client, f"/insights/choose?{where}")
    assert FEAR in get(client, f"/insights/new?{where}")
    page = post(
        client,
        "/insights/new",
        claim="Practices fear for their appointments",
        body="So **it** is.",
        session=session.id,
        start=place.start,
        end=place.end,
    )
    assert "<strong>it</strong>" in page and FEAR in page and "1 participant in 1 study" in page
    post(client, "/insights/1/state", to="reviewed", edition=1)
    page = post(client, "/insights/1/state", to="published", edition=2)
    assert "It is now “published”." in page and "23 November 2027" in page
    way_back = re.search(r'action="(/insights/1/undo\?edition=3)"', page)
    assert way_back
    assert "reviewed" in post(client, way_back[1])
    post(client, way_back[1], status=409)
    assert "Undone: Published." in get(client, "/insights/1/history")


def test_what_somebody_wrote_is_shown_again_beside_what_was_saved_meanwhile(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    made = published(workspace, session)
    insights.edit(workspace, ANA, made.id, replace(made.facts, body="Ana’s words"), edition=made.edition)
    boxes = {"claim": made.facts.claim, "body": "My words", "owner": "Ana", "edition": made.edition}
    page = post(client, f"/insights/{made.id}/edit", 409, **boxes)
    assert "My words</textarea>" in page and "Ana’s words" in page and "Save again" in page
    assert f'name="edition" value="{made.edition + 1}"' in page
    post(client, f"/insights/{made.id}/edit", **{**boxes, "edition": made.edition + 1})
    assert now(workspace, made).facts.body == "My words"


def test_a_refused_form_keeps_what_was_written(client: FlaskClient) -> None:
    page = post(client, "/insights/new", 422, claim=" ", body="All my words")
    assert "An insight needs a claim." in page and "All my words</textarea>" in page
    page = post(client, "/insights/import", 422, markdown="\n\n## Evidence\n")
    assert "An insight needs a claim." in page


def test_evidence_is_added_found_changed_and_taken_away(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    made = published(workspace, session)
    assert "Add as evidence" in get(client, f"/insights/{made.id}/find?q=reminder+messages")
    place = spot(workspace, session, TWICE)
    words = {"session": session.id, "start": place.start - 40, "end": place.end + 40, "words": TWICE}
    page = post(client, f"/insights/{made.id}/evidence", **words, stance="contradicts", note="Later")
    assert TWICE in page and "Later" in page
    post(client, f"/insights/{made.id}/evidence", 422, **{**words, "words": "never said"})
    post(client, f"/insights/{made.id}/evidence", 422, stance="supports")
    post(client, f"/insights/{made.id}/evidence", 422, **words, stance="odd")
    assert client.get(f"/insights/{made.id}/evidence/2").location.endswith(f"from={place.start}&to={place.end}#found")
    post(client, f"/insights/{made.id}/evidence/2", do="keep", stance="supports", note="Now it does")
    assert "Now it does" in get(client, f"/insights/{made.id}")
    page = post(client, f"/insights/{made.id}/evidence/2", do="remove")
    assert TWICE not in page
    get(client, f"/insights/{made.id}/evidence/2", 404)


def test_a_superseded_insight_says_so_and_leads_on(client: FlaskClient, workspace: Workspace, session: Session) -> None:
    old, new = published(workspace, session), published(workspace, session, TWICE)
    post(client, f"/insights/{old.id}/state", 422, to="superseded", edition=old.edition, why="Old", successor="x")
    address = f"http://localhost/insights/{new.id}"
    page = post(client, f"/insights/{old.id}/state", to="superseded", edition=old.edition, why="Old", successor=address)
    assert "This is not what is known today." in page and f'href="/insights/{new.id}"' in page
    assert f'href="/insights/{old.id}"' not in get(client, "/insights/")
    assert f'href="/insights/{old.id}"' in get(client, "/insights/?state=superseded")


def test_the_bell_counts_and_a_notice_leads_to_what_it_is_about(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    made = published(workspace, session, owner="you")
    assert "notices-new" not in get(client, "/")
    studies.bin_session(workspace, ANA, session.id)
    assert 'aria-label="Notices, 1 new"' in get(client, "/")
    assert "Nothing supports it any more" in get(client, "/notices/")
    answer = client.post("/notices/seen", data={"csrf_token": token(client), "notice": 1})
    assert answer.location == f"/insights/{made.id}"
    assert "notices-new" not in get(client, "/")


def test_the_list_is_filtered_and_paged(client: FlaskClient, workspace: Workspace) -> None:
    for number in range(55):
        insights.create(workspace, ANA, InsightFacts(f"Claim {number}", product_area="one" if number % 2 else "two"))
    page = get(client, "/insights/")
    assert "55 insights" in page and page.count("insight-row") == 50 and "Page 1 of 2" in page
    assert "27 insights" in get(client, "/insights/?area=one")
    assert "1 insight<" in get(client, "/insights/?q=claim+54")
    assert "No insight is like this." in get(client, "/insights/?owner=Nobody")
    get(client, "/insights/?state=odd", 422)
    get(client, "/insights/?theme=no-such-theme", 404)


def test_events_are_kept_and_refused_without_words(client: FlaskClient, workspace: Workspace, session: Session) -> None:
    made = published(workspace, session, product_area="Checkout")
    post(client, "/insights/events", 422, area="Checkout", told=" ")
    post(client, "/insights/events", 422, area="Checkout", told="x", on="soon")
    page = post(client, "/insights/events", area="checkout", told="redesigned", on="2026-11-01")
    assert "1 published insight" in page and "redesigned" in page
    assert now(workspace, made).state is InsightState.NEEDS_REVIEW


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        '<a href="data:text/html,x">x</a>',
        "<svg/onload=alert(1)>",
        "<iframe src='https://a.b'></iframe>",
        "![x](https://tracker.test/pixel)",
        "<style>body{display:none}</style>",
        "<p style='color:red' id=main class=alert>x</p>",
        "[" * 5_000 + "x",
        "*" * 9_000,
        "> " * 2_000,
    ],
)
def test_written_text_cannot_do_anything(text: str) -> None:
    shown = str(rendered(text))
    allowed = re.sub(
        r"<br>|</?(?:p|em|strong|blockquote|a|h\d)(?: (?:href=\"https?://[^\"]*\"|rel=\"[^\"]*\"))*>", "", shown
    )
    assert "<" not in allowed and "javascript:" not in re.sub(r"\(javascript", "", shown)


# The API and the commands


def test_programs_get_the_same(client: FlaskClient, workspace: Workspace, session: Session) -> None:
    made = published(workspace, session)
    listed = client.get("/api/insights").json
    assert listed and listed["count"] == 1 and "evidence" not in listed["insights"][0]
    one = client.get(f"/api/insights/{made.id}").json
    assert one and one["current"] and one["confidence"]["participants"] == 1
    assert [(e["quote"], e["stance"]) for e in one["evidence"]] == [(FEAR, "supports")]
    missing = client.get("/api/insights/99")
    assert missing.status_code == 404 and missing.content_type == "application/problem+json"
    text = client.get(f"/insights/{made.id}.md").get_data(as_text=True)
    assert text.startswith("---\ninsight:") and f"> {FEAR}" in text


def test_commands(workspace: Workspace, session: Session, tmp_path: Path) -> None:
    made = published(workspace, session)
    retired = published(workspace, session, TWICE)
    insight_states.step(workspace, ANA, retired.id, InsightState.RETIRED, edition=retired.edition, why="No")
    env = {"CAIRN_STORAGE__FOLDER": str(workspace.folder), "CAIRN_STORAGE__MIN_FREE_MB": "1"}

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(cairn, ["insight", *words], env=env)
        assert done.exit_code == code, done.output
        return done.output

    assert [one["id"] for one in json.loads(run("list", "--json"))["insights"]] == [made.id]
    assert json.loads(run("list", "--state", "retired", "--json"))["insights"][0]["id"] == retired.id
    run("list", "--state", "odd", code=3)
    assert json.loads(run("show", str(made.id), "--json"))["evidence"][0]["quote"] == FEAR
    assert f"> {FEAR}" in run("show", str(made.id))
    run("show", "99", code=4)
    [file] = json.loads(run("export", str(tmp_path / "out"), "--json"))["files"]
    brought = json.loads(run("import", file, "--json"))
    assert brought["attached"] == 1 and brought["remarks"] == []
    run("import", str(tmp_path / "no.md"), code=4)
    assert html.unescape(run("list")).count("Practices") >= 1
