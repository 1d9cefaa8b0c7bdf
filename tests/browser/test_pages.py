"""Every page of the built book in a real browser: nothing asked of third parties, axe 0, light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {
    "light": {"type": "tag", "values": TAGS},
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},  # all else is the same page again
}
NARROW, WIDE = {"width": 320, "height": 700}, {"width": 1280, "height": 900}


def pages_of(site: Path) -> list[str]:
    """Return every page a reader can reach; the root page only sends on to the first."""
    pages = sorted(str(p.relative_to(site).as_posix()) for p in site.rglob("*.html") if "_static" not in p.parts)
    return [page for page in pages if page != "index.html"]


@contextmanager
def visitor(
    browser: Browser, address: str, theme: str, size: dict
) -> Iterator[Callable[[str], tuple[Page, list[str]]]]:
    """Give a function that opens a page and returns it with everything that went wrong on the way."""
    context = browser.new_context(viewport=size, color_scheme=theme)
    context.add_init_script(f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}');")
    tab = context.new_page()
    wrong: list[str] = []
    own = (f"{address}/", "data:", "blob:")
    context.on("request", lambda r: None if r.url.startswith(own) else wrong.append(f"asked {r.url}"))
    context.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    tab.on("pageerror", lambda error: wrong.append(f"script error: {error}"))

    def visit(page: str) -> tuple[Page, list[str]]:
        wrong.clear()
        tab.goto(f"{address}/{page}", wait_until="load")
        return tab, list(wrong)

    yield visit
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_accessible_and_ask_nothing_of_third_parties(
    browser: Browser, address: str, site: Path, theme: str
) -> None:
    found: list[str] = []
    with visitor(browser, address, theme, WIDE) as visit:
        for page in pages_of(site):
            tab, wrong = visit(page)  # axe fetches style sheets in its own way: what it asks for is not counted
            assert tab.locator("html").get_attribute("data-theme") == theme
            found += [f"{page}: {what}" for what in wrong]
            result = Axe().run(tab, options={"runOnly": RULES[theme], "resultTypes": ["violations"]})
            for violation in result.response["violations"]:
                nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
                found.append(f"{page}: {violation['id']} ({violation['impact']}): {nodes}")
    assert not found, "\n".join(found)


def test_pages_reflow_on_a_small_telephone_and_are_well_built(browser: Browser, address: str, site: Path) -> None:
    """WCAG 1.4.10: no sideways scrolling at 320 CSS pixels. One first heading, a language, no id twice."""
    found = []
    with visitor(browser, address, "light", NARROW) as visit:
        for page in pages_of(site):
            tab, _ = visit(page)
            wide = tab.evaluate("document.documentElement.scrollWidth")
            if wide > NARROW["width"]:
                found.append(f"{page} is {wide} pixels wide")
            if tab.locator("h1:visible").count() != 1:
                found.append(f"{page} has {tab.locator('h1:visible').count()} first headings")
            if tab.locator("html").get_attribute("lang") != "en":
                found.append(f"{page} does not say its language")
            ids = tab.evaluate("[...document.querySelectorAll('.bd-article [id]')].map(node => node.id)")
            found += [
                f"{page} has two elements with id {name}" for name in sorted({i for i in ids if ids.count(i) > 1})
            ]
    assert not found, "\n".join(found)


def test_no_page_names_a_script_style_or_picture_elsewhere(site: Path) -> None:
    outside = re.compile(
        r"""<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)\s*=\s*["'](?:https?:)?//[^"']*""", re.I
    )
    found = [f"{page}: {m[0]}" for page in pages_of(site) for m in outside.finditer((site / page).read_text("utf-8"))]
    assert not found, "\n".join(found)


def test_article_pages_ask_search_engines_to_stay_away(site: Path) -> None:
    articles = sorted((site / "book" / "articles").glob("*.html"))
    assert len(articles) == 5
    for page in articles:
        assert '<meta name="robots" content="noindex">' in page.read_text("utf-8"), page.name


def test_of_a_figures_two_pictures_one_is_shown_and_on_paper_the_light_one(
    browser: Browser, address: str, site: Path
) -> None:
    shown = "() => [...document.querySelectorAll('.wss-themes img')].map(i => [i.className, i.checkVisibility()])"
    with_figures = [page for page in pages_of(site) if 'class="wss-themes"' in (site / page).read_text("utf-8")]
    assert len(with_figures) >= 5
    for theme in ("light", "dark"):
        with visitor(browser, address, theme, NARROW) as visit:
            for page in with_figures:
                tab, _ = visit(page)
                for media, wanted in (("screen", theme), ("print", "light")):
                    tab.emulate_media(media=media)
                    seen = dict.fromkeys(name for name, visible in tab.evaluate(shown) if visible)
                    assert list(seen) == [f"only-{wanted}"], (page, theme, media)
                tab.emulate_media(media="screen")
                tables = tab.locator(".wss-figure-data")
                tables.evaluate_all("all => all.forEach(one => (one.open = true))")
                assert tables.count() == len(tab.evaluate(shown)) / 2
                assert tab.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], f"{page}: a wide table"
                if theme == "dark":
                    result = Axe().run(tab, options={"runOnly": {"type": "tag", "values": TAGS}})
                    assert not result.response["violations"], (page, result.response["violations"])
