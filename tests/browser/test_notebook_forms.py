"""The forms in real notebooks, JupyterLab's and Notebook 7's: nothing that was done is lost, nothing typed is overwritten."""

from __future__ import annotations

import json
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
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from tests.browser.form_pages import press_slowly
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
READABLE = (
    'who = ""  # none', "# us\nwho = 'Ann O\\'Hara, Ben' # \"two\"", '# x\nwho="Zo\\u00eb"', "# y\nwho = 'say \"hi\"'",
)  # fmt: skip
UNREADABLE = (
    ' who = "A"',
    'who = ["A", "B"]',
    'who = "A"\nwho = "B"',
    'who = "A" "B"',
    'x = 1\nwho = "A"',
    'who = f"{x}"',
    "",
)
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


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One visitor for all tests, so that JupyterLab's scripts are read once."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        expect.set_options(timeout=20_000)
        yield context


@contextmanager
def tab(context: BrowserContext, url: str, *, extension: bool = True) -> Iterator[Page]:
    page = context.new_page()
    if not extension:
        page.route(EXTENSION, lambda route: route.abort())
    page.goto(url)
    page.locator(".jp-Cell").first.wait_for()
    yield page
    page.close()


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


def notebook_at(path: Path) -> nbformat.NotebookNode:
    for _ in range(50):
        try:
            return nbformat.read(path, as_version=4)
        except nbformat.reader.NotJSONError:  # the server is writing it
            time.sleep(0.1)
    return nbformat.read(path, as_version=4)


def on_disk(path: Path, grade_id: str = ANSWER) -> str:
    return cell_of(notebook_at(path), grade_id).source


def answers(path: Path) -> Any:
    return read_literal(on_disk(path), "claims").value


def until(what: Callable[[], object]) -> None:
    """Wait until something holds; the last try says what it was instead."""
    for _ in range(200):
        if what():
            return
        time.sleep(0.1)
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
    answer_editor(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def answer_editor(page: Page) -> Locator:
    return page.locator(".jp-InputArea-editor .cm-content", has_text="claims =")


def kill_kernel(page: Page) -> None:
    """Kill every Python that runs a notebook, and put away the dialog that says so."""
    for process in psutil.Process().children(recursive=True):
        if "ipykernel_launcher" in " ".join(process.cmdline()):
            process.send_signal(signal.SIGKILL)
    page.locator(".jp-Dialog", has_text="Kernel Restarting").locator(".jp-mod-accept").click()


def axe(page: Page) -> list[str]:
    """Return what axe finds in our own elements."""
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = []
    for own in (".wss-form", ".wss-banner"):
        for violation in Axe().run(page, context=own, options=options).response["violations"]:
            found += [f"{own}: {violation['id']}: {node['html'][:160]}" for node in violation["nodes"]]
    return found


@pytest.mark.parametrize("app", [LAB, SEVEN])
def test_a_student_who_knows_nothing_of_cells(
    context: BrowserContext, server: Server, app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHOSAIDSO_SOLUTIONS", str(ROOT / "solutions"))
    path = server.notebook(f"whole-{app[0]}")
    key = read_literal(cell_of(model(ROOT, ASSIGNMENT), ANSWER).source, "claims").value
    with tab(context, server.url(path, app)) as page:
        page.get_by_label("Your name").fill('Ann "Nan" O\'Hara, Zoë')
        form = start(page)
        expect(page.get_by_role("button", name="Show the forms again")).to_be_visible()
        until(lambda: read_literal(on_disk(path, f"{ASSIGNMENT}-who"), "who").value == 'Ann "Nan" O\'Hara, Zoë')
        assert on_disk(path, f"{ASSIGNMENT}-who").startswith("# The name or code")

        # by mouse, until the form holds the model answer
        for claim, one in key.items():
            choose(form, claim, "verdict", one["verdict"])
            for place, record in enumerate(name for name in one["evidence"] if name):
                form.locator(f'[data-key="{claim}-record-{place}"]').select_option(record)
            if one.get("gap"):
                choose(form, claim, "gap", one["gap"])
        expect(status(form)).to_contain_text(SAVED)
        assert fill_marks(notebook_at(path))[f"{TASK}-check"].points == 12

        # JupyterLab's keys act on cells, but not from inside the form
        form.locator("summary", has_text="I see it differently").first.click()
        form.locator("textarea").first.fill("add a bad xylophone")
        cells = page.locator(".jp-Cell").count()
        for place in ("select", "input[type=radio]:checked", "summary", ".wss-button", "p"):
            form.locator(place).first.focus() if place != "p" else form.locator(place).first.click()
            for letter in "abxddm00":
                page.keyboard.press(letter)
        assert page.locator(".jp-Cell").count() == cells
        assert page.locator(".jp-Dialog").count() == 0
        for claim, one in key.items():
            choose(form, claim, "verdict", one["verdict"])
        until(lambda: "xylophone" in on_disk(path))
        if app == LAB:
            assert axe(page) == []
            page.get_by_role("button", name="Change", exact=True).click()
            run_command(page, "apputils:change-theme", {"theme": "JupyterLab Dark"})
            page.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
            assert axe(page) == []
            run_command(page, "apputils:change-theme", {"theme": "JupyterLab Light"})

        # own words: one click, then type
        words = page.locator(".jp-MarkdownCell", has_text="YOUR ANSWER HERE").locator(".cm-content")
        words.click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text("Reuters shows the plan.")
        until(lambda: on_disk(path, f"{ASSIGNMENT}-why") == "Reuters shows the plan.")

        kill_kernel(page)
        choose(form, "c01", "verdict", "not_shown")
        until(lambda: answers(path)["c01"]["verdict"] == "not_shown")
        expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=20_000)
        expect(page.locator(".wss-banner")).to_contain_text("Python has started anew")

    # closed and opened again: nothing is there until Start, which the banner says
    with tab(context, server.url(path, app)) as page:
        expect(page.locator(".wss-banner")).to_contain_text("Press Start")
        assert page.get_by_label("Your name").input_value() == 'Ann "Nan" O\'Hara, Zoë'
        form = start(page)
        expect(form.locator('[data-key="c01-verdict-not_shown"]')).to_be_checked()
        expect(form.locator("textarea").first).to_have_value("add a bad xylophone")
        if app == SEVEN:
            return
        before = on_disk(path)
        run_command(page, "notebook:restart-clear-output")
        page.locator(".jp-Dialog .jp-mod-accept").click()
        expect(page.locator(".wss-form")).to_have_count(0)
        assert in_cell(page) == before
        form = start(page)
        expect(form.locator('[data-key="c01-verdict-not_shown"]')).to_be_checked()


def test_two_tabs_of_one_notebook_lose_nobodys_work(context: BrowserContext, server: Server) -> None:
    path = server.notebook("two-tabs")
    with tab(context, server.url(path)) as one:
        mine = start(one)
        choose(mine, "c01", "verdict", "supported")
        expect(status(mine)).to_contain_text(SAVED)
        with tab(context, server.url(path).replace("/tree/", "-b/tree/")) as two:
            other = form_on(two)  # the same Python shows the same form, without Start
            expect(other.locator('[data-key="c01-verdict-supported"]')).to_be_checked()
            choose(mine, "c04", "verdict", "contradicted")
            expect(other.locator('[data-key="c04-verdict-contradicted"]')).to_be_checked()
            expect(status(mine)).to_contain_text(SAVED)
            choose(other, "c06", "verdict", "not_shown")
            # the file on the disk is the first tab's: JupyterLab asks, and nobody answers for the student
            dialog = two.locator(".jp-Dialog", has_text="has changed on disk")
            expect(dialog).to_be_visible()
            expect(mine.locator('[data-key="c06-verdict-not_shown"]')).to_be_checked()
            dialog.get_by_role("button", name="Overwrite").click()
            expect(status(other)).to_contain_text(SAVED)
            assert {claim: one["verdict"] for claim, one in answers(path).items()} == {
                "c01": "supported", "c04": "contradicted", "c06": "not_shown",
            }  # fmt: skip


def test_equal_grade_ids_in_two_open_notebooks_are_not_mixed_up(context: BrowserContext, server: Server) -> None:
    left, right = server.notebook("left"), server.notebook("right")
    with tab(context, server.url(left)) as page:
        form = start(page)
        run_command(
            page,
            "docmanager:open",
            {"path": right.relative_to(server.folder).as_posix(), "options": {"mode": "split-right"}},
        )
        panels = page.locator(".jp-NotebookPanel")
        expect(panels).to_have_count(2)
        second = panels.filter(has=page.get_by_role("button", name="Start", exact=True))
        second.get_by_role("button", name="Start", exact=True).click()
        expect(page.locator(".wss-form:visible")).to_have_count(2)
        forms = [panels.nth(place).locator(".wss-form") for place in (0, 1)]
        choose(forms[0], "c01", "verdict", "supported")
        choose(forms[1], "c01", "verdict", "contradicted")
        choose(forms[0], "c04", "verdict", "not_shown")
        for form in forms:
            expect(status(form)).to_contain_text(SAVED)
        assert {c: a["verdict"] for c, a in answers(left).items()} == {"c01": "supported", "c04": "not_shown"}
        assert {c: a["verdict"] for c, a in answers(right).items()} == {"c01": "contradicted"}

        # a form taken out of its notebook writes nowhere and says so
        panels.nth(0).locator(".jp-OutputArea-output", has=page.locator(".wss-form")).click(position={"x": 3, "y": 3})
        run_command(page, "notebook:create-output-view")
        outside = page.locator(".jp-LinkedOutputView .wss-form")
        expect(status(outside)).to_contain_text("outside its notebook")
        choose(outside, "c06", "verdict", "supported")
        expect(status(outside)).to_contain_text("Not saved: the form stands outside its notebook")
        assert "c06" not in answers(left) | answers(right)


def test_what_does_not_reach_the_disk_is_said(context: BrowserContext, server: Server) -> None:
    path = server.notebook("refused")
    refusal: dict[str, Any] = {}

    def gate(route: Route) -> None:
        if route.request.method == "PUT" and refusal:
            route.fulfill(status=refusal["status"], json={"message": refusal["message"]})
        else:
            route.continue_()

    with tab(context, server.url(path)) as page:
        page.route("**/api/contents/**", gate)
        form = start(page)
        untouched = path.read_bytes()
        for claim, number, message, said in (
            ("c01", 403, "Permission denied: refused/mosul-claims.ipynb", "Not saved: this notebook may not be changed here"),
            ("c04", 500, "Unexpected error while saving file: [Errno 28] No space left on device", "Not saved: the disk is full"),
            ("c06", 500, "Unexpected error: [Errno 5] Input/output error", "Not saved: the file could not be written (Unexpected"),
        ):  # fmt: skip
            refusal.update(status=number, message=message)
            choose(form, claim, "verdict", "supported")
            page.locator(".jp-Dialog").get_by_role("button", name="Close").click()
            expect(status(form)).to_contain_text(said)
            assert f'"{claim}": {{"verdict": "supported"' in in_cell(page)
            form.locator("summary").first.focus()
            page.evaluate("() => { const now = Date.now; Date.now = () => now() + 40000; }")  # patience is over
        expect(page.locator(".wss-banner")).to_contain_text("Not saved")
        assert path.read_bytes() == untouched
        refusal.clear()
        form.locator("summary").first.press("Control+s")
        expect(status(form)).to_contain_text(SAVED)
        expect(page.locator(".wss-banner")).not_to_contain_text("Not saved")
        assert set(answers(path)) == {"c01", "c04", "c06"}

    def locked(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "writable": False})

    place = f"**/api/contents/refused/{ASSIGNMENT}.ipynb?*"
    context.route(place, locked)
    with tab(context, server.url(path)) as page:
        expect(page.locator(".wss-banner")).to_contain_text("may not be changed here")
        form = form_on(page)
        choose(form, "c08", "verdict", "supported")
        expect(status(form)).to_contain_text("Not saved: this notebook may not be changed here")
        assert '"c08"' in in_cell(page)
        assert "c08" not in answers(path)
    context.unroute(place)


def test_what_is_typed_into_the_answer_cell_is_never_overwritten_unasked(
    context: BrowserContext, server: Server
) -> None:
    path = server.notebook("typed")
    with tab(context, server.url(path)) as page:
        form = start(page)
        choose(form, "c01", "verdict", "supported")
        type_into_answer(page, "claims = {'c04': {'verdict': 'Not shown', 'evidence': ['r033'], 'gap': 'no record'}}")
        expect(form.locator('[data-key="c04-verdict-not_shown"]')).to_be_checked()
        expect(form.locator('[data-key="c01-verdict-supported"]')).not_to_be_checked()
        assert in_cell(page).startswith("claims = {'c04'")
        choose(form, "c01", "verdict", "contradicted")
        until(lambda: set(answers(path)) == {"c01", "c04"})

        typed = "claims = {'c01': 'supported',\n  'c99': <b>what I think</b>\n"
        type_into_answer(page, typed)
        expect(form.locator(".wss-trouble")).to_contain_text("from line 2 on")
        expect(form.locator(".wss-trouble pre")).to_have_text(typed)
        form.locator(".wss-trouble pre").press("Control+z")
        assert form.locator(".wss-body").get_attribute("inert") is not None
        page.keyboard.press("Control+s")
        expect(status(form)).to_contain_text(SAVED)
        assert on_disk(path) == in_cell(page) == typed
        form.get_by_role("button", name="Use the form instead").click()
        until(lambda: answers(path) and answers(path)["c01"]["verdict"] == "contradicted")
        choose(form, "c06", "verdict", "supported")
        until(lambda: "c06" in answers(path))
        assert on_disk(path).endswith("# claims = {'c01': 'supported',\n#   'c99': <b>what I think</b>\n# ")

        # the name, read and written as Python reads it
        name = 'N "é" \\'
        found = page.evaluate(
            """async ([cells, name]) => {
                const { readWho, writeWho } = await import("/lab/extensions/whosaidso/static/banner.js");
                return cells.map((cell) => [readWho(cell), writeWho(cell, name)]); }""",
            [[*READABLE, *UNREADABLE], name],
        )
        for cell, (who, written) in zip(READABLE, found, strict=False):
            assert who == read_literal(cell, "who").value
            assert read_literal(written, "who").value == name
            assert written.split("who")[0] == cell.split("who")[0]
        assert found[0][1].endswith("  # none")
        assert [who for who, _ in found[len(READABLE) :]] == [None] * len(UNREADABLE)
        page.locator(".jp-InputArea-editor .cm-content", has_text="who =").click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(UNREADABLE[0])
        expect(page.locator(".wss-banner")).to_contain_text("cannot be read from the grey cell")
        expect(page.get_by_label("Your name")).to_be_disabled()

        # the cell twice: nothing is written
        before = in_cell(page)
        page.evaluate(
            """id => { const { sharedModel } = jupyterapp.shell.currentWidget.model;
                const at = sharedModel.cells.findIndex((cell) => cell.metadata.nbgrader?.grade_id === id);
                const { id: _, ...copy } = sharedModel.cells[at].toJSON();
                sharedModel.insertCell(at + 1, copy); }""",
            ANSWER,
        )
        choose(form, "c06", "verdict", "contradicted")
        expect(status(form)).to_contain_text("twice")
        assert in_cell(page) == before


def test_without_the_labextension_a_draft_is_kept_and_running_the_cell_writes_it(
    context: BrowserContext, server: Server
) -> None:
    path = server.notebook("by-hand")
    draft = path.parent / ".whosaidso" / f"{ANSWER}.json"
    with tab(context, server.url(path), extension=False) as page:
        assert page.locator(".wss-banner").count() == 0
        page.wait_for_function("jupyterapp.shell.currentWidget?.sessionContext.session?.kernel?.status === 'idle'")
        page.locator(".jp-InputArea-editor .cm-content", has_text="claim_check(").click()
        page.keyboard.press("Control+Enter")
        form = form_on(page)
        expect(status(form)).to_contain_text("does not let the form write")
        choose(form, "c01", "verdict", "supported")
        expect(status(form)).to_contain_text("Draft kept")
        assert '"supported"' in json.loads(draft.read_text())["texts"][-1]["text"]
        assert answers(path)["c01"]["verdict"] == ""

        answer_editor(page).click()
        page.keyboard.press("Control+Enter")
        expect(status(form)).to_contain_text("stands in the grey cell")
        until(lambda: '"c01": {"verdict": "supported"' in in_cell(page))
        choose(form, "c04", "verdict", "supported")
        answer_editor(page).click()
        page.keyboard.press("Control+Enter")
        page.wait_for_function("id => document.querySelector('.jp-Notebook').innerText.includes('\"c04\"')", arg=ANSWER)

        typed = f"# {TASK}: mine\nclaims = {{'c06': {{'verdict': 'not_shown'}}}}"
        type_into_answer(page, typed)
        page.keyboard.press("Control+Enter")
        expect(form.locator('[data-key="c06-verdict-not_shown"]')).to_be_checked()
        expect(form.locator('[data-key="c01-verdict-supported"]')).not_to_be_checked()
        assert in_cell(page) == typed
        choose(form, "c08", "verdict", "supported")
        expect(status(form)).to_contain_text("Draft kept")
        kill_kernel(page)
        choose(form, "c10", "verdict", "supported")
        expect(status(form)).to_contain_text("Python does not answer")


def test_what_is_done_while_python_is_busy_is_not_taken_back(context: BrowserContext, server: Server) -> None:
    path = server.notebook("busy")
    notebook = notebook_at(path)
    at = next(n for n, cell in enumerate(notebook.cells) if cell.metadata.nbgrader.grade_id == f"{TASK}-form")
    notebook.cells.insert(at + 1, nbformat.v4.new_code_cell("import time\n\ntime.sleep(5)", id="busy"))
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    with tab(context, server.url(path)) as page:
        page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel")
        run_command(page, "notebook:run-all-cells")
        form = form_on(page)
        chosen = form.locator('[data-key="c01-verdict-supported"]')
        chosen.click()
        chosen.evaluate("one => { setInterval(() => { window.lost ||= !one.checked || !one.isConnected; }, 2); }")
        busy = page.locator(".jp-CodeCell", has_text="time.sleep").locator(".jp-InputPrompt")
        expect(busy).to_have_text("[*]:")  # else the test shows nothing
        expect(busy).not_to_have_text("[*]:")
        choose(form, "c04", "verdict", "supported")
        until(lambda: "c04" in on_disk(path))
        expect(chosen).to_be_checked()
        assert not page.evaluate("window.lost"), "for a moment the form showed what the cell had held before"
        assert read_literal(on_disk(path), "claims").value["c01"]["verdict"] == "supported"


def test_a_hand_that_goes_from_the_name_to_the_form_does_not_miss(context: BrowserContext, server: Server) -> None:
    path = server.notebook("slow-hand")
    with tab(context, server.url(path)) as page:
        form = start(page)
        expect(page.locator(".wss-banner [role=status]")).to_contain_text("The forms are open")
        page.locator(".wss-banner input").fill("Anna")
        wanted = form.locator('[data-key="c01-verdict-supported"]')
        press_slowly(page, wanted)
        expect(page.locator(".wss-banner-folded")).to_be_visible()  # what moves the page
        expect(wanted).to_be_checked()
        until(lambda: "supported" in on_disk(path))
