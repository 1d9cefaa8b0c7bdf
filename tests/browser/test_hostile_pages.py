"""Hand-ins full of hostile words in a real browser, maths and all: formgrader's page and the student's feedback page."""

import json
import mimetypes
import os
import shutil
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from playwright.sync_api import Error

from tests.browser.lab import jupyter_server
from tests.course.courses import GRADEBOOK, cell_of, hand_in, model, run
from whosaidso.grading.safe import page_name

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASSIGNMENT = "mosul-sourcing"
MATHS = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/"
"""What nbgrader's own page asks for; here this machine answers, if it has MathJax 2."""
LOADER = f"""{{ const script = document.createElement("script");
  script.src = "{MATHS}MathJax.js?config=TeX-AMS-MML_HTMLorMML-full"; document.head.append(script); }}"""
"""In place of its own loader, and without its extension Safe: nothing but our own guard."""
EVIL = "https://evil.example/"


def maths() -> Path | None:
    """Return a folder with MathJax 2: the PyPI package jupyter-server-mathjax, Debian's libjs-mathjax, or one that is named."""
    package = find_spec("jupyter_server_mathjax")
    inside = [Path(place) / "static" for place in package.submodule_search_locations or []] if package else []
    places = [Path(os.environ.get("WHOSAIDSO_MATHJAX", "nowhere")), *inside, Path("/usr/share/javascript/mathjax")]
    return next((place for place in places if (place / "MathJax.js").is_file()), None)


MATHJAX = maths()


def words(number: int) -> str:
    """Return words that are alive wherever nothing holds them back; each sets window.run."""
    run_it = f"window.run={number}"
    return (
        f'<script>{run_it}</script><img src=x onerror="{run_it}"><svg onload="{run_it}"></svg><iframe srcdoc="<script>parent.run={number}</script>"></iframe>'
        f'</pre></code></p></li></section></div></textarea></style></title><style>@import "{EVIL}s.css";</style><base href="{EVIL}"><meta http-equiv="refresh" content="3;url={EVIL}">'
        f'<a href="javascript:{run_it}">here</a> [here](javascript:{run_it}) [there]({EVIL}) ![i]({EVIL}m.png) <{EVIL}> {EVIL} ![a](attachment:a.svg)\n\n'
        f"$$\\href{{javascript:{run_it}}}{{x}}$$ \\(\\href{{{EVIL}}}{{y}}\\) $\\style{{background:url({EVIL}b.png)}}{{z}}$ \\begin{{align}}\\href{{{EVIL}}}{{w}}\\end{{align}} {{{{7*7}}}}\n"
    )


ODD_NAMES = ("a &lt;img src=x&gt; & b", "O'Neil `y` $z$ {{7*7}}")
"""Names of folders that grading takes for students' ids."""
SHORT = "$$\\href{javascript:window.run=40}{x}$$"
"""Short enough to be quoted whole in the reasons."""


def hostile(course: Path, canary: Path) -> NotebookNode:
    """Return a model hand-in with hostile words in every place that a student can write to."""
    notebook = model(course, ASSIGNMENT)
    for cell in notebook.cells:
        cell.attachments = {"a.svg": {"image/svg+xml": words(1)}}
        cell.metadata.tags = [words(2)]
        if cell.cell_type == "code":
            data = {
                "text/html": words(3),
                "text/markdown": words(4),
                "application/javascript": "window.run=5",
                "text/latex": words(6),
            }
            cell.outputs = [NotebookNode(output_type="display_data", metadata={}, data=data)]
    cell_of(notebook, f"{ASSIGNMENT}-why").source = words(7)
    cell_of(notebook, f"{ASSIGNMENT}-who").source = f"who = {words(8)!r}"
    note = {"k1": {"why": words(9), "record": words(10)}, words(11): {"why": words(12)}}
    first = cell_of(notebook, f"{ASSIGNMENT}-1-answer")
    first.source += f"\n# {words(13)!r}\ndifferently = {note!r}"
    links = f"[({SHORT!r}, {words(14)!r}, {SHORT!r}, {SHORT!r}), ({words(15)!r}, 1)]"
    answer = f"{{'edges': {links}, 'voices': {{'k1': [{SHORT!r}], {SHORT!r}: []}}, 'independent': {{'k1': {words(16)!r}}}, {SHORT!r}: 1}}"
    cell_of(notebook, f"{ASSIGNMENT}-2-answer").source = f"# {words(17)!r}\nsourcing = {answer}\ndifferently = {note!r}"
    for number, kind in enumerate(("markdown", "raw", "code"), 20):
        source = words(number) + f"\nopen({str(canary)!r}, 'w')"
        notebook.cells.insert(
            number % 3, NotebookNode(cell_type=kind, id=f"x{number}", metadata=NotebookNode(), source=source)
        )
    notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": words(24)}}
    notebook.metadata.title = words(25)
    return notebook


@pytest.fixture(scope="module")
def graded(course_template, tmp_path_factory):
    """A course with a sound hand-in, a hostile one and two that cannot be read, graded and with feedback pages."""
    folder = tmp_path_factory.mktemp("pages")
    course = Path(shutil.copytree(course_template, folder / "course"))
    hand_in(course, "anna", ASSIGNMENT, model(course, ASSIGNMENT))
    hand_in(course, "zora", ASSIGNMENT, json.dumps(hostile(course, folder / "it-ran")).encode())
    broken = hand_in(course, "yuri", ASSIGNMENT, b"")
    for name in ("<img src=x onerror=window.run=30>.ipynb", "$$x$$;<b>.ipynb"):
        (broken.parent / name).write_bytes(b"")
    broken.unlink()
    other = model(course, ASSIGNMENT)
    other.metadata["whosaidso"] = {"assignment": "<script>window.run=31</script>; $$x$$"}
    hand_in(course, "xena", ASSIGNMENT, other)
    for name in ODD_NAMES:
        hand_in(course, name, ASSIGNMENT, model(course, ASSIGNMENT))
    done = run(course, "whosaidso.cli", "grade", ASSIGNMENT)
    assert done.returncode == 1, done.stderr
    assert "Needs attention" in done.stdout
    done = run(course, "whosaidso.cli", "feedback", ASSIGNMENT)
    assert done.stderr == ""
    return course, folder


@pytest.fixture(scope="module")
def address(graded):
    """Where formgrader shows the course."""
    course, folder = graded
    home = folder / "home"
    home.mkdir()
    with jupyter_server(course, home, WHOSAIDSO_SHOW_GOLD="0") as found:
        yield found


@contextmanager
def tab(browser, inside: str):
    """Give a tab, with a list of what it asked for elsewhere and one of what it opened or said; maths come from here."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    elsewhere: list[str] = []
    opened: list[str] = []

    def gate(route):
        url = route.request.url
        name = url.removeprefix(MATHS).partition("?")[0]
        if url.startswith((inside, "data:")):
            route.continue_()
        elif url.startswith(MATHS) and MATHJAX and name == "latest.js":
            route.fulfill(body=LOADER, content_type="text/javascript")
        elif url.startswith(MATHS) and MATHJAX and (MATHJAX / name).is_file():
            route.fulfill(body=(MATHJAX / name).read_bytes(), content_type=mimetypes.guess_type(name)[0])
        else:
            if not url.startswith(MATHS):
                elsewhere.append(url)
            route.abort()

    context.route("**/*", gate)
    page = context.new_page()
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    page.on("popup", lambda popup: opened.append(popup.url))
    page.on("download", lambda download: opened.append(download.url))
    yield page, elsewhere, opened
    context.close()


def typeset(page) -> None:
    """Wait until MathJax has gone over the whole page."""
    page.wait_for_function("window.MathJax && MathJax.isReady")
    page.evaluate("() => new Promise((done) => MathJax.Hub.Queue(['Typeset', MathJax.Hub], done))")


def submission(page, address: str, student: str) -> str:
    """Open a student's submission in formgrader, with its marks and its maths, and return its address."""
    page.goto(f"{address}/formgrader/manage_students/{quote(student)}/{ASSIGNMENT}")
    link = page.locator("#main-table a").first
    link.wait_for()
    url = address + link.get_attribute("href")
    with page.expect_response(lambda response: "/api/comments?" in response.url):
        page.goto(url)
    page.wait_for_function("document.querySelector('input.score').placeholder !== ''")
    if MATHJAX:
        typeset(page)
    return url


ALIVE = "script, img, iframe, svg, style, base, meta, form, object, embed, link, [onerror], [onload], [onclick], [style*=evil]"
IN_SIGHT = """(alive) => {
  const shown = document.querySelector("#notebook-container");
  return [shown.querySelectorAll(alive).length, shown.querySelectorAll("a").length];
}"""


def click_everything(page, elements, home: str) -> int:
    """Click every link and button among the elements, coming back whenever one leads away within the page's own place."""
    count = elements.count()
    for number in range(count):
        if page.url.partition("#")[0] != home.partition("#")[0]:
            try:
                page.goto(home)
            except Error:  # cut off by where the last click leads
                page.goto(home)
        one = elements.nth(number)
        try:
            if not one.is_visible():
                raise Error("hidden")
            one.click(force=True, no_wait_after=True)
        except Error:  # hidden, or moved away by what still loads
            one.evaluate("element => element.click()")
    page.wait_for_timeout(100)
    return count


def test_hostile_words_are_alive_where_nothing_holds_them_back(browser, address):
    with tab(browser, address) as (page, elsewhere, _):
        page.goto(f"{address}/formgrader")
        page.set_content(words(1))
        page.wait_for_function("window.run !== undefined")
        assert any("evil.example" in url for url in elsewhere)
    if not MATHJAX:
        return
    with tab(browser, address) as (page, elsewhere, _):
        submission(page, address, "anna")
        page.evaluate(
            "text => document.querySelector('#notebook-container').append(text)",
            f" $$\\href{{{EVIL}}}{{y}}$$ $$\\href{{javascript:window.run=2}}{{x}}$$ ",
        )
        typeset(page)
        links = page.locator("#notebook-container a[href^='javascript'], #notebook-container a[href*='evil']")
        assert links.count() == 2
        links.nth(1).evaluate("element => element.click()")
        page.wait_for_function("window.run === 2")


def test_formgrader_shows_hostile_words_and_nothing_else(browser, address, graded):
    with tab(browser, address) as (page, elsewhere, opened):
        submission(page, address, "anna")
        wanted = page.evaluate(IN_SIGHT, ALIVE)
    with tab(browser, address) as (page, elsewhere, opened):
        home = submission(page, address, "zora")
        shown = page.locator("#notebook-container").first
        alive, links = page.evaluate(IN_SIGHT, ALIVE)
        assert [alive, links] == wanted
        assert page.locator("a[href*='javascript:'], a[href*='evil']").count() == 0
        for number in (7, 20, 21, 22):
            assert f"window.run={number}<" in shown.inner_text(), number
        assert "window.run=40" in page.locator(".wss-feedback").nth(1).inner_text()
        if MATHJAX:
            assert (
                page.locator(
                    "#notebook-container .MathJax, #notebook-container .MathJax_Preview, #notebook-container [id^=MathJax]"
                ).count()
                == 0
            )
        assert click_everything(page, shown.locator("a"), home) == links
        assert page.evaluate("window.run") is None
        assert (elsewhere, opened) == ([], [])
        assert page.request.get(f"{address}/api/kernels").json() == []
    assert not (graded[1] / "it-ran").exists()


def test_formgrader_shows_hostile_names_and_nothing_else(browser, address, graded):
    course, _ = graded
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as gradebook:
        for student in ODD_NAMES:
            person = gradebook.find_student(student)
            person.first_name, person.last_name = page_name(words(41)), page_name(SHORT)
        gradebook.db.commit()
    for student in ODD_NAMES:
        with tab(browser, address) as (page, elsewhere, opened):
            submission(page, address, student)
            assert "window.run=41" in page.locator(".name-shown").first.text_content()
            assert page.locator("a[href*='javascript:window'], a[href*='evil'], [onerror], iframe").count() == 0
            for place in (
                "manage_students",
                f"manage_submissions/{ASSIGNMENT}",
                f"gradebook/{ASSIGNMENT}/{ASSIGNMENT}",
            ):
                page.goto(f"{address}/formgrader/{place}")
                page.locator("#main-table a").first.wait_for()
                assert page.locator("a[href*='javascript:window'], a[href*='evil'], [onerror], iframe").count() == 0
            assert page.evaluate("window.run") is None
            assert (elsewhere, opened) == ([], [])


@pytest.mark.parametrize("student", ["zora", "yuri", "xena"])
def test_feedback_shows_hostile_words_and_nothing_else(browser, graded, student):
    course, _ = graded
    file = course / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html"
    plain = course / "feedback" / "anna" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    with tab(browser, plain.as_uri()) as (page, _, _):
        page.goto(plain.as_uri())
        wanted = page.locator(ALIVE).count()
    with tab(browser, file.as_uri()) as (page, elsewhere, opened):
        page.goto(file.as_uri())
        assert page.locator(ALIVE).count() <= wanted
        assert page.locator("a[href*='javascript:'], a[href*='evil']").count() == 0
        if student == "zora":
            assert "window.run=40" in page.locator("body").text_content()
        click_everything(page, page.locator("summary, a, button"), file.as_uri())
        page.emulate_media(media="print")
        assert page.evaluate("window.run") is None
        assert (elsewhere, opened) == ([], [])
        assert page.url.partition("#")[0] == file.as_uri()
