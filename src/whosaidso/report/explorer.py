"""The explorer notebook's one widget: filter a class's answers, point at a word, a link or a verdict, read who gave it.

It reads the course and writes nothing. Students stand under the report's pseudonyms.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import ipywidgets as w
from attrs import evolve

from whosaidso.grading.folder import Stopped, read_course
from whosaidso.grading.outcomes import outcomes_path
from whosaidso.report.data import ClassData, TaskData, read_class, sections_of
from whosaidso.report.explore import (
    Block,
    Spot,
    blocks,
    chosen_students,
    in_words,
    items_of,
    misconceptions_of,
    quoted,
)
from whosaidso.report.people import course_secret, pseudonyms
from whosaidso.report.pieces import counted, escaped, percent
from whosaidso.vocabulary import MISCONCEPTIONS

SHOWN = 20
"""So many answers stand there at first, and come with each click on “more”."""
TINTS = ("#ffffff", "#fff1d6", "#ffdf9e", "#ffc759", "#f5a623")
BORDERS = (0.1, 0.25, 0.5, 0.75)
KEY = {"core": "underline", "arguable": "underline dashed", "lure": "underline dotted"}
GRADES = {"core": "the key: pushes", "arguable": "the key: arguable", "lure": "the key: neutral"}
STYLE = """<style>
.whosaidso-explorer .widget-button { color: #1b1b1b; border: 1px solid #767676; height: auto; line-height: 1.5; }
.whosaidso-explorer .widget-button:focus-visible { outline: 3px solid #0b57d0; outline-offset: 1px; }
.whosaidso-explorer .widget-button:disabled { opacity: 1; background: transparent !important; border-color: transparent;
  color: var(--jp-content-font-color1); }
.whosaidso-explorer h4 { margin: 1em 0 .2em; line-height: 1.3; }
.whosaidso-explorer p { margin: .4em 0; }
.whosaidso-explorer table { border-collapse: collapse; line-height: 1.4; }
.whosaidso-explorer td, .whosaidso-explorer th { text-align: left; vertical-align: top; padding: .3em .8em .3em 0; }
</style>"""


def class_of(course: Path | str = ".", sections: Path | str | None = None) -> ClassData:
    """Return what was graded in a course, students under pseudonyms.

    Raises
    ------
    Stopped
        If it is no course, nothing was graded in it, or the class list cannot be read.
    """
    root = Path(course).resolve()
    if not (root / "nbgrader_config.py").is_file():
        raise Stopped(
            f"{root} is no course folder: nbgrader_config.py is missing. Open the notebook in the course, or say explorer(FOLDER)."
        )
    folder = read_course(root)
    names = sorted(path.name for path in folder.place("source").glob("*") if outcomes_path(folder, path.name).is_file())
    if not names:
        raise Stopped("Nothing has been graded in this course yet; run `whosaidso grade` first.")
    data, everybody = read_class(folder, names)
    places = sections_of(Path(sections), everybody) if sections is not None else {}
    return evolve(data, shown=pseudonyms(everybody, course_secret(root)), sections=places)


def explorer(course: Path | str = ".", sections: Path | str | None = None) -> w.Widget:
    """Return the explorer of a course; `sections` is a class list with a column Section.

    What stops it stands in a sentence in its place.
    """
    try:
        return Explorer(class_of(course, sections)).whole
    except Stopped as error:
        return w.HTML(f"<p>{escaped(str(error))}</p>")


class Explorer:
    """Filters above, what can be pointed at below them, and the answers behind it."""

    def __init__(self, data: ClassData) -> None:
        self.data = data
        self.tasks = [task for one in data.assignments for task in one.tasks if task.lines]
        self.shown = SHOWN
        self.filling = False
        """Are the filters being filled, so that what they are set to is nobody's choice?"""
        self.pointed: tuple[Block, Spot] | None = None
        wide, label = w.Layout(width="auto", flex="1 1 20em", max_width="40em"), {"description_width": "initial"}
        self.task = w.Dropdown(
            options=[(task.task.id, place) for place, task in enumerate(self.tasks)],
            description="Task",
            layout=wide,
            style=label,
        )
        self.section = w.Dropdown(description="Section", layout=wide, style=label)
        self.item = w.Dropdown(description="Item", layout=wide, style=label)
        self.misconception = w.Dropdown(description="Misconception", layout=wide, style=label)
        self.summary = w.HTML()
        self.canvas = w.VBox()
        self.answers = w.HTML()
        self.more = w.Button(description="Show more", layout=w.Layout(display="none", width="auto"))
        self.more.on_click(lambda _: self._show(self.shown + SHOWN))
        self.all = w.Button(description="All students again", layout=w.Layout(width="auto"))
        for one in (self.more, self.all):
            one.style.button_color = TINTS[0]
        self.all.on_click(lambda _: self._clear())
        names = sorted(set(data.sections.values()))
        self.section.options = [("all", ""), *((name, name) for name in names)]
        self.section.index = 0
        self.section.disabled = not names
        filters = w.Box(
            [self.task, self.item, self.section, self.misconception, self.all],
            layout=w.Layout(flex_flow="row wrap", grid_gap="0.5em"),
        )
        parts: Sequence[w.Widget] = [w.HTML(STYLE), filters, self.summary, self.canvas, self.answers, self.more]
        if not self.tasks:
            parts = [w.HTML("<p>Nobody has answered anything yet.</p>")]
        self.whole = w.VBox(parts)
        self.whole.add_class("whosaidso-explorer")
        for one in (self.section, self.item, self.misconception):
            one.observe(lambda _: self._draw(), names="value")
        self.task.observe(lambda _: self._task(), names="value")
        if self.tasks:
            self._task()

    @property
    def now(self) -> TaskData:
        """The task that is looked at."""
        return self.tasks[self.task.value or 0]

    @property
    def students(self) -> frozenset[str]:
        """Who passes the filters."""
        return chosen_students(
            self.now,
            section=self.section.value or "",
            item=self.item.value or "",
            misconception=self.misconception.value or "",
            sections=self.data.sections,
        )

    def _task(self) -> None:
        """Offer what the task has to filter by."""
        items = [(title[:90], item) for item, title in items_of(self.now).items()]
        running = self.now.task.kind == "span_label"
        notes = [
            (f"{note} {MISCONCEPTIONS[note].label} ({n})" if note in MISCONCEPTIONS else f"{note} ({n})", note)
            for note, n in misconceptions_of(self.now).items()
        ]
        self.filling = True
        self.item.options = items if running else [("all", ""), *items]
        self.misconception.options = [("any, or none", ""), *notes]
        self.item.index = self.misconception.index = 0
        self.filling = False
        self._draw()

    def _clear(self) -> None:
        self.filling = True
        self.section.value, self.misconception.value = "", ""
        self.filling = False
        self._draw()

    def _draw(self) -> None:
        """Show what can be pointed at, for the students that pass the filters."""
        if self.filling:
            return
        use = self.students
        self.pointed, self.shown = None, SHOWN
        self.summary.value = (
            f"<p>{counted(len(use), 'student')} of the {len(self.now.lines)} who answered. Choose a "
            f"{'word' if self.now.task.kind == 'span_label' else 'button'} to read the answers behind it.</p>"
        )
        self.canvas.children = [
            one
            for block in blocks(self.now, use)
            if not self.item.value or block.item == self.item.value
            for one in self._block(block, len(use))
        ]
        self._show(SHOWN)

    def _block(self, block: Block, n: int) -> list[w.Widget]:
        buttons = []
        for spot in block.spots:
            share = len(spot.who) / n if n else 0.0
            words = f"{spot.label} {round(share * 100)}" if block.running and spot.who else spot.label
            if not block.running:
                words = f"{spot.label}: {len(spot.who)} ({percent(share)}){' ✓ key' if spot.key else ''}"
            key = f", {GRADES.get(spot.key, spot.key)}" if spot.key else ""
            button = w.Button(
                description=words,
                tooltip=f"{spot.label}: {counted(len(spot.who), 'student')}{key}",
                disabled=not spot.who,
                layout=w.Layout(width="auto", margin="1px"),
            )
            button.style.button_color = TINTS[sum(share >= border for border in BORDERS)]
            if block.running and spot.key:
                button.style.text_decoration = KEY[spot.key]
            elif spot.key:
                button.style.font_weight = "bold"
            button.on_click(partial(self._point, block, spot))
            buttons.append(button)
        heading = w.HTML(f"<h4>{escaped(block.title)}</h4>")
        if not buttons:
            return [heading, w.HTML("<p>Nothing of this sort was given.</p>")]
        return [heading, w.Box(buttons, layout=w.Layout(flex_flow="row wrap"))]

    def _point(self, block: Block, spot: Spot, _: w.Button) -> None:
        self.pointed = block, spot
        self._show(SHOWN)

    def _show(self, most: int) -> None:
        """Show the answers behind what was pointed at."""
        self.shown = most
        if self.pointed is None:
            self.answers.value, self.more.layout.display = "", "none"
            return
        block, spot = self.pointed
        who = sorted((self.data.shown.get(student, "?"), student) for student in spot.who)
        rows = "".join(
            f'<tr><th scope="row">{escaped(name)}</th><td>{escaped(self.data.sections.get(student, "–"))}</td>'
            f"<td>{'<br>'.join(map(escaped, in_words(self.now, student, block.item)))}</td></tr>"
            for name, student in who[:most]
        )
        self.answers.value = (
            f'<div role="status"><h4>{escaped(quoted(spot.label))}: {counted(len(who), "student")}'
            f"{f', the first {most}' if len(who) > most else ''}</h4><table>"
            '<thead><tr><th scope="col">student</th><th scope="col">section</th><th scope="col">answer</th></tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )
        self.more.layout.display = "" if len(who) > most else "none"
