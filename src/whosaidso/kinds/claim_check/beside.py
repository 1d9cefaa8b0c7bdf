"""A student's verdicts beside the key, as plain data, for where the key may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from whosaidso.forms.spec import Spec
from whosaidso.kinds.claim_check.answer import ClaimAnswer
from whosaidso.records import Case, ClaimGold, Gold, Task
from whosaidso.scores import Item
from whosaidso.vocabulary import GAPS, VERDICTS

ADDS = True
"""What the items earn adds up to the mark."""


def told(item: Item, case: Case) -> tuple[str, str]:
    """Return what an item asks, and what the student said to it."""
    if item.outcome == "blank":
        return item.what, ""
    asked, _, said = item.what.rpartition(" You said: ")
    return asked, said


def beside(answer: Mapping[str, ClaimAnswer], items: Iterable[Item], gold: Gold, task: Task, case: Case) -> Spec:
    """Return a row for each claim: what the student said, what the key says, and why."""
    marked = {item.id: item for item in items}
    rows = []
    for name in task.items:
        key = gold.claims[name]
        cells = [f"{name}: {case.claims[name].text}", _said(answer.get(name)), _keyed(key), key.reason]
        item = marked.get(name)
        credit, outcome = (item.credit, item.outcome) if item else (0.0, "blank")
        rows.append({"outcome": outcome, "credit": credit, "cells": cells})
    return {
        "title": "Your verdicts beside the key",
        "heads": ["Claim", "You said", "The key", "Why"],
        "rows": rows,
    }


def _said(given: ClaimAnswer | None) -> str:
    if given is None:
        return "No answer."
    return _judged(given.verdict, (given.gap,) if given.gap else (), (given.evidence,) if given.evidence else ())


def _judged(verdict: str, gaps: Sequence[str], ways: Sequence[Sequence[str]]) -> str:
    words = VERDICTS[verdict].label
    words += f" ({' or '.join(GAPS[gap].label for gap in gaps)})" if gaps else ""
    words += ", with " + "; or ".join(" and ".join(records) for records in ways) if ways else ", with no record"
    return f"{words}."


def _keyed(key: ClaimGold) -> str:
    said = [_judged(key.verdict, key.gaps, key.usable).capitalize()]
    for name, accepted in (("Also right", key.accept_full), ("Half the mark", key.accept_half)):
        said += [f"{name}: {_judged(way.verdict, way.gaps, way.usable or key.usable)}" for way in accepted]
    return " ".join(said)
