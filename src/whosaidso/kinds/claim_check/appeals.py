"""What must change in the gold for a student's judgement of a claim to be right."""

from __future__ import annotations

from collections.abc import Mapping

from whosaidso.kinds.claim_check.answer import ClaimAnswer
from whosaidso.kinds.claim_check.scoring import credit
from whosaidso.records import Case, Change, Gold, Task


def changes(item: str, answer: Mapping[str, ClaimAnswer], gold: Gold, task: Task, case: Case) -> list[Change]:
    """Return the changes under which the answer to `item` earns 1; none if it does already.

    Raises
    ------
    ValueError
        With a sentence, if there is no answer, or it gives nothing that could carry its verdict.
    """
    given = answer.get(item)
    if given is None:
        raise ValueError(f"there is no answer to {item} that could be right")
    key = gold.claims[item]
    if credit(given, key) == 1:
        return []
    if not given.evidence and key.usable:
        raise ValueError(f"the answer to {item} gives no record; name what carries it in gold.toml by hand")
    if given.verdict == "not_shown" and not given.gap:
        raise ValueError(f"the answer to {item} gives no gap; name one in gold.toml by hand")
    way = {"verdict": given.verdict, "usable": [list(given.evidence)] if given.evidence else []}
    if given.gap:
        way["gaps"] = [given.gap]
    return [Change.of("claim", item, "accept_full", way, how="append")]
