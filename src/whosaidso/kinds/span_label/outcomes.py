"""What any stretch of words of an open passage does, worked out with the scoring, for pages that have no Python."""

from __future__ import annotations

from math import ceil
from typing import Any

from whosaidso.kinds.span_label.form import word_units
from whosaidso.kinds.span_label.scoring import (
    COVERED,
    FOUND,
    NEITHER,
    NO_LABEL,
    OTHER_LABEL,
    covers,
    gold_range,
    spans_swamped,
    tight,
)
from whosaidso.records import Case, Gold, Part, SpanGold, Task
from whosaidso.scores import Range, overlap
from whosaidso.vocabulary import MISCONCEPTIONS, TECHNIQUES

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def outcomes(task: Task, case: Case, gold: Gold) -> dict[str, Any]:
    """Return for each passage its spans, the distinct outcomes, and which stretch of words has which.

    A table has one text for each first word of a part. It is made of steps of four base-36 digits:
    two for a last word, two for the outcome that holds from there to the next step.
    """
    return {
        "messages": {
            "found": FOUND,
            "other_label": OTHER_LABEL,
            "no_label": NO_LABEL,
            "loose": MISCONCEPTIONS["B4"].definition,
            "neither": NEITHER,
        },
        "passages": {item: _passage(item, case, gold) for item in task.items},
    }


def _passage(item: str, case: Case, gold: Gold) -> dict[str, Any]:
    parts = case.passages[item].part
    spans = [span for span in gold.spans if span.passage == item]
    ranges = {span.id: gold_range(span, case) for span in spans}
    known: list[dict[str, list[int]]] = []
    tables = [_table(part, spans, ranges, known) for part in parts]
    return {"spans": [_span(span, ranges[span.id], parts) for span in spans], "outcomes": known, "tables": tables}


def _span(span: SpanGold, target: Range, parts: tuple[Part, ...]) -> dict[str, Any]:
    """Return what a reader is told about a span, and how much of a lure is in which of its words.

    A lure marked piece by piece is marked all the same. So it comes with its part, its first word,
    the letters from each of its words to each later one, and the `need`: half of all its letters.
    """
    told: dict[str, Any] = {"exact": span.exact, "grade": span.grade, "reason": span.reason}
    if span.grade != "lure":
        names = " or ".join(TECHNIQUES[label].label for label in span.labels)
        return {**told, "labels": list(span.labels), "names": names, "rewrite": span.rewrite}
    at = next(n for n, part in enumerate(parts) if (part.article, part.paragraph) == (span.article, span.paragraph))
    units = [(n, unit) for n, unit in enumerate(word_units(parts[at].text)) if overlap(unit, target)]
    letters = [[overlap((start, end), target) for _, (_, end) in units[n:]] for n, (_, (start, _)) in enumerate(units)]
    return {
        **told,
        "message": MISCONCEPTIONS[span.misconception].definition,
        "at": at,
        "first": units[0][0],
        "letters": letters,
        "need": ceil(COVERED * (target[1] - target[0])),
    }


def _table(part: Part, spans: list[SpanGold], ranges: dict[str, Range], known: list[dict[str, list[int]]]) -> list[str]:
    units = word_units(part.text)
    rows = []
    for first, (start, _) in enumerate(units):
        row, before = "", -1
        for last in range(first, len(units)):
            outcome = _outcome(part, (start, units[last][1]), spans, ranges)
            if outcome not in known:
                known.append(outcome)
            number = known.index(outcome)
            if number != before:
                row += _digits(last) + _digits(number)
                before = number
        rows.append(row)
    return rows


def _digits(number: int) -> str:
    return _DIGITS[number // 36] + _DIGITS[number % 36]


def _outcome(part: Part, target: Range, spans: list[SpanGold], ranges: dict[str, Range]) -> dict[str, list[int]]:
    """Return the numbers of the spans that a stretch finds, holds loosely, swamps or covers; empty keys left out."""
    place, run = (part.article, part.paragraph), (*target, "")
    here = [
        (number, span, ranges[span.id])
        for number, span in enumerate(spans)
        if span.grade != "lure" and (span.article, span.paragraph) == place and overlap(target, ranges[span.id])
    ]
    swamped = spans_swamped([(place, run)], [span for _, span, _ in here], ranges)
    held = [(number, span, at) for number, span, at in here if covers(run, at)]
    outcome = {
        "finds": [number for number, span, at in held if span.grade == "core" and tight(run, at)],
        "loose": [number for number, span, at in held if span.grade == "core" and not tight(run, at)],
        "arguable": [number for number, span, _ in held if span.grade == "arguable"],
        "swamps": [number for number, span, _ in here if span.grade == "core" and span in swamped],
    }
    return {key: value for key, value in outcome.items() if value}
