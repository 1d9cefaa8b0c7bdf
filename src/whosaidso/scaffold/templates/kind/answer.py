"""Read a new_kind answer: `new_kind = {"c11": "event"}`, for each claim what kind of claim it is."""

from __future__ import annotations

from whosaidso.answers import Parsed, choose
from whosaidso.records import Case, Task
from whosaidso.vocabulary import CLAIM_TYPES

NAME = "new_kind"
ITEMS = "claims"
"""The table of a case that its items come from."""


def parse(raw: object, task: Task, case: Case) -> Parsed:
    """Return the choices that can be read, by claim, and a sentence for each thing that cannot."""
    problems: list[str] = []
    answers: dict[str, str] = {}
    if not isinstance(raw, dict):
        problems.append("Your answer should be one {…} with a line for each claim.")
        raw = {}
    for key, value in raw.items():
        item, problem = choose(key, task.items, "a claim of this exercise", "new_kind", problems=problems)
        if item is None:
            problems.append(problem)
            continue
        if value in ("", None):
            continue
        chosen, problem = choose(value, CLAIM_TYPES, "a kind of claim", item, problems=problems)
        if chosen is None:
            problems.append(problem)
        else:
            answers[item] = chosen
    missing = tuple(item for item in task.items if item not in answers)
    return Parsed(answers, tuple(problems), missing, done=len(answers), of=len(task.items))
