"""A product manager pastes a plan, sees what is known, decides, and takes the brief along."""

import pytest
from playwright.sync_api import Page

from tests.builders import INTERVIEW
from tests.journeys.test_researcher import add

pytestmark = pytest.mark.journey

PLAN = """# Linking calendars

Goal: find out what keeps practices from linking
Cohort: small practices

## Research questions
1. What keeps practices from connecting their calendar?
2. How are vaccines stored in the fridge?
"""


def test_from_a_pasted_plan_to_its_brief(page: Page) -> None:
    add(page, {"p01.txt": INTERVIEW.encode()}, "Calendars in the trial")
    page.get_by_role("status").filter(has_text="1 file of 1").wait_for(timeout=60_000)
    page.goto("/plans/")
    page.click("a:has-text('Check a plan')")
    page.fill("textarea[name=body]", PLAN)
    page.click("button:has-text('Next')")
    assert page.locator("textarea[name=questions]").input_value().count("\n") == 1
    assert page.locator("input[name=cohort]").input_value() == "small practices"
    page.click("button:has-text('Check it')")
    page.locator("#q2").wait_for()
    assert page.locator(".question").count() == 2
    unknown = page.locator("#q2")
    assert unknown.locator(".verdict").inner_text() == "not studied"
    unknown.get_by_role("button", name="Proceed").click()
    page.locator("#q2 .decision").filter(has_text="Proceed").wait_for()
    page.locator("summary:has-text('Brief')").click()
    with page.expect_download() as saved:
        page.click("a:has-text('Markdown')")
    brief = saved.value.path().read_text(encoding="utf-8")
    assert "How are vaccines stored in the fridge?" in brief and "**Decision:** proceed" in brief
    page.locator("summary[aria-label=Delete]").click()
    page.click("button:has-text('Into the bin')")
    page.click("button:has-text('Undo')")
    assert page.locator("h1").inner_text() == "Linking calendars"
