"""What all forms share: literals as Python reads them, undo, notes, locking, other tabs, storage that refuses."""

import json
import random
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.form_pages import write_page
from whosaidso.cases import open_gold, task_case
from whosaidso.forms import modules
from whosaidso.grading.literals import MOST_CHARACTERS, read_literal
from whosaidso.kinds import kind_names
from whosaidso.kinds.quick_check.answer import parse
from whosaidso.kinds.quick_check.scoring import score

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
QUIZ = "quiz-sourcing"
KEY = f"whosaidso:1:practice:{QUIZ}"
LIGHT = 30_000
"""Bytes of one file of ours, unminified."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

TYPED = [
    "q = 1", "q = -2.5e3", "q = [1, 2,]", "q = (1,)", "q = (1)", "q = ()", "q = {}", 'q = "a" "b"', "q = 'it\\'s'", 'q = """two\nlines"""',
    'q = {"a": {"b": [True, False, None]}}', 'q = {"a", "b"}', "q = 1\nq = 2", "q = 1; q = 3", "# note\nq = [  # why\n 1]\n\n", 'q = "\\u00e9\\x41\\n\\q"',
    "q = “curly”", "q = {“a”: ‘b’}", 'q = "“kept”"', "q\u00a0= 1", "\ufeffq = 1", "q = 1_000", "q = .5", "q = u'x'", "q = 'a\\\nb'", "q = [1\n,2]",
    "q = \\\n 5", "q == 1", "q = 1 2", "q = [1 2]", 'q = {"a": 1 "b": 2}', "q = 'open", "q = [1", "q = x", "q = f(1)", "q = [1] + [2]", "import os\nq = 1",
    "q = 1\nq.append(2)", "  q = 1", "q = r'raw\\n'", "q = b'x'", "q = f'{1}'", "q = 01", "q = [,]", "q = {'a': }", "q = '\\N{DIGIT ONE}'", "", "   ", "q", "q = ",
    "q = [[[[[[1]]]]]]", "q: int = 3", "q = p = 4", "q += 1", 'q = {1: "a"}', "if True:\n    q = 1", "q = ((1, 2), [3, (4,)])", "q = 'a' # 'b\n", "q = '#'",
    "q = {'b', 'a', 'b'}", "q = {('b', 1), ('a',)}", "q = {['a']}", "q = {('a', {'b': 1})}", "q = 1;\n", "q = 1;;q = 2", ";q = 1", "q = 1\n;q = 2", "q = 1 \\\n",
]  # fmt: skip


def same(a: object, b: object) -> bool:
    """Are two values the same JSON, sets and tuples counting as lists?"""
    plain = {"sort_keys": True, "default": sorted}
    return json.loads(json.dumps(a, **plain)) == json.loads(json.dumps(b, **plain))


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def quiz(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A quiz on a page of its own, with a fresh store."""
    page = browser.new_page(viewport={"width": 900, "height": 900})
    page.goto(write_page(tmp_path, QUIZ).as_uri())
    yield page
    page.close()


def stored(page: Page) -> str:
    return page.evaluate("key => localStorage.getItem(key) ?? ''", KEY)


def test_literals_are_read_as_python_reads_them(tab: Page) -> None:
    tab.set_content("<p>")
    tab.add_script_tag(content=modules.plain(modules.ROOM / "literal.js"))
    found = tab.evaluate("cells => cells.map((cell) => readLiterals(cell))", TYPED)
    read = 0
    for cell, js in zip(TYPED, found, strict=True):
        python = read_literal(cell, "q")
        if "names" in js and "q" in js["names"]:
            assert python.found, cell
            assert same(js["names"]["q"], python.value), cell
            read += 1
        elif "names" not in js:
            assert js["line"] >= 1
    assert read >= 30
    unread = [
        cell for cell, js in zip(TYPED, found, strict=True) if "names" not in js and read_literal(cell, "q").found
    ]
    # code around an answer is for a person to look at: the form does not touch it
    assert set(unread) <= {"import os\nq = 1", "q = r'raw\\n'", "q = b'x'", "q = '\\N{DIGIT ONE}'", "q = p = 4"}, unread


def test_literals_that_are_written_are_read_by_python(tab: Page) -> None:
    deal = random.Random(3)
    words = [
        "",
        "a",
        "“x”",
        '"',
        "'",
        "\\",
        "\n",
        "\u202e",
        "é",
        "مرحبا",
        "# no",
        "</script>",
        "\U0001f600",
        "x" * 300,
    ]

    def value(depth: int) -> object:
        if depth == 0 or deal.random() < 0.3:
            return deal.choice([*words, 0, 1, -3, 0.75, True, False, None])
        if deal.random() < 0.5:
            return [value(depth - 1) for _ in range(deal.randrange(4))]
        return {deal.choice(words): value(depth - 1) for _ in range(deal.randrange(4))}

    values = [value(3) for _ in range(300)]
    tab.set_content("<p>")
    tab.add_script_tag(content=modules.plain(modules.ROOM / "literal.js"))
    half = tab.evaluate("writeLiteral('q', String.fromCharCode(0xd800))")  # a half character, which no file can hold
    assert half == 'q = "\ufffd"'
    for made, again in tab.evaluate(
        "values => values.map((v) => { const t = writeLiteral('q', v); return [t, readLiterals(t).names.q]; })", values
    ):
        assert "\u202e" not in made
        reading = read_literal(made, "q")
        assert reading.found, made
        assert same(reading.value, again), made
    assert all(same(read_literal(m, "q").value, v) for m, v in zip(
        tab.evaluate("values => values.map((v) => writeLiteral('q', v))", values), values, strict=True
    ))  # fmt: skip


def test_every_released_skeleton_can_be_read(tab: Page) -> None:
    cells = [
        cell.source
        for path in sorted((ROOT / "exercises").glob("*/*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
        if cell.id.endswith(("-answer", "-who"))
    ]
    assert len(cells) >= 8
    tab.set_content("<p>")
    tab.add_script_tag(content=modules.plain(modules.ROOM / "literal.js"))
    assert all("names" in read for read in tab.evaluate("cells => cells.map((cell) => readLiterals(cell))", cells))


@pytest.mark.parametrize("kind", kind_names())
def test_modules_are_light_and_ask_nobody(kind: str) -> None:
    module = modules.esm(kind)
    assert max(len(file.read_bytes()) for file in modules.files_of(kind)) < LIGHT
    assert len(module.encode()) < 2 * LIGHT
    assert "http" not in module.replace("http://www.w3.org/2000/svg", "")
    assert "innerHTML" not in module
    assert module.count("export default") == 1


def test_quiz_by_keyboard_alone(quiz: Page) -> None:
    quiz.keyboard.press("Tab")
    for question in ("c", "a", "b", "b"):
        quiz.keyboard.press("Space")
        for _ in range("abc".index(question)):
            quiz.keyboard.press("ArrowDown")
        quiz.keyboard.press("Tab")  # Check
        quiz.keyboard.press("Enter")
        quiz.keyboard.press("Tab")  # I see it differently
        quiz.keyboard.press("Tab")
    # dealt a b c d, wanted b d a c: "a" down once, then "d" up twice; the arrows keep the focus
    focused = "document.activeElement.getAttribute('aria-label')"
    assert quiz.evaluate(focused).startswith("Move down: The caretaker refused")
    quiz.keyboard.press("Enter")
    assert "number 2 of 4" in quiz.locator(".wss-status").inner_text()
    assert quiz.evaluate(focused).startswith("Move down: The caretaker refused")
    quiz.get_by_label("Move up: The caretaker did not turn the fountain on.").press("Enter")
    quiz.get_by_label("Move up: The caretaker did not turn the fountain on.").press("Enter")
    quiz.locator("[data-key='u06-check']").press("Enter")
    reading = read_literal(stored(quiz), "quick")
    assert reading.value == {"u01": "c", "u02": "a", "u03": "b", "u04": "b", "u06": ["b", "d", "a", "c"]}
    signs = quiz.locator(".wss-outcome").all_inner_texts()
    assert signs == ["Right"] * 5
    assert "5 of 5" in quiz.locator(".wss-progress").inner_text()


def hear(page: Page, text: str) -> None:
    """Write as another tab would."""
    page.evaluate(
        "([key, newValue]) => dispatchEvent(new StorageEvent('storage', { key, newValue }))", [KEY, f"quick = {text}"]
    )


def test_quiz_outcomes_are_those_of_the_scoring(quiz: Page) -> None:
    task, case = task_case(QUIZ)
    samples = tomllib.loads((modules.KINDS / "quick_check/samples.toml").read_text("utf-8"))["sample"]
    samples = [sample["answer"] for sample in samples if sample["task"] == QUIZ]
    assert len(samples) == 3
    for sample in samples:
        hear(quiz, sample)
        quiz.evaluate("document.querySelectorAll('[data-key$=-check]').forEach((button) => button.click())")
        parsed = parse(read_literal(f"quick = {sample}", "quick").value, task, case)
        marked = score(answer=parsed.answer, gold=open_gold(case), task=task, case=case)
        names = {"right": "Right", "half": "Half right", "wrong": "Not right"}
        wanted = [
            f"{names[i.outcome]} {i.message}" if i.outcome in names else "Answer first, then check."
            for i in marked.items
        ]
        assert quiz.locator(".wss-said > p:first-child").all_inner_texts() == wanted
    quiz.locator("[data-key='u01-a']").check()
    quiz.locator("[data-key='u01-check']").click()
    assert quiz.locator(".wss-said").first.inner_text().startswith("Not right")
    quiz.locator("[data-key='u01-c']").check()
    assert "changed" in quiz.locator(".wss-said").first.inner_text()


def test_undo_redo_and_start_again(quiz: Page) -> None:
    undo, redo = quiz.locator("[data-key='undo']"), quiz.locator("[data-key='redo']")
    assert undo.is_disabled()
    quiz.locator("[data-key='u01-a']").check()
    quiz.locator("[data-key='u02-b']").check()
    quiz.locator("[data-key='clear']").click()
    assert read_literal(stored(quiz), "quick").value == {}
    undo.click()
    assert read_literal(stored(quiz), "quick").value == {"u01": "a", "u02": "b"}
    quiz.keyboard.press("Control+z")
    assert read_literal(stored(quiz), "quick").value == {"u01": "a"}
    redo.click()
    assert quiz.locator("[data-key='u02-b']").is_checked()


def test_seeing_it_differently_is_kept_and_counted(quiz: Page) -> None:
    quiz.locator("[data-key='differently-u01']").click()
    quiz.locator("[data-key='why-u01']").press_sequentially("The nurse <b>may</b> not exist.")
    quiz.locator("[data-key='record-u01']").fill("Paper, 1 May 2020")
    assert "5 of 60" in quiz.locator(".wss-differently").first.inner_text()
    assert read_literal(stored(quiz), "differently").value == {
        "u01": {"why": "The nurse <b>may</b> not exist.", "record": "Paper, 1 May 2020"}
    }
    quiz.locator("[data-key='why-u01']").fill("word " * 61)
    assert "61 words" in quiz.locator(".wss-differently").first.inner_text()
    quiz.reload()
    assert quiz.locator("[data-key='record-u01']").input_value() == "Paper, 1 May 2020"
    quiz.locator("[data-key='undo']").click()
    quiz.locator("[data-key='clear']").click()
    assert "differently" not in stored(quiz)


@pytest.mark.parametrize(
    "typed",
    [
        "quick = {'u01': 'z'}", "quick = {'u99': 'a'}", "quick = [1", "quick = {'u01': 'a'}\nprint('x')", "quick = {'u01': ['a', 'b']}", "x = 1", "<b>quick</b>",
        "__proto__ = {'quick': {'u01': 'a'}}", "quick = {'u01': {'a': 1}}", "quick = {'u01': 'a', 'U01': ''}", "quick = {'u06': ['a', 'b', 'c', ['d']]}",
        "quick = {}\ndifferently = {'u99': {'why': 'no such question'}}", "quick = {}\ndifferently = {'u01': {'record': 'two\\nlines'}}",
        "quick = {'u01': 'a'} #" + "x" * MOST_CHARACTERS,
    ],
)  # fmt: skip
def test_what_the_form_cannot_show_is_never_overwritten_unasked(quiz: Page, typed: str) -> None:
    # before any script of the page: what is stored from outside may reach a reloaded page late
    quiz.add_init_script(f"localStorage.setItem({json.dumps(KEY)}, {json.dumps(typed)})")
    quiz.reload()
    assert quiz.locator(".wss-trouble pre").inner_text() == typed
    assert quiz.locator(".wss-body").evaluate("e => e.inert")
    assert stored(quiz) == typed
    quiz.locator("[data-key='take-over']").click()
    quiz.locator("[data-key='u02-a']").check()
    text = stored(quiz)
    assert read_literal(text, "quick").value == {"u02": "a"}
    assert len(text) <= MOST_CHARACTERS
    assert all(f"# {line}"[: MOST_CHARACTERS // 2] in text for line in typed.split("\n"))


def test_what_another_tab_writes_is_shown_and_can_be_undone(quiz: Page) -> None:
    first, second = (
        "{}\ndifferently = {'u01': {'why': 'mine'}}",
        "{'u02': 'b'}\ndifferently = {'u01': {'why': 'theirs'}}",
    )
    quiz.locator("[data-key='u02-a']").check()
    quiz.locator("[data-key='undo']").click()
    quiz.locator("[data-key='differently-u01']").click()
    why = quiz.locator("[data-key='why-u01']")
    why.press_sequentially("mine")
    hear(quiz, second)
    assert why.input_value() == "theirs", "also where one is writing: what stands there is what is kept"
    assert quiz.locator("[data-key='redo']").is_disabled(), "what was undone before is no next step of theirs"
    why.press_sequentially("!")
    undo = quiz.locator("[data-key='undo']")
    for text in (second, first):
        undo.click()
        wanted = [read_literal(f"quick = {text}", name).value for name in ("quick", "differently")]
        assert [read_literal(stored(quiz), name).value for name in ("quick", "differently")] == wanted
    quiz.locator("[data-key='differently-u01']").click()
    quiz.locator("[data-key='u03-a']").check()
    assert why.is_hidden(), "a note that was folded away stays so"


def test_the_focus_is_not_lost_where_the_form_locks_and_unlocks(quiz: Page) -> None:
    quiz.locator("[data-key='u02-a']").check()
    hear(quiz, "[1")
    assert quiz.evaluate("document.activeElement.tagName") == "PRE"
    hear(quiz, "{'u02': 'b'}")
    assert quiz.locator(".wss-locked").count() == 0
    assert quiz.evaluate("document.activeElement.closest('.wss-body') !== null")


def test_a_page_that_comes_back_shows_what_was_written_meanwhile(quiz: Page) -> None:
    quiz.locator("[data-key='u02-a']").check()
    back = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
    quiz.evaluate(f"localStorage.setItem({KEY!r}, \"quick = {{'u02': 'b'}}\"); {back}")
    assert quiz.locator("[data-key='u02-b']").is_checked()
    quiz.evaluate(
        f"Storage.prototype.setItem = () => {{ throw new DOMException('full', 'QuotaExceededError'); }}; {back}"
    )
    quiz.locator("[data-key='u02-c']").check()
    quiz.evaluate(back)
    assert quiz.locator("[data-key='u02-c']").is_checked(), "what could not be kept is not thrown away"


def test_a_hint_comes_first_and_the_reason_when_right_after_three_tries_or_asked_for(quiz: Page) -> None:
    _, case = task_case(QUIZ)

    def check(question: str, option: str) -> str:
        quiz.locator(f"[data-key='{question}-{option}']").check()
        quiz.locator(f"[data-key='{question}-check']").click()
        return quiz.locator(".wss-said", has_text=re.compile("Right|Not right")).last.inner_text()

    [right] = case.questions["u01"].right
    reason = case.questions["u01"].reason
    wrong = [option.id for option in case.questions["u01"].option if option.id != right]
    said = check("u01", wrong[0])
    assert "2 more times" in said
    assert reason not in said
    assert "2 more times" in check("u01", wrong[0]), "the same answer again is no new try"
    assert "once more" in check("u01", wrong[1])
    quiz.locator("[data-key='u01-why']").press("Enter")
    assert reason in quiz.locator(".wss-said").first.inner_text()
    assert quiz.evaluate("document.activeElement.textContent").endswith(reason)
    assert reason in check("u01", right)
    quiz.reload()
    for option in wrong[:2]:
        assert reason not in check("u01", option)
    if len(wrong) > 2:
        assert reason in check("u01", wrong[2])


def test_typed_answers_that_can_be_shown_are_taken_up(quiz: Page) -> None:
    typed = "# mine\nquick = {'U01': 'B', 'u06': ('b','d','a','c'), 'u02': ''}"
    # before any script of the page: what is stored from outside may reach a reloaded page late
    quiz.add_init_script(f"localStorage.setItem({json.dumps(KEY)}, {json.dumps(typed)})")
    quiz.reload()
    assert quiz.locator("[data-key='u01-b']").is_checked()
    assert stored(quiz) == typed
    assert "2 of 5" in quiz.locator(".wss-progress").inner_text()


def test_comments_typed_into_the_answer_stay(quiz: Page) -> None:
    typed = (
        f"# {QUIZ}: the form writes here\n# because of the nurse\nquick = {{'u01': 'c',  # sure\n}}\n# last '#' word"
    )
    quiz.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, typed])
    quiz.reload()
    for key in ("u02-a", "u03-b"):
        quiz.locator(f"[data-key='{key}']").check()
        quiz.wait_for_timeout(200)  # a loaded machine may give the new page another process before the store is told
        quiz.reload()
    text = stored(quiz)
    assert read_literal(text, "quick").value == {"u01": "c", "u02": "a", "u03": "b"}
    comments = [line for line in text.split("\n") if line.startswith("#")]
    assert comments[1:] == ["# because of the nurse", "# sure", "# last '#' word"]
    assert comments[0].startswith(f"# {QUIZ}: written by the form")


def test_two_tabs_show_the_same(browser: Browser, address: str) -> None:
    context = browser.new_context()
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(f"{address}/book/sourcing.html")
    first.locator("[data-key='u01-a']").check()
    second.locator("[data-key='u01-a']:checked").wait_for()
    second.locator("[data-key='u02-a']").check()
    first.locator("[data-key='u02-a']:checked").wait_for()
    assert first.locator("[data-key='u01-a']").is_checked()
    context.close()


REFUSING = {
    "nothing kept": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });",
    "no room": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };",
}


@pytest.mark.parametrize("script", REFUSING.values(), ids=REFUSING)
def test_storage_that_refuses_is_told_and_work_goes_on(browser: Browser, tmp_path: Path, script: str) -> None:
    page = browser.new_page()
    page.add_init_script(script)
    page.goto(write_page(tmp_path, QUIZ).as_uri())
    page.locator("[data-key='u01-c']").check()
    assert page.locator(".wss-status").inner_text().startswith("Not saved:")
    page.locator("[data-key='u01-check']").click()
    assert page.locator(".wss-outcome").inner_text() == "Right"
    page.close()


def test_hostile_words_of_a_spec_are_shown_as_text(browser: Browser, tmp_path: Path) -> None:
    evil = '<img src=x onerror="window.run=1"></script><script>window.run=2</script>\u202e' + "w" * 400
    page = browser.new_page(viewport={"width": 320, "height": 700})
    page.goto(write_page(tmp_path, QUIZ, changes={"title": evil, "ask": evil}).as_uri())
    assert "<img src=x" in page.locator(".wss-form-title").inner_text()
    assert page.evaluate("window.run") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_quiz_is_accessible(browser: Browser, tmp_path: Path, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 320, "height": 700})
    page.goto(write_page(tmp_path, QUIZ).as_uri())
    page.locator("[data-key='u01-a']").check()
    page.locator("[data-key='u01-check']").click()
    page.locator("[data-key='differently-u01']").click()
    result = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
    assert result.response["violations"] == []
    small = page.evaluate(
        "[...document.querySelectorAll('button, input, select, summary')].filter(e => e.getClientRects().length"
        " && (e.getBoundingClientRect().height < 24 || e.getBoundingClientRect().width < 24)).map(e => e.outerHTML)"
    )
    assert small == []
    page.close()
