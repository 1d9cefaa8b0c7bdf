"""Every outcome of an open claim, worked out by the scoring, for pages that have no Python."""

from __future__ import annotations

from itertools import product
from typing import Any

from whosaidso.kinds.claim_check.answer import ClaimAnswer
from whosaidso.kinds.claim_check.scoring import score
from whosaidso.records import Case, Gold, Task
from whosaidso.vocabulary import GAPS, VERDICTS

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def outcomes(task: Task, case: Case, gold: Gold) -> dict[str, Any]:
    """Return for each claim its distinct outcomes and a table of which answer has which.

    The table is one text of base-36 digits: a row for each verdict, then for each gap of "not
    shown"; in a row no record, each record, and each ordered pair of records.
    """
    hands = [(), *((name,) for name in task.options), *product(task.options, repeat=2)]
    rows = [*((verdict, "") for verdict in VERDICTS), *(("not_shown", gap) for gap in GAPS)]
    return {item: _item(item, rows, hands, task, case, gold) for item in task.items}


def _item(
    claim: str, rows: list[tuple[str, str]], hands: list[tuple[str, ...]], task: Task, case: Case, gold: Gold
) -> dict[str, Any]:
    known: list[dict[str, Any]] = []
    table = ""
    for (verdict, gap), hand in product(rows, hands):
        answer = ClaimAnswer(claim, verdict, tuple(dict.fromkeys(hand)), gap)
        marked = score(answer={claim: answer}, gold=gold, task=task, case=case)
        item = next(entry for entry in marked.items if entry.id == claim)
        outcome = {
            "outcome": item.outcome,
            "credit": item.credit,
            "misconception": item.misconception,
            "message": item.message,
        }
        if outcome not in known:
            known.append(outcome)
        table += _DIGITS[known.index(outcome)]
    return {"outcomes": known, "table": table, "reason": item.reason}
