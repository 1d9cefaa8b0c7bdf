"""Grading as data gives the gradebook that stock execution gives, record by record.

Differences by design, and only these: curly quotes and hard spaces are forgiven where Python refuses
the cell; an answer computed by code earns 0 and is left to a person; an answer redefined in an extra
cell does not count; damaged hand-ins are read where stock stops.
"""

import shutil

import pytest

from tests.course.courses import ASSIGNMENTS, cell_of, gradebook_records, hand_in, model, released, run


def prepare(course):
    done = run(course, "whosaidso.cli", "demo-class", "--students", "5", "--seed", "7")
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


@pytest.mark.slow
def test_data_and_execution_give_the_same_records(course, tmp_path):
    prepare(course)
    stock = tmp_path / "stock"
    shutil.copytree(course, stock)
    for folder, env in ((course, {}), (stock, {"WHOSAIDSO_EXECUTE": "1"})):
        for assignment in ASSIGNMENTS:
            done = run(folder, "nbgrader", "autograde", assignment, **env)
            assert done.returncode == 0, done.stderr[-3000:]
    ours, theirs = gradebook_records(course), gradebook_records(stock)
    assert len(ours) > 100
    assert ours == theirs
    full = [row for key, row in ours.items() if key[1] == "model" and key[3].endswith("-check")]
    assert len(full) == 5
    assert all(row[0] == row[4] for row in full)
    empty = [row for key, row in ours.items() if key[1] == "untouched" and key[4] == "grade"]
    assert {row[0] for row in empty} == {0.0}


@pytest.mark.slow
def test_differences_by_design(course):
    forgiven = model(course, "mosul-claims")
    cell = cell_of(forgiven, "mosul-claims-1-answer")
    cell.source = cell.source.replace("'c01'", "“c01”").replace("'supported'", "“supported”")
    hand_in(course, "forgiven", "mosul-claims", forgiven)
    computed = model(course, "mosul-claims")
    cell_of(computed, "mosul-claims-1-answer").source += "\nclaims = dict(claims)"
    hand_in(course, "computed", "mosul-claims", computed)
    done = run(course, "nbgrader", "autograde", "mosul-claims")
    assert done.returncode == 0, done.stderr[-3000:]
    records = gradebook_records(course)
    name = "mosul-claims-1-check"
    assert records["mosul-claims", "forgiven", "mosul-claims", name, "grade"][0] == 12
    row = records["mosul-claims", "computed", "mosul-claims", name, "grade"]
    assert row[0] == 0
    assert row[3], "a person is asked to look"
