"""Two assignments between which students choose: compared for the teacher, one in all that may be shown."""

from __future__ import annotations

import re

import pytest
from attrs import evolve

from tests.report.test_page import a_class, sound
from whosaidso.grading.export import Known, Mark, Marks, Task
from whosaidso.grading.export.marks import joined
from whosaidso.report.analysis import analyse
from whosaidso.report.data import ClassData, together
from whosaidso.report.page import html_of
from whosaidso.report.sections import sections

CHOICE = {"mosul-wording": "mosul-claims"}  # for this test only
NAMES = r"mosul-(wording|claims)(?!-or)"


def chosen(students: int, of_note: int) -> ClassData:
    """Return a class in which some did the one, the others the other assignment."""
    data = a_class(students, seed=4)
    order = sorted(data.shown)
    note, claims = set(order[:of_note]), set(order[of_note:])
    parts = []
    for one in data.assignments:
        who = {"mosul-wording": note, "mosul-claims": claims}.get(one.name)
        if who is not None:
            tasks = tuple(
                evolve(task, lines={key: line for key, line in task.lines.items() if key in who}) for task in one.tasks
            )
            machine = {key: points for key, points in one.by_machine.items() if key in who}
            one = evolve(one, tasks=tasks, handed=one.handed & who, by_machine=machine, missing=())
        parts.append(one)
    return evolve(data, assignments=tuple(parts), choices=CHOICE)


def page(data: ClassData) -> str:
    return html_of("test", sections(analyse(data)), students=data.students, named=False, when="today").decode()


def test_what_may_be_shown_does_not_tell_who_chose_which() -> None:
    text = page(chosen(60, 22))
    shown = text[text.index('id="share"') : text.index('id="method"')]
    assert "mosul-claims-or-mosul-wording" in shown
    assert not re.search(NAMES, shown.replace("mosul-claims-or-mosul-wording", ""))
    said = sound(text)
    assert "Two stories to choose from, compared" in said
    assert "mosul-wording beside mosul-claims:" in said


def test_two_groups_too_small_are_not_compared() -> None:
    said = sound(page(chosen(60, 6)))
    assert "too few to compare" in said
    assert "t-choice-" not in page(chosen(60, 6))


def test_without_a_choice_nothing_is_put_together() -> None:
    data = a_class(20)
    assert together(data.assignments, {}) == list(data.assignments)
    assert "Two stories" not in page(data)


@pytest.mark.parametrize("turned", [False, True])
def test_export_has_one_column_and_the_better_of_two_hand_ins(turned: bool) -> None:
    tasks = (Task("mosul-claims", "Claims", None, 30.0), Task("mosul-wording", "Note", None, 30.0))
    people = tuple(Known(ident) for ident in ("a", "b", "c", "d"))
    marks = {
        ("mosul-claims", "a"): Mark(None, 12.0, 0.0, 0, 3),
        ("mosul-wording", "b"): Mark(None, 20.0, 0.0, 0, 3),
        ("mosul-claims", "c"): Mark(None, 5.0 if turned else 9.0, 0.0, 0, 3),
        ("mosul-wording", "c"): Mark(None, 9.0 if turned else 5.0, 0.0, 1, 3),
    }
    submitted = frozenset({*marks, ("mosul-wording", "d"), ("mosul-claims", "d")})
    found, notes = joined(Marks(tasks, people, marks, submitted, frozenset({("mosul-wording", "d")})), CHOICE)
    assert [task.name for task in found.tasks] == ["mosul-claims"]
    assert {key: mark.score for key, mark in found.marks.items()} == {
        ("mosul-claims", "a"): 12.0, ("mosul-claims", "b"): 20.0, ("mosul-claims", "c"): 9.0,
    }  # fmt: skip
    assert found.submitted == {("mosul-claims", who) for who in "abcd"}
    assert len(notes) == 1
    assert "c, d handed in both" in notes[0]
    assert joined(found, CHOICE) == (found, [])  # of one alone there is nothing to join
