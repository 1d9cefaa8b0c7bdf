"""Exercises on the chapter pages: forms with JavaScript, worksheets without it and on paper, open items only."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from whosaidso.cases import load_case, task_case

pytestmark = pytest.mark.browser

CASE = load_case("mosul_2016")
CHAPTERS = {
    "sourcing": ("practice-sourcing", "quiz-sourcing"),
    "wording": ("practice-wording", "quiz-wording"),
    "claims": ("practice-claims", "practice-claims-2", "practice-claims-3", "quiz-claims"),
}
SPEC = re.compile(r'<script type="application/json"[^>]*>(.*?)</script>', re.S)


def specs(page: Path) -> list[dict]:
    found = [json.loads(text) for text in SPEC.findall(page.read_text("utf-8"))]
    return [spec for spec in found if isinstance(spec, dict) and "task" in spec]


def test_each_skill_chapter_has_its_practice_and_its_quiz(site: Path) -> None:
    for chapter, wanted in CHAPTERS.items():
        held = {spec["task"]: spec for spec in specs(site / "book" / f"{chapter}.html")}
        assert tuple(held) == wanted
        assert all(spec["outcomes"] for spec in held.values())
    edges = [e for e in CASE.edges.values() if e.article in CASE.tasks["practice-sourcing"].items]
    assert len(edges) >= 8
    assert len(CASE.tasks["practice-claims"].items) >= 6
    assert set(CASE.tasks["practice-wording"].items) == {
        p.id for p in CASE.passages.values() if p.use in ("half_worked", "practice")
    }


def test_only_open_exercises_carry_outcomes(site: Path) -> None:
    seen = set()
    for page in site.rglob("*.html"):
        for spec in specs(page):
            seen.add(spec["task"])
            assert ("outcomes" in spec) == (not task_case(spec["task"])[0].assignment), (page, spec["task"])
    assert seen >= {task for tasks in CHAPTERS.values() for task in tasks}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_exercises_can_be_read_without_javascript_and_on_paper(browser: Browser, address: str, chapter: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/book/{chapter}.html")
    sheets = page.locator(".wss-plain")
    assert sheets.count() == len(CHAPTERS[chapter])
    assert page.locator(".wss-form").count() == 0
    for sheet in sheets.all():
        assert sheet.is_visible()
        answers = sheet.locator(".wss-answers")
        assert answers.get_attribute("open") is None
        answers.locator("summary").first.click()
        assert len(answers.inner_text()) > 200
    context.close()
    page = browser.new_page()
    page.goto(f"{address}/book/{chapter}.html")
    page.locator(".wss-form").first.wait_for()
    assert page.locator(".wss-plain:visible").count() == 0
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".wss-form:visible").count() == 0
    assert page.locator(".wss-plain:visible").count() == len(CHAPTERS[chapter])
    assert page.locator(".wss-answers[open]").count() == len(CHAPTERS[chapter])
    page.close()


def test_an_answer_is_kept_when_the_page_is_opened_again(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/book/claims.html")
    claim = page.locator("[data-key='c11-verdict-supported']")
    claim.check()
    page.locator("[data-key='c11-record-0']").select_option("r024")
    page.locator("[data-key='c11-check']").click()
    assert page.locator(".wss-said .wss-outcome").inner_text() == "Right"
    page.reload()
    assert claim.is_checked()
    page.locator(".wss-claim_check [data-key='clear']").first.click()
    page.reload()
    assert not claim.is_checked()
    context.close()
