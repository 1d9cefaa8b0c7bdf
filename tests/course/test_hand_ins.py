"""What is odd about a hand-in, a release, the computer's configuration or its console, from the command line."""

import copy
import json
import os
import subprocess
import sys
from datetime import datetime
from types import SimpleNamespace

import nbformat
import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from tests.course.courses import ASSIGNMENTS, GRADEBOOK, cell_of, gradebook_records, hand_in, model, released, run
from whosaidso.cli import app
from whosaidso.grading import batch
from whosaidso.grading.folder import Stopped, read_course
from whosaidso.grading.notebooks import Unreadable

ASSIGNMENT = "mosul-claims"
CHECK, WHY = "mosul-claims-1-check", "mosul-claims-why"


def whosaidso(course, *words, code=0):
    """Run the command and return what it prints, in one line."""
    done = CliRunner().invoke(app, [*words, "--course", str(course)])
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


def plain(iterable, *_):
    return iterable


# Configuration


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """A folder of this computer's Jupyter configuration."""
    folder = tmp_path / "etc"
    folder.mkdir()
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(folder))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "home"))
    return folder


def test_the_computers_configuration_counts_and_the_courses_own_counts_more(course, shared, tmp_path):
    (shared / "nbgrader_config.py").write_text(
        "c = get_config()\nc.Exchange.timezone = 'Asia/Baghdad'\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
        "c.CourseDirectory.source_directory = 'elsewhere'\n"
    )
    found = read_course(course)
    assert found.timezone == "Asia/Baghdad"
    assert found.config.LateSubmissionPlugin.penalty_method == "zero"
    assert found.nbgrader.source_directory == "solutions"
    # JSON counts more than Python beside it, a user's files less than those of JUPYTER_CONFIG_PATH
    (shared / "nbgrader_config.json").write_text(json.dumps({"Exchange": {"timezone": "Europe/Berlin"}}))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "nbgrader_config.py").write_text("get_config().Exchange.timezone = 'Europe/Rome'\n")
    (tmp_path / "home" / "jupyter_config.py").write_text("get_config().CourseDirectory.course_id = 'shared'\n")
    found = read_course(course)
    assert (found.timezone, found.course_id) == ("Europe/Berlin", "shared")


def test_nbgrader_itself_reads_the_same(course, shared, tmp_path):
    (shared / "nbgrader_config.py").write_text("get_config().Exchange.timezone = 'Asia/Baghdad'\n")
    (shared / "nbgrader_config.json").write_text(json.dumps({"Exchange": {"timezone": "Europe/Berlin"}}))
    (shared / "jupyter_config.json").write_text(json.dumps({"LateSubmissionPlugin": {"penalty_method": "zero"}}))
    (course / "nbgrader_config.json").write_text(json.dumps({"CourseDirectory": {"course_id": "own"}}))
    asked = (
        "from nbgrader.apps import NbGraderApp; a = NbGraderApp(); a.initialize([]); c = a.config;"
        "print(c.Exchange.timezone, c.LateSubmissionPlugin.penalty_method, a.coursedir.course_id)"
    )
    done = subprocess.run([sys.executable, "-c", asked], cwd=course, text=True, capture_output=True, check=True)
    found = read_course(course)
    ours = [found.timezone, found.config.LateSubmissionPlugin.penalty_method, found.course_id]
    assert done.stdout.split() == ours == ["Europe/Berlin", "zero", "own"]


def test_a_broken_file_of_the_computer_is_named(course, shared):
    (shared / "nbgrader_config.py").write_text("import nothing_of_that_name\n")
    with pytest.raises(Stopped, match=r"etc.nbgrader_config.py could not be read.*mend or remove it"):
        read_course(course)


def test_students_left_out_or_not_to_be_added(course):
    for student in ("anna", "bilal", "cem"):
        hand_in(course, student, ASSIGNMENT, model(course, ASSIGNMENT))
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as gradebook:
        gradebook.add_student("anna")
    config = course / "nbgrader_config.py"
    config.write_text(
        config.read_text()
        + "\nc.Autograde.create_student = False\nc.CourseDirectory.student_id_exclude = 'cem,other'\n"
    )
    said = whosaidso(course, "grade", code=1)
    assert "bilal. bilal is not in the gradebook" in said
    assert "cem" not in said
    records = gradebook_records(course)
    assert records[ASSIGNMENT, "anna", ASSIGNMENT, CHECK, "grade"][0] == 12
    assert {key[1] for key in records if key[0] == "student"} == {"anna"}


# Releases


def test_a_file_half_written_among_the_keys_is_not_released(course):
    folder = course / "solutions" / ASSIGNMENT
    (folder / ".writing-abc123").write_bytes((folder / "gold.toml").read_bytes())
    (folder / "handout.txt").write_text("for all")
    whosaidso(course, "release", ASSIGNMENT)
    there = {path.name for path in (course / "exercises" / ASSIGNMENT).rglob("*")}
    assert "handout.txt" in there, "so what is beside the notebook is copied"
    assert not [name for name in there if name.startswith(".writing-")]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"cells": [{}], "nbformat": 4, "nbformat_minor": 5}'])
def test_a_damaged_release_is_said(course, damage):
    hand_in(course, "anna", ASSIGNMENT, model(course, ASSIGNMENT))
    (course / "exercises" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").write_bytes(damage)
    assert "is damaged" in (said := whosaidso(course, "grade", code=1))
    assert f"Run `whosaidso release {ASSIGNMENT}`" in said


def test_nbgraders_own_command_says_it_too(course):
    hand_in(course, "anna", ASSIGNMENT, model(course, ASSIGNMENT))
    path = course / "exercises" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    whole = path.read_text(encoding="utf-8")
    path.write_text("{")
    done = run(course, "nbgrader", "autograde", ASSIGNMENT)
    assert done.returncode != 0
    assert f"is damaged (NotJSONError). Run `whosaidso release {ASSIGNMENT}`" in done.stderr
    path.write_text(whole.replace("points=12", "points=11", 1), encoding="utf-8")
    done = run(course, "nbgrader", "autograde", ASSIGNMENT)
    assert done.returncode != 0
    sentence = "for 11 points, the cell says 12, tasks.toml says 12. Make them equal and release again."
    assert sentence in " ".join(done.stderr.split())
    assert sentence in whosaidso(course, "grade", code=1)


# Texts in cells of their own


def added(notebook, words, kind="markdown", *, below=WHY):
    """Return the notebook with a cell of the student's below one of ours."""
    notebook = copy.deepcopy(notebook)
    place = notebook.cells.index(cell_of(notebook, below)) + 1
    notebook.cells.insert(place, getattr(nbformat.v4, f"new_{kind}_cell")(words))
    return notebook


ESSAY = "I asked of each claim who could know."


@pytest.mark.parametrize(
    ("words", "kind", "below", "waits"),
    [
        (ESSAY, "markdown", WHY, True),
        (ESSAY, "code", WHY, True),
        ("Too few words", "markdown", WHY, False),
        (ESSAY, "markdown", CHECK, False),
    ],
)
def test_words_below_an_untouched_text_wait_for_a_person(course, words, kind, below, waits):
    hand_in(course, "anna", ASSIGNMENT, added(released(course, ASSIGNMENT), words, kind, below=below))
    said = whosaidso(course, "grade", code=int(waits))
    assert (f"anna. Wrote in a cell of their own below {WHY}" in said) == waits
    records = gradebook_records(course)
    assert records[ASSIGNMENT, "anna", ASSIGNMENT, WHY, "grade"][0] == (None if waits else 0)
    assert records[ASSIGNMENT, "anna", ASSIGNMENT, WHY, "grade"][3] == waits
    assert records[ASSIGNMENT, "anna", ASSIGNMENT, WHY, "comment"][0] == (None if waits else "No response.")


def test_words_below_a_text_that_was_written_are_no_more_than_words(course):
    notebook = released(course, ASSIGNMENT)
    cell_of(notebook, WHY).source = "My text."
    hand_in(course, "anna", ASSIGNMENT, added(notebook, ESSAY))
    assert "cell of their own" not in whosaidso(course, "grade")


@pytest.mark.slow
def test_nbgraders_own_command_makes_them_wait_too(course, tmp_path):
    hand_in(course, "anna", ASSIGNMENT, added(released(course, ASSIGNMENT), ESSAY))
    done = run(course, "nbgrader", "autograde", ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    theirs = gradebook_records(course)
    (course / "autograded").rename(tmp_path / "autograded")
    whosaidso(course, "grade", code=1)
    assert gradebook_records(course) == theirs


# When it came


@pytest.mark.parametrize(
    ("text", "moment", "said"),
    [
        ("2026-11-20 12:00:00 +0100", "11:00:00", ""),
        ("2026-11-20 12:00:00+01:00", "11:00:00", ""),
        ("2026-11-20T12:00:00-0130", "13:30:00", ""),
        ("2026-11-20 12:00:00.5 Europe/Berlin", "11:00:00.5", ""),
        ("\ufeff2026-11-20 12:00:00 UTC", "12:00:00", ""),
        ("2026-11-20T12:00Z", "12:00:00", ""),
        ("2026-11-20 12:00", "12:00:00", ""),
        ("2026-11-20", "00:00:00", ""),
        ("2026-11-20 12:00:00 Nowhere/Land", "12:00:00", "unknown time zone Nowhere/Land; taken as 2026-11-20 12:00:00 UTC"),
        ("2026-11-20 12:00:00 +9900", None, "holds no date"),
        ("2026-13-20 12:00:00", None, "holds no date"),
        ("0001-01-01 00:00:00 +0100", None, "holds no date"),
        ("  ", None, "is empty"),
        ("yesterday", None, "holds no date"),
    ],
)  # fmt: skip
def test_the_moment_in_timestamp_txt(tmp_path, text, moment, said):
    (tmp_path / "timestamp.txt").write_text(text, encoding="utf-8")
    when, trouble = batch._timestamp(tmp_path)
    assert when == (datetime.fromisoformat(f"2026-11-20 {moment}") if moment else None)
    assert said in trouble
    assert bool(trouble) == bool(said)


def test_an_unknown_time_zone_needs_attention(course):
    path = hand_in(course, "anna", ASSIGNMENT, model(course, ASSIGNMENT))
    (path.parent / "timestamp.txt").write_text("2026-11-20 12:00:00 XYZT")
    assert "taken as 2026-11-20 12:00:00 UTC. Correct or delete the file." in whosaidso(course, "grade", code=1)
    assert gradebook_records(course)["submission", ASSIGNMENT, "anna"][0] == datetime(2026, 11, 20, 12)


# Many large notebooks


def test_notebooks_are_looked_into_only_if_they_are_small_together(course, monkeypatch):
    folder = course / "submitted" / "anna" / ASSIGNMENT
    for name in (ASSIGNMENT, ASSIGNMENTS[0]):
        path = hand_in(course, "anna", ASSIGNMENT, model(course, name))
        path.rename(folder / f"my {name}.ipynb")
    sheet = SimpleNamespace(students={})
    key = SimpleNamespace(assignment=ASSIGNMENT)
    ready = SimpleNamespace(notebook=ASSIGNMENT, key=key, closed=False, sheet=sheet)
    one = batch.HandIn("anna", folder)
    assert batch.file_of(one, ready)[0].name == f"my {ASSIGNMENT}.ipynb"
    monkeypatch.setattr(batch, "MOST_BYTES", sum(p.stat().st_size for p in folder.iterdir()) - 1)
    monkeypatch.setattr(batch, "_assignment_of", lambda path: pytest.fail("looked into"))
    with pytest.raises(Unreadable, match="There are 2 notebooks"):
        batch.file_of(one, ready)


# Two runs, and the console


def test_a_dry_run_leaves_the_stage_of_a_run_beside_it_alone(course):
    hand_in(course, "anna", ASSIGNMENT, model(course, ASSIGNMENT))
    laid = course / ".grading" / "1" / ASSIGNMENT / "file"
    laid.parent.mkdir(parents=True)
    laid.write_text("laid ready")
    batch.grade(read_course(course), [ASSIGNMENT], track=plain, dry_run=True)
    assert laid.read_text() == "laid ready"
    # but a run that has the course to itself clears away what a dead one left
    batch.grade(read_course(course), [ASSIGNMENT], track=plain)
    assert not (course / ".grading").exists()


def test_a_console_without_our_letters_shows_others(course):
    hand_in(course, "anna", ASSIGNMENT, model(course, ASSIGNMENT))
    hand_in(course, "\u0645\u0631\u064a\u0645", ASSIGNMENT, b"nothing \xe2\x86\x92")
    hand_in(course, "bilal", ASSIGNMENT, b"nothing")
    env = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    for words, stream in ((["grade"], "stdout"), (["check", "--course", "\u2192"], "stderr")):
        done = subprocess.run(
            [sys.executable, "-m", "whosaidso.cli", *words], cwd=course, env=env, encoding="cp1252", capture_output=True, check=False
        )  # fmt: skip
        assert done.returncode == 1, done.stderr
        assert "?" in getattr(done, stream)
        assert "Traceback" not in done.stderr
        assert "UnicodeEncodeError" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="Windows sends Ctrl-C to all programs of a console")
def test_ctrl_c_is_answered(course):
    hand_in(course, "anna", ASSIGNMENT, model(course, ASSIGNMENT))
    script = (
        "import os, signal\nfrom whosaidso.grading import batch\n"
        "batch.prepare = lambda *_: os.kill(os.getpid(), signal.SIGINT)\n"
        "from whosaidso.cli import main\nmain()"
    )
    words = [sys.executable, "-c", script, "grade"]
    done = subprocess.run(words, cwd=course, text=True, capture_output=True, check=False)
    assert done.returncode == 130
    assert (
        done.stderr.strip().splitlines()[-1] == "Stopped. Nothing is lost: run the same command again."
    )  # after any progress
