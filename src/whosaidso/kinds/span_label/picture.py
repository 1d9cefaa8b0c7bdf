"""A student's own marks, in the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from whosaidso.figures import EDGE, INK, LEFT, QUIET, SMALL, TEXT, points, sheet
from whosaidso.kinds.span_label.answer import Mark
from whosaidso.records import Case, Part, Task
from whosaidso.vocabulary import TECHNIQUES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 6.4
LINE = 0.27
SPACE = 0.055
SHADE = "#dbe9f6"


def _parts(answer: Sequence[Mark], task: Task, case: Case) -> list[tuple[Part, list[tuple[int, Mark]]]]:
    """Return each part that has marks, with its marks and their numbers in reading order."""
    found = []
    number = 0
    for item in task.items:
        for part in case.passages[item].part:
            here = sorted(
                (m for m in answer if (m.article, m.paragraph) == (part.article, part.paragraph)), key=lambda m: m.start
            )
            if here:
                found.append((part, list(enumerate(here, number + 1))))
                number += len(here)
    return found


def _label(mark: Mark) -> str:
    return TECHNIQUES[mark.label].label if mark.label else "no label yet"


def draw(answer: Sequence[Mark], task: Task, case: Case) -> Figure:
    """Return the texts that have marks: marked words underlined and numbered, the labels below."""
    parts = _parts(answer, task, case)
    plan = [(part, marks, _lines(part.text)) for part, marks in parts]
    height = 0.15 + sum(0.3 + LINE * len(lines) + 0.21 * len(marks) + 0.2 for _, marks, lines in plan)
    figure, axes = sheet(WIDTH, height)
    y = 0.2
    for part, marks, lines in plan:
        axes.text(LEFT, y, f"{part.article} {part.paragraph}", fontsize=SMALL, color=QUIET, va="center", style="italic")
        y += 0.3
        for line in lines:
            _line(axes, line, y, marks)
            y += LINE
        for number, mark in marks:
            axes.text(LEFT, y, f"{number}  {_label(mark)}", fontsize=SMALL, color=EDGE, va="center")
            y += 0.21
        y += 0.2
    return figure


def _lines(text: str) -> list[list[tuple[str, int, float]]]:
    """Return the text in lines of (word, where it starts, inches from the left)."""
    lines: list[list[tuple[str, int, float]]] = [[]]
    x = LEFT
    for word in re.finditer(r"\S+", text):
        wide = points(word[0], TEXT, "normal") / 72
        if lines[-1] and x + wide > WIDTH - LEFT - 0.2:
            lines.append([])
            x = LEFT
        lines[-1].append((word[0], word.start(), x))
        x += wide + SPACE
    return lines


def _line(axes: Axes, line: list[tuple[str, int, float]], y: float, marks: list[tuple[int, Mark]]) -> None:
    for word, start, x in line:
        mark = next(((n, m) for n, m in marks if m.start < start + len(word) and start < m.end), None)
        axes.text(x, y, word, fontsize=TEXT, color=INK, va="center")
        if mark is None:
            continue
        wide = points(word, TEXT, "normal") / 72
        axes.fill_between([x, x + wide], y - 0.09, y + 0.09, color=SHADE, linewidth=0, zorder=0)
        axes.plot([x, x + wide], [y + 0.09, y + 0.09], color=EDGE, linewidth=1.6)
        if start <= mark[1].start < start + len(word):
            axes.text(x - 0.01, y - 0.1, str(mark[0]), fontsize=6.5, color=EDGE, va="center", ha="left", weight="bold")


def in_words(answer: Sequence[Mark], task: Task, case: Case) -> list[str]:
    """Return one line for each mark, in reading order."""
    return [
        f"{number}. “{mark.exact}” ({mark.article} {mark.paragraph}): {_label(mark)}."
        for _, marks in _parts(answer, task, case)
        for number, mark in marks
    ]
