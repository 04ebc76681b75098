"""From a search to a published insight, a correction that takes its evidence away, and the notice that says so."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.builders import INTERVIEW
from tests.journeys.test_researcher import add

pytestmark = pytest.mark.journey


def test_an_insight_from_its_first_quote_to_the_loss_of_it(page: Page) -> None:
    add(page, {"p01.txt": INTERVIEW.encode()}, "Calendars and insights")
    page.get_by_role("status").filter(has_text="1 file of 1").wait_for(timeout=60_000)
    page.goto("/search?q=overwrite+the+appointments")
    page.get_by_role("link", name="Add this quote to an insight").first.click()
    page.get_by_role("link", name="Begin a new insight with these words").click()
    page.get_by_label("Claim").fill("Practices fear for the appointments they have")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Practices fear for the appointments they have")
    address = page.url

    page.get_by_role("searchbox", name="Look for evidence").fill("phoned support twice")
    page.get_by_role("button", name="Look").click()
    page.get_by_text("Add as evidence").first.click()
    offer = page.locator(".offer").first
    offer.get_by_label("Words").fill("I phoned support twice")
    offer.get_by_label("contradicts").check()
    offer.get_by_role("button", name="Add").click()
    expect(page.locator("section[aria-label='Contradicts it']")).to_contain_text("I phoned support twice")

    page.get_by_role("button", name="Mark as reviewed").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".claim .state")).to_contain_text("published")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".claim .state")).to_contain_text("reviewed")
    page.get_by_role("button", name="Publish").click()

    # The transcript goes into the bin, and with it what the insight rests on.
    session = page.locator("a.open").first.get_attribute("href")
    assert session
    page.goto(session)
    page.get_by_text("Delete", exact=True).first.click()
    page.get_by_role("button", name="Into the bin").click()
    page.get_by_role("link", name=re.compile("Notices, .* new")).click()
    page.get_by_role("listitem").filter(has_text="Nothing supports it").get_by_role("button", name="Look at it").click()
    assert page.url.split("#")[0] == address.split("#")[0]
    expect(page.locator(".claim .state")).to_contain_text("evidence missing")
    page.goto("/bin/")
    page.get_by_role("button", name=re.compile("Bring back|Restore|Take out")).first.click()
    page.goto(address)
    expect(page.locator(".claim .state")).to_contain_text("published")
    page.get_by_role("link", name="History").click()
    expect(page.locator(".edition-told").first).to_have_text("Evidence is back.")
