"""Then and now: kept in the reader's browser, shown again at the end, never scored, and a sheet without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.test_pages import TAGS
from whosaidso.cases import load_case

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSAGES = load_case("mosul_2016").reflections
SOUND = [name for name, item in PASSAGES.items() if item.sound]
BEFORE, AFTER = "before-you-start", "looking-back"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context()
    yield opened
    opened.close()


def visit(context: BrowserContext, address: str, page: str) -> Page:
    tab = context.new_page()
    tab.goto(f"{address}/book/{page}.html")
    tab.locator(".wss-form.wss-then-now").wait_for()
    return tab


def choose(tab: Page, passage: str, step: str, why: str = "") -> None:
    tab.locator(f"[data-key='{passage}-{step}']").check()
    tab.locator(f"[data-key='{passage}-why']").fill(why)


def said(tab: Page) -> str:
    return tab.locator(".wss-then-now [role=status]").inner_text()


def test_what_was_written_before_the_course_stands_beside_what_is_written_after_it(
    context: BrowserContext, address: str
) -> None:
    tab = visit(context, address, BEFORE)
    for passage in PASSAGES:
        choose(tab, passage, "mostly", f"before, {passage} <b>")
    assert said(tab).startswith("Saved in this browser")
    tab.reload()
    assert tab.locator("[data-key='f01-mostly']").is_checked()
    assert tab.locator("[data-key='f06-why']").input_value() == "before, f06 <b>"
    tab.close()

    tab = visit(context, address, AFTER)
    first = tab.locator(".wss-item").first
    beside = first.locator(".wss-beside")
    assert not beside.is_visible()
    tab.locator("[data-key='f01-compare']").click()
    assert not beside.is_visible()  # first say it, then see it
    assert "first" in said(tab)
    for passage in PASSAGES:
        choose(tab, passage, "fully" if passage in SOUND else "not", "after")
        tab.locator(f"[data-key='{passage}-compare']").click()
    shown = beside.inner_text()
    assert "before, f01 <b>" in shown  # what a reader wrote is never markup
    assert "after" in shown
    assert PASSAGES["f01"].why in shown
    assert tab.evaluate("document.activeElement.className") == "wss-beside"
    counts = tab.locator(".wss-foot .wss-said").inner_text()
    assert "3 of the 3 sound passages then, 3 now; 3 of the 3 weak ones then, 0 now" in counts
    assert "too few to measure" in counts


def test_before_the_course_nothing_says_which_passages_are_sound(site: Path) -> None:
    early, late = ((site / "book" / f"{page}.html").read_text("utf-8") for page in (BEFORE, AFTER))
    for item in PASSAGES.values():
        assert item.why[:40] not in early
        assert item.why[:40] in late


def test_a_reader_can_have_everything_forgotten_and_brought_back(context: BrowserContext, address: str) -> None:
    tab = visit(context, address, BEFORE)
    forget = tab.locator("[data-key='forget']")
    assert forget.is_disabled()
    choose(tab, "f02", "little", "one reason")
    forget.click()
    assert tab.evaluate("Object.keys(localStorage).filter(key => key.includes('reflections'))") == []
    assert tab.locator("[data-key='f02-why']").input_value() == ""
    forget.click()
    assert tab.locator("[data-key='f02-little']").is_checked()
    tab.close()
    tab = visit(context, address, AFTER)
    tab.locator("[data-key='forget']").click()
    tab.close()
    tab = visit(context, address, BEFORE)
    assert not tab.locator("[data-key='f02-little']").is_checked()


def test_what_is_forgotten_on_one_page_is_not_kept_again_by_another(context: BrowserContext, address: str) -> None:
    early = visit(context, address, BEFORE)
    choose(early, "f02", "little", "one reason")
    visit(context, address, AFTER).locator("[data-key='forget']").click()
    early.get_by_text("Forgotten on another page.").wait_for()
    assert early.locator("[data-key='f02-why']").input_value() == ""
    choose(early, "f03", "fully")
    kept = early.evaluate("localStorage.getItem('whosaidso:1:reflections:then')")
    assert "fully" in kept
    assert "one reason" not in kept


def test_a_browser_that_keeps_nothing_says_so(context: BrowserContext, address: str) -> None:
    context.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('no', 'SecurityError'); }")
    tab = visit(context, address, BEFORE)
    choose(tab, "f03", "fully")
    assert said(tab).startswith("Not saved:")
    tab.close()
    assert "holds nothing of yours" in visit(context, address, AFTER).locator(".wss-then-now").inner_text()


@pytest.mark.parametrize("kept", ["not ours", "[3]", '{"f01": {"step": "always", "why": 7}}', "null"])
def test_what_another_program_left_there_does_no_harm(context: BrowserContext, address: str, kept: str) -> None:
    context.add_init_script(f"localStorage.setItem('whosaidso:1:reflections:then', {kept!r})")
    tab = visit(context, address, BEFORE)
    assert tab.locator(".wss-then-now input:checked").count() == 0
    assert tab.locator(".wss-then-now .wss-progress").inner_text() == "0 of 6 passages."


@pytest.mark.parametrize("page", [BEFORE, AFTER])
def test_without_javascript_it_is_a_sheet_to_write_on(browser: Browser, address: str, page: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}/book/{page}.html")
    sheet = tab.locator("[data-wss-then-now] .wss-plain")
    assert sheet.is_visible()
    assert sheet.locator(".ws-line").count() == 2 * len(PASSAGES)
    assert all(item.text[:30] in sheet.inner_text() for item in PASSAGES.values())
    assert sheet.locator("details").count() == (page == AFTER)
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_filled_form_has_no_fault_that_axe_finds(browser: Browser, address: str, theme: str) -> None:
    context = browser.new_context(color_scheme=theme, viewport={"width": 320, "height": 700})
    context.add_init_script(f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}');")
    tab = visit(context, address, BEFORE)
    choose(tab, "f01", "little", "a reason")
    tab.goto(f"{address}/book/{AFTER}.html")
    choose(tab, "f01", "mostly", "another")
    tab.locator("[data-key='f01-compare']").click()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    result = Axe().run(tab, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
    assert [violation["id"] for violation in result.response["violations"]] == []
    context.close()


def test_the_sheet_that_closes_the_course_prints_alone(browser: Browser, address: str) -> None:
    tab = browser.new_page()
    tab.add_init_script("window.print = () => {}")
    tab.goto(f"{address}/book/{AFTER}.html")
    tab.locator(".wss-print-button").click()
    tab.emulate_media(media="print")
    assert tab.locator(".bd-article h1").is_hidden()
    assert tab.locator(".wss-keepsake:visible").count() == 1
    tab.emulate_media(media="screen")
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.locator(".bd-article h1").is_visible()
    tab.close()
