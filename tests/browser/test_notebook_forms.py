"""The forms in real notebooks, JupyterLab's and Notebook 7's: nothing that was done is lost, nothing typed is overwritten."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat import NotebookNode
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from tests.browser.lab import jupyter_server
from tests.course.courses import ROOT, cell_of, model
from whosaidso.grading.literals import read_literal
from whosaidso.grading.marking import fill_marks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASSIGNMENT, TASK = "mosul-claims", "mosul-claims-1"
ANSWER = f"{TASK}-answer"
LAB, SEVEN = "lab/tree", "notebooks"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SAVED = "Saved "
EXTENSION = "**/extensions/whosaidso/**"


class Server:
    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        self.folder = folder

    def notebook(self, name: str) -> Path:
        """Write a notebook of one exercise and one box for own words, and return its path."""
        notebook = nbformat.read(ROOT / "exercises" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
        wanted = (f"{ASSIGNMENT}-who", f"{TASK}-", f"{ASSIGNMENT}-why")
        notebook.cells = [c for c in notebook.cells if c.metadata.nbgrader.grade_id.startswith(wanted)]
        form = cell_of(notebook, f"{TASK}-form")
        form.source = f'from whosaidso import check, claim_check\n\nclaim_check("{TASK}")'
        path = self.folder / name / f"{ASSIGNMENT}.ipynb"
        path.parent.mkdir()
        path.write_text(nbformat.writes(notebook), encoding="utf-8")
        return path

    def url(self, path: Path, app: str = LAB) -> str:
        place = path.relative_to(self.folder).as_posix()
        # a workspace of its own, or JupyterLab would open the notebooks of the test before
        return f"{self.address}/{'lab/workspaces/' + path.parent.name + '/tree' if app == LAB else app}/{place}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work")
    settings = home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    with jupyter_server(folder, home) as address:
        yield Server(address, folder)


@contextmanager
def tab(browser: Browser | BrowserContext, url: str, *, extension: bool = True) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}) if isinstance(browser, Browser) else browser
    page = context.new_page()
    if not extension:
        page.route(EXTENSION, lambda route: route.abort())
    page.goto(url)
    page.locator(".jp-Cell").first.wait_for()
    yield page
    (context if isinstance(browser, Browser) else page).close()


def start(page: Page) -> Locator:
    """Press Start and return the form."""
    page.get_by_role("button", name="Start", exact=True).click()
    return form_on(page)


def form_on(page: Page) -> Locator:
    form = page.locator(".wss-form").first
    expect(form).to_be_visible(timeout=30_000)
    expect(form.locator("xpath=ancestor::*[@inert]")).to_have_count(0)
    return form


def choose(form: Locator, claim: str, key: str, value: str) -> None:
    form.locator(f'[data-key="{claim}-{key}-{value}"]').click()


def status(form: Locator) -> Locator:
    return form.locator(".wss-status")


def on_disk(path: Path, grade_id: str = ANSWER) -> str:
    return cell_of(nbformat.read(path, as_version=4), grade_id).source


def answers(path: Path) -> Any:
    return read_literal(on_disk(path), "claims").value


def until(what: Callable[[], object]) -> None:
    """Wait until something holds; the last try says what it was instead."""
    for _ in range(100):
        if what():
            return
        time.sleep(0.05)
    assert what()


def in_cell(page: Page) -> str:
    """Return the answer cell's text as the page has it."""
    return page.evaluate(
        """id => { for (const panel of jupyterapp.shell.widgets('main'))
            for (const cell of panel.content?.model?.cells ?? [])
                if (cell.getMetadata('nbgrader')?.grade_id === id) return cell.sharedModel.getSource(); }""",
        ANSWER,
    )


def run_command(page: Page, command: str, arguments: dict[str, Any] | None = None) -> None:
    """Do what a menu entry does."""
    page.evaluate("([command, args]) => { jupyterapp.commands.execute(command, args); }", [command, arguments or {}])


def type_into_answer(page: Page, text: str) -> None:
    """Type into the answer cell as a student does, in place of all that stands in it."""
    page.locator(".jp-CodeCell", has_text="claims =").locator(".cm-content").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def kill_kernel() -> None:
    for process in psutil.Process().children(recursive=True):
        if "ipykernel_launcher" in " ".join(process.cmdline()):
            process.send_signal(signal.SIGKILL)
