"""What the explorer shows: who gave what, filters, and answers in words."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.report.test_page import a_class
from whosaidso.cli import app
from whosaidso.report.explore import (
    INVENTED,
    blocks,
    chosen_students,
    in_words,
    items_of,
    misconceptions_of,
)
from whosaidso.report.explorer import Explorer, class_of, explorer

CLASS = a_class(40, seed=3)
TASKS = {task.task.id: task for one in CLASS.assignments for task in one.tasks}


def done_by(course: Path, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, [*words, "--course", str(course)])
    assert done.exit_code == code, done.output + str(done.exception or "")
    return " ".join(done.output.split())


@pytest.mark.parametrize("name", sorted(TASKS))
def test_every_spot_has_those_who_gave_it_and_every_answer_can_be_said(name: str) -> None:
    data = TASKS[name]
    everybody = frozenset(data.lines)
    few = frozenset(sorted(everybody)[:7])
    for block, less in zip(blocks(data), blocks(data, few), strict=True):
        assert block.item == less.item
        assert all(spot.who <= everybody for spot in block.spots)
        assert all(spot.who <= few for spot in less.spots)
        if not block.running and block.item != INVENTED:  # an item's answers: everybody gave one, or none
            assert sorted(student for spot in block.spots for student in spot.who) == sorted(everybody)
            assert any(spot.key for spot in block.spots)
        for student in sorted(everybody)[:10]:
            told = in_words(data, student, block.item)
            assert told
            assert all(line.strip() for line in told)


def test_marked_words_are_those_of_the_answers() -> None:
    data = next(task for task in TASKS.values() if task.task.kind == "span_label")
    for block in blocks(data):
        for spot in block.spots:
            for student in spot.who:
                said = " ".join(in_words(data, student, block.item))
                assert spot.label.strip("“”\"'.,:;?!") in said


def test_a_misconception_and_a_section_filter_together() -> None:
    data = next(task for task in TASKS.values() if task.task.kind == "claim_check")
    note, n = next(iter(misconceptions_of(data).items()))
    who = chosen_students(data, misconception=note)
    assert len(who) == n
    places = {student: "AB"[number % 2] for number, student in enumerate(sorted(data.lines))}
    halves = [chosen_students(data, misconception=note, section=one, sections=places) for one in "AB"]
    assert halves[0] | halves[1] == who
    assert not halves[0] & halves[1]
    in_items = [chosen_students(data, misconception=note, item=item) for item in items_of(data)]
    assert frozenset().union(*in_items) == who


def test_the_widget_shows_pseudonyms_and_pages_long_lists(small_class: Path, tmp_path: Path) -> None:
    course = Path(shutil.copytree(small_class, tmp_path / "course"))
    with (course / "class.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "Section"), *((f"student{n:04d}", "AB"[n % 2]) for n in range(1, 25))])
    found = Explorer(class_of(course, course / "class.csv"))
    assert found.section.options == (("all", ""), ("A", "A"), ("B", "B"))
    for place in range(len(found.tasks)):
        found.task.value = place
        button = max(
            (one for box in found.canvas.children for one in getattr(box, "children", ()) if not one.disabled),
            key=lambda one: int(re.findall(r"\d+", one.tooltip)[-1] if "student" in one.tooltip else 0),
        )
        button.click()
        assert "<table>" in found.answers.value
        assert not re.search(r"student\d{4}", found.answers.value)
    found.section.value = "A"
    assert found.answers.value == ""  # what was pointed at stood for other students
    found.all.click()
    assert found.section.value == ""


def test_what_stops_the_explorer_is_a_sentence(course: Path, tmp_path: Path) -> None:
    assert "is no course folder" in explorer(tmp_path).value
    assert "run `whosaidso grade` first" in explorer(course).value


def test_explore_writes_a_notebook_once(small_class: Path, tmp_path: Path) -> None:
    course = Path(shutil.copytree(small_class, tmp_path / "course"))
    assert "explorer.ipynb is ready" in done_by(course, "explore")
    assert "is there already" in done_by(course, "explore", code=1)
    place = tmp_path / "away" / "look.ipynb"
    done_by(course, "explore", "--out", str(place), "--sections", str(course / "class.csv"))
    assert "class.csv" in place.read_text("utf-8")
