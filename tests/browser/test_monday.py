"""The Monday pack as a teacher prints it: pages counted in Chromium's own PDF, answers kept at home."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

A4 = (595, 842)
"""Width and height in points."""


def printed(browser: Browser, address: str, page: str) -> list[tuple[int, int]]:
    """Print a page of the pack on A4 and return the size of every sheet."""
    tab = browser.new_page()
    tab.goto(f"{address}/book/monday/{page}.html", wait_until="networkidle")
    pdf = tab.pdf(format="A4")
    tab.close()
    sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    assert len(boxes) == sheets, "a sheet without a size: count them another way"
    return [(round(float(width)), round(float(height))) for width, height in boxes]


@pytest.mark.parametrize(("page", "sheets"), [("worksheet", 2), ("exit-ticket", 1)])
def test_sheets_print_on_exactly_so_many_a4_pages(browser: Browser, address: str, page: str, sheets: int) -> None:
    found = printed(browser, address, page)
    assert len(found) == sheets
    assert all(abs(width - A4[0]) <= 1 and abs(height - A4[1]) <= 1 for width, height in found)


def test_the_lesson_plan_fits_on_three_pages(browser: Browser, address: str) -> None:
    assert 1 <= len(printed(browser, address, "lesson")) <= 3


def test_each_half_of_the_worksheet_fits_its_own_page(browser: Browser, address: str) -> None:
    """A half that runs over while the other shrinks would still make two pages."""
    tab = browser.new_page(viewport={"width": 688, "height": 1032})  # A4 less the sheet's margins, in CSS pixels
    tab.goto(f"{address}/book/monday/worksheet.html", wait_until="networkidle")
    tab.emulate_media(media="print")
    heights = tab.locator(".ws-page").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
    tab.close()
    assert len(heights) == 2
    assert all(500 < height <= 1032 for height in heights), heights


def test_the_exit_ticket_prints_four_and_shows_one(browser: Browser, address: str) -> None:
    tab = browser.new_page()
    tab.goto(f"{address}/book/monday/exit-ticket.html", wait_until="networkidle")
    seen = [tab.locator(".ws-ticket:visible").count()]
    tab.emulate_media(media="print")
    seen.append(tab.locator(".ws-ticket:visible").count())
    tab.close()
    assert seen == [1, 4]


def test_the_answer_sheet_is_not_on_the_site(site: Path) -> None:
    assert not list(site.rglob("*monday-answers*"))
