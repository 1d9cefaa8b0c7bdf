"""What a student sees of a claim_check exercise."""

from __future__ import annotations

from whosaidso.forms.sheet import Block, Sheet, card, task_of, words
from whosaidso.vocabulary import CLAIM_TYPES, CONFIDENCE, GAPS, VERDICTS


def claim_check(task_id: str) -> Sheet:
    """Return the sheet of a claim_check exercise: claims, record cards, and the words to choose from."""
    task, case = task_of(task_id, "claim_check")
    claims = []
    for item in task.items:
        claim = case.claims[item]
        where = f" ({claim.article} {claim.paragraph})" if claim.article else ""
        claims.append((claim.id, f"{claim.text}{where} [{CLAIM_TYPES[claim.type].label}]"))
    cards = tuple((name, card(case.records[name])) for name in task.options)
    steps = ", ".join(f"{step:g}" for step in CONFIDENCE)
    return Sheet(
        task.title,
        task.ask,
        task.minutes,
        (
            Block("Claims", tuple(claims)),
            Block("Record cards (give at most two for a claim)", cards),
            words("Verdicts", VERDICTS),
            words("Gaps (only with not_shown)", GAPS),
            Block(
                "Confidence", ((steps, "How sure you are, from a guess to nearly certain. It is no part of the mark."),)
            ),
        ),
    )
