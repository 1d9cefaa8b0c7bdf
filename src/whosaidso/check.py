"""The check cell: what is missing on a student's machine, the mark and its reasons when grading.

Gold is imported only while grading. Never imports nbgrader: the same functions mark in a notebook's
kernel and as data.
"""

from __future__ import annotations

import html
import os
import re
import warnings
from collections.abc import Iterator

from attrs import evolve, frozen

from whosaidso.answers import Parsed
from whosaidso.cases import task_case
from whosaidso.forms.live import current_text
from whosaidso.grading.literals import Reading, read_literal
from whosaidso.kinds import part
from whosaidso.records import Case, Gold, Task
from whosaidso.scores import Item, Score, clip

SHOW_GOLD = "WHOSAIDSO_SHOW_GOLD"
MOST_PROBLEMS = 30
_PLAIN = (str, int, float, bool, type(None))
_SIGNS = {
    "right": "✓", "half": "½", "wrong": "✗", "blank": "–", "reversed": "⇄", "invented": "✗", "neither": "○", "missed": "–",
}  # fmt: skip


@frozen
class Marked:
    """A mark with its explanation."""

    points: float
    """Finite, in [0, points of the cell], at most two decimals."""
    text: str
    html: str
    items: tuple[Item, ...] = ()
    for_a_person: bool = False
    """The answer could not be marked as data, and a person should look at it."""
    score: Score | None = None
    """The score behind the points; None where no answer could be read."""
    parsed: Parsed | None = None
    """The answer as read, in the same case."""


def grading() -> bool:
    """Is this an autograding run?"""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


def show_gold() -> bool:
    """May feedback show the right answers? Off unless the course says so."""
    return os.environ.get(SHOW_GOLD) == "1"


def check(task_id: str, answer: object, *, points: float) -> float | None:
    """Say what is unanswered or malformed; when grading, show reasons and return the points.

    On a student's machine it prints and returns None, because a check without gold has no score to
    give. While autograding it ends in one finite Python float in [0, points].

    Raises
    ------
    whosaidso.faults.DataError
        While grading, if gold is missing or faulty. Silence would be full marks.
    """
    if not grading():
        typed = answer_now(task_id)
        if typed is None and answer is None:
            print("Nothing to check yet: fill in the form above, or run the grey cell with your answer, then this one.")
        elif typed is not None and not typed.found:
            print(
                f"Your answer cannot be read yet. {typed.problem}\nMend it in its grey cell, run that cell, then run this one again."
            )
        else:
            print(advice(task_id, answer if typed is None else typed.value))
        return None
    with warnings.catch_warnings():  # a warning on stderr would cost all the cell's points
        warnings.simplefilter("ignore")
        marked = mark(task_id, answer, points=points)
        from IPython.display import display

        display({"text/plain": marked.text, "text/html": marked.html}, raw=True)
    return marked.points


def answer_now(task_id: str) -> Reading | None:
    """Return the answer as it stands, read as grading reads it; None where nobody has answered.

    That is what the form on screen holds, or else the answer cell that was run last: after a slip of
    the pen Python keeps the answer before it, and would check that one. A cell that names another
    exercise in its first line is none of this one's, though both may call their answer `claims`.
    """
    from IPython import get_ipython

    task, case = task_case(task_id)
    name = part(task.kind, "answer").NAME
    others = case.tasks.keys() - {task_id}
    held = current_text(task_id)
    if held is not None:
        return read_literal(held, name)
    history = getattr(getattr(get_ipython(), "history_manager", None), "input_hist_raw", ())
    sets_it = re.compile(rf"^{name}\s*=", re.MULTILINE)
    cells = (cell for cell in reversed(history) if sets_it.search(cell))
    source = next((cell for cell in cells if cell.partition(":")[0].strip("# \n") not in others), None)
    return None if source is None else read_literal(source, name)


def parse_answer(task: Task, case: Case, raw: object) -> Parsed:
    """Return what can be read of an answer; anything that is not plain data counts as no answer."""
    if not _is_data(raw):
        raw = None
    return part(task.kind, "answer").parse(raw, task, case)


def _is_data(value: object, depth: int = 0) -> bool:
    """Is the value plain data, with no object of the student's own in it?"""
    if type(value) in _PLAIN:
        return type(value) is not int or value.bit_length() < 64  # Python refuses to write a huge number
    if depth > 20:
        return False
    if type(value) is dict:
        return all(_is_data(key, depth + 1) and _is_data(item, depth + 1) for key, item in value.items())
    return type(value) in (list, tuple, set) and all(_is_data(item, depth + 1) for item in value)  # type: ignore[attr-defined]


def advice(task_id: str, raw: object) -> str:
    """Return, in a student's words, what is missing or cannot be read. Says nothing of right or wrong."""
    task, case = task_case(task_id)
    parsed = parse_answer(task, case, raw)
    lines = [f"{parsed.done} of {parsed.of} {parsed.unit}."]
    if parsed.unanswered:
        lines.append(f"Still open: {', '.join(parsed.unanswered)}.")
    if parsed.problems:
        lines.append("Please look at:")
        lines += [f"  - {problem}" for problem in _first(parsed.problems)]
    if not parsed.done:
        lines.append("Already typed something? Run the grey cell with your answer first (Shift+Enter), then this one.")
    if not parsed.problems and not parsed.unanswered:
        lines.append("Everything can be read. Whether it is right you learn after hand-in.")
    return "\n".join(lines)


def _first(problems: tuple[str, ...]) -> tuple[str, ...]:
    more = len(problems) - MOST_PROBLEMS
    return problems if more <= 0 else (*problems[:MOST_PROBLEMS], f"and {more:,} more like these.")


def mark(task_id: str, raw: object, *, points: float, gold: Gold | None = None) -> Marked:
    """Return the mark of one answer with its reasons.

    Raises
    ------
    whosaidso.faults.DataError
        If gold is missing or faulty.
    """
    task, case = task_case(task_id)
    if gold is None:
        from whosaidso.gold import load_gold

        gold = load_gold(task.assignment, case)
    return mark_task(task, case, raw, points=points, gold=gold)


def mark_task(task: Task, case: Case, raw: object, *, points: float, gold: Gold) -> Marked:
    """Return the mark of one answer to a task of a case."""
    parsed = parse_answer(task, case, raw)
    score: Score = part(task.kind, "scoring").score(answer=parsed.answer, gold=gold, task=task, case=case)
    marked = render(score, points=points, problems=parsed.problems, standing=gold.standing)
    return evolve(marked, score=score, parsed=parsed)


def refused(sentence: str, *, points: float, for_a_person: bool = False) -> Marked:
    """Return 0 points with the reason why an answer could not be read."""
    empty = Score(0.0, "", sentence, ())
    return evolve(render(empty, points=points, problems=(), standing=""), for_a_person=for_a_person)


def render(score: Score, *, points: float, problems: tuple[str, ...], standing: str) -> Marked:
    """Return a score as points, plain text and HTML; every word of a student's is escaped."""
    earned = round(clip(score.share) * float(points), 2)
    with_gold = show_gold()
    lines = list(_lines(score, earned, points, problems, standing, with_gold))
    text = "\n".join(line for _, line in lines)
    body: list[str] = []
    open_list = False
    for tag, line in lines:
        if (tag == "li") != open_list:
            body.append("<ul>" if tag == "li" else "</ul>")
            open_list = tag == "li"
        body.append(f"<{tag}>{html.escape(line)}</{tag}>")
    if open_list:
        body.append("</ul>")
    return Marked(earned, text, f'<section class="wss-feedback">{"".join(body)}</section>', score.items)


def _lines(
    score: Score, earned: float, points: float, problems: tuple[str, ...], standing: str, with_gold: bool
) -> Iterator[tuple[str, str]]:
    yield "h4", f"{earned:g} of {points:g} points"
    if score.rule:
        yield "p", f"How marks are made: {score.rule}"
    yield "p", score.arithmetic
    for item in score.items:
        if item.what or with_gold:
            said = " ".join(
                part if part.endswith(("?", "!", ".")) else f"{part}." for part in (item.what, item.message) if part
            )
            reason = f" Key: {item.reason}" if with_gold and item.reason else ""
            yield "li", f"{_SIGNS[item.outcome]} {said}{reason}"
    for problem in _first(problems):
        yield "li", f"Could not be read: {problem}"
    for note in score.notes:
        yield "p", note
    if standing:
        yield (
            "p",
            f"Standing of the key: {standing}. Do you see it differently? Tell your teacher which item and why; asking never lowers a mark.",
        )
