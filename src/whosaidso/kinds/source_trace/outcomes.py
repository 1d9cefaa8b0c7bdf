"""Every outcome of an open link, worked out by the scoring, for pages that have no Python."""

from __future__ import annotations

from typing import Any

from whosaidso.kinds.source_trace.answer import Link, TraceAnswer
from whosaidso.kinds.source_trace.scoring import in_place, score
from whosaidso.records import Case, Edge, Gold, Task


def outcomes(task: Task, case: Case, gold: Gold) -> dict[str, Any]:
    """Return the distinct outcomes of a single link, which ordered pair of names has which, and the links to find.

    The table has a row for each teller and in it a number for each name as the one who told it, both
    in the order of articles and then options. An exercise about voices has no open key.
    """
    if task.voices:
        return {}
    names = [*task.items, *task.options]
    known: list[dict[str, Any]] = []
    table = [[_number(Link(teller, by), task, case, gold, known) for by in names] for teller in names]
    edges = [_edge(edge, case) for edge in gold.edges if edge.article in task.items]
    return {"outcomes": known, "table": table, "edges": edges}


def _number(link: Link, task: Task, case: Case, gold: Gold, known: list[dict[str, Any]]) -> int:
    item = score(answer=TraceAnswer((link,)), gold=gold, task=task, case=case).items[0]
    outcome = {
        "outcome": item.outcome,
        "credit": item.credit,
        "misconception": item.misconception,
        "message": item.message,
        "reason": item.reason,
    }
    if outcome not in known:
        known.append(outcome)
    return known.index(outcome)


def _edge(edge: Edge, case: Case) -> dict[str, Any]:
    """Return a link to find with the relation and all the places that we would give."""
    first = edge.paragraph
    paragraphs = [paragraph.id for paragraph in case.articles[edge.article].paragraph]
    right = [place for place in paragraphs if in_place(Link(edge.teller, edge.told_by, where=place), edge)]
    return {
        "teller": edge.teller,
        "by": edge.told_by,
        "article": edge.article,
        "relation": edge.relation,
        "places": sorted(right, key=lambda place: place != first),
        "reason": edge.evidence,
    }
