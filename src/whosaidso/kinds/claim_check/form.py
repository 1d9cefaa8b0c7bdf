"""What a student sees of a claim_check exercise."""

from __future__ import annotations

from whosaidso.forms.sheet import Block, Sheet, card, words
from whosaidso.forms.spec import Spec, in_context, record_card, terms
from whosaidso.forms.widget import Form, form_of
from whosaidso.records import Case, Claim, Task
from whosaidso.vocabulary import CLAIM_TYPES, CONFIDENCE, GAPS, VERDICTS

_SURE = ("a guess", "half sure", "fairly sure", "nearly certain")

STRINGS = {
    "cards": "Record cards ({count})",
    "cards_help": "Open as many as you like. The ones you choose for a claim are shown there again, side by side where there is room.",
    "open_all": "Open all cards",
    "close_all": "Close all cards",
    "speaks": "Speaks",
    "shows": "Shows",
    "cannot": "Cannot show",
    "words": "In its words",
    "caution": "Caution",
    "context": "Where it stands: {where}",
    "verdict": "Your verdict",
    "evidence": "One or two records that could know",
    "record": ["First record", "Second record"],
    "none": "no record",
    "to_cards": "To the record cards",
    "back": "Back to claim {number}",
    "gap": "What is missing?",
    "gap_help": "Only for “not shown”.",
    "sure": "How sure are you?",
    "sure_help": "If you like. It is no part of the mark.",
}


def claim_check(task_id: str) -> Form:
    """Return the form of a claim_check exercise: claims, record cards, and what to choose from."""
    return form_of(task_id, "claim_check")


def spec(task: Task, case: Case) -> Spec:
    """Return what the form shows."""
    claims = [case.claims[item] for item in task.items]
    return {
        "progress": "{done} of {of} claims have a verdict.",
        "items": [
            {
                "id": claim.id,
                "text": claim.text,
                "type": CLAIM_TYPES[claim.type].label.capitalize(),
                "settles": CLAIM_TYPES[claim.type].definition,
                "where": _where(claim, case),
                "note": _note(claim, case),
                "context": in_context(case, claim.article, claim.paragraph) if claim.article else None,
            }
            for claim in claims
        ],
        "records": [record_card(case.records[name], case) for name in task.options],
        "verdicts": terms(VERDICTS),
        "gaps": terms(GAPS),
        "confidence": [
            {"id": step, "label": label, "definition": ""} for step, label in zip(CONFIDENCE, _SURE, strict=True)
        ],
    }


def _where(claim: Claim, case: Case) -> str:
    if claim.article:
        return f"{case.articles[claim.article].outlet}, {claim.article} {claim.paragraph}"
    return case.texts[claim.text_id].title if claim.text_id else "Not from the articles"


def _note(claim: Claim, case: Case) -> str:
    """Return the content note of the paragraph that a claim stands in."""
    paragraphs = case.articles[claim.article].paragraph if claim.article else ()
    return next((paragraph.note for paragraph in paragraphs if paragraph.id == claim.paragraph), "")


def sheet(task: Task, case: Case) -> Sheet:
    """Return the same in words, with what may be typed, for programs that show no form."""
    claims = []
    for item in task.items:
        claim = case.claims[item]
        where = f", {claim.article} {claim.paragraph}" if claim.article else ""
        claims.append((claim.id, f"{claim.text} ({CLAIM_TYPES[claim.type].label}{where})"))
    cards = tuple((name, card(case.records[name], case)) for name in task.options)
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
