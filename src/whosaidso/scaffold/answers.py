"""The two answers that stand in a notebook's answer cell: the empty pattern of a student, the model of the key."""

from __future__ import annotations

import pprint
from collections.abc import Callable

from whosaidso.kinds import part
from whosaidso.records import Case, Gold, Task

LINES = {"source_trace": 6, "span_label": 4}
"""So many empty lines are dealt out where students may add their own."""


def model(task: Task, gold: Gold) -> object:
    """Return an answer that earns every point by this key; {} for a kind that has no model here."""
    make = _MODELS.get(task.kind)
    return make(task, gold) if make else {}


def _claims(task: Task, gold: Gold) -> object:
    answers = {}
    for item in task.items:
        key = gold.claims.get(item)
        if key is None or not key.verdict:
            continue
        gap = (*key.gaps, "")[0] if key.verdict == "not_shown" else ""
        evidence = list((*key.usable, ())[0])
        answers[item] = {"verdict": key.verdict, "evidence": evidence, "gap": gap, "confidence": 0.95}
    return answers


def _spans(task: Task, gold: Gold) -> object:
    return [
        (span.article, span.paragraph, span.exact, span.occurrence, (*span.labels, "")[0])
        for span in gold.spans
        if span.passage in task.items and span.grade == "core" and span.exact
    ]


def _trace(task: Task, gold: Gold) -> object:
    if task.voices:
        known = {name: gold.voices[name] for name in task.voices if name in gold.voices}
        return {
            "voices": {name: list(key.voices) for name, key in known.items()},
            "independent": {name: (*key.independent, "")[0] for name, key in known.items()},
        }
    found = [edge for edge in gold.edges if edge.article in task.items and edge.teller]
    return {"edges": [(edge.teller, edge.told_by, edge.relation, edge.paragraph) for edge in found]}


_MODELS: dict[str, Callable[[Task, Gold], object]] = {
    "claim_check": _claims,
    "span_label": _spans,
    "source_trace": _trace,
}


def literal(task: Task, value: object) -> str:
    """Return the line of Python that gives an answer its name."""
    name = part(task.kind, "answer").NAME
    return f"{name} = {pprint.pformat(value, width=100, sort_dicts=False)}"


def pattern(task: Task, case: Case) -> str:
    """Return what a student's answer cell holds at first: how to type it, and empty lines."""
    head = f"# {task.id}: the form writes your answer here. You may also type it yourself:\n"
    return head + _PATTERNS.get(task.kind, _any)(task)


def _claim_pattern(task: Task) -> str:
    rows = "".join(
        f'    "{item}": {{"verdict": "", "evidence": ["", ""],\n            "gap": "", "confidence": ""}},\n'
        for item in task.items
    )
    return (
        "# type between the quote marks and keep every comma. The words you may use\n"
        "# stand in the form above; leave empty what you do not need. The pattern:\n"
        '#   "claim": {"verdict": "supported", "evidence": ["card", ""],\n'
        '#           "gap": "", "confidence": "0.75"},\n'
        f"claims = {{\n{rows}}}\n"
    )


def _span_pattern(task: Task) -> str:
    return (
        "# one line for each mark: text, paragraph, exact words, which time they occur\n"
        "# there (1 is the first), label. Copy a line for more; spare lines may stay\n"
        "# empty. The pattern:\n"
        '#   ("text", "p2", "exact words", 1, "vague_authority"),\n'
        "wording = [\n" + LINES["span_label"] * '    ("", "", "", 1, ""),\n' + "]\n"
    )


def _trace_pattern(task: Task) -> str:
    if task.voices:
        voices = ", ".join(f'"{name}": ["", "", ""]' for name in task.voices)
        counts = ", ".join(f'"{name}": ""' for name in task.voices)
        return (
            "# for each headline claim the voices at the end of the chain, and how many of\n"
            "# them are independent. You may add names or leave some empty. The short names\n"
            "# stand in the form above. The pattern:\n"
            '#   "voices": {"k1": ["name", "name"]}, "independent": {"k1": "2"}\n'
            f'sourcing = {{\n    "voices": {{{voices}}},\n    "independent": {{{counts}}},\n}}\n'
        )
    return (
        "# one line for each link: who tells it, who told them, how, where it says so.\n"
        "# Copy a line for more links; spare lines may stay empty. The short names stand\n"
        "# in the form above. The pattern:\n"
        '#   ("teller", "told-by", "cites", "p1"),\n'
        'sourcing = {"edges": [\n' + LINES["source_trace"] * '    ("", "", "", ""),\n' + "]}\n"
    )


def _any(task: Task) -> str:
    return f"{part(task.kind, 'answer').NAME} = {{}}\n"


_PATTERNS: dict[str, Callable[[Task], str]] = {
    "claim_check": _claim_pattern,
    "span_label": _span_pattern,
    "source_trace": _trace_pattern,
}
