"""The wording form: by keyboard alone, its literals, its open feedback against the scoring, and hostile words."""

import json
import random
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.form_pages import write_page
from whosaidso.cases import open_gold, task_case
from whosaidso.forms import modules
from whosaidso.forms.spec import spec_of
from whosaidso.gold import read_gold
from whosaidso.grading.literals import read_literal
from whosaidso.kinds.span_label import answer, form, scoring
from whosaidso.records import Part, Task
from whosaidso.vocabulary import TECHNIQUES

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
PRACTICE = "practice-wording"
KEY = f"whosaidso:1:practice:{PRACTICE}"
TASK, CASE = task_case(PRACTICE)
GRADED, _ = task_case("mosul-wording-1")
GOLD = open_gold(CASE)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SAMPLES = tomllib.loads((Path(form.__file__).parent / "samples.toml").read_text(encoding="utf-8"))["sample"]

# Types an answer as another tab would.
TYPE = "text => dispatchEvent(new StorageEvent('storage', { key: 'KEY', newValue: text }))".replace("KEY", KEY)

# Types each answer, presses every "Check my answers", and returns what stands there.
CHECK = """answers => answers.map((text) => {
  (TYPE)(text);
  if (document.querySelector(".wss-locked")) return null;
  return [...document.querySelectorAll(".wss-item")].map((item) => {
    const press = () => item.querySelector(".wss-check button").click();
    press();
    if (!item.querySelector(".wss-check strong")) press();
    return {
      count: item.querySelector(".wss-check strong").textContent,
      lines: [...item.querySelectorAll(".wss-check li")].map((li) => [li.dataset.outcome, li.querySelector("p").textContent]),
    };
  });
})""".replace("TYPE", TYPE)


def parts_of(task: Task) -> list[tuple[str, Part]]:
    return [(item, part) for item in task.items for part in CASE.passages[item].part]


def literal(rows: list) -> str:
    return "wording = " + repr([tuple(row) for row in rows])


def row_of(part: Part, first: int, last: int, label: str) -> tuple:
    """Return the row for a stretch of words, its occurrence counted as `find` counts."""
    units = form.word_units(part.text)
    start, end = units[first][0], units[last][1]
    exact = part.text[start:end]
    occurrence = sum(part.text.startswith(exact, n) for n in range(start + 1))
    return (part.article, part.paragraph, exact, occurrence, label)


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    tab = browser.new_page(viewport={"width": 1000, "height": 900})
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.goto(write_page(tmp_path_factory.mktemp("wording"), PRACTICE).as_uri())
    yield tab
    tab.close()
    assert not wrong


@pytest.fixture
def fresh(page: Page) -> Page:
    """The same page, the form empty, nothing to undo that matters."""
    page.evaluate(TYPE, "wording = []")
    page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges()")
    return page


def stored(page: Page) -> list:
    reading = read_literal(page.evaluate("key => localStorage.getItem(key)", KEY), "wording")
    assert reading.found
    return reading.value


def test_wording_by_keyboard_alone(fresh: Page) -> None:
    page = fresh
    press = page.keyboard.press
    page.locator("summary").first.focus()
    press("Tab")  # what the labels mean
    press("Tab")  # the first word: one stop for the passage
    words = [part.text[a:b] for _, part in parts_of(TASK)[:2] for a, b in form.word_units(part.text)]
    for _ in range(words.index("Reports")):
        press("ArrowRight")
    press("Shift+ArrowRight")
    press("Shift+ArrowRight")
    assert page.locator("[aria-pressed=true]").all_inner_texts() == ["Reports", "about", "terrorists,"]
    press("Enter")
    for _ in range(list(TECHNIQUES).index("vague_authority")):
        press("ArrowDown")
    press("Enter")
    for _ in range(words.index("According") - words.index("terrorists", 24)):
        press("ArrowRight")
    press("Space")  # begin a pick, go on, end it
    for _ in range(3):
        press("ArrowRight")
    press("Space")
    press("Enter")
    press("Escape")  # nothing marked; the words are let go
    assert len(stored(page)) == 1
    press("Shift+ArrowLeft")
    press("Shift+ArrowLeft")
    press("Shift+ArrowLeft")
    press("Enter")
    press("ArrowDown")
    press("Enter")
    marked = page.locator(".wss-marked")
    assert marked.count() == 7
    told = page.evaluate(
        "id => id.split(' ').map((one) => document.getElementById(one).textContent)[0]",
        marked.last.get_attribute("aria-describedby"),
    )
    assert told == "Mark 2: name-calling."
    first, second = (
        ["southfront-raqqa", "p2", "Reports about terrorists", 1, "vague_authority"],
        ["southfront-raqqa", "p2", "According to some data", 1, "name_calling"],
    )
    assert [list(row) for row in stored(page)] == [first, second]
    while page.evaluate("document.activeElement.tagName") != "SELECT":
        press("Tab")
    press("ArrowDown")  # the next label of the first mark
    first[4] = "insinuating_question"
    assert [list(row) for row in stored(page)] == [first, second]
    press("Tab")
    press("Space")  # remove the first mark; the focus goes on to the next line
    assert [list(row) for row in stored(page)] == [second]
    assert (
        page.evaluate("document.activeElement.getAttribute('aria-label')")
        == "Remove the mark on “According to some data”"
    )
    press("Control+z")
    text = page.evaluate("key => localStorage.getItem(key)", KEY)
    assert text.startswith(f"# {PRACTICE}: written by the form")
    assert text.endswith(
        'wording = [\n    ("southfront-raqqa", "p2", "Reports about terrorists", 1, "insinuating_question"),\n'
        '    ("southfront-raqqa", "p2", "According to some data", 1, "name_calling"),\n]'
    )
    press("Shift+Tab")
    press("Shift+Tab")  # the list's first line is back before the one in use
    page.locator(".wss-marked").first.focus()
    press("Home")
    assert page.evaluate("document.activeElement.textContent") == "Islamic"
    press("ArrowUp")
    press("ArrowDown")
    press("End")
    press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "city."
    page.locator(".wss-marked").first.focus()
    press("Delete")
    assert [list(row) for row in stored(page)] == [second]


def test_wording_by_mouse_and_finger(fresh: Page) -> None:
    page = fresh
    word = "[data-key='w02-%d']"
    page.click(word % 0)
    page.click(word % 3)  # first word, last word
    assert page.locator(".wss-echo").inner_text() == "Picked: “Islamic State (IS) terrorists”"
    page.click(word % 4)  # one more
    page.click("[data-key='mark']")
    page.click("[data-key='confirm']")
    assert page.locator(".wss-echo").inner_text() == "Choose a label first."
    page.get_by_label("loaded language").check()
    page.click("[data-key='confirm']")
    assert stored(page) == [("southfront-raqqa", "p1", "Islamic State (IS) terrorists urgently", 1, "loaded_language")]
    start, end = page.locator(word % 4).bounding_box(), page.locator(word % 6).bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] - 15, end["y"] + 10, steps=4)
    page.mouse.move(end["x"] + 5, end["y"] + 10, steps=4)
    page.mouse.up()
    assert page.locator(".wss-echo").inner_text() == "Picked: “urgently leave the”"
    page.click("[data-key='mark']")
    assert page.get_by_label("loaded language").is_checked(), "a mark that is replaced offers its label"
    page.get_by_label("exaggeration").check()
    page.click("[data-key='confirm']")
    assert stored(page) == [("southfront-raqqa", "p1", "urgently leave the", 1, "exaggeration")]
    page.click("[data-key='undo']")
    assert stored(page)[0][2] == "Islamic State (IS) terrorists urgently"
    page.click(word % 1)  # a marked word picks its mark
    assert page.locator("[data-key='mark']").inner_text() == "Change the label"
    page.locator("[data-key='remove']").click()
    assert stored(page) == []


def test_wording_shows_meanings_slips_and_numbers(fresh: Page) -> None:
    page = fresh
    page.evaluate(TYPE, literal([row_of(CASE.passages["w05"].part[0], 11, 12, "loaded_language")]))
    place = page.locator(".wss-words").last
    assert place.get_attribute("lang") == "en"
    assert "June 10, 2014" in " ".join(place.inner_text().split())
    number = page.locator(".wss-word .wss-number")
    assert number.all_inner_texts() == ["1"]
    cult = page.locator(".wss-word", has_text=re.compile("^cult$"))
    cult.focus()
    assert "a small group with extreme beliefs" in page.locator(".wss-bar").inner_text()
    assert "cult: a small group" in page.evaluate(
        "id => document.getElementById(id).textContent", cult.get_attribute("aria-describedby")
    )
    slips = page.locator(".wss-slip")
    assert slips.count() == 4
    before = slips.evaluate_all("all => all.map((slip) => slip.previousElementSibling.textContent)")
    assert before == ["began", "bomb", "Iraqi", "redeploy"]
    assert page.locator(".wss-word", has_text="printed").count() == 0
    small = page.locator(".wss-form :is(button, select, input, summary)").evaluate_all(
        "all => all.filter((e) => e.checkVisibility()).map((e) => [e.textContent, e.getBoundingClientRect()])"
        ".filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)"
    )
    assert small == []


def expected(item: str, marks: tuple) -> dict[str, Any]:
    """Return what the scoring says of the marks on one passage, as the form would word it."""
    here = tuple(mark for mark in marks if mark.passage == item)
    score = scoring.score(answer=here, gold=GOLD, task=attrs.evolve(TASK, items=(item,)), case=CASE)
    found, core, fooled, lures = map(int, re.match(r"(\d+) of (\d+) .*?; (\d+) of (\d+)", score.arithmetic).groups())
    lines = sorted(
        (entry.outcome, entry.what.rpartition("” (")[0].strip("“…")[:57], entry.message)
        for entry in score.items
        if entry.id.startswith("mark")
    )
    missed = sorted(CASE.spans[entry.id].exact for entry in score.items if entry.outcome == "missed")
    count = form.STRINGS["found"].format(found=found, core=core, spared=lures - fooled, lures=lures)
    return {"count": count, "lines": lines, "missed": missed, "share": score.share}


def shown(result: dict) -> dict[str, Any]:
    """Return the same of what stands on the page."""
    lines = []
    for outcome, text in result["lines"]:
        words = re.match(r"[^“]*“(.*)”(?: \([^()]*\))?(?:: (.*))?$", text)
        assert words, text
        lines.append((outcome, words[1], words[2]))
    return {
        "count": result["count"],
        "lines": sorted((a, b.rstrip("…")[:57], c) for a, b, c in lines if a != "missed"),
        "missed": sorted(b for a, b, _ in lines if a == "missed"),
    }


def random_rows(deal: random.Random) -> list[tuple]:
    """Return marks that do not share a word, many of them near a gold span or side by side."""
    rows = []
    for item, part in parts_of(TASK):
        units = form.word_units(part.text)
        wanted = [
            s
            for s in CASE.spans.values()
            if s.passage == item and (s.article, s.paragraph) == (part.article, part.paragraph)
        ]
        free = set(range(len(units)))
        for _ in range(deal.randrange(7)):
            if wanted and deal.random() < 0.7:
                start, end = scoring.gold_range(deal.choice(wanted), CASE)
                inside = [n for n, (a, b) in enumerate(units) if a < end and b > start]
                first, last = inside[0] + deal.randint(-2, 2), inside[-1] + deal.randint(-2, 2)
            else:
                first = deal.randrange(len(units))
                last = first + deal.choice([0, 0, 1, 2, 5, 20])
            taken = set(range(first, last + 1))
            if first <= last and taken <= free:
                free -= taken
                rows.append(
                    row_of(
                        part,
                        first,
                        last,
                        deal.choice([*TECHNIQUES, "name_calling", "vague_authority", "vague_authority"]),
                    )
                )
    deal.shuffle(rows)
    return rows


def test_wording_feedback_is_that_of_the_scoring(fresh: Page) -> None:
    deal = random.Random(11)
    answers = [f"wording = {sample['answer']}" for sample in SAMPLES] + [literal(random_rows(deal)) for _ in range(200)]
    outcomes = set()
    for number, (text, results) in enumerate(zip(answers, fresh.evaluate(CHECK, answers), strict=True)):
        parsed = answer.parse(read_literal(text, "wording").value, TASK, CASE)
        if results is None:
            assert number < len(SAMPLES), text
            assert parsed.problems, "only what has problems may be left alone"
            continue
        for item, result in zip(TASK.items, results, strict=True):
            wanted = expected(item, parsed.answer)
            wanted.pop("share")
            assert shown(result) == wanted, text
            outcomes |= {(outcome, message) for outcome, _, message in wanted["lines"]}
    assert {"right", "wrong", "neither"} == {outcome for outcome, _ in outcomes}
    assert {message for _, message in outcomes} >= {scoring.FOUND, scoring.OTHER_LABEL, scoring.NEITHER}
    unanswered = [
        sample["id"]
        for sample, result in zip(SAMPLES, fresh.evaluate(CHECK, answers[: len(SAMPLES)]), strict=True)
        if result is None
    ]
    assert unanswered == ["malformed", "a_text_instead"]


def test_wording_says_when_the_answer_changed_after_the_check(fresh: Page) -> None:
    page = fresh
    page.evaluate("localStorage.clear()")
    page.reload()
    check = page.locator("[data-key='w05-check']")
    said = page.locator(".wss-said").last
    check.click()
    assert "nothing" in said.inner_text()
    assert "demise" not in said.inner_text()
    page.locator(".wss-word", has_text=re.compile("^cult$")).click()
    page.click("[data-key='mark']")
    page.get_by_label("name-calling").check()
    page.click("[data-key='confirm']")
    check.click()
    text = said.inner_text()
    assert text.startswith("You found 1 of 2 places that push")
    assert "Fairer: group" in text
    assert "would end its hold on the city" in text
    page.locator(".wss-marks select").last.select_option("euphemism")
    assert said.inner_text().startswith("You have changed this since you checked it.")
    page.click("[data-key='undo']")
    assert said.inner_text() == text


def test_wording_reads_aloud_with_a_voice_of_this_machine_only(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    page.add_init_script(
        """const voices = [{ lang: "en-US", localService: false, name: "far" }, { lang: "ar", localService: true }];
        const speech = Object.assign(new EventTarget(), { said: [], stopped: 0, getVoices: () => voices, cancel() { this.stopped += 1; }, speak(u) { this.said.push(u); } });
        Object.defineProperty(window, "speechSynthesis", { value: speech });
        window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
        window.arrive = () => { voices.push({ lang: "en-GB", localService: true, name: "near" }); speech.dispatchEvent(new Event("voiceschanged")); };"""
    )
    page.goto(write_page(tmp_path, PRACTICE).as_uri())
    button = page.locator("[data-key='w02-aloud']")
    assert button.is_hidden(), "a voice from elsewhere would send the words away"
    page.evaluate("arrive()")
    button.click()
    said = page.evaluate("speechSynthesis.said.map((u) => [u.text, u.lang, u.voice.name])")
    assert said == [[part.text, "en", "near"] for part in CASE.passages["w02"].part]
    assert button.inner_text() == "Stop reading"
    page.locator("[data-key='w03-aloud']").click()
    assert button.inner_text() == "Read aloud"
    assert page.evaluate("speechSynthesis.stopped") == 1
    page.evaluate("speechSynthesis.said.at(-1).onend()")
    assert page.locator("[data-key='w03-aloud']").inner_text() == "Read aloud"
    page.close()


def test_wording_literals_come_back_to_the_same_places(browser: Browser) -> None:
    """What the form writes, grading reads as the same words: the samples, and any words of the graded passages."""
    rows = []
    for _, part in parts_of(GRADED):
        last = len(form.word_units(part.text)) - 1
        rows += [(part, n, n) for n in range(last + 1)] + [(part, n, n + 2) for n in range(last - 1)]
    gold = read_gold(ROOT / "solutions/mosul-wording/gold.toml", "mosul-wording", CASE)[0]
    spans = [(s.article, s.paragraph, s.exact, s.occurrence, "") for s in gold.spans]
    page = browser.new_page()
    page.set_content("<p>")
    practice, graded, whole = page.evaluate(
        """async ([source, practice, samples, graded, stretches, spans]) => {
          const { emit, accept, layout } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
          const mark = ([at, from, to]) => ({ at, start: layout(graded)[at].words[from][0], end: layout(graded)[at].words[to][1], label: "euphemism" });
          const aligned = (row) => {
            const [one] = accept([row], graded);
            const { words } = layout(graded)[one.at];
            return words.some(([start]) => start === one.start) && words.some(([, end]) => end === one.end);
          };
          const back = (raw) => { const value = accept(raw, practice); return value ? emit(value, practice) : null; };
          return [samples.map(back), emit(stretches.map(mark), graded), spans.map(aligned)];
        }""",
        [
            modules.esm("span_label") + "\nexport { emit, accept, layout };",
            spec_of(TASK, CASE),
            [read_literal(f"wording = {sample['answer']}", "wording").value for sample in SAMPLES],
            spec_of(GRADED, CASE),
            [([p for _, p in parts_of(GRADED)].index(part), first, last) for part, first, last in rows],
            spans,
        ],
    )
    page.close()
    for sample, made in zip(SAMPLES, practice, strict=True):
        parsed = answer.parse(read_literal(f"wording = {sample['answer']}", "wording").value, TASK, CASE)
        if made is None:
            assert sample["problems"]
            continue
        again = answer.parse(made, TASK, CASE)
        assert not again.problems
        assert set(again.answer) == set(parsed.answer), sample["id"]
    assert len(graded) == len(rows) > 1000
    for number, (part, first, last) in enumerate(rows):
        parsed = answer.parse([graded[number]], GRADED, CASE)
        units = form.word_units(part.text)
        assert not parsed.problems
        assert [(m.start, m.end) for m in parsed.answer] == [(units[first][0], units[last][1])], graded[number]
    assert all(whole), "each span of the key can be marked word by word, exactly"


def test_wording_leaves_alone_what_it_cannot_show(fresh: Page) -> None:
    page = fresh
    place = ("southfront-raqqa", "p2")
    typed = {
        "half words": [(*place, "Report", 1, "name_calling"), (*place, "data, leader of the", 1, "euphemism")],
        "no label": [(*place, "Reports"), ("", "", "", 1, "")],
        "overlap": [(*place, "Reports about", 1, "name_calling"), (*place, "about terrorists", 1, "euphemism")],
        "two in a word": [(*place, "al", 3, "name_calling"), (*place, "Baghdadi", 1, "euphemism")],
        "unknown label": [(*place, "Reports", 1, "lying")],
        "not there": [(*place, "reporters", 1, "euphemism")],
        "dictionary": {"a": 1},
        "name in a list": [(["southfront-raqqa"], "p2", "Reports", 1, "euphemism")],
    }
    kept = {}
    for name, value in typed.items():
        page.evaluate(TYPE, f"wording = {value!r}")
        kept[name] = page.locator(".wss-locked").count() == 0
        if name == "half words":
            assert page.locator(".wss-marked").count() == 5
            page.locator(".wss-marks select").first.select_option("euphemism")
            assert [row[2] for row in stored(page)] == ["Report", "data, leader of the"], "as typed, and no more"
    assert kept == {name: name in ("half words", "no label") for name in typed}
    page.evaluate(TYPE, "wording = []")
    assert page.locator(".wss-locked").count() == 0


def test_wording_spec_of_graded_passages_tells_no_key() -> None:
    spec = spec_of(GRADED, CASE)
    keys = {"id", "title", "note", "parts", "glosses"}
    assert "outcomes" not in spec
    for passage in spec["passages"]:
        assert set(passage) == keys
        for part in passage["parts"]:
            assert set(part) == {"article", "paragraph", "where", "lang", "pieces", "slips"}
        for gloss in passage["glosses"]:
            assert set(gloss) == {"word", "meaning", "at"}
    assert spec["labels"] == [{"id": t.id, "label": t.label, "definition": t.definition} for t in TECHNIQUES.values()]
    text = json.dumps(spec, ensure_ascii=False)
    gold = read_gold(ROOT / "solutions/mosul-wording/gold.toml", "mosul-wording", CASE)[0]
    assert len(gold.spans) > 30
    for span in gold.spans:
        assert span.reason not in text
        assert f'"{span.id}"' not in text
        assert " " not in span.rewrite or f'"{span.rewrite}"' not in text


LONG = "x" * 300
HOSTILE = {
    "outcomes": None,
    "passages": [
        {
            "id": "w99",
            "title": "<img src=x onerror='window.hit=1'> \u202eevil",
            "note": "<b>note</b>",
            "parts": [
                {
                    "article": "a", "paragraph": "p1", "where": "</script><script>window.hit=1</script>", "lang": "ar",
                    "pieces": ["", "<script>window.hit=1</script>", " ", "\u202eabc", " – ", LONG, " ", "مرحبا", ", ", "&lt;", "."],
                    "slips": [1],
                }
            ],
            "glosses": [{"word": "<u>abc</u>", "meaning": "<i>x</i>", "at": [[0, 1, 1]]}],
        }
    ],
}  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_wording_is_accessible_narrow_and_shows_hostile_words_as_text(
    browser: Browser, tmp_path: Path, scheme: str
) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 700}, color_scheme=scheme)
    (tmp_path / "hostile").mkdir()

    def axe() -> list[str]:
        result = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
        return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in result.response["violations"]]

    page.goto(write_page(tmp_path, PRACTICE).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.evaluate(TYPE, f"wording = {next(s['answer'] for s in SAMPLES if s['id'] == 'partly_right')}")
    for item in TASK.items:
        page.click(f"[data-key='{item}-check']")
    page.click("[data-key='w02-2']")
    page.click("[data-key='mark']")
    assert axe() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.emulate_media(forced_colors="active")
    lines = "all => all.map((word) => getComputedStyle(word).borderBottomColor)"
    plain = page.locator(".wss-word:not(.wss-marked, .wss-picked)").evaluate_all(lines)
    assert set(plain) == {page.evaluate("getComputedStyle(document.querySelector('.wss-form')).backgroundColor")}
    assert plain[0] not in page.locator(".wss-marked, .wss-picked").evaluate_all(lines)
    if scheme == "light":
        page.goto(write_page(tmp_path / "hostile", PRACTICE, changes=HOSTILE).as_uri())
        page.click("[data-key='w99-0']")
        page.click("[data-key='w99-3']")
        page.click("[data-key='mark']")
        page.get_by_label("euphemism").check()
        page.click("[data-key='confirm']")
        assert page.evaluate("window.hit") is None
        assert page.locator(".wss-form :is(img, b, u, i, script)").count() == 0
        made = page.locator(".wss-marks q").inner_text()
        assert made.startswith("<script>window.hit=1</script> \u202eabc")
        text = page.evaluate("key => localStorage.getItem(key)", KEY)
        assert "\u202e" not in text
        assert read_literal(text, "wording").value[0][2].endswith(f"{LONG} مرحبا")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert axe() == []
    page.close()
