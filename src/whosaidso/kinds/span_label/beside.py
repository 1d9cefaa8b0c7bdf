"""A student's marks beside the key, in the texts and as a list, for where the key may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from whosaidso.forms.spec import Spec
from whosaidso.kinds.span_label.answer import Mark
from whosaidso.kinds.span_label.scoring import gold_range
from whosaidso.records import Case, Gold, Part, SpanGold, Task
from whosaidso.scores import Item, Range, overlap
from whosaidso.vocabulary import TECHNIQUES

ADDS = False
"""What the items earn does not add up to the mark: shares are taken."""

KEYED = {"core": "Pushes", "arguable": "Arguable", "lure": "Fair: leave it"}


def told(item: Item, case: Case) -> tuple[str, str]:
    """Return what an item asks, which is nothing, and the words the student marked."""
    return "", item.what.replace("““", "“").replace("””", "”")  # a mark that has its own quotation marks


def beside(answer: Sequence[Mark], items: Iterable[Item], gold: Gold, task: Task, case: Case) -> Spec:
    """Return the texts cut into runs with both markings, and a row for each span of the key and each other mark."""
    outcome = {item.id: item.outcome for item in items}
    spans = [span for span in gold.spans if span.passage in task.items]
    ranges = {span.id: gold_range(span, case) for span in spans}
    rows, texts = [], []
    for name in task.items:
        passage = case.passages[name]
        parts = []
        for part in passage.part:
            marks = [mark for mark in answer if (mark.article, mark.paragraph) == (part.article, part.paragraph)]
            here = [span for span in spans if (span.article, span.paragraph) == (part.article, part.paragraph)]
            rows += _rows(part, marks, here, ranges, outcome)
            article = case.articles.get(part.article)
            parts.append({
                "where": f"{part.article} {part.paragraph}",
                "lang": article.language if article else "en",
                "runs": _runs(part, marks, [(span.grade, ranges[span.id]) for span in here]),
            })  # fmt: skip
        texts.append({"title": passage.title, "note": passage.note, "parts": parts})
    return {
        "title": "Your marks beside the key",
        "heads": ["Words", "You", "The key", "Why"],
        "rows": rows,
        "passages": texts,
    }


def _runs(part: Part, marks: Sequence[Mark], graded: Sequence[tuple[str, Range]]) -> list[Spec]:
    """Return the text in pieces, each with whether the student marked it and what the key says of it."""
    own = [(mark.start, mark.end) for mark in marks]
    edges = {0, len(part.text), *(edge for pair in own for edge in pair), *(e for _, at in graded for e in at)}
    return [
        {
            "text": part.text[start:end],
            "own": any(overlap((start, end), at) for at in own),
            "core": any(grade == "core" and overlap((start, end), at) for grade, at in graded),
            "arguable": any(grade == "arguable" and overlap((start, end), at) for grade, at in graded),
            "lure": any(grade == "lure" and overlap((start, end), at) for grade, at in graded),
        }
        for start, end in pairwise(sorted(edges))
    ]


def _rows(
    part: Part, marks: Sequence[Mark], spans: Sequence[SpanGold], ranges: dict[str, Range], outcome: dict[str, str]
) -> list[Spec]:
    place = f"({part.article} {part.paragraph})"
    found: list[tuple[int, Spec]] = []
    for span in spans:
        at = ranges[span.id]
        yours = [mark for mark in marks if overlap((mark.start, mark.end), at)]
        cells = [f"{_quoted(span.exact)} {place}", _said(span, yours), _keyed(span), span.reason]
        found.append((at[0], {"outcome": outcome.get(span.id, "neither"), "cells": cells}))
    for mark in marks:
        if not any(overlap((mark.start, mark.end), ranges[span.id]) for span in spans):
            cells = [f"{_quoted(mark.exact)} {place}", f"Marked: {_label(mark)}.", "Plain: counts neither way.", ""]
            found.append((mark.start, {"outcome": "neither", "cells": cells}))
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def _said(span: SpanGold, marks: Sequence[Mark]) -> str:
    """Say how the student marked a span; the words too, where they are others."""
    said = [f"{_quoted(mark.exact)}, {_label(mark)}" if mark.exact != span.exact else _label(mark) for mark in marks]
    return f"Marked: {'; '.join(said)}." if said else "Not marked."


def _keyed(span: SpanGold) -> str:
    labels = f": {' or '.join(TECHNIQUES[label].label for label in span.labels)}" if span.labels else ""
    fairer = f" Fairer: {span.rewrite}" if span.rewrite else ""
    return f"{KEYED[span.grade]}{labels}.{fairer}"


def _label(mark: Mark) -> str:
    return TECHNIQUES[mark.label].label if mark.label else "no label"


def _quoted(words: str) -> str:
    """Return words in quotation marks, of which those that bring their own need no more."""
    return f"{'' if words.startswith('“') else '“'}{words}{'' if words.endswith('”') else '”'}"
