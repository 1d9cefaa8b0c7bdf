"""A student's own verdicts as a ledger."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

from whosaidso.figures import INK, LEFT, QUIET, SMALL, TEXT, sheet
from whosaidso.kinds.claim_check.answer import ClaimAnswer
from whosaidso.records import Case, Task
from whosaidso.vocabulary import GAPS, VERDICTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 6.4
LINE = 0.19
COLUMN = 0.62
"""Share of the width that the claim's own words take."""
SIGNS = {"supported": "✓", "contradicted": "✗", "missing_context": "◐", "not_shown": "?"}


def _entry(item: str, answer: Mapping[str, ClaimAnswer]) -> list[str]:
    given = answer.get(item)
    if given is None:
        return ["– not answered yet"]
    lines = [f"{SIGNS[given.verdict]} {VERDICTS[given.verdict].label}"]
    lines += textwrap.wrap(f"gap: {GAPS[given.gap].label}", 30) if given.gap else []
    lines.append(f"with {' and '.join(given.evidence)}" if given.evidence else "with no record")
    return [*lines, f"sure: {given.confidence:g}"] if given.confidence is not None else lines


def draw(answer: Mapping[str, ClaimAnswer], task: Task, case: Case) -> Figure:
    """Return a table: each claim beside its verdict, gap, records and how sure."""
    rows = [(textwrap.wrap(f"{item}. {case.claims[item].text}", 52), _entry(item, answer)) for item in task.items]
    height = 0.2 + sum(LINE * max(len(left), len(right)) + 0.16 for left, right in rows)
    figure, axes = sheet(WIDTH, height)
    y = 0.12
    for left, right in rows:
        for number, line in enumerate(left):
            axes.text(LEFT, y + LINE * number, line, fontsize=SMALL, color=INK, va="top")
        for number, line in enumerate(right):
            weight = "normal" if number else "bold"
            axes.text(
                WIDTH * COLUMN,
                y + LINE * number,
                line,
                fontsize=SMALL if number else TEXT,
                color=INK,
                va="top",
                weight=weight,
            )
        y += LINE * max(len(left), len(right)) + 0.16
        axes.plot([LEFT, WIDTH - LEFT], [y - 0.07, y - 0.07], color=QUIET, linewidth=0.7)
    return figure


def in_words(answer: Mapping[str, ClaimAnswer], task: Task, case: Case) -> list[str]:
    """Return one line for each claim."""
    return [f"{item}. {case.claims[item].text} You: {'; '.join(_entry(item, answer))[2:]}." for item in task.items]
