"""The page as one HTML file that needs nothing else: no script, no request, nothing alive."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from whosaidso.report.pieces import Section, escaped, html_pieces

PSEUDONYMS = (
    "Students are shown by pseudonyms, the same all term in this course folder; <code>whosaidso report --names</code> writes a page with "
    "names, for your eyes only."
)
NAMES = "This page names students: do not project it, and do not pass it on."
PRIVATE = "This page tells the key: it is for those who teach. Only the part marked “may be shown” says nothing of it."


@cache
def _style() -> str:
    return Path(__file__).with_name("page.css").read_text(encoding="utf-8")


def html_of(course: str, sections: Sequence[Section], *, students: int, named: bool, when: str) -> bytes:
    """Return the page; the same facts give the same bytes."""
    seal = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{seal}'; base-uri 'none'; form-action 'none'"
    links = "".join(f'<li><a href="#{one.id}">{escaped(one.title)}</a></li>\n' for one in sections)
    body = "".join(_section(one) for one in sections)
    people = "1 student" if students == 1 else f"{students:,} students"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="robots" content="noindex">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>Class report: {escaped(course)}</title>\n<style>{_style()}</style>\n</head>\n<body>\n"
        f'<header>\n<p class="over">Who Said So? Class report</p>\n<h1>{escaped(course)}</h1>\n'
        f"<p>{people} in the gradebook, {escaped(when)}. {NAMES if named else PSEUDONYMS} {PRIVATE}</p>\n"
        f'<nav aria-label="Parts of this report"><ul>\n{links}</ul></nav>\n</header>\n<main>\n{body}</main>\n</body>\n</html>\n'
    ).encode("utf-8", "replace")


def _section(one: Section) -> str:
    tag = '<p class="tag share">May be shown</p>\n' if one.shareable else ""
    inside = "".join(html_pieces(one.pieces))
    kind = ' class="shareable"' if one.shareable else ""
    return f'<section id="{one.id}"{kind} aria-labelledby="{one.id}-h">\n<h2 id="{one.id}-h">{escaped(one.title)}</h2>\n{tag}{inside}</section>\n'
