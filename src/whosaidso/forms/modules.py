"""Join the forms' scripts: one ES module a kind for notebooks, one classic script for pages.

The files are ES modules that import one another. anywidget wants one text, and browsers refuse
modules on pages opened from a folder, so imports give way to the files they name. Nothing is
compiled, renamed or made smaller.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

ROOM = Path(__file__).parent
KINDS = ROOM.parent / "kinds"

_IMPORT = re.compile(r'^import [^;]*?"(?P<file>[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default )", re.MULTILINE)


def _order(path: Path, seen: list[Path]) -> list[Path]:
    """Add a file to those seen, after all that it imports."""
    if path not in seen:
        for match in _IMPORT.finditer(path.read_text(encoding="utf-8")):
            _order((path.parent / match["file"]).resolve(), seen)
        seen.append(path)
    return seen


def plain(path: Path) -> str:
    """Return a file's text without the words that only modules have."""
    return _EXPORT.sub("", _IMPORT.sub("", path.read_text(encoding="utf-8")))


def files_of(kind: str) -> list[Path]:
    """Return the files that a kind's form needs in a notebook, in the order in which they are joined."""
    return _order(ROOM / "notebook.js", _order(KINDS / kind / "form.js", []))


def esm(kind: str) -> str:
    """Return the ES module of a kind with everything it needs in a notebook."""
    return "\n".join(plain(file) for file in files_of(kind))


def classic(kinds: Iterable[str], page: str) -> str:
    """Return one classic script with the forms of some kinds and the script of a page, such as "chapter.js"."""
    forms = {KINDS / kind / "form.js": kind for kind in kinds}
    seen: list[Path] = []
    for file in (*forms, ROOM / page):
        _order(file, seen)
    parts = ["const forms = {};"]
    for file in seen:
        text = plain(file)
        if file in forms:
            text = "{\n" + text.replace("export default ", f"forms.{forms[file]} = ") + "}"
        parts.append(text)
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "\n})();\n"


def css(kinds: Iterable[str]) -> str:
    """Return the style sheet of some kinds."""
    files = [ROOM / "shared.css", *(KINDS / kind / "form.css" for kind in kinds)]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
