"""A figure on a page: drawn for light and dark pages, its caption, and the same as a table."""

from __future__ import annotations

import os
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import only
from sphinx.environment import BuildEnvironment

from whosaidso import cards, figures
from whosaidso.book.pages import HOLDING_ANSWERS
from whosaidso.records import Case


def public_figure(env: BuildEnvironment, name: str) -> figures.Drawn:
    """Return a figure by its name, if it may stand on the page being read.

    Raises
    ------
    UnknownId, Refused
        If there is none, or it leans on what is graded and the page is in the class edition.
    """
    drawn = cards.get(figures.FIGURES, name, "figure")
    if drawn.tells and not env.docname.startswith(HOLDING_ANSWERS):
        raise cards.Refused(
            f"the figure {name!r} leans on what is graded ({', '.join(drawn.tells)}): it may stand in a debrief or on "
            "an instructors' page, and this page is in the class edition."
        )
    return drawn


def draw_twice(
    env: BuildEnvironment, case: Case, drawn: figures.Drawn, stem: str, caption: str = ""
) -> list[nodes.Node]:
    """Return a figure's two pictures under one caption, its table folded away, and what no table carries.

    Only one picture is ever shown: the theme hides the other, from screen readers too. On paper, and where
    there is no choice of colours, it is the light one.
    """
    alt = drawn.alt(case)
    folder, address = _where(env)
    shown: list[nodes.Node] = []
    for theme, colours in figures.THEMES.items():
        file = f"{stem}-{theme}"
        figure = drawn.draw(case, colours)
        figures.save(figure, folder / file)
        image = nodes.image(uri=f"{address}/{file}.*", alt=alt, classes=[f"only-{theme}"])
        if theme == "dark":
            image["loading"] = "lazy"  # a page in light colours never fetches it
        shown.append(image if theme == "light" else only("", image, expr="html"))
    # In a block of their own, because the theme hides the caption beside a hidden picture as well; with the
    # shape of the picture, so that nothing jumps when it comes.
    width, height = figure.get_size_inches()
    held = cards.block(*shown, cls="wss-themes", style=f"aspect-ratio: {width:.2f} / {height:.2f}")
    picture = nodes.figure("", held, align="default", classes=["wss-figure"])
    picture += nodes.caption("", *cards.prose(case, caption or drawn.caption))
    found: list[nodes.Node] = [picture, _as_table(case, drawn.table(case))]
    if drawn.in_words is not None and (said := drawn.in_words(case)):
        found.append(cards.bullets([cards.prose(case, sentence) for sentence in said], cls="wss-figure-words"))
    return found


def _as_table(case: Case, held: figures.Table) -> nodes.Node:
    """Return a figure's content as a table that opens on demand, each record a link."""
    rows = [[cards.prose(case, cell) for cell in row] for row in held.rows]
    return cards.block(
        cards.words("The same picture as a table", tag="summary"),
        cards.table(
            held.columns, rows, widths=[100 // len(held.columns)] * len(held.columns), cls="wss-figure-table", stub=True
        ),
        tag="details",
        cls="wss-figure-data",
    )


def _where(env: BuildEnvironment) -> tuple[Path, str]:
    """Return the folder where Sphinx can copy pictures from, and its address from the page being read."""
    folder = Path(env.doctreedir) / "whosaidso"
    page = Path(env.srcdir) / Path(env.docname).parent
    try:
        address = os.path.relpath(folder, page)
    except ValueError:  # another drive, on Windows
        folder = Path(env.srcdir) / "_build" / "whosaidso"
        address = os.path.relpath(folder, page)
    folder.mkdir(parents=True, exist_ok=True)
    return folder, Path(address).as_posix()
