"""A researcher's first hour: drop files, see them read, read them, search, copy a quote, delete and undo."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.builders import INTERVIEW

pytestmark = pytest.mark.journey

ZOOM = """WEBVTT\r
\r
1\r
00:00:01.000 --> 00:00:04.000\r
Dana Osei (Researcher): How do you find out that somebody cancelled?\r
\r
2\r
00:00:05.000 --> 00:00:12.500\r
Priya Raman: We don't, that's the thing. The list changes colour and nobody sees it before the afternoon.\r
\r
3\r
00:00:13.000 --> 00:00:21.000\r
and by then the slot is gone. I lost two mornings of my physiotherapist's time last week.\r
\r
4\r
00:00:22.000 --> 00:00:30.000\r
Priya Raman: I would pay for a message that reaches me in the corridor, honestly, not for another report.\r
"""

NOTES = """---
title: Debrief at the desk
date: 2026-03-17
participants: [P21]
---

# What we saw

The receptionist keeps a *paper list* beside the screen <script>alert(1)</script> and types everything twice.

> I trust the notebook, because the notebook has never logged me out.
"""


def drop(page: Page, files: dict[str, bytes], study: str) -> None:
    """Upload files into a new study."""
    page.goto("/upload")
    page.set_input_files(
        "#files", [{"name": name, "mimeType": "text/plain", "buffer": data} for name, data in files.items()]
    )
    expect(page.locator("#chosen li")).to_have_count(len(files))
    if page.locator("select[name=study]").count():
        page.select_option("select[name=study]", "")
    page.fill("input[name=title]", study)
    page.click("button:has-text('Next')")
    expect(page.get_by_role("heading", name="Look before you add")).to_be_visible()


def add(page: Page, files: dict[str, bytes], study: str) -> None:
    """Upload files into a new study, and say yes to all that can be read."""
    drop(page, files, study)
    page.click(".previews button[value=add]")


def test_an_empty_repository_welcomes_and_three_files_become_searchable(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Nothing is here yet.")).to_be_visible()
    page.click("text=Upload the first transcripts")
    began = time.monotonic()
    drop(
        page,
        {
            "p01.txt": INTERVIEW.encode(),
            "GMT20260317 zoom.vtt": ZOOM.encode(),
            "debrief.md": NOTES.encode(),
            "photo.txt": b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
            "empty.txt": b"",
        },
        "Cancelled slots",
    )
    expect(page.get_by_role("alert").filter(has_text="empty.txt: The file is empty")).to_be_visible()
    expect(page.locator(".preview")).to_have_count(4)
    expect(page.locator(".preview .reason")).to_contain_text("photo.txt")
    zoom = page.locator(".preview").filter(has_text="GMT20260317 zoom.vtt")
    zoom.locator("summary").first.click()
    expect(zoom.locator("input[type=date]")).to_have_value("2026-03-17")
    expect(zoom.locator(".first-turns")).to_contain_text("Priya Raman")
    page.click("button:has-text('Add 3 files')")
    expect(page.get_by_role("status").filter(has_text="can be read and searched now")).to_be_visible(timeout=90_000)
    assert time.monotonic() - began < 90
    expect(page.get_by_text("3 files of 3 can be read and searched now")).to_be_visible()
    expect(page.get_by_text("1 of the files were not added")).to_be_visible()
    page.click("a:has-text('GMT20260317 zoom.vtt')")
    expect(page.locator(".turn")).to_have_count(2)  # one speaker's cues are one turn, with or without the name
    expect(page.locator(".turn .who").nth(1)).to_have_text("Priya Raman")
    expect(page.locator("body")).not_to_contain_text("-->")


def test_a_question_in_other_words_finds_the_quote_and_opens_it(page: Page) -> None:
    page.goto("/")
    page.fill(".big-search input", "learning too late that an appointment was dropped")
    page.keyboard.press("Enter")
    quote = page.locator(".quote").filter(has_text="The list changes colour").first
    expect(quote).to_be_visible()
    expect(page.locator(".why").first).not_to_be_empty()
    quote.locator("button.copy").click()
    expect(page.locator("#said")).to_have_text("Copied, with its citation.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.search(
        r"” — Priya Raman, “Cancelled slots”, 17 March 2026\nhttp://\S+/transcripts/\d+\?from=\d+&to=\d+#found$", copied
    )
    quote.get_by_role("link", name="Open this quote").click()
    expect(page.locator("#found")).to_be_in_viewport()


def test_keys_walk_the_quotes(page: Page) -> None:
    page.goto("/search?q=calendar")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.matches('.quote')")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.matches('[type=search]')")
    page.keyboard.press("Escape")
    page.locator("main").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    page.locator("main").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".transcript")).to_be_visible()


def test_filters_narrow_and_can_be_taken_off(page: Page) -> None:
    page.goto("/search?q=reminder")
    before = page.locator(".quote").count()
    page.locator(".facet a").first.click()
    expect(page.locator(".chip")).to_have_count(1)
    page.locator(".chip").click()
    expect(page.locator(".quote")).to_have_count(before)
    page.goto("/search?q=reminder&until=2001-01-01")
    expect(page.get_by_role("heading", name="Nothing was found.")).to_be_visible()


def test_markdown_in_notes_is_text_and_does_nothing(page: Page) -> None:
    page.goto("/search?q=paper+list+beside+the+screen")
    page.locator(".quote a.open").first.click()
    expect(page.get_by_role("heading", name="Debrief at the desk")).to_be_visible()
    expect(page.locator(".transcript")).to_contain_text("paper list beside the screen")
    expect(page.locator(".transcript script")).to_have_count(0)
    expect(page.get_by_text("17 March 2026")).to_be_visible()


def test_suggested_themes_say_why_and_are_counted_apart(page: Page) -> None:
    page.goto("/themes/")
    card = page.locator(".theme-card").filter(has_text="Trust and privacy")
    expect(card).to_be_visible()
    page.goto("/search?q=overwrite+appointments")
    page.locator(".quote a.open").first.click()
    suggestion = page.locator("details.suggestion").first
    suggestion.locator("summary").click()
    expect(suggestion.locator(".reason-box")).to_contain_text("Suggested for")
    suggestion.locator(".reason-box a").click()
    expect(page.get_by_text("suggested by the machine").first).to_be_visible()
    expect(page.locator(".quote").first).to_be_visible()


def test_a_study_goes_to_the_bin_and_comes_back(page: Page) -> None:
    add(page, {"short.txt": INTERVIEW.replace("Friday", "Thursday").encode()}, "A study to delete")
    expect(page.get_by_role("status").filter(has_text="1 file of 1")).to_be_visible(timeout=60_000)
    page.click("text=To the study")
    page.click("summary:has-text('Delete')")
    expect(page.get_by_text("This puts the study with 1 transcript into the bin.")).to_be_visible()
    page.click("button:has-text('Into the bin')")
    expect(page.locator(".alert")).to_contain_text("is in the bin")
    expect(page.get_by_role("link", name="A study to delete")).to_have_count(0)
    page.click("button:has-text('Undo')")
    expect(page.get_by_role("heading", name="A study to delete")).to_be_visible()
    expect(page.get_by_role("link", name="short")).to_be_visible()


def test_a_study_is_made_changed_and_its_title_is_its_own(page: Page) -> None:
    page.goto("/studies/new")
    page.fill("input[name=title]", "What do owners fear?")
    page.fill("textarea[name=questions]", "What do they fear?\nWho says so?")
    page.click("text=Make the study")
    expect(page.locator(".questions li")).to_have_count(2)
    page.click("a:has-text('Change')")
    page.fill("input[name=owner]", "Idris")
    page.click("button:has-text('Save')")
    expect(page.get_by_text("Idris")).to_be_visible()


def test_the_original_comes_back_as_it_was(page: Page) -> None:
    page.goto("/search?q=paper+list+beside+the+screen")
    page.locator(".quote a.open").first.click()
    with page.expect_download() as download:
        page.click("text=Original")
    assert Path(download.value.path()).read_bytes() == NOTES.encode()
    assert download.value.suggested_filename == "debrief.md"
