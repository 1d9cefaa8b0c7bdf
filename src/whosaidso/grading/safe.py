"""Show what a student wrote as text and nothing else; reduce names to a safe alphabet."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;:?'()-\n")
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_ALIVE = str.maketrans({"<": "‹", ">": "›", "\\": "/"})
_GAPS = re.compile("[\t\n\u2028\u2029]")

MOST_CHARACTERS = 50_000


def safe_markdown(text: str) -> str:
    """Return a Markdown cell that shows `text` literally: no markup, link, image, maths or script.

    Every character outside a plain alphabet becomes a numeric entity inside one <pre>, which neither
    Markdown nor MathJax reads. Control and direction marks are shown as �.
    """
    shown = _UNSEEN.sub("\ufffd", text[:MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > MOST_CHARACTERS:
        shown += f"\n(cut here: {len(text):,} characters handed in, {MOST_CHARACTERS:,} shown)"
    body = "".join(c if c in _PLAIN else f"&#{ord(c)};" for c in shown)
    # a blank line would end the HTML block in some Markdown readers
    body = re.sub(r"\n(?= *\n)", "\n&#8203;", body)
    return f'<pre style="white-space: pre-wrap; overflow-wrap: anywhere">{body}</pre>'


def visible(text: str) -> str:
    """Return text for a terminal or a log: control and direction marks are shown as �.

    >>> visible("a\x1b[31mb")
    'a�[31mb'
    """
    return _UNSEEN.sub("\ufffd", _GAPS.sub(" ", text))


def page_name(name: str) -> str:
    """Return a person's name for the gradebook: formgrader prints it as it is, and maths in it would be alive.

    >>> page_name("Zoë <b>O'Neil</b>"), page_name("a\\\\b")
    ("Zoë ‹b›O'Neil‹/b›", 'a/b')
    """
    return visible(name).translate(_ALIVE)


def safe_name(name: str) -> str:
    """Return a file or student name reduced to letters, digits, - and _; never empty, never hidden.

    >>> safe_name("../../etc/passwd"), safe_name("Núñez, Jr."), safe_name("محمد")
    ('etc-passwd', 'Nunez-Jr', 'x-0645-062d-0645-062f')
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    kept = re.sub(r"[^A-Za-z0-9_]+", "-", plain).strip("-_")
    if kept:
        return kept[:80]
    rest = "-" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8] if len(name) > 12 else ""
    return "x-" + "-".join(f"{ord(c):04x}" for c in name[:12]) + rest
