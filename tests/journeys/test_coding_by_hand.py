"""Coding in the browser: with the mouse, with keys alone, with a finger; undone again; and fit for assistive technology."""

import re
import time
from collections.abc import Iterator

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

TEXT = (
    INTERVIEW + "P01: Before 😀 the 👩🏽‍⚕️ nurse said שלום to us. Then she left, quickly. Nobody saw her again.\n" + TOLD
)
#: Where a word stands on the screen, by its beginning (0) or end (1).
POINT = """([turn, word, end]) => {
  const words = document.querySelector(`#t${turn} .words`);
  const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(word);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + word.length);
    const boxes = [...range.getClientRects()];
    const box = end ? boxes.pop() : boxes[0];
    return [end ? box.right - 1 : box.left + 1, box.top + box.height / 2];
  }
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A repository with a short transcript and one of 2,000 turns, served."""
    folder = tmp_path_factory.mktemp("coded") / "data"
    settings = Settings(
        storage=StorageSettings(folder=str(folder), min_free_mb=1), suggesting=SuggestingSettings(threshold=0.001)
    )
    workspace = Workspace(settings, embedder=HashingEmbedder())
    ensure_codebook(workspace)
    a_session(workspace, a_study(workspace, "Coding"), TEXT)
    turns = (f"{'Interviewer' if n % 2 else 'P01'}: Turn {n}, the reminder 😀 rang. Twice.\n" for n in range(2_000))
    a_session(workspace, a_study(workspace, "Long"), "".join(turns), name="long.txt")
    workspace.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAIRN_EMBEDDING__BACKEND", "hashing")  # the model is not what this is about
        running = start(folder)
    yield running
    assert stop(running) == 0


@pytest.fixture(scope="module")
def transcript() -> str:
    """The address of the short transcript."""
    return "/transcripts/1"


@pytest.fixture
def read(page: Page, transcript: str) -> Iterator[Page]:
    page.goto(transcript)
    yield page
    while page.locator("mark.coded").count():  # the next test begins with a clean text
        page.keyboard.press("Escape")
        before = page.locator("mark.coded").evaluate_all("all => all.length")
        page.locator("a.coding").first.click()
        page.locator("[data-do=delete]").click()
        expect(page.locator("mark.coded")).not_to_have_count(before)


def drag(page: Page, turn: int, first: str, last: str) -> None:
    """Select with the mouse from the beginning of one word to the end of another."""
    page.locator(f"#t{turn}").scroll_into_view_if_needed()
    x, y = page.evaluate(POINT, [turn, first, 0])
    to_x, to_y = page.evaluate(POINT, [turn, last, 1])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(to_x, to_y, steps=6)
    page.mouse.up()


def choices(page: Page) -> Locator:
    """The codes that are offered."""
    return page.locator("#coder-list [role=option]")


def coded(page: Page, turn: int) -> Locator:
    return page.locator(f"#t{turn} mark.coded")


def test_words_are_selected_with_the_mouse_coded_and_undone(read: Page) -> None:
    drag(read, 2, "afraid", "appointments")
    box = read.get_by_role("dialog", name="Code these words")
    expect(box).to_be_visible()
    box.get_by_role("combobox").click()
    read.keyboard.type("data lo")
    expect(choices(read).first).to_contain_text("Fear of data loss")
    read.keyboard.press("Enter")
    expect(coded(read, 2)).to_have_text("afraid it would overwrite the appointments")
    expect(read.locator("#t2 .coding")).to_contain_text("Fear of data loss")
    read.keyboard.type("workar")
    read.keyboard.press("Enter")
    expect(read.locator("#panel .tag")).to_have_count(2)
    read.fill("#coder-remark", "Ask again")
    read.press("#coder-remark", "Enter")
    expect(read.locator("#t2 .remark")).to_contain_text("Ask again")
    read.keyboard.press("Escape")
    expect(box).to_be_hidden()
    for gone in ("Kept the comment", "Workaround", "Fear of data loss"):
        read.keyboard.press("u")
        expect(read.locator("#undo-line")).to_contain_text(gone)
        expect(read.locator("#undo-line")).to_contain_text("Undone")
    expect(coded(read, 2)).to_have_count(0)
    read.reload()
    expect(coded(read, 2)).to_have_count(0)


def test_everything_is_done_with_keys_alone(read: Page) -> None:
    for _ in range(7):
        read.keyboard.press("j")
    expect(read.locator("#t7")).to_be_focused()
    read.keyboard.press("s")
    read.keyboard.press("s")
    assert read.evaluate("getSelection().toString()") == "Then she left, quickly."
    read.keyboard.press("ArrowLeft")
    assert read.evaluate("getSelection().toString()") == "Before 😀 the 👩🏽‍⚕️ nurse said שלום to us."
    read.keyboard.press("Shift+ArrowLeft")
    read.keyboard.press("Shift+ArrowLeft")
    read.keyboard.press("w")
    read.keyboard.press("h")
    expect(read.get_by_role("combobox")).to_be_focused()
    read.keyboard.type("Greeting in Hebrew")
    expect(choices(read)).to_have_count(0)
    read.keyboard.press("Enter")
    expect(read.locator("#coder-new select")).to_be_focused()
    read.keyboard.press("Tab")
    read.keyboard.press("Enter")
    expect(read.locator("#panel .tag")).to_have_text(re.compile("Greeting in Hebrew"))
    text = "".join(coded(read, 7).all_inner_texts())
    assert text.endswith(("nurse said שלום to", "nurse said שלום"))
    assert not text.startswith("Before")
    read.keyboard.press("Escape")
    expect(read.locator("#t7")).to_be_focused()
    read.keyboard.press("k")
    read.keyboard.press("Enter")
    expect(read.locator("#coder-words")).to_contain_text("No. But the reminder messages")
    read.keyboard.type("greeting")
    expect(choices(read).first).to_contain_text("Greeting in Hebrew")
    read.keyboard.press("Enter")
    expect(coded(read, 6)).to_have_count(1)
    read.keyboard.press("Enter")  # nothing more: done
    expect(read.locator("#coder")).to_be_hidden()
    read.keyboard.press("u")
    expect(coded(read, 6)).to_have_count(0)
    read.keyboard.press("?")
    expect(read.locator("#keys")).to_contain_text("choose the next sentence")


def test_a_highlight_is_opened_changed_split_linked_to_and_deleted(read: Page) -> None:
    drag(read, 4, "phoned", "Friday")
    read.keyboard.press("h")
    read.keyboard.type("phone")
    read.keyboard.press("Enter")
    expect(coded(read, 4)).to_have_count(1)
    read.keyboard.press("Escape")
    read.locator("#t4 a.coding").click()
    expect(read.locator("#panel .made")).to_contain_text("Highlighted by you")
    read.click("[data-do=move]")
    drag(read, 4, "phoned", "Petra")
    read.click("[data-do=use]")
    expect(coded(read, 4)).to_have_text("phoned support twice, and the second time Petra")
    read.click("[data-do=split]")
    drag(read, 4, "second", "time")
    read.click("[data-do=use]")
    expect(read.locator("#t4 a.coding")).to_have_count(2)
    read.keyboard.press("Escape")
    coded(read, 4).last.click()
    read.click("[data-do=link]")
    link = read.evaluate("navigator.clipboard.readText()")
    read.keyboard.press("Escape")
    read.goto(link)
    expect(read.locator("#found")).to_be_in_viewport()
    assert "".join(read.locator("mark.found").all_inner_texts()) == "second time Petra"
    read.locator("#t4 a.coding").last.click()
    read.locator("#panel .tick").click()
    expect(read.locator("#panel .tag")).to_have_count(0)
    read.click("[data-do=delete]")
    expect(read.locator("#t4 a.coding")).to_have_count(1)
    expect(read.locator("#coder")).to_be_hidden()
    read.locator("#undo-line button").click()
    expect(read.locator("#t4 a.coding")).to_have_count(2)


def test_suggestions_are_accepted_and_rejected_by_key(read: Page) -> None:
    first = read.locator("[data-suggestion]").first
    count = read.locator("[data-suggestion]").count()
    first.locator("summary").focus()
    read.keyboard.press("a")
    expect(read.locator("#undo-line")).to_contain_text("Accepted")
    expect(read.locator("[data-suggestion]")).to_have_count(count - 1)
    expect(read.locator("a.coding")).not_to_have_count(0)
    read.keyboard.press("u")
    expect(read.locator("[data-suggestion]")).to_have_count(count)
    read.locator("[data-suggestion] summary").first.focus()
    read.keyboard.press("r")
    expect(read.locator("#undo-line")).to_contain_text("Rejected")
    read.reload()
    expect(read.locator("[data-suggestion]")).to_have_count(count - 1)
    read.keyboard.press("u")
    expect(read.locator("[data-suggestion]")).to_have_count(count)


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_a_finger_codes_from_the_bar_below_and_nothing_is_at_fault(
    browser: Browser, server: Server, transcript: str, shade: str
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 800},
        has_touch=True,
        is_mobile=True,
        color_scheme=shade,  # type: ignore[arg-type]
        base_url=server.address,
    )
    page = context.new_page()
    page.goto(transcript)
    page.evaluate(
        """() => {
          const text = document.querySelector("#t6 .words").firstChild;
          getSelection().setBaseAndExtent(text, 4, text, 29);
        }"""
    )
    box = page.locator("#coder")
    expect(box).to_be_visible()
    place = box.bounding_box()
    assert place and place["x"] == 0 and abs(place["y"] + place["height"] - 800) < 2
    page.tap("#coder-code")
    page.keyboard.type("work")
    expect(choices(page).first).to_be_visible()
    found = Axe().run(page)
    choices(page).first.tap()
    expect(coded(page, 6)).to_have_text("But the reminder messages")
    faults = [*found.response["violations"], *Axe().run(page).response["violations"]]
    serious = [
        f"{fault['id']} {node['html'][:160]} {node['failureSummary'][-160:]}"
        for fault in faults
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"][:3]
    ]
    assert not serious, "\n".join(serious)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.locator("#undo-line button").tap()
    expect(coded(page, 6)).to_have_count(0)
    context.close()


def test_a_turn_is_coded_without_scripts(browser: Browser, server: Server, transcript: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=server.address)
    page = context.new_page()
    page.goto(transcript)
    page.locator("#t2 a.code-turn").click()
    page.fill("textarea[name=words]", "Nobody could tell me")
    page.fill("input[name=new_code]", "No answer given")
    page.click("button:has-text('Highlight')")
    assert "Nobody could tell me" in page.locator("#t2 mark.coded").all_inner_texts()
    page.click(".alert button:has-text('Undo')")
    assert page.locator("#t2 mark.coded").count() == 0
    context.close()


def test_two_thousand_turns_stay_quick(page: Page) -> None:
    page.goto("/transcripts/2")
    expect(page.locator(".turn")).to_have_count(2_000)
    began = time.monotonic()
    page.evaluate("document.querySelector('#t1900').focus()")
    page.keyboard.press("h")
    expect(choices(page).first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#t1900 mark.coded")).to_be_visible()
    assert time.monotonic() - began < 10  # about one on a quiet machine
