"""Mark new_kind answers: 1 for each right choice."""

from __future__ import annotations

from collections.abc import Mapping

from whosaidso.records import Case, Claim, Gold, Task
from whosaidso.scores import Item, Score, clip
from whosaidso.vocabulary import CLAIM_TYPES

RULE = "Each claim earns 1 for the right kind."


def item(given: str, claim: Claim) -> Item:
    """Return one claim's outcome with its message; `given` is "" where nothing was chosen."""
    right = CLAIM_TYPES[claim.type]
    reason = f"{right.label}: {right.definition}"
    if not given:
        return Item(claim.id, 0.0, "blank", f"{claim.id}: {claim.text}", "No answer.", reason=reason)
    what = f"{claim.id}: {CLAIM_TYPES[given].label}"
    if given == claim.type:
        return Item(claim.id, 1.0, "right", what, "Right.", reason=reason)
    return Item(claim.id, 0.0, "wrong", what, "Ask what a record would have to show.", "D0", reason)


def score(*, answer: Mapping[str, str], gold: Gold, task: Task, case: Case) -> Score:
    """Return the share of right choices, in [0, 1]; an empty answer is 0.

    The kind of a claim is public, so `gold` is not looked at.
    """
    items = [item(answer.get(name, ""), case.claims[name]) for name in task.items]
    total = sum(entry.credit for entry in items)
    return Score(clip(total / len(items)) if items else 0.0, RULE, f"{total:g} of {len(items)}.", tuple(items))
