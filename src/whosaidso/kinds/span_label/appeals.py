"""What must change in the gold for a student's marks in a passage to cost nothing."""

from __future__ import annotations

from collections.abc import Sequence

from whosaidso.kinds.span_label.answer import Mark
from whosaidso.kinds.span_label.scoring import gold_range, score
from whosaidso.records import Case, Change, Gold, SpanGold, Task
from whosaidso.scores import overlap
from whosaidso.vocabulary import TECHNIQUES


def changes(item: str, answer: Sequence[Mark], gold: Gold, task: Task, case: Case) -> list[Change]:
    """Return the changes that make arguable what was missed or wrongly marked in passage `item`.

    `item` may also be one span's id; then only that span changes.
    """
    items = score(answer=answer, gold=gold, task=task, case=case).items
    outcome = {entry.id: entry.outcome for entry in items}
    found: list[Change] = []
    for span in gold.spans:
        if item in (span.passage, span.id) and outcome.get(span.id) in ("missed", "wrong"):
            found.append(Change.of("span", span.id, "grade", "arguable"))
            if not span.labels:
                found.append(Change.of("span", span.id, "labels", [_label(span, answer, case)]))
    return found


def _label(span: SpanGold, answer: Sequence[Mark], case: Case) -> str:
    """Return the label under which a student marked a lure, which has none of its own."""
    place = gold_range(span, case)
    here = [mark for mark in answer if (mark.article, mark.paragraph) == (span.article, span.paragraph)]
    labels = [mark.label for mark in here if mark.label and overlap((mark.start, mark.end), place)]
    return labels[0] if labels else next(iter(TECHNIQUES))
