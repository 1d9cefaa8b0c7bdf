"""A whole class by nbgrader's own commands: hand-ins, marks, grades.csv, feedback, marks given by hand."""

import csv
import html
import re
import shutil

import pytest
from nbgrader.api import Gradebook

from tests.course.courses import (
    ASSIGNMENTS,
    GRADEBOOK,
    cell_of,
    gold_of,
    gradebook_records,
    hand_in,
    model,
    released,
    run,
)
from whosaidso.cases import load_case
from whosaidso.vocabulary import VERDICTS

pytestmark = pytest.mark.slow

STUDENTS = 8
BLANK = "untouched"
MOST = {"mosul-sourcing": 20, "mosul-wording": 20, "mosul-claims": 30, "mosul-note": 20}
ITEM = re.compile(r"<li>(.*?)</li>", re.DOTALL)


def nbgrader(course, *words, **env):
    done = run(course, "nbgrader", *words, **env)
    assert done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def graded(course_template, tmp_path_factory):
    """A course after the full round: autograded, exported, feedback written."""
    course = shutil.copytree(course_template, tmp_path_factory.mktemp("class") / "course")
    done = run(course, "whosaidso.cli", "demo-class", "--students", str(STUDENTS))
    assert done.returncode == 0, done.stderr
    for assignment in ASSIGNMENTS:
        hand_in(course, BLANK, assignment, released(course, assignment))
        nbgrader(course, "autograde", assignment)
        nbgrader(course, "generate_feedback", assignment)
    nbgrader(course, "export")
    return course


def students():
    return {*(f"student{number:04d}" for number in range(1, STUDENTS + 1)), BLANK}


def page(course, student, assignment):
    return (course / "feedback" / student / assignment / f"{assignment}.html").read_text(encoding="utf-8")


def reasons(gold):
    rows = [*gold.claims.values(), *gold.spans, *gold.edges, *gold.voices.values()]
    return {row.reason for row in rows if getattr(row, "reason", "")}


def test_export_has_a_row_for_each_student_and_assignment(graded):
    with (graded / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] in ASSIGNMENTS]  # of the others nothing came
    assert sorted((row["assignment"], row["student_id"]) for row in rows) == sorted(
        (assignment, student) for assignment in ASSIGNMENTS for student in students()
    )
    for row in rows:
        assert float(row["max_score"]) == MOST[row["assignment"]]
        assert 0 <= float(row["score"]) <= float(row["max_score"])
    records = gradebook_records(graded)
    for row in rows:
        marks = [
            values[1] if values[1] is not None else values[0]
            for key, values in records.items()
            if key[:2] == (row["assignment"], row["student_id"]) and key[4] == "grade"
        ]
        assert marks
        assert float(row["score"]) == pytest.approx(sum(mark or 0 for mark in marks))
    for assignment in ASSIGNMENTS:
        scores = {float(row["score"]) for row in rows if row["assignment"] == assignment}
        assert len(scores) > STUDENTS / 2, f"{assignment} does not tell students apart"
    assert {float(row["score"]) for row in rows if row["student_id"] == BLANK} == {0.0}


def test_one_feedback_page_each_without_key_and_third_parties(graded):
    pages = {path.relative_to(graded / "feedback").parts[:2] for path in (graded / "feedback").rglob("*.html")}
    assert pages == {(student, assignment) for student in students() for assignment in ASSIGNMENTS}
    for assignment in ASSIGNMENTS:
        keys = reasons(gold_of(graded, assignment))
        assert len(keys) >= 2
        for student in students():
            shown = html.unescape(page(graded, student, assignment))
            assert " points</h4>" in shown
            assert "Key:" not in shown
            for reason in keys:
                assert reason not in shown, (student, assignment)
            assert not re.search(r"<script|<(?:img|link|iframe)[^>]+https?:", shown), (student, assignment)


def listed(course, assignment):
    return [html.unescape(item) for item in ITEM.findall(page(course, BLANK, assignment)) if item[:1] in "–○✓✗"]


def test_feedback_on_no_answer_gives_no_answer(graded):
    claims = load_case("mosul_2016").claims
    lines = listed(graded, "mosul-claims")
    for name in gold_of(graded, "mosul-claims").claims:
        line = next(item for item in lines if f" {name}: " in item)
        said = line.replace(claims[name].text.rstrip("."), "").lower()
        for verdict in VERDICTS.values():
            assert verdict.label.lower() not in said
            assert verdict.id not in said
    said = "\n".join(listed(graded, "mosul-wording"))
    for span in gold_of(graded, "mosul-wording").spans:
        assert span.exact not in said
    lines = listed(graded, "mosul-sourcing")
    for edge in gold_of(graded, "mosul-sourcing").edges:
        assert not [line for line in lines if edge.teller in line and edge.told_by in line]
    for key in gold_of(graded, "mosul-sourcing").voices.values():
        assert not [line for line in lines for voice in key.voices if f" {voice}" in line]


def test_key_is_shown_when_wanted_and_never_by_accident(course):
    assignment = "mosul-claims"
    wrong = model(course, assignment)
    answer = cell_of(wrong, "mosul-claims-1-answer")
    answer.source = 'claims = {"c01": {"verdict": "contradicted", "evidence": ["r001"]}}'
    for student in ("anna", "zora"):
        hand_in(course, student, assignment, wrong)
    nbgrader(course, "autograde", assignment, "--student=zora")
    nbgrader(course, "autograde", assignment, "--student=anna", WHOSAIDSO_SHOW_GOLD="1")

    done = run(course, "nbgrader", "generate_feedback", assignment)
    assert done.returncode != 0
    assert "shows the key" in done.stderr
    assert "Key:" not in page(course, "zora", assignment)
    assert not (course / "feedback" / "anna" / assignment / f"{assignment}.html").exists()

    nbgrader(course, "generate_feedback", assignment, "--student=anna", WHOSAIDSO_SHOW_GOLD="1")
    shown = html.unescape(page(course, "anna", assignment))
    gold = gold_of(course, assignment)
    assert shown.count(" Key: ") == 10
    assert sum(key.reason in shown for key in gold.claims.values()) == 10

    nbgrader(course, "autograde", assignment, "--force")
    nbgrader(course, "generate_feedback", assignment, "--force")
    assert "Key:" not in page(course, "anna", assignment)


def test_mark_and_comment_given_by_hand_survive_regrading(graded):
    student, assignment, cell = "student0001", "mosul-sourcing", "mosul-sourcing-why"
    place = (cell, assignment, assignment, student)
    with Gradebook(f"sqlite:///{graded / GRADEBOOK}") as gradebook:
        grade = gradebook.find_grade(*place)
        grade.manual_score, grade.needs_manual_grade = 3.5, False
        gradebook.find_comment(*place).manual_comment = "Good: you ask who could know."
        gradebook.db.commit()
    before = gradebook_records(graded)
    assert before[assignment, student, assignment, cell, "grade"][1] == 3.5
    nbgrader(graded, "autograde", assignment, "--force", f"--student={student}")
    after = gradebook_records(graded)
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    regraded = (assignment, student, assignment, cell, "grade")
    assert {key for key in changed if key[-1] in ("grade", "comment")} == {
        regraded
    }  # nbgrader keeps the mark and asks for a second look at it
    assert after[regraded][:4] == (None, 3.5, None, True)
    nbgrader(graded, "generate_feedback", assignment, "--force", f"--student={student}")
    assert "Good: you ask who could know." in page(graded, student, assignment)
