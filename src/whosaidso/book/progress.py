"""Sphinx extension: the directive `my-progress`, one page that reads what this browser holds and keeps nothing else.

What is right stands in the page for open items only. The page's script looks up and counts: the two halves of d′
and c for every count that can occur stand in a table made here by `scores`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from whosaidso import __version__, cards, scores
from whosaidso.book.directives import CaseDirective
from whosaidso.cases import load_case, sound_cases
from whosaidso.forms import modules
from whosaidso.forms.strings import SHARED
from whosaidso.kinds import part
from whosaidso.records import Case, Task
from whosaidso.vocabulary import CONFIDENCE

_SHOWN = re.compile(r"^(`{4,})[^`].*?^\1 *$", re.MULTILINE | re.DOTALL)
"""A directive that a page only shows, as an example: it stands between four backticks or more."""
_EXERCISE = re.compile(r"^`{3,}\{exercise\} +(\S+)", re.MULTILINE)
_HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)

RETURNS = (1, 7, 28)
"""Days after the first try on which a quiz is worth coming back to: next day, next week, in about four weeks."""

STRINGS = {
    "nothing": "This browser holds no work of yours yet. That is fine: begin where you like, for example with the first "
    "chapter. This page fills itself.",
    "no_storage": "This browser keeps nothing here, as in a private window, so there is nothing to show. The exercises work "
    "all the same; a copy of your answers can be printed from their pages.",
    "chapters": "Chapters",
    "chapter": "Chapter",
    "exercises": "Exercises begun",
    "read": "Read",
    "read_it": "I have read {title}",
    "of": "{done} of {of}",
    "trust": "Claims: what you trusted and what you questioned",
    "trust_none": "You have not judged a practice claim yet. They stand in the chapter on claims.",
    "trust_said": "You trusted {trusted} of the {sound} sound claims you judged, and questioned {questioned} of the {weak} weak ones.",
    "trust_means": "Sound means that the records support the claim. To trust what is sound counts as much as to question what is weak.",
    "details": "The same in the numbers of signal detection",
    "numbers": "d′ is {d} (standard error {error}) and c is {c}. d′ is 0 for one who treats sound and weak alike, and grows with "
    "telling them apart. c is below 0 for one who suspects too much, above 0 for one who trusts too much.",
    "few": "So few claims say little: with this standard error, the true value may be anywhere from {low} to {high}.",
    "one_side": "For these numbers at least one sound and one weak claim must be judged.",
    "sure": "How sure you were, and how often the verdict was right",
    "sure_none": "You have not yet said of a claim how sure you are. The form asks for it; it is no part of any mark.",
    "sure_head": "You said",
    "right_head": "Verdict right",
    "sure_label": "{percent} % sure",
    "sure_alt": "A chart of how often your verdicts were right, for each step of how sure you were. The table below it says the same.",
    "sure_about": "On the dotted line, how sure you are fits how often you are right. Above it you may trust yourself more; below it, less.",
    "again": "Come back to",
    "again_none": "Nothing is due. A quiz you have tried comes back after one day, after a week and after four weeks.",
    "again_now": "{title}: now",
    "again_then": "{title}: on {day}",
    "again_done": "{title}: three returns made",
    "again_about": "A question that you call back to mind after a pause stays longer than one that you read again at once. Press Start again "
    "in the form, and answer from memory.",
    "then": "Then and now",
    "then_said": "You wrote on {then} of {of} passages before the course and on {now} after it.",
    "then_link": "Look at them side by side",
    "record": "A record of what you did",
    "record_about": "For a teacher, a parent or your own folder. It says what was done and holds no score. Your name is not kept.",
    "name": "Name for the record",
    "print": "Print the record",
    "record_said": "{name} read {read} of {of} chapters of “Who Said So?” and began {done} of {all} exercises. Printed {day}.",
    "no_name": "A reader",
    "yours": "Take it with you, or remove it",
    "export": "Save my work as a file",
    "import": "Bring work back from a file",
    "import_label": "A file that this page saved",
    "bad_file": "Expected a file that this page saved, whose name ends in .json, and found something else: choose another file.",
    "would": "The file holds {count} answers. {new} are new here, {other} differ from what is here and would replace it.",
    "take": "Take them",
    "leave": "Leave all as it is",
    "taken": "{count} answers are back.",
    "undo": "Undo",
    "undone": "All is as it was.",
    "forget": "Forget everything",
    "would_forget": "This removes {count} answers from this browser, those on hand-in pages too. Save a file first if you want to keep them.",
    "would_forget_notebooks": "Notebooks changed in this browser go too: {count} of them.",
    "forget_yes": "Remove them",
    "forgotten": "Removed. Until you leave this page you can still bring them back.",
}
"""Every word that the page says beyond those of all forms."""


def exercises_of(folder: Path) -> dict[str, tuple[str, list[str]]]:
    """Return each page of a folder that holds exercises: its first heading, and the ids in the order of the page."""
    texts = {page.stem: _SHOWN.sub("", page.read_text("utf-8")) for page in sorted(folder.glob("*.md"))}
    found = {name: (_HEADING.findall(text), _EXERCISE.findall(text)) for name, text in texts.items()}
    return {name: (heads[0], tasks) for name, (heads, tasks) in found.items() if tasks and heads}


def halves(most: int) -> list[list[list[float]]]:
    """Return z and its variance for k of n, as table[n][k], with n from 1 to `most` (row 0 is empty).

    d′ is the difference of two z, −c half their sum, and the variance of d′ the sum of the two: see
    `scores.detection`.
    """
    return [[]] + [[list(scores.rate(k, n)) for k in range(n + 1)] for n in range(1, most + 1)]


def spec_of(folder: Path, order: list[str]) -> dict[str, Any]:
    """Return what the page is told, as plain JSON."""
    tasks: dict[str, tuple[Task, Case]] = {}
    for case in sound_cases():
        tasks |= {task.id: (task, case) for task in case.tasks.values()}
    pages = exercises_of(folder)
    chapters: list[dict[str, Any]] = []
    for name in sorted(pages, key=lambda name: (order.index(name) if name in order else len(order), name)):
        title, ids = pages[name]
        listed = []
        for task, case in (tasks[task_id] for task_id in ids):
            told: dict[str, Any] = {"id": task.id, "kind": task.kind, "title": task.title}
            if task.kind == "claim_check":
                golds = {item: case.claims[item].gold for item in task.items}
                told["verdicts"] = {item: gold.verdict for item, gold in golds.items() if gold}
            listed.append(told)
        chapters.append({"page": name, "title": title, "tasks": listed})
    most = sum(len(t.get("verdicts", ())) for chapter in chapters for t in chapter["tasks"])
    return {
        "chapters": chapters,
        "names": {
            kind: part(kind, "answer").NAME for kind in sorted({t["kind"] for c in chapters for t in c["tasks"]})
        },
        "halves": halves(most),
        "steps": list(CONFIDENCE),
        "returns": list(RETURNS),
        "passages": len(load_case("mosul_2016").reflections),
        "strings": {key: SHARED[key] for key in ("saved_here", "not_saved")} | STRINGS,
    }


class MyProgress(CaseDirective):
    """The page's data, and a sentence for readers without JavaScript."""

    required_arguments = 0

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Return the data and the sentence."""
        folder = Path(self.env.srcdir) / "book"
        for page in folder.glob("*.md"):
            self.env.note_dependency(str(page))
        order = [doc.removeprefix("book/") for doc in _in_order(self.env)]
        data = json.dumps(spec_of(folder, order), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        script = nodes.raw("", f'<script type="application/json">{data}</script>', format="html")
        plain = cards.block(
            cards.para(
                "This page reads what your browser keeps, and for that it needs JavaScript. On paper, keep a list of the chapters "
                "you have read and of the days on which you come back to a quiz: the next day, the next week, and after four weeks."
            ),
            cls="wss-plain",
        )
        holder = cards.block(script, plain, cls="wss-exercise")
        holder["attributes"]["data-wss-progress"] = "all"
        return [holder]


def _in_order(env: Any) -> list[str]:
    """Return the pages in the order of the contents, as far as they are known while this page is read."""
    path = Path(env.srcdir) / "_toc.yml"
    return re.findall(r"file: (\S+)", path.read_text("utf-8")) if path.exists() else []


def write_files(app: Sphinx) -> None:
    """Write script and style where the page looks for them."""
    if app.builder.format == "html":
        folder = Path(app.outdir) / "_static"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "progress.js").write_text(modules.classic((), "progress.js"), encoding="utf-8")
        (folder / "progress.css").write_text((modules.ROOM / "progress.css").read_text("utf-8"), encoding="utf-8")


def page_files(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Load script and style on the page, and on no other."""
    boxes = doctree.findall(cards.box) if doctree else ()
    if any("data-wss-progress" in box["attributes"] for box in boxes):
        app.add_css_file("forms.css")
        app.add_css_file("progress.css")
        app.add_js_file("progress.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive; `whosaidso.book` asks for it."""
    app.add_directive("my-progress", MyProgress)
    app.connect("builder-inited", write_files)
    app.connect("html-page-context", page_files)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
