"""Exercise kinds: one folder each, found by name.

A kind has `answer.py` (parse, format problems), `scoring.py` (the mark), `form.py` (what the form is
told), `form.js` and `form.css` (the form), `outcomes.py` (every outcome of an open exercise, for pages
without Python), `paper.py` (the exercise as a worksheet), `picture.py` (one's own work as a figure;
optional) and `samples.toml` (answers with the score they must get). A kind that is graded also has
`appeals.py` (what an upheld appeal changes) and `beside.py` (an answer beside the key). Kinds do not
know one another.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType


def kind_names() -> list[str]:
    """Return the names of the exercise kinds there are."""
    return sorted(path.parent.name for path in Path(__file__).parent.glob("*/scoring.py"))


def part(kind: str, name: str) -> ModuleType:
    """Return one module of a kind: "answer", "scoring" or "form"."""
    return import_module(f"whosaidso.kinds.{kind}.{name}")
