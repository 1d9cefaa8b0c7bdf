"""Plain pages with forms on them, opened from a folder: the forms without book or notebook around them."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from whosaidso.cases import open_gold, task_case
from whosaidso.forms import modules
from whosaidso.forms.spec import spec_of
from whosaidso.kinds import part

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Forms</title>
<style>@media (prefers-color-scheme: dark) {{ html {{ --page-ink: #eee; --page-paper: #16181c; --wss-accent-of-page: #8ab8fa;
--wss-line-of-page: #9a9a9a; background: #16181c; color: #eee; }} }}
{css}</style><body><main><h1>Forms</h1><h2>Exercises</h2>{places}</main><script>{script}</script></html>"""


def practice_spec(task_id: str) -> dict:
    """Return the spec of an exercise; an open one has its outcomes, as in a chapter."""
    task, case = task_case(task_id)
    spec = spec_of(task, case)
    if not task.assignment:
        spec["outcomes"] = part(task.kind, "outcomes").outcomes(task, case, open_gold(case))
    return spec


def write_page(folder: Path, *tasks: str, changes: dict | None = None) -> Path:
    """Write a page with the forms of some exercises; `changes` are laid over each spec."""
    places = ""
    kinds = []
    for task in tasks:
        spec = practice_spec(task) | (changes or {})
        if spec["kind"] not in kinds:
            kinds.append(spec["kind"])
        data = json.dumps(spec).replace("<", "\\u003c")
        places += f'<div data-wss-exercise><script type="application/json">{data}</script></div>'
    page = folder / "forms.html"
    page.write_text(
        PAGE.format(css=modules.css(kinds), places=places, script=modules.classic(kinds, "chapter.js")),
        encoding="utf-8",
    )
    return page


def load_kind(page: Page, kind: str, *names: str) -> None:
    """Put functions of a kind's module on a page, as `kind.name`."""
    page.set_content("<p>")
    script = modules.esm(kind).replace("export default ", "window.made = ")
    page.add_script_tag(content=f"{script}\nwindow.kind = {{ {', '.join(names)} }};", type="module")
    page.wait_for_function("window.kind")


def focused(page: Page) -> str:
    """Return the key of what has the focus."""
    return page.evaluate("document.activeElement.dataset?.key ?? ''")


def tab_to(page: Page, *keys: str, back: bool = False) -> None:
    """Press the tab key until one of the keys has the focus."""
    for _ in range(200):
        if focused(page) in keys:
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    pytest.fail(f"{keys} cannot be reached with the tab key")


def press_slowly(page: Page, wanted: Locator) -> None:
    """Click as a hand does: the button stays down for a while, and what moves away meanwhile is missed."""
    wanted.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    box = wanted.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(300)
    page.mouse.up()
