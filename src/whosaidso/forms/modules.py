"""Join the forms' scripts: one ES module a kind for notebooks, one classic script for pages.

The files are ES modules that import one another. anywidget wants one text, and browsers refuse
modules on pages opened from a folder, so imports give way to the files they name. Nothing is
compiled, renamed or made smaller. On a page each kind has a block of its own: two kinds may use one
name.
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
    seen: list[Path] = []
    blocks = []
    for kind in kinds:
        before = len(seen)
        own = [file for file in _order(KINDS / kind / "form.js", seen)[before:] if file.parent != ROOM]
        text = "\n".join(map(plain, own)).replace("export default ", f"forms.{kind} = ")
        blocks.append(f"{{\n{text}}}")
    shared = [file for file in seen if file.parent == ROOM]
    rest = _order(ROOM / page, seen.copy())[len(seen) :]
    parts = ["const forms = {};", *map(plain, shared), *blocks, *map(plain, rest)]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "\n})();\n"


def css(kinds: Iterable[str]) -> str:
    """Return the style sheet of some kinds."""
    files = [ROOM / "shared.css", *(KINDS / kind / "form.css" for kind in kinds)]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
