"""A claim_check exercise on paper: the claims with the cards to choose from, and the claim cards after them."""

from __future__ import annotations

from docutils import nodes

from whosaidso import cards
from whosaidso.records import Case, Task
from whosaidso.vocabulary import CLAIM_TYPES, GAPS, VERDICTS


def questions(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the claims with room for a verdict, a record and a gap, then the cards' names."""
    verdicts = ", ".join(term.label for term in VERDICTS.values())
    gaps = ", ".join(term.label for term in GAPS.values())
    found: list[nodes.Node] = [
        cards.para("For each claim: a verdict, one or two records, and for “not shown” a gap."),
        cards.para(nodes.strong("", "Verdicts: "), f"{verdicts}."),
        cards.para(nodes.strong("", "Gaps: "), f"{gaps}."),
        cards.para(
            nodes.strong("", "Records to choose from: "),
            *cards.joined([cards.record_link(case, name) for name in task.options], ", "),
        ),
    ]
    for item in task.items:
        claim = case.claims[item]
        kind = nodes.Text(CLAIM_TYPES[claim.type].label)
        places = cards.claim_places(case, claim)
        about = [nodes.Text(" ("), kind, *([nodes.Text(", "), *places] if places else []), nodes.Text(")")]
        found.append(cards.para(nodes.strong("", f"{item}. "), *cards.prose(case, claim.text), *about))
        found.append(cards.para(f"Verdict: {'_' * 20} Records: {'_' * 20} Gap: {'_' * 20}", cls="wss-blanks"))
    return found


def answers(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the claim cards with verdict, records and reason."""
    return [node for item in task.items for node in cards.claim_card(case, item, f"{anchor}-{item}")]


def beside(case: Case, task: Task, anchor: str) -> list[nodes.Node]:
    """Return the record cards in full: on paper a link opens nothing."""
    return [
        cards.para(nodes.strong("", "The records"), cls="wss-sheet-cards"),
        *(node for name in sorted(task.options) for node in cards.record_card(case, name, f"{anchor}-{name}")),
    ]
