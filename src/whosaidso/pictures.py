"""Pictures of a student's own work, with the same in words, for use in the written note.

Draws what was answered and nothing else: no mark, no key. matplotlib is imported when a picture is
drawn.
"""

from __future__ import annotations

import base64
import html
import io
from typing import TYPE_CHECKING

from attrs import frozen

from whosaidso.answers import Parsed
from whosaidso.cases import task_case
from whosaidso.check import answer_now, grading, parse_answer
from whosaidso.kinds import part

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@frozen
class Picture:
    """A figure of one's own answer; a notebook shows it with the same in words below."""

    title: str
    figure: Figure | None
    """None while there is nothing to draw."""
    words: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join((self.title, *self.words))

    def _repr_html_(self) -> str:
        listing = "".join(f"<li>{html.escape(line)}</li>" for line in self.words)
        if self.figure is None:
            return f"<p>{html.escape(' '.join(self.words))}</p>"
        held = io.BytesIO()
        self.figure.savefig(held, format="png", dpi=160)
        data = base64.b64encode(held.getvalue()).decode()
        alt = html.escape(f"{self.title}. The list below says the same in words.")
        return (
            f'<figure style="margin:0;max-width:46em"><img alt="{alt}" style="max-width:100%;height:auto" '
            f'src="data:image/png;base64,{data}"><figcaption>{html.escape(self.title)}</figcaption></figure>'
            f"<ul>{listing}</ul>"
        )


def picture(task_id: str, answer: object = None) -> Picture | None:
    """Return a picture of what was answered so far in an exercise, or None while grading.

    The form's answer is taken where there is one, else the answer cell that was run last, else `answer`.

    Raises
    ------
    KeyError, ValueError
        If there is no such exercise, or its kind has no picture.
    """
    if grading():
        return None
    task, case = task_case(task_id)
    title = f"Your work: {task.title}"
    try:
        drawing = part(task.kind, "picture")
    except ModuleNotFoundError:
        raise ValueError(f"{task_id} is a {task.kind} exercise, and there is no picture for that kind.") from None
    reading = answer_now(task_id)
    if reading is not None and not reading.found:
        return Picture(title, None, (f"Your answer cannot be read yet. {reading.problem}",))
    parsed: Parsed = parse_answer(task, case, answer if reading is None else reading.value)
    if parsed.answer == parse_answer(task, case, None).answer:
        return Picture(title, None, ("There is nothing to draw yet: answer something first, then run this again.",))
    return Picture(title, drawing.draw(parsed.answer, task, case), tuple(drawing.in_words(parsed.answer, task, case)))
