"""The marking page: scripts beside rubric and examples, one file that needs no server and sends nothing anywhere.

A marker opens it, marks, and saves one file of marks. Students appear by pseudonym.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from whosaidso.forms import modules
from whosaidso.written.marks import AGREED, FORMAT, Mark
from whosaidso.written.scripts import Criterion, Script, ToMark, html_of

ROOM = Path(__file__).parent

STRINGS = {
    "title": "Marking {assignment}",
    "marker": "Marker: {marker}. Students are shown by pseudonym. Nothing leaves this computer until you pass your file on.",
    "agree": "What the two of you settle on. Each script shows what either of you gave.",
    "done": "{done} of {of} scripts marked",
    "script": "Script {number} of {of}: {code}",
    "words": "{words} words",
    "nothing": "Nothing was written here.",
    "before": "Previous",
    "next": "Next",
    "next_open": "Next one not marked",
    "all_done": "All are marked. Save your file.",
    "text": "What was written",
    "rubric": "Marks",
    "points": "Points for “{title}”, 0 to {most}",
    "level": "{points}: {says}",
    "example": "Example",
    "gave": "{marker}: {points}",
    "comment": "Comment for the student on “{title}”",
    "reuse": "Comments you have used for this criterion. Choose one to add it:",
    "reuse_none": "Comments you write here are offered again at the next script.",
    "save": "Save my marks as a file",
    "saved": "{file} has gone to your browser's folder for downloads. Whoever runs the course adds it with: whosaidso marking add {file}",
    "kept": "Kept in this browser {time}",
    "not_kept": "This browser keeps nothing: save your file before you close the page.",
    "carry": "Carry on from a file",
    "carried": "{count} scripts taken from {file}.",
    "bad_file": "{file} is no file of marks for this page. Nothing was changed.",
    "task": "The task as students had it",
    "clear": "Take the marks of this script out",
    "cleared": "Taken out.",
    "undo": "Undo",
    "undone": "They are back.",
    "keys": "Keys: in a row of levels the arrow keys choose; Ctrl+Alt+N goes to the next script, Ctrl+Alt+P back.",
}
"""Every word of the page that is not the rubric's or a student's."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
<noscript><p>This page needs JavaScript. Without it, mark in formgrader.</p></noscript>
<main id="marking"></main>
<script type="application/json" id="marking-data">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def spec_of(
    work: ToMark,
    marker: str,
    scripts: Sequence[Script],
    names: Mapping[str, str],
    given: Mapping[str, Mapping[str, Mark]] | None = None,
) -> dict[str, Any]:
    """Return what the page is told, as plain JSON.

    `names` are the pseudonyms; `given`, for the page on which two settle, is what each marker gave.
    """
    return {
        "format": FORMAT,
        "assignment": work.assignment,
        "marker": marker,
        "agree": marker == AGREED,
        "criteria": [_criterion(one) for one in work.criteria],
        "scripts": [
            {
                "code": names[script.student],
                "digest": script.digest,
                "texts": script.texts,
                "gave": {
                    who: {
                        "points": rows[names[script.student]].points,
                        "comments": rows[names[script.student]].comments,
                    }
                    for who, rows in (given or {}).items()
                    if names[script.student] in rows
                },
            }
            for script in scripts
        ],
        "strings": STRINGS,
    }


def _criterion(one: Criterion) -> dict[str, Any]:
    return {
        "cell": one.cell,
        "title": one.title,
        "most": one.most,
        "text": bool(one.task),
        "task": html_of(one.task),
        "guide": html_of(one.guide),
        "levels": [{"points": lv.points, "says": lv.says, "example": lv.example} for lv in one.levels],
    }


def page_of(spec: Mapping[str, Any]) -> bytes:
    """Return the page."""
    script = modules.classic((), "../written/page.js")
    style = (ROOM.parent / "report" / "page.css").read_text("utf-8") + (ROOM / "page.css").read_text("utf-8")
    seals = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (script, style)]
    policy = f"default-src 'none'; script-src 'sha256-{seals[0]}'; style-src 'sha256-{seals[1]}'; base-uri 'none'; form-action 'none'"
    data = json.dumps(spec, separators=(",", ":")).replace("<", "\\u003c")
    title = STRINGS["title"].format(assignment=spec["assignment"])
    return _PAGE.format(
        policy=html.escape(policy), title=html.escape(title), css=style, data=data, script=script
    ).encode()  # fmt: skip
