"""Pages of reports: built with a preview, frozen, compared, shared, downloaded; every number opens what it counts."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from repository.workspace import Workspace
from tests.unit.test_reporting import world  # noqa: F401 — a fixture
from tests.unit.test_web import token
from web.app import create_app


@pytest.fixture
def pages(world: Workspace) -> Iterator[FlaskClient]:  # noqa: F811
    app = create_app(world)
    app.config["TESTING"] = True
    yield app.test_client()


def made(pages: FlaskClient, **scope: str) -> str:
    answer = pages.post("/reports/new", data={"name": "Quarter", "csrf_token": token(pages), **scope})
    assert answer.status_code == 303, answer.text
    return urlsplit(answer.location).path


def test_a_report_is_made_shown_changed_and_put_into_the_bin(pages: FlaskClient) -> None:
    assert "There is no report yet" in pages.get("/reports/").text
    form = pages.get("/reports/new").text
    assert "Study 0" in form and "hospital" in form and "=Account &lt;b&gt;" in form
    address = made(pages, cohort="hospital")
    shown = pages.get(address).text
    assert "<h1>Quarter</h1>" in shown and "<svg" in shown and "<b>" not in shown.replace("<body", "")
    answer = pages.post(f"{address}/edit", data={"name": "Half", "edition": "1", "csrf_token": token(pages)})
    assert answer.status_code == 303 and "<h1>Half</h1>" in pages.get(address).text
    stale = pages.post(f"{address}/edit", data={"name": "Mine", "edition": "1", "csrf_token": token(pages)})
    assert stale.status_code == 409
    pages.post(f"{address}/delete", data={"csrf_token": token(pages)})
    assert pages.get(address).status_code == 404
    pages.post(f"{address}/restore", data={"csrf_token": token(pages)})
    assert pages.get(address).status_code == 200


def test_the_preview_counts_what_the_report_will(pages: FlaskClient) -> None:
    preview = pages.get("/reports/preview?cohort=hospital").text
    address = made(pages, cohort="hospital")
    counted = re.search(r'<span class="figure">(\d+)</span> participant', preview)
    assert counted and f"{counted[1]} participants of" in pages.get(address).text


def test_every_number_leads_to_the_rows_it_counts(pages: FlaskClient) -> None:
    address = made(pages)
    shown = pages.get(address).text
    links = set(re.findall(r'<a href="([^"]+/rows\?[^"]+)">(\d+) of (\d+)</a>', shown))
    drawn = re.findall(r'<a xlink:href="([^"]+/rows\?[^"]+)"', shown)
    assert len(links) > 20 and drawn
    for link, count, of in sorted(links)[::5]:
        page = pages.get(unescape(link)).text
        assert f"{count} of {of} participant" in page or "accounts" in shown, link
    for link in drawn[:3]:
        assert pages.get(unescape(link)).status_code == 200


def test_versions_are_frozen_compared_and_shared_by_a_link_that_leads_nowhere_else(pages: FlaskClient) -> None:
    address = made(pages)
    pages.post(f"{address}/freeze", data={"note": "board", "csrf_token": token(pages)})
    version = pages.get(f"{address}/versions/1").text
    assert "version 1" in version and "board" in version
    assert "the same" in pages.get(f"{address}/compare").text
    answer = pages.post(f"{address}/versions/1/share", data={"days": "3", "csrf_token": token(pages)}).text
    link = re.search(r'value="http://localhost(/reports/shared/[^"]+)"', answer)
    assert link
    shared = pages.get(link[1])
    assert shared.status_code == 200 and "Quarter" in shared.text
    body = shared.text[shared.text.index("<body") :]
    assert not re.search(r'<a [^>]*href="(?!#)', body) and "data-link" not in body
    assert pages.get("/reports/shared/nothing").status_code == 404
    ended = re.search(rf'action="({address}/links/\d+/revoke)"', pages.get(address).text)
    assert ended
    pages.post(ended[1], data={"csrf_token": token(pages)})
    assert pages.get(link[1]).status_code == 404


@pytest.mark.parametrize("key", ["html", "docx", "pptx", "md", "xlsx", "csv", "pdf"])
def test_a_report_is_downloaded(pages: FlaskClient, key: str) -> None:
    address = made(pages)
    answer = pages.get(f"{address}/download?format={key}")
    assert answer.status_code == 200 and len(answer.data) > 1_000
    assert "attachment" in answer.headers["Content-Disposition"] and "quarter" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reports/99", 404),
        ("/reports/1/versions/7", 404),
        ("/reports/1/compare", 422),
        ("/reports/1/download?format=exe", 422),
        ("/reports/1/rows?theme=nothing", 404),
        ("/reports/preview?since=yesterday", 422),
        ("/reports/preview?study=x", 422),
        ("/reports/preview?template=poem", 422),
        ("/reports/preview?theme=nothing", 404),
        ("/reports/preview?since=2030-01-01", 200),
    ],
)
def test_what_cannot_be_is_answered_clearly(pages: FlaskClient, path: str, status: int) -> None:
    made(pages)
    assert pages.get(path).status_code == status


def test_a_team_changes_a_template_and_is_told_where_it_is_wrong(pages: FlaskClient, world: Workspace) -> None:  # noqa: F811
    address = made(pages)
    folder = world.folder / "templates"
    folder.mkdir()
    mine = folder / "theme-report.md.jinja"
    mine.write_text("# Ours: {{ r.title }}\n\n{{ r.studies[0].title }}\n\n::table studies\n", encoding="utf-8")
    assert "Ours: Quarter" in pages.get(address).text
    mine.write_text("# {{ r.title }}\n\n{{ r.nothing }}\n", encoding="utf-8")
    wrong = pages.get(address)
    assert wrong.status_code == 422 and "theme-report.md.jinja" in wrong.text and "nothing" in wrong.text
    mine.write_text("# {{ r.title }}\n\n::chart moon\n", encoding="utf-8")
    assert "chart moon" in pages.get(address).text
    mine.write_text("# x\n\n{{ ''.__class__.__mro__ }}\n", encoding="utf-8")
    assert pages.get(address).status_code == 422
