"""Feedback pages in a real browser: as readable on a small telephone as on paper, in light and dark, and nothing alive."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from nbgrader.api import Gradebook
from playwright.sync_api import Browser, Page

from tests.browser.test_pages import NARROW, TAGS, WIDE
from tests.course.courses import ASSIGNMENTS, GRADEBOOK, hand_in, model, released
from tests.grading.test_feedback import (
    CLAIMS,
    SOURCING,
    WORDING,
    all_wrong,
    by_hand,
    differently,
    hostile,
    make_course,
    quietly,
    rule,
)
from whosaidso.grading import batch
from whosaidso.grading.feedback.run import write_feedback
from whosaidso.grading.folder import read_course

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """Pages of every sort: by student and assignment, and with the key shown."""
    before = dict(os.environ)
    root = make_course(tmp_path_factory.mktemp("feedback") / "course")
    for assignment in ASSIGNMENTS:
        hand_in(root, "able", assignment, model(root, assignment))
        hand_in(root, "astray", assignment, all_wrong(root, assignment))
        hand_in(root, "evil", assignment, hostile(root, assignment))
    hand_in(root, "idle", CLAIMS, released(root, CLAIMS))
    hand_in(root, "broken", CLAIMS, b"nothing")
    differently(root, "able", "c06", "He did ask why.")
    rule(root, item="c06", ruling="declined", why="The transcript has another question.", students=["able"])
    course = read_course(root)
    batch.grade(course, list(ASSIGNMENTS), track=quietly)
    by_hand(root, "able", CLAIMS, "mosul-claims-why", 5, "Clear. ممتاز")
    with Gradebook(f"sqlite:///{root / GRADEBOOK}") as book:
        book.find_submission_notebook(CLAIMS, CLAIMS, "able").late_submission_penalty = 2
        student = book.find_student("able")
        student.first_name, student.last_name = "Amélie", "Núñez"
        book.db.commit()
    found: dict[str, Path] = {}
    for shows_key, name in ((False, ""), (True, " with key")):
        write_feedback(course, list(ASSIGNMENTS), shows_key=shows_key, track=quietly)
        kept = Path(shutil.copytree(root / "feedback", root.parent / f"pages{name}"))
        for path in sorted(kept.rglob("*.html")):
            student, assignment = path.relative_to(kept).parts[:2]
            if not shows_key or student in ("able", "astray"):
                found[f"{student} {assignment}{name}"] = path
    assert len(found) == 5 * len(ASSIGNMENTS) + 2
    yield found
    os.environ.clear()
    os.environ.update(before)


@contextmanager
def reader(browser: Browser, theme: str, size: dict) -> Iterator[tuple[Page, list[str]]]:
    """Give a tab, and a list of everything that a page asked for, said in the console or threw."""
    context = browser.new_context(viewport=size, color_scheme=theme)
    wrong: list[str] = []
    context.on(
        "request", lambda r: None if r.url.startswith("file:") and r.is_navigation_request() else wrong.append(r.url)
    )
    tab = context.new_page()
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda message: wrong.append(message.text))
    tab.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    yield tab, wrong
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_accessible(browser: Browser, pages: dict[str, Path], theme: str) -> None:
    found = []
    with reader(browser, theme, WIDE) as (tab, wrong):
        for name, path in pages.items():
            tab.goto(path.as_uri())
            assert not wrong, (name, wrong)
            tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            result = Axe().run(tab, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
            for violation in result.response["violations"]:
                nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
                found.append(f"{name}: {violation['id']} ({violation['impact']}): {nodes}")
            wrong.clear()  # axe looks for style sheets in its own way
    assert not found, "\n".join(found)


def test_pages_fit_a_small_telephone(browser: Browser, pages: dict[str, Path]) -> None:
    """WCAG 1.4.10: no sideways scrolling at 320 CSS pixels, with text spaced out, too (1.4.12)."""
    spaced = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
    with reader(browser, "light", NARROW) as (tab, wrong):
        for name, path in pages.items():
            tab.goto(path.as_uri())
            tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            assert tab.evaluate("document.documentElement.scrollWidth") <= 320, name
            tab.evaluate(
                "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s] }",
                spaced,
            )
            assert tab.evaluate("document.documentElement.scrollWidth") <= 320, f"{name}, spaced out"
            assert tab.evaluate(
                "[...document.querySelectorAll('a, summary')].every(a => a.getBoundingClientRect().height >= 24)"
            ), name
        assert wrong == []


def test_nothing_on_a_hostile_page_is_alive(browser: Browser, pages: dict[str, Path]) -> None:
    for assignment in ASSIGNMENTS:
        with reader(browser, "light", WIDE) as (tab, wrong):
            tab.goto(pages[f"evil {assignment}"].as_uri())
            for one in tab.locator("summary, a").all():
                one.click()
            tab.wait_for_timeout(200)
            assert tab.evaluate("window.run") is None
            assert wrong == []
            assert tab.locator("script, img, iframe, svg, object, form, input, [onerror], [style]").count() == 0
            assert "<script>window.run=1</script>" in tab.locator("main").inner_text()
            assert tab.locator("footer").is_visible()  # what a student wrote has not swallowed the rest


def test_policy_lets_nothing_run_or_load(browser: Browser, pages: dict[str, Path]) -> None:
    """Even if a word of a student's became markup, the page's own policy would stop it."""
    with reader(browser, "light", WIDE) as (tab, wrong):
        path = pages["able mosul-claims"]
        page = path.read_text(encoding="utf-8")
        bad = "<script>window.run=1</script><img src='https://evil.example/x.png' onerror='window.run=2'><style>h1{display:none}</style>"
        broken = path.with_name("broken.html")
        broken.write_text(page.replace("<main>", f"<main>{bad}"), encoding="utf-8")
        stopped: list[str | None] = []
        tab.on("requestfailed", lambda request: stopped.append(request.failure))
        tab.goto(broken.as_uri())
        tab.wait_for_timeout(200)
        assert tab.evaluate("window.run") is None
        assert tab.locator("h1").is_visible()
        assert stopped == ["csp"]  # the picture, stopped before anybody was asked
        assert len([one for one in wrong if "Content Security Policy" in one]) >= 2


def test_signs_and_lines_tell_what_colour_tells(browser: Browser, pages: dict[str, Path]) -> None:
    with reader(browser, "light", WIDE) as (tab, _):
        tab.goto(pages["able mosul-wording with key"].as_uri())
        styles = "name => getComputedStyle(document.querySelector('.text .' + name))"
        assert tab.evaluate(f"({styles})('mine').textDecorationLine") == "underline"
        borders = [tab.evaluate(f"({styles})('{name}').borderTopStyle") for name in ("core", "arguable", "lure")]
        assert borders == ["solid", "dotted", "dashed"]
        assert re.search(r"underlined.*you marked it.*solid box.*pushes", tab.locator(".legend").inner_text())
        tab.goto(pages["astray mosul-sourcing with key"].as_uri())
        for word in ("Invented", "Missed"):
            assert tab.locator(".beside").get_by_text(word, exact=True).first.is_visible()
        assert tab.get_by_role("columnheader", name="The key").count() == 2
        assert tab.get_by_role("rowheader").count() >= 10


def test_stacked_rows_on_a_telephone_are_still_a_table(browser: Browser, pages: dict[str, Path]) -> None:
    with reader(browser, "dark", NARROW) as (tab, _):
        tab.goto(pages["astray mosul-claims with key"].as_uri())
        table = tab.locator(".beside").first.get_by_role("table")
        assert table.get_by_role("row").count() == 6
        assert table.get_by_role("columnheader").count() == 4
        first, second = table.get_by_role("cell").nth(0).bounding_box(), table.get_by_role("cell").nth(1).bounding_box()
        assert first
        assert second
        assert second["y"] >= first["y"] + first["height"] - 1


def test_pages_print_on_paper_in_black_on_white(browser: Browser, pages: dict[str, Path]) -> None:
    with reader(browser, "dark", WIDE) as (tab, _):
        for name in (f"able {CLAIMS}", f"able {WORDING} with key", f"astray {SOURCING}"):
            tab.goto(pages[name].as_uri())
            paper = tab.pdf(prefer_css_page_size=True, print_background=True)
            assert re.search(rb"/MediaBox ?\[0 0 59[45][.\d]* 84[12]", paper), "not A4"
            tab.emulate_media(media="print")
            colours = tab.evaluate(
                "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
            )
            assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
            assert tab.locator("dl dd").last.is_visible()  # closed details are open on paper
            tab.emulate_media(media="screen")
