"""A student's links or voices beside the key, as plain data, for where the key may be shown."""

from __future__ import annotations

from collections.abc import Iterable

from whosaidso.forms.spec import Spec
from whosaidso.kinds.source_trace.answer import Link, TraceAnswer
from whosaidso.records import Case, Edge, Gold, Task
from whosaidso.scores import Item
from whosaidso.vocabulary import INDEPENDENCE, RELATIONS

ADDS = True
"""What the items earn adds up to the mark."""

SPOKEN = {
    "vague": "points vaguely at",
    "quotes_named": "quotes a named speaker,",
    "quotes_anonymous": "quotes an unnamed speaker,",
}
"""Relations that need another word where their object stands behind them."""

NOT_COUNTED = "It is there, and counts neither way."


def told(item: Item, case: Case) -> tuple[str, str]:
    """Return what an item asks, and what the student said to it."""
    what, claim = item.id.split(" ", 1) if " " in item.id else ("", "")
    if claim not in case.headline_claims:
        return "", _spoken(item.what)
    said = "" if item.outcome == "blank" else item.what.partition(": ")[2]
    if what == "voices":
        return f"{claim}: {case.headline_claims[claim].text} Whose voices?", said
    return f"{claim}: how many of the voices are independent?", said


def _spoken(link: str) -> str:
    for relation, words in SPOKEN.items():
        teller, label, rest = link.partition(f" {RELATIONS[relation].label} ")
        if label:
            return f"{teller} {words} {rest}"
    return link


def beside(answer: TraceAnswer, items: Iterable[Item], gold: Gold, task: Task, case: Case) -> Spec:
    """Return a row for each link, or for each question about a headline claim: the student's, the key's, and why."""
    entries = list(items)
    rows = _voices(answer, entries, gold, task, case) if task.voices else _links(answer, entries, gold, task, case)
    return {
        "title": f"Your {'voices' if task.voices else 'links'} beside the key",
        "heads": ["Headline claim" if task.voices else "Link", "You said", "The key", "Why"],
        "rows": rows,
    }


def _links(answer: TraceAnswer, entries: list[Item], gold: Gold, task: Task, case: Case) -> list[Spec]:
    wanted = {(edge.teller, edge.told_by): edge for edge in gold.edges if edge.article in task.items}
    given = {(link.teller, link.told_by): link for link in answer.links}
    rows = []
    for link, entry in zip(answer.links, entries, strict=False):  # the student's links come first
        pair = (link.teller, link.told_by)
        keyed, why = _keyed(link, entry, wanted, gold)
        rows.append(_row(entry.outcome, f"{_name(case, pair[0])} → {_name(case, pair[1])}", _how(link), keyed, why))
    for pair, edge in wanted.items():
        if pair not in given:
            names = f"{_name(case, pair[0])} → {_name(case, pair[1])}"
            rows.append(_row("missed", names, "Not among your links.", _edge(edge), edge.evidence))
    return rows


def _row(outcome: str, *cells: str) -> Spec:
    return {"outcome": outcome, "cells": list(cells)}


def _keyed(link: Link, entry: Item, wanted: dict[tuple[str, str], Edge], gold: Gold) -> tuple[str, str]:
    """Return what the key says of a student's link, and why."""
    edge = wanted.get((link.teller, link.told_by))
    if edge is not None:
        return _edge(edge), edge.evidence
    back = wanted.get((link.told_by, link.teller))
    if entry.outcome == "reversed":
        return "The other way round.", back.evidence if back else ""
    if entry.outcome == "neither":
        fits = (a for a in gold.accepted if a.told_by == link.told_by and a.teller in ("", link.teller))
        return NOT_COUNTED, next((a.reason for a in fits), entry.message)
    return "The text does not say so.", entry.reason or entry.message


def _how(link: Link) -> str:
    relation = RELATIONS[link.relation].label if link.relation else "got it from"
    return relation + (f", {link.where}" if link.where else "")


def _edge(edge: Edge) -> str:
    places = [edge.paragraph, *(place.removeprefix(f"{edge.article}:") for place in edge.also)]
    return f"{RELATIONS[edge.relation].label}, {' or '.join(places)}"


def _name(case: Case, who: str) -> str:
    return case.sources[who].name if who in case.sources else who


def _voices(answer: TraceAnswer, entries: list[Item], gold: Gold, task: Task, case: Case) -> list[Spec]:
    outcome = {entry.id: entry.outcome for entry in entries}
    rows = []
    for claim in task.voices:
        key = gold.voices[claim]
        text = f"{claim}: {case.headline_claims[claim].text}"
        said = _all(case, sorted(answer.voices.get(claim, ())))
        keyed = "; or ".join(_all(case, voices) for voices in (key.voices, *key.also_voices))
        rows.append(_row(outcome[f"voices {claim}"], f"{text} Whose voices?", said, keyed, key.reason))
        count = answer.independent.get(claim, "")
        said = INDEPENDENCE[count].label if count else "No answer."
        keyed = " or ".join(INDEPENDENCE[number].label for number in key.independent)
        rows.append(_row(outcome[f"independent {claim}"], f"{claim}: how many are independent?", said, keyed, ""))
    return rows


def _all(case: Case, voices: Iterable[str]) -> str:
    return ", ".join(_name(case, voice) for voice in voices) or "No answer."
