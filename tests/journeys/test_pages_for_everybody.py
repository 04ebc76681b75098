"""Every page on a wide and a narrow screen, light and dark: no serious fault for assistive technology, nothing cut off."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.builders import INTERVIEW
from tests.journeys.conftest import Server
from tests.journeys.test_researcher import add

pytestmark = pytest.mark.journey

PAGES = (
    "/",
    "/search?q=calendar",
    "/search?q=nothing-like-this-anywhere",
    "/search?q=calender+role:participant+colour:red&method=",
    "/ask",
    "/ask?q=How+many+appointment+types+did+the+hospital+carry+over",
    "/ask?q=How+do+whales+sleep",
    "/searches/",
    "/gaps/",
    "/studies/",
    "/studies/new",
    "/studies/{study}",
    "/transcripts/{session}",
    "/themes/",
    "/themes/trust-and-privacy",
    "/codebook/",
    "/codebook/workaround",
    "/codebook/history",
    "/codebook/drift",
    "/themes/trust-and-privacy?show=contradicting",
    "/review",
    "/discover",
    "/agreement",
    "/plans/",
    "/plans/new",
    "/plans/new/form",
    "/plans/new?study={study}",
    "/upload",
    "/upload/preview",
    "/transcripts/1/speakers",
    "/upload/progress?source=1",
    "/insights/",
    "/insights/new",
    "/insights/import",
    "/insights/events",
    "/insights/choose?session={session}&from=0&to=12",
    "/notices/",
    "/reports/",
    "/reports/new",
    "/reports/{report}",
    "/reports/{report}/versions/1",
    "/reports/{report}/compare",
    "/reports/{report}/rows?theme=trust-and-privacy",
    "/jobs/",
    "/stewardship/",
    "/stewardship/?kind=no-consent",
    "/stewardship/reuse",
    "/bin/",
)


@pytest.mark.parametrize("shade", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_have_no_serious_fault_and_fit(browser: Browser, server: Server, width: int, shade: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=shade,  # type: ignore[arg-type]
        base_url=server.address,
    )
    page = context.new_page()
    name = f"Seen at {width} {shade}"
    add(page, {"p.txt": (INTERVIEW + f"P01: {name}.\n").encode()}, name)
    page.get_by_role("status").filter(has_text="1 file of 1").wait_for(timeout=60_000)
    session = page.locator("tbody a").first.get_attribute("href")
    study = page.locator("a:has-text('To the study')").get_attribute("href")
    assert session and study
    report = frozen_report(page, name)
    axe, faults, cut = Axe(), [], []
    for path in PAGES:
        numbers = {"session": session.rsplit("/", 1)[1], "study": study.rsplit("/", 1)[1], "report": report}
        page.goto(path.format(**numbers))
        found = axe.run(page)
        faults += [
            f"{path} {fault['id']} {node['html'][:160]} {node['failureSummary'][-160:]}"
            for fault in found.response["violations"]
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"][:2]
        ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            cut.append(path)
    context.close()
    assert not faults, "\n".join(faults)
    assert cut == []


def frozen_report(page: Page, name: str) -> str:
    """Make a report and freeze it; give its number."""
    page.goto("/reports/new")
    page.fill("input[name=name]", name)
    page.check("input[name=machine]")
    page.click("button:has-text('Make the report')")
    number = page.url.rsplit("/", 1)[1]
    page.click("summary:has-text('Freeze')")
    page.click("button:has-text('Keep this as version 1')")
    page.locator(".state:has-text('version 1')").wait_for()
    return number


def test_pages_work_without_scripts(browser: Browser, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=server.address)
    page = context.new_page()
    page.goto("/")
    page.fill(".big-search input", "calendar")
    page.click(".big-search button")
    page.locator(".quote a.open").first.click()
    assert page.locator(".turn").count() > 1
    page.goto("/upload")
    page.set_input_files("#files", [{"name": "n.txt", "mimeType": "text/plain", "buffer": b"P1: a\nP2: b\nP1: cc\n"}])
    page.fill("input[name=title]", "Without scripts")
    page.click("button:has-text('Next')")
    page.click("button:has-text('Add 1 file')")
    assert page.locator("h1").inner_text() == "Upload"
    context.close()
