"""Sphinx extension: the directive `then-and-now`, the same short passages before the course and after it.

Nothing of it is scored, and nothing leaves the reader's browser. What makes a passage sound or weak
stands on the later page only. Without JavaScript and on paper it is a sheet with lines to write on.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from whosaidso import __version__, cards
from whosaidso.book.directives import CaseDirective
from whosaidso.forms import modules
from whosaidso.forms.strings import OPEN, SHARED
from whosaidso.records import Case, Reflection

MOMENTS = {
    "then": (
        "Then and now: before the course",
        "Six short passages on everyday things; everything in them is made up. Some are sound and some are weak. "
        "Say how far you would rely on each, and write one reason.",
    ),
    "now": (
        "Then and now: after the course",
        "The same six passages. First say how far you would rely on each now, and why. Then look at what you wrote "
        "before the course, and only after that at what we say.",
    ),
}
"""Title and task of each moment."""

STEPS = {"not": "not at all", "little": "a little", "mostly": "mostly", "fully": "fully"}
TRUSTING = ("mostly", "fully")
"""The steps that count as trust in the sentence at the end."""

STRINGS = {
    "rely": "How far would you rely on it?",
    "reason": "One reason",
    "progress": "{done} of {of} passages.",
    "compare": "Show then beside now",
    "compare_about": "Show then beside now: {topic}",
    "choose_first": "Say first how far you would rely on it now.",
    "then": "Then",
    "now": "Now",
    "no_step": "nothing chosen",
    "no_reason": "no reason written",
    "none_then": "This browser holds nothing of yours from “Before you start”. If you wrote on paper, fetch the sheet.",
    "sound": "We call it sound.",
    "weak": "We call it weak.",
    "counts": "Relied on mostly or fully: {sound_then} of the {sound} sound passages then, {sound_now} now; {weak_then} of the "
    "{weak} weak ones then, {weak_now} now. This is far too few to measure anything. Read your reasons: they say more.",
    "counts_now": "Relied on mostly or fully: {sound_now} of the {sound} sound passages and {weak_now} of the {weak} weak ones. "
    "This is far too few to measure anything. Read your reasons: they say more.",
    "forget_then": "Forget my answers",
    "forget_now": "Forget my answers, then and now",
    "forgotten": "Forgotten. Until you leave this page you can still bring them back.",
    "forgotten_elsewhere": "Forgotten on another page.",
    "bring_back": "Bring my answers back",
    "back": "Your answers are back.",
    "print_sheet": "Print this sheet alone",
}
"""Every word that the form says beyond those of all forms."""

_SHARED = ("saved_here", "not_saved", "elsewhere", "restored")


def spec_of(case: Case, moment: str) -> dict[str, Any]:
    """Return what the form is told, as plain JSON; before the course without what we say of the passages."""
    told = moment == "now"
    return {
        "moment": moment,
        "title": MOMENTS[moment][0],
        "ask": MOMENTS[moment][1],
        "steps": [{"id": step, "label": label, "trust": step in TRUSTING} for step, label in STEPS.items()],
        "items": [
            {"id": item.id, "topic": item.topic.capitalize(), "text": item.text}
            | ({"sound": item.sound, "why": item.why} if told else {})
            for item in case.reflections.values()
        ],
        "strings": {key: SHARED[key] for key in _SHARED} | OPEN | STRINGS,
    }


def _passage(number: int, item: Reflection) -> list[nodes.Node]:
    steps = [cards.words(f"☐ {label}", cls="ws-choice") for label in STEPS.values()]
    lines = [cards.words("\u00a0", cls="ws-line") for _ in range(2)]
    return [
        cards.para(nodes.strong("", f"{number}. {item.topic.capitalize()}")),
        cards.para(item.text),
        cards.para(STRINGS["rely"], *(part for step in steps for part in (" ", step))),
        cards.para(f"{STRINGS['reason']}:", *lines),
    ]


def _said(case: Case) -> nodes.Node:
    rows = [
        [
            nodes.strong("", f"{item.topic.capitalize()}. {STRINGS['sound' if item.sound else 'weak']} "),
            nodes.Text(item.why),
        ]
        for item in case.reflections.values()
    ]
    summary = cards.words("What we say of each: open this after your own answer", tag="summary")
    return cards.block(summary, cards.numbered(rows), tag="details", cls="wss-answers")


class ThenAndNow(CaseDirective):
    """The passages of a case as a form of their own: `then` before the course, `now` after it."""

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Return the form's data and the sheet."""
        title, ask = cards.get(MOMENTS, name, "moment")
        data = json.dumps(spec_of(case, name), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        items = enumerate(case.reflections.values(), 1)
        sheet = cards.block(
            cards.para(nodes.strong("", title), f". {ask}"),
            *(node for number, item in items for node in _passage(number, item)),
            *([_said(case)] if name == "now" else []),
            cls="wss-plain",
        )
        script = nodes.raw("", f'<script type="application/json">{data}</script>', format="html")
        holder = cards.block(script, sheet, cls="wss-exercise")
        holder["attributes"]["data-wss-then-now"] = name
        holder["ids"].append(self.anchor(f"then-and-now-{name}"))
        return [holder]


def write_files(app: Sphinx) -> None:
    """Write script and style where the pages look for them."""
    if app.builder.format == "html":
        folder = Path(app.outdir) / "_static"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "reflections.js").write_text(modules.classic((), "reflections.js"), encoding="utf-8")
        style = (modules.ROOM / "reflections.css").read_text(encoding="utf-8")
        (folder / "reflections.css").write_text(style, encoding="utf-8")


def page_files(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Load script and style on the pages that have the form, and on no others."""
    boxes = doctree.findall(cards.box) if doctree else ()
    if any("data-wss-then-now" in box["attributes"] for box in boxes):
        app.add_css_file("forms.css")
        app.add_css_file("reflections.css")
        app.add_js_file("reflections.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive; `whosaidso.book` asks for it."""
    app.add_directive("then-and-now", ThenAndNow)
    app.connect("builder-inited", write_files)
    app.connect("html-page-context", page_files)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
