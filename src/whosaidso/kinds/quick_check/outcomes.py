"""Every outcome of an open question, worked out by the scoring, for pages that have no Python."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from whosaidso.kinds.quick_check.scoring import item
from whosaidso.records import Case, Gold, Task


def outcomes(task: Task, case: Case, gold: Gold) -> dict[str, Any]:
    """Return for each question the outcome of every answer, by its letters with commas between."""
    result = {}
    for name in task.items:
        question = case.questions[name]
        letters = [option.id for option in question.option]
        answers = permutations(letters) if question.type == "order" else ((letter,) for letter in letters)
        result[name] = {
            "answers": {",".join(given): _outcome(item(given, question)) for given in answers},
            "reason": question.reason,
        }
    return result


def _outcome(found: Any) -> dict[str, Any]:
    return {
        "outcome": found.outcome,
        "credit": found.credit,
        "misconception": found.misconception,
        "message": found.message,
    }
