"""The claim_check form: its table says what Python says, and hands alone can fill it."""

import json
import random
import tomllib
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

import whosaidso.kinds
from tests.browser.form_pages import focused, load_kind, practice_spec, tab_to, write_page
from whosaidso.cases import open_gold, task_case
from whosaidso.grading.literals import read_literal
from whosaidso.kinds.claim_check.answer import ClaimAnswer, parse
from whosaidso.kinds.claim_check.scoring import score
from whosaidso.vocabulary import CONFIDENCE, GAPS, VERDICTS

pytestmark = pytest.mark.browser

PRACTICE = "practice-claims"
KEY = f"whosaidso:1:practice:{PRACTICE}"
GRADED = ("mosul-claims-1", "mosul-claims-2")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TASK, CASE = task_case(PRACTICE)
GOLD = open_gold(CASE)
SAMPLES = tomllib.loads((Path(whosaidso.kinds.__file__).parent / "claim_check/samples.toml").read_text("utf-8"))[
    "sample"
]
ROUNDS = 50

WHOLE = [
    '{"c11": {"verdict": "supported", "gap": "no_record"}}', '{"c11": {"gap": "no record"}}', '{"c11": {"confidence": "75 %"}}',
    '{"c11": {"verdict": "not_shown", "evidence": None, "gap": None}}', '{"c11": "supported", "C12": {}}', '{"c11": {"evidence": {"r024"}}}',
]  # fmt: skip
LOST = [
    '{"c11": {"verdict": "true"}}', '{"c11": {"verdict": "supported", "evidence": ["r999"]}}', '{"c11": {"verdict": "supported", "why": "so"}}', '{"c99": "supported"}',
    '{"c11": {"verdict": "supported", "evidence": ["r024", "r025", "r006"]}}', '{"c11": {"verdict": "supported", "confidence": 0.6}}', '{"c11": ["supported"]}', '{"c11": {"verdict": "supported", "evidence": [["r024"]]}}',
    '{"c11": {"verdict": "not_shown", "gap": "none"}}', '["supported"]', '{"c11": {"verdict": ["supported"]}}', '{"c11": {"verdict": {"supported": 1}}}',
    '{"c11": {"verdict": "not\\tshown", "gap": "no_record"}}', '{"c11": {"verdict": "supported", "constructor": 1}}', '{"c11": {"verdict": "supported", "confidence": [0.75]}}', '"supported"', "7",
]  # fmt: skip


@pytest.fixture(scope="module")
def kind(browser: Browser) -> Iterator[Page]:
    """A page on which the kind's own functions can be called."""
    page = browser.new_page()
    load_kind(page, "claim_check", "accept", "emit", "lookUp", "readLiterals")
    yield page
    page.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1100, "height": 800})
    yield page
    page.close()


def random_answers() -> list[dict[str, ClaimAnswer]]:
    """Return answers to every claim: each verdict and gap, no record, one, and pairs in both orders."""
    rng = random.Random(11)
    hands = [(), *((name,) for name in TASK.options), *product(TASK.options, repeat=2)]
    return [
        {
            item: ClaimAnswer(item, verdict, tuple(dict.fromkeys(rng.choice(hands))), rng.choice(["", *GAPS]) if verdict == "not_shown" else "")
            for item in TASK.items
            for verdict in [rng.choice(list(VERDICTS))]
        }
        for _ in range(ROUNDS)
    ]  # fmt: skip


def test_the_table_says_what_python_says(kind: Page) -> None:
    parsed = [parse(read_literal(f"x = {sample['answer']}", "x").value, TASK, CASE).answer for sample in SAMPLES]
    answers = [*parsed, *random_answers()]
    assert sum(len(answer) for answer in answers) > 300
    asked = [
        [a.item, {"verdict": a.verdict, "evidence": [*a.evidence, "", ""][:2], "gap": a.gap}]
        for answer in answers
        for a in answer.values()
    ]
    found = kind.evaluate(
        "([spec, asked]) => asked.map(([item, one]) => kind.lookUp(item, one, spec))", [practice_spec(PRACTICE), asked]
    )
    marked = [
        {"outcome": item.outcome, "credit": item.credit, "misconception": item.misconception, "message": item.message}
        for answer in answers
        for items in [{i.id: i for i in score(answer=answer, gold=GOLD, task=TASK, case=CASE).items}]
        for item in [items[name] for name in answer]
    ]
    assert found == marked


def test_what_is_typed_is_taken_up_whole_or_left_alone(kind: Page) -> None:
    typed = [sample["answer"] for sample in SAMPLES] + WHOLE + LOST
    written = kind.evaluate(
        """([spec, cells]) => cells.map((cell) => {
            const raw = kind.readLiterals(cell).names.claims;
            const value = kind.accept(raw, spec);
            return value === undefined ? null : kind.emit(value, spec);
        })""",
        [practice_spec(PRACTICE), [f"claims = {text}" for text in typed]],
    )
    for text, found in zip(typed, written, strict=True):
        before = parse(read_literal(f"x = {text}", "x").value, TASK, CASE)
        unfinished = [problem for problem in before.problems if "needs a gap" in problem]
        if found is None:
            assert len(before.problems) > len(unfinished), text
        else:
            after = parse(found, TASK, CASE)
            assert (after.answer, after.problems) == (before.answer, before.problems), text
    assert [found is None for found in written[-len(WHOLE + LOST) :]] == [False] * len(WHOLE) + [True] * len(LOST)
    assert written[-len(WHOLE + LOST)] == {"c11": {"verdict": "supported", "evidence": [], "gap": "no_record"}}


def choose(page: Page, stem: str, options: list, wanted: object) -> None:
    """Choose in a group of radio buttons: into the group, then down to the one that is meant."""
    tab_to(page, *(f"{stem}-{option}" for option in options))
    page.keyboard.press("Space")
    for _ in range(options.index(wanted)):
        page.keyboard.press("ArrowDown")


def test_every_claim_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    sample = next(sample for sample in SAMPLES if sample["id"] == "right")
    right = read_literal(f"x = {sample['answer']}", "x").value
    right["c11"]["evidence"] = ["r024", "r044"]
    page.goto(write_page(tmp_path, PRACTICE).as_uri())
    assert page.locator("[data-key=c17-gap-no_record]").is_hidden()
    for item, one in right.items():
        choose(page, f"{item}-verdict", list(VERDICTS), one["verdict"])
        for place, record in enumerate(one["evidence"]):
            tab_to(page, f"{item}-record-{place}")
            page.keyboard.type(record)
        if "gap" in one:
            choose(page, f"{item}-gap", list(GAPS), one["gap"])
        if "confidence" in one:
            choose(page, f"{item}-confidence", list(CONFIDENCE), one["confidence"])
        tab_to(page, f"{item}-check")
        page.keyboard.press("Enter")
    assert page.locator(".wss-outcome").all_inner_texts() == ["Right"] * len(right)
    stored = read_literal(page.evaluate("key => localStorage.getItem(key)", KEY), "claims").value
    assert stored == right
    assert score(answer=parse(stored, TASK, CASE).answer, gold=GOLD, task=TASK, case=CASE).share == 1
    page.keyboard.press("Control+z")
    assert page.locator(".wss-said").last.inner_text() == "You have changed this since you checked it."
    page.keyboard.press("Control+y")
    page.reload()
    assert page.locator(".wss-progress").inner_text().startswith("7 of 7")
    for key, then in (("c12-cards", ""), ("card-r046", "card-r046"), ("back", "c12-record-0")):
        tab_to(page, key)
        page.keyboard.press("Enter")
        assert focused(page) == then
    assert page.locator(".wss-cards details[open]").count() == 1


@pytest.mark.parametrize("typed", ["claims = {'c11': {'verdict': 'true'}}", "claims = {'c11': "], ids=["word", "line"])
def test_what_cannot_be_shown_is_never_overwritten(page: Page, tmp_path: Path, typed: str) -> None:
    page.add_init_script(f"localStorage.setItem({KEY!r}, {json.dumps(typed)})")
    page.goto(write_page(tmp_path, PRACTICE).as_uri())
    assert page.locator(".wss-body").evaluate("body => body.inert")
    assert page.locator(".wss-trouble pre").inner_text() == typed
    page.locator("[data-key=undo]").press("Control+z")
    assert page.evaluate("key => localStorage.getItem(key)", KEY) == typed


def test_axe_finds_nothing_and_a_small_telephone_shows_all(page: Page, tmp_path: Path) -> None:
    """All cards open, a gap shown, two records compared, an answer checked; words that are markup stay words."""
    answer = 'claims = {"c11": {"verdict": "not_shown", "evidence": ["r024", "r044"], "gap": "no_record"}}'
    page.add_init_script(f"localStorage.setItem({KEY!r}, {json.dumps(answer)})")
    hostile = "<img src=x onerror=alert(1)> \u202eabc\u202c " + "W" * 300
    items = [{**item, "text": hostile} if item["id"] == "c12" else item for item in practice_spec(PRACTICE)["items"]]
    page.goto(write_page(tmp_path, PRACTICE, changes={"items": items}).as_uri())
    page.locator("[data-key=open-all]").click()
    page.locator("[data-key=c11-check]").click()
    page.locator("[data-key=c11-cards]").click()
    assert page.locator("[data-key=c11-gap-no_record]").is_visible()
    assert page.locator(".wss-chosen .wss-cardbox").count() == 2
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
        assert [v["id"] for v in found.response["violations"]] == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.locator("img").count() == 0
    small = """() => [...document.querySelectorAll('button, select, summary, input')].map(e => [e.dataset.key, e.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.height < 24 || box.width < 24)).map(([key]) => key)"""
    assert page.evaluate(small) == []


@pytest.mark.parametrize("task_id", GRADED)
def test_graded_specs_hold_no_answers(task_id: str) -> None:
    """Claims, cards and closed lists only: no verdict beside a claim, no reason, no outcome."""
    spec = practice_spec(task_id)
    assert set(spec) == {
        "task", "kind", "title", "ask", "time", "lang", "level", "progress", "strings", "items", "records", "verdicts", "gaps", "confidence",
    }  # fmt: skip
    assert {key for item in spec["items"] for key in item} == {
        "id",
        "text",
        "type",
        "settles",
        "where",
        "note",
        "context",
    }
    assert {key for card in spec["records"] for key in card} == {
        "id", "publisher", "title", "date", "speaks", "party", "shows", "cannot", "caution", "quote", "quote_language",
    }  # fmt: skip
