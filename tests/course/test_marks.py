"""Model answers score full and untouched notebooks 0, as data."""

import pytest

from tests.course.courses import ASSIGNMENTS, case_of, gold_of, model, released
from whosaidso.check import mark
from whosaidso.grading.blind import BOUND, blind_shares
from whosaidso.grading.marking import fill_marks


def marks(course, assignment, notebook):
    gold = gold_of(course, assignment)
    return fill_marks(notebook, lambda task, value, points: mark(task, value, points=points, gold=gold))


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_model_answers_score_full(course_template, assignment):
    notebook = model(course_template, assignment)
    points = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader.get("points") for c in notebook.cells}
    found = marks(course_template, assignment, notebook)
    assert found
    assert {name: marked.points for name, marked in found.items()} == {name: points[name] for name in found}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_untouched_notebook_scores_nothing(course_template, assignment):
    found = marks(course_template, assignment, released(course_template, assignment))
    assert found
    assert {marked.points for marked in found.values()} == {0.0}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_blind_strategies_earn_next_to_nothing(course_template, assignment):
    case, gold = case_of(assignment), gold_of(course_template, assignment)
    for task in case.tasks.values():
        if task.assignment == assignment:
            shares = blind_shares(task, gold, case)
            assert len(shares) >= 5
            assert max(shares.values()) <= BOUND, shares
