"""The form in a notebook: an anywidget around a kind's module, and what Python does to keep its answer.

With the labextension the notebook holds the answer and Python only listens, so that `check` knows it.
Elsewhere Python keeps a draft beside the notebook, and puts the answer into its cell when that is run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from IPython import get_ipython

from whosaidso.cases import task_case
from whosaidso.check import grading, parse_answer
from whosaidso.forms import live, modules
from whosaidso.forms.draft import Draft, NotKept
from whosaidso.forms.sheet import Sheet
from whosaidso.forms.spec import spec_of
from whosaidso.grading.literals import read_literal
from whosaidso.kinds import part
from whosaidso.records import Case, Task

TEACHERS_MARK = "### BEGIN SOLUTION"
_FIRST_COMMENT = re.compile(r"\A\s*#\s*(?P<task>[a-z0-9][a-z0-9-]*):")


def _never_silent(heard: Callable[[Form, Any], None]) -> Callable[[Form, Any], None]:
    """Send to the form on screen whatever goes wrong in a callback: nobody else would see it."""

    @wraps(heard)
    def guarded(form: Form, change: Any) -> None:
        try:
            heard(form, change)
        except NotKept as problem:
            form.kept = {"serial": form.serial, "why": str(problem)}
        except Exception as problem:
            form.kept = {"serial": form.serial, "why": f"{type(problem).__name__}: {problem}"}

    return guarded


class Form(anywidget.AnyWidget):
    """One exercise as a form; `print(form)` shows the same as a sheet, with what may be typed."""

    spec = traitlets.Dict().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    """What the form on screen says the answer cell should hold."""
    serial = traitlets.Int().tag(sync=True)
    """The number of the text that the form wants kept as a draft."""
    kept = traitlets.Dict().tag(sync=True)
    """Python's receipt: up to which serial, and when, or why not; `put` once the answer cell was written."""
    draft = traitlets.Unicode().tag(sync=True)
    """The draft of an earlier day, for a form without labextension."""
    linked = traitlets.Bool().tag(sync=True)
    """Does the labextension hold the answer?"""
    found = traitlets.Dict().tag(sync=True)
    """What the form read in its answer cell when it was linked."""
    offer = traitlets.Dict().tag(sync=True)
    """A text that Python wants the form to take up."""

    task: Task
    case: Case
    sheet: Sheet
    _file: Draft
    _held: set[int]
    """What the form has held so far, as hashes."""

    latest: dict[str, Form] = {}
    """The form of each exercise that was made last."""

    @classmethod
    def of(cls, task: Task, case: Case) -> Form:
        """Return a new form, which takes the place of an older one of the same exercise."""
        made = cls(spec=spec_of(task, case))
        made.task, made.case = task, case
        made.sheet = part(task.kind, "form").sheet(task, case)
        made._file = Draft(task.id, Path.cwd())
        made._held = set()
        made.draft = made._file.waiting
        Form.latest[task.id] = made
        return made

    def __repr__(self) -> str:
        return repr(self.sheet)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget and, for programs without widgets, the sheet."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is not None:
            bundle[0]["text/html"] = self.sheet._repr_html_()
        return bundle

    @traitlets.observe("text")
    @_never_silent
    def _now(self, change: Any) -> None:
        self._held.add(hash(self.text))
        live.hold(self.task.id, self.text)

    @traitlets.observe("serial")
    @_never_silent
    def _keep(self, change: Any) -> None:
        self.kept = {"serial": self.serial, "at": 1000 * self._file.keep(self.text)}

    @traitlets.observe("found")
    @_never_silent
    def _linked(self, change: Any) -> None:
        """Compare what the cell holds with what we know; the form shows the cell already."""
        cell = self.found["text"]
        newer = self._file.waiting if self._may_replace(cell) else ""
        if self.text and hash(cell) in self._held:
            newer = self.text  # another tab has gone on, and that is not on the disk yet
        if newer and newer != cell:
            self.offer = {"text": newer, "serial": self.found["serial"]}
        else:
            self.text = cell
            self._file.settle()

    def _may_replace(self, cell: str) -> bool:
        """Is nothing in the cell that did not come from the form?"""
        return cell in ("", self._file.cell) or hash(cell) in self._held or self._is_blank(cell)

    def _is_blank(self, cell: str) -> bool:
        name = part(self.task.kind, "answer").NAME
        if read_literal(cell, "differently").found:
            return False
        reading = read_literal(cell, name)
        parsed = parse_answer(self.task, self.case, reading.value)
        return reading.found and not parsed.done and not parsed.problems

    def meet(self, cell: str, write: Callable[[str], None]) -> None:
        """Bring form and answer cell together when the cell was run and no labextension holds it."""
        newer = (self.text or self._file.waiting) if self._may_replace(cell) else ""
        if newer and newer != cell:
            write(newer)
        else:
            newer = self.text = cell
            if self._is_blank(cell):
                return
        self._held.add(hash(newer))
        said: dict[str, Any] = {"serial": self.serial, "put": True}
        try:
            said["at"] = 1000 * self._file.keep(newer, cell=newer)
        except NotKept as problem:
            said["why"] = str(problem)
        if newer != cell:
            self.kept = said


_modules: dict[str, type[Form]] = {}


def _form_class(kind: str) -> type[Form]:
    if kind not in _modules:
        body: dict[str, Any] = {"_esm": modules.esm(kind), "_css": modules.css([kind])}
        _modules[kind] = type(f"{kind.title().replace('_', '')}Form", (Form,), body)
    return _modules[kind]


def form_of(task_id: str, kind: str) -> Form:
    """Return the form of an exercise of one kind.

    Raises
    ------
    KeyError, ValueError
        If there is no such exercise, or it is of another kind; the message says which.
    """
    task, case = task_case(task_id)
    if task.kind != kind:
        raise ValueError(f"{task_id} is a {task.kind} exercise: write {task.kind}({task_id!r}).")
    preset(task)
    return _form_class(kind).of(task, case)


def preset(task: Task) -> None:
    """Give the answer a name, so that `check` can speak even if the answer cell could not be read."""
    shell = get_ipython()
    if shell is None or grading():
        return
    shell.user_ns.setdefault(part(task.kind, "answer").NAME, None)
    if _after_cell not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _after_cell)


def _after_cell(result: Any) -> None:
    """Bring an answer cell that was just run together with its form, if no labextension does."""
    source = (result.info.raw_cell or "").rstrip()
    first = _FIRST_COMMENT.match(source)
    form = Form.latest.get(first["task"]) if first else None
    shell = get_ipython()
    if form is None or form.linked or shell is None or TEACHERS_MARK in source:
        return
    form.meet(source, lambda text: shell.set_next_input(text, replace=True))
