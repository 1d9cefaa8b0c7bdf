"""`whosaidso report` on a course, from hand-ins to the page."""

import json
import stat

import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from tests.course.courses import GRADEBOOK, cell_of, gradebook_records, hand_in, model, released
from tests.report.test_page import sound, words_of
from whosaidso.cli import app

CLAIMS, NOTE = "mosul-claims", "mosul-note"


def said_by(course, *words, code=0):
    done = CliRunner().invoke(app, [*words, "--course", str(course)])
    assert done.exit_code == code, done.output + str(done.exception or "")
    return " ".join(done.output.split())


@pytest.fixture
def graded(course):
    """Three students, one of whom handed in one thing only; a note half marked, an appeal without a ruling."""
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as book:
        for student, first, last in (
            ("hs-amal", "أمل", "الحمداني"),
            ("hs-zoe", "Zoë", "<b>O'Neil"),
            ("hs-late", "Ann", "Lee"),
        ):
            book.add_student(student, first_name=first, last_name=last)
    for student in ("hs-amal", "hs-zoe"):
        for assignment in (CLAIMS, NOTE):
            notebook = model(course, assignment)
            if (student, assignment) == ("hs-amal", CLAIMS):
                cell_of(notebook, "mosul-claims-1-answer").source += '\ndifferently = {"c01": {"why": "Please look."}}'
            hand_in(course, student, assignment, notebook)
    hand_in(course, "hs-late", CLAIMS, released(course, CLAIMS))
    said_by(course, "grade")
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as book:
        for grade in book.find_submission_notebook(NOTE, NOTE, "hs-zoe").grades:
            if grade.needs_manual_grade:
                grade.manual_score, grade.needs_manual_grade = 1.0, False
        book.db.commit()
    return course


def test_a_report_of_a_small_class_says_what_waits_and_changes_nothing(graded, tmp_path):
    before = gradebook_records(graded)
    page = tmp_path / "out" / "report.html"
    figures = json.loads(
        CliRunner()
        .invoke(app, ["report", "--course", str(graded), "--out", str(page), "--csv", str(tmp_path / "csv"), "--json"])
        .stdout.splitlines()[-1]
    )
    assert figures["students"] == 3
    assert figures["assignments"] == [CLAIMS, NOTE]
    assert figures["keys_to_look_at"] == []
    assert figures["tables"] == len(list((tmp_path / "csv").iterdir()))
    text = page.read_text("utf-8")
    said = sound(text)
    assert f"{NOTE}: nothing from 1 student (33%)" in said
    assert f"{CLAIMS}: 1 student handed in with a whole task open" in said
    assert f"{CLAIMS}: 1 appeal without a ruling: c01 (1)" in said
    assert "(1 of 2)" in said.split("to be marked by hand")[2]
    assert not any(name in text for name in ("hs-amal", "hs-zoe", "Zoë", "أمل الحمداني", "Ann Lee"))
    assert gradebook_records(graded) == before
    secret = graded / "pseudonyms.secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert said_by(graded, "report", "--out", str(tmp_path / "again.html"))
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


def test_names_are_shown_when_asked_for_and_said_to_be(graded, tmp_path):
    said = said_by(graded, "report", CLAIMS, "--names", "--out", str(tmp_path / "named.html"))
    assert "It names students" in said
    text = sound((tmp_path / "named.html").read_text("utf-8"))
    assert "Ann Lee (hs-late)" in text
    assert "do not project it" in text


def test_an_earlier_run_is_compared_or_its_absence_said(graded, tmp_path):
    said = said_by(graded, "report", "--compare", str(graded / "outcomes"), "--out", str(tmp_path / "r.html"))
    assert "is ready" in said
    assert "nothing to compare" in words_of((tmp_path / "r.html").read_text("utf-8"))
    said = said_by(graded, "report", "--compare", str(tmp_path), "--out", str(tmp_path / "s.html"), code=1)
    assert "holds no outcomes of mosul-claims, mosul-note" in said
    assert not (tmp_path / "s.html").exists()


def test_without_grades_there_is_no_report(course, tmp_path):
    said = said_by(course, "report", "--out", str(tmp_path / "r.html"), code=1)
    assert "Nothing has been graded in this course yet" in said


def test_a_faulty_key_leaves_its_assignment_out_and_says_so(graded, tmp_path):
    path = graded / "solutions" / NOTE / "gold.toml"
    path.write_text(path.read_text("utf-8").replace("schema = 1", "schema = 7"), "utf-8")
    said = said_by(graded, "report", "--out", str(tmp_path / "r.html"), code=1)
    assert "mosul-note is left out" in said
    assert "mosul-note is left out" in sound((tmp_path / "r.html").read_text("utf-8"))
