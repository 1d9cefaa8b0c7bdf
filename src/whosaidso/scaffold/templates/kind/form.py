"""What a student sees of a new_kind exercise."""

from __future__ import annotations

from whosaidso.forms.sheet import Block, Sheet, words
from whosaidso.forms.spec import Spec, terms
from whosaidso.forms.widget import Form, form_of
from whosaidso.records import Case, Task
from whosaidso.vocabulary import CLAIM_TYPES

STRINGS: dict[str, object] = {"claim": "claim {number}"}


def new_kind(task_id: str) -> Form:
    """Return the form of a new_kind exercise."""
    return form_of(task_id, "new_kind")


def spec(task: Task, case: Case) -> Spec:
    """Return what the form shows."""
    return {
        "progress": "{done} of {of} claims answered.",
        "choices": terms(CLAIM_TYPES),
        "items": [{"id": name, "text": case.claims[name].text} for name in task.items],
    }


def sheet(task: Task, case: Case) -> Sheet:
    """Return the same in words, with what may be typed, for programs that show no form."""
    rows = tuple((name, case.claims[name].text) for name in task.items)
    return Sheet(task.title, task.ask, task.minutes, (Block("The claims", rows), words("Kinds of claims", CLAIM_TYPES)))
