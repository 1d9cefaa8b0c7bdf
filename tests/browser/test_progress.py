"""My progress: one page that reads what this browser holds, looks numbers up, and lets the reader take all of it away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from math import isclose, sqrt
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_pages import TAGS
from whosaidso import scores
from whosaidso.book.progress import halves, spec_of
from whosaidso.cases import load_case

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
KEPT = "whosaidso:1:"
GOLD = {c.id: c.gold.verdict for c in load_case("mosul_2016").claims.values() if c.gold and c.bank == "open"}
SOUND = [claim for claim, verdict in GOLD.items() if verdict == "supported"]
TASKS = {
    task.id: task
    for task in load_case("mosul_2016").tasks.values()
    if task.kind == "claim_check" and not task.assignment
}


def answers(trusted: int, questioned: int) -> dict[str, str]:
    """Return what the forms keep of one who trusts the first sound claims and questions the first weak ones."""
    asked = dict.fromkeys(c for task in TASKS.values() for c in task.items)
    sound = [c for c in asked if c in SOUND]
    weak = [c for c in asked if c not in SOUND]
    verdicts = {c: "supported" if n < trusted else "not_shown" for n, c in enumerate(sound)}
    verdicts |= {c: GOLD[c] if n < questioned else "supported" for n, c in enumerate(weak)}
    kept = {}
    for name, task in TASKS.items():
        lines = {c: {"verdict": verdicts[c], "evidence": [], "gap": "", "confidence": 0.75} for c in task.items}
        kept[f"{KEPT}practice:{name}"] = f"claims = {lines!r}"
    return kept


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(accept_downloads=True)
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.goto(f"{address}/book/my-progress.html")
    yield tab
    context.close()
    assert wrong == []


def hold(page: Page, kept: dict[str, str]) -> None:
    page.evaluate(
        "kept => { for (const [key, value] of Object.entries(kept)) localStorage.setItem(key, value); }", kept
    )
    page.reload()


def held(page: Page) -> dict[str, str]:
    return page.evaluate(
        "Object.fromEntries(Object.entries(localStorage).filter(([key]) => key.startsWith('whosaidso:1:')))"
    )


def test_the_table_of_halves_gives_the_numbers_of_scores() -> None:
    table = halves(12)
    for signals, noises in ((1, 1), (6, 11), (12, 12)):
        for hits in range(signals + 1):
            for alarms in range(noises + 1):
                (z_hit, of_hit), (z_alarm, of_alarm) = table[signals][hits], table[noises][alarms]
                d, c, error = scores.detection(hits=hits, signals=signals, false_alarms=alarms, noises=noises)
                assert isclose(d, z_hit - z_alarm)
                assert isclose(c, -(z_hit + z_alarm) / 2, abs_tol=1e-12)
                assert isclose(error, sqrt(of_hit + of_alarm))


def test_the_page_is_told_of_open_items_only() -> None:
    spec = spec_of(ROOT / "book", [])
    tasks = [task for chapter in spec["chapters"] for task in chapter["tasks"]]
    assert len(tasks) == len({task["id"] for task in tasks}) > 15
    told = {item for task in tasks for item in task.get("verdicts", {})}
    assert len(told) > 15
    for case in map(load_case, ("mosul_2016", "helicopter_2017")):
        assert not told & {claim.id for claim in case.claims.values() if claim.bank == "graded"}


def test_an_empty_page_is_kind_and_all_is_reached_by_keyboard(page: Page, browser: Browser, address: str) -> None:
    expect(page.locator(".wss-said").first).to_contain_text("That is fine")
    assert page.locator("[data-key=export]").is_disabled()
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.locator("[data-key=read-sourcing]").focus()
    page.keyboard.press("Space")
    assert held(page) == {f"{KEPT}read:sourcing": date.today().isoformat()}
    closed = browser.new_context()
    closed.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('no', 'SecurityError'); };")
    tab = closed.new_page()
    tab.goto(f"{address}/book/my-progress.html")
    expect(tab.locator(".wss-said").first).to_contain_text("keeps nothing here")
    closed.close()


def test_claims_are_told_in_words_then_in_numbers_and_on_a_chart(page: Page) -> None:
    hold(page, answers(trusted=8, questioned=4))
    weak = len(GOLD) - len(SOUND)
    told = page.locator("[data-key=trust]").inner_text()
    assert (
        told == f"You trusted 8 of the {len(SOUND)} sound claims you judged, and questioned 4 of the {weak} weak ones."
    )
    page.get_by_text("The same in the numbers").click()
    d, c, error = scores.detection(hits=4, signals=weak, false_alarms=len(SOUND) - 8, noises=len(SOUND))
    numbers = page.locator("[data-key=numbers]").inner_text().replace("−", "-")
    assert f"d′ is {d:.2f} (standard error {error:.2f}) and c is {c:.2f}." in numbers
    assert page.locator("svg.wss-sure circle").count() == 1
    for theme in ("light", "dark"):
        hold(page, {"mode": theme, "theme": theme})
        assert page.locator("html").get_attribute("data-theme") == theme
        page.get_by_text("The same in the numbers").click()
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.get_by_role("row", name="75 % sure").inner_text().split("\t")[1] == f"12 of {len(GOLD)}"


def test_a_quiz_comes_back_after_a_day_a_week_and_four_weeks(page: Page, address: str) -> None:
    page.goto(f"{address}/book/sourcing.html")
    page.locator("[data-key='u01-b']").check()
    today = date.today()
    assert held(page)[f"{KEPT}days:quiz-sourcing"] == today.isoformat()
    first = today - timedelta(days=8)
    for days, said in (
        ([first], "now"),
        ([first, first + timedelta(days=1)], "now"),
        ([today], "on "),
        ([first, first + timedelta(days=1), today], "on "),
        ([first, first + timedelta(days=1), first + timedelta(days=7), today], "three returns made"),
    ):
        page.evaluate(
            "([key, days]) => localStorage.setItem(key, days)", [f"{KEPT}days:quiz-sourcing", " ".join(map(str, days))]
        )
        page.goto(f"{address}/book/my-progress.html")
        assert f": {said}" in page.locator("[data-key='due-quiz-sourcing']").inner_text()
    assert "1 of 2" in page.get_by_role("row", name="Who told whom").inner_text()


def test_all_is_saved_forgotten_brought_back_and_undone(page: Page, tmp_path: Path) -> None:
    hold(page, answers(trusted=5, questioned=2))
    before = held(page)
    seen = page.locator(".wss-progress-page").inner_text()
    with page.expect_download() as download:
        page.click("[data-key=export]")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert json.loads(path.read_text("utf-8"))["kept"] == before
    page.click("[data-key=forget]")
    page.click("[data-key=no]")
    assert held(page) == before
    page.click("[data-key=forget]")
    page.click("[data-key=yes]")
    page.locator("[data-key=undo]").wait_for()
    assert held(page) == {}
    page.click("[data-key=undo]")
    expect(page.locator(".wss-progress-page .wss-status")).to_contain_text("All is as it was")
    assert held(page) == before
    page.click("[data-key=forget]")
    page.click("[data-key=yes]")
    page.locator("[data-key=undo]").wait_for()
    page.set_input_files("[data-key=file]", path)
    expect(page.get_by_text(f"The file holds {len(before)} answers. {len(before)} are new here")).to_be_visible()
    page.click("[data-key=yes]")
    assert held(page) == before
    page.reload()
    assert page.locator(".wss-progress-page").inner_text() == seen
    other = tmp_path / "other.json"
    for text in ("no", '{"format": "whosaidso-progress", "kept": {"theme": "dark"}}', "[]", "null"):
        other.write_text(text, encoding="utf-8")
        page.set_input_files("[data-key=file]", other)
        expect(page.locator(".wss-progress-page .wss-status")).to_contain_text("Expected a file that this page saved")
        assert held(page) == before


def test_the_record_says_what_was_done_and_holds_no_score(page: Page) -> None:
    hold(page, answers(trusted=5, questioned=2) | {f"{KEPT}read:claims": "2026-11-26"})
    page.evaluate("window.print = () => { window.printed = true; }")
    page.fill("[data-key=name]", "Zainab")
    page.click("[data-key=print]")
    assert page.evaluate("window.printed")
    sheet = page.locator(".wss-record-sheet").text_content() or ""
    assert sheet.startswith("Zainab read 1 of ")
    assert f"began {len(TASKS)} of " in sheet
    assert "Zainab" not in "".join(held(page).values())
    page.emulate_media(media="print")
    assert page.locator(".wss-record-sheet").is_visible()
    assert not page.locator("[data-key=trust]").is_visible()
