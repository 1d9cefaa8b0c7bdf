"""Damaged and hostile hand-ins, made by small named operators from a sound one.

An operator changes the cells of a notebook, the bytes of its file, or the folder it lies in. Beside each
stands what must come of it: the marks of the sound hand-in (`same`), never more than they (`at most`),
none at all (`nothing`), or a line in needs attention (`unread`).
"""

from __future__ import annotations

import copy
import gzip
import json
import math
import os
import pprint
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from tests.course.courses import ASSIGNMENTS, cell_of, model, released
from whosaidso.grading.literals import read_literal
from whosaidso.grading.marking import checks_of

SAME, AT_MOST, NOTHING, UNREAD = "same", "at most", "nothing", "unread"
LEVELS = ("full", "half", "none")
BIDI = "\u202e\u2066\u061c\u200f"
ESCAPES = "\x1b[31m\x1b]0;title\x07\x9b1m\r\x08"
LURE = "<script>window.run=1</script> ![i](https://evil.example/i.png) $$\\href{javascript:window.run=2}{x}$$"


@define
class HandIn:
    """A hand-in on its way to being spoiled."""

    assignment: str
    level: str
    notebook: dict[str, Any]
    names: dict[str, str]
    """What the answer of each answer cell is called, by grade_id."""
    values: dict[str, Any]
    """The answers in it, in the same way."""
    draw: random.Random
    canary: Path
    """A file that must never be there: what is run writes it."""
    blank: dict[str, Any] = field(repr=False)
    """The release."""
    others: dict[str, dict[str, Any]] = field(repr=False)
    """The releases of all assignments."""

    @property
    def cells(self) -> list[dict[str, Any]]:
        """All cells."""
        return self.notebook["cells"]

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The answer cells."""
        return [cell for cell in self.cells if cell["id"] in self.names]

    @property
    def file(self) -> str:
        """Name of the notebook's file."""
        return f"{self.assignment}.ipynb"

    def marks(self) -> Iterator[dict[str, Any]]:
        """Yield nbgrader's metadata of each cell."""
        for cell in self.cells:
            yield cell["metadata"]["nbgrader"]

    def write(self, cell: dict[str, Any], before: str = "", after: str = "") -> None:
        """Put lines before and after what stands in an answer cell; NAME, VALUE and RUN are filled in."""
        name = cell["id"]
        words = {"NAME": self.names[name], "VALUE": repr(self.values[name]), "RUN": self.run()}
        made = [re.sub("NAME|VALUE|RUN", lambda found: words[found[0]], part) for part in (before, after)]
        cell["source"] = made[0] + cell["source"] + made[1]

    def run(self) -> str:
        """Return code that leaves the canary behind."""
        return f"open({str(self.canary)!r}, 'w')"


Act = Callable[..., Any]


@frozen
class Operator:
    """One way to damage a hand-in, and what must come of it."""

    name: str
    earns: str
    sort: str
    """cells, bytes or folder."""
    act: Act
    noted: bool = False
    """Graded, and also in needs attention."""
    luck: bool = False
    """What of it can be read depends on where it was hit: graded, graded with a note, or unread."""


OPERATORS: dict[str, Operator] = {}


def add(sort: str, name: str, earns: str, act: Act, *, noted: bool = False, luck: bool = False) -> None:
    """Put an operator into the list."""
    assert name not in OPERATORS, name
    OPERATORS[name] = Operator(name, earns, sort, act, noted, luck)


def cells(earns: str, **more: bool) -> Callable[[Act], Act]:
    """Register a function that changes a HandIn's notebook."""

    def register(act: Act) -> Act:
        add("cells", act.__name__.strip("_").replace("_", " "), earns, act, **more)
        return act

    return register


def file(earns: str, **more: bool) -> Callable[[Act], Act]:
    """Register a function from a hand-in and its bytes to other bytes."""

    def register(act: Act) -> Act:
        add("bytes", act.__name__.strip("_").replace("_", " "), earns, act, **more)
        return act

    return register


def folder(earns: str, **more: bool) -> Callable[[Act], Act]:
    """Register a function that lays a hand-in's bytes into its folder, as it likes."""

    def register(act: Act) -> Act:
        add("folder", act.__name__.strip("_").replace("_", " "), earns, act, **more)
        return act

    return register


# --- cells: taken away, doubled, moved -----------------------------------------------------------------------


def keep(wanted: Callable[[dict[str, Any]], Any]) -> Act:
    """Return an operator that keeps some cells only."""

    def act(it: HandIn) -> None:
        it.notebook["cells"] = [cell for cell in it.cells if wanted(cell)]

    return act


def marks_of(cell: dict[str, Any]) -> dict[str, Any]:
    return cell["metadata"]["nbgrader"]


add("cells", "check cells deleted", SAME, keep(lambda cell: not cell["id"].endswith("-check")))
add("cells", "all locked cells deleted", SAME, keep(lambda cell: not marks_of(cell)["locked"]))
add("cells", "who cell deleted", SAME, keep(lambda cell: not cell["id"].endswith("-who")))
add("cells", "written part deleted", SAME, keep(lambda cell: cell["cell_type"] == "code"))
add("cells", "all but the answers deleted", SAME, keep(lambda cell: cell["id"].endswith("-answer")))
add("cells", "answers deleted", NOTHING, keep(lambda cell: not cell["id"].endswith("-answer")))
add("cells", "every cell deleted", NOTHING, keep(lambda cell: False))


@cells(SAME)
def every_cell_twice(it):
    it.notebook["cells"] = [*it.cells, *copy.deepcopy(it.cells)]


@cells(SAME)
def every_cell_ten_times_in_place(it):
    it.notebook["cells"] = [copy.deepcopy(cell) for cell in it.cells for _ in range(10)]


@cells(SAME)
def released_cells_before(it):
    it.notebook["cells"] = [*copy.deepcopy(it.blank["cells"]), *it.cells]


@cells(SAME)
def released_cells_behind(it):
    it.notebook["cells"] = [*it.cells, *copy.deepcopy(it.blank["cells"])]


@cells(SAME)
def copies_without_a_name_behind(it):
    for cell in copy.deepcopy(it.blank["cells"]):
        cell["metadata"] = {}
        cell["id"] += "-copy"
        it.cells.append(cell)


@cells(SAME)
def cells_in_reverse(it):
    it.cells.reverse()


@cells(SAME)
def cells_shuffled(it):
    it.draw.shuffle(it.cells)


@cells(SAME)
def check_cells_before_their_answers(it):
    it.cells.sort(key=lambda cell: cell["id"].endswith("-answer"))


@cells(SAME)
def empty_cells_between(it):
    for place in range(len(it.cells), 0, -1):
        it.cells.insert(place, {"cell_type": "code", "id": f"e{place}", "metadata": {}, "source": " \n", "outputs": []})


# --- cells: sorts, flags, names ------------------------------------------------------------------------------


def each(**values: Any) -> Act:
    """Return an operator that sets something in every cell."""

    def act(it: HandIn) -> None:
        for cell in it.cells:
            cell.update(copy.deepcopy(values))

    return act


def each_mark(**values: Any) -> Act:
    """Return an operator that sets something in nbgrader's metadata of every cell."""

    def act(it: HandIn) -> None:
        for marks in it.marks():
            marks.update(copy.deepcopy(values))

    return act


for kind in ("raw", "markdown", "code", "heading", "", None, 5, ["code"], {"code": 1}):
    add("cells", f"cell_type {kind!r}", SAME, each(cell_type=kind))
for value in (0, 1, 2, 4, 99, -1, "x", None, [], 1e999):
    add("cells", f"schema_version {value!r}", SAME, each_mark(schema_version=value))
for value in (100, -100, 1e999, -1e999, float("nan"), "12", None, [12], 10**200):
    shown = "10**200" if value == 10**200 else repr(value)
    add("cells", f"points {shown}", SAME, each_mark(points=value, max_score=value, score=value, manual_score=value))
for name in ("grade", "solution", "locked", "task"):
    add("cells", f"{name} set everywhere", SAME, each_mark(**{name: True}))
    add("cells", f"{name} of a wrong type", SAME, each_mark(**{name: {"a": []}}))
add("cells", "flags cleared", SAME, each_mark(grade=False, solution=False, locked=False, task=False, points=0))
add("cells", "checksums changed", SAME, each_mark(checksum="0" * 32))
add(
    "cells",
    "marks of other programs",
    SAME,
    each_mark(autograded=True, remove=True, feedback="<b>full</b>", extra_credit=50, comment=LURE),
)
add("cells", "execution_count of a wrong type", SAME, each(execution_count={"a": 1}))
add("cells", "cell ids of a wrong type", SAME, each(id=["x"]))
add("cells", "cell ids all alike", SAME, each(id="same"))
add("cells", "cell ids hostile", SAME, each(id=f"../../{LURE}{BIDI}"))
add("cells", "cell ids huge", SAME, each(id="x" * 100_000))
add("cells", "grade_ids huge", SAME, each_mark(grade_id="x" * 100_000))
for value in (None, 5, 1e999, ["x"], {"x": 1}, "", "../../x", "x" * 300, LURE):
    add("cells", f"grade_id {repr(value)[:20]}", SAME, each_mark(grade_id=value))


@cells(SAME)
def flags_exchanged(it):
    for marks in it.marks():
        marks.update(
            grade=not marks["grade"], solution=not marks["solution"], locked=not marks["locked"], task=not marks["task"]
        )


@cells(SAME)
def tags(it):
    for number, cell in enumerate(it.cells):
        cell["metadata"]["tags"] = [
            "skip",
            "hide_input",
            "remove-cell",
            "raises-exception",
            "parameters",
            "injected",
            f"t{number}",
        ]


@cells(SAME)
def tags_of_wrong_types(it):
    for cell, odd in zip(it.cells, [5, None, {}, "x", [[]], [None], 1e999] * 9, strict=False):
        cell["metadata"].update(tags=odd, editable=odd, deletable=odd, name=odd, format=odd, jupyter=odd, slideshow=odd)


@cells(SAME)
def cell_ids_stripped(it):
    for cell in it.cells:
        del cell["id"]


@cells(SAME)
def grade_ids_stripped(it):
    for marks in it.marks():
        del marks["grade_id"]


@cells(SAME)
def grade_ids_of_answers_stripped(it):
    for cell in it.answers:
        cell["metadata"] = {}


@cells(SAME)
def metadata_and_cell_ids_of_answers_stripped(it):
    for cell in it.answers:
        cell["metadata"] = {}
        cell["id"] = "new"


@cells(SAME)
def grade_ids_numbered_anew(it):
    for number, marks in enumerate(it.marks()):
        marks["grade_id"] = f"cell-{number:016x}"


@cells(SAME)
def grade_ids_and_cell_ids_numbered_anew(it):
    for number, cell in enumerate(it.cells):
        cell["id"] = marks_of(cell)["grade_id"] = f"cell-{number:016x}"


@cells(SAME)
def metadata_and_cell_ids_stripped(it):
    for cell in it.cells:
        cell["metadata"] = {}
        del cell["id"]


@cells(AT_MOST)
def metadata_cell_ids_and_comments_stripped(it):
    for cell in it.cells:
        cell["metadata"] = {}
        del cell["id"]
        cell["source"] = re.sub(r"^#.*\n", "", cell["source"], flags=re.MULTILINE)


@cells(AT_MOST)
def grade_ids_exchanged(it):
    names = [marks["grade_id"] for marks in it.marks()]
    for marks, name in zip(it.marks(), names[1:] + names[:1], strict=True):
        marks["grade_id"] = name


@cells(AT_MOST)
def grade_ids_and_cell_ids_reversed(it):
    names = [marks["grade_id"] for marks in it.marks()]
    for cell, name in zip(it.cells, reversed(names), strict=True):
        cell["id"] = marks_of(cell)["grade_id"] = name


@cells(AT_MOST)
def sources_exchanged(it):
    sources = [cell["source"] for cell in it.answers]
    for cell, source in zip(it.answers, [*sources[1:], ""], strict=True):
        cell["source"] = source


@cells(AT_MOST)
def every_cell_claims_to_be_the_answer(it):
    first = it.answers[0]["id"]
    for marks in it.marks():
        marks["grade_id"] = first


@cells(AT_MOST)
def every_cell_claims_to_be_a_check(it):
    check = it.answers[0]["id"].replace("answer", "check")
    for cell in it.cells:
        marks_of(cell).update(grade_id=check, points=100)
        del cell["id"]


@cells(SAME)
def check_cells_forged(it):
    for cell in it.cells:
        if cell["id"].endswith("-check"):
            cell["source"] = f"{it.run()}\n999.0"


@cells(SAME)
def locked_cells_rewritten(it):
    for cell in it.cells:
        if marks_of(cell)["locked"]:
            cell["source"] = f"{it.run()}  # {LURE}"


@cells(SAME)
def more_check_cells(it):
    for number, cell in enumerate([cell for cell in it.cells if cell["id"].endswith("-check")]):
        more = copy.deepcopy(cell)
        more["id"] = marks_of(more)["grade_id"] = f"bonus-{number}"
        marks_of(more)["points"] = 50
        it.cells.append(more)


# --- cells: what the answers say -----------------------------------------------------------------------------


def say(before: str = "", after: str = "") -> Act:
    """Return an operator that puts lines before and after every answer."""

    def act(it: HandIn) -> None:
        for cell in it.answers:
            it.write(cell, before, after)

    return act


AROUND = {
    "code before the answer": ("import os, sys\nfor _ in range(3):\n    RUN\n", ""),
    "code behind the answer": ("", "\nRUN\nimport subprocess\nwhile True:\n    pass\n"),
    "a class and a function behind": ("", "\nclass Full:\n    def __eq__(self, other): return True\n\ndef check(*_, **__): return 99.0\n"),
    "magic words behind": ("", "\nget_ipython().run_line_magic('run', 'x')\n"),
    "an older answer before": ("NAME = 5\n", ""),
    "a computed answer before": ("NAME = RUN\n", ""),
    "the answer twice": ("", "\nNAME = VALUE\n"),
    "the answer in one line": ("NAME = 1; ", "\nNAME"),
    "the answer shown": ("", "\nNAME\nprint(NAME)\nlen(NAME)\ndisplay(NAME)\n"),
    "global behind": ("", "\nglobal NAME\n"),
    "comments behind": ("", "\n# NAME = {}\n'''NAME = {}'''\n"),
    "bidi controls in a comment": ("# " + BIDI + "\n", "\n# " + BIDI),
    "half characters in a comment": ("# \ud800\udfff\ud83d\n", ""),
    "a wish of its own": ("", "\ndifferently = {'c01': {'why': '\\ud800 \\u2028 \\x00 " + LURE.replace("'", "").replace("\\", "/") + "', 'record': 'r001'}}\n"),
    "a wish of wrong types": ("", "\ndifferently = {1: 2, 'c01': [], 'c02': {'why': {}, 'record': 5, 3: 4}, (): {}}\n"),
    "a byte order mark before": ("\ufeff", ""),
    "blank lines by the thousand": ("\n" * 5_000, "\n" * 5_000),
}  # fmt: skip
for name, (before, after) in AROUND.items():
    add("cells", name, SAME, say(before, after))

COMPUTED = {
    "augmented": "NAME += VALUE", "annotated": "NAME: object = VALUE", "called": "NAME = (lambda: VALUE)()", "walrus": "(NAME := VALUE)",
    "walrus inside print": "print(NAME := VALUE)", "deleted": "del NAME", "two names": "NAME = other = VALUE",
    "unpacked": "NAME, other = VALUE, 1", "starred": "*NAME, = VALUE", "looped": "for NAME in [VALUE]: pass", "from an if": "if True:\n    NAME = VALUE",
    "from with": "with RUN as NAME:\n    pass", "from except": "try:\n    1\nexcept ValueError as NAME:\n    pass", "imported": "from os import path as NAME",
    "a function": "def NAME(): return RUN", "a class": "class NAME:\n    RUN", "a method": "NAME.update(VALUE)", "an item": "NAME['x'] = VALUE",
    "added up": "NAME = VALUE + VALUE", "repeated": "NAME = VALUE * 2", "a comprehension": "NAME = [x for x in VALUE]", "spread": "NAME = [*VALUE]",
    "formatted": 'NAME = f"{RUN}"', "opened": "NAME = RUN", "awaited": "NAME = await RUN", "evaluated": "NAME = eval(\"RUN\")", "matched": "match 1:\n    case NAME:\n        pass",
    "unhashable": "NAME = {{}: 1}", "another name": "NAME = other", "a slice": "NAME = NAME[0:1]", "an attribute": "NAME.x = VALUE", "a lambda": "NAME = lambda: RUN",
    "decorated": "@RUN\ndef NAME(): pass", "dict()": "NAME = dict(VALUE)", "imported code": "NAME = __import__('pathlib').Path('x').touch()",
}  # fmt: skip
for name, line in COMPUTED.items():
    add("cells", f"answer computed: {name}", NOTHING, say(after=f"\n{line}\n"))

DIFFERENT = {
    "emptied again": "NAME = {}", "no data": "NAME = None", "a number": "NAME = 10", "a huge number": "NAME = 10000000000" + "0" * 3_000, "infinity": "NAME = 1e999",
    "a text": "NAME = 'full marks'", "bytes": "NAME = b'x'", "ellipsis": "NAME = ...", "complex": "NAME = 1j", "a set": "NAME = {1, 2}", "nested deep": "NAME = " + "[" * 60 + "]" * 60,
    "nested too deep": "NAME = " + "[" * 5_000 + "]" * 5_000, "keys of wrong types": "NAME = {None: 1, 2: 3, (4, 5): 6, True: 7, 1.5: 8, b'': 9}",
    "values of wrong types": "NAME = {'edges': {'a': 1}, 'voices': [1], 'independent': (2,), 'c01': 5, 'c02': [[]], 'c03': {'verdict': {}, 'evidence': {'r001': 1}, 'gap': [], 'confidence': []}}",
    "rows of wrong types": "NAME = [1, None, (), [[]], ({}, {}, {}, {}, {}), (1, 2, 3, 4, 5), ('', '', '', 1e999, ''), 'words', {}, b'', ...]",
    "unfinished": "NAME = {", "closed twice": "NAME = {}}", "a question": "What is NAME?", "conflict marks": "<<<<<<< HEAD\nNAME = VALUE\n=======\nNAME = VALUE\n>>>>>>> theirs",
    "NUL": "NAME = VALUE\x00", "too long": "#" * 60_001, "an endless sum": "NAME = 1" + "+1" * 20_000, "minus signs": "NAME = " + "-" * 20_000 + "1",
    "half a character": "NAME = '\\ud800'", "invisible names": "NAME = VALU\u202eE",
}  # fmt: skip
for name, line in DIFFERENT.items():
    add("cells", f"answer ends in {name}", NOTHING, say(after=f"\n{line}\n"))


@cells(SAME)
def answers_as_long_as_allowed(it):
    for cell in it.answers:
        cell["source"] += "\n" + "#" * (59_999 - len(cell["source"]))


@cells(NOTHING)
def answers_of_millions_of_characters(it):
    for cell in it.answers:
        cell["source"] += "\n" + "# <&>\n" * 500_000


@cells(SAME)
def line_ends_of_windows(it):
    for cell in it.cells:
        cell["source"] = cell["source"].replace("\n", "\r\n")


@cells(SAME)
def line_ends_of_old_machines(it):
    for cell in it.cells:
        cell["source"] = cell["source"].replace("\n", "\r")


@cells(SAME)
def form_feeds(it):
    for cell in it.answers:
        cell["source"] = cell["source"].replace("\n", "\n\f")


@cells(SAME)
def line_ends_of_word_processors(it):
    for cell, end in zip(it.answers, "\u2028\x0b", strict=False):
        head, found, tail = cell["source"].partition(" = ")
        cell["source"] = head + found + tail.replace("\n", end)


@cells(AT_MOST)
def curly_quotes(it):
    for cell in it.answers:
        head, _, tail = cell["source"].rpartition(" = ")
        cell["source"] = head + " = " + re.sub("'([^'\n]*)'", "‘\\1’", tail)


@cells(SAME)
def hard_spaces(it):
    for cell in it.answers:
        head, _, tail = cell["source"].rpartition(" = ")
        cell["source"] = f"{head} = " + tail.replace(" '", "\u00a0'").replace("\n ", "\n\u200b\u00a0")


@cells(AT_MOST)
def bidi_controls_everywhere(it):
    for cell in it.cells:
        cell["source"] = cell["source"].replace(" ", f" {BIDI}")


@cells(AT_MOST)
def NULs_everywhere(it):  # noqa: N802
    for cell in it.cells:
        cell["source"] = cell["source"].replace("\n", "\n\x00")


@cells(SAME)
def half_characters_in_every_text(it):
    for cell in it.cells:
        if cell["cell_type"] == "markdown":
            cell["source"] += "\ud800 \udfff \ud83d"


@cells(NOTHING)
def answers_in_extra_cells(it):
    for cell in it.answers:
        more = copy.deepcopy(cell)
        more.update(id=cell["id"] + "-new", metadata={})
        it.cells.insert(it.cells.index(cell) + 1, more)
    blanks = {cell["id"]: cell["source"] for cell in it.blank["cells"]}
    for cell in it.answers:
        cell["source"] = blanks[cell["id"]]


@cells(SAME)
def answers_again_in_extra_cells(it):
    for cell in list(it.answers):
        it.cells.append(
            {"cell_type": "code", "metadata": {}, "source": f"{it.names[cell['id']]} = {{}}\n{it.run()}", "id": "m"}
        )


@cells(SAME)
def answers_without_their_comments(it):
    for cell in it.answers:
        cell["source"] = re.sub(r"^#.*\n", "", cell["source"], flags=re.MULTILINE)


# --- cells: thousands of things nobody asked for --------------------------------------------------------------


def word(draw: random.Random, length: int) -> str:
    """Return a word that means nothing."""
    return "".join(draw.choices("abcdefghijklmnopqrstuvwxyz-", k=length))


def rewritten(change: Callable[[random.Random, str, Any], Any]) -> Act:
    """Return an operator that writes every answer anew, within the allowed length."""

    def act(it: HandIn) -> None:
        for cell in it.answers:
            name = it.names[cell["id"]]
            cell["source"] = f"{name} = {change(it.draw, name, copy.deepcopy(it.values[cell['id']]))!r}"
            assert len(cell["source"]) <= 60_000, len(cell["source"])

    return act


def unknown(draw: random.Random, name: str, value: Any) -> Any:
    """Add rows and keys that the exercise does not know."""
    if name == "wording":
        return value + [(word(draw, 14), word(draw, 2), word(draw, 8), 1, word(draw, 9)) for _ in range(1_000)]
    if name == "claims":
        return {**value, **{word(draw, 9): "supported" for _ in range(2_000)}}
    for key in ("voices", "independent"):
        value[key] = {**value.get(key, {}), **{word(draw, 8): word(draw, 4) for _ in range(400)}}
    rows = [(word(draw, 12), word(draw, 13), word(draw, 8), word(draw, 3)) for _ in range(600)]
    return {**value, "edges": value.get("edges", []) + rows, **{word(draw, 5): 1 for _ in range(200)}}


def unknown_words(draw: random.Random, name: str, value: Any) -> Any:
    """Add words that mean nothing inside the rows and items that the exercise knows."""
    if name == "wording":
        place = value[0][:2]
        return value + [(*place, word(draw, 40), 1, word(draw, 12)) for _ in range(500)]
    if name == "claims":
        for item in value.values():
            item["evidence"] = [*item["evidence"], *(word(draw, 6) for _ in range(600))]
            item.update({word(draw, 6): 1 for _ in range(200)})
        return value
    for claim, names in value.get("voices", {}).items():
        value["voices"][claim] = [*names, *(word(draw, 9) for _ in range(1_500))]
    return value


def nearly(draw: random.Random, name: str, value: Any) -> Any:
    """Add what looks like known words, so that a search for what was meant costs most."""
    if name == "wording":
        return value + [(f"trueactivst-bombshl{word(draw, 2)}", "p22", "x", 1, "loaded_langauge") for _ in range(700)]
    if name == "claims":
        return {**value, **{f"c{word(draw, 2)}0": {"verdict": "suported", "evidence": ["r0O1"]} for _ in range(700)}}
    rows = [
        (f"mondialisatin-far{word(draw, 2)}", f"globalresearch-sth{word(draw, 2)}", "republshes", "p1")
        for _ in range(600)
    ]
    return {**value, "edges": value.get("edges", []) + rows}


def one_long(draw: random.Random, name: str, value: Any) -> Any:
    """Add one word of 40,000 characters."""
    long = word(draw, 40_000)
    if name == "wording":
        return [*value, (*value[0][:2], long, 1, "x"), (long[:9_000], "p1", "x", 1, "x")]
    if name == "claims":
        return {**value, long: "supported"}
    return {**value, "edges": [*value.get("edges", []), (long, "x", "x", "x")]}


def markup(draw: random.Random, name: str, value: Any) -> Any:
    """Add hostile words that the reasons quote."""
    texts = [
        "<script>window.run=1</script>",
        "</p></li></section><img src=x onerror=y>",
        "$$\\href{javascript:x}{y}$$",
        "&lt;b&gt;<b>",
        f"<i>{BIDI}{ESCAPES}",
    ]
    if name == "wording":
        return (
            value
            + [(*value[0][:2], text, 1, text) for text in texts]
            + [(text, text, text, text, text) for text in texts]
        )
    if name == "claims":
        return {**value, **{text: {text: text} for text in texts}, "c<b>": "<b>"}
    rows = [(text, text, text, text) for text in texts]
    return {**value, "edges": value.get("edges", []) + rows, **{text: text for text in texts}}


add("cells", "markup in what the reasons quote", SAME, rewritten(markup))
for change in (unknown, unknown_words, nearly, one_long):
    add("cells", f"thousands of things: {change.__name__.replace('_', ' ')}", SAME, rewritten(change))


# --- cells: beside the answers --------------------------------------------------------------------------------


def forged(points: str) -> list[dict[str, Any]]:
    """Return outputs that say that a cell earned points."""
    return [
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": LURE, "text/plain": "full marks"}},
        {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": points}},
    ]


def outputs(made: object) -> Act:
    """Return an operator that sets the outputs of every cell."""
    return each(outputs=made, execution_count=7)


for points in ("12.0", "1e9", "nan", "(12, 12)", "full", "-3.0"):
    add("cells", f"outputs forged: {points}", SAME, outputs(forged(points)))
for odd in (
    None,
    "12.0",
    {"a": 1},
    [None, 5, "x", [], {}],
    [{"output_type": "error"}],
    [{"output_type": "stream", "name": "stderr", "text": 5}],
):
    add("cells", f"outputs {json.dumps(odd)[:30]}", SAME, outputs(odd))


@cells(SAME)
def attachments(it):
    for cell in it.cells:
        cell["attachments"] = {
            "a.svg": {"image/svg+xml": f"<svg onload='{LURE}'/>"},
            "../../b.html": {"text/html": LURE},
        }


@cells(SAME)
def state_of_widgets(it):
    state = {"x": {"model_module": "@jupyter-widgets/controls", "model_name": "HTMLModel", "state": {"value": LURE}}}
    it.notebook["metadata"]["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"state": state, "version_major": 2}
    }
    for cell in it.answers:
        cell["outputs"] = [
            {
                "output_type": "display_data",
                "metadata": {},
                "data": {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}},
            }
        ]


WHO = {
    "a path": "../../../../etc/passwd", "names by the thousand": ", ".join(f"Anna {n}" for n in range(10_000)), "markup": f"[bold]{LURE}[/bold] :skull:",
    "escapes": "\x1b]0;x\x07\u202e", "half a character": "\ud800", "a formula": "=HYPERLINK('https://evil.example')",
}  # fmt: skip
for name, text in WHO.items():
    add(
        "cells",
        f"who says {name}",
        SAME,
        lambda it, text=text: next(c for c in it.cells if c["id"].endswith("-who")).update(source=f'who = "{text}"'),
    )


@cells(SAME)
def who_runs_code(it):
    next(cell for cell in it.cells if cell["id"].endswith("-who"))["source"] = f"who = {it.run()}"


@cells(SAME)
def written_part_hostile(it):
    for cell in it.cells:
        if cell["cell_type"] == "markdown":
            cell["source"] = f"{LURE}\n\n</pre>{LURE}{BIDI}{ESCAPES}\n\n[a]: https://evil.example\n\n```\n"


@cells(SAME)
def extra_cells_hostile(it):
    for kind in ("markdown", "raw", "code"):
        it.cells.insert(
            0,
            {
                "cell_type": kind,
                "metadata": {},
                "id": f"h-{kind}",
                "source": f"{LURE}\n\n{BIDI}{ESCAPES}\n{it.run()}",
                "outputs": forged("12.0"),
            },
        )


@cells(SAME)
def written_part_of_millions_of_characters(it):
    for cell in it.cells[:-3:-1]:
        cell["source"] = cell["source"] + "<&é>" * 1_000_000


@cells(SAME)
def outputs_of_19_megabytes(it):
    it.answers[0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 19_000_000}]


@cells(SAME)
def metadata_of_100_000_keys(it):
    it.notebook["metadata"].update({f"key{n}": {"a": [n]} for n in range(100_000)})


@cells(SAME)
def extra_cells_of_18_megabytes(it):
    it.cells.extend(
        {"cell_type": "markdown", "metadata": {}, "id": f"x{n}", "source": f"{n} " + "<&>" * 3_000}
        for n in range(1_900)
    )


@cells(SAME, noted=True)
def _5_000_cells_behind(it):
    it.cells.extend({"cell_type": "code", "metadata": {}, "id": f"x{n}", "source": f"x = {n}"} for n in range(5_000))


@cells(NOTHING, noted=True)
def _5_000_cells_before(it):
    it.notebook["cells"] = [
        {"cell_type": "code", "metadata": {}, "id": f"x{n}", "source": f"x = {n}"} for n in range(5_000)
    ] + it.cells


@cells(SAME)
def cells_of_wrong_types_between(it):
    odd = [
        None,
        5,
        "cell",
        [],
        [[]],
        {},
        {"cell_type": "code"},
        {"source": 5},
        {"metadata": []},
        {"source": {"a": 1}, "cell_type": []},
    ]
    it.notebook["cells"] = [thing for cell in it.cells for thing in (it.draw.choice(odd), cell)]


for odd in (None, 5, "x", [], {"nbgrader": 5}, {"nbgrader": []}, {"nbgrader": None}, 1e999):
    add("cells", f"cell metadata {json.dumps(odd)}", SAME, each(metadata=odd))


# --- the notebook as a whole ----------------------------------------------------------------------------------


def whole(**values: Any) -> Act:
    """Return an operator that sets something in the notebook."""
    return lambda it: it.notebook.update(copy.deepcopy(values))


for odd in (
    None,
    5,
    "x",
    [],
    {},
    1e999,
    {"whosaidso": 5},
    {"whosaidso": []},
    {"whosaidso": {"assignment": []}},
    {"kernelspec": [], "language_info": 5},
):
    add("cells", f"notebook metadata {json.dumps(odd)}", SAME, whole(metadata=odd))
for odd in (0, 2, 3, 5, 99, -4, "4", None, [4], 1e999, 4.5):
    add("cells", f"nbformat {json.dumps(odd)}", SAME, whole(nbformat=odd))
for odd in (0, 2, 99, "5", None, {}):
    add("cells", f"nbformat_minor {json.dumps(odd)}", SAME, whole(nbformat_minor=odd))
for name, said in {
    "unknown": "nosuch",
    "with a half character": "\ud800",
    "hostile": f"[bold]; {LURE}; {ESCAPES}{BIDI}",
    "huge": "x" * 1_000_000,
    "a path": "../../x",
}.items():
    add("cells", f"of an assignment {name}", UNREAD, whole(metadata={"whosaidso": {"assignment": said}}))


@cells(UNREAD)
def of_another_assignment(it):
    other = next(name for name in it.others if name != it.assignment)
    it.notebook["metadata"]["whosaidso"]["assignment"] = other


@cells(UNREAD)
def another_assignments_notebook(it):
    it.notebook = copy.deepcopy(next(it.others[name] for name in it.others if name != it.assignment))


@cells(NOTHING)
def another_assignments_cells(it):
    it.notebook["cells"] = copy.deepcopy(next(it.others[name] for name in it.others if name != it.assignment)["cells"])


@cells(SAME)
def every_assignments_cells_behind(it):
    for name, other in it.others.items():
        if name != it.assignment:
            it.cells.extend(copy.deepcopy(other["cells"]))


@cells(SAME)
def worksheets(it):
    for cell in it.cells:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source").splitlines(keepends=True)
    it.notebook = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [{"cells": it.cells, "metadata": {}}],
    }


@cells(SAME)
def several_worksheets_some_odd(it):
    sheets: list[object] = [{"cells": [cell]} for cell in it.cells]
    it.notebook = {"nbformat": 2, "worksheets": [None, 5, {"cells": 5}, {}, *sheets, {"cells": None}]}


@cells(SAME)
def worksheets_beside_cells(it):
    it.notebook.update(nbformat=3, worksheets=[{"cells": [{"cell_type": "code", "input": "x"}]}])


@cells(SAME)
def sources_as_lists(it):
    for cell in it.cells:
        cell["source"] = [
            odd for line in cell["source"].splitlines(keepends=True) for odd in (line, None, 5, ["x"], {})
        ]


@cells(NOTHING)
def sources_of_wrong_types(it):
    for cell, odd in zip(it.cells, [5, None, {"a": 1}, True, 1e999, [[]]] * 9, strict=False):
        cell["source"] = odd


@cells(NOTHING)
def sources_under_another_name(it):
    for cell in it.cells:
        cell["text"] = cell.pop("source")


@cells(SAME)
def saved_by_colab(it):
    for number, cell in enumerate(it.cells):
        del cell["id"]
        cell["metadata"].update(
            id=f"aBcD{number:08}",
            outputId="9f-1",
            colab={"base_uri": "https://localhost:8080/"},
            executionInfo={"user": {"displayName": "A"}},
        )
        cell["source"] = cell["source"].splitlines(keepends=True)
    it.notebook.update(
        nbformat=4,
        nbformat_minor=0,
        metadata={
            "colab": {"provenance": [], "toc_visible": True},
            "kernelspec": {"name": "python3"},
            "accelerator": "GPU",
        },
    )


@cells(SAME)
def saved_by_colab_new_cells_only(it):
    saved_by_colab(it)
    for number, cell in enumerate(it.cells):
        cell["metadata"] = {"id": f"aBcD{number:08}"}


@cells(SAME)
def saved_by_vs_code(it):
    for cell in it.cells:
        cell["metadata"]["vscode"] = {"languageId": "python"}
        cell["source"] = cell["source"].splitlines(keepends=True)
        cell.pop("id")
    it.notebook.update(
        nbformat_minor=2,
        metadata={"language_info": {"name": "python"}, "orig_nbformat": 4, "vscode": {"interpreter": {"hash": "0"}}},
    )


@cells(SAME)
def saved_by_jupyterlite(it):
    for cell in it.cells:
        cell["metadata"]["trusted"] = True
    it.notebook["metadata"].update(
        kernelspec={"name": "python", "display_name": "Python (Pyodide)", "language": "python"},
        language_info={"name": "python", "version": "3.13"},
    )
    it.notebook.update(nbformat_minor=4)


@cells(SAME)
def saved_by_jupytext(it):
    it.notebook["metadata"]["jupytext"] = {"formats": "ipynb,py:percent", "cell_metadata_filter": "-all"}
    for number, cell in enumerate(it.cells):
        cell["metadata"] = {"lines_to_next_cell": 2}
        cell["id"] = f"{number:08x}"


# --- bytes ----------------------------------------------------------------------------------------------------


@file(SAME)
def indented_with_windows_line_ends(it, data):
    return json.dumps(json.loads(data), indent=4).replace("\n", "\r\n").encode()


@file(SAME)
def line_ends_of_old_machines_in_the_file(it, data):
    return json.dumps(json.loads(data), indent=1).replace("\n", "\r").encode()


@file(SAME)
def keys_sorted_and_nothing_escaped(it, data):
    return json.dumps(json.loads(data), sort_keys=True, ensure_ascii=False).encode()


@file(SAME)
def byte_order_mark(it, data):
    return b"\xef\xbb\xbf" + data


@file(SAME)
def utf_16(it, data):
    return json.dumps(json.loads(data), ensure_ascii=False).encode("utf-16")


@file(SAME)
def utf_16_big_end_first(it, data):
    return b"\xfe\xff" + json.dumps(json.loads(data), ensure_ascii=False).encode("utf-16-be")


@file(UNREAD)
def utf_16_without_its_mark(it, data):
    return data.decode().encode("utf-16-le")


@file(UNREAD)
def utf_32(it, data):
    return data.decode().encode("utf-32")


@file(AT_MOST)
def latin_1(it, data):
    return json.dumps(json.loads(data), ensure_ascii=False).encode("cp1252", errors="replace")


@file(SAME)
def blanks_around(it, data):
    return b" \t\r\n" * 10_000 + data + b"\n" * 10_000


@file(SAME, noted=True)
def a_second_notebook_behind(it, data):
    return data + json.dumps(it.blank).encode()


@file(SAME, noted=True)
def NUL_bytes_behind(it, data):  # noqa: N802
    return data + b"\0" * 1_000


@file(SAME)
def raw_control_characters_in_texts(it, data):
    return data.replace(b"# Your form", b"# \x00\x01\x1b[31m Your form")


@file(SAME, noted=True)
def a_list_around(it, data):
    return b"[" + data + b"]"


@file(UNREAD)
def a_key_around(it, data):
    return b'{"content": ' + data + b"}"


@file(UNREAD)
def a_text_of_itself(it, data):
    return json.dumps(data.decode()).encode()


@file(SAME, noted=True)
def trailing_commas(it, data):
    return json.dumps(json.loads(data), indent=1).replace("\n }", ",\n }").encode()


@file(SAME)
def the_cells_twice_empty_first(it, data):
    return b'{"cells": [], "metadata": 5, ' + data[1:]


@file(NOTHING)
def the_cells_twice_empty_last(it, data):
    return data.rstrip().rstrip(b"}") + b', "cells": []}'


@file(SAME)
def keys_twice_in_every_cell(it, data):
    return data.replace(b'"cell_type":', b'"source": "x = 1", "cell_type": "raw", "cell_type":')


for name, text in {"NaN": "NaN", "infinity": "-Infinity", "1e999": "1e999", "0.000": "0." + "0" * 100_000}.items():
    add(
        "bytes",
        f"{name} in the metadata",
        SAME,
        lambda it, data, text=text: b'{"x": [' + text.encode() + b"], " + data[1:],
    )
for name, text in {
    "a huge number": "9" * 5_000,
    "deep brackets": "[" * 50_000 + "]" * 50_000,
    "deep braces": '{"a":' * 50_000 + "1" + "}" * 50_000,
    "open brackets": "[" * 100_000,
}.items():
    add(
        "bytes",
        f"{name} in the metadata",
        SAME,
        lambda it, data, text=text: b'{"x": ' + text.encode() + b", " + data[1:],
        noted=True,
    )


@file(SAME, noted=True)
def six_million_lists(it, data):
    return b'{"x": [' + b"[]," * 6_000_000 + b"[]], " + data[1:]


@file(SAME)
def three_million_numbers(it, data):
    return b'{"x": [' + b"0.25," * 3_000_000 + b"1], " + data[1:]


@file(SAME)
def half_a_million_texts(it, data):
    return b'{"x": [' + b'"\\u00e9abcdefgh",' * 500_000 + b"1], " + data[1:]


@file(SAME, noted=True)
def over_a_million_keys(it, data):
    return b'{"x": {' + b",".join(b'"%d":1' % number for number in range(1_500_000)) + b"}, " + data[1:]


@file(UNREAD)
def thousands_of_beginnings_of_cells(it, data):
    return (b'{"source":[1,' * 900 + b"1," * 90_000) * 100


@file(UNREAD)
def millions_of_braces(it, data):
    return b'{"' * 9_900_000


@file(UNREAD)
def millions_of_lines_in_a_conflict(it, data):
    return b"<<<<<<<\n" + b"\n" * 19_000_000


@file(UNREAD)
def millions_of_broken_characters(it, data):
    return b"\xff" * 19_000_000


@file(UNREAD)
def millions_of_broken_characters_of_two_bytes(it, data):
    return b"\xff\xfe" + b"\x00\xd8" * 9_900_000


@file(UNREAD)
def more_than_20_megabytes(it, data):
    return data + b" " * 20_000_000


MARKS = (b"<<<<<<< HEAD\n", b"=======\n", b">>>>>>> theirs\n")


def lines_of(data: bytes) -> list[bytes]:
    """Return a notebook's file as Jupyter writes it: a line for each line of a cell."""
    content = json.loads(data)
    for cell in content.get("cells", []):
        if isinstance(cell, dict) and isinstance(cell.get("source"), str):
            cell["source"] = cell["source"].splitlines(keepends=True)
    return [line.encode() for line in (json.dumps(content, indent=1) + "\n").splitlines(keepends=True)]


def conflict(ours: list[bytes], theirs: list[bytes]) -> list[bytes]:
    return [MARKS[0], *ours, MARKS[1], *theirs, MARKS[2]]


@file(SAME, noted=True)
def merge_conflict_around_all_of_it(it, data):
    return b"".join(conflict(lines_of(data), lines_of(json.dumps(it.blank).encode())))


@file(NOTHING, noted=True)
def merge_conflict_released_one_first(it, data):
    return b"".join(conflict(lines_of(json.dumps(it.blank).encode()), lines_of(data)))


@file(SAME, noted=True)
def merge_conflict_of_three_sides_at_the_end(it, data):
    lines = lines_of(data)
    return b"".join([*lines[:-3], MARKS[0], *lines[-3:], b"||||||| base\n", b"x\n", MARKS[1], b"y\n", MARKS[2]])


@file(SAME, noted=True)
def merge_conflict_inside_every_cell(it, data):
    made: list[bytes] = []
    for line in lines_of(data):
        made += conflict([line], [b'   "other",\n']) if b'"# mosul' in line or b'"execution_count"' in line else [line]
    return b"".join(made)


@file(AT_MOST, luck=True)
def merge_conflict_never_closed(it, data):
    lines = lines_of(data)
    half = len(lines) // 2
    return b"".join([*lines[:half], MARKS[0], *lines[half:]])


for share in (1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99):
    add(
        "bytes",
        f"cut after {share} %",
        AT_MOST,
        lambda it, data, share=share: data[: len(data) * share // 100],
        luck=True,
    )
for number in range(12):
    add("bytes", f"cut somewhere {number}", AT_MOST, lambda it, data: data[: it.draw.randrange(len(data))], luck=True)
for number in range(12):
    add(
        "bytes",
        f"garbage somewhere {number}",
        AT_MOST,
        lambda it, data: hit(it, data, it.draw.randbytes(it.draw.randint(1, 300))),
        luck=True,
    )
for number in range(6):
    add(
        "bytes",
        f"a piece lost {number}",
        AT_MOST,
        lambda it, data: hit(it, data, b"", it.draw.randint(1, 3_000)),
        luck=True,
    )
for number in range(6):
    add("bytes", f"a hundred bytes changed {number}", AT_MOST, lambda it, data: flipped(it, data), luck=True)


def hit(it: HandIn, data: bytes, put: bytes, lost: int = 0) -> bytes:
    place = it.draw.randrange(len(data))
    return data[:place] + put + data[place + lost :]


def flipped(it: HandIn, data: bytes) -> bytes:
    made = bytearray(data)
    for _ in range(100):
        made[it.draw.randrange(len(made))] = it.draw.randrange(256)
    return bytes(made)


NO_NOTEBOOK = {
    "nothing": b"", "blanks": b" \n\t\0\r\n", "a web page": b"<!DOCTYPE html><html><body>" + LURE.encode() + b"</body></html>", "a zip": b"PK\x03\x04" + b"\0" * 500,
    "a PDF": b"%PDF-1.7\n" + b"\0" * 500, "a picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "a list": b"[]", "a number": b"1e999", "null": b"null", "no cells": b"{}",
    "cells that are none": b'{"cells": 5}', "worksheets that are none": b'{"worksheets": 5}', "an open bracket": b"{", "brackets": b"[" * 100_000, "plain text": b"who = 1\n" * 500,
    "an error message": b'{"message": "Not Found", "status": 404}', "random bytes": random.Random(1).randbytes(5_000), "a pickle": b"cposix\nsystem\n(S'true'\ntR.", "a table": b"PK\x05\x06" + b"\0" * 18,
    "a link to a file": b"[InternetShortcut]\r\nURL=https://evil.example/\r\n", "a git pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
}  # fmt: skip
for name, content in NO_NOTEBOOK.items():
    add("bytes", f"{name} under its name", UNREAD, lambda it, data, content=content: content)


@file(UNREAD)
def packed_with_gzip(it, data):
    return gzip.compress(data, mtime=0)


# --- the folder -----------------------------------------------------------------------------------------------


@folder(UNREAD)
def an_empty_folder(it, place, data):
    pass


@folder(UNREAD)
def a_link_to_the_file(it, place, data):
    (place.parent / "elsewhere").mkdir(exist_ok=True)
    (place.parent / "elsewhere" / it.file).write_bytes(data)
    (place / it.file).symlink_to(f"../elsewhere/{it.file}")


@folder(UNREAD)
def a_link_to_a_classmates_file(it, place, data):
    (place / it.file).symlink_to(place.parents[1] / "sound-full" / it.assignment / it.file)


@folder(UNREAD)
def a_link_to_nothing(it, place, data):
    (place / it.file).symlink_to("/nowhere/at/all")


@folder(UNREAD)
def a_link_to_a_device(it, place, data):
    (place / it.file).symlink_to("/dev/zero")


@folder(UNREAD)
def a_folder_that_is_a_link_to_a_classmates(it, place, data):
    place.rmdir()
    place.symlink_to(place.parents[1] / "sound-full" / it.assignment, target_is_directory=True)


@folder(UNREAD)
def a_folder_that_is_a_file(it, place, data):
    place.rmdir()
    place.write_bytes(data)


@folder(UNREAD)
def a_folder_in_place_of_the_file(it, place, data):
    (place / it.file).mkdir()
    (place / it.file / it.file).write_bytes(data)


@folder(UNREAD)
def a_pipe_in_place_of_the_file(it, place, data):
    os.mkfifo(place / it.file)


@folder(SAME)
def renamed(it, place, data):
    (place / f"Copy of {it.assignment} (1).IPYNB").write_bytes(data)


@folder(SAME)
def renamed_hostile(it, place, data):
    (place / "[bold];$(touch x) <b>\x1b[31m\u202e\n.ipynb").write_bytes(data)


@folder(SAME)
def renamed_in_no_encoding(it, place, data):
    (place / os.fsdecode(b"\xff\xfe.ipynb")).write_bytes(data)


@folder(UNREAD)
def renamed_twice(it, place, data):
    for name in ("a.ipynb", os.fsdecode(b"[bold]\xff.ipynb")):
        (place / name).write_bytes(data)


@folder(SAME)
def renamed_among_others(it, place, data):
    (place / "mine.ipynb").write_bytes(data)
    (place / "empty.ipynb").write_bytes(b"")
    for name, other in it.others.items():
        if name != it.assignment:
            (place / f"{name}.ipynb").write_bytes(json.dumps(other).encode())


@folder(UNREAD)
def notebooks_by_the_hundred(it, place, data):
    for number in range(300):
        (place / f"{number}.ipynb").write_bytes(data)


BESIDE = {
    "whosaidso.py": "import pathlib\npathlib.Path(CANARY).touch()\n", "sitecustomize.py": "open(CANARY, 'w')\n", "nbgrader_config.py": "open(CANARY, 'w')\n",
    "conftest.py": "open(CANARY, 'w')\n", "gold.toml": "x = 1\n", "gradebook.db": "x", "rulings.toml": "x", ".whosaidso/x.json": "{}", ".ipynb_checkpoints/x.ipynb": "{}",
    "autograded/x.ipynb": "{}", "__init__.py": "open(CANARY, 'w')\n", "feedback.html": LURE, "nbformat/__init__.py": "open(CANARY, 'w')\n",
}  # fmt: skip


@folder(SAME)
def files_beside_it(it, place, data):
    (place / it.file).write_bytes(data)
    for name, text in BESIDE.items():
        path = place / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("CANARY", repr(str(it.canary))), encoding="utf-8")
    for number in range(200):
        (place / f"{number}.ipynb").write_bytes(b"")


TIMES: dict[str, tuple[bytes, bool]] = {
    "empty": (b"", True), "binary": (bytes(range(256)), True), "year 99999": (b"99999-01-01 00:00:00", True), "year 9999": (b"9999-12-31 23:59:59 -1200", True),
    "negative": (b"-5", True), "words": (LURE.encode(), True), "half": (b"2026-01-01 00:00:00 NOWHERE", True), "a zone beyond": (b"2026-01-01 00:00:00 999999999999", True),
    "year 1": (b"0001-01-01 00:00:00 +1400", True), "a megabyte": (b"2026-01-01 00:00:00 UTC" + b" " * 1_000_000, False), "many digits": (b"1" * 90, True),
    "a zone that is a path": (b"2026-01-01 00:00:00 ../../../etc/passwd", True), "NUL": (b"2026-01-01\0", True), "a fraction": (b"1e999", True), "UTF-16": ("2026-01-01".encode("utf-16"), True),
}  # fmt: skip
for name, (said, noted) in TIMES.items():

    def stamped(it: HandIn, place: Path, data: bytes, said: bytes = said) -> None:
        (place / it.file).write_bytes(data)
        (place / "timestamp.txt").write_bytes(said)

    add("folder", f"time of hand-in: {name}", SAME, stamped, noted=noted)


@folder(SAME)
def time_of_hand_in_odd_files(it, place, data):
    (place / it.file).write_bytes(data)
    os.mkfifo(place / "timestamp.txt")
    (place / "submission_secret.txt").symlink_to("/etc/passwd")


@folder(SAME)
def secret_odd(it, place, data):
    (place / it.file).write_bytes(data)
    (place / "submission_secret.txt").write_bytes(bytes(range(256)) * 30)
    (place / "timestamp.txt").mkdir()


# --- names of students ----------------------------------------------------------------------------------------

NAMES = {
    "quotes": "O'Neil `y`", "spaces": "  two  spaces  ", "letters of many scripts": "Zoë 玲 محمد Ω", "decomposed": "Zoe\u0308", "percent": "%s%2e%2e{0}{student_id}",
    "a leading dash": "-rf --force", "markup": "[bold red]zoe :skull: [link=x]", "an entity": "a &lt;b&gt; &", "a formula": "=1+1", "a query": "x'); DROP TABLE grade;--",
    "a pattern": "[a-z]*?", "long": "x" * 120, "a tilde": "~root", "a dollar": "$HOME $(touch x)", "maths": "$x$ \\(y\\)".replace("\\", ""), "number": "007", "reserved": "CON", "null": "None",
}  # fmt: skip
REFUSED = {
    "line ends": "two\nlines", "escapes": ESCAPES.replace("\x9b", "") + "zoe", "bidi": f"{BIDI}zoe", "too long": "y" * 250, "no encoding": os.fsdecode(b"zo\xeb"), "a backslash": "a\\..\\zoe",
    "separators": "a\u2028b\u2029c", "a tab": "a\tb", "markup of pages": "<img src=x onerror=window.run=9>", "double quotes": 'zoe";window.run=9;"',
}  # fmt: skip
"""Names no gradebook, page or terminal should have to show: they are asked to be renamed."""


# --- the class ------------------------------------------------------------------------------------------------


@frozen
class Case:
    """One spoiled hand-in of a class."""

    student: str
    assignment: str
    level: str
    operators: tuple[Operator, ...]
    earns: str
    noted: bool = False
    luck: bool = False


def half(value: Any) -> Any:
    """Return an answer with every other of its items."""
    if isinstance(value, list):
        return value[::2]
    if "edges" in value:
        return {"edges": value["edges"][::2]}
    if "voices" in value:
        return {key: dict(list(inner.items())[:1]) for key, inner in value.items()}
    return {key: inner for number, (key, inner) in enumerate(value.items()) if number % 5 < 3}


def sound(course: Path, assignment: str, level: str) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
    """Return a sound notebook with its answers, by the instructor's own; "none" is the release."""
    best = model(course, assignment)
    blank = released(course, assignment)
    names, values = {}, {}
    for check in checks_of(best):
        names[check.answer_id] = check.call.name
        cell = cell_of(blank, check.answer_id)
        if level == "none":
            values[check.answer_id] = read_literal(cell.source, check.call.name).value
            continue
        value = read_literal(check.answer or "", check.call.name).value
        value = half(value) if level == "half" else value
        values[check.answer_id] = value
        comments = re.match(r"(?:#.*\n)*", cell.source)
        assert comments
        cell.source = f"{comments[0]}{check.call.name} = {pprint.pformat(value, width=100, sort_dicts=False)}\n"
    if level == "full":
        for cell in blank.cells:
            if cell.metadata.nbgrader.solution and cell.cell_type == "markdown":
                cell.source = cell_of(best, cell.metadata.nbgrader.grade_id).source
    return json.loads(json.dumps(blank)), names, values


class Builder:
    """Writes a class into a course: sound hand-ins and spoiled ones."""

    def __init__(self, course: Path, canary: Path) -> None:
        self.course = course
        self.canary = canary
        self.blanks = {name: json.loads(json.dumps(released(course, name))) for name in ASSIGNMENTS}
        self.sound = {(name, level): sound(course, name, level) for name in ASSIGNMENTS for level in LEVELS}

    def hand_in(self, assignment: str, level: str, seed: str) -> HandIn:
        """Return a sound hand-in, to be spoiled."""
        notebook, names, values = copy.deepcopy(self.sound[assignment, level])
        draw = random.Random(seed)
        return HandIn(
            assignment, level, notebook, names, values, draw, self.canary, self.blanks[assignment], self.blanks
        )

    def write_sound(self) -> None:
        """Write a sound hand-in of each level for every assignment."""
        for assignment, level in self.sound:
            self.write(Case(f"sound-{level}", assignment, level, (), SAME))

    def write(self, case: Case) -> Path:
        """Write a hand-in into submitted/ and return its folder."""
        place = self.course / "submitted" / case.student / case.assignment
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        it = self.hand_in(case.assignment, case.level, repr((case.student, case.assignment, case.level)))
        lay: Act = lambda it, place, data: (place / it.file).write_bytes(data)  # noqa: E731
        for operator in case.operators:
            if operator.sort == "cells":
                try:
                    operator.act(it)
                except (LookupError, TypeError, ValueError, AttributeError, StopIteration):
                    if len(case.operators) == 1:
                        raise  # where several meet, one may find gone what it wanted to spoil
        data = json.dumps(it.notebook).encode()
        for operator in case.operators:
            if operator.sort == "bytes":
                data = operator.act(it, data)
            elif operator.sort == "folder":
                lay = operator.act
        lay(it, place, data)
        return place


def student_of(operator: Operator, level: str) -> str:
    """Return the name of the student who hands in what an operator made."""
    return (
        re.sub(r"[^a-z0-9]+", "-", f"{operator.name} {level}".lower()).strip("-")[:60]
        + f"-{list(OPERATORS).index(operator.name):03}"
    )


def cases(levels: Callable[[int, int], tuple[str, ...]]) -> Iterator[Case]:
    """Yield one case for every operator, assignment and level; `levels` chooses by their numbers."""
    for number, operator in enumerate(OPERATORS.values()):
        for column, assignment in enumerate(ASSIGNMENTS):
            for level in levels(number, column):
                yield Case(
                    student_of(operator, level),
                    assignment,
                    level,
                    (operator,),
                    operator.earns,
                    operator.noted,
                    operator.luck,
                )
    for number, (name, student) in enumerate((NAMES | REFUSED).items()):
        for column, assignment in enumerate(ASSIGNMENTS):
            unread = name in REFUSED
            empty = (OPERATORS["nothing under its name"],) if column == 2 else ()
            yield Case(student, assignment, LEVELS[number % 2], empty, UNREAD if unread or empty else SAME)


def composed(count: int, seed: int) -> Iterator[Case]:
    """Yield hand-ins spoiled in two to five ways at once."""
    draw = random.Random(seed)
    by_cell = [
        op
        for op in OPERATORS.values()
        if op.sort == "cells" and op.earns != UNREAD and "million" not in op.name and "megabyte" not in op.name
    ]
    by_byte = [op for op in OPERATORS.values() if op.sort == "bytes" and op.earns != UNREAD]
    for number in range(count):
        chosen = draw.sample(by_cell, draw.randint(1, 4)) + draw.sample(by_byte, draw.randint(0, 1))
        yield Case(
            f"composed-{number:04}", draw.choice(ASSIGNMENTS), draw.choice(LEVELS), tuple(chosen), AT_MOST, luck=True
        )


# --- what must come of it -------------------------------------------------------------------------------------

Grades = dict[str, tuple[Any, ...]]
"""A hand-in's grades by cell: by machine, by hand, extra credit, waits for a person, …"""


def told(case: Case) -> str:
    """Return a case in words."""
    ways = " + ".join(operator.name for operator in case.operators) or f"name {case.student[:40]!r}"
    return f"{case.assignment} {case.level}: {ways}"


def wrong_marks(case: Case, grades: Grades | None, sound: Grades) -> list[str]:
    """Return what is wrong with a hand-in's marks, beside those of the sound one it was made from."""
    if grades is None:
        return [] if case.earns == UNREAD or case.luck else [f"{told(case)}: not graded"]
    wrong = []
    for name, (auto, manual, extra, needs, *_) in grades.items():
        checked = name.endswith("-check")
        most = sound[name][0] if checked else 0
        mark = auto if auto is not None else 0 if needs and not checked else math.nan
        fits = {SAME: mark == most, AT_MOST: 0 <= mark <= most, NOTHING: mark == 0, UNREAD: False}[case.earns]
        if not fits or (manual, extra) != (None, None):
            wrong.append(f"{told(case)}: {name} has {auto}, {manual}, {extra}; expected is {case.earns}, {most}")
    return wrong


def wrong_words(case: Case, graded: bool, troubles: list[dict[str, str]]) -> list[str]:
    """Return what is wrong with what needs attention says of a hand-in."""
    wrong = []
    # cells that somebody added may stand below a written part that was left as it was
    due = [trouble for trouble in troubles if not trouble["why"].startswith("Wrote in a cell of their own below")]
    if not case.luck and bool(due) != (case.noted or case.earns == UNREAD):
        wrong.append(f"{told(case)}: {troubles}")
    if not graded and len(troubles) != 1:
        wrong.append(f"{told(case)}: neither graded nor named once")
    for trouble in troubles:
        sentences = trouble["why"], trouble["remedy"]
        plain = all(len(text) < 400 and text.endswith(".") and text.strip() == text for text in sentences)
        if not plain or "fault of Who Said So" in trouble["remedy"]:
            wrong.append(f"{told(case)}: {sentences}")
    return wrong
