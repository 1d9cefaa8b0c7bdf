"""The source_trace form: what it counts is what Python counts, and hands alone can fill it."""

import json
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

import whosaidso.kinds
from tests.browser.form_pages import focused, load_kind, practice_spec, tab_to, write_page
from whosaidso.cases import open_gold, task_case
from whosaidso.grading.literals import read_literal
from whosaidso.kinds.source_trace.answer import Link, TraceAnswer, parse
from whosaidso.kinds.source_trace.scoring import score
from whosaidso.records import Task
from whosaidso.vocabulary import RELATIONS

pytestmark = pytest.mark.browser

PRACTICE = "practice-sourcing"
LINKS, VOICES = "mosul-sourcing-1", "mosul-sourcing-2"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TASK, CASE = task_case(PRACTICE)
GOLD = open_gold(CASE)
SAMPLES = tomllib.loads((Path(whosaidso.kinds.__file__).parent / "source_trace/samples.toml").read_text("utf-8"))[
    "sample"
]
EDGES_OF_PRACTICE = 9

TYPED = [
    # accepted: spelling, pairs of two to four cells, sources as tellers, places with their article, unknown paragraphs
    (LINKS, [["Mondialisation Fars", "FARS"], ["fars", "mamuzini", "quotes named", "mondialisation-fars:P21"]], True),
    (LINKS, [["rt", "moscow-source", "cites", "p3"], ["trueactivist-bombshell", "rt", None, None]], True),
    (LINKS, [["fars", "pmu-a", "translates", "globalresearch-southfront p99"], ["fars", "", "", ""]], True),
    (LINKS, [["fars", "globalresearch-southfront", "cites", "southfront-convoys:p1"], ["", "rt", "vague", "H"]], True),
    # left alone: anything that would be lost
    (LINKS, [["fars", "nobody"]], False),
    (LINKS, [["fars", "rt", "told"]], False),
    (LINKS, [["fars", "rt", "cites", "the sixth"]], False),
    (LINKS, [["fars", "rt", "cites", "p1", "more"]], False),
    (LINKS, [["fars", ["rt"]]], False),
    (LINKS, "fars", False),
]  # fmt: skip


@pytest.fixture(scope="module")
def kind(browser: Browser) -> Iterator[Page]:
    """A page on which the kind's own functions can be called."""
    page = browser.new_page()
    load_kind(page, "source_trace", "accept", "emit", "lookUp", "readLiterals", "chainsOf")
    yield page
    page.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    yield page
    page.close()


def taken_up(kind: Page, spec: dict, cells: list[str]) -> list[dict | None]:
    """Return what the form would write for answers typed into a cell; None where it leaves them alone."""
    return kind.evaluate(
        """([spec, cells]) => cells.map((cell) => {
            const raw = kind.readLiterals(cell).names.sourcing;
            const value = kind.accept(raw, spec);
            return value === undefined ? null : kind.emit(value, spec);
        })""",
        [spec, cells],
    )


def counted(kind: Page, answers: list[TraceAnswer]) -> list[dict]:
    links = [
        [{"article": TASK.items[0], "teller": k.teller, "by": k.told_by, "relation": k.relation, "place": k.where} for k in a.links]
        for a in answers
    ]  # fmt: skip
    return kind.evaluate(
        "([spec, all]) => all.map((links) => kind.lookUp(links, spec))", [practice_spec(PRACTICE), links]
    )


def plain(answer: TraceAnswer, task: Task) -> TraceAnswer:
    """Return an answer without what is said twice: a place that names the only article there is."""
    short = [
        Link(k.teller, k.told_by, k.relation, k.where.removeprefix(f"{k.teller}:").removeprefix(f"{task.items[0]}:") if len(task.items) == 1 else k.where.removeprefix(f"{k.teller}:"))
        for k in answer.links
    ]  # fmt: skip
    return TraceAnswer(tuple(short), answer.voices, answer.independent)


def test_links_are_counted_as_python_counts_them(kind: Page) -> None:
    rng = random.Random(3)
    names, places = [*TASK.items, *TASK.options], [p.id for p in CASE.articles[TASK.items[0]].paragraph]
    edges = [(e.teller, e.told_by, e.relation, e.paragraph) for e in GOLD.edges if e.article in TASK.items]
    assert len(edges) == EDGES_OF_PRACTICE
    answers = [parse(read_literal(f"x = {s['answer']}", "x").value, TASK, CASE).answer for s in SAMPLES]
    for _ in range(200):
        rows = [rng.choice(edges) for _ in range(rng.randrange(8))]
        rows += [
            (*rng.choices(names, k=2), rng.choice(["", *RELATIONS]), rng.choice(["", *places]))
            for _ in range(rng.randrange(6))
        ]
        rows += [(b, a, c, d) for a, b, c, d in rng.sample(rows, k=len(rows) // 4)]
        rng.shuffle(rows)
        answers.append(parse({"edges": rows}, TASK, CASE).answer)
    told = ("outcome", "credit", "misconception", "message", "reason")
    for answer, found in zip(answers, counted(kind, answers), strict=True):
        marked = score(answer=answer, gold=GOLD, task=TASK, case=CASE)
        mine = [item for item in marked.items if item.outcome != "missed"]
        assert [tuple(row[key] for key in told) for row in found["rows"]] == [
            tuple(getattr(item, key) for key in told) for item in mine
        ]
        missed = {(e["teller"], e["by"]) for e in found["missed"]}
        assert missed == {(a, b) for a, b, *_ in edges} - {(k.teller, k.told_by) for k in answer.links}
        words = practice_spec(PRACTICE)["strings"]
        numbers = {**found, "total": f"{found['total']:g}"}
        assert words["count"].format(**numbers) == marked.arithmetic
        assert [words["agree"].format(**numbers)] * bool(found["right"]) == list(marked.notes)


def test_what_is_typed_is_taken_up_whole_or_left_alone(kind: Page) -> None:
    cells = [f"sourcing = {sample['answer']}" for sample in SAMPLES]
    for sample, cell, written in zip(SAMPLES, cells, taken_up(kind, practice_spec(PRACTICE), cells), strict=True):
        before = parse(read_literal(cell, "sourcing").value, TASK, CASE)
        assert (written is None) == bool(before.problems), sample["id"]
        if written is not None:
            after = parse(written, TASK, CASE)
            assert plain(after.answer, TASK) == plain(before.answer, TASK), sample["id"]
            assert (after.problems, len(after.unanswered)) == ((), len(before.unanswered)), sample["id"]
    for task_id, edges, whole in TYPED:
        task, case = task_case(task_id)
        (written,) = taken_up(kind, practice_spec(task_id), ["sourcing = " + repr({"edges": edges})])
        before = parse({"edges": edges}, task, case)
        assert whole is not bool(before.problems), edges
        assert whole is (written is not None), edges
        if written:
            after = parse(written, task, case)
            ends = [[(k.teller, k.told_by, k.relation) for k in a.links] for a in (before.answer, after.answer)]
            assert sorted(ends[0]) == sorted(ends[1])
            wheres = [{k.where for k in plain(a, task).links} for a in (before.answer, after.answer)]
            assert {where for where in wheres[0] if ":" in where} <= wheres[1]
            assert taken_up(kind, practice_spec(task_id), [f"sourcing = {written!r}"]) == [written]
    voices = practice_spec(VOICES)
    typed = [
        "sourcing = {'voices': {'K1': ['FARS', ''], 'k2': []}, 'independent': {'k1': 1, 'k2': None}, 'edges': [['', '']]}",
        "sourcing = {'voices': {'k1': {'rt', 'fars'}}, 'independent': {'k1': '1 or more'}}",
        "sourcing = {'voices': {'k1': 'rt'}}",
        "sourcing = {'voices': {'k3': ['rt']}}",
        "sourcing = {'voices': {'k1': ['cnn']}}",
        "sourcing = {'independent': {'k1': 9}}",
        "sourcing = {'edges': [['rt', 'fars']]}",
        "sourcing = {'independent': {'k1': [1]}}",
        "sourcing = {'voices': {'k1': ['rt'], 'K1': []}}",
    ]
    assert taken_up(kind, voices, typed) == [
        {"voices": {"k1": ["fars"]}, "independent": {"k1": "1"}},
        {"voices": {"k1": ["fars", "rt"]}, "independent": {"k1": "1_or_more"}},
        {"voices": {"k1": ["rt"]}, "independent": {}},
        None, None, None, None, None, None,
    ]  # fmt: skip


def stored(page: Page, task: str) -> dict | None:
    text = page.evaluate("key => localStorage.getItem(key)", f"whosaidso:1:practice:{task}")
    return read_literal(text, "sourcing").value if text else None


def press(page: Page, key: str, *, back: bool = False) -> None:
    tab_to(page, key, back=back)
    page.keyboard.press("Enter")


def choose(page: Page, key: str, letters: str) -> None:
    """Choose in a native select as a keyboard user does: by its first letters."""
    tab_to(page, key)
    page.keyboard.type(letters)


def test_three_links_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    page.goto(write_page(tmp_path, PRACTICE).as_uri())
    article = TASK.items[0]
    choose(page, f"{article}-0-by", "Yus")
    choose(page, f"{article}-0-relation", "para")
    choose(page, f"{article}-0-place", "p3")
    press(page, f"{article}-from-p6", back=True)
    assert focused(page) == f"{article}-1-by"
    page.keyboard.type("Inter")
    choose(page, f"{article}-1-relation", "cites")
    press(page, f"{article}-add")
    assert focused(page) == f"{article}-2-teller"
    page.keyboard.type("Inter")
    choose(page, f"{article}-2-by", "Serg")
    assert page.locator("svg rect").count() == 4
    assert "southfront-raqqa → Interfax → Sergei Lavrov (end of the chain)" in page.locator(".wss-network").inner_text()
    press(page, f"{article}-1-remove", back=True)
    assert focused(page) == f"{article}-1-teller"
    two = [["southfront-raqqa", "al-kilabi", "paraphrases", "p3"], ["interfax", "lavrov", "", ""]]
    assert [list(row) for row in stored(page, PRACTICE)["edges"]] == two
    page.keyboard.press("Control+z")
    three = [two[0], ["southfront-raqqa", "interfax", "cites", "p6"], two[1]]
    assert [list(row) for row in stored(page, PRACTICE)["edges"]] == three
    assert page.locator(".wss-progress").inner_text() == "Articles with a link: 1 of 1."
    press(page, "check")
    said = page.locator("[role=status].wss-said")
    assert said.inner_text().startswith("3 right, 0 invented (½ off each): 3 of 9.")
    press(page, "missed")
    assert page.get_by_label("Links you missed").locator("li").count() == EDGES_OF_PRACTICE - 3
    press(page, f"{article}-0-remove", back=True)
    assert said.inner_text() == "You have changed this since you checked it."
    page.reload()
    assert [list(row) for row in stored(page, PRACTICE)["edges"]] == three[1:]
    assert page.locator(".wss-row").count() == 2


def test_voices_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    page.goto(write_page(tmp_path, VOICES).as_uri())
    for key, back in (("k1-abadi", False), ("k1-pmu-a", False), ("k1-abadi", True), ("k2-rt", False), ("k2-0", False)):
        tab_to(page, key, back=back)
        page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert stored(page, VOICES) == {"voices": {"k1": ["pmu-a"], "k2": ["rt"]}, "independent": {"k2": "1"}}
    assert page.locator(".wss-progress").inner_text() == "Headline claims with voices and a count: 1 of 2."
    page.reload()
    assert page.locator("input:checked").count() == 3


@pytest.mark.parametrize(
    "typed",
    ["sourcing = {'edges': [('southfront-raqqa', 'nobody known')]}", "sourcing = {'edges': [('southfront-raqqa',"],
    ids=["unknown name", "unreadable"],
)
def test_what_cannot_be_shown_is_never_overwritten(page: Page, tmp_path: Path, typed: str) -> None:
    key = f"whosaidso:1:practice:{PRACTICE}"
    page.add_init_script(f"localStorage.setItem({key!r}, {json.dumps(typed)})")
    page.goto(write_page(tmp_path, PRACTICE).as_uri())
    assert page.locator(".wss-body").evaluate("body => body.inert")
    assert page.locator(".wss-trouble pre").inner_text() == typed
    page.locator("[data-key=undo]").press("Control+z")
    assert page.evaluate("key => localStorage.getItem(key)", key) == typed


HOSTILE = "<img src=x onerror=alert(1)> {id} \u202eabc\u202c " + "W" * 300


def test_a_crowded_network_with_hostile_names_stays_readable(page: Page, tmp_path: Path) -> None:
    """Forty links, circles among them, names that are markup: nothing is wider than a telephone."""
    spec = practice_spec(PRACTICE)
    names = [{**name, "name": HOSTILE if name["id"] == "fars" else name["name"]} for name in spec["names"]]
    rng = random.Random(5)
    pairs = rng.sample([(a, b) for a in [n["id"] for n in names] for b in [n["id"] for n in names]], 38)
    pairs += [("fars", "southfront-raqqa"), ("southfront-raqqa", "fars")]
    answer = "sourcing = " + repr({"edges": pairs})
    key = f"whosaidso:1:practice:{PRACTICE}"
    page.add_init_script(f"localStorage.setItem({key!r}, {json.dumps(answer)})")
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(write_page(tmp_path, PRACTICE, changes={"names": names}).as_uri())
    page.locator("[data-key=check]").click()
    page.locator("[data-key=missed]").click()
    assert page.locator("fieldset.wss-row").count() == 40
    assert page.locator("svg rect").count() == len({name for pair in pairs for name in pair})
    assert page.locator("img").count() == 0
    assert page.locator("svg").get_attribute("aria-hidden") == "true"
    assert page.locator(".wss-network").get_by_text("<img src=x onerror=alert(1)> {id}").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    inside = "e => [...e.querySelectorAll('rect, path')].every(b => b.getBBox().x + b.getBBox().width <= e.clientWidth)"
    assert page.locator("svg").evaluate(inside)
    small = """() => [...document.querySelectorAll('button, select, summary, input')].map(e => [e.dataset.key, e.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.height < 24 || box.width < 24)).map(([key]) => key)"""
    assert page.evaluate(small) == []
    assert wrong == []


def test_axe_finds_nothing_in_light_and_dark(page: Page, tmp_path: Path) -> None:
    """Both sorts of form on one page, with links, a network, a check and what it shows."""
    answer = "sourcing = {'edges': [('southfront-raqqa', 'interfax', 'cites', 'p6'), ('interfax', 'lavrov'), ('lavrov', 'tass'), ('tass', '')]}"
    page.add_init_script(f"localStorage.setItem('whosaidso:1:practice:{PRACTICE}', {json.dumps(answer)})")
    page.goto(write_page(tmp_path, PRACTICE, VOICES).as_uri())
    page.locator("[data-key=check]").click()
    page.locator("[data-key=missed]").click()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
        assert [v["id"] for v in found.response["violations"]] == []


@pytest.mark.parametrize("task_id", [LINKS, VOICES])
def test_graded_specs_hold_no_answers(task_id: str) -> None:
    """Names, articles and words only: no pair of names in one place, no evidence, no key of voices."""
    spec = practice_spec(task_id)
    shared = {"task", "kind", "title", "ask", "time", "lang", "level", "progress", "strings", "names", "articles"}
    assert set(spec) == shared | ({"relations"} if task_id == LINKS else {"claims", "counts"})
    assert {key for name in spec["names"] for key in name} == {"id", "name", "printed", "article"}
    assert {key for article in spec["articles"] for key in article} == {"id", "outlet", "whole", "strip"}
    assert {key for a in spec["articles"] for p in a["strip"] for key in p} == {"id", "note", "told"}
    assert {key for claim in spec.get("claims", []) for key in claim} <= {"id", "text", "carried"}
    assert "outcomes" not in json.dumps({key: value for key, value in spec.items() if key != "strings"})
