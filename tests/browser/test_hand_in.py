"""The hand-in pages in a real browser: filled, saved, carried on, refused storage, and always a file that is graded."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import _Quiet
from tests.browser.form_pages import press_slowly
from tests.browser.test_pages import TAGS
from tests.course.courses import ASSIGNMENTS, ROOT, cell_of, gradebook_records, hand_in, model, run
from tests.course.test_marks import marks
from whosaidso.forms import hand_in as pages
from whosaidso.grading.literals import read_literal

pytestmark = pytest.mark.browser

PHONE = {"width": 320, "height": 700}
WIDE = {"width": 1280, "height": 900}
WORDS = "r029 shows who said it, in words that I can read. " * 7
REFUSE = (
    "for (const name of ['getItem', 'setItem']) Storage.prototype[name] = () => { throw new DOMException('', %r); };"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hand-in")
    pages.write_pages(out, pages.released(ROOT))
    return out


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    serving = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Give a fresh browser on a telephone; whatever it asks for beside the page is a fault, and so is an error."""
    made = browser.new_context(viewport=PHONE)
    wrong: list[str] = []
    made.on("request", lambda request: None if request.url.endswith(".html") else wrong.append(request.url))
    made.on("weberror", lambda problem: wrong.append(str(problem.error)))
    made.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    yield made
    made.close()
    assert [line for line in wrong if not line.startswith(("data:", "blob:")) and "favicon" not in line] == []


def opened(context: BrowserContext, server: str, assignment: str = "mosul-claims") -> Page:
    tab = context.new_page()
    tab.goto(f"{server}/{assignment}.html")
    return tab


def released(assignment: str = "mosul-claims") -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "exercises" / assignment / f"{assignment}.ipynb", as_version=4)


def saved(tab: Page, press: Callable[[], Any]) -> Path:
    with tab.expect_download() as download:
        press()
    return Path(download.value.path())


def hand_in_all_the_same(tab: Page) -> Path:
    tab.click("#hand-save")
    return saved(tab, lambda: tab.click("#hand-anyway"))


def text_of(path: Path, grade_id: str) -> str:
    return cell_of(nbformat.read(path, as_version=4), grade_id).source


def carry(tab: Page, path: Path) -> Locator:
    tab.set_input_files("#work-file", path)
    return tab.locator("#work-said")


def answers(assignment: str) -> dict[str, Any]:
    """Return the right answers of an assignment's exercises, by task."""
    found = {}
    for cell in model(ROOT, assignment).cells:
        name = cell.metadata.nbgrader.grade_id
        if name.endswith("-answer"):
            variable = cell.source.split("=")[0].split()[-1]
            found[name.removesuffix("-answer")] = read_literal(cell.source, variable).value
    return found


# --- filling in -------------------------------------------------------------------------------------


def claims_by_mouse(tab: Page, assignment: str = "mosul-claims") -> None:
    for claims in answers(assignment).values():
        for claim, answer in claims.items():
            tab.click(f'[data-key="{claim}-verdict-{answer["verdict"]}"]')
            for place, record in enumerate(filter(None, answer["evidence"])):
                tab.select_option(f'[data-key="{claim}-record-{place}"]', record)
            if answer.get("gap"):
                tab.click(f'[data-key="{claim}-gap-{answer["gap"]}"]')


def sourcing_by_mouse(tab: Page) -> None:
    links, voices = answers("mosul-sourcing").values()
    drawn: list[str] = []
    for teller, told_by, relation, place in links["edges"]:
        article = teller if "-" in teller else drawn[-1]  # articles have double names
        at = drawn.count(article)
        drawn.append(article)
        tab.click(f'[data-key="{article}-add"]')
        for key, value in (("teller", teller), ("by", told_by), ("relation", relation), ("place", place)):
            tab.select_option(f'[data-key="{article}-{at}-{key}"]', value)
    for claim, names in voices["voices"].items():
        for name in names:
            tab.click(f'[data-key="{claim}-{name}"]')
        tab.click(f'[data-key="{claim}-{voices["independent"][claim]}"]')


def words_of(tab: Page, article: str, paragraph: str, exact: str) -> list[str]:
    """Return the data-keys of some exact words, which occur once there."""
    cells = json.loads(tab.locator("#page-data").text_content() or "")["cells"]
    number = 0
    for passage in next(cell["spec"] for cell in cells if "spec" in cell)["passages"]:
        for part in passage["parts"]:
            start = (
                "".join(part["pieces"]).find(exact)
                if (part["article"], part["paragraph"]) == (article, paragraph)
                else -1
            )
            end, at, found = start + len(exact), 0, []
            for odd, piece in enumerate(part["pieces"]):
                if odd % 2:
                    found += [f"{passage['id']}-{number}"] if start < at + len(piece) and at < end else []
                    number += 1
                at += len(piece)
            if start >= 0:
                return found
    raise AssertionError(f"no text has {exact}")


def wording_by_mouse(tab: Page) -> None:
    (marks,) = answers("mosul-wording").values()
    for article, paragraph, exact, _, label in marks:
        words = words_of(tab, article, paragraph, exact)
        for key in dict.fromkeys((words[0], words[-1])):
            tab.click(f'[data-key="{key}"]')
        tab.click('[data-key="mark"]')
        tab.click(f'[data-key="label-{label}"]')
        tab.click('[data-key="confirm"]')


def tab_to(tab: Page, selector: str, *, back: bool = False) -> None:
    for _ in range(400):
        tab.keyboard.press("Shift+Tab" if back else "Tab")
        if tab.evaluate("selector => Boolean(document.activeElement?.matches(selector))", selector):
            return
    raise AssertionError(f"the Tab key never comes to {selector}")


def choose_radio(tab: Page, wanted: str) -> None:
    """Come to a set of radio buttons and choose one of it, by keys."""
    tab_to(tab, f'[name="{tab.get_attribute(wanted, "name")}"]')
    tab.keyboard.press("Space")
    for _ in range(8):
        if tab.locator(wanted).is_checked():
            return
        tab.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrow keys never come to {wanted}")


def claims_by_keyboard(tab: Page, who: str = "Keyboard") -> None:
    tab_to(tab, "#who-box")
    tab.keyboard.type(who)
    for claims in answers("mosul-claims").values():
        for claim, answer in claims.items():
            choose_radio(tab, f'[data-key="{claim}-verdict-{answer["verdict"]}"]')
            for place, record in enumerate(filter(None, answer["evidence"])):
                tab_to(tab, f'[data-key="{claim}-record-{place}"]')
                tab.keyboard.type(record)
            if answer.get("gap"):
                choose_radio(tab, f'[data-key="{claim}-gap-{answer["gap"]}"]')
    tab_to(tab, "#mosul-claims-why-box")
    tab.keyboard.insert_text(WORDS)
    tab_to(tab, "#hand-save")


def checked(path: Path, assignment: str) -> nbformat.NotebookNode:
    """Return a saved file, after seeing that only what a student fills in differs from the release."""
    notebook, release = nbformat.read(path, as_version=4), released(assignment)
    nbformat.validate(notebook)
    differ = [mine for mine, given in zip(notebook.cells, release.cells, strict=True) if mine != given]
    assert differ == [cell for cell in notebook.cells if cell.metadata.nbgrader.solution]
    emptied = copy.deepcopy(notebook)
    for cell, given in zip(emptied.cells, release.cells, strict=True):
        cell.source = given.source
    assert emptied == release
    return notebook


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_filled_by_mouse_on_a_telephone_the_file_scores_full(
    context: BrowserContext, server: str, assignment: str
) -> None:
    tab = opened(context, server, assignment)
    tab.fill("#who-box", "Mouse, Ana")
    if assignment in ("mosul-claims", "mosul-note"):
        claims_by_mouse(tab, assignment)
    else:
        {"mosul-sourcing": sourcing_by_mouse, "mosul-wording": wording_by_mouse}[assignment](tab)
    for box in tab.locator("textarea[id$='-box']").all():
        box.fill(WORDS * 2 if assignment == "mosul-note" else WORDS)
    path = hand_in_all_the_same(tab) if assignment == "mosul-wording" else saved(tab, lambda: tab.click("#hand-save"))
    expect(tab.locator("#hand-said")).to_contain_text(f"{assignment}.ipynb")
    expect(tab.locator("#hand-last")).to_contain_text("changed nothing since")
    notebook = checked(path, assignment)
    points = {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.get("points") for cell in notebook.cells}
    found = marks(ROOT, assignment, notebook)
    assert found
    assert {name: marked.points for name, marked in found.items()} == {name: points[name] for name in found}


def test_filled_by_keyboard_alone_the_file_is_autograded(context: BrowserContext, server: str, course: Path) -> None:
    tab = opened(context, server)
    claims_by_keyboard(tab)
    path = saved(tab, lambda: tab.keyboard.press("Enter"))
    checked(path, "mosul-claims")
    hand_in(course, "keyboard", "mosul-claims", path.read_bytes())
    done = run(course, "nbgrader", "autograde", "mosul-claims")
    assert done.returncode == 0, done.stderr
    records = gradebook_records(course)
    grades = {key[3]: grade for key, grade in records.items() if key[-1] == "grade"}
    assert [(name, grades[name][0], grades[name][3]) for name in sorted(grades)] == [
        ("mosul-claims-1-check", 12, False),
        ("mosul-claims-2-check", 12, False),
        ("mosul-claims-why", None, True),
    ]


# --- keeping ----------------------------------------------------------------------------------------


def test_work_is_here_again_after_a_reload_in_another_tab_and_gone_when_forgotten(
    context: BrowserContext, server: str
) -> None:
    other, tab = opened(context, server), opened(context, server)  # the last one opened stands in front
    expect(tab.locator("#page-state")).to_have_text("Nothing written yet.")
    tab.fill("#who-box", "Ana")
    tab.click('[data-key="c04-verdict-supported"]')
    tab.fill("#mosul-claims-why-box", "two words")
    expect(tab.locator("#page-state")).to_contain_text("Saved in this browser")
    for here in (other, tab):
        if here is tab:
            here.reload()
        expect(here.locator("#who-box")).to_have_value("Ana")
        expect(here.locator('[data-key="c04-verdict-supported"]')).to_be_checked()
        expect(here.locator("#mosul-claims-why-box")).to_have_value("two words")
        expect(here.locator("#mosul-claims-why-count")).to_have_text("2 words, 60 to 90 asked for")
    assert other.locator('[data-far="mosul-claims-1-task"]').text_content() == "1 of 5 claims have a verdict"

    tab.click("#hand-save")
    shown = tab.locator("#hand-list").inner_text()
    assert shown.splitlines() == [
        "1. Five claims: 1 of 5 claims have a verdict",
        "2. Five more, one of them from the coalition: 0 of 5 claims have a verdict",
        "Your answer to “3. Explain one verdict”: too short: 2 words, 60 to 90 asked for",
    ]
    tab.get_by_role("link", name="Your answer to").click()
    assert tab.evaluate("document.activeElement.id") == "mosul-claims-why-box"
    path = saved(tab, lambda: tab.click("#hand-anyway"))
    assert path.read_bytes()
    tab.fill("#mosul-claims-why-box", "three words now")
    expect(tab.locator("#hand-last")).to_contain_text("You have changed something since")
    expect(other.locator("#hand-last")).to_contain_text("You have changed something since")

    tab.locator("#work summary").click()
    tab.click("#work-restart")
    tab.get_by_role("button", name="Take everything out").click()
    expect(tab.locator("#mosul-claims-why-box")).to_have_value("")
    expect(other.locator('[data-key="c04-verdict-supported"]')).not_to_be_checked()
    tab.click("#work-undo")
    for here in (tab, other):
        expect(here.locator("#mosul-claims-why-box")).to_have_value("three words now")
        expect(here.locator('[data-key="c04-verdict-supported"]')).to_be_checked()

    tab.click("#work-forget")
    with other.expect_navigation(), tab.expect_navigation():
        tab.get_by_role("button", name="Forget everything").click()
    for here in (tab, other):
        expect(here.locator("#who-box")).to_have_value("")
        expect(here.locator("#mosul-claims-why-box")).to_have_value("")
        expect(here.locator('[data-key="c04-verdict-supported"]')).not_to_be_checked()
    assert tab.evaluate("Object.keys(localStorage).filter(key => key.startsWith('whosaidso')).length") == 0


@pytest.mark.parametrize("problem", ["SecurityError", "QuotaExceededError"])
def test_where_the_browser_keeps_nothing_work_goes_on_and_leaving_warns(
    context: BrowserContext, folder: Path, problem: str
) -> None:
    tab = context.new_page()
    tab.add_init_script(REFUSE % problem)
    tab.goto((folder / "mosul-claims.html").as_uri())  # opened by double-click from a folder
    sentence = "no room left" if problem == "QuotaExceededError" else "does not let the page keep"
    expect(tab.locator("#page-trouble")).to_contain_text(sentence)
    tab.fill("#who-box", "Ana")
    tab.click('[data-key="c01-verdict-contradicted"]')
    expect(tab.locator("#page-state")).to_have_text("Not saved in this browser")
    asked: list[str] = []
    tab.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    tab.close(run_before_unload=True)
    expect(tab.locator("#who-box")).to_have_value("Ana")
    assert asked == ["beforeunload"]
    path = hand_in_all_the_same(tab)
    assert 'who = "Ana"' in text_of(path, "mosul-claims-who").splitlines()
    assert '"verdict": "contradicted"' in text_of(path, "mosul-claims-1-answer")
    with tab.expect_event("close"):  # a file holds it now: nobody is asked any more
        tab.close(run_before_unload=True)
    assert asked == ["beforeunload"]


# --- carrying on ------------------------------------------------------------------------------------

TYPED = """# my own note
claims = {
    'C01': {'verdict': 'Supported', 'evidence': ['R026', 'r001'], 'gap': '', 'confidence': 75},  # sure
    "c04": {"verdict": "not shown", "evidence": "r005", "gap": "no record"},
}"""
COMPUTED = 'claims = dict(c02={"verdict": "supported"})'


def from_jupyterlab(tmp_path: Path) -> Path:
    """Write what a student may have made in JupyterLab: typed by hand, run, with a cell of her own."""
    notebook = copy.deepcopy(released())
    notebook.metadata.language_info.version = "3.13.1"
    cell_of(notebook, "mosul-claims-who").source = 'who = "Zoë, Ben"'
    cell_of(notebook, "mosul-claims-1-answer").source = TYPED
    cell_of(notebook, "mosul-claims-1-answer").execution_count = 3
    cell_of(notebook, "mosul-claims-2-answer").source = COMPUTED
    cell_of(notebook, "mosul-claims-why").source = "Zoë’s words\n\n**bold**"
    notebook.cells.append(nbformat.v4.new_code_cell("print(1)"))
    path = tmp_path / "mosul-claims (1).ipynb"
    path.write_text("\ufeff" + nbformat.writes(notebook), encoding="utf-8")
    return path


def test_a_file_from_jupyterlab_is_carried_on_and_undone(context: BrowserContext, server: str, tmp_path: Path) -> None:
    path = from_jupyterlab(tmp_path)
    tab = opened(context, server)
    said = carry(tab, path)
    expect(said).to_contain_text("4 of 4 places are filled in")
    expect(said).to_contain_text("Cells of your own")
    expect(tab.locator("#who-box")).to_have_value("Zoë, Ben")
    expect(tab.locator('[data-key="c01-verdict-supported"]')).to_be_checked()
    expect(tab.locator('[data-key="c01-record-1"]')).to_have_value("r001")
    expect(tab.locator('[data-key="c04-gap-no_record"]')).to_be_checked()
    expect(tab.locator("#mosul-claims-why-box")).to_have_value("Zoë’s words\n\n**bold**")
    # what the form cannot show stays as it is, in the form, in the list and in the file
    expect(tab.locator("#mosul-claims-2-place pre")).to_have_text(COMPUTED)
    mine = hand_in_all_the_same(tab)
    assert text_of(mine, "mosul-claims-1-answer") == TYPED
    assert text_of(mine, "mosul-claims-2-answer") == COMPUTED

    # work that is here is replaced only after asking, and one Undo brings all of it back
    tab.fill("#who-box", "Somebody else")
    carry(tab, path)
    tab.get_by_role("button", name="No, leave it").click()
    expect(tab.locator("#who-box")).to_have_value("Somebody else")
    tab.locator("#mosul-claims-2-place").get_by_role("button", name="Use the form instead").click()
    tab.click('[data-key="c02-verdict-not_shown"]')
    carry(tab, path)
    tab.get_by_role("button", name="Replace it").click()
    expect(tab.locator("#who-box")).to_have_value("Zoë, Ben")
    expect(tab.locator("#mosul-claims-2-place pre")).to_have_text(COMPUTED)
    tab.click("#work-undo")
    expect(tab.locator("#who-box")).to_have_value("Somebody else")
    expect(tab.locator('[data-key="c02-verdict-not_shown"]')).to_be_checked()
    expect(tab.locator("#mosul-claims-2-place pre")).to_have_count(0)
    tab.click("#work-undo")
    expect(tab.locator("#who-box")).to_have_value("Zoë, Ben")

    # a name that is no text stays as it was typed, until the box is used again
    notebook = nbformat.reads(path.read_text("utf-8-sig"), as_version=4)
    cell_of(notebook, "mosul-claims-who").source = 'who = ["Zoë", "Ben"]'
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    carry(tab, path)
    tab.get_by_role("button", name="Replace it").click()
    expect(tab.locator("#who-typed pre")).to_have_text('who = ["Zoë", "Ben"]')
    assert text_of(hand_in_all_the_same(tab), "mosul-claims-who") == 'who = ["Zoë", "Ben"]'
    tab.locator("#who-typed button").click()
    tab.keyboard.type("Zoë")
    assert text_of(hand_in_all_the_same(tab), "mosul-claims-who").splitlines()[1:] == [
        'who = "Zoë"',
        "# Your answer stands above this line.",
    ]


def test_a_file_that_is_not_this_assignment_changes_nothing(
    context: BrowserContext, server: str, tmp_path: Path
) -> None:
    good = from_jupyterlab(tmp_path).read_bytes()
    other = copy.deepcopy(released("mosul-wording"))
    bare = copy.deepcopy(other)
    del bare.metadata["whosaidso"]
    blank = nbformat.writes(released()).encode()
    tab = opened(context, server)
    tab.fill("#who-box", "Ana")
    for name, content, sentence in (
        ("cut.ipynb", good[: len(good) // 2], "damaged"),
        ("empty.ipynb", b"", "damaged"),
        ("list.ipynb", b"[1, 2]", "damaged"),
        ("picture.png", bytes(range(256)), "damaged"),
        ("<img src=x onerror=alert(1)>.ipynb", b"{}", "<img src=x onerror=alert(1)>.ipynb is no notebook"),
        ("other.ipynb", nbformat.writes(other).encode(), "another assignment, “Words that push”"),
        ("bare.ipynb", nbformat.writes(bare).encode(), "not of this assignment"),
        ("strange.ipynb", b'{"cells": [{}, null, {"metadata": 3, "source": [4]}]}', "not of this assignment"),
        ("blank.ipynb", blank, "holds no answers yet"),
        ("big.ipynb", b" " * 30_000_000, "too big for a hand-in (30 MB)"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        tab.set_input_files("#work-file", path)
        expect(tab.locator("#work-said"), name).to_contain_text(sentence)
        expect(tab.locator("#work-said"), name).to_contain_text("Nothing has been changed here")
    expect(tab.locator("#who-box")).to_have_value("Ana")
    expect(tab.locator("#work-undo")).to_be_hidden()


# --- hostile text -----------------------------------------------------------------------------------

HOSTILE = (
    '</script><img src="https://example.org/x" onerror="document.title=1"><b>\u202e"abc\\" {file} $& ' + "W" * 10_000
)


def test_hostile_text_is_shown_as_text_and_reaches_the_file(context: BrowserContext, server: str) -> None:
    tab = opened(context, server)
    title = tab.title()
    tab.fill("#who-box", HOSTILE)
    tab.fill("#mosul-claims-why-box", HOSTILE + "\n<script>document.title = 2</script>\ud800")
    tab.locator('[data-key="differently-c01"]').click()
    tab.fill('[data-key="why-c01"]', HOSTILE[:200] + "\udc00")
    path = hand_in_all_the_same(tab)
    tab.reload()
    assert tab.locator("img, b").count() == 0
    assert tab.title() == title
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(tab.locator("#who-box")).to_have_value(HOSTILE)
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert read_literal(cell_of(notebook, "mosul-claims-who").source, "who").value == HOSTILE
    assert cell_of(notebook, "mosul-claims-why").source == HOSTILE + "\n<script>document.title = 2</script>\ufffd"
    notes = read_literal(cell_of(notebook, "mosul-claims-1-answer").source, "differently").value
    assert notes == {"c01": {"why": HOSTILE[:200] + "\ufffd"}}
    assert "\\ud800" not in path.read_text("utf-8")
    again = carry(tab, path)
    expect(again).to_contain_text("holds just what is here already")


# --- what everybody can use -------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_pages_are_accessible_with_everything_open(
    browser: Browser, server: str, tmp_path: Path, theme: str, size: dict
) -> None:
    context = browser.new_context(viewport=size, color_scheme=theme)
    tab = opened(context, server)
    carry(tab, from_jupyterlab(tmp_path))
    expect(tab.locator("#mosul-claims-2-place pre")).to_have_count(1)
    tab.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    tab.click("#hand-save")
    if size is PHONE:
        tab.click("#page-tasks")
    assert tab.evaluate("document.documentElement.scrollWidth") <= size["width"]
    result = Axe().run(tab, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
    found = [f"{v['id']}: {'; '.join(n['html'][:160] for n in v['nodes'][:3])}" for v in result.response["violations"]]
    context.close()
    assert found == []


def test_the_bar_on_a_telephone_never_hides_what_has_the_focus(context: BrowserContext, server: str) -> None:
    """WCAG 2.4.11, forwards and backwards through the first task."""
    tab = opened(context, server)
    hidden = """() => {
      const bar = document.querySelector('.page-nav').getBoundingClientRect();
      const { top, bottom, height } = document.activeElement.getBoundingClientRect();
      return document.activeElement.closest('.page-nav') ? 0 : Math.max(0, Math.min(bar.bottom, bottom) - Math.max(bar.top, top)) / (height || 1);
    }"""
    worst = 0.0
    for key, times in (("Tab", 60), ("Shift+Tab", 50)):
        for _ in range(times):
            tab.keyboard.press(key)
            worst = max(worst, tab.evaluate(hidden))
    assert worst < 0.5


def test_without_javascript_the_page_says_so_and_gives_the_notebook(browser: Browser, server: str) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    tab = opened(context, server)
    expect(tab.locator(".page-note")).to_contain_text("need JavaScript")
    expect(tab.locator("#who-box")).to_be_hidden()
    expect(tab.get_by_role("heading", name="1. Five claims")).to_be_visible()
    path = saved(tab, lambda: tab.locator("a[download]").click())
    assert path.read_bytes() == (ROOT / "exercises/mosul-claims/mosul-claims.ipynb").read_bytes()
    context.close()


def test_an_untouched_page_gives_the_release_byte_for_byte(context: BrowserContext, server: str) -> None:
    for assignment in ASSIGNMENTS:
        tab = opened(context, server, assignment)
        path = hand_in_all_the_same(tab)
        assert path.read_bytes() == (ROOT / "exercises" / assignment / f"{assignment}.ipynb").read_bytes()
        assert json.loads(path.read_text("utf-8"))["metadata"]["whosaidso"]["assignment"] == assignment


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_part_of_a_form_is_drawn_and_none_is_printed_as_an_object(
    context: BrowserContext, server: str, assignment: str
) -> None:
    tab = opened(context, server, assignment)
    tab.locator("[data-key]").first.wait_for(state="attached")
    assert "[object" not in tab.locator("body").inner_text()
    if assignment == "mosul-sourcing":
        assert tab.locator("details.wss-strip").count() == 3 + 3 + 1, (
            "three articles to trace, then those that carry k1, then k2"
        )


@pytest.mark.parametrize("width", [1200, 390])
def test_a_hand_that_goes_from_the_name_to_the_form_does_not_miss(
    context: BrowserContext, server: str, width: int
) -> None:
    tab = opened(context, server)
    tab.set_viewport_size({"width": width, "height": 800})
    tab.get_by_label("Your name or the code").fill("Anna")
    wanted = tab.locator('[data-key="c01-verdict-supported"]')
    press_slowly(tab, wanted)
    expect(wanted).to_be_checked()
    tab.locator(".page-text textarea").fill("Some words of mine.")
    wanted = tab.locator('[data-key="c09-verdict-contradicted"]')
    press_slowly(tab, wanted)
    expect(wanted).to_be_checked()
