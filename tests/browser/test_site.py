"""The whole site: the book with notebooks in the browser, asking nothing of any other host."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

import make_site
from lite import practice
from tests.browser.lab import jupyter_server
from tests.browser.test_hand_in import claims_by_keyboard, claims_by_mouse, tab_to
from tests.browser.test_notebook_forms import TAGS
from tests.course.courses import ROOT, cell_of, gradebook_records, run
from tests.course.test_leaks import answers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

START = 60_000
"""Python in the browser may take this long on a busy machine, in milliseconds."""
NOTEBOOK = "lite/notebooks/index.html?path="


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        """Answer, also where the page was left meanwhile."""
        with suppress(BrokenPipeError, ConnectionResetError):
            super().handle()


@pytest.fixture(scope="module")
def whole(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "site"
    make_site.main(site, out)
    return out


@pytest.fixture(scope="module")
def base(whole: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(whole)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture
def context(browser: Browser, base: str) -> Iterator[BrowserContext]:
    """Give a browser that knows nothing yet, and fail if a page asked another host for anything."""
    opened = browser.new_context(accept_downloads=True)
    wrong: list[str] = []
    opened.on("request", lambda r: None if r.url.startswith((base, "data:", "blob:")) else wrong.append(r.url))
    opened.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    yield opened
    opened.close()
    assert wrong == []


def open_notebook(context: BrowserContext, base: str, path: str, *, start: bool = True) -> Page:
    tab = context.new_page()
    tab.goto(f"{base}{NOTEBOOK}{path}")
    if start:
        tab.get_by_role("button", name="Start", exact=True).click(timeout=START)
        expect(tab.locator(".wss-banner [role=status]")).to_contain_text("The forms are open", timeout=START)
    return tab


def saved(tab: Page, name: str) -> Path:
    with tab.expect_download() as download:
        tab.get_by_role("button", name=name).click()
    assert download.value.suggested_filename.endswith(".ipynb")
    return Path(download.value.path())


def answer(path: Path) -> str:
    return cell_of(nbformat.read(path, as_version=4), "practice-claims-answer").source


def test_practice_is_kept_leads_back_to_the_book_and_is_forgotten_when_asked(
    context: BrowserContext, base: str, whole: Path
) -> None:
    book = context.new_page()
    book.goto(f"{base}book/claims.html")
    tab_to(book, ".wss-lite a")  # from here to the file by keyboard alone
    book.keyboard.press("Enter")
    book.wait_for_url("**=practice/claims.ipynb")
    tab = book
    tab.get_by_role("button", name="Start", exact=True).wait_for(timeout=START)
    tab_to(tab, ".wss-banner-main")
    tab.keyboard.press("Enter")
    expect(tab.locator(".wss-banner [role=status]")).to_contain_text("The forms are open", timeout=START)
    assert tab.locator("#wss-wait").count() == 0
    found = Axe().run(
        tab, context={"include": [[".wss-banner"], [".wss-form"]]}, options={"runOnly": {"type": "tag", "values": TAGS}}
    )
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found.response["violations"]] == []
    tab_to(tab, "[data-key='c11-verdict-supported']")
    tab.keyboard.press("Space")
    tab_to(tab, "[data-key='c11-check']")
    tab.keyboard.press("Enter")
    assert tab.locator(".wss-said").first.inner_text()
    expect(tab.locator(".wss-banner")).to_contain_text("Saved", timeout=START)
    tab_to(tab, ".wss-banner-button", back=True)  # the last in the row; the first is the download
    tab.keyboard.press("Shift+Tab")
    with tab.expect_download() as download:
        tab.keyboard.press("Enter")
    assert "supported" in answer(Path(download.value.path()))
    assert tab.get_by_role("link", name="as a page, without Python").get_attribute("href") == f"{base}book/claims.html"
    with context.expect_page() as chapter:
        tab.get_by_role("link", name="Claims meet records", exact=True).first.click()
    assert chapter.value.url == f"{base}book/claims.html"
    # the page holds what the notebook holds, and the other way round
    expect(chapter.value.locator("[data-key='c11-verdict-supported']")).to_be_checked()
    chapter.value.locator("[data-key='c12-verdict-contradicted']").check()
    expect(tab.locator("[data-key='c12-verdict-contradicted']").first).to_be_checked()
    chapter.value.locator("[data-key='c12-verdict-not_shown']").check()
    chapter.value.close()
    tab.close()

    tab = open_notebook(context, base, "practice/claims.ipynb")
    expect(tab.locator("[data-key='c11-verdict-supported']").first).to_be_checked()
    expect(tab.locator("[data-key='c12-verdict-not_shown']").first).to_be_checked()

    # all is forgotten and brought back from My progress
    progress = context.new_page()
    progress.goto(f"{base}book/my-progress.html")
    progress.locator("[data-key=forget]").click()
    expect(progress.locator(".wss-said:visible").last).to_contain_text("Notebooks changed in this browser go too: 1")
    progress.locator("[data-key=yes]").click()
    expect(progress.locator("[data-key=undo]")).to_be_visible()
    assert progress.evaluate("localStorage.getItem('whosaidso:1:practice:practice-claims')") is None
    progress.locator("[data-key=undo]").click()
    expect(progress.locator(".wss-status")).to_contain_text("All is as it was")
    progress.locator("[data-key=undo]").click()  # undone and done again: both sides go, and both come back
    expect(progress.locator("[data-key=forget]")).to_be_disabled()
    progress.locator("[data-key=undo]").click()
    expect(progress.locator("[data-key=forget]")).to_be_enabled()
    assert "c12" in progress.evaluate("localStorage.getItem('whosaidso:1:practice:practice-claims')")
    progress.locator("[data-key=forget]").click()
    expect(progress.locator(".wss-said:visible").last).to_contain_text("Notebooks changed in this browser go too: 1")
    progress.locator("[data-key=no]").click()
    progress.close()

    tab.get_by_role("button", name="Forget my work").click()
    tab.get_by_role("button", name="Keep them").click()
    tab.get_by_role("button", name="Forget my work").click()
    with tab.expect_navigation():
        tab.get_by_role("button", name="Forget them").click()
    tab.get_by_role("button", name="Start", exact=True).click(timeout=START)
    expect(tab.locator(".wss-banner [role=status]")).to_contain_text("The forms are open", timeout=START)
    expect(tab.locator("[data-key='c11-verdict-supported']").first).not_to_be_checked()
    assert "supported" not in answer(saved(tab, "Download a copy"))
    tab.goto(f"{base}book/claims.html")
    assert tab.locator(".wss-exercise input:checked").count() == 0


def filled(tab: Page, who: str) -> None:
    """Fill the notebook of claims, wherever it runs, and wait until it is saved."""
    tab.locator(".wss-banner input").fill(who)
    claims_by_mouse(tab)
    expect(tab.locator(".wss-banner")).to_contain_text("Saved", timeout=START)
    tab.wait_for_timeout(1500)


def in_jupyterlab(browser: Browser, folder: Path, home: Path) -> bytes:
    notebook = folder / "mosul-claims.ipynb"
    shutil.copy(ROOT / "exercises" / "mosul-claims" / notebook.name, notebook)
    with jupyter_server(folder, home) as address, browser.new_context() as context:
        tab = context.new_page()
        tab.goto(f"{address}/lab/tree/{notebook.name}")
        tab.get_by_role("button", name="Start", exact=True).click(timeout=START)
        expect(tab.locator(".wss-banner [role=status]")).to_contain_text("The forms are open", timeout=START)
        filled(tab, "lab")
    return notebook.read_bytes()


def by_keyboard_from_the_front_page(context: BrowserContext, base: str) -> Path:
    page = context.new_page()
    page.goto(base)  # leads on to the first page
    page.wait_for_url("**/book/index.html")
    for link in ("hand-in.html", "hand-in/mosul-claims.html"):
        tab_to(page, f"main a[href$='{link}'], nav a[href$='{link}']")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    claims_by_keyboard(page, "page")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    return Path(download.value.path())


def test_an_assignment_has_the_same_record_by_all_three_ways(
    browser: Browser, context: BrowserContext, base: str, course: Path, tmp_path: Path
) -> None:
    (tmp_path / "work").mkdir()
    lab = in_jupyterlab(browser, tmp_path / "work", tmp_path / "home")
    tab = open_notebook(context, base, "assignments/mosul-claims.ipynb")
    filled(tab, "lite")
    lite = saved(tab, "Download to hand in").read_bytes()
    by_page = by_keyboard_from_the_front_page(context, base).read_bytes()
    (tmp_path / "from-students").mkdir()
    for number, content in enumerate((lab, lite, by_page)):
        (tmp_path / "from-students" / f"mosul-claims ({number}).ipynb").write_bytes(content)
    roster = tmp_path / "class.csv"
    roster.write_text("id,name\nlab,lab\nlite,lite\npage,page\n")
    done = run(course, "whosaidso.cli", "collect", str(tmp_path / "from-students"), "--roster", str(roster))
    assert done.returncode == 0, done.stdout + done.stderr
    done = run(course, "whosaidso.cli", "grade", "mosul-claims")
    assert done.returncode == 0, done.stderr
    records = gradebook_records(course)

    def grades(student: str) -> dict[tuple[str, ...], object]:
        found = {key: row for key, row in records.items() if student in key and key[-1] in ("grade", "comment")}
        return {tuple(part for part in key if part != student): row for key, row in found.items()}

    records = {key: row for key, row in records.items() if "mosul-claims-why" not in key}  # written on the page only
    assert grades("lab") == grades("lite") == grades("page")
    full = {key[-2]: row for key, row in grades("lite").items() if key[-1] == "grade" and key[-2].endswith("-check")}
    assert len(full) == 2
    assert all(row[0] == row[4] for row in full.values())  # type: ignore[index]


def test_where_no_notebook_can_run_the_page_says_so_and_leads_on(browser: Browser, base: str, whole: Path) -> None:
    for script, sentence in (
        ("delete globalThis.WebAssembly", "it has no WebAssembly"),
        (
            "Storage.prototype.setItem = () => { throw new DOMException('no', 'SecurityError'); }",
            "This browser keeps nothing",
        ),
    ):
        context = browser.new_context()
        context.add_init_script(script)
        tab = context.new_page()
        tab.goto(f"{base}{NOTEBOOK}practice/claims.ipynb")
        expect(tab.locator("#wss-wait-line")).to_contain_text(sentence)
        tab.locator("#wss-wait-page").click()
        assert tab.url == f"{base}book/claims.html"
        context.close()
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{base}{NOTEBOOK}assignments/mosul-claims.ipynb")
    expect(tab.locator("#wss-wait")).to_contain_text("needs JavaScript")
    tab.locator("#wss-wait-page").click()
    assert tab.locator("h1:visible").count() == 1
    context.close()


def test_every_link_to_a_notebook_leads_to_one_and_all_is_there(whole: Path) -> None:
    found = set()
    for page in whole.rglob("*.html"):
        for path in re.findall(r'lite/notebooks/index\.html\?path=([^"]+)"', page.read_text("utf-8")):
            assert (whole / "lite" / "files" / path).is_file(), path
            found.add(path)
    files = {p.relative_to(whole / "lite" / "files").as_posix() for p in (whole / "lite" / "files").rglob("*.ipynb")}
    assert found == files
    for chapter, tasks in practice.chapters(ROOT).items():
        text = (whole / "lite/files/practice" / f"{chapter}.ipynb").read_text("utf-8")
        assert all(f'(\\"{task}\\")' in text for task in tasks)
    assert sum(p.stat().st_size for p in whole.rglob("*") if p.is_file()) < 60e6


def test_what_the_browser_gets_holds_no_graded_answer(whole: Path, tmp_path: Path) -> None:
    for path in (whole / "lite/files/assignments").glob("*.ipynb"):
        assert path.read_bytes() == (ROOT / "exercises" / path.stem / path.name).read_bytes()
    python = whole / "lite" / "static" / "pyodide"
    lock = json.loads((python / "pyodide-lock.json").read_text("utf-8"))
    for entry in lock["packages"].values():
        assert hashlib.sha256((python / entry["file_name"]).read_bytes()).hexdigest() == entry["sha256"]
    shutil.copytree(whole / "lite" / "files", tmp_path / "files")
    with zipfile.ZipFile(next(python.glob("whosaidso-*.whl"))) as wheel:
        assert not [name for name in wheel.namelist() if re.search(r"gold\.toml|debrief|solutions/", name)]
        wheel.extractall(tmp_path / "wheel")
    patterns = [re.compile(pattern) for pattern in answers()]
    texts = [p for p in tmp_path.rglob("*") if p.suffix in (".toml", ".py", ".ipynb", ".json", ".js")]
    assert len(texts) > 100
    for path in texts:
        text = path.read_text("utf-8")
        assert not [pattern.pattern for pattern in patterns if pattern.search(text)], path
