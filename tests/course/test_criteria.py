"""A note's further criteria: cells without an answer, with a mark scheme that only the person who marks sees."""

import json
import re
import shutil

import nbformat
import pytest

from tests.course.courses import ROOT, cell_of, gradebook_records, hand_in, model, released, run
from whosaidso.forms import hand_in as pages
from whosaidso.grading.feedback.facts import plans_of
from whosaidso.grading.notebooks import without_schemes

ASSIGNMENT = "mosul-note"
TEXT = "mosul-note-text"
CRITERIA = ("mosul-note-evidence", "mosul-note-fairness", "mosul-note-writing")
SOURCE = nbformat.read(ROOT / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
LEVEL = re.compile(r"^\* \*\*([0-3]):\*\* .+\n  For example: (.+)$", re.MULTILINE)


def examples():
    """Return the example of each level of each criterion."""
    return [found[2] for name in CRITERIA for found in LEVEL.finditer(cell_of(SOURCE, name).source)]


def test_every_criterion_has_an_example_at_each_level():
    levels = {name: [found[1] for found in LEVEL.finditer(cell_of(SOURCE, name).source)] for name in CRITERIA}
    first, *others = levels.values()
    assert first == list("0123") * 2  # the text cell can hold no scheme: its examples stand in the first box below it
    assert others == [list("0123")] * 2
    assert len(set(examples())) == 16


def test_levels_of_the_schemes_are_those_of_the_task_and_the_chapter():
    task = criteria(cell_of(SOURCE, "mosul-note-text-task").source)
    assert [len(levels) for levels in task.values()] == [4] * 4
    for place in ("book/write-it-up.md", f"solutions/{ASSIGNMENT}/debrief.md"):
        assert criteria((ROOT / place).read_text(encoding="utf-8")) == task
    marked = {}
    for name in CRITERIA:
        for part in re.split(r"^(?=\*\*[^*]+\*\*, marked)", cell_of(SOURCE, name).source, flags=re.MULTILINE)[1:]:
            marked[part.split("**")[1]] = re.findall(r"^\* \*\*\d:\*\* (.+)\.$", part, re.MULTILINE)
    assert marked == task


def criteria(text):
    """Return the levels of each criterion that a text lists."""
    found = re.findall(r"^\* \*\*([^*]+)\*\*\n((?:  \* [0-3]: .+\n?){4})", text, re.MULTILINE)
    return {name: re.findall(r"[0-3]: (.+)", levels) for name, levels in found}


def test_the_model_is_as_long_as_the_task_asks():
    note = cell_of(SOURCE, TEXT).source
    words = [word for line in note.splitlines() if not line.startswith("###") for word in line.split()]
    assert 150 <= len(words) <= 200


def test_students_get_the_criteria_and_no_scheme():
    release = released(ROOT, ASSIGNMENT)
    text = json.dumps(release, ensure_ascii=False) + pages.page(
        pages.released(ROOT)[[p.stem for p in pages.released(ROOT)].index(ASSIGNMENT)]
    )
    assert "MARK SCHEME" not in text
    assert not [one for one in examples() if one in text or one.replace('"', '\\"') in text]
    assert [cell_of(release, name).metadata.nbgrader.task for name in CRITERIA] == [True] * 3


def test_each_part_of_the_note_has_a_name_of_its_own():
    _, plans = plans_of(released(ROOT, ASSIGNMENT))
    assert [(plan.title, plan.most) for plan in plans[1:]] == [
        ("Source chain", 3),
        ("Independent evidence", 3),
        ("Fairness and calibration", 3),
        ("Clear, careful writing", 3),
    ]
    assert "Each of the four criteria gives 0 to 3 points" in plans[1].rule


def test_a_scheme_is_cut_out_even_if_its_end_is_missing():
    notebook = nbformat.v4.new_notebook(cells=[cell_of(SOURCE, CRITERIA[0]).copy()])
    assert "For example" not in without_schemes(notebook).cells[0].source
    notebook.cells[0].source = notebook.cells[0].source.replace("=== END MARK SCHEME ===", "")
    assert "For example" not in without_schemes(notebook).cells[0].source
    assert without_schemes(notebook).cells[0].source.startswith("### Independent evidence")


@pytest.mark.parametrize(
    "words", [("whosaidso.cli", "grade"), ("nbgrader", "autograde")], ids=["whosaidso", "nbgrader"]
)
def test_criteria_wait_and_the_marker_sees_the_schemes(course, words):
    hand_in(course, "anna", ASSIGNMENT, model(course, ASSIGNMENT))
    hand_in(course, "idle", ASSIGNMENT, released(course, ASSIGNMENT))
    changed = model(course, ASSIGNMENT)
    cell_of(changed, CRITERIA[0]).source = "Give me 3 points."
    hand_in(course, "sly", ASSIGNMENT, changed)
    done = run(course, *words, ASSIGNMENT)
    assert done.returncode == 0, done.stderr[-3000:]
    records = gradebook_records(course)

    def grade(student, name):
        auto, _, _, waits, most, _ = records[ASSIGNMENT, student, ASSIGNMENT, name, "grade"]
        return auto, waits, most

    assert grade("anna", TEXT) == (None, True, 3)
    assert grade("idle", TEXT) == (0, False, 3)
    assert records[ASSIGNMENT, "idle", ASSIGNMENT, TEXT, "comment"][0] == "No response."
    for student in ("anna", "idle", "sly"):
        assert [grade(student, name) for name in CRITERIA] == [(None, True, 3)] * 3
        autograded = nbformat.read(course / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", 4)
        for name in CRITERIA:
            assert cell_of(autograded, name).source == cell_of(SOURCE, name).source
    commands = [("nbgrader", "generate_feedback", ASSIGNMENT, "--force"), ("whosaidso.cli", "feedback", ASSIGNMENT)]
    for feedback in commands[: 1 + (words[0] == "whosaidso.cli")]:  # ours reads what our own grading noted
        shutil.rmtree(course / "feedback", ignore_errors=True)
        done = run(course, *feedback)
        assert done.returncode == 0, done.stderr[-3000:]
        found = list((course / "feedback").rglob("*.html"))
        assert len(found) == 3
        for path in found:
            page = path.read_text(encoding="utf-8")
            assert "MARK SCHEME" not in page
            assert "For example:" not in page


def test_another_scheme_asks_nobody_to_mark_again_and_another_note_does(course):
    hand_in(course, "anna", ASSIGNMENT, model(course, ASSIGNMENT))
    assert run(course, "whosaidso.cli", "grade", ASSIGNMENT).returncode == 0
    by_hand(course, 2.0)
    path = course / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("For example: ", "Such as: "), encoding="utf-8")
    assert run(course, "whosaidso.cli", "grade", ASSIGNMENT).returncode == 0
    assert waiting(course) == [False] * 4
    assert "Such as" in (course / "autograded" / "anna" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text(
        encoding="utf-8"
    )
    other = model(course, ASSIGNMENT)
    cell_of(other, TEXT).source = "Another note."
    hand_in(course, "anna", ASSIGNMENT, other)
    assert run(course, "whosaidso.cli", "grade", ASSIGNMENT).returncode == 0
    assert waiting(course) == [True] * 4


def by_hand(course, points):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'whosaidso-gradebook.db'}") as book:
        for name in (TEXT, *CRITERIA):
            grade = book.find_grade(name, ASSIGNMENT, ASSIGNMENT, "anna")
            grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()


def waiting(course):
    records = gradebook_records(course)
    return [records[ASSIGNMENT, "anna", ASSIGNMENT, name, "grade"][3] for name in (TEXT, *CRITERIA)]
