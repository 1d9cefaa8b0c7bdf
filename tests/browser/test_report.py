"""The report in a real browser: nothing asked of anybody, nothing for axe to find, nothing cut off, all of it on paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.report.test_page import a_class, page_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    earlier = {one.name: one for one in a_class(40, seed=2).assignments}
    _, page = page_of(a_class(60, wrong="c03"), earlier)
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page, "utf-8")
    return path.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_for_axe_and_nothing_wider_than_a_telephone(browser: Browser, report: str, scheme) -> None:
    context = browser.new_context(color_scheme=scheme, bypass_csp=True, viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.goto(report)
    tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    result = Axe().run(tab, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
    assert result.violations_count == 0, result.generate_report()
    for width in (1280, 320):
        tab.set_viewport_size({"width": width, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_it_asks_for_nothing_breaks_no_rule_of_its_own_and_prints_what_is_folded(browser: Browser, report: str) -> None:
    tab = browser.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: wrong.append(message.text))
    tab.goto(report)
    assert asked == [report]
    assert wrong == []
    shown = "[...document.querySelectorAll('details table')].filter((t) => t.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}) && t.getClientRects().length).length"
    assert tab.evaluate(shown) == 0
    tab.emulate_media(media="print")
    tab.wait_for_function(f"{shown} > 0")  # the page opens what is folded when it is told of the paper
    assert tab.evaluate(shown) == tab.evaluate("document.querySelectorAll('details table').length")
    tab.close()
