"""Keeping a codebook in the browser: made, changed by two at once, merged, split, undone, looked at as it was."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from nlp.hashing import HashingEmbedder
from repository import codebook_importing
from repository.codebook import ensure_codebook
from repository.domain.access import PersonRole, Viewer
from repository.domain.coding import CodeFacts
from repository.settings import Settings, StorageSettings
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.journeys.conftest import Server, start, stop
from tests.unit.test_codebook_changes import put

pytestmark = pytest.mark.journey

CALLS = [f"we phoned support about the calendar again, call {n}" for n in range(4)]
SHEETS = [f"the printed paper list hangs on the wall, sheet {n}" for n in range(3)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A repository with seven quotes under one code, and with a theme of many codes, served."""
    folder = tmp_path_factory.mktemp("codebook") / "data"
    workspace = Workspace(
        Settings(storage=StorageSettings(folder=str(folder), min_free_mb=1)), embedder=HashingEmbedder()
    )
    ensure_codebook(workspace)
    ana = Viewer("Ana", PersonRole.RESEARCHER)
    session = a_session(workspace, a_study(workspace, "At the desk"), "".join(f"P01: {q}.\n\n" for q in CALLS + SHEETS))
    for quote in CALLS + SHEETS:
        put(workspace, session, quote, "workaround", by=ana)
    facts = [
        CodeFacts("many", "Many", "A theme."),
        *(CodeFacts(f"m{n}", f"One {n}", "", parent="many") for n in range(60)),
    ]
    codebook_importing.import_codes(workspace, ana, facts)
    workspace.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAIRN_EMBEDDING__BACKEND", "hashing")  # the model is not what this is about
        running = start(folder)
    yield running
    assert stop(running) == 0


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()


def test_a_codebook_is_kept_and_every_change_taken_back(page: Page) -> None:
    # A theme and a code under it, by keyboard.
    page.goto("/codebook/")
    page.get_by_role("link", name="New theme").click()
    page.get_by_label("Name", exact=True).fill("At the counter")
    page.get_by_label("Why").fill("New question")
    page.keyboard.press("Enter")
    said(page, "Made “At the counter”.")
    page.get_by_role("link", name="New code here").click()
    page.get_by_label("Name", exact=True).fill("Queues")
    page.get_by_label("Definition").fill("People wait.")
    page.get_by_role("button", name="Make the code").click()
    said(page, "Made “Queues”.")

    # Ticked, merged after a look, and undone.
    page.goto("/codebook/")
    page.get_by_label("Choose Queues").check()
    page.get_by_label("Choose Workaround").check()
    page.get_by_role("button", name="Merge what is ticked").click()
    expect(page.locator(".touches")).to_contain_text("7 codings by 1 coder")
    page.get_by_role("radio", name="Queues").check()
    page.get_by_role("button", name="Merge", exact=True).click()
    said(page, "Merged “Workaround” into “Queues”.")
    page.goto("/codebook/workaround")
    assert page.url.endswith("/codebook/queues")
    expect(page.get_by_label("Other names")).to_have_value("Workaround")
    page.goto("/codebook/")
    page.get_by_role("button", name="Undo your last change").click()
    said(page, "Undone: Merged")
    page.goto("/codebook/workaround")
    assert page.url.endswith("/codebook/workaround")

    # A proposed split, a choice of one's own, done.
    page.get_by_role("link", name="Split").click()
    page.get_by_role("button", name="Propose a split").click()
    page.get_by_label("Name", exact=True).first.fill("On paper")
    sheets = page.locator(".split-quote", has_text="printed paper")
    calls = page.locator(".split-quote", has_text="phoned support")
    expect(sheets).to_have_count(3)
    for number in range(3):
        sheets.nth(number).get_by_role("radio").nth(1).check()
    for number in range(4):
        calls.nth(number).get_by_label("stays").check()
    page.get_by_role("button", name="Split", exact=True).click()
    said(page, "Split “On paper” off “Workaround”.")
    expect(page.locator(".touches")).to_contain_text("4 codings")

    # The history tells all of it, and the tree as it was has none of it.
    page.goto("/codebook/history")
    expect(page.locator(".entry").first).to_contain_text("Split “On paper” off “Workaround”.")
    expect(page.locator(".entry", has_text="New question")).to_contain_text("Made “At the counter”.")
    page.get_by_label("The whole codebook as it was on").fill("2020-01-01")
    page.get_by_role("button", name="Show").click()
    said(page, "1 January 2020")
    expect(page.get_by_text("On paper")).to_have_count(0)


def test_of_two_who_edit_at_once_the_second_sees_both(browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.address)  # of its own: the browser complains of the answer 409
    page, other = context.new_page(), context.new_page()
    for one in (page, other):
        one.goto("/codebook/double-work")
    other.get_by_label("Definition").fill("The same, typed twice.")
    other.get_by_role("button", name="Save").click()
    said(other, "Changed “Double work”.")
    page.get_by_label("Definition").fill("Done once more.")
    with page.expect_response(re.compile("/edit")) as answer:
        page.get_by_role("button", name="Save").click()
    assert answer.value.status == 409
    expect(page.get_by_role("alert")).to_contain_text("Somebody changed this code meanwhile")
    expect(page.get_by_role("textbox", name="Definition")).to_have_value("Done once more.")
    expect(page.locator(".saved")).to_contain_text("The same, typed twice.")
    page.get_by_role("button", name="Save again").click()
    said(page, "Changed “Double work”.")
    context.close()


def test_a_theme_of_many_codes_is_opened_where_it_stands(page: Page) -> None:
    page.goto("/codebook/")
    expect(page.get_by_text("One 49")).to_have_count(0)
    page.get_by_role("link", name="Show 60 codes under it").click()
    expect(page.get_by_role("link", name="One 49")).to_be_visible()
    expect(page.get_by_role("heading", name="Codebook")).to_be_visible()
    page.get_by_role("link", name="All 60 codes under Many").click()
    expect(page.get_by_role("link", name="One 59")).to_be_visible()


@pytest.mark.parametrize("shade", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_have_no_serious_fault_and_fit(browser: Browser, server: Server, width: int, shade: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=shade,  # type: ignore[arg-type]
        base_url=server.address,
    )
    page = context.new_page()
    axe, faults, cut = Axe(), [], []
    paths = ("", "?q=work", "?as_of=2020-01-01", "new", "new?under=workaround", "workaround", "history")
    acts = ("move", "split", "retire", "history")
    for path in (*paths, "merge?code=workaround&code=double-work", *(f"workaround/{act}" for act in acts)):
        page.goto(f"/codebook/{path}")
        faults += [
            f"{path} {fault['id']} {node['html'][:160]} {node['failureSummary'][-160:]}"
            for fault in axe.run(page).response["violations"]
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"][:2]
        ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            cut.append(path)
    context.close()
    assert not faults, "\n".join(faults)
    assert not cut
