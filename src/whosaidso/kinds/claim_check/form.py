"""What a student sees of a claim_check exercise."""

from __future__ import annotations

from whosaidso.forms.sheet import Block, Sheet, card, task_of, words
from whosaidso.vocabulary import CLAIM_TYPES, CONFIDENCE, GAPS, VERDICTS

_SURE = ("a guess", "half sure", "fairly sure", "nearly certain")


def claim_check(task_id: str) -> Sheet:
    """Return the sheet of a claim_check exercise: claims, record cards, and the words to choose from."""
    task, case = task_of(task_id, "claim_check")
    claims = []
    for item in task.items:
        claim = case.claims[item]
        where = f", {claim.article} {claim.paragraph}" if claim.article else ""
        claims.append((claim.id, f"{claim.text} ({CLAIM_TYPES[claim.type].label}{where})"))
    cards = tuple((name, card(case.records[name])) for name in task.options)
    sure = tuple(zip((f"{step:g}" for step in CONFIDENCE), _SURE, strict=True))
    return Sheet(
        task.title,
        task.ask,
        task.minutes,
        (
            Block("Claims", tuple(claims)),
            words("Kinds of claim, and what settles them", CLAIM_TYPES),
            Block("Record cards (the evidence: one or two for a claim)", cards, cards=True),
            words("Verdicts you may type", VERDICTS),
            words("Gaps you may type (only with not_shown)", GAPS),
            Block("Confidence, if you like: how sure you are (no part of the mark)", sure),
        ),
    )
