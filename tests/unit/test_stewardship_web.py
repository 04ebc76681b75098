"""The page of what needs hands: each kind, its remedy, and the way back from everything it does."""

import re

import pytest
from flask.testing import FlaskClient

from repository import gaps, plans, stewarding
from repository.domain.access import LOCAL_ADMIN
from repository.domain.plan import PlanFacts
from repository.domain.stewardship import NeedKind
from repository.domain.study import Session
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_job, a_session, a_study, done

TALK = "\n".join(
    f"{'Interviewer' if n % 2 == 0 else 'P09'}: sentence number {n} is about moving appointment {n * 7} to another day"
    for n in range(40)
)


@pytest.fixture
def pair(workspace: Workspace) -> tuple[Session, Session]:
    """Two transcripts that look alike, a file that failed, a plan, a gap with markup in it."""
    study = a_study(workspace, owner="Dana <b>Oduya</b>")
    one = a_session(workspace, study, TALK, name="a.txt")
    two = a_session(workspace, study, TALK.replace("number 4 is", "number four is"), name="b.txt")
    done(workspace, a_job(workspace, study, "%PDF-1.4 broken", name="bad.pdf"))
    plans.create(workspace, LOCAL_ADMIN, PlanFacts("Linking", questions=("Why <i>not</i>?",)))
    with workspace.write() as unit:
        gaps.note(unit, workspace, "loyalty points", gaps.SEARCH)
        gaps.tally(unit, gaps.SEARCH, False, workspace.clock().date())
    return one, two


@pytest.fixture
def client(workspace: Workspace, pair: tuple[Session, Session]) -> FlaskClient:
    from web.app import create_app

    app = create_app(workspace)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def test_every_kind_has_its_count_and_what_is_empty_is_in_order(client: FlaskClient, workspace: Workspace) -> None:
    page = text(client, "/stewardship/")
    for heap in stewarding.heaps(workspace, LOCAL_ADMIN):
        if heap.needs:
            assert re.search(
                rf'<h2 id="{heap.kind.value}">{heap.kind.called} <span class="count">{heap.number}</span>', page
            )
        else:
            assert heap.kind.called in page.partition('id="in-order"')[2]
    assert "Dana &lt;b&gt;Oduya&lt;/b&gt;" in page and "<b>Oduya" not in page


def test_every_remedy_that_is_a_link_leads_somewhere(client: FlaskClient) -> None:
    seen = set()
    for kind in NeedKind:
        page = text(client, f"/stewardship/?kind={kind.value}")
        seen |= set(re.findall(r'<a class="btn btn-sm[^"]*" href="([^"]+)"', page))
    assert len(seen) > 6
    for address in seen:
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_a_failed_file_is_tried_again_with_one_click(client: FlaskClient) -> None:
    [address] = re.findall(r'action="(/jobs/\d+/retry)"', text(client, "/stewardship/?kind=sources"))
    assert client.post(address).status_code == 303
    assert "In order." in text(client, "/stewardship/?kind=sources")


def test_one_of_two_alike_goes_to_the_bin_and_comes_back(client: FlaskClient, pair: tuple[Session, Session]) -> None:
    one, two = pair
    address = f"/stewardship/difference/{one.id}/{two.id}"
    page = text(client, address)
    assert re.findall(r"<del>(.*?)</del>", page) == ["4"] and re.findall(r"<ins>(.*?)</ins>", page) == ["four"]
    assert client.post(f"/stewardship/bin/{two.id}").status_code == 303
    page = text(client, "/stewardship/?kind=duplicates")
    assert "In order." in page and f"/bin/transcripts/{two.id}/restore" in page
    assert client.get(address).status_code == 404
    client.post(f"/bin/transcripts/{two.id}/restore")
    assert "b and a" in text(client, "/stewardship/?kind=duplicates")


def test_what_was_set_aside_is_shown_apart_and_can_be_put_back(
    client: FlaskClient, pair: tuple[Session, Session]
) -> None:
    key = {"kind": "duplicates", "key": f"{pair[0].id}-{pair[1].id}"}
    assert client.post("/stewardship/set-aside", data=key).status_code == 303
    page = text(client, "/stewardship/?kind=duplicates")
    assert "1 set aside" in page and "Set aside by you" in page
    assert client.post("/stewardship/set-aside", data=key).status_code == 404
    assert client.post("/stewardship/put-back", query_string=key).status_code == 303
    assert "set aside</summary>" not in text(client, "/stewardship/?kind=duplicates")
    assert client.post("/stewardship/set-aside", data={"kind": "nothing", "key": "1"}).status_code == 404


def test_consent_is_stated_for_one_or_for_the_study(client: FlaskClient, pair: tuple[Session, Session]) -> None:
    address = f"/stewardship/consent/{pair[0].id}"
    assert client.post(address, data={"consent": " "}).status_code == 422
    client.post(address, data={"consent": "internal", "study": "yes"})
    page = text(client, "/stewardship/?kind=no-consent")
    assert "In order." in page and "Stated for 2 transcripts." in page


def test_one_owners_needs_are_counted_apart(client: FlaskClient, workspace: Workspace) -> None:
    page = text(client, "/stewardship/?owner=Dana+%3Cb%3EOduya%3C/b%3E")
    assert "bad.pdf" in page and "loyalty points" not in page
    assert "Everything is in order." in text(client, "/stewardship/?owner=nobody-here")


def test_long_lists_are_paged(client: FlaskClient, workspace: Workspace) -> None:
    with workspace.write() as unit:
        for n in range(120):
            unit.gaps.note(f"key {n}", f"question number {n}", gaps.SEARCH, workspace.clock().date())
    page = text(client, "/stewardship/?kind=gaps&page=2")
    assert page.count('<li class="need">') == 50 and "Page 2 of 3, 121 rows" in page
    assert text(client, "/stewardship/").count("question number") == 2  # beside what was asked before


def test_the_mark_in_the_navigation_says_what_cannot_wait(client: FlaskClient) -> None:
    assert ", 1 need hands" in text(client, "/studies/")
    [address] = re.findall(r'action="(/jobs/\d+/retry)"', text(client, "/stewardship/?kind=sources"))
    client.post(address)
    assert "need hands</span>" not in text(client, "/studies/")


def test_reuse_shows_each_number_with_what_it_counts(client: FlaskClient) -> None:
    page = text(client, "/stewardship/reuse")
    assert "0 of 1 search found something" in page and "0 of 1" in page
    picture = client.get("/stewardship/reuse/search.svg")
    assert picture.mimetype == "image/svg+xml" and b"<svg" in picture.data
    assert client.get("/stewardship/reuse/else.svg").status_code == 404


def test_nothing_was_asked_yet(workspace: Workspace) -> None:
    from web.app import create_app

    page = text(create_app(workspace).test_client(), "/stewardship/reuse")
    assert "Nothing was asked in the last 13 weeks." in page and "<img" not in page.partition("<main")[2]


def test_words_of_the_interview_are_on_no_list(client: FlaskClient, workspace: Workspace) -> None:
    a_session(workspace, a_study(workspace, "Elsewhere"), INTERVIEW)
    assert "overwrite" not in text(client, "/stewardship/")
