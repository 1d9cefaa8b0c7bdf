"""The kind new_kind loads, and its exercise can be shown, answered, marked and printed."""

import whosaidso
from whosaidso.cases import open_gold, task_case
from whosaidso.check import mark
from whosaidso.forms.modules import classic, esm
from whosaidso.forms.spec import spec_of
from whosaidso.kinds import kind_names, part

TASK = "practice-new-kind"


def test_new_kind_loads_and_marks_an_answer() -> None:
    """Change this with the kind."""
    assert "new_kind" in kind_names()
    assert callable(whosaidso.new_kind)
    task, case = task_case(TASK)
    spec = spec_of(task, case)
    assert set(spec["outcomes"]) == set(task.items)
    assert 'exercise({ name: "new_kind"' in esm("new_kind")
    assert "forms.new_kind = " in classic(["new_kind"], "chapter.js")
    assert part("new_kind", "paper").questions(case, task, "here")
    assert repr(part("new_kind", "form").sheet(task, case))
    right = {name: case.claims[name].type for name in task.items}
    assert mark(TASK, right, points=3, gold=open_gold(case)).points == 3
    assert mark(TASK, {}, points=3, gold=open_gold(case)).points == 0
