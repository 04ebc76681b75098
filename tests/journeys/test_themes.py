"""From a theme to the people behind its numbers and back, by day and by night; and a codebook that is tidied."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_researcher import add

pytestmark = pytest.mark.journey

TALK = """Interviewer: Do you keep a list of your own?
{who}: There is a spreadsheet on the shared drive, that is our workaround, a trick on the side, and I keep it by hand.
Interviewer: And what about the invoice?
{who}: The price is too high, and the invoice has fees that nobody here understands or wanted to pay for this year.
"""


def drawn(page: Page, shade: str, other: str) -> bool:
    """Say whether every chart is seen, and has been drawn, in one shade, and none in the other; waits for it."""
    for chart in page.locator(".drawn").all():
        chart.scroll_into_view_if_needed()  # pictures are fetched when they come near
    seen = "all => all.map(one => one.checkVisibility() && one.complete && one.naturalWidth > 100)"
    for _ in range(100):
        here, there = (page.locator(f".drawn .{one}").evaluate_all(seen) for one in (shade, other))
        if here and all(here) and not any(there):
            return True
        page.wait_for_timeout(100)
    return False


def test_from_a_theme_to_the_people_behind_it(page: Page) -> None:
    add(page, {f"p{n}.txt": TALK.format(who=f"P0{n}").encode() for n in (1, 2, 3)}, "How do you keep your lists?")
    page.get_by_role("status").filter(has_text="3 files of 3").wait_for(timeout=60_000)
    for session in (1, 2):
        page.goto(f"/transcripts/{session}/code?turn=2")
        page.get_by_text("Everyday workflow").first.click()
        page.get_by_label("Workaround", exact=True).check()
        page.get_by_role("button", name="Highlight").click()

    page.goto("/themes/")
    page.get_by_label("Find a theme or code by any of its names").fill("workaround")
    page.keyboard.press("Enter")
    expect(page.locator(".theme-card")).to_have_count(1)
    page.locator(".theme-card .facet a", has_text="Workaround").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Workaround")
    expect(page.locator(".facts")).to_contain_text("of 3 participants")
    quotes = page.locator(".stream .quote").count()
    assert 2 <= quotes <= 6

    # Each chart stands there once, in the shade of the page, with words and a table.
    assert drawn(page, "by-day", "by-night")
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert drawn(page, "by-night", "by-day")

    # A number of the table leads to the quotes behind it; the filter can be taken away again.
    page.get_by_text("As a table").last.click()
    page.locator(".chart-table[open] td a").first.click()
    expect(page.locator(".narrowed .chip")).to_have_count(1)
    assert "show=all" in page.url
    page.locator(".narrowed .chip a").click()
    expect(page.locator(".narrowed")).to_have_count(0)

    # Whose word counts stays chosen from page to page.
    page.get_by_role("link", name="coded by people", exact=True).click()
    expect(page.locator(".stream .quote")).to_have_count(2)
    expect(page.locator(".stream")).not_to_contain_text("of 100 sure")
    page.locator(".crumbs a").last.click()
    expect(page.locator(".switch [aria-current]", has_text="coded by people")).to_be_visible()
    page.get_by_role("link", name="both", exact=True).click()
    page.get_by_role("link", name="May contradict").click()
    expect(page.get_by_text(re.compile("written down nowhere"))).to_be_visible()


def test_a_codebook_is_tidied(page: Page) -> None:
    page.goto("/codebook/new")
    page.get_by_label("Name", exact=True).fill("Workaround")
    page.locator("main form button.btn-primary").click()
    page.goto("/codebook/drift")
    twice = page.locator(".finding", has_text="is the name of 2 codes")
    empty = page.locator(".finding", has_text="has no definition")
    expect(twice).to_have_count(1)
    empty.get_by_role("button", name="Dismiss").click()
    expect(empty.filter(visible=True)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(empty).to_have_count(1)
    twice.get_by_role("link", name="Merge them").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Merge")
    page.locator("main form button.btn-primary").last.click()
    page.goto("/codebook/drift")
    expect(page.locator(".finding", has_text="Workaround")).to_have_count(0)
