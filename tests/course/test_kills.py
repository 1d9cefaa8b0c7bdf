"""Killed at any moment and started again, grading ends as if nothing had happened; `benchmarks/kills.py` tries more."""

import pytest

from benchmarks.kills import Moment, kill_and_restart, mark_and_correct
from tests.course.courses import run

# Shares of what a run touches: while hand-ins are laid ready, around the gradebook, among the files, at the end.
MOMENTS = [Moment(share, "touch") for share in (0.3, 0.6, 0.75, 0.9, 0.99)]


@pytest.mark.slow
def test_a_grading_that_was_killed_and_started_again_ends_as_an_undisturbed_one(course):
    done = run(course, "whosaidso.cli", "demo-class", "--students", "6", "--seed", "2")
    assert done.returncode == 0, done.stderr
    mark_and_correct(course)  # so that marks given by hand, new hand-ins and a new key meet
    assert kill_and_restart(course, MOMENTS, kind="grading again") == []
