"""Discovery in the browser: look, read on the map, lasso, make a candidate of it, accept it, undo; and by keys alone."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from nlp.hashing import HashingEmbedder
from repository.codebook import ensure_codebook
from repository.settings import Settings, StorageSettings
from repository.workspace import Workspace
from tests.builders import a_study
from tests.journeys.conftest import Server, start, stop
from tests.unit.test_discovering import TOPICS, a_talk

pytestmark = pytest.mark.journey

#: What is said of each topic, so that words alone tell them apart.
ABOUT = {
    "invoice": "The invoice was too high and the price of each licence on the invoice is beyond our budget",
    "calendar": "The calendar does not sync and the calendar shows appointments at the wrong hour",
    "reminder": "The reminder messages went out twice and patients phoned about the reminder texts",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A repository in which eight people speak of three things, served."""
    folder = tmp_path_factory.mktemp("discovered") / "data"
    workspace = Workspace(
        Settings(storage=StorageSettings(folder=str(folder), min_free_mb=1)), embedder=HashingEmbedder()
    )
    ensure_codebook(workspace)
    study = a_study(workspace, "Three things")
    for n in range(8):
        person = f"P{n:02}"
        texts = [
            f"{ABOUT[topic]}, said {person} the {time} time." for topic in TOPICS[:3] for time in ("first", "last")
        ]
        a_talk(workspace, study, texts, name=person)
    workspace.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAIRN_SUGGESTING__ENABLED", "false")  # or it would cover what this looks at
        patch.setenv("CAIRN_EMBEDDING__BACKEND", "hashing")  # the model is not what this is about
        running = start(folder)
    yield running
    assert stop(running) == 0


def ready(page: Page) -> None:
    expect(page.locator("#map[data-ready]")).to_be_visible()


def looked(page: Page) -> None:
    """Let the machine look, if it has not, and open the page."""
    page.goto("/discover/")
    if page.get_by_role("button", name="Look for themes").count():
        page.get_by_role("button", name="Look for themes").click()
        page.get_by_role("link", name="Show it").click(timeout=60_000)
    ready(page)


def test_from_lasso_to_candidate_to_theme_and_back(page: Page) -> None:
    looked(page)
    cards = page.locator(".candidate-card")
    expect(cards.first).to_contain_text("8 participants")
    box = page.locator("#map-canvas").bounding_box()
    assert box
    page.get_by_role("button", name="Lasso").click()
    x, y, w, h = box["x"], box["y"], box["width"], box["height"]
    page.mouse.move(x + 3, y + 3)
    page.mouse.down()
    for a, b in ((0.99, 0.01), (0.99, 0.6), (0.01, 0.6)):
        page.mouse.move(x + w * a, y + h * b, steps=4)
    page.mouse.up()
    count = page.locator("#chosen-count")
    expect(count).to_contain_text("passages chosen")
    chosen = int(count.inner_text().split()[0])
    assert 0 < chosen < 48
    expect(page.locator("#chosen-quotes li").first).to_contain_text("said P0")
    page.get_by_label("Name of the candidate").fill("Seen together")
    page.get_by_role("button", name="Make a candidate").click()
    expect(page.locator(".alert")).to_contain_text(f"of {chosen} passage")
    page.get_by_role("link", name="Seen together").click()
    expect(page.get_by_label("Name", exact=True).first).to_have_value("Seen together")
    page.get_by_label("Definition").fill("What was seen together on the map.")
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.locator(".alert")).to_contain_text("Accepted “Seen together” as “Seen together”")
    beside = page.context.new_page()
    beside.goto("/themes/seen-together")
    expect(beside.locator("main")).to_contain_text("What was seen together on the map.")
    beside.goto("/discover/?state=accepted")
    expect(beside.locator(".candidate-card")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".alert")).to_contain_text("Undone: Accepted candidate")
    expect(page.get_by_role("link", name="Seen together")).to_be_visible()
    beside.close()


def test_with_keys_alone_a_passage_is_read_and_coded(page: Page) -> None:
    looked(page)
    page.locator("#map-canvas").focus()
    page.keyboard.press("n")
    expect(page.locator("#map-quote")).to_contain_text("said P0")
    first = page.locator("#map-quote").inner_text()
    page.keyboard.press("n")
    expect(page.locator("#map-quote")).not_to_have_text(first)
    for key in ("+", "ArrowLeft", "-", "0", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#chosen-count")).to_have_text("1 passage chosen")
    page.locator("#chosen").get_by_label("Code", exact=True).fill("Workaround")
    page.locator("#chosen").get_by_role("button", name="Code these").press("Enter")
    expect(page.locator(".alert")).to_contain_text("Coded 1 passage with “")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".alert")).to_contain_text("Undone: Coded 1 passage")
    ready(page)
    page.get_by_role("button", name="Choose on the map").first.click()
    expect(page.locator("#chosen-count")).to_contain_text("passages chosen")
    page.locator("#map-canvas").press("Escape")
    expect(page.locator("#chosen")).to_be_hidden()


def test_a_finger_chooses_with_the_lasso(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=server.address, has_touch=True)
    page = context.new_page()
    looked(page)
    page.get_by_role("button", name="Lasso").tap()
    page.evaluate(
        """() => {
        const canvas = document.querySelector("#map-canvas");
        const box = canvas.getBoundingClientRect();
        canvas.setPointerCapture = () => {};
        const send = (kind, x, y) => canvas.dispatchEvent(new PointerEvent(kind, {
          pointerId: 7, pointerType: "touch", bubbles: true, clientX: box.left + x * box.width, clientY: box.top + y * box.height }));
        send("pointerdown", .01, .01);
        for (const [x, y] of [[.99, .01], [.99, .99], [.01, .99]]) send("pointermove", x, y);
        send("pointerup", .01, .99);
    }"""
    )
    expect(page.locator("#chosen-count")).to_contain_text("passages chosen")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


@pytest.mark.parametrize("dark", [False, True])
def test_assistive_technology_finds_no_serious_fault(page: Page, dark: bool) -> None:
    page.emulate_media(reduced_motion="reduce")  # colours that change slowly would be measured on their way
    looked(page)
    for address in ("/discover/", "/discover/pile", page.locator(".candidate-card h2 a").first.get_attribute("href")):
        page.goto(address or "")
        if dark:
            page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'dark')")
        found = Axe().run(page).response["violations"]
        assert [f["id"] for f in found if f["impact"] in ("serious", "critical")] == [], address


def test_without_scripts_cards_and_tables_do(browser: Browser, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=server.address)
    page = context.new_page()
    page.goto("/discover/")
    expect(page.get_by_text("The map needs JavaScript")).to_be_visible()
    page.locator(".candidate-card h2 a").first.click()
    ticks = page.locator(".pick-row input")
    for tick in ticks.all()[:2]:
        tick.check()
    page.get_by_role("button", name="Move").click()
    expect(page.locator(".alert")).to_contain_text("to the pile")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".alert")).to_contain_text("Undone")
    context.close()
