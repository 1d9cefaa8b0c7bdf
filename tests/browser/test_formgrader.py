"""nbgrader's formgrader in a real browser: its Autograde button, a mark given by hand, a hostile hand-in."""

import csv
import html
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest
from nbformat import NotebookNode

from tests.course.courses import cell_of, gradebook_records, hand_in, model, run

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASSIGNMENT = "mosul-sourcing"
WHY = "mosul-sourcing-why"
BY_MACHINE, MOST = 16, 20
# nbgrader's own page asks for this one; it works without. Nothing else may be asked for.
MATHS = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/"
HOSTILE = (
    "<script>window.run=1</script>"
    '<img src=x onerror="window.run=2"><img src="https://evil.example/p.png">'
    '<svg onload="window.run=3"></svg><iframe srcdoc="<script>parent.run=4</script>"></iframe>'
    '</pre></code></div></textarea><style>@import "https://evil.example/s.css";</style>'
    '<a href="javascript:window.run=5">here</a> [here](javascript:window.run=6) ![i](https://evil.example/m.png)'
    " $$\\href{javascript:window.run=7}{x}$$ \\(\\href{https://evil.example/}{x}\\)"
)


def written(notebook, words):
    """Return a hand-in with these words in its written part."""
    cell_of(notebook, WHY).source = words
    return notebook


def hostile(course, folder):
    """Return a hand-in with hostile words in every place a student can write to."""
    notebook = model(course, ASSIGNMENT)
    cell_of(notebook, WHY).source = HOSTILE
    cell_of(notebook, WHY).attachments = {"a.svg": {"image/svg+xml": "PHN2Zy8+"}}
    answer = cell_of(notebook, "mosul-sourcing-2-answer")
    name = answer.source.split("=")[0].split()[-1]
    words = repr("$$\\href{javascript:window.run=8}{x}$$<b>")  # short enough to be quoted whole in the reasons
    answer.source = (
        f"# {HOSTILE}\n{name} = {{'voices': {{'k1': [{words}], {words}: []}}, 'independent': {{'k1': {words}}}}}"
    )
    for kind in ("markdown", "raw", "code"):
        cell = NotebookNode(cell_type=kind, id=f"extra-{kind}", metadata=NotebookNode(), source=HOSTILE)
        if kind == "code":
            out = {"output_type": "display_data", "data": {"text/html": HOSTILE}, "metadata": {}}
            cell.update(outputs=[NotebookNode(out)], execution_count=1)
        notebook.cells.append(cell)
    command = f"open({str(folder / 'it-ran')!r}, 'w').close()"
    notebook.cells.insert(
        0,
        NotebookNode(
            cell_type="code", id="runs", metadata=NotebookNode(), source=command, outputs=[], execution_count=None
        ),
    )
    return notebook


@pytest.fixture(scope="module")
def served(course_template, tmp_path_factory):
    """A course with two hand-ins, not yet marked, in a Jupyter server that knows no other configuration."""
    folder = tmp_path_factory.mktemp("formgrader")
    course = shutil.copytree(course_template, folder / "course")
    hand_in(course, "anna", ASSIGNMENT, model(course, ASSIGNMENT))
    hand_in(course, "zora", ASSIGNMENT, hostile(course, folder))
    home = folder / "home"
    home.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    env = {**os.environ, "HOME": str(home), "WHOSAIDSO_SHOW_GOLD": "0"}
    for name in ("CONFIG", "DATA", "RUNTIME"):
        env[f"JUPYTER_{name}_DIR"] = str(home / name.lower())
    words = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    with (folder / "server.log").open("w+", encoding="utf-8") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *words, "--IdentityProvider.token="],
            cwd=course, env=env, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            wait_for(f"{address}/formgrader/api/status", server, folder / "server.log")
            yield address, course
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_for(url, server, log):
    for _ in range(240):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"the server did not answer:\n{log.read_text(encoding='utf-8')[-3000:]}", pytrace=False)


@contextmanager
def tab(browser, address):
    """Give a tab with a list of the addresses elsewhere that were asked for, and one of dialogs; nobody answers."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    elsewhere, dialogs = [], []

    def gate(route):
        if route.request.url.startswith((f"{address}/", "data:")):
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    context.route("**/*", gate)
    page = context.new_page()
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    yield page, elsewhere, dialogs
    context.close()


def autograde(page, address, student):
    """Press the student's Autograde button and return the row's text afterwards."""
    page.goto(f"{address}/formgrader/manage_submissions/{ASSIGNMENT}")
    row = page.locator("#main-table tr").filter(has_text=student)
    row.locator("td.autograde a").click()
    page.wait_for_selector("#success-modal, #error-modal", timeout=90_000)
    said = page.locator(".modal-body").inner_text()
    assert page.locator("#success-modal").count(), said
    row.locator("td.score").filter(has_text=f"/ {MOST}").wait_for()
    return row.inner_text()


def submission(page, address, student):
    """Open a student's submission for marking by hand, when its marks have been loaded."""
    page.goto(f"{address}/formgrader/manage_students/{student}/{ASSIGNMENT}")
    link = page.locator("#main-table a").first
    link.wait_for()
    with page.expect_response(lambda response: "/api/comments?" in response.url):
        page.goto(address + link.get_attribute("href"))
    page.wait_for_function("document.querySelector('input.score').placeholder !== ''")  # set when marks are there
    page.wait_for_timeout(500)


def test_autograde_button_marks_without_executing(browser, served):
    address, course = served
    with tab(browser, address) as (page, elsewhere, dialogs):
        page.goto(f"{address}/formgrader")
        page.locator("#main-table").get_by_text("mosul-claims").wait_for()
        assert f"{BY_MACHINE} / {MOST}" in autograde(page, address, "anna")
        assert f"12 / {MOST}" in autograde(page, address, "zora")
        assert page.request.get(f"{address}/api/kernels").json() == []
        assert (elsewhere, dialogs) == ([], [])
    assert not (course.parent / "it-ran").exists()
    log = (course.parent / "server.log").read_text(encoding="utf-8")
    assert "Autograding" in log
    assert "Kernel started" not in log
    records = gradebook_records(course)
    marks = [
        row[0] for key, row in records.items() if key[1] == "anna" and key[-1] == "grade" and key[3].endswith("-check")
    ]
    assert sum(marks) == BY_MACHINE


def test_nothing_a_student_writes_is_alive(browser, served):
    address, _ = served
    with tab(browser, address) as (page, elsewhere, dialogs):
        page.goto(f"{address}/formgrader")
        page.set_content(HOSTILE)
        page.wait_for_function("window.run !== undefined")  # the words are alive where nothing holds them back
        assert any("evil.example" in url for url in elsewhere)
    asked = {}
    for student in ("anna", "zora"):
        with tab(browser, address) as (page, elsewhere, dialogs):
            autograde(page, address, student)
            submission(page, address, student)
            asked[student] = sorted(elsewhere)
            assert all(url.startswith(MATHS) for url in elsewhere), elsewhere
            assert dialogs == []
            assert page.evaluate("window.run") is None
    assert asked["anna"] == asked["zora"]
    with tab(browser, address) as (page, elsewhere, dialogs):
        submission(page, address, "zora")
        shown = page.locator("#notebook-container").first
        assert shown.inner_text().count("window.run=1") >= 5
        assert shown.locator("script, img, iframe, svg, style, [onerror], [onload]").count() == 0
        links = shown.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        assert not [link for link in links if "javascript" in link or "evil" in link]
        assert "window.run=8" in page.locator(".wss-feedback").nth(1).inner_text()
        # MathJax reads every text outside these; with the network it would make a live link of \href
        unguarded = page.evaluate(
            """() => {
                const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
                while (walk.nextNode())
                    if (walk.currentNode.data.includes('href{')
                        && !walk.currentNode.parentElement.closest('pre, code, .tex2jax_ignore'))
                        found.push(walk.currentNode.data);
                return found;
            }"""
        )
        assert unguarded == []
        page.wait_for_timeout(500)
        assert page.evaluate("window.run") is None
        assert dialogs == []


def test_mark_and_comment_given_by_hand_are_stored(browser, served):
    address, course = served
    comment = "Good: you ask who could know."
    with tab(browser, address) as (page, _, _):
        autograde(page, address, "anna")
        submission(page, address, "anna")
        score, words = page.locator(f"input#{WHY}"), page.locator(f"textarea#{WHY}-comment")
        for field, value, api in ((score, "3.5", "/api/grade/"), (words, comment, "/api/comment/")):
            with page.expect_response(lambda r, api=api: api in r.url and r.request.method == "PUT") as answer:
                field.fill(value)
                field.blur()
            assert answer.value.ok
        place = (ASSIGNMENT, "anna", ASSIGNMENT, WHY)
        records = gradebook_records(course)
        assert records[*place, "grade"][1] == 3.5
        assert records[*place, "grade"][3] is False
        assert records[*place, "comment"][1] == comment
        assert f"{BY_MACHINE + 3.5} / {MOST}" in autograde(page, address, "anna")
    # nbgrader keeps the mark and asks for a second look at it
    after = gradebook_records(course)
    assert after[*place, "grade"][:4] == (None, 3.5, None, True)
    assert after[*place, "comment"][1] == comment


def command(course, *words, code=0):
    done = run(course, "whosaidso.cli", *words)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_a_class_graded_by_us_is_opened_marked_and_given_back(browser, served, tmp_path):
    address, course = served
    hand_in(course, "nour", ASSIGNMENT, written(model(course, ASSIGNMENT), "I asked who could know."))
    command(course, "grade", ASSIGNMENT)
    comment = "You ask the right question, Nour: “who could know?”"
    with tab(browser, address) as (page, elsewhere, dialogs):
        page.goto(f"{address}/formgrader/manage_submissions/{ASSIGNMENT}")
        row = page.locator("#main-table tr").filter(has_text="nour")
        row.locator("td.score").filter(has_text=f"{BY_MACHINE} / {MOST}").wait_for()
        submission(page, address, "nour")
        assert page.get_by_text("12 of 12 points").count()
        score, words = page.locator(f"input#{WHY}"), page.locator(f"textarea#{WHY}-comment")
        for field, value, api in ((score, "3.5", "/api/grade/"), (words, comment, "/api/comment/")):
            with page.expect_response(lambda r, api=api: api in r.url and r.request.method == "PUT") as answer:
                field.fill(value)
                field.blur()
            assert answer.value.ok
        assert dialogs == []
        assert not [url for url in elsewhere if not url.startswith(MATHS)]
    place = (ASSIGNMENT, "nour", ASSIGNMENT, WHY)
    marked = gradebook_records(course)
    assert marked[*place, "grade"][:4] == (None, 3.5, None, False)
    hand_in(course, "omar", ASSIGNMENT, model(course, ASSIGNMENT))
    command(course, "grade", ASSIGNMENT)
    again = gradebook_records(course)
    assert again[*place, "grade"] == marked[*place, "grade"]
    assert again[*place, "comment"] == marked[*place, "comment"]
    command(course, "feedback", ASSIGNMENT, "--student", "nour")
    page_text = (course / "feedback" / "nour" / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
    assert html.escape(comment, quote=False) in page_text
    assert f"{BY_MACHINE + 3.5:g}" in page_text
    command(course, "export", "--to", "csv", str(tmp_path / "marks.csv"), ASSIGNMENT, code=1)  # others wait
    with (tmp_path / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        marks = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
    assert float(marks["nour"]) == BY_MACHINE + 3.5
