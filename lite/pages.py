"""What joins the book's built pages and JupyterLite: links from one to the other, and a line while it opens."""

from __future__ import annotations

import re
from pathlib import Path

from lite.practice import chapters

OPEN = "../lite/notebooks/index.html?path={path}"
ABOUT = "Nothing to install. The first start loads about 15 MB and takes 5 to 20 seconds."
EXERCISE = '<div class="wss-exercise"'


def link(root: Path, site: Path) -> list[str]:
    """Put a link to its notebook into every page that has one, and return those pages."""
    done = []
    for chapter in chapters(root):
        _insert(site / "book" / f"{chapter}.html", EXERCISE, _line(f"practice/{chapter}.ipynb", "these exercises", ""))
        done.append(f"book/{chapter}.html")
    for path in sorted((root / "exercises").glob("*/*.ipynb")):
        if path.stem == path.parent.name:
            page = Path("exercises") / path.stem / f"{path.stem}.html"
            _insert(site / page, "<section", _line(f"assignments/{path.name}", "this assignment", "../"), after="</h1>")
            done.append(page.as_posix())
    return done


def _line(path: str, what: str, up: str) -> str:
    address = up + OPEN.format(path=path)
    return f'<p class="wss-small wss-lite"><a href="{address}">Open {what} as a notebook in this browser</a>. {ABOUT}</p>\n'


def _insert(page: Path, before: str, text: str, after: str = "") -> None:
    """Insert text before the first place of a mark, or raise ValueError if the page has none."""
    held = page.read_text("utf-8")
    start = held.index(after) if after else 0
    at = held.index(before, start)
    page.write_text(held[:at] + text + held[at:], encoding="utf-8")


def wait(lite: Path) -> None:
    """Let JupyterLite's page say what is happening while it opens, and where the exercises stand without it."""
    page = lite / "notebooks" / "index.html"
    held = page.read_text("utf-8")
    body = re.search(r"<body[^>]*>", held)
    assert body is not None, f"{page} has no body"
    text = (Path(__file__).parent / "waiting.html").read_text("utf-8")
    held = held[: body.end()] + "\n" + text + held[body.end() :]
    held = held.replace("<html>", '<html lang="en">', 1).replace(
        "<title>Jupyter Notebook - Notebooks</title>", "<title>Notebook · Who Said So?</title>"
    )
    page.write_text(held, encoding="utf-8")
