"""The pages of themes and of drift: every number leads to its rows, one view throughout, charts with words beside."""

import re
from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient

from repository import codebook_changes as changes
from repository import codebook_importing, codebook_merging
from repository.domain.access import LOCAL_ADMIN
from repository.domain.coding import CodeFacts, CodeMode
from repository.domain.study import Session
from repository.workspace import Workspace
from tests.unit.test_theming import coded, crowd  # noqa: F401
from tests.unit.test_web import token

THEME = "/themes/pricing-and-value"


def read(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.get_data(as_text=True)


def links(page: str, within: str = "") -> list[str]:
    return [unescape(one) for one in re.findall(r'href="([^"]+)"', page) if within in unescape(one)]


@pytest.fixture
def page(client: FlaskClient, crowd: list[Session]) -> str:  # noqa: F811
    return read(client, THEME)


def test_every_link_of_a_theme_leads_somewhere(client: FlaskClient, page: str) -> None:
    found = {link.split("#")[0] for link in links(page, "/") if link.startswith("/") and "/static/" not in link}
    assert len(found) > 30
    for link in found:
        assert client.get(link).status_code == 200, link


def test_the_numbers_of_a_table_are_those_of_the_quotes_they_lead_to(client: FlaskClient, page: str) -> None:
    rows = re.findall(r'<a href="([^"]+show=all[^"]*)">(\d+)</a>', page)
    assert len(rows) >= 6
    for link, number in rows:
        people = set(re.findall(r'<span class="who">([^<]+)</span>', read(client, unescape(link).split("#")[0])))
        assert len(people) == int(number), link


def test_the_view_chosen_stays_in_links_and_charts(client: FlaskClient, page: str) -> None:
    machine = read(client, f"{THEME}?by=machine")
    assert "Nobody has spoken of this yet" in machine and "coded by you" not in machine
    assert all("by=machine" in one for one in re.findall(r'<img class="by-day" src="([^"]+)"', machine))
    assert 'aria-current="true">\n' not in machine and machine.count('aria-current="true"') >= 3
    people = read(client, f"{THEME}?by=people")
    assert people.count('class="group"') == 4 and "of 100 sure" not in people
    assert "8</a> coded by people" in people and "suggested</div>" not in people


def test_charts_have_words_tables_and_two_shades(client: FlaskClient, page: str) -> None:
    pictures = re.findall(r'<img class="by-(day|night)" src="([^"]+)" alt="([^"]+)"', page)
    assert [shade for shade, _, _ in pictures] == ["day", "night"] * 3
    for _, address, words in pictures:
        answer = client.get(unescape(address))
        assert answer.mimetype == "image/svg+xml" and answer.get_data(as_text=True).startswith("<svg")
        assert re.search(r"\d of \d", words)
    assert page.count("As a table") == 3
    assert "Accounts by cohort: hospital 1 of 1, all clinics 1 of 1." in read(client, f"{THEME}?count=accounts")


def test_what_an_address_cannot_mean_is_refused_with_a_sentence(client: FlaskClient, page: str) -> None:
    for wrong in ("by=robots", "show=loudest", "every=week", "study=x", "page=x"):
        assert "Traceback" not in read(client, f"{THEME}?{wrong}", 422)
    for missing in ("/themes/no-such-theme", f"{THEME}/pie.svg", "/themes/no-such-theme/time.svg"):
        read(client, missing, 404)
    assert "Nobody here has spoken" in read(client, f"{THEME}?participant=%3Cscript%3E&period=nonsense")
    assert "<script>" not in re.sub(r"<script src", "", read(client, f"{THEME}?cohort=%3Cscript%3E"))


def test_a_merged_theme_leads_to_what_took_its_place(client: FlaskClient, workspace: Workspace) -> None:
    codebook_merging.merge(workspace, LOCAL_ADMIN, ["double-work"], "workaround")
    answer = client.get("/themes/double-work?by=people")
    assert answer.status_code == 302 and answer.location == "/themes/workaround?by=people"
    assert "Also called Double work" in read(client, "/themes/workaround")


def test_themes_are_found_by_other_names(client: FlaskClient, workspace: Workspace) -> None:
    with workspace.read() as unit:
        facts = next(code.facts for code in unit.codes.all() if code.facts.slug == "workaround")
    changes.edit(workspace, LOCAL_ADMIN, "workaround", replace(facts, aliases=("Kludge",)))
    page = read(client, "/themes/?q=kludge")
    assert page.count("<article") == 1 and "also Kludge" in page
    assert "Nothing is called “&lt;b&gt;”" in read(client, "/themes/?q=%3Cb%3E")


def test_a_very_long_definition_is_folded(client: FlaskClient, workspace: Workspace) -> None:
    facts = CodeFacts("", "Long", "word " * 15_000, mode=CodeMode.MANUAL)
    slug = changes.create(workspace, LOCAL_ADMIN, facts).slug
    assert '<p class="long">' in read(client, f"/themes/{slug}")


def test_drift_is_dismissed_undone_and_mended_with_one_click(client: FlaskClient, workspace: Workspace) -> None:
    assert "Nothing has drifted" in read(client, "/codebook/drift")
    changes.create(workspace, LOCAL_ADMIN, CodeFacts("", "Empty", "", mode=CodeMode.MANUAL))
    changes.create(
        workspace, LOCAL_ADMIN, CodeFacts("", "Workaround", "What else people do to get by.", parent="empty")
    )
    page = read(client, "/codebook/drift")
    assert "“Empty” has no definition" in page and "is the name of 2 codes" in page
    for link in {one.split("#")[0] for one in links(page, "/codebook/")}:
        read(client, link)
    merge = next(one for one in links(page) if one.startswith("/codebook/merge"))
    assert "code=workaround-2" in merge and "into=workaround" in merge
    key = "undefined:empty"
    assert f'value="{key}"' in page
    answer = client.post(
        "/codebook/drift/dismiss", data={"csrf_token": token(client), "key": key}, follow_redirects=True
    )
    told = answer.get_data(as_text=True)
    assert "Dismissed “Empty”." in told and "1 dismissed" in told
    [undo] = [unescape(one) for one in re.findall(r'action="([^"]+restore\?[^"]+)"', told)]
    back = client.post(undo, data={"csrf_token": token(client)}, follow_redirects=True).get_data(as_text=True)
    assert "Put “Empty” back" in back and "“Empty” has no definition" in back
    assert client.post("/codebook/drift/dismiss", data={"csrf_token": token(client), "key": "x"}).status_code == 404


def test_one_kind_of_drift_is_listed_in_pages(client: FlaskClient, workspace: Workspace) -> None:
    codebook_importing.import_codes(
        workspace, LOCAL_ADMIN, [CodeFacts(f"n{n}", f"Name {n}", "", mode=CodeMode.MANUAL) for n in range(120)]
    )
    assert read(client, "/codebook/drift").count("has no definition") == 5
    page = read(client, "/codebook/drift?kind=undefined&page=3")
    assert page.count('class="finding card"') == 20 and "Page 3 of 3" in page
