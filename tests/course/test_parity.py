"""Grading as data gives the gradebook that stock execution gives, every field of every record.

Differences by design, and only these: curly quotes and hard spaces are forgiven where Python refuses
the cell; an answer computed by code earns 0 and is left to a person; an answer redefined in an extra
cell does not count; damaged hand-ins are read where stock stops; a mark given by hand asks for a second
look only if what was marked has changed; a text cell left alone, with words in an added cell below it,
waits for a person; +0100 in timestamp.txt is an hour, not 100 seconds; a new grading after an appeal was
upheld lowers nobody.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.course.courses import ASSIGNMENTS, cell_of, gradebook_records, hand_in, model, released, run, student_of

STUDENTS = 16
"""Hand-ins of each assignment; `benchmarks/parity.py` compares 200."""
NAMED = ("model", "odd", "untouched")


def prepare(course):
    """Write the hand-ins: a simulated class, a model, an untouched one, one with odd answers."""
    done = run(course, "whosaidso.cli", "demo-class", "--students", str(STUDENTS - len(NAMED)), "--seed", "7")
    assert done.returncode == 0, done.stderr
    for assignment in ASSIGNMENTS:
        hand_in(course, "model", assignment, model(course, assignment))
        hand_in(course, "untouched", assignment, released(course, assignment))
        odd = released(course, assignment)
        answers = [c for c in odd.cells if c.metadata.nbgrader.solution and c.cell_type == "code"][1:]
        for cell, value in zip(answers, ("None", "[1, 2.5, ('x',), {'y': None}]"), strict=False):
            name = cell.source.split("=")[-2].split()[-1] if "=" in cell.source else "x"
            cell.source = f"{name} = {value}"
        hand_in(course, "odd", assignment, odd)
        late = course / "submitted" / "model" / assignment / "timestamp.txt"
        late.write_text("2026-11-20 13:33:12 UTC")


def by_stock(course):
    """Grade a course by stock execution, in two processes, each with half of the students."""
    env = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    for assignment in ASSIGNMENTS:
        words = [sys.executable, "-m", "nbgrader", "autograde", assignment]
        halves = [
            subprocess.Popen(
                [*words, f"--student={half}"], cwd=course, env={**env, "WHOSAIDSO_EXECUTE": "1"}, stderr=subprocess.PIPE
            )
            for half in ("*[02468]", "*[!02468]")
        ]
        for process in halves:
            process.communicate(timeout=600)
        for process in halves:  # two at once may find the gradebook locked; what was left out then is graded now
            if process.returncode:
                done = subprocess.run(
                    process.args, cwd=course, env={**env, "WHOSAIDSO_EXECUTE": "1"}, capture_output=True, timeout=600
                )
                assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.slow
def test_data_and_execution_give_the_same_records(course, tmp_path):
    prepare(course)
    stock, familiar = (shutil.copytree(course, tmp_path / name) for name in ("stock", "familiar"))
    by_stock(stock)
    done = run(course, "whosaidso.cli", "grade")
    assert done.returncode == 0, done.stderr
    ours, theirs = gradebook_records(course), gradebook_records(stock)
    assert sum(key[0] == "submission" for key in theirs) == STUDENTS * len(ASSIGNMENTS)
    assert len(theirs) > 10 * STUDENTS * len(ASSIGNMENTS)
    assert [key for key in ours.keys() | theirs.keys() if ours.get(key, "none") != theirs.get(key, "none")] == []
    full = [row for key, row in ours.items() if key[1] == "model" and key[-1] == "grade" and key[3].endswith("-check")]
    assert len(full) == 6
    assert all(row[0] == row[4] for row in full)
    empty = {key[3]: row for key, row in ours.items() if key[1] == "untouched" and key[-1] == "grade"}
    criteria = {f"mosul-note-{name}" for name in ("evidence", "fairness", "writing")}
    assert {row[0] for name, row in empty.items() if name not in criteria} == {0.0}
    assert {row[0] for name, row in empty.items() if name in criteria} == {None}

    # nbgrader's own command with our preprocessors, for some of them
    for path in (familiar / "submitted").iterdir():
        if path.name not in NAMED and not path.name.endswith("3"):
            shutil.rmtree(path)
    left = {path.name for path in (familiar / "submitted").iterdir()}
    for assignment in ASSIGNMENTS:
        done = run(familiar, "nbgrader", "autograde", assignment)
        assert done.returncode == 0, done.stderr[-3000:]
    some = {key: row for key, row in gradebook_records(familiar).items() if key[0] not in ("assignment", "student")}
    assert {student_of(key) for key in some} == left
    assert some == {key: row for key, row in ours.items() if key in some}


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [("whosaidso.cli", "grade"), ("nbgrader", "autograde")], ids=["whosaidso", "nbgrader"]
)
def test_differences_by_design(course, words):
    forgiven = model(course, "mosul-claims")
    cell = cell_of(forgiven, "mosul-claims-1-answer")
    cell.source = cell.source.replace("'c01'", "“c01”").replace("'supported'", "“supported”")
    hand_in(course, "forgiven", "mosul-claims", forgiven)
    computed = model(course, "mosul-claims")
    cell_of(computed, "mosul-claims-1-answer").source += "\nclaims = dict(claims)"
    hand_in(course, "computed", "mosul-claims", computed)
    done = run(course, *words, "mosul-claims")
    assert done.returncode == 0, done.stderr[-3000:]
    records = gradebook_records(course)
    name = "mosul-claims-1-check"
    assert records["mosul-claims", "forgiven", "mosul-claims", name, "grade"][0] == 12
    row = records["mosul-claims", "computed", "mosul-claims", name, "grade"]
    assert row[0] == 0
    assert row[3], "a person is asked to look"
