"""Every outcome of an open new_kind exercise, worked out by the scoring, for pages that have no Python."""

from __future__ import annotations

from typing import Any

from whosaidso.records import Case, Gold, Task
from whosaidso.scaffold.templates.kind.scoring import item
from whosaidso.vocabulary import CLAIM_TYPES


def outcomes(task: Task, case: Case, gold: Gold) -> dict[str, Any]:
    """Return for each claim the outcome of every answer."""
    result = {}
    for name in task.items:
        found = {given: item(given, case.claims[name]) for given in CLAIM_TYPES}
        result[name] = {
            "answers": {given: {"outcome": one.outcome, "message": one.message} for given, one in found.items()},
            "reason": next(iter(found.values())).reason,
        }
    return result
