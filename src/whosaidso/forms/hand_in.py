"""The hand-in page: one assignment as one file that needs no Python, no server and no other file.

Made from the released notebook, cell by cell, so that it can hold nothing that students do not have;
it knows no gold. What the student writes goes back into that same notebook, in the browser.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import Factory, define
from markdown_it import MarkdownIt
from markdown_it.token import Token

from whosaidso.cases import stand_ins, task_case
from whosaidso.faults import DataError, Fault
from whosaidso.forms import modules
from whosaidso.forms.spec import spec_of
from whosaidso.forms.strings import SHARED
from whosaidso.grading.notebooks import MOST_BYTES

ROOM = Path(__file__).parent
GENERATOR = "whosaidso hand-in"
"""The mark by which our own pages are known."""
STUB = "YOUR ANSWER HERE"
"""What nbgrader puts into a text cell that is still to be written."""

# What a reader sees. {Holes} are filled in by the page.
STRINGS = {
    "book": "Who Said So?",
    "skip": "Skip to the first box",
    "nav": "Tasks, and how far you are",
    "tasks": "Tasks:",
    "tasks_done": "{done} of {of} done",
    "who_title": "Who hands this in?",
    "who_label": "Your name or the code your teacher gave you; up to four, with commas between them",
    "who_nav": "Your name or code",
    "who_none": "still empty",
    "who_there": "filled in",
    "who_many": "more than four",
    "work_title": "Your work",
    "work_nav": "save, carry on, start over",
    "work_about": "The page saves as you go. Your work is stored only in this browser: save a file before you sign out.",
    "work_save": "Save my work",
    "work_carry": "Carry on from a file",
    "work_more": "Start over, or clear this computer",
    "work_restart": "Start over",
    "work_forget": "Forget my work in this browser",
    "work_forget_help": "On a computer that others use too: first save a file, then let the browser forget.",
    "kept_none": "Nothing written yet.",
    "saved_at": "Saved in this browser {time}",
    "saved_not": "Not saved in this browser",
    "trouble": "Not saved: {why} Until then nothing is lost; go on working here.",
    "text_label": "Your answer to “{task}”",
    "text_label_of": "Your answer {number} of {of} to “{task}”",
    "text_count": "{used} words",
    "text_count_one": "1 word",
    "text_asked": "{least} to {most} asked for",
    "text_none": "nothing written yet",
    "text_under": "too short: {used} words, {least} to {most} asked for",
    "text_over": "too long: {used} words, {least} to {most} asked for",
    "typed": "The text below was typed by hand, and this page cannot show it in its box. It is kept and handed in as it is.",
    "typed_use": "Use the box instead (the typed text is then replaced)",
    "typed_far": "typed by hand; handed in as it is",
    "broken": "This form cannot be shown. What you have written elsewhere on this page is safe. Please tell your teacher.",
    "hand_title": "Save and hand in",
    "hand_about": "This saves one file, {file}. Hand in that file as your teacher said: by upload, by mail, or on a stick.",
    "hand_save": "Save my hand-in",
    "hand_anyway": "Save it all the same",
    "hand_open": "Still open",
    "hand_open_about": "You can hand in a file with gaps. Look here first:",
    "hand_closed": "Nothing is open any more.",
    "hand_saved": "{file} has gone to your browser's folder for downloads, which is often called Downloads. Hand in that one file as your teacher said.",
    "hand_again": "No file there? Save {file} once more",
    "hand_last": "Your hand-in was last saved {time}. You have changed nothing since.",
    "hand_since": "Your hand-in was last saved {time}. You have changed something since: save it again before you hand it in.",
    "work_saved": "{file} has gone to your browser's folder for downloads. To go on later, here or on another computer, open this page and choose “Carry on from a file”. To hand in, use “Save my hand-in” at the end of this page.",
    "carried": "Carried on from {file}: {filled} of {of} places are filled in.",
    "carried_extra": "Cells of your own that you added to the file stay in that file; this page cannot show them.",
    "carried_same": "{file} holds just what is here already.",
    "carried_form": "Taken over from the file.",
    "replaced": "Everything on this page has been taken out.",
    "undo": "Undo: put back what was here before",
    "undone": "What was here before is back.",
    "redone": "Done again.",
    "redo": "Redo",
    "ask_carry": "There is work on this page already. Replace it with what is in {file}? You can undo this until you leave the page.",
    "ask_carry_yes": "Replace it",
    "ask_restart": "Take out everything you have written on this page? You can undo this until you leave the page.",
    "ask_restart_yes": "Take everything out",
    "ask_forget": "Forget everything written here, in this browser and in all its tabs? This cannot be undone. Save a file first if you want to keep your work.",
    "ask_forget_yes": "Forget everything",
    "ask_no": "No, leave it",
    "file_closed": "{file} could not be opened. Nothing has been changed here. Try again, or choose another file.",
    "file_big": "{file} is too big for a hand-in ({size} MB). Nothing has been changed here. Open it in Jupyter, clear its outputs, save it, and try again.",
    "file_damaged": "{file} is no notebook, or it is damaged. Nothing has been changed here. Choose the .ipynb file that you saved.",
    "file_other": "{file} belongs to another assignment, “{title}”. Nothing has been changed here.",
    "file_strange": "{file} is a notebook, but not of this assignment. Nothing has been changed here.",
    "file_blank": "{file} holds no answers yet. Nothing has been changed here.",
    "foot": "Nothing you write leaves this computer until you hand the file in: no account, no counting of visitors, nothing fetched from elsewhere.",
    "notebook": "Rather work in Jupyter? Save the empty notebook, {file}",
    "no_script": "The forms on this page need JavaScript, which is switched off here. You can read the tasks below, save the empty notebook, and type your answers into that.",
    "no_script_link": "To the notebook, at the foot of the page",
    "index_title": "Hand-in pages",
    "index_about": "Open an assignment, do its tasks, and save one file to hand in. Each page works by itself, also without the internet.",
    "index_instead": "or instead:",
    "index_item": "{points} points, about {minutes} minutes",
}

_FIGURES = re.compile(r"\s*\((?P<points>[\d.]+) points?, about (?P<minutes>\d+) minutes\)\s*$")
_LENGTH = re.compile(r"\b(\d+) to (\d+) words\b")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


@define
class Section:
    """One heading of the page and what stands under it."""

    anchor: str
    title: str
    """The heading without its points and minutes."""
    points: float = 0
    minutes: int = 0
    parts: list[str] = Factory(list)
    texts: dict[int, dict[str, Any]] = Factory(dict)
    """Its text cells, each by its place among the parts."""
    length: tuple[int, int] | None = None


@define
class Assignment:
    """A released notebook, taken apart for its page."""

    name: str
    title: str
    start: str
    """What stands above the first task, as HTML."""
    sections: list[Section]
    cells: list[dict[str, Any]]
    """The cells a student fills in, in their order, as the script is told of them."""
    names: list[str]
    """The names of all its cells."""
    pieces: list[str]
    """The notebook's own text before, between and after the sources of those cells."""
    text: str

    @property
    def points(self) -> float:
        """All points there are."""
        return sum(section.points for section in self.sections)

    @property
    def minutes(self) -> int:
        """About how long all of it takes."""
        return sum(section.minutes for section in self.sections)


# --- reading the released notebook ----------------------------------------------------------------


def read(path: Path, site: str = "../") -> Assignment:
    """Take a released notebook apart; links to chapters go to `site`.

    Raises
    ------
    DataError
        If the notebook cannot be read or holds something the page cannot show.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        cells = content["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        remedy = "Release it again: whosaidso release."
        raise DataError([Fault(str(path), "", f"is no released notebook ({error}).", remedy)]) from None
    return _Reader(path.stem, text, content, site).read(cells)


class _Reader:
    def __init__(self, name: str, text: str, content: dict[str, Any], site: str) -> None:
        self.name = name
        self.text = text
        self.content = content
        self.site = site
        self.cells: list[dict[str, Any]] = []
        self.sections: list[Section] = []
        self.start: list[str] = []
        self.title = ""
        self.places: dict[str, Section] = {}

    def read(self, cells: list[dict[str, Any]]) -> Assignment:
        for cell in cells:
            marks = cell["metadata"].get("nbgrader", {})
            name = marks.get("grade_id", "")
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown" and marks.get("solution"):
                self.text_cell(name, source)
            elif cell["cell_type"] == "markdown":
                self.prose(name, source)
            elif name.endswith("-form"):
                self.form(name.removesuffix("-form"))
            elif marks.get("solution"):
                self.code_cell(name, source)
        for section in self.sections:
            for number, (place, told) in enumerate(section.texts.items(), 1):
                label = "text_label" if len(section.texts) == 1 else "text_label_of"
                told["label"] = STRINGS[label].format(task=section.title, number=number, of=len(section.texts))
                section.parts[place] = _text_box(told)
        unknown = [task for task in self.places if f"{task}-answer" not in {cell["id"] for cell in self.cells}]
        if unknown:
            raise self.fault(f"{unknown[0]}-form", "has no answer cell beside it.")
        return Assignment(
            name=self.name,
            title=self.title or self.name,
            start="".join(self.start),
            sections=self.sections,
            cells=self.cells,
            names=[cell["metadata"].get("nbgrader", {}).get("grade_id", "") for cell in cells],
            pieces=self.cut(),
            text=self.text,
        )

    def fault(self, name: str, what: str) -> DataError:
        return DataError([Fault(f"{self.name}.ipynb", name, what, "The hand-in page cannot be made without it.")])

    def prose(self, name: str, source: str) -> None:
        tokens = _MARKDOWN.parse(source)
        for token in tokens:
            for child in token.children or ():
                if child.type == "link_open":
                    child.attrSet("href", self.link(str(child.attrGet("href"))))
        at = 0
        while at < len(tokens):
            until = next((n for n in range(at + 1, len(tokens)) if _opens(tokens[n])), len(tokens))
            self.chunk(name, tokens[at:until])
            at = until
        if self.sections and (found := _LENGTH.search(source)):
            self.sections[-1].length = (int(found[1]), int(found[2]))

    def chunk(self, name: str, tokens: list[Token]) -> None:
        """Add what runs from one heading of the first or second level to the next."""
        if _opens(tokens[0]):
            words = "".join(child.content for child in tokens[1].children or ())
            if tokens[0].tag == "h1" and not self.title:
                self.title = words
                tokens = tokens[3:]
            else:
                tokens[0].tag = tokens[2].tag = "h2"
                anchor = (
                    name if all(section.anchor != name for section in self.sections) else f"{name}-{len(self.sections)}"
                )
                tokens[0].attrSet("id", f"{anchor}-title")
                figures = _FIGURES.search(words)
                section = Section(anchor, _FIGURES.sub("", words))
                if figures:
                    section.points, section.minutes = float(figures["points"]), int(figures["minutes"])
                self.sections.append(section)
        into = self.sections[-1].parts if self.sections else self.start
        into.append(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))

    def link(self, address: str) -> str:
        """Return where a link of the notebook leads from the page."""
        if re.match(r"[a-z][a-z0-9+.-]*:|#", address, re.IGNORECASE):
            return address
        path, mark, anchor = address.partition("#")
        there = posixpath.normpath(posixpath.join("exercises", self.name, path))
        return self.site + re.sub(r"\.(md|ipynb)$", ".html", there) + mark + anchor

    def here(self, name: str) -> Section:
        if not self.sections:
            raise self.fault(name, "stands before the first heading of a task.")
        return self.sections[-1]

    def form(self, task: str) -> None:
        self.places[task] = self.here(f"{task}-form")
        self.places[task].parts.append(f'<div class="page-form" id="{html.escape(task)}-place"></div>')

    def text_cell(self, name: str, source: str) -> None:
        section = self.here(name)
        told: dict[str, Any] = {"id": name, "kind": "text", "source": source, "section": section.anchor}
        if section.length:
            told["least"], told["most"] = section.length
        section.texts[len(section.parts)] = told
        section.parts.append("")
        self.cells.append(told)

    def code_cell(self, name: str, source: str) -> None:
        task = name.removesuffix("-answer")
        if name == f"{self.name}-who":
            self.cells.append(
                {"id": name, "kind": "who", "source": source, "section": "who", "label": STRINGS["who_nav"]}
            )
        elif task in self.places:
            try:
                spec = spec_of(*task_case(task))
            except KeyError:
                raise self.fault(name, "belongs to no exercise.") from None
            section = self.places[task]
            self.cells.append(
                {
                    "id": name,
                    "kind": "answer",
                    "source": source,
                    "section": section.anchor,
                    "label": section.title,
                    "spec": spec,
                }
            )
        else:
            raise self.fault(name, "is to be filled in, but has no form before it.")

    def cut(self) -> list[str]:
        """Return the notebook's text without the sources of the cells a student fills in."""
        filled = {cell["id"] for cell in self.cells}
        copy = json.loads(json.dumps(self.content))
        for cell in copy["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            if name in filled:
                cell["source"] = f"\x00{name}"
        return re.split(r'"\\u0000[^"]*"', write(copy))


def _opens(token: Token) -> bool:
    return token.type == "heading_open" and token.tag in ("h1", "h2")


def write(content: Mapping[str, Any]) -> str:
    """Return a notebook as Jupyter writes it."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


# --- writing the page -----------------------------------------------------------------------------

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="{generator}">
<meta name="color-scheme" content="light dark">
<title>{title} – {book}</title>
<style>{css}</style>
<script>{script}</script>
</head>
<body>
{body}
</body>
</html>
"""

_BODY = """<a class="page-skip" href="#who">{skip}</a>
<header class="page-head"><a href="{home}">{book}</a></header>
<div class="page-columns">
<nav class="page-nav" aria-label="{nav}">
<div class="page-bar page-live">
<button type="button" class="page-button" id="page-tasks" aria-expanded="false" aria-controls="page-list">{tasks} <span id="page-count"></span></button>
<p class="page-state" id="page-state"></p>
</div>
<ol id="page-list">
{entries}
</ol>
</nav>
<main>
<h1>{title}</h1>
<noscript><p class="page-note">{no_script} <a href="#notebook">{no_script_link}</a></p></noscript>
{start}
<p class="page-trouble" id="page-trouble" role="alert" hidden></p>
<section class="page-box page-live" id="who" aria-labelledby="who-title">
<h2 id="who-title">{who_title}</h2>
<label for="who-box">{who_label}</label>
<input id="who-box" type="text" dir="auto" autocomplete="off" spellcheck="false">
<p class="page-print" id="who-print" dir="auto"></p>
<div id="who-typed"></div>
</section>
<section class="page-box page-live page-screen" id="work" aria-labelledby="work-title">
<h2 id="work-title">{work_title}</h2>
<p>{work_about}</p>
<div class="page-buttons">
<button type="button" class="page-button" id="work-save">{work_save}</button>
<button type="button" class="page-button" id="work-carry">{work_carry}</button>
<input type="file" id="work-file" aria-label="{work_carry}" hidden>
</div>
<div id="work-said" role="status"></div>
<button type="button" class="page-button" id="work-undo" hidden>{undo}</button>
<details>
<summary>{work_more}</summary>
<p>{work_forget_help}</p>
<div class="page-buttons">
<button type="button" class="page-button" id="work-restart">{work_restart}</button>
<button type="button" class="page-button" id="work-forget">{work_forget}</button>
</div>
</details>
</section>
{sections}
<section class="page-box page-live page-screen" id="hand-in" aria-labelledby="hand-in-title">
<h2 id="hand-in-title">{hand_title}</h2>
<p>{hand_about}</p>
<button type="button" class="page-button page-main" id="hand-save">{hand_save}</button>
<div id="hand-open" hidden>
<h3 id="hand-open-title" tabindex="-1">{hand_open}</h3>
<p>{hand_open_about}</p>
<ul id="hand-list"></ul>
<button type="button" class="page-button" id="hand-anyway">{hand_anyway}</button>
</div>
<div id="hand-said" role="status"></div>
<p id="hand-last"></p>
</section>
</main>
</div>
<footer class="page-foot">
<p>{foot}</p>
<p id="notebook"><a download="{file}" href="data:application/x-ipynb+json;base64,{data}">{notebook}</a></p>
</footer>
<script type="application/json" id="page-data">{json}</script>"""


def page(path: Path, site: str = "../") -> str:
    """Return the hand-in page of a released notebook; links to chapters go to `site`.

    Raises
    ------
    DataError
        If the notebook cannot be read or holds something the page cannot show.
    """
    return _page(read(path, site), site)


def _page(assignment: Assignment, site: str) -> str:
    file = f"{assignment.name}.ipynb"
    kinds = sorted({cell["spec"]["kind"] for cell in assignment.cells if "spec" in cell})
    told = {
        "assignment": assignment.name,
        "strings": STRINGS | {key: SHARED[key] for key in ("saved_here", "elsewhere", "no_storage", "storage_full")},
        "mostBytes": MOST_BYTES,
        "stub": STUB,
        "names": assignment.names,
        "cells": assignment.cells,
        "pieces": assignment.pieces,
    }
    words = {key: html.escape(text.replace("{file}", file)) for key, text in STRINGS.items()}
    body = _BODY.format(
        **words,
        title=html.escape(assignment.title),
        home=html.escape(f"{site}book/index.html"),
        entries=_entries(assignment),
        start=assignment.start,
        sections="\n".join(_section(section) for section in assignment.sections),
        file=html.escape(file),
        data=base64.b64encode(assignment.text.encode()).decode("ascii"),
        json=json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
    )
    return _whole(assignment.title, body, modules.css(kinds), modules.classic(kinds, "hand_in.js"))


def _whole(title: str, body: str, css: str, script: str) -> str:
    """Return a page that may run its own script, use its own style, and speak to nobody."""
    css = f"{css}\n{(ROOM / 'hand_in.css').read_text(encoding='utf-8')}"
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(css)};"
        " img-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
    return _PAGE.format(
        policy=policy,
        generator=GENERATOR,
        title=html.escape(title),
        book=html.escape(STRINGS["book"]),
        css=css,
        script=script,
        body=body,
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"


def _entries(assignment: Assignment) -> str:
    """Return the tasks and the other places of the page, each with room for how far it is."""
    entry = '<li{live}><a href="#{anchor}">{title}</a> <span class="page-far" data-far="{anchor}">{far}</span></li>'
    live = ' class="page-live"'
    places = [("who", STRINGS["who_nav"], "", live)]
    places += [(section.anchor, section.title, "", "") for section in assignment.sections]
    places += [("work", STRINGS["work_title"], STRINGS["work_nav"], live), ("hand-in", STRINGS["hand_title"], "", live)]
    return "\n".join(
        entry.format(live=live, anchor=html.escape(anchor), title=html.escape(title), far=html.escape(far))
        for anchor, title, far, live in places
    )


def _section(section: Section) -> str:
    anchor = html.escape(section.anchor)
    return f'<section class="page-task" id="{anchor}" aria-labelledby="{anchor}-title">\n{"".join(section.parts)}</section>'


def _text_box(told: Mapping[str, Any]) -> str:
    name = html.escape(told["id"])
    return (
        f'<div class="page-text page-live"><label for="{name}-box">{html.escape(told["label"])}</label>'
        f'<textarea id="{name}-box" rows="6" dir="auto" autocomplete="off" aria-describedby="{name}-count"></textarea>'
        f'<p class="page-count" id="{name}-count"></p><p class="page-print" id="{name}-print" dir="auto"></p></div>\n'
    )


_INDEX = """<main class="page-index">
<h1>{title}</h1>
<p>{about}</p>
<ul>
{items}
</ul>
</main>"""


def by_choice(assignments: Iterable[Assignment]) -> list[list[Assignment]]:
    """Return the assignments in their order, each with those behind it that may be done in its place."""
    every, pairs = list(assignments), stand_ins()
    firsts = [one for one in every if pairs.get(one.name) not in {other.name for other in every}]
    return [[first, *(one for one in every if pairs.get(one.name) == first.name)] for first in firsts]


def _index(assignments: Iterable[Assignment]) -> str:
    def link(one: Assignment) -> str:
        return f'<a href="{html.escape(one.name)}.html">{html.escape(one.title)}</a>'

    instead = html.escape(STRINGS["index_instead"])
    items = "\n".join(
        f"<li>{f'<br>{instead} '.join(link(one) for one in choice)}<br>{html.escape(figures(choice[0]))}</li>"
        for choice in by_choice(assignments)
    )
    title, about = html.escape(STRINGS["index_title"]), html.escape(STRINGS["index_about"])
    body = _INDEX.format(title=title, about=about, items=items)
    return _whole(STRINGS["index_title"], body, "", modules.classic([], "theme.js"))


def figures(assignment: Assignment) -> str:
    """Return an assignment's points and minutes in words."""
    return STRINGS["index_item"].format(points=f"{assignment.points:g}", minutes=assignment.minutes)


def released(course: Path) -> list[Path]:
    """Return the released notebooks of a course, one for each assignment."""
    return sorted(path for path in (course / "exercises").glob("*/*.ipynb") if path.stem == path.parent.name)


def may_write(out: Path) -> bool:
    """Is there no index page in the folder, or one of ours?"""
    there = out / "index.html"
    return not there.exists() or f'content="{GENERATOR}"' in there.read_text(encoding="utf-8", errors="replace")


def write_pages(out: Path, notebooks: Iterable[Path], site: str = "../") -> list[Path]:
    """Write the page of each notebook and an index of them into a folder, and return the files.

    Nothing is written if one of them cannot be made.
    """
    assignments = [read(path, site) for path in notebooks]
    pages = {f"{assignment.name}.html": _page(assignment, site) for assignment in assignments}
    pages["index.html"] = _index(assignments)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    return [out / name for name in pages]
