"""Pages and API: what is refused, what is said, and what no browser may be tricked into."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import RequestEntityTooLarge

from repository.domain.access import LOCAL_ADMIN
from repository.errors import CairnError, DiskFull, Unavailable
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_session, a_study
from web.app import create_app, secret
from web.errors import status_of


@pytest.fixture
def app(workspace: Workspace) -> Flask:
    return create_app(workspace)


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/studies/new").get_data(as_text=True))
    assert found
    return found[1]


def addresses(app: Flask, method: str) -> list[str]:
    """Every address of the application that takes a method, with 1 for numbers."""
    found = []
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.endpoint != "static":
            found.append(re.sub(r"<[^>]+>", "1", rule.rule))
    return found


def test_every_form_without_its_token_is_refused_and_does_nothing(app: Flask, workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace))
    client = app.test_client()
    posts = addresses(app, "POST")
    assert len(posts) >= 7
    for address in posts:
        answer = client.post(address, data={"title": "Smuggled in"})
        if address == "/api/plans/check":  # takes JSON alone, which no form can send
            assert answer.status_code == 422 and "not-json" in answer.text
            continue
        assert answer.status_code == 400, address
        assert "out of date" in answer.get_data(as_text=True)
    assert b"Smuggled in" not in client.get("/studies/").data
    assert client.get(f"/transcripts/{session.id}").status_code == 200


def test_another_site_is_refused_even_with_a_token(client: FlaskClient) -> None:
    form = {"title": "From elsewhere", "csrf_token": token(client)}
    assert client.post("/studies/new", data=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/studies/new", data=form, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_another_name_for_this_machine_is_not_answered(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "rebound.example.com"}).status_code == 400
    assert client.get("/", headers={"Host": "127.0.0.1:8321"}).status_code == 200


def test_every_answer_carries_the_headers_and_is_kept_by_nobody(app: Flask, workspace: Workspace) -> None:
    a_session(workspace, a_study(workspace))
    client = app.test_client()
    for address in [*addresses(app, "GET"), "/search?q=calendar", "/nothing", "/static/app.css"]:
        with client.get(address) as answer:
            assert answer.status_code < 500, address
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "default-src" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        kept = answer.headers["Cache-Control"]
        assert ("private, no-store" in kept) is not address.startswith("/static/"), (address, kept)


def test_what_people_said_is_never_markup(app: Flask, workspace: Workspace) -> None:
    study = a_study(workspace, "<b>Bold</b> study", owner='"><script>alert(1)</script>')
    text = 'Interviewer: What?\n<img src=x onerror=alert(1)>: I said <script>alert("x")</script> &amp; left.\n' * 3
    session = a_session(workspace, study, text, name="<i>.txt")
    client = app.test_client()
    for address in (
        "/",
        "/studies/",
        f"/studies/{study.id}",
        f"/transcripts/{session.id}",
        "/search?q=<script>",
        "/jobs/",
    ):
        page = client.get(address).get_data(as_text=True)
        assert "<script>alert" not in page and "<img src=x" not in page and "<b>Bold" not in page, address
        assert "<i>.txt" not in page


def test_the_original_is_a_download_that_can_do_nothing(app: Flask, workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace), name="p01.html")
    with app.test_client().get(f"/transcripts/{session.id}/original") as answer:
        assert answer.data == INTERVIEW.encode()
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_an_api_error_is_a_problem_and_a_page_error_a_sentence(client: FlaskClient) -> None:
    problem = client.get("/api/search?q=x&role=chef")
    assert problem.status_code == 422 and problem.mimetype == "application/problem+json"
    assert problem.json == {
        "type": "urn:cairn:no-such-role",
        "title": "There is no such role.",
        "status": 422,
        "detail": "Use one of: interviewer, participant, other, unknown.",
    }
    assert "Write it as 2026-03-17." in client.get("/search?q=x&since=soon").get_data(as_text=True)
    assert client.get("/transcripts/7").status_code == 404


def test_every_error_has_a_status(app: Flask) -> None:
    def below(kind: type[CairnError]) -> list[type[CairnError]]:
        return [kind, *(deeper for sub in kind.__subclasses__() for deeper in below(sub))]

    kinds = [kind for kind in below(CairnError) if kind is not CairnError and kind.__name__ != "SettingsError"]
    assert all(400 <= status_of(kind("x")) != 500 for kind in kinds)
    assert status_of(DiskFull()) == 507 and status_of(Unavailable()) == 503


def test_an_unknown_error_says_nothing_of_what_was_said(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("Mrs Secret of 12 Hidden Lane")

    monkeypatch.setattr("repository.reading.studies", fail)
    answer = app.test_client().get("/studies/")
    assert answer.status_code == 500
    assert "Secret" not in answer.get_data(as_text=True) + caplog.text
    assert "ValueError" in answer.get_data(as_text=True) and "ValueError" in caplog.text


def test_too_much_at_once_is_a_sentence(app: Flask) -> None:
    @app.get("/too-much")
    def too_much() -> None:
        raise RequestEntityTooLarge

    assert "Add fewer or smaller files" in app.test_client().get("/too-much").get_data(as_text=True)


def test_the_secret_is_made_once_and_is_its_owners(tmp_path: Path) -> None:
    made = secret(tmp_path)
    assert len(made) == 64 and secret(tmp_path) == made
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "secret.key").write_text("")  # what a full disk may leave
    assert len(secret(tmp_path)) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_an_upload_without_files_or_study_is_refused_and_a_bad_file_harms_no_other(
    client: FlaskClient, workspace: Workspace
) -> None:
    import io

    def post(**form: object) -> tuple[int, str]:
        answer = client.post(
            "/upload",
            data={**form, "csrf_token": token(client)},
            content_type="multipart/form-data",
            follow_redirects=True,
        )
        return answer.status_code, answer.get_data(as_text=True)

    assert post(title="New")[1].count("No file was chosen.") >= 1
    assert "A file belongs to a study." in post(files=(io.BytesIO(b"P1: x"), "a.txt"))[1]
    assert post(study="99", files=(io.BytesIO(b"P1: x"), "a.txt"))[0] == 404
    files = [(io.BytesIO(b""), "empty.txt"), (io.BytesIO(INTERVIEW.encode()), "full.txt")]
    status, page = post(title="New", files=files, occurred_on="2026-03-01", consent="internal")
    assert status == 200 and "empty.txt: The file is empty." in page and "full.txt" in page
    assert "Trial" not in post(title="New", files=(io.BytesIO(b"P1: x"), "b.txt"))[1]
    with workspace.read() as unit:
        [source] = unit.sources.some([1]).values()
    assert (source.name, str(source.occurred_on), source.consent) == ("full.txt", "2026-03-01", "internal")


@pytest.mark.parametrize(
    "address",
    [
        "/search?q=a&endpoint=x&_anchor=y&_scheme=z&values=1",
        "/upload/progress?source=1&endpoint=x&_external=1",
        "/studies/123456789012345678901234",
        "/transcripts/99999999999999999999",
        "/search?q=%22a%00b%22",
        "/search?q=x&study=99999999999999999999",
        "/jobs/?page=99999999999999999999",
    ],
)
def test_odd_addresses_do_no_harm(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code in (200, 404, 422)


def test_a_form_sent_again_after_a_refusal_goes_into_the_same_study(client: FlaskClient, workspace: Workspace) -> None:
    import io

    for data in (b"", INTERVIEW.encode()):
        form = {"title": "Calendars", "files": [(io.BytesIO(data), "a.txt")], "csrf_token": token(client)}
        assert client.post("/upload", data=form, content_type="multipart/form-data").status_code == 303
    with workspace.read() as unit:
        assert len(unit.studies.all(LOCAL_ADMIN)) == 1
    assert len(workspace.originals.digests()) == 1  # the empty file left nothing


def test_a_long_list_is_paged(client: FlaskClient, workspace: Workspace) -> None:
    for number in range(60):
        a_study(workspace, f"Study {number}")
    first, second = client.get("/studies/"), client.get("/studies/?page=2")
    assert first.data.count(b"row-card") == 50 and second.data.count(b"row-card") == 10
    assert client.get("/studies/?page=99").data.count(b"row-card") == 10
    assert client.get("/studies/?page=x").status_code == 422
