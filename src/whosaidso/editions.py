"""Contents and settings of the book's editions, all derived from the one `_toc.yml` and `_config.yml`.

class (what stands in the two files): no answer to anything graded. open: with the debriefs, linked last.
instructor: with the debriefs, the lesson plans and the answers to Monday's lesson; never for the public.
Run as `python -m whosaidso.editions EDITION`; make.py does, and builds what is written.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import yaml

EDITIONS = {
    "class": "",
    "open": "open edition, with the answers",
    "instructor": "instructor's edition, not for students",
}
"""What stands behind the title of each."""
DEBRIEFS = "Debriefs: read after your own attempt"
INSTRUCTORS = "For the instructor only"
PLANS = Path("book/instructors")
MONDAY = "solutions/mosul-sourcing/monday-answers"
"""The answers to Monday's lesson."""


class BadEdition(ValueError):
    """Raised when an edition cannot be put together; the message is one sentence."""


def debriefs(root: Path) -> list[str]:
    """Return the pages of the debriefs, in the order in which the contents name the assignments."""
    named = re.findall(r"exercises/([\w-]+)/", (root / "_toc.yml").read_text("utf-8"))
    pages = [f"solutions/{name}/debrief" for name in dict.fromkeys(named)]
    return [page for page in pages if (root / f"{page}.md").exists()]


def plans(root: Path) -> list[dict[str, Any]]:
    """Return the entries of the instructors' pages, as `book/instructors/toc.yml` has them."""
    path = root / PLANS / "toc.yml"
    if not path.exists():
        raise BadEdition(f"The instructor's edition takes its pages from {PLANS / 'toc.yml'}, which is not there.")
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8")) or []
    named = {name.removesuffix(".md") for name in files_of(entries)}
    there = {(PLANS / page.stem).as_posix() for page in (root / PLANS).glob("*.md")}
    if named != there:
        lost = ", ".join(sorted(named ^ there))
        raise BadEdition(f"{PLANS / 'toc.yml'} must name every page beside it and no other, and differs in {lost}.")
    return entries


def files_of(entries: list[dict[str, Any]]) -> list[str]:
    """Return the pages that entries of the contents name, those inside others among them."""
    return [name for entry in entries for name in (entry["file"], *files_of(entry.get("sections", [])))]


def toc_of(root: Path, edition: str) -> dict[str, Any]:
    """Return an edition's table of contents."""
    toc: dict[str, Any] = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    more = []
    if edition == "instructor":
        more.append({"caption": INSTRUCTORS, "chapters": plans(root)})
    if edition != "class":
        answers = debriefs(root)
        if edition == "instructor":
            answers += [page for page in (MONDAY,) if (root / f"{page}.md").exists()]
        more.append({"caption": DEBRIEFS, "chapters": [{"file": page} for page in answers]})
    return toc | {"parts": toc["parts"] + more}


def config_of(root: Path, edition: str) -> dict[str, Any]:
    """Return an edition's settings: of the folder with the keys, only its pages are read."""
    config: dict[str, Any] = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
    if edition == "class":
        return config
    patterns = [p for p in config["exclude_patterns"] if p != "solutions"]
    keys = ["solutions/*/*.ipynb", "solutions/*/*.toml"]
    return config | {"title": f"{config['title']} ({EDITIONS[edition]})", "exclude_patterns": patterns + keys}


def write(root: Path, edition: str) -> Path:
    """Write an edition's two files into `_build/EDITION` and return that folder."""
    if edition not in EDITIONS:
        raise BadEdition(f"The editions are {', '.join(EDITIONS)}, and this is {edition!r}.")
    folder = root / "_build" / edition
    folder.mkdir(parents=True, exist_ok=True)
    for name, held in {"_toc": toc_of(root, edition), "_config": config_of(root, edition)}.items():
        text = yaml.safe_dump(held, sort_keys=False, allow_unicode=True)
        path = folder / f"{name}.yml"
        if not path.exists() or path.read_text("utf-8") != text:  # a new file would have every page built again
            path.write_text(text, encoding="utf-8")
    return folder


if __name__ == "__main__":
    try:
        write(Path(), *sys.argv[1:2] or ["class"])
    except BadEdition as error:
        sys.exit(f"error: {error}")
