"""The explorer notebook in a real Notebook 7, by mouse and by keyboard."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.lab import jupyter_server
from tests.report.test_explore import done_by

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def test_a_word_and_a_verdict_lead_to_the_answers_behind_them(
    browser: Browser, small_class: Path, tmp_path: Path
) -> None:
    course = Path(shutil.copytree(small_class, tmp_path / "course"))
    done_by(course, "explore")
    (tmp_path / "home").mkdir()
    with jupyter_server(course, tmp_path / "home") as address:
        tab = browser.new_page(viewport={"width": 1300, "height": 1400})
        tab.goto(f"{address}/notebooks/explorer.ipynb")
        tab.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context?.isReady", timeout=60_000)
        tab.wait_for_function("window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel", timeout=60_000)
        tab.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        explorer = tab.locator(".whosaidso-explorer")
        verdict = explorer.get_by_role("button", name="supported:").first
        verdict.wait_for(timeout=60_000)
        verdict.focus()
        tab.keyboard.press("Enter")
        answers = explorer.get_by_role("status")
        expect(answers).to_contain_text("“supported”")
        expect(answers.get_by_role("row").nth(1)).to_contain_text("sure")
        explorer.get_by_label("Task").select_option("mosul-wording-1")
        expect(explorer).to_contain_text("Choose a word")
        explorer.get_by_label("Item").select_option(index=2)
        word = explorer.get_by_role("button", name="accidental").first
        word.click()
        expect(answers).to_contain_text("“accidental”")
        result = Axe().run(
            tab,
            context={"include": [[".whosaidso-explorer"]]},
            options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]},
        )
        assert result.violations_count == 0, result.generate_report()
        assert "student0001" not in tab.content()
        tab.close()
