"""The review queue in the browser: with keys alone, with many at once, with a finger, and fit for assistive technology."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from nlp.hashing import HashingEmbedder
from repository.codebook import ensure_codebook
from repository.settings import Settings, StorageSettings, SuggestingSettings
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_session, a_study
from tests.journeys.conftest import Server, start, stop
from tests.unit.test_suggesting import TOLD

pytestmark = pytest.mark.journey


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A repository with some suggestions, served; each test has its own, for it decides them."""
    folder = tmp_path / "data"
    settings = Settings(
        storage=StorageSettings(folder=str(folder), min_free_mb=1),
        suggesting=SuggestingSettings(threshold=0.001, per_passage=8),
    )
    workspace = Workspace(settings, embedder=HashingEmbedder())
    ensure_codebook(workspace)
    for number in range(4):
        text = f"{TOLD}{INTERVIEW}P01: That was visit {number}, and the reminder rang {number} times.\n"
        a_session(workspace, a_study(workspace, f"Study {number}"), text, name=f"{number}.txt")
    workspace.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAIRN_EMBEDDING__BACKEND", "hashing")  # the model is not what this is about
        patch.setenv("CAIRN_SUGGESTING__THRESHOLD", "0.001")
        patch.setenv("CAIRN_SUGGESTING__PER_PASSAGE", "8")
        patch.setenv("CAIRN_SERVER__WORKER", "false")  # it would learn meanwhile, and withdraw what is on the screen
        running = start(folder)
    yield running
    assert stop(running) == 0


def open_rows(page: Page) -> Locator:
    return page.locator("[data-suggestion]:not(.decided)")


def chosen(page: Page) -> str:
    """The number of the suggestion that has the focus."""
    found: str = page.evaluate("document.activeElement.closest('[data-suggestion]')?.dataset.suggestion ?? ''")
    return found


def test_a_page_is_decided_with_keys_alone(page: Page) -> None:
    page.goto("/review/")
    page.keyboard.press("a")  # nothing is chosen yet: first look at it
    expect(page.locator("#decided")).to_have_text("0")
    one = chosen(page)
    page.keyboard.press("a")
    expect(page.locator(f"#s{one}")).to_contain_text("Accepted “")
    expect(page.locator("#decided")).to_have_text("1")
    two = chosen(page)
    assert two not in ("", one)
    page.keyboard.press("ArrowDown")
    assert chosen(page) not in (one, two)
    page.keyboard.press("k")
    assert chosen(page) == two
    page.keyboard.press("r")
    expect(page.locator(f"#s{two}")).to_contain_text("Rejected “")
    three = chosen(page)
    page.keyboard.press("s")
    expect(page.locator(f"#s{three}")).to_have_class(re.compile("skipped"))
    four = chosen(page)
    assert four not in (one, two, three)
    page.keyboard.press("e")
    page.keyboard.type("Log-in and device security")
    page.keyboard.press("Enter")
    expect(page.locator(f"#s{four}")).to_contain_text("Coded with “Log-in and device security”")
    page.keyboard.press("u")
    expect(page.locator(f"#s{four}")).not_to_have_class(re.compile("decided"))
    assert chosen(page) == four
    page.keyboard.press("u")
    expect(page.locator("#undo-line")).to_contain_text("Undone: Rejected")
    expect(page.locator("#decided")).to_have_text("1")
    page.reload()
    expect(page.locator(".review-progress label")).to_have_text(re.compile(r"^1 of \d+ decided today"))
    expect(page.locator(f"#s{one}")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("accept, reject the chosen suggestion")


def test_a_page_that_is_decided_leads_on_to_the_rest(page: Page) -> None:
    page.goto("/review/")
    count = open_rows(page).count()
    page.keyboard.press("j")
    page.keyboard.press("s")
    for done in range(1, count):
        page.keyboard.press("r")
        expect(open_rows(page)).to_have_count(count - done)
    expect(page.locator("#go-on")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**skip=1*")
    expect(open_rows(page)).not_to_have_count(0)


def test_many_are_selected_and_all_that_fit_are_decided(page: Page, server: Server) -> None:
    page.goto("/review/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_role("button", name="Accept selected").click()
    expect(page.locator("#undo-line")).to_contain_text("Accepted 2 suggestions.")
    expect(page.locator(".decided")).to_have_count(2)
    page.locator("#undo-line button").click()
    expect(page.locator(".decided")).to_have_count(0)
    page.select_option("select[name=study]", label="Study 2")
    page.get_by_role("button", name="Show").click()
    count = open_rows(page).count()
    page.get_by_role("link", name=re.compile("Reject all")).click()
    expect(page.locator("main")).to_contain_text("in “Study 2”")
    page.get_by_role("button", name=f"Reject {count} suggestions").click()
    expect(page.locator("main")).to_contain_text(f"Rejected {count} suggestions: in “Study 2”.")
    expect(page.locator("main")).to_contain_text("Nothing open fits this.")
    page.locator(".alert button").click()
    expect(page.locator(".alert")).to_contain_text(f"Undone: Rejected {count} suggestions")
    expect(open_rows(page)).not_to_have_count(0)


def test_what_was_decided_elsewhere_meanwhile_is_said(page: Page, server: Server) -> None:
    page.goto("/review/")
    other = page.context.new_page()
    other.goto("/review/")
    page.keyboard.press("j")
    one = chosen(page)
    page.keyboard.press("r")
    expect(page.locator(f"#s{one}")).to_have_class(re.compile("decided"))
    other.keyboard.press("j")
    other.keyboard.press("a")
    expect(other.locator(f"#s{one}")).to_contain_text(re.compile("decided already|not suggested any more"))
    expect(other.locator("#decided")).to_have_text("0")
    other.close()


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_a_finger_decides_on_a_narrow_screen_and_nothing_is_at_fault(
    browser: Browser, server: Server, shade: str
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 800},
        has_touch=True,
        is_mobile=True,
        color_scheme=shade,  # type: ignore[arg-type]
        base_url=server.address,
    )
    page = context.new_page()
    page.goto("/review/")
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    row = open_rows(page).first
    number = row.get_attribute("data-suggestion")
    page.keyboard.press("j")
    page.keyboard.press("s")
    row.locator("[data-do=accept]").tap()
    expect(page.locator(f"#s{number}")).to_contain_text("Accepted “")
    open_rows(page).first.locator(".instead summary").tap()
    page.locator(".filters summary").tap()
    faults = Axe().run(page).response["violations"]
    serious = [
        f"{fault['id']} {node['html'][:160]} {node['failureSummary'][-160:]}"
        for fault in faults
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"][:3]
    ]
    assert not serious, "\n".join(serious)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.locator(f"#s{number} .decided-line button").tap()
    expect(page.locator(f"#s{number} .words")).to_be_visible()
    context.close()


def test_everything_works_without_scripts(browser: Browser, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=server.address)
    page = context.new_page()
    page.goto("/review/")
    page.get_by_role("button", name="Reject", exact=False).nth(2).click()
    page.locator("[name=suggestion]").first.check()
    page.get_by_role("button", name="Accept selected").click()
    expect(page.locator(".alert")).to_contain_text("Accepted 1 suggestion.")
    page.locator(".alert").get_by_role("button", name="Undo").click()
    expect(page.locator(".alert")).to_contain_text("Undone: Accepted 1 suggestion.")
    page.locator(".instead summary").first.click()
    page.locator(".instead input[name=instead]").first.fill("Log-in and device security")
    page.locator(".instead input[name=instead]").first.press("Enter")
    expect(page.locator(".alert")).to_contain_text("Coded with “Log-in and device security”")
    context.close()
