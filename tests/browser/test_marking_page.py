"""The marking page: marked by keys, kept, taken back, saved as a file; whatever a student wrote is text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_pages import TAGS
from tests.course.courses import ROOT
from whosaidso.written.page import page_of, spec_of
from whosaidso.written.scripts import Script, ToMark, criteria

pytestmark = pytest.mark.browser

HOSTILE = "</script><img src=x onerror=alert(1)>\u202e$x$ <b>bold</b>"


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    cells = nbformat.read(ROOT / "solutions" / "mosul-note" / "mosul-note.ipynb", as_version=4).cells
    names = ("text", "evidence", "fairness", "writing")
    found = criteria(cells, {f"mosul-note-{name}": 3.0 for name in names})
    scripts = [Script(f"st{n}", {"mosul-note-text": text}) for n, text in enumerate((HOSTILE, "Second.", "Third."))]
    work = ToMark("mosul-note", found, {one.student: one for one in scripts})
    spec = spec_of(work, "anna", scripts, {f"st{n}": f"S000{n}" for n in range(3)})
    path = tmp_path / "page.html"
    path.write_bytes(page_of(spec))
    context = browser.new_context(accept_downloads=True)
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("dialog", lambda dialog: wrong.append(dialog.message))
    tab.on("request", lambda request: None if request.url.startswith("file:") else wrong.append(request.url))
    tab.goto(path.as_uri())
    yield tab
    context.close()
    assert wrong == []


def level(page: Page, name: str, points: int) -> None:
    page.locator(f"[data-key='mosul-note-{name}-{points}']").check()


def test_a_script_is_marked_kept_undone_and_saved(page: Page) -> None:
    assert page.locator("blockquote").inner_text() == HOSTILE
    page.locator("[data-key='mosul-note-text-0']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    for name, points in (("evidence", 1), ("fairness", 3), ("writing", 0)):
        level(page, name, points)
    page.locator("[data-key='mosul-note-text-comment']").fill("Name the side.")
    expect(page.locator(".marking-count")).to_have_text("1 of 3 scripts marked")
    page.keyboard.press("Control+Alt+n")
    expect(page.get_by_role("heading", name="Script 2 of 3")).to_be_focused()
    page.get_by_text("Comments you have used").first.click()
    page.get_by_role("button", name="Name the side.").click()
    assert page.locator("[data-key='mosul-note-text-comment']").input_value() == "Name the side."
    page.reload()
    expect(page.get_by_role("heading", name="Script 2 of 3")).to_be_visible()  # the first that is not marked
    page.locator("[data-key=before]").first.click()
    assert page.locator("[data-key='mosul-note-text-2']").is_checked()
    page.locator("[data-key=clear]").click()
    expect(page.locator(".marking-count")).to_have_text("0 of 3 scripts marked")
    page.locator("[data-key=undo]").click()
    expect(page.locator(".marking-count")).to_have_text("1 of 3 scripts marked")
    with page.expect_download() as download:
        page.locator("[data-key=save]").click()
    assert download.value.suggested_filename == "mosul-note-anna.json"
    marks = json.loads(Path(download.value.path()).read_text("utf-8"))["marks"]
    assert list(marks) == ["S0000"]
    assert list(marks["S0000"]["points"].values()) == [2, 1, 3, 0]
    assert marks["S0000"]["comments"] == {"mosul-note-text": "Name the side."}


def test_it_is_accessible_and_fits_a_telephone(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
